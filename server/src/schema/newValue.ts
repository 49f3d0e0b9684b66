/** The value that a fix writes: what the schemas of a key say it holds. */
import type { NewValue } from '../plist/edit.ts';
import { PlistReal, type PlistValue } from '../plist/value.ts';
import { listOf } from './branches.ts';
import type { JsonValue, SchemaObject } from './types.ts';
import { isJsonArray } from './values.ts';

export interface Suggested {
  readonly value: NewValue;
  /** Nothing is left to fill in or to choose. */
  readonly complete: boolean;
}

/**
 * A value for a key: what `const` demands, else the `default`, the first snippet, the first of `enum`, the first
 * example, else an empty value of the right type (a string when no type is named).
 */
export function suggestedValue(schemas: readonly SchemaObject[]): Suggested {
  const types = schemas.flatMap((schema) => plistTypes(schema));
  const only = first(schemas, (schema) => schema.const) ?? first(schemas, (schema) => single(schema.enum));
  if (only !== undefined) return { value: newValue(only, types), complete: true };
  const preset = first(schemas, (schema) => schema.default);
  if (preset !== undefined) return { value: newValue(preset, types), complete: true };
  const snippet = first(schemas, (schema) => schema.defaultSnippets?.[0]?.body);
  if (snippet !== undefined) {
    return { value: { xml: plainSnippet(snippet) }, complete: !/\$(\d|\{\d)/.test(withoutEscapes(snippet)) };
  }
  const likely =
    first(schemas, (schema) => schema.enum?.[0]) ?? first(schemas, (schema) => schema.examples?.[0]);
  if (likely !== undefined) return { value: newValue(likely, types), complete: false };
  return { value: emptyValue(types[0]), complete: false };
}

function first<T>(
  schemas: readonly SchemaObject[],
  read: (schema: SchemaObject) => T | undefined,
): T | undefined {
  for (const schema of schemas) {
    const value = read(schema);
    if (value !== undefined) return value;
  }
  return undefined;
}

function single(values: readonly JsonValue[] | undefined): JsonValue | undefined {
  return values?.length === 1 ? values[0] : undefined;
}

/** The plist elements that a schema's own `plistType` or `type` allows. */
export function plistTypes({ plistType, type }: SchemaObject): readonly string[] {
  return (listOf(plistType ?? type) as readonly string[]).map((name) => ELEMENT_OF_TYPE[name] ?? name);
}

const ELEMENT_OF_TYPE: Readonly<Record<string, string>> = { object: 'dict', number: 'integer' };

/** A JSON value of a schema as a plist value; `types`: a number is a real only where an integer is not taken. */
export function newValue(value: JsonValue, types: readonly string[] = []): NewValue {
  if (typeof value === 'string') {
    if (types[0] === 'data' || types[0] === 'date') return { xml: `<${types[0]}>${value}</${types[0]}>` };
    return value;
  }
  if (typeof value === 'number') {
    const real = !Number.isInteger(value) || (types.includes('real') && !types.includes('integer'));
    return real ? new PlistReal(value) : BigInt(value);
  }
  return plistValue(value);
}

function plistValue(value: JsonValue): PlistValue {
  if (value === null) return '';
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : new PlistReal(value);
  if (typeof value !== 'object') return value;
  if (isJsonArray(value)) return value.map(plistValue);
  return new Map(Object.entries(value).map(([key, part]) => [key, plistValue(part)]));
}

function emptyValue(type: string | undefined): NewValue {
  switch (type) {
    case 'integer':
      return 0n;
    case 'real':
      return new PlistReal(0);
    case 'boolean':
      return true;
    case 'dict':
      return new Map();
    case 'array':
      return [];
    case 'data':
      return new Uint8Array();
    default:
      return '';
  }
}

function withoutEscapes(body: string): string {
  return body.replace(/\\[\\$}]/g, '');
}

/** A snippet as plain text: placeholders give their own text, choices their first. */
export function plainSnippet(body: string): string {
  const kept: string[] = [];
  const shielded = body.replace(
    /\\([\\$}])/g,
    (_, character: string) => `\u0000${kept.push(character) - 1}\u0000`,
  );
  let text = shielded.replace(/\$\{\d+\|([^,|]*)[^|]*\|\}/g, '$1').replace(/\$\d+|\$\{\d+\}/g, '');
  // Innermost placeholders first, since they nest.
  for (let before = ''; before !== text; ) {
    before = text;
    text = text.replace(/\$\{\d+:([^{}]*)\}/g, '$1');
  }
  return text.replace(/\0(\d+)\0/g, (_, index: string) => kept[Number(index)]!);
}
