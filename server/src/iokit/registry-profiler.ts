/**
 * Reads what `system_profiler SPUSBDataType SPPCIDataType` prints with `-json` or `-xml`: far less than a registry
 * dump (no classes, no interfaces, no drivers), but vendor, product and release of each device are there.
 */

import { isArray, isDict, type PlistDict, type PlistValue } from '../plist/value.ts';
import { MAX_DEPTH } from './equality.ts';
import type { RawNode, RawRegistry } from './registry-raw.ts';

const USB_TYPES = new Set(['SPUSBDataType', 'SPUSBHostDataType']);
const PCI_TYPES = new Set(['SPPCIDataType', 'SPThunderboltDataType']);

/** A JSON value as a plist value: whole numbers become integers. */
export function plistOfJson(value: unknown, depth = 0): PlistValue | undefined {
  if (depth > MAX_DEPTH) return undefined;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : String(value);
  if (Array.isArray(value))
    return value.map((item) => plistOfJson(item, depth + 1)).filter((item) => item !== undefined);
  if (value === null || typeof value !== 'object') return undefined;
  const entries = Object.entries(value).map(([key, item]) => [key, plistOfJson(item, depth + 1)] as const);
  return new Map(entries.filter((entry): entry is [string, PlistValue] => entry[1] !== undefined));
}

/** Reads a report; `undefined` when the value is none. Never throws. */
export function readProfiler(value: PlistValue): RawRegistry | undefined {
  const sections = sectionsOf(value);
  if (sections.length === 0) return undefined;
  const nodes: RawNode[] = [];
  for (const { type, items } of sections) {
    for (const item of items) {
      if (USB_TYPES.has(type)) addUsb(nodes, item, -1);
      else if (PCI_TYPES.has(type)) addPci(nodes, item, -1);
    }
  }
  const warnings = [
    'A system_profiler report knows no classes, interfaces and drivers: what it does not say counts as unknown.',
  ];
  return { format: 'system-profiler', nodes, warnings, partial: true };
}

/** What stands in the text of a report for the keys of the other forms. */
const TEXT_KEYS: ReadonlyMap<string, string> = new Map([
  ['Vendor ID', 'vendor_id'],
  ['Product ID', 'product_id'],
  ['Version', 'bcd_device'],
  ['Product Version', 'bcd_device'],
  ['Location ID', 'location_id'],
  ['Device ID', 'sppci_device-id'],
  ['Revision ID', 'sppci_revision-id'],
  ['Subsystem Vendor ID', 'sppci_subsystem-vendor-id'],
  ['Subsystem ID', 'sppci_subsystem-id'],
  ['Name', 'sppci_name'],
]);

/** Where a first device is to be looked for. */
const TEXT_HEAD = 1 << 20;

interface Open {
  readonly indent: number;
  readonly item: Map<string, PlistValue>;
  readonly items: PlistDict[];
}

/**
 * Reads the plain text that `system_profiler` prints without `-json`: sections and things as lines that end in a
 * colon, deeper ones further to the right. `undefined` when no device with ids is in it. Never throws.
 */
export function readProfilerText(text: string): RawRegistry | undefined {
  if (!/^\s+(?:Product|Device) ID: /m.test(text.slice(0, TEXT_HEAD))) return undefined;
  const sections = new Map<string, PlistDict[]>();
  const open: Open[] = [];
  let found = false;
  for (const line of text.split(/\r?\n/)) {
    const [, space = '', key = '', value = ''] = /^(\s*)(\S[^:]*):(.*)$/.exec(line) ?? [];
    if (key === '') continue;
    const indent = space.length;
    while ((open.at(-1)?.indent ?? -1) >= indent) open.pop();
    const around = open.at(-1);
    if (value.trim() !== '') {
      const name = TEXT_KEYS.get(key.trim());
      if (!around || name === undefined) continue;
      if (name === 'vendor_id') around.item.set('sppci_vendor-id', value.trim());
      around.item.set(name, value.trim());
      if (name === 'product_id' || name === 'sppci_device-id') found = true;
      continue;
    }
    const items: PlistDict[] = [];
    const item = new Map<string, PlistValue>([
      ['_name', key.trim()],
      ['_items', items],
    ]);
    if (around) around.items.push(item);
    else sections.set(key.trim(), items);
    open.push({ indent, item, items });
  }
  if (!found) return undefined;
  const typed = [...sections].map(([title, items]): [string, PlistValue] => [
    /pci|ethernet|graphics/i.test(title) ? 'SPPCIDataType' : 'SPUSBDataType',
    items,
  ]);
  const nodes = typed.length > 0 ? readProfiler(new Map(typed)) : undefined;
  return nodes && nodes.nodes.length > 0 ? nodes : undefined;
}

/** `-json` is a dictionary of types; `-xml` an array of dictionaries with `_dataType` and `_items`. */
function sectionsOf(value: PlistValue): { type: string; items: PlistDict[] }[] {
  const known = (type: PlistValue | undefined): type is string =>
    typeof type === 'string' && (USB_TYPES.has(type) || PCI_TYPES.has(type));
  if (isDict(value)) {
    return [...value].filter(([type]) => known(type)).map(([type, items]) => ({ type, items: dicts(items) }));
  }
  return dicts(value).flatMap((section) => {
    const type = section.get('_dataType');
    return known(type) ? [{ type, items: dicts(section.get('_items')) }] : [];
  });
}

function addUsb(nodes: RawNode[], item: PlistDict, parent: number, depth = 0): void {
  if (depth > MAX_DEPTH) return;
  const vendor = firstNumber(item, ['vendor_id', 'USBDeviceKeyVendorID', 'b_vendor_id']);
  const product = firstNumber(item, ['product_id', 'USBDeviceKeyProductID', 'a_product_id', 'b_product_id']);
  const location = firstNumber(item, [
    'location_id',
    'USBKeyLocationID',
    'USBDeviceKeyLocationID',
    'g_location_id',
  ]);
  let index = parent;
  if (vendor !== undefined && product !== undefined) {
    const properties = new Map<string, PlistValue>([
      ['idVendor', BigInt(vendor)],
      ['idProduct', BigInt(product)],
    ]);
    const release = releaseOf(RELEASE_KEYS.map((key) => item.get(key)).find((value) => value !== undefined));
    if (release !== undefined) properties.set('bcdDevice', release);
    if (location !== undefined) properties.set('locationID', BigInt(location));
    index = nodes.length;
    nodes.push(nodeOf(item, parent, 'IOUSBHostDevice', location?.toString(16), properties));
  }
  for (const child of dicts(item.get('_items'))) addUsb(nodes, child, index, depth + 1);
}

function addPci(nodes: RawNode[], item: PlistDict, parent: number, depth = 0): void {
  if (depth > MAX_DEPTH) return;
  const cells: [string, string][] = [
    ['sppci_vendor-id', 'vendor-id'],
    ['sppci_device-id', 'device-id'],
    ['sppci_revision-id', 'revision-id'],
    ['sppci_subsystem-vendor-id', 'subsystem-vendor-id'],
    ['sppci_subsystem-id', 'subsystem-id'],
  ];
  const properties = new Map<string, PlistValue>();
  for (const [from, to] of cells) {
    const number = firstNumber(item, [from]);
    if (number !== undefined) properties.set(to, cell(number));
  }
  let index = parent;
  if (properties.has('vendor-id') && properties.has('device-id')) {
    const name = item.get('sppci_name');
    if (typeof name === 'string') properties.set('name', name);
    index = nodes.length;
    nodes.push(nodeOf(item, parent, 'IOPCIDevice', undefined, properties));
  }
  for (const child of dicts(item.get('_items'))) addPci(nodes, child, index, depth + 1);
}

function nodeOf(
  item: PlistDict,
  parent: number,
  className: string,
  location: string | undefined,
  properties: PlistDict,
): RawNode {
  const name = item.get('_name');
  const unknownKeys: ReadonlySet<string> = new Set();
  return {
    parent,
    name: typeof name === 'string' ? name : className,
    location,
    className,
    chain: undefined,
    entryId: undefined,
    registered: true,
    matched: true,
    active: true,
    printed: true,
    load: () => ({ properties, unknownKeys }),
    peek: () => undefined,
  };
}

/** The number that a text such as `0x05ac  (Apple Inc.)` or `0x14400000 / 2` begins with. */
function firstNumber(item: PlistDict, keys: readonly string[]): number | undefined {
  for (const key of keys) {
    const value = item.get(key);
    if (typeof value === 'bigint') return Number(value);
    if (value === 'apple_vendor_id') return 0x05ac;
    const text = typeof value === 'string' ? /^\s*(0[xX][0-9a-fA-F]+|\d+)/.exec(value)?.[1] : undefined;
    if (text !== undefined) return Number(text);
  }
  return undefined;
}

const RELEASE_KEYS = ['bcd_device', 'USBDeviceKeyProductVersion', 'USBDeviceKeyVersion', 'd_bcd_device'];

/** `1.09` is release 0x0109; `0x0109` says so itself. */
function releaseOf(value: PlistValue | undefined): bigint | undefined {
  if (typeof value === 'bigint') return value;
  const text = typeof value === 'string' ? value.trim() : '';
  if (/^0[xX][0-9a-fA-F]{1,4}$/.test(text)) return BigInt(text);
  const parts = /^([0-9a-fA-F]{1,2})\.([0-9a-fA-F]{2})$/.exec(text);
  return parts ? BigInt(`0x${parts[1]}${parts[2]}`) : undefined;
}

function cell(number: number): Uint8Array {
  return Uint8Array.of(number & 0xff, (number >>> 8) & 0xff, (number >>> 16) & 0xff, number >>> 24);
}

function dicts(value: PlistValue | undefined): PlistDict[] {
  return isArray(value) ? value.filter(isDict) : [];
}
