/** All code rules of kernel extensions, and of what Apple's kext loader asks of dexts. */
import { kextArchRules } from './kext-arch.ts';
import { kextKernelLibraryRules } from './kext-kernel-library.ts';
import { kextLibrariesRules } from './kext-libraries.ts';
import { kextLibraryRules } from './kext-library.ts';
import { kextPersonalityRules } from './kext-personality.ts';
import { kextPropertiesRules } from './kext-properties.ts';
import { kextXmlRules } from './kext-xml.ts';
import type { Rule } from './types.ts';

export const kextRules: readonly Rule[] = [
  ...kextPropertiesRules,
  ...kextLibrariesRules,
  ...kextLibraryRules,
  ...kextKernelLibraryRules,
  ...kextPersonalityRules,
  ...kextArchRules,
  ...kextXmlRules,
];
