/** Links: addresses in values and comments. */
import type { DocumentLink } from 'vscode-languageserver-types';
import type { PlistDocument } from '../workspace/types.ts';
import { rangeOf } from './text.ts';

const ADDRESS = /https?:\/\/[^\s<>"'`{}|\\^]+/g;
const LINK_LIMIT = 1000;

/** Web addresses in `<string>` and in comments; none that a build variable is part of. */
export function documentLinks(document: PlistDocument): DocumentLink[] {
  const { tree, text } = document;
  const links: DocumentLink[] = [];
  const scan = (from: number, to: number): void => {
    for (const match of text.slice(from, to).matchAll(ADDRESS)) {
      if (links.length >= LINK_LIMIT) return;
      const address = match[0].replace(/[.,;:!?)\]]+$/, '');
      if (/\$[({\w]/.test(address)) continue;
      const start = from + match.index;
      const target = address.replaceAll('&amp;', '&');
      links.push({ range: rangeOf(document, { start, end: start + address.length }), target });
    }
  };
  for (let id = 0; id < tree.size; id++) {
    const node = tree.node(id);
    if (node.kind === 'string') scan(node.openEnd, node.closeStart);
  }
  for (const { content } of tree.comments) scan(content.start, content.end);
  return links;
}
