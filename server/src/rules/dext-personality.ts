/** Rules on dext personalities for what takes two keys: servers, classes, providers. */
import superclasses from '../../../schemas/tables/driverkit-superclasses.json' with { type: 'json' };
import type { PlistNode } from '../plist/types.ts';
import { addEntryFix, offer, setTextFix } from './bundle-edits.ts';
import { bundleIdentifier, DEXT_KINDS, isFlagged, knownString, quoted } from './bundle-values.ts';
import { HID_NUBS, nameOf } from './match-values.ts';
import type { PersonalityNode, Rule, RuleContext } from './types.ts';

const SERVER = 'apple-oss-distributions/xnu iokit/Kernel/IOUserServer.cpp';
const SERVICE = 'apple-oss-distributions/xnu iokit/Kernel/IOService.cpp';

/** The id that owns a personality: its own, or the bundle’s. */
function ownerOf(node: PlistNode, root: PlistNode): string | undefined {
  const value = node.get('CFBundleIdentifier');
  return value ? knownString(value) : bundleIdentifier(root);
}

/** `com.example.` of `com.example.Lamp.Driver`: the first two parts with their dots. */
function organizationOf(id: string): string | undefined {
  return /^[^.]+\.[^.]+\./.exec(id)?.[0];
}

function checkOrganization(context: RuleContext): void {
  for (const { node } of context.personalities) {
    const server = node.get('IOUserServerName');
    const name = knownString(server);
    const id = ownerOf(node, context.root);
    if (!node.get('IOUserServerOneProcess') || !server || !name || id === undefined) continue;
    const organization = organizationOf(id);
    if (organization !== undefined && name.startsWith(organization)) continue;
    context.report({
      at: server,
      message: `With IOUserServerOneProcess the kernel takes a server name only from the organization of the bundle id, and ${quoted(name)} does not begin with ${organization === undefined ? `two parts of ${id}` : `${organization}`}: the service does not start.`,
      fixes: () => offer(organization === undefined ? undefined : setTextFix(server, id, `Set to ${id}`)),
    });
  }
}

/** Beginnings of names that a driver of somebody else has copied. */
const FOREIGN = ['com.apple.', 'com.example.'];

function checkServerName(context: RuleContext): void {
  for (const { node } of context.personalities) {
    const server = node.get('IOUserServerName');
    const name = knownString(server);
    const id = ownerOf(node, context.root);
    if (!server || !name || id === undefined || name === id || isFlagged(context, server)) continue;
    if (node.get('IOUserServerOneProcess')) continue;
    const foreign = FOREIGN.find((prefix) => name.startsWith(prefix) && !id.startsWith(prefix));
    context.report({
      at: server,
      ...(foreign === undefined && { severity: 'information' as const }),
      message: foreign
        ? `The driver’s process runs under the name ${quoted(name)}, which belongs to ${foreign === 'com.apple.' ? 'Apple' : 'a sample'}, and the bundle is ${quoted(id)}: it was left over from copying. Write the bundle id.`
        : `The driver’s process runs under the name ${quoted(name)}, and the bundle is ${quoted(id)}. Apple’s drivers use the bundle id, so that logs and crash reports name the bundle and no other driver has the same name.`,
      fixes: () => offer(setTextFix(server, id, `Set to ${id}`, false)),
    });
  }
}

function userClients(node: PlistNode): PlistNode[] {
  return node.entries
    .filter(({ value }) => value?.kind === 'dict' && value.get('IOClass')?.string === 'IOUserUserClient')
    .map(({ value }) => value!);
}

function checkUserClient({ personalities, report }: RuleContext): void {
  for (const { node } of personalities) {
    const driver = knownString(node.get('IOUserClass'));
    if (!driver) continue;
    for (const client of userClients(node)) {
      const own = client.get('IOUserClass');
      if (knownString(own) !== driver || !own) continue;
      report({
        at: own,
        message: `${driver} is the class of the driver itself: a program that opens it gets a second driver object, no connection. Name your subclass of IOUserClient.`,
      });
    }
  }
}

/** Driver classes with Audio in their name, on a nub that audio drivers have. */
function isAudioDriver({ node }: PersonalityNode): boolean {
  const name = knownString(node.get('IOUserClass'));
  return name !== undefined && /Audio/i.test(name) && !/UserClient|HID|MIDI/i.test(name);
}

const AUDIO_CLIENT = 'IOUserAudioDriverUserClientProperties';

function checkAudioClient({ personalities, report }: RuleContext): void {
  for (const personality of personalities) {
    const { name, node } = personality;
    if (!isAudioDriver(personality) || node.keyNode(AUDIO_CLIENT)) continue;
    report({
      at: nameOf(node),
      keyPath: [...node.path, AUDIO_CLIENT],
      message: `${quoted(name)} looks like an audio driver and has no ${AUDIO_CLIENT}: Core Audio then cannot connect, and no program sees the device.`,
      fixes: () =>
        offer(
          addEntryFix(
            node,
            AUDIO_CLIENT,
            '<dict>\n\t<key>IOClass</key>\n\t<string>IOUserUserClient</string>\n\t<key>IOUserClass</key>\n\t<string>IOUserAudioDriverUserClient</string>\n</dict>',
            `Add ${AUDIO_CLIENT}`,
            false,
          ),
        ),
    });
  }
}

function checkAudioInterface({ personalities, report }: RuleContext): void {
  for (const { name, node, providerClass } of personalities) {
    const value = node.get('bInterfaceClass');
    if (providerClass !== 'IOUSBHostInterface' || value?.integer !== 1n) continue;
    report({
      at: value,
      message: `macOS keeps the interfaces of class 1, audio, for its own USB audio driver and offers them to no dext: ${quoted(name)} gets none. Match the device (IOUSBHostDevice, vendor and product) and select the configuration without matching.`,
    });
  }
}

/** Keys that tell a build for iPadOS, in the Info.plist of a dext. */
function isForIPad(root: PlistNode): boolean {
  const platforms = root.get('CFBundleSupportedPlatforms')?.items ?? [];
  return (
    root.get('UIDeviceFamily') !== undefined ||
    root.get('LSRequiresIPhoneOS') !== undefined ||
    root.get('MinimumOSVersion') !== undefined ||
    root.get('UIRequiredDeviceCapabilities') !== undefined ||
    platforms.some(({ text }) => /^iPhone/.test(text))
  );
}

function checkIPad({ root, personalities, report }: RuleContext): void {
  if (!isForIPad(root)) return;
  for (const { name, node, providerClass } of personalities) {
    if (providerClass !== 'IOUserResources') continue;
    report({
      at: node.get('IOProviderClass')!,
      message: `On iPadOS a driver outside development “may only match real hardware”: ${quoted(name)} on IOUserResources is refused there. Match the nub of a device, or keep this driver to macOS.`,
    });
  }
}

const NARROWING = /^IO(Property|PropertyExists|Name|Parent|Location|Path)Match$/;

function checkAnyService({ personalities, report }: RuleContext): void {
  for (const { name, node, providerClass } of personalities) {
    if (providerClass !== 'IOUserService' && providerClass !== 'IOService') continue;
    if (node.entries.some(({ key }) => NARROWING.test(key.text))) continue;
    report({
      at: node.get('IOProviderClass')!,
      message: `${quoted(name)} matches every ${providerClass === 'IOService' ? 'service of the system' : 'service of every dext'}, since nothing narrows ${providerClass}. Add an IOPropertyMatch for a property that your own nub publishes.`,
    });
  }
}

/** Classes of Apple’s frameworks that are made to be derived from: on their own they do nothing. */
const COMPLETE = new Set(['IOService', 'IOUserUSBHostHIDDevice', 'IOUserHIDEventDriver']);
const ABSTRACT = new Set(
  superclasses.entries.map(({ value }) => value).filter((value) => !COMPLETE.has(value)),
);

function checkAbstract({ personalities, report }: RuleContext): void {
  for (const { name, node } of personalities) {
    const value = node.get('IOUserClass');
    const text = knownString(value);
    if (!value || text === undefined || !ABSTRACT.has(text)) continue;
    report({
      at: value,
      message:
        text === 'IOUserClient'
          ? 'IOUserClient is the class of a connection, no driver. Name the class of your driver; the user client’s goes into a dictionary UserClientProperties.'
          : `${text} leaves work to the class that you derive from it, so ${quoted(name)} does nothing by itself. Name your own class; without code only ${[...COMPLETE].join(', ')} make a driver.`,
    });
  }
}

/** What nub each proxy class of the HID family can be made for. */
function checkHidClass({ personalities, report }: RuleContext): void {
  for (const { node, providerClass } of personalities) {
    const value = node.get('IOClass');
    if (!value || providerClass === undefined) continue;
    const onHid = HID_NUBS.has(providerClass);
    const wrong =
      (value.text === 'AppleUserHIDEventService' &&
        /^IO(USBHost|PCI|SCSI|UserResources)/.test(providerClass)) ||
      (value.text === 'AppleUserHIDDevice' && onHid);
    if (!wrong) continue;
    const other = onHid ? 'AppleUserHIDEventService' : 'AppleUserHIDDevice';
    report({
      at: value,
      message: onHid
        ? `AppleUserHIDDevice publishes a HID device of its own, and ${providerClass} is one already. A driver that handles its events is an ${other}.`
        : `AppleUserHIDEventService handles the events of a HID device, and ${providerClass} is none. A driver that makes a HID device of it is an ${other}; an event service matches IOHIDInterface.`,
      fixes: () => offer(setTextFix(value, other, `Change to ${other}`, false)),
    });
  }
}

const SCSI_TYPE = 'Peripheral Device Type';

/** The proxy classes of SCSI units carry the number of the device type that they serve. */
function checkScsiType({ personalities, report }: RuleContext): void {
  for (const { node } of personalities) {
    const value = node.get(SCSI_TYPE);
    const served = /^IO(?:User)?SCSIPeripheralDeviceType(\d\d)$/.exec(node.get('IOClass')?.text ?? '')?.[1];
    const type = value?.integer;
    if (!value || served === undefined || type === undefined || type === BigInt(served)) continue;
    report({
      at: value,
      message: `${node.get('IOClass')!.text} serves units of type ${Number(served)}, and this personality matches those of type ${type}: the commands it sends are not theirs. Make ${SCSI_TYPE} and IOClass agree.`,
    });
  }
}

const kinds = DEXT_KINDS;
const string = (key: string, value: string) => `<key>${key}</key>\n<string>${value}</string>`;

export const dextPersonalityRules: readonly Rule[] = [
  {
    id: 'dext/one-process-organization',
    severity: 'error',
    title: 'Server name of another organization',
    what: 'A personality with `IOUserServerOneProcess` whose `IOUserServerName` does not begin with the first two parts of the bundle id.',
    why: 'So that nobody shares a process with a stranger, the kernel asks that the server’s name begins with `com.organization.` of the bundle id, and refuses the service otherwise.',
    how: 'Use the bundle id, or a name that begins like it.',
    source: [`${SERVER}:6553-6567`],
    kinds,
    facts: ['mistake:M051'],
    examples: {
      invalid: `${string('CFBundleIdentifier', 'com.example.Lamp')}\n${string('IOUserServerName', 'LampServer')}\n<key>IOUserServerOneProcess</key>\n<true/>`,
      valid: `${string('CFBundleIdentifier', 'com.example.Lamp')}\n${string('IOUserServerName', 'com.example.LampServer')}\n<key>IOUserServerOneProcess</key>\n<true/>`,
    },
    check: checkOrganization,
  },
  {
    id: 'dext/server-name',
    severity: 'warning',
    title: 'Server name that is not the bundle id',
    what: 'An `IOUserServerName` in plain letters that differs from the bundle id: a warning where it begins with `com.apple.` or `com.example.`, else information.',
    why: 'It is the name of the process. One that was copied from another project sends whoever reads the log to the wrong driver.',
    how: 'Write `$(PRODUCT_BUNDLE_IDENTIFIER)`, if there is no reason for another name.',
    source: [
      'https://developer.apple.com/documentation/bundleresources/information-property-list/iouserservername',
    ],
    kinds,
    facts: ['mistake:M047'],
    examples: {
      invalid: `${string('CFBundleIdentifier', 'com.example.Lamp')}\n${string('IOUserServerName', 'NullDriver')}`,
      valid: `${string('CFBundleIdentifier', 'com.example.Lamp')}\n${string('IOUserServerName', 'com.example.Lamp')}`,
    },
    check: checkServerName,
  },
  {
    id: 'dext/user-client-is-driver',
    severity: 'warning',
    title: 'User client of the driver’s own class',
    what: 'A user-client dictionary whose `IOUserClass` is that of the personality.',
    why: 'The class in the dictionary is made for each connection. One class seldom serves as driver and as connection both.',
    how: 'Name a subclass of `IOUserClient`.',
    source: ['DanBurkhardt/DriverKitUserClientSample NullDriver/Info.plist', `${SERVER}:5168-5225`],
    kinds,
    facts: ['mistake:M055'],
    examples: {
      invalid: `${string('IOUserClass', 'LampDriver')}\n<key>UserClientProperties</key>\n<dict>\n\t<key>IOClass</key>\n\t<string>IOUserUserClient</string>\n\t<key>IOUserClass</key>\n\t<string>LampDriver</string>\n</dict>`,
      valid: `${string('IOUserClass', 'LampDriver')}\n<key>UserClientProperties</key>\n<dict>\n\t<key>IOClass</key>\n\t<string>IOUserUserClient</string>\n\t<key>IOUserClass</key>\n\t<string>LampUserClient</string>\n</dict>`,
    },
    check: checkUserClient,
  },
  {
    id: 'dext/missing-audio-client',
    severity: 'warning',
    title: 'Audio driver that Core Audio cannot open',
    what: 'A personality whose class is named like an audio driver, without `IOUserAudioDriverUserClientProperties`.',
    why: 'Core Audio connects to the driver by that dictionary. Without it the device is published and no program sees it.',
    how: 'Add the dictionary with `IOClass` `IOUserUserClient` and `IOUserClass` `IOUserAudioDriverUserClient`.',
    source: ['https://developer.apple.com/documentation/audiodriverkit/creating-an-audio-device-driver'],
    kinds,
    facts: ['mistake:M057'],
    examples: {
      invalid: string('IOUserClass', 'LampAudioDriver'),
      valid: `<key>IOUserAudioDriverUserClientProperties</key>\n<dict>\n\t<key>IOClass</key>\n\t<string>IOUserUserClient</string>\n\t<key>IOUserClass</key>\n\t<string>IOUserAudioDriverUserClient</string>\n</dict>\n${string('IOUserClass', 'LampAudioDriver')}`,
    },
    check: checkAudioClient,
  },
  {
    id: 'dext/audio-interface',
    severity: 'warning',
    title: 'Dext on a USB audio interface',
    what: '`bInterfaceClass` 1 in a personality on `IOUSBHostInterface`.',
    why: 'macOS serves the interfaces of the audio class itself and offers them to no third-party driver.',
    how: 'Match the device by vendor and product, and call SetConfiguration so that no interfaces are matched.',
    source: [
      'UNVERIFIED in Apple’s text; from a project that had the problem',
      'https://developer.apple.com/documentation/usbdriverkit',
    ],
    kinds,
    facts: ['mistake:M035'],
    examples: {
      invalid: `<key>IOProviderClass</key>\n<string>IOUSBHostInterface</string>\n<key>bInterfaceClass</key>\n<integer>1</integer>\n<key>bInterfaceSubClass</key>\n<integer>2</integer>`,
      valid: `<key>IOProviderClass</key>\n<string>IOUSBHostDevice</string>\n<key>idProduct</key>\n<integer>746</integer>\n<key>idVendor</key>\n<integer>1118</integer>`,
    },
    check: checkAudioInterface,
  },
  {
    id: 'dext/software-driver-on-ipad',
    severity: 'warning',
    title: 'Software driver for iPadOS',
    what: 'A personality on `IOUserResources` in a dext with keys of iPadOS.',
    why: 'The kernel of iPadOS refuses a third-party driver on `IOUserResources` unless it is signed for development.',
    how: 'Match hardware.',
    source: [`${SERVICE}:4942-4955`],
    kinds,
    facts: ['mistake:M065'],
    examples: {
      invalid: `${string('MinimumOSVersion', '16.0')}\n${string('IOProviderClass', 'IOUserResources')}`,
      valid: `${string('MinimumOSVersion', '16.0')}\n${string('IOProviderClass', 'IOUSBHostDevice')}`,
    },
    check: checkIPad,
  },
  {
    id: 'dext/any-service',
    severity: 'warning',
    title: 'Personality on any service',
    what: 'A personality on `IOUserService` or `IOService` without a key that narrows the match.',
    why: 'It is offered every service of every dext, those of other makers among them.',
    how: 'Add `IOPropertyMatch` with a property of the nub that your driver publishes.',
    source: [`${SERVICE}:7637-7888`],
    kinds,
    examples: {
      invalid: string('IOProviderClass', 'IOUserService'),
      valid: `<key>IOPropertyMatch</key>\n<dict>\n\t<key>LampNub</key>\n\t<true/>\n</dict>\n${string('IOProviderClass', 'IOUserService')}`,
    },
    check: checkAnyService,
  },
  {
    id: 'dext/abstract-user-class',
    severity: 'warning',
    title: 'IOUserClass that needs a subclass',
    what: 'An `IOUserClass` such as `IOUserHIDDevice`, a class of Apple’s frameworks that is made to be derived from.',
    why: 'Its methods are for your class to fill in. In a codeless dext only complete classes make a driver.',
    how: 'Name your own class. Without code: `IOService` to keep other drivers off a device, `IOUserUSBHostHIDDevice`, `IOUserHIDEventDriver`.',
    source: [
      'https://developer.apple.com/documentation/hiddriverkit',
      'https://developer.apple.com/documentation/driverkit',
    ],
    kinds,
    examples: {
      invalid: string('IOUserClass', 'IOUserHIDDevice'),
      valid: string('IOUserClass', 'IOUserHIDEventDriver'),
    },
    check: checkAbstract,
  },
  {
    id: 'dext/hid-class',
    severity: 'warning',
    title: 'HID class on the wrong side of the HID device',
    what: '`IOClass` `AppleUserHIDEventService` on a USB, PCI or software nub, or `AppleUserHIDDevice` on a HID nub.',
    why: 'A HID device is made on the hardware’s nub and publishes an `IOHIDInterface`; an event service matches that.',
    how: 'Use the class for the nub: `AppleUserHIDDevice` on hardware, `AppleUserHIDEventService` on `IOHIDInterface`.',
    source: ['apple-oss-distributions/IOHIDFamily AppleUserHIDDrivers/AppleUserHIDDrivers/Info.plist'],
    kinds,
    examples: {
      invalid: `${string('IOClass', 'AppleUserHIDEventService')}\n${string('IOProviderClass', 'IOUSBHostInterface')}`,
      valid: `${string('IOClass', 'AppleUserHIDEventService')}\n${string('IOProviderClass', 'IOHIDInterface')}`,
    },
    check: checkHidClass,
  },
  {
    id: 'dext/scsi-type-of-class',
    severity: 'warning',
    title: 'SCSI class and device type that disagree',
    what: 'A personality whose `IOClass` is `IOUserSCSIPeripheralDeviceType00`, `05` or `07` and whose `Peripheral Device Type` is another number.',
    why: 'The number in the class is the type of the units that it serves: 0 disks, 5 CD and DVD, 7 optical memory. Matched to another type, the driver speaks a command set that the unit does not know.',
    how: 'Write the same number in both.',
    source: [
      'apple-oss-distributions/IOSCSIArchitectureModelFamily IOSCSIPeripheralDeviceNub.cpp',
      'https://developer.apple.com/documentation/scsiperipheralsdriverkit',
    ],
    kinds,
    examples: {
      invalid: `${string('IOClass', 'IOUserSCSIPeripheralDeviceType05')}\n<key>Peripheral Device Type</key>\n<integer>0</integer>`,
      valid: `${string('IOClass', 'IOUserSCSIPeripheralDeviceType05')}\n<key>Peripheral Device Type</key>\n<integer>5</integer>`,
    },
    check: checkScsiType,
  },
];
