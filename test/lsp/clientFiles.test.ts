import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection } from 'vscode-languageserver';
import { clientFiles } from '../../server/src/lsp/clientFiles.ts';
import { Workspace } from '../../server/src/workspace/workspace.ts';
import { memoryFiles, ROOT } from '../unit/workspace/memoryFiles.ts';
import { pbxproj } from '../unit/workspace/pbxproj.ts';

/** A client that serves the files, as one in a browser does. */
function client(files: Readonly<Record<string, string | Uint8Array>>): {
  connection: Connection;
  asked: string[];
} {
  const fs = memoryFiles(files);
  const asked: string[] = [];
  const sendRequest = async (method: string, { uri }: { uri: string }): Promise<unknown> => {
    asked.push(method);
    if (method === 'driverPlist/fs/readFile') {
      return { base64: Buffer.from(await fs.readFile(uri)).toString('base64') };
    }
    if (method === 'driverPlist/fs/readDirectory') return fs.readDirectory(uri);
    return (await fs.stat(uri)) ?? null;
  };
  return { connection: { sendRequest } as unknown as Connection, asked };
}

test('bytes, folders and what is not there come through the client', async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  const { connection } = client({ 'a/b.bin': bytes });
  const files = clientFiles(connection);
  assert.deepEqual([...(await files.readFile(`${ROOT}/a/b.bin`))], [...bytes]);
  assert.deepEqual(await files.readDirectory(`${ROOT}/a`), [{ name: 'b.bin', type: 'file', link: false }]);
  assert.equal((await files.stat(`${ROOT}/a/b.bin`))?.size, 256);
  assert.equal(await files.stat(`${ROOT}/gone`), undefined);
  await assert.rejects(files.readFile(`${ROOT}/gone`), /no such file/);
});

test('a workspace is read through the client alone', async () => {
  const project = pbxproj({
    targets: { Lamp: { type: 'driver-extension', settings: { PRODUCT_BUNDLE_IDENTIFIER: 'com.acme.lamp' } } },
  });
  const { connection, asked } = client({ 'Lamp.xcodeproj/project.pbxproj': project });
  const workspace = new Workspace(clientFiles(connection), [ROOT]);
  await workspace.index();
  assert.deepEqual(
    workspace.bundles.map(({ name, kind }) => `${kind} ${name}`),
    ['dext Lamp'],
  );
  assert.ok(asked.includes('driverPlist/fs/readDirectory'));
});
