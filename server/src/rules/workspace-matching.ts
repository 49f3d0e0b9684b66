/** Rules on personalities that want the same device: which one the system would ever start. */
import { classChain } from '../iokit/classes.ts';
import { matchScore } from '../iokit/matching.ts';
import { categoryOf } from '../iokit/matching-catalogue.ts';
import type { Nub } from '../iokit/nub.ts';
import { PCI_KEYS, pciPatterns } from '../iokit/pci.ts';
import { isArray, isDict, type PlistDict, type PlistValue } from '../plist/value.ts';
import { DEXT_KINDS, isFilledIn, KEXT_KINDS } from './bundle-values.ts';
import type { PersonalityNode, ViewContext, WorkspaceRule } from './types.ts';
import { type BundleView, related, siblingView, type ViewFile } from './workspace-view.ts';

/** Providers of real devices whose matching is a comparison of numbers, and the keys that are compared. */
const COMPARED: Readonly<Record<string, readonly string[]>> = {
  IOUSBHostDevice: [
    'idVendor',
    'idProduct',
    'bcdDevice',
    'bDeviceClass',
    'bDeviceSubClass',
    'bDeviceProtocol',
  ],
  IOUSBHostInterface: [
    'idVendor',
    'idProduct',
    'bcdDevice',
    'bConfigurationValue',
    'bInterfaceNumber',
    'bInterfaceClass',
    'bInterfaceSubClass',
    'bInterfaceProtocol',
  ],
  IOHIDDevice: ['VendorID', 'ProductID', 'PrimaryUsagePage', 'PrimaryUsage', 'Transport', 'VersionNumber'],
  IOHIDInterface: ['VendorID', 'ProductID', 'PrimaryUsagePage', 'PrimaryUsage', 'Transport', 'VersionNumber'],
  IOPCIDevice: [],
};

/** More devices of one personality are not tried. */
const MAX_DEVICES = 32;

interface Candidate {
  readonly view: BundleView;
  readonly file: ViewFile;
  readonly personality: PersonalityNode;
  readonly table: PlistDict;
}

function candidatesOf(view: BundleView): Candidate[] {
  const file = view.info;
  if (!file) return [];
  return view.personalities.flatMap((personality) => {
    const table = personality.node.value();
    return isDict(table) && !holdsVariable(table) ? [{ view, file, personality, table }] : [];
  });
}

/** True when a value that matching looks at is not known yet. */
function holdsVariable(table: PlistDict): boolean {
  return [...table].some(([key, value]) => !IGNORED.has(key) && unknown(value));
}

/** Keys that matching does not compare. */
const IGNORED = new Set([
  'CFBundleIdentifier',
  'CFBundleIdentifierKernel',
  'IOUserServerName',
  'IOUserClass',
  'IOUserServerCDHash',
]);

function unknown(value: PlistValue): boolean {
  if (typeof value === 'string') return isFilledIn(value);
  if (isArray(value)) return value.some(unknown);
  return isDict(value) && [...value.values()].some(unknown);
}

/**
 * Devices that a personality matches and that are odd in all that it does not ask for: what matches one of these
 * asks for no more than the personality does.
 */
function devicesOf({ table, personality }: Candidate): Nub[] {
  const provider = personality.providerClass ?? '';
  const keys = COMPARED[provider];
  if (!keys) return [];
  const base = new Map<string, PlistValue>();
  for (const key of keys) {
    const value = table.get(key);
    if (value === '*') return [];
    if (value !== undefined) base.set(key, value);
    else if (key !== 'Transport') base.set(key, key.startsWith('b') && key !== 'bcdDevice' ? 0x5an : 0x5a5bn);
  }
  const products = table.get(provider.startsWith('IOHID') ? 'ProductIDArray' : 'idProductArray');
  const productKey = provider.startsWith('IOHID') ? 'ProductID' : 'idProduct';
  const variants = isArray(products)
    ? products.slice(0, MAX_DEVICES).map((product) => new Map([...base, [productKey, product]]))
    : [base];
  const configs = provider === 'IOPCIDevice' ? pciConfigs(table) : [undefined];
  const devices = variants.flatMap((properties) =>
    configs.map((config) => nub(provider, properties, config)),
  );
  return devices.every((device) => matchScore(table, device) !== undefined) ? devices : [];
}

/** Register contents that fit the PCI keys; bits that the mask leaves open are set oddly, so that no other key names them. */
function pciConfigs(table: PlistDict): ReadonlyMap<number, number>[] {
  let configs: Map<number, number>[] = [new Map()];
  for (const { key, registers, defaultMask } of PCI_KEYS) {
    const text = table.get(key);
    if (typeof text !== 'string') continue;
    const patterns = pciPatterns(text, defaultMask).slice(0, MAX_DEVICES);
    configs = configs
      .flatMap((config) =>
        patterns.map(({ value, mask }) => {
          const content = (value | (0x5a5b5a5b & ~mask)) >>> 0;
          return new Map(config).set(registers[0] ?? 0, content);
        }),
      )
      .slice(0, MAX_DEVICES);
  }
  return configs.filter((config) => config.size > 0);
}

function nub(
  className: string,
  properties: PlistDict,
  pciConfig: ReadonlyMap<number, number> | undefined,
): Nub {
  return {
    className,
    classChain: classChain(className),
    name: className,
    location: undefined,
    entryId: undefined,
    path: `/${className}`,
    properties,
    unknownKeys: new Set(),
    provider: undefined,
    clients: [],
    ...(pciConfig && { pciConfig }),
  };
}

/** Scores of another personality on the devices of one; undefined when it does not match them all. */
function scoresOn(devices: readonly Nub[], table: PlistDict): number[] | undefined {
  const scores = devices.map((device) => matchScore(table, device));
  return scores.some((score) => score === undefined) ? undefined : (scores as number[]);
}

function checkCompetition({ workspace, view, report }: ViewContext): void {
  const own = candidatesOf(view).filter(({ personality }) => personality.isDext);
  if (own.length === 0) return;
  const others = view.bundle.hosts
    .flatMap((host) => host.embeds.map(({ bundle }) => bundle))
    .filter((bundle) => bundle !== view.bundle && DEXT_KINDS.includes(bundle.kind))
    .map((bundle) => siblingView(workspace, view, bundle))
    .flatMap((sibling) => (sibling ? candidatesOf(sibling) : []));
  const byProvider = new Map<string, Candidate[]>();
  for (const one of [...own, ...others]) {
    const key = `${one.personality.providerClass} ${categoryOf(one.table)}`;
    byProvider.set(key, [...(byProvider.get(key) ?? []), one]);
  }
  for (const candidate of own) {
    const rivals =
      byProvider.get(`${candidate.personality.providerClass} ${categoryOf(candidate.table)}`) ?? [];
    const devices = rivals.length > 1 ? devicesOf(candidate) : [];
    const scores = scoresOn(devices, candidate.table);
    if (devices.length === 0 || !scores) continue;
    for (const rival of rivals) {
      if (rival === candidate || !rival.personality.isDext) continue;
      const theirs = scoresOn(devices, rival.table);
      if (!theirs) continue;
      const loses = theirs.every((score, index) => score > (scores[index] ?? 0));
      const ties = theirs.every((score, index) => score === scores[index]);
      const saidBefore = ties && own.includes(rival) && own.indexOf(rival) < own.indexOf(candidate);
      if ((!loses && !ties) || saidBefore) continue;
      const name = rivalName(candidate, rival);
      const { document } = candidate.file;
      report({
        document,
        at: candidate.personality.node.key ?? candidate.personality.node,
        message: loses
          ? `${candidate.personality.name} never starts: ${name} matches every device that it matches, and scores higher (${theirs[0]} against ${scores[0]}). Take one of the two out, or let each match its own devices.`
          : `${candidate.personality.name} and ${name} match the same devices with the same score (${scores[0]}), so chance decides which of them starts. Take one out, or let each match its own devices.`,
        related: [
          related(
            rival.file.document,
            rival.personality.node.key ?? rival.personality.node,
            `${rival.personality.name}`,
          ),
        ],
      });
      break;
    }
  }
}

function rivalName(candidate: Candidate, rival: Candidate): string {
  const { name } = rival.personality;
  return candidate.view.bundle === rival.view.bundle ? name : `${name} of ${rival.view.bundle.name}`;
}

function checkKext({ workspace, view, report }: ViewContext): void {
  const kexts = view.bundle.hosts
    .flatMap((host) => host.embeds.map(({ bundle }) => bundle))
    .filter((bundle) => KEXT_KINDS.includes(bundle.kind))
    .map((bundle) => siblingView(workspace, view, bundle))
    .flatMap((sibling) => (sibling ? candidatesOf(sibling) : []));
  if (kexts.length === 0) return;
  for (const candidate of candidatesOf(view)) {
    const devices = candidate.personality.isDext ? devicesOf(candidate) : [];
    const rival = kexts.find(({ table }) => devices.length > 0 && scoresOn(devices, table) !== undefined);
    if (!rival) continue;
    report({
      document: candidate.file.document,
      at: candidate.personality.node.key ?? candidate.personality.node,
      message: `The app carries a dext and a kext for one device: ${candidate.personality.name} here and ${rivalName(candidate, rival)}. Where the system knows the dext it does not load the kext: ship the kext in a product for older systems only.`,
      related: [
        related(
          rival.file.document,
          rival.personality.node.key ?? rival.personality.node,
          'the kext’s personality',
        ),
      ],
    });
  }
}

export const matchingRules: readonly WorkspaceRule[] = [
  {
    id: 'workspace/competing-personalities',
    severity: 'warning',
    title: 'Personalities that compete for the same device',
    what: 'A dext personality on USB, HID or PCI of which another personality of the same dext, or of another dext in the same app, matches every device, in the same match category, and scores at least as high. Found by the matching engine, on the devices that the personality asks for.',
    why: 'In each match category one driver starts: the one with the highest score. Of equal ones it is not said which.',
    how: 'Take one of the two out, or narrow them so that each matches its own devices. A wide personality as the last resort beside narrow ones is fine and not reported.',
    source: ['apple-oss-distributions/xnu iokit/Kernel/IOService.cpp:4794-5006'],
    supersedes: ['match/usb-outranked'],
    kinds: DEXT_KINDS,
    examples: {
      invalid:
        '<key>Old</key>\n<!-- idVendor 4660, idProduct 1 -->\n<key>New</key>\n<!-- idVendor 4660, idProduct 1 -->',
      valid:
        '<key>Old</key>\n<!-- idVendor 4660, idProduct 1 -->\n<key>New</key>\n<!-- idVendor 4660, idProduct 2 -->',
    },
    checkView: checkCompetition,
  },
  {
    id: 'workspace/kext-and-dext',
    severity: 'warning',
    title: 'Kext and dext for one device in one app',
    what: 'An app that carries both a dext and a kext that match the same USB, HID or PCI device.',
    why: 'A system that runs the dext does not load the kext for the device.',
    how: 'Ship the kext in a product for older systems only.',
    source: ['UNVERIFIED: said by developers; no open source of Apple decides it'],
    kinds: DEXT_KINDS,
    examples: {
      invalid:
        '<!-- Lamp.app carries Lamp.kext and com.example.lamp.driver.dext, both: -->\n<key>idVendor</key>\n<integer>4660</integer>',
      valid:
        '<!-- Lamp.app carries com.example.lamp.driver.dext alone: -->\n<key>idVendor</key>\n<integer>4660</integer>',
    },
    checkView: checkKext,
  },
];
