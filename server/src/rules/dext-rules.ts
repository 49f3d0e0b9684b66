/** All code rules on dexts, system extensions and the apps that carry them. */
import { appRules } from './app-keys.ts';
import { bundlePlaceholderRules } from './bundle-placeholder.ts';
import { extensionBundleRules } from './dext-bundle.ts';
import { dextEntitlementsRules } from './dext-entitlements.ts';
import { dextKernelClassRules } from './dext-kernel-class.ts';
import { dextPersonalityRules } from './dext-personality.ts';
import { sysextNamesRules } from './sysext-names.ts';
import type { Rule } from './types.ts';

export const dextRules: readonly Rule[] = [
  ...dextPersonalityRules,
  ...dextKernelClassRules,
  ...dextEntitlementsRules,
  ...extensionBundleRules,
  ...sysextNamesRules,
  ...appRules,
  ...bundlePlaceholderRules,
];
