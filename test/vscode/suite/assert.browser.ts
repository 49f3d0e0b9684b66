/**
 * What the suite uses of `node:assert/strict`, for the extension host in a browser. `assertBrowser.test.ts` of the
 * unit tests compares it with Node's.
 */

class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

function fail(message: unknown, otherwise: () => string): never {
  if (message instanceof Error) throw message;
  throw new AssertionError(message === undefined ? otherwise() : String(message));
}

/** @throws AssertionError when the value is falsy */
function ok(value: unknown, message?: unknown): asserts value {
  if (!value) fail(message, () => `${show(value)} is not true`);
}

function equal(actual: unknown, expected: unknown, message?: unknown): void {
  if (!Object.is(actual, expected)) fail(message, () => `${show(actual)} is not ${show(expected)}`);
}

function notEqual(actual: unknown, other: unknown, message?: unknown): void {
  if (Object.is(actual, other)) fail(message, () => `${show(actual)} should be another`);
}

function deepEqual(actual: unknown, expected: unknown, message?: unknown): void {
  if (!same(actual, expected)) fail(message, () => `${show(actual)} is not ${show(expected)}`);
}

function match(text: string, pattern: RegExp, message?: unknown): void {
  if (!pattern.test(text)) fail(message, () => `${show(text)} does not match ${pattern}`);
}

function doesNotMatch(text: string, pattern: RegExp, message?: unknown): void {
  if (pattern.test(text)) fail(message, () => `${show(text)} matches ${pattern}`);
}

/** The same type, the same entries in any order of keys, each the same. */
function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (a instanceof Map && b instanceof Map) {
    return a.size === b.size && [...a].every(([key, value]) => b.has(key) && same(value, b.get(key)));
  }
  if (a instanceof Set && b instanceof Set) return a.size === b.size && [...a].every((one) => b.has(one));
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  if (Array.isArray(a) && a.length !== (b as unknown[]).length) return false;
  const entries = b as Readonly<Record<string, unknown>>;
  return keys.every(
    (key) => Object.hasOwn(b, key) && same((a as Record<string, unknown>)[key], entries[key]),
  );
}

function show(value: unknown): string {
  const plain = (_: string, one: unknown) => {
    if (typeof one === 'bigint') return `${one}n`;
    return one instanceof Map ? { map: [...one] } : one;
  };
  return JSON.stringify(value, plain, 1) ?? String(value);
}

const assert: typeof ok & {
  ok: typeof ok;
  equal: typeof equal;
  notEqual: typeof notEqual;
  deepEqual: typeof deepEqual;
  match: typeof match;
  doesNotMatch: typeof doesNotMatch;
} = Object.assign(ok as typeof ok, { ok, equal, notEqual, deepEqual, match, doesNotMatch });

export default assert;
