/** Pages of the findings that the schemas of dexts, system extensions, apps and entitlements raise. */
import type { BundleKind } from '../workspace/types.ts';
import { entitlementsSchemaRules } from './schema-rules.entitlements.ts';
import { personalitySchemaRules } from './schema-rules.personality.ts';
import { systemExtensionSchemaRules } from './schema-rules.sysext.ts';
import { userClientSchemaRules } from './schema-rules.user-client.ts';
import type { Rule } from './types.ts';

const kinds: readonly BundleKind[] = ['dext', 'codeless-dext'];
const LOADER = 'apple-oss-distributions/IOKitUser kext.subproj/OSKext.c';
const SYSTEM_EXTENSIONS = 'https://developer.apple.com/documentation/systemextensions';
const TYPE = 'oskext:kOSKextDiagnosticPropertyIsIllegalTypeKey#';
const VALUE = 'oskext:kOSKextDiagnosticPropertyIsIllegalValueKey#';
const PERSONALITY = 'IOKitPersonalities.<name>';

const bundleRules: readonly Rule[] = [
  {
    id: 'dext/value-type',
    severity: 'error',
    title: 'Wrong type of value in a dext',
    what: 'A key of a dext whose value is of another type than the loader or the kernel reads there.',
    why: 'Neither converts one type into another. The loader calls the dext invalid, or the key counts as absent.',
    how: 'Write the value as the type that the message names.',
    source: [`${LOADER}:14634-15040`],
    kinds,
    facts: [
      ...['CFBundlePackageType', 'CFBundleIdentifier', 'CFBundleVersion', 'CFBundleExecutable'].map(
        (key) => TYPE + key,
      ),
      ...['OSBundleCompatibleVersion', 'OSBundleEnableKextLogging', 'IOKitPersonalities'].map(
        (key) => TYPE + key,
      ),
      TYPE + PERSONALITY,
      ...['IOKitDebug', 'CFBundleIdentifier', 'IOClass', 'IOProviderClass', 'CFBundleIdentifierKernel'].map(
        (key) => `${TYPE}${PERSONALITY}.${key}`,
      ),
    ],
    examples: {
      invalid: '<key>CFBundleVersion</key>\n<integer>1</integer>',
      valid: '<key>CFBundleVersion</key>\n<string>1</string>',
    },
  },
  {
    id: 'dext/empty-value',
    severity: 'error',
    title: 'Empty value in a personality',
    what: 'A key of a personality that needs a name and has an empty string.',
    why: 'The loader treats an empty name as an illegal value and calls the dext invalid.',
    how: 'Write the name that the message asks for.',
    source: [`${LOADER}:12776-12977`],
    kinds,
    facts: ['CFBundleIdentifier', 'IOClass', 'IOProviderClass', 'CFBundleIdentifierKernel'].map(
      (key) => `${VALUE}${PERSONALITY}.${key}`,
    ),
    examples: {
      invalid: '<key>IOProviderClass</key>\n<string></string>',
      valid: '<key>IOProviderClass</key>\n<string>IOUSBHostDevice</string>',
    },
  },
  {
    id: 'dext/package-type',
    severity: 'error',
    title: 'Package type of a dext',
    what: 'A `CFBundlePackageType` other than `DEXT` in a dext.',
    why: 'The loader takes exactly `KEXT` and `DEXT`; only the second makes the bundle a driver extension.',
    how: 'Write `DEXT`, or `$(PRODUCT_BUNDLE_PACKAGE_TYPE)` in an Xcode project.',
    source: [
      `${LOADER}:1514-1517,14634-14662`,
      'swiftlang/swift-build Sources/SWBApplePlatform/Specs/DarwinPackageTypes.xcspec:177-186',
    ],
    kinds,
    facts: ['mistake:M011', `${VALUE}CFBundlePackageType`],
    examples: {
      invalid: '<key>CFBundlePackageType</key>\n<string>XPC!</string>',
      valid: '<key>CFBundlePackageType</key>\n<string>DEXT</string>',
    },
  },
  {
    id: 'dext/missing-usage-description',
    severity: 'warning',
    title: 'Missing OSBundleUsageDescription',
    what: 'A dext whose Info.plist is written out and has no `OSBundleUsageDescription`.',
    why: 'The system shows the text when it asks the user to allow the driver. Without it activation fails, often with an unknown error. A warning only, since the build settings may add the key.',
    how: 'Add `OSBundleUsageDescription`, or set `INFOPLIST_KEY_OSBundleUsageDescription` in the build settings of a target that generates its Info.plist.',
    source: [`${SYSTEM_EXTENSIONS}/osbundleusagedescriptionkey`],
    kinds,
    examples: {
      invalid: '<key>CFBundleIdentifier</key>\n<string>com.example.Lamp.Driver</string>',
      valid:
        '<key>CFBundleIdentifier</key>\n<string>com.example.Lamp.Driver</string>\n<key>OSBundleUsageDescription</key>\n<string>Lets your Mac use the Example lamp.</string>',
    },
  },
  {
    id: 'dext/wrong-usage-description',
    severity: 'error',
    title: 'Usage description of the other extensions',
    what: 'A dext with `NSSystemExtensionUsageDescription` and without `OSBundleUsageDescription`.',
    why: 'The first key is for network, endpoint-security and camera extensions. For a driver the system reads the second only, and activation fails.',
    how: 'Rename the key to `OSBundleUsageDescription`.',
    source: [`${SYSTEM_EXTENSIONS}/nssystemextensionusagedescriptionkey`],
    kinds,
    facts: ['mistake:M003'],
    examples: {
      invalid:
        '<key>NSSystemExtensionUsageDescription</key>\n<string>Lets your Mac use the Example lamp.</string>',
      valid: '<key>OSBundleUsageDescription</key>\n<string>Lets your Mac use the Example lamp.</string>',
    },
  },
  {
    id: 'dext/empty-usage-description',
    severity: 'warning',
    title: 'Empty OSBundleUsageDescription',
    what: 'An `OSBundleUsageDescription` without text, as Xcode’s template leaves it.',
    why: 'The user is asked to allow a driver and not told why.',
    how: 'Write a sentence that says what the driver is good for.',
    source: [`${SYSTEM_EXTENSIONS}/osbundleusagedescriptionkey`],
    kinds,
    facts: ['mistake:M004'],
    examples: {
      invalid: '<key>OSBundleUsageDescription</key>\n<string></string>',
      valid: '<key>OSBundleUsageDescription</key>\n<string>Lets your Mac use the Example lamp.</string>',
    },
  },
  {
    id: 'dext/app-extension-key',
    severity: 'error',
    title: 'NSExtension in a dext',
    what: 'The dictionary `NSExtension` in a dext.',
    why: 'It declares an app extension. A dext with it comes from the wrong template and never starts as what the dictionary says.',
    how: 'Remove it; personalities describe a driver.',
    source: ['beriberikix/usbipd-mac Documentation/development/system-extension-archive/Info.plist'],
    kinds,
    facts: ['mistake:M012'],
    examples: {
      invalid: '<key>NSExtension</key>\n<dict/>',
      valid: '<key>IOKitPersonalities</key>\n<dict/>',
    },
  },
  {
    id: 'dext/invented-key',
    severity: 'error',
    title: 'Key that does not exist',
    what: 'A key that people have written into dexts and that nothing reads: `IOUserEntitlements`, `IOServiceCategory`, `OSBundleMinimumDriverKitVersion`, `IOPCIMatchPrimary`, `OSBundleUsageDescriptionKey`.',
    why: 'The system passes over it: what it was meant to say is not said. A match key that nobody reads widens the match.',
    how: 'Write the key that the message names, or remove this one.',
    source: [
      'swiftlang/swift-build Sources/SWBCore/PlannedTaskAction.swift:196-204',
      'apple-oss-distributions/IOPCIFamily IOPCIBridge.cpp:4490-4596',
    ],
    kinds,
    facts: ['mistake:M015', 'mistake:M016', 'mistake:M059', 'trap:20'],
    examples: {
      invalid: '<key>IOPCIMatchPrimary</key>\n<string>0x15338086</string>',
      valid: '<key>IOPCIPrimaryMatch</key>\n<string>0x15338086</string>',
    },
  },
  {
    id: 'dext/wrong-deployment-key',
    severity: 'information',
    title: 'Deployment key of another platform',
    what: '`LSMinimumSystemVersion` or `MinimumOSVersion` in a dext.',
    why: 'They tell the oldest macOS or iPadOS of an app. A dext’s key is `OSMinimumDriverKitVersion`, which Xcode writes from `DRIVERKIT_DEPLOYMENT_TARGET`.',
    how: 'Set `DRIVERKIT_DEPLOYMENT_TARGET` and remove the key.',
    source: ['swiftlang/swift-build Sources/SWBCore/PlannedTaskAction.swift:196-204'],
    kinds,
    facts: ['mistake:M018', 'trap:20'],
    examples: {
      invalid: '<key>LSMinimumSystemVersion</key>\n<string>12.0</string>',
      valid: '<key>OSMinimumDriverKitVersion</key>\n<string>21.0</string>',
    },
  },
  {
    id: 'dext/driverkit-version',
    severity: 'warning',
    title: 'OSMinimumDriverKitVersion of no DriverKit',
    what: 'An `OSMinimumDriverKitVersion` that is no DriverKit version, such as `12.0`.',
    why: 'DriverKit is numbered like the kernel: 19.0 came with macOS 10.15, 21.0 with macOS 12. A macOS version in its place says something else.',
    how: 'Write the DriverKit version: that of macOS N is N + 9 since macOS 11 (up to macOS 15).',
    source: [
      'swiftlang/swift-build Sources/SWBCore/PlannedTaskAction.swift:196-204',
      'fetzu/ReDrobo docs/DRIVERKIT.md packaging rule 4',
    ],
    kinds,
    facts: ['mistake:M017', 'trap:20'],
    examples: {
      invalid: '<key>OSMinimumDriverKitVersion</key>\n<string>12.0</string>',
      valid: '<key>OSMinimumDriverKitVersion</key>\n<string>21.0</string>',
    },
  },
  {
    id: 'dext/supported-platforms',
    severity: 'warning',
    title: 'Platform of a dext',
    what: 'A `CFBundleSupportedPlatforms` of a dext with another platform than `DriverKit`.',
    why: 'A dext is built for DriverKit, on every system. One that was put together by hand with `MacOSX` in it is refused.',
    how: 'Write `DriverKit` alone, or leave the key to Xcode.',
    source: ['fetzu/ReDrobo docs/DRIVERKIT.md packaging rule 4'],
    kinds,
    facts: ['mistake:M017'],
    examples: {
      invalid: '<key>CFBundleSupportedPlatforms</key>\n<array>\n\t<string>MacOSX</string>\n</array>',
      valid: '<key>CFBundleSupportedPlatforms</key>\n<array>\n\t<string>DriverKit</string>\n</array>',
    },
  },
  {
    id: 'dext/app-key',
    severity: 'information',
    title: 'Key of the app in a dext',
    what: '`UIRequiredDeviceCapabilities` in a dext.',
    why: 'The App Store and the installer read it from the app that carries the dext.',
    how: 'Move it to the app’s Info.plist.',
    source: ['https://developer.apple.com/documentation/driverkit/creating-drivers-for-ipados'],
    kinds,
    examples: {
      invalid: '<key>UIRequiredDeviceCapabilities</key>\n<array/>',
      valid: '<key>CFBundlePackageType</key>\n<string>DEXT</string>',
    },
  },
  {
    id: 'dext/set-by-system',
    severity: 'warning',
    title: 'Key that the system writes',
    what: '`IOUserServerCDHash`, `IOPersonalityPublisher`, `kOSBundleDextUniqueIdentifier`, `CFBundleUEXTExecutable` or `CFBundleDriverKitUUID` in a file.',
    why: 'The loader adds them when it hands the driver to the kernel. A value from a file is overwritten, or names another copy of the driver.',
    how: 'Remove the key.',
    source: [
      'apple-oss-distributions/kext_tools driverkit.m',
      'apple-oss-distributions/xnu libkern/c++/OSKext.cpp:1968-2030',
    ],
    kinds,
    examples: {
      invalid: '<key>IOUserServerCDHash</key>\n<string>00112233</string>',
      valid: '<key>IOUserServerName</key>\n<string>$(PRODUCT_BUNDLE_IDENTIFIER)</string>',
    },
  },
  {
    id: 'dext/deprecated-key',
    severity: 'warning',
    title: 'Deprecated key in a dext',
    what: '`OSBundleDebugLevel` in a dext.',
    why: 'It is ignored, and the loader warns about it.',
    how: 'Remove it. `OSBundleEnableKextLogging` took its place.',
    source: [`${LOADER}:14900-14909`],
    kinds,
    facts: ['oskext:kOSKextDiagnosticDeprecatedPropertyKey'],
    examples: {
      invalid: '<key>OSBundleDebugLevel</key>\n<integer>6</integer>',
      valid: '<key>OSBundleEnableKextLogging</key>\n<true/>',
    },
  },
];

/** Everything that the schemas of dexts, system extensions, host apps and entitlements name as a rule. */
export const dextSchemaRules: readonly Rule[] = [
  ...bundleRules,
  ...personalitySchemaRules,
  ...userClientSchemaRules,
  ...systemExtensionSchemaRules,
  ...entitlementsSchemaRules,
];
