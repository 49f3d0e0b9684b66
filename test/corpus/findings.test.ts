/**
 * What the rules say of real projects. Each finding of severity `error` is judged in `judged.json`, by file and
 * rule: a new one fails, and one that is gone too. The known faults of the corpus must be found. Most of these files
 * ship in products that work, so the counts printed here also show how loud the rest is.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { decodeBytes, detectFormat } from '../../server/src/plist/decode.ts';
import type { PlistNode } from '../../server/src/plist/types.ts';
import { lint } from '../../server/src/rules/lint.ts';
import type { Finding } from '../../server/src/rules/types.ts';
import { openDocument } from '../../server/src/workspace/document.ts';
import judgements from './judged.json' with { type: 'json' };

const CORPUS = join(import.meta.dirname, '../..', '../shared/corpus');
const ABSENT = 'needs ../shared/corpus, not here';
const present = existsSync(join(CORPUS, 'index.json'));

const judged: { readonly [place: string]: string } = judgements;

interface Row {
  readonly id: string;
  readonly file: string;
  readonly category: string;
}

interface Linted {
  readonly row: Row;
  readonly findings: readonly Finding[];
  /** Key occurrences in the file. */
  readonly keys: number;
}

/** XML property lists of the three kinds of project, as far as they lie here. */
function lintAll(): Linted[] {
  const rows = JSON.parse(readFileSync(join(CORPUS, 'index.json'), 'utf8')) as Row[];
  const linted: Linted[] = [];
  for (const row of rows) {
    const path = join(CORPUS, row.file);
    if (!['dext', 'kext', 'sysext'].includes(row.category) || !existsSync(path)) continue;
    const bytes = readFileSync(path);
    if (!/\.(plist|entitlements)|plist\.|entitlements\./.test(row.file) || detectFormat(bytes) !== 'xml')
      continue;
    const document = openDocument(`file:///corpus/${row.file}`, decodeBytes(bytes).text);
    const { findings } = lint(document, {
      onRuleError: (rule, error) => {
        throw new Error(`${rule} threw on ${row.id}`, { cause: error });
      },
    });
    linted.push({ row, findings, keys: countKeys(document.tree.root) });
  }
  return linted;
}

function countKeys(root: PlistNode | undefined): number {
  let count = 0;
  const stack = root ? [root] : [];
  for (let node = stack.pop(); node; node = stack.pop()) {
    stack.push(...node.items);
    for (const { value } of node.entries) {
      count++;
      if (value) stack.push(value);
    }
  }
  return count;
}

const all = present ? lintAll() : [];
const byId = new Map(all.map((linted) => [linted.row.id, linted]));

/** Findings that say that a key is not known. */
const UNKNOWN_KEY =
  /^(schema\/unknown-key|bundle\/(misspelt-key|key-case)|\w+\/(invented-key|usb-unknown-key))$/;

describe('findings on real projects', { skip: present ? false : ABSENT }, () => {
  test('each error is judged, and each judgement still has its error', (t) => {
    const counts = new Map<string, number>();
    const errors = new Set<string>();
    for (const { row, findings } of all) {
      for (const { rule, severity } of findings) {
        const line = `${severity} ${rule}`;
        counts.set(line, (counts.get(line) ?? 0) + 1);
        if (severity === 'error') errors.add(`${row.id} ${rule}`);
      }
    }
    t.diagnostic(`${all.length} files`);
    for (const [line, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
      t.diagnostic(`${count} ${line}`);
    assert.ok(all.length > 500, `only ${all.length} files`);
    assert.deepEqual(
      [...errors].filter((place) => !judged[place]),
      [],
      'judge these in test/corpus/judged.json, or correct the rule',
    );
    assert.deepEqual(
      Object.keys(judged).filter((place) => byId.has(place.split(' ')[0]!) && !errors.has(place)),
      [],
      'take these out of test/corpus/judged.json',
    );
  });

  test('no judgement calls an error unjust', () => {
    const unjust = Object.entries(judged).filter(([, why]) => !/^true: .{20,}/.test(why));
    assert.deepEqual(unjust, []);
  });

  test('of a hundred keys at most three are called unknown', (t) => {
    const keys = all.reduce((sum, linted) => sum + linted.keys, 0);
    const unknown = all.reduce(
      (sum, { findings }) => sum + findings.filter(({ rule }) => UNKNOWN_KEY.test(rule)).length,
      0,
    );
    t.diagnostic(`${unknown} of ${keys} keys`);
    assert.ok(unknown <= keys * 0.03, `${unknown} of ${keys}`);
  });
});

/** Which rule finds the faults of each group of `broken.json`; a word where the group is no fault. */
const FOUND_BY: { readonly [group: string]: RegExp | string } = {
  'dext-IOClass-not-a-kernel-IOUser-class': /^dext\/unknown-kernel-class$/,
  'dext-no-OSBundleUsageDescription': 'the build settings of these projects add the key',
  'dext-package-type': /^dext\/package-type$/,
  'dext-personality-missing-IOUserServerName': /^dext\/missing-server-name$/,
  'duplicate-key': /^bundle\/duplicate-key$/,
  'entitlement-key-in-info-plist': /^bundle\/entitlement-in-info-plist$/,
  'entitlement-type': /^(entitlements\/(usb-transport-type|pci-transport-boolean|value-type)|schema\/type)$/,
  'entitlement-unknown-driverkit-key': 'Apple’s own driver has the key: it is known, if not public',
  'entitlement-usb-wildcard-string ("*")': 'legal: the development variant of the entitlement',
  'mixes-com.apple.kernel-and-kpi': /^kext\/library-kernel-component$/,
  'pci-match-syntax': /^match\/pci-(text|class|swapped)$/,
  'personality-key-near-miss': 'private keys of these drivers, commented out by # or different on purpose',
  'personality-missing-CFBundleIdentifier': /^kext\/personality-bundle-identifier$/,
  'personality-missing-IOProviderClass': /^dext\/missing-provider-class$/,
  'personality-type': /^(kext\/probe-score-type|schema\/type|match\/\w+-type|kext\/property-type)$/,
  'plistlib-sniffing-only (starts without <?xml or <plist; parses when XML is forced)':
    'no fault: CoreFoundation reads them',
  'usb-interface-keys-on-device-provider': /^match\/usb-(ignored-key|combination)$/,
  'usb-value-range': /^match\/usb-value-range$/,
  'usb-wildcard-string (legal: "*")': 'legal',
  'value-with-whitespace': 'legal: the kernel skips blanks between and behind the numbers',
  'parse-error': /^syntax\//,
};

/** Single entries of a group that are no fault, or no property list of ours. */
const NO_FAULT: { readonly [place: string]: string } = {
  'pci-match-syntax K1060': 'a number without 0x: the kernel reads base 16 anyway',
};

describe('known faults are found', { skip: present ? false : ABSENT }, () => {
  const broken = present
    ? (JSON.parse(readFileSync(join(CORPUS, 'broken.json'), 'utf8')) as {
        readonly [group: string]: readonly { readonly id: string }[];
      })
    : {};
  for (const [group, faults] of Object.entries(broken)) {
    test(group, (t) => {
      const by = FOUND_BY[group];
      assert.ok(by, `say in FOUND_BY by which rule the faults of ${group} are found`);
      if (typeof by === 'string') return t.diagnostic(by);
      const lacking = faults.filter(({ id }) => {
        const linted = byId.get(id);
        if (!linted || NO_FAULT[`${group} ${id}`]) return false;
        return !linted.findings.some(({ rule }) => by.test(rule));
      });
      assert.deepEqual(
        lacking.map(({ id }) => id),
        [],
      );
    });
  }
});
