/** What the rules on matching ask of a personality again and again. Pure, never throws. */
import { readReference } from '../plist/entities.ts';
import type { PlistNode, TextRange } from '../plist/types.ts';
import { hasBuildVariable } from '../plist/variables.ts';
import type { BundleKind } from '../workspace/types.ts';
import { knownKeysOf } from './bundle-known-keys.ts';
import { LOADER_KINDS } from './bundle-values.ts';
import type { PersonalityNode, RuleContext } from './types.ts';

/** The bundles that have personalities. */
export const MATCH_KINDS: readonly BundleKind[] = LOADER_KINDS;

/** Where to point for a personality as a whole: its name. */
export function nameOf(personality: PlistNode): PlistNode {
  return personality.key ?? personality;
}

/** The keys of a dictionary that have a value, each once. */
export function keysOf(dict: PlistNode): Set<string> {
  return new Set(dict.entries.filter(({ value }) => value !== undefined).map(({ key }) => key.text));
}

/** True when a key's own text is left to the build, so that nobody knows which keys there will be. */
export function hasOpenKeys(dict: PlistNode): boolean {
  return dict.entries.some(({ key }) => hasBuildVariable(key.text));
}

/**
 * The keys of a personality as they were meant: a slip that `bundle/misspelt-key` or `bundle/key-case` reports counts
 * as the key behind it, so that one mistake gives one finding.
 */
export function meantKeys({ evaluation }: RuleContext, dict: PlistNode): Set<string> {
  const known = knownKeysOf(evaluation, dict);
  const keys = keysOf(dict);
  for (const key of [...keys]) {
    const meant = known.inOtherCase(key) ?? known.meantBy(key);
    if (meant !== undefined) keys.add(meant);
  }
  return keys;
}

/** Personalities whose provider class is one of a set. */
export function* onProviders(
  personalities: readonly PersonalityNode[],
  classes: ReadonlySet<string>,
): Generator<PersonalityNode & { readonly providerClass: string }> {
  for (const personality of personalities) {
    const { providerClass } = personality;
    if (providerClass !== undefined && classes.has(providerClass)) yield { ...personality, providerClass };
  }
}

/** Nubs of HID devices: each compares the keys of the HID family. */
export const HID_NUBS: ReadonlySet<string> = new Set([
  'IOHIDInterface',
  'IOHIDDevice',
  'IOHIDEventService',
  'IOUserHIDDevice',
  'AppleUserHIDDevice',
  'IOUSBHIDDriver',
  'IOBluetoothHIDDriver',
  'AppleUserUSBHostHIDDevice',
]);

/**
 * The place in the file of a part of a node's decoded text, in the file's own offsets. The whole node where the text
 * is written with anything but the predefined entities.
 */
export function partOf(node: PlistNode, start: number, end: number): TextRange {
  const { text } = node.tree;
  const starts: number[] = [];
  let decoded = '';
  for (let at = node.openEnd; at < node.closeStart; ) {
    const reference = text[at] === '&' ? readReference(text, at) : undefined;
    const piece = reference ? (reference.value ?? text.slice(at, reference.end)) : text[at]!;
    for (let i = 0; i < piece.length; i++) starts.push(at);
    decoded += piece;
    at = reference?.end ?? at + 1;
  }
  starts.push(node.closeStart);
  if (decoded !== node.text) return node;
  return { start: starts[start] ?? node.start, end: starts[end] ?? node.end };
}
