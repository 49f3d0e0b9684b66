/** Small Info.plists for tests: a good one of each kind, to be changed key by key. */

/** Key to element text; `null` takes the key away. */
export type Patch = { readonly [key: string]: string | null };

const string = (text: string) => `<string>${text}</string>`;
const dict = (entries: Patch): string =>
  `<dict>\n${Object.entries(entries)
    .filter(([, xml]) => xml !== null)
    .map(([key, xml]) => `<key>${key}</key>\n${xml}\n`)
    .join('')}</dict>`;

export type BundleName = 'kext' | 'codeless' | 'dext';

const LIBRARIES: Patch = {
  'com.apple.kpi.iokit': string('16.0'),
  'com.apple.kpi.libkern': string('16.0'),
};

const TOP: Record<BundleName, Patch> = {
  kext: {
    CFBundleExecutable: string('Lamp'),
    CFBundleIdentifier: string('com.example.driver.Lamp'),
    CFBundlePackageType: string('KEXT'),
    CFBundleVersion: string('1.2'),
    OSBundleLibraries: dict(LIBRARIES),
  },
  codeless: {
    CFBundleIdentifier: string('com.example.LampPort'),
    CFBundlePackageType: string('KEXT'),
    CFBundleVersion: string('1.2'),
  },
  dext: {
    CFBundleExecutable: string('com.example.LampDriver'),
    CFBundleIdentifier: string('com.example.LampDriver'),
    CFBundlePackageType: string('DEXT'),
    CFBundleVersion: string('1.2'),
    CFBundleShortVersionString: string('1.2'),
    OSBundleUsageDescription: string('Lets the lamp follow the screen.'),
    OSMinimumDriverKitVersion: string('19.0'),
  },
};

const PERSONALITY: Record<BundleName, Patch> = {
  kext: {
    CFBundleIdentifier: string('com.example.driver.Lamp'),
    IOClass: string('com_example_driver_Lamp'),
    IOProviderClass: string('IOPCIDevice'),
    IOPCIMatch: string('0x10098086'),
  },
  codeless: {
    CFBundleIdentifier: string('com.apple.driver.AppleUSBHostMergeProperties'),
    IOClass: string('AppleUSBHostMergeProperties'),
    IOProviderClass: string('IOUSBHostDevice'),
    idProduct: '<integer>4660</integer>',
    idVendor: '<integer>1452</integer>',
    IOProviderMergeProperties: '<dict>\n<key>LampBrightness</key>\n<integer>80</integer>\n</dict>',
  },
  dext: {
    CFBundleIdentifier: string('com.example.LampDriver'),
    CFBundleIdentifierKernel: string('com.apple.kpi.iokit'),
    IOClass: string('IOUserService'),
    IOProviderClass: string('IOUSBHostDevice'),
    IOUserClass: string('LampDriver'),
    IOUserServerName: string('com.example.LampDriver'),
    idProduct: '<integer>4660</integer>',
    idVendor: '<integer>1452</integer>',
  },
};

/** Where a built bundle of this kind keeps its Info.plist. */
export const BUILT_PATH: Record<BundleName, string> = {
  kext: 'Lamp.kext/Contents/Info.plist',
  codeless: 'LampPort.kext/Contents/Info.plist',
  dext: 'com.example.LampDriver.dext/Info.plist',
};

export interface Changes {
  readonly top?: Patch;
  readonly personality?: Patch;
  readonly libraries?: Patch;
}

/** The Info.plist of a good built bundle, with changes. */
export function infoPlist(
  bundle: BundleName,
  { top = {}, personality = {}, libraries }: Changes = {},
): string {
  const personalities = dict({ Lamp: dict({ ...PERSONALITY[bundle], ...personality }) });
  const own: Patch = libraries ? { OSBundleLibraries: dict({ ...LIBRARIES, ...libraries }) } : {};
  const root = dict({ ...TOP[bundle], IOKitPersonalities: personalities, ...own, ...top });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">\n${root}\n</plist>\n`;
}
