/** Pages of the findings that dext-personality.schema.json and user-client.schema.json raise. */
import type { BundleKind } from '../workspace/types.ts';
import type { Rule } from './types.ts';

const kinds: readonly BundleKind[] = ['dext', 'codeless-dext'];
const LOADER = 'apple-oss-distributions/IOKitUser kext.subproj/OSKext.c';
const SERVER = 'apple-oss-distributions/xnu iokit/Kernel/IOUserServer.cpp';
const SERVICE = 'apple-oss-distributions/xnu iokit/Kernel/IOService.cpp';

const PERSONALITY = 'IOKitPersonalities.<name>';
const missing = (key: string) => `oskext:kOSKextDiagnosticMissingPropertyKey#${PERSONALITY}.${key}`;

export const personalitySchemaRules: readonly Rule[] = [
  {
    id: 'dext/missing-class',
    severity: 'error',
    title: 'Missing IOClass',
    what: 'A personality without `IOClass`.',
    why: 'The kernel would not know which object to make when the personality wins; the loader calls the whole dext invalid.',
    how: 'Add `IOClass`: `IOUserService`, or the proxy class of the family (`IOUserSerial`, `AppleUserHIDDevice` …).',
    source: [`${LOADER}:12839-12863`],
    kinds,
    facts: [missing('IOClass'), 'trap:7'],
    examples: {
      invalid: '<key>IOUserClass</key>\n<string>LampDriver</string>',
      valid:
        '<key>IOClass</key>\n<string>IOUserService</string>\n<key>IOUserClass</key>\n<string>LampDriver</string>',
    },
  },
  {
    id: 'dext/missing-provider-class',
    severity: 'error',
    title: 'Missing IOProviderClass',
    what: 'A personality without `IOProviderClass`.',
    why: 'Personalities are looked up by the class of the nub that appeared. One without a class is never looked at, and the loader calls the dext invalid.',
    how: 'Add `IOProviderClass` with the class of the nub: `IOUSBHostInterface`, `IOHIDInterface`, `IOPCIDevice`, `IOUserResources` …',
    source: [`${LOADER}:12865-12890`],
    kinds,
    facts: [missing('IOProviderClass'), 'mistake:M014', 'trap:7'],
    examples: {
      invalid: '<key>idVendor</key>\n<integer>1118</integer>',
      valid:
        '<key>IOProviderClass</key>\n<string>IOUSBHostDevice</string>\n<key>idVendor</key>\n<integer>1118</integer>',
    },
  },
  {
    id: 'dext/missing-user-class',
    severity: 'error',
    title: 'Missing IOUserClass',
    what: 'A personality without `IOUserClass`, or with an empty one.',
    why: 'The kernel starts the process and then has no class to make in it: it logs “no IOUserClass defined” and the driver does not start.',
    how: 'Add `IOUserClass` with your driver’s class from the .iig file. A codeless dext names a complete class of Apple’s framework.',
    source: [`${SERVER}:2905-2918`],
    kinds,
    facts: ['mistake:M050'],
    examples: {
      invalid: '<key>IOClass</key>\n<string>IOUserService</string>',
      valid:
        '<key>IOClass</key>\n<string>IOUserService</string>\n<key>IOUserClass</key>\n<string>LampDriver</string>',
    },
  },
  {
    id: 'dext/missing-server-name',
    severity: 'error',
    title: 'Missing IOUserServerName',
    what: 'A personality of a dext without `IOUserServerName`, or with an empty one.',
    why: 'Its presence is what makes the kernel treat a personality as a dext’s. Without it no process is started and `IOUserClass` is never read.',
    how: 'Add `IOUserServerName` with the value `$(PRODUCT_BUNDLE_IDENTIFIER)`.',
    source: [`${SERVICE}:3926,4803-4945`],
    kinds,
    facts: ['mistake:M014', 'trap:9'],
    examples: {
      invalid: '<key>IOUserClass</key>\n<string>LampDriver</string>',
      valid:
        '<key>IOUserClass</key>\n<string>LampDriver</string>\n<key>IOUserServerName</key>\n<string>$(PRODUCT_BUNDLE_IDENTIFIER)</string>',
    },
  },
  {
    id: 'dext/missing-kernel-bundle',
    severity: 'warning',
    title: 'Missing CFBundleIdentifierKernel',
    what: 'A personality that does not say which kext holds its `IOClass`.',
    why: 'The loader reports it. The kernel falls back on `CFBundleIdentifier`, so the driver runs as long as the class is in the kernel already; many drivers that ship do.',
    how: 'Add `CFBundleIdentifierKernel`: `com.apple.kpi.iokit` for `IOUserService`, the family’s kext for its proxy class.',
    source: [`${LOADER}:12955-12977`, 'apple-oss-distributions/xnu libkern/c++/OSKext.cpp:3285-3289'],
    kinds,
    facts: [
      missing('CFBundleIdentifierKernel'),
      'oskext:kOSKextDiagnosticMissingDesignatedKernelClass',
      'trap:7',
    ],
    examples: {
      invalid: '<key>IOClass</key>\n<string>IOUserService</string>',
      valid:
        '<key>CFBundleIdentifierKernel</key>\n<string>com.apple.kpi.iokit</string>\n<key>IOClass</key>\n<string>IOUserService</string>',
    },
  },
  {
    id: 'dext/wrong-kernel-bundle',
    severity: 'error',
    title: 'CFBundleIdentifierKernel of another family',
    what: 'A `CFBundleIdentifierKernel` that names another kext than the one with the `IOClass`, such as `com.apple.kpi.iokit` beside `IOUserSerial`.',
    why: 'The named kext is loaded and the class is not in it: the kernel cannot make the object, and the driver does not start.',
    how: 'Name the kext of the family, as the message says.',
    source: [`${LOADER}:12955-12977`, 'apple-oss-distributions/xnu iokit/Kernel/IOCatalogue.cpp:612-656'],
    kinds,
    facts: ['mistake:M023', 'trap:7'],
    examples: {
      invalid:
        '<key>CFBundleIdentifierKernel</key>\n<string>com.apple.kpi.iokit</string>\n<key>IOClass</key>\n<string>IOUserSerial</string>',
      valid:
        '<key>CFBundleIdentifierKernel</key>\n<string>com.apple.driver.driverkit.serial</string>\n<key>IOClass</key>\n<string>IOUserSerial</string>',
    },
  },
  {
    id: 'dext/in-kernel-class',
    severity: 'error',
    title: 'In-kernel class as IOClass',
    what: 'An `IOClass` such as `IOSCSIPeripheralDeviceType00`.',
    why: 'That is the driver inside the kernel. The dext’s object is made under it instead of under the proxy, and crashes when it starts.',
    how: 'Write the proxy class: `IOUser` in front, `IOUserSCSIPeripheralDeviceType00`.',
    source: ['fetzu/ReDrobo docs/DRIVERKIT.md bug 1'],
    kinds,
    facts: ['mistake:M025'],
    examples: {
      invalid: '<key>IOClass</key>\n<string>IOSCSIPeripheralDeviceType00</string>',
      valid: '<key>IOClass</key>\n<string>IOUserSCSIPeripheralDeviceType00</string>',
    },
  },
  {
    id: 'dext/scsi-class',
    severity: 'error',
    title: 'SCSI unit under IOUserService',
    what: '`IOClass` `IOUserService` with the provider `IOSCSIPeripheralDeviceNub`.',
    why: 'The plain service has none of the SCSI calls: each call of the framework returns `kIOReturnUnsupported`.',
    how: 'Write `IOUserSCSIPeripheralDeviceType00`, `05` or `07`, as the unit’s device type says.',
    source: [
      'fetzu/ReDrobo docs/DRIVERKIT.md bug 1',
      'https://developer.apple.com/documentation/scsiperipheralsdriverkit',
    ],
    kinds,
    facts: ['mistake:M024'],
    examples: {
      invalid:
        '<key>IOClass</key>\n<string>IOUserService</string>\n<key>IOProviderClass</key>\n<string>IOSCSIPeripheralDeviceNub</string>',
      valid:
        '<key>IOClass</key>\n<string>IOUserSCSIPeripheralDeviceType00</string>\n<key>IOProviderClass</key>\n<string>IOSCSIPeripheralDeviceNub</string>',
    },
  },
  {
    id: 'dext/unknown-kernel-class',
    severity: 'warning',
    title: 'IOClass that is no kernel class',
    what: 'An `IOClass` that is none of the proxy classes of dexts, often the driver’s own class.',
    why: '`IOClass` is made in the kernel, where your code is not. If the kernel has no class of that name, the driver does not start.',
    how: 'Write `IOUserService` or the family’s proxy class, and your own class in `IOUserClass`.',
    source: ['https://developer.apple.com/documentation/bundleresources/information-property-list/ioclass'],
    kinds,
    examples: {
      invalid: '<key>IOClass</key>\n<string>LampDriver</string>',
      valid:
        '<key>IOClass</key>\n<string>IOUserService</string>\n<key>IOUserClass</key>\n<string>LampDriver</string>',
    },
  },
  {
    id: 'dext/user-client-as-driver',
    severity: 'error',
    title: 'IOUserUserClient as a driver',
    what: '`IOClass` `IOUserUserClient` in the personality itself.',
    why: 'It is the kernel’s side of one connection, made when a program opens the driver. As a driver it never matches.',
    how: 'Write `IOUserService` here, and `IOUserUserClient` in a dictionary `UserClientProperties` inside the personality.',
    source: [`${SERVER}:4706-4716`],
    kinds,
    facts: ['mistake:M028'],
    examples: {
      invalid: '<key>IOClass</key>\n<string>IOUserUserClient</string>',
      valid: '<key>IOClass</key>\n<string>IOUserService</string>',
    },
  },
  {
    id: 'dext/io-resources',
    severity: 'error',
    title: 'Dext on IOResources',
    what: '`IOProviderClass` `IOResources` in a dext.',
    why: 'The kernel keeps that nub for kexts: a dext matched to it is never started. `IOUserResources` is its counterpart for dexts.',
    how: 'Write `IOUserResources`, with an `IOMatchCategory` of your own.',
    source: [`${SERVICE}:4803-4945`],
    kinds,
    facts: ['mistake:M029', 'trap:8'],
    examples: {
      invalid: '<key>IOProviderClass</key>\n<string>IOResources</string>',
      valid: '<key>IOProviderClass</key>\n<string>IOUserResources</string>',
    },
  },
  {
    id: 'dext/legacy-provider',
    severity: 'error',
    title: 'Provider class of the old USB stack',
    what: '`IOProviderClass` `IOUSBInterface` or `IOUSBDevice` in a dext.',
    why: 'Those are the nubs that old kexts know. USBDriverKit’s providers are the `IOUSBHost…` classes; a dext on the old ones never attaches.',
    how: 'Write `IOUSBHostInterface` or `IOUSBHostDevice`.',
    source: ['https://developer.apple.com/documentation/usbdriverkit'],
    kinds,
    facts: ['mistake:M033'],
    examples: {
      invalid: '<key>IOProviderClass</key>\n<string>IOUSBInterface</string>',
      valid: '<key>IOProviderClass</key>\n<string>IOUSBHostInterface</string>',
    },
  },
  {
    id: 'dext/missing-match-category',
    severity: 'warning',
    title: 'IOUserResources without IOMatchCategory',
    what: 'A personality on `IOUserResources` without an `IOMatchCategory`.',
    why: 'All software drivers share that nub, and one driver of each category attaches. In the default category yours competes with all others.',
    how: 'Add `IOMatchCategory` with your bundle id.',
    source: [`${SERVICE}:3930-3948`],
    kinds,
    facts: ['mistake:M031', 'trap:10'],
    examples: {
      invalid: '<key>IOProviderClass</key>\n<string>IOUserResources</string>',
      valid:
        '<key>IOMatchCategory</key>\n<string>$(PRODUCT_BUNDLE_IDENTIFIER)</string>\n<key>IOProviderClass</key>\n<string>IOUserResources</string>',
    },
  },
  {
    id: 'dext/missing-resource-match',
    severity: 'information',
    title: 'IOUserResources without IOResourceMatch',
    what: 'A personality on `IOUserResources` without an `IOResourceMatch`.',
    why: 'Software drivers wait for a resource that says that the system is ready, by custom `IOKit`. Without it the match is tried at once.',
    how: 'Add `IOResourceMatch` with the value `IOKit`.',
    source: [
      'https://developer.apple.com/documentation/bundleresources/information-property-list/ioresourcematch',
    ],
    kinds,
    examples: {
      invalid: '<key>IOProviderClass</key>\n<string>IOUserResources</string>',
      valid:
        '<key>IOProviderClass</key>\n<string>IOUserResources</string>\n<key>IOResourceMatch</key>\n<string>IOKit</string>',
    },
  },
  {
    id: 'dext/match-category-on-hardware',
    severity: 'warning',
    title: 'IOMatchCategory on a hardware nub',
    what: 'An `IOMatchCategory` of its own in a personality on a USB, HID, PCI or SCSI nub.',
    why: 'One driver of each category attaches to a nub. In a category of its own yours does not compete with Apple’s driver but attaches beside it, and Apple’s keeps the device.',
    how: 'Remove the key.',
    source: ['fetzu/ReDrobo docs/DRIVERKIT.md bug 2 (quotes Apple’s engineers)', `${SERVICE}:3930-3948`],
    kinds,
    facts: ['trap:10'],
    examples: {
      invalid:
        '<key>IOMatchCategory</key>\n<string>com.example.Lamp</string>\n<key>IOProviderClass</key>\n<string>IOUSBHostInterface</string>',
      valid: '<key>IOProviderClass</key>\n<string>IOUSBHostInterface</string>',
    },
  },
  {
    id: 'dext/missing-tunnel-compatible',
    severity: 'warning',
    title: 'PCI driver without IOPCITunnelCompatible',
    what: 'A personality on `IOPCIDevice` without `IOPCITunnelCompatible`.',
    why: 'Behind Thunderbolt, where nearly all PCI devices of today’s Macs are, the kernel complains in the log and may refuse the match.',
    how: 'Add `IOPCITunnelCompatible` true once the driver copes with a device that goes away at any time.',
    source: ['apple-oss-distributions/IOPCIFamily IOPCIBridge.cpp:4605-4625'],
    kinds,
    facts: ['mistake:M058'],
    examples: {
      invalid: '<key>IOProviderClass</key>\n<string>IOPCIDevice</string>',
      valid:
        '<key>IOPCITunnelCompatible</key>\n<true/>\n<key>IOProviderClass</key>\n<string>IOPCIDevice</string>',
    },
  },
  {
    id: 'dext/usb-probe-score',
    severity: 'information',
    title: 'IOProbeScore on a USB nub',
    what: 'An `IOProbeScore` in a personality on a USB nub (but for the one that takes a camera from the UVC driver).',
    why: 'USB matching scores personalities by the keys that they use, so that the more exact one wins. Apple advises against changing that order.',
    how: 'Remove the key and match more exactly.',
    source: ['https://developer.apple.com/library/archive/qa/qa1076/_index.html'],
    kinds,
    facts: ['mistake:M038'],
    examples: {
      invalid:
        '<key>IOProbeScore</key>\n<integer>65530</integer>\n<key>IOProviderClass</key>\n<string>IOUSBHostDevice</string>',
      valid: '<key>IOProviderClass</key>\n<string>IOUSBHostDevice</string>',
    },
  },
  {
    id: 'dext/one-process-false',
    severity: 'warning',
    title: 'IOUserServerOneProcess false',
    what: '`IOUserServerOneProcess` with the value false.',
    why: 'The kernel only looks whether the key is there: the services share one process all the same.',
    how: 'Remove the key to give each service a process of its own.',
    source: [`${SERVICE}:4876`, `${SERVER}:6553-6567`],
    kinds,
    facts: ['mistake:M052', 'trap:9'],
    examples: {
      invalid: '<key>IOUserServerOneProcess</key>\n<false/>',
      valid: '<key>IOUserServerOneProcess</key>\n<true/>',
    },
  },
  {
    id: 'dext/sample-server-name',
    severity: 'warning',
    title: 'IOUserServerName of a sample project',
    what: 'An `IOUserServerName` left over from one of the well-known sample projects.',
    why: 'The driver’s process runs under the sample’s name, and two drivers with the same one get in each other’s way.',
    how: 'Write `$(PRODUCT_BUNDLE_IDENTIFIER)`.',
    source: [
      'https://developer.apple.com/documentation/bundleresources/information-property-list/iouserservername',
    ],
    kinds,
    facts: ['mistake:M047'],
    examples: {
      invalid: '<key>IOUserServerName</key>\n<string>com.apple.null.driver</string>',
      valid: '<key>IOUserServerName</key>\n<string>$(PRODUCT_BUNDLE_IDENTIFIER)</string>',
    },
  },
  {
    id: 'dext/io-kit-debug',
    severity: 'information',
    title: 'IOKitDebug left in',
    what: 'An `IOKitDebug` that is not 0.',
    why: 'It switches on debug messages and marks the personality as one under test.',
    how: 'Remove the key from what you ship.',
    source: [`${LOADER}:12742-12764`],
    kinds,
    facts: ['mistake:M064'],
    examples: {
      invalid: '<key>IOKitDebug</key>\n<integer>65535</integer>',
      valid: '<key>IOClass</key>\n<string>IOUserService</string>',
    },
  },
];
