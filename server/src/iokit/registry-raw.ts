/** What the readers of the single dump formats hand to `registry.ts`. */
import type { PlistDict } from '../plist/value.ts';

/** The properties of one entry, read when they are asked for. */
export interface RawProperties {
  readonly properties: PlistDict;
  /** Keys that are there without a readable value. */
  readonly unknownKeys: ReadonlySet<string>;
  /** The dump does not hold all properties of the entry: what is not there is unknown. */
  readonly partial?: boolean;
}

export interface RawNode {
  /** Index of the parent in the list of raw nodes, which stands before it; -1 for a root. */
  readonly parent: number;
  name: string;
  location: string | undefined;
  className: string;
  /** The chain as printed, the class itself first; `undefined` where the dump does not print it. */
  chain: readonly string[] | undefined;
  entryId: bigint | undefined;
  /** The same for an entry that stands in the list once more, under another parent; where ids do not tell. */
  readonly identity?: object;
  registered: boolean;
  matched: boolean;
  active: boolean;
  /** Its properties stand in the dump. */
  printed: boolean;
  /** Reads the properties; called again after they were let go. Never throws. */
  readonly load: () => RawProperties;
  /** The value of a string property without reading all others; may be slow but builds nothing. */
  readonly peek: (key: string) => string | undefined;
}

export type RegistryFormat = 'ioreg' | 'ioreg-archive' | 'ioreg-explorer' | 'system-profiler';

export interface RawRegistry {
  readonly format: RegistryFormat;
  readonly nodes: readonly RawNode[];
  /** Sentences for a person about what could not be read. */
  readonly warnings: readonly string[];
  /** The source tells only a few properties of each device. */
  readonly partial: boolean;
}

export const NO_PROPERTIES: RawProperties = { properties: new Map(), unknownKeys: new Set() };

/** `Foo@14,1` as name and location. A name may hold an `@` of its own. */
export function splitName(text: string): { name: string; location: string | undefined } {
  const at = text.lastIndexOf('@');
  const location = text.slice(at + 1);
  if (at <= 0 || !/^[0-9A-Za-z][0-9A-Za-z,.:-]*$/.test(location)) return { name: text, location: undefined };
  return { name: text.slice(0, at), location };
}

/** Work that stops now and then, telling the share that is done: who drives it may let others work, or give it up. */
export type Steps<T> = Generator<number, T, void>;

/** Does all steps at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** So many characters are read in one step. */
export const STEP_LENGTH = 1 << 18;
