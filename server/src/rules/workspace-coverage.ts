/** Rules on the devices that personalities match and those that the transport entitlements allow. */
import { PCI_KEYS, type PciPattern, pciPatterns } from '../iokit/pci.ts';
import type { PlistNode } from '../plist/types.ts';
import { DEXT_KINDS, isFilledIn } from './bundle-values.ts';
import type { ViewContext, WorkspaceRule } from './types.ts';
import { related } from './workspace-view.ts';

const USB = 'com.apple.developer.driverkit.transport.usb';
const PCI = 'com.apple.developer.driverkit.transport.pci';

function checkCoverage({ view, report }: ViewContext): void {
  const { info, entitlements } = view;
  if (!info || !entitlements) return;
  for (const { name, node, providerClass, isDext } of view.personalities) {
    const usb = providerClass === 'IOUSBHostDevice' || providerClass === 'IOUSBHostInterface';
    if (!isDext || !(usb || providerClass === 'IOPCIDevice')) continue;
    const list = entitlements.root.get(usb ? USB : PCI);
    const allowed = list?.kind === 'array' ? list.items.filter((item) => item.kind === 'dict') : [];
    if (!list || allowed.length === 0) continue;
    const overlaps = usb ? usbOverlaps : pciOverlaps;
    const verdicts = allowed.map((dict) => overlaps(node, dict));
    if (verdicts.includes('possible')) continue;
    const at = usb
      ? (node.get('idVendor') ?? node)
      : (PCI_KEYS.map(({ key }) => node.get(key)).find(Boolean) ?? node);
    report({
      document: info.document,
      at,
      ...(verdicts.includes('unlikely') && { severity: 'warning' as const }),
      message: `No device that ${name} matches is one that ${usb ? USB : PCI} allows, so the kernel ends the dext each time it starts. Bring the two lists together: the ids of the personality belong into the entitlement.`,
      related: [related(entitlements.document, list, 'the devices that the signature allows')],
    });
  }
}

/** Whether a device can be in both: what is not known is possible. */
type Overlap = 'none' | 'unlikely' | 'possible';

const USB_NUMBERS = [
  'idVendor',
  'bcdDevice',
  'bDeviceClass',
  'bDeviceSubClass',
  'bDeviceProtocol',
  'bInterfaceClass',
  'bInterfaceSubClass',
  'bInterfaceProtocol',
  'bInterfaceNumber',
  'bConfigurationValue',
];

function usbOverlaps(personality: PlistNode, allowed: PlistNode): Overlap {
  for (const key of USB_NUMBERS) {
    const wants = numberOf(personality.get(key));
    const may = numberOf(allowed.get(key));
    if (wants !== undefined && may !== undefined && wants !== may) return 'none';
  }
  const mask = numberOf(personality.get('idProductMask')) ?? 0xffffn;
  const wants = productsOf(personality);
  const may = productsOf(allowed);
  const open = wants === undefined || may === undefined || allowed.get('idProductMask') !== undefined;
  if (!open && !wants.some((one) => may.some((other) => (one & mask) === (other & mask)))) return 'none';
  return 'possible';
}

/** Undefined for what any device may have, or what is not known. */
function productsOf(dict: PlistNode): readonly bigint[] | undefined {
  const one = dict.get('idProduct');
  const many = dict.get('idProductArray');
  const nodes = [...(one ? [one] : []), ...(many?.kind === 'array' ? many.items : [])];
  const numbers = nodes.map(numberOf);
  return nodes.length === 0 || numbers.some((number) => number === undefined)
    ? undefined
    : (numbers as bigint[]);
}

function numberOf(node: PlistNode | undefined): bigint | undefined {
  return node?.integer;
}

/** Two patterns of one register exclude each other for certain; IOPCIMatch tries the subsystem ids as well. */
function pciOverlaps(personality: PlistNode, allowed: PlistNode): Overlap {
  let verdict: Overlap = 'possible';
  for (const { key, registers, defaultMask } of PCI_KEYS) {
    const wants = patternsOf(personality.get(key), defaultMask);
    if (!wants) continue;
    for (const other of PCI_KEYS) {
      const may = patternsOf(allowed.get(other.key), other.defaultMask);
      const shared = registers.some((register) => other.registers.includes(register));
      if (!may || !shared || anyFit(wants, may)) continue;
      if (registers.length === 1 && other.registers.length === 1) return 'none';
      verdict = 'unlikely';
    }
  }
  return verdict;
}

function patternsOf(node: PlistNode | undefined, defaultMask: number): readonly PciPattern[] | undefined {
  const text = node?.string;
  return text === undefined || isFilledIn(text) ? undefined : pciPatterns(text, defaultMask);
}

function anyFit(some: readonly PciPattern[], others: readonly PciPattern[]): boolean {
  return some.some((one) =>
    others.some((other) => ((one.value ^ other.value) & one.mask & other.mask) === 0),
  );
}

export const coverageRules: readonly WorkspaceRule[] = [
  {
    id: 'workspace/transport-coverage',
    severity: 'error',
    title: 'Personality outside of the transport entitlement',
    what: 'A USB or PCI personality of which not one device can be among those that `transport.usb` or `transport.pci` of the same target lists: other vendor, other products, patterns that exclude each other.',
    why: 'The personality says what the driver would take, the entitlement what its signature may take. When the driver starts the kernel holds the nub against the entitlement’s dictionaries and ends the dext if none fits.',
    how: 'Write the ids of the personalities into the entitlement, or correct the personalities.',
    source: [
      'apple-oss-distributions/IOPCIFamily IOPCIDevice.cpp:855-920',
      'https://developer.apple.com/documentation/bundleresources/entitlements/com.apple.developer.driverkit.transport.usb',
    ],
    kinds: DEXT_KINDS,
    facts: ['mistake:M068', 'mistake:M069'],
    examples: {
      invalid:
        '<!-- Info.plist -->\n<key>idVendor</key>\n<integer>4660</integer>\n<!-- .entitlements, in transport.usb -->\n<key>idVendor</key>\n<integer>4661</integer>',
      valid:
        '<!-- Info.plist -->\n<key>idVendor</key>\n<integer>4660</integer>\n<!-- .entitlements, in transport.usb -->\n<key>idVendor</key>\n<integer>4660</integer>',
    },
    checkView: checkCoverage,
  },
];
