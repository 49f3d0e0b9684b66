import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchPersonality, matchScore, type Nub } from '../../../server/src/iokit/matching.ts';
import { dict, makeNub, type Plain } from './nubs.ts';

function score(personality: { readonly [key: string]: Plain }, nub: Nub): number | undefined {
  return matchScore(dict({ IOClass: 'D', ...personality }), nub);
}

const DEVICE = {
  idVendor: 1921,
  idProduct: 0x5530,
  bcdDevice: 256,
  bDeviceClass: 0,
  bDeviceSubClass: 0,
  bDeviceProtocol: 0,
};

test('checks come in the order of the kernel, and go on past the first failure', () => {
  const nub = makeNub('AcmeNub', { a: 1 }, { name: 'acme', location: '1F' });
  const result = matchPersonality(
    dict({
      IOPropertyMatch: { a: 2 },
      IOLocationMatch: '2',
      IONameMatch: 'acme',
      IOProviderClass: 'AcmeNub',
      IOPropertyExistsMatch: 'a',
    }),
    nub,
  );
  assert.deepEqual(
    result.checks.map(({ key, ok }) => `${ok ? '+' : '-'}${key}`),
    ['+IOProviderClass', '+IONameMatch', '-IOLocationMatch', '-IOPropertyMatch.a', '+IOPropertyExistsMatch'],
  );
  assert.equal(result.firstFailure?.key, 'IOLocationMatch');
  assert.equal(result.uncertain, false);
});

test('no value is converted: integer, boolean, string; a string equals data with its bytes', () => {
  const nub = makeNub('AcmeNub', {
    number: 1,
    text: 'ab',
    raw: new TextEncoder().encode('ab\0'),
    flag: true,
  });
  const holds = (wanted: { readonly [key: string]: Plain }) =>
    score({ IOProviderClass: 'AcmeNub', IOPropertyMatch: wanted }, nub) !== undefined;
  assert.equal(holds({ number: 1 }), true);
  assert.equal(holds({ number: true }), false);
  assert.equal(holds({ number: '1' }), false);
  assert.equal(holds({ flag: 1 }), false);
  assert.equal(holds({ raw: 'ab' }), true);
  assert.equal(holds({ text: new TextEncoder().encode('ab') }), true);
  assert.equal(holds({ text: new TextEncoder().encode('abc') }), false);
  assert.equal(holds({}), true);
  const negative = makeNub('AcmeNub', { big: 0xffffffffffffffffn });
  assert.equal(score({ IOProviderClass: 'AcmeNub', IOPropertyMatch: { big: -1n } }, negative), 0);
});

test('lists of alternatives end at the first thing of another kind', () => {
  const nub = makeNub('AcmeNub', { a: 1 }, { name: 'acme' });
  assert.equal(score({ IOProviderClass: 'AcmeNub', IOPropertyMatch: [{ a: 2 }, { a: 1 }] }, nub), 0);
  assert.equal(score({ IOProviderClass: 'AcmeNub', IOPropertyMatch: ['x', { a: 1 }] }, nub), undefined);
  assert.equal(score({ IOProviderClass: 'AcmeNub', IONameMatch: [7, 'acme'] }, nub), undefined);
  assert.equal(score({ IOProviderClass: 'AcmeNub', IONameMatch: [] }, nub), undefined);
});

test('properties merged by IOUserServiceProperties count', () => {
  const nub = makeNub('AcmeNub', { a: 1, IOUserServiceProperties: { a: 2, b: 3 } });
  assert.equal(score({ IOProviderClass: 'AcmeNub', IOPropertyMatch: { a: 2, b: 3 } }, nub), 0);
  assert.equal(score({ IOProviderClass: 'AcmeNub', IOPropertyMatch: { a: 1 } }, nub), undefined);
});

test('IOCompatibilityMatch: class, properties and path of an older system', () => {
  const old = { IOClass: 'IOUSBDevice', kind: 'lamp', IOPath: 'IOService:/Old/Lamp' };
  const nub = makeNub(
    'IOUSBHostDevice',
    { kind: 'new', IOCompatibilityProperties: old },
    { path: '/New/Lamp' },
  );
  const table = (keys: object) => ({ IOCompatibilityMatch: true, ...keys });
  const usb = { idVendor: '*', idProduct: '*' };
  const asked = (keys: object) =>
    matchScore(dict({ IOProviderClass: 'IOUSBHostDevice', ...usb, IOParentMatch: keys as never }), {
      ...makeNub('IOUSBHostDevice', { idVendor: 1, idProduct: 1 }),
      provider: nub,
    }) !== undefined;
  assert.ok(asked(table({ IOProviderClass: 'IOUSBDevice' })), 'the class of then');
  assert.ok(!asked(table({ IOProviderClass: 'IOUSBHostDevice' })), 'not the one of now');
  assert.ok(asked({ IOProviderClass: 'IOUSBHostDevice' }));
  assert.ok(asked(table({ IOPropertyMatch: { kind: 'lamp' } })));
  assert.ok(!asked({ IOPropertyMatch: { kind: 'lamp' } }));
  assert.ok(asked(table({ IOPathMatch: 'IOService:/Old/Lamp' })));
  assert.ok(asked({ IOPathMatch: 'IOService:/New/Lamp' }));
  assert.ok(!asked({ IOPathMatch: 'IOService:/Old/Lamp' }));
});

test('device-tree nubs: all their names, and the wildcard', () => {
  const names = new TextEncoder().encode('PNP0C0A\0ACPI0003\0');
  const nub = makeNub('IOACPIPlatformDevice', { name: names, model: 'Acme' }, { name: 'BAT0' });
  const matches = (name: string) =>
    score({ IOProviderClass: 'IOPlatformDevice', IONameMatch: name }, nub) === 0;
  assert.deepEqual(['PNP0C0A', 'ACPI0003', 'ACPI*', 'Acme', 'BAT0', 'PNP', '*'].map(matches), [
    true,
    true,
    true,
    true,
    true,
    false,
    true,
  ]);
});

test('IOPathMatch, IORegistryEntryID, IOMatchedServiceCountMatch, BSD Name', () => {
  const client = makeNub('D', { IOMatchCategory: 'x' });
  const nub = makeNub(
    'AcmeNub',
    { 'BSD Name': 'disk4' },
    {
      path: '/PE/pci@1/acme@2',
      entryId: 0x100000abcn,
      clients: [client, makeNub('U'), makeNub('D', { IOMatchCategory: 'y' }, { active: false })],
    },
  );
  const matches = (key: string, value: Plain) =>
    score({ IOProviderClass: 'AcmeNub', [key]: value }, nub) === 0;
  assert.equal(matches('IOPathMatch', 'IOService:/PE/pci@1/acme@2'), true);
  assert.equal(matches('IOPathMatch', 'IOService:/PE/pci/@2'), true);
  assert.equal(matches('IOPathMatch', 'IOService:/PE/pci'), false);
  assert.equal(matches('IOPathMatch', 'IODeviceTree:/PE/pci@1/acme@2'), false);
  assert.equal(matches('IORegistryEntryID', 0x100000abc), true);
  assert.equal(matches('IORegistryEntryID', 1), false);
  assert.equal(matches('IOMatchedServiceCountMatch', 1), true);
  assert.equal(matches('IOMatchedServiceCountMatch', 0), false);
  assert.equal(matches('BSD Name', 'disk4'), true);
  assert.equal(matches('BSD Name', 'disk5'), false);
});

test('IOParentMatch: an ancestor must satisfy the whole table, its family included', () => {
  const device = makeNub('IOUSBHostDevice', DEVICE);
  const face = makeNub(
    'IOUSBHostInterface',
    { bInterfaceClass: 3, bInterfaceSubClass: 1, bInterfaceProtocol: 1 },
    { provider: device },
  );
  const nub = makeNub('IOHIDDevice', { DeviceUsagePairs: [] }, { provider: face });
  const under = (parent: { readonly [key: string]: Plain }) =>
    score({ IOProviderClass: 'IOHIDDevice', IOParentMatch: parent }, nub) !== undefined;
  // Only generic keys: the USB family is not asked.
  assert.equal(under({ IOProviderClass: 'IOUSBHostDevice' }), true);
  assert.equal(under({ IOProviderClass: 'IOUSBHostDevice', idVendor: 1921 }), false);
  assert.equal(under({ IOProviderClass: 'IOUSBHostDevice', idVendor: 1921, idProduct: 0x5530 }), true);
  assert.equal(under({ IOPropertyMatch: { idVendor: 1921 } }), true);
  assert.equal(under({ IOPropertyMatch: { idVendor: 7 } }), false);
  assert.equal(
    under({ IOProviderClass: 'IOUSBHostInterface', IOParentMatch: { IOProviderClass: 'IOPCIDevice' } }),
    false,
  );
});

test('IOParentMatch follows the entry that a nub stands for', () => {
  const old = makeNub('IOUSBDevice', { special: 1 }, { entryId: 77n });
  const nub = makeNub('AcmeNub', { IOServiceLegacyMatchingRegistryID: 77 });
  const personality = dict({
    IOProviderClass: 'AcmeNub',
    IOClass: 'D',
    IOParentMatch: { IOPropertyMatch: { special: 1 } },
  });
  assert.equal(matchScore(personality, nub), undefined);
  assert.equal(matchScore(personality, nub, { entry: (id) => (id === 77n ? old : undefined) }), 0);
});

test('the dictionary form of IOLocationMatch asks the place that the device sits in', () => {
  const slot = makeNub('IOPCIDevice', { model: 'slot-a' }, { pciConfig: new Map([[0, 0x12345678]]) });
  const nub = makeNub('AcmeNub', {}, { provider: makeNub('AcmeController', {}, { provider: slot }) });
  assert.equal(score({ IOProviderClass: 'AcmeNub', IOLocationMatch: { IONameMatch: 'slot-*' } }, nub), 0);
  assert.equal(
    score({ IOProviderClass: 'AcmeNub', IOLocationMatch: { IONameMatch: 'slot-b' } }, nub),
    undefined,
  );
});

test('a value that the dump does not hold is unknown, not different', () => {
  const nub = makeNub('IOUSBHostDevice', { idVendor: 1921 }, { unknownKeys: ['idProduct'] });
  const result = matchPersonality(
    dict({ IOProviderClass: 'IOUSBHostDevice', IOClass: 'D', idVendor: 1921, idProduct: 1 }),
    nub,
  );
  assert.equal(result.matches, false);
  assert.equal(result.uncertain, true);
  assert.match(result.firstFailure?.why ?? '', /cannot tell/);
});

test('an exclave takes its proxy only', () => {
  const nub = makeNub('AcmeNub', { 'exclave-assigned': 1 });
  assert.equal(score({ IOProviderClass: 'AcmeNub' }, nub), undefined);
  assert.equal(score({ IOProviderClass: 'AcmeNub', IOExclaveProxy: true }, nub), 0);
  assert.equal(score({ IOProviderClass: 'AcmeNub', IOExclaveProxy: true }, makeNub('AcmeNub')), undefined);
});

test('USB: wildcards cost only in a row that needs the key', () => {
  const nub = makeNub('IOUSBHostDevice', DEVICE);
  const usb = { IOProviderClass: 'IOUSBHostDevice', idVendor: 1921, idProduct: 0x5530 };
  assert.equal(score({ ...usb, bDeviceClass: '*' }, nub), 90000);
  assert.equal(score({ ...usb, bcdDevice: '*' }, nub), 99000);
  assert.equal(score({ ...usb, IOProbeScore: -500 }, nub), 89500);
  assert.equal(score({ ...usb, idProduct: '*', idProductArray: [1] }, nub), 89000);
  assert.equal(score({ ...usb, idProduct: 0x5500, idProductMask: 0xff00 }, nub), 89500);
  assert.equal(score({ ...usb, idProduct: 0x5530, idProductMask: 0xff00 }, nub), 90000);
  assert.equal(score({ ...usb, idVendor: '1921' }, nub), undefined);
});

test('USB: the reason names the class that stands in the way', () => {
  const nub = makeNub('IOUSBHostDevice', {
    ...DEVICE,
    bDeviceClass: 255,
    bDeviceSubClass: 1,
    bDeviceProtocol: 2,
  });
  const personality = dict({
    IOProviderClass: 'IOUSBHostDevice',
    IOClass: 'D',
    bDeviceClass: 255,
    bDeviceSubClass: 1,
    bDeviceProtocol: 2,
  });
  assert.match(
    matchPersonality(personality, nub).firstFailure?.why ?? '',
    /not tried where bDeviceClass .* 255/,
  );
});

const HID = {
  VendorID: 1452,
  ProductID: 591,
  Transport: 'USB',
  DeviceUsagePairs: [
    { DeviceUsagePage: 1, DeviceUsage: 6 },
    { DeviceUsagePage: 12, DeviceUsage: 1 },
  ],
};

test('HID: an interface asks its device, one of several interfaces itself', () => {
  const device = makeNub('IOHIDDevice', HID);
  const face = makeNub('IOHIDInterface', { VendorID: 7, DeviceUsagePairs: [] }, { provider: device });
  assert.equal(score({ IOProviderClass: 'IOHIDInterface', VendorID: 1452 }, face), 5000);
  const several = makeNub('IOHIDDevice', { ...HID, MultipleInterfaceEnabled: true });
  const one = makeNub('IOHIDInterface', { VendorID: 7, DeviceUsagePairs: [] }, { provider: several });
  assert.equal(score({ IOProviderClass: 'IOHIDInterface', VendorID: 7 }, one), 5000);
});

test('HID: a vendor’s usage page over USB needs the vendor, except for event services', () => {
  const usage = { PrimaryUsagePage: 0xff00, Transport: 'USB' };
  const props = { ...HID, PrimaryUsagePage: 0xff00 };
  assert.equal(score({ IOProviderClass: 'IOHIDDevice', ...usage }, makeNub('IOHIDDevice', props)), undefined);
  assert.equal(
    score({ IOProviderClass: 'IOHIDDevice', ...usage, VendorID: 1452 }, makeNub('IOHIDDevice', props)),
    7100,
  );
  assert.equal(
    score({ IOProviderClass: 'IOHIDEventService', ...usage }, makeNub('IOHIDEventService', props)),
    2100,
  );
});

test('HID: masks, arrays, and the order of what scores', () => {
  const nub = makeNub('IOHIDDevice', HID);
  const hid = { IOProviderClass: 'IOHIDDevice', VendorID: 1452 };
  assert.equal(score({ ...hid, ProductID: 576, ProductIDMask: 0xfff0 }, nub), 5950);
  assert.equal(score({ ...hid, ProductID: 576, ProductIDMask: 0xffff }, nub), undefined);
  assert.equal(score({ ...hid, ProductID: 1, ProductIDArray: [591] }, nub), 5975);
  assert.equal(score({ ...hid, ProductIDArray: [1] }, nub), undefined);
  assert.equal(score({ ...hid, DeviceUsagePage: 12, DeviceUsage: 6 }, nub), undefined);
});

test('SCSI: the chain, the cut of IOProbeScore, and what happens without a type', () => {
  const nub = makeNub('IOSCSIPeripheralDeviceNub', {
    'Peripheral Device Type': 0,
    'Vendor Identification': 'Acme',
  });
  const scsi = { IOProviderClass: 'IOSCSIPeripheralDeviceNub' };
  assert.equal(score({ ...scsi, 'Peripheral Device Type': 0, IOProbeScore: 4999 }, nub), 9999);
  assert.equal(
    score({ ...scsi, 'Peripheral Device Type': 0, 'Vendor Identification': 'Other' }, nub),
    undefined,
  );
  // The device has no product: the key is passed over.
  assert.equal(score({ ...scsi, 'Peripheral Device Type': 0, 'Product Identification': 'X' }, nub), 5000);
  assert.equal(score(scsi, nub), undefined);
  assert.equal(score({ ...scsi, IOMatchCategory: 'SCSITaskUserClientDevice' }, nub), 0);
  assert.equal(score({ ...scsi, IOMatchCategory: 'SCSITaskUserClientDevice', IOProbeScore: 100 }, nub), 200);
  assert.equal(
    score({ ...scsi, IOMatchCategory: 'x', IOProbeScore: 100 }, makeNub('IOSCSILogicalUnitNub')),
    5000,
  );
});

test('media, FireWire, ATA, serial: keys compared when present', () => {
  const cd = makeNub('IOCDMedia', { Whole: true, Type: 'CD-ROM' });
  assert.equal(score({ IOProviderClass: 'IOMedia', Whole: true, Type: 'CD-ROM' }, cd), 0);
  assert.equal(score({ IOProviderClass: 'IOMedia', Type: 'CD-R' }, cd), undefined);
  assert.equal(
    score({ IOProviderClass: 'IOMedia', Type: 'CD-R', Whole: true }, makeNub('IOMedia', { Whole: true })),
    0,
  );
  const unit = makeNub('IOFireWireUnit', { Unit_Spec_ID: 24734, Unit_SW_Version: 66690 });
  assert.equal(score({ IOProviderClass: 'IOFireWireUnit', Unit_Spec_ID: 24734, IOProbeScore: 7 }, unit), 7);
  assert.equal(score({ IOProviderClass: 'IOFireWireUnit', Vendor_ID: 1 }, unit), undefined);
  const disk = makeNub('ATADeviceNub', { 'ata device type': 'ata' });
  assert.equal(score({ IOProviderClass: 'IOATADevice', 'ata device type': 'atapi' }, disk), undefined);
  const port = makeNub(
    'IOSerialBSDClient',
    { IOTTYBaseName: 'usb' },
    { provider: makeNub('IOModemSerialStreamSync') },
  );
  assert.equal(
    score({ IOProviderClass: 'IOSerialBSDClient', IOSerialBSDClientType: 'IOModemSerialStream' }, port),
    0,
  );
  assert.equal(
    score({ IOProviderClass: 'IOSerialBSDClient', IOSerialBSDClientType: 'IOService' }, port),
    undefined,
  );
});

test('families read off dumps: Thunderbolt ports, interfaces without configuration, Bluetooth channels', () => {
  const port = makeNub('IOThunderboltPort', { 'Adapter Type': 1048833 });
  assert.equal(score({ IOProviderClass: 'IOThunderboltPort', 'Adapter Type': 917761 }, port), undefined);
  const keyboard = makeNub('AppleHSSPIInterface', {
    bInterfaceClass: 3,
    bInterfaceSubClass: 1,
    bInterfaceProtocol: 1,
    bInterfaceNumber: 1,
    idVendor: 1452,
    idProduct: 629,
  });
  const any = { bInterfaceClass: '*', bInterfaceSubClass: '*', bInterfaceProtocol: '*' };
  assert.equal(score({ IOProviderClass: 'AppleHSSPIInterface', ...any }, keyboard), 57000);
  const mouse = { idVendor: 1452, idProductArray: [629], bInterfaceNumber: '*' };
  assert.equal(score({ IOProviderClass: 'AppleHSSPIInterface', ...mouse }, keyboard), 89000);
  const channel = makeNub('IOBluetoothL2CAPChannel', { PSM: 19 });
  assert.equal(score({ IOProviderClass: 'IOBluetoothL2CAPChannel', PSM: 17 }, channel), undefined);
});

test('PCI behind Thunderbolt: IOPCITunnelCompatible false refuses', () => {
  const nub = makeNub('IOPCIDevice', { IOPCITunnelled: true }, { pciConfig: new Map([[0, 0x12345678]]) });
  const pci = { IOProviderClass: 'IOPCIDevice', IOPCIMatch: '0x12345678' };
  assert.equal(score({ ...pci, IOPCITunnelCompatible: false }, nub), undefined);
  assert.equal(score({ ...pci, IOPCITunnelCompatible: true }, nub), 0);
  assert.equal(score(pci, nub), 0);
});

test('PCI registers come from device-tree properties, of either byte order', () => {
  const little = {
    'vendor-id': Uint8Array.of(0xe4, 0x14, 0, 0),
    'device-id': Uint8Array.of(0x86, 0x16, 0, 0),
  };
  const big = { 'vendor-id': Uint8Array.of(0, 0, 0x14, 0xe4), 'device-id': Uint8Array.of(0, 0, 0x16, 0x86) };
  for (const props of [little, big]) {
    assert.equal(
      score({ IOProviderClass: 'IOPCIDevice', IOPCIMatch: '168614e4' }, makeNub('IOPCIDevice', props)),
      0,
    );
  }
  const display = { 'class-code': Uint8Array.of(0, 3, 0, 0), 'revision-id': Uint8Array.of(0, 0, 0, 9) };
  const old = makeNub('IOPCIDevice', { ...big, ...display });
  assert.equal(score({ IOProviderClass: 'IOPCIDevice', IOPCIClassMatch: '0x03000000' }, old), 0);
  const swapped = matchPersonality(
    dict({ IOProviderClass: 'IOPCIDevice', IOPCIMatch: '0x14e41686' }),
    makeNub('IOPCIDevice', little),
  );
  assert.match(swapped.firstFailure?.why ?? '', /swapped/);
  const number = matchPersonality(
    dict({ IOProviderClass: 'IOPCIDevice', IOPCIMatch: 1 }),
    makeNub('IOPCIDevice', little),
  );
  assert.match(number.firstFailure?.why ?? '', /Must be a string/);
});
