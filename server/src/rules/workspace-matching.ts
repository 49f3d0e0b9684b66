/** Rules on personalities that want the same device: which one the system would ever start. */
import { classChain } from '../iokit/classes.ts';
import { matchScore } from '../iokit/matching.ts';
import { categoryOf } from '../iokit/matching-catalogue.ts';
import type { Nub } from '../iokit/nub.ts';
import { PCI_KEYS, pciPatterns } from '../iokit/pci.ts';
import { isArray, isDict, type PlistDict, type PlistValue } from '../plist/value.ts';
import type { Bundle } from '../workspace/bundles.ts';
import type { BundleKind } from '../workspace/types.ts';
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

/** Drivers beside a bundle's own, and whether one app carries both. */
interface Beside {
  readonly candidates: readonly Candidate[];
  readonly isCarried: boolean;
}

/**
 * Personalities of drivers of some kinds that the same app carries, then of those that no app ties to this one but
 * the project or the folder of products.
 */
function besides({ workspace, view }: ViewContext, kinds: readonly BundleKind[]): Beside[] {
  const carried = new Set(view.bundle.hosts.flatMap((host) => host.embeds.map(({ bundle }) => bundle)));
  const together = workspace.shippedWith(view.bundle).filter((bundle) => !carried.has(bundle));
  const candidates = (bundles: readonly Bundle[], apart: boolean) =>
    bundles
      .filter((bundle) => bundle !== view.bundle && kinds.includes(bundle.kind))
      .map((bundle) => siblingView(workspace, view, bundle))
      .filter((one) => one !== undefined)
      .filter(({ bundleId }) => !apart || isRival(view.bundleId, bundleId))
      .flatMap(candidatesOf);
  return [
    { candidates: candidates([...carried], false), isCarried: true },
    { candidates: candidates(together, true), isCarried: false },
  ];
}

/** Bundles of one id are variants, of which a Mac has one; Apple’s own are tuned to each other. */
function isRival(own: string | undefined, other: string | undefined): boolean {
  if (own === undefined || other === undefined || own === other) return false;
  return !(own.startsWith('com.apple.') && other.startsWith('com.apple.'));
}

function checkCompetition(context: ViewContext): void {
  const { view, report } = context;
  const isDext = DEXT_KINDS.includes(view.bundle.kind);
  const own = candidatesOf(view).filter(({ personality }) => personality.isDext === isDext);
  if (own.length === 0) return;
  const [carried, together] = besides(context, isDext ? DEXT_KINDS : KEXT_KINDS);
  // Of several personalities of one kext each may be for another system; only its neighbours are compared.
  const inside = isDext ? [...own, ...(carried?.candidates ?? [])] : [];
  const apart = new Set(together?.candidates);
  const byProvider = new Map<string, Candidate[]>();
  for (const one of [...inside, ...apart]) {
    const key = `${one.personality.providerClass} ${categoryOf(one.table)}`;
    byProvider.set(key, [...(byProvider.get(key) ?? []), one]);
  }
  for (const candidate of own) {
    const rivals =
      byProvider.get(`${candidate.personality.providerClass} ${categoryOf(candidate.table)}`) ?? [];
    const devices = rivals.some((rival) => rival !== candidate) ? devicesOf(candidate) : [];
    const scores = scoresOn(devices, candidate.table);
    if (devices.length === 0 || !scores) continue;
    for (const rival of rivals) {
      if (rival === candidate || rival.personality.isDext !== isDext) continue;
      const theirs = scoresOn(devices, rival.table);
      if (!theirs) continue;
      const loses = theirs.every((score, index) => score > (scores[index] ?? 0));
      const ties = theirs.every((score, index) => score === scores[index]);
      const saidBefore = ties && own.includes(rival) && own.indexOf(rival) < own.indexOf(candidate);
      if ((!loses && !ties) || saidBefore) continue;
      const name = rivalName(candidate, rival);
      const { document } = candidate.file;
      const both = apart.has(rival) ? 'Where both are installed, ' : '';
      report({
        document,
        at: candidate.personality.node.key ?? candidate.personality.node,
        ...(both && { severity: 'information' as const }),
        message: loses
          ? `${both}${candidate.personality.name} never starts: ${name} matches every device that it matches, and scores higher (${theirs[0]} against ${scores[0]}). Take one of the two out, or let each match its own devices.`
          : `${both}${candidate.personality.name} and ${name} match the same devices with the same score (${scores[0]}), so ${isDext ? 'chance' : 'chance, or what their probe methods answer,'} decides which of them starts. Take one out, or let each match its own devices.`,
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

function checkKext(context: ViewContext): void {
  const { view, report } = context;
  const groups = besides(context, KEXT_KINDS);
  if (groups.every(({ candidates }) => candidates.length === 0)) return;
  for (const candidate of candidatesOf(view)) {
    const devices = candidate.personality.isDext ? devicesOf(candidate) : [];
    if (devices.length === 0) continue;
    for (const { candidates, isCarried } of groups) {
      const rival = candidates.find(({ table }) => scoresOn(devices, table) !== undefined);
      if (!rival) continue;
      const who = `${candidate.personality.name} here and ${rivalName(candidate, rival)}`;
      report({
        document: candidate.file.document,
        at: candidate.personality.node.key ?? candidate.personality.node,
        ...(!isCarried && { severity: 'information' as const }),
        message: isCarried
          ? `The app carries a dext and a kext for one device: ${who}. Where the system knows the dext it does not load the kext: ship the kext in a product for older systems only.`
          : `There are a dext and a kext for one device: ${who}. Where both are installed the system does not load the kext: install one of them, the kext on older systems only.`,
        related: [
          related(
            rival.file.document,
            rival.personality.node.key ?? rival.personality.node,
            'the kext’s personality',
          ),
        ],
      });
      break;
    }
  }
}

export const matchingRules: readonly WorkspaceRule[] = [
  {
    id: 'workspace/competing-personalities',
    severity: 'warning',
    title: 'Personalities that compete for the same device',
    what: 'A dext personality on USB, HID or PCI of which another personality of the same dext, or of another dext in the same app, matches every device, in the same match category, and scores at least as high. As information, the same of a dext or kext and another one of the same project or folder of built products. Found by the matching engine, on the devices that the personality asks for.',
    why: 'In each match category one driver starts: the one with the highest score. Of equal ones it is not said which.',
    how: 'Take one of the two out, or narrow them so that each matches its own devices. A wide personality as the last resort beside narrow ones is fine and not reported.',
    source: ['apple-oss-distributions/xnu iokit/Kernel/IOService.cpp:4794-5006'],
    supersedes: ['match/usb-outranked'],
    kinds: [...DEXT_KINDS, ...KEXT_KINDS],
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
    title: 'Kext and dext for one device',
    what: 'An app that carries both a dext and a kext that match the same USB, HID or PCI device. As information, a dext and a kext of one project or one folder of built products that do.',
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
