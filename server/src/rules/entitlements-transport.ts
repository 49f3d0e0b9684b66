/** Rules on what the entitlements of a driver leave out or invent. */
import { distance } from '../plist/nearest.ts';
import type { PlistNode } from '../plist/types.ts';
import { addEntryFix, offer, removeEntryFix, renameKeyFix } from './bundle-edits.ts';
import { knownKeysOf } from './bundle-known-keys.ts';
import { quoted } from './bundle-values.ts';
import type { Rule, RuleContext } from './types.ts';

const DK = 'com.apple.developer.driverkit';
const PAGES = 'https://developer.apple.com/documentation/bundleresources/entitlements';

/** Name spaces of which all entitlements are known, and near misses of the names of these spaces. */
const CLOSED = /^com\.apple\.developer\.(driver-?kit|system-?extensions?|endpoint-?security)(\.|$)/i;

function checkUnknown({ root, evaluation, report }: RuleContext): void {
  const known = knownKeysOf(evaluation, root);
  for (const { key } of root.entries) {
    const name = key.text;
    if (!CLOSED.test(name) || known.names.has(name) || /\$|@/.test(name)) continue;
    const meant = known.meantBy(name);
    // Those of one slip are bundle/key-case and bundle/misspelt-key.
    if (known.inOtherCase(name) !== undefined || (meant !== undefined && !root.keyNode(meant))) continue;
    const near = meant ?? nearest(name, known.names);
    report({
      at: key,
      message: `${name} is no entitlement that we know of: the system ignores an invented one, and no profile holds it.${near === undefined ? ' Look the name up.' : ` Perhaps ${near} was meant.`}`,
      fixes: () =>
        offer(
          near === undefined || root.keyNode(near)
            ? undefined
            : renameKeyFix(key, near, `Rename to ${near}`, false),
          removeEntryFix(key, `Remove ${name}`, false),
        ),
    });
  }
}

/** The known entitlement with the most words in common; undefined where none stands out. */
function nearest(name: string, known: ReadonlySet<string>): string | undefined {
  const words = (text: string) =>
    text.toLowerCase().replace('driver-kit', 'driverkit').split(/[.-]/).slice(3);
  const own = words(name);
  let best: string | undefined;
  let most = 0;
  for (const key of known) {
    if (!CLOSED.test(key)) continue;
    const theirs = words(key);
    const shared = own.filter((word) => theirs.some((other) => distance(word, other, 1) <= 1)).length;
    const score = shared * 4 - Math.abs(theirs.length - own.length);
    if (shared === 0 || score < most) continue;
    best = score === most ? undefined : key;
    most = score;
  }
  return most >= 7 || own.length <= 1 ? best : undefined;
}

function checkLicence({ root, document, report }: RuleContext): void {
  if (root.keyNode(DK)) return;
  const key = root.entries.find(({ key: { text } }) =>
    /^com\.apple\.developer\.driverkit\.(transport|family)\./.test(text),
  )?.key;
  if (!key) return;
  // What Xcode adds stands in the file that it signs with.
  const signed = /\.xcent$/i.test(document.uri);
  report({
    at: key,
    keyPath: [DK],
    ...(!signed && { severity: 'warning' as const }),
    message: `A driver with ${key.text} needs ${DK} too: without it the system does not start the driver’s process. ${signed ? 'Add it' : 'Xcode adds it to the targets of drivers by itself; a file that is signed by hand must have it'}.`,
    fixes: () => offer(addEntryFix(root, DK, '<true/>', `Add ${DK}`)),
  });
}

const TRANSPORTS = [
  {
    name: `${DK}.transport.usb`,
    sample: '<dict>\n\t\t<key>idVendor</key>\n\t\t<string>*</string>\n\t</dict>',
  },
  {
    name: `${DK}.transport.pci`,
    sample:
      '<dict>\n\t\t<key>IOPCIPrimaryMatch</key>\n\t\t<string>0xFFFFFFFF&amp;0x00000000</string>\n\t</dict>',
  },
] as const;
const PCI_KEY = /^IOPCI(Primary|Secondary|Class)?Match$/;

function checkTransport({ root, report }: RuleContext): void {
  for (const { name, sample } of TRANSPORTS) {
    const value = root.get(name);
    if (value?.kind !== 'array' || value.items.length > 0) continue;
    report({
      at: value,
      message: `${name} lists no device, so the driver may use none. Add a dictionary for each kind of device.`,
      fixes: () =>
        offer({
          title: 'List any device (for development)',
          edits: [{ start: value.start, end: value.end, newText: `<array>\n\t${sample}\n</array>` }],
        }),
    });
  }
  for (const item of root.get(TRANSPORTS[1].name)?.items ?? []) checkPciItem(item, report);
}

function checkPciItem(item: PlistNode, report: RuleContext['report']): void {
  if (item.kind !== 'dict') return;
  const other = item.entries.find(({ key }) => !PCI_KEY.test(key.text))?.key;
  if (item.entries.length > 0 && !other) return;
  report({
    at: other ?? item,
    message: `${other ? `${quoted(other.text)} is no PCI match key` : 'An empty dictionary names no device'}: a profile grants dictionaries with IOPCIMatch, IOPCIPrimaryMatch, IOPCISecondaryMatch or IOPCIClassMatch, and one that differs from it does not fit.`,
    fixes: () =>
      other && item.entries.length > 1 ? offer(removeEntryFix(other, `Remove ${other.text}`, false)) : [],
  });
}

const on = (key: string, value = '<true/>') => `<key>${key}</key>\n${value}`;
const usb = on(
  `${DK}.transport.usb`,
  '<array>\n\t<dict>\n\t\t<key>idVendor</key>\n\t\t<integer>1118</integer>\n\t</dict>\n</array>',
);

export const entitlementsTransportRules: readonly Rule[] = [
  {
    id: 'entitlements/unknown-key',
    severity: 'warning',
    title: 'Unknown entitlement of DriverKit',
    what: 'A key that begins like the entitlements of DriverKit, system extensions or endpoint security and is none of them.',
    why: 'The system looks for the names it knows. An invented one grants nothing, and the check for the right one fails.',
    how: 'Write the name that Apple documents.',
    source: [PAGES],
    kinds: ['entitlements'],
    facts: ['trap:16'],
    examples: { invalid: on(`${DK}.family.storage-device`), valid: on(`${DK}.family.block-storage-device`) },
    check: checkUnknown,
  },
  {
    id: 'entitlements/missing-driverkit',
    severity: 'error',
    title: 'Driver without com.apple.developer.driverkit',
    what: 'A transport or family of DriverKit in a file without `com.apple.developer.driverkit`: an error in a signature and in the `.xcent` that Xcode signs with, else a warning.',
    why: 'It is the licence to run as a driver; the loader starts no process without it. Xcode adds it to driver targets by itself, a script that calls codesign does not.',
    how: 'Add `com.apple.developer.driverkit` true.',
    source: [
      'apple-oss-distributions/xnu iokit/Kernel/IOUserServer.cpp:4129-4131',
      'swiftlang/swift-build Sources/SWBApplePlatform/Specs/DarwinProductTypes.xcspec:456',
    ],
    kinds: ['entitlements'],
    facts: ['mistake:M082'],
    examples: { invalid: usb, valid: `${on(DK)}\n${usb}` },
    check: checkLicence,
  },
  {
    id: 'entitlements/transport-empty',
    severity: 'warning',
    title: 'Transport that names no device',
    what: 'An empty array as USB or PCI transport, or a PCI dictionary that is empty or has another key than the PCI match keys.',
    why: 'The lists name the devices that the driver may use. The kernel runs each PCI dictionary against the device.',
    how: 'Add a dictionary with `idVendor`, or with `IOPCIPrimaryMatch`.',
    source: ['apple-oss-distributions/IOPCIFamily IOPCIDevice.cpp:864-920', `${PAGES}/${DK}.transport.usb`],
    kinds: ['entitlements'],
    facts: ['trap:17'],
    examples: { invalid: on(`${DK}.transport.usb`, '<array/>'), valid: usb },
    check: checkTransport,
  },
];
