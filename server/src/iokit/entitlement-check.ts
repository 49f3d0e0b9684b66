/**
 * Whether a driver that matches is also started. Source: apple-oss-distributions/xnu iokit/Kernel/IOService.cpp:4794-5006
 * (`startCandidate`), iokit/Kernel/IOUserServer.cpp:2607-2696 (`checkEntitlements`); for PCI
 * apple-oss-distributions/IOPCIFamily IOPCIDevice.cpp:855-920. IOUSBHostFamily is closed: that it compares the
 * dictionaries of `transport.usb` key by key, `"*"` taking any value, is what its entitlement's documentation says.
 */
import { isArray, isDict, type PlistDict, type PlistValue } from '../plist/value.ts';
import { describeValue } from './checks.ts';
import { valuesEqual } from './equality.ts';
import { matchPci } from './matching-pci.ts';
import { isA, type Nub } from './nub.ts';

export const PCI_ENTITLEMENT = 'com.apple.developer.driverkit.transport.pci';
export const USB_ENTITLEMENT = 'com.apple.developer.driverkit.transport.usb';
const BUILTIN_ENTITLEMENT = 'com.apple.developer.driverkit.builtin';

export interface StartResult {
  readonly starts: boolean;
  /** A sentence for a person. */
  readonly why: string;
  /** Entitlements that are asked for: one of the lists, all of a list. */
  readonly needs: readonly (readonly string[])[];
}

export interface StartOptions {
  /** The dext's own entitlements; `undefined`: not known, and taken for sufficient. */
  readonly entitlements?: PlistDict | undefined;
  /** iPadOS and its kin keep third-party dexts off IOUserResources. Default false. */
  readonly ipad?: boolean;
}

/** True for a personality that the kernel treats as a dext's: it has IOUserServerName, whatever its value. */
export function isDextPersonality(personality: PlistDict): boolean {
  return personality.has('IOUserServerName');
}

/** Whether a personality that matches the nub is started there. Never throws. */
export function startsOn(personality: PlistDict, nub: Nub, options: StartOptions = {}): StartResult {
  const refuse = (why: string, needs: readonly (readonly string[])[] = []) => ({ starts: false, why, needs });
  if (typeof personality.get('IOClass') !== 'string') {
    return refuse('IOClass is missing: the kernel has no class to make the driver of.');
  }
  // Only the boolean true defers (IOService.cpp, `probeCandidates`).
  const waits =
    personality.get('IOMatchDefer') === true
      ? ' While the system starts up it waits until all personalities are there (IOMatchDefer).'
      : '';
  if (!isDextPersonality(personality)) {
    const without = personality.has('IOUserClass');
    return {
      starts: true,
      needs: [],
      why: without
        ? `Starts as a kernel driver: IOUserClass does nothing without IOUserServerName.${waits}`
        : `Starts, unless its probe() or start() declines.${waits}`,
    };
  }
  if (isA(nub, 'IOResources')) {
    return refuse('The kernel never starts a dext on IOResources: use IOUserResources.');
  }
  if (options.ipad && isA(nub, 'IOUserResources')) {
    return refuse('iPadOS lets third-party dexts match real hardware only, not IOUserResources.');
  }
  const { entitlements } = options;
  const provider = nub.properties.get('IOServiceDEXTEntitlements');
  const own = personality.get('IOServiceDEXTEntitlements');
  const needs = [...entitlementSets(provider), ...entitlementSets(own)];
  if (entitlements) {
    const missing = missingOf(provider, entitlements) ?? missingOf(own, entitlements);
    if (missing)
      return refuse(`The dext lacks the entitlement ${missing}: its process is ended at once.`, needs);
    const refusal = provider === undefined ? undefined : transportRefusal(provider, nub, entitlements);
    if (refusal) return refuse(refusal, needs);
  }
  const asked = entitlements || needs.length === 0 ? '' : `, if it has the entitlement ${listSets(needs)}`;
  return { starts: true, why: `Starts in a process of its own${asked}.${waits}`, needs };
}

/** A string, an array (OR), or an array of arrays (AND inside) as lists of which one must be held. */
export function entitlementSets(value: PlistValue | undefined): string[][] {
  if (value === undefined) return [];
  const outer = isArray(value) ? value : [value];
  return outer.map((item) => (isArray(item) ? item : [item]).filter((name) => typeof name === 'string'));
}

function missingOf(required: PlistValue | undefined, entitlements: PlistDict): string | undefined {
  const sets = entitlementSets(required);
  if (
    required === undefined ||
    sets.some((set) => set.length > 0 && set.every((name) => entitlements.has(name)))
  ) {
    return undefined;
  }
  return listSets(sets);
}

function listSets(sets: readonly (readonly string[])[]): string {
  return sets.map((set) => set.join(' and ')).join(', or ');
}

/** The kernel asks the nub again, with the values of the entitlements: those of a bus must name this very device. */
function transportRefusal(required: PlistValue, nub: Nub, entitlements: PlistDict): string | undefined {
  const asks = (name: string) => entitlementSets(required).some((set) => set.includes(name));
  const pci = entitlements.get(PCI_ENTITLEMENT);
  if (isA(nub, 'IOPCIDevice') && asks(PCI_ENTITLEMENT) && pci !== undefined) return pciRefusal(pci, nub);
  const usb = entitlements.get(USB_ENTITLEMENT);
  const onUsb = ['IOUSBHostDevice', 'IOUSBHostInterface', 'IOUSBDevice', 'IOUSBInterface'];
  if (onUsb.some((name) => isA(nub, name)) && asks(USB_ENTITLEMENT) && usb !== undefined) {
    return usbRefusal(usb, nub);
  }
  return undefined;
}

function pciRefusal(value: PlistValue, nub: Nub): string | undefined {
  // `true` is for Apple's own dexts; the system gives it to no one else.
  if (value === true) return undefined;
  if (!isArray(value)) return `${PCI_ENTITLEMENT} must be an array of dictionaries: no device matches it.`;
  const hit = value.some((item) => isDict(item) && matchPci(item, nub, true, undefined) !== undefined);
  if (!hit) return `No dictionary of ${PCI_ENTITLEMENT} matches this device (${describeValue(value)}).`;
  if (nub.properties.has('built-in') && !value.includes(BUILTIN_ENTITLEMENT)) {
    return `The device is built in: ${PCI_ENTITLEMENT} would have to hold “${BUILTIN_ENTITLEMENT}” too.`;
  }
  return undefined;
}

function usbRefusal(value: PlistValue, nub: Nub): string | undefined {
  if (value === true) return undefined;
  if (!isArray(value)) return `${USB_ENTITLEMENT} must be an array of dictionaries: no device matches it.`;
  const names = (item: PlistValue) =>
    isDict(item) &&
    [...item].every(([key, wanted]) => wanted === '*' || valuesEqual(nub.properties.get(key), wanted));
  if (value.some(names)) return undefined;
  return `No dictionary of ${USB_ENTITLEMENT} matches this device (${describeValue(value)}).`;
}
