/** The sentence that a person reads of a schema finding: what is wrong and, where we know, what to do. */
import type { PlistNode } from '../plist/types.ts';
import { listOf } from './branches.ts';
import { converted } from './convert.ts';
import { byDistance, nearest } from './nearest.ts';
import type { JsonValue, SchemaFinding, SchemaObject } from './types.ts';
import {
  bounded,
  either,
  filledMessage,
  kindWords,
  onlyRequires,
  plainJson,
  plural,
  quoted,
  sentenceSubject,
  shortened,
  subject,
  together,
  whatIs,
} from './words.ts';

/** So many values are listed; the rest is counted. */
const MAX_LISTED = 6;

/**
 * The message of a finding: the schema's own (`errorMessage`, `patternErrorMessage`, `deprecationMessage`) where
 * it has one, else ours. Plain text, one or two sentences. Never throws.
 */
export function describeFinding(finding: SchemaFinding): string {
  const { schema, node, key } = finding;
  if (finding.keyword === 'deprecationMessage') return describeDeprecation(finding);
  if (schema.errorMessage !== undefined) return filledMessage(schema.errorMessage, node, key);
  const describe = DESCRIPTIONS[finding.keyword];
  return describe === undefined ? `${sentenceSubject(node)} is not allowed here.` : describe(finding);
}

function describeDeprecation({ schema, node, key }: SchemaFinding): string {
  return schema.deprecationMessage ?? `${key ?? sentenceSubject(node)} is deprecated.`;
}

const DESCRIPTIONS: Readonly<Record<string, (finding: SchemaFinding) => string>> = {
  type: describeType,
  plistType: describeType,
  enum: describeValues,
  const: describeConst,
  required: describeRequired,
  dependentRequired: describeRequired,
  additionalProperties: describeUnknownKey,
  unevaluatedProperties: describeUnknownKey,
  properties: describeForbiddenKey,
  patternProperties: describeForbiddenKey,
  propertyNames: describeKeyName,
  minProperties: ({ node, expected }) => tooFew(node, expected, 'key', 'keys'),
  maxProperties: ({ node, expected }) => tooMany(node, node.entries.length, expected, 'key', 'keys'),
  minItems: ({ node, expected }) => tooFew(node, expected, 'item', 'items'),
  maxItems: ({ node, expected }) => tooMany(node, node.items.length, expected, 'item', 'items'),
  items: describeSurplusItem,
  unevaluatedItems: describeSurplusItem,
  uniqueItems: ({ node }) =>
    `${quoted(node)} stands twice in ${subject(node.parent ?? node)}. Remove one of the two.`,
  contains: describeContains,
  minContains: describeContains,
  maxContains: ({ node, expected }) =>
    `${sentenceSubject(node)} has too many items of one form: at most ${expected} may be of it.`,
  pattern: describePattern,
  minLength: ({ node, expected }) => {
    const wanted = plural(Number(expected), 'character', 'characters');
    if (node.text === '') return `${sentenceSubject(node)} is empty; it must have at least ${wanted}.`;
    return `${quoted(node)} is too short: ${subject(node)} must have at least ${wanted}.`;
  },
  maxLength: ({ node, expected }) =>
    `${sentenceSubject(node)} has ${plural([...node.text].length, 'character', 'characters')}; at most ${expected} are allowed.`,
  minimum: ({ node, expected }) =>
    `${sentenceSubject(node)} is ${quoted(node)}; it must be ${expected} or more.`,
  maximum: ({ node, expected }) =>
    `${sentenceSubject(node)} is ${quoted(node)}; it must be ${expected} or less.`,
  exclusiveMinimum: ({ node, expected }) =>
    `${sentenceSubject(node)} is ${quoted(node)}; it must be more than ${expected}.`,
  exclusiveMaximum: ({ node, expected }) =>
    `${sentenceSubject(node)} is ${quoted(node)}; it must be less than ${expected}.`,
  multipleOf: ({ node, expected }) =>
    `${sentenceSubject(node)} is ${quoted(node)}; it must be a multiple of ${expected}.`,
  anyOf: ({ node }) => `${sentenceSubject(node)} has none of the forms that are allowed here.`,
  oneOf: describeOneOf,
  not: describeNot,
};

function describeType({ node, expected }: SchemaFinding): string {
  const kinds = [...new Set(listOf(expected).map((type) => String(type)))];
  const found = `${sentenceSubject(node)} must be ${either(kinds.map(kindWords))}, not ${whatIs(node)}`;
  for (const kind of kinds) {
    const value = converted(node, kind);
    if (value !== undefined && value.length <= 40) return `${found}: write ${value}.`;
  }
  return `${found}.`;
}

function describeValues(finding: SchemaFinding): string {
  const { node } = finding;
  const values = allowedValues(finding);
  const start = `${quoted(node)} is none of the values that ${subject(node)} takes here`;
  if (values.length === 0) return `${start}.`;
  return `${start}: ${bounded(values, MAX_LISTED)}.`;
}

/** The values of an `enum` or `const` finding as they are written, the nearest to what stands there first. */
export function allowedValues({ node, expected, keyword }: SchemaFinding): readonly string[] {
  const values = (keyword === 'const' ? [expected ?? ''] : listOf(expected)).map(plainJson);
  return node.kind === 'string' ? byDistance(node.text, values) : values;
}

function describeConst({ node, expected }: SchemaFinding): string {
  const wanted = typeof expected === 'string' ? `"${shortened(expected)}"` : plainJson(expected ?? '');
  return `${sentenceSubject(node)} must be ${wanted}, not ${quoted(node)}.`;
}

function describeRequired({ node, schema, key, expected, keyword }: SchemaFinding): string {
  const place = node.parent === undefined ? '' : ` in ${subject(node)}`;
  const keys = listOf(expected).map(String);
  if (keys.length > 1) return `${either(keys)} is missing${place}: one of them must be there.`;
  const asking = keyword === 'dependentRequired' ? askingKeys(schema, node, key ?? '') : [];
  if (asking.length === 0) return `${key} is missing${place}.`;
  return `${key} is missing${place}: ${together(asking)} cannot be without it.`;
}

function askingKeys(schema: SchemaObject, node: PlistNode, key: string): readonly string[] {
  const table = Object.entries(schema.dependentRequired ?? {});
  return table
    .filter(([asking, keys]) => keys.includes(key) && node.keyNode(asking) !== undefined)
    .map(([asking]) => asking);
}

/** The key that an unknown one was probably meant to be. */
export function meantKey({ node, key, expected }: SchemaFinding): string | undefined {
  if (key === undefined) return undefined;
  const free = listOf(expected).filter((name) => typeof name === 'string' && !node.keyNode(name));
  return nearest(key, free as readonly string[]);
}

function describeUnknownKey(finding: SchemaFinding): string {
  const meant = meantKey(finding);
  const start = `Unknown key "${shortened(finding.key ?? '')}".`;
  if (meant !== undefined) return `${start} Did you mean ${meant}?`;
  return `${start} Nothing reads it here; remove it.`;
}

function describeForbiddenKey({ node, key }: SchemaFinding): string {
  const place = node.parent === undefined ? 'here' : `in ${subject(node)}`;
  return `${key} is not allowed ${place}. Remove it.`;
}

function describeKeyName(finding: SchemaFinding): string {
  const { schema, key } = finding;
  if (schema.patternErrorMessage !== undefined) return schema.patternErrorMessage;
  if (listOf(finding.expected).length > 0) return describeUnknownKey(finding);
  return `"${shortened(key ?? '')}" is no key that is allowed in ${subject(finding.node)}.`;
}

function tooFew(node: PlistNode, expected: JsonValue | undefined, one: string, many: string): string {
  const have = node.kind === 'dict' ? node.entries.length : node.items.length;
  const wanted = plural(Number(expected), one, many);
  if (have === 0) return `${sentenceSubject(node)} is empty; it must have at least ${wanted}.`;
  return `${sentenceSubject(node)} has ${plural(have, one, many)}; it must have at least ${wanted}.`;
}

function tooMany(
  node: PlistNode,
  have: number,
  expected: JsonValue | undefined,
  one: string,
  many: string,
): string {
  return `${sentenceSubject(node)} has ${plural(have, one, many)}; at most ${expected} ${expected === 1 ? 'is' : 'are'} allowed.`;
}

function describeSurplusItem({ node }: SchemaFinding): string {
  return `${sentenceSubject(node)} is one too many: the array takes no more than ${plural(node.index, 'item', 'items')}.`;
}

function describeContains({ node, schema, expected }: SchemaFinding): string {
  const { contains } = schema;
  const values = typeof contains === 'object' ? (contains.enum ?? listOf(contains.const)) : [];
  if (values.length > 0 && expected === 1) {
    return `${sentenceSubject(node)} must hold ${either(values.slice(0, MAX_LISTED).map(plainJson))}.`;
  }
  const wanted = plural(Number(expected), 'item', 'items');
  return `${sentenceSubject(node)} must hold at least ${wanted} of a form that is not there.`;
}

function describePattern({ node, schema }: SchemaFinding): string {
  if (schema.patternErrorMessage !== undefined) {
    return filledMessage(schema.patternErrorMessage, node, undefined);
  }
  return `${quoted(node)} does not have the form that ${subject(node)} must have: ${schema.pattern}`;
}

function describeOneOf({ node, schema }: SchemaFinding): string {
  const keys = (schema.oneOf ?? []).map(onlyRequires);
  if (keys.length > 1 && keys.every((one) => one?.length === 1)) {
    const there = keys.flatMap((one) => one ?? []).filter((key) => node.keyNode(key) !== undefined);
    if (there.length > 1)
      return `Only one of ${together(there)} may stand in ${subject(node)}. Remove the other.`;
  }
  return `${sentenceSubject(node)} has several forms at once that exclude each other.`;
}

function describeNot({ node, schema }: SchemaFinding): string {
  const { not } = schema;
  const keys = not === undefined ? undefined : onlyRequires(not);
  if (keys?.length === 1) return `${keys[0]} is not allowed in ${subject(node)}. Remove it.`;
  if (keys !== undefined && keys.length > 1) {
    return `${together(keys)} must not stand together in ${subject(node)}.`;
  }
  return `${sentenceSubject(node)} must not be ${quoted(node)}.`;
}
