/** The schema files of dexts, system extensions, apps and entitlements are whole: nothing named is missing. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parsePlist } from '../../../server/src/plist/parse.ts';
import { allRules } from '../../../server/src/rules/index.ts';
import { dextSchemaRules } from '../../../server/src/rules/schema-rules.dext.ts';
import { schemaForKind, schemaSet } from '../../../server/src/rules/schemas.ts';
import { evaluate } from '../../../server/src/schema/evaluate.ts';
import { createSchemaSet } from '../../../server/src/schema/set.ts';
import type { Schema, SchemaObject, Severity } from '../../../server/src/schema/types.ts';
import { BUNDLE_KINDS } from '../../../server/src/workspace/types.ts';

const SCHEMAS = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'schemas');

const OURS = [
  'app',
  'camera-extension',
  'common',
  'dext',
  'dext-personality',
  'endpoint-security',
  'entitlements',
  'network-extension',
  'system-extension',
  'user-client',
].map((name) => `${name}.schema.json`);

/** Annotations of `number` that somebody reads: the names of server/src/service/numbers.ts, and plain hex. */
const NUMBERS = new Set([
  'usb-vendor',
  'usb-product',
  'usb-class',
  'usb-interface-class',
  'hid-usage-page',
  'hid-usage',
  'scsi-type',
  'pci-match',
  'pci-class',
  'hex',
]);

interface Place {
  readonly schema: SchemaObject;
  readonly where: string;
  /** Set for the value of a key: the subschema under `properties`, or a definition named after a key. */
  readonly key: string | undefined;
}

function readSchema(file: string): SchemaObject {
  return JSON.parse(readFileSync(join(SCHEMAS, file), 'utf8')) as SchemaObject;
}

const MAPS = ['properties', 'patternProperties', 'dependentSchemas', '$defs'] as const;
const LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems'] as const;
const SINGLE = [
  'items',
  'additionalProperties',
  'propertyNames',
  'contains',
  'not',
  'if',
  'then',
  'else',
] as const;

function* placesOf(schema: Schema | undefined, where: string, key?: string): Generator<Place> {
  if (typeof schema !== 'object') return;
  yield { schema, where, key };
  for (const map of MAPS) {
    for (const [name, child] of Object.entries(schema[map] ?? {})) {
      const isKey = map === 'properties' || where === 'common.schema.json';
      yield* placesOf(child, `${where}/${map}/${name}`, isKey ? name : undefined);
    }
  }
  for (const list of LISTS) {
    for (const [index, child] of (schema[list] ?? []).entries())
      yield* placesOf(child, `${where}/${list}/${index}`);
  }
  for (const single of SINGLE) yield* placesOf(schema[single], `${where}/${single}`);
}

const places = OURS.flatMap((file) => [...placesOf(readSchema(file), file)]);

/** In a condition or a further demand on a key that is described elsewhere, a property needs no words. */
function isDescription({ where }: Place): boolean {
  return !/\/(if|then|else|allOf|anyOf|oneOf|not)\b/.test(where) && !/\/(if|not)\//.test(where);
}

test('the set holds every schema file there is, but the one of the configuration', () => {
  const onDisk = readdirSync(SCHEMAS).filter((name) => name.endsWith('.schema.json'));
  const known = new Set([...schemaSet().names, 'config.schema.json']);
  assert.deepEqual(
    onDisk.filter((name) => !known.has(name)),
    [],
    'add it to server/src/rules/schemas.ts',
  );
});

test('all files parse, all references resolve, all keywords are known', () => {
  const files = schemaSet().names.map((name) => [name, readSchema(name)] as const);
  assert.doesNotThrow(() => createSchemaSet(new Map(files)));
});

test('each kind but plist has a root schema', () => {
  for (const kind of BUNDLE_KINDS) {
    assert.equal(schemaForKind(kind) === undefined, kind === 'plist', kind);
  }
});

test('each key says what it means, of what type it is and where that is said', () => {
  const poor: string[] = [];
  for (const place of places) {
    const { schema, where, key } = place;
    if (key === undefined || !isDescription(place)) continue;
    if (schema.$ref !== undefined) continue;
    if (!(schema.markdownDescription ?? schema.description)) poor.push(`${where}: no description`);
    if (schema.plistType === undefined) poor.push(`${where}: no plistType`);
    if (schema.source === undefined) poor.push(`${where}: no source`);
  }
  assert.deepEqual(poor, []);
});

test('what a schema says of a shared key in its own words is what a reader sees', () => {
  const root = parsePlist('<plist version="1.0"><dict/></plist>').root;
  const dext = schemaForKind('dext');
  assert.ok(root && dext !== undefined);
  const seen = evaluate(dext, root)
    .schemasForKey(root, 'CFBundlePackageType')
    .flatMap(({ markdownDescription }) => markdownDescription ?? []);
  assert.equal(seen.length, 2);
  assert.match(seen[1] ?? '', /^`DEXT`/);
});

test('descriptions are sentences, and enumerated values have one word each', () => {
  const poor: string[] = [];
  for (const { schema, where } of places) {
    const text = schema.markdownDescription ?? schema.description;
    if (text !== undefined && !/[.!)`:…]$/.test(text.trim())) poor.push(`${where}: ${text.slice(-30)}`);
    const words = schema.enumDescriptions;
    if (words !== undefined && words.length !== schema.enum?.length) poor.push(`${where}: enumDescriptions`);
  }
  assert.deepEqual(poor, []);
});

test('each finding that a schema words itself has a rule, and each rule a page', () => {
  const pages = new Map(allRules.map((rule) => [rule.id, rule]));
  const own = new Map(dextSchemaRules.map((rule) => [rule.id, rule]));
  const used = new Set<string>();
  for (const { schema, where } of places) {
    if (schema.rule === undefined) continue;
    used.add(schema.rule);
    const rule = own.get(schema.rule) ?? pages.get(schema.rule);
    assert.ok(rule, `${where} names ${schema.rule}, which is no rule`);
    assert.equal(rule.check, undefined, `${schema.rule} is raised by code and by ${where}`);
    assert.ok(
      schema.errorMessage ?? schema.deprecationMessage,
      `${where} has the rule ${schema.rule} and no errorMessage`,
    );
  }
  assert.deepEqual(
    [...own.keys()].filter((id) => !used.has(id)),
    [],
    'rules that no schema names',
  );
});

test('a rule is as grave as the gravest finding under its name', () => {
  const order: readonly Severity[] = ['hint', 'information', 'warning', 'error'];
  for (const rule of dextSchemaRules) {
    const found = places
      .filter(({ schema }) => schema.rule === rule.id)
      .map(({ schema }) => order.indexOf(schema.severity ?? 'error'));
    assert.equal(order[Math.max(...found)], rule.severity, rule.id);
  }
});

test('tables and kinds of number that are named exist', () => {
  for (const { schema, where } of places) {
    if (schema.table) {
      assert.ok(existsSync(join(SCHEMAS, 'tables', `${schema.table}.json`)), `${where}: ${schema.table}`);
    }
    if (schema.number) assert.ok(NUMBERS.has(schema.number), `${where}: number ${schema.number}`);
  }
});

test('snippets are plist values, of a type that the key takes', () => {
  for (const { schema, where } of places) {
    for (const { body } of schema.defaultSnippets ?? []) {
      const text = withoutPlaceholders(body);
      const tree = parsePlist(`<plist version="1.0">${text}</plist>`);
      assert.deepEqual(
        tree.errors.map(({ message }) => message),
        [],
        `${where}: ${text}`,
      );
      if (schema.plistType === undefined) continue;
      const types: readonly string[] = [schema.plistType].flat();
      assert.ok(types.includes(tree.root?.kind ?? ''), `${where}: ${text}`);
    }
  }
});

test('a key to write instead is a key', () => {
  const keys = new Set(places.map(({ key }) => key));
  for (const pattern of ['match-pci']) {
    for (const { key } of placesOf(readSchema(`${pattern}.schema.json`), pattern)) keys.add(key);
  }
  for (const { schema, where } of places) {
    if (schema.replacement) assert.ok(keys.has(schema.replacement), `${where}: ${schema.replacement}`);
  }
});

/** VS Code's snippet syntax: the first default or choice, or nothing; an integer gets a digit. */
function withoutPlaceholders(body: string): string {
  return body
    .replace(/\$\{\d+\|([^,|]*)[^}]*\|\}/g, '$1')
    .replace(/\$\{\d+:([^}]*)\}/g, '$1')
    .replace(/<integer>(\$\d|\$\{\d\})<\/integer>/g, '<integer>1</integer>')
    .replace(/(?<!\\)\$(\d|\{\d\})/g, '')
    .replaceAll('\\$', '$')
    .replaceAll('\\}', '}');
}
