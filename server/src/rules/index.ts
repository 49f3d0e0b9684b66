/** Every rule there is, by id. A new group of rules is one import and one line here. */
import { bundleRules } from './bundle-rules.ts';
import { controlRules } from './control-rules.ts';
import { dextRules } from './dext-rules.ts';
import { entitlementsRules } from './entitlements-rules.ts';
import { kextRules } from './kext-rules.ts';
import { registryRules } from './match-registry.ts';
import { matchRules } from './match-rules.ts';
import { dextSchemaRules } from './schema-rules.dext.ts';
import { kextSchemaRules } from './schema-rules.kext.ts';
import { schemaRules } from './schema-rules.ts';
import { syntaxRules } from './syntax.ts';
import type { Rule } from './types.ts';
import { workspaceRules } from './workspace.ts';

/** In the order of their groups; ids are unique (a test holds it). */
export const allRules: readonly Rule[] = [
  ...syntaxRules,
  ...schemaRules,
  ...bundleRules,
  ...kextRules,
  ...kextSchemaRules,
  ...dextSchemaRules,
  ...registryRules,
  ...matchRules,
  ...dextRules,
  ...entitlementsRules,
  ...workspaceRules,
  ...controlRules,
];

let byId: ReadonlyMap<string, Rule> | undefined;

function index(): ReadonlyMap<string, Rule> {
  byId ??= new Map(allRules.map((rule) => [rule.id, rule]));
  return byId;
}

export function ruleById(id: string): Rule | undefined {
  return index().get(id);
}

export function ruleIds(): string[] {
  return [...index().keys()];
}
