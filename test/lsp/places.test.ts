/** Where a folder lies and whether it is trusted: what the built server reads then, and what it leaves alone. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { isTooWide } from '../../server/src/lsp/wideFolders.ts';
import { memoryFiles, ROOT } from '../unit/workspace/memoryFiles.ts';
import { CLIENT_PULL, type LspClient, startClient } from './client.ts';

const SAMPLE = path.resolve(import.meta.dirname, '../fixtures/workspace/rules/transport-entitlement/invalid');
/** Says something of one file, and is switched off by the project's file. */
const RULE = 'dext/missing-kernel-bundle';
const CONFIG = JSON.stringify({ rules: { [RULE]: 'off' } });
const SEVERAL = 'workspace/transport-entitlement';
const RIGHTS = 'Driver/Driver.entitlements';
const INFO = 'Driver/Info.plist';

const folder = mkdtempSync(path.join(tmpdir(), 'driver-plist-places-'));
after(() => rmSync(folder, { recursive: true, force: true }));
cpSync(SAMPLE, folder, { recursive: true });
writeFileSync(path.join(folder, '.driver-plist.json'), CONFIG);
const text = (file: string): string => readFileSync(path.join(folder, file), 'utf8');
/** The Info.plist lacks what the rule wants. */
const info = text(INFO).replace(/\s*<key>CFBundleIdentifierKernel<\/key>\s*<string>[^<]*<\/string>/, '');

/** Resolves when the workspace has been read. */
const isRead = (client: LspClient) => client.connection.sendRequest('workspace/symbol', { query: '' });

async function codes(client: LspClient, base: string, file: string, content: string): Promise<unknown[]> {
  const document = await client.open(`${base}/${file}`, content);
  return (await document.pull()).items.map(({ code }) => code);
}

describe('a folder of this machine', () => {
  const base = pathToFileURL(folder).href;

  test('trusted: the project’s file holds, and the files around are read', async () => {
    const client = await startClient(CLIENT_PULL, { folders: [base] });
    await isRead(client);
    assert.ok(!(await codes(client, base, INFO, info)).includes(RULE));
    assert.ok((await codes(client, base, RIGHTS, text(RIGHTS))).includes(SEVERAL));
    await client.stop();
  });

  test('the home folder and those above are not searched, the document is checked', async () => {
    for (const home of [folder, path.join(folder, 'Driver')]) {
      const env = { HOME: home, USERPROFILE: home };
      const client = await startClient(CLIENT_PULL, { folders: [base], env });
      assert.equal(client.initialized.capabilities.workspaceSymbolProvider, undefined);
      assert.ok((await codes(client, base, INFO, '<plist><dict><key>a</key></dict></plist>')).length > 0);
      assert.ok(!(await codes(client, base, RIGHTS, text(RIGHTS))).includes(SEVERAL));
      const { message } = await client.waitFor<{ message: string }>('window/logMessage');
      assert.match(message, /is not searched for bundles/);
      await client.stop();
    }
  });

  test('which folders are too wide', () => {
    const home = 'file:///Users/me';
    for (const wide of [
      'file:///',
      'file:///Users',
      'file:///Users/',
      'file:///Users/me',
      'file:///Users/me/',
    ]) {
      assert.equal(isTooWide(wide, home), true, wide);
    }
    for (const fine of [
      'file:///Users/me/Lamp',
      'file:///Users/m',
      'file:///Users/me2',
      'vscode-vfs://github/',
      'file:///work',
    ]) {
      assert.equal(isTooWide(fine, home), false, fine);
    }
    assert.equal(isTooWide('file:///c%3A/', undefined), true);
    assert.equal(isTooWide('file:///c%3A/Users/Me', 'file:///C:/Users/Me'), true);
    assert.equal(isTooWide('file:///c%3A/work', 'file:///C:/Users/Me'), false);
  });

  test('not trusted: the open document alone is looked at', async () => {
    const client = await startClient(CLIENT_PULL, {
      folders: [base],
      initializationOptions: { scanWorkspace: false, fileSystem: true, readFile: true, bundles: true },
    });
    assert.ok(
      (await codes(client, base, INFO, info)).includes(RULE),
      'the file of the project does not hold',
    );
    assert.ok(!(await codes(client, base, RIGHTS, text(RIGHTS))).includes(SEVERAL), 'no other file is read');
    const { capabilities } = client.initialized;
    for (const name of ['workspaceSymbolProvider', 'definitionProvider', 'renameProvider'] as const) {
      assert.equal(capabilities[name], undefined, name);
    }
    const asked = [...client.received.keys()].filter((method) => /fs\/|readFile/.test(method));
    assert.deepEqual(asked, [], 'nor is the client asked for files');
    await client.stop();
  });
});

describe('a folder that the client alone can read', () => {
  const base = 'vscode-vfs://github/acme/lamp';
  const names = (readdirSync(folder, { recursive: true }) as string[]).filter((name) => /\.\w+$/.test(name));
  const files = memoryFiles(
    Object.fromEntries(
      names.flatMap((name) => {
        try {
          return [[name, text(name)]];
        } catch {
          // A folder.
          return [];
        }
      }),
    ),
  );
  const inner = ({ uri }: { uri: string }): string => {
    assert.ok(uri.startsWith(base), `${uri} lies in no folder of the workspace`);
    return ROOT + uri.slice(base.length);
  };
  const answers = {
    'driverPlist/fs/readFile': async (params: { uri: string }) => ({
      base64: Buffer.from(await files.readFile(inner(params))).toString('base64'),
    }),
    'driverPlist/fs/readDirectory': (params: { uri: string }) => files.readDirectory(inner(params)),
    'driverPlist/fs/stat': (params: { uri: string }) => files.stat(inner(params)),
  };

  test('is read through it, the project’s file too', async () => {
    const client = await startClient(CLIENT_PULL, {
      folders: [base],
      initializationOptions: { fileSystem: true },
      answers,
    });
    await isRead(client);
    assert.ok((await codes(client, base, RIGHTS, text(RIGHTS))).includes(SEVERAL));
    assert.ok(!(await codes(client, base, INFO, info)).includes(RULE), 'the file of the project holds');
    await client.stop();
  });

  test('is left alone when it is not trusted', async () => {
    const client = await startClient(CLIENT_PULL, {
      folders: [base],
      initializationOptions: { fileSystem: true, scanWorkspace: false },
      answers,
    });
    assert.ok((await codes(client, base, INFO, info)).includes(RULE));
    assert.deepEqual(
      [...client.received.keys()].filter((method) => method.includes('/fs/')),
      [],
    );
    await client.stop();
  });

  test('is left alone by a client that offers no files', async () => {
    const client = await startClient(CLIENT_PULL, { folders: [base] });
    assert.ok((await codes(client, base, INFO, info)).includes(RULE));
    assert.equal(client.initialized.capabilities.workspaceSymbolProvider, undefined);
    await client.stop();
  });
});
