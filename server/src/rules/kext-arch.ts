/** Rules on architecture suffixes, and on what a kext must know on Apple silicon. */
import type { PlistNode } from '../plist/types.ts';
import { offer, removeEntryFix, renameKeyFix } from './bundle-edits.ts';
import {
  archVariants,
  bundleIdentifier,
  isWrittenOut,
  KEXT_KINDS,
  LOADER_KINDS,
  listed,
  namesExecutable,
  splitArch,
} from './bundle-values.ts';
import { familyById } from './kext-libraries-table.ts';
import type { Rule, RuleContext } from './types.ts';

const LOADER = 'apple-oss-distributions/IOKitUser kext.subproj/OSKext.c';

/** What Apple’s loaders put behind a key: the kernel’s architectures, not those of user programs. */
const READ_SUFFIXES = ['x86_64', 'arm64'];
const OLD_SUFFIXES = ['i386', 'ppc', 'ppc64'];

/** Renames the key, or removes it where the right one stands there as well. */
function renameTo(dict: PlistNode, key: PlistNode, name: string) {
  if (dict.keyNode(name)) return removeEntryFix(key, `Remove ${key.text}`);
  return renameKeyFix(key, name);
}

function checkSuffix({ root, personalities, evaluation, report }: RuleContext): void {
  for (const { key } of root.entries) {
    const { base, arch } = splitArch(key.text);
    if (arch === '' || OLD_SUFFIXES.includes(arch)) {
      checkMisspeltSuffix(root, key, report);
      continue;
    }
    if (arch === 'arm64e') {
      report({
        at: key,
        message: `Nothing reads ${key.text}: the suffix for Apple silicon is _arm64, though the code is built for arm64e. Rename it to ${base}_arm64.`,
        fixes: () => offer(renameTo(root, key, `${base}_arm64`)),
      });
    } else if (!/^(OS|IO)/.test(base) && evaluation.schemasForKey(root, base).length > 0) {
      report({
        at: key,
        message: `Nothing reads ${key.text}: only keys that begin with OS or IO are looked up with an architecture. Write ${base}, for all architectures alike.`,
        fixes: () => offer(renameTo(root, key, base)),
      });
    }
  }
  for (const { node } of personalities) checkNested(node, report);
}

/** `OSBundleLibraries_x86-64`, `_amd64`: meant as an architecture, and none. */
const MISSPELT: Readonly<Record<string, string>> = {
  'x86-64': 'x86_64',
  x8664: 'x86_64',
  X86_64: 'x86_64',
  x64: 'x86_64',
  amd64: 'x86_64',
  intel: 'x86_64',
  aarch64: 'arm64',
  ARM64: 'arm64',
  arm: 'arm64',
  apple: 'arm64',
};

function checkMisspeltSuffix(root: PlistNode, key: PlistNode, report: RuleContext['report']): void {
  const match = /^((?:OSBundle|OSKernel|IOKitPersonalities)[A-Za-z]*)_(.+)$/.exec(key.text);
  const arch = match && Object.hasOwn(MISSPELT, match[2]!) ? MISSPELT[match[2]!] : undefined;
  if (!match || arch === undefined) return;
  const name = `${match[1]}_${arch}`;
  report({
    at: key,
    message: `Nothing reads ${key.text}: the suffix is the name of an architecture, ${listed(READ_SUFFIXES, 'or')}. Did you mean ${name}?`,
    fixes: () => offer(renameTo(root, key, name)),
  });
}

function checkNested(personality: PlistNode, report: RuleContext['report']): void {
  for (const { key } of personality.entries) {
    const { base, arch } = splitArch(key.text);
    if (!READ_SUFFIXES.includes(arch) || !/^(IO|OS|CFBundleIdentifier)/.test(base)) continue;
    report({
      at: key,
      message: `Nothing reads ${key.text} here: architectures are looked up for top-level keys only. Put the personality into IOKitPersonalities_${arch}, or write ${base}.`,
      fixes: () => offer(renameTo(personality, key, base)),
    });
  }
}

/** Provider classes whose drivers a framework of DriverKit can replace. */
const FRAMEWORK_OF_PROVIDER: Readonly<Record<string, string>> = {
  IOUSBHostDevice: 'USBDriverKit',
  IOUSBHostInterface: 'USBDriverKit',
  IOUSBDevice: 'USBDriverKit',
  IOUSBInterface: 'USBDriverKit',
  IOPCIDevice: 'PCIDriverKit',
  IOHIDInterface: 'HIDDriverKit',
};

function checkPlatform({ root, kind, built, personalities, report }: RuleContext): void {
  const id = bundleIdentifier(root);
  if (id?.startsWith('com.apple.')) return;
  const frameworks = new Set<string>();
  for (const { value } of archVariants(root, 'OSBundleLibraries')) {
    for (const { key } of value.entries) {
      const framework = familyById(key.text)?.driverKit;
      if (framework) frameworks.add(framework);
    }
  }
  for (const { providerClass } of personalities) {
    const framework =
      providerClass &&
      Object.hasOwn(FRAMEWORK_OF_PROVIDER, providerClass) &&
      FRAMEWORK_OF_PROVIDER[providerClass];
    if (framework) frameworks.add(framework);
  }
  const codeless = kind === 'codeless-kext' || (!namesExecutable(root) && isWrittenOut(root, built));
  if (codeless && frameworks.size === 0) return;
  const place =
    root.keyNode('OSBundleLibraries') ?? root.keyNode('CFBundlePackageType') ?? root.entries[0]?.key;
  if (!place) return;
  const instead =
    frameworks.size > 0
      ? ` A driver extension with ${listed([...frameworks], 'or')} needs none of this.`
      : '';
  report({
    at: place,
    keyPath: [],
    message: codeless
      ? `Since macOS 11 codeless kexts too must be approved and go into the auxiliary kernel collection; on Apple silicon the user must lower the security of the Mac first. A codeless dext needs none of this where a class of DriverKit serves.`
      : `Since macOS 11 kexts go into the auxiliary kernel collection at a restart; on Apple silicon the user must lower the security of the Mac first, and the code must be built for arm64e.${instead}`,
  });
}

export const kextArchRules: readonly Rule[] = [
  {
    id: 'kext/architecture-suffix',
    severity: 'warning',
    title: 'Architecture suffix that nothing reads',
    what: 'A key with an architecture behind it (`_x86_64`, `_arm64`) that does not begin with `OS` or `IO`, that lies in a personality, or whose architecture is spelt otherwise, `_arm64e` among them.',
    why: 'The loader looks for `KEY_arch` before `KEY`, but only for top-level keys that begin with `OS` or `IO`. The kernel’s name of Apple silicon is `arm64`, whatever the code is built for.',
    how: 'Put the suffix on a top-level key, or drop it.',
    source: [
      `${LOADER}:5921-5956,14322-14328`,
      'apple-oss-distributions/xnu libkern/c++/OSKext.cpp:5755-5776',
    ],
    kinds: LOADER_KINDS,
    facts: ['trap:6'],
    examples: {
      invalid: '<key>OSBundleLibraries_arm64e</key>\n<dict/>',
      valid: '<key>OSBundleLibraries_arm64</key>\n<dict/>',
    },
    check: checkSuffix,
  },
  {
    id: 'kext/apple-silicon',
    severity: 'information',
    title: 'What a kext needs on present Macs',
    what: 'A kext that is not Apple’s, once a file: what present systems ask of it, and the framework of DriverKit that could replace it.',
    why: 'Kexts go into the auxiliary kernel collection, which takes the user’s approval and a restart; on Apple silicon the user must choose reduced security in Recovery first, and code must have an `arm64e` slice (`arm64` alone is not found). Where a driver extension for the same device is installed, macOS does not load the kext.',
    how: 'Consider a driver extension. Turn this rule off where the kext is for older systems only.',
    source: [
      'https://developer.apple.com/documentation/apple-silicon/installing-a-custom-kernel-extension',
      'https://developer.apple.com/documentation/systemextensions/implementing-drivers-system-extensions-and-kexts',
      'https://developer.apple.com/forums/thread/761926',
      'https://support.apple.com/guide/deployment/depa5fb8376f',
    ],
    kinds: KEXT_KINDS,
    examples: {
      invalid:
        '<key>CFBundlePackageType</key>\n<string>KEXT</string>\n<key>OSBundleLibraries</key>\n<dict>\n\t<key>com.apple.iokit.IOUSBHostFamily</key>\n\t<string>1.0.1</string>\n</dict>',
      valid: '<key>CFBundlePackageType</key>\n<string>DEXT</string>',
    },
    check: checkPlatform,
  },
];
