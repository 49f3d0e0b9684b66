/** Rules on what personalities need and the entitlements of the same target grant. */
import type { PlistNode } from '../plist/types.ts';
import { addEntryFix } from './bundle-edits.ts';
import { DEXT_KINDS, knownString } from './bundle-values.ts';
import type { PersonalityNode, ViewContext, WorkspaceRule } from './types.ts';
import { type BundleView, related, type ViewFile } from './workspace-view.ts';

const DRIVERKIT = 'com.apple.developer.driverkit';

/** The family entitlement that the kernel asks of the dext, by the kernel class. */
const FAMILY_OF: Readonly<Record<string, string>> = {
  AppleUserHIDDevice: 'hid.device',
  AppleUserHIDEventService: 'hid.eventservice',
  IOUserSerial: 'serial',
  IOUserNetworkEthernet: 'networking',
  IOUserSCSIParallelInterfaceController: 'scsicontroller',
  IOUserSCSIPeripheralDeviceType00: 'scsicontroller',
  IOUserSCSIPeripheralDeviceType05: 'scsicontroller',
  IOUserSCSIPeripheralDeviceType07: 'scsicontroller',
  IOUserBlockStorageDevice: 'block-storage-device',
};

const TRANSPORT_OF: Readonly<Record<string, 'usb' | 'pci' | 'hid'>> = {
  IOUSBHostDevice: 'usb',
  IOUSBHostInterface: 'usb',
  IOPCIDevice: 'pci',
  IOHIDInterface: 'hid',
};

/** Text of the value to add, with the personality's own numbers where it has them. */
function transportXml(transport: 'usb' | 'pci' | 'hid', personality: PlistNode): string {
  if (transport === 'hid') return '<true/>';
  if (transport === 'usb') {
    const vendor = personality.get('idVendor')?.integer;
    const value = vendor === undefined ? '<string>*</string>' : `<integer>${vendor}</integer>`;
    return `<array>\n\t<dict>\n\t\t<key>idVendor</key>\n\t\t${value}\n\t</dict>\n</array>`;
  }
  const key = ['IOPCIPrimaryMatch', 'IOPCIMatch', 'IOPCISecondaryMatch'].find((one) => personality.get(one));
  const match = key === undefined ? undefined : personality.get(key);
  const text =
    match?.string === undefined
      ? '0x00000000&amp;0x00000000'
      : match.tree.text.slice(match.openEnd, match.closeStart);
  return `<array>\n\t<dict>\n\t\t<key>${key ?? 'IOPCIMatch'}</key>\n\t\t<string>${text}</string>\n\t</dict>\n</array>`;
}

/** Names of the entitlements that stand in the file; a false one of the boolean kind counts, as in the kernel. */
function has(file: ViewFile, name: string): boolean {
  return file.root.get(name) !== undefined || file.root.keyNode(name) !== undefined;
}

function dextPersonalities(view: BundleView): readonly PersonalityNode[] {
  return view.personalities.filter(({ isDext }) => isDext);
}

function checkFamily({ view, report }: ViewContext): void {
  const { info, entitlements } = view;
  if (!info || !entitlements) return;
  for (const { name, node } of dextPersonalities(view)) {
    const kernelClass = node.get('IOClass');
    const family = FAMILY_OF[knownString(kernelClass)?.trim() ?? ''];
    if (!kernelClass || family === undefined) continue;
    const key = `${DRIVERKIT}.family.${family}`;
    if (has(entitlements, key)) continue;
    report({
      document: entitlements.document,
      at: entitlements.root,
      keyPath: [key],
      message: `${key} is missing: the personality ${name} has IOClass ${kernelClass.text.trim()}, and the kernel ends a dext of that family without it. Add it, and ask Apple for it before you ship.`,
      fixes: () => [addEntryFix(entitlements.root, key, '<true/>', `Add ${key}`)],
      related: [related(info.document, kernelClass, `IOClass of ${name}`)],
    });
  }
}

function checkTransport({ view, report }: ViewContext): void {
  const { info, entitlements } = view;
  if (!info || !entitlements) return;
  for (const { name, node, providerClass } of dextPersonalities(view)) {
    const transport = TRANSPORT_OF[providerClass ?? ''];
    const provider = node.get('IOProviderClass');
    if (!transport || !provider) continue;
    const key = `${DRIVERKIT}.transport.${transport}`;
    if (has(entitlements, key)) continue;
    report({
      document: entitlements.document,
      at: entitlements.root,
      keyPath: [key],
      message: `${key} is missing: the personality ${name} matches on ${providerClass}, and the kernel ends a dext that has no right to that bus. Add it${transport === 'hid' ? '' : ' with the devices of the personality'}.`,
      fixes: () => [addEntryFix(entitlements.root, key, transportXml(transport, node), `Add ${key}`)],
      related: [related(info.document, provider, `IOProviderClass of ${name}`)],
    });
  }
}

function checkNone({ view, report }: ViewContext): void {
  const { info, bundle, configuration } = view;
  if (!info || !bundle.target || bundle.hosts.length === 0 || dextPersonalities(view).length === 0) return;
  const named = configuration.setting('CODE_SIGN_ENTITLEMENTS');
  const unresolved = bundle.target.configurations.some(
    (one) =>
      one.name === configuration.name &&
      named === undefined &&
      one.place('CODE_SIGN_ENTITLEMENTS') !== undefined,
  );
  // A path that leads nowhere is the build's to say; a script may sign in other ways if signing is off.
  if (named || unresolved || configuration.setting('CODE_SIGNING_ALLOWED') === 'NO') return;
  if (configuration.setting('CODE_SIGN_STYLE') === 'Manual') return;
  report({
    document: info.document,
    at: info.root,
    message: `The target ${bundle.name} signs without entitlements (CODE_SIGN_ENTITLEMENTS is not set), and the system starts no dext without com.apple.developer.driverkit. Name an .entitlements file in the build settings, unless a script of yours signs the product.`,
  });
}

const CHECK_ENTITLEMENTS =
  'apple-oss-distributions/xnu iokit/Kernel/IOUserServer.cpp:2607-2696 (checkEntitlements)';

export const entitlementRules: readonly WorkspaceRule[] = [
  {
    id: 'workspace/family-entitlement',
    severity: 'error',
    title: 'Missing family entitlement',
    what: 'A personality whose `IOClass` belongs to a family of drivers, in a dext whose entitlements do not have that family’s `com.apple.developer.driverkit.family.…`. Each build configuration is looked at.',
    why: 'The kernel class names the entitlement that its dext must hold. The system checks it when the driver starts, logs a failed check of family entitlements, and ends the process.',
    how: 'Add the entitlement to the `.entitlements` file of the target, in each configuration. For distribution Apple has to grant it.',
    source: [
      CHECK_ENTITLEMENTS,
      'https://developer.apple.com/documentation/driverkit/requesting-entitlements-for-driverkit-development',
    ],
    kinds: DEXT_KINDS,
    facts: ['mistake:M067'],
    examples: {
      invalid:
        '<!-- Info.plist: IOClass AppleUserHIDEventService; the .entitlements file: -->\n<key>com.apple.developer.driverkit.transport.hid</key>\n<true/>',
      valid:
        '<!-- Info.plist: IOClass AppleUserHIDEventService; the .entitlements file: -->\n<key>com.apple.developer.driverkit.transport.hid</key>\n<true/>\n<key>com.apple.developer.driverkit.family.hid.eventservice</key>\n<true/>',
    },
    checkView: checkFamily,
  },
  {
    id: 'workspace/transport-entitlement',
    severity: 'error',
    title: 'Missing transport entitlement',
    what: 'A personality that matches on USB, PCI or HID (`IOUSBHostDevice`, `IOUSBHostInterface`, `IOPCIDevice`, `IOHIDInterface`), in a dext whose entitlements do not have `com.apple.developer.driverkit.transport.usb`, `.pci` or `.hid`.',
    why: 'The nubs of these buses name the entitlement that a dext must hold to attach to them. Without it the kernel ends the driver’s process as soon as it starts.',
    how: 'Add the entitlement with the devices that the personalities match. Development may use the wildcard vendor; for distribution Apple has to grant your vendor ids.',
    source: [
      CHECK_ENTITLEMENTS,
      'apple-oss-distributions/IOHIDFamily IOHIDFamily/IOHIDInterface.cpp:985-1016',
    ],
    kinds: DEXT_KINDS,
    facts: ['mistake:M067'],
    examples: {
      invalid:
        '<!-- Info.plist: IOProviderClass IOUSBHostDevice; the .entitlements file: -->\n<key>com.apple.developer.driverkit</key>\n<true/>',
      valid:
        '<!-- Info.plist: IOProviderClass IOUSBHostDevice; the .entitlements file: -->\n<key>com.apple.developer.driverkit</key>\n<true/>\n<key>com.apple.developer.driverkit.transport.usb</key>\n<array>\n\t<dict>\n\t\t<key>idVendor</key>\n\t\t<integer>4660</integer>\n\t</dict>\n</array>',
    },
    checkView: checkTransport,
  },
  {
    id: 'workspace/no-entitlements',
    severity: 'warning',
    title: 'Dext that is signed without entitlements',
    what: 'A driver extension target in an app, with automatic signing, that names no `.entitlements` file.',
    why: 'The system starts a dext only if its signature holds `com.apple.developer.driverkit`. Xcode adds no such entitlement by itself.',
    how: 'Add an `.entitlements` file and name it in the build setting `CODE_SIGN_ENTITLEMENTS`.',
    source: ['apple-oss-distributions/xnu iokit/Kernel/IOUserServer.cpp:4129-4131'],
    kinds: DEXT_KINDS,
    examples: {
      invalid:
        '<!-- build settings of the target: no CODE_SIGN_ENTITLEMENTS -->\n<key>IOKitPersonalities</key>\n<dict/>',
      valid:
        '<!-- build settings of the target: CODE_SIGN_ENTITLEMENTS = Lamp.entitlements -->\n<key>IOKitPersonalities</key>\n<dict/>',
    },
    checkView: checkNone,
  },
];
