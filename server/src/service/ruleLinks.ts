/** Links to the pages of rules. */

/** Where `docs/rules/` can be read. */
export const RULE_PAGES = 'https://github.com/driver-plist/driver-plist/blob/main/docs/rules/';

/**
 * The page of a rule: `docs/rules/group/name.md` on the web, or where the client shows pages itself.
 *
 * @param template a link of the client's own in which `{rule}` stands for the id
 */
export function ruleLink(rule: string, template?: string): string {
  if (template !== undefined) return template.replaceAll('{rule}', () => rule);
  return `${RULE_PAGES}${rule}.md`;
}
