/** The rule on keys that stand on another level of an Info.plist than the one where they are read. */
import { wrapInDict } from '../plist/edit.ts';
import type { PlistNode } from '../plist/types.ts';
import { moveEntryFix, offer, removeEntryFix } from './bundle-edits.ts';
import { INFO_KINDS, KEXT_KINDS, splitArch } from './bundle-values.ts';
import type { Fix, Rule, RuleContext } from './types.ts';

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
  checkTop(context);
  for (const container of personalityContainers(context.root)) checkContainer(container, context);
  if (context.kind !== 'app') checkPersonalities(context);
}

/** Ids of kernel libraries. Of drivers there are too many that a file may name for reasons of its own. */
const LIBRARY = /^com\.apple\.(kpi|iokit|kernel)\.\w+$/;

function checkTop({ root, personalities, report }: RuleContext): void {
  for (const { key, value } of root.entries) {
    if (LIBRARY.test(key.text) && value?.kind === 'string') {
      const libraries = root.get('OSBundleLibraries');
      const known = libraries?.kind === 'dict' ? libraries : undefined;
      report({
        at: key,
        message: `${key.text} is a library of the kernel and belongs into OSBundleLibraries. At the top level nothing reads it, and the kext is not linked with it.`,
        fixes: () =>
          offer(
            known && !known.keyNode(key.text)
              ? moveEntryFix(key, known, `Move ${key.text} into OSBundleLibraries`)
              : removeEntryFix(key, `Remove ${key.text}`),
          ),
      });
      continue;
    }
    if (!PERSONALITY_KEYS.has(key.text)) continue;
    const only = personalities.length === 1 ? personalities[0]! : undefined;
    const taken = only?.node.keyNode(key.text) !== undefined;
    report({
      at: key,
      message: `${key.text} belongs into a personality, a dictionary in IOKitPersonalities. At the top level nothing reads it.`,
      fixes: () =>
        offer(
          only && value && !taken
            ? moveEntryFix(key, only.node, `Move ${key.text} into ${only.name}`)
            : undefined,
          removeEntryFix(key, `Remove ${key.text}`, taken),
        ),
    });
  }
}

/** Match keys directly in IOKitPersonalities: one personality that lacks its name, so one finding. */
function checkContainer(container: PlistNode, { root, report }: RuleContext): void {
  const bare = container.entries.find(
    ({ key, value }) => PERSONALITY_KEYS.has(key.text) && !isPersonality(value),
  );
  if (bare) {
    report({
      at: bare.key,
      message: `IOKitPersonalities holds named personalities, each a dictionary, and here the keys of one stand in it directly. Put them into a <dict> with a name of your choice.`,
      fixes: () => offer(wrapFix(container)),
    });
  }
  for (const { key, value } of container.entries) {
    if (value?.kind === 'dict' || !TOP_LEVEL_KEYS.has(key.text)) continue;
    report({
      at: key,
      message: `${key.text} belongs to the top level of the Info.plist, not into IOKitPersonalities.`,
      fixes: () =>
        offer(
          root.keyNode(key.text)
            ? removeEntryFix(key, `Remove ${key.text}`)
            : moveEntryFix(key, root, `Move ${key.text} to the top level`),
        ),
    });
  }
}

function isPersonality(value: PlistNode | undefined): boolean {
  return value?.kind === 'dict' && (value.get('IOClass') ?? value.get('IOProviderClass')) !== undefined;
}

/** Only where no named personality stands beside the bare keys. */
function wrapFix(container: PlistNode): Fix | undefined {
  if (container.entries.some(({ value }) => isPersonality(value))) return undefined;
  const name = container.get('IOUserClass')?.string || container.get('IOClass')?.string || 'Driver';
  return {
    title: `Put them into a personality ${name}`,
    edits: wrapInDict(container, name),
    preferred: true,
  };
}

function checkPersonalities(context: RuleContext): void {
  const { root, personalities, report } = context;
  for (const { node } of personalities) {
    for (const { key } of node.entries) {
      if (!TOP_LEVEL_KEYS.has(key.text) || isCommonInPersonality(context, key.text)) continue;
      report({
        at: key,
        message: `${key.text} belongs to the top level of the Info.plist. Inside a personality it is a property of the driver that nothing reads.`,
        fixes: () =>
          offer(
            root.keyNode(key.text)
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

export const bundleLevelsRules: readonly Rule[] = [
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
