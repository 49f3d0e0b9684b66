/** The data files of kexts and match keys: every file reads, every reference and table exists, every key is explained. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parsePlist } from '../../../server/src/plist/parse.ts';
import { kextSchemaRules } from '../../../server/src/rules/schema-rules.kext.ts';
import { schemaForKind } from '../../../server/src/rules/schemas.ts';
import { evaluate } from '../../../server/src/schema/evaluate.ts';
import { createSchemaSet } from '../../../server/src/schema/set.ts';
import type { Schema, SchemaObject } from '../../../server/src/schema/types.ts';

const SCHEMAS = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'schemas');
const OURS = /^(?:match-|kext|codeless-kext).*\.schema\.json$/;
const NUMBERS = new Set([
  'usb-vendor',
  'usb-product',
  'usb-class',
  'usb-interface-class',
  'pci-match',
  'pci-class',
  'hid-usage-page',
  'hid-usage',
  'scsi-type',
  'hex',
]);

const all = Object.fromEntries(
  readdirSync(SCHEMAS)
    .filter((name) => name.endsWith('.schema.json'))
    .map((name) => [name, JSON.parse(readFileSync(join(SCHEMAS, name), 'utf8')) as SchemaObject]),
);
const ours = Object.entries(all).filter(([name]) => OURS.test(name));

/** Every schema object below one, with a path for messages; `isKey` when it stands under `properties`. */
function* objects(
  schema: Schema | undefined,
  path: string,
  isKey = false,
): Generator<{ schema: SchemaObject; path: string; isKey: boolean }> {
  if (typeof schema !== 'object') return;
  yield { schema, path, isKey };
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    yield* objects(property, `${path}/${key}`, true);
  }
  for (const [key, part] of Object.entries({ ...schema.$defs, ...schema.patternProperties })) {
    yield* objects(part, `${path}/${key}`);
  }
  for (const [i, part] of [...(schema.allOf ?? []), ...(schema.anyOf ?? [])].entries()) {
    yield* objects(part, `${path}/${i}`);
  }
  for (const name of [
    'items',
    'additionalProperties',
    'propertyNames',
    'if',
    'then',
    'else',
    'not',
  ] as const) {
    yield* objects(schema[name], `${path}/${name}`);
  }
}

test('the schemas form a set: keywords are known, references lead somewhere', () => {
  const set = createSchemaSet(all);
  assert.ok(ours.length >= 17);
  for (const [name, schema] of ours) {
    assert.equal(schema.$id, name);
    assert.ok(schema.title && schema.description, name);
    assert.ok(set.get(name), name);
  }
});

test('every key of a file is explained, has a type, and says where that is from', () => {
  for (const [name, schema] of ours) {
    for (const [key, property] of Object.entries(schema.properties ?? {})) {
      const at = `${name} ${key}`;
      assert.ok(typeof property === 'object', at);
      if (property.$ref?.startsWith('common.')) continue;
      assert.ok(
        (property.markdownDescription ?? property.description ?? '').length > 20,
        `${at}: no explanation`,
      );
      assert.ok(property.plistType ?? property.$ref, `${at}: no type`);
      assert.ok(property.source, `${at}: no source`);
    }
  }
});

test('rules that schemas name are described, and each described one is named', () => {
  const described = new Set(kextSchemaRules.map(({ id }) => id));
  const named = new Set<string>();
  for (const [name, root] of ours) {
    for (const { schema, path } of objects(root, name)) {
      if (schema.rule === undefined) continue;
      named.add(schema.rule);
      assert.ok(described.has(schema.rule), `${path}: ${schema.rule} is described nowhere`);
    }
  }
  assert.deepEqual(
    [...described].filter((id) => !named.has(id)),
    [],
  );
});

test('no schema is more severe than its rule', () => {
  const order = ['hint', 'information', 'warning', 'error'];
  const most = new Map(kextSchemaRules.map(({ id, severity }) => [id, order.indexOf(severity)]));
  for (const [name, root] of ours) {
    for (const { schema, path } of objects(root, name)) {
      if (schema.rule === undefined) continue;
      assert.ok(order.indexOf(schema.severity ?? 'error') <= most.get(schema.rule)!, path);
    }
  }
});

test('tables and kinds of number that schemas name exist', () => {
  const tables = new Set(readdirSync(join(SCHEMAS, 'tables')).map((file) => file.replace(/\.json$/, '')));
  for (const [name, root] of ours) {
    for (const { schema, path } of objects(root, name)) {
      if (schema.table) assert.ok(tables.has(schema.table), `${path}: no table ${schema.table}`);
      if (schema.number) assert.ok(NUMBERS.has(schema.number), `${path}: no number ${schema.number}`);
    }
  }
});

test('each table says what it is, and each entry has a value of its own, a title and a line of explanation', () => {
  for (const file of readdirSync(join(SCHEMAS, 'tables'))) {
    if (file === 'class-chains.json') continue;
    const table = JSON.parse(readFileSync(join(SCHEMAS, 'tables', file), 'utf8')) as {
      about: string;
      source: string;
      entries: { value: string | number; title: string; description: string; page?: number }[];
    };
    assert.ok(table.about && table.source, file);
    const seen = new Set<string>();
    for (const { value, title, description, page } of table.entries) {
      const id = `${page ?? ''} ${value}`;
      assert.ok(!seen.has(id), `${file}: ${id} twice`);
      seen.add(id);
      assert.ok(title && description.endsWith('.'), `${file}: ${id}`);
    }
    assert.ok(seen.size > 1, file);
  }
});

test('snippets and examples are values that the key takes', () => {
  const failing: string[] = [];
  for (const [name, root] of ours) {
    for (const { schema, path, isKey } of objects(root, name)) {
      if (!isKey || schema.$ref?.startsWith('#/properties')) continue;
      for (const { body } of schema.defaultSnippets ?? []) {
        const value = body.replaceAll('\\$', '$').replace(/\$\{\d+:([^}]*)\}/g, '$1');
        const tree = parsePlist(`<plist version="1.0">${value}</plist>`);
        assert.deepEqual(tree.errors, [], `${path}: ${body}`);
        const key = path.slice(path.lastIndexOf('/') + 1);
        const whole = parsePlist(`<plist version="1.0"><dict><key>${key}</key>${value}</dict></plist>`);
        // In the file's own context, since a check may stand beside the key and not in it.
        const found = evaluate(set().get(name)!, whole.root!).findings.filter(
          (finding) => finding.keyword !== 'required' && finding.schema.severity !== 'information',
        );
        if (found.length > 0) failing.push(`${path}: ${body}: ${found.map((f) => f.schema.errorMessage)}`);
      }
    }
  }
  assert.deepEqual(failing, []);
});

function set() {
  return createSchemaSet(all);
}

test('a key with the name of an architecture is held to the same rules', () => {
  const text = `<plist version="1.0"><dict>
    <key>IOKitPersonalities_arm64</key><dict><key>Lamp</key><dict><key>IOClass</key><string>Lamp</string></dict></dict>
    <key>OSBundleLibraries_x86_64</key><array/>
  </dict></plist>`;
  const found = evaluate(schemaForKind('kext')!, parsePlist(text).root!).findings;
  assert.deepEqual(
    found.map((finding) => [finding.schema.rule, finding.key ?? finding.node.name]),
    [
      ['kext/personality-required-key', 'IOProviderClass'],
      ['kext/property-type', 'OSBundleLibraries_x86_64'],
    ],
  );
});

test('hover finds the provider’s own match keys, and only those', () => {
  const text = `<plist version="1.0"><dict><key>IOKitPersonalities</key><dict><key>Lamp</key><dict>
    <key>IOClass</key><string>Lamp</string><key>IOProviderClass</key><string>IOUSBHostInterface</string>
  </dict></dict></dict></plist>`;
  const root = parsePlist(text).root!;
  const keys = evaluate(schemaForKind('kext')!, root)
    .keysFor(root.at(['IOKitPersonalities', 'Lamp'])!)
    .map(({ key }) => key);
  for (const key of ['bInterfaceNumber', 'idVendor', 'IOProbeScore', 'IOTTYBaseName']) {
    assert.ok(keys.includes(key), key);
  }
  for (const key of ['VendorID', 'IOPCIMatch', 'bDeviceClass', 'Content Hint']) {
    assert.ok(!keys.includes(key), key);
  }
});
