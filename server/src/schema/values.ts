/** Exact arithmetic and equality over integers of any size and JSON's numbers. */
import type { JsonValue } from './types.ts';

/** Canonical text of an integer: equal numbers have equal texts, whether written 1 or 1.0. */
export function canonicalInteger(value: bigint): string {
  return `n${value}`;
}

/** Canonical text of a double. */
export function canonicalReal(value: number): string {
  if (Number.isSafeInteger(value)) return `n${value === 0 ? 0 : value}`;
  return Number.isInteger(value) ? `n${BigInt(value)}` : `n${value}`;
}

/** Canonical text of a JSON value, in step with `Instance.canonical`. */
export function canonicalJson(value: JsonValue): string {
  if (value === null) return 'N';
  if (typeof value === 'boolean') return value ? 'T' : 'F';
  if (typeof value === 'number') return canonicalReal(value);
  if (typeof value === 'string') return `s${JSON.stringify(value)}`;
  if (isJsonArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const parts = Object.entries(value).map(([key, part]) => `${JSON.stringify(key)}:${canonicalJson(part)}`);
  return `{${parts.sort().join(',')}}`;
}

export function isJsonArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** A finite decimal: `digits` times ten to the power of `exponent`. */
interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

function decimalOf(value: bigint | number): Decimal {
  if (typeof value === 'bigint') return { digits: value, exponent: 0 };
  const [mantissa = '0', power = '0'] = String(value).split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  return { digits: BigInt(whole + fraction), exponent: Number(power) - fraction.length };
}

/**
 * Whether `value` is a whole multiple of `divisor`, decided on the decimal text of both: 0.0075 is a multiple
 * of 0.0001, whatever binary fractions make of it. False for NaN and infinities.
 */
export function isMultipleOf(value: bigint | number, divisor: number): boolean {
  if (typeof value === 'number' && !Number.isFinite(value)) return false;
  const a = decimalOf(value);
  const b = decimalOf(divisor);
  const shift = Math.min(a.exponent, b.exponent);
  const scaled = b.digits * 10n ** BigInt(b.exponent - shift);
  return scaled !== 0n && (a.digits * 10n ** BigInt(a.exponent - shift)) % scaled === 0n;
}

/** Number of Unicode code points: what `minLength` and `maxLength` count. */
export function codePoints(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length - 1; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0xd800 || unit > 0xdbff) continue;
    const next = text.charCodeAt(i + 1);
    if (next < 0xdc00 || next > 0xdfff) continue;
    count--;
    i++;
  }
  return count;
}
