/**
 * Names for the numbers of personalities and entitlements: USB, PCI, HID and SCSI. The lists are
 * `schemas/ids/*.json`; they are indexed at the first question. All functions are pure, synchronous and never
 * throw; what has no name is `undefined`.
 */
import pciIds from '../../../schemas/ids/pci.json' with { type: 'json' };
import usbIds from '../../../schemas/ids/usb.json' with { type: 'json' };
import { idList, type NamedId } from './id-lists.ts';

export type { NamedId } from './id-lists.ts';

const usb = idList(usbIds);
const pci = idList(pciIds);

/** Integers of a plist are `bigint`, others of our callers numbers. */
type Id = number | bigint;

/** Versions of the two lists, for `about` texts: `2025.07.26`. */
export const idListVersions = { usb: usbIds.version, pci: pciIds.version } as const;

/** Maker of a USB device by `idVendor` (0 to 0xffff): `Apple, Inc.`. */
export function usbVendor(vendor: Id): string | undefined {
  return usb.vendor(Number(vendor));
}

/** USB product by `idVendor` and `idProduct`. */
export function usbProduct(vendor: Id, product: Id): string | undefined {
  return usb.device(Number(vendor), Number(product));
}

/** Maker of a PCI device by the vendor id, the low half of an `IOPCIMatch` value. */
export function pciVendor(vendor: Id): string | undefined {
  return pci.vendor(Number(vendor));
}

/** PCI device by vendor and device id; the device id is the high half of an `IOPCIMatch` value. */
export function pciDevice(vendor: Id, device: Id): string | undefined {
  return pci.device(Number(vendor), Number(device));
}

/**
 * USB class by number, or subclass, or protocol: the most exact name that the list has, parts joined by `, `:
 * `usbClass(8, 6, 80)` is `Mass Storage, SCSI, Bulk-Only`. Each number 0 to 255.
 */
export function usbClass(base: Id, subclass?: Id, protocol?: Id): string | undefined {
  return pathName(usb.className, [base, subclass, protocol]);
}

/**
 * PCI class by base class, subclass and programming interface, as `usbClass`: `pciClass(1, 6, 1)` is
 * `Mass storage controller, SATA controller, AHCI 1.0`. Each number 0 to 255.
 */
export function pciClass(base: Id, subclass?: Id, programmingInterface?: Id): string | undefined {
  return pathName(pci.className, [base, subclass, programmingInterface]);
}

/** HID usage page, 0 to 0xffff: `Generic Desktop Controls`; pages from 0xff00 are `Vendor-defined`. */
export function hidUsagePage(page: Id): string | undefined {
  const number = Number(page);
  if (number >= 0xff00 && number <= 0xffff) return 'Vendor-defined';
  return usb.usageName(hex(number, 2));
}

/** HID usage on a page: `hidUsage(1, 6)` is `Keyboard`. On the button page each number is a button. */
export function hidUsage(page: Id, usage: Id): string | undefined {
  const name = usb.usageName(hex(Number(page), 2) + hex(Number(usage), 4));
  if (name !== undefined) return name;
  return Number(page) === 9 && Number(usage) > 0 && Number(usage) <= 0xffff ? `Button ${usage}` : undefined;
}

/** SCSI peripheral device type, 0 to 31, as in INQUIRY data (SPC-4, table of peripheral device types). */
export function scsiType(type: Id): string | undefined {
  return SCSI_TYPES[Number(type)];
}

/** USB vendors whose name begins with, has a word beginning with, or holds the search; best first. */
export function searchUsbVendors(search: string, limit: number): NamedId[] {
  return usb.searchVendors(search, limit);
}

/** Products of one USB vendor by name, as {@link searchUsbVendors}; an empty search lists them all. */
export function searchUsbProducts(vendor: Id, search: string, limit: number): NamedId[] {
  return usb.searchDevices(Number(vendor), search, limit);
}

/** PCI vendors by name, as {@link searchUsbVendors}. */
export function searchPciVendors(search: string, limit: number): NamedId[] {
  return pci.searchVendors(search, limit);
}

/** Devices of one PCI vendor by name, as {@link searchUsbVendors}. */
export function searchPciDevices(vendor: Id, search: string, limit: number): NamedId[] {
  return pci.searchDevices(Number(vendor), search, limit);
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

/** Names of a code and of its beginnings, as far as given and known. */
function pathName(
  name: (code: string) => string | undefined,
  numbers: readonly (Id | undefined)[],
): string | undefined {
  const names: string[] = [];
  let code = '';
  for (const number of numbers) {
    if (number === undefined) break;
    code += hex(Number(number), 2);
    const found = name(code);
    if (found === undefined) break;
    names.push(found);
  }
  return names.length > 0 ? names.join(', ') : undefined;
}

const SCSI_TYPES: { readonly [type: number]: string } = {
  0: 'Direct-access block device (disk)',
  1: 'Sequential-access device (tape)',
  2: 'Printer',
  3: 'Processor',
  4: 'Write-once device',
  5: 'CD/DVD device',
  6: 'Scanner',
  7: 'Optical memory device',
  8: 'Medium changer',
  9: 'Communications device',
  12: 'Storage array controller',
  13: 'Enclosure services device',
  14: 'Simplified direct-access device',
  15: 'Optical card reader/writer',
  16: 'Bridge controller',
  17: 'Object-based storage device',
  18: 'Automation/drive interface',
  19: 'Security manager',
  20: 'Zoned block device',
  30: 'Well known logical unit',
  31: 'Unknown or no device type',
};
