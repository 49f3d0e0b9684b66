import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { startsOn } from '../../../server/src/iokit/entitlement-check.ts';
import { nearestMisses, usbCombination } from '../../../server/src/iokit/explain.ts';
import { matchPersonality, matchScore } from '../../../server/src/iokit/matching.ts';
import { readIoregValue } from '../../../server/src/iokit/registry-value.ts';
import { usbKeyCombination } from '../../../server/src/iokit/usb.ts';
import { PlistDate, type PlistDict, PlistReal, type PlistValue } from '../../../server/src/plist/value.ts';
import { makeNub } from './nubs.ts';

const CLASSES = [
  'IOUSBHostDevice',
  'IOUSBHostInterface',
  'IOPCIDevice',
  'IOHIDDevice',
  'IOHIDInterface',
  'IOSCSIPeripheralDeviceNub',
  'IOCDMedia',
  'IOSerialBSDClient',
  'IOResources',
  'IOThunderboltPort',
  'AppleHSSPIInterface',
  'AcmeNub',
];

const KEYS = [
  'IONameMatch',
  'IOLocationMatch',
  'IOPropertyMatch',
  'IOPropertyExistsMatch',
  'IOPathMatch',
  'IOParentMatch',
  'IOMatchedServiceCountMatch',
  'IOResourceMatch',
  'IOResourceMatched',
  'IOProbeScore',
  'IOMatchCategory',
  'IOUserServerName',
  'IOServiceDEXTEntitlements',
  'IOPCIMatch',
  'IOPCIClassMatch',
  'idVendor',
  'idProduct',
  'idProductArray',
  'idProductMask',
  'bcdDevice',
  'bDeviceClass',
  'bDeviceSubClass',
  'bDeviceProtocol',
  'bInterfaceClass',
  'bInterfaceSubClass',
  'bInterfaceNumber',
  'bConfigurationValue',
  'VendorID',
  'ProductID',
  'ProductIDArray',
  'ProductIDMask',
  'DeviceUsagePairs',
  'DeviceUsagePage',
  'DeviceUsage',
  'PrimaryUsagePage',
  'Transport',
  'Peripheral Device Type',
  'Vendor Identification',
  'Whole',
  'Type',
  'IOSerialBSDClientType',
  'Adapter Type',
  'exclave-assigned',
];

const leaf = fc.oneof(
  fc.constantFrom<PlistValue>('*', 'acme', '0x12348086 & 0xffff', 'IO', 1n, 3n, 255n, 0xff00n, true, false),
  fc.bigInt(-5n, 300n),
  fc.constant(Uint8Array.of(97, 0)),
  fc.constant(new PlistReal(1.5)),
  fc.constant(new PlistDate(0)),
);
const { value } = fc.letrec<{ value: PlistValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    { weight: 6, arbitrary: leaf },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 3 }) },
    {
      weight: 1,
      arbitrary: fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 3 }).map(asDict),
    },
  ),
}));
const table = fc.dictionary(fc.constantFrom(...KEYS), value, { maxKeys: 7 }).map(asDict);

function asDict(object: { readonly [key: string]: PlistValue }): PlistDict {
  return new Map(Object.entries(object));
}

const nub = fc
  .record({ className: fc.constantFrom(...CLASSES), own: table, above: table })
  .map(({ className, own, above }) => ({
    ...makeNub(className, {}, { provider: { ...makeNub('IOHIDDevice'), properties: above } }),
    properties: own,
  }));

test('whatever stands in a personality or a device: no throw, and the same answer with and without reasons', () => {
  let matched = 0;
  fc.assert(
    fc.property(nub, table, fc.boolean(), fc.boolean(), (device, keys, acpi, copy) => {
      // A personality made of the device's own values matches now and then; a random one hardly ever.
      const wanted = copy ? new Map([...keys, ...device.properties]) : keys;
      const personality: PlistDict = new Map<string, PlistValue>([
        ...wanted,
        ['IOProviderClass', device.className],
      ]);
      const result = matchPersonality(personality, device, { acpi });
      if (result.matches) matched++;
      assert.equal(matchScore(personality, device, { acpi }), result.score);
      assert.equal(result.matches, result.score !== undefined);
      assert.equal(result.firstFailure === undefined, result.matches);
      const points = result.parts.reduce((sum, part) => sum + part.points, 0);
      assert.equal(points, result.score ?? 0, 'the parts of the score add up');
      if (result.matches)
        assert.deepEqual(
          result.checks.filter((check) => !check.ok),
          [],
        );
      for (const miss of nearestMisses(personality, [device], { acpi })) assert.ok(miss.sentence.length > 10);
      assert.ok(startsOn(personality, device, { entitlements: keys }).why.length > 5);
      usbCombination(personality);
    }),
    { numRuns: 3000, seed: 20 },
  );
  assert.ok(matched > 300, `${matched} of 3000 matched`);
});

test('a set of USB keys has a row exactly when some device can match it', () => {
  const keys = ['idVendor', 'idProduct', 'bcdDevice', 'bDeviceClass', 'bDeviceSubClass', 'bDeviceProtocol'];
  for (let bits = 0; bits < 1 << keys.length; bits++) {
    const present = keys.filter((_, index) => (bits >> index) & 1);
    const { row, missing, inTheWay } = usbKeyCombination(present, 'device');
    const scores = [255, 2].map((deviceClass) => {
      const props = Object.fromEntries(keys.map((key) => [key, key === 'bDeviceClass' ? deviceClass : 1]));
      const device = makeNub('IOUSBHostDevice', props);
      const personality = new Map<string, PlistValue>([['IOProviderClass', 'IOUSBHostDevice']]);
      for (const key of present) personality.set(key, device.properties.get(key)!);
      return matchScore(personality, device);
    });
    const best = Math.max(...scores.map((score) => score ?? 0));
    assert.equal(best, row?.score ?? 0, present.join(' + '));
    if (row) continue;
    for (const ways of missing) {
      assert.ok(
        usbKeyCombination([...present, ...ways], 'device').row,
        `${present.join(' + ')} with ${ways.join(' + ')}`,
      );
    }
    assert.ok(missing.length > 0 || inTheWay.length > 0, present.join(' + '));
  }
});

test('a value of a dump is read or unknown, never a throw', () => {
  const piece = fc.constantFrom(
    '"',
    '<',
    '>',
    '(',
    ')',
    '{',
    '}',
    '[',
    ']',
    ',',
    '=',
    '0a',
    'Yes',
    'No',
    '12',
    '*',
    ' ',
    'x',
    '0x1f',
    '\n',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      const text = pieces.join('');
      readIoregValue(text, 0, text.length);
    }),
    { numRuns: 5000, seed: 21 },
  );
});
