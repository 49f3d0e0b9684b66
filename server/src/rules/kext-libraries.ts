/** Rules on OSBundleLibraries as a whole: whether a bundle may, must or need not link against libraries. */
import { parseVersion } from '../iokit/version.ts';
import type { PlistNode } from '../plist/types.ts';
import { addEntryFix, offer, removeEntryFix, replaceValueFix } from './bundle-edits.ts';
import {
  archVariants,
  DEXT_KINDS,
  isTrue,
  isWrittenOut,
  KEXT_KINDS,
  LOADER_KINDS,
  namesExecutable,
  variantsOn64Bit,
} from './bundle-values.ts';
import { USUAL_KPI_VERSION, USUAL_KPIS } from './kext-libraries-table.ts';
import type { Fix, Rule, RuleContext } from './types.ts';

const LOADER = 'apple-oss-distributions/IOKitUser kext.subproj/OSKext.c';

/** The OSBundleLibraries dictionaries with at least one entry that a 64-bit system can read. */
export function libraryDicts(root: PlistNode): { key: PlistNode; value: PlistNode }[] {
  return variantsOn64Bit(root, 'OSBundleLibraries').filter(({ value }) => value.entries.length > 0);
}

/** An entry whose value is the one that is read for its key. */
export interface Library {
  readonly id: string;
  readonly key: PlistNode;
  readonly value: PlistNode;
  readonly dict: PlistNode;
}

/** Entries that have a value; of a key that stands twice the one that is read. */
export function entriesOf(dict: PlistNode): Library[] {
  const found: Library[] = [];
  for (const { key, value } of dict.entries) {
    if (value && dict.get(key.text)?.id === value.id) found.push({ id: key.text, key, value, dict });
  }
  return found;
}

/** The entries that a 64-bit system reads. */
export function librariesOf(root: PlistNode): Library[] {
  return libraryDicts(root).flatMap(({ value }) => entriesOf(value));
}

/** An OSBundleLibraries of one entry, for the examples of rules. */
export function libraryExample(id: string, version: string): string {
  return `<key>OSBundleLibraries</key>\n<dict>\n\t<key>${id}</key>\n\t<string>${version}</string>\n</dict>`;
}

/** A `<dict>` of libraries, as the edit layer wants it: indented by tabs. */
function librariesElement(ids: readonly string[]): string {
  const entries = ids.map((id) => `\t<key>${id}</key>\n\t<string>${USUAL_KPI_VERSION}</string>`);
  return `<dict>\n${entries.join('\n')}\n</dict>`;
}

function usualLibraries({ personalities }: RuleContext): readonly string[] {
  return personalities.length > 0 ? USUAL_KPIS : ['com.apple.kpi.libkern'];
}

function checkMissing(context: RuleContext): void {
  const { root, report } = context;
  if (!namesExecutable(root) || isTrue(root, 'OSKernelResource')) return;
  const variants = archVariants(root, 'OSBundleLibraries');
  if (variants.some(({ value }) => value.kind !== 'dict' || value.entries.length > 0)) return;
  const empty = variants[0];
  const ids = usualLibraries(context);
  report({
    at: empty?.key ?? root.keyNode('CFBundleExecutable') ?? root,
    keyPath: ['OSBundleLibraries'],
    // Whether the build makes a kext of the target is as unknown as the package type that it fills in.
    ...(root.get('CFBundlePackageType')?.string !== 'KEXT' && { severity: 'warning' as const }),
    message: `${empty ? 'OSBundleLibraries is empty' : 'OSBundleLibraries is missing'}, so the kext’s code cannot be linked and the loader refuses it. List each KPI and family that the code uses.`,
    fixes: () =>
      offer(
        empty
          ? replaceValueFix(empty.value, librariesElement(ids), `List ${ids.join(' and ')}`)
          : addEntryFix(
              root,
              'OSBundleLibraries',
              librariesElement(ids),
              `Add OSBundleLibraries with ${ids.join(' and ')}`,
            ),
      ),
  });
}

/** A codeless bundle can be a library that re-exports others: then it has a compatible version. */
function isLibrary(root: PlistNode): boolean {
  return archVariants(root, 'OSBundleCompatibleVersion').some(({ value }) => {
    const text = value.string;
    return text !== undefined && (text.includes('$') || (parseVersion(text)?.value ?? 0) > 0);
  });
}

function checkCodeless({ root, kind, built, report }: RuleContext): void {
  const isDext = DEXT_KINDS.includes(kind);
  if (!isDext) {
    if (namesExecutable(root) || root.get('CFBundleExecutable')) return;
    if (kind !== 'codeless-kext' && !isWrittenOut(root, built)) return;
    if (isLibrary(root) || isTrue(root, 'OSKernelResource') || isTrue(root, 'OSBundleIsInterface')) return;
  }
  for (const { key, value } of archVariants(root, 'OSBundleLibraries')) {
    if (value.kind !== 'dict' || value.entries.length === 0) continue;
    report({
      at: key,
      keyPath: key.path,
      message: isDext
        ? `A dext runs in user space and links against no kernel library: ${key.text} does nothing here. Remove it.`
        : `This kext has no executable, so it links against nothing: ${key.text} does nothing here. Remove it, or add OSBundleCompatibleVersion if other kexts link against this one.`,
      fixes: () =>
        offer(
          removeEntryFix(key, `Remove ${key.text}`),
          isDext
            ? undefined
            : addEntryFix(
                root,
                'OSBundleCompatibleVersion',
                '<string>1.0</string>',
                'Add OSBundleCompatibleVersion',
                false,
              ),
        ),
    });
  }
}

function checkInterface({ root, report }: RuleContext): void {
  if (!isTrue(root, 'OSBundleIsInterface') || isTrue(root, 'OSKernelResource')) return;
  for (const { key, value } of variantsOn64Bit(root, 'OSBundleLibraries')) {
    const count = new Set(value.entries.map((entry) => entry.key.text)).size;
    if (value.kind !== 'dict' || count < 2) continue;
    report({
      at: key,
      message: `OSBundleIsInterface is true, and an interface kext re-exports exactly one library; this one lists ${count}. Keep the library whose symbols it offers.`,
      fixes: () => value.entries.flatMap((kept) => keepOnly(value, kept.key)),
    });
  }
}

/** Removes all libraries but one: a choice, so none is preferred. */
function keepOnly(dict: PlistNode, kept: PlistNode): Fix[] {
  const others = dict.entries.filter(({ key }) => key.text !== kept.text);
  const edits = others.flatMap(({ key }) => removeEntryFix(key, '').edits);
  return offer({ title: `Keep only ${kept.text}`, edits });
}

export const kextLibrariesRules: readonly Rule[] = [
  {
    id: 'kext/libraries-missing',
    severity: 'error',
    title: 'Code without OSBundleLibraries',
    what: 'A kext that names an executable and has no `OSBundleLibraries`, or an empty one.',
    why: 'Kernel code is linked against the libraries listed there and nothing else. The loader holds a kext with code and without the list for invalid.',
    how: 'List each KPI (`com.apple.kpi.*`) and family (`com.apple.iokit.*`) that the code uses, with the version of it that you need. `kextlibs` prints the list for a built kext.',
    source: [`${LOADER}:13162-13191`],
    kinds: ['kext'],
    facts: [
      'oskext:kOSKextDiagnosticMissingPropertyKey#OSBundleLibraries',
      'oskext:kOSKextDiagnosticPropertyIsIllegalValueKey#OSBundleLibraries',
    ],
    examples: {
      invalid: '<key>CFBundleExecutable</key>\n<string>Lamp</string>\n<key>OSBundleLibraries</key>\n<dict/>',
      valid:
        '<key>CFBundleExecutable</key>\n<string>Lamp</string>\n<key>OSBundleLibraries</key>\n<dict>\n\t<key>com.apple.kpi.libkern</key>\n\t<string>8.0.0</string>\n</dict>',
    },
    check: checkMissing,
  },
  {
    id: 'kext/libraries-without-code',
    severity: 'warning',
    title: 'OSBundleLibraries without kernel code',
    what: 'A codeless kext that is no library, or a dext, that lists `OSBundleLibraries`.',
    why: 'Only kernel code is linked against these libraries. Without any the list has no effect, and the loader warns about it; often it is left over from a kext with code.',
    how: 'Remove `OSBundleLibraries`. A codeless kext that other kexts link against says so by `OSBundleCompatibleVersion`.',
    source: [`${LOADER}:13200-13203`],
    kinds: LOADER_KINDS,
    facts: ['oskext:kOSKextDiagnosticCodelessWithLibrariesKey', 'trap:5'],
    examples: {
      invalid:
        '<key>CFBundlePackageType</key>\n<string>DEXT</string>\n<key>OSBundleLibraries</key>\n<dict>\n\t<key>com.apple.kpi.iokit</key>\n\t<string>8.0.0</string>\n</dict>',
      valid: '<key>CFBundlePackageType</key>\n<string>DEXT</string>',
    },
    check: checkCodeless,
  },
  {
    id: 'kext/interface-libraries',
    severity: 'error',
    title: 'Interface kext with several libraries',
    what: 'A kext with `OSBundleIsInterface` true that lists more than one library.',
    why: 'An interface kext only passes on symbols of one other kext. The loader refuses to resolve one that depends on more.',
    how: 'Keep one library, or drop `OSBundleIsInterface` if the kext has code of its own.',
    source: [`${LOADER}:8033-8044`],
    kinds: KEXT_KINDS,
    facts: ['oskext:kOSKextDiagnosticsInterfaceDependencyCount'],
    examples: {
      invalid:
        '<key>OSBundleIsInterface</key>\n<true/>\n<key>OSBundleLibraries</key>\n<dict>\n\t<key>com.apple.kpi.bsd</key>\n\t<string>8.0.0</string>\n\t<key>com.apple.kpi.mach</key>\n\t<string>8.0.0</string>\n</dict>',
      valid:
        '<key>OSBundleIsInterface</key>\n<true/>\n<key>OSBundleLibraries</key>\n<dict>\n\t<key>com.apple.kpi.bsd</key>\n\t<string>8.0.0</string>\n</dict>',
    },
    check: checkInterface,
  },
];
