/** Quick fixes that follow from a schema finding alone. */
import {
  changeKind,
  insertEntry,
  insertItem,
  removeEntry,
  renameKey,
  replaceValue,
  wrapInArray,
} from '../plist/edit.ts';
import type { NodeKind, PlistNode, TextEdit } from '../plist/types.ts';
import { listOf } from './branches.ts';
import { converted } from './convert.ts';
import { allowedValues, meantKey } from './messages.ts';
import { nearest } from './nearest.ts';
import { newValue, plistTypes, suggestedValue } from './newValue.ts';
import type { JsonValue, SchemaFinding, SchemaObject } from './types.ts';
import { onlyRequires, plainJson, shortened } from './words.ts';

/** A repair that a person can choose; the rules' `Fix` takes it as it is. */
export interface SchemaFix {
  /** Imperative, as in the light bulb: `Add IOUserClass`. */
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /** The one obvious repair. */
  readonly preferred?: boolean;
}

/** So many values are offered instead of a wrong one. */
const MAX_VALUES = 5;

/** The repairs of a finding, the likeliest first; `[]` when there is none that we could know. Never throws. */
export function fixesFor(finding: SchemaFinding): readonly SchemaFix[] {
  if (!isWhole(finding.node) || (finding.keyNode !== undefined && !isWhole(finding.keyNode))) return [];
  const fixes = ownRepair(finding) ?? FIXES[finding.keyword]?.(finding) ?? [];
  return fixes.filter(({ edits }) => edits.length > 0);
}

/** Both tags are complete. Where one is not, nobody knows what belongs to the element: its end is a guess. */
function isWhole({ tree: { text }, start, openEnd, closeStart, end, selfClosing }: PlistNode): boolean {
  const opening = text.slice(start, openEnd);
  if (opening.lastIndexOf('<') !== 0 || !opening.endsWith('>')) return false;
  return selfClosing || (text.startsWith('</', closeStart) && text.charAt(end - 1) === '>');
}

/** What the schema itself says repairs the finding. */
function ownRepair({ schema, node, keyNode, keyword }: SchemaFinding): readonly SchemaFix[] | undefined {
  const { repair } = schema;
  if (repair === undefined || keyword === 'type' || keyword === 'plistType') return undefined;
  if (repair === 'remove' || repair === 'rename') {
    const key = keyNode ?? node.key;
    if (key === undefined) return undefined;
    if (repair === 'rename') return schema.replacement ? [renamed(key, schema.replacement)] : undefined;
    return [{ ...removed(key), preferred: true }];
  }
  const title = `Replace with ${plainJson(repair.value)}`;
  return [{ title, edits: replaceValue(node, newValue(repair.value, [node.kind])), preferred: true }];
}

const FIXES: Readonly<Record<string, (finding: SchemaFinding) => readonly SchemaFix[]>> = {
  type: fixType,
  plistType: fixType,
  enum: fixValue,
  const: fixValue,
  required: fixMissing,
  dependentRequired: fixMissing,
  additionalProperties: fixUnknownKey,
  unevaluatedProperties: fixUnknownKey,
  propertyNames: fixUnknownKey,
  properties: fixForbiddenKey,
  patternProperties: fixForbiddenKey,
  deprecationMessage: fixForbiddenKey,
  not: fixNot,
  oneOf: fixOneOf,
  items: fixSurplus,
  unevaluatedItems: fixSurplus,
  uniqueItems: fixSurplus,
  contains: fixContains,
  pattern: fixBlanks,
  minimum: fixBound,
  maximum: fixBound,
};

const ELEMENTS: Readonly<Record<string, readonly string[]>> = {
  object: ['dict'],
  number: ['integer', 'real'],
};

function fixType({ node, expected, schema }: SchemaFinding): readonly SchemaFix[] {
  if (node.tree.errors.some(({ start, end }) => start < node.end && end > node.start)) return [];
  if (schema.replacement !== undefined && node.key !== undefined)
    return [renamed(node.key, schema.replacement)];
  const kinds = listOf(expected).flatMap((type) => ELEMENTS[String(type)] ?? [String(type)]);
  const fixes: SchemaFix[] = [];
  for (const kind of kinds) {
    if (kind === 'array' && !takesItem(schema, node)) {
      fixes.push(...samples(schema, node));
      continue;
    }
    const xml = (kind === 'string' ? asHexText(node, schema) : undefined) ?? converted(node, kind);
    if (xml === undefined) continue;
    const edits = kind === 'array' ? wrapInArray(node) : [{ start: node.start, end: node.end, newText: xml }];
    const title = kind === 'boolean' ? `Change to ${xml}` : `Change to <${kind}>`;
    fixes.push({ title, edits });
  }
  if (fixes.length === 1) return [{ preferred: true, ...fixes[0]! }];
  return fixes.length > 0 ? fixes : emptied(node, kinds);
}

/** A number for a key whose text is hexadecimal, as that of the PCI match keys. */
function asHexText({ integer }: PlistNode, { number }: SchemaObject): string | undefined {
  if (integer === undefined || integer < 0n || !number?.startsWith('pci-')) return undefined;
  return `<string>0x${integer.toString(16).toUpperCase().padStart(8, '0')}</string>`;
}

/** Whether the value could stand in the array as it is; `<true/>` is no dictionary of a list of dictionaries. */
function takesItem({ items }: SchemaObject, node: PlistNode): boolean {
  if (typeof items !== 'object') return true;
  const kinds = plistTypes(items);
  return kinds.length === 0 || kinds.includes(node.kind);
}

/** The snippets of the schema in the place of a value that says nothing: to be filled in. */
function samples(schema: SchemaObject, node: PlistNode): readonly SchemaFix[] {
  return (schema.defaultSnippets ?? []).slice(0, MAX_VALUES).map((snippet) => ({
    title: `Replace with a sample: ${snippet.label}`,
    edits: replaceValue(node, suggestedValue([{ defaultSnippets: [snippet] }]).value),
    preferred: false,
  }));
}

/** What cannot be converted but holds nothing either: an empty value of the right type. */
function emptied(node: PlistNode, kinds: readonly string[]): readonly SchemaFix[] {
  if (kinds.includes('boolean') && node.kind !== 'dict' && node.kind !== 'array') {
    return [true, false].map((value) => ({
      title: `Replace with <${value}/>`,
      edits: replaceValue(node, value),
    }));
  }
  const empty = node.text.trim() === '' && node.entries.length === 0 && node.items.length === 0;
  if (!empty || node.kind === 'boolean') return [];
  return kinds
    .filter((kind) => kind === 'dict' || kind === 'array' || kind === 'string')
    .map((kind) => ({ title: `Change to <${kind}>`, edits: changeKind(node, kind as Kind) }));
}

type Kind = Exclude<NodeKind, 'key' | 'unknown'>;

function fixValue(finding: SchemaFinding): readonly SchemaFix[] {
  const { node, expected, keyword, schema } = finding;
  if (schema.replacement !== undefined && node.key !== undefined)
    return [renamed(node.key, schema.replacement)];
  const values = keyword === 'const' ? [expected as JsonValue] : listOf(expected);
  const byText = new Map(values.map((value) => [plainJson(value), value]));
  const ordered = allowedValues(finding).slice(0, MAX_VALUES);
  const likely = values.length === 1 ? ordered[0] : node.kind === 'string' && nearest(node.text, ordered);
  return ordered.map((text) => ({
    title: `Replace with ${text}`,
    edits: replaceValue(node, newValue(byText.get(text)!, [node.kind, ...plistTypes(schema)])),
    ...(text === likely && { preferred: true }),
  }));
}

function fixMissing(finding: SchemaFinding): readonly SchemaFix[] {
  const { node, schema, expected, schemasForKey } = finding;
  const keys = listOf(expected).map(String);
  const slips = keys.flatMap((key) => misspelt(finding, key));
  const additions = keys.map((key) => {
    const schemas = [...propertyOf(schema, key), ...(schemasForKey?.(key) ?? [])];
    const { value, complete } = suggestedValue(schemas);
    const preferred = complete && keys.length === 1 && slips.length === 0;
    return {
      title: `Add ${shortened(key)}`,
      edits: insertEntry(node, key, value, { at: 'sorted' }),
      ...(preferred && { preferred }),
    };
  });
  return [...slips, ...additions];
}

/** What the failing schema itself says of the key comes before what others say. */
function propertyOf(schema: SchemaObject, key: string): readonly SchemaObject[] {
  const own = schema.properties?.[key];
  return typeof own === 'object' ? [own] : [];
}

/** A key that nothing knows and that is a slip of the missing one. */
function misspelt({ node, schemasForKey }: SchemaFinding, missing: string): readonly SchemaFix[] {
  for (const { key } of node.entries) {
    if (nearest(key.text, [missing]) === undefined || (schemasForKey?.(key.text) ?? []).length > 0) continue;
    return [renamed(key, missing)];
  }
  return [];
}

/** Where the right key stands already, the wrong one can only go. */
function renamed(key: PlistNode, name: string): SchemaFix {
  if (key.parent?.keyNode(name) !== undefined) return removed(key);
  return { title: `Rename ${shortened(key.text)} to ${name}`, edits: renameKey(key, name), preferred: true };
}

function fixUnknownKey(finding: SchemaFinding): readonly SchemaFix[] {
  const { keyNode, schema } = finding;
  if (keyNode === undefined) return [];
  const meant = schema.replacement ?? meantKey(finding);
  return meant === undefined ? [removed(keyNode)] : [renamed(keyNode, meant), removed(keyNode)];
}

function removed(node: PlistNode): SchemaFix {
  const name = node.kind === 'key' ? node.text : (node.name ?? `item ${node.index + 1}`);
  return { title: `Remove ${shortened(name)}`, edits: removeEntry(node) };
}

function fixForbiddenKey({ node, keyNode, schema }: SchemaFinding): readonly SchemaFix[] {
  const key = keyNode ?? node.key;
  if (key === undefined) return node.parent === undefined ? [] : [removed(node)];
  if (schema.replacement !== undefined) return [renamed(key, schema.replacement), removed(key)];
  return [removed(key)];
}

/** `not: {}` forbids the key itself; `not: { required }` keys together. */
function fixNot(finding: SchemaFinding): readonly SchemaFix[] {
  const { not } = finding.schema;
  if (not === true || (typeof not === 'object' && Object.keys(not).length === 0))
    return fixForbiddenKey(finding);
  const keys = not === undefined ? undefined : onlyRequires(not);
  if (keys !== undefined) return removals(finding.node, keys);
  return finding.schema.replacement === undefined ? [] : fixForbiddenKey(finding);
}

function fixOneOf({ node, schema }: SchemaFinding): readonly SchemaFix[] {
  const keys = (schema.oneOf ?? []).map(onlyRequires);
  return keys.every((one) => one !== undefined) ? removals(node, [...new Set(keys.flat())]) : [];
}

function removals(dict: PlistNode, keys: readonly string[]): readonly SchemaFix[] {
  return keys.flatMap((key) => {
    const node = dict.keyNode(key);
    return node === undefined ? [] : [removed(node)];
  });
}

function fixSurplus({ node, keyword }: SchemaFinding): readonly SchemaFix[] {
  if (node.parent?.kind !== 'array') return [];
  return [{ ...removed(node), ...(keyword === 'uniqueItems' && { preferred: true }) }];
}

function fixContains({ node, schema }: SchemaFinding): readonly SchemaFix[] {
  const { contains } = schema;
  if (typeof contains !== 'object') return [];
  const values = contains.const === undefined ? (contains.enum ?? []) : [contains.const];
  return values.slice(0, MAX_VALUES).map((value) => ({
    title: `Add ${plainJson(value)}`,
    edits: insertItem(node, newValue(value, plistTypes(contains))),
    ...(values.length === 1 && { preferred: true }),
  }));
}

/** Blanks around a value are read as part of it. */
function fixBlanks({ node, schema }: SchemaFinding): readonly SchemaFix[] {
  const text = node.text.trim();
  if (node.kind !== 'string' || text === node.text || schema.pattern === undefined) return [];
  if (!new RegExp(schema.pattern, 'u').test(text)) return [];
  return [{ title: 'Remove the blanks around the value', edits: replaceValue(node, text), preferred: true }];
}

/** Greatest numbers of fields of 8, 16 and 32 bits. */
const FIELD_LIMITS: ReadonlySet<number | undefined> = new Set([0xff, 0xffff, 0xffff_ffff]);

/** The nearest legal number; not where the bounds are the size of a field, which is nobody's id. */
function fixBound({ node, expected, schema }: SchemaFinding): readonly SchemaFix[] {
  if (FIELD_LIMITS.has(schema.maximum)) return [];
  if (node.kind !== 'integer' || typeof expected !== 'number' || !Number.isInteger(expected)) return [];
  return [{ title: `Replace with ${expected}`, edits: replaceValue(node, BigInt(expected)) }];
}
