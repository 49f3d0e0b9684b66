/**
 * When the kernel takes two property values for equal: `isEqualTo` of OSNumber, OSBoolean, OSString, OSData,
 * OSArray and OSDictionary. Nothing is ever converted, with one exception: a string equals data that hold its
 * bytes, with or without a final NUL. Source: apple-oss-distributions/xnu libkern/c++/OSString.cpp:296-360,
 * OSData.cpp:444-490, OSNumber.cpp:227-241, OSArray.cpp:359-391, OSDictionary.cpp:631-670.
 */
import { isArray, isDict, type PlistDict, type PlistValue } from '../plist/value.ts';

const encoder = new TextEncoder();

/** No driver nests deeper; what does, to be hostile, is equal to nothing. */
export const MAX_DEPTH = 200;

/** True when the kernel takes them for equal. An absent value equals nothing. Never throws. */
export function valuesEqual(a: PlistValue | undefined, b: PlistValue | undefined, depth = 0): boolean {
  if (a === undefined || b === undefined || depth > MAX_DEPTH) return false;
  if (typeof a === 'bigint') return typeof b === 'bigint' && BigInt.asUintN(64, a) === BigInt.asUintN(64, b);
  if (typeof a === 'boolean') return a === b;
  if (typeof a === 'string') return typeof b === 'string' ? a === b : textEqualsData(a, b);
  if (a instanceof Uint8Array) {
    return b instanceof Uint8Array ? bytesEqual(a, b, a.length, b.length) : textEqualsData(b, a);
  }
  if (isArray(a)) {
    return (
      isArray(b) && a.length === b.length && a.every((item, index) => valuesEqual(item, b[index], depth + 1))
    );
  }
  if (isDict(a)) return isDict(b) && a.size === b.size && holdsAll(a, b, depth + 1);
  return false;
}

/**
 * True when every key of `wanted` stands in `has` with an equal value: the comparison of IOPropertyMatch
 * (apple-oss-distributions/xnu libkern/c++/OSDictionary.cpp:590-629). An empty `wanted` is always held.
 */
export function holdsAll(has: PlistDict, wanted: PlistDict, depth = 0): boolean {
  for (const [key, value] of wanted) if (!valuesEqual(has.get(key), value, depth)) return false;
  return true;
}

/** The low 32 bits of an integer, as `unsigned32BitValue` gives them; `undefined` for anything else. */
export function uint32(value: PlistValue | undefined): number | undefined {
  return typeof value === 'bigint' ? Number(BigInt.asUintN(32, value)) : undefined;
}

/** The low 32 bits of an integer as a signed number: how scores are kept. 0 for anything else. */
export function int32(value: PlistValue | undefined): number {
  return typeof value === 'bigint' ? Number(BigInt.asIntN(32, value)) : 0;
}

function textEqualsData(text: PlistValue, data: PlistValue): boolean {
  if (typeof text !== 'string' || !(data instanceof Uint8Array)) return false;
  const bytes = encoder.encode(text);
  if (data.length === bytes.length) return bytesEqual(bytes, data, bytes.length, bytes.length);
  const terminated = data.length === bytes.length + 1 && data[bytes.length] === 0;
  return terminated && bytesEqual(bytes, data, bytes.length, bytes.length);
}

function bytesEqual(a: Uint8Array, b: Uint8Array, aLength: number, bLength: number): boolean {
  if (aLength !== bLength) return false;
  for (let i = 0; i < aLength; i++) if (a[i] !== b[i]) return false;
  return true;
}
