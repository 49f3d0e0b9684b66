/** What the server needs of the place it runs in: Node or a browser's worker. */
import type { FileSystem } from '../workspace/types.ts';

export interface Timer {
  setTimeout(callback: () => void, milliseconds: number): { dispose(): void };
  /** After the messages that are waiting already. */
  setImmediate(callback: () => void): void;
}

export interface Runtime {
  readonly version: string;
  readonly timer: Timer;
  /** Absent where there are no files: then there is no project file and each document stands alone. */
  readonly files?: FileSystem | undefined;
  /** URI of the home folder of the person, where there is one. */
  readonly home?: string | undefined;
}
