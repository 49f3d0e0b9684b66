/** Rules on ids under the names of the wrong family: USB names on HID nubs, HID names on USB nubs. */
import { usbKeyCombination, usbKindOf } from '../iokit/usb.ts';
import type { PlistNode } from '../plist/types.ts';
import { offer, removeEntryFix, renameKeyFix } from './bundle-edits.ts';
import { quoted } from './bundle-values.ts';
import { HID_NUBS, hasOpenKeys, keysOf, MATCH_KINDS, onProviders } from './match-values.ts';
import type { Fix, Rule, RuleContext } from './types.ts';

const HID_NAME: Readonly<Record<string, string>> = {
  idVendor: 'VendorID',
  idProduct: 'ProductID',
  idProductArray: 'ProductIDArray',
  idProductMask: 'ProductIDMask',
  bcdDevice: 'VersionNumber',
};
const USB_NAME: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(HID_NAME).map(([usb, hid]) => [hid, usb]),
);

/** The keys with those of HID under their USB names, where those do not stand there already. */
export function renamedToUsb(keys: ReadonlySet<string>): Set<string> {
  const renamed = new Set(keys);
  for (const key of keys) {
    const usb = USB_NAME[key];
    if (usb !== undefined) renamed.add(usb);
  }
  return renamed;
}

/** Renames the key, or removes it where the right one stands there too. */
function repair(dict: PlistNode, key: PlistNode, name: string): Fix[] {
  return offer(dict.keyNode(name) ? removeEntryFix(key, `Remove ${key.text}`) : renameKeyFix(key, name));
}

/** Keys by which HID devices are told apart; with one of them the personality is at least narrowed. */
const HID_KEYS =
  /^(VendorID|ProductID|ProductIDArray|PrimaryUsage|PrimaryUsagePage|DeviceUsage(Page|Pairs)?|Transport|LocationID|SerialNumber|Manufacturer|ModelNumber|PhysicalDeviceUniqueID|IO(Property|Name|Parent)Match)$/;

function checkHid({ personalities, report }: RuleContext): void {
  for (const { name, node, providerClass } of onProviders(personalities, HID_NUBS)) {
    const narrowed = node.entries.some(({ key }) => HID_KEYS.test(key.text));
    for (const { key } of node.entries) {
      const hid = HID_NAME[key.text];
      if (hid === undefined) continue;
      report({
        at: key,
        ...((narrowed || key.text === 'bcdDevice') && { severity: 'warning' as const }),
        message: `${key.text} is a name of the USB family, and ${providerClass} does not know it: it restricts nothing, so ${quoted(name)} matches HID devices of all makers. The HID family’s name is ${hid}.`,
        fixes: () => repair(node, key, hid),
      });
    }
  }
}

function checkUsb({ personalities, report }: RuleContext): void {
  for (const { name, node, providerClass } of personalities) {
    const kind = providerClass === undefined ? undefined : usbKindOf(providerClass);
    if (!kind || hasOpenKeys(node)) continue;
    const keys = keysOf(node);
    if (usbKeyCombination(keys, kind).row) continue;
    for (const { key } of node.entries) {
      const usb = USB_NAME[key.text];
      if (usb === undefined || (usb === 'bcdDevice' && keys.has('idVendor'))) continue;
      report({
        at: key,
        message: `${key.text} is a name of the HID family, and USB matching does not know it: as it stands ${quoted(name)} never matches. The USB family’s name is ${usb}.`,
        fixes: () => repair(node, key, usb),
      });
    }
  }
}

const hidExample = (vendor: string, product: string) =>
  `<key>IOProviderClass</key>\n<string>IOHIDInterface</string>\n<key>${product}</key>\n<integer>746</integer>\n<key>${vendor}</key>\n<integer>1118</integer>`;

export const matchSpellingRules: readonly Rule[] = [
  {
    id: 'match/hid-spelling',
    severity: 'error',
    title: 'USB names of ids on a HID nub',
    what: '`idVendor`, `idProduct` and their like in a personality on a HID nub (`IOHIDInterface` …). A warning where other HID keys narrow the match.',
    why: 'The HID family compares `VendorID` and `ProductID`. A key that it does not know restricts nothing: the personality matches each keyboard, mouse and game controller.',
    how: 'Write `VendorID`, `ProductID`, `ProductIDArray`, `ProductIDMask`, `VersionNumber`.',
    source: [
      'apple-oss-distributions/IOHIDFamily IOHIDFamily/IOHIDFamilyPrivate.cpp:383-430',
      'https://developer.apple.com/documentation/hiddriverkit/match-criteria',
    ],
    kinds: MATCH_KINDS,
    facts: ['mistake:M044', 'trap:12'],
    examples: {
      invalid: hidExample('idVendor', 'idProduct'),
      valid: hidExample('VendorID', 'ProductID'),
    },
    check: checkHid,
  },
  {
    id: 'match/usb-spelling',
    severity: 'error',
    title: 'HID names of ids on a USB nub',
    what: '`VendorID`, `ProductID` and their like in a personality on a USB nub whose other keys are no legal combination.',
    why: 'The USB family compares `idVendor` and `idProduct`, and matches nothing where its own keys make no legal combination. Beside a legal combination the HID names are properties of the driver, and no finding.',
    how: 'Write `idVendor`, `idProduct`, `idProductArray`, `idProductMask`, `bcdDevice`.',
    source: [
      'apple-oss-distributions/IOHIDFamily AppleUserHIDDrivers/AppleUserHIDDrivers/Info.plist',
      'https://developer.apple.com/documentation/usbdriverkit',
    ],
    kinds: MATCH_KINDS,
    facts: ['mistake:M045', 'trap:12'],
    examples: {
      invalid: hidExample('VendorID', 'ProductID').replace('IOHIDInterface', 'IOUSBHostDevice'),
      valid: hidExample('idVendor', 'idProduct').replace('IOHIDInterface', 'IOUSBHostDevice'),
    },
    check: checkUsb,
  },
];
