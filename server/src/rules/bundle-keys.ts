/** Rules on keys of any dictionary: twice there, misspelt, in another case, on the wrong level. */
import { distance } from '../plist/nearest.ts';
import type { Entry, PlistNode } from '../plist/types.ts';
import { BUNDLE_KINDS, type BundleKind } from '../workspace/types.ts';
import { moveEntryFix, offer, removeEntryFix, renameKeyFix } from './bundle-edits.ts';
import { INFO_KINDS, KEXT_KINDS, quoted, splitArch } from './bundle-values.ts';
import type { Rule, RuleContext } from './types.ts';

const ALL_OURS: readonly BundleKind[] = BUNDLE_KINDS.filter((kind) => kind !== 'plist');

function* dictsOf(root: PlistNode): Generator<PlistNode> {
  const stack: PlistNode[] = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.kind === 'dict') yield node;
    for (const item of node.items) stack.push(item);
    for (const { value } of node.entries) if (value) stack.push(value);
  }
}

function checkDuplicates({ root, document, report }: RuleContext): void {
  for (const dict of dictsOf(root)) {
    const seen = new Map<string, Entry[]>();
    for (const entry of dict.entries) {
      if (!entry.value) continue;
      const same = seen.get(entry.key.text);
      if (same) same.push(entry);
      else seen.set(entry.key.text, [entry]);
    }
    for (const [name, entries] of seen) {
      if (entries.length > 1) reportDuplicate(dict, name, entries, document.uri, report);
    }
  }
}

function reportDuplicate(
  dict: PlistNode,
  name: string,
  entries: readonly Entry[],
  uri: string,
  report: RuleContext['report'],
): void {
  const readId = dict.get(name)?.id;
  const read = entries.find(({ value }) => value?.id === readId) ?? entries[entries.length - 1]!;
  for (const entry of entries) {
    if (entry === read) continue;
    const alike = sourceOf(entry.value) === sourceOf(read.value);
    report({
      at: entry.key,
      message: `The key ${quoted(name)} stands twice in this dictionary. ${
        alike
          ? 'Both have the same value: remove one.'
          : `Apple’s loader keeps the ${read.key.start > entry.key.start ? 'later' : 'earlier'} value and drops this one: remove one, or give it another name.`
      }`,
      related: [{ uri, range: { start: read.key.start, end: read.key.end }, message: 'this one is read' }],
      fixes: () => {
        if (alike) return offer(removeEntryFix(entry.key, `Remove this ${name}`));
        const isPersonality =
          dict.key !== undefined && splitArch(dict.key.text).base === 'IOKitPersonalities';
        const free = isPersonality ? freeName(dict, name) : undefined;
        return offer(
          free === undefined ? undefined : renameKeyFix(entry.key, free),
          removeEntryFix(entry.key, `Remove this ${name}`, free === undefined),
          removeEntryFix(read.key, `Keep this ${name}, remove the other`, false),
        );
      },
    });
  }
}

/** `Lamp 2`, or the first number that no personality of this dictionary has. */
function freeName(dict: PlistNode, name: string): string {
  for (let number = 2; ; number++) {
    if (!dict.keyNode(`${name} ${number}`)) return `${name} ${number}`;
  }
}

function sourceOf(node: PlistNode | undefined): string {
  return node ? node.tree.text.slice(node.start, node.end) : '';
}

/** The keys that the schemas name for a dictionary, deprecated and known-wrong ones left out. */
function knownKeys({ evaluation }: RuleContext, dict: PlistNode): Set<string> {
  return new Set(evaluation.keysFor(dict).map(({ key }) => key));
}

function isKnown(context: RuleContext, dict: PlistNode, key: string): boolean {
  return context.evaluation.schemasForKey(dict, key).length > 0;
}

function checkCase(context: RuleContext): void {
  for (const dict of dictsOf(context.root)) {
    const known = knownKeys(context, dict);
    if (known.size === 0) continue;
    const byLower = new Map([...known].map((key) => [key.toLowerCase(), key]));
    for (const { key } of dict.entries) {
      const name = key.text;
      const right = byLower.get(name.toLowerCase());
      if (right === undefined || right === name || known.has(name) || isFlaggedKey(context, key)) continue;
      if (isOneWord(right)) continue;
      const twin = dict.keyNode(right) !== undefined;
      context.report({
        at: key,
        message: twin
          ? `${name} and ${right} stand in one dictionary and differ in their case only. The system reads ${right}: remove the other.`
          : `Keys are compared with their case: ${name} is not ${right}, and nothing reads it. Write ${right}.`,
        fixes: () => offer(twin ? removeEntryFix(key, `Remove ${name}`) : renameKeyFix(key, right)),
      });
    }
  }
}

/** `model`, `Leaf`: words that drivers use for properties of their own, in a case of their own. */
function isOneWord(key: string): boolean {
  return /^[A-Z]?[a-z]+$/.test(key);
}

/** True when a schema has named this very key as wrong already. */
function isFlaggedKey({ evaluation }: RuleContext, key: PlistNode): boolean {
  return evaluation.findings.some(({ keyNode }) => keyNode?.id === key.id);
}

/**
 * The known key that a key was most likely meant to be. Private keys of a driver are legal and common, so only
 * small slips count: swapped, lost or doubled letters, a plural, a blank or hyphen inside. A key that differs in
 * a digit, or that starts with a sign (`#IOClass` is how people comment out), was written on purpose.
 */
export function meantKey(name: string, known: ReadonlySet<string>): string | undefined {
  if (name.length < 5 || !/^[A-Za-z]/.test(name) || known.has(name)) return undefined;
  const bare = (text: string) => text.replace(/[\s_-]/g, '').toLowerCase();
  const limit = name.length < 9 ? 1 : 2;
  const found: string[] = [];
  for (const key of known) {
    if (key.toLowerCase() === name.toLowerCase()) return undefined;
    if (key.length < 5 || key.replace(/\D/g, '') !== name.replace(/\D/g, '')) continue;
    if (bare(key) === bare(name)) return key;
    if (distance(name, key, limit) <= limit) found.push(key);
  }
  const [first, second] = found.sort((a, b) => distance(name, a, limit) - distance(name, b, limit));
  if (first === undefined || isAnotherWord(name, first)) return undefined;
  return second !== undefined && distance(name, second, limit) === distance(name, first, limit)
    ? undefined
    : first;
}

/** `IOSubclass` is no slip of `IOClass`-like names: a whole word put in front or replaced is another word. */
function isAnotherWord(name: string, key: string): boolean {
  const words = (text: string) => text.match(/[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? [];
  const [a, b] = [words(name), words(key)];
  if (a.length !== b.length) return false;
  const different = a.filter((word, index) => word !== b[index]);
  return different.some((word) => word.length <= 2) && different.length === 1;
}

function checkMisspelt(context: RuleContext): void {
  for (const dict of dictsOf(context.root)) {
    const known = knownKeys(context, dict);
    if (known.size === 0) continue;
    for (const { key } of dict.entries) {
      const name = splitArch(key.text).base;
      if (isKnown(context, dict, key.text) || isFlaggedKey(context, key)) continue;
      const right = meantKey(name, known);
      if (right === undefined || dict.keyNode(right)) continue;
      const whole = right + key.text.slice(name.length);
      context.report({
        at: key,
        message: `Nothing reads ${key.text}. Did you mean ${whole}?`,
        fixes: () => offer(renameKeyFix(key, whole)),
      });
    }
  }
}

/** Keys that make sense in a personality only. Ids and versions are not among them: both levels have them. */
const PERSONALITY_KEYS = new Set([
  'IOClass',
  'IOProviderClass',
  'IOMatchCategory',
  'IOProbeScore',
  'IOUserClass',
  'IOUserServerName',
  'IONameMatch',
  'IOPropertyMatch',
  'IOPropertyExistsMatch',
  'IOParentMatch',
  'IOResourceMatch',
  'IOPCIMatch',
  'IOPCIPrimaryMatch',
  'IOPCISecondaryMatch',
  'IOPCIClassMatch',
  'IOPCITunnelCompatible',
  'IOUserClientClass',
  'IOProviderMergeProperties',
  'CFBundleIdentifierKernel',
  'idVendor',
  'idProduct',
  'bcdDevice',
  'bDeviceClass',
  'bInterfaceClass',
  'bInterfaceNumber',
  'bConfigurationValue',
  'PrimaryUsagePage',
  'PrimaryUsage',
  'DeviceUsagePairs',
]);

/** Keys that the system reads at the root of an Info.plist only. */
const TOP_LEVEL_KEYS = new Set([
  'CFBundleExecutable',
  'CFBundlePackageType',
  'CFBundleInfoDictionaryVersion',
  'CFBundleVersion',
  'CFBundleShortVersionString',
  'CFBundleName',
  'CFBundleDisplayName',
  'CFBundleDevelopmentRegion',
  'OSBundleLibraries',
  'OSBundleCompatibleVersion',
  'OSBundleRequired',
  'OSBundleUsageDescription',
  'OSBundleIsInterface',
  'OSBundleAllowUserLoad',
  'OSKernelResource',
  'OSMinimumDriverKitVersion',
  'IOKitPersonalities',
  'NSSystemExtensionUsageDescription',
]);

function checkLevel(context: RuleContext): void {
  const { root, kind, personalities, report } = context;
  const personalityNodes = new Set(personalities.map(({ node }) => node.id));
  for (const { key, value } of root.entries) {
    if (!PERSONALITY_KEYS.has(key.text)) continue;
    const only = personalities.length === 1 ? personalities[0]! : undefined;
    report({
      at: key,
      message: `${key.text} belongs into a personality, a dictionary in IOKitPersonalities. At the top level nothing reads it.`,
      fixes: () =>
        offer(
          only && value && !only.node.get(key.text)
            ? moveEntryFix(key, only.node, `Move ${key.text} into ${only.name}`)
            : undefined,
          removeEntryFix(key, `Remove ${key.text}`, only?.node.get(key.text) !== undefined),
        ),
    });
  }
  for (const container of personalityContainers(root)) {
    for (const { key, value } of container.entries) {
      if (value?.kind === 'dict' || !(PERSONALITY_KEYS.has(key.text) || TOP_LEVEL_KEYS.has(key.text)))
        continue;
      const top = TOP_LEVEL_KEYS.has(key.text);
      report({
        at: key,
        message: top
          ? `${key.text} belongs to the top level of the Info.plist, not into IOKitPersonalities.`
          : `IOKitPersonalities holds named personalities, each a dictionary: ${key.text} belongs into one of them. Wrap the keys in a <dict> with a name of your choice.`,
        fixes: () =>
          offer(
            top && !root.get(key.text)
              ? moveEntryFix(key, root, `Move ${key.text} to the top level`)
              : undefined,
          ),
      });
    }
  }
  if (kind === 'app') return;
  for (const dict of dictsOf(root)) {
    if (dict.id === root.id || !personalityNodes.has(dict.id)) continue;
    for (const { key } of dict.entries) {
      if (!TOP_LEVEL_KEYS.has(key.text) || isCommonInPersonality(context, key.text)) continue;
      const taken = root.get(key.text) !== undefined;
      report({
        at: key,
        message: `${key.text} belongs to the top level of the Info.plist. Inside a personality it is a property of the driver that nothing reads.`,
        fixes: () =>
          offer(
            taken
              ? removeEntryFix(key, `Remove ${key.text}`)
              : moveEntryFix(key, root, `Move ${key.text} to the top level`),
          ),
      });
    }
  }
}

/** Some drivers copy their version into the registry, for their own tools to read. */
function isCommonInPersonality({ kind }: RuleContext, key: string): boolean {
  return KEXT_KINDS.includes(kind) && /^CFBundle(Version|ShortVersionString|Name|DisplayName)$/.test(key);
}

function personalityContainers(root: PlistNode): PlistNode[] {
  return root.entries
    .filter(({ key, value }) => splitArch(key.text).base === 'IOKitPersonalities' && value?.kind === 'dict')
    .map(({ value }) => value!);
}

export const bundleKeysRules: readonly Rule[] = [
  {
    id: 'bundle/duplicate-key',
    severity: 'warning',
    title: 'Key that stands twice',
    what: 'A key that stands more than once in one dictionary.',
    why: 'A dictionary has each key once. Apple’s loader keeps the last value and says nothing; other readers keep the first one or refuse the file. A personality whose name stands twice is lost.',
    how: 'Remove one of them, or rename it: the names of personalities are free.',
    source: [
      'apple-oss-distributions/IOKitUser IOCFUnserialize.yacc (buildDictionary)',
      'https://www.apple.com/DTDs/PropertyList-1.0.dtd',
    ],
    kinds: BUNDLE_KINDS,
    examples: {
      invalid: '<key>IOClass</key>\n<string>Lamp</string>\n<key>IOClass</key>\n<string>LampTwo</string>',
      valid: '<key>IOClass</key>\n<string>Lamp</string>',
    },
    check: checkDuplicates,
  },
  {
    id: 'bundle/key-case',
    severity: 'warning',
    title: 'Key in another case',
    what: 'A key that is a known one but for upper and lower case, alone or beside the right one.',
    why: 'The system compares keys with their case. A match key in another case restricts nothing, so that the personality matches more than was meant.',
    how: 'Write the key as the message says.',
    source: ['apple-oss-distributions/xnu libkern/c++/OSDictionary.cpp', 'schemas/ of this project'],
    kinds: ALL_OURS,
    facts: ['trap:15'],
    examples: {
      invalid: '<key>IOProviderclass</key>\n<string>IOPCIDevice</string>',
      valid: '<key>IOProviderClass</key>\n<string>IOPCIDevice</string>',
    },
    check: checkCase,
  },
  {
    id: 'bundle/misspelt-key',
    severity: 'warning',
    title: 'Misspelt key',
    what: 'A key that is one or two letters away from a known key of this dictionary, which is not there. Keys of your own are fine, and so is a `#` in front of a key that is out of use.',
    why: 'Nothing reads a misspelt key, and nothing complains: a match key restricts no more, a property is not set.',
    how: 'Write the key as the message says, or suppress the finding if the key is your own.',
    source: ['schemas/ of this project; each key there names its own source'],
    kinds: ALL_OURS,
    facts: ['trap:15'],
    examples: {
      invalid: '<key>IOProvderClass</key>\n<string>IOPCIDevice</string>',
      valid: '<key>IOProviderClass</key>\n<string>IOPCIDevice</string>',
    },
    check: checkMisspelt,
  },
  {
    id: 'bundle/key-level',
    severity: 'warning',
    title: 'Key on the wrong level',
    what: `A key of personalities at the top level or directly in \`IOKitPersonalities\`, or a top-level key inside a personality.`,
    why: 'Each level has a reader of its own, which does not look elsewhere.',
    how: 'Move the key: bundle keys (`CFBundle…`, `OSBundle…`) to the top level, match keys and classes into a personality.',
    source: [
      'apple-oss-distributions/IOKitUser kext.subproj/OSKext.c:12727-12970,14643-15014',
      'apple-oss-distributions/xnu iokit/Kernel/IOCatalogue.cpp',
    ],
    kinds: INFO_KINDS,
    examples: {
      invalid:
        '<key>CFBundlePackageType</key>\n<string>KEXT</string>\n<key>IOProviderClass</key>\n<string>IOPCIDevice</string>',
      valid:
        '<key>IOKitPersonalities</key>\n<dict>\n\t<key>Lamp</key>\n\t<dict>\n\t\t<key>IOClass</key>\n\t\t<string>Lamp</string>\n\t\t<key>IOProviderClass</key>\n\t\t<string>IOPCIDevice</string>\n\t</dict>\n</dict>',
    },
    check: checkLevel,
  },
];
