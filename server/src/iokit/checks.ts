/** Checks: one line of the answer to "why does it match, or not?", and the comparison that makes most of them. */
import {
  isArray,
  isDict,
  PlistDate,
  type PlistDict,
  PlistReal,
  PlistUid,
  type PlistValue,
} from '../plist/value.ts';
import { valuesEqual } from './equality.ts';
import { type Known, type Nub, property } from './nub.ts';
import { isPrivateKey, withoutPrivate } from './private.ts';

/** One condition that the kernel looks at. */
export interface MatchCheck {
  /** The key of the personality: `idVendor`; `IOPropertyMatch.Vendor` for a part of a value. */
  readonly key: string;
  /** What the personality asks for; `undefined` for a condition without a value. */
  readonly wants: PlistValue | undefined;
  /** What the device has; private values are replaced. `undefined` when it has nothing. */
  readonly has: PlistValue | undefined;
  readonly ok: boolean;
  /** A sentence for a person. */
  readonly why: string;
  /** The dump does not hold the value, so that `ok: false` means "cannot tell". */
  readonly unknown?: boolean;
  /** On the check that gives the score: what it is made of. */
  readonly parts?: readonly ScorePart[];
}

/** One summand of a score: `vendor + product`, 90000. */
export interface ScorePart {
  readonly what: string;
  readonly points: number;
}

/** Collects checks; `undefined` when only the outcome is wanted, and work can stop at the first failure. */
export type CheckLog = MatchCheck[] | undefined;

/** Writes a check down and gives `ok` back. */
export function record(
  log: CheckLog,
  check: { key: string; wants?: PlistValue | undefined; has?: Known | undefined; ok: boolean },
  why: () => string,
): boolean {
  if (!log) return check.ok;
  const has = check.has?.state === 'value' ? withoutPrivate(lastKey(check.key), check.has.value) : undefined;
  const unknown = !check.ok && check.has?.state === 'unknown';
  const text = unknown
    ? 'The dump does not hold the value (cut off, masked or left out): cannot tell.'
    : why();
  const line = { key: check.key, wants: check.wants, has, ok: check.ok, why: text };
  log.push(unknown ? { ...line, unknown } : line);
  return check.ok;
}

/** Writes down a score and its summands; those of 0 points are left out. */
export function recordScore(
  log: CheckLog,
  key: string,
  parts: () => readonly ScorePart[],
  why: () => string,
): void {
  log?.push({
    key,
    wants: undefined,
    has: undefined,
    ok: true,
    why: why(),
    parts: parts().filter(({ points }) => points !== 0),
  });
}

/**
 * The comparison that most families use: a key that the personality lacks restricts nothing, one that it has must
 * equal the nub's property (apple-oss-distributions/xnu iokit/Kernel/IOService.cpp, IOService::compareProperty).
 */
export function compareProperty(nub: Nub, table: PlistDict, key: string, log: CheckLog): boolean {
  const wants = table.get(key);
  if (wants === undefined) return true;
  const has = property(nub, key);
  const ok = has.state === 'value' && valuesEqual(wants, has.value);
  return record(log, { key, wants, has, ok }, () => comparison(key, wants, has, ok));
}

/** The sentence about one comparison of values. */
export function comparison(key: string, wants: PlistValue, has: Known, ok: boolean): string {
  if (has.state === 'absent') return `The device has no property ${key}.`;
  if (has.state === 'unknown') return 'The dump does not hold the value: cannot tell.';
  if (ok) return 'Equal.';
  const name = lastKey(key);
  if (kindName(wants) !== kindName(has.value)) {
    return `The personality has ${kindName(wants)}, the device ${kindName(has.value)}: values of two kinds are never equal.`;
  }
  return `Wants ${describeValue(wants)}, has ${describeValue(withoutPrivate(name, has.value))}.`;
}

/** `a string`, `an integer`: how a sentence calls the kind of a value. */
export function kindName(value: PlistValue): string {
  if (typeof value === 'string') return 'a string';
  if (typeof value === 'bigint') return 'an integer';
  if (typeof value === 'boolean') return 'a boolean';
  if (value instanceof Uint8Array) return 'data';
  if (isDict(value)) return 'a dictionary';
  if (isArray(value)) return 'an array';
  if (value instanceof PlistReal) return 'a real';
  return 'a date';
}

/** Values nested deeper are left out of sentences. */
const SHOWN_DEPTH = 4;

/** A value in a few words. With the key it belongs to, private values are left out. */
export function describeValue(value: PlistValue, key = '', depth = 0): string {
  if (isPrivateKey(key)) return '(private)';
  if (typeof value === 'string') return `“${value.length > 60 ? `${value.slice(0, 57)}…` : value}”`;
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (value instanceof Uint8Array) {
    const hex = [...value.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    return `<${hex}${value.length > 16 ? '…' : ''}>`;
  }
  if (value instanceof PlistReal) return String(value.value);
  if (value instanceof PlistDate || value instanceof PlistUid) return kindName(value);
  if (depth > SHOWN_DEPTH) return '…';
  if (isArray(value))
    return bracket(
      '(',
      value.map((item) => describeValue(item, '', depth + 1)),
      ')',
    );
  return bracket(
    '{',
    [...value].map(([name, item]) => `${name} = ${describeValue(item, name, depth + 1)}`),
    '}',
  );
}

function bracket(open: string, parts: readonly string[], close: string): string {
  const shown = parts.slice(0, 6).join(', ');
  return `${open}${shown}${parts.length > 6 ? ', …' : ''}${close}`;
}

function lastKey(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1);
}
