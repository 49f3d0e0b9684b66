import type { ProgressLine } from './progress.ts';

/** What a command of the command line may touch of the outside, so that tests can call it without a process. */
export interface CliIo {
  /** Standard output. */
  write(text: string): void;
  /** Standard error. */
  error(text: string): void;
  /** All of standard input; the same bytes at every call. */
  readStdin(): Promise<Uint8Array>;
  /** Absolute path that relative ones start at. */
  readonly cwd: string;
  /** Whether escape sequences for colours may be written. */
  readonly color: boolean;
  /** Characters in a line of the terminal; undefined where standard output is none. */
  readonly columns?: number | undefined;
  /** The line that shows long work on a terminal; what is written takes it away first. */
  readonly progress: ProgressLine;
}
