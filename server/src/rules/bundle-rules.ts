/** All code rules that are common to several kinds of bundle. */
import { bundleEntitlementsRules } from './bundle-entitlements.ts';
import { bundleIdentityRules } from './bundle-identity.ts';
import { bundleKeysRules } from './bundle-keys.ts';
import { bundleLevelsRules } from './bundle-levels.ts';
import type { Rule } from './types.ts';

export const bundleRules: readonly Rule[] = [
  ...bundleIdentityRules,
  ...bundleKeysRules,
  ...bundleLevelsRules,
  ...bundleEntitlementsRules,
];
