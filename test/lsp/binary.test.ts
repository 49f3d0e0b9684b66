/** Binary property lists through the built server: shown as XML, written again, refused with the reason. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  ReadAsXmlProblem,
  ReadAsXmlResult,
  WriteAsBinaryResult,
} from '../../server/src/lsp/binaryMessages.ts';
import { readBinaryPlist, writeBinaryPlist } from '../../server/src/plist/binary.ts';
import { PlistDate, type PlistValue } from '../../server/src/plist/value.ts';
import { CLIENT_PULL, startClient } from './client.ts';

const LAMP = new Map<string, PlistValue>([
  ['CFBundleIdentifier', 'com.example.lamp'],
  ['built', new PlistDate(1_700_000_000.5)],
]);
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

test('a binary file as XML and back, and what cannot be read or written', async () => {
  const client = await startClient(CLIENT_PULL);
  const read = (bytes: Uint8Array) =>
    client.connection.sendRequest<ReadAsXmlResult | ReadAsXmlProblem | null>('driverPlist/readAsXml', {
      base64: base64(bytes),
    });
  const write = (text: string, original?: Uint8Array) =>
    client.connection.sendRequest<WriteAsBinaryResult>('driverPlist/writeAsBinary', {
      text,
      ...(original && { original: base64(original) }),
    });
  const original = writeBinaryPlist(LAMP);
  const shown = await read(original);
  assert.ok(shown && 'text' in shown);
  assert.deepEqual([shown.format, shown.writable], ['binary', true]);

  const written = await write(shown.text.replace('lamp', 'lantern'), original);
  assert.ok('base64' in written);
  const { value } = readBinaryPlist(Buffer.from(written.base64, 'base64'));
  assert.deepEqual(value, new Map(LAMP).set('CFBundleIdentifier', 'com.example.lantern'));

  const refused = await write(shown.text.replace('</date>', '</dat>'), original);
  assert.ok('problem' in refused && refused.line > 3);

  assert.deepEqual(await read(original.slice(0, -8)), {
    problem: 'At byte 65: The trailer is damaged: its sizes and offsets do not fit the file.',
  });
  assert.equal(await read(new Uint8Array([0xcf, 0xfa, 0xed, 0xfe, 0, 0])), null);
  for (const [method, params] of [
    ['driverPlist/readAsXml', { base64: 7 }],
    ['driverPlist/readAsXml', null],
    ['driverPlist/writeAsBinary', {}],
  ] as const) {
    await assert.rejects(client.connection.sendRequest(method, params), { code: -32602 });
  }
  assert.equal(await client.stop(), 0);
});
