/**
 * The class tree of the I/O Kit as far as it is known: from `schemas/tables/class-chains.json`. A dump that
 * prints chains itself (`ioreg -i`) wins over this table; see `registry.ts`.
 */
import table from '../../../schemas/tables/class-chains.json' with { type: 'json' };

const SUPERCLASS: ReadonlyMap<string, string> = new Map(
  table.groups.flatMap((group) => Object.entries(group.superclass) as [string, string][]),
);

/** No chain is longer; guards against a table with a loop. */
const MAX_DEPTH = 32;
const chains = new Map<string, readonly string[]>();

/** The superclass of a class of the table, `undefined` for a class that is not in it. */
export function superclassOf(className: string): string | undefined {
  return SUPERCLASS.get(className);
}

/** The names of all classes of the table. */
export function knownClasses(): Iterable<string> {
  return SUPERCLASS.keys();
}

/** True when the table knows the class. */
export function isKnownClass(className: string): boolean {
  return SUPERCLASS.has(className);
}

/**
 * The class and its superclasses, the class itself first, `IORegistryEntry` last. A class that is not in the
 * table is taken for a direct child of IOService, which is what nearly every nub at least is.
 */
export function classChain(className: string): readonly string[] {
  const known = chains.get(className);
  if (known) return known;
  const chain = chainWith(className, superclassOf);
  chains.set(className, chain);
  return chain;
}

/** As {@link classChain}, with superclasses from a function (which may ask {@link superclassOf} last). */
export function chainWith(
  className: string,
  superclass: (name: string) => string | undefined,
): readonly string[] {
  const chain: string[] = [];
  let name: string | undefined = className;
  while (name !== undefined && name !== 'OSObject' && chain.length < MAX_DEPTH && !chain.includes(name)) {
    chain.push(name);
    name = superclass(name);
  }
  if (!chain.includes('IORegistryEntry')) {
    if (!chain.includes('IOService')) chain.push('IOService');
    chain.push('IORegistryEntry');
  }
  return chain;
}

/** True when `className` is `ancestor` or derives from it, as far as the table knows. */
export function isSubclass(className: string, ancestor: string): boolean {
  return classChain(className).includes(ancestor);
}
