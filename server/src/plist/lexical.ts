/**
 * The words of single values: what an `<integer>`, `<real>`, `<date>` or `<data>` may hold. The limits are
 * CoreFoundation's XML reader (apple-oss-distributions/CF CFPropertyList.c: parseIntegerTag, parseRealTag,
 * parseDateTag, __CFPLDataDecode).
 */

const MAX_UNSIGNED = 0xffff_ffff_ffff_ffffn;
const MIN_SIGNED = -0x8000_0000_0000_0000n;

export type IntegerProblem = 'empty' | 'bad' | 'range';

/**
 * An integer as CoreFoundation reads it: optional sign, decimal digits or `0x` and hexadecimal ones, between
 * -2^63 and 2^64-1. White space around it and after the sign is let pass.
 */
export function parseInteger(text: string): bigint | IntegerProblem {
  const small = fewDigits(text);
  if (small >= 0) return BigInt(small);
  const match = /^[ \t\r\n]*([+-]?)[ \t\r\n]*(0[xX][0-9a-fA-F]+|[0-9]+)[ \t\r\n]*$/.exec(text);
  if (!match) return text.trim() === '' ? 'empty' : 'bad';
  const hex = match[2]!.charCodeAt(1) > 57;
  const digits = (hex ? match[2]!.slice(2) : match[2]!).replace(/^0+(?=.)/, '');
  if (digits.length > 20) return 'range';
  const size = BigInt(hex ? `0x${digits}` : digits);
  const value = match[1] === '-' ? -size : size;
  return value < MIN_SIGNED || value > MAX_UNSIGNED ? 'range' : value;
}

/** The value of up to 15 decimal digits, which a number holds exactly; -1 for any other text. */
export function fewDigits(text: string): number {
  if (text.length === 0 || text.length > 15) return -1;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** True when the text of an integer is hexadecimal. */
export function isHexInteger(text: string): boolean {
  return /^\s*[+-]?\s*0[xX]/.test(text);
}

/** A real; `nan`, `inf` and `infinity` in any case, the latter two with a sign. `undefined` if it is none. */
export function parseReal(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(trimmed)) return Number(trimmed);
  const lower = trimmed.toLowerCase();
  if (lower === 'nan') return Number.NaN;
  if (/^\+?inf(inity)?$/.test(lower)) return Number.POSITIVE_INFINITY;
  if (/^-inf(inity)?$/.test(lower)) return Number.NEGATIVE_INFINITY;
  return undefined;
}

const DATE_FORM = /^(-?\d+)-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z$/;

/**
 * `YYYY-MM-DDThh:mm:ssZ` in seconds since 1970, `undefined` if it is none or no day of the calendar
 * (CoreFoundation takes a 31st of February and rolls over; a person meant another day).
 */
export function parseDate(text: string): number | undefined {
  const match = DATE_FORM.exec(text.trim());
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as number[];
  if (month! < 1 || month! > 12 || day! < 1 || hour! > 23 || minute! > 59 || second! > 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year!, month! - 1, day!);
  if (Number.isNaN(date.getTime()) || date.getUTCMonth() !== month! - 1) return undefined;
  return date.getTime() / 1000 + hour! * 3600 + minute! * 60 + second!;
}

/** Value of a base64 digit by character code; -1 for no digit, -2 for white space, -3 for `=`. */
const BASE64 = (() => {
  const table = new Int8Array(128).fill(-1);
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  for (let i = 0; i < 64; i++) table[digits.charCodeAt(i)] = i;
  for (const space of ' \t\n\r') table[space.charCodeAt(0)] = -2;
  table['='.charCodeAt(0)] = -3;
  return table;
})();

/**
 * Offset of the first character of `text` in `[start, end)` that base64 does not allow there; `end` when only
 * padding is missing; -1 when all is well.
 */
export function base64Problem(text: string, start: number, end: number): number {
  let digits = 0;
  let padding = 0;
  for (let pos = start; pos < end; pos++) {
    const code = text.charCodeAt(pos);
    const value = code < 128 ? BASE64[code]! : -1;
    if (value === -2) continue;
    if (value === -1) return pos;
    if (value === -3) {
      padding++;
      if (padding > 2 || (digits + padding) % 4 === 1 || (digits & 3) < 2) return pos;
      continue;
    }
    if (padding > 0) return pos;
    digits++;
  }
  return (digits + padding) % 4 === 0 ? -1 : end;
}

/** Decodes base64 with white space; `undefined` when it is damaged. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (base64Problem(text, 0, text.length) >= 0) return undefined;
  const bytes = new Uint8Array(Math.ceil(text.length * 0.75));
  let size = 0;
  let bits = 0;
  let held = 0;
  for (let pos = 0; pos < text.length; pos++) {
    const value = BASE64[text.charCodeAt(pos)]!;
    if (value < 0) continue;
    bits = ((bits << 6) | value) & 0xffffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[size++] = (bits >> held) & 0xff;
  }
  return bytes.slice(0, size);
}

/** Base64 of bytes, in one line. */
export function encodeBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  // A multiple of 3, small enough for the arguments of one call.
  for (let at = 0; at < bytes.length; at += 0x6000) {
    parts.push(btoa(String.fromCharCode(...bytes.subarray(at, at + 0x6000))));
  }
  return parts.join('');
}
