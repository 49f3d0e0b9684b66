/** Rules on single top-level properties of kexts, and of what a dext must not take over from one. */
import { compareVersions, readVersion } from '../iokit/version.ts';
import { hasBuildVariable } from '../plist/variables.ts';
import { offer, removeEntryFix, replaceValueFix, setTextFix } from './bundle-edits.ts';
import {
  archVariants,
  bundleIdentifier,
  DEXT_KINDS,
  KEXT_KINDS,
  knownString,
  LOADER_KINDS,
  quoted,
} from './bundle-values.ts';
import { nearestVersion } from './kext-versions.ts';
import type { Rule, RuleContext } from './types.ts';

const LOADER = 'apple-oss-distributions/IOKitUser kext.subproj/OSKext.c';

function checkCompatibleVersion({ root, report }: RuleContext): void {
  const versionNode = root.get('CFBundleVersion');
  const version = knownString(versionNode);
  for (const { key, value } of archVariants(root, 'OSBundleCompatibleVersion')) {
    const text = knownString(value);
    if (text === undefined) continue;
    const result = readVersion(text);
    if (!result.ok) {
      const nearest = nearestVersion(text);
      // Later than the bundle's own version would be the next mistake.
      const tooLate =
        nearest !== undefined && version !== undefined && (compareVersions(nearest, version) ?? 0) > 0;
      const suggestion = tooLate ? version : nearest;
      report({
        at: value,
        message: `${quoted(text)} is no kext version: ${result.reason}. The loader takes the bundle for invalid and does not say why. Write up to three numbers, such as ${suggestion ?? '1.0.0'}, or remove ${key.text} if nothing links against this kext.`,
        fixes: () =>
          offer(
            suggestion === undefined ? undefined : setTextFix(value, suggestion, `Set to ${suggestion}`),
            removeEntryFix(key, `Remove ${key.text}`, suggestion === undefined),
          ),
      });
      continue;
    }
    if (version === undefined || (compareVersions(text, version) ?? 0) <= 0) continue;
    report({
      at: value,
      message: `${key.text} ${text} is later than CFBundleVersion ${version}, and the loader refuses the bundle. It is the oldest version whose clients this one still serves.`,
      fixes: () =>
        offer(
          setTextFix(value, version, `Set ${key.text} to ${version}`),
          versionNode && setTextFix(versionNode, text, `Set CFBundleVersion to ${text}`, false),
        ),
    });
  }
}

function checkSharedExecutable({ root, report }: RuleContext): void {
  const executable = root.get('CFBundleExecutable');
  if (!executable?.string) return;
  for (const { key, value } of archVariants(root, 'OSBundleSharedExecutableIdentifier')) {
    if (!value.string) continue;
    report({
      at: key,
      message: `A kext has its own executable or shares that of another one, not both: ${key.text} stands beside CFBundleExecutable. Remove one of them.`,
      fixes: () =>
        offer(
          removeEntryFix(key, `Remove ${key.text}`, false),
          removeEntryFix(executable, 'Remove CFBundleExecutable', false),
        ),
    });
  }
}

function checkKernelResource({ root, report }: RuleContext): void {
  const resource = archVariants(root, 'OSKernelResource').find(({ value }) => value.boolean === true);
  if (!resource) return;
  const apple = bundleIdentifier(root)?.startsWith('com.apple.') ?? false;
  const dropIt = () => removeEntryFix(resource.key, `Remove ${resource.key.text}`, !apple);
  for (const { key, value } of archVariants(root, 'OSBundleLibraries')) {
    if (value.kind !== 'dict' || value.entries.length === 0) continue;
    report({
      at: resource.key,
      message: `${resource.key.text} marks a part of the kernel itself, which can have no ${key.text}: the loader refuses the kext. Remove ${resource.key.text} unless the kext is built into the kernel.`,
      fixes: () => offer(dropIt(), removeEntryFix(key, `Remove ${key.text}`, apple)),
    });
    return;
  }
  for (const { key, value } of archVariants(root, 'OSBundleIsInterface')) {
    if (value.boolean !== false) continue;
    report({
      at: value,
      severity: 'warning',
      message: `A part of the kernel (${resource.key.text}) is always an interface: the false of ${key.text} is ignored.`,
      fixes: () => offer(replaceValueFix(value, '<true/>', 'Set to true')),
    });
  }
}

const KEXT_ONLY = [
  'OSKernelResource',
  'AppleSecurityExtension',
  'AppleKernelExternalComponent',
  'OSBundleSharedExecutableIdentifier',
  'OSBundleIsInterface',
];

function checkKextOnly({ root, report }: RuleContext): void {
  for (const name of KEXT_ONLY) {
    for (const { key } of archVariants(root, name)) {
      report({
        at: key,
        message: `A dext may not have ${key.text}, whatever its value: the loader refuses it. Remove the key.`,
        fixes: () => offer(removeEntryFix(key, `Remove ${key.text}`)),
      });
    }
  }
}

/** The id, else the name of the process, which for dexts is the same. */
function ownerOf({ root, personalities }: RuleContext): string | undefined {
  const servers = personalities.map(({ node }) => knownString(node.get('IOUserServerName')));
  return bundleIdentifier(root) ?? servers.find((name) => name !== undefined);
}

function checkDextRequired(context: RuleContext): void {
  const { root, report } = context;
  const id = ownerOf(context);
  const apple = id?.startsWith('com.apple.') ?? false;
  for (const { key, value } of archVariants(root, 'OSBundleRequired')) {
    const text = value.string;
    if (text === undefined || text === '' || hasBuildVariable(text)) continue;
    const forApple = text === 'DriverKit' || text === 'Safe Boot';
    if (apple && forApple) continue;
    report({
      at: key,
      // Any other value is refused of Apple, too.
      ...(id === undefined && forApple && { severity: 'warning' as const }),
      message: apple
        ? `A dext of Apple can have ${key.text} DriverKit or Safe Boot only, not ${quoted(text)}.`
        : `Only dexts of Apple may have ${key.text}: the loader refuses this one. Remove the key; the driver starts when its device is there.`,
      fixes: () =>
        offer(
          apple
            ? setTextFix(value, 'DriverKit', 'Set to DriverKit')
            : removeEntryFix(key, `Remove ${key.text}`),
        ),
    });
  }
}

export const kextPropertiesRules: readonly Rule[] = [
  {
    id: 'kext/compatible-version',
    severity: 'error',
    title: 'OSBundleCompatibleVersion that does not fit',
    what: 'An `OSBundleCompatibleVersion` that is no kext version, or that is later than `CFBundleVersion`.',
    why: 'The loader holds the bundle for invalid, in the first case without any message. `CFBundleVersion` 1.0b1 is earlier than 1.0.',
    how: 'Write the oldest version of this library whose clients still work with the present one. A kext that nothing links against needs no such key.',
    source: [`${LOADER}:14735-14759`, 'apple-oss-distributions/xnu libkern/c++/OSKext.cpp:3084-3093'],
    kinds: LOADER_KINDS,
    facts: [
      'oskext:(no constant)#OSBundleCompatibleVersion-unparsable',
      'oskext:kOSKextDiagnosticCompatibleVersionLaterThanVersionKey',
      'trap:2',
    ],
    examples: {
      invalid:
        '<key>CFBundleVersion</key>\n<string>1.0b1</string>\n<key>OSBundleCompatibleVersion</key>\n<string>1.0</string>',
      valid:
        '<key>CFBundleVersion</key>\n<string>1.4</string>\n<key>OSBundleCompatibleVersion</key>\n<string>1.0</string>',
    },
    check: checkCompatibleVersion,
  },
  {
    id: 'kext/shared-executable',
    severity: 'warning',
    title: 'Own and shared executable',
    what: 'A kext with both `CFBundleExecutable` and `OSBundleSharedExecutableIdentifier`.',
    why: 'The second says that the code lies in another kext. The loader reports the contradiction, and uses one of them only.',
    how: 'Remove the key that is not meant.',
    source: [`${LOADER}:14855-14876`],
    kinds: KEXT_KINDS,
    facts: ['oskext:kOSKextDiagnosticSharedExecutableAndExecutableKey'],
    examples: {
      invalid:
        '<key>CFBundleExecutable</key>\n<string>Lamp</string>\n<key>OSBundleSharedExecutableIdentifier</key>\n<string>com.example.LampFamily</string>',
      valid: '<key>OSBundleSharedExecutableIdentifier</key>\n<string>com.example.LampFamily</string>',
    },
    check: checkSharedExecutable,
  },
  {
    id: 'kext/kernel-resource',
    severity: 'error',
    title: 'OSKernelResource in a kext with libraries',
    what: 'A kext with `OSKernelResource` true that lists libraries, or (warning) says that it is no interface.',
    why: 'The key marks the pseudo-kexts that stand for the kernel’s own parts. Such a one links against nothing, and the loader refuses one that does.',
    how: 'Remove `OSKernelResource`.',
    source: [`${LOADER}:13192-13199,14799-14822`],
    kinds: KEXT_KINDS,
    facts: [
      'oskext:kOSKextDiagnosticBadSystemPropertyKey',
      'oskext:kOSKextDiagnosticKernelComponentNotInterfaceKey',
    ],
    examples: {
      invalid:
        '<key>OSKernelResource</key>\n<true/>\n<key>OSBundleLibraries</key>\n<dict>\n\t<key>com.apple.kpi.libkern</key>\n\t<string>8.0.0</string>\n</dict>',
      valid: '<key>OSKernelResource</key>\n<true/>',
    },
    check: checkKernelResource,
  },
  {
    id: 'dext/kext-only-key',
    severity: 'error',
    title: 'Key that only kexts may have',
    what: `A dext with one of ${KEXT_ONLY.map((key) => `\`${key}\``).join(', ')}.`,
    why: 'These describe kernel code. The loader refuses a driver extension in which one of them stands at all, even with the value false.',
    how: 'Remove the key.',
    source: [`${LOADER}:1546-1552,14873-14876,14974-14995`],
    kinds: DEXT_KINDS,
    facts: [
      ...KEXT_ONLY.map((key) => `oskext:kOSKextDiagnosticInfoKeyIneligibleForDriverKit#${key}`),
      'oskext:kOSKextDiagnosticUserExecutableAndExecutableKey',
      'mistake:M020',
    ],
    examples: {
      invalid:
        '<key>CFBundlePackageType</key>\n<string>DEXT</string>\n<key>OSBundleIsInterface</key>\n<false/>',
      valid: '<key>CFBundlePackageType</key>\n<string>DEXT</string>',
    },
    check: checkKextOnly,
  },
  {
    id: 'dext/os-bundle-required',
    severity: 'error',
    title: 'OSBundleRequired in a third-party dext',
    what: 'A dext with `OSBundleRequired` whose identifier does not begin with `com.apple.`; a dext of Apple with another value than `DriverKit` or `Safe Boot`.',
    why: 'The loader refuses a third-party driver extension that asks to be loaded at startup.',
    how: 'Remove the key.',
    source: [`${LOADER}:14945-14956`],
    kinds: DEXT_KINDS,
    facts: [
      'oskext:kOSKextDiagnosticThirdPartiesIneligibleForDriverKitOSBundleRequired',
      'oskext:kOSKextDiagnosticOSBundleRequiredValueIneligibleForDriverKit',
      'mistake:M019',
      'trap:20',
    ],
    examples: {
      invalid:
        '<key>CFBundleIdentifier</key>\n<string>com.example.LampDriver</string>\n<key>OSBundleRequired</key>\n<string>DriverKit</string>',
      valid: '<key>CFBundleIdentifier</key>\n<string>com.example.LampDriver</string>',
    },
    check: checkDextRequired,
  },
];
