/** One line on a terminal that says what is going on, and goes away before anything else is written. */
import { safe } from './terminal.ts';

export interface ProgressLine {
  /**
   * Puts words in the line's place, at most ten times a second.
   *
   * @param words written as they are but for what could steer the terminal
   * @param now   also when it is too early: something that lasts comes next
   */
  show(words: string, now?: boolean): void;
  /** Takes the line away. */
  clear(): void;
}

/** A stream that a person may look at. */
export interface Terminal {
  readonly isTTY?: boolean;
  /** Characters in a line; undefined where the terminal does not say. */
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** Least time between two paintings, in milliseconds. */
const EVERY = 100;
/** What is done sooner is not talked of, in milliseconds. */
const QUIET = 250;

/** Back to the first column, then everything to the right of it goes (ECMA-48: CR, EL). */
const ERASE = '\r\x1b[K';

/** Says nothing. */
export const SILENT: ProgressLine = { show() {}, clear() {} };

/**
 * A line on a terminal; a line that is never written where the stream is no terminal (a pipe, a file) or one that
 * cannot erase (`TERM=dumb`).
 *
 * @param clock milliseconds, from any start
 */
export function progressLine(
  stream: Terminal,
  term: string | undefined,
  clock: () => number = () => performance.now(),
): ProgressLine {
  if (stream.isTTY !== true || term === 'dumb') return SILENT;
  let painted = false;
  let next = clock() + QUIET;
  return {
    show(words, now = false) {
      const time = clock();
      if (time < next && !now) return;
      next = time + EVERY;
      painted = true;
      stream.write(`${ERASE}${shortened(safe(words), (stream.columns || 80) - 1)}`);
    },
    clear() {
      if (painted) stream.write(ERASE);
      painted = false;
    },
  };
}

/** The end of a path says more than its beginning, and the beginning of the line says what is done. */
function shortened(text: string, most: number): string {
  const characters = [...text];
  if (characters.length <= most) return text;
  const head = Math.min(24, most >> 1);
  return [...characters.slice(0, head), '…', ...characters.slice(head + 1 - most)].join('');
}
