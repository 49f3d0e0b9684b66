/** The entitlements of a dext and of its host app. */
import type { PlistNode } from '../plist/types.ts';
import type { PlistDict, PlistValue } from '../plist/value.ts';
import { hasBuildVariable } from '../plist/variables.ts';
import type { Family } from './families.ts';

const DRIVERKIT = 'com.apple.developer.driverkit';

/** What of a personality decides its entitlements: the nub, the family, and the values it is matched by. */
export interface EntitledPersonality {
  readonly provider: string;
  readonly family: Family;
  /** Value of a match key. */
  readonly match: (key: string) => PlistValue | undefined;
}

export interface DextEntitlements {
  readonly entitlements: PlistDict;
  /** What the match keys did not tell. */
  readonly warnings: readonly string[];
}

/** Match values of a node of the source, for {@link EntitledPersonality.match}. */
export function matchOf(node: PlistNode): (key: string) => PlistValue | undefined {
  return (key) => {
    const value = node.get(key)?.value();
    return typeof value === 'string' && hasBuildVariable(value) ? undefined : value;
  };
}

/** The transport that each nub asks for, and the family’s keys. Values of the transports come from the match keys. */
export function dextEntitlements(personalities: readonly EntitledPersonality[]): DextEntitlements {
  const keys = new Map<string, PlistValue>([[DRIVERKIT, true]]);
  const warnings: string[] = [];
  const usb = unique(personalities.filter(({ provider }) => provider.startsWith('IOUSBHost')).map(usbEntry));
  if (usb.length > 0) {
    keys.set(`${DRIVERKIT}.transport.usb`, usb);
    if (usb.some((entry) => entry.get('idVendor') === '*'))
      warnings.push(
        'A personality names no USB vendor, so that the entitlement has the development value "*". Apple grants vendors: put yours in before you ship.',
      );
  }
  const pci = unique(personalities.filter(({ provider }) => provider === 'IOPCIDevice').map(pciEntry));
  if (pci.length > 0) {
    keys.set(`${DRIVERKIT}.transport.pci`, pci);
    if (pci.some((entry) => entry.get('IOPCIPrimaryMatch') === ANY_PCI))
      warnings.push(
        'A personality has no PCI match key, so that transport.pci takes any device. Apple grants devices: put yours in before you ship.',
      );
  }
  if (personalities.some(({ provider }) => provider === 'IOHIDInterface'))
    keys.set(`${DRIVERKIT}.transport.hid`, true);
  for (const { family } of personalities) for (const key of family.entitlements) keys.set(key, true);
  return { entitlements: keys, warnings };
}

/** By vendor alone, as Apple grants it. */
function usbEntry({ match }: EntitledPersonality): PlistDict {
  const vendor = match('idVendor');
  return new Map([['idVendor', typeof vendor === 'bigint' ? vendor : '*']]);
}

const PCI_KEYS = ['IOPCIPrimaryMatch', 'IOPCIMatch', 'IOPCISecondaryMatch', 'IOPCIClassMatch'];
/** A mask of nothing. */
const ANY_PCI = '0x00000000&0x00000000';

function pciEntry({ match }: EntitledPersonality): PlistDict {
  const entry = new Map<string, PlistValue>();
  for (const key of PCI_KEYS) {
    const value = match(key);
    if (typeof value === 'string' && value.trim() !== '') entry.set(key, value.trim().replace(/\s+/g, ' '));
  }
  if (entry.size > 0) return entry;
  const names = match('IONameMatch');
  const ids = (Array.isArray(names) ? names : [names]).flatMap((name) => pciNameId(name));
  entry.set('IOPCIPrimaryMatch', ids.length > 0 ? ids.join(' ') : ANY_PCI);
  return entry;
}

/** `pci8086,1533` as the value of the register: device in the high half. */
function pciNameId(name: unknown): string[] {
  const ids = typeof name === 'string' ? /^pci([0-9a-f]{1,4}),([0-9a-f]{1,4})$/i.exec(name.trim()) : null;
  return ids ? [`0x${ids[2]!.padStart(4, '0')}${ids[1]!.padStart(4, '0')}`.toLowerCase()] : [];
}

function unique(dicts: readonly PlistDict[]): PlistDict[] {
  const seen = new Map<string, PlistDict>();
  for (const dict of dicts) {
    const id = JSON.stringify(
      [...dict].map(([key, value]) => [key, typeof value === 'bigint' ? `${value}` : value]),
    );
    if (!seen.has(id)) seen.set(id, dict);
  }
  return [...seen.values()];
}

/** @param clientOf ids of dexts whose user client the app opens */
export function appEntitlements(clientOf: readonly string[]): PlistDict {
  const keys = new Map<string, PlistValue>([['com.apple.developer.system-extension.install', true]]);
  if (clientOf.length > 0) keys.set(`${DRIVERKIT}.userclient-access`, clientOf);
  return keys;
}
