/** Personalities against a whole registry: what the command line and the editor's Match view show. */

import type { PlistDict } from '../plist/value.ts';
import { startsOn } from './entitlement-check.ts';
import { type Competition, competition, type Miss, nearestMisses } from './explain.ts';
import { type MatchContext, type MatchResult, matchPersonality, matchScore } from './matching.ts';
import {
  type Candidate,
  Catalogue,
  categoryOf,
  type Ranked,
  resolveCandidates,
} from './matching-catalogue.ts';
import { isA, type Nub } from './nub.ts';

/** One personality on one device. */
export interface CandidateReport {
  readonly candidate: Candidate;
  readonly result: MatchResult;
  readonly category: string;
  readonly wins: boolean;
  /** It matches, and the kernel starts it. */
  readonly starts: boolean;
  /** A sentence for a person: who wins and by how much, or what fails first. */
  readonly sentence: string;
  readonly advice: readonly string[];
}

export interface DeviceReport<N extends Nub> {
  readonly nub: N;
  /** Those that match first, the best score on top; then the others in their own order. */
  readonly candidates: readonly CandidateReport[];
}

export interface MatchReport<N extends Nub> {
  /** Devices with a match, or the devices asked for. */
  readonly devices: readonly DeviceReport<N>[];
  /** Personalities that match none of the devices looked at, with the nearest ones. */
  readonly unmatched: readonly { readonly candidate: Candidate; readonly misses: readonly Miss<N>[] }[];
}

/**
 * @param nubs all entries of the registry
 * @param only devices to report on; `undefined`: all that something matches
 */
export function matchReport<N extends Nub>(
  candidates: readonly Candidate[],
  nubs: readonly N[],
  context: MatchContext = {},
  only?: readonly N[],
): MatchReport<N> {
  const catalogue = new Catalogue(candidates);
  const devices: DeviceReport<N>[] = [];
  const matched = new Set<string>();
  for (const nub of only ?? nubs) {
    const ranked = resolveCandidates(catalogue, nub, context);
    for (const { candidate } of ranked) matched.add(idOf(candidate));
    if (ranked.length === 0 && !only) continue;
    devices.push({ nub, candidates: reportDevice(nub, only ? candidates : [], ranked, context) });
  }
  const unmatched = candidates
    .filter((candidate) => !matched.has(idOf(candidate)))
    .map((candidate) => ({ candidate, misses: nearestMisses(candidate.personality, only ?? nubs, context) }));
  return { devices, unmatched };
}

/** How many of the devices of its provider class a personality matches: `matches 2 of 41`. */
export interface MatchCount<N extends Nub> {
  readonly matching: readonly N[];
  /** Entries of the provider class, matching or not. */
  readonly of: number;
}

/** Counts for one personality. Never throws. */
export function countMatches<N extends Nub>(
  personality: PlistDict,
  nubs: Iterable<N>,
  context: MatchContext = {},
): MatchCount<N> {
  const provider = personality.get('IOProviderClass');
  const pool = [...nubs].filter((nub) => typeof provider === 'string' && isA(nub, provider));
  return {
    matching: pool.filter((nub) => matchScore(personality, nub, context) !== undefined),
    of: pool.length,
  };
}

function reportDevice(
  nub: Nub,
  others: readonly Candidate[],
  ranked: readonly Ranked[],
  context: MatchContext,
): CandidateReport[] {
  const matching = ranked.map((own): CandidateReport => {
    const result = matchPersonality(own.candidate.personality, nub, context);
    const contest: Competition = competition(ranked, own, nub);
    const { wins, sentence, advice } = contest;
    return {
      candidate: own.candidate,
      result,
      category: own.category,
      wins,
      starts: own.start.starts,
      sentence: wins ? `${sentence} ${own.start.why}` : sentence,
      advice,
    };
  });
  const seen = new Set(ranked.map(({ candidate }) => idOf(candidate)));
  const rest = others.filter((candidate) => !seen.has(idOf(candidate)));
  return [...matching, ...rest.map((candidate) => reportMiss(candidate, nub, context))];
}

function reportMiss(candidate: Candidate, nub: Nub, context: MatchContext): CandidateReport {
  const { personality } = candidate;
  const [miss] = nearestMisses(personality, [nub], context, 1);
  const result = miss?.result ?? matchPersonality(personality, nub, context);
  const failure = result.firstFailure;
  return {
    candidate,
    result,
    category: categoryOf(personality),
    wins: false,
    starts: false,
    sentence: miss?.sentence ?? (failure ? `${failure.key}: ${failure.why}` : startsOn(personality, nub).why),
    advice: miss?.advice ?? [],
  };
}

function idOf(candidate: Candidate): string {
  return `${candidate.bundle}\0${candidate.name}`;
}
