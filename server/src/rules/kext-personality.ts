/** Rules on the personalities of kexts: which bundle holds the class, and who else may match. */
import { distance } from '../plist/nearest.ts';
import type { PlistNode } from '../plist/types.ts';
import { addEntryFix, offer, setTextFix } from './bundle-edits.ts';
import { bundleIdentifier, KEXT_KINDS, knownString, namesExecutable, quoted } from './bundle-values.ts';
import type { Rule, RuleContext } from './types.ts';

const LOADER = 'apple-oss-distributions/IOKitUser kext.subproj/OSKext.c';

/** Where to point for a personality: its name. */
function nameOf(personality: PlistNode): PlistNode {
  return personality.key ?? personality;
}

function checkBundleIdentifier({ root, kind, personalities, report }: RuleContext): void {
  const own = bundleIdentifier(root);
  const hasCode = kind === 'kext' && namesExecutable(root);
  const codeless = kind === 'codeless-kext';
  for (const { name, node, isDext } of personalities) {
    if (isDext) continue;
    const value = node.get('CFBundleIdentifier');
    if (!value) {
      report({
        at: nameOf(node),
        keyPath: [...node.path, 'CFBundleIdentifier'],
        severity: codeless ? 'warning' : 'hint',
        message: codeless
          ? `The personality ${quoted(name)} does not say in which kext its IOClass is: the loader fills in this one, which has no code. Add CFBundleIdentifier with the id of the kext that has the class.`
          : `The personality ${quoted(name)} has no CFBundleIdentifier. The loader fills in the id of this kext; write it down to be clear.`,
        fixes: () =>
          codeless
            ? []
            : offer(addEntryFix(node, 'CFBundleIdentifier', ownIdentifier(root), 'Add CFBundleIdentifier')),
      });
      continue;
    }
    const text = knownString(value)?.trim();
    if (text === undefined || text === '' || own === undefined) continue;
    if (codeless && text === own) {
      report({
        at: value,
        severity: 'warning',
        message: `The personality ${quoted(name)} looks for its IOClass in this kext, which has no code. Name the kext that has the class.`,
      });
    }
    if (!hasCode || text === own) continue;
    if (!isSlipOf(text, own)) {
      if (text.startsWith('com.apple.') || /\s/.test(text)) continue;
      report({
        at: value,
        severity: 'hint',
        message: `The personality ${quoted(name)} looks for its IOClass in another kext, ${quoted(text)}, and the loader notes it. That is right only if the class is there: this kext is ${quoted(own)}.`,
        fixes: () => offer(setTextFix(value, own, `Set to ${own}`, false)),
      });
      continue;
    }
    report({
      at: value,
      severity: 'warning',
      message: `The personality ${quoted(name)} looks for its IOClass in ${quoted(text)}, but this kext is ${quoted(own)}. Its code is not loaded if that is a slip.`,
      fixes: () => offer(setTextFix(value, own, `Set to ${own}`)),
    });
  }
}

/** The id as the file itself writes it, build variables included. */
function ownIdentifier(root: PlistNode): string {
  const node = root.get('CFBundleIdentifier');
  if (node?.kind !== 'string') return '<string>$(PRODUCT_BUNDLE_IDENTIFIER)</string>';
  return node.tree.text.slice(node.start, node.end);
}

/** Another id that is nearly this one: its case, a letter too many or too few, two swapped. Siblings differ by one replaced. */
function isSlipOf(text: string, own: string): boolean {
  if (text.toLowerCase() === own.toLowerCase()) return true;
  if (text.replace(/\D/g, '') !== own.replace(/\D/g, '') || distance(text, own, 1) > 1) return false;
  return text.length !== own.length || [...text].sort().join('') === [...own].sort().join('');
}

function checkResources({ personalities, report }: RuleContext): void {
  for (const { name, node, providerClass, isDext } of personalities) {
    if (providerClass !== 'IOResources' || isDext) continue;
    const category = node.get('IOMatchCategory');
    const ioClass = node.get('IOClass');
    const className = knownString(ioClass);
    if (!category) {
      report({
        at: node.get('IOProviderClass')!,
        severity: 'warning',
        message: `The personality ${quoted(name)} matches IOResources without an IOMatchCategory. In the default category only one driver of the whole system attaches there: add IOMatchCategory with the name of the class.`,
        fixes: () =>
          offer(
            ioClass?.kind === 'string'
              ? addEntryFix(
                  node,
                  'IOMatchCategory',
                  node.tree.text.slice(ioClass.start, ioClass.end),
                  `Add IOMatchCategory ${ioClass.text}`,
                )
              : undefined,
          ),
      });
      continue;
    }
    const text = knownString(category);
    if (text === undefined || className === undefined || text === className) continue;
    report({
      at: category,
      severity: 'information',
      message: `On IOResources the loader expects IOMatchCategory to equal IOClass (${className}), so that no other driver shares the category by accident; this is ${quoted(text)}.`,
      fixes: () => offer(setTextFix(category, className, `Set to ${className}`, false)),
    });
  }
}

const personality = (body: string) =>
  `<key>Lamp</key>\n<dict>\n${body
    .split('\n')
    .map((line) => `\t${line}`)
    .join('\n')}\n</dict>`;

export const kextPersonalityRules: readonly Rule[] = [
  {
    id: 'kext/personality-bundle-identifier',
    severity: 'warning',
    title: 'Personality that names no bundle with code',
    what: 'A personality of a codeless kext without `CFBundleIdentifier`, or with the id of the codeless kext itself; a personality whose id is a slip away from the kext’s own. In a kext with code a missing id, or that of another kext, is a hint.',
    why: 'The kernel loads the bundle that `CFBundleIdentifier` names to get the class `IOClass`. The loader fills in the kext’s own id where there is none, and a codeless kext has no class.',
    how: 'Name the bundle that has the class: `com.apple.driver.AppleUSBHostMergeProperties` for `AppleUSBHostMergeProperties`, the kext’s own id for its own classes.',
    source: [`${LOADER}:12779-12832`],
    kinds: KEXT_KINDS,
    facts: [
      'oskext:kOSKextDiagnosticPersonalityHasNoBundleIdentifierKey',
      'oskext:kOSKextDiagnosticPersonalityHasDifferentBundleIdentifierKey',
      'oskext:kOSKextDiagnosticPersonalityNamesKextWithNoExecutableKey',
    ],
    examples: {
      invalid: personality(
        '<key>IOClass</key>\n<string>AppleUSBHostMergeProperties</string>\n<key>IOProviderClass</key>\n<string>IOUSBHostDevice</string>',
      ),
      valid: personality(
        '<key>CFBundleIdentifier</key>\n<string>com.apple.driver.AppleUSBHostMergeProperties</string>\n<key>IOClass</key>\n<string>AppleUSBHostMergeProperties</string>\n<key>IOProviderClass</key>\n<string>IOUSBHostDevice</string>',
      ),
    },
    check: checkBundleIdentifier,
  },
  {
    id: 'kext/resources-category',
    severity: 'warning',
    title: 'IOResources without its own match category',
    what: 'A kext personality on `IOResources` without `IOMatchCategory`; as information, one whose category is not its `IOClass`.',
    why: 'In each category one driver wins a nub, and all drivers without a category share the default one. The loader’s message speaks of a missing category too, but it looks only at one that differs.',
    how: 'Add `IOMatchCategory` with the name of the class.',
    source: [`${LOADER}:12899-12924`, 'apple-oss-distributions/xnu iokit/Kernel/IOService.cpp:3940-3957'],
    kinds: KEXT_KINDS,
    facts: ['oskext:kOSKextDiagnosticNonuniqueIOResourcesMatchKey', 'trap:8'],
    examples: {
      invalid: personality(
        '<key>IOClass</key>\n<string>LampMonitor</string>\n<key>IOProviderClass</key>\n<string>IOResources</string>',
      ),
      valid: personality(
        '<key>IOClass</key>\n<string>LampMonitor</string>\n<key>IOMatchCategory</key>\n<string>LampMonitor</string>\n<key>IOProviderClass</key>\n<string>IOResources</string>',
      ),
    },
    check: checkResources,
  },
];
