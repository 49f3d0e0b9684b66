/**
 * The legal combinations of USB keys and their scores, without any device: what rules, hover and inlay hints say
 * of a personality. Source: apple-oss-distributions/IOUSBFamily tag IOUSBFamily-560.4.2
 * IOUSBFamily/Classes/IOUSBDevice.cpp:2609-2810 and IOUSBInterface.cpp:1637-1860. IOUSBHostFamily is closed; scores
 * recorded in dumps of 40 Macs confirm all rows but 70000 and the device row 80000.
 */

export type UsbKind = 'device' | 'interface';

/** One row of the table: which keys, which score, and what else must hold. */
export interface UsbRow {
  readonly score: number;
  /** Keys that must be there and match. */
  readonly needs: readonly string[];
  /** Keys that may be there and must match if so. */
  readonly optional: readonly string[];
  /** Keys whose presence alone rules the row out. */
  readonly forbidden: readonly string[];
  /** What the class of the device or interface must be: 0xff (vendor specific), anything else, or no matter. */
  readonly classIs: 'vendor-specific' | 'other' | 'any';
  /** False for the two rows that no recorded score confirms on the closed IOUSBHostFamily. */
  readonly confirmed: boolean;
}

/** bDeviceClass or bInterfaceClass of a vendor-specific function. */
export const USB_VENDOR_SPECIFIC = 0xff;
/** IOProbeScore from here on … */
export const USB_PROBE_SCORE_LIMIT = 10000;
/** … counts as this. */
export const USB_PROBE_SCORE_CUT = 9000;
export const USB_WILDCARD_COST = 1000;
export const USB_MASK_COST = 500;

const DEVICE_CLASS = ['bDeviceClass', 'bDeviceSubClass', 'bDeviceProtocol'] as const;
const INTERFACE_CLASS = ['bInterfaceClass', 'bInterfaceSubClass', 'bInterfaceProtocol'] as const;

function rows(classKeys: readonly [string, string, string], identity: readonly string[]): readonly UsbRow[] {
  const [cls, sub, protocol] = classKeys;
  const vendorProduct = ['idVendor', 'idProduct'];
  const noIdentity = ['idProduct', 'bcdDevice', ...identity];
  const isInterface = identity.length > 0;
  return [
    {
      score: 100000,
      needs: [...vendorProduct, 'bcdDevice', ...identity],
      optional: [...classKeys],
      forbidden: [],
      classIs: 'any',
      confirmed: true,
    },
    {
      score: 90000,
      needs: [...vendorProduct, ...identity],
      optional: ['bcdDevice', ...classKeys],
      forbidden: [],
      classIs: 'any',
      confirmed: true,
    },
    {
      score: 80000,
      needs: ['idVendor', sub, protocol],
      optional: [cls],
      forbidden: noIdentity,
      classIs: 'vendor-specific',
      confirmed: isInterface,
    },
    {
      score: 70000,
      needs: ['idVendor', sub],
      optional: [cls],
      forbidden: [...noIdentity, protocol],
      classIs: 'vendor-specific',
      confirmed: false,
    },
    {
      score: 60000,
      needs: [cls, sub, protocol],
      optional: [],
      forbidden: ['idVendor', ...noIdentity],
      classIs: 'other',
      confirmed: true,
    },
    {
      score: 50000,
      needs: [cls, sub],
      optional: [],
      forbidden: ['idVendor', ...noIdentity, protocol],
      classIs: 'other',
      confirmed: true,
    },
  ];
}

/** The six rows for each kind of nub, best score first: the order in which they are tried. */
export const USB_ROWS: Readonly<Record<UsbKind, readonly UsbRow[]>> = {
  device: rows(DEVICE_CLASS, []),
  interface: rows(INTERFACE_CLASS, ['bConfigurationValue', 'bInterfaceNumber']),
};

/** The rows of an interface that belongs to no configuration: see `matching-recorded.ts`. */
export const CONFIGLESS_ROWS: readonly UsbRow[] = rows(INTERFACE_CLASS, ['bInterfaceNumber']);

/** Every key that the table of each kind reads, modifiers included. */
export const USB_KEYS: Readonly<Record<UsbKind, readonly string[]>> = {
  device: ['idVendor', 'idProduct', 'bcdDevice', ...DEVICE_CLASS, 'idProductArray', 'idProductMask'],
  interface: [
    'idVendor',
    'idProduct',
    'bcdDevice',
    'bConfigurationValue',
    'bInterfaceNumber',
    ...INTERFACE_CLASS,
    'idProductArray',
    'idProductMask',
  ],
};

/** The key that says the class of each kind. */
export function usbClassKey(kind: UsbKind): 'bDeviceClass' | 'bInterfaceClass' {
  return kind === 'device' ? 'bDeviceClass' : 'bInterfaceClass';
}

/** The kind of nub that a provider class names, `undefined` for another. */
export function usbKindOf(providerClass: string): UsbKind | undefined {
  if (providerClass === 'IOUSBHostDevice' || providerClass === 'IOUSBDevice') return 'device';
  if (providerClass === 'IOUSBHostInterface' || providerClass === 'IOUSBInterface') return 'interface';
  return undefined;
}

export interface UsbCombination {
  /** The row that the keys make up; `undefined`: no legal combination, the personality can never match. */
  readonly row: UsbRow | undefined;
  /** The combination in words: `vendor + product`, or what is wrong with the keys. */
  readonly what: string;
  /** For no row: keys to add that would make the nearest legal combination, one list for each way. */
  readonly missing: readonly (readonly string[])[];
  /** For no row: keys that stand in the way of a row whose needs are otherwise met. */
  readonly inTheWay: readonly string[];
  /** Keys of the other kind of nub, which are not read here: they restrict nothing. */
  readonly ignored: readonly string[];
}

/**
 * Which legal combination a set of keys makes, whatever their values. `idProductArray` counts as `idProduct` where
 * a row needs it. Pure; never throws.
 */
export function usbKeyCombination(keys: Iterable<string>, kind: UsbKind): UsbCombination {
  const present = new Set(keys);
  const other = USB_KEYS[kind === 'device' ? 'interface' : 'device'];
  const ignored = other.filter((key) => present.has(key) && !USB_KEYS[kind].includes(key));
  const has = (key: string) =>
    key === 'idProduct' ? present.has('idProduct') || present.has('idProductArray') : present.has(key);
  const row = USB_ROWS[kind].find(
    (candidate) => candidate.needs.every(has) && !candidate.forbidden.some((key) => present.has(key)),
  );
  if (row) return { row, what: usbRowName(row), missing: [], inTheWay: [], ignored };
  const met = USB_ROWS[kind].find((candidate) => candidate.needs.every(has));
  const inTheWay = met ? met.forbidden.filter((key) => present.has(key)) : [];
  const missing = waysToComplete(kind, present, has);
  return { row: undefined, what: whatIsWrong(kind, present), missing, inTheWay, ignored };
}

/** The rows that lack the fewest keys and that no key rules out, as lists of the keys to add. */
function waysToComplete(
  kind: UsbKind,
  present: ReadonlySet<string>,
  has: (key: string) => boolean,
): string[][] {
  const read = USB_KEYS[kind].some((key) => present.has(key));
  const open = USB_ROWS[kind]
    .filter((row) => !row.forbidden.some((key) => present.has(key)))
    .map((row) => row.needs.filter((key) => !has(key)))
    .filter((lacking) => !read || lacking.length < 4);
  const fewest = Math.min(...open.map((lacking) => lacking.length));
  return open.filter((lacking) => lacking.length === fewest);
}

/** `vendor + product`: a row in words. */
export function usbRowName(row: UsbRow): string {
  return row.needs.map((key) => KEY_WORDS[key] ?? key).join(' + ');
}

const KEY_WORDS: Readonly<Record<string, string>> = {
  idVendor: 'vendor',
  idProduct: 'product',
  bcdDevice: 'release',
  bConfigurationValue: 'configuration',
  bInterfaceNumber: 'interface number',
  bDeviceClass: 'class',
  bDeviceSubClass: 'subclass',
  bDeviceProtocol: 'protocol',
  bInterfaceClass: 'class',
  bInterfaceSubClass: 'subclass',
  bInterfaceProtocol: 'protocol',
};

function whatIsWrong(kind: UsbKind, present: ReadonlySet<string>): string {
  const read = USB_KEYS[kind].filter((key) => present.has(key));
  if (read.length === 0) return `no key that a USB ${kind} is matched by`;
  return `${read.map((key) => KEY_WORDS[key] ?? key).join(' + ')}: no legal combination for a USB ${kind}`;
}

/**
 * The score that a row comes to: wildcards among the keys it needs cost 1000 each, a mask that had to be used 500,
 * and IOProbeScore is added, cut to 9000 from 10000 on.
 */
export function usbScore(row: UsbRow, wildcards: number, maskUsed: boolean, probeScore: number): number {
  const added = probeScore >= USB_PROBE_SCORE_LIMIT ? USB_PROBE_SCORE_CUT : probeScore;
  return row.score + added - wildcards * USB_WILDCARD_COST - (maskUsed ? USB_MASK_COST : 0);
}
