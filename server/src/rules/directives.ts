/**
 * Comments that steer the findings of a file:
 * `<!-- driver-plist-disable-next-line RULE… -- reason -->`, `<!-- driver-plist-disable RULE… -->` for the file.
 * Without a rule they mean every rule; `group/*` means every rule of a group.
 */
import type { PlistTree, TextRange } from '../plist/types.ts';

export interface Directive extends TextRange {
  readonly scope: 'file' | 'next-line';
  /** Rule ids or `group/*`; empty means all. */
  readonly rules: readonly string[];
  /** Range of the line that a `next-line` directive speaks of: offsets `[start, end)`. */
  readonly line: TextRange;
}

const DIRECTIVE = /^\s*driver-plist-disable(-next-line)?(?=\s|$)([\s\S]*)$/;

/** Every disable comment of a document, in order. */
export function directives(tree: PlistTree): Directive[] {
  const found: Directive[] = [];
  for (const { start, end, content } of tree.comments) {
    const match = DIRECTIVE.exec(tree.text.slice(content.start, content.end));
    if (!match) continue;
    const words = (match[2] ?? '').split(/(?:^|\s)--(?:\s|$)/)[0] ?? '';
    found.push({
      start,
      end,
      scope: match[1] ? 'next-line' : 'file',
      rules: words.split(/[\s,]+/).filter((word) => word !== ''),
      line: lineAfter(tree.text, end),
    });
  }
  return found;
}

/** True when the directive names the rule (or all, or its group). */
export function names(directive: Directive, rule: string): boolean {
  if (directive.rules.length === 0) return true;
  return directive.rules.some((word) => matchesRule(word, rule));
}

/** `word` is a rule id, `group/*` or `*`. */
export function matchesRule(word: string, rule: string): boolean {
  if (word === '*' || word === rule) return true;
  return word.endsWith('/*') && rule.startsWith(word.slice(0, -1));
}

function lineAfter(text: string, offset: number): TextRange {
  const newline = nextLineBreak(text, offset);
  if (newline === text.length) return { start: text.length, end: text.length };
  const start = text.startsWith('\r\n', newline) ? newline + 2 : newline + 1;
  return { start, end: nextLineBreak(text, start) };
}

function nextLineBreak(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 10 || code === 13) return i;
  }
  return text.length;
}
