/** Gives the client the pages of rules, so that they can be read without a network. */
import type { Connection } from 'vscode-languageserver';
import { allRules, ruleById } from '../rules/index.ts';
import { rulePage } from '../rules/page.ts';
import { RULE_PAGE_REQUEST, RULES_REQUEST, type RuleName, type RulePageParams } from './ruleMessages.ts';

/** Registers both requests. Unknown rules get null; nothing throws. */
export function registerRulePages(connection: Connection): void {
  connection.onRequest(RULES_REQUEST, (): RuleName[] =>
    allRules
      .map(({ id, title, severity }) => ({ id, title, severity }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
  );
  connection.onRequest(RULE_PAGE_REQUEST, (params: RulePageParams | null): string | null => {
    const rule = typeof params?.rule === 'string' ? ruleById(params.rule) : undefined;
    return rule === undefined ? null : rulePage(rule);
  });
}
