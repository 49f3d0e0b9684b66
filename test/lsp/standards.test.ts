/** What the protocol asks of any server, with clients other than VS Code in mind: the built server, real messages. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import { dext } from '../unit/service/marked.ts';
import { CLIENT_3_16, CLIENT_PULL, SERVER, startClient } from './client.ts';

const FAULTY = dext('\t\t\t<key>IOProviderClass</key>\n\t\t\t<string>IOUSBHostDevice</string>');
const METHOD_NOT_FOUND = -32601;
const INVALID_REQUEST = -32600;
const NOT_INITIALIZED = -32002;

const work = mkdtempSync(path.join(tmpdir(), 'driver-plist-standards-'));
after(() => rmSync(work, { recursive: true, force: true }));

/** A new folder with one dext in it, not open in any editor. */
function project(name: string): string {
  const folder = path.join(work, name);
  mkdirSync(path.join(folder, 'Lamp.dext'), { recursive: true });
  writeFileSync(path.join(folder, 'Lamp.dext/Info.plist'), FAULTY);
  return folder;
}

/** Paths of the bundles that the server knows, relative to the folder that it was given. */
async function bundlesOf(client: Awaited<ReturnType<typeof startClient>>): Promise<string[]> {
  const found = await client.connection.sendRequest<{ location: { uri: string } }[] | null>(
    'workspace/symbol',
    {
      query: '',
    },
  );
  return [...new Set((found ?? []).map(({ location }) => location.uri))];
}

const code = (error: unknown): number => (error as { code: number }).code;

describe('initialize', () => {
  test('without folders, root or processId', async () => {
    const client = await startClient(CLIENT_3_16, { params: { processId: null, rootUri: undefined } });
    const document = await client.open('file:///w/Lamp/Info.plist', FAULTY);
    assert.ok((await document.published()).length > 0);
    await assert.rejects(bundlesOf(client), (error) => code(error) === METHOD_NOT_FOUND);
    assert.equal(client.initialized.capabilities.workspaceSymbolProvider, undefined);
    assert.equal(await client.stop(), 0);
  });

  test('with workspaceFolders: null and rootPath alone, as old clients do', async () => {
    const folder = project('by path (1)');
    const client = await startClient(CLIENT_3_16, {
      params: { rootUri: undefined, rootPath: folder, workspaceFolders: null },
    });
    const [uri] = await bundlesOf(client);
    assert.equal(uri && fileURLToPath(uri), path.join(folder, 'Lamp.dext/Info.plist'));
    await client.stop();
  });

  test('rootUri beats rootPath', async () => {
    const client = await startClient(CLIENT_3_16, {
      params: { rootUri: pathToFileURL(project('right')).href, rootPath: project('wrong') },
    });
    const [uri] = await bundlesOf(client);
    assert.match(uri ?? '', /\/right\//);
    await client.stop();
  });

  test('an empty list of folders is a window without one', async () => {
    const client = await startClient(CLIENT_3_16, { params: { workspaceFolders: [], rootUri: null } });
    assert.equal(client.initialized.capabilities.workspaceSymbolProvider, undefined);
    await client.stop();
  });

  for (const offered of [undefined, [], ['utf-8'], ['utf-32', 'utf-8'], ['utf-8', 'utf-16', 'utf-32']]) {
    test(`positions are UTF-16 when ${JSON.stringify(offered)} is offered`, async () => {
      const client = await startClient({
        ...CLIENT_PULL,
        general: { ...(offered && { positionEncodings: offered }) },
      });
      assert.ok(['utf-16', undefined].includes(client.initialized.capabilities.positionEncoding));
      const document = await client.open(
        'file:///w/Lamp/Info.plist',
        FAULTY.replace(
          'IOUSBHostDevice</string>',
          'IOUSBHostDevice</string> <!-- 💡ü --> <key>a</key><nonsense/>',
        ),
      );
      const { items } = await document.pull();
      const lines = document.text().split('\n');
      const line = lines.findIndex((text) => text.includes('<nonsense/>'));
      assert.ok(
        items.some(
          ({ range }) =>
            range.start.line === line && range.start.character === lines[line]!.indexOf('<nonsense/>'),
        ),
        JSON.stringify(items.map(({ range }) => range)),
      );
      await client.stop();
    });
  }

  test('a client without dynamic registration is asked to register nothing', async () => {
    const client = await startClient(
      { ...CLIENT_PULL, workspace: { configuration: true, workspaceFolders: true } },
      { folders: [pathToFileURL(project('static')).href] },
    );
    assert.deepEqual(client.initialized.capabilities.workspace?.workspaceFolders, {
      supported: true,
      changeNotifications: true,
    });
    await bundlesOf(client);
    assert.equal(client.received.get('client/registerCapability'), undefined);
    const other = pathToFileURL(project('added')).href;
    await client.connection.sendNotification('workspace/didChangeWorkspaceFolders', {
      event: { added: [{ uri: other, name: 'added' }], removed: [] },
    });
    const found = await bundlesOf(client);
    assert.ok(
      found.some((uri) => uri.startsWith(other)),
      found.join(' '),
    );
    await client.stop();
  });
});

describe('life of a server', () => {
  test('requests before initialize are refused, notifications dropped, exit obeyed', async () => {
    const child = spawn(process.execPath, [SERVER, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const connection = createMessageConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    );
    connection.listen();
    const textDocument = { uri: 'file:///w/Lamp/Info.plist' };
    await connection.sendNotification('textDocument/didOpen', {
      textDocument: { ...textDocument, languageId: 'plist', version: 1, text: FAULTY },
    });
    for (const method of ['textDocument/hover', 'shutdown']) {
      await assert.rejects(
        connection.sendRequest(method, { textDocument, position: { line: 0, character: 0 } }),
        (error) => code(error) === NOT_INITIALIZED,
        method,
      );
    }
    const exited = once(child, 'exit');
    await connection.sendNotification('exit');
    assert.deepEqual(await exited, [1, null]);
    connection.dispose();
  });

  test('requests after shutdown are refused, then exit is 0', async () => {
    const client = await startClient(CLIENT_PULL);
    const document = await client.open('file:///w/Lamp/Info.plist', FAULTY);
    const exited = once(client.process, 'exit');
    assert.equal(await client.connection.sendRequest('shutdown'), null);
    await assert.rejects(document.pull(), (error) => code(error) === INVALID_REQUEST);
    await assert.rejects(
      client.connection.sendRequest('shutdown'),
      (error) => code(error) === INVALID_REQUEST,
    );
    await document.close();
    await client.connection.sendNotification('exit');
    assert.deepEqual(await exited, [0, null]);
  });

  test('a second initialize is refused', async () => {
    const client = await startClient(CLIENT_PULL);
    await assert.rejects(
      client.connection.sendRequest('initialize', { processId: null, rootUri: null, capabilities: {} }),
      (error) => code(error) === INVALID_REQUEST,
    );
    assert.equal(await client.stop(), 0);
  });

  for (const how of ['processId', '--clientProcessId=']) {
    test(`ends when the process of ${how} is gone`, async () => {
      const editor = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      try {
        const client = await startClient(CLIENT_PULL, {
          args: how === 'processId' ? ['--stdio'] : ['--stdio', `${how}${editor.pid}`],
          params: { processId: how === 'processId' ? editor.pid : null },
        });
        const document = await client.open('file:///w/Lamp/Info.plist', FAULTY);
        assert.ok((await document.pull()).items.length > 0);
        const exited = once(client.process, 'exit');
        editor.kill();
        const timeout = new Promise((_, reject) => {
          setTimeout(() => reject(new Error('still there after 15 s')), 15_000).unref();
        });
        assert.deepEqual(await Promise.race([exited, timeout]), [1, null]);
      } finally {
        editor.kill();
      }
    });
  }

  test('over a pipe', { skip: process.platform === 'win32' && 'named otherwise on Windows' }, async () => {
    const name = path.join(work, 'server.sock');
    const server = createServer();
    server.listen(name);
    await once(server, 'listening');
    const child = spawn(process.execPath, [SERVER, `--pipe=${name}`], { stdio: 'inherit' });
    const [socket] = await once(server, 'connection');
    const connection = createMessageConnection(
      new StreamMessageReader(socket),
      new StreamMessageWriter(socket),
    );
    connection.listen();
    const result = await connection.sendRequest<{ serverInfo: { name: string } }>('initialize', {
      processId: null,
      rootUri: null,
      capabilities: {},
    });
    assert.equal(result.serverInfo.name, 'driver-plist');
    await connection.sendRequest('shutdown');
    const exited = once(child, 'exit');
    await connection.sendNotification('exit');
    assert.deepEqual(await exited, [0, null]);
    connection.dispose();
    server.close();
  });
});

describe('messages that are not ours', () => {
  test('an unknown request is answered, an unknown notification passed over', async () => {
    const client = await startClient(CLIENT_PULL);
    for (const method of ['textDocument/rename', 'acme/doIt', '$/acme']) {
      await assert.rejects(
        client.connection.sendRequest(method, { textDocument: { uri: 'file:///w/Lamp/Info.plist' } }),
        (error) => code(error) === METHOD_NOT_FOUND,
        method,
      );
    }
    for (const method of [
      'acme/done',
      '$/acme',
      'textDocument/didSave',
      'workspace/didChangeWorkspaceFolders',
    ]) {
      await client.connection.sendNotification(method, { event: { added: [], removed: [] } });
    }
    await client.connection.sendNotification('$/cancelRequest', { id: 4711 });
    for (const value of ['verbose', 'messages', 'off', 'nonsense']) {
      await client.connection.sendNotification('$/setTrace', { value });
    }
    const document = await client.open('file:///w/Lamp/Info.plist', FAULTY);
    assert.ok((await document.pull()).items.length > 0);
    assert.equal(await client.stop(), 0);
  });
});

describe('URIs as clients write them', () => {
  const uris = [
    'file:///c%3A/Users/Me/My%20Driver/Info.plist',
    'file:///C:/Users/Me/My Driver/Info.plist',
    'file:///w/Ger%C3%A4t/L%C3%A4mpchen.plist',
    'file:///w/Gerät/Lämpchen.plist',
    'file:///w/100%/Info.plist',
    'file:///w/a%23b%3Fc%2Bd/Info.plist',
    'file://server/share/Lamp/Info.plist',
    'untitled:Untitled-1',
    'untitled:/w/Lamp/Info.plist',
    'vscode-remote://ssh-remote%2Bhost/home/me/Lamp/Info.plist',
    'vscode-remote://wsl%2Bubuntu/home/me/Lamp/Info.plist',
    'vscode-vfs://github/acme/lamp/Info.plist',
    'vscode-test-web://mount/Lamp/Info.plist',
    'git:/w/Lamp/Info.plist?%7B%22path%22%3A%22%2Fw%2FLamp%2FInfo.plist%22%2C%22ref%22%3A%22HEAD%22%7D',
    'zipfile:///w/Lamp.zip::Lamp/Info.plist',
    'Info.plist',
  ];
  test('findings, hover and edits come back under the same URI', async () => {
    const pushed = await startClient(CLIENT_3_16);
    const pulled = await startClient(CLIENT_PULL);
    for (const uri of uris) {
      const document = await pushed.open(uri, FAULTY);
      assert.ok((await document.published()).length > 0, uri);
      const { items } = await (await pulled.open(uri, FAULTY)).pull();
      assert.ok(
        items.some((item) => item.code === 'dext/missing-user-class'),
        `${uri}: ${items.map((item) => item.code)}`,
      );
      const position = document.after('IOProviderClass');
      const hover = await pushed.connection.sendRequest('textDocument/hover', {
        textDocument: { uri },
        position,
      });
      assert.match(JSON.stringify(hover), /nub/, uri);
      const actions = await pushed.connection.sendRequest<{ edit?: { documentChanges?: unknown[] } }[]>(
        'textDocument/codeAction',
        {
          textDocument: { uri },
          range: { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } },
          context: { diagnostics: [] },
        },
      );
      assert.ok(actions.length > 0 && JSON.stringify(actions).includes(JSON.stringify(uri)), uri);
      const before = document.text();
      await document.apply((actions.find((action) => action.edit) as { edit: object }).edit);
      assert.notEqual(document.text(), before, uri);
    }
    await pushed.stop();
    await pulled.stop();
  });

  test('a file of the workspace is one, however its URI is encoded', async () => {
    const folder = project('Mein Gerät (1)+@x');
    const href = pathToFileURL(folder).href;
    const encodings = {
      strict: href
        .replaceAll('(', '%28')
        .replaceAll(')', '%29')
        .replaceAll('+', '%2B')
        .replaceAll('@', '%40'),
      loose: decodeURI(href).replaceAll(' ', '%20'),
      node: href,
    };
    for (const [name, root] of Object.entries(encodings)) {
      for (const [other, base] of Object.entries(encodings)) {
        const client = await startClient(CLIENT_PULL, { folders: [root] });
        await client.open(`${base}/Lamp.dext/Info.plist`, FAULTY.replace('<key>Lamp<', '<key>Renamed<'));
        const found = await client.connection.sendRequest<{ name: string }[]>('workspace/symbol', {
          query: '',
        });
        const names = found.map((symbol) => symbol.name);
        assert.ok(names.includes('Renamed'), `${name}, ${other}: ${names}`);
        assert.ok(!names.includes('Lamp'), `${name}, ${other}: ${names}`);
        await client.stop();
      }
    }
  });
});
