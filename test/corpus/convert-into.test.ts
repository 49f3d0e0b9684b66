/** The real projects of the corpus take the targets of a dext by insertions alone, or say why not. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import * as bacons from '@bacons/xcode/json';
import { readOpenStepPlist } from '../../server/src/plist/openstep.ts';
import { isDict } from '../../server/src/plist/value.ts';
import { readSpec } from '../../server/src/workspace/xcodegen.ts';
import { personality, planOf } from '../unit/convert/support.ts';

const ROOT = path.join(import.meta.dirname, '../..', '../shared/corpus');
const FILES = existsSync(ROOT)
  ? globSync(['**/*.pbxproj', '**/project.yml'], { cwd: ROOT }).map(String).sort()
  : [];
const KEXT = {
  personalities: personality('Gadget', {
    IOClass: 'AcmeGadget',
    IOProviderClass: 'IOUSBHostDevice',
    idVendor: 4617,
    idProduct: 2,
  }),
};

/** The objects as two readers see them. */
function objectsOf(text: string): readonly (readonly string[])[] {
  const { value, problems } = readOpenStepPlist(text);
  assert.deepEqual(problems, []);
  assert.ok(isDict(value));
  const objects = value.get('objects');
  assert.ok(isDict(objects));
  return [[...objects.keys()].sort(), Object.keys(bacons.parse(text).objects ?? {}).sort()];
}

test('projects take a dext, and keep every line', (t) => {
  if (FILES.length === 0) return t.skip('needs ../shared/corpus, not here');
  const refused: string[] = [];
  let taken = 0;
  for (const file of FILES) {
    const text = readFileSync(path.join(ROOT, file), 'utf8');
    const plan = planOf(KEXT, { into: { path: file, text, folder: '' } });
    const { into } = plan;
    assert.ok(into, file);
    if (into.refused !== undefined) {
      refused.push(`${file}: ${into.refused}`);
      continue;
    }
    taken++;
    const change = into.changes.find((one) => one.path === file);
    assert.ok(change, file);
    assert.ok(
      change.edits.every(({ start, end }) => start === end),
      file,
    );
    if (!file.endsWith('.pbxproj')) {
      assert.ok('spec' in readSpec(change.text), file);
      continue;
    }
    const [ours, theirs] = objectsOf(change.text);
    assert.deepEqual(ours, theirs, file);
    for (const id of objectsOf(text)[0] ?? []) assert.ok(ours?.includes(id), `${file}: lost ${id}`);
  }
  t.diagnostic(`${taken} of ${FILES.length} projects take the targets`);
  assert.deepEqual(refused, []);
});
