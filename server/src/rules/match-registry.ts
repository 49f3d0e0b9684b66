/** What a registry dump shows: personalities that none of its devices would match. */
import { entriesOfClass } from '../iokit/entries.ts';
import { nearestMisses } from '../iokit/explain.ts';
import { countMatches } from '../iokit/matching-report.ts';
import type { Registry, RegistryNode } from '../iokit/registry.ts';
import type { PlistNode } from '../plist/types.ts';
import { isArray, isDict, type PlistDict, type PlistValue } from '../plist/value.ts';
import { hasBuildVariable } from '../plist/variables.ts';
import type { PlistDocument } from '../workspace/types.ts';
import { personalitiesOf } from './personalities.ts';
import type { Finding, Rule } from './types.ts';

/** The rule that a registry dump is needed for. */
export const NO_DEVICE = 'match/no-device';

export const registryRules: readonly Rule[] = [
  {
    id: NO_DEVICE,
    severity: 'information',
    title: 'No device of the dump matches',
    what: 'A personality that matches no device of the registry dump which was handed in (`--registry`, or loaded in the editor).',
    why: 'On the machine of the dump, with the devices that were plugged in then, the driver would not start for this personality.',
    how: 'Compare with the nearest device, which the message names, or take a dump with the device plugged in: `ioreg -l -w0 > dump.txt`. `driver-plist match` shows every check.',
    source: [
      'server/src/iokit/matching.ts of this project',
      'apple-oss-distributions/xnu iokit/Kernel/IOService.cpp',
    ],
    kinds: ['dext', 'codeless-dext', 'kext', 'codeless-kext'],
    examples: {
      invalid:
        '<key>IOProviderClass</key>\n<string>IOUSBHostDevice</string>\n<key>idVendor</key>\n<integer>1</integer>\n<key>idProduct</key>\n<integer>1</integer>',
      valid:
        '<key>IOProviderClass</key>\n<string>IOUSBHostDevice</string>\n<key>idVendor</key>\n<integer>1452</integer>\n<key>idProduct</key>\n<integer>592</integer>',
    },
  },
];

/** Keys that say what is started, not on which device. */
const NOT_MATCHED = /^(IOUserServerName|IOUserClass|IOClass|CFBundleIdentifier|CFBundleIdentifierKernel)$/;

/** Asked of a dump: once for each text of a personality, so that a keystroke asks again of one only. */
interface Answers {
  /** Entries among which the nearest is to be looked for; undefined when something matches or nothing can be told. */
  readonly unmatched: Map<string, readonly RegistryNode[] | undefined>;
  /** The sentence about the nearest entry, empty without one; undefined when it may match all the same. */
  readonly nearest: Map<string, string | undefined>;
}

const answers = new WeakMap<Registry, Answers>();
const ANSWERS_LIMIT = 20_000;
/**
 * So many entries are compared in full for one document, a second's work. Unmatched personalities behind that are
 * not told of: whether values that the dump lacks are to blame has not been looked at.
 */
const COMPARED_LIMIT = 50_000;

/**
 * One finding for each personality that matches nothing. Personalities with a build variable where they match, and
 * those that fail only for values which the dump does not hold, are unknown and no finding. Never throws.
 */
export function registryFindings(document: PlistDocument, registry: Registry): Finding[] {
  const root = document.tree.root;
  const [rule] = registryRules;
  if (root?.kind !== 'dict' || !rule?.kinds.includes(document.kind.kind)) return [];
  const known = answersOf(registry);
  const found: Finding[] = [];
  let compared = 0;
  for (const { node } of personalitiesOf(root)) {
    const { key } = node;
    if (!key) continue;
    const text = document.text.slice(node.start, node.end);
    const pool = remembered(known.unmatched, text, () => unmatchedAmong(node, registry));
    compared += pool?.length ?? 0;
    if (!pool || compared > COMPARED_LIMIT) continue;
    const nearest = remembered(known.nearest, text, () => nearestAmong(node, pool, registry));
    if (nearest === undefined) continue;
    found.push({
      rule: NO_DEVICE,
      severity: rule.severity,
      message: `No device of the registry dump matches this personality.${nearest}`,
      range: { start: key.start, end: key.end },
      keyPath: key.path,
      fixes: () => [],
    });
  }
  return found;
}

function answersOf(registry: Registry): Answers {
  let known = answers.get(registry);
  if (!known || known.unmatched.size > ANSWERS_LIMIT) {
    known = { unmatched: new Map(), nearest: new Map() };
    answers.set(registry, known);
  }
  return known;
}

function remembered<T>(known: Map<string, T>, key: string, make: () => T): T {
  const before = known.get(key);
  if (before !== undefined || known.has(key)) return before as T;
  const made = make();
  known.set(key, made);
  return made;
}

function unmatchedAmong(node: PlistNode, registry: Registry): readonly RegistryNode[] | undefined {
  const personality = node.value();
  if (!isDict(personality) || hasUnknown(personality)) return undefined;
  const provider = personality.get('IOProviderClass');
  const ofClass = typeof provider === 'string' ? entriesOfClass(registry, provider) : [];
  if (countMatches(personality, ofClass, registry.context).matching.length > 0) return undefined;
  // Where the dump has none of the class, any may show what was meant.
  return ofClass.length > 0 ? ofClass : registry.nodes;
}

function nearestAmong(
  node: PlistNode,
  pool: readonly RegistryNode[],
  registry: Registry,
): string | undefined {
  const personality = node.value();
  const misses = isDict(personality) ? nearestMisses(personality, pool, registry.context) : [];
  if (misses.some(({ result }) => result.uncertain)) return undefined;
  return misses[0] ? ` Nearest: ${misses[0].sentence}` : '';
}

function hasUnknown(personality: PlistDict): boolean {
  return [...personality].some(([key, value]) => !NOT_MATCHED.test(key) && holdsVariable(value));
}

function holdsVariable(value: PlistValue): boolean {
  if (typeof value === 'string') return hasBuildVariable(value);
  if (isArray(value)) return value.some(holdsVariable);
  return isDict(value) && [...value.values()].some(holdsVariable);
}
