/** Rules on the texts of the PCI match keys, in personalities and in the PCI transport entitlement. */
import { pciClass, pciDevice, pciVendor } from '../iokit/ids.ts';
import { PCI_KEYS, type PciTerm, type PciTerms, pciMatchTerms } from '../iokit/pci.ts';
import type { PlistNode } from '../plist/types.ts';
import type { BundleKind } from '../workspace/types.ts';
import { offer, setTextFix } from './bundle-edits.ts';
import { isFilledIn, quoted } from './bundle-values.ts';
import { MATCH_KINDS, partOf } from './match-values.ts';
import type { Fix, Report, Rule, RuleContext } from './types.ts';

const TRANSPORT = 'com.apple.developer.driverkit.transport.pci';
const KINDS: readonly BundleKind[] = [...MATCH_KINDS, 'entitlements'];
const MAX32 = 0xffff_ffffn;

/** A match text of the document, read as the kernel reads it. */
interface MatchText {
  readonly key: string;
  readonly node: PlistNode;
  readonly text: string;
  readonly read: PciTerms;
  readonly defaultMask: bigint;
}

/** The match texts that a build leaves as they are. */
function* matchTexts({ kind, root, personalities }: RuleContext): Generator<MatchText> {
  const dicts =
    kind === 'entitlements' ? (root.get(TRANSPORT)?.items ?? []) : personalities.map(({ node }) => node);
  for (const dict of dicts) {
    for (const { key, defaultMask } of PCI_KEYS) {
      const node = dict.get(key);
      const text = node?.string;
      if (!node || text === undefined || isFilledIn(text)) continue;
      yield { key, node, text, read: pciMatchTerms(text), defaultMask: BigInt(defaultMask) };
    }
  }
}

const hex = (value: bigint | number, digits: number) =>
  value.toString(16).toUpperCase().padStart(digits, '0');

/** `0x10D38086&0xFFFFFFFF`, or without the mask. */
function written(value: bigint, mask: bigint | undefined): string {
  return `0x${hex(value, 8)}${mask === undefined ? '' : `&0x${hex(mask, 8)}`}`;
}

/** `8086:10d3`, as `lspci` and the lists of ids write it: vendor first. */
const LIST_NOTATION = /^\s*(?:0x)?([0-9a-f]{4})\s*:\s*(?:0x)?([0-9a-f]{4})\s*$/i;

function checkText(context: RuleContext): void {
  for (const match of matchTexts(context)) {
    const { node, text, read } = match;
    if (read.terms.length === 0 || read.junk) {
      context.report(junkReport(match));
      continue;
    }
    for (const term of read.terms) {
      const said = termFault(match, term);
      // A profile for development grants every device in just that way.
      if (said === undefined) checkShort(match, term, context);
      if (said === undefined || (context.kind === 'entitlements' && term.mask === 0n && !term.emptyMask))
        continue;
      context.report({
        at: partOf(node, term.start, term.end),
        keyPath: node.path,
        severity: term.mask === 0n && !term.emptyMask ? 'information' : 'warning',
        message: `${quoted(text.slice(term.start, term.end))} in ${match.key}: ${said}`,
      });
    }
  }
}

/** `0x8086`: four digits are device 0000 of that vendor, where most likely the vendor alone was meant. */
function checkShort({ key, node, text }: MatchText, term: PciTerm, { report }: RuleContext): void {
  if (key === 'IOPCIClassMatch' || term.mask !== undefined || term.device !== 0) return;
  const digits = text.slice(term.start, term.end).replace(/^0x/i, '');
  const name = pciVendor(term.vendor);
  if (name === undefined) {
    if (digits.length > 4) return;
    report({
      at: partOf(node, term.start, term.end),
      keyPath: node.path,
      severity: 'warning',
      message: `${quoted(text.slice(term.start, term.end))} in ${key} has four digits or less: device 0000 of a vendor that nobody knows. Write eight, the device in the upper half and the vendor in the lower: 0xDDDDVVVV.`,
    });
    return;
  }
  const meant = written(term.value, 0xffffn);
  report({
    at: partOf(node, term.start, term.end),
    keyPath: node.path,
    severity: 'warning',
    message: `${quoted(text.slice(term.start, term.end))} in ${key}: without a mask all 32 bits count, and that is device 0000 of ${name}. For all its devices write ${meant}.`,
    fixes: () =>
      offer(
        setTextFix(node, text.slice(0, term.start) + meant + text.slice(term.end), `Write ${meant}`, false),
      ),
  });
}

function junkReport(match: MatchText): Report {
  const { key, node, text, read } = match;
  const pair = LIST_NOTATION.exec(text);
  const blanks = text.replace(/[\s,;|]+/g, ' ').trim();
  const again = pciMatchTerms(blanks);
  const sound = !again.junk && again.terms.length > 0 && !again.terms.some((term) => termFault(match, term));
  const repaired = pair ? `0x${pair[2]}${pair[1]}` : sound && blanks !== text ? blanks : undefined;
  const none = read.terms.length === 0;
  const what =
    text.trim() === ''
      ? 'is empty'
      : `begins with ${quoted(text.trim(), 20)}, which is no hexadecimal number`;
  const junk = read.junk;
  const message = pair
    ? `${quoted(text.trim())} is vendor:device. ${key} is one hexadecimal number with the device first: 0x${pair[2]}${pair[1]}.`
    : none || !junk
      ? `${key} ${what}, so no device matches. Write numbers such as 0x10D38086, the device before the vendor.`
      : `The kernel stops reading ${key} at ${quoted(junk.text, 20)} without a word: ${/[,;|]/.test(junk.text[0]!) ? 'numbers are separated by blanks only' : 'that is no hexadecimal number'}, and what follows is never compared.`;
  return {
    at: none || !junk ? node : partOf(node, junk.start, junk.start + junk.text.length),
    keyPath: node.path,
    ...(!none && !pair && { severity: 'warning' as const }),
    message,
    fixes: () =>
      repaired === undefined ? [] : offer(setTextFix(node, repaired, `Write ${quoted(repaired, 40)}`)),
  };
}

function termFault({ key }: MatchText, { value, mask, emptyMask }: PciTerm): string | undefined {
  if (emptyMask || mask === 0n) {
    return `${emptyMask ? 'a mask is missing after &, which counts as 0' : 'the mask is 0'}, so it matches every PCI device. Write the bits that count, such as 0xFFFF0000.`;
  }
  if (mask !== undefined && mask > MAX32) {
    return `the mask has more than eight hexadecimal digits. The register has 32 bits, so it counts as 0x${hex(mask & MAX32, 8)}; a digit is too many.`;
  }
  if (value !== 0n && mask !== undefined && (value & mask) === 0n) {
    return `the mask leaves out every bit that the number sets, so no device of that number is asked for. The mask has ones where the register must equal the number: &0x0000FFFF keeps the vendor, the lower half.`;
  }
  if (value <= MAX32) return undefined;
  const digits =
    key === 'IOPCIClassMatch'
      ? 'class, subclass, interface and revision, two digits each'
      : 'four digits of the device and four of the vendor';
  return `the number has more than eight hexadecimal digits. The register has 32 bits, so it counts as 0x${hex(value & MAX32, 8)}. Write ${digits}; the kernel reads all digits as hexadecimal, with 0x in front or without.`;
}

/** What a term would be with its halves exchanged. */
function swapped({ value, mask }: PciTerm): { value: bigint; mask: bigint | undefined } {
  const turn = (number: bigint) => ((number & 0xffffn) << 16n) | ((number >> 16n) & 0xffffn);
  return { value: turn(value), mask: mask === undefined ? undefined : turn(mask) };
}

/** `sure`: the lists have the device only with its halves exchanged, or the mask leaves out the half of the vendor. */
function isSwapped(term: PciTerm): 'no' | 'likely' | 'sure' {
  const mask = term.mask ?? MAX32;
  if (term.value > MAX32 || mask > MAX32 || mask >> 16n !== 0xffffn) return 'no';
  const low = mask & 0xffffn;
  const { device, vendor } = term;
  if (device === 0 || device === 0xffff || pciVendor(device) === undefined) return 'no';
  if (low === 0n && vendor === 0) return 'sure';
  if (low !== 0xffffn) return 'no';
  if (pciDevice(device, vendor) !== undefined && pciDevice(vendor, device) === undefined) return 'sure';
  return pciVendor(vendor) === undefined ? 'likely' : 'no';
}

function checkSwapped(context: RuleContext): void {
  for (const { key, node, text, read } of matchTexts(context)) {
    if (key === 'IOPCIClassMatch') continue;
    const wrong = read.terms.filter((term) => isSwapped(term) !== 'no');
    const first = wrong[0];
    if (!first) continue;
    const sure = wrong.some((term) => isSwapped(term) === 'sure');
    const name = pciDevice(first.device, first.vendor);
    const vendor = pciVendor(first.device);
    context.report({
      at: partOf(node, first.start, first.end),
      keyPath: node.path,
      ...(!sure && { severity: 'information' as const }),
      message: `The upper half of ${quoted(text.slice(first.start, first.end))} is the vendor id of ${vendor}${name === undefined ? '' : `, and the lower half its device ${name}`}. In ${key} the device stands in the upper half and the vendor in the lower: write ${written(swapped(first).value, swapped(first).mask)}.`,
      fixes: () => offer(swapFix(node, text, wrong, sure)),
    });
  }
}

function swapFix(node: PlistNode, text: string, terms: readonly PciTerm[], sure: boolean): Fix {
  let repaired = '';
  let at = 0;
  for (const term of terms) {
    const { value, mask } = swapped(term);
    repaired += text.slice(at, term.start) + written(value, mask);
    at = term.end;
  }
  return setTextFix(node, repaired + text.slice(at), 'Swap device and vendor', sure);
}

function checkClass(context: RuleContext): void {
  for (const { key, node, text, read, defaultMask } of matchTexts(context)) {
    if (key !== 'IOPCIClassMatch') continue;
    for (const term of read.terms) {
      const raw = text.slice(term.start, term.end);
      if (term.value > MAX32 || term.emptyMask) continue;
      const at = partOf(node, term.start, term.end);
      const replace = (repaired: string, title: string, preferred: boolean) =>
        setTextFix(node, text.slice(0, term.start) + repaired + text.slice(term.end), title, preferred);
      const digits = raw.replace(/&.*/, '').trim().replace(/^0x/i, '').length;
      if (isShortClass(term, digits, defaultMask)) {
        const meant = fullClass(term, digits);
        const [base, sub, face] = [24n, 16n, 8n].map((shift) => Number((meant.value >> shift) & 0xffn));
        const name = pciClass(base!, digits > 2 ? sub : undefined, digits > 4 ? face : undefined);
        const text = written(meant.value, meant.mask);
        context.report({
          at,
          keyPath: node.path,
          message: `${quoted(raw)} stands too low in the register, whose bytes are class, subclass, interface and revision: it is class ${hex(term.value >> 24n, 2)}, subclass ${hex((term.value >> 16n) & 0xffn, 2)}. ${name === undefined ? 'Write all four' : `For ${name}`}: ${text}.`,
          fixes: () => offer(replace(text, `Write ${text}`, true)),
        });
      } else if (term.mask === undefined && (term.value & 0xffn) !== 0n) {
        context.report({
          at,
          keyPath: node.path,
          severity: 'information',
          message: `Without a mask IOPCIClassMatch does not compare the revision, ${hex(term.value & 0xffn, 2)} here. Add &0xFFFFFFFF if it counts, or write 00.`,
          fixes: () =>
            offer(
              replace(`0x${hex(term.value & 0xffffff00n, 8)}`, 'Write the revision as 00', false),
              replace(`${raw}&0xFFFFFFFF`, 'Compare the revision too', false),
            ),
        });
      }
    }
  }
}

/** Two, four or six digits are class, subclass, interface from the left; the register has all four bytes. */
function isShortClass({ value, mask }: PciTerm, digits: number, defaultMask: bigint): boolean {
  if (![2, 4, 6].includes(digits) || value === 0n) return false;
  const compared = mask ?? defaultMask;
  // A mask as short as the value was meant for the same bytes.
  return compared >> 24n === 0xffn || (mask !== undefined && mask >> BigInt(digits * 4 - 8) === 0xffn);
}

/** The number in its place; the bytes that it does not name are left out by the mask. */
function fullClass({ value, mask }: PciTerm, digits: number): { value: bigint; mask: bigint | undefined } {
  const shift = BigInt(32 - digits * 4);
  const short = mask !== undefined && mask >> BigInt(digits * 4) === 0n;
  if (short) return { value: value << shift, mask: mask << shift };
  if (mask !== undefined || digits === 6) return { value: value << shift, mask };
  return { value: value << shift, mask: (MAX32 << shift) & MAX32 };
}

const PCI = 'apple-oss-distributions/IOPCIFamily IOPCIBridge.cpp';
const example = (key: string, text: string) => `<key>${key}</key>\n<string>${text}</string>`;

export const matchPciRules: readonly Rule[] = [
  {
    id: 'match/pci-text',
    severity: 'error',
    title: 'PCI match text that is not read as meant',
    what: 'A PCI match text without a number at its beginning, or in the notation vendor:device (error). As a warning: commas or other text between the numbers, a vendor without a mask, a number or mask of more than eight digits, an empty mask. As information: a mask of 0.',
    why: 'The kernel reads hexadecimal numbers with blanks between them, each with `&` and a mask if wanted. It stops without a word at the first thing that is no number, so that a comma cuts off the rest of the list.',
    how: 'Write `0x10D38086 0x15338086`, or `0x00008086&amp;0x0000FFFF` with a mask.',
    source: [`${PCI}:4490-4580`],
    kinds: KINDS,
    facts: ['trap:14'],
    examples: {
      invalid: example('IOPCIMatch', '0x10D38086,0x15338086'),
      valid: example('IOPCIMatch', '0x10D38086 0x15338086'),
    },
    check: checkText,
  },
  {
    id: 'match/pci-swapped',
    severity: 'warning',
    title: 'Vendor and device exchanged',
    what: 'A PCI match number that names a device of the public list only with its halves exchanged. As information, one whose upper half is the id of a known vendor while the lower half is none.',
    why: 'The register holds the device in its upper and the vendor in its lower half, the reverse of how lists and `lspci` show them. Exchanged, it names another vendor’s device, or nobody’s.',
    how: 'Write the device first: `0x10D38086` for device 10D3 of vendor 8086.',
    source: [
      `${PCI}:4490-4580`,
      'https://developer.apple.com/documentation/bundleresources/entitlements/com.apple.developer.driverkit.transport.pci',
    ],
    kinds: KINDS,
    facts: ['mistake:M060', 'trap:14'],
    examples: {
      invalid: example('IOPCIPrimaryMatch', '0x808610D3'),
      valid: example('IOPCIPrimaryMatch', '0x10D38086'),
    },
    check: checkSwapped,
  },
  {
    id: 'match/pci-class',
    severity: 'warning',
    title: 'PCI class in the wrong bytes',
    what: 'An `IOPCIClassMatch` of two, four or six digits, as class codes are usually written. As information: a revision in a number without a mask.',
    why: 'The register has four bytes: class, subclass, interface, revision. Shorter numbers stand too low. Without a mask the revision is not compared.',
    how: 'Write eight digits: `0x01080200` for NVMe, whose class is 010802.',
    source: [`${PCI}:4490-4580`],
    kinds: KINDS,
    facts: ['trap:14'],
    examples: {
      invalid: example('IOPCIClassMatch', '0x010802'),
      valid: example('IOPCIClassMatch', '0x01080200&amp;0xFFFFFF00'),
    },
    check: checkClass,
  },
];
