/**
 * Every kext of the corpus is converted to both targets or refused with a reason: each personality and each key
 * accounted for, what is written lints without an error and is read by readers that did not write it.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import * as bacons from '@bacons/xcode/json';
import { planConversion } from '../../server/src/convert/plan.ts';
import { CONVERT_TARGETS, type ConvertPlan } from '../../server/src/convert/types.ts';
import { readOpenStepPlist } from '../../server/src/plist/openstep.ts';
import { parsePlist } from '../../server/src/plist/parse.ts';
import { isDict } from '../../server/src/plist/value.ts';
import { lint } from '../../server/src/rules/lint.ts';
import { openDocument } from '../../server/src/workspace/document.ts';
import { plistText } from '../../server/src/workspace/plistText.ts';

interface Row {
  readonly id: string;
  readonly file: string;
  readonly category: string;
  readonly kind: string;
}

const ROOT = join(import.meta.dirname, '../..', '../shared/corpus');
const rows: readonly Row[] = existsSync(join(ROOT, 'index.json'))
  ? (JSON.parse(readFileSync(join(ROOT, 'index.json'), 'utf8')) as Row[]).filter(
      ({ category, kind }) => category === 'kext' && (kind === 'kext' || kind === 'codeless-kext'),
    )
  : [];

const out = mkdtempSync(join(tmpdir(), 'driver-plist-convert-'));
after(() => rmSync(out, { recursive: true, force: true }));

/** Reasons without the names in them, so that they can be counted. */
function kindOfReason(why: string): string {
  return why
    .replace(/, a class of Apple’s kernel.*/, ', a class of Apple’s kernel')
    .replace(/^\S+ (is code of the kext itself|runs code|is a plug-in|belongs to) ?/, '… $1 ')
    .replace(/^(… runs code in the kernel)\. ([^:]+):.*/, '$1: $2')
    .replace(/^IOProviderClass \S+ is the name/, 'IOProviderClass … is the name')
    .replace(/^\S+ of \S+ drives the device/, '… of another bundle drives the device')
    .replace(/(gives the device to|Its class|nub of class|does in a dext what|has the class) \S+/g, '$1 …')
    .replace(/ in another kext, .*/, ' in another kext')
    .split(/[.:;] (?=[A-Z])/)[0]!
    .slice(0, 110);
}

for (const target of CONVERT_TARGETS) {
  describe(`the kexts of the corpus to ${target}`, () => {
    const written: string[] = [];
    const outcomes = new Map<string, number>();
    const reasons = new Map<string, number>();
    const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);

    test('convert or are refused with a reason', (t) => {
      if (rows.length === 0) return t.skip('needs ../shared/corpus, not here');
      const wrong: string[] = [];
      for (const { id, file } of rows) {
        const tree = parsePlist(plistText(readFileSync(join(ROOT, file)))?.text ?? '');
        const result = planConversion(tree, { target, source: file });
        if (!result.ok) {
          assert.ok(
            result.problems.every((problem) => problem.length > 20),
            id,
          );
          count(outcomes, 'bundle: no plan');
          count(reasons, `no plan: ${result.problems[0]!.slice(0, 60)}`);
          continue;
        }
        const { plan } = result;
        count(outcomes, plan.refused === undefined ? 'bundle: converted' : 'bundle: refused');
        for (const { outcome, why } of plan.personalities) {
          count(outcomes, `personality: ${outcome}`);
          count(reasons, `${outcome}: ${kindOfReason(why)}`);
        }
        wrong.push(...accountFor(tree.root!, plan).map((what) => `${id}: ${what}`));
        wrong.push(...lintErrors(plan).map((what) => `${id}: ${what}`));
        for (const one of plan.files) {
          if (!/\.(plist|entitlements|pbxproj)$/.test(one.path)) continue;
          const name = join(out, `${target}-${id}-${one.path.replaceAll('/', '-')}`);
          writeFileSync(name, one.text);
          written.push(name);
        }
      }
      assert.deepEqual(wrong, []);
      const table = (map: Map<string, number>) =>
        [...map].sort(([, a], [, b]) => b - a).map(([what, n]) => `${String(n).padStart(6)}  ${what}`);
      t.diagnostic(`\n${[...table(outcomes), '', ...table(reasons).slice(0, 25)].join('\n')}`);
    });

    test('what is written is read by Python', (t) => {
      const plists = written.filter((name) => !name.endsWith('.pbxproj'));
      if (plists.length === 0) return t.skip('needs ../shared/corpus, not here');
      const script = `import plistlib, sys
for name in sys.stdin.read().split('\\n'):
    with open(name, 'rb') as file:
        value = plistlib.load(file)
    assert value, name
print('read')`;
      const python = spawnSync('python3', ['-c', script], { input: plists.join('\n'), encoding: 'utf8' });
      if (python.error) return t.skip('needs python3, not here');
      assert.equal(python.stderr, '');
      assert.equal(python.stdout.trim(), 'read');
    });

    if (target === 'codeless-kext') return;
    test('projects are read by readers that did not write them', (t) => {
      const projects = written.filter((name) => name.endsWith('.pbxproj'));
      if (projects.length === 0) return t.skip('needs ../shared/corpus, not here');
      for (const name of projects) {
        const text = readFileSync(name, 'utf8');
        const { value, problems } = readOpenStepPlist(text);
        assert.deepEqual(problems, [], name);
        assert.ok(isDict(value));
        assert.equal(projectProblem(bacons.parse(text)), undefined, name);
      }
    });
  });
}

/** Personalities and keys that the plan says nothing of, or twice. */
function accountFor(root: NonNullable<ReturnType<typeof parsePlist>['root']>, plan: ConvertPlan): string[] {
  const wrong: string[] = [];
  const check = (where: string, keys: readonly string[], changes: ConvertPlan['topLevel']) => {
    const told = [
      ...changes.kept,
      ...changes.changed.map(({ key }) => key),
      ...changes.dropped.map(({ key }) => key),
    ];
    for (const key of new Set(keys)) if (!told.includes(key)) wrong.push(`${where}: nothing of ${key}`);
    for (const key of new Set(told)) if (!keys.includes(key)) wrong.push(`${where}: ${key} is not there`);
    for (const { why } of [...changes.changed, ...changes.dropped, ...changes.added])
      if (why.length < 10) wrong.push(`${where}: no reason`);
  };
  const lists = root.entries.filter(
    ({ key, value }) => /^IOKitPersonalities(_\w+)?$/.test(key.text) && value?.kind === 'dict',
  );
  const all = lists.flatMap(({ value }) => value?.entries ?? []).filter(({ value }) => value !== undefined);
  if (all.length !== plan.personalities.length)
    wrong.push(`${all.length} personalities, ${plan.personalities.length} in the plan`);
  all.forEach(({ value }, i) => {
    const one = plan.personalities[i];
    if (!one || !value) return;
    if (one.why.length < 20) wrong.push(`${one.name}: no reason`);
    check(
      one.name,
      value.entries.map(({ key }) => key.text),
      one,
    );
  });
  const top = root.entries.map(({ key }) => key.text).filter((key) => !key.startsWith('IOKitPersonalities'));
  check('top', top, plan.topLevel);
  return wrong;
}

function lintErrors(plan: ConvertPlan): string[] {
  return plan.files
    .filter(({ path }) => /Info\.plist$|\.entitlements$/.test(path))
    .flatMap(({ path, text }) => {
      const document = openDocument(`file:///${path}`, text);
      const expected = path.endsWith('.entitlements')
        ? ['entitlements']
        : ['dext', 'codeless-dext', 'codeless-kext', 'app'];
      const kind = expected.includes(document.kind.kind)
        ? []
        : [`${path} is taken for ${document.kind.kind}`];
      const findings = lint(document).findings.filter(({ severity }) => severity === 'error');
      return [...kind, ...findings.map(({ rule, message }) => `${path}: ${rule} ${message}`)];
    });
}

/** What the project lacks, as a reader of Xcode projects sees it; undefined when it is whole. */
function projectProblem(project: ReturnType<typeof bacons.parse>): string | undefined {
  const objects = Object.entries(project.objects ?? {}) as [
    string,
    { isa: string; [key: string]: unknown },
  ][];
  const ids = new Set(objects.map(([id]) => id));
  const targets = objects.filter(([, { isa }]) => isa === 'PBXNativeTarget').map(([, target]) => target);
  const types = targets.map(({ productType }) => productType).sort();
  if (String(types) !== 'com.apple.product-type.application,com.apple.product-type.driver-extension')
    return `its targets are ${types}`;
  const copy = objects.find(([, { isa }]) => isa === 'PBXCopyFilesBuildPhase')?.[1];
  if (copy?.dstPath !== '$(SYSTEM_EXTENSIONS_FOLDER_PATH)' || String(copy.dstSubfolderSpec) !== '16')
    return 'the dext is not copied into Contents/Library/SystemExtensions';
  for (const [id, object] of objects) {
    for (const [key, value] of Object.entries(object)) {
      for (const one of [value].flat()) {
        if (typeof one === 'string' && /^[0-9A-F]{24}$/.test(one) && !ids.has(one))
          return `${id} ${key}: no ${one}`;
      }
    }
  }
  return ids.has(String(project.rootObject)) ? undefined : 'there is no root object';
}
