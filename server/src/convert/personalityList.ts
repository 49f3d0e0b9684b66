/** The personalities of a kext, those of one architecture included. */
import type { PlistNode } from '../plist/types.ts';

export interface ListedPersonality {
  /** Name in the plan: unique, with the architecture where that is part of the key. */
  readonly name: string;
  /** Key node, for the comments above it. */
  readonly key: PlistNode;
  readonly node: PlistNode;
}

/** Every entry of IOKitPersonalities and IOKitPersonalities_ARCH, values that are no dictionary included. */
export function listPersonalities(root: PlistNode): ListedPersonality[] {
  const listed: ListedPersonality[] = [];
  const taken = new Set<string>();
  for (const { key, value } of root.entries) {
    const list = /^IOKitPersonalities(?:_(\w+))?$/.exec(key.text);
    if (!list || value?.kind !== 'dict' || root.get(key.text)?.id !== value.id) continue;
    for (const entry of value.entries) {
      if (!entry.value) continue;
      const base = list[1] === undefined ? entry.key.text : `${entry.key.text} (${list[1]})`;
      let name = base;
      for (let n = 2; taken.has(name); n++) name = `${base} ${n}`;
      taken.add(name);
      listed.push({ name, key: entry.key, node: entry.value });
    }
  }
  return listed;
}

/** Whether a personality is among those that were asked for; all are where none was named. */
export function isAskedFor(name: string, asked: readonly string[] | undefined): boolean {
  return asked === undefined || asked.includes(name);
}

export const NOT_ASKED = 'It was not chosen for the conversion and stays in the kext.';
