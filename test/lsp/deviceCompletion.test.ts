/** Completion proposes the devices of the loaded registry dump for the keys that match them. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { CompletionItem, CompletionList } from 'vscode-languageserver';
import type { LoadRegistryResult } from '../../server/src/lsp/matchMessages.ts';
import { dext } from '../unit/service/marked.ts';
import { CLIENT_PULL, type LspClient, startClient } from './client.ts';

const SERIAL = 'LAMP-000042';
const PERSON = 'Erika';

const entry = (header: string, ...properties: string[]): string =>
  `  +-o ${header}, registered, matched, active, busy 0, retain 20>\n    {\n${properties.map((line) => `      ${line}\n`).join('')}    }\n`;
const usb = (name: string, id: number, vendor: number, product: number): string =>
  entry(
    `${name}@1410000${id}  <class IOUSBHostDevice, id 0x10000020${id}`,
    `"idVendor" = ${vendor}`,
    `"idProduct" = ${product}`,
    '"bcdDevice" = 256',
    `"kUSBSerialNumberString" = "${SERIAL}"`,
  );
const hid = (id: number, product: string, transport: string): string =>
  entry(
    `IOHIDDevice  <class IOHIDDevice, id 0x10000030${id}`,
    '"VendorID" = 4617',
    `"ProductID" = ${48 + id}`,
    `"Product" = "${product}"`,
    `"Transport" = "${transport}"`,
  );

const DUMP = [
  '+-o Root  <class IORegistryEntry, id 0x100000100, retain 11>\n',
  usb('Desk Lamp', 0, 4617, 2),
  usb('Floor Lamp', 1, 4617, 3),
  usb(`Torch ${SERIAL}`, 2, 1452, 592),
  usb('Desk Lamp', 3, 4617, 2),
  hid(0, 'Dimmer', 'USB'),
  hid(1, `${PERSON}'s Dimmer`, 'Bluetooth'),
  entry(
    'ethernet@0  <class IOPCIDevice, id 0x100000400',
    '"vendor-id" = <86800000>',
    '"device-id" = <d3100000>',
    '"class-code" = <00000200>',
    '"revision-id" = <03000000>',
  ),
].join('');

const folder = mkdtempSync(path.join(tmpdir(), 'driver-plist-devices-'));
const dump = path.join(folder, 'lamps.txt');
writeFileSync(dump, DUMP);
after(() => rmSync(folder, { recursive: true, force: true }));

let opened = 0;

/** What is offered at the `|` in the lines of a personality, in the order in which a client shows it. */
async function offered(client: LspClient, lines: string): Promise<CompletionItem[]> {
  const uri = `file:///w/Lamp${opened++}/Info.plist`;
  const [before, behind] = dext(lines).split('|') as [string, string];
  const document = await client.open(uri, before + behind);
  const list = await client.connection.sendRequest<CompletionList>('textDocument/completion', {
    textDocument: { uri },
    position: document.after(before.slice(-60)),
  });
  assert.ok(!JSON.stringify(list).includes(SERIAL), 'a serial number is never shown');
  assert.ok(!JSON.stringify(list).includes(PERSON), 'the name of a person is never shown');
  return list.items.toSorted((a, b) => (a.sortText! < b.sortText! ? -1 : 1));
}

const devices = (items: readonly CompletionItem[]): string[] =>
  items.map(({ label }) => label).filter((label) => /\(0x\w{4}:0x\w{4}\)$/.test(label));
const written = (items: readonly CompletionItem[], label: string): string | undefined =>
  items.find((item) => item.label === label)?.textEdit?.newText;

const USB = '<key>IOProviderClass</key><string>IOUSBHostDevice</string>';
const HID = '<key>IOProviderClass</key><string>IOHIDDevice</string>';
const PCI = '<key>IOProviderClass</key><string>IOPCIDevice</string>';

test('the devices of the dump are proposed first, by name, and their numbers written', async () => {
  const client = await startClient(CLIENT_PULL);
  const vendorKey = `${USB}<key>idVendor</key><integer>|</integer>`;
  assert.deepEqual(devices(await offered(client, vendorKey)), [], 'none without a dump');
  const load = (uri: string | null) =>
    client.connection.sendRequest<LoadRegistryResult>('driverPlist/loadRegistry', { uri });
  assert.ok((await load(pathToFileURL(dump).href)).ok);

  const lamps = ['Desk Lamp (0x1209:0x0002)', 'Floor Lamp (0x1209:0x0003)'];
  const torch = 'IOUSBHostDevice (0x05ac:0x0250)';
  const vendors = await offered(client, vendorKey);
  assert.deepEqual(
    vendors.slice(0, 3).map(({ label }) => label),
    [...lamps, torch],
  );
  assert.ok(vendors.length > 3, 'the vendors of the lists follow');
  assert.equal(written(vendors, lamps[1]!), '4617');

  const elements = await offered(client, `${USB}\n<key>idVendor</key>\n|`);
  assert.deepEqual(
    elements.slice(0, 3).map(({ label }) => label),
    [...lamps, torch],
  );
  assert.equal(written(elements, torch), '<integer>1452</integer>');

  const product = '<key>idProduct</key><integer>|</integer>';
  assert.deepEqual(devices(await offered(client, USB + product)), [...lamps, torch]);
  const ofVendor = await offered(client, `${USB}<key>idVendor</key><integer>0x1209</integer>${product}`);
  assert.deepEqual(devices(ofVendor), lamps);
  assert.equal(written(ofVendor, lamps[0]!), '2');
  const other = await offered(client, `${USB}<key>idVendor</key><integer>7</integer>${product}`);
  assert.deepEqual(devices(other), []);

  const dimmers = await offered(
    client,
    `${HID}<key>VendorID</key><integer>4617</integer><key>ProductID</key><integer>|</integer>`,
  );
  assert.deepEqual(devices(dimmers), ['Dimmer (0x1209:0x0030)', 'IOHIDDevice (0x1209:0x0031)']);
  assert.equal(written(dimmers, 'Dimmer (0x1209:0x0030)'), '48');

  for (const key of ['IOPCIPrimaryMatch', 'IOPCIMatch']) {
    const cards = await offered(client, `${PCI}<key>${key}</key><string>|</string>`);
    assert.equal(cards[0]?.label, 'ethernet (0x8086:0x10d3)', key);
    assert.equal(cards[0]?.textEdit?.newText, '0x10d38086', key);
  }
  const cards = await offered(client, `${PCI}<key>IOPCIClassMatch</key><string>|</string>`);
  assert.equal(cards[0]?.label, 'ethernet (0x8086:0x10d3)');
  assert.equal(cards[0]?.textEdit?.newText, '0x02000000');
  const array = (items: string) =>
    `${USB}<key>idVendor</key><integer>4617</integer><key>idProductArray</key><array>${items}</array>`;
  assert.deepEqual(devices(await offered(client, array('<integer>|</integer>'))), lamps);
  const second = await offered(client, array('<integer>2</integer>\n|'));
  assert.deepEqual(devices(second), [lamps[1]]);
  assert.equal(written(second, lamps[1]!), '<integer>3</integer>');
  const hidArray = `${HID}<key>VendorID</key><integer>4617</integer><key>ProductIDArray</key><array><integer>|</integer></array>`;
  assert.deepEqual(devices(await offered(client, hidArray)), [
    'Dimmer (0x1209:0x0030)',
    'IOHIDDevice (0x1209:0x0031)',
  ]);
  const release = (product: number) =>
    `${USB}<key>idVendor</key><integer>4617</integer><key>idProduct</key><integer>${product}</integer><key>bcdDevice</key><integer>|</integer>`;
  assert.equal((await offered(client, release(2)))[0]?.label, 'Desk Lamp (256)');
  assert.equal((await offered(client, release(3)))[0]?.label, 'Floor Lamp (256)');
  assert.ok(!(await offered(client, release(7))).some(({ label }) => label.includes('Lamp')));
  assert.deepEqual(devices(await offered(client, `${PCI}<key>IOProbeScore</key><integer>|</integer>`)), []);

  await load(null);
  assert.deepEqual(devices(await offered(client, vendorKey)), [], 'none when it is taken away');
  assert.equal(await client.stop(), 0);
});
