/** Where in an Info.plist personalities stand. */
import type { PlistNode } from '../plist/types.ts';

const CONTAINER = /^IOKitPersonalities(?:_\w+)?$/;

/** True for the dictionary that holds the personalities of a bundle. */
export function isPersonalities({ name, parent }: PlistNode): boolean {
  return parent !== undefined && parent.parent === undefined && CONTAINER.test(name ?? '');
}

/** True for an entry of IOKitPersonalities. */
export function isPersonality({ key, parent }: PlistNode): boolean {
  return key !== undefined && parent !== undefined && isPersonalities(parent);
}
