/** "Did you mean": names sorted by how likely a person had them in mind. */
import { distance } from '../plist/nearest.ts';

/** Longer words are never a slip of one name for another that we could tell. */
const MAX_WORD = 200;

/** Edits that still count as a slip: none for two letters, one for up to four, two for up to eight, else three. */
function slipLimit(word: string): number {
  if (word.length <= 2) return 0;
  if (word.length <= 4) return 1;
  return word.length <= 8 ? 2 : 3;
}

/**
 * The candidate that `word` is most likely a slip of, `undefined` when none is near enough. Insertions, deletions,
 * changed letters and swapped neighbours count one each; case counts only to choose between equals, the first
 * candidate wins among the rest. A candidate equal to the word is returned as it is.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word === '' || word.length > MAX_WORD) return undefined;
  const limit = slipLimit(word);
  const lower = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = limit + 1;
  let bestExact = 0;
  for (const candidate of candidates) {
    if (candidate === word) return candidate;
    if (candidate === '') continue;
    const d = distance(lower, candidate.toLowerCase(), Math.min(limit, bestDistance));
    if (d > limit || d > bestDistance) continue;
    const exact = distance(word, candidate, word.length);
    if (d === bestDistance && exact >= bestExact) continue;
    best = candidate;
    bestDistance = d;
    bestExact = exact;
  }
  return best;
}

/** All candidates, the nearest first; equally near ones keep their order. `word` and the list are short. */
export function byDistance(word: string, candidates: readonly string[]): readonly string[] {
  const lower = word.toLowerCase();
  const far = Math.min(MAX_WORD, Math.max(lower.length, ...candidates.map((candidate) => candidate.length)));
  const ranked = candidates.map((candidate) => ({
    candidate,
    away: lower.length > MAX_WORD ? 0 : distance(lower, candidate.toLowerCase(), far),
  }));
  return ranked.sort((a, b) => a.away - b.away).map(({ candidate }) => candidate);
}
