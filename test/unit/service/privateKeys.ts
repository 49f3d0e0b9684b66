/** Personalities that come near to every entry of `test/fixtures/private.ioreg.txt`, and what none may tell of it. */
import { readFileSync } from 'node:fs';

export const PRIVATE_DUMP = new URL('../../fixtures/private.ioreg.txt', import.meta.url);

/** Everything in the dump that belongs to a person. */
export const PRIVATE_TEXT = /PRIVATE|Jane|[Dd][Ee].?[Aa][Dd].?[Bb][Ee].?[Ee][Ff]|example\.org/;

const string = (key: string, value: string) => `<key>${key}</key><string>${value}</string>`;
const integer = (key: string, value: number) => `<key>${key}</key><integer>${value}</integer>`;
const dict = (key: string, inner: string) => `<key>${key}</key><dict>${inner}</dict>`;

const PERSONALITIES: readonly (readonly [string, string])[] = [
  ['IOUSBHostDevice', integer('idVendor', 4617) + integer('idProduct', 7)],
  ['IOUSBHostDevice', integer('idVendor', 4617) + integer('idProduct', 9)],
  [
    'IOUSBHostDevice',
    dict('IOPropertyMatch', string('USB Product Name', 'x') + string('USB Serial Number', 'y')),
  ],
  [
    'IOUSBHostDevice',
    dict('IOParentMatch', string('IOProviderClass', 'IOUSBHostDevice') + string('IONameMatch', 'x')),
  ],
  ['IOMedia', string('IONameMatch', 'x') + string('UUID', 'y') + string('Content', 'z')],
  ['IOMedia', string('IOPathMatch', 'IOService:/x')],
  ['IOMedia', dict('IOParentMatch', integer('idVendor', 4617) + integer('idProduct', 8))],
  ['IOMedia', `${string('Content Hint', '7C3457EF-0000-11AA-AA11-00306543ECAC')}`],
  ['AppleAPFSVolume', string('IONameMatch', 'x') + dict('IOPropertyMatch', string('FullName', 'x'))],
  [
    'IOHIDDevice',
    integer('VendorID', 76) + string('SerialNumber', 'x') + string('PhysicalDeviceUniqueID', 'y'),
  ],
  ['IOHIDDevice', integer('VendorID', 76) + integer('ProductID', 617)],
  ['IOHIDDevice', dict('IOPropertyMatch', string('Product', 'x'))],
  ['IOBluetoothDevice', string('IOLocationMatch', 'x') + dict('IOPropertyMatch', string('Note', 'x'))],
  [
    'IOSerialBSDClient',
    string('IOTTYDevice', 'x') + string('IOTTYBaseName', 'y') + string('IOCalloutDevice', 'z'),
  ],
  ['IOEthernetInterface', dict('IOPropertyMatch', string('Peer', 'x') + string('IO80211HostName', 'y'))],
  ['IOEthernetInterface', dict('IOPropertyMatch', `<key>IOLocationAddr</key><data>AAAA</data>`)],
  ['IONothing', string('IONameMatch', 'x') + integer('idVendor', 4617)],
];

/** A kext with all of them, one key a line. */
export const PRIVATE_KEXT = `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0">
<dict>
${string('CFBundleIdentifier', 'org.acme.lamp')}
${string('CFBundlePackageType', 'KEXT')}
<key>IOKitPersonalities</key>
<dict>
${PERSONALITIES.map(
  ([provider, keys], index) =>
    `<key>P${index}</key>\n<dict>\n${string('CFBundleIdentifier', 'org.acme.lamp')}\n${string('IOClass', 'Acme')}\n${string('IOProviderClass', provider)}\n${keys.replaceAll('<key>', '\n<key>')}\n</dict>`,
).join('\n')}
</dict>
</dict>
</plist>
`;

export function privateDump(): string {
  return readFileSync(PRIVATE_DUMP, 'utf8');
}
