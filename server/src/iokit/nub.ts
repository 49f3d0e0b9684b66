/** What the matching engine sees of a registry entry. `RegistryNode` (registry.ts) is one. */
import { isArray, type PlistDict, type PlistValue } from '../plist/value.ts';

export interface Nub {
  readonly className: string;
  /** The class itself first, up to IOService and IORegistryEntry. */
  readonly classChain: readonly string[];
  readonly name: string;
  /** What stands behind the `@`. */
  readonly location: string | undefined;
  readonly entryId: bigint | undefined;
  /** `IOService:/…` path, without the plane: `/AppleACPIPlatformExpert/PCI0@0`. */
  readonly path: string;
  readonly properties: PlistDict;
  /** Keys that are there but whose value the dump does not hold (cut off, masked). */
  readonly unknownKeys: ReadonlySet<string>;
  /** The source says little about each device: an absent property is unknown, not absent. */
  readonly partial?: boolean;
  /** The first parent in the service plane. */
  readonly provider: Nub | undefined;
  /** False for an entry that is being torn down; such clients do not count. */
  readonly active?: boolean;
  /** What is attached to it. */
  readonly clients: readonly Nub[];
  /** PCI configuration space by register offset, where it is known other than by properties. */
  readonly pciConfig?: ReadonlyMap<number, number>;
}

/** What is known of one property of a nub. */
export type Known =
  | { readonly state: 'value'; readonly value: PlistValue }
  | { readonly state: 'absent' }
  | { readonly state: 'unknown' };

/** Looks a property up. */
export function property(nub: Nub, key: string): Known {
  const value = nub.properties.get(key);
  if (value !== undefined) return { state: 'value', value };
  return nub.unknownKeys.has(key) || nub.partial ? { state: 'unknown' } : { state: 'absent' };
}

/** True when the nub is of the class or of one derived from it. */
export function isA(nub: Nub, className: string): boolean {
  return nub.classChain.includes(className);
}

/** The nub and its providers, nearest first. A dump with a loop ends where it closes. */
export function providersOf(nub: Nub): Nub[] {
  const out = new Set<Nub>();
  for (let at = nub.provider; at && !out.has(at); at = at.provider) out.add(at);
  return [...out];
}

const decoder = new TextDecoder('latin1');

/**
 * The names in a device-tree property: data or string with NUL-separated names, or (in hand-written nubs) an
 * array of strings.
 */
export function nameList(value: PlistValue | undefined): string[] {
  if (typeof value === 'string') return value.split('\0').slice(0, value.endsWith('\0') ? -1 : undefined);
  if (value instanceof Uint8Array) {
    const names = decoder.decode(value).split('\0');
    if (names.length > 1 && names.at(-1) === '') names.pop();
    return names;
  }
  if (isArray(value)) return value.filter((item) => typeof item === 'string');
  return [];
}
