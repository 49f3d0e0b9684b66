/** Thousands of random edits and requests, many of them cancelled: the server's text stays ours, and it stays up. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { dext } from '../unit/service/marked.ts';
import { CLIENT_PULL, startClient } from './client.ts';

const BASE = dext(
  '\t\t\t<key>IOProviderClass</key>\n\t\t\t<string>IOUSBHostDevice</string>\n\t\t\t<key>idVendor</key>\n\t\t\t<integer>1452</integer>',
);
const PIECES = [
  '<',
  '>',
  '</',
  '<key>',
  '</dict>',
  'a',
  '\n',
  '\r\n',
  '\t',
  '&',
  '<!--',
  '-->',
  '',
  '',
  '💡',
];
const METHODS = [
  'completion',
  'hover',
  'documentSymbol',
  'foldingRange',
  'diagnostic',
  'semanticTokens/full',
  'documentHighlight',
];
const EDITS = 3000;

/** Repeatable, so that a failure can be looked at. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state % below;
  };
}

test(`${EDITS} edits and requests`, async () => {
  const client = await startClient(CLIENT_PULL);
  const uri = 'file:///w/Info.plist';
  await client.open(uri, BASE);
  const random = randomNumbers(42);
  let document = TextDocument.create(uri, 'plist', 1, BASE);
  const wrong: unknown[] = [];
  for (let i = 0; i < EDITS; i++) {
    const text = document.getText();
    const restart = i % 60 === 0;
    const start = restart ? 0 : random(text.length + 1);
    const end = restart ? text.length : Math.min(text.length, start + random(6));
    const range = { start: document.positionAt(start), end: document.positionAt(end) };
    const change = { range, text: restart ? BASE : PIECES[random(PIECES.length)]! };
    document = TextDocument.update(document, [change], document.version + 1);
    client.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version: document.version },
      contentChanges: [change],
    });
    const source = new CancellationTokenSource();
    const asked = client.connection
      .sendRequest(
        `textDocument/${METHODS[random(METHODS.length)]}`,
        { textDocument: { uri }, position: document.positionAt(random(text.length + 1)) },
        source.token,
      )
      .catch((error: { code?: number }) => {
        if (error.code !== -32800 && error.code !== -32801) wrong.push(error);
      });
    if (i % 5 === 0) source.cancel();
    if (i % 7 === 0) await asked;
  }
  assert.deepEqual(wrong, []);
  assert.deepEqual(client.received.get('window/logMessage') ?? [], []);

  const fresh = 'file:///w/fresh/Info.plist';
  await client.open(fresh, document.getText());
  const pull = (of: string) =>
    client.connection.sendRequest<{ items: unknown[] }>('textDocument/diagnostic', {
      textDocument: { uri: of },
    });
  assert.deepEqual((await pull(uri)).items, (await pull(fresh)).items);
  assert.equal(await client.stop(), 0);
});
