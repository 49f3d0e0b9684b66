/** What the libraries of a kext tell about the kind of driver it is. */
import type { PlistNode } from '../plist/types.ts';
import { type Family, knownFamily } from './families.ts';

interface LibraryHint {
  readonly pattern: RegExp;
  readonly name: string;
}

const HINTS = {
  hid: { pattern: /\.IOHIDFamily$/, name: 'IOHIDFamily' },
  network: { pattern: /\.IONetworkingFamily$|\.IOSkywalkFamily$/, name: 'IONetworkingFamily' },
  wifi: { pattern: /\.IO80211Family/, name: 'IO80211Family' },
  serial: { pattern: /\.IOSerialFamily$/, name: 'IOSerialFamily' },
  audio: { pattern: /\.IOAudioFamily$/, name: 'IOAudioFamily' },
  scsiController: { pattern: /\.IOSCSIParallelFamily$/, name: 'IOSCSIParallelFamily' },
  storage: { pattern: /\.IOStorageFamily$|\.IOSCSIBlockCommandsDevice$/, name: 'IOStorageFamily' },
  ata: { pattern: /\.IOATAFamily$|\.IOAHCIFamily$|\.IONVMeFamily$/, name: 'IOATAFamily' },
  graphics: {
    pattern: /\.(IOGraphicsFamily|IONDRVSupport|IOAcceleratorFamily2?|IOSurface|AppleGraphicsControl)$/,
    name: 'IOGraphicsFamily',
  },
  usb: { pattern: /\.IOUSB(Host)?Family$/, name: 'IOUSBHostFamily' },
  bluetooth: { pattern: /\.IOBluetoothFamily$|BluetoothHostController/, name: 'IOBluetoothFamily' },
  lilu: { pattern: /^as\.vit9696\.Lilu$/, name: 'Lilu' },
  dsep: { pattern: /^com\.apple\.kpi\.dsep$/, name: 'com.apple.kpi.dsep' },
  bsd: { pattern: /^com\.apple\.kpi\.bsd$/, name: 'com.apple.kpi.bsd' },
} as const satisfies Record<string, LibraryHint>;

type Hint = keyof typeof HINTS;

function has(libraries: readonly string[], hint: Hint): boolean {
  return libraries.some((id) => HINTS[hint].pattern.test(id));
}

/** The families’ libraries among those of a kext, for a sentence. */
export function libraryFamilies(libraries: readonly string[]): string {
  const kinds: readonly Hint[] = ['hid', 'network', 'serial', 'audio', 'scsiController', 'storage'];
  return kinds
    .filter((kind) => has(libraries, kind))
    .map((kind) => HINTS[kind].name)
    .join(', ');
}

/** A sentence: why no family of DriverKit does what such a kext does on this nub; undefined when one may. */
export function withoutFamily(
  provider: string,
  libraries: readonly string[],
  ioClass: string,
): string | undefined {
  if (has(libraries, 'lilu'))
    return `${ioClass} is a plug-in of Lilu, which patches the running kernel. DriverKit gives no way into the kernel.`;
  if (provider === 'IOPCIDevice') {
    if (has(libraries, 'wifi'))
      return 'It is a Wi-Fi driver (IO80211Family); NetworkingDriverKit has Ethernet only.';
    if (has(libraries, 'graphics'))
      return 'It is a graphics driver, and DriverKit has no family for graphics and displays.';
    if (has(libraries, 'usb') && /HCI|USB/i.test(ioClass))
      return 'It drives a USB controller, and DriverKit has no family for those.';
  }
  if (has(libraries, 'wifi'))
    return 'It is a Wi-Fi driver (IO80211Family); NetworkingDriverKit has Ethernet only.';
  if (has(libraries, 'bluetooth') && /HostController/.test(ioClass))
    return 'It is a Bluetooth host controller driver, and DriverKit has no family for those.';
  if (provider !== 'IOUserResources' || libraryFamilies(libraries) !== '') return undefined;
  if (has(libraries, 'dsep'))
    return 'It hooks the kernel’s security decisions (com.apple.kpi.dsep). The successor is an Endpoint Security system extension, no driver.';
  if (has(libraries, 'graphics'))
    return 'It works on graphics and displays from inside the kernel, for which DriverKit has no family.';
  if (has(libraries, 'bsd'))
    return 'It works in the BSD part of the kernel (com.apple.kpi.bsd): file systems, sockets, network filters. A dext has no such interface; network extensions, Endpoint Security and FSKit are the successors.';
  return undefined;
}

/** Families that fit the nub, the likeliest first. Never empty for a nub that DriverKit has. */
export function candidateFamilies(
  provider: string,
  libraries: readonly string[],
  personality: PlistNode,
): readonly Family[] {
  const ids: string[] = [];
  const when = (hint: Hint, ...families: string[]) => {
    if (has(libraries, hint)) ids.push(...families);
  };
  const usbInterface = provider === 'IOUSBHostInterface';
  const usb = usbInterface || provider === 'IOUSBHostDevice';
  if (provider === 'IOHIDInterface') ids.push('hid-event-service', 'hid-event-driver');
  if (provider === 'IOUserService') ids.push('own-nub');
  if (usb) {
    if (usbInterface && personality.get('bInterfaceClass')?.integer === 14n) ids.push('uvc-override');
    when('serial', usbInterface ? 'usb-serial' : 'serial');
    if (usbInterface) when('network', 'ethernet');
    when('audio', 'audio');
    when('hid', 'hid-device');
    if (usbInterface) when('hid', 'hid-usb-host-device');
    if (usbInterface) when('storage', 'block-storage');
    ids.push(usbInterface ? 'usb-interface' : 'usb-device');
  }
  if (provider === 'IOPCIDevice') {
    when('network', 'ethernet');
    when('scsiController', 'scsi-controller');
    when('audio', 'audio');
    when('storage', 'block-storage');
    when('ata', 'block-storage');
    when('serial', 'serial');
    ids.push('pci');
  }
  if (provider === 'IOUserResources') {
    when('hid', 'hid-device');
    when('network', 'ethernet');
    when('audio', 'audio');
    when('storage', 'block-storage');
    when('serial', 'serial');
    ids.push('software');
  }
  return [...new Set(ids)].map(knownFamily);
}
