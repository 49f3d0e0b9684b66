/** How often the server may fall and be picked up again. */

/**
 * Counts crashes. The function returned says whether one more restart is sensible: at most `most` within
 * `windowMs` milliseconds.
 */
export function crashBudget(most: number, windowMs: number, now: () => number = Date.now): () => boolean {
  let crashes: number[] = [];
  return () => {
    const time = now();
    crashes = [...crashes.filter((at) => time - at < windowMs), time];
    return crashes.length <= most;
  };
}
