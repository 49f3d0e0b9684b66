/** All code rules on entitlements. */
import { entitlementsCarrierRules } from './entitlements-carrier.ts';
import { entitlementsSandboxRules } from './entitlements-sandbox.ts';
import { entitlementsSigningRules } from './entitlements-signing.ts';
import { entitlementsTransportRules } from './entitlements-transport.ts';
import type { Rule } from './types.ts';

export const entitlementsRules: readonly Rule[] = [
  ...entitlementsCarrierRules,
  ...entitlementsSandboxRules,
  ...entitlementsSigningRules,
  ...entitlementsTransportRules,
];
