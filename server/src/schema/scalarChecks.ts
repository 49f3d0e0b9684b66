/** Keywords that look at one value: enum, const, text, numbers. */
import {
  type Check,
  type Compiled,
  type Glance,
  INVALID,
  UNDECIDED,
  VALID,
  type Verdict,
} from './compiled.ts';
import { CONTAINERS, INTEGER, type Instance, KNOWN, REAL, SKIP, STRING } from './instance.ts';
import type { JsonValue, SchemaObject } from './types.ts';
import { canonicalJson, codePoints, isMultipleOf } from './values.ts';

/**
 * Text longer than this is not matched against patterns: the verdict is undecided. Keeps the polynomial
 * backtracking of a careless pattern bounded; `pattern.ts` refuses exponential ones when the set is built.
 */
export const MAX_PATTERN_TEXT = 1_000;

export function addScalarChecks(
  schema: Compiled,
  compilePattern: (pattern: string) => RegExp | undefined,
): void {
  const { source } = schema;
  if (source.enum !== undefined) schema.any.push(oneOfValues(source, 'enum', source.enum));
  if (source.const !== undefined) schema.any.push(oneOfValues(source, 'const', [source.const]));
  if (source.pattern !== undefined) {
    const pattern = compilePattern(source.pattern);
    if (pattern !== undefined) schema.string.push(matches(source, pattern));
  }
  const { minLength, maxLength } = source;
  if (minLength !== undefined) {
    schema.string.push(text(source, 'minLength', minLength, (length) => length >= minLength));
  }
  if (maxLength !== undefined) {
    schema.string.push(text(source, 'maxLength', maxLength, (length) => length <= maxLength));
  }
  addNumberChecks(schema);
}

function addNumberChecks(schema: Compiled): void {
  const { source } = schema;
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = source;
  const add = (keyword: string, bound: number | undefined, holds: (value: bigint | number) => boolean) => {
    if (bound !== undefined) schema.numeric.push(number(source, keyword, bound, holds));
  };
  // JavaScript compares a bigint and a double by their mathematical values, exactly.
  add('minimum', minimum, (value) => value >= minimum!);
  add('maximum', maximum, (value) => value <= maximum!);
  add('exclusiveMinimum', exclusiveMinimum, (value) => value > exclusiveMinimum!);
  add('exclusiveMaximum', exclusiveMaximum, (value) => value < exclusiveMaximum!);
  add('multipleOf', multipleOf, (value) => isMultipleOf(value, multipleOf!));
}

function oneOfValues(source: SchemaObject, keyword: 'enum' | 'const', values: readonly JsonValue[]): Check {
  const strings = new Set(values.filter((value) => typeof value === 'string'));
  const canonical = new Set(values.map(canonicalJson));
  const hasContainer = values.some((value) => typeof value === 'object' && value !== null);
  const expected: JsonValue = keyword === 'const' ? values[0]! : values;
  const judge = (instance: Instance): Verdict => {
    if (instance.kind === STRING) {
      if (strings.has(instance.text())) return VALID;
      return instance.knowledge() === KNOWN ? INVALID : UNDECIDED;
    }
    if (instance.kind & CONTAINERS && !hasContainer) return INVALID;
    const text = instance.canonical();
    if (text === undefined) {
      const scalar = (instance.kind & (CONTAINERS | SKIP)) === 0;
      return scalar && instance.knowledge() === KNOWN ? INVALID : UNDECIDED;
    }
    return canonical.has(text) ? VALID : INVALID;
  };
  return (instance, out) => {
    const verdict = judge(instance);
    if (verdict === INVALID) out?.push({ keyword, instance, schema: source, expected });
    return verdict;
  };
}

/**
 * For a schema that says of one key only that it is there and which of some texts it has (`IOProviderClass` is one of
 * these), as most conditions do: the verdict without a walk through the schema. Undefined for any other schema; what
 * it returns is undefined where the walk must tell.
 */
export function textCondition(schema: SchemaObject): Glance | undefined {
  const [key, second] = Object.keys(schema.properties ?? {});
  if (key === undefined || second !== undefined || schema.required?.length !== 1) return undefined;
  const property = schema.properties![key]!;
  if (schema.required[0] !== key || typeof property === 'boolean') return undefined;
  const values = property.enum ?? (property.const === undefined ? [] : [property.const]);
  const plain = onlyHas(schema, ['properties', 'required']) && onlyHas(property, ['enum', 'const']);
  if (!plain || values.length === 0 || (property.enum && property.const !== undefined)) return undefined;
  const strings = new Set(values.filter((value) => typeof value === 'string'));
  if (strings.size < values.length) return undefined;
  return (instance) => {
    const member = instance.member(key);
    if (member?.kind !== STRING || instance.hasUnknownKey() || member.knowledge() !== KNOWN) return undefined;
    return strings.has(member.text()) ? VALID : INVALID;
  };
}

function onlyHas(schema: SchemaObject, keywords: readonly string[]): boolean {
  return Object.keys(schema).every((keyword) => keywords.includes(keyword));
}

function matches(source: SchemaObject, pattern: RegExp): Check {
  return (instance, out) => {
    if (instance.knowledge() !== KNOWN) return UNDECIDED;
    const text = instance.text();
    if (text.length > MAX_PATTERN_TEXT) return UNDECIDED;
    if (pattern.test(text)) return VALID;
    out?.push({ keyword: 'pattern', instance, schema: source, expected: source.pattern! });
    return INVALID;
  };
}

function text(
  source: SchemaObject,
  keyword: string,
  bound: number,
  holds: (length: number) => boolean,
): Check {
  return (instance, out) => {
    if (instance.knowledge() !== KNOWN) return UNDECIDED;
    if (holds(codePoints(instance.text()))) return VALID;
    out?.push({ keyword, instance, schema: source, expected: bound });
    return INVALID;
  };
}

function number(
  source: SchemaObject,
  keyword: string,
  bound: number,
  holds: (value: bigint | number) => boolean,
): Check {
  return (instance, out) => {
    const value = numberOf(instance);
    if (value === undefined) return UNDECIDED;
    if (holds(value)) return VALID;
    out?.push({ keyword, instance, schema: source, expected: bound });
    return INVALID;
  };
}

function numberOf(instance: Instance): bigint | number | undefined {
  if ((instance.kind & (INTEGER | REAL)) === 0 || instance.knowledge() !== KNOWN) return undefined;
  return instance.number();
}
