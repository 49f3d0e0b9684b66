import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startsOn } from '../../../server/src/iokit/entitlement-check.ts';
import { matchScore } from '../../../server/src/iokit/matching.ts';
import { countMatches } from '../../../server/src/iokit/matching-report.ts';
import type { Nub } from '../../../server/src/iokit/nub.ts';
import { suggestPersonalities } from '../../../server/src/iokit/suggest.ts';
import { dict, makeNub } from './nubs.ts';

const USB = { idVendor: 1921, idProduct: 7, bcdDevice: 256, SerialNumber: 'SECRET' };
const DEVICE = makeNub('IOUSBHostDevice', {
  ...USB,
  bDeviceClass: 2,
  bDeviceSubClass: 0,
  bDeviceProtocol: 0,
});
const FACE = makeNub('IOUSBHostInterface', {
  ...USB,
  bConfigurationValue: 1,
  bInterfaceNumber: 0,
  bInterfaceClass: 255,
  bInterfaceSubClass: 66,
  bInterfaceProtocol: 1,
});
const HID = makeNub('IOHIDDevice', {
  VendorID: 1,
  ProductID: 2,
  PrimaryUsagePage: 1,
  PrimaryUsage: 6,
  SerialNumber: 'SECRET',
  DeviceUsagePairs: [{ DeviceUsagePage: 1, DeviceUsage: 6 }],
});
const CARD = makeNub(
  'IOPCIDevice',
  {},
  {
    pciConfig: new Map([
      [0, 0x168614e4],
      [8, 0x02000001],
      [0x2c, 0x168614e4],
    ]),
  },
);
const DISK = makeNub('IOSCSIPeripheralDeviceNub', {
  'Peripheral Device Type': 0,
  'Vendor Identification': 'Acme',
});
const MEDIA = makeNub('IOMedia', { Whole: true, 'Content Hint': 'Acme_Content', UUID: 'SECRET' });

function scores(nub: Nub): number[] {
  return suggestPersonalities(nub).map(({ score }) => score);
}

test('every legal precision, the most precise first', () => {
  assert.deepEqual(scores(DEVICE), [100000, 90000, 60000, 50000]);
  assert.deepEqual(scores(FACE), [100000, 90000, 80000, 70000]);
  assert.deepEqual(scores(HID), [7200, 6000, 6200, 1200]);
  assert.deepEqual(scores(CARD), [0, 0, 0, 0]);
  assert.deepEqual(scores(DISK), [10000, 5000]);
  assert.equal(scores(MEDIA).length, 2);
  assert.deepEqual(scores(makeNub('AcmeNub', { a: 1 })), []);
  const half = makeNub('IOUSBHostDevice', { idVendor: 1921, idProduct: 7 });
  assert.deepEqual(scores(half), [90000]);
});

test('a suggestion matches its device, says what it takes in, and holds nothing private', () => {
  for (const nub of [
    DEVICE,
    FACE,
    HID,
    CARD,
    DISK,
    MEDIA,
    makeNub('IOHIDInterface', {}, { provider: HID }),
  ]) {
    const suggestions = suggestPersonalities(nub);
    assert.ok(suggestions.length >= 2, nub.className);
    for (const { keys, score, title } of suggestions) {
      assert.equal(matchScore(keys, nub), score);
      assert.equal([...keys.keys()][0], 'IOProviderClass');
      assert.ok(title.length > 5);
      assert.ok(![...keys.values()].includes('SECRET'));
    }
  }
});

test('the entitlement of a suggestion lets the dext start', () => {
  for (const nub of [DEVICE, FACE, CARD, HID]) {
    const [first] = suggestPersonalities(nub);
    const { key, value } = first!.entitlement!;
    const asking = {
      ...nub,
      properties: new Map([...nub.properties, ['IOServiceDEXTEntitlements', [[key]]] as const]),
    };
    const personality = new Map([
      ...first!.keys,
      ['IOClass', 'IOUserService'],
      ['IOUserServerName', 'd'],
    ] as const);
    assert.equal(startsOn(personality, asking, { entitlements: new Map([[key, value]]) }).starts, true, key);
    assert.equal(startsOn(personality, asking, { entitlements: new Map() }).starts, false, key);
  }
});

test('how many devices of its class a personality matches', () => {
  const other = makeNub('IOUSBHostDevice', { ...USB, idVendor: 2 });
  const count = countMatches(dict({ IOProviderClass: 'IOUSBHostDevice', idVendor: 1921, idProduct: 7 }), [
    DEVICE,
    other,
    FACE,
  ]);
  assert.deepEqual([count.matching.length, count.of], [1, 2]);
  assert.equal(countMatches(dict({}), [DEVICE]).of, 0);
});
