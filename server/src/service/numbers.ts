/** Names for the numbers that schemas mark with `number`, and numbers by their names. */
import {
  hidUsage,
  hidUsagePage,
  type NamedId,
  pciClass,
  pciDevice,
  pciVendor,
  scsiType,
  searchPciVendors,
  searchUsbProducts,
  searchUsbVendors,
  usbClass,
  usbProduct,
  usbVendor,
} from '../iokit/ids.ts';
import { type TableEntry, tableEntries } from './tables.ts';

/** What stands beside a number in its dictionary. */
export interface NumberContext {
  readonly sibling: (key: string) => bigint | undefined;
}

/** Most names that one search gives. */
const SEARCH_LIMIT = 100;

const VENDOR_KEYS = ['idVendor', 'VendorID'];
const PAGE_KEYS = ['DeviceUsagePage', 'PrimaryUsagePage'];

/**
 * The name of a number by the schema's `number` annotation: `usb-vendor` 1452 is `Apple, Inc.`. Undefined for
 * numbers without a name and for annotations that name nothing (`hex`).
 */
export function nameOfNumber(kind: string, value: bigint, context: NumberContext): string | undefined {
  if (value < 0n || value > 0xffff_ffffn) return undefined;
  switch (kind) {
    case 'usb-vendor':
      return usbVendor(value);
    case 'usb-product': {
      const vendor = firstOf(VENDOR_KEYS, context);
      return vendor === undefined ? undefined : usbProduct(vendor, value);
    }
    case 'usb-class':
    case 'usb-interface-class':
      return usbClass(value);
    case 'hid-usage-page':
      return hidUsagePage(value);
    case 'hid-usage': {
      const page = firstOf(PAGE_KEYS, context);
      return page === undefined ? undefined : hidUsage(page, value);
    }
    case 'scsi-type':
      return scsiType(value);
    case 'pci-match':
      return pciMatchName(Number(value));
    case 'pci-class':
      return pciClass((value >> 24n) & 0xffn, (value >> 16n) & 0xffn, (value >> 8n) & 0xffn);
    default:
      return undefined;
  }
}

/** The device is in the high half, its vendor in the low one. */
function pciMatchName(value: number): string | undefined {
  const vendor = value & 0xffff;
  const maker = pciVendor(vendor);
  if (maker === undefined) return undefined;
  const device = pciDevice(vendor, value >>> 16);
  return device ? `${maker} ${device}` : maker;
}

function firstOf(keys: readonly string[], { sibling }: NumberContext): bigint | undefined {
  for (const key of keys) {
    const value = sibling(key);
    if (value !== undefined) return value;
  }
  return undefined;
}

export interface NamedNumber {
  readonly name: string;
  readonly value: number;
  readonly description?: string | undefined;
}

/** Numbers whose names fit what is typed, best first; `more` when there are further ones. */
export function searchNumbers(
  kind: string,
  typed: string,
  context: NumberContext,
): { readonly matches: readonly NamedNumber[]; readonly more: boolean } {
  // Who types a number does not look for a name.
  if (/^(?:0x)?[0-9a-f]*\d[0-9a-f]*$/i.test(typed) && typed !== '') return { matches: [], more: true };
  switch (kind) {
    case 'usb-vendor':
      return found(searchUsbVendors(typed, SEARCH_LIMIT + 1));
    case 'usb-product': {
      const vendor = firstOf(VENDOR_KEYS, context);
      return vendor === undefined
        ? { matches: [], more: false }
        : found(searchUsbProducts(vendor, typed, SEARCH_LIMIT + 1));
    }
    case 'pci-match':
      return found(searchPciVendors(typed, SEARCH_LIMIT + 1));
    case 'usb-class':
      return fromTable('usb-classes');
    case 'usb-interface-class':
      return fromTable('usb-interface-classes');
    case 'hid-usage-page':
      return fromTable('hid-usage-pages');
    case 'hid-usage': {
      const page = firstOf(PAGE_KEYS, context);
      return fromTable('hid-usages', (entry) => page === undefined || BigInt(entry.page ?? 0) === page);
    }
    case 'scsi-type':
      return fromTable('scsi-types');
    default:
      return { matches: [], more: false };
  }
}

function found(ids: readonly NamedId[]): { matches: readonly NamedNumber[]; more: boolean } {
  const matches = ids.slice(0, SEARCH_LIMIT).map(({ id, name }) => ({ name, value: id }));
  return { matches, more: ids.length > SEARCH_LIMIT };
}

function fromTable(
  table: string,
  fits: (entry: TableEntry) => boolean = () => true,
): { matches: readonly NamedNumber[]; more: boolean } {
  const matches = tableEntries(table)
    .filter(fits)
    .map((entry) => ({
      name: entry.title ?? String(entry.value),
      value: Number(entry.value),
      description: entry.description,
    }));
  return { matches, more: false };
}
