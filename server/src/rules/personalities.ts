/** The personalities of a root dictionary, as rules see them. */
import type { PlistNode } from '../plist/types.ts';
import { hasBuildVariable } from '../plist/variables.ts';
import type { PersonalityNode } from './types.ts';

/** Dictionaries in IOKitPersonalities and its architecture-suffixed forms; other values are left out. */
export function personalitiesOf(root: PlistNode): PersonalityNode[] {
  const found: PersonalityNode[] = [];
  for (const { key, value } of root.entries) {
    if (!/^IOKitPersonalities(_\w+)?$/.test(key.text) || value?.kind !== 'dict') continue;
    for (const entry of value.entries) {
      if (entry.value?.kind !== 'dict') continue;
      const providerClass = entry.value.get('IOProviderClass')?.string;
      found.push({
        name: entry.key.text,
        node: entry.value,
        isDext: entry.value.get('IOUserServerName') !== undefined,
        providerClass:
          providerClass === undefined || hasBuildVariable(providerClass) ? undefined : providerClass,
      });
    }
  }
  return found;
}
