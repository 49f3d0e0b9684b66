/** What the rules about our own comments say of themselves. */
import { BUNDLE_KINDS } from '../workspace/types.ts';
import type { Rule } from './types.ts';

export const controlRules: readonly Rule[] = [
  {
    id: 'control/unused-suppression',
    severity: 'hint',
    title: 'Unused suppression comment',
    what: 'A `driver-plist-disable` comment that hides no finding.',
    why: 'A comment that hides nothing today may hide a real fault tomorrow.',
    how: 'Remove the comment.',
    source: ['docs/control.md of this project'],
    kinds: [...BUNDLE_KINDS],
    examples: {
      invalid:
        '<!-- driver-plist-disable-next-line schema/type -->\n<key>CFBundleName</key>\n<string>Lamp</string>',
      valid: '<key>CFBundleName</key>\n<string>Lamp</string>',
    },
  },
  {
    id: 'control/unknown-rule',
    severity: 'warning',
    title: 'Unknown rule in a suppression comment',
    what: 'A `driver-plist-disable` comment that names a rule which does not exist.',
    why: 'The comment hides nothing, though it reads as if it did.',
    how: 'Correct the id, or remove it.',
    source: ['docs/control.md of this project'],
    kinds: [...BUNDLE_KINDS],
    examples: {
      invalid: '<!-- driver-plist-disable schema/typ -->',
      valid: '<!-- driver-plist-disable schema/type -->',
    },
  },
  {
    id: 'control/unknown-kind',
    severity: 'warning',
    title: 'Unknown kind in a driver-plist-kind comment',
    what: 'A `driver-plist-kind` comment that names no kind of bundle.',
    why: 'The comment chooses nothing; the kind is detected as if it were not there.',
    how: `Write one of: ${BUNDLE_KINDS.join(', ')}.`,
    source: ['docs/control.md of this project'],
    kinds: [...BUNDLE_KINDS],
    examples: {
      invalid: '<!-- driver-plist-kind: driver -->',
      valid: '<!-- driver-plist-kind: dext -->',
    },
  },
];
