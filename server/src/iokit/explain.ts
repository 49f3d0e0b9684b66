/**
 * Answers in words: where a personality matches, why it matches nowhere, who wins, what to change. Everything here
 * is built on `matching.ts`; nothing decides anew. Values that are private in a dump never come out of here.
 */
import { isArray, isDict, type PlistDict, type PlistValue } from '../plist/value.ts';
import { describeValue, type MatchCheck } from './checks.ts';
import { isSubclass } from './classes.ts';
import { int32 } from './equality.ts';
import { familyOf, type MatchContext, type MatchResult, matchPersonality, matchScore } from './matching.ts';
import { type Candidate, categoryOf, type Ranked } from './matching-catalogue.ts';
import { isA, type Nub } from './nub.ts';
import { pciMatchTerms } from './pci.ts';
import { PRIVATE_TEXT, shownName } from './private.ts';
import {
  USB_KEYS,
  USB_VENDOR_SPECIFIC,
  type UsbCombination,
  type UsbKind,
  type UsbRow,
  usbClassKey,
  usbKeyCombination,
  usbKindOf,
  usbScore,
} from './usb.ts';

/** A device that a personality comes near to. */
export interface Miss<N extends Nub = Nub> {
  readonly nub: N;
  readonly result: MatchResult;
  /** The checks that fail, the kernel's order. */
  readonly failures: readonly MatchCheck[];
  /** `All keys hold on “Headset” but bInterfaceProtocol: wants 1, has 2.` */
  readonly sentence: string;
  /** What to change, one short imperative each; empty when nothing simple helps. */
  readonly advice: readonly string[];
}

/**
 * The devices that a personality nearly matches, nearest first: of its provider class where the dump has any, else
 * of any class. Devices that it does match are left out. Never throws.
 */
export function nearestMisses<N extends Nub>(
  personality: PlistDict,
  nubs: Iterable<N>,
  context: MatchContext = {},
  limit = 3,
): Miss<N>[] {
  const all = [...nubs];
  const provider = personality.get('IOProviderClass');
  const ofClass = typeof provider === 'string' ? all.filter((nub) => isA(nub, provider)) : [];
  const pool = ofClass.length > 0 ? ofClass : all.filter((nub) => familyOf(nub) !== undefined);
  const ranked: { nub: N; result: MatchResult; failures: MatchCheck[]; distance: number }[] = [];
  for (const nub of pool) {
    if (matchScore(personality, nub, context) !== undefined) continue;
    const result = matchPersonality(personality, nub, context);
    const failures = result.checks.filter((check) => !check.ok);
    const held = result.checks.filter((check) => check.ok && saysSomething(check)).length;
    if (ofClass.length === 0 && !result.checks.some((check) => check.ok && isIdentity(check))) continue;
    ranked.push({ nub, result, failures, distance: distanceOf(failures) - held });
  }
  ranked.sort((a, b) => a.distance - b.distance);
  return ranked.slice(0, limit).map(({ nub, result, failures }) => ({
    nub,
    result,
    failures,
    sentence: missSentence(nub, result.checks, failures),
    advice: adviceFor(personality, nub, result.checks, failures),
  }));
}

/** A check whose holding tells that this may be the device meant. */
function saysSomething(check: MatchCheck): boolean {
  return check.wants !== undefined && check.wants !== '*' && check.key !== 'IOProviderClass';
}

/** Keys that name a device weigh most: the right vendor and product with a wrong detail is what people look for. */
const IDENTITY = /^(?:idVendor|idProduct|idProductArray|VendorID|ProductID|IOPCI\w*Match|IONameMatch)$/;

function isIdentity(check: MatchCheck): boolean {
  return IDENTITY.test(check.key) && saysSomething(check);
}

function distanceOf(failures: readonly MatchCheck[]): number {
  return failures.reduce((sum, failure) => {
    if (failure.unknown) return sum + 0.5;
    return (
      sum + (isIdentity(failure) ? identityDistance(failure) : failure.key === 'IOProviderClass' ? 8 : 2)
    );
  }, 0);
}

/** A PCI device of the same vendor is nearer than one of another. */
function identityDistance(failure: MatchCheck): number {
  if (typeof failure.wants !== 'string' || typeof failure.has !== 'string') return 4;
  const vendors = pciMatchTerms(failure.wants).terms.map((term) => term.vendor);
  const own = pciMatchTerms(failure.has.replaceAll(' or ', ' ')).terms.map((term) => term.vendor);
  return own.some((vendor) => vendors.includes(vendor)) ? 3 : 4;
}

function missSentence(nub: Nub, checks: readonly MatchCheck[], failures: readonly MatchCheck[]): string {
  const name = `“${shownName(nub)}”`;
  const held = checks.filter((check) => check.ok && saysSomething(check)).map((check) => check.key);
  if (failures.length === 1 && held.length > 0) {
    return `All keys hold on ${name} but ${failureText(failures[0]!)}`;
  }
  if (failures.length === 1) return `Nearest is ${name}: ${failureText(failures[0]!)}`;
  const holds = held.length > 0 ? `${held.join(', ')} hold${held.length === 1 ? 's' : ''}, but ` : '';
  return `Nearest is ${name}: ${holds}${failures.map(failureText).join(' ')}`;
}

function failureText(failure: MatchCheck): string {
  if (failure.wants === undefined || failure.has === undefined || failure.unknown || isLong(failure)) {
    return `${failure.key}: ${failure.why}`;
  }
  return `${failure.key}: wants ${short(failure.wants)}, has ${short(failure.has)}.`;
}

function isLong(failure: MatchCheck): boolean {
  return (
    /^IO(?:ProviderClass|PCI\w*Match)$/.test(failure.key) || isArray(failure.has) || isArray(failure.wants)
  );
}

function short(value: PlistValue): string {
  return describeValue(value);
}

function adviceFor(
  personality: PlistDict,
  nub: Nub,
  checks: readonly MatchCheck[],
  failures: readonly MatchCheck[],
): string[] {
  const texts = failures.filter(
    ({ wants, has }) => typeof wants === 'string' && wants !== '*' && typeof has === 'bigint',
  );
  if (texts.length > 0) {
    return texts.map(
      ({ key }) => `Write ${key} as an integer: the device has one, and text never equals it.`,
    );
  }
  const identities = checks.filter(isIdentity);
  if (identities.length > 0 && identities.every((check) => !check.ok && !check.unknown)) {
    return ['No device with these ids is in the dump: connect the one meant and dump again.'];
  }
  return failures.flatMap((failure) => adviceForOne(failure, personality, nub));
}

function adviceForOne(failure: MatchCheck, personality: PlistDict, nub: Nub): string[] {
  if (failure.unknown) return [];
  if (failure.key === 'USB combination') return combinationAdvice(personality, nub);
  if (failure.key === 'IOProviderClass') {
    return [`Set IOProviderClass to ${nub.className}, if “${shownName(nub)}” is the device meant.`];
  }
  if (failure.wants === undefined || /^IOPCI/.test(failure.key)) return [];
  if (failure.has === undefined) return [`Remove ${failure.key}: the device has no such property.`];
  if (typeof failure.has === 'string' && failure.has.includes(PRIVATE_TEXT))
    return [`Remove ${failure.key}, or look the value up on the device.`];
  return isArray(failure.has) || isDict(failure.has) ? [] : [`Set ${failure.key} to ${short(failure.has)}.`];
}

/** Which keys to add or drop for a legal combination, with the values of the device. */
function combinationAdvice(personality: PlistDict, nub: Nub): string[] {
  const kind = usbKindOf(nub.classChain.find((name) => usbKindOf(name)) ?? '');
  if (!kind) return [];
  const combination = usbKeyCombination(personality.keys(), kind);
  const withValues = (keys: readonly string[]) =>
    keys.map((key) => {
      const value = nub.properties.get(key);
      return value === undefined ? key : `${key} = ${short(value)}`;
    });
  const advice = combination.missing.slice(0, 2).map((keys) => `Add ${withValues(keys).join(' and ')}.`);
  if (combination.inTheWay.length > 0) advice.unshift(`Remove ${combination.inTheWay.join(' and ')}.`);
  return advice;
}

/** What a personality's USB keys come to without a device. */
export interface UsbSummary {
  readonly kind: UsbKind;
  readonly combination: UsbCombination;
  /** The score of a match, IOProbeScore and wildcards counted; `undefined` when it can never match. */
  readonly score: number | undefined;
  /** Needed keys that hold `"*"`. */
  readonly wildcards: readonly string[];
  /** The score is 500 lower where only the mask makes the product fit. */
  readonly maskMayApply: boolean;
}

/** The USB combination of a personality; `undefined` when its provider is no USB nub. Never throws. */
export function usbCombination(personality: PlistDict): UsbSummary | undefined {
  const provider = personality.get('IOProviderClass');
  const kind = typeof provider === 'string' ? usbKindOf(provider) : undefined;
  if (!kind) return undefined;
  const keys = [...personality.keys()].filter(
    (key) => key !== 'idProductArray' || isArray(personality.get('idProductArray')),
  );
  const combination = usbKeyCombination(keys, kind);
  const { row } = combination;
  const wildcards = row ? row.needs.filter((key) => personality.get(key) === '*') : [];
  const impossible =
    row &&
    (USB_KEYS[kind].some((key) => isImpossible(key, personality.get(key))) ||
      isOtherClass(row, personality.get(usbClassKey(kind))));
  const score =
    row && !impossible
      ? usbScore(row, wildcards.length, false, int32(personality.get('IOProbeScore')))
      : undefined;
  const masked =
    typeof personality.get('idProduct') === 'bigint' || isArray(personality.get('idProductArray'));
  const maskMayApply = masked && typeof personality.get('idProductMask') === 'bigint';
  return { kind, combination, score, wildcards, maskMayApply };
}

/** A class number of devices that the row is never tried on. */
function isOtherClass({ classIs }: UsbRow, value: PlistValue | undefined): boolean {
  if (classIs === 'any' || typeof value !== 'bigint') return false;
  return (value === BigInt(USB_VENDOR_SPECIFIC)) !== (classIs === 'vendor-specific');
}

/** A value that no device can have: a string other than `"*"`, a boolean. Strings with build variables may be anything. */
function isImpossible(key: string, value: PlistValue | undefined): boolean {
  if (value === undefined || value === '*' || typeof value === 'bigint') return false;
  if (key === 'idProductArray') return !isArray(value);
  return typeof value !== 'string' || !/[$@{]/.test(value);
}

/** A driver that is attached in the dump, with the score the kernel gave it. */
export interface Attached<N extends Nub = Nub> {
  readonly nub: N;
  readonly className: string;
  readonly bundle: string | undefined;
  readonly category: string;
  /** After probing. */
  readonly score: number;
}

/** The drivers on a device: clients that carry a personality and matched this device or its class. */
export function attachedDrivers(nub: Nub): Attached[] {
  return nub.clients.flatMap((client) => {
    const { properties } = client;
    const className = properties.get('IOClass');
    if (!properties.has('IOMatchCategory') || typeof properties.get('IOProviderClass') !== 'string')
      return [];
    if (typeof className !== 'string') return [];
    const bundle = properties.get('CFBundleIdentifier');
    const score = int32(properties.get('IOProbeScore'));
    const category = categoryOf(properties);
    return [
      { nub: client, className, bundle: typeof bundle === 'string' ? bundle : undefined, category, score },
    ];
  });
}

/** How a matching personality fares against the others. */
export interface Competition {
  readonly wins: boolean;
  /** A sentence for a person. */
  readonly sentence: string;
  /** What to change in order to win; empty when it wins or nothing simple helps. */
  readonly advice: readonly string[];
}

/**
 * A ranked candidate against the other candidates and against the drivers that the dump shows on the device. The
 * drivers shown are those of the last match: a fresh match, after a restart or a new connection, decides anew.
 */
export function competition(ranked: readonly Ranked[], own: Ranked, nub: Nub): Competition {
  if (!own.start.starts) return { wins: false, sentence: own.start.why, advice: [] };
  const rival = ranked.find((other) => other.wins && other.category === own.category);
  const attached = attachedDrivers(nub)
    .filter((driver) => driver.category === own.category && !isSameDriver(driver, own.candidate))
    .sort((a, b) => b.score - a.score)[0];
  if (rival && rival !== own) {
    const by = rival.score - own.score;
    const name = `${rival.candidate.name} (${rival.candidate.bundle})`;
    return loses(name, by, own, by === 0 ? EQUAL : '');
  }
  if (attached && attached.score >= own.score) {
    const name = `${attached.className}${attached.bundle ? ` (${attached.bundle})` : ''}, attached in the dump`;
    return loses(name, attached.score - own.score, own, '');
  }
  const second = ranked.find(
    (other) => other !== own && other.category === own.category && other.start.starts,
  );
  const best = Math.max(second?.score ?? -Infinity, attached?.score ?? -Infinity);
  const ahead = best === own.score ? 'the next has the same score' : `${own.score - best} above the next`;
  const over = best === -Infinity ? 'no other driver competes' : ahead;
  return { wins: true, sentence: `Wins ${own.category} with ${own.score}: ${over}.`, advice: [] };
}

/** True when the driver was made of the candidate's personality, as far as the dump tells. */
export function isSameDriver(driver: Attached, candidate: Candidate): boolean {
  const { personality } = candidate;
  const bundle = personality.get('CFBundleIdentifier') ?? candidate.bundle;
  return (
    driver.className === personality.get('IOClass') &&
    (driver.bundle === undefined || driver.bundle === bundle)
  );
}

/** Dictionaries and bundles have no order that reaches the kernel's catalogue. */
const EQUAL = ' Of equal scores the one filed first wins, and no property list says which that is.';

function loses(rival: string, by: number, own: Ranked, more: string): Competition {
  const distance = by === 0 ? `has the same score, ${own.score}` : `is ${by} above its ${own.score}`;
  return {
    wins: false,
    sentence: `Loses ${own.category} to ${rival}, which ${distance}.${more}`,
    advice: [howToRaise(own.candidate.personality, by)],
  };
}

/** The highest IOProbeScore that counts in full, for the families that cut it. */
const USB_MAX_PROBE_SCORE = 9999;
const SCSI_MAX_PROBE_SCORE = 4999;

function howToRaise(personality: PlistDict, by: number): string {
  const provider = personality.get('IOProviderClass');
  const usb = usbCombination(personality) !== undefined;
  const scsi = typeof provider === 'string' && isSubclass(provider, 'IOSCSIPeripheralDeviceNub');
  const most = usb ? USB_MAX_PROBE_SCORE : scsi ? SCSI_MAX_PROBE_SCORE : Number.POSITIVE_INFINITY;
  const needed = int32(personality.get('IOProbeScore')) + by + 1;
  if (needed <= most)
    return `Set IOProbeScore to ${needed} or more${most < Infinity ? `, up to ${most}` : ''}.`;
  return 'Name the device more precisely: IOProbeScore alone cannot make up the difference.';
}
