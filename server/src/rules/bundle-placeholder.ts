/** Rules on what a template or a build left to be filled in. */
import type { PlistNode } from '../plist/types.ts';
import { pathOf } from '../workspace/document.ts';
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

/** A bundle inside an app is a product, whatever its file holds. */
const IN_AN_APP = /\.app\/Contents\/.+\.(dext|kext|systemextension)\/(Contents\/)?Info\.plist$/i;
const VARIABLE = /\$\([A-Za-z_][^)]*\)|\$\{[A-Za-z_][^}]*\}/;

function checkUnexpanded({ root, document, report }: RuleContext): void {
  if (!IN_AN_APP.test(pathOf(document.uri))) return;
  const stack: PlistNode[] = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    for (const item of node.items) stack.push(item);
    for (const { value } of node.entries) if (value) stack.push(value);
    const variable = VARIABLE.exec(node.string ?? '')?.[0];
    if (variable === undefined) continue;
    report({
      at: node,
      message: `This bundle lies inside an app, so it is built, and ${variable} was not filled in: the system takes these very letters for the value. Let the target process the file (INFOPLIST_FILE), or have your script write the value.`,
    });
  }
}

export const bundlePlaceholderRules: readonly Rule[] = [
  {
    id: 'bundle/unexpanded-variable',
    severity: 'warning',
    title: 'Build variable in a built bundle',
    what: 'A `$(VARIABLE)` in the Info.plist of a dext, kext or system extension inside an app.',
    why: 'Only the build knows build variables. The system reads the Info.plist of a product as it stands, and no bundle id, version or type begins with `$(`.',
    how: 'Let the target process the Info.plist, or have the script that copies it write the value.',
    source: ['apple-oss-distributions/IOKitUser kext.subproj/OSKext.c'],
    kinds: BUNDLE_KINDS.filter((kind) => kind !== 'plist' && kind !== 'entitlements'),
    examples: {
      invalid:
        '<!-- Lamp.app/Contents/…/com.example.lamp.dext/Info.plist -->\n<key>CFBundleVersion</key>\n<string>$(CURRENT_PROJECT_VERSION)</string>',
      valid:
        '<!-- Lamp.app/Contents/…/com.example.lamp.dext/Info.plist -->\n<key>CFBundleVersion</key>\n<string>7</string>',
    },
    check: checkUnexpanded,
  },
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
