/** The rule on what a template left to be filled in. */
import type { PlistNode } from '../plist/types.ts';
import { BUNDLE_KINDS } from '../workspace/types.ts';
import { isFilledIn, quoted } from './bundle-values.ts';
import type { Rule, RuleContext } from './types.ts';

/** Words that only templates and instructions write. */
const PLACEHOLDER =
  /\b(com\.(your|my)-?(company|domain|name|org|team)\b|com\.yourcompany|your[-_.]?(team|company|bundle|app|domain|org)[-_.]?(id|name|identifier|prefix)?\b|team[-_]?id(?=\.)|X{10}\b|replace[-_]?me\b|change[-_]?me\b|insert[-_ ]?your\b|fixme\b)/i;

function checkPlaceholder({ root, report }: RuleContext): void {
  const stack: PlistNode[] = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    for (const item of node.items) stack.push(item);
    for (const { value } of node.entries) if (value) stack.push(value);
    const text = node.string;
    if (text === undefined || text.length > 200 || / .* .* /.test(text) || isFilledIn(text)) continue;
    const found = PLACEHOLDER.exec(text);
    if (!found) continue;
    report({
      at: node,
      message: `${quoted(text)} still holds ${quoted(found[0])} of a template. Write your own, unless a script of yours replaces it.`,
    });
  }
}

export const bundlePlaceholderRules: readonly Rule[] = [
  {
    id: 'bundle/placeholder',
    severity: 'warning',
    title: 'Left over from a template',
    what: 'A value with a word such as `com.yourcompany`, `TEAMID.`, `XXXXXXXXXX` or `changeme`.',
    why: 'It was to be filled in. As an identifier, a team or a server it names nothing of yours.',
    how: 'Write your own value, or a build variable such as `$(PRODUCT_BUNDLE_IDENTIFIER)` or `$(TeamIdentifierPrefix)`.',
    source: ['schemas/ of this project; the values are those of templates and instructions in use'],
    kinds: BUNDLE_KINDS.filter((kind) => kind !== 'plist'),
    examples: {
      invalid: '<key>CFBundleIdentifier</key>\n<string>com.yourcompany.driver.Lamp</string>',
      valid: '<key>CFBundleIdentifier</key>\n<string>com.example.driver.Lamp</string>',
    },
    check: checkPlaceholder,
  },
];
