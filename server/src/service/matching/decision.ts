/** One decision of the kernel: every personality on one device, where each falls out, and who wins. */
import { describeValue, type MatchCheck } from '../../iokit/checks.ts';
import { entriesOfClass } from '../../iokit/entries.ts';
import { type Attached, attachedDrivers, isSameDriver, nearestMisses } from '../../iokit/explain.ts';
import { catalogueClasses } from '../../iokit/matching.ts';
import { type CandidateReport, countMatches, matchReport } from '../../iokit/matching-report.ts';
import type { Registry, RegistryNode } from '../../iokit/registry.ts';
import type { PlistValue } from '../../plist/value.ts';
import { type DocumentCandidate, unresolvedKeys } from './personalities.ts';

/** So many that do not match are told; all that match are. */
const MISSES = 20;

/**
 * What the kernel does with a candidate, in its order (apple-oss-distributions/xnu iokit/Kernel/IOService.cpp
 * 3847-4290 and 7637-8010): offers it by class, compares IOService's own keys, lets the family compare and score,
 * looks at what is above the device, and starts the best of each match category.
 */
export const STAGES = ['filed', 'generic', 'family', 'around', 'start', 'best'] as const;
export type Stage = (typeof STAGES)[number];

export interface DecisionCandidate {
  readonly candidate: DocumentCandidate;
  readonly report: CandidateReport;
  /** Where it falls out; undefined for a winner. */
  readonly fell: Stage | undefined;
  /** It is the driver that the dump shows on the device. */
  readonly attached: boolean;
}

export interface Decision {
  readonly node: RegistryNode;
  /** The classes under which personalities for the device are filed, nearest first. */
  readonly classes: readonly string[];
  /** Those that match, best score first, then those that come farthest. */
  readonly candidates: readonly DecisionCandidate[];
  /** Personalities left out: they do not match either. */
  readonly more: number;
  /** How many personalities compete, and how many are still in after each stage. `around` only where one asks it. */
  readonly all: number;
  readonly stages: readonly { readonly stage: Stage; readonly left: number }[];
  /** Drivers that the dump shows on the device and that no candidate stands for. */
  readonly drivers: readonly Attached[];
  /** Personalities that take no part because the build fills in what they match by. */
  readonly unresolved: number;
}

/** A check in words. Private values are replaced. */
export interface CheckWords {
  readonly key: string;
  /** Empty for a condition without a value. */
  readonly wants: string;
  /** Empty when the device has nothing. */
  readonly has: string;
  readonly holds: 'yes' | 'no' | 'unknown';
  /** False behind the first check that fails: the kernel looks no further. */
  readonly reached: boolean;
  readonly why: string;
}

/**
 * Who gets a device. Never throws.
 * @param candidates all that compete; those with a value that the build fills in only when they are `own`
 * @param own always among the answer
 */
export function decisionOn(
  candidates: readonly DocumentCandidate[],
  registry: Registry,
  node: RegistryNode,
  own?: DocumentCandidate,
): Decision {
  const known = candidates.filter((one) => one === own || unresolvedKeys(one.personality).length === 0);
  const { devices } = matchReport(known, registry.nodes, registry.context, [node]);
  const drivers = attachedDrivers(node);
  const all = (devices[0]?.candidates ?? []).map((report): DecisionCandidate => {
    const candidate = report.candidate as DocumentCandidate;
    const attached = drivers.some((driver) => isSameDriver(driver, candidate));
    return { candidate, report, fell: fellAt(report), attached };
  });
  const stages = STAGES.filter(
    (stage) => stage !== 'around' || all.some(({ report }) => report.result.checks.some(isAround)),
  );
  const matching = all
    .filter(({ report }) => report.result.matches)
    .toSorted((a, b) => (b.report.result.score ?? 0) - (a.report.result.score ?? 0));
  const isOwn = ({ candidate }: DecisionCandidate) => isSame(candidate, own);
  const missing = all
    .filter(({ report }) => !report.result.matches)
    .toSorted(
      (a, b) => Number(isOwn(b)) - Number(isOwn(a)) || rank(b) - rank(a) || failures(a) - failures(b),
    );
  return {
    node,
    classes: catalogueClasses(node),
    candidates: [...matching, ...missing.slice(0, MISSES)],
    more: Math.max(0, missing.length - MISSES),
    all: all.length,
    stages: stages.map((stage) => ({ stage, left: all.filter((one) => rank(one) > indexOf(stage)).length })),
    drivers: drivers.filter((driver) => !all.some(({ candidate }) => isSameDriver(driver, candidate))),
    unresolved: candidates.length - known.length,
  };
}

/** The device to show for a personality: the first that it matches, else the nearest; undefined when none is near. */
export function deviceFor(own: DocumentCandidate, registry: Registry): RegistryNode | undefined {
  const provider = own.personality.get('IOProviderClass');
  if (typeof provider !== 'string') return undefined;
  const pool = entriesOfClass(registry, provider);
  const { matching, of } = countMatches(own.personality, pool, registry.context);
  if (matching[0]) return matching[0];
  return nearestMisses(own.personality, of > 0 ? pool : registry.nodes, registry.context, 1)[0]?.nub;
}

/** All checks of a candidate in the kernel's order. */
export function checkWords(checks: readonly MatchCheck[]): CheckWords[] {
  const first = checks.findIndex(({ ok }) => !ok);
  return checks.map(({ key, wants, has, ok, unknown, why }, index) => {
    const holds = ok ? 'yes' : unknown ? 'unknown' : 'no';
    const reached = first < 0 || index <= first;
    return { key, wants: valueWords(wants), has: valueWords(has), holds, reached, why };
  });
}

/** An exact copy elsewhere is filed once, under the first. */
export function isSame(
  one: { readonly name: string; readonly bundle: string },
  other: { readonly name: string; readonly bundle: string } | undefined,
): boolean {
  return one.name === other?.name && one.bundle === other.bundle;
}

const GENERIC =
  /^(?:IONameMatch|IOPropertyMatch|IOPropertyExistsMatch|IOPathMatch|IORegistryEntryID|IOMatchedServiceCountMatch|BSD (?:Name|Major|Minor|Unit)|IOExclaveProxy)(?:\.|$)/;

function isAround({ key, wants }: MatchCheck): boolean {
  return key === 'IOParentMatch' || (key === 'IOLocationMatch' && typeof wants !== 'string');
}

/** The stage to which a check belongs. */
function stageOf(check: MatchCheck): Stage {
  if (check.key === 'IOProviderClass') return 'filed';
  if (isAround(check)) return 'around';
  return check.key === 'IOLocationMatch' || GENERIC.test(check.key) ? 'generic' : 'family';
}

function fellAt({ result, starts, wins }: CandidateReport): Stage | undefined {
  if (!result.matches) return result.firstFailure ? stageOf(result.firstFailure) : 'filed';
  if (!starts) return 'start';
  return wins ? undefined : 'best';
}

/** How far it comes: the number of stages that it passes. */
function rank({ fell }: DecisionCandidate): number {
  return fell === undefined ? STAGES.length : indexOf(fell);
}

function indexOf(stage: Stage): number {
  return STAGES.indexOf(stage);
}

function failures({ report }: DecisionCandidate): number {
  return report.result.checks.filter(({ ok }) => !ok).length;
}

function valueWords(value: PlistValue | undefined): string {
  return value === undefined ? '' : describeValue(value);
}
