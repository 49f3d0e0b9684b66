/**
 * Passive matching: does a personality match a nub, with which score, and why (not). Pure functions over values.
 * Source: apple-oss-distributions/xnu iokit/Kernel/IOService.cpp:7896-8040 (`matchPassive`); the generic keys are in
 * `matching-generic.ts`, the families in `matching-*.ts`, each with its own source.
 */
import { isDict, type PlistDict, type PlistValue } from '../plist/value.ts';
import { type CheckLog, type MatchCheck, record, type ScorePart } from './checks.ts';
import { int32 } from './equality.ts';
import {
  matchAta,
  matchFireWireDevice,
  matchFireWireUnit,
  matchMedia,
  matchResources,
  matchScsi,
  matchSerial,
} from './matching-families.ts';
import { matchGeneric } from './matching-generic.ts';
import { matchHid } from './matching-hid.ts';
import { matchPci } from './matching-pci.ts';
import { matchL2cap, matchThunderboltPort, matchTransportInterface } from './matching-recorded.ts';
import { matchUsb } from './matching-usb.ts';
import { isA, type Nub } from './nub.ts';
import { secretsMask, shownName } from './private.ts';

export type { MatchCheck, ScorePart } from './checks.ts';
export type { Nub } from './nub.ts';

/** What matching needs to know besides the two. */
export interface MatchContext {
  /** The kernel is an Intel Mac's (built with ACPI): IOPCIMatch adds no score there. Default true. */
  readonly acpi?: boolean;
  /** Finds an entry by its id, for nubs that are published twice (old and new USB classes). */
  readonly entry?: (id: bigint) => Nub | undefined;
}

export interface MatchResult {
  readonly matches: boolean;
  /** The score handed on to probing; `undefined` when it does not match. `probe()` may still change it. */
  readonly score: number | undefined;
  /** What the score is made of; the points add up to it. Empty when it does not match. */
  readonly parts: readonly ScorePart[];
  /** In the order in which the kernel looks; goes on past the first failure. */
  readonly checks: readonly MatchCheck[];
  readonly firstFailure: MatchCheck | undefined;
  /** It does not match only for values that the dump does not hold. */
  readonly uncertain: boolean;
}

/** The family of a nub, by the class that brings the comparison along. */
const FAMILIES: Readonly<
  Record<string, (table: PlistDict, nub: Nub, log: CheckLog, context: MatchContext) => number | undefined>
> = {
  IOUSBHostDevice: (table, nub, log) => matchUsb(table, nub, 'device', log),
  IOUSBDevice: (table, nub, log) => matchUsb(table, nub, 'device', log),
  IOUSBHostInterface: (table, nub, log) => matchUsb(table, nub, 'interface', log),
  IOUSBInterface: (table, nub, log) => matchUsb(table, nub, 'interface', log),
  IOPCIDevice: (table, nub, log, context) => matchPci(table, nub, context.acpi ?? true, log),
  IOHIDDevice: matchHid,
  IOHIDInterface: matchHid,
  IOHIDEventService: matchHid,
  IOSCSIPeripheralDeviceNub: matchScsi,
  IOMedia: matchMedia,
  IOSerialBSDClient: matchSerial,
  IOFireWireUnit: matchFireWireUnit,
  IOFireWireDevice: matchFireWireDevice,
  IOATADevice: matchAta,
  IOResources: matchResources,
  IOUserResources: matchResources,
  IOThunderboltPort: matchThunderboltPort,
  IOBluetoothL2CAPChannel: matchL2cap,
  AppleHSSPIInterface: matchTransportInterface,
  AppleHSBluetoothInterface: matchTransportInterface,
};

/** Chains are shared by all entries of a class, so that this is asked once a class. */
const familyOfChain = new WeakMap<readonly string[], string>();

/** The class of the nub whose comparison applies, `undefined` for a nub that only knows the generic keys. */
export function familyOf(nub: Nub): string | undefined {
  const chain = nub.classChain;
  let family = familyOfChain.get(chain);
  if (family === undefined) {
    family = chain.find((name) => Object.hasOwn(FAMILIES, name)) ?? '';
    familyOfChain.set(chain, family);
  }
  return family === '' ? undefined : family;
}

/**
 * Matches one personality against one nub and explains every check. Never throws. A personality without a string
 * in IOProviderClass, or whose provider class the nub is not of, does not match: the catalogue never offers it.
 */
export function matchPersonality(personality: PlistDict, nub: Nub, context: MatchContext = {}): MatchResult {
  const log: MatchCheck[] = [];
  const score = match(personality, nub, context, log);
  const mask = secretsMask(nub);
  if (mask) log.splice(0, log.length, ...log.map((check) => masked(check, mask)));
  const failures = log.filter((check) => !check.ok);
  return {
    matches: score !== undefined,
    score,
    parts: score === undefined ? [] : (log.findLast(({ parts }) => parts)?.parts ?? ownScore(score)),
    checks: log,
    firstFailure: score === undefined ? failures[0] : undefined,
    uncertain:
      score === undefined && failures.length > 0 && failures.every((check) => check.unknown === true),
  };
}

function masked(check: MatchCheck, mask: (value: PlistValue) => PlistValue): MatchCheck {
  const has = check.has === undefined ? undefined : mask(check.has);
  return { ...check, has, why: mask(check.why) as string };
}

/** Where the family adds nothing. */
function ownScore(score: number): ScorePart[] {
  return score === 0 ? [] : [{ what: 'IOProbeScore', points: score }];
}

/** {@link matchPersonality} without the reasons: the score, or `undefined`. For whole catalogues. */
export function matchScore(personality: PlistDict, nub: Nub, context: MatchContext = {}): number | undefined {
  return match(personality, nub, context, undefined);
}

/**
 * {@link matchScore} for a personality that the catalogue offers for the nub, where its class is not to be looked at
 * again.
 */
export function matchFiled(personality: PlistDict, nub: Nub, context: MatchContext = {}): number | undefined {
  return matchFrom(personality, nub, context, undefined);
}

function match(personality: PlistDict, nub: Nub, context: MatchContext, log: CheckLog): number | undefined {
  if (!isFiledFor(personality, nub, log)) {
    // With a log the other keys are still of interest: a nub of another class is told from a wrong value.
    if (log) matchFrom(personality, nub, context, log);
    return undefined;
  }
  return matchFrom(personality, nub, context, log);
}

/**
 * True when the catalogue offers the personality for the nub: it is filed under the nub's class or a superclass up
 * to IOService (apple-oss-distributions/xnu iokit/Kernel/IOCatalogue.cpp:133-165 and 230-246).
 */
function isFiledFor(personality: PlistDict, nub: Nub, log: CheckLog): boolean {
  const wants = personality.get('IOProviderClass');
  if (typeof wants !== 'string') {
    return record(log, { key: 'IOProviderClass', wants, ok: false }, () => {
      return 'The system files personalities by this string; without it no device ever finds this one.';
    });
  }
  if (catalogueClasses(nub).includes(wants)) return true;
  if (isA(nub, wants)) {
    return record(log, { key: 'IOProviderClass', wants, ok: false }, () => {
      return 'The system looks no further up than IOService.';
    });
  }
  return false;
}

/** The classes under which the catalogue looks for drivers of a nub, nearest first. */
export function catalogueClasses(nub: Nub): readonly string[] {
  const end = nub.classChain.indexOf('IOService');
  return end < 0 ? nub.classChain : nub.classChain.slice(0, end + 1);
}

function matchFrom(
  personality: PlistDict,
  nub: Nub,
  context: MatchContext,
  log: CheckLog,
): number | undefined {
  // CFBundleIdentifier is filled in for every personality, and no nub reads it.
  const extra = personality.has('CFBundleIdentifier') ? 0 : 1;
  const generic = matchGeneric(personality, nub, log, extra);
  if (!generic.ok && !log) return undefined;
  const score = matchFamily(personality, nub, context, log);
  if (score === undefined && !log) return undefined;
  const around = matchAround(personality, nub, context, log);
  return generic.ok && around ? score : undefined;
}

function matchFamily(table: PlistDict, nub: Nub, context: MatchContext, log: CheckLog): number | undefined {
  const family = familyOf(nub);
  if (family) return FAMILIES[family]!(table, nub, log, context);
  return int32(table.get('IOProbeScore'));
}

/** IOParentMatch, or where that is absent the dictionary form of IOLocationMatch. */
function matchAround(table: PlistDict, nub: Nub, context: MatchContext, log: CheckLog): boolean {
  const parent = table.get('IOParentMatch');
  if (isDict(parent)) return matchParent(parent, nub, context, log);
  const location = table.get('IOLocationMatch');
  if (!isDict(location)) return true;
  const place = ancestors(nub, context).find(isPlace);
  const ok = place !== undefined && matchWhole(location, place, context);
  return record(log, { key: 'IOLocationMatch', wants: location, ok }, () => {
    if (!place) return 'No provider of the device has a place of its own.';
    return ok ? `${shownName(place)} fits.` : `${shownName(place)}, where the device sits, does not fit.`;
  });
}

/** Where `matchLocation` stops on its way up (IOPlatformDevice, IOPCIDevice, IONDRVDevice, IOATADevice). */
function isPlace(nub: Nub): boolean {
  return ['IOPlatformDevice', 'IOPCIDevice', 'IONDRVDevice', 'IOATADevice'].some((name) => isA(nub, name));
}

function matchParent(parent: PlistDict, nub: Nub, context: MatchContext, log: CheckLog): boolean {
  const hit = ancestors(nub, context).find((ancestor) => matchWhole(parent, ancestor, context));
  return record(log, { key: 'IOParentMatch', wants: parent, ok: hit !== undefined }, () => {
    if (hit) return `${shownName(hit)}, above the device, fits.`;
    const nearest = nearestAncestor(parent, nub, context);
    return `Nothing above the device fits.${nearest ? ` Nearest is ${nearest}.` : ''}`;
  });
}

/** A table inside a table: the family is skipped when the generic keys were all there is. */
function matchWhole(table: PlistDict, nub: Nub, context: MatchContext): boolean {
  const generic = matchGeneric(table, nub, undefined);
  if (!generic.ok) return false;
  if (generic.done) return true;
  if (matchFamily(table, nub, context, undefined) === undefined) return false;
  return matchAround(table, nub, context, undefined);
}

function nearestAncestor(parent: PlistDict, nub: Nub, context: MatchContext): string | undefined {
  const misses = ancestors(nub, context)
    .map((ancestor) => {
      const log: MatchCheck[] = [];
      matchGeneric(parent, ancestor, log);
      matchFamily(parent, ancestor, context, log);
      return {
        ancestor,
        held: log.filter((check) => check.ok).length,
        failure: log.find((check) => !check.ok),
      };
    })
    .filter((miss) => miss.held > 0 && miss.failure)
    .sort((a, b) => b.held - a.held);
  const best = misses[0];
  return best ? `${shownName(best.ancestor)}, but ${best.failure!.key}: ${best.failure!.why}` : undefined;
}

/**
 * The providers of a nub, and after them those of entries that it or they stand for: a USB device of the new family
 * names the old family's entry by id.
 */
function ancestors(nub: Nub, context: MatchContext): Nub[] {
  const out: Nub[] = [];
  const queue: (Nub | undefined)[] = [nub];
  const seen = new Set<Nub>();
  while (queue.length > 0) {
    const aliases: (Nub | undefined)[] = [];
    for (let at = queue.shift(); at && !seen.has(at); at = at.provider) {
      seen.add(at);
      if (at !== nub) out.push(at);
      const alias = at.properties.get('IOServiceLegacyMatchingRegistryID');
      if (typeof alias === 'bigint') aliases.push(context.entry?.(BigInt.asUintN(64, alias)));
    }
    queue.push(...aliases.reverse());
  }
  return out;
}
