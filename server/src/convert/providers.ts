/** Which nub a dext matches in place of the one that the kext names, and what has none in DriverKit. */

export interface ProviderChange {
  /** Class that a dext names. */
  readonly to: string;
  /** Why another one than the kext’s; undefined when it stays. */
  readonly why: string | undefined;
}

const SAME = [
  'IOUSBHostDevice',
  'IOUSBHostInterface',
  'IOHIDInterface',
  'IOPCIDevice',
  'IOSCSIPeripheralDeviceNub',
  'IOUserResources',
  'IOUserService',
];

const CHANGED: Readonly<Record<string, ProviderChange>> = {
  IOUSBDevice: {
    to: 'IOUSBHostDevice',
    why: 'IOUSBDevice is the nub of the old USB family (up to OS X 10.10); USBDriverKit knows IOUSBHostDevice. The match keys are the same.',
  },
  IOUSBInterface: {
    to: 'IOUSBHostInterface',
    why: 'IOUSBInterface is the nub of the old USB family (up to OS X 10.10); USBDriverKit knows IOUSBHostInterface. The match keys are the same.',
  },
  IOHIDDevice: {
    to: 'IOHIDInterface',
    why: 'A dext sits on the interface that each HID device publishes; it is matched by the same keys.',
  },
  IOResources: {
    to: 'IOUserResources',
    why: 'The kernel refuses a dext on IOResources; IOUserResources is its counterpart for dexts.',
  },
  IOSCSILogicalUnitNub: {
    to: 'IOSCSIPeripheralDeviceNub',
    why: 'Logical units are matched by this class, which theirs derives from.',
  },
};

/** Undefined when DriverKit has no nub for it. */
export function dextProvider(provider: string): ProviderChange | undefined {
  if (Object.hasOwn(CHANGED, provider)) return CHANGED[provider];
  return SAME.includes(provider) ? { to: provider, why: undefined } : undefined;
}

/** What the kernel’s class is, so that a person sees why DriverKit has nothing for it. First that fits. */
const WITHOUT: readonly (readonly [RegExp, string])[] = [
  [
    /(XHCI|EHCI|OHCI|UHCI)|^AppleUSB.*Hub|^AppleBusPower|^AppleUSBHostResources/,
    'USB controllers, hubs and their ports',
  ],
  [/ACPI|^IOPlatform|^IOCPU|^AppleRTC|PowerManagement/, 'ACPI and platform devices'],
  [/PS2/, 'PS/2 devices'],
  [/I2C|SMBus|AppleSMC/, 'I2C, SMBus and SMC devices'],
  [/HDA|^IOAudio/, 'HDA codecs and kernel audio'],
  [
    /^(AMD|ATI|Ati|NV|IONDRV|IOAccel|IOFramebuffer|AppleDisplay|IODisplay|AppleIntel.*(FB|Framebuffer|Controller))|Graphics/,
    'graphics and displays',
  ],
  [
    /^IO(Media|CDMedia|DVDMedia|BDMedia|BlockStorage|CDBlock|BDBlock|DVDBlock|AppleRAID|CoreStorage)/,
    'media, partition schemes and file systems',
  ],
  [/ATA|AHCI|NVMe/i, 'ATA, AHCI and NVMe channels'],
  [/^IOFireWire/, 'FireWire'],
  [/^IOBluetooth|Bluetooth/, 'Bluetooth channels and controllers'],
  [/80211|Ethernet|^IONetwork/, 'services above a network interface'],
  [/HyperV|VMBus|Virtio/i, 'buses of virtual machines'],
];

/** Ends every reason of {@link withoutNub}. */
export const WHAT_A_DEXT_MATCHES =
  'A dext matches USB devices and interfaces, HID interfaces, PCI devices, SCSI units and IOUserResources.';

/** A sentence: why a dext cannot match this class. */
export function withoutNub(provider: string): string {
  const what = WITHOUT.find(([pattern]) => pattern.test(provider))?.[1];
  const has = WHAT_A_DEXT_MATCHES;
  if (provider === 'IOService')
    return `IOProviderClass IOService means any service of the kernel, and DriverKit hands those to no dext. ${has}`;
  return what === undefined
    ? `DriverKit has no nub of class ${provider}. ${has} If your own driver publishes ${provider}, it becomes an IOUserService of the dext that you match by IOPropertyMatch.`
    : `${provider} belongs to ${what}, for which DriverKit has no nub. ${has}`;
}
