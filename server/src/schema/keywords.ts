/** Every keyword that a schema file may use, and the form that its value must have. */
import type { JsonValue } from './types.ts';
import { isJsonArray } from './values.ts';

/** Keywords of JSON Schema 2020-12 that the evaluator claims; the conformance test holds each of them. */
export const CLAIMED_KEYWORDS: readonly string[] = [
  '$ref',
  '$defs',
  'type',
  'enum',
  'const',
  'properties',
  'patternProperties',
  'additionalProperties',
  'propertyNames',
  'required',
  'dependentRequired',
  'dependentSchemas',
  'minProperties',
  'maxProperties',
  'unevaluatedProperties',
  'items',
  'prefixItems',
  'contains',
  'minContains',
  'maxContains',
  'minItems',
  'maxItems',
  'uniqueItems',
  'unevaluatedItems',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'allOf',
  'anyOf',
  'oneOf',
  'not',
  'if',
  'then',
  'else',
];

/** `undefined`: the value is right; else what it must be. */
type Form = (value: JsonValue) => string | undefined;

export const JSON_TYPES: readonly string[] = [
  'string',
  'integer',
  'number',
  'boolean',
  'object',
  'array',
  'null',
];
export const PLIST_TYPES: readonly string[] = [
  'string',
  'integer',
  'real',
  'boolean',
  'date',
  'data',
  'dict',
  'array',
];
const SEVERITIES: readonly string[] = ['error', 'warning', 'information', 'hint'];

const isObject = (value: JsonValue): boolean =>
  typeof value === 'object' && value !== null && !isJsonArray(value);
const isSchema = (value: JsonValue): boolean => typeof value === 'boolean' || isObject(value);

const text: Form = (value) => (typeof value === 'string' ? undefined : 'a string');
const flag: Form = (value) => (typeof value === 'boolean' ? undefined : 'true or false');
const number: Form = (value) => (typeof value === 'number' ? undefined : 'a number');
const positive: Form = (value) => (typeof value === 'number' && value > 0 ? undefined : 'a number above 0');
const size: Form = (value) =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? undefined : 'a whole number from 0 up';
const anything: Form = () => undefined;
const schema: Form = (value) => (isSchema(value) ? undefined : 'a schema (an object, true or false)');
const list: Form = (value) => (isJsonArray(value) ? undefined : 'an array');
const texts: Form = (value) =>
  isJsonArray(value) && value.every((item) => typeof item === 'string') ? undefined : 'an array of strings';
const textOrTexts: Form = (value) =>
  text(value) === undefined || texts(value) === undefined ? undefined : 'a string or an array of strings';
const schemas: Form = (value) =>
  isJsonArray(value) && value.length > 0 && value.every(isSchema)
    ? undefined
    : 'an array of at least one schema';
const schemaMap: Form = (value) =>
  isObject(value) && Object.values(value as object).every(isSchema) ? undefined : 'an object of schemas';
const keyLists: Form = (value) =>
  isObject(value) && Object.values(value as object).every((keys) => texts(keys) === undefined)
    ? undefined
    : 'an object of arrays of keys';
const snippets: Form = (value) =>
  isJsonArray(value) && value.every(isSnippet) ? undefined : 'an array of objects with "label" and "body"';

function isSnippet(value: JsonValue): boolean {
  if (!isObject(value)) return false;
  const { label, body } = value as { readonly [key: string]: JsonValue };
  return typeof label === 'string' && typeof body === 'string';
}

const repair: Form = (value) =>
  value === 'remove' || value === 'rename' || (isObject(value) && 'value' in (value as object))
    ? undefined
    : '"remove", "rename" or { "value": … }';

function wordOf(words: readonly string[]): Form {
  const wanted = `one of ${words.join(', ')}`;
  return (value) => (typeof value === 'string' && words.includes(value) ? undefined : wanted);
}

function wordsOf(words: readonly string[]): Form {
  const wanted = `one or several of ${words.join(', ')}`;
  return (value) => {
    const all = isJsonArray(value) ? value : [value];
    const right = all.every((word) => typeof word === 'string' && words.includes(word));
    return right && all.length > 0 ? undefined : wanted;
  };
}

const FORMS: Readonly<Record<string, Form>> = {
  $schema: text,
  $id: text,
  $ref: text,
  $defs: schemaMap,
  $comment: text,
  type: wordsOf(JSON_TYPES),
  plistType: wordsOf(PLIST_TYPES),
  enum: list,
  const: anything,
  properties: schemaMap,
  patternProperties: schemaMap,
  additionalProperties: schema,
  propertyNames: schema,
  required: texts,
  dependentRequired: keyLists,
  dependentSchemas: schemaMap,
  minProperties: size,
  maxProperties: size,
  unevaluatedProperties: schema,
  items: schema,
  prefixItems: schemas,
  contains: schema,
  minContains: size,
  maxContains: size,
  minItems: size,
  maxItems: size,
  uniqueItems: flag,
  unevaluatedItems: schema,
  pattern: text,
  minLength: size,
  maxLength: size,
  minimum: number,
  maximum: number,
  exclusiveMinimum: number,
  exclusiveMaximum: number,
  multipleOf: positive,
  allOf: schemas,
  anyOf: schemas,
  oneOf: schemas,
  not: schema,
  if: schema,
  // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own keyword
  then: schema,
  else: schema,
  title: text,
  description: text,
  markdownDescription: text,
  enumDescriptions: texts,
  markdownEnumDescriptions: texts,
  default: anything,
  examples: list,
  deprecated: flag,
  deprecationMessage: text,
  replacement: text,
  patternErrorMessage: text,
  errorMessage: text,
  doNotSuggest: flag,
  repair,
  defaultSnippets: snippets,
  rule: text,
  severity: wordOf(SEVERITIES),
  source: textOrTexts,
  documentation: text,
  since: text,
  archSuffix: flag,
  table: text,
  number: text,
  suggestOnly: flag,
};

export const KNOWN_KEYWORDS: readonly string[] = Object.keys(FORMS);

/** What is wrong with a keyword and its value; undefined when nothing is. */
export function keywordProblem(keyword: string, value: JsonValue): string | undefined {
  const form = Object.hasOwn(FORMS, keyword) ? FORMS[keyword] : undefined;
  if (form === undefined) return `unknown keyword "${keyword}"`;
  const wanted = form(value);
  return wanted === undefined ? undefined : `"${keyword}" must be ${wanted}`;
}
