/** Rules on the numbers of USB and HID personalities: ids of the wrong base, scores that are cut or outdone. */
import { usbProduct, usbVendor } from '../iokit/ids.ts';
import { USB_KEYS, USB_PROBE_SCORE_LIMIT, usbKindOf, usbScore } from '../iokit/usb.ts';
import type { PlistNode } from '../plist/types.ts';
import { joinedFix, offer, setTextFix } from './bundle-edits.ts';
import { quoted } from './bundle-values.ts';
import { type UsbPersonality, usbPersonalities } from './match-usb.ts';
import { HID_NUBS, MATCH_KINDS, nameOf } from './match-values.ts';
import type { Rule, RuleContext } from './types.ts';

/** Names of the two ids on a nub of each family. */
function idKeys(providerClass: string | undefined): readonly [string, string] | undefined {
  if (providerClass === undefined) return undefined;
  if (usbKindOf(providerClass)) return ['idVendor', 'idProduct'];
  return HID_NUBS.has(providerClass) ? ['VendorID', 'ProductID'] : undefined;
}

/** The number whose hexadecimal digits these decimal ones are: 1452 for 0x1452. */
function asHex(node: PlistNode | undefined): number | undefined {
  const value = node?.integer;
  if (!node || value === undefined || node.integerForm !== 'decimal' || value <= 0n) return undefined;
  const read = Number.parseInt(value.toString(), 16);
  return read <= 0xffff ? read : undefined;
}

function checkDecimal({ personalities, report }: RuleContext): void {
  for (const { node, providerClass } of personalities) {
    const keys = idKeys(providerClass);
    const vendor = keys && node.get(keys[0]);
    const product = keys && node.get(keys[1]);
    const meant = asHex(vendor);
    const number = vendor?.integer;
    if (!keys || !vendor || meant === undefined || number === undefined) continue;
    const maker = usbVendor(meant);
    const meantProduct = asHex(product);
    const name = meantProduct === undefined ? undefined : usbProduct(meant, meantProduct);
    const productNumber = product?.integer;
    const asWritten = productNumber === undefined ? undefined : usbProduct(number, productNumber);
    if (maker === undefined || asWritten !== undefined) continue;
    const unknown = usbVendor(number) === undefined;
    if (!unknown && name === undefined) continue;
    report({
      at: vendor,
      message: `${unknown ? `No vendor is known by the number ${number}` : `No product ${productNumber} of vendor ${number} is known`}, but 0x${number} is ${maker}${name === undefined ? '' : `, and its product 0x${productNumber} is ${name}`}. An <integer> is decimal: if 0x${number} was meant, write ${meant}.`,
      fixes: () => {
        const both = product && meantProduct !== undefined;
        return offer(
          joinedFix(`Take ${both ? 'both ids' : `0x${number}`} as hexadecimal`, [
            ...setTextFix(vendor, String(meant), '').edits,
            ...(both ? setTextFix(product, String(meantProduct), '').edits : []),
          ]),
        );
      },
    });
  }
}

/** In sources: a built file is read by Apple’s readers only, and kext/xml-integer knows what they take. */
function checkHexInteger({ personalities, built, report }: RuleContext): void {
  if (built) return;
  for (const { node } of personalities) {
    for (const { value } of node.entries) {
      const number = value?.integer;
      if (!value || number === undefined || value.integerForm !== 'hex') continue;
      report({
        at: value,
        message: `Apple’s readers take ${value.text.trim()} for ${number}; many other tools that read property lists take no hexadecimal integers, or take them for 0. Write ${number}.`,
        fixes: () => offer(setTextFix(value, String(number), `Write ${number}`)),
      });
    }
  }
}

function checkZero({ personalities, report }: RuleContext): void {
  for (const { name, node, providerClass } of personalities) {
    const keys = idKeys(providerClass);
    const vendor = keys && node.get(keys[0]);
    if (vendor?.integer !== 0n) continue;
    report({
      at: vendor,
      message: `0 is no vendor: the number was left from a template, and ${quoted(name)} matches no device. Write the vendor id of yours.`,
    });
  }
}

function checkProbeScore(context: RuleContext): void {
  for (const { node } of usbPersonalities(context)) {
    const value = node.get('IOProbeScore');
    const score = value?.integer;
    if (!value || score === undefined || score < BigInt(USB_PROBE_SCORE_LIMIT)) continue;
    context.report({
      at: value,
      message: `On USB nubs an IOProbeScore of 10000 or more counts as 9000: ${score} is less than 9999 here.`,
      fixes: () => offer(setTextFix(value, '9999', 'Set to 9999', false)),
    });
  }
}

/** What a match of the personality scores, without masks; undefined for none or an unknown IOProbeScore. */
function scoreOf(usb: UsbPersonality): number | undefined {
  const { row } = usb.combination;
  const probe = usb.node.get('IOProbeScore');
  if (!row || (probe && probe.integer === undefined) || usb.keys.has('idProductMask')) return undefined;
  const wildcards = row.needs.filter((key) => usb.node.get(key)?.string === '*').length;
  return usbScore(row, wildcards, false, Number(probe?.integer ?? 0n));
}

/** True when each device that `exact` matches is matched by `wide` too: its keys are any value, or the same one. */
function covers(wide: PlistNode, exact: PlistNode, keys: readonly string[]): boolean {
  return keys.every((key) => {
    const wanted = wide.get(key);
    if (!wanted || wanted.string === '*') return true;
    const own = exact.get(key)?.integer;
    return own !== undefined && wanted.integer === own;
  });
}

function checkOutranked(context: RuleContext): void {
  const all = [...usbPersonalities(context)];
  if (all.length < 2 || all.length > 500) return;
  const wide = all.filter(({ node, combination }) =>
    combination.row?.needs.some((key) => node.get(key)?.string === '*'),
  );
  for (const usb of wide) {
    const { personality, node, kind } = usb;
    const score = scoreOf(usb);
    for (const other of all) {
      const theirs = scoreOf(other);
      if (other.kind !== kind || score === undefined || theirs === undefined || score <= theirs) continue;
      if (node.get('IOMatchCategory')?.text !== other.node.get('IOMatchCategory')?.text) continue;
      if (other.personality.providerClass !== personality.providerClass) continue;
      if (other.keys.has('idProductArray') || node.get('idProductArray')) continue;
      if (!covers(node, other.node, USB_KEYS[kind])) continue;
      context.report({
        at: nameOf(other.node),
        message: `${quoted(other.personality.name)} scores ${theirs}, and ${quoted(personality.name)}, which takes the same device by wildcards, ${score}: more keys outdo exact values, since a * costs only 1000. This personality never wins.`,
      });
    }
  }
}

const integers = (body: string) =>
  body
    .split(' ')
    .map((one) => one.split('='))
    .map(([key, value]) => `<key>${key}</key>\n<integer>${value}</integer>`)
    .join('\n');
const device = `<key>IOProviderClass</key>\n<string>IOUSBHostDevice</string>\n`;
const TABLE =
  'apple-oss-distributions/IOUSBFamily tag IOUSBFamily-560.4.2 IOUSBFamily/Classes/IOUSBDevice.cpp:2609-2810';

export const matchNumbersRules: readonly Rule[] = [
  {
    id: 'match/decimal-of-hex',
    severity: 'information',
    title: 'Vendor id that looks like hexadecimal digits',
    what: 'A vendor id that no known vendor has while the same digits read as hexadecimal are one, or a vendor and product that are known only when read as hexadecimal.',
    why: 'Ids are printed in hexadecimal nearly everywhere, and an `<integer>` is decimal: 1452 for 0x1452 names another vendor.',
    how: 'Convert the ids to decimal. The quick fix does both.',
    source: ['http://www.linux-usb.org/usb.ids', 'UNVERIFIED: a guess from the lists of ids'],
    kinds: MATCH_KINDS,
    facts: ['mistake:M043'],
    examples: {
      invalid: device + integers('idProduct=8205 idVendor=2341'),
      valid: device + integers('idProduct=33285 idVendor=9025'),
    },
    check: checkDecimal,
  },
  {
    id: 'match/hex-integer',
    severity: 'warning',
    title: 'Hexadecimal integer in a personality',
    what: 'An `<integer>` such as `0x5ac` in a personality.',
    why: 'CoreFoundation and the kernel’s reader take it. Other readers of property lists, those of build scripts and package tools among them, do not.',
    how: 'Write the decimal number.',
    source: ['apple-oss-distributions/xnu libkern/c++/OSUnserializeXML.y:725-770'],
    kinds: MATCH_KINDS,
    facts: ['mistake:M042'],
    examples: {
      invalid: '<key>idVendor</key>\n<integer>0x45e</integer>',
      valid: '<key>idVendor</key>\n<integer>1118</integer>',
    },
    check: checkHexInteger,
  },
  {
    id: 'match/zero-vendor',
    severity: 'warning',
    title: 'Vendor 0',
    what: 'A USB or HID vendor id of 0.',
    why: 'The number is not assigned; it is what templates and samples leave for you to fill in.',
    how: 'Write the vendor id of your device, in decimal.',
    source: ['https://www.usb.org/developers'],
    kinds: MATCH_KINDS,
    examples: {
      invalid: device + integers('idProduct=0 idVendor=0'),
      valid: device + integers('idProduct=746 idVendor=1118'),
    },
    check: checkZero,
  },
  {
    id: 'match/usb-probe-score',
    severity: 'information',
    title: 'IOProbeScore that is cut on USB nubs',
    what: 'An `IOProbeScore` of 10000 or more in a personality on a USB nub.',
    why: 'The USB family adds it to the score of the combination, but counts anything from 10000 on as 9000: 9999 is the highest that counts.',
    how: 'Match by a better combination of keys. Where a score is really wanted, 9999 is the most.',
    source: [TABLE],
    kinds: MATCH_KINDS,
    facts: ['trap:11'],
    examples: {
      invalid: device + integers('IOProbeScore=65530 idProduct=746 idVendor=1118'),
      valid: device + integers('idProduct=746 idVendor=1118'),
    },
    check: checkProbeScore,
  },
  {
    id: 'match/usb-outranked',
    severity: 'information',
    title: 'Exact personality behind one with wildcards',
    what: 'Two USB personalities of a file that match the same device, where the one with `*` scores higher than the exact one.',
    why: 'Each `*` costs 1000, a step of the table 10000. Vendor, product and release with two wildcards come to 98000, the exact vendor and product to 90000.',
    how: 'Use the same keys in both, or leave out the keys that hold `*` only.',
    source: [TABLE],
    kinds: MATCH_KINDS,
    facts: ['trap:11'],
    examples: {
      invalid: `<key>Any</key>\n<dict>\n${device}<key>bcdDevice</key>\n<string>*</string>\n<key>idProduct</key>\n<string>*</string>\n${integers('idVendor=1118')}\n</dict>\n<key>Lamp</key>\n<dict>\n${device}${integers('idProduct=746 idVendor=1118')}\n</dict>`,
      valid: `<key>Any</key>\n<dict>\n${device}<key>idProduct</key>\n<string>*</string>\n${integers('idVendor=1118')}\n</dict>\n<key>Lamp</key>\n<dict>\n${device}${integers('idProduct=746 idVendor=1118')}\n</dict>`,
    },
    check: checkOutranked,
  },
];
