/**
 * The libraries that a kext can link against, by bundle id.
 *
 * KPIs and kernel pseudo-kexts: apple-oss-distributions/xnu config/System.kext and its PlugIns; the compatible
 * version of each is the lowest one that may be asked for, the highest is the running Darwin version. Families:
 * the Info.plist of each family's own repository under apple-oss-distributions, where there is one.
 */

export interface Kpi {
  readonly id: string;
  /** Lowest version that a kext may ask for. */
  readonly compatible: string;
  /** `public`; `apple`: only kexts of Apple may link it; `implicit`: the system adds it itself; `policy`: MAC framework. */
  readonly access: 'public' | 'apple' | 'implicit' | 'policy';
}

export const KPIS: readonly Kpi[] = [
  { id: 'com.apple.kpi.bsd', compatible: '8.0.0b1', access: 'public' },
  { id: 'com.apple.kpi.iokit', compatible: '7.0', access: 'public' },
  { id: 'com.apple.kpi.libkern', compatible: '8.0.0d0', access: 'public' },
  { id: 'com.apple.kpi.mach', compatible: '8.0.0d0', access: 'public' },
  { id: 'com.apple.kpi.unsupported', compatible: '8.0.0b1', access: 'public' },
  { id: 'com.apple.kpi.private', compatible: '8.0.0b1', access: 'apple' },
  { id: 'com.apple.kpi.dsep', compatible: '8.0.0b1', access: 'policy' },
  { id: 'com.apple.kpi.kasan', compatible: '8.0.0b1', access: 'implicit' },
  { id: 'com.apple.kpi.kcov', compatible: '8.0.0b1', access: 'implicit' },
];

export function kpiById(id: string): Kpi | undefined {
  return KPIS.find((kpi) => kpi.id === id);
}

export interface Family {
  readonly id: string;
  /** Lowest version that a kext may ask for, where the family's Info.plist is public. */
  readonly compatible?: string;
  /** Framework that takes a driver of this family out of the kernel, if there is one. */
  readonly driverKit?: string;
}

export const FAMILIES: readonly Family[] = [
  { id: 'com.apple.iokit.IOPCIFamily', compatible: '1.0.0b1', driverKit: 'PCIDriverKit' },
  { id: 'com.apple.iokit.IOUSBHostFamily', driverKit: 'USBDriverKit' },
  { id: 'com.apple.iokit.IOUSBFamily', driverKit: 'USBDriverKit' },
  { id: 'com.apple.iokit.IOHIDFamily', compatible: '1.0.0b1', driverKit: 'HIDDriverKit' },
  { id: 'com.apple.iokit.IONetworkingFamily', compatible: '1.0.0b1', driverKit: 'NetworkingDriverKit' },
  { id: 'com.apple.iokit.IOSerialFamily', compatible: '1.0.4', driverKit: 'SerialDriverKit' },
  { id: 'com.apple.iokit.IOStorageFamily', compatible: '1.0', driverKit: 'BlockStorageDeviceDriverKit' },
  { id: 'com.apple.iokit.IOSCSIArchitectureModelFamily', driverKit: 'SCSIPeripheralsDriverKit' },
  { id: 'com.apple.iokit.IOSCSIParallelFamily', driverKit: 'SCSIControllerDriverKit' },
  { id: 'com.apple.iokit.IOAudioFamily', compatible: '1.0', driverKit: 'AudioDriverKit' },
  { id: 'com.apple.iokit.IOGraphicsFamily', compatible: '1.0.0b1' },
  { id: 'com.apple.iokit.IONDRVSupport', compatible: '1.0.0b1' },
  { id: 'com.apple.iokit.IOFireWireFamily', compatible: '1.0.0' },
  { id: 'com.apple.iokit.IOATAFamily', compatible: '1.0b1' },
  { id: 'com.apple.iokit.IOCDStorageFamily', compatible: '1.0' },
  { id: 'com.apple.iokit.IODVDStorageFamily', compatible: '1.0' },
  { id: 'com.apple.iokit.IOBDStorageFamily' },
  { id: 'com.apple.iokit.IOUSBMassStorageClass', compatible: '1.0.0', driverKit: 'SCSIPeripheralsDriverKit' },
  { id: 'com.apple.iokit.IOReportFamily' },
  { id: 'com.apple.iokit.IOSkywalkFamily', driverKit: 'NetworkingDriverKit' },
  { id: 'com.apple.iokit.IOACPIFamily' },
  { id: 'com.apple.iokit.IOBluetoothFamily' },
  { id: 'com.apple.iokit.IOAVBFamily' },
  { id: 'com.apple.iokit.IOThunderboltFamily' },
  { id: 'com.apple.iokit.IO80211Family' },
  { id: 'com.apple.iokit.IOSMBusFamily' },
  { id: 'com.apple.iokit.IOHDAFamily' },
  { id: 'com.apple.iokit.IOAHCIFamily' },
  { id: 'com.apple.iokit.IOAHCIBlockStorage' },
  { id: 'com.apple.iokit.IONVMeFamily' },
  { id: 'com.apple.iokit.IOTimeSyncFamily' },
  { id: 'com.apple.iokit.IOUSBHIDDriver' },
  { id: 'com.apple.iokit.IOUSBUserClient' },
  { id: 'com.apple.iokit.IOFireWireAVC' },
  { id: 'com.apple.iokit.IOSCSIBlockCommandsDevice' },
  { id: 'com.apple.iokit.IOSCSIMultimediaCommandsDevice' },
  { id: 'com.apple.iokit.ApplePlatformFamily', compatible: '1.0' },
  { id: 'com.apple.iokit.IONVRAMFamily', compatible: '1.1' },
  { id: 'com.apple.iokit.IOSystemManagementFamily', compatible: '1.0.0b1' },
];

export function familyById(id: string): Family | undefined {
  return FAMILIES.find((family) => family.id === id);
}

/** Kernel pseudo-kexts without a compatible version: nothing can link against them. */
export const NOT_LINKABLE: readonly string[] = ['com.apple.driver.AppleNMI'];

/** The components that KPIs replaced, and the KPI of each. */
export const COMPONENT_TO_KPI: Readonly<Record<string, string>> = {
  'com.apple.kernel.bsd': 'com.apple.kpi.bsd',
  'com.apple.kernel.iokit': 'com.apple.kpi.iokit',
  'com.apple.kernel.libkern': 'com.apple.kpi.libkern',
  'com.apple.kernel.mach': 'com.apple.kpi.mach',
};

/** What a kext that asked for the whole kernel most likely needs of it. */
export const USUAL_KPIS: readonly string[] = ['com.apple.kpi.iokit', 'com.apple.kpi.libkern'];

/** A request that every KPI's range has held since Mac OS X 10.4. */
export const USUAL_KPI_VERSION = '8.0.0';
