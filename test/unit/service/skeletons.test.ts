import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lint } from '../../../server/src/rules/lint.ts';
import { PLAIN_ABILITIES } from '../../../server/src/service/abilities.ts';
import { openDocument } from '../../../server/src/workspace/document.ts';
import { completeAt } from './marked.ts';

const KINDS = {
  dext: 'dext',
  'codeless dext': 'codeless-dext',
  kext: 'kext',
  'codeless kext': 'codeless-kext',
  entitlements: 'entitlements',
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
