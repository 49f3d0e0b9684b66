/**
 * All personalities of a machine together: which of them are tried on a nub, in which order, and which win.
 * Source: apple-oss-distributions/xnu iokit/Kernel/IOCatalogue.cpp:133-260 and 455-480 (the catalogue),
 * iokit/Kernel/IOService.cpp:3847-4290 (`probeCandidates`), libkern/c++/OSOrderedSet.cpp:268-279 (equal scores keep
 * their order).
 */
import type { PlistDict, PlistValue } from '../plist/value.ts';
import { isArray, isDict } from '../plist/value.ts';
import { type StartOptions, type StartResult, startsOn } from './entitlement-check.ts';
import { int32, MAX_DEPTH } from './equality.ts';
import { catalogueClasses, type MatchContext, matchFiled } from './matching.ts';
import type { Nub } from './nub.ts';

export const DEFAULT_CATEGORY = 'IODefaultMatchCategory';

/** One personality and where it comes from. */
export interface Candidate {
  /** What a person knows it by: a path or a bundle id. */
  readonly bundle: string;
  /** Its key in IOKitPersonalities. */
  readonly name: string;
  readonly personality: PlistDict;
  /** The entitlements of its dext, where they are known. */
  readonly entitlements?: PlistDict | undefined;
}

/** A candidate that matches a nub. */
export interface Ranked {
  readonly candidate: Candidate;
  /** The passive score. */
  readonly score: number;
  readonly category: string;
  readonly start: StartResult;
  /** The best of its category that starts. Its `probe()` may still decline, and the next one is taken then. */
  readonly wins: boolean;
}

/** Personalities filed by provider class, as the kernel files them. */
export class Catalogue {
  readonly size: number;
  private readonly byProvider = new Map<string, Candidate[]>();
  /** Entries of one class share their chain. */
  private readonly byChain = new WeakMap<readonly string[], readonly Candidate[]>();

  /** Personalities without a string in IOProviderClass are left out, and exact duplicates of earlier ones. */
  constructor(candidates: Iterable<Candidate>) {
    const seen = new Set<string>();
    let size = 0;
    for (const candidate of candidates) {
      const provider = candidate.personality.get('IOProviderClass');
      if (typeof provider !== 'string') continue;
      const print = fingerprint(candidate.personality);
      if (seen.has(print)) continue;
      seen.add(print);
      size++;
      const filed = this.byProvider.get(provider);
      if (filed) filed.push(candidate);
      else this.byProvider.set(provider, [candidate]);
    }
    this.size = size;
  }

  /**
   * The personalities that are tried on a nub: those of its class and of its superclasses up to IOService, by
   * IOProbeScore, the highest first; equal ones in the order in which they were filed.
   */
  candidatesFor(nub: Nub): readonly Candidate[] {
    const chain = nub.classChain;
    let found = this.byChain.get(chain);
    if (!found) {
      const filed = catalogueClasses(nub).flatMap((name) => this.byProvider.get(name) ?? []);
      found = byScore(filed, (item) => int32(item.personality.get('IOProbeScore')));
      this.byChain.set(chain, found);
    }
    return found;
  }
}

/** The match category of a personality. */
export function categoryOf(personality: PlistDict): string {
  const category = personality.get('IOMatchCategory');
  return typeof category === 'string' ? category : DEFAULT_CATEGORY;
}

/**
 * Tries all candidates of a catalogue on a nub: those that match, best score first, with the winner of each match
 * category. Drivers already attached are not looked at: this is the match of a fresh device.
 */
export function resolveCandidates(
  catalogue: Catalogue,
  nub: Nub,
  context: MatchContext = {},
  options: StartOptions = {},
): Ranked[] {
  const matching: { candidate: Candidate; score: number }[] = [];
  const candidates = catalogue.candidatesFor(nub);
  if (candidates.length === 0) return [];
  const fixed = settled(nub);
  for (const candidate of candidates) {
    const score = matchFiled(candidate.personality, fixed, context);
    if (score !== undefined) matching.push({ candidate, score });
  }
  const taken = new Set<string>();
  return byScore(matching, (item) => item.score).map(({ candidate, score }) => {
    const category = categoryOf(candidate.personality);
    const entitlements = candidate.entitlements ?? options.entitlements;
    const start = startsOn(candidate.personality, nub, { ...options, entitlements });
    const wins = start.starts && !taken.has(category);
    if (wins) taken.add(category);
    return { candidate, score, category, start, wins };
  });
}

/** The nub with its properties at hand: those of a dump are read when they are asked for. */
function settled(nub: Nub): Nub {
  const { className, classChain, name, location, entryId, path, properties, unknownKeys, provider, clients } =
    nub;
  const { partial = false, pciConfig } = nub;
  const fixed = {
    className,
    classChain,
    name,
    location,
    entryId,
    path,
    properties,
    unknownKeys,
    provider,
    clients,
  };
  return pciConfig ? { ...fixed, partial, pciConfig } : { ...fixed, partial };
}

/** {@link resolveCandidates} for every entry; entries without a match are left out. */
export function attach<N extends Nub>(
  catalogue: Catalogue,
  nubs: Iterable<N>,
  context: MatchContext = {},
): Map<N, Ranked[]> {
  const out = new Map<N, Ranked[]>();
  for (const nub of nubs) {
    const ranked = resolveCandidates(catalogue, nub, context);
    if (ranked.length > 0) out.set(nub, ranked);
  }
  return out;
}

/** High scores first; `sort` is stable. */
function byScore<T>(items: readonly T[], score: (item: T) => number): T[] {
  return [...items].sort((a, b) => score(b) - score(a));
}

/** A text that two personalities share exactly when all their keys and values are equal. */
function fingerprint(value: PlistValue, depth = 0): string {
  if (depth > MAX_DEPTH) return '…';
  if (isDict(value)) {
    const parts = [...value].map(([key, item]) => `${JSON.stringify(key)}:${fingerprint(item, depth + 1)}`);
    return `{${parts.sort().join()}}`;
  }
  if (isArray(value)) return `[${value.map((item) => fingerprint(item, depth + 1)).join()}]`;
  if (value instanceof Uint8Array) return `<${[...value].join()}>`;
  if (typeof value === 'bigint') return `i${value}`;
  return JSON.stringify(value);
}
