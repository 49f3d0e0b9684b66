import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import pciFile from '../../../schemas/ids/pci.json' with { type: 'json' };
import usbFile from '../../../schemas/ids/usb.json' with { type: 'json' };
import { choosePhrases, packName } from '../../../scripts/pack-phrases.ts';
import { type IdFile, idList } from '../../../server/src/iokit/id-lists.ts';
import {
  hidUsage,
  hidUsagePage,
  pciClass,
  pciDevice,
  pciVendor,
  scsiType,
  searchPciDevices,
  searchPciVendors,
  searchUsbProducts,
  searchUsbVendors,
  usbClass,
  usbProduct,
  usbVendor,
} from '../../../server/src/iokit/ids.ts';

test('known USB and PCI ids have their names', () => {
  assert.equal(usbVendor(1452), 'Apple, Inc.');
  assert.equal(usbVendor(0x046dn), 'Logitech, Inc.');
  assert.equal(usbProduct(0x05ac, 0x8600), 'iBridge');
  assert.equal(pciVendor(0x8086), 'Intel Corporation');
  assert.equal(pciDevice(0x8086, 0x1533), 'I210 Gigabit Network Connection');
  assert.equal(pciDevice(0x10ecn, 0x8168n), 'RTL8111/8168/8411 PCI Express Gigabit Ethernet Controller');
});

test('classes are named as far as they are known', () => {
  assert.equal(usbClass(3), 'Human Interface Device');
  assert.equal(usbClass(8, 6, 80), 'Mass Storage, SCSI, Bulk-Only');
  assert.equal(usbClass(8, 6, 0x99), 'Mass Storage, SCSI');
  assert.equal(usbClass(255), 'Vendor Specific Class');
  assert.equal(pciClass(2, 0), 'Network controller, Ethernet controller');
  assert.equal(pciClass(0x0c, 0x03, 0x30), 'Serial bus controller, USB controller, XHCI');
});

test('HID usages and SCSI types are named', () => {
  assert.equal(hidUsagePage(1), 'Generic Desktop Controls');
  assert.equal(hidUsage(1, 6), 'Keyboard');
  assert.equal(hidUsage(1n, 2n), 'Mouse');
  assert.equal(hidUsagePage(0xff00), 'Vendor-defined');
  assert.equal(hidUsage(9, 200), 'Button 200');
  assert.equal(scsiType(0), 'Direct-access block device (disk)');
  assert.equal(scsiType(5n), 'CD/DVD device');
});

test('what has no name is undefined, whatever the number', () => {
  for (const ask of [usbVendor, pciVendor, usbClass, pciClass, hidUsagePage, scsiType]) {
    for (const number of [-1, 0x1_0000, 1.5, Number.NaN, Infinity, -5n, 2n ** 64n]) {
      assert.equal(ask(number), undefined, `${ask.name}(${number})`);
    }
  }
  assert.equal(usbProduct(0x05ac, 0x1_0000), undefined);
  assert.equal(usbProduct(0xdead, 1), undefined);
  assert.equal(hidUsage(1, -6), undefined);
  assert.equal(hidUsage(9, 0x1_0000), undefined);
});

test('a search finds beginnings of names first, then of words, and keeps to the limit', () => {
  assert.deepEqual(searchUsbVendors('Apple', 1), [{ id: 1452, name: 'Apple, Inc.' }]);
  const intel = searchPciVendors('intel', 5);
  assert.equal(intel[0]?.name.startsWith('Intel'), true);
  assert.equal(intel.length, 5);
  const corporations = searchUsbVendors('corp', 10);
  assert.equal(corporations.length, 10);
  assert.ok(searchUsbProducts(0x05ac, 'iPhone', 50).every((found) => found.name.includes('iPhone')));
  assert.equal(searchPciDevices(0x8086, 'I210 Gigabit Network', 3)[0]?.id, 0x1533);
  assert.deepEqual(searchUsbProducts(0xdead, '', 5), []);
  assert.deepEqual(searchUsbVendors('no maker has such a name', 5), []);
  assert.deepEqual(searchUsbVendors('a', 0), []);
});

test('every vendor and device line of both lists reads back as printable text', () => {
  for (const file of [usbFile, pciFile]) {
    const list = idList(file);
    let vendor = -1;
    let high = 0;
    let devices = 0;
    for (const line of file.vendors.split('\n')) {
      if (line.startsWith(':')) {
        const id = Number.parseInt(line.slice(1, 5), 16);
        assert.ok(id > vendor, `vendors ascend: ${line}`);
        vendor = id;
        assert.match(list.vendor(id) ?? '', /^[^\p{Cc}]+$/u, line);
        continue;
      }
      const short = line.startsWith('+');
      const id = short ? high + Number.parseInt(line.slice(1, 3), 16) : Number.parseInt(line.slice(0, 4), 16);
      high = id & 0xff00;
      devices += 1;
      // Names of big vendors are looked up by a walk: one device in eight keeps this test quick.
      if (devices % 8 === 0) assert.match(list.device(vendor, id) ?? '', /^[^\p{Cc}]+$/u, line);
    }
    assert.ok(devices > 10_000);
  }
});

test('names agree with the lists of the system', (t) => {
  const lists = [
    { path: '/usr/share/misc/usb.ids', version: usbFile.version, vendor: usbVendor, device: usbProduct },
    { path: '/usr/share/misc/pci.ids', version: pciFile.version, vendor: pciVendor, device: pciDevice },
  ];
  for (const { path, version, vendor, device } of lists) {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    if (!text.includes(`Version: ${version}`)) {
      t.diagnostic(`${path} is not here in version ${version}: not compared`);
      continue;
    }
    let current = 0;
    let devices = 0;
    for (const line of text.slice(0, text.search(/^(?:C 00|# List of known device classes)/m)).split('\n')) {
      const [, tab, id, name = ''] = /^(\t?)([0-9a-f]{4}) {2}(.*)$/.exec(line) ?? [];
      if (id === undefined) continue;
      const expected = name.replace(/\s+/g, ' ').trim();
      if (!tab) {
        current = Number.parseInt(id, 16);
        assert.equal(vendor(current), expected);
      } else if (++devices % 8 === 0) {
        assert.equal(device(current, Number.parseInt(id, 16)), expected);
      }
    }
  }
});

test('any names survive packing', () => {
  const name = fc.oneof(
    fc.stringMatching(/^[ -~]{1,30}$/),
    fc.constantFrom('Host Controller', 'Host Controller (rev {2})', '100% ~^`', '@@ Host', 'Müller & Söhne'),
  );
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 60 }), (names) => {
      const { leads, phrases, codes } = choosePhrases(names);
      const vendors = names
        .map((text, id) => `:${id.toString(16).padStart(4, '0')}${packName(text, codes)}`)
        .join('\n');
      const file: IdFile = {
        version: '1',
        licence: 'none',
        leads,
        phrases: phrases.join('\n'),
        classes: '',
        usages: '',
        vendors,
      };
      const list = idList(file);
      names.forEach((text, id) => {
        assert.equal(list.vendor(id), text);
      });
    }),
    { numRuns: 40 },
  );
});

test('the packed files name their licence and stay inside the budget', () => {
  for (const file of [usbFile, pciFile]) assert.match(file.licence, /BSD-3-Clause/);
  assert.match(
    readFileSync(new URL('../../../schemas/ids/NOTICE.md', import.meta.url), 'utf8'),
    /Redistribution and use/,
  );
  const bytes = ['usb', 'pci'].map(
    (name) => readFileSync(new URL(`../../../schemas/ids/${name}.json`, import.meta.url)).length,
  );
  assert.ok(bytes[0]! + bytes[1]! < 900_000);
});
