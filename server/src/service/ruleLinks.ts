/** Links to the pages of rules. */

/** Where `docs/rules/` can be read. */
export const RULE_PAGES = 'https://github.com/driver-plist/driver-plist/blob/main/docs/rules/';

/** The page of a rule: `docs/rules/group/name.md`. */
export function ruleLink(rule: string): string {
  return `${RULE_PAGES}${rule}.md`;
}
