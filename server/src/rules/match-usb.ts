/**
 * Rules on the keys by which USB personalities match: the six legal combinations for each kind of nub
 * (`iokit/usb.ts`), what a combination asks of the class, keys of the other kind of nub.
 */

import {
  USB_KEYS,
  USB_ROWS,
  USB_VENDOR_SPECIFIC,
  type UsbCombination,
  type UsbKind,
  type UsbRow,
  usbClassKey,
  usbKeyCombination,
  usbKindOf,
  usbRowName,
} from '../iokit/usb.ts';
import { insertEntry } from '../plist/edit.ts';
import type { PlistNode } from '../plist/types.ts';
import { joinedFix, offer, removeEntryFix, setTextFix } from './bundle-edits.ts';
import { listed, quoted } from './bundle-values.ts';
import { renamedToUsb } from './match-spelling.ts';
import { hasOpenKeys, keysOf, MATCH_KINDS, meantKeys, nameOf } from './match-values.ts';
import type { Fix, PersonalityNode, Rule, RuleContext } from './types.ts';

const NUB = { device: 'IOUSBHostDevice', interface: 'IOUSBHostInterface' } as const;
const OTHER: Readonly<Record<UsbKind, UsbKind>> = { device: 'interface', interface: 'device' };

/** A USB personality whose keys are all known, with what they come to. */
export interface UsbPersonality {
  readonly personality: PersonalityNode;
  readonly node: PlistNode;
  readonly kind: UsbKind;
  readonly keys: ReadonlySet<string>;
  readonly combination: UsbCombination;
}

/** The personalities on USB nubs, but for those whose keys a build may still change. */
export function* usbPersonalities({ personalities }: RuleContext): Generator<UsbPersonality> {
  for (const personality of personalities) {
    const kind = personality.providerClass === undefined ? undefined : usbKindOf(personality.providerClass);
    if (!kind || hasOpenKeys(personality.node)) continue;
    const keys = keysOf(personality.node);
    yield { personality, node: personality.node, kind, keys, combination: usbKeyCombination(keys, kind) };
  }
}

/** Keys that IOKit itself or the closed USB family matches by, beside those of the table. */
const OTHER_MATCH_KEYS =
  /^(IO(Property|PropertyExists|Name|Path|Location|Parent|Compatibility)Match|IORegistryEntryID|locationID|USBSpeed|USBPortType|kUSB\w+|USB .+)$/;

function checkCombination(context: RuleContext): void {
  for (const usb of usbPersonalities(context)) {
    const { row } = usb.combination;
    if (row?.confirmed) continue;
    // Where the class rules the row out, match/usb-class says so.
    if (row && contradicts(row, classValue(usb.node, usb.kind))) continue;
    if (row) reportUnseen(context, usb, row);
    else if (!isExplained(context, usb)) reportIllegal(context, usb);
  }
}

/** Another rule says what is wrong: a slip in a key's name, or the spelling of HID keys. */
function isExplained(context: RuleContext, { node, kind }: UsbPersonality): boolean {
  const meant = meantKeys(context, node);
  return (
    usbKeyCombination(meant, kind).row !== undefined ||
    usbKeyCombination(renamedToUsb(meant), kind).row !== undefined
  );
}

function reportUnseen(
  { report }: RuleContext,
  { personality, node, kind }: UsbPersonality,
  row: UsbRow,
): void {
  report({
    at: nameOf(node),
    severity: 'warning',
    message: `${quoted(personality.name)} matches a USB ${kind} by ${usbRowName(row)}. Apple’s older, open USB family gave that ${row.score}; on the closed one of today no match of that kind has been seen. Match by vendor and product instead, if you can.`,
  });
}

function reportIllegal({ report }: RuleContext, usb: UsbPersonality): void {
  const { personality, node, kind, keys, combination } = usb;
  const read = USB_KEYS[kind].filter((key) => keys.has(key));
  const other = usbKeyCombination(keys, OTHER[kind]);
  const forOther = read.length < USB_KEYS[OTHER[kind]].filter((key) => keys.has(key)).length;
  const openly = [...keys].some((key) => OTHER_MATCH_KEYS.test(key));
  const hasProduct = keys.has('idProduct') || keys.has('idProductArray');
  const soft = (read.length === 0 && openly) || (kind === 'interface' && keys.has('idVendor') && hasProduct);
  report({
    at: nameOf(node),
    ...(soft && { severity: 'warning' as const }),
    message: messageFor(personality.name, usb, read, forOther && other.row !== undefined),
    fixes: () =>
      offer(
        other.row && forOther ? providerFix(node, OTHER[kind]) : undefined,
        ...completions(usb),
        combination.inTheWay.length > 0 ? inTheWayFix(node, combination.inTheWay) : undefined,
      ),
  });
}

function messageFor(
  name: string,
  { kind, combination }: UsbPersonality,
  read: readonly string[],
  isOther: boolean,
): string {
  const never = `so ${quoted(name)} never matches`;
  if (isOther) {
    return `These are keys of a USB ${OTHER[kind]}, and a USB ${kind} is not matched by them, ${never}. Match the ${OTHER[kind]}: IOProviderClass ${NUB[OTHER[kind]]}.`;
  }
  if (read.length === 0) {
    return `No key here says which USB ${kind} is meant, and without one USB matching takes none, ${never}. Add ${kind === 'device' ? 'idVendor and idProduct' : 'idVendor, idProduct, bConfigurationValue and bInterfaceNumber'}.`;
  }
  const advice =
    combination.inTheWay.length > 0
      ? `Remove ${listed(combination.inTheWay)}`
      : `Add ${
          listed(
            waysToComplete(kind, new Set(read)).map((keys) => listed(keys)),
            'or',
          ) || 'idVendor and idProduct'
        }`;
  const alone = read.length === 1 ? `${read[0]} alone is` : `${listed(read)} are`;
  return `${alone} no combination of keys by which a USB ${kind} is matched, ${never}. ${advice}.`;
}

/** The keys that each legal combination lacks which these could still become, the shortest list first. */
function waysToComplete(kind: UsbKind, present: ReadonlySet<string>): string[][] {
  const has = (key: string) => present.has(key) || (key === 'idProduct' && present.has('idProductArray'));
  return USB_ROWS[kind]
    .filter((row) => row.confirmed && !row.forbidden.some((key) => present.has(key)))
    .filter((row) => row.needs.some(has))
    .map((row) => row.needs.filter((key) => !has(key)))
    .filter((lacking, index, all) => !all.some((o, i) => i !== index && isPart(o, lacking, i < index)))
    .sort((a, b) => a.length - b.length);
}

/** A part of the whole, or the same again. */
function isPart(part: readonly string[], whole: readonly string[], orSame: boolean): boolean {
  if (part.length > whole.length || (part.length === whole.length && !orSame)) return false;
  return part.every((key) => whole.includes(key));
}

/** Each legal completion, with `*` for any value: that restricts no more than the file says. */
function completions({ node, kind, keys }: UsbPersonality): (Fix | undefined)[] {
  const read = new Set(USB_KEYS[kind].filter((key) => keys.has(key)));
  if (read.size === 0) return [];
  return waysToComplete(kind, read)
    .filter((lacking) => {
      const row = usbKeyCombination([...read, ...lacking], kind).row;
      return row !== undefined && !contradicts(row, classValue(node, kind));
    })
    .map((lacking) =>
      joinedFix(
        `Add ${listed(lacking)}, any value`,
        lacking.flatMap((key) => insertEntry(node, key, '*')),
      ),
    );
}

function providerFix(node: PlistNode, kind: UsbKind): Fix | undefined {
  const provider = node.get('IOProviderClass');
  return provider && setTextFix(provider, NUB[kind], `Match the ${kind}: ${NUB[kind]}`, false);
}

function inTheWayFix(node: PlistNode, keys: readonly string[]): Fix | undefined {
  return removeKeysFix(node, keys, `Remove ${listed(keys)}`);
}

function removeKeysFix(node: PlistNode, keys: readonly string[], title: string): Fix | undefined {
  const edits = keys.flatMap((key) => {
    const entry = node.keyNode(key);
    return entry ? removeEntryFix(entry, title, false).edits : [];
  });
  return joinedFix(title, edits);
}

/** The class that a personality asks for: a number, or undefined for none, any and what a build fills in. */
function classValue(node: PlistNode, kind: UsbKind): bigint | undefined {
  return node.get(usbClassKey(kind))?.integer;
}

/** True when a row never holds for this class. */
function contradicts(row: UsbRow, value: bigint | undefined): boolean {
  if (value === undefined || row.classIs === 'any') return false;
  return (value === BigInt(USB_VENDOR_SPECIFIC)) !== (row.classIs === 'vendor-specific');
}

function checkClass(context: RuleContext): void {
  for (const { personality, node, kind, combination } of usbPersonalities(context)) {
    const { row } = combination;
    const value = classValue(node, kind);
    if (!row || !contradicts(row, value)) continue;
    const key = usbClassKey(kind);
    const vendorSpecific = row.classIs === 'vendor-specific';
    context.report({
      at: node.get(key)!,
      ...(!row.confirmed && { severity: 'warning' as const }),
      message: vendorSpecific
        ? `idVendor beside a subclass is for the vendor’s own classes: it holds for ${key} 255 only, and this is ${value}, so ${quoted(personality.name)} never matches. Match by vendor and product, or leave idVendor out.`
        : `${key} 255 means a class of the vendor’s own, which says nothing without the vendor: ${quoted(personality.name)} never matches. Add idVendor.`,
      fixes: () =>
        offer(
          vendorSpecific ? removeKeysFix(node, ['idVendor'], 'Remove idVendor') : undefined,
          vendorSpecific ? setTextFix(node.get(key)!, '255', `Set ${key} to 255`, false) : undefined,
        ),
    });
  }
}

function checkIgnored(context: RuleContext): void {
  for (const { personality, node, kind, keys, combination } of usbPersonalities(context)) {
    const { ignored, row } = combination;
    if (ignored.length === 0 || !row) continue;
    const other = OTHER[kind];
    const there = usbKeyCombination(keys, other);
    const fitsOther = there.row !== undefined && there.ignored.length === 0;
    context.report({
      at: node.keyNode(ignored[0]!) ?? nameOf(node),
      message: `${listed(ignored)} ${ignored.length > 1 ? 'are keys' : 'is a key'} of a USB ${other}, and ${quoted(personality.name)} matches the ${kind}: nothing compares ${ignored.length > 1 ? 'them' : 'it'} there. Remove ${ignored.length > 1 ? 'them' : 'it'}, or match ${NUB[other]}.`,
      fixes: () =>
        offer(
          fitsOther ? providerFix(node, other) : undefined,
          removeKeysFix(node, ignored, `Remove ${listed(ignored)}`),
        ),
    });
  }
}

const SOURCE = [
  'apple-oss-distributions/IOUSBFamily tag IOUSBFamily-560.4.2 IOUSBFamily/Classes/IOUSBDevice.cpp:2609-2810',
  'apple-oss-distributions/IOUSBFamily tag IOUSBFamily-560.4.2 IOUSBFamily/Classes/IOUSBInterface.cpp:1637-1860',
  'https://developer.apple.com/library/archive/qa/qa1076/_index.html',
];

const on = (nub: string, body: string) =>
  `<key>IOProviderClass</key>\n<string>${nub}</string>\n${body
    .split(' ')
    .map((pair) => pair.split('='))
    .map(([key, value]) => `<key>${key}</key>\n<integer>${value}</integer>`)
    .join('\n')}`;

export const matchUsbRules: readonly Rule[] = [
  {
    id: 'match/usb-combination',
    severity: 'error',
    title: 'USB keys that never match',
    what: 'A personality on a USB device or interface whose keys are none of the six combinations by which USB matching works: the vendor alone, a class alone, vendor and product without configuration and interface number on an interface, no key at all. As a warning: vendor and product on an interface, and the combinations of vendor and subclass that nobody has seen match on today’s systems.',
    why: `The USB family goes through a table, best score first: for a device vendor + product + release (100000), vendor + product (90000), vendor + subclass + protocol (80000), vendor + subclass (70000), class + subclass + protocol (60000), class + subclass (50000). For an interface vendor + product also need \`bConfigurationValue\` and \`bInterfaceNumber\`. Keys that fit no row match nothing, however many they are.`,
    how: 'Complete a combination. The string `*` stands for any value, at 1000 less.',
    source: SOURCE,
    kinds: MATCH_KINDS,
    facts: ['mistake:M037', 'trap:11'],
    examples: {
      invalid: on('IOUSBHostInterface', 'idProduct=746 idVendor=1118'),
      valid: on('IOUSBHostInterface', 'bConfigurationValue=1 bInterfaceNumber=0 idProduct=746 idVendor=1118'),
    },
    check: checkCombination,
  },
  {
    id: 'match/usb-class',
    severity: 'error',
    title: 'USB class that contradicts the other keys',
    what: 'Class 255 (the vendor’s own) in a personality without `idVendor`, or another class beside `idVendor` and a subclass.',
    why: 'The combinations with a vendor and a subclass hold only for functions of class 255, those without a vendor only for all other classes.',
    how: 'Add `idVendor` to class 255. For a standard class leave `idVendor` out, or match by vendor and product.',
    source: SOURCE,
    kinds: MATCH_KINDS,
    facts: ['trap:11'],
    examples: {
      invalid: on('IOUSBHostInterface', 'bInterfaceClass=255 bInterfaceProtocol=1 bInterfaceSubClass=66'),
      valid: on('IOUSBHostInterface', 'bInterfaceProtocol=1 bInterfaceSubClass=66 idVendor=1118'),
    },
    check: checkClass,
  },
  {
    id: 'match/usb-ignored-key',
    severity: 'warning',
    title: 'Key of the other kind of USB nub',
    what: 'An interface key (`bInterfaceNumber`, `bInterfaceClass`, `bConfigurationValue` …) in a personality on a USB device, or a device key (`bDeviceClass` …) on an interface.',
    why: 'Each nub compares its own keys only. The driver matches the whole device where one interface was meant, while Apple’s drivers compete for the interfaces below it.',
    how: 'Match the nub that the keys describe, or remove the keys.',
    source: [...SOURCE, 'https://github.com/libusb/libusb/issues/158'],
    kinds: MATCH_KINDS,
    facts: ['mistake:M034', 'mistake:M036', 'trap:11'],
    examples: {
      invalid: on('IOUSBHostDevice', 'bInterfaceNumber=0 idProduct=746 idVendor=1118'),
      valid: on('IOUSBHostDevice', 'idProduct=746 idVendor=1118'),
    },
    check: checkIgnored,
  },
];
