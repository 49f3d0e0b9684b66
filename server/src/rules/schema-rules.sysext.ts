/** Pages of the findings that the schemas of system extensions and of host apps raise. */
import type { BundleKind } from '../workspace/types.ts';
import type { Rule } from './types.ts';

const kinds: readonly BundleKind[] = [
  'network-extension',
  'endpoint-security',
  'camera-extension',
  'system-extension',
];
const network: readonly BundleKind[] = ['network-extension', 'system-extension'];
const camera: readonly BundleKind[] = ['camera-extension', 'system-extension'];
const SYSTEM_MODE =
  'https://developer.apple.com/documentation/networkextension/neprovider/startsystemextensionmode()';
const USAGE =
  'https://developer.apple.com/documentation/systemextensions/nssystemextensionusagedescriptionkey';
const CAMERA =
  'https://developer.apple.com/documentation/coremediaio/creating-a-camera-extension-with-core-media-i-o';
const PACKAGE_TYPES =
  'swiftlang/swift-build Sources/SWBApplePlatform/Specs/DarwinPackageTypes.xcspec:23,42,114,182';
const WRONG_TEMPLATE = 'beriberikix/usbipd-mac Documentation/development/system-extension-archive/Info.plist';

const TEXT = '<string>Lets Example filter your network traffic.</string>';

export const systemExtensionSchemaRules: readonly Rule[] = [
  {
    id: 'sysext/value-type',
    severity: 'error',
    title: 'Wrong type of value in a system extension',
    what: 'A key of a system extension whose value is of another type than the system reads there.',
    why: 'The system does not convert types: the key counts as absent, and activation fails.',
    how: 'Write the value as the type that the message names.',
    source: [SYSTEM_MODE, CAMERA],
    kinds,
    examples: {
      invalid: '<key>NetworkExtension</key>\n<array/>',
      valid:
        '<key>NetworkExtension</key>\n<dict>\n\t<key>NEProviderClasses</key>\n\t<dict>\n\t\t<key>com.apple.networkextension.dns-proxy</key>\n\t\t<string>$(PRODUCT_MODULE_NAME).Proxy</string>\n\t</dict>\n</dict>',
    },
  },
  {
    id: 'sysext/empty-value',
    severity: 'error',
    title: 'Empty value in a system extension',
    what: 'A Mach service, provider class or list of providers without content.',
    why: 'The system asks for the name and gets none: nothing is published or made, and activation fails.',
    how: 'Write the name that the message asks for.',
    source: [SYSTEM_MODE, CAMERA],
    kinds,
    examples: {
      invalid: '<key>CMIOExtensionMachServiceName</key>\n<string></string>',
      valid:
        '<key>CMIOExtensionMachServiceName</key>\n<string>$(TeamIdentifierPrefix)$(PRODUCT_BUNDLE_IDENTIFIER)</string>',
    },
  },
  {
    id: 'sysext/package-type',
    severity: 'error',
    title: 'Package type of a system extension',
    what: 'A `CFBundlePackageType` other than `SYSX` in a system extension.',
    why: 'The letters tell the system what the bundle is. `XPC!` is an app extension, `DEXT` a driver, `APPL` an app; none of them is activated as a system extension of this kind.',
    how: 'Write `SYSX`, or `$(PRODUCT_BUNDLE_PACKAGE_TYPE)` in an Xcode project.',
    source: [PACKAGE_TYPES, 'northpolesec/santa Source/santad/Info.plist'],
    kinds,
    facts: ['mistake:M011'],
    examples: {
      invalid: '<key>CFBundlePackageType</key>\n<string>APPL</string>',
      valid: '<key>CFBundlePackageType</key>\n<string>SYSX</string>',
    },
  },
  {
    id: 'sysext/supported-platforms',
    severity: 'warning',
    title: 'Platform of a system extension',
    what: 'A `CFBundleSupportedPlatforms` with another platform than `MacOSX` in a network, endpoint-security or camera extension.',
    why: 'These extensions exist on macOS only; `DriverKit` is the platform of dexts. A bundle that names another platform than the one it is built for was put together from the wrong template.',
    how: 'Write `MacOSX`, or leave the key to Xcode.',
    source: ['UNVERIFIED what the system does; https://github.com/obsproject/obs-studio/pull/7777'],
    kinds,
    examples: {
      invalid: '<key>CFBundleSupportedPlatforms</key>\n<array>\n\t<string>DriverKit</string>\n</array>',
      valid: '<key>CFBundleSupportedPlatforms</key>\n<array>\n\t<string>MacOSX</string>\n</array>',
    },
  },
  {
    id: 'sysext/missing-usage-description',
    severity: 'warning',
    title: 'Missing NSSystemExtensionUsageDescription',
    what: 'A system extension whose Info.plist is written out and has no `NSSystemExtensionUsageDescription`.',
    why: 'The system shows the text when it asks the user to allow the extension. Without it activation fails. A warning only, since the build settings may add the key.',
    how: 'Add `NSSystemExtensionUsageDescription`, or set `INFOPLIST_KEY_NSSystemExtensionUsageDescription` in the build settings of a target that generates its Info.plist.',
    source: [USAGE],
    kinds,
    examples: {
      invalid: '<key>CFBundleIdentifier</key>\n<string>com.example.App.Filter</string>',
      valid: `<key>CFBundleIdentifier</key>\n<string>com.example.App.Filter</string>\n<key>NSSystemExtensionUsageDescription</key>\n${TEXT}`,
    },
  },
  {
    id: 'sysext/wrong-usage-description',
    severity: 'error',
    title: 'Usage description of drivers',
    what: 'A system extension with `OSBundleUsageDescription` and without `NSSystemExtensionUsageDescription`.',
    why: 'The first key is for drivers. For any other system extension the system reads the second only, and activation fails.',
    how: 'Rename the key to `NSSystemExtensionUsageDescription`.',
    source: [USAGE, 'https://developer.apple.com/documentation/systemextensions/osbundleusagedescriptionkey'],
    kinds,
    examples: {
      invalid: `<key>OSBundleUsageDescription</key>\n${TEXT}`,
      valid: `<key>NSSystemExtensionUsageDescription</key>\n${TEXT}`,
    },
  },
  {
    id: 'sysext/empty-usage-description',
    severity: 'warning',
    title: 'Empty NSSystemExtensionUsageDescription',
    what: 'An `NSSystemExtensionUsageDescription` without text, as Xcode’s template leaves it.',
    why: 'The user is asked to allow an extension and not told why.',
    how: 'Write a sentence that says what the extension is good for.',
    source: [USAGE],
    kinds,
    facts: ['mistake:M004'],
    examples: {
      invalid: '<key>NSSystemExtensionUsageDescription</key>\n<string></string>',
      valid: `<key>NSSystemExtensionUsageDescription</key>\n${TEXT}`,
    },
  },
  {
    id: 'sysext/app-extension-key',
    severity: 'error',
    title: 'NSExtension in a system extension',
    what: 'The dictionary `NSExtension` in a system extension.',
    why: 'It declares an app extension, which is packaged and started in another way. In a system extension it is ignored, and the extension never starts.',
    how: 'Remove it; describe the extension by `NetworkExtension` or `CMIOExtension`.',
    source: [WRONG_TEMPLATE, 'WireGuard/wireguard-apple Sources/WireGuardNetworkExtension/Info.plist'],
    kinds,
    facts: ['mistake:M012'],
    examples: {
      invalid: '<key>CFBundlePackageType</key>\n<string>SYSX</string>\n<key>NSExtension</key>\n<dict/>',
      valid:
        '<key>CFBundlePackageType</key>\n<string>SYSX</string>\n<key>CMIOExtension</key>\n<dict>\n\t<key>CMIOExtensionMachServiceName</key>\n\t<string>$(TeamIdentifierPrefix)com.example.camera</string>\n</dict>',
    },
  },
  {
    id: 'sysext/personalities',
    severity: 'error',
    title: 'Personalities in a system extension',
    what: '`IOKitPersonalities` in a system extension of type `SYSX`.',
    why: 'Only driver extensions and kexts are matched with devices. Here the dictionary is ignored, so the “driver” never starts.',
    how: 'Make the driver a target of its own, a driver extension (.dext).',
    source: [WRONG_TEMPLATE],
    kinds,
    examples: {
      invalid:
        '<key>CFBundlePackageType</key>\n<string>SYSX</string>\n<key>IOKitPersonalities</key>\n<dict/>',
      valid: '<key>CFBundlePackageType</key>\n<string>DEXT</string>\n<key>IOKitPersonalities</key>\n<dict/>',
    },
  },
  {
    id: 'sysext/invented-key',
    severity: 'error',
    title: 'Constant’s name as a key',
    what: '`NSSystemExtensionUsageDescriptionKey` in a system extension.',
    why: 'That is the name of a constant in Apple’s header. The key is the constant’s value, without `Key`; the system finds no text, and activation fails.',
    how: 'Write `NSSystemExtensionUsageDescription`.',
    source: [USAGE],
    kinds,
    examples: {
      invalid: `<key>NSSystemExtensionUsageDescriptionKey</key>\n${TEXT}`,
      valid: `<key>NSSystemExtensionUsageDescription</key>\n${TEXT}`,
    },
  },
  {
    id: 'sysext/missing-network-extension',
    severity: 'error',
    title: 'Missing NetworkExtension',
    what: 'A network system extension without the dictionary `NetworkExtension`.',
    why: 'The system reads from it which providers there are. Without it the activation hangs in validation or ends with error 9.',
    how: 'Add `NetworkExtension` with `NEProviderClasses`.',
    source: [SYSTEM_MODE],
    kinds: network,
    facts: ['mistake:M101'],
    examples: {
      invalid: '<key>CFBundlePackageType</key>\n<string>SYSX</string>',
      valid:
        '<key>NetworkExtension</key>\n<dict>\n\t<key>NEProviderClasses</key>\n\t<dict>\n\t\t<key>com.apple.networkextension.dns-proxy</key>\n\t\t<string>$(PRODUCT_MODULE_NAME).Proxy</string>\n\t</dict>\n</dict>',
    },
  },
  {
    id: 'sysext/missing-provider-classes',
    severity: 'error',
    title: 'Missing NEProviderClasses',
    what: 'A `NetworkExtension` dictionary without `NEProviderClasses`.',
    why: 'The system does not know what the extension provides, nor which class to make: activation fails.',
    how: 'Add `NEProviderClasses` with an extension point and the name of your class.',
    source: [SYSTEM_MODE],
    kinds: network,
    facts: ['mistake:M101'],
    examples: {
      invalid: '<key>NetworkExtension</key>\n<dict/>',
      valid:
        '<key>NetworkExtension</key>\n<dict>\n\t<key>NEProviderClasses</key>\n\t<dict>\n\t\t<key>com.apple.networkextension.dns-proxy</key>\n\t\t<string>$(PRODUCT_MODULE_NAME).Proxy</string>\n\t</dict>\n</dict>',
    },
  },
  {
    id: 'sysext/provider-point',
    severity: 'error',
    title: 'Unknown extension point',
    what: 'A key of `NEProviderClasses` that is none of the five extension points of system extensions.',
    why: 'The extension fails with “extension point is not supported”. Other points (`filter-control`, `app-push`) exist for app extensions only.',
    how: 'Write `com.apple.networkextension.` and `packet-tunnel`, `app-proxy`, `filter-data`, `filter-packet` or `dns-proxy`.',
    source: [SYSTEM_MODE],
    kinds: network,
    facts: ['mistake:M103'],
    examples: {
      invalid:
        '<key>NEProviderClasses</key>\n<dict>\n\t<key>com.apple.networkextension.transparent-proxy</key>\n\t<string>App.Proxy</string>\n</dict>',
      valid:
        '<key>NEProviderClasses</key>\n<dict>\n\t<key>com.apple.networkextension.app-proxy</key>\n\t<string>App.Proxy</string>\n</dict>',
    },
  },
  {
    id: 'sysext/provider-class-without-module',
    severity: 'information',
    title: 'Provider class without a module',
    what: 'A class name in `NEProviderClasses` without a dot.',
    why: 'The class is looked up by its Objective-C name. That of a Swift class begins with the module, unless `@objc(Name)` gives it another.',
    how: 'Write `$(PRODUCT_MODULE_NAME).Class` for a Swift class; leave an Objective-C class as it is.',
    source: [SYSTEM_MODE],
    kinds: network,
    facts: ['mistake:M102'],
    examples: {
      invalid: '<key>com.apple.networkextension.dns-proxy</key>\n<string>Proxy</string>',
      valid: '<key>com.apple.networkextension.dns-proxy</key>\n<string>$(PRODUCT_MODULE_NAME).Proxy</string>',
    },
  },
  {
    id: 'sysext/missing-mach-service',
    severity: 'warning',
    title: 'Content filter without NEMachServiceName',
    what: 'A `NetworkExtension` with a content filter and without `NEMachServiceName`.',
    why: 'The system reaches a content filter by the Mach service that it publishes. Extensions with an app proxy alone are known to work without.',
    how: 'Add `NEMachServiceName` with a name that begins with one of the extension’s app groups.',
    source: [
      'objective-see/LuLu LuLu/Extension/Info.plist',
      'UNVERIFIED in Apple’s text; from projects and forum threads',
    ],
    kinds: network,
    examples: {
      invalid:
        '<key>NetworkExtension</key>\n<dict>\n\t<key>NEProviderClasses</key>\n\t<dict>\n\t\t<key>com.apple.networkextension.filter-data</key>\n\t\t<string>App.Filter</string>\n\t</dict>\n</dict>',
      valid:
        '<key>NetworkExtension</key>\n<dict>\n\t<key>NEMachServiceName</key>\n\t<string>$(TeamIdentifierPrefix)com.example.filter</string>\n\t<key>NEProviderClasses</key>\n\t<dict>\n\t\t<key>com.apple.networkextension.filter-data</key>\n\t\t<string>App.Filter</string>\n\t</dict>\n</dict>',
    },
  },
  {
    id: 'sysext/missing-camera-extension',
    severity: 'error',
    title: 'Missing CMIOExtension',
    what: 'A camera extension without the dictionary `CMIOExtension`.',
    why: 'It is what makes the system take the bundle for a camera extension.',
    how: 'Add `CMIOExtension` with `CMIOExtensionMachServiceName`.',
    source: [CAMERA],
    kinds: camera,
    examples: {
      invalid: '<key>CFBundlePackageType</key>\n<string>SYSX</string>',
      valid:
        '<key>CMIOExtension</key>\n<dict>\n\t<key>CMIOExtensionMachServiceName</key>\n\t<string>$(TeamIdentifierPrefix)com.example.camera</string>\n</dict>',
    },
  },
  {
    id: 'sysext/missing-camera-service',
    severity: 'error',
    title: 'Missing CMIOExtensionMachServiceName',
    what: 'A `CMIOExtension` dictionary without `CMIOExtensionMachServiceName`.',
    why: 'The system reaches the camera by that Mach service. Without a name it cannot.',
    how: 'Add it: an app group that extension and app share, usually `$(TeamIdentifierPrefix)$(PRODUCT_BUNDLE_IDENTIFIER)`.',
    source: [CAMERA],
    kinds: camera,
    examples: {
      invalid: '<key>CMIOExtension</key>\n<dict/>',
      valid:
        '<key>CMIOExtension</key>\n<dict>\n\t<key>CMIOExtensionMachServiceName</key>\n\t<string>$(TeamIdentifierPrefix)com.example.camera</string>\n</dict>',
    },
  },
  {
    id: 'app/package-type',
    severity: 'warning',
    title: 'Package type of an app',
    what: 'An app whose `CFBundlePackageType` is that of an extension.',
    why: 'The system takes the bundle for what the letters say.',
    how: 'Write `APPL`, or `$(PRODUCT_BUNDLE_PACKAGE_TYPE)` in an Xcode project.',
    source: [PACKAGE_TYPES],
    kinds: ['app'],
    examples: {
      invalid: '<key>CFBundlePackageType</key>\n<string>SYSX</string>',
      valid: '<key>CFBundlePackageType</key>\n<string>APPL</string>',
    },
  },
  {
    id: 'app/personalities',
    severity: 'warning',
    title: 'Personalities in an app',
    what: '`IOKitPersonalities` in an app.',
    why: 'The system reads personalities from dexts and kexts only.',
    how: 'Move the dictionary to the driver’s Info.plist.',
    source: [WRONG_TEMPLATE],
    kinds: ['app'],
    examples: {
      invalid:
        '<key>CFBundlePackageType</key>\n<string>APPL</string>\n<key>IOKitPersonalities</key>\n<dict/>',
      valid: '<key>CFBundlePackageType</key>\n<string>APPL</string>',
    },
  },
  {
    id: 'app/invented-key',
    severity: 'warning',
    title: 'Constant’s name as a key in an app',
    what: '`NSSystemExtensionUsageDescriptionKey` in an app.',
    why: 'That is the name of a constant in Apple’s header, and the text belongs into the extension: nothing reads it here.',
    how: 'Write `NSSystemExtensionUsageDescription` into the extension’s Info.plist.',
    source: [USAGE],
    kinds: ['app'],
    examples: {
      invalid: `<key>NSSystemExtensionUsageDescriptionKey</key>\n${TEXT}`,
      valid: '<key>CFBundlePackageType</key>\n<string>APPL</string>',
    },
  },
  {
    id: 'app/invented-extension-point',
    severity: 'error',
    title: 'Extension point that does not exist',
    what: 'An `NSExtensionPointIdentifier` such as `com.apple.system-extension.driver-extension`.',
    why: 'There is no such point: system extensions and drivers are no app extensions, and this one never starts.',
    how: 'Make the driver a .dext with `IOKitPersonalities`, or name a real point.',
    source: [WRONG_TEMPLATE],
    kinds: ['app'],
    examples: {
      invalid:
        '<key>NSExtensionPointIdentifier</key>\n<string>com.apple.system-extension.driver-extension</string>',
      valid:
        '<key>NSExtensionPointIdentifier</key>\n<string>com.apple.networkextension.packet-tunnel</string>',
    },
  },
];
