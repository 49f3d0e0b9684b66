/** Match keys by which a personality matches nothing, whatever the bundle: there is nothing to carry over then. */
import { PCI_KEYS, pciMatchTerms } from '../iokit/pci.ts';
import { USB_KEYS, usbKeyCombination, usbKindOf } from '../iokit/usb.ts';
import type { PlistNode } from '../plist/types.ts';
import { hasBuildVariable } from '../plist/variables.ts';

/** A clause for a person; undefined when nothing rules a match out. Never throws. */
export function matchFault(personality: PlistNode, provider: string): string | undefined {
  const usb = usbKindOf(provider);
  if (usb) {
    for (const key of USB_KEYS[usb]) {
      const fault = usbFault(key, personality.get(key));
      if (fault !== undefined) return fault;
    }
    const keys = personality.entries.map(({ key }) => key.text);
    const { row, what } = usbKeyCombination(keys, usb);
    if (!row) return what;
  }
  if (provider === 'IOPCIDevice') {
    const wrong = PCI_KEYS.find(({ key }) => isPciFault(personality.get(key)));
    if (wrong) return `${wrong.key} must be a string of hexadecimal numbers`;
  }
  if (SCSI_NUBS.includes(provider) && !personality.get('Peripheral Device Type')) {
    const open = personality.entries.some(({ key }) => hasBuildVariable(key.text));
    if (!open && !personality.get('IOMatchCategory'))
      return 'it names no Peripheral Device Type (0 disk, 5 CD or DVD, 7 optical), and without one no SCSI unit matches';
  }
  const name = personality.get('IONameMatch');
  if (name && name.kind !== 'string' && name.kind !== 'array')
    return 'IONameMatch must be a string or an array of strings';
  const property = personality.get('IOPropertyMatch');
  if (property && property.kind !== 'dict' && property.kind !== 'array')
    return 'IOPropertyMatch must be a dictionary or an array of dictionaries';
  return undefined;
}

const SCSI_NUBS = ['IOSCSIPeripheralDeviceNub', 'IOSCSILogicalUnitNub'];

function isPciFault(node: PlistNode | undefined): boolean {
  if (!node) return false;
  const text = node.string;
  if (text === undefined) return true;
  return !hasBuildVariable(text) && pciMatchTerms(text).terms.length === 0;
}

/** Vendor, product and release have 16 bits, the other fields of USB descriptors 8. */
function usbFault(key: string, node: PlistNode | undefined): string | undefined {
  if (!node) return undefined;
  if (hasBuildVariable(node.text)) return `${key} is a build variable; put the number in`;
  if (key === 'idProductArray') {
    return node.kind === 'array' && node.items.every(({ integer }) => integer !== undefined)
      ? undefined
      : 'idProductArray must be an array of integers';
  }
  if (node.string === '*' && key !== 'idProductMask') return undefined;
  const { integer } = node;
  if (integer === undefined) return `${key} must be an integer`;
  const limit = /^(id|bcd)/.test(key) ? 0xffffn : 0xffn;
  return integer < 0n || integer > limit
    ? `${key} ${integer} is more than the field of the device can hold (0 to ${limit})`
    : undefined;
}
