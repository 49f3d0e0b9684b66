/** What the devices of the loaded registry dump have for a match key: their numbers, proposed by their names. */

import { entriesOfClass } from '../../iokit/entries.ts';
import { pciRegister } from '../../iokit/pci.ts';
import { shownName, withoutPrivate } from '../../iokit/private.ts';
import type { Registry, RegistryNode } from '../../iokit/registry.ts';
import type { PlistNode } from '../../plist/types.ts';

export interface DeviceValue {
  /** `Desk Lamp (0x1209:0x0002)` */
  readonly label: string;
  readonly type: 'integer' | 'string';
  /** What is written: a decimal number, or a PCI match text. */
  readonly content: string;
}

interface Ids {
  readonly vendor: bigint;
  readonly product: bigint;
}

/** The key of the vendor, that of the product, and the classes that have both; the class best named first. */
const NUMBERED = [
  {
    vendor: 'idVendor',
    product: 'idProduct',
    classes: ['IOUSBHostDevice', 'IOUSBDevice', 'IOUSBHostInterface', 'IOUSBInterface'],
  },
  { vendor: 'VendorID', product: 'ProductID', classes: ['IOHIDDevice', 'IOHIDInterface'] },
] as const;

/** Arrays whose items are proposed as the values of another key are. */
const ARRAYS: ReadonlyMap<string, string> = new Map([
  ['idProductArray', 'idProduct'],
  ['ProductIDArray', 'ProductID'],
]);

/** What else tells devices of a class apart, in the order in which people write it. */
const DETAILS: readonly { readonly classes: readonly string[]; readonly keys: readonly string[] }[] = [
  {
    classes: ['IOUSBHostDevice', 'IOUSBDevice'],
    keys: ['bcdDevice', 'bDeviceClass', 'bDeviceSubClass', 'bDeviceProtocol'],
  },
  {
    classes: ['IOUSBHostInterface', 'IOUSBInterface'],
    keys: [
      'bcdDevice',
      'bConfigurationValue',
      'bInterfaceNumber',
      'bInterfaceClass',
      'bInterfaceSubClass',
      'bInterfaceProtocol',
    ],
  },
  {
    classes: ['IOHIDDevice', 'IOHIDInterface'],
    keys: ['PrimaryUsagePage', 'PrimaryUsage', 'VersionNumber', 'Transport', 'Manufacturer', 'ModelNumber'],
  },
  {
    classes: ['IOSCSIPeripheralDeviceNub'],
    keys: [
      'Peripheral Device Type',
      'Vendor Identification',
      'Product Identification',
      'Product Revision Level',
    ],
  },
  { classes: ['IOMedia'], keys: ['Content Hint', 'Content'] },
];

/** The register of each PCI key, and the bits of it that are worth writing. */
const PCI_REGISTERS: ReadonlyMap<string, { readonly register: number; readonly bits: bigint }> = new Map([
  ['IOPCIMatch', { register: 0x00, bits: 0xffff_ffffn }],
  ['IOPCIPrimaryMatch', { register: 0x00, bits: 0xffff_ffffn }],
  ['IOPCISecondaryMatch', { register: 0x2c, bits: 0xffff_ffffn }],
  ['IOPCIClassMatch', { register: 0x08, bits: 0xffff_ff00n }],
]);
const NAME_LENGTH = 60;

/**
 * The values of a key, each product of the dump once, in the order of the dump; those of the devices that have what
 * the keys beside it ask for. Of an array of products its items. Empty for keys that no device has. Serial numbers
 * and the like are in no label. Never throws.
 *
 * @param owner the dictionary with the key, or the array itself
 */
export function deviceValues(
  registry: Registry,
  key: string | undefined,
  owner: PlistNode | undefined,
): DeviceValue[] {
  const array = owner?.kind === 'array' ? ARRAYS.get(owner.name ?? '') : undefined;
  if (array !== undefined) return deviceValues(registry, array, owner?.parent);
  if (key === undefined || owner?.kind === 'array') return [];
  if (PCI_REGISTERS.has(key)) return pciValues(registry, key);
  const family = NUMBERED.find(({ vendor, product }) => key === vendor || key === product);
  if (!family) return detailValues(registry, key, owner);
  const wanted = key === family.product ? owner?.get(family.vendor)?.integer : undefined;
  const devices = named(registry, family.classes, ({ properties }) => {
    const vendor = properties.get(family.vendor);
    const product = properties.get(family.product);
    return typeof vendor === 'bigint' && typeof product === 'bigint' ? { vendor, product } : undefined;
  });
  return devices
    .filter(({ vendor }) => wanted === undefined || vendor === wanted)
    .map(({ label, vendor, product }) => ({
      label,
      type: 'integer',
      content: String(key === family.vendor ? vendor : product),
    }));
}

/** Of the class that the personality names, else of the first that has the key. */
function detailValues(registry: Registry, key: string, owner: PlistNode | undefined): DeviceValue[] {
  const provider = owner?.get('IOProviderClass')?.string;
  const having = DETAILS.filter(({ keys }) => keys.includes(key));
  const family =
    having.find(({ classes }) => provider !== undefined && classes.includes(provider)) ?? having[0];
  if (!family || (provider !== undefined && !family.classes.includes(provider))) return [];
  const asked = ['idVendor', 'idProduct', 'VendorID', 'ProductID', ...family.keys].filter(
    (one) => one !== key,
  );
  const found = new Map<string, DeviceValue>();
  for (const node of family.classes.flatMap((name) => entriesOfClass(registry, name))) {
    const { properties } = node;
    const value = properties.get(key);
    if (typeof value !== 'bigint' && typeof value !== 'string') continue;
    const agrees = asked.every((one) => {
      const wants = owner?.get(one);
      const has = properties.get(one);
      return wants?.integer === undefined || has === undefined || wants.integer === has;
    });
    const content = String(withoutPrivate(key, value));
    if (!agrees || content !== String(value) || content.trim() === '' || found.has(content)) continue;
    const label = `${nameOf(node)} (${content.trim()})`;
    found.set(content, { label, type: typeof value === 'bigint' ? 'integer' : 'string', content });
  }
  return [...found.values()];
}

function pciValues(registry: Registry, key: string): DeviceValue[] {
  const { register, bits } = PCI_REGISTERS.get(key)!;
  const read = ({ properties, pciConfig }: RegistryNode, at: number) =>
    pciConfig?.get(at) ?? pciRegister(properties, at);
  const found = new Map<string, DeviceValue>();
  for (const node of entriesOfClass(registry, 'IOPCIDevice')) {
    const value = read(node, register);
    const primary = read(node, 0x00);
    if (value === undefined || value === 0 || primary === undefined) continue;
    const content = `0x${(BigInt(value) & bits).toString(16).padStart(8, '0')}`;
    const words = `0x${hex4(BigInt(primary & 0xffff))}:0x${hex4(BigInt(primary >>> 16))}`;
    if (!found.has(content))
      found.set(content, { label: `${nameOf(node)} (${words})`, type: 'string', content });
  }
  return [...found.values()];
}

function named(
  registry: Registry,
  classes: readonly string[],
  idsOf: (node: RegistryNode) => Ids | undefined,
): (Ids & { readonly label: string })[] {
  const found = new Map<string, Ids & { readonly label: string }>();
  for (const node of classes.flatMap((name) => entriesOfClass(registry, name))) {
    const ids = idsOf(node);
    if (!ids) continue;
    const words = `0x${hex4(ids.vendor)}:0x${hex4(ids.product)}`;
    if (!found.has(words)) found.set(words, { ...ids, label: `${nameOf(node)} (${words})` });
  }
  return [...found.values()];
}

/**
 * What a person knows a device by. HID entries are named after their class, so their product says more; not so
 * over Bluetooth, where people put their own names into it.
 */
function nameOf(node: RegistryNode): string {
  const { properties, className } = node;
  const product = properties.get('Product');
  const bluetooth = /bluetooth/i.test(String(properties.get('Transport') ?? ''));
  const name = typeof product === 'string' && product.trim() !== '' && !bluetooth ? product : node.name;
  const shown = shownName(node, name);
  const line = shown.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length > NAME_LENGTH ? `${line.slice(0, NAME_LENGTH - 1)}…` : line || className;
}

function hex4(value: bigint): string {
  return value.toString(16).padStart(4, '0');
}
