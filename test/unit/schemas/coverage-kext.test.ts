/** Every key of the fact table on kexts, codeless kexts and personalities is in a schema, or listed here with why not. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parsePlist } from '../../../server/src/plist/parse.ts';
import { schemaForKind } from '../../../server/src/rules/schemas.ts';
import { evaluate } from '../../../server/src/schema/evaluate.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const SHARED = join(ROOT, '..', 'shared');

/** Entries of the table that are no key of their own. */
const NOT_A_KEY: { readonly [key: string]: string } = {
  '<OS*/IO* key>_x86_64': 'a form of other keys: archSuffix in kext.schema.json',
  '<OS*/IO* key>_arm64': 'a form of other keys: archSuffix in kext.schema.json',
  'IOProviderMergeProperties.*': 'any key: match-merge.schema.json describes those in use',
  '<Name>UserClientProperties': 'a pattern of names: user-client.schema.json',
  'UserClientProperties.IOClass': 'IOClass of user-client.schema.json',
  SCSITaskUserClientDevice: 'a value of IOMatchCategory: tables/match-categories.json',
};

/** Every property name that a schema file gives, at any depth. */
function namedKeys(value: unknown, into: Set<string>): Set<string> {
  if (typeof value !== 'object' || value === null) return into;
  for (const [name, part] of Object.entries(value)) {
    if (name === 'properties') for (const key of Object.keys(part as object)) into.add(key);
    namedKeys(part, into);
  }
  return into;
}

test('every key of facts/iokit-keys.json is in a schema or has its reason', (t) => {
  const facts = join(SHARED, 'facts', 'iokit-keys.json');
  if (!existsSync(facts)) return t.skip('needs ../shared/facts, not here');
  const { keys } = JSON.parse(readFileSync(facts, 'utf8')) as { keys: { key: string }[] };
  const named = new Set<string>();
  for (const file of readdirSync(join(ROOT, 'schemas')).filter((name) => name.endsWith('.schema.json'))) {
    namedKeys(JSON.parse(readFileSync(join(ROOT, 'schemas', file), 'utf8')), named);
  }
  const missing = keys.map(({ key }) => key).filter((key) => !named.has(key) && !(key in NOT_A_KEY));
  assert.deepEqual(missing, []);
  const stale = Object.keys(NOT_A_KEY).filter((key) => named.has(key));
  assert.deepEqual(stale, [], 'listed as no key, but a schema has it');
});

interface Row {
  readonly file: string;
  readonly category: string;
  readonly kind: string;
  readonly codeless?: boolean;
}

function corpusKexts(): { row: Row; text: string }[] {
  const index = JSON.parse(readFileSync(join(SHARED, 'corpus', 'index.json'), 'utf8')) as
    | Row[]
    | { [name: string]: Row[] };
  const rows = Array.isArray(index) ? index : Object.values(index).find(Array.isArray)!;
  return rows
    .filter(({ category, file }) => category === 'kext' && file.endsWith('.plist'))
    .map((row) => ({ row, text: readFileSync(join(SHARED, 'corpus', row.file), 'utf8') }));
}

/** Error-level findings on files that other people shipped, each judged to be a fault of the file. */
const TRUE_FAULTS = new Map([
  [
    'match/usb-value-range IOKitPersonalities/UVC Device2/idProduct',
    'idProduct 139590 has more than 16 bits',
  ],
]);

test('on the kexts of the corpus the schemas find known faults only, and know 97 % of the keys', (t) => {
  if (!existsSync(join(SHARED, 'corpus', 'index.json'))) return t.skip('needs ../shared/corpus, not here');
  const unjust: string[] = [];
  let keys = 0;
  let unknown = 0;
  let files = 0;
  for (const { row, text } of corpusKexts()) {
    const root = parsePlist(text).root;
    if (root?.kind !== 'dict' || !root.get('IOKitPersonalities')) continue;
    files += 1;
    const evaluation = evaluate(schemaForKind(row.codeless ? 'codeless-kext' : 'kext')!, root);
    for (const { schema, node } of evaluation.findings) {
      if ((schema.severity ?? 'error') !== 'error') continue;
      const finding = `${schema.rule} ${node.path.join('/')}`;
      if (!TRUE_FAULTS.has(finding)) unjust.push(`${row.file}: ${finding}`);
    }
    for (const { key } of root.entries) {
      keys += 1;
      if (evaluation.schemasForKey(root, key.text).length === 0) unknown += 1;
    }
  }
  t.diagnostic(`${files} files, ${keys} keys, ${unknown} unknown`);
  assert.ok(files > 300);
  assert.deepEqual(unjust, []);
  assert.ok(unknown < keys * 0.03, `${unknown} of ${keys} top-level keys are unknown`);
});

test('Apple’s own kexts of one Mac show no error but one', (t) => {
  const path = join(SHARED, 'corpus', 'registry', 'MacBook9,1.prelinked-kexts.plist');
  if (!existsSync(path)) return t.skip('needs ../shared/corpus/registry, not here');
  const list = parsePlist(readFileSync(path, 'utf8')).root!.get('_PrelinkInfoDictionary')!.items;
  assert.ok(list.length > 200);
  const errors = list.flatMap((kext) =>
    evaluate(schemaForKind(kext.get('CFBundleExecutable') ? 'kext' : 'codeless-kext')!, kext)
      .findings.filter(({ schema }) => (schema.severity ?? 'error') === 'error')
      .map(({ schema, node }) => `${schema.rule} ${node.path.slice(2).join('/')}`),
  );
  // <string>1</string> where all its neighbours have an integer: that personality never matches.
  assert.deepEqual(errors, ['match/usb-value-type IOKitPersonalities/AppleUSBNCMData13/bInterfaceProtocol']);
});
