/** Links: addresses in values and comments, and from a rule that a comment names to its page. */
import type { DocumentLink } from 'vscode-languageserver-types';
import { ruleById } from '../rules/index.ts';
import type { PlistDocument } from '../workspace/types.ts';
import type { ClientAbilities } from './abilities.ts';
import { ruleLink } from './ruleLinks.ts';
import { rangeOf } from './text.ts';

const ADDRESS = /https?:\/\/[^\s<>"'`{}|\\^]+/g;
const RULE_ID = /[\w-]+\/[\w-]+/g;
const LINK_LIMIT = 1000;

/**
 * Web addresses in `<string>` and in comments, none that a build variable is part of; rule ids in comments that
 * suppress. Not the keys: editors underline every link, and the hover of a key leads to its documentation.
 */
export function documentLinks(
  document: PlistDocument,
  { rulePages, linkTooltips }: Pick<ClientAbilities, 'rulePages' | 'linkTooltips'>,
): DocumentLink[] {
  const { tree, text } = document;
  const links: DocumentLink[] = [];
  const add = (start: number, end: number, target: string, tooltip?: string): void => {
    if (links.length >= LINK_LIMIT) return;
    const range = rangeOf(document, { start, end });
    links.push({ range, target, ...(tooltip && linkTooltips ? { tooltip } : {}) });
  };
  const scan = (from: number, to: number): void => {
    for (const match of text.slice(from, to).matchAll(ADDRESS)) {
      const address = match[0].replace(/[.,;:!?)\]]+$/, '');
      if (/\$[({\w]/.test(address)) continue;
      const start = from + match.index;
      add(start, start + address.length, address.replaceAll('&amp;', '&'));
    }
  };
  for (let id = 0; id < tree.size; id++) {
    const node = tree.node(id);
    if (node.kind === 'string') scan(node.openEnd, node.closeStart);
  }
  for (const { content } of tree.comments) {
    scan(content.start, content.end);
    for (const { id, title, start } of rulesIn(text.slice(content.start, content.end))) {
      const from = content.start + start;
      add(from, from + id.length, ruleLink(id, rulePages), `Page of the rule: ${title}`);
    }
  }
  return links;
}

/** Rules that a comment names to suppress them; behind `--` a person writes what they please. */
function rulesIn(comment: string): { id: string; title: string; start: number }[] {
  const directive = /^\s*driver-plist-disable(?:-next-line)?\s/.exec(comment);
  if (!directive) return [];
  const reason = comment.indexOf('--');
  const named = reason < 0 ? comment : comment.slice(0, reason);
  return [...named.matchAll(RULE_ID)].flatMap(({ 0: id, index }) => {
    const rule = ruleById(id);
    return rule ? [{ id, title: rule.title, start: index }] : [];
  });
}
