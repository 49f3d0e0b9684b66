/** Pages of the findings that entitlements.schema.json raises. */
import type { BundleKind } from '../workspace/types.ts';
import type { Rule } from './types.ts';

const kinds: readonly BundleKind[] = ['entitlements'];
const PAGES = 'https://developer.apple.com/documentation/bundleresources/entitlements';
const KERNEL = 'apple-oss-distributions/xnu iokit/Kernel/IOUserServer.cpp';
const PCI = 'apple-oss-distributions/IOPCIFamily IOPCIDevice.cpp:864-920';
const USB = 'com.apple.developer.driverkit.transport.usb';

const ONE_VENDOR = `<key>${USB}</key>\n<array>\n\t<dict>\n\t\t<key>idVendor</key>\n\t\t<integer>1118</integer>\n\t</dict>\n</array>`;
const ONE_PCI_VENDOR =
  '<key>com.apple.developer.driverkit.transport.pci</key>\n<array>\n\t<dict>\n\t\t<key>IOPCIPrimaryMatch</key>\n\t\t<string>0x00008086&amp;0x0000FFFF</string>\n\t</dict>\n</array>';

export const entitlementsSchemaRules: readonly Rule[] = [
  {
    id: 'entitlements/value-type',
    severity: 'error',
    title: 'Wrong type of entitlement',
    what: 'An entitlement that wants an array of strings, or a boolean, and has something else.',
    why: 'The system reads a list of names, or asks for the boolean. Anything else names and grants nothing, and a profile does not match it either.',
    how: 'Write the array or the boolean that the message shows.',
    source: [`${KERNEL}:4776-4792`, `${PAGES}/com.apple.developer.networking.networkextension`],
    kinds,
    examples: {
      invalid: '<key>com.apple.developer.driverkit.userclient-access</key>\n<true/>',
      valid:
        '<key>com.apple.developer.driverkit.userclient-access</key>\n<array>\n\t<string>com.example.Lamp.Driver</string>\n</array>',
    },
  },
  {
    id: 'entitlements/driverkit-not-true',
    severity: 'error',
    title: 'com.apple.developer.driverkit is not true',
    what: '`com.apple.developer.driverkit` with the value false.',
    why: 'It is the licence to be a driver. The loader does not start the process without it, and the kernel refuses its server.',
    how: 'Write `<true/>`, or remove the key from a file that is not for a dext.',
    source: [`${KERNEL}:4129`, `${PAGES}/com.apple.developer.driverkit`],
    kinds,
    facts: ['mistake:M082'],
    examples: {
      invalid: '<key>com.apple.developer.driverkit</key>\n<false/>',
      valid: '<key>com.apple.developer.driverkit</key>\n<true/>',
    },
  },
  {
    id: 'entitlements/usb-transport-type',
    severity: 'error',
    title: 'USB transport that names no device',
    what: `\`${USB}\` that is no array of dictionaries.`,
    why: 'The entitlement lists the devices that the driver may use. A boolean, or an array of bare ids, lists none.',
    how: 'Write an array of dictionaries with `idVendor`.',
    source: [`${PAGES}/${USB}`],
    kinds,
    facts: ['mistake:M071', 'trap:17'],
    examples: { invalid: `<key>${USB}</key>\n<true/>`, valid: ONE_VENDOR },
  },
  {
    id: 'entitlements/usb-value',
    severity: 'error',
    title: 'USB id that no device can have',
    what: 'A value in the USB transport that is no integer of the size of the descriptor’s field, nor `"*"` for `idVendor`.',
    why: 'Ids have 16 bits, classes and numbers 8. A value beyond, or a string, equals no device’s; the profile that Apple grants has integers.',
    how: 'Write the decimal integer of the descriptor.',
    source: [`${PAGES}/${USB}`],
    kinds,
    facts: ['trap:17'],
    examples: {
      invalid: ONE_VENDOR.replace('<integer>1118</integer>', '<string>0x045E</string>'),
      valid: ONE_VENDOR,
    },
  },
  {
    id: 'entitlements/usb-unknown-key',
    severity: 'warning',
    title: 'USB transport with another key',
    what: 'A dictionary of the USB transport that is empty or has a key that Apple does not document for it.',
    why: 'A profile grants dictionaries with the documented keys only; one with another key does not match it, and the driver is not started.',
    how: 'Use the descriptor’s fields: `idVendor`, `idProduct`, `bInterfaceClass` …',
    source: [`${PAGES}/${USB}`],
    kinds,
    examples: { invalid: ONE_VENDOR.replace('idVendor', 'VendorID'), valid: ONE_VENDOR },
  },
  {
    id: 'entitlements/pci-transport-type',
    severity: 'error',
    title: 'PCI transport that names no device',
    what: '`com.apple.developer.driverkit.transport.pci` that is no array of dictionaries.',
    why: 'The kernel runs the device against each dictionary. Without one no device is allowed.',
    how: 'Write an array of dictionaries with `IOPCIPrimaryMatch` or another PCI match key.',
    source: [PCI],
    kinds,
    facts: ['trap:17'],
    examples: {
      invalid: '<key>com.apple.developer.driverkit.transport.pci</key>\n<string>0x8086</string>',
      valid: ONE_PCI_VENDOR,
    },
  },
  {
    id: 'entitlements/pci-transport-boolean',
    severity: 'warning',
    title: 'PCI transport as a boolean',
    what: '`com.apple.developer.driverkit.transport.pci` as `<true/>`.',
    why: 'The kernel takes it, for Apple’s own use. A profile does not grant it: such a driver runs only where the checks are off.',
    how: 'Write an array of dictionaries with `IOPCIPrimaryMatch`.',
    source: [PCI],
    kinds,
    facts: ['mistake:M072', 'trap:17'],
    examples: {
      invalid: '<key>com.apple.developer.driverkit.transport.pci</key>\n<true/>',
      valid: ONE_PCI_VENDOR,
    },
  },
  {
    id: 'entitlements/false-counts-as-true',
    severity: 'warning',
    title: 'False that counts as true',
    what: 'An entitlement that is looked up by its presence, with the value false: `allow-any-userclient-access`, `transport.hid`, the families.',
    why: 'The kernel asks whether the key is there and does not read the value. False allows just what true does.',
    how: 'Remove the key if it is not wanted.',
    source: [`${KERNEL}:4769-4773`],
    kinds,
    facts: ['mistake:M088', 'trap:9'],
    examples: {
      invalid: '<key>com.apple.developer.driverkit.allow-any-userclient-access</key>\n<false/>',
      valid: '<key>com.apple.developer.driverkit.allow-any-userclient-access</key>\n<true/>',
    },
  },
  {
    id: 'entitlements/invented-key',
    severity: 'error',
    title: 'Entitlement that does not exist',
    what: 'A key that people have written and that is no entitlement, such as `com.apple.developer.driverkit.usb.transport` or `…family.storage`.',
    why: 'The system ignores it: the check for the real one fails as if nothing had been written.',
    how: 'Write the key that the message names.',
    source: [PAGES],
    kinds,
    facts: ['mistake:M073', 'mistake:M074', 'mistake:M076', 'mistake:M077', 'mistake:M079', 'trap:16'],
    examples: {
      invalid: '<key>com.apple.developer.driverkit.family.storage</key>\n<true/>',
      valid: '<key>com.apple.developer.driverkit.family.block-storage-device</key>\n<true/>',
    },
  },
  {
    id: 'entitlements/defunct',
    severity: 'information',
    title: 'Entitlement without a function',
    what: '`com.apple.developer.driverkit.family.hid.virtual.device`.',
    why: 'It has no function on any system. It must still be in the profile, so it can only keep the driver from starting.',
    how: 'Remove it. An app or daemon that makes virtual HID devices carries `com.apple.developer.hid.virtual.device`.',
    source: ['https://developer.apple.com/forums/thread/843327'],
    kinds,
    facts: ['mistake:M093'],
    examples: {
      invalid: '<key>com.apple.developer.driverkit.family.hid.virtual.device</key>\n<true/>',
      valid: '<key>com.apple.developer.driverkit.family.hid.device</key>\n<true/>',
    },
  },
  {
    id: 'entitlements/deprecated',
    severity: 'information',
    title: 'Old name of an entitlement',
    what: '`com.apple.vm.hypervisor`.',
    why: 'Systems since macOS 11 read `com.apple.security.hypervisor`.',
    how: 'Write the new name; keep the old one only for an app that still runs on macOS 10.15.',
    source: [`${PAGES}/com.apple.security.hypervisor`],
    kinds,
    examples: {
      invalid: '<key>com.apple.vm.hypervisor</key>\n<true/>',
      valid: '<key>com.apple.security.hypervisor</key>\n<true/>',
    },
  },
  {
    id: 'entitlements/apple-only',
    severity: 'warning',
    title: 'Entitlement that only Apple has',
    what: '`com.apple.developer.driverkit.builtin`, as a key or in the list of `transport.pci`.',
    why: 'It guards devices that are built into the machine. As far as is known it cannot be requested, so no other profile holds it.',
    how: 'Remove it.',
    source: [
      'apple-oss-distributions/IOHIDFamily IOHIDFamily/IOHIDInterface.cpp:990-1005',
      'https://developer.apple.com/forums/thread/818441',
    ],
    kinds,
    facts: ['mistake:M094'],
    examples: {
      invalid: '<key>com.apple.developer.driverkit.builtin</key>\n<true/>',
      valid: '<key>com.apple.developer.driverkit.transport.hid</key>\n<true/>',
    },
  },
  {
    id: 'entitlements/private',
    severity: 'warning',
    title: 'Private entitlement',
    what: 'An entitlement of DriverKit that begins with `com.apple.private.`.',
    why: 'The system honours it in Apple’s own signature only, and does not start another program that claims it.',
    how: 'Remove it.',
    source: ['apple-oss-distributions/xnu iokit/DriverKit/IOKitKeys.h:131-135'],
    kinds,
    examples: {
      invalid: '<key>com.apple.private.driverkit.test-driver</key>\n<true/>',
      valid: '<key>com.apple.developer.driverkit</key>\n<true/>',
    },
  },
  {
    id: 'entitlements/set-by-kernel',
    severity: 'warning',
    title: 'Entitlement that the kernel sets',
    what: '`com.apple.developer.driverkit.administrator` in a file.',
    why: 'The kernel adds the name to what it hands to `NewUserClient` when the client runs as root. In a signature it does nothing.',
    how: 'Remove it.',
    source: [`${KERNEL}:4690-4692`],
    kinds,
    examples: {
      invalid: '<key>com.apple.developer.driverkit.administrator</key>\n<true/>',
      valid: '<key>com.apple.developer.driverkit</key>\n<true/>',
    },
  },
  {
    id: 'entitlements/networkextension-value',
    severity: 'warning',
    title: 'Unknown kind of network extension',
    what: 'A value of `com.apple.developer.networking.networkextension` that Apple does not document.',
    why: 'A profile grants the documented values; another one is in no profile, and the program is not started.',
    how: 'Take one of the documented values, with `-systemextension` for Developer ID.',
    source: [`${PAGES}/com.apple.developer.networking.networkextension`],
    kinds,
    examples: {
      invalid:
        '<key>com.apple.developer.networking.networkextension</key>\n<array>\n\t<string>dns-proxy-provider</string>\n</array>',
      valid:
        '<key>com.apple.developer.networking.networkextension</key>\n<array>\n\t<string>dns-proxy</string>\n</array>',
    },
  },
  {
    id: 'entitlements/application-identifier',
    severity: 'warning',
    title: 'Application identifier without a team',
    what: 'An application identifier that is not a team id of ten characters, a dot and a bundle id.',
    why: 'It must equal the one in the provisioning profile, which has that form.',
    how: 'Leave the key to the profile, or write `$(AppIdentifierPrefix)$(CFBundleIdentifier)`.',
    source: ['https://developer.apple.com/documentation/bundleresources/diagnosing-issues-with-entitlements'],
    kinds,
    examples: {
      invalid: '<key>com.apple.application-identifier</key>\n<string>com.example.Lamp</string>',
      valid:
        '<key>com.apple.application-identifier</key>\n<string>$(AppIdentifierPrefix)$(CFBundleIdentifier)</string>',
    },
  },
  {
    id: 'entitlements/team-identifier',
    severity: 'warning',
    title: 'Team id of another form',
    what: 'A team id that is not ten capital letters and digits.',
    why: 'It must equal the one in the provisioning profile, which has that form.',
    how: 'Leave the key to the profile.',
    source: ['https://developer.apple.com/forums/thread/812857'],
    kinds,
    examples: {
      invalid: '<key>com.apple.developer.team-identifier</key>\n<string>Example Ltd.</string>',
      valid: '<key>com.apple.developer.team-identifier</key>\n<string>A1B2C3D4E5</string>',
    },
  },
];
