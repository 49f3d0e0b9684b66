/** The devices of a registry dump in a person's order: by bus, with the ids that people know them by. */
import { familyOf } from '../../iokit/matching.ts';
import { isA } from '../../iokit/nub.ts';
import { pciRegister } from '../../iokit/pci.ts';
import type { RegistryNode } from '../../iokit/registry.ts';

export interface DeviceFamily {
  readonly id: string;
  /** Plural, as it stands in a sentence: `2 of 41 USB devices`. */
  readonly title: string;
  /** Singular: `1 USB device`. */
  readonly one: string;
  readonly classes: readonly string[];
}

/** In the order in which a person looks. */
export const DEVICE_FAMILIES: readonly DeviceFamily[] = [
  { id: 'usb-device', title: 'USB devices', one: 'USB device', classes: ['IOUSBHostDevice', 'IOUSBDevice'] },
  {
    id: 'usb-interface',
    title: 'USB interfaces',
    one: 'USB interface',
    classes: ['IOUSBHostInterface', 'IOUSBInterface'],
  },
  { id: 'pci', title: 'PCI devices', one: 'PCI device', classes: ['IOPCIDevice'] },
  { id: 'hid', title: 'HID devices', one: 'HID device', classes: ['IOHIDDevice', 'IOHIDInterface'] },
  { id: 'scsi', title: 'SCSI units', one: 'SCSI unit', classes: ['IOSCSIPeripheralDeviceNub'] },
  { id: 'media', title: 'disks and partitions', one: 'disk or partition', classes: ['IOMedia'] },
  { id: 'serial', title: 'serial ports', one: 'serial port', classes: ['IOSerialBSDClient'] },
];

/** The family whose class is first in the chain of the entry. */
export function deviceFamily(nub: RegistryNode): DeviceFamily | undefined {
  if (familyOf(nub) === undefined) return undefined;
  return DEVICE_FAMILIES.find(({ classes }) => classes.some((name) => isA(nub, name)));
}

/** The words for the entries of a provider class: `USB devices`, or `entries of class IOFoo`; for one the singular. */
export function entriesOf(providerClass: string, count = 0): string {
  const family = DEVICE_FAMILIES.find(({ classes }) => classes.includes(providerClass));
  if (count === 1) return family?.one ?? `entry of class ${providerClass}`;
  return family?.title ?? `entries of class ${providerClass}`;
}

/** `05ac:8242` for what has a vendor and a product. */
export function idsOf(nub: RegistryNode): string | undefined {
  const { properties } = nub;
  const number = (...keys: string[]): bigint | undefined => {
    for (const key of keys) {
      const value = properties.get(key);
      if (typeof value === 'bigint') return value;
    }
    return undefined;
  };
  const pair = (vendor: bigint, product: bigint) => `${hex4(vendor)}:${hex4(product)}`;
  const vendor = number('idVendor', 'VendorID');
  const product = number('idProduct', 'ProductID');
  if (vendor !== undefined && product !== undefined) return pair(vendor, product);
  const primary = isA(nub, 'IOPCIDevice') ? pciRegister(properties, 0x00) : undefined;
  return primary === undefined ? undefined : pair(BigInt(primary & 0xffff), BigInt(primary >>> 16));
}

function hex4(value: bigint): string {
  return value.toString(16).padStart(4, '0');
}
