/** The rules over several files. `workspace-lint.ts` runs them; `index.ts` names them beside all others. */
import type { WorkspaceRule } from './types.ts';
import { accessRules } from './workspace-access.ts';
import { audioRules } from './workspace-audio.ts';
import { builtRules } from './workspace-built.ts';
import { classRules } from './workspace-classes.ts';
import { coverageRules } from './workspace-coverage.ts';
import { embeddedRules } from './workspace-embedded.ts';
import { entitlementRules } from './workspace-entitlements.ts';
import { hostRules } from './workspace-host.ts';
import { matchingRules } from './workspace-matching.ts';
import { profileRules } from './workspace-profile.ts';
import { serviceRules } from './workspace-services.ts';

export const workspaceRules: readonly WorkspaceRule[] = [
  ...classRules,
  ...entitlementRules,
  ...coverageRules,
  ...accessRules,
  ...audioRules,
  ...hostRules,
  ...serviceRules,
  ...profileRules,
  ...embeddedRules,
  ...matchingRules,
  ...builtRules,
];
