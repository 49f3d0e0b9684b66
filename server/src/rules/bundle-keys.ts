/** Rules on keys of any dictionary: twice there, misspelt, in another case, on the wrong level. */
import { USB_KEYS, usbKeyCombination, usbKindOf } from '../iokit/usb.ts';
import type { Entry, PlistNode } from '../plist/types.ts';
import type { Evaluation } from '../schema/types.ts';
import { BUNDLE_KINDS, type BundleKind } from '../workspace/types.ts';
import { offer, removeEntryFix, renameKeyFix } from './bundle-edits.ts';
import { knownKeysOf } from './bundle-known-keys.ts';
import { quoted, splitArch } from './bundle-values.ts';
import { dictionariesIn } from './dictionaries.ts';
import type { Rule, RuleContext } from './types.ts';

const ALL_OURS: readonly BundleKind[] = BUNDLE_KINDS.filter((kind) => kind !== 'plist');

function checkDuplicates({ tree, document, report }: RuleContext): void {
  for (const dict of dictionariesIn(tree)) {
    const { entries } = dict;
    if (new Set(entries.map(({ key }) => key.text)).size === entries.length) continue;
    const seen = new Map<string, Entry[]>();
    for (const entry of dict.entries) {
      if (!entry.value) continue;
      const same = seen.get(entry.key.text);
      if (same) same.push(entry);
      else seen.set(entry.key.text, [entry]);
    }
    for (const [name, entries] of seen) {
      if (entries.length > 1) reportDuplicate(dict, name, entries, document.uri, report);
    }
  }
}

function reportDuplicate(
  dict: PlistNode,
  name: string,
  entries: readonly Entry[],
  uri: string,
  report: RuleContext['report'],
): void {
  const readId = dict.get(name)?.id;
  const read = entries.find(({ value }) => value?.id === readId) ?? entries[entries.length - 1]!;
  for (const entry of entries) {
    if (entry === read) continue;
    const alike = sourceOf(entry.value) === sourceOf(read.value);
    report({
      at: entry.key,
      message: `The key ${quoted(name)} stands twice in this dictionary. ${
        alike
          ? 'Both have the same value: remove one.'
          : `Readers keep one value only, Apple’s kext loader the ${read.key.start > entry.key.start ? 'later' : 'earlier'} one: remove one, or give it another name.`
      }`,
      related: [{ uri, range: { start: read.key.start, end: read.key.end }, message: 'this one is read' }],
      fixes: () => {
        if (alike) return offer(removeEntryFix(entry.key, `Remove this ${name}`));
        const isPersonality =
          dict.key !== undefined && splitArch(dict.key.text).base === 'IOKitPersonalities';
        const free = isPersonality ? freeName(dict, name) : undefined;
        return offer(
          free === undefined ? undefined : renameKeyFix(entry.key, free),
          removeEntryFix(entry.key, `Remove this ${name}`, free === undefined),
          removeEntryFix(read.key, `Keep this ${name}, remove the other`, false),
        );
      },
    });
  }
}

/** `Lamp 2`, or the first number that no personality of this dictionary has. */
function freeName(dict: PlistNode, name: string): string {
  for (let number = 2; ; number++) {
    if (!dict.keyNode(`${name} ${number}`)) return `${name} ${number}`;
  }
}

function sourceOf(node: PlistNode | undefined): string {
  return node ? node.tree.text.slice(node.start, node.end) : '';
}

function checkCase({ tree, evaluation, report }: RuleContext): void {
  const flagged = flaggedKeys(evaluation);
  for (const dict of dictionariesIn(tree)) {
    const known = knownKeysOf(evaluation, dict);
    for (const { key } of dict.entries) {
      const name = key.text;
      const right = known.inOtherCase(name);
      if (right === undefined || flagged.has(key.id) || isOneWord(right)) continue;
      const twin = dict.keyNode(right) !== undefined;
      report({
        at: key,
        severity: isNeeded(dict, right) ? 'error' : 'warning',
        ...(!twin && { explains: [...dict.path, right] }),
        message: twin
          ? `${name} and ${right} stand in one dictionary and differ in their case only. The system reads ${right}: remove the other.`
          : `Keys are compared with their case: ${name} is not ${right}, and nothing reads it. Write ${right}.`,
        fixes: () => offer(twin ? removeEntryFix(key, `Remove ${name}`) : renameKeyFix(key, right)),
      });
    }
  }
}

/** A USB personality matches nothing without a legal combination of keys, and this key is one of them. */
function isNeeded(dict: PlistNode, key: string): boolean {
  const kind = usbKindOf(dict.get('IOProviderClass')?.string ?? '');
  if (!kind || !USB_KEYS[kind].includes(key) || dict.keyNode(key)) return false;
  return (
    usbKeyCombination(
      dict.entries.map((entry) => entry.key.text),
      kind,
    ).row === undefined
  );
}

/** `model`, `Leaf`: words that drivers use for properties of their own, in a case of their own. */
function isOneWord(key: string): boolean {
  return /^[A-Z]?[a-z]+$/.test(key);
}

const NONE: ReadonlySet<number | undefined> = new Set();

/** The keys that a schema has named as wrong already, by node id. */
function flaggedKeys({ findings }: Evaluation): ReadonlySet<number | undefined> {
  return findings.length === 0 ? NONE : new Set(findings.map(({ keyNode }) => keyNode?.id));
}

const USB_NAMES: ReadonlySet<string> = new Set(Object.values(USB_KEYS).flat());

function checkMisspelt({ tree, evaluation, report }: RuleContext): void {
  const flagged = flaggedKeys(evaluation);
  for (const dict of dictionariesIn(tree)) {
    const known = knownKeysOf(evaluation, dict);
    if (known.names.size === 0) continue;
    for (const { key } of dict.entries) {
      if (known.names.has(key.text) || flagged.has(key.id)) continue;
      // No slip but the name of another family: match/hid-spelling and match/usb-ignored-key say more.
      if (USB_NAMES.has(key.text)) continue;
      const name = splitArch(key.text).base;
      const right = known.meantBy(name);
      if (right === undefined || dict.keyNode(right)) continue;
      if (evaluation.schemasForKey(dict, key.text).length > 0) continue;
      const whole = right + key.text.slice(name.length);
      report({
        at: key,
        severity: isNeeded(dict, whole) ? 'error' : 'warning',
        explains: [...dict.path, whole],
        message: `Nothing reads ${key.text}. Did you mean ${whole}?`,
        fixes: () => offer(renameKeyFix(key, whole)),
      });
    }
  }
}

export const bundleKeysRules: readonly Rule[] = [
  {
    id: 'bundle/duplicate-key',
    severity: 'warning',
    title: 'Key that stands twice',
    what: 'A key that stands more than once in one dictionary.',
    why: 'A dictionary has each key once. Apple’s loader keeps the last value and says nothing; other readers keep the first one or refuse the file. A personality whose name stands twice is lost.',
    how: 'Remove one of them, or rename it: the names of personalities are free.',
    source: [
      'apple-oss-distributions/IOKitUser IOCFUnserialize.yacc (buildDictionary)',
      'https://www.apple.com/DTDs/PropertyList-1.0.dtd',
    ],
    kinds: BUNDLE_KINDS,
    examples: {
      invalid: '<key>IOClass</key>\n<string>Lamp</string>\n<key>IOClass</key>\n<string>LampTwo</string>',
      valid: '<key>IOClass</key>\n<string>Lamp</string>',
    },
    check: checkDuplicates,
  },
  {
    id: 'bundle/key-case',
    severity: 'error',
    title: 'Key in another case',
    what: 'A key that is a known one but for upper and lower case, alone or beside the right one: a warning, or an error where the dictionary needs the key.',
    why: 'The system compares keys with their case. A match key in another case restricts nothing, so that the personality matches more than was meant.',
    how: 'Write the key as the message says.',
    source: ['apple-oss-distributions/xnu libkern/c++/OSDictionary.cpp', 'schemas/ of this project'],
    kinds: ALL_OURS,
    facts: ['trap:15'],
    examples: {
      invalid: '<key>IOProviderclass</key>\n<string>IOPCIDevice</string>',
      valid: '<key>IOProviderClass</key>\n<string>IOPCIDevice</string>',
    },
    check: checkCase,
  },
  {
    id: 'bundle/misspelt-key',
    severity: 'error',
    title: 'Misspelt key',
    what: 'A key that is one or two letters away from a known key of this dictionary, which is not there: a warning, or an error where the dictionary needs the key. Keys of your own are fine, and so is a `#` in front of a key that is out of use.',
    why: 'Nothing reads a misspelt key, and nothing complains: a match key restricts no more, a property is not set.',
    how: 'Write the key as the message says, or suppress the finding if the key is your own.',
    source: ['schemas/ of this project; each key there names its own source'],
    kinds: ALL_OURS,
    facts: ['trap:15'],
    examples: {
      invalid: '<key>IOProvderClass</key>\n<string>IOPCIDevice</string>',
      valid: '<key>IOProviderClass</key>\n<string>IOPCIDevice</string>',
    },
    check: checkMisspelt,
  },
];
