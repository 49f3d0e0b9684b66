/** The rules whose findings the kext schemas raise: `schemas/*kext*.json`; the match schemas' are in schema-rules.match.ts. */
import type { BundleKind } from '../workspace/types.ts';
import { matchSchemaRules } from './schema-rules.match.ts';
import type { Rule } from './types.ts';

const LOADER = 'apple-oss-distributions/IOKitUser kext.subproj/OSKext.c';
const KERNEL = 'apple-oss-distributions/xnu iokit/Kernel/IOService.cpp';
const KEXTS: readonly BundleKind[] = ['kext', 'codeless-kext'];
const DRIVERS: readonly BundleKind[] = ['dext', 'codeless-dext', 'kext', 'codeless-kext'];

const wrongType = (path: string) => `oskext:kOSKextDiagnosticPropertyIsIllegalTypeKey#${path}`;
const wrongValue = (path: string) => `oskext:kOSKextDiagnosticPropertyIsIllegalValueKey#${path}`;
const inPersonality = (key: string) => `IOKitPersonalities.<name>.${key}`;

const keyRules: readonly Rule[] = [
  {
    id: 'kext/property-type',
    severity: 'error',
    title: 'Key of a kext with the wrong type',
    what: 'A key that the kext loader checks has a value of another type than the one it asks for.',
    why: 'The loader compares types before it reads, and rejects the whole kext for one wrong value. It converts nothing: `<string>YES</string>` is no boolean.',
    how: 'Write the value as the type that the message names. The quick fix keeps the text where it converts.',
    source: [`${LOADER}:14284-14435`],
    kinds: KEXTS,
    facts: [
      ...[
        'CFBundlePackageType',
        'CFBundleIdentifier',
        'CFBundleVersion',
        'CFBundleExecutable',
        'OSBundleCompatibleVersion',
        'OSBundleIsInterface',
        'OSKernelResource',
        'OSBundleEnableKextLogging',
        'OSBundleAllowUserLoad',
        'OSBundleSharedExecutableIdentifier',
        'OSBundleRequired',
        'OSBundleLibraries',
        'OSBundleLibraries.<id>',
        'IOKitPersonalities',
        'IOKitPersonalities.<name>',
      ].map(wrongType),
      ...['IOKitDebug', 'CFBundleIdentifier', 'IOClass', 'IOProviderClass'].map((key) =>
        wrongType(inPersonality(key)),
      ),
    ],
    examples: {
      invalid: '<key>OSBundleAllowUserLoad</key>\n<string>YES</string>',
      valid: '<key>OSBundleAllowUserLoad</key>\n<true/>',
    },
  },
  {
    id: 'kext/property-ignored',
    severity: 'warning',
    title: 'Key of a kext whose value is passed over',
    what: 'A key that IOKit or a family reads has a value of another type than the reader expects.',
    why: 'The reader takes the key for absent. Nothing says so.',
    how: 'Write the value as the type that the message names.',
    source: ['apple-oss-distributions/xnu iokit/IOKit/IOKitKeys.h', LOADER],
    kinds: KEXTS,
    examples: {
      invalid: '<key>IOUserClientClass</key>\n<integer>1</integer>',
      valid: '<key>IOUserClientClass</key>\n<string>com_example_driver_LampUserClient</string>',
    },
  },
  {
    id: 'kext/package-type',
    severity: 'error',
    title: 'Package type that is none',
    what: '`CFBundlePackageType` is neither `KEXT` nor `DEXT`.',
    why: 'The loader knows these two and takes a kext with code and another type for invalid. CoreFoundation’s default `BNDL` is one of those it does not know.',
    how: 'Write `KEXT`, or `$(PRODUCT_BUNDLE_PACKAGE_TYPE)` in an Xcode project.',
    source: [`${LOADER}:14643-14660,14850`],
    kinds: KEXTS,
    facts: [wrongValue('CFBundlePackageType')],
    examples: {
      invalid: '<key>CFBundlePackageType</key>\n<string>BNDL</string>',
      valid: '<key>CFBundlePackageType</key>\n<string>KEXT</string>',
    },
  },
  {
    id: 'kext/os-bundle-required-value',
    severity: 'warning',
    title: 'Unknown boot phase',
    what: '`OSBundleRequired` is none of `Root`, `Local-Root`, `Network-Root`, `Safe Boot`, `Console`.',
    why: 'The loader reports an illegal value. The kext still loads, but not in the boot phase that was meant.',
    how: 'Use one of the values, with this capitalisation, hyphen and space.',
    source: [`${LOADER}:14925-14972`],
    kinds: KEXTS,
    facts: [wrongValue('OSBundleRequired')],
    examples: {
      invalid: '<key>OSBundleRequired</key>\n<string>SafeBoot</string>',
      valid: '<key>OSBundleRequired</key>\n<string>Safe Boot</string>',
    },
  },
  {
    id: 'kext/os-bundle-required-driverkit',
    severity: 'error',
    title: 'Boot phase of dexts in a kext',
    what: '`OSBundleRequired` is `DriverKit` in a kext.',
    why: 'The value belongs to Apple’s own driver extensions. The loader rejects kernel code that has it.',
    how: 'Choose `Root`, `Local-Root`, `Network-Root`, `Safe Boot` or `Console`, or remove the key.',
    source: [`${LOADER}:1515-1522,14925-14972`],
    kinds: KEXTS,
    facts: ['oskext:kOSKextDiagnosticKextIneligibleForDriverKit'],
    examples: {
      invalid: '<key>OSBundleRequired</key>\n<string>DriverKit</string>',
      valid: '<key>OSBundleRequired</key>\n<string>Root</string>',
    },
  },
  {
    id: 'kext/deprecated-key',
    severity: 'warning',
    title: 'Key that nothing reads any more',
    what: 'A key of old kexts: `OSBundleDebugLevel`, `OSBundleModuleDemand`, `OSBundleStartupResources`, `Modules`.',
    why: 'No present loader reads it; for `OSBundleDebugLevel` it prints a warning.',
    how: 'Remove the key. `OSBundleEnableKextLogging` takes the place of `OSBundleDebugLevel`.',
    source: [`${LOADER}:14910-14916,13230-13234`],
    kinds: KEXTS,
    facts: ['oskext:kOSKextDiagnosticDeprecatedPropertyKey'],
    examples: {
      invalid: '<key>OSBundleDebugLevel</key>\n<integer>1</integer>',
      valid: '<key>OSBundleEnableKextLogging</key>\n<true/>',
    },
  },
  {
    id: 'kext/personality-required-key',
    severity: 'error',
    title: 'Personality without class or provider',
    what: 'A personality lacks `IOClass` or `IOProviderClass`. Both are needed in codeless kexts too.',
    why: 'The loader rejects the whole kext, not only the personality. Without `IOProviderClass` the kernel could never find the personality either.',
    how: 'Add the key. In a codeless kext `IOClass` is a class of the kext that `CFBundleIdentifier` names.',
    source: [`${LOADER}:12846-12892`, 'apple-oss-distributions/xnu iokit/Kernel/IOCatalogue.cpp:133-165'],
    kinds: KEXTS,
    facts: [
      `oskext:kOSKextDiagnosticMissingPropertyKey#${inPersonality('IOClass')}`,
      `oskext:kOSKextDiagnosticMissingPropertyKey#${inPersonality('IOProviderClass')}`,
      'trap:7',
    ],
    examples: {
      invalid: '<key>Lamp</key>\n<dict>\n\t<key>IOClass</key>\n\t<string>com_example_Lamp</string>\n</dict>',
      valid:
        '<key>Lamp</key>\n<dict>\n\t<key>IOClass</key>\n\t<string>com_example_Lamp</string>\n\t<key>IOProviderClass</key>\n\t<string>IOPCIDevice</string>\n</dict>',
    },
  },
  {
    id: 'kext/personality-empty-value',
    severity: 'error',
    title: 'Empty name in a personality',
    what: '`IOClass`, `IOProviderClass` or `CFBundleIdentifier` of a personality is an empty string.',
    why: 'The loader rejects the whole kext.',
    how: 'Name the class or the bundle. `CFBundleIdentifier` may also be left out: the loader then fills in the kext’s own id.',
    source: [`${LOADER}:12779-12892`],
    kinds: KEXTS,
    facts: ['IOClass', 'IOProviderClass', 'CFBundleIdentifier'].map((key) => wrongValue(inPersonality(key))),
    examples: {
      invalid: '<key>IOClass</key>\n<string></string>',
      valid: '<key>IOClass</key>\n<string>com_example_driver_Lamp</string>',
    },
  },
  {
    id: 'kext/probe-score-type',
    severity: 'warning',
    title: 'Probe score that is no integer',
    what: '`IOProbeScore` is not an `<integer>`.',
    why: 'The loader warns, and the kernel counts the score as 0. The personality matches, but not before the drivers that it was meant to outrank.',
    how: 'Write an `<integer>`.',
    source: [`${LOADER}:12934-12951`, `${KERNEL}:3680-3735`],
    kinds: DRIVERS,
    facts: [`oskext:kOSKextDiagnosticTypeWarningKey#${inPersonality('IOProbeScore')}`],
    examples: {
      invalid: '<key>IOProbeScore</key>\n<string>5000</string>',
      valid: '<key>IOProbeScore</key>\n<integer>5000</integer>',
    },
  },
  {
    id: 'kext/resources-category-type',
    severity: 'error',
    title: 'Match category on IOResources that is no string',
    what: 'A personality on `IOResources` has an `IOMatchCategory` that is not a string.',
    why: 'On this provider the loader checks the type and rejects the kext. (On others the kernel takes the category for absent.)',
    how: 'Write a `<string>`; by habit the name of the driver’s class.',
    source: [`${LOADER}:12897-12932`],
    kinds: DRIVERS,
    facts: [wrongType(inPersonality('IOMatchCategory'))],
    examples: {
      invalid:
        '<key>IOProviderClass</key>\n<string>IOResources</string>\n<key>IOMatchCategory</key>\n<true/>',
      valid:
        '<key>IOProviderClass</key>\n<string>IOResources</string>\n<key>IOMatchCategory</key>\n<string>com_example_Lamp</string>',
    },
  },
  {
    id: 'kext/debug-log-mask',
    severity: 'information',
    title: 'Debug log switched on',
    what: '`IOKitDebug` of a personality is not 0.',
    why: 'IOKit then logs each step of the driver’s matching, and the loader counts the kext as one with debug settings. Old project templates had 65535.',
    how: 'Remove the key, or set it to 0, before you ship.',
    source: [`${LOADER}:12747-12762`, 'apple-oss-distributions/xnu iokit/IOKit/IOKitKeys.h:76'],
    kinds: KEXTS,
    facts: ['mistake:M064'],
    examples: {
      invalid: '<key>IOKitDebug</key>\n<integer>65535</integer>',
      valid: '<key>IOKitDebug</key>\n<integer>0</integer>',
    },
  },
];

/** In the order of their groups. None has a check: the schemas raise them. */
export const kextSchemaRules: readonly Rule[] = [...keyRules, ...matchSchemaRules];
