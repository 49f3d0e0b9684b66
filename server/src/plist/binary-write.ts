/** PlistValue -> binary property list. The reader is in `binary.ts`. */
import { REFERENCE_DATE } from './binary.ts';
import { isArray, isDict, PlistDate, PlistReal, PlistUid, type PlistValue } from './value.ts';

/**
 * Writes a value as `bplist00`. Types stay apart and exact: an integer takes 1, 2, 4 or 8 bytes, above 2^63 - 1
 * the 16 that CoreFoundation uses; a real takes 8, or the 4 it was read from. Equal strings and numbers are written
 * once, and so is an array, a dictionary or data that stands in several places. The value must not contain itself.
 *
 * @throws RangeError for an integer outside of -2^63 to 2^64-1, which the format cannot hold
 */
export function writeBinaryPlist(value: PlistValue): Uint8Array {
  const objects: PlistValue[] = [];
  /** For each container the ids of its children: of a dictionary first the keys, then the values. */
  const children: (number[] | undefined)[] = [];
  const ids = new Map<string | PlistValue, number>();
  const add = (item: PlistValue): number => {
    const mark = scalarMark(item) ?? item;
    const known = ids.get(mark);
    if (known !== undefined) return known;
    const id = objects.push(item) - 1;
    ids.set(mark, id);
    return id;
  };
  add(value);
  for (let id = 0; id < objects.length; id++) {
    const item = objects[id]!;
    if (isDict(item)) children[id] = [...[...item.keys()].map(add), ...[...item.values()].map(add)];
    else if (isArray(item)) children[id] = item.map(add);
  }

  const refSize = bytesFor(objects.length - 1);
  const out = new Output();
  out.ascii('bplist00');
  const offsets: number[] = [];
  for (let id = 0; id < objects.length; id++) {
    offsets.push(out.size);
    writeObject(out, objects[id]!, children[id], refSize);
  }
  const table = out.size;
  const offsetSize = bytesFor(table);
  for (const offset of offsets) out.uint(offset, offsetSize);
  for (let i = 0; i < 6; i++) out.byte(0);
  out.byte(offsetSize);
  out.byte(refSize);
  out.uint(objects.length, 8);
  out.uint(0, 8);
  out.uint(table, 8);
  return out.bytes();
}

function scalarMark(value: PlistValue): string | undefined {
  if (typeof value === 'string') return `s${value}`;
  if (typeof value === 'bigint') return `i${value}`;
  if (typeof value === 'boolean') return `b${value}`;
  if (value instanceof PlistReal) return realMark(value);
  if (value instanceof PlistDate) return `d${value.seconds}`;
  return value instanceof PlistUid ? `u${value.uid}` : undefined;
}

function realMark({ value, single }: PlistReal): string {
  return `${single ? 'f' : 'r'}${Object.is(value, -0) ? '-0' : value}`;
}

function bytesFor(value: number): number {
  return value < 0x100 ? 1 : value < 0x10000 ? 2 : value < 0x1_0000_0000 ? 4 : 8;
}

function writeObject(out: Output, value: PlistValue, children: number[] | undefined, refSize: number): void {
  if (typeof value === 'boolean') out.byte(value ? 9 : 8);
  else if (typeof value === 'bigint') out.integer(value);
  else if (typeof value === 'string') writeString(out, value);
  else if (value instanceof PlistReal) {
    out.byte(value.single ? 0x22 : 0x23);
    if (value.single) out.float(value.value);
    else out.double(value.value);
  } else if (value instanceof PlistDate) {
    out.byte(0x33);
    out.double(value.seconds - REFERENCE_DATE);
  } else if (value instanceof PlistUid) {
    const size = bytesFor(value.uid);
    out.byte(0x80 + size - 1);
    out.uint(value.uid, size);
  } else if (value instanceof Uint8Array) {
    out.head(0x40, value.length);
    out.raw(value);
  } else if (children) {
    out.head(isDict(value) ? 0xd0 : 0xa0, isDict(value) ? value.size : children.length);
    for (const child of children) out.uint(child, refSize);
  }
}

function writeString(out: Output, value: string): void {
  let isAscii = true;
  for (let i = 0; i < value.length && isAscii; i++) isAscii = value.charCodeAt(i) < 0x80;
  out.head(isAscii ? 0x50 : 0x60, value.length);
  if (isAscii) out.ascii(value);
  else for (let i = 0; i < value.length; i++) out.uint(value.charCodeAt(i), 2);
}

class Output {
  size = 0;
  #data = new Uint8Array(1024);
  #view = new DataView(this.#data.buffer);

  #room(count: number): number {
    const at = this.size;
    this.size += count;
    if (this.size > this.#data.length) {
      const data = new Uint8Array(Math.max(this.#data.length * 2, this.size));
      data.set(this.#data);
      this.#data = data;
      this.#view = new DataView(data.buffer);
    }
    return at;
  }

  byte(value: number): void {
    const at = this.#room(1);
    this.#data[at] = value;
  }

  raw(bytes: Uint8Array): void {
    const at = this.#room(bytes.length);
    this.#data.set(bytes, at);
  }

  ascii(text: string): void {
    const at = this.#room(text.length);
    for (let i = 0; i < text.length; i++) this.#data[at + i] = text.charCodeAt(i);
  }

  uint(value: number, size: number): void {
    const at = this.#room(size);
    let rest = value;
    for (let i = size - 1; i >= 0; i--) {
      this.#data[at + i] = rest % 256;
      rest = Math.floor(rest / 256);
    }
  }

  float(value: number): void {
    const at = this.#room(4);
    this.#view.setFloat32(at, value);
  }

  double(value: number): void {
    const at = this.#room(8);
    this.#view.setFloat64(at, value);
  }

  integer(value: bigint): void {
    if (value < -(1n << 63n) || value >= 1n << 64n)
      throw new RangeError(`the integer ${value} does not fit into 64 bits`);
    if (value >= 0n && value <= 0xffff_ffffn) {
      const size = bytesFor(Number(value));
      this.byte(0x10 + Math.log2(size));
      this.uint(Number(value), size);
      return;
    }
    const wide = value >= 1n << 63n;
    this.byte(wide ? 0x14 : 0x13);
    if (wide) this.uint(0, 8);
    const at = this.#room(8);
    this.#view.setBigUint64(at, BigInt.asUintN(64, value));
  }

  /** Marker and count of a string, data, array or dictionary. */
  head(marker: number, count: number): void {
    if (count < 15) {
      this.byte(marker | count);
      return;
    }
    this.byte(marker | 15);
    this.integer(BigInt(count));
  }

  bytes(): Uint8Array {
    return this.#data.slice(0, this.size);
  }
}
