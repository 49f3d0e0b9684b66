/**
 * Plist values without text: what a binary plist, a registry dump or a whole file holds.
 *
 * Integer, real, date and data stay apart, since IOKit never converts one into another. Integers are exact:
 * a `bigint` between -2^63 and 2^64-1, as CoreFoundation and the kernel keep them.
 */
export type PlistValue =
  | string
  | boolean
  | bigint
  | PlistReal
  | PlistDate
  | Uint8Array
  | PlistUid
  | PlistArray
  | PlistDict;

export interface PlistArray extends ReadonlyArray<PlistValue> {}

/** Keys in file order. Of a key that stands twice the map holds the value that the readers of Apple keep. */
export interface PlistDict extends ReadonlyMap<string, PlistValue> {}

/** A `<real>`: the number, and the text it was written as where there was one. */
export class PlistReal {
  readonly value: number;
  readonly text: string | undefined;
  /** Of 32 bits in the binary file that it was read from. */
  readonly single: boolean;
  constructor(value: number, text?: string, single = false) {
    this.value = value;
    this.text = text;
    this.single = single;
  }
}

/** A `<date>`: seconds since 1970-01-01T00:00:00Z, fractions allowed (binary plists have them). */
export class PlistDate {
  readonly seconds: number;
  constructor(seconds: number) {
    this.seconds = seconds;
  }
}

/** A keyed-archiver reference; only binary plists have it. */
export class PlistUid {
  readonly uid: number;
  constructor(uid: number) {
    this.uid = uid;
  }
}

/** True for a dictionary value. */
export function isDict(value: PlistValue | undefined): value is PlistDict {
  return value instanceof Map;
}

/** True for an array value. */
export function isArray(value: PlistValue | undefined): value is PlistArray {
  return Array.isArray(value);
}
