/** Rules on the match keys that IOKit itself reads: names, properties, resources, the provider class. */
import providers from '../../../schemas/tables/provider-classes.json' with { type: 'json' };
import resources from '../../../schemas/tables/resources.json' with { type: 'json' };
import { isKnownClass } from '../iokit/classes.ts';
import { wrapInDict } from '../plist/edit.ts';
import { distance } from '../plist/nearest.ts';
import type { PlistNode } from '../plist/types.ts';
import {
  joinedFix,
  offer,
  removeEntryFix,
  renameKeyFix,
  replaceValueFix,
  setTextFix,
} from './bundle-edits.ts';
import { isFilledIn, isFlagged, listed, quoted } from './bundle-values.ts';
import { MATCH_KINDS } from './match-values.ts';
import type { Fix, PersonalityNode, Rule, RuleContext } from './types.ts';

const KERNEL = 'apple-oss-distributions/xnu iokit/Kernel/IOService.cpp';

const RESOURCE_NAMES: readonly string[] = resources.entries.map(({ value }) => value);

/** Nubs whose name is compared as it stands; PCI and platform nubs know a `*` at the end. */
const PLAIN_NAMES =
  /^IO(USB\w*|HID\w*|SCSI\w*|\w*Media|Block\w*|Serial\w*|Ethernet\w*|Network\w*|FireWire\w*|(User)?Resources)$/;

function strings(node: PlistNode | undefined): PlistNode[] {
  if (!node) return [];
  return (node.kind === 'array' ? node.items : [node]).filter(({ kind }) => kind === 'string');
}

function checkNameWildcard({ personalities, report }: RuleContext): void {
  for (const { node, providerClass } of personalities) {
    if (providerClass === undefined) continue;
    for (const name of strings(node.get('IONameMatch'))) {
      const { text } = name;
      if (!text.includes('*') || isFilledIn(text)) continue;
      const plain = PLAIN_NAMES.test(providerClass);
      if (
        !plain &&
        (!/^IO(PCI|ACPIPlatform|Platform)Device$/.test(providerClass) || /^[^*]*\*$/.test(text))
      ) {
        continue;
      }
      report({
        at: name,
        message: plain
          ? `IONameMatch on ${providerClass} compares the whole name, and * is a character like any other: ${quoted(text)} equals no name. Write the name out, or match by other keys.`
          : `In IONameMatch a * counts only as the last character: ${quoted(text)} equals no name.`,
      });
    }
  }
}

/** Properties that the nub named does not have, while a device above it does. */
const OF_A_PARENT: readonly { readonly nubs: RegExp; readonly keys: RegExp; readonly of: string }[] = [
  {
    nubs: /^IO(SCSI\w+|Media|CDMedia|DVDMedia|BDMedia|APFS\w+|BlockStorage\w+|SerialBSDClient|\w*SerialStreamSync|Ethernet\w+|NetworkInterface)$/,
    keys: /^(id(Vendor|Product)|bcdDevice|b(Interface|Device)\w+|bConfigurationValue|USB (Vendor|Product|Serial).*|kUSB\w+)$/,
    of: 'the USB device',
  },
  {
    nubs: /^IOHID(Interface|Device|EventService)$/,
    keys: /^(id(Vendor|Product)|bcdDevice|b(Interface|Device)\w+|bConfigurationValue)$/,
    of: 'the USB device',
  },
  {
    nubs: /^IO(SCSI\w+|Media|BlockStorage\w+|Ethernet\w+|NetworkInterface|USB\w+|HID\w+)$/,
    keys: /^(vendor-id|device-id|subsystem-id|subsystem-vendor-id|class-code|IOPCI\w*Match)$/,
    of: 'the PCI device',
  },
];

/** Tables of IOPropertyMatch: the dictionary, or each of the array. */
function tables(node: PlistNode | undefined): PlistNode[] {
  if (!node) return [];
  return (node.kind === 'array' ? node.items : [node]).filter(({ kind }) => kind === 'dict');
}

function checkParentProperty({ personalities, report }: RuleContext): void {
  for (const { node, providerClass } of personalities) {
    const value = node.get('IOPropertyMatch');
    const entry = OF_A_PARENT.filter(({ nubs }) => providerClass !== undefined && nubs.test(providerClass));
    for (const table of tables(value)) {
      for (const { key } of table.entries) {
        const found = entry.find(({ keys }) => keys.test(key.text));
        if (!found) continue;
        report({
          at: key,
          message: `${key.text} is a property of ${found.of}, and IOPropertyMatch looks at the ${providerClass} itself, not at what is above it: this never holds. Ask for it in IOParentMatch.`,
          fixes: () => offer(parentFix(node, table)),
        });
      }
    }
  }
}

/** IOPropertyMatch as a whole into IOParentMatch, where all of it belongs there. */
function parentFix(personality: PlistNode, table: PlistNode): Fix | undefined {
  const key = personality.keyNode('IOPropertyMatch');
  const value = personality.get('IOPropertyMatch');
  if (!key || value?.id !== table.id || personality.keyNode('IOParentMatch')) return undefined;
  const all = table.entries.every((entry) => OF_A_PARENT.some(({ keys }) => keys.test(entry.key.text)));
  if (!all) return undefined;
  return joinedFix('Ask for it in IOParentMatch', [
    ...renameKeyFix(key, 'IOParentMatch').edits,
    ...wrapInDict(value, 'IOPropertyMatch'),
  ]);
}

function checkPropertyOr({ personalities, report }: RuleContext): void {
  for (const { name, node } of personalities) {
    const value = node.get('IOPropertyMatch');
    const all = tables(value);
    if (value?.kind !== 'array' || all.length < 2 || all.some(({ entries }) => entries.length === 0))
      continue;
    const keys = all.map(({ entries }) => entries.map(({ key }) => key.text));
    const shared = keys.some((own, i) =>
      keys.some((other, j) => i !== j && own.some((key) => other.includes(key))),
    );
    if (shared) continue;
    report({
      at: node.keyNode('IOPropertyMatch')!,
      fixes: () => offer(mergeFix(value, all)),
      message: `One dictionary of this array is enough for ${quoted(name)} to match: ${listed(
        keys.map((own) => own.join(' with ')),
        'or',
      )}. If all of it must hold, put the keys into a single dictionary.`,
    });
  }
}

/** One dictionary of all the entries, as they are written. */
function mergeFix(array: PlistNode, all: readonly PlistNode[]): Fix | undefined {
  if (all.length !== array.items.length || array.tree.errors.length > 0) return undefined;
  const lines = all
    .flatMap(({ entries }) => entries)
    .flatMap(({ key, value }) => [key, value])
    .map((node) => (node ? `\t${node.tree.text.slice(node.start, node.end)}` : ''));
  const simple = all.every(({ entries }) =>
    entries.every(({ value }) => value && value.entries.length + value.items.length === 0),
  );
  return simple
    ? replaceValueFix(
        array,
        `<dict>\n${lines.join('\n')}\n</dict>`,
        'Ask for all of it in one dictionary',
        false,
      )
    : undefined;
}

const RESOURCE_NUBS = new Set(['IOResources', 'IOUserResources']);

/** Names of resources are free, so only those that differ from a known one by their case are taken for a slip. */
function checkResourceName(node: PlistNode, { report }: RuleContext): void {
  const written = node.text.trim();
  const meant = RESOURCE_NAMES.find((name) => name.toLowerCase() === written.toLowerCase());
  if (meant === undefined || meant === written) return;
  report({
    at: node,
    message: `Nobody publishes the resource ${quoted(written)}, and the driver waits for it for ever: names of resources are compared with their case. Write ${meant}.`,
    fixes: () => offer(setTextFix(node, meant, `Change to ${meant}`)),
  });
}

function checkResourceMatch(context: RuleContext): void {
  for (const { node, providerClass } of context.personalities) {
    const value = node.get('IOResourceMatch');
    const matched = node.get('IOResourceMatched');
    const onResources = providerClass !== undefined && RESOURCE_NUBS.has(providerClass);
    if (onResources && value && matched) {
      context.report({
        at: matched.key ?? matched,
        severity: 'information',
        message:
          'IOResourceMatched is looked at only where IOResourceMatch is absent; here nothing reads it.',
        fixes: () => offer(removeEntryFix(matched, 'Remove IOResourceMatched')),
      });
    }
    for (const name of strings(value)) checkResourceName(name, context);
    if (providerClass === undefined || onResources || value?.kind !== 'array' || isFlagged(context, value))
      continue;
    const names = value.items.filter(({ kind }) => kind === 'string').slice(0, 5);
    context.report({
      at: value.key ?? value,
      message: `On ${providerClass} the driver waits for the resource that IOResourceMatch names, and it names one only: an array is ignored, with a line in the log. Write a string.`,
      fixes: () =>
        names.map((name) => ({
          title: `Wait for ${name.text}`,
          edits: [
            { start: value.start, end: value.end, newText: name.tree.text.slice(name.start, name.end) },
          ],
          preferred: value.items.length === 1,
        })),
    });
  }
}

const PROVIDERS: readonly string[] = providers.entries.map(({ value }) => value);
const KNOWN = new Set(PROVIDERS);

/** The provider class that a name was most likely meant to be: another case, or a letter more, less or swapped. */
function meantProvider(name: string): string | undefined {
  if (KNOWN.has(name) || isKnownClass(name)) return undefined;
  const trimmed = name.trim();
  const inCase = PROVIDERS.find((known) => known.toLowerCase() === trimmed.toLowerCase());
  if (inCase !== undefined) return inCase;
  if (trimmed.length < 9) return undefined;
  const near = PROVIDERS.filter((known) => distance(known, trimmed, 1) === 1);
  // A digit more or less is another class of a series.
  const one = near.length === 1 ? near[0] : undefined;
  return one !== undefined && one.replace(/\D/g, '') === trimmed.replace(/\D/g, '') ? one : undefined;
}

function checkProviderName({ personalities, report }: RuleContext): void {
  for (const { name, node, providerClass } of personalities) {
    const value = node.get('IOProviderClass');
    if (providerClass === undefined || !value || isFilledIn(providerClass)) continue;
    if (providerClass !== providerClass.trim()) continue;
    const meant = meantProvider(providerClass);
    if (meant === undefined) continue;
    report({
      at: value,
      message: `There is no class ${providerClass} that we know of, and class names are compared letter by letter: ${quoted(name)} never matches if ${meant} was meant.`,
      fixes: () => offer(setTextFix(value, meant, `Change to ${meant}`)),
    });
  }
}

const LEGACY: Readonly<Record<string, string>> = {
  IOUSBDevice: 'IOUSBHostDevice',
  IOUSBInterface: 'IOUSBHostInterface',
};

/** Once for each class: a codeless kext may name hundreds of devices. */
function checkLegacyProvider({ personalities, report }: RuleContext): void {
  const said = new Set<string>();
  for (const personality of personalities) {
    const modern = modernOf(personality);
    const value = personality.node.get('IOProviderClass');
    if (modern === undefined || !value || said.has(modern)) continue;
    said.add(modern);
    const others = personalities.filter(
      ({ providerClass }) => providerClass === personality.providerClass,
    ).length;
    report({
      at: value,
      message: `${value.text} is the nub of the USB family up to OS X 10.10. Since 10.11 it is a stand-in that the system makes beside ${modern} for old kexts; a kext for today’s systems matches ${modern}.${others > 1 ? ` ${others} personalities here name it.` : ''}`,
      fixes: () => (others > 1 ? [] : offer(setTextFix(value, modern, `Change to ${modern}`, false))),
      tags: ['deprecated'],
    });
  }
}

function modernOf({ providerClass, isDext }: PersonalityNode): string | undefined {
  return providerClass === undefined || isDext ? undefined : LEGACY[providerClass];
}

const personality = (nub: string, body: string) =>
  `<key>IOProviderClass</key>\n<string>${nub}</string>\n${body}`;
const table = (keys: string) => `<dict>\n${keys}\n</dict>`;
const pair = (key: string, value: string) => `\t<key>${key}</key>\n\t<string>${value}</string>`;

export const matchGeneralRules: readonly Rule[] = [
  {
    id: 'match/name-wildcard',
    severity: 'warning',
    title: 'IONameMatch with a wildcard that is none',
    what: 'A `*` in an `IONameMatch` on a nub that compares names as they stand (USB, HID, storage …), or anywhere but at the end on a PCI or platform nub.',
    why: 'Only nubs from the device tree take a `*` at the end for any ending. Elsewhere it is a letter of the name.',
    how: 'Write the names out; an array of names means any of them.',
    source: [
      `${KERNEL}:7637-7888`,
      'apple-oss-distributions/xnu iokit/Kernel/IODeviceTreeSupport.cpp:915-992',
    ],
    kinds: MATCH_KINDS,
    facts: ['trap:15'],
    examples: {
      invalid: personality('IOUSBHostDevice', '<key>IONameMatch</key>\n<string>Lamp*</string>'),
      valid: personality('IOPCIDevice', '<key>IONameMatch</key>\n<string>pci8086,10*</string>'),
    },
    check: checkNameWildcard,
  },
  {
    id: 'match/parent-property',
    severity: 'warning',
    title: 'IOPropertyMatch for a property of a parent',
    what: 'An `IOPropertyMatch` that asks a storage, SCSI, serial or network nub for `idVendor`, or another nub for the ids of the PCI device below which it hangs.',
    why: 'IOPropertyMatch compares the properties of the nub itself. Those of the device it came from are the parent’s.',
    how: 'Ask for them in `IOParentMatch`, a whole match table that some ancestor must satisfy.',
    source: [`${KERNEL}:7637-8010`],
    kinds: MATCH_KINDS,
    facts: ['mistake:M063', 'trap:15'],
    examples: {
      invalid: personality(
        'IOMedia',
        `<key>IOPropertyMatch</key>\n<dict>\n\t<key>idVendor</key>\n\t<integer>1118</integer>\n</dict>`,
      ),
      valid: personality(
        'IOMedia',
        `<key>IOParentMatch</key>\n<dict>\n\t<key>IOPropertyMatch</key>\n\t<dict>\n\t\t<key>idVendor</key>\n\t\t<integer>1118</integer>\n\t</dict>\n</dict>`,
      ),
    },
    check: checkParentProperty,
  },
  {
    id: 'match/property-or',
    severity: 'information',
    title: 'IOPropertyMatch of which any part is enough',
    what: 'An `IOPropertyMatch` that is an array of dictionaries without a key in common.',
    why: 'Within a dictionary all must hold, over the array any dictionary is enough. Different keys in different dictionaries are seldom meant as alternatives.',
    how: 'Put what must hold together into one dictionary.',
    source: [`${KERNEL}:7637-7888`],
    kinds: MATCH_KINDS,
    facts: ['trap:15'],
    examples: {
      invalid: `<key>IOPropertyMatch</key>\n<array>\n${table(pair('Product', 'Lamp'))}\n${table(pair('Transport', 'USB'))}\n</array>`,
      valid: `<key>IOPropertyMatch</key>\n${table(`${pair('Product', 'Lamp')}\n${pair('Transport', 'USB')}`)}`,
    },
    check: checkPropertyOr,
  },
  {
    id: 'match/resource-match',
    severity: 'warning',
    title: 'IOResourceMatch that is not read',
    what: 'An array as `IOResourceMatch` on another nub than `IOResources` and `IOUserResources`; a name that differs from a known resource by its case only; as information, `IOResourceMatched` beside `IOResourceMatch`.',
    why: 'On the resource nubs an array means all of them. On other nubs the driver only waits before it starts, for one resource, and an array is ignored.',
    how: 'Write one string.',
    source: [`${KERNEL}:5093-5165,7215-7300`],
    kinds: MATCH_KINDS,
    facts: ['trap:15'],
    examples: {
      invalid: personality(
        'IOPCIDevice',
        '<key>IOResourceMatch</key>\n<array>\n\t<string>IOBSD</string>\n</array>',
      ),
      valid: personality('IOPCIDevice', '<key>IOResourceMatch</key>\n<string>IOBSD</string>'),
    },
    check: checkResourceMatch,
  },
  {
    id: 'match/provider-class',
    severity: 'warning',
    title: 'Misspelt IOProviderClass',
    what: 'An `IOProviderClass` that is one letter, or the case of letters, away from a class of a nub.',
    why: 'Personalities are looked up by the exact name of the class. Under another name they are never found.',
    how: 'Write the name as the message says, if that class was meant.',
    source: ['apple-oss-distributions/xnu iokit/Kernel/IOCatalogue.cpp:133-246'],
    kinds: MATCH_KINDS,
    examples: {
      invalid: personality('IOUSBhostDevice', '<key>idVendor</key>\n<integer>1118</integer>'),
      valid: personality('IOUSBHostDevice', '<key>idVendor</key>\n<integer>1118</integer>'),
    },
    check: checkProviderName,
  },
  {
    id: 'match/legacy-provider',
    severity: 'information',
    title: 'Nub of the old USB family',
    what: '`IOUSBDevice` or `IOUSBInterface` as provider of a kext’s personality.',
    why: 'OS X 10.11 replaced the USB family. The old names live on as stand-ins for old kexts.',
    how: 'Match `IOUSBHostDevice` or `IOUSBHostInterface` where older systems do not matter.',
    source: ['acidanthera/MacKernelSDK Headers/IOKit/usb/IOUSBHostFamily.h'],
    kinds: ['kext', 'codeless-kext'],
    examples: {
      invalid: personality('IOUSBDevice', '<key>idVendor</key>\n<integer>1118</integer>'),
      valid: personality('IOUSBHostDevice', '<key>idVendor</key>\n<integer>1118</integer>'),
    },
    check: checkLegacyProvider,
  },
];
