/** Rules on keys in the wrong file: entitlements in an Info.plist, Info.plist keys among the entitlements. */
import { offer, removeEntryFix } from './bundle-edits.ts';
import { INFO_KINDS } from './bundle-values.ts';
import type { Rule, RuleContext } from './types.ts';

const ENTITLEMENT =
  /^(com\.apple\.(developer|security|private|vm|hypervisor|rootless|usb|system-task-ports|application-identifier)\b.*|keychain-access-groups|get-task-allow|application-identifier|aps-environment|com\.apple\.get-task-allow)$/;

function checkInfoPlist({ root, personalities, report }: RuleContext): void {
  const keys = [root, ...personalities.map(({ node }) => node)].flatMap((dict) => dict.entries);
  for (const { key } of keys) {
    if (!ENTITLEMENT.test(key.text)) continue;
    report({
      at: key,
      message: `${key.text} is an entitlement, and an Info.plist grants none: the system reads entitlements from the code signature. Move it to the .entitlements file of the target.`,
      fixes: () => offer(removeEntryFix(key, `Remove ${key.text} from the Info.plist`, false)),
    });
  }
}

const INFO_KEY =
  /^(CFBundle[A-Z]|OSBundle[A-Z]|OSKernelResource$|OSMinimumDriverKitVersion$|IOKitPersonalities|IO(Class|ProviderClass|UserClass|UserServerName|MatchCategory|ProbeScore|PCI\w*Match)$|NS\w+UsageDescription$|NSExtension$|NSPrincipalClass$|NSHumanReadableCopyright$|LS(MinimumSystemVersion|UIElement|ApplicationCategoryType|BackgroundOnly)$|NetworkExtension$|CMIOExtension$|NSEndpointSecurity\w+$|UI[A-Z]\w+$|DT(SDK|Xcode|Compiler|Platform)\w*$)/;

function checkEntitlements({ root, report }: RuleContext): void {
  for (const { key } of root.entries) {
    if (!INFO_KEY.test(key.text)) continue;
    report({
      at: key,
      message: `${key.text} is a key of the Info.plist: among the entitlements nothing reads it. Move it there.`,
      fixes: () => offer(removeEntryFix(key, `Remove ${key.text} from the entitlements`, false)),
    });
  }
}

export const bundleEntitlementsRules: readonly Rule[] = [
  {
    id: 'bundle/entitlement-in-info-plist',
    severity: 'error',
    title: 'Entitlement in an Info.plist',
    what: 'A key such as `com.apple.developer.driverkit` or `com.apple.security.app-sandbox` at the top level of an Info.plist or in a personality.',
    why: 'Entitlements are part of the code signature, into which Xcode puts the target’s .entitlements file. In an Info.plist they grant nothing: the check that wants one fails.',
    how: 'Move the key to the file that the build setting `CODE_SIGN_ENTITLEMENTS` names.',
    source: [
      'https://developer.apple.com/documentation/bundleresources/entitlements',
      'apple-oss-distributions/xnu iokit/Kernel/IOUserServer.cpp',
    ],
    kinds: INFO_KINDS,
    facts: ['mistake:M083'],
    examples: {
      invalid:
        '<key>CFBundlePackageType</key>\n<string>DEXT</string>\n<key>com.apple.developer.driverkit</key>\n<true/>',
      valid: '<key>CFBundlePackageType</key>\n<string>DEXT</string>',
    },
    check: checkInfoPlist,
  },
  {
    id: 'bundle/info-key-in-entitlements',
    severity: 'warning',
    title: 'Info.plist key among the entitlements',
    what: 'A key such as `CFBundleIdentifier`, `IOKitPersonalities` or `NSCameraUsageDescription` in an .entitlements file.',
    why: 'Nothing looks for these keys in a code signature, and a provisioning profile that does not list them can make signing fail.',
    how: 'Move the key to the Info.plist.',
    source: ['https://developer.apple.com/documentation/bundleresources/entitlements'],
    kinds: ['entitlements'],
    examples: {
      invalid:
        '<key>com.apple.developer.driverkit</key>\n<true/>\n<key>OSBundleUsageDescription</key>\n<string>Drives the lamp</string>',
      valid: '<key>com.apple.developer.driverkit</key>\n<true/>',
    },
    check: checkEntitlements,
  },
];
