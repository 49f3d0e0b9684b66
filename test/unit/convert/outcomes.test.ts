/** What becomes of a personality, by its nub, the class it names, and the libraries of the kext. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { planConversion } from '../../../server/src/convert/plan.ts';
import { parsePlist } from '../../../server/src/plist/parse.ts';
import {
  fate,
  fileOf,
  infoOf,
  type Kext,
  kextText,
  onlyPersonality,
  personality,
  planOf,
} from './support.ts';

const FAMILY = (name: string) => `com.apple.iokit.${name}`;

interface Case {
  readonly what: string;
  readonly keys: { readonly [key: string]: string | number };
  readonly libraries?: readonly string[];
  readonly code?: boolean;
  readonly id?: string;
  readonly fate: string;
  /** Text that the reason holds. */
  readonly why?: RegExp;
}

const USB = { idVendor: 1, idProduct: 2 };
const INTERFACE = { ...USB, bInterfaceNumber: 0, bConfigurationValue: 1 };
const OWN = 'AcmeGadget';

const CASES: readonly Case[] = [
  {
    what: 'Apple’s HID event driver',
    keys: {
      IOClass: 'IOHIDEventDriver',
      IOProviderClass: 'IOHIDInterface',
      CFBundleIdentifier: FAMILY('IOHIDFamily'),
      VendorID: 1,
    },
    fate: 'codeless hid-event-driver IOUserHIDEventDriver',
  },
  {
    what: 'Apple’s USB HID device on an interface of the old family',
    keys: {
      IOClass: 'IOUSBHostHIDDevice',
      IOProviderClass: 'IOUSBInterface',
      CFBundleIdentifier: 'com.apple.driver.usb.IOUSBHostHIDDevice',
      ...INTERFACE,
    },
    fate: 'codeless hid-usb-host-device IOUserUSBHostHIDDevice',
  },
  {
    what: 'Apple’s USB HID device on a whole device',
    keys: {
      IOClass: 'IOUSBHostHIDDevice',
      IOProviderClass: 'IOUSBHostDevice',
      CFBundleIdentifier: 'com.apple.driver.usb.IOUSBHostHIDDevice',
      ...USB,
    },
    fate: 'stays-kext',
    why: /codeless kext is the right target/,
  },
  {
    what: 'a device held so that no other driver takes it',
    keys: {
      IOClass: 'IOService',
      IOProviderClass: 'IOUSBDevice',
      CFBundleIdentifier: 'com.apple.kpi.iokit',
      ...USB,
    },
    code: false,
    fate: 'codeless usb-device IOService',
  },
  {
    what: 'a PCI device held',
    keys: {
      IOClass: 'IOService',
      IOProviderClass: 'IOPCIDevice',
      CFBundleIdentifier: 'com.apple.kpi.iokit',
      IOPCIPrimaryMatch: '0x12348086',
    },
    code: false,
    fate: 'codeless pci IOService',
  },
  {
    what: 'the override of Apple’s camera driver',
    keys: {
      IOClass: 'UVCService',
      IOProviderClass: 'IOUSBHostInterface',
      CFBundleIdentifier: 'com.apple.UVCService',
      bInterfaceClass: 14,
      bInterfaceSubClass: 1,
    },
    fate: 'codeless uvc-override IOService',
  },
  {
    what: 'properties merged into a USB nub',
    keys: {
      IOClass: 'AppleUSBHostMergeProperties',
      IOProviderClass: 'IOUSBHostDevice',
      CFBundleIdentifier: 'com.apple.driver.AppleUSBHostMergeProperties',
      ...USB,
    },
    fate: 'stays-kext',
    why: /gives the device to AppleUSBHostMergeProperties.*--to codeless-kext/,
  },
  {
    what: 'a class in a third kext',
    keys: {
      IOClass: 'OtherDriver',
      IOProviderClass: 'IOUSBHostDevice',
      CFBundleIdentifier: 'org.other.Driver',
      ...USB,
    },
    fate: 'stays-kext',
    why: /in another kext, org\.other\.Driver/,
  },
  {
    what: 'own code on a USB device',
    keys: { IOClass: OWN, IOProviderClass: 'IOUSBHostDevice', ...USB },
    fate: 'needs-code usb-device IOService',
    why: /Start; SetConfiguration/,
  },
  {
    what: 'own code on a USB interface',
    keys: { IOClass: OWN, IOProviderClass: 'IOUSBInterface', ...INTERFACE },
    fate: 'needs-code usb-interface IOService',
  },
  {
    what: 'own HID code on USB',
    keys: { IOClass: OWN, IOProviderClass: 'IOUSBHostDevice', ...USB },
    libraries: [FAMILY('IOHIDFamily')],
    fate: 'needs-code hid-device IOUserHIDDevice',
  },
  {
    what: 'a USB serial adapter',
    keys: { IOClass: OWN, IOProviderClass: 'IOUSBHostInterface', ...INTERFACE },
    libraries: [FAMILY('IOSerialFamily')],
    fate: 'needs-code usb-serial IOUserUSBSerial',
  },
  {
    what: 'own code on a HID interface',
    keys: { IOClass: OWN, IOProviderClass: 'IOHIDDevice', VendorID: 1 },
    fate: 'needs-code hid-event-service IOUserHIDEventService',
  },
  {
    what: 'Ethernet on PCI',
    keys: { IOClass: OWN, IOProviderClass: 'IOPCIDevice', IOPCIMatch: '0x12348086' },
    libraries: [FAMILY('IONetworkingFamily')],
    fate: 'needs-code ethernet IOUserNetworkEthernet',
  },
  {
    what: 'Wi-Fi on PCI',
    keys: { IOClass: OWN, IOProviderClass: 'IOPCIDevice', IOPCIMatch: '0x12348086' },
    libraries: [FAMILY('IO80211Family')],
    fate: 'stays-kext',
    why: /Wi-Fi/,
  },
  {
    what: 'graphics on PCI',
    keys: { IOClass: OWN, IOProviderClass: 'IOPCIDevice', IOPCIClassMatch: '0x03000000' },
    libraries: [FAMILY('IOGraphicsFamily')],
    fate: 'stays-kext',
    why: /graphics/,
  },
  {
    what: 'a SCSI host adapter',
    keys: { IOClass: OWN, IOProviderClass: 'IOPCIDevice', IOPCIMatch: '0x12348086' },
    libraries: [FAMILY('IOSCSIParallelFamily')],
    fate: 'needs-code scsi-controller IOUserSCSIParallelInterfaceController',
  },
  {
    what: 'a PCI device of no family',
    keys: { IOClass: OWN, IOProviderClass: 'IOPCIDevice', IOPCIMatch: '0x12348086' },
    fate: 'needs-code pci IOService',
  },
  {
    what: 'a SCSI disk',
    keys: { IOClass: OWN, IOProviderClass: 'IOSCSIPeripheralDeviceNub', 'Peripheral Device Type': 0 },
    fate: 'needs-code scsi-peripheral-type00 IOUserSCSIPeripheralDeviceType00',
  },
  {
    what: 'a SCSI tape',
    keys: { IOClass: OWN, IOProviderClass: 'IOSCSIPeripheralDeviceNub', 'Peripheral Device Type': 1 },
    fate: 'stays-kext',
    why: /0, 5 and 7 only, not 1/,
  },
  {
    what: 'a virtual HID device',
    keys: { IOClass: OWN, IOProviderClass: 'IOResources' },
    libraries: [FAMILY('IOHIDFamily')],
    fate: 'needs-code hid-device IOUserHIDDevice',
  },
  {
    what: 'a service without hardware',
    keys: { IOClass: OWN, IOProviderClass: 'IOResources' },
    fate: 'needs-code software IOService',
  },
  {
    what: 'a filter in the BSD part',
    keys: { IOClass: OWN, IOProviderClass: 'IOResources' },
    libraries: ['com.apple.kpi.bsd'],
    fate: 'stays-kext',
    why: /BSD part/,
  },
  {
    what: 'an ACPI device',
    keys: { IOClass: OWN, IOProviderClass: 'IOACPIPlatformDevice' },
    fate: 'stays-kext',
    why: /ACPI/,
  },
  {
    what: 'an unknown nub',
    keys: { IOClass: OWN, IOProviderClass: 'AcmeBusNub' },
    fate: 'stays-kext',
    why: /no nub of class AcmeBusNub/,
  },
  {
    what: 'vendor alone, which matches nothing',
    keys: { IOClass: OWN, IOProviderClass: 'IOUSBHostDevice', idVendor: 1 },
    fate: 'stays-kext',
    why: /matches nothing/,
  },
  {
    what: 'a product beyond 16 bits',
    keys: { IOClass: OWN, IOProviderClass: 'IOUSBHostDevice', idVendor: 1, idProduct: 65536 },
    fate: 'stays-kext',
    why: /65536 is more than/,
  },
  {
    what: 'a vendor that is a text',
    keys: { IOClass: OWN, IOProviderClass: 'IOUSBHostDevice', idVendor: '1', idProduct: 2 },
    fate: 'stays-kext',
    why: /idVendor must be an integer/,
  },
  {
    what: 'a vendor that only a build knows',
    keys: { IOClass: OWN, IOProviderClass: 'IOUSBHostDevice', idVendor: '$(VENDOR)', idProduct: 2 },
    fate: 'stays-kext',
    why: /idVendor is a build variable/,
  },
  {
    what: 'a PCI key that is no number',
    keys: { IOClass: OWN, IOProviderClass: 'IOPCIDevice', IOPCIMatch: 'network card' },
    fate: 'stays-kext',
    why: /IOPCIMatch must be a string of hexadecimal numbers/,
  },
  { what: 'no provider', keys: { IOClass: OWN }, fate: 'stays-kext', why: /no IOProviderClass/ },
  {
    what: 'no class',
    keys: { IOProviderClass: 'IOUSBHostDevice', ...USB },
    fate: 'stays-kext',
    why: /no IOClass/,
  },
  {
    what: 'a provider that only a build knows',
    keys: { IOClass: OWN, IOProviderClass: '$(NUB)' },
    fate: 'stays-kext',
    why: /build variable/,
  },
  {
    what: 'a class that nobody has',
    keys: { IOClass: OWN, IOProviderClass: 'IOUSBHostDevice', ...USB },
    code: false,
    fate: 'stays-kext',
    why: /has no code/,
  },
];

describe('outcomes of a conversion to a dext', () => {
  for (const { what, keys, fate: expected, why, ...kext } of CASES) {
    test(what, () => {
      const source: Kext = { ...kext, personalities: personality('P', keys) };
      assert.equal(fate(source), expected);
      if (why) assert.match(onlyPersonality(planOf(source)).why, why);
    });
  }

  test('a family that was asked for is taken where it fits', () => {
    const usb: Kext = {
      personalities: personality('P', { IOClass: OWN, IOProviderClass: 'IOUSBHostDevice', ...USB }),
    };
    assert.equal(fate(usb, { family: 'audio' }), 'needs-code audio IOUserAudioDriver');
    const hid: Kext = {
      personalities: personality('P', { IOClass: OWN, IOProviderClass: 'IOHIDInterface', VendorID: 1 }),
    };
    assert.equal(fate(hid, { family: 'hid-event-driver' }), 'codeless hid-event-driver IOUserHIDEventDriver');
  });

  test('two families are a question, with the one taken', () => {
    const hid: Kext = {
      personalities: personality('P', { IOClass: OWN, IOProviderClass: 'IOHIDInterface', VendorID: 1 }),
    };
    const [question] = planOf(hid).questions;
    assert.equal(question?.taken, 'hid-event-service');
    assert.deepEqual(
      question?.choices.map(({ value }) => value),
      ['hid-event-service', 'hid-event-driver'],
    );
  });
});

describe('outcomes of a conversion to a codeless kext', () => {
  const toKext = { target: 'codeless-kext' } as const;
  const merge = {
    IOClass: 'AppleUSBMergeNub',
    IOProviderClass: 'IOUSBDevice',
    CFBundleIdentifier: 'com.apple.driver.AppleUSBMergeNub',
    ...USB,
  };

  test('a class of Apple’s kernel stays, under the name it has today', () => {
    const one = onlyPersonality(planOf({ personalities: personality('P', merge) }, toKext));
    assert.equal(one.outcome, 'codeless');
    assert.deepEqual(
      one.changed.map(({ key, from, to }) => `${key}: ${from} -> ${to}`),
      [
        'CFBundleIdentifier: com.apple.driver.AppleUSBMergeNub -> com.apple.driver.AppleUSBHostMergeProperties',
        'IOClass: AppleUSBMergeNub -> AppleUSBHostMergeProperties',
        'IOProviderClass: IOUSBDevice -> IOUSBHostDevice',
      ],
    );
  });

  test('own code is left out, and why is said', () => {
    const plan = planOf(
      { personalities: personality('P', { IOClass: OWN, IOProviderClass: 'IOUSBHostDevice', ...USB }) },
      toKext,
    );
    assert.equal(onlyPersonality(plan).outcome, 'needs-code');
    assert.match(plan.refused ?? '', /codeless kext has none.*--to codeless-dext/);
    assert.deepEqual(plan.files, []);
  });

  test('a kernel class that was asked for takes the place of own code', () => {
    const plan = planOf(
      {
        personalities: personality('P', {
          IOClass: OWN,
          IOProviderClass: 'IOUSBHostDevice',
          ...USB,
          IOUserClientClass: 'C',
        }),
      },
      { ...toKext, className: 'AppleUSBHostCompositeDevice' },
    );
    const one = onlyPersonality(plan);
    assert.equal(one.outcome, 'codeless');
    assert.equal(one.userClass, 'AppleUSBHostCompositeDevice');
    assert.deepEqual(
      one.dropped.map(({ key }) => key),
      ['IOUserClientClass'],
    );
  });
});

test('a class that the kext names by the id which its build gives it is its own', () => {
  const kext = (id: string, named: string) =>
    fate({
      id,
      personalities: personality('P', {
        CFBundleIdentifier: named,
        IOClass: 'AcmeGadget',
        IOProviderClass: 'IOUSBHostDevice',
        ...USB,
      }),
    });
  const own = 'needs-code usb-device IOService';
  assert.equal(kext('$(PRODUCT_BUNDLE_IDENTIFIER)', 'com.acme.Gadget'), own);
  assert.equal(kext('com.acme.${PRODUCT_NAME:rfc1034identifier}', 'com.acme.Gadget'), own);
  assert.equal(kext('com.acme.$(PRODUCT_NAME).kext', 'com.acme.Gadget'), 'stays-kext');
  assert.equal(kext('com.acme.Gadget', 'com.acme.Other'), 'stays-kext');
  assert.equal(kext('$(PRODUCT_BUNDLE_IDENTIFIER)', 'com.apple.driver.Gadget'), 'stays-kext');
});

describe('some of several personalities', () => {
  const kext = {
    personalities: ['Gadget', 'Lamp']
      .map((name) =>
        personality(name, { IOClass: 'Acme', IOProviderClass: 'IOUSBHostDevice', idVendor: 1, idProduct: 2 }),
      )
      .join('\n'),
  };

  test('go into a dext, and the others stay in the kext, which is kept', () => {
    const plan = planOf(kext, { personalities: ['Lamp'] });
    assert.deepEqual(
      plan.personalities.map(({ name, outcome }) => [name, outcome]),
      [
        ['Gadget', 'stays-kext'],
        ['Lamp', 'needs-code'],
      ],
    );
    assert.match(plan.personalities[0]?.why ?? '', /not chosen/);
    assert.deepEqual(
      infoOf(plan)
        .get('IOKitPersonalities')
        ?.entries.map(({ key }) => key.text),
      ['Lamp'],
    );
    const readme = fileOf(plan, 'README.md');
    assert.match(readme, /still needed for what stays in it\. Take the personality `Lamp` out of it/);
    assert.doesNotMatch(readme, /Remove the old kext/);
    assert.match(fileOf(planOf(kext), 'README.md'), /Remove the old kext/);
  });

  test('go into a codeless kext', () => {
    const plan = planOf(kext, {
      target: 'codeless-kext',
      className: 'AppleUSBHostMergeProperties',
      personalities: ['Gadget'],
    });
    assert.deepEqual(
      plan.personalities.map(({ outcome }) => outcome),
      ['codeless', 'stays-kext'],
    );
  });

  test('that are not there, or none, are a problem', () => {
    for (const [personalities, problem] of [
      [['Lump'], /no personality "Lump"\. The kext has "Gadget", "Lamp"/],
      [[], /No personality was chosen/],
    ] as const) {
      const result = planConversion(parsePlist(kextText(kext)), { target: 'codeless-dext', personalities });
      assert.ok(!result.ok);
      assert.match(result.problems.join(), problem);
    }
  });
});
