import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usbCombination } from '../../../server/src/iokit/explain.ts';
import { pciMatchTerms } from '../../../server/src/iokit/pci.ts';
import { usbKeyCombination } from '../../../server/src/iokit/usb.ts';
import { dict } from './nubs.ts';

test('PCI text: values, masks, halves, places', () => {
  const { terms, junk } = pciMatchTerms('0x168614e4 16b414E4 & 0xffffffff');
  assert.equal(junk, undefined);
  assert.deepEqual(
    terms.map(({ device, vendor, mask }) => [device, vendor, mask]),
    [
      [0x1686, 0x14e4, undefined],
      [0x16b4, 0x14e4, 0xffffffffn],
    ],
  );
  assert.deepEqual(
    terms.map(({ start, end }) => [start, end]),
    [
      [0, 10],
      [11, 32],
    ],
  );
});

test('PCI text: reading stops at the first thing that is no number', () => {
  const cases: [string, number, string | undefined][] = [
    ['0x11112222,0x33334444', 1, ',0x33334444'],
    ['0x11112222|0x33334444', 1, '|0x33334444'],
    ['pci1234', 0, 'pci1234'],
    ['', 0, undefined],
    ['  0x1 \t\n0x2  ', 2, undefined],
    ['0x', 0, '0x'],
    ['11112222\t& 0xff', 1, '& 0xff'],
  ];
  for (const [text, count, rest] of cases) {
    const { terms, junk } = pciMatchTerms(text);
    assert.equal(terms.length, count, text);
    assert.equal(junk?.text, rest, text);
  }
});

test('PCI text: an & without a number masks everything away', () => {
  const [term] = pciMatchTerms('0x12345678&').terms;
  assert.equal(term?.emptyMask, true);
  assert.equal(term?.mask, 0n);
  assert.equal(pciMatchTerms('0x12345678&0xffff00000').terms[0]?.mask, 0xffff00000n);
});

test('USB: the row that a set of keys makes', () => {
  const row = (kind: 'device' | 'interface', ...keys: string[]) => usbKeyCombination(keys, kind).row?.score;
  assert.equal(row('device', 'idVendor', 'idProduct', 'bcdDevice'), 100000);
  assert.equal(row('device', 'idVendor', 'idProduct', 'bDeviceClass'), 90000);
  assert.equal(row('device', 'idVendor', 'idProductArray'), 90000);
  assert.equal(row('device', 'idVendor', 'bDeviceSubClass', 'bDeviceProtocol'), 80000);
  assert.equal(row('device', 'bDeviceClass', 'bDeviceSubClass'), 50000);
  assert.equal(row('interface', 'idVendor', 'idProduct'), undefined);
  assert.equal(row('interface', 'idVendor', 'idProduct', 'bConfigurationValue', 'bInterfaceNumber'), 90000);
  assert.equal(row('interface', 'bInterfaceClass', 'bInterfaceSubClass', 'bInterfaceProtocol'), 60000);
  assert.equal(row('interface', 'idVendor'), undefined);
});

test('USB: what is missing, what is in the way, what is not read', () => {
  const face = usbKeyCombination(['idVendor', 'idProduct'], 'interface');
  assert.deepEqual(face.missing, [['bConfigurationValue', 'bInterfaceNumber']]);
  const vendor = usbKeyCombination(['idVendor'], 'device');
  assert.deepEqual(vendor.missing, [['idProduct'], ['bDeviceSubClass']]);
  const both = usbKeyCombination(['idVendor', 'bDeviceClass', 'bDeviceSubClass', 'bcdDevice'], 'device');
  assert.equal(both.row, undefined);
  assert.ok(both.inTheWay.includes('bcdDevice'));
  assert.deepEqual(usbKeyCombination(['idVendor', 'idProduct', 'bInterfaceNumber'], 'device').ignored, [
    'bInterfaceNumber',
  ]);
  assert.match(usbKeyCombination([], 'device').what, /no key/);
});

test('USB: the score of a personality without a device', () => {
  const usb = { IOProviderClass: 'IOUSBHostDevice', idVendor: 1, idProduct: 2 };
  assert.equal(usbCombination(dict(usb))?.score, 90000);
  assert.equal(usbCombination(dict({ ...usb, idProduct: '*', IOProbeScore: 20000 }))?.score, 98000);
  assert.equal(usbCombination(dict({ ...usb, idProduct: '2' }))?.score, undefined);
  assert.equal(usbCombination(dict({ ...usb, idProduct: '$(PRODUCT)' }))?.score, 90000);
  assert.equal(usbCombination(dict({ ...usb, idProductArray: 'x', idProduct: 2 }))?.score, undefined);
  assert.equal(usbCombination(dict({ ...usb, idProductMask: 0xff }))?.maskMayApply, true);
  assert.equal(usbCombination(dict({ IOProviderClass: 'IOPCIDevice' })), undefined);
});
