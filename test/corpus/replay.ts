/**
 * Rebuilds personalities from the drivers of a registry dump. A driver's node carries its personality, the score
 * after probing, and what the driver itself published; the keys that drivers are known to copy or add have to be told
 * from their personality's own.
 */
import { attachedDrivers } from '../../server/src/iokit/explain.ts';
import { familyOf, matchScore } from '../../server/src/iokit/matching.ts';
import { type Candidate, DEFAULT_CATEGORY } from '../../server/src/iokit/matching-catalogue.ts';
import type { Registry, RegistryNode } from '../../server/src/iokit/registry.ts';
import { isDict, type PlistDict, type PlistValue } from '../../server/src/plist/value.ts';

export interface Driver {
  readonly node: RegistryNode;
  readonly nub: RegistryNode;
  /** The family whose table the nub brings along; `generic` for none. */
  readonly family: string;
  readonly className: string;
  readonly category: string;
  /** As recorded, after probing. */
  readonly score: number;
}

/**
 * Every attached driver of a dump, once. Of two providers the one that it matches counts: a network stack sits on its
 * interface and on IOResources, which it matched.
 */
export function driversOf(registry: Registry): Driver[] {
  const byNode = new Map<RegistryNode, Driver>();
  for (const nub of registry.nodes) {
    for (const { nub: client, className, category, score } of attachedDrivers(nub)) {
      const node = client as RegistryNode;
      if (byNode.has(node) && matchScore(node.properties, nub, registry.context) === undefined) continue;
      const matched = nubOf(node, nub);
      const family = familyOf(matched) ?? 'generic';
      byNode.set(node, { node, nub: matched, family, className, category, score });
    }
  }
  return [...byNode.values()];
}

/** A driver may have moved: graphics drivers match a child of the PCI device and attach to the device itself. */
function nubOf(driver: RegistryNode, parent: RegistryNode): RegistryNode {
  const provider = driver.properties.get('IOProviderClass');
  const isMeant = (entry: RegistryNode) =>
    typeof provider === 'string' && entry.classChain.includes(provider);
  if (isMeant(parent)) return parent;
  const near = [
    ...parent.children,
    ...(parent.provider ? [parent.provider, ...parent.provider.children] : []),
  ];
  return near.find((entry) => entry !== driver && isMeant(entry)) ?? parent;
}

/** Keys that drivers of a family publish on themselves, and that may or may not have stood in the personality. */
const ADDED: Readonly<Record<string, readonly string[]>> = {
  IOMedia: ['UUID'],
  IOHIDInterface: [
    'Transport',
    'LocationID',
    'ProductID',
    'VersionNumber',
    'Manufacturer',
    'SerialNumber',
    'PhysicalDeviceUniqueID',
    'PrimaryUsagePage',
    'PrimaryUsage',
    'DeviceUsagePairs',
    'ModelNumber',
    'VendorID',
  ],
  AppleHSBluetoothInterface: ['bInterfaceProtocol', 'bInterfaceNumber', 'idProduct', 'idVendor'],
  IOUSBHostDevice: ['bcdDevice', 'idProduct', 'idVendor'],
  IOUSBHostInterface: ['bcdDevice', 'idProduct', 'idVendor', 'bInterfaceNumber', 'bConfigurationValue'],
};
const SAME_AS: Readonly<Record<string, string>> = {
  IOHIDDevice: 'IOHIDInterface',
  IOHIDEventService: 'IOHIDInterface',
  IOUSBDevice: 'IOUSBHostDevice',
  IOUSBInterface: 'IOUSBHostInterface',
  AppleHSSPIInterface: 'AppleHSBluetoothInterface',
};

export interface Rebuilt {
  readonly driver: Driver;
  readonly personality: PlistDict;
  /** Passive score of the rebuilt personality on its nub, `undefined` when it does not match. */
  readonly passive: number | undefined;
  /** The family itself gives a score, so that equal scores mean something. */
  readonly scored: boolean;
}

/** IOProbeScore a personality may plausibly have had. */
const MAX_BASE = 9999;

/** The personality of a driver, with as many of its keys as the recorded score allows. */
export function rebuild(driver: Driver, registry: Registry): Rebuilt {
  const { node, nub, family, score } = driver;
  const kept = node.properties.get('IOMatchedPersonality');
  if (isDict(kept)) {
    // The kernel keeps a dext's personality as it was.
    const passive = matchScore(kept, nub, registry.context);
    return { driver, personality: kept, passive, scored: isScored(family, registry) };
  }
  const scored = isScored(family, registry);
  const added = ADDED[SAME_AS[family] ?? family] ?? [];
  const present = added.filter((key) => node.properties.has(key));
  let best: { personality: PlistDict; passive: number; distance: number } | undefined;
  for (const variant of variants(present, /USB|AppleHS/.test(family))) {
    const personality = originalOf(node.properties, variant);
    const passive = matchScore(personality, nub, registry.context);
    if (passive === undefined) continue;
    if (!scored) {
      personality.set('IOProbeScore', BigInt(score));
      return { driver, personality, passive: score, scored };
    }
    const rest = score - passive;
    const distance = rest < 0 ? MAX_BASE - rest : rest;
    if (!best || distance < best.distance) best = { personality, passive, distance };
    if (rest === 0) break;
  }
  if (best) return { driver, personality: best.personality, passive: best.passive, scored };
  return { driver, personality: originalOf(node.properties, new Map()), passive: undefined, scored };
}

function isScored(family: string, registry: Registry): boolean {
  if (family === 'IOPCIDevice') return !registry.machine.acpi;
  return /^(?:IO(?:USB|HID|SCSI)|AppleHS)/.test(family);
}

/** What became of keys: left out, or `"*"` before the driver wrote the device's value over it. */
type Variant = ReadonlyMap<string, 'absent' | '*'>;

function originalOf(properties: PlistDict, variant: Variant): Map<string, PlistValue> {
  const out = new Map<string, PlistValue>(properties);
  for (const [key, was] of variant) {
    if (was === '*') out.set(key, '*');
    else out.delete(key);
  }
  out.delete('IOProbeScore');
  if (out.get('IOMatchCategory') === DEFAULT_CATEGORY) out.delete('IOMatchCategory');
  return out;
}

/** Everything that may have become of the keys, few changes first. */
function variants(keys: readonly string[], wildcards: boolean): Variant[] {
  let all: [string, 'absent' | '*'][][] = [[]];
  for (const key of keys) {
    all = all.flatMap((changes) => [
      changes,
      [...changes, [key, 'absent'] as [string, 'absent']],
      ...(wildcards ? [[...changes, [key, '*'] as [string, '*']]] : []),
    ]);
  }
  return all.sort((a, b) => a.length - b.length).map((changes) => new Map(changes));
}

/** Keys that the engine reads; what a driver published besides them must not keep two personalities apart. */
const READ =
  /^(?:IO(?:ProviderClass|Class|MatchCategory|ProbeScore|NameMatch|LocationMatch|PropertyMatch|PropertyExistsMatch|PathMatch|ParentMatch|ResourceMatch|ResourceMatched|PCI\w*Match|SerialBSDClientType|UserServerName)|CFBundleIdentifier|id\w+|bcdDevice|b[A-Z]\w+|\w*ID(?:Array|Mask)?|Transport|PrimaryUsage\w*|DeviceUsage\w*|VersionNumber|Manufacturer|ModelNumber|Content(?: Hint)?|Whole|Leaf|Removable|Writable|Ejectable|Peripheral Device Type|Adapter Type|PSM|Vendor Identification|Product Identification)$/;

/** A catalogue entry of a rebuilt personality. */
export function candidateOf({ driver, personality }: Rebuilt): Candidate {
  const essential: PlistDict = new Map([...personality].filter(([key]) => READ.test(key)));
  const bundle = personality.get('CFBundleIdentifier');
  return {
    bundle: typeof bundle === 'string' ? bundle : '?',
    name: driver.className,
    personality: essential,
  };
}
