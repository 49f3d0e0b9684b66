/** What the devices of the loaded registry dump have for a match key: their numbers, proposed by their names. */

import { entriesOfClass } from '../../iokit/entries.ts';
import { pciRegister } from '../../iokit/pci.ts';
import { shownName } from '../../iokit/private.ts';
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

const PCI_KEYS = new Set(['IOPCIPrimaryMatch', 'IOPCIMatch']);
const NAME_LENGTH = 60;

/**
 * The values of a key, each product of the dump once, in the order of the dump; of a product key those of the
 * vendor that stands beside it. Empty for keys that no device has. Serial numbers and the like are in no label.
 * Never throws.
 */
export function deviceValues(registry: Registry, key: string, owner: PlistNode | undefined): DeviceValue[] {
  if (PCI_KEYS.has(key)) return pciValues(registry);
  const family = NUMBERED.find(({ vendor, product }) => key === vendor || key === product);
  if (!family) return [];
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

function pciValues(registry: Registry): DeviceValue[] {
  const devices = named(registry, ['IOPCIDevice'], ({ properties, pciConfig }) => {
    const register = pciConfig?.get(0) ?? pciRegister(properties, 0x00);
    if (register === undefined) return undefined;
    const bits = BigInt(register) & 0xffff_ffffn;
    return { vendor: bits & 0xffffn, product: bits >> 16n };
  });
  return devices.map(({ label, vendor, product }) => ({
    label,
    type: 'string',
    content: `0x${hex4(product)}${hex4(vendor)}`,
  }));
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
