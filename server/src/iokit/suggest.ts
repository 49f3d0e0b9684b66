/**
 * Legal personalities for a device of a dump, at every precision that its family knows: what "Add personality for
 * this device" writes. Each suggestion was matched against the device before it is handed out. Private values never
 * go into one.
 */
import { isArray, isDict, type PlistDict, type PlistValue } from '../plist/value.ts';
import { PCI_ENTITLEMENT, USB_ENTITLEMENT } from './entitlement-check.ts';
import { familyOf, type MatchContext, matchScore } from './matching.ts';
import { isA, type Nub } from './nub.ts';
import { pciRegister } from './pci.ts';
import { USB_ROWS, USB_VENDOR_SPECIFIC, type UsbKind, usbClassKey, usbRowName } from './usb.ts';

export const HID_ENTITLEMENT = 'com.apple.developer.driverkit.transport.hid';

export interface Suggestion {
  /** What it takes in, in a few words: `this release of the product (vendor + product + release)`. */
  readonly title: string;
  /** IOProviderClass and the match keys, in the order to write them. */
  readonly keys: PlistDict;
  /** The passive score on this device. */
  readonly score: number;
  /** The transport entitlement that a dext needs for it; `undefined` where there is none. */
  readonly entitlement: { readonly key: string; readonly value: PlistValue } | undefined;
}

/** All suggestions for a device, the most precise first. Empty for an entry that nothing of its own tells apart. */
export function suggestPersonalities(nub: Nub, context: MatchContext = {}): Suggestion[] {
  const out: Suggestion[] = [];
  const seen = new Set<string>();
  for (const { title, keys } of draftsFor(nub)) {
    const print = [...keys].join('\n');
    const score = matchScore(keys, nub, context);
    if (score === undefined || seen.has(print)) continue;
    seen.add(print);
    out.push({ title, keys, score, entitlement: entitlementFor(nub) });
  }
  return out;
}

interface Draft {
  readonly title: string;
  readonly keys: PlistDict;
}

function draftsFor(nub: Nub): Draft[] {
  const provider = familyOf(nub);
  if (isA(nub, 'IOUSBHostDevice') || isA(nub, 'IOUSBDevice')) return usbDrafts(nub, 'device', provider!);
  if (isA(nub, 'IOUSBHostInterface') || isA(nub, 'IOUSBInterface'))
    return usbDrafts(nub, 'interface', provider!);
  if (isA(nub, 'IOPCIDevice')) return pciDrafts(nub);
  if (provider === 'IOHIDDevice' || provider === 'IOHIDInterface') return hidDrafts(nub, provider);
  if (provider === 'IOSCSIPeripheralDeviceNub') return scsiDrafts(nub);
  if (provider === 'IOMedia') return mediaDrafts(nub);
  return [];
}

/** The values of keys that the device has; `undefined` when one is missing. */
function take(nub: Nub, provider: string, keys: readonly string[]): Map<string, PlistValue> | undefined {
  const out = new Map<string, PlistValue>([['IOProviderClass', provider]]);
  for (const key of keys) {
    const value = nub.properties.get(key);
    if (value === undefined) return undefined;
    out.set(key, value);
  }
  return out;
}

const USB_SCOPE: Readonly<Record<number, string>> = {
  100000: 'this release of the product',
  90000: 'every release of the product',
  80000: 'every product of the vendor with this subclass and protocol',
  70000: 'every product of the vendor with this subclass',
  60000: 'every product with this class, subclass and protocol',
  50000: 'every product with this class and subclass',
};

function usbDrafts(nub: Nub, kind: UsbKind, provider: string): Draft[] {
  const vendorSpecific = nub.properties.get(usbClassKey(kind)) === BigInt(USB_VENDOR_SPECIFIC);
  return USB_ROWS[kind].flatMap((row) => {
    if (row.classIs !== 'any' && (row.classIs === 'vendor-specific') !== vendorSpecific) return [];
    const keys = take(nub, provider, row.needs);
    return keys ? [{ title: `${USB_SCOPE[row.score]} (${usbRowName(row)})`, keys }] : [];
  });
}

function pciDrafts(nub: Nub): Draft[] {
  const primary = nub.pciConfig?.get(0) ?? pciRegister(nub.properties, 0x00);
  if (primary === undefined) return [];
  const subsystem = nub.pciConfig?.get(0x2c) ?? pciRegister(nub.properties, 0x2c);
  const kind = nub.pciConfig?.get(0x08) ?? pciRegister(nub.properties, 0x08);
  const draft = (title: string, ...keys: [string, string][]): Draft => ({
    title,
    keys: new Map<string, PlistValue>([['IOProviderClass', 'IOPCIDevice'], ...keys]),
  });
  const exact: [string, string] = ['IOPCIPrimaryMatch', hex(primary)];
  const vendor: [string, string] = ['IOPCIPrimaryMatch', `${hex(primary & 0xffff)}&0x0000ffff`];
  return [
    ...(subsystem
      ? [draft('this device on this board', exact, ['IOPCISecondaryMatch', hex(subsystem)])]
      : []),
    draft('this device of the vendor', exact),
    ...(kind
      ? [draft('every device of the vendor with this class', vendor, ['IOPCIClassMatch', hex(kind)])]
      : []),
    draft('every device of the vendor', vendor),
  ];
}

function hidDrafts(nub: Nub, provider: string): Draft[] {
  const owner = provider === 'IOHIDInterface' && nub.provider ? nub.provider : nub;
  const draft = (title: string, keys: readonly string[], more: PlistDict = new Map()): Draft[] => {
    const taken = take(owner, provider, keys);
    return taken ? [{ title, keys: new Map([...taken, ...more]) }] : [];
  };
  const usage = firstUsage(owner);
  return [
    ...(usage ? draft('this usage of the product', ['VendorID', 'ProductID'], usage) : []),
    ...draft('every usage of the product', ['VendorID', 'ProductID']),
    ...(usage ? draft('every product of the vendor with this usage', ['VendorID'], usage) : []),
    ...(usage ? draft('every product with this usage', [], usage) : []),
  ];
}

/** The primary usage, as the one pair of DeviceUsagePairs. */
function firstUsage(nub: Nub): PlistDict | undefined {
  const pairs = nub.properties.get('DeviceUsagePairs');
  const page = nub.properties.get('PrimaryUsagePage');
  const usage = nub.properties.get('PrimaryUsage');
  const primary =
    typeof page === 'bigint' && typeof usage === 'bigint'
      ? new Map<string, PlistValue>([
          ['DeviceUsagePage', page],
          ['DeviceUsage', usage],
        ])
      : undefined;
  const pair = primary ?? (isArray(pairs) ? pairs.find(isDict) : undefined);
  return pair && new Map<string, PlistValue>([['DeviceUsagePairs', [pair]]]);
}

function scsiDrafts(nub: Nub): Draft[] {
  const chain = [
    'Peripheral Device Type',
    'Vendor Identification',
    'Product Identification',
    'Product Revision Level',
  ];
  const titles = [
    'every unit of this type',
    'every unit of the vendor',
    'the product',
    'this revision of the product',
  ];
  return [4, 3, 2, 1].flatMap((length) => {
    const keys = take(nub, 'IOSCSIPeripheralDeviceNub', chain.slice(0, length));
    return keys ? [{ title: titles[length - 1]!, keys }] : [];
  });
}

function mediaDrafts(nub: Nub): Draft[] {
  const hint = nub.properties.get('Content Hint');
  const keys = typeof hint === 'string' && hint !== '' ? take(nub, 'IOMedia', ['Content Hint']) : undefined;
  const whole = take(nub, 'IOMedia', ['Whole']);
  return [
    ...(keys ? [{ title: 'every partition with this content', keys }] : []),
    ...(whole ? [{ title: 'every whole disk, or every partition', keys: whole }] : []),
  ];
}

/** Arrays of dictionaries for USB and PCI: one that names the vendor is what is usually granted. */
function entitlementFor(nub: Nub): Suggestion['entitlement'] {
  const vendor = nub.properties.get('idVendor');
  if (/^IOUSB/.test(familyOf(nub) ?? '') && vendor !== undefined) {
    return { key: USB_ENTITLEMENT, value: [new Map([['idVendor', vendor]])] };
  }
  if (isA(nub, 'IOPCIDevice')) {
    const primary = nub.pciConfig?.get(0) ?? pciRegister(nub.properties, 0x00) ?? 0;
    const match = `${hex(primary & 0xffff)}&0x0000ffff`;
    return { key: PCI_ENTITLEMENT, value: [new Map([['IOPCIPrimaryMatch', match]])] };
  }
  return /^IOHID/.test(familyOf(nub) ?? '') ? { key: HID_ENTITLEMENT, value: true } : undefined;
}

function hex(value: number): string {
  return `0x${(value >>> 0).toString(16).padStart(8, '0')}`;
}
