/** Rules on the Info.plist of an app that carries extensions. */
import { offer, removeEntryFix, setTextFix } from './bundle-edits.ts';
import { isFilledIn, quoted } from './bundle-values.ts';
import type { Rule, RuleContext } from './types.ts';

function checkUsage({ root, report }: RuleContext): void {
  for (const key of ['NSSystemExtensionUsageDescription', 'OSBundleUsageDescription']) {
    const node = root.keyNode(key);
    if (!node) continue;
    report({
      at: node,
      message: `${key} is read from the ${key.startsWith('OS') ? 'driver’s' : 'extension’s'} own Info.plist. In the app nothing reads it: make sure that the text stands there too.`,
      fixes: () => offer(removeEntryFix(node, `Remove ${key}`, false)),
    });
  }
}

function checkName({ root, report }: RuleContext): void {
  for (const key of ['CFBundleName', 'CFBundleExecutable']) {
    const node = root.get(key);
    const text = node?.string;
    if (!node || text === undefined || isFilledIn(text) || !/[[\]]/.test(text)) continue;
    const without = text.replace(/[[\]]/g, '').trim();
    report({
      at: node,
      message: `With square brackets in its name ${quoted(text)} the App Store refuses an app that carries a system extension: “resides in an unexpected location”. Leave them out.`,
      fixes: () => (without === '' ? [] : offer(setTextFix(node, without, `Change to ${without}`))),
    });
  }
}

const USAGE =
  'https://developer.apple.com/documentation/systemextensions/nssystemextensionusagedescriptionkey';

export const appRules: readonly Rule[] = [
  {
    id: 'app/usage-description',
    severity: 'information',
    title: 'Usage description of the extension in the app',
    what: '`NSSystemExtensionUsageDescription` or `OSBundleUsageDescription` in an app.',
    why: 'The system shows the text of the extension’s own Info.plist when it asks the user. One that stands in the app alone is not shown, and activation fails.',
    how: 'Write the text into the Info.plist of the extension.',
    source: [USAGE, 'https://developer.apple.com/documentation/systemextensions/osbundleusagedescriptionkey'],
    kinds: ['app'],
    examples: {
      invalid:
        '<key>CFBundlePackageType</key>\n<string>APPL</string>\n<key>OSBundleUsageDescription</key>\n<string>Lets your Mac use the Example lamp.</string>',
      valid: '<key>CFBundlePackageType</key>\n<string>APPL</string>',
    },
    check: checkUsage,
  },
  {
    id: 'app/name-brackets',
    severity: 'warning',
    title: 'Square brackets in the name of an app',
    what: 'A `[` or `]` in `CFBundleName` or `CFBundleExecutable` of an app.',
    why: 'The validation of the App Store takes the name for a pattern and does not find the system extension inside.',
    how: 'Leave the brackets out.',
    source: ['https://developer.apple.com/forums/tags/systemextensions'],
    kinds: ['app'],
    examples: {
      invalid: '<key>CFBundleName</key>\n<string>Lamp [beta]</string>',
      valid: '<key>CFBundleName</key>\n<string>Lamp beta</string>',
    },
    check: checkName,
  },
];
