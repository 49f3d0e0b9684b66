/** What the protocol asks of any server, with clients other than VS Code in mind: the built server, real messages. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import { readTransport } from '../../server/src/lsp/transport.ts';
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

describe('arguments', () => {
  const good: readonly (readonly [string, object])[] = [
    ['--stdio', { kind: 'stdio' }],
    ['--stdio --clientProcessId=7', { kind: 'stdio' }],
    ['--clientProcessId 7 --stdio', { kind: 'stdio' }],
    ['--node-ipc', { kind: 'node-ipc' }],
    ['--socket=5007', { kind: 'socket', port: 5007 }],
    ['--socket 5007', { kind: 'socket', port: 5007 }],
    ['--port=5007', { kind: 'socket', port: 5007 }],
    ['--socket --port=5007', { kind: 'socket', port: 5007 }],
    ['--pipe=/tmp/a=b', { kind: 'pipe', name: '/tmp/a=b' }],
    ['--pipe /tmp/x', { kind: 'pipe', name: '/tmp/x' }],
  ];
  for (const [text, transport] of good) {
    test(text, () => assert.deepEqual(readTransport(text.split(' ')), transport));
  }
  const bad: readonly (readonly [string, RegExp])[] = [
    ['--socket', /--socket needs a value/],
    ['--socket=', /--socket needs a value/],
    ['--socket=abc', /needs a number/],
    ['--socket=70000', /port from 1 to 65535/],
    ['--socket=0', /port from 1/],
    ['--pipe --stdio', /--pipe needs a value/],
    ['--stdio --socket=5007', /Only one of --stdio, --socket=5007/],
    ['--clientProcessId=7', /Say how to talk/],
    ['--clientProcessId=x --stdio', /needs a number/],
    ['--sdtio', /Unknown argument "--sdtio"/],
    ['stdio', /Unknown argument "stdio"/],
  ];
  for (const [text, problem] of bad) {
    test(`${text} is explained`, () => {
      const read = readTransport(text.split(' '));
      assert.match('problem' in read ? read.problem : '', problem);
    });
  }
});

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

  for (const [what, argument] of [
    ['port', '--socket=1'],
    ['pipe', `--pipe=${path.join(work, 'nobody.sock')}`],
  ] as const) {
    test(`a ${what} where nobody listens is said, exit 2`, () => {
      const { status, stderr } = spawnSync(process.execPath, [SERVER, argument], {
        encoding: 'utf8',
        timeout: 10_000,
      });
      assert.equal(status, 2);
      assert.match(
        stderr,
        /^The client cannot be reached: connect (?:ECONNREFUSED|ENOENT|EACCES) [^\n]*\.\n$/,
      );
    });
  }

  test('a client that breaks the connection off ends the server', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const child = spawn(process.execPath, [SERVER, `--socket=${port}`], { stdio: 'inherit' });
    const [socket] = await once(server, 'connection');
    const connection = createMessageConnection(
      new StreamMessageReader(socket),
      new StreamMessageWriter(socket),
    );
    connection.onError(() => {});
    connection.listen();
    await connection.sendRequest('initialize', { processId: null, rootUri: null, capabilities: {} });
    const exited = once(child, 'exit');
    socket.resetAndDestroy();
    const [status] = await exited;
    assert.equal(status, 1);
    server.close();
  });

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
  test('a client that asks for nothing of ours is sent what the protocol names alone', async () => {
    const dump = path.join(work, 'no dump.txt');
    writeFileSync(dump, 'nothing');
    const client = await startClient(
      { ...CLIENT_3_16, window: { showMessage: {} } },
      {
        folders: [pathToFileURL(project('plain')).href],
        params: { initializationOptions: { settings: { registryDump: dump } } },
      },
    );
    const document = await client.open('file:///w/Lamp/Info.plist', FAULTY);
    assert.ok((await document.published()).length > 0);
    await document.change('IOUSBHostDevice', 'IOUSBHostInterface');
    await document.published();
    await bundlesOf(client);
    const { message } = await client.waitFor<{ message: string }>('window/showMessage');
    assert.match(message, /no%20dump\.txt|no dump\.txt/);
    const own = [...client.received.keys()].filter(
      (method) => !/^(?:textDocument|window|workspace|client|\$)\//.test(method),
    );
    assert.deepEqual(own, []);
    assert.equal(await client.stop(), 0);
  });

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

describe('messages as clients write them', () => {
  test('byte by byte, with another header, ids that are texts, and whole-text changes', async () => {
    const child = spawn(process.execPath, [SERVER, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const reader = new StreamMessageReader(child.stdout);
    const said: { id?: unknown; method?: string; params?: unknown; result?: unknown }[] = [];
    let heard = (): void => {};
    reader.listen((message) => {
      said.push(message as never);
      heard();
    });
    const until = async <T>(find: () => T | undefined): Promise<T> => {
      for (;;) {
        const found = find();
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
      }
    };
    const send = async (body: object, step = 1): Promise<void> => {
      const bytes = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...body }));
      const header = `Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: ${bytes.length}\r\n\r\n`;
      const whole = Buffer.concat([Buffer.from(header), bytes]);
      for (let at = 0; at < whole.length; at += step) {
        child.stdin.write(whole.subarray(at, at + step));
        if (step === 1 && at % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    };
    try {
      await send({ id: 'first', method: 'initialize', params: { processId: null, capabilities: {} } });
      await until(() => said.find(({ id }) => id === 'first'));
      await send({ method: 'initialized' }, 100);
      const uri = 'file:///w/Lämpchen/Info.plist';
      const text = '<plist><dict><key>ä💡</key></dict></plist>';
      await send({
        method: 'textDocument/didOpen',
        params: { textDocument: { uri, languageId: 'plist', version: 1, text } },
      });
      const published = (version: number) => () =>
        said
          .filter(({ method }) => method === 'textDocument/publishDiagnostics')
          .map(
            ({ params }) => params as { uri: string; version?: number; diagnostics: { message: string }[] },
          )
          .filter(({ diagnostics }) => (version === 1 ? diagnostics.length > 0 : diagnostics.length === 0))
          .at(-1);
      const found = await until(published(1));
      assert.match(found.diagnostics[0]!.message, /"ä💡" has no value/);
      const after = said.length;
      await send({
        method: 'textDocument/didChange',
        params: {
          textDocument: { uri, version: 2 },
          contentChanges: [{ text: 'x' }, { text: '<plist version="1.0"><dict/></plist>' }],
        },
      });
      await until(() => said.slice(after).find(({ method }) => method === 'textDocument/publishDiagnostics'));
      assert.ok(published(2)(), 'the whole text is another');
      await send({ id: 'last', method: 'shutdown', params: null });
      assert.equal((await until(() => said.find(({ id }) => id === 'last'))).result, null);
      const exited = once(child, 'exit');
      await send({ method: 'exit', params: null });
      assert.deepEqual(await exited, [0, null]);
    } finally {
      child.kill();
    }
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
