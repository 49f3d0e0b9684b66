/** The keys that the schemas know for a dictionary, and which of them a person most likely meant. */
import { distance } from '../plist/nearest.ts';
import type { PlistNode } from '../plist/types.ts';
import type { Evaluation } from '../schema/types.ts';

/** The known keys of dictionaries to which the same schemas apply. */
export class KnownKeys {
  readonly names: ReadonlySet<string>;
  private readonly byLower: ReadonlyMap<string, string>;
  private readonly meant = new Map<string, string | undefined>();

  constructor(names: ReadonlySet<string>) {
    this.names = names;
    this.byLower = new Map([...names].map((name) => [name.toLowerCase(), name]));
  }

  /** The known key that is this one but for its case; undefined for a known key itself. */
  inOtherCase(name: string): string | undefined {
    return this.names.has(name) ? undefined : this.byLower.get(name.toLowerCase());
  }

  /** {@link meantKey}, remembered: thousands of personalities, and of files, have the same keys. */
  meantBy(name: string): string | undefined {
    if (this.meant.has(name)) return this.meant.get(name);
    const meant = meantKey(name, this.names);
    if (this.meant.size >= MAX_REMEMBERED) this.meant.clear();
    this.meant.set(name, meant);
    return meant;
  }
}

/** Keys of which a list remembers what they were meant to be: a server lives long. */
const MAX_REMEMBERED = 10_000;

const remembered = new WeakMap<ReadonlySet<string>, KnownKeys>();

/** The keys that the schemas name for a dictionary; few lists serve all dictionaries of all documents. */
export function knownKeysOf(evaluation: Evaluation, dict: PlistNode): KnownKeys {
  const names = evaluation.keyNames(dict);
  const known = remembered.get(names);
  if (known) return known;
  const made = new KnownKeys(names);
  remembered.set(names, made);
  return made;
}

/**
 * The known key that a key was most likely meant to be. Private keys of a driver are legal and common, so only
 * small slips count: swapped, lost or doubled letters, a plural, a blank or hyphen inside, `CF` for `OS`. A key that differs in
 * a digit, or that starts with a sign (`#IOClass` is how people comment out), was written on purpose.
 */
export function meantKey(name: string, known: ReadonlySet<string>): string | undefined {
  if (name.length < 5 || name.length > 100 || !/^[A-Za-z]/.test(name) || known.has(name)) return undefined;
  const namesake = inOtherFamily(name, known);
  if (namesake !== undefined) return namesake;
  const bare = (text: string) => text.replace(/[\s_-]/g, '').toLowerCase();
  // VendorID is a key of its own, of the HID family: match/usb-spelling tells the two apart.
  const reordered = /^(Vendor|Product)ID$/.test(name) ? undefined : inOrder(name);
  const digits = name.replace(/\D/g, '');
  const limit = name.length < 9 ? 1 : 2;
  let best: string | undefined;
  let least = limit + 1;
  let tied = false;
  for (const key of known) {
    if (key.toLowerCase() === name.toLowerCase()) return undefined;
    if (key.length < 5 || key.replace(/\D/g, '') !== digits) continue;
    if (bare(key) === bare(name) || singular(key) === singular(name)) return key;
    if (reordered !== undefined && reordered === inOrder(key)) return key;
    const far = distance(name, key, limit);
    if (far > least || far > limit) continue;
    tied = far === least;
    best = key;
    least = far;
  }
  return best === undefined || tied || isAnotherWord(name, best) ? undefined : best;
}

/** `IOKitPersonality` for `IOKitPersonalities`. */
function singular(name: string): string {
  return name.replace(/ies$/, 'y').replace(/s$/, '').toLowerCase();
}

/** The words of a name in the order of the alphabet, so that `vendorId` is `idVendor`; undefined for one word. */
function inOrder(name: string): string | undefined {
  const words = name.match(/[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? [];
  return words.length < 2
    ? undefined
    : words
        .map((word) => word.toLowerCase())
        .sort()
        .join(' ');
}

/** `CFBundleLibraries` for `OSBundleLibraries`, `OSBundleIdentifier` for `CFBundleIdentifier`. */
function inOtherFamily(name: string, known: ReadonlySet<string>): string | undefined {
  const rest = /^[A-Z]{2}(Bundle[A-Z]\w+)$/.exec(name)?.[1];
  if (rest === undefined) return undefined;
  return ['OS', 'CF'].map((family) => family + rest).find((key) => known.has(key));
}

/** `IOUnitID` is no slip of `IOUnitNo`: one short word in place of another is another word. */
function isAnotherWord(name: string, key: string): boolean {
  const words = (text: string) => text.match(/[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? [];
  const [a, b] = [words(name), words(key)];
  if (a.length !== b.length) return false;
  const different = a.filter((word, index) => word !== b[index]);
  return different.length === 1 && different[0]!.length <= 2;
}
