/**
 * Binary property lists (`bplist00`). The format is described in CoreFoundation's CFBinaryPList.c (repository
 * apple-oss-distributions/CF). Files may come from anywhere: lying offset tables, cycles and huge counts end
 * in a problem, never in a throw, and the work is linear in the size of the file.
 */
import { PlistDate, PlistReal, PlistUid, type PlistValue } from './value.ts';

export interface BinaryProblem {
  /** Offset of the byte that it is about. */
  readonly offset: number;
  readonly message: string;
}

export interface BinaryResult {
  /** `undefined` when not even the top value could be read. */
  readonly value: PlistValue | undefined;
  readonly problems: readonly BinaryProblem[];
  /** Offset of the first set, if there is one: sets are read as arrays, and no other format has them. */
  readonly set?: number;
}

/** Seconds from 1970 to 2001, where the dates of CoreFoundation begin. */
export const REFERENCE_DATE = 978_307_200;
/** Neither this library's dates nor ISO 8601 go further from 1970, in seconds: some 270,000 years. */
const LAST_SECOND = 8_640_000_000_000;
const TRAILER = 32;
const MAX_PROBLEMS = 100;

/** Reads a binary property list. Values in it that cannot be read are left out, each with a problem. */
export function readBinaryPlist(bytes: Uint8Array): BinaryResult {
  const reader = new Reader(bytes);
  const value = reader.read();
  const { problems, set } = reader;
  return set === undefined ? { value, problems } : { value, problems, set };
}

/** A container that is being filled. */
interface Frame {
  readonly offset: number;
  readonly container: PlistValue[] | Map<string, PlistValue>;
  /** Where its references stand. */
  readonly refs: number;
  readonly count: number;
  next: number;
  /** Nodes that it stands for when written out. */
  weight: number;
  key: string;
}

class Reader {
  readonly problems: BinaryProblem[] = [];
  set: number | undefined;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offsetSize = 0;
  #refSize = 0;
  #objects = 0;
  #table = 0;
  /** Bytes of content that may still be copied and references that may still be followed. */
  #budget: number;
  readonly #maxWeight: number;
  /** Values by offset: two references to one object are one value. */
  readonly #done = new Map<number, { value: PlistValue | undefined; weight: number }>();
  readonly #open = new Set<number>();

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#budget = 2 * bytes.length + 1024;
    this.#maxWeight = 4 * bytes.length + 1_000_000;
  }

  #problem(offset: number, message: string): undefined {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push({ offset, message });
    return undefined;
  }

  read(): PlistValue | undefined {
    const { length } = this.#bytes;
    const magic = String.fromCharCode(...this.#bytes.subarray(0, 8));
    if (!magic.startsWith('bplist'))
      return this.#problem(0, 'This is no binary property list: it does not begin with bplist.');
    if (!/^bplist0./s.test(magic)) {
      return this.#problem(
        6,
        `Version ${JSON.stringify(magic.slice(6))} of the binary format is not known; only 00 is read.`,
      );
    }
    if (length < 8 + 1 + TRAILER)
      return this.#problem(
        length,
        'The file is too short: its trailer of 32 bytes is missing. It was cut off.',
      );
    const at = length - TRAILER;
    this.#offsetSize = this.#bytes[at + 6]!;
    this.#refSize = this.#bytes[at + 7]!;
    const objects = this.#view.getBigUint64(at + 8);
    const top = this.#view.getBigUint64(at + 16);
    const table = this.#view.getBigUint64(at + 24);
    const sizesOk = [this.#offsetSize, this.#refSize].every((size) => size >= 1 && size <= 8);
    if (
      !sizesOk ||
      table < 9n ||
      table >= BigInt(at) ||
      objects < 1n ||
      objects > BigInt(length) ||
      top >= objects
    ) {
      return this.#problem(at, 'The trailer is damaged: its sizes and offsets do not fit the file.');
    }
    this.#objects = Number(objects);
    this.#table = Number(table);
    if (this.#table + this.#objects * this.#offsetSize > at) {
      return this.#problem(
        at + 24,
        'The table of offsets does not fit into the file: it was cut off or damaged.',
      );
    }
    return this.#readFrom(Number(top), at + 16);
  }

  #readFrom(top: number, at: number): PlistValue | undefined {
    const frames: Frame[] = [];
    let value = this.#begin(top, at, frames);
    let weight = 1;
    for (;;) {
      const frame = frames[frames.length - 1];
      if (!frame) return value;
      if (frame.next >= frame.count) {
        frames.pop();
        this.#open.delete(frame.offset);
        value = frame.container;
        weight = frame.weight;
        if (weight > this.#maxWeight) {
          value = this.#problem(
            frame.offset,
            'One value is used so often that the property list would fill the memory.',
          );
          weight = 1;
        }
        this.#done.set(frame.offset, { value, weight });
        this.#put(frames[frames.length - 1], value, weight);
        continue;
      }
      const depth = frames.length;
      const step = this.#step(frame, frames);
      if (frames.length === depth) this.#put(frame, step?.value, step?.weight ?? 1);
    }
  }

  /** Reads the next child of a frame: a whole value, or a new frame on the stack. */
  #step(frame: Frame, frames: Frame[]): { value: PlistValue | undefined; weight: number } | undefined {
    const index = frame.next++;
    if (frame.container instanceof Map) {
      const keyRef = frame.refs + index * this.#refSize;
      const key = this.#key(keyRef);
      frame.key = key ?? '';
      if (key === undefined) return undefined;
    }
    const shift = frame.container instanceof Map ? frame.count : 0;
    const at = frame.refs + (index + shift) * this.#refSize;
    const ref = this.#uint(at, this.#refSize);
    const offset = this.#offsetOf(ref, at);
    if (offset < 0) return undefined;
    const known = this.#done.get(offset);
    if (known) return known;
    const depth = frames.length;
    const value = this.#begin(ref, at, frames);
    if (frames.length > depth) return undefined;
    if (value !== undefined) this.#done.set(offset, { value, weight: 1 });
    return { value, weight: 1 };
  }

  #put(frame: Frame | undefined, value: PlistValue | undefined, weight: number): void {
    if (!frame || value === undefined) return;
    frame.weight += weight;
    if (frame.container instanceof Map) frame.container.set(frame.key, value);
    else frame.container.push(value);
  }

  #key(at: number): string | undefined {
    const ref = this.#uint(at, this.#refSize);
    const offset = this.#offsetOf(ref, at);
    if (offset < 0) return undefined;
    const known = this.#done.get(offset)?.value;
    if (typeof known === 'string') return known;
    const marker = this.#bytes[offset]! >> 4;
    if (marker !== 5 && marker !== 6 && marker !== 7)
      return this.#problem(at, 'A key of a dictionary is no string.');
    const value = this.#begin(ref, at, []);
    if (typeof value !== 'string') return undefined;
    this.#done.set(offset, { value, weight: 1 });
    return value;
  }

  #offsetOf(ref: number, at: number): number {
    if (ref >= this.#objects) {
      this.#problem(at, `A reference points to object ${ref}, but there are only ${this.#objects}.`);
      return -1;
    }
    const entry = this.#table + ref * this.#offsetSize;
    const offset = this.#uint(entry, this.#offsetSize);
    if (offset >= 8 && offset < this.#table) return offset;
    this.#problem(entry, `The offset ${offset} of object ${ref} lies outside of the objects.`);
    return -1;
  }

  /** A big-endian number; above 2^53 it is inexact, and out of range for every use. */
  #uint(at: number, size: number): number {
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + (this.#bytes[at + i] ?? 0);
    return value;
  }

  #bigint(at: number, size: number, signed: boolean): bigint {
    let value = 0n;
    for (let i = 0; i < size; i++) value = (value << 8n) | BigInt(this.#bytes[at + i]!);
    return signed ? BigInt.asIntN(size * 8, value) : value;
  }

  /** Reads an object; a container is put on the stack and filled later. */
  #begin(ref: number, at: number, frames: Frame[]): PlistValue | undefined {
    const offset = this.#offsetOf(ref, at);
    if (offset < 0) return undefined;
    if (this.#open.has(offset)) return this.#problem(at, 'A value contains itself.');
    const marker = this.#bytes[offset]!;
    const low = marker & 15;
    switch (marker >> 4) {
      case 0:
        if (low === 8 || low === 9) return low === 9;
        return this.#problem(
          offset,
          low === 0 ? 'null is no value of a property list.' : `The marker 0x${hex(marker)} is not known.`,
        );
      case 1: {
        const size = 1 << low;
        if (low > 4 || !this.#fits(offset + 1, size))
          return this.#problem(offset, 'An integer is damaged or cut off.');
        // 1, 2 and 4 bytes are unsigned; 8 and 16 are signed.
        const value = this.#bigint(offset + 1, size, size >= 8);
        if (value >= -(1n << 63n) && value < 1n << 64n) return value;
        this.#problem(offset, `The integer ${value} does not fit into 64 bits.`);
        return value;
      }
      case 2:
        if (low === 2 && this.#fits(offset + 1, 4)) {
          return new PlistReal(this.#view.getFloat32(offset + 1), undefined, true);
        }
        if (low === 3 && this.#fits(offset + 1, 8)) return new PlistReal(this.#view.getFloat64(offset + 1));
        return this.#problem(offset, 'A real is damaged or cut off.');
      case 3:
        if (low === 3 && this.#fits(offset + 1, 8)) {
          const seconds = this.#view.getFloat64(offset + 1) + REFERENCE_DATE;
          if (Math.abs(seconds) <= LAST_SECOND) return new PlistDate(seconds);
        }
        return this.#problem(offset, 'A date is damaged or cut off.');
      case 8:
        if (!this.#fits(offset + 1, low + 1)) return this.#problem(offset, 'A uid is cut off.');
        return this.#uid(offset, this.#uint(offset + 1, low + 1));
      case 4:
      case 5:
      case 6:
      case 7:
        return this.#readBytes(offset, marker >> 4);
      case 10:
      case 11:
      case 12:
      case 13:
        // 11 is an ordered set, 12 a set.
        if (marker >> 4 === 11 || marker >> 4 === 12) this.set ??= offset;
        return this.#openContainer(offset, marker >> 4 === 13, frames);
      default:
        return this.#problem(offset, `The marker 0x${hex(marker)} is not known.`);
    }
  }

  #uid(offset: number, uid: number): PlistValue | undefined {
    if (uid <= 0xffff_ffff) return new PlistUid(uid);
    return this.#problem(offset, 'A uid is larger than 32 bits, and none is.');
  }

  #fits(at: number, size: number): boolean {
    return at + size <= this.#table;
  }

  /** Count of an object and where its content begins. */
  #count(offset: number): { count: number; start: number } | undefined {
    const low = this.#bytes[offset]! & 15;
    if (low < 15) return { count: low, start: offset + 1 };
    const marker = this.#bytes[offset + 1] ?? 0;
    const size = 1 << (marker & 15);
    if (marker >> 4 !== 1 || size > 8 || !this.#fits(offset + 2, size))
      return this.#problem(offset, 'A length is damaged.');
    return { count: this.#uint(offset + 2, size), start: offset + 2 + size };
  }

  #spend(offset: number, amount: number): boolean {
    this.#budget -= amount;
    if (this.#budget >= 0) return true;
    this.#problem(offset, 'Values overlap, so that they hold more than the file does.');
    return false;
  }

  #readBytes(offset: number, type: number): PlistValue | undefined {
    const head = this.#count(offset);
    if (!head) return undefined;
    const size = head.count * (type === 6 ? 2 : 1);
    if (!this.#fits(head.start, size))
      return this.#problem(offset, 'A text or data is longer than the file.');
    if (!this.#spend(offset, size)) return undefined;
    const content = this.#bytes.subarray(head.start, head.start + size);
    if (type === 4) return content.slice();
    if (type === 7) return new TextDecoder('utf-8', { ignoreBOM: true }).decode(content);
    const parts: string[] = [];
    for (let i = 0; i < head.count; i += 4096) {
      const units: number[] = [];
      for (let k = i; k < Math.min(head.count, i + 4096); k++) {
        units.push(type === 6 ? this.#view.getUint16(head.start + 2 * k) : content[k]!);
      }
      parts.push(String.fromCharCode(...units));
    }
    const text = parts.join('');
    if (type === 5 && /[\u0080-\u00ff]/.test(text))
      this.#problem(offset, 'A text that is marked as ASCII holds other bytes.');
    if (type === 6 && /\p{Surrogate}/u.test(text))
      this.#problem(offset, 'A text holds half of a UTF-16 pair.');
    return text;
  }

  #openContainer(offset: number, isDict: boolean, frames: Frame[]): PlistValue | undefined {
    const head = this.#count(offset);
    if (!head) return undefined;
    const size = head.count * this.#refSize * (isDict ? 2 : 1);
    if (!this.#fits(head.start, size))
      return this.#problem(offset, 'An array or dictionary is longer than the file.');
    if (!this.#spend(offset, size)) return undefined;
    this.#open.add(offset);
    const container = isDict ? new Map<string, PlistValue>() : [];
    frames.push({ offset, container, refs: head.start, count: head.count, next: 0, weight: 1, key: '' });
    return container;
  }
}

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0');
}

export { writeBinaryPlist } from './binary-write.ts';
