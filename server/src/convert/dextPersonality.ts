/** The personality of a dext out of one of a kext: every key kept, changed or dropped, with the reason. */
import { USB_KEYS, USB_PROBE_SCORE_LIMIT, usbKindOf } from '../iokit/usb.ts';
import type { PlistNode } from '../plist/types.ts';
import type { PlistValue } from '../plist/value.ts';
import { hasBuildVariable } from '../plist/variables.ts';
import type { Verdict } from './classify.ts';
import { familyPersonality } from './families.ts';
import { isWritable, readsWell, shortly, text } from './output.ts';
import type { AddedKey, ChangedKey, DroppedKey, KeyChanges, OutEntry } from './types.ts';

export const ID_VARIABLE = '$(PRODUCT_BUNDLE_IDENTIFIER)';

export interface NewPersonality extends KeyChanges {
  readonly entries: readonly OutEntry[];
  readonly warnings: readonly string[];
}

/** Collects what becomes of the keys of a dictionary. */
export class KeyLedger {
  readonly kept: string[] = [];
  readonly changed: ChangedKey[] = [];
  readonly dropped: DroppedKey[] = [];
  readonly added: AddedKey[] = [];
  readonly entries: OutEntry[] = [];
  readonly #source: PlistNode;

  constructor(source: PlistNode) {
    this.#source = source;
  }

  /** The key gets this value, whatever it had. */
  set(key: string, value: PlistValue, why: string): void {
    const old = this.#source.get(key);
    const keyNode = this.#source.keyNode(key);
    this.entries.push({ key, value: { value }, source: keyNode });
    const to = shortly(value);
    if (!keyNode) this.added.push({ key, to, why });
    else if (old?.kind !== 'unknown' && old?.string === value) this.kept.push(key);
    else this.changed.push({ key, from: shortly(old?.value()), to, why });
  }

  keep(key: PlistNode, value: PlistNode): void {
    this.kept.push(key.text);
    this.entries.push({ key: key.text, value: { node: value }, source: key });
  }

  drop(key: string, why: string): void {
    this.dropped.push({ key, why });
  }

  rename(key: PlistNode, to: string, value: PlistNode, why: string): void {
    this.changed.push({ key: key.text, from: key.text, to, why });
    this.entries.push({ key: to, value: { node: value }, source: key });
  }
}

const DROPPED: Readonly<Record<string, string>> = {
  IOCFPlugInTypes:
    'The plug-in was loaded by apps to talk to the kernel class. Apps reach a dext by IOServiceOpen and its user client.',
  IOKitDebug: 'It traces what the kernel does with its own class; a dext writes to the log by os_log.',
  IOUserClientEntitlements: 'A kernel user client read it; the dictionary of a dext’s user client says it.',
  IOPersonalityPublisher: 'The system writes it.',
  kOSBundleDextUniqueIdentifier: 'The system writes it.',
  IOUserServerCDHash: 'The system writes it.',
  IOServiceCategory: 'No code reads it.',
};

const HID_NAMES: Readonly<Record<string, string>> = {
  idVendor: 'VendorID',
  idProduct: 'ProductID',
  idProductArray: 'ProductIDArray',
  idProductMask: 'ProductIDMask',
};

/**
 * @param userClass name of the dext’s class
 * @param userClientName names the class of its user client, where the kext had one
 */
export function dextPersonality(
  source: PlistNode,
  verdict: Verdict,
  userClass: string,
  userClientName: () => string,
): NewPersonality {
  const family = verdict.family!;
  const provider = verdict.dextProvider!;
  const ledger = new KeyLedger(source);
  const warnings: string[] = [];
  ledger.set('CFBundleIdentifier', ID_VARIABLE, 'The bundle that runs is the dext.');
  ledger.set(
    'CFBundleIdentifierKernel',
    family.kernelBundle,
    `The bundle of the kernel that has ${family.kernelClass}.`,
  );
  ledger.set('IOClass', family.kernelClass, `The kernel’s stand-in for ${family.baseClass} in a dext.`);
  ledger.set('IOProviderClass', provider, verdict.providerWhy ?? 'The nub stays the same.');
  ledger.set(
    'IOUserClass',
    userClass,
    verdict.owner.kind === 'own'
      ? `What IOClass was: the class that runs, now in the dext, derived from ${family.baseClass}.`
      : `The class that runs, in the dext: an empty subclass of ${family.baseClass}.`,
  );
  ledger.set('IOUserServerName', ID_VARIABLE, 'It makes the personality a dext’s and names its process.');
  const done = new Set(ledger.entries.map(({ key }) => key));
  const seen = new Set<string>(done);
  let userClient: string | undefined;

  for (const { key, value } of source.entries) {
    const name = key.text;
    if (done.has(name)) continue;
    if (seen.has(name) || source.get(name)?.id !== value?.id) {
      ledger.drop(name, 'The key stands twice; the value that the system reads is the other.');
      continue;
    }
    seen.add(name);
    if (provider === 'IOUserResources' && (name === 'IOMatchCategory' || name === 'IOResourceMatch'))
      continue;
    if (!value || !readsWell(value) || !isWritable(name)) {
      ledger.drop(
        name,
        'Its value cannot be read: it is damaged, or a number that only the old build fills in, or has a character that XML cannot hold. Add it by hand.',
      );
      continue;
    }
    if (name === 'IOUserClientClass') {
      userClient = userClientName();
      continue;
    }
    const why = droppedBecause(name, value, provider, source, warnings);
    if (why !== undefined) ledger.drop(name, why);
    else if (provider === 'IOHIDInterface' && Object.hasOwn(HID_NAMES, name))
      hidName(ledger, key, value, source);
    else ledger.keep(key, value);
  }
  if (provider === 'IOUserResources') onUserResources(ledger, source);
  if (provider === 'IOPCIDevice' && !source.get('IOPCITunnelCompatible'))
    ledger.set(
      'IOPCITunnelCompatible',
      true,
      'Without it the kernel complains about a device behind Thunderbolt and may refuse it. Write false if yours never is.',
    );
  if (userClient !== undefined) {
    ledger.changed.push({
      key: 'IOUserClientClass',
      from: shortly(source.get('IOUserClientClass')?.value()),
      to: 'UserClientProperties',
      why: 'A dext makes its user client from a dictionary that names both classes (IOService::Create).',
    });
    ledger.entries.push({
      key: 'UserClientProperties',
      value: {
        dict: [userClientEntry('IOClass', 'IOUserUserClient'), userClientEntry('IOUserClass', userClient)],
      },
    });
  }
  for (const [key, value] of familyPersonality(family)) {
    if (source.get(key)) continue;
    ledger.added.push({
      key,
      to: shortly(value),
      why: `${family.framework} makes its own user client from it.`,
    });
    ledger.entries.push({ key, value: { value } });
  }
  const named = [...ledger.kept].filter((key) => hasBuildVariable(source.get(key)?.string ?? ''));
  for (const key of named.filter((key) => !done.has(key)))
    warnings.push(`${key} holds a build variable of the old project: define it in the new one.`);
  const { kept, changed, dropped, added, entries } = ledger;
  return { kept, changed, dropped, added, entries, warnings };
}

function userClientEntry(key: string, value: string): OutEntry {
  return { key, value: text(value) };
}

/** Why a key does not go into the dext; undefined for one that stays or is changed. */
function droppedBecause(
  name: string,
  value: PlistNode,
  provider: string,
  source: PlistNode,
  warnings: string[],
): string | undefined {
  if (name.startsWith('#') || name.startsWith('disabled_'))
    return 'It was commented out by its name; nothing reads it.';
  if (Object.hasOwn(DROPPED, name)) return DROPPED[name];
  if (name.endsWith('UserClientProperties') && value.get('IOClass')?.string === undefined)
    return 'A dext makes a user client from a dictionary with IOClass; this one names none.';
  if (name.startsWith('OSBundle')) return 'It belongs to a whole kext, not to a personality.';
  if (name.startsWith('com.apple.developer.') || name.startsWith('com.apple.security.'))
    return 'An entitlement does nothing here; it stands in the entitlements file.';
  if (name === 'IOMatchCategory' && provider !== 'IOUserResources')
    return 'On hardware it lets Apple’s driver load beside yours. Without it the best score alone gets the device.';
  if (name === 'IOResourceMatch' && provider !== 'IOUserResources' && value.kind !== 'string')
    return 'On hardware the kernel waits for a single resource only, given as a string.';
  if (name === 'IOProbeScore') return probeScore(value, provider, warnings);
  if (name === 'IOProviderMergeProperties' && source.get('bInterfaceClass')?.integer !== 14n)
    return 'The kernel’s merging classes put it into the nub. A dext sets properties of its own service only.';
  const usb = usbKindOf(provider);
  if (usb) {
    const other = USB_KEYS[usb === 'device' ? 'interface' : 'device'];
    if (other.includes(name) && !USB_KEYS[usb].includes(name))
      return `A USB ${usb} is not matched by it: the key restricts nothing.`;
  }
  return undefined;
}

function probeScore(value: PlistNode, provider: string, warnings: string[]): string | undefined {
  const score = value.integer;
  if (score === undefined) return 'It is no integer, and the kernel takes any other type for 0.';
  if (usbKindOf(provider) && score >= BigInt(USB_PROBE_SCORE_LIMIT))
    warnings.push(`IOProbeScore ${score} is cut to 9000 on USB: 9999 is the highest that counts.`);
  return undefined;
}

function hidName(ledger: KeyLedger, key: PlistNode, value: PlistNode, source: PlistNode): void {
  const to = HID_NAMES[key.text]!;
  if (source.get(to)) ledger.drop(key.text, `HID does not read it; ${to} is there.`);
  else ledger.rename(key, to, value, 'HID reads this name; under the USB name it restricted nothing.');
}

function onUserResources(ledger: KeyLedger, source: PlistNode): void {
  ledger.set(
    'IOMatchCategory',
    ID_VARIABLE,
    'All drivers without hardware share one nub; a category of its own lets each start.',
  );
  const resource = source.get('IOResourceMatch');
  const key = source.keyNode('IOResourceMatch');
  if (resource && key && readsWell(resource)) ledger.keep(key, resource);
  else
    ledger.set(
      'IOResourceMatch',
      'IOKit',
      'Wait until the I/O Kit is up, as every dext without hardware does.',
    );
}
