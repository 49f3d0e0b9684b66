/** Messages about the pages of rules. The client imports this file for its types only. */

/** Request, client to server: nothing in, {@link RuleName} of every rule out, by id. */
export const RULES_REQUEST = 'driverPlist/rules';

/** Request, client to server: {@link RulePageParams} in, the page as Markdown or null out. */
export const RULE_PAGE_REQUEST = 'driverPlist/rulePage';

export interface RuleName {
  readonly id: string;
  /** A headline of a few words. */
  readonly title: string;
  readonly severity: 'error' | 'warning' | 'information' | 'hint';
}

export interface RulePageParams {
  readonly rule: string;
}
