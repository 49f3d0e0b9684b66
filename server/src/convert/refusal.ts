/** Why nothing of a bundle can be converted, for a person. */
import type { PlistNode } from '../plist/types.ts';
import { hasBuildVariable } from '../plist/variables.ts';
import { stringOf } from './classify.ts';
import { WHAT_A_DEXT_MATCHES } from './providers.ts';

/** What a bundle without personalities is, as far as its keys tell. */
export function withoutPersonality(root: PlistNode, target: string): string {
  const type = stringOf(root, 'CFBundlePackageType');
  if (type !== undefined && type !== 'KEXT' && !hasBuildVariable(type))
    return `It is no kext: CFBundlePackageType is ${type.slice(0, 40)}, and there is no personality in it.`;
  if (root.keyNode('OSBundleCompatibleVersion'))
    return `It is a library that other kexts link (OSBundleCompatibleVersion) and matches nothing by itself. Convert the kexts that link it.`;
  return `There is no personality in it: IOKitPersonalities is missing or empty, and ${target} is nothing without.`;
}

/** At most three different reasons; what they say alike stands once, at the end. */
export function shortReasons(reasons: readonly string[]): string {
  const different = [...new Set(reasons)];
  const shown = different.slice(0, 3);
  const alike = shown.some((why) => why.includes(WHAT_A_DEXT_MATCHES));
  const short = shown.map((why) => why.replace(WHAT_A_DEXT_MATCHES, '').replace(/ {2,}/g, ' ').trim());
  const more = different.length > 3 ? [`(and ${different.length - 3} more reasons)`] : [];
  return [...short, ...(alike ? [WHAT_A_DEXT_MATCHES] : []), ...more].join(' ');
}
