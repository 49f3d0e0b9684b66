/** Says of one personality whether a dext can do its work, and by which family. */
import type { PlistNode } from '../plist/types.ts';
import { hasBuildVariable } from '../plist/variables.ts';
import { type Family, familiesFor, familyById, isComplete, knownFamily } from './families.ts';
import { candidateFamilies, libraryFamilies, withoutFamily } from './kernelFamilies.ts';
import { matchFault } from './matchFaults.ts';
import { type ClassOwner, ownerOf } from './owner.ts';
import { dextProvider, withoutNub } from './providers.ts';
import type { Outcome } from './types.ts';

/** What is known of the kext around a personality. */
export interface KextFacts {
  /** CFBundleIdentifier as written. */
  readonly bundleId: string | undefined;
  /** There is an executable (or nothing says that there is none). */
  readonly hasCode: boolean;
  /** Keys of OSBundleLibraries. */
  readonly libraries: readonly string[];
}

export interface Verdict {
  readonly outcome: Outcome;
  readonly why: string;
  readonly owner: ClassOwner;
  /** As written, trimmed. */
  readonly ioClass: string | undefined;
  readonly provider: string | undefined;
  /** For a dext: the class to match, and why it differs. */
  readonly dextProvider: string | undefined;
  readonly providerWhy: string | undefined;
  readonly family: Family | undefined;
  /** Other families that fit, best first. */
  readonly others: readonly Family[];
  /** Why this family and not another. */
  readonly familyWhy: string | undefined;
  /** It matches or starts nothing as it stands, in whatever bundle. */
  readonly broken: boolean;
}

/** Pure; never throws. `wanted` is the family that a person chose: taken where it fits the provider. */
export function classify(personality: PlistNode, kext: KextFacts, wanted?: string): Verdict {
  const ioClass = stringOf(personality, 'IOClass');
  const provider = stringOf(personality, 'IOProviderClass');
  const owner = ownerOf(ioClass, stringOf(personality, 'CFBundleIdentifier'), kext);
  const base = { owner, ioClass, provider, broken: false };
  const stays = (why: string): Verdict => ({ ...base, ...NO_FAMILY, outcome: 'stays-kext', why });
  const broken = (why: string): Verdict => ({ ...stays(why), broken: true });

  if (ioClass === undefined)
    return broken('It has no IOClass, so that nothing ever starts. Repair it first.');
  if (provider === undefined)
    return broken(
      'It has no IOProviderClass: the kernel drops such a personality, and it matches nothing. Repair it first.',
    );
  if (hasBuildVariable(provider))
    return broken(
      `IOProviderClass is the build variable ${provider}, so that the nub is not known. Put the class in and convert again.`,
    );
  if (/^(#|disabled)/i.test(provider)) return broken(switchedOff(provider));
  const fault = matchFault(personality, provider);
  if (fault !== undefined)
    return broken(`It matches nothing, in a kext or in a dext: ${fault}. Correct the match keys first.`);
  const mapped = dextProvider(provider);
  if (!mapped) return stays(withoutNub(provider));
  const withProvider = { ...base, dextProvider: mapped.to, providerWhy: mapped.why };
  const take = (
    family: Family,
    others: readonly Family[],
    outcome: Outcome,
    why: string,
    familyWhy?: string,
  ) => ({
    ...withProvider,
    family,
    others: others.filter((other) => other !== family),
    outcome,
    why,
    familyWhy,
  });

  const chosen = wanted === undefined ? undefined : familyById(wanted);
  if (chosen?.providers.includes(mapped.to) && owner.kind !== 'other') {
    const complete = isComplete(chosen);
    const held = ioClass === 'IOService' && chosen.codeless.possible;
    const outcome = complete || held ? 'codeless' : 'needs-code';
    const why = complete || held ? chosen.codeless.why : needsCode(chosen, ioClass);
    return take(chosen, familiesFor(mapped.to), outcome, why, 'It was asked for.');
  }

  if (owner.kind !== 'own') {
    const same = sameInDriverKit(ioClass, mapped.to, personality);
    if (same) return take(same.family, [], 'codeless', same.why);
    return stays(owner.why);
  }
  if (!kext.hasCode) {
    return broken(
      `The bundle has no code, and the personality names no other bundle that has the class ${ioClass}. Nothing starts; say by CFBundleIdentifier where the class is.`,
    );
  }
  const no = withoutFamily(mapped.to, kext.libraries, ioClass);
  if (no !== undefined) return stays(no);
  const scsi = mapped.to === 'IOSCSIPeripheralDeviceNub' ? scsiFamily(personality) : undefined;
  if (typeof scsi === 'string') return stays(scsi);
  const candidates = scsi ? [scsi] : candidateFamilies(mapped.to, kext.libraries, personality);
  const family = candidates[0];
  if (!family) return stays(withoutNub(provider));
  const hint = libraryFamilies(kext.libraries);
  const familyWhy =
    candidates.length > 1
      ? `${family.title} is the nearest${hint === '' ? '' : ` to the libraries of the kext (${hint})`}; also possible: ${candidates
          .slice(1)
          .map(({ title, value }) => `${title} (${value})`)
          .join(', ')}.`
      : undefined;
  if (isComplete(family)) return take(family, candidates, 'codeless', family.codeless.why, familyWhy);
  return take(family, candidates, 'needs-code', needsCode(family, ioClass), familyWhy);
}

const NO_FAMILY = {
  dextProvider: undefined,
  providerWhy: undefined,
  family: undefined,
  others: [],
  familyWhy: undefined,
} as const;

/** No id and no class of the system is as long. */
const LONGEST = 200;

/** The value of a string key, trimmed and cut; undefined when there is none or it is empty. */
export function stringOf(dict: PlistNode, key: string): string | undefined {
  const value = dict.get(key)?.string?.trim().slice(0, LONGEST);
  return value === '' ? undefined : value;
}

function switchedOff(provider: string): string {
  return `IOProviderClass ${provider} is the name of no class: the personality has been switched off and matches nothing.`;
}

function needsCode(family: Family, ioClass: string): string {
  const names = family.methods.map(({ name }) => name).join('; ');
  return `${ioClass} runs code in the kernel. ${family.title}: ${family.baseClass} of ${family.framework} is the base class in a dext, and what ${ioClass} does must be written again: ${names}.`;
}

/** The DriverKit class that does what a kernel class of Apple does, where there is one. */
function sameInDriverKit(
  ioClass: string,
  provider: string,
  personality: PlistNode,
): { readonly family: Family; readonly why: string } | undefined {
  const found = (id: string, why: string) => ({ family: knownFamily(id), why });
  if (provider === 'IOHIDInterface' && /^IOHIDEvent(Driver|Service)$/.test(ioClass))
    return found(
      'hid-event-driver',
      `IOUserHIDEventDriver does in a dext what ${ioClass} does in the kernel.`,
    );
  if (provider === 'IOUSBHostInterface') {
    if (/^(IOUSBHostHIDDevice|IOUSBHIDDriver|AppleUSBHIDDriver)$/.test(ioClass))
      return found(
        'hid-usb-host-device',
        `IOUserUSBHostHIDDevice does in a dext what ${ioClass} does in the kernel.`,
      );
    const video = personality.get('bInterfaceClass')?.integer === 14n;
    if (video && /^(UVCService|AppleUSBVideoSupport|IOUSBVideo)/.test(ioClass))
      return found(
        'uvc-override',
        'The override of Apple’s USB video driver is a dext whose class is empty.',
      );
  }
  if (ioClass !== 'IOService') return undefined;
  const claims: Readonly<Record<string, string>> = {
    IOUSBHostDevice: 'usb-device',
    IOUSBHostInterface: 'usb-interface',
    IOPCIDevice: 'pci',
  };
  const id = claims[provider];
  return id === undefined
    ? undefined
    : found(
        id,
        'IOService itself only holds the device, so that no other driver takes it: an empty class of a dext does that too.',
      );
}

/** The family of a SCSI unit by its type, or a sentence why there is none. */
function scsiFamily(personality: PlistNode): Family | string {
  const type = personality.get('Peripheral Device Type')?.integer;
  const id = type === 0n ? '00' : type === 5n ? '05' : type === 7n ? '07' : undefined;
  if (id) return knownFamily(`scsi-peripheral-type${id}`);
  return type === undefined
    ? 'It names no Peripheral Device Type, by which SCSIPeripheralsDriverKit chooses its class (0, 5 or 7). Add it and convert again.'
    : `SCSIPeripheralsDriverKit has classes for units of type 0, 5 and 7 only, not ${type}.`;
}
