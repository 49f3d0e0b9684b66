import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FAMILIES } from '../../../server/src/convert/families.ts';
import { lint } from '../../../server/src/rules/lint.ts';
import { PLAIN_ABILITIES } from '../../../server/src/service/abilities.ts';
import { openDocument } from '../../../server/src/workspace/document.ts';
import type { BundleKind } from '../../../server/src/workspace/types.ts';
import { completeAt } from './marked.ts';

const KINDS = {
  dext: 'dext',
  'codeless dext': 'codeless-dext',
  kext: 'kext',
  'codeless kext': 'codeless-kext',
  'network extension': 'network-extension',
  'endpoint-security extension': 'endpoint-security',
  'camera extension': 'camera-extension',
  entitlements: 'entitlements',
  'app entitlements': 'entitlements',
  plist: 'plist',
} as const;

describe('a skeleton as it stands', () => {
  for (const [label, kind] of Object.entries(KINDS)) {
    test(`${label}: of its kind, without error or warning`, () => {
      const text = completeAt('|', PLAIN_ABILITIES).accepted(label);
      const document = openDocument('file:///w/Lamp/Info.plist', text);
      assert.equal(document.kind.kind, kind);
      const grave = lint(document).findings.filter(
        ({ severity }) => severity === 'error' || severity === 'warning',
      );
      assert.deepEqual(
        grave.map(({ rule, message }) => `${rule}: ${message}`),
        [],
      );
    });
  }
});

describe('a personality of each family', () => {
  const SKELETON_OF = { dext: 'dext', 'codeless-dext': 'codeless dext', kext: 'kext' } as const;
  const emptied = (kind: keyof typeof SKELETON_OF): string =>
    completeAt('|', PLAIN_ABILITIES)
      .accepted(SKELETON_OF[kind])
      .replace(/(<key>IOKitPersonalities<\/key>\n\t<dict>\n)[\s\S]*?\n(\t<\/dict>)/, '$1\t\t|\n$2');
  const offered = (text: string, kind?: BundleKind): string[] =>
    completeAt(text, undefined, kind).labels.filter((label) => label !== 'key');

  test('there is one for each family of the table', () => {
    assert.deepEqual(new Set(offered(emptied('dext'), 'dext')), new Set(FAMILIES.map(({ title }) => title)));
    assert.ok(offered(emptied('codeless-dext'), 'codeless-dext').includes('USB HID device (complete)'));
    assert.ok(!offered(emptied('codeless-dext'), 'codeless-dext').includes('Audio device'));
    assert.ok(offered(emptied('kext'), 'kext').includes('PCI / Thunderbolt device'));
    assert.deepEqual(offered(emptied('kext'), 'codeless-kext'), ['USB device', 'USB interface']);
  });
  for (const kind of ['dext', 'codeless-dext', 'kext'] as const) {
    const text = emptied(kind);
    for (const label of offered(text, kind)) {
      test(`${kind}, ${label}: no error, no warning`, () => {
        const after = completeAt(text, PLAIN_ABILITIES, kind).accepted(label);
        const document = openDocument('file:///w/Lamp/Info.plist', after, 1, { kind });
        assert.deepEqual(document.tree.errors, []);
        const grave = lint(document).findings.filter(
          ({ severity }) => severity === 'error' || severity === 'warning',
        );
        assert.deepEqual(
          grave.map(({ rule, message }) => `${rule}: ${message}`),
          [],
        );
        const keys = document.tree.root?.get('IOKitPersonalities')?.entries[0]?.value?.entries ?? [];
        const names = keys.map(({ key }) => key.text);
        assert.deepEqual(names, [...names].sort());
      });
    }
  }
  test('under the name that is typed already, and under a free one', () => {
    const typed = emptied('dext').replace('|', '<key>Lamp</key>\n\t\t|');
    const after = completeAt(typed, undefined, 'dext').accepted('PCI / Thunderbolt device');
    assert.match(after, /<key>Lamp<\/key>\n\t\t<dict>\n\t\t\t<key>CFBundleIdentifier<\/key>/);
    const beside = emptied('dext').replace('|', '<key>MyDriver</key>\n\t\t<dict/>\n\t\t|');
    const text = completeAt(beside, undefined, 'dext').accepted(
      'Software-only driver (null driver, virtual device)',
    );
    assert.match(text, /<key>MyDriver2\|<\/key>\n\t\t<dict>\n/);
    assert.match(text, /<string>MyDriver2\|?UserClient<\/string>/);
    assert.match(text, /<string>\$\(PRODUCT_BUNDLE_IDENTIFIER\)<\/string>/);
  });
  test('by a word of it', () => {
    const item = completeAt(emptied('dext').replace('|', '<key>USB|'), undefined, 'dext').item(
      'USB interface',
    );
    assert.equal(item.filterText, '<key>USB interface');
  });
});
