import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import type { CodeAction, CompletionItem, CompletionList, Hover, TextEdit } from 'vscode-languageserver';
import manifest from '../../package.json' with { type: 'json' };
import { dext } from '../unit/service/marked.ts';
import { CLIENT_3_16, CLIENT_PULL, type OpenDocument, SERVER, startClient } from './client.ts';

const URI = 'file:///w/Lamp/Info.plist';

/** Wrong: idVendor is a string. */
const BROKEN = dext(`			<key>CFBundleIdentifierKernel</key>
			<string>com.apple.kpi.iokit</string>
			<key>IOClass</key>
			<string>IOUserService</string>
			<key>IOProviderClass</key>
			<string>IOUSBHostDevice</string>
			<key>IOUserClass</key>
			<string>Lamp</string>
			<key>IOUserServerName</key>
			<string>$(PRODUCT_BUNDLE_IDENTIFIER)</string>
			<key>idVendor</key>
			<string>1452</string>
			<key>idProduct</key>
			<integer>592</integer>`);

/** While the server is busy with it the messages behind wait together. */
const LARGE = dext(
  Array.from({ length: 3000 }, (_, i) => `<key>k${i}</key><dict><key>a</key><data>AA==</data></dict>`).join(
    '\n',
  ),
);

function rules(diagnostics: readonly { code?: unknown }[]): unknown[] {
  return diagnostics.map(({ code }) => code);
}

describe('a client of LSP 3.16', () => {
  test('gets findings pushed with versions, and no feature that it does not know', async () => {
    const client = await startClient(CLIENT_3_16);
    const { capabilities, serverInfo } = client.initialized;
    assert.equal(serverInfo?.version, manifest.version);
    assert.equal(capabilities.diagnosticProvider, undefined);
    assert.equal(capabilities.positionEncoding, undefined);
    const document = await client.open(URI, BROKEN);
    const first = await document.published();
    assert.ok(rules(first).includes('match/usb-value-type'), rules(first).join(', '));
    await document.change('<string>1452</string>', '<integer>1452</integer>');
    assert.ok(!rules(await document.published()).includes('match/usb-value-type'));

    const list = await complete(client, document, '<key>idProduct</key>');
    assert.ok(
      list.items.every(({ labelDetails, textEdit }) => !labelDetails && textEdit && 'range' in textEdit),
    );
    await document.close();
    const cleared = await client.waitFor<{ diagnostics: unknown[]; version?: number }>(
      'textDocument/publishDiagnostics',
      ({ version }) => version === undefined,
    );
    assert.deepEqual(cleared.diagnostics, []);
    assert.equal(await client.stop(), 0);
  });

  test('settings sent with didChangeConfiguration hold', async () => {
    const client = await startClient(CLIENT_3_16);
    const document = await client.open(URI, BROKEN);
    assert.ok(rules(await document.published()).includes('match/usb-value-type'));
    await client.connection.sendNotification('workspace/didChangeConfiguration', {
      settings: { driverPlist: { rules: { 'match/usb-value-type': 'off' } } },
    });
    assert.ok(!rules(await document.published()).includes('match/usb-value-type'));
    await client.stop();
  });
});

describe('a client that pulls', () => {
  test('finding, quick fix, edit, finding gone', async () => {
    const client = await startClient(CLIENT_PULL);
    assert.equal(client.initialized.capabilities.positionEncoding, 'utf-16');
    assert.ok(client.initialized.capabilities.diagnosticProvider);
    const document = await client.open(URI, BROKEN);
    const report = await document.pull();
    const wrong = report.items.find(({ code }) => code === 'match/usb-value-type');
    assert.ok(wrong, rules(report.items).join(', '));
    assert.equal(wrong.source, 'driver-plist');
    assert.equal((await document.pull(report.resultId)).kind, 'unchanged');

    const actions = await client.connection.sendRequest<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri: URI },
      range: wrong.range,
      context: { diagnostics: [wrong] },
    });
    const fix = actions.find(({ isPreferred }) => isPreferred);
    assert.ok(fix?.edit, actions.map(({ title }) => title).join(', '));
    assert.deepEqual(fix.diagnostics, [wrong]);
    await document.apply(fix.edit);
    assert.equal(document.text(), BROKEN.replace('<string>1452</string>', '<integer>1452</integer>'));
    const after = await document.pull(report.resultId);
    assert.equal(after.kind, 'full');
    assert.ok(!rules(after.items).includes('match/usb-value-type'));
    assert.equal(await client.stop(), 0);
  });

  test('source.fixAll mends what is obvious', async () => {
    const client = await startClient(CLIENT_PULL);
    const document = await client.open(URI, BROKEN);
    const { items } = await document.pull();
    const range = { start: { line: 0, character: 0 }, end: document.after('</plist>') };
    const actions = await client.connection.sendRequest<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri: URI },
      range,
      context: { diagnostics: items, only: ['source.fixAll'] },
    });
    assert.deepEqual(
      actions.map(({ kind }) => kind),
      ['source.fixAll.driverPlist'],
    );
    await document.apply(actions[0]!.edit!);
    assert.ok(!rules((await document.pull()).items).includes('match/usb-value-type'));
    await client.stop();
  });

  test('completion, its documentation, the key with its value', async () => {
    const client = await startClient(CLIENT_PULL);
    const document = await client.open(URI, BROKEN);
    await document.change('<key>idProduct</key>', '<k');
    const list = await complete(client, document, '<string>1452</string>\n\t\t\t<k');
    const item = list.items.find(({ label }) => label === 'bcdDevice');
    assert.ok(item, list.items.map(({ label }) => label).join(', '));
    const resolved = await client.connection.sendRequest<CompletionItem>('completionItem/resolve', item);
    assert.ok(typeof resolved.documentation === 'object');
    await client.stop();
  });

  test('hover', async () => {
    const client = await startClient(CLIENT_PULL);
    const document = await client.open(URI, BROKEN);
    const hover = await client.connection.sendRequest<Hover>('textDocument/hover', {
      textDocument: { uri: URI },
      position: document.after('<key>IOUserCl'),
    });
    assert.ok(typeof hover.contents === 'object' && 'kind' in hover.contents);
    assert.equal(hover.contents.kind, 'markdown');
    assert.match(hover.contents.value, /IOUserClass/);
    assert.deepEqual(hover.range?.start, { ...document.after('<string>IOUSBHostDevice</string>\n\t\t\t') });
    await client.stop();
  });

  test('asks for settings, and refreshes when they change', async () => {
    const client = await startClient(CLIENT_PULL, { settings: { rules: { 'match/*': 'hint' } } });
    const document = await client.open(URI, BROKEN);
    const first = await document.pull();
    const severity = (items: typeof first.items) =>
      items.find(({ code }) => code === 'match/usb-value-type')?.severity;
    assert.equal(severity(first.items), 4);
    client.settings = { rules: { 'match/*': 'warning' } };
    await client.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    await client.waitFor('workspace/diagnostic/refresh');
    const second = await document.pull(first.resultId);
    assert.equal(second.kind, 'full');
    assert.equal(severity(second.items), 2);
    client.settings = { validate: false };
    await client.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    await client.waitFor('workspace/diagnostic/refresh');
    assert.deepEqual((await document.pull()).items, []);
    await client.stop();
  });

  test('the project file holds, and beats the settings', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'driver-plist-'));
    try {
      writeFileSync(
        path.join(folder, '.driver-plist.json'),
        '{ "rules": { "match/usb-value-type": "info" } }',
      );
      const client = await startClient(CLIENT_PULL, { settings: { rules: { 'match/*': 'hint' } } });
      const document = await client.open(pathToFileURL(path.join(folder, 'Info.plist')).href, BROKEN);
      const { items } = await document.pull();
      assert.equal(items.find(({ code }) => code === 'match/usb-value-type')?.severity, 3);
      await client.stop();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('schemas of the user hold, and files that go wrong are said', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'driver plist ä-'));
    try {
      const config = { schemas: [{ kinds: ['dext'], schema: 'own keys.json' }], nonsense: 1 };
      writeFileSync(path.join(folder, '.driver-plist.json'), JSON.stringify(config));
      writeFileSync(path.join(folder, 'own keys.json'), '{ "required": ["LampColour"] }');
      const client = await startClient(CLIENT_PULL);
      const document = await client.open(pathToFileURL(path.join(folder, 'Info.plist')).href, BROKEN);
      const { items } = await document.pull();
      assert.ok(
        items.some(({ message }) => String(message).includes('LampColour')),
        rules(items).join(', '),
      );
      const { message } = await client.waitFor<{ message: string }>('window/logMessage');
      assert.match(message, /nonsense/);
      await client.stop();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('tells the kind, and when it changes', async () => {
    const client = await startClient(CLIENT_PULL);
    const document = await client.open(URI, BROKEN);
    const kind = () => client.waitFor<{ uri: string; kind: string; by: string }>('driverPlist/documentKind');
    const first = await kind();
    assert.deepEqual([first.uri, first.kind, first.by], [URI, 'dext', 'detected']);
    await document.change('<plist version="1.0">', '<!-- driver-plist-kind: kext -->\n<plist version="1.0">');
    const second = await kind();
    assert.deepEqual([second.kind, second.by], ['kext', 'chosen']);
    assert.deepEqual(await client.connection.sendRequest('driverPlist/kind', { uri: URI }), second);
    assert.equal(await client.connection.sendRequest('driverPlist/kind', { uri: 'file:///other' }), null);
    await client.stop();
  });
});

describe('documents', () => {
  test('XML that is no property list is left alone', async () => {
    const client = await startClient(CLIENT_PULL);
    const page = await client.open('file:///w/page.xml', '<html><body></html>', 'xml');
    assert.deepEqual((await page.pull()).items, []);
    assert.deepEqual(await symbols(client, page), null);
    const list = await client.open('file:///w/list.xml', BROKEN, 'xml');
    assert.ok((await list.pull()).items.length > 0);
    assert.ok(((await symbols(client, list)) as unknown[]).length > 0);
    await list.change('<plist version', '<!-- a --><plst version');
    await list.change('<!DOCTYPE plist', '<!DOCTYPE plst');
    assert.ok((await list.pull()).items.length > 0, 'what is ours stays ours while it is typed');
    const template = await client.open('file:///w/Info.plist.in', BROKEN, 'plaintext');
    assert.ok((await template.pull()).items.length > 0);
    await client.stop();
  });

  test('a document that is not open gets empty answers', async () => {
    const client = await startClient(CLIENT_PULL);
    const textDocument = { uri: 'file:///nowhere.plist' };
    const position = { line: 0, character: 0 };
    for (const method of ['completion', 'hover', 'documentSymbol', 'foldingRange', 'documentHighlight']) {
      const answer = await client.connection.sendRequest(`textDocument/${method}`, {
        textDocument,
        position,
      });
      assert.equal(answer, null, method);
    }
    await client.stop();
  });

  test('characters count in UTF-16 units', async () => {
    const client = await startClient(CLIENT_PULL);
    const document = await client.open(
      URI,
      BROKEN.replace('<string>Lamp</string>', '<!-- 💡💡 --><integer>1</integer>'),
    );
    const { items } = await document.pull();
    const start = document.after('<!-- 💡💡 -->');
    const found = items.find(
      ({ range }) => range.start.line === start.line && range.start.character === start.character,
    );
    assert.ok(found, JSON.stringify(items.map(({ range, code }) => [code, range.start])));
    await client.stop();
  });

  test('no-one is harmed by malformed messages', async () => {
    const client = await startClient(CLIENT_PULL);
    const document = await client.open(URI, BROKEN);
    const { connection } = client;
    const bad: unknown[] = [
      {},
      { textDocument: null, position: 7 },
      { textDocument: { uri: 12 }, position: { line: -1, character: 1e99 } },
      { textDocument: { uri: URI }, position: { line: 'x', character: null } },
      { textDocument: { uri: URI }, position: { line: 1e12, character: -5 } },
      { textDocument: { uri: URI } },
    ];
    for (const params of bad) {
      for (const method of [
        'completion',
        'hover',
        'codeAction',
        'selectionRange',
        'rangeFormatting',
        'inlayHint',
      ]) {
        await connection.sendRequest(`textDocument/${method}`, params);
      }
    }
    await connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: 'file:///none', version: 2 },
      contentChanges: [],
    });
    await connection.sendNotification('workspace/didChangeConfiguration', {});
    await assert.rejects(connection.sendRequest('driverPlist/noSuchRequest', {}));
    assert.ok((await document.pull()).items.length > 0);
    assert.equal(await client.stop(), 0);
  });

  test('a request that is cancelled or outdated says so', async () => {
    const client = await startClient(CLIENT_PULL);
    const document = await client.open(URI, BROKEN);
    await document.pull();
    const params = { textDocument: { uri: URI }, position: document.after('<key>idVen') };
    const large = await client.open('file:///w/Large/Info.plist', LARGE);
    const busy = () => large.pull();

    const source = new CancellationTokenSource();
    const first = busy();
    const cancelled = client.connection.sendRequest('textDocument/hover', params, source.token);
    source.cancel();
    await assert.rejects(cancelled, (error: { code?: number }) => error.code === -32800);
    await first;
    await large.change('<key>k7</key>', '<key>l7</key>');
    const second = busy();
    const outdated = client.connection.sendRequest('textDocument/hover', params);
    const changed = document.change('<string>Lamp</string>', '<string>Torch</string>');
    await assert.rejects(outdated, (error: { code?: number }) => error.code === -32801);
    await second;
    await changed;
    await client.stop();
  });

  test('completion is answered for the text of its request, whatever is typed behind it', async () => {
    const client = await startClient(CLIENT_PULL);
    const document = await client.open(URI, BROKEN);
    await document.pull();
    const large = await client.open('file:///w/Large/Info.plist', LARGE);
    const busy = large.pull();
    const position = document.after('<key>idVen');
    const asked = client.connection.sendRequest<CompletionList>('textDocument/completion', {
      textDocument: { uri: URI },
      position,
    });
    const changed = document.change('<key>idVendor</key>', '<!-- gone -->');
    const { items } = await asked;
    assert.ok(items.some(({ label }) => label === 'idVendor'));
    await Promise.all([changed, busy]);
    await client.stop();
  });
});

describe('features over the wire', () => {
  test('each answers', async () => {
    const client = await startClient(CLIENT_PULL);
    const document = await client.open(
      URI,
      BROKEN.replace('\t\t\t<key>IOClass</key>', '  <key>IOClass</key>'),
    );
    const whole = { start: { line: 0, character: 0 }, end: document.after('</plist>') };
    const ask = <T>(method: string, more: object = {}) =>
      client.connection.sendRequest<T>(`textDocument/${method}`, { textDocument: { uri: URI }, ...more });
    const at = { position: document.after('<key>IOUserCl') };
    assert.ok((await ask<unknown[]>('foldingRange')).length > 2);
    assert.equal((await ask<unknown[]>('selectionRange', { positions: [at.position] })).length, 1);
    assert.equal((await ask<unknown[]>('documentHighlight', at)).length, 1);
    assert.deepEqual(await ask('documentLink'), []);
    assert.equal(
      (
        await ask<{ ranges: unknown[] }>('linkedEditingRange', {
          position: document.after('<plist version="1.0">\n<dict'),
        })
      ).ranges.length,
      2,
    );
    assert.ok((await ask<{ data: number[] }>('semanticTokens/full')).data.length > 0);
    assert.ok((await ask<unknown[]>('inlayHint', { range: whole })).length > 0);
    const edits = await ask<TextEdit[]>('formatting', { options: { tabSize: 4, insertSpaces: false } });
    await document.apply(edits);
    assert.equal(document.text(), BROKEN);
    await client.stop();
  });
});

describe('the program', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [SERVER, ...args], { encoding: 'utf8', timeout: 10_000 });
  test('--version', () => assert.equal(run('--version').stdout, `${manifest.version}\n`));
  test('--help', () => {
    const { status, stdout } = run('--help');
    assert.equal(status, 0);
    assert.match(stdout, /--stdio/);
  });
  for (const args of [[], ['--sdtio'], ['--socket=abc'], ['--stdio', '--node-ipc'], ['--node-ipc']]) {
    test(`${args.join(' ') || 'nothing'} is explained, exit 2`, () => {
      const { status, stderr, stdout } = run(...args);
      assert.equal(status, 2);
      assert.match(stderr, /Usage:/);
      assert.equal(stdout, '');
    });
  }
  test('exit without shutdown is 1', async () => {
    const client = await startClient(CLIENT_PULL);
    const exited = once(client.process, 'exit');
    await client.connection.sendNotification('exit');
    assert.deepEqual(await exited, [1, null]);
  });
  test('ends when its input ends', async () => {
    const child = spawn(process.execPath, [SERVER, '--stdio'], { stdio: ['pipe', 'ignore', 'inherit'] });
    child.stdin.end();
    const [code] = await once(child, 'exit');
    assert.equal(code, 1);
  });
  test('over a socket', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(typeof address === 'object' && address);
    const child = spawn(process.execPath, [SERVER, `--socket=${address.port}`], { stdio: 'inherit' });
    const [socket] = await once(server, 'connection');
    const body = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { processId: null, capabilities: {} },
    });
    socket.write(`Content-Length: ${body.length}\r\n\r\n${body}`);
    const [data] = await once(socket, 'data');
    assert.match(String(data), /Content-Length/);
    socket.end();
    await once(child, 'exit');
    server.close();
  });
});

async function complete(
  client: Awaited<ReturnType<typeof startClient>>,
  document: OpenDocument,
  after: string,
): Promise<CompletionList> {
  return client.connection.sendRequest('textDocument/completion', {
    textDocument: { uri: document.uri },
    position: document.after(after),
  });
}

function symbols(client: Awaited<ReturnType<typeof startClient>>, document: OpenDocument): Promise<unknown> {
  return client.connection.sendRequest('textDocument/documentSymbol', {
    textDocument: { uri: document.uri },
  });
}
