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
  const product = firstNumber(item, ['product_id', 'USBDeviceKeyProductID', 'b_product_id']);
  const location = firstNumber(item, ['location_id', 'USBKeyLocationID', 'USBDeviceKeyLocationID']);
  let index = parent;
  if (vendor !== undefined && product !== undefined) {
    const properties = new Map<string, PlistValue>([
      ['idVendor', BigInt(vendor)],
      ['idProduct', BigInt(product)],
    ]);
    const release = releaseOf(item.get('bcd_device') ?? item.get('USBDeviceKeyVersion'));
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

/** `1.09` is release 0x0109. */
function releaseOf(value: PlistValue | undefined): bigint | undefined {
  if (typeof value === 'bigint') return value;
  const parts =
    typeof value === 'string' ? /^([0-9a-fA-F]{1,2})\.([0-9a-fA-F]{2})$/.exec(value.trim()) : null;
  return parts ? BigInt(`0x${parts[1]}${parts[2]}`) : undefined;
}

function cell(number: number): Uint8Array {
  return Uint8Array.of(number & 0xff, (number >>> 8) & 0xff, (number >>> 16) & 0xff, number >>> 24);
}

function dicts(value: PlistValue | undefined): PlistDict[] {
  return isArray(value) ? value.filter(isDict) : [];
}
