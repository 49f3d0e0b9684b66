/**
 * Which rules judge each personality by itself. A rule may stand here when what it finds inside one personality
 * depends on nothing in the others, and what it finds elsewhere on nothing inside any. One that counts or compares
 * personalities must not, but for one that compares their names: personalities whose name stands twice are left to
 * the whole lint. A rule that is missing here is only slower: it runs on the whole document after each edit.
 */
import { allRules } from './index.ts';
import type { Rule } from './types.ts';

const LOCAL: ReadonlySet<string> = new Set([
  'bundle/stray-blank',
  'bundle/identifier',
  'bundle/placeholder',
  'dext/server-name',
  'dext/one-process-organization',
  'dext/kernel-class-spelling',
  'dext/user-client-is-driver',
  'dext/missing-audio-client',
  'dext/audio-interface',
  'dext/software-driver-on-ipad',
  'dext/any-service',
  'dext/abstract-user-class',
  'dext/hid-class',
  'dext/service-entitlements',
  'bundle/duplicate-key',
  'bundle/key-case',
  'bundle/misspelt-key',
  'bundle/entitlement-in-info-plist',
  'kext/personality-bundle-identifier',
  'kext/resources-category',
  'kext/xml-element',
  'kext/xml-integer',
  'match/usb-combination',
  'match/usb-class',
  'match/usb-ignored-key',
  'match/hid-spelling',
  'match/usb-spelling',
  'match/decimal-of-hex',
  'match/hex-integer',
  'match/zero-vendor',
  'match/usb-probe-score',
  'match/foreign-key',
  'match/any-device',
  'match/hid-incomplete',
  'match/property-value',
  'match/pci-text',
  'match/pci-swapped',
  'match/pci-class',
  'match/scsi-type',
  'match/scsi-order',
  'match/scsi-probe-score',
  'match/name-wildcard',
  'match/parent-property',
  'match/property-or',
  'match/resource-match',
  'match/provider-class',
]);

let byOrder: readonly boolean[] | undefined;

/** @param rule the rule, or its place in `allRules` */
export function isLocal(rule: Rule | number): boolean {
  if (typeof rule !== 'number') return LOCAL.has(rule.id);
  byOrder ??= allRules.map(({ id }) => LOCAL.has(id));
  return byOrder[rule] === true;
}

/** For the test that holds the list. */
export function localRules(): readonly string[] {
  return [...LOCAL];
}
