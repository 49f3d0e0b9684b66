/** Random edits and requests on a running server, with its memory measured as it goes. Repeatable by its seed. */
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import { TextDocument, type TextDocumentContentChangeEvent } from 'vscode-languageserver-textdocument';
import { type MeasuredServer, startServer } from '../bench/lspServers.ts';
import { twin } from '../bench/twin.ts';
import { DEXT, ENTITLEMENTS, KEXT } from '../fuzz/seeds.ts';

const PIECES = [
  ...'<>/&;"a1 \n\t\0',
  '<key>',
  '</key>',
  '<dict>',
  '</dict>',
  '<string>',
  '</string>',
  '<true/>',
  '<!--',
  '-->',
  '\r\n',
  '💡',
  '&amp;',
  '<key>IOClass</key><string>IOUserService</string>',
  '<integer>7</integer>',
  '$(A)',
  '',
];

const METHODS = [
  'completion',
  'hover',
  'documentSymbol',
  'foldingRange',
  'diagnostic',
  'diagnostic',
  'semanticTokens/full',
  'documentHighlight',
  'documentLink',
  'selectionRange',
  'inlayHint',
  'codeAction',
  'formatting',
  'linkedEditingRange',
];

/** Answers that are no fault: cancelled, or the document changed meanwhile. */
const EXPECTED = new Set([-32800, -32801]);

export interface SoakOptions {
  readonly edits: number;
  readonly seed: number;
  /** Edits between two measurements of memory. */
  readonly every: number;
  readonly onSample?: (sample: Sample) => void;
}

export interface Sample {
  readonly edits: number;
  /** Bytes after a forced collection. */
  readonly heap: number;
  readonly rss: number;
}

export interface SoakResult {
  readonly requests: number;
  readonly samples: readonly Sample[];
}

/** Throws an AssertionError when an answer is an error, or the server's idea of a text is not ours any more. */
export async function soak({ edits, seed, every, onSample }: SoakOptions): Promise<SoakResult> {
  const server = await startServer('ours');
  const random = randomNumbers(seed);
  const bases = [DEXT, KEXT, ENTITLEMENTS, twin(60).plist];
  const documents = bases.map((text, i) =>
    TextDocument.create(`file:///soak/${i}.${i === 2 ? 'entitlements' : 'plist'}`, 'plist', 1, text),
  );
  const wrong: unknown[] = [];
  server.connection.onNotification('window/logMessage', (message) => {
    wrong.push(message);
  });
  const samples: Sample[] = [];
  let requests = 0;
  for (const document of documents) await open(server, document);
  for (let i = 1; i <= edits; i++) {
    const which = random(documents.length);
    const document = edited(documents[which]!, bases[which]!, random);
    documents[which] = document.document;
    await server.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: document.document.uri, version: document.document.version },
      contentChanges: document.changes,
    });
    // Now and then a flood that nobody waits for.
    const flood = random(400) === 0 ? 60 : 1;
    for (let n = 0; n < flood; n++) {
      requests++;
      const answer = ask(server, document.document, random, wrong);
      if (flood === 1 && random(4) === 0) await answer;
    }
    if (random(300) === 0) documents[which] = await reopened(server, document.document);
    if (i % 50 === 0) await setImmediate();
    if (i % every === 0) {
      // Behind all that was sent before.
      await ask(server, documents[0]!, () => 4, wrong);
      const { heapUsed, rss } = await server.usage();
      const sample = { edits: i, heap: heapUsed, rss };
      samples.push(sample);
      onSample?.(sample);
    }
  }
  assert.deepEqual(wrong, []);
  for (const document of documents) await checkText(server, document);
  await server.stop();
  return { requests, samples };
}

async function open(server: MeasuredServer, document: TextDocument): Promise<void> {
  await server.connection.sendNotification('textDocument/didOpen', {
    textDocument: {
      uri: document.uri,
      languageId: 'plist',
      version: document.version,
      text: document.getText(),
    },
  });
}

async function reopened(server: MeasuredServer, document: TextDocument): Promise<TextDocument> {
  await server.connection.sendNotification('textDocument/didClose', { textDocument: { uri: document.uri } });
  const again = TextDocument.create(document.uri, 'plist', 1, document.getText());
  await open(server, again);
  return again;
}

/** One to three changes at once, each on the result of the one before; now and then the first text comes back. */
function edited(
  document: TextDocument,
  base: string,
  random: (below: number) => number,
): { document: TextDocument; changes: TextDocumentContentChangeEvent[] } {
  let now = document;
  const changes: TextDocumentContentChangeEvent[] = [];
  const count = random(20) === 0 ? 3 : 1;
  for (let n = 0; n < count; n++) {
    const { length } = now.getText();
    const whole = random(80) === 0 || length > base.length + 4_000;
    const start = random(length + 1);
    const end = Math.min(length, start + (random(10) === 0 ? random(200) : random(4)));
    const text = whole ? base : PIECES[random(PIECES.length)]!;
    const change: TextDocumentContentChangeEvent = whole
      ? { text }
      : { range: { start: now.positionAt(start), end: now.positionAt(end) }, text };
    changes.push(change);
    now = TextDocument.update(now, [change], document.version + 1);
  }
  return { document: now, changes };
}

async function ask(
  server: MeasuredServer,
  document: TextDocument,
  random: (below: number) => number,
  wrong: unknown[],
): Promise<void> {
  const method = METHODS[random(METHODS.length)]!;
  const position = document.positionAt(random(document.getText().length + 1));
  const range = { start: position, end: { line: position.line + 3, character: 0 } };
  const source = new CancellationTokenSource();
  const answer = server.connection
    .sendRequest(
      `textDocument/${method}`,
      {
        textDocument: { uri: document.uri },
        position,
        positions: [position],
        range,
        context: { diagnostics: [] },
        options: { tabSize: 4, insertSpaces: false },
      },
      source.token,
    )
    .then(
      () => {},
      (error: { code?: number }) => {
        if (!EXPECTED.has(error.code ?? 0)) wrong.push({ method, error: String(error) });
      },
    );
  if (random(5) === 0) source.cancel();
  await answer;
  source.dispose();
}

/** The findings of a document after all its edits are those of a new one with the text that it must have now. */
async function checkText(server: MeasuredServer, document: TextDocument): Promise<void> {
  const fresh = document.uri.replace('/soak/', '/fresh/');
  await open(server, TextDocument.create(fresh, 'plist', 1, document.getText()));
  const findings = async (uri: string): Promise<unknown> => {
    const { items } = await server.connection.sendRequest<{ items: unknown[] }>('textDocument/diagnostic', {
      textDocument: { uri },
    });
    return JSON.parse(JSON.stringify(items).replaceAll('/fresh/', '/soak/'));
  };
  assert.deepEqual(await findings(document.uri), await findings(fresh));
}

function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/**
 * By how many bytes memory grew from the first to the second half of a run: the least of each half is compared,
 * since a collection may leave this or that behind.
 */
export function growth(samples: readonly Sample[]): number {
  const half = samples.length >> 1;
  const least = (some: readonly Sample[]): number => Math.min(...some.map(({ heap }) => heap));
  return least(samples.slice(half)) - least(samples.slice(Math.min(1, half - 1), half));
}
