/** Findings about the comments that steer us: unused suppressions, rules and kinds that do not exist. */
import type { TextEdit, TextRange } from '../plist/types.ts';
import { nearest } from '../schema/nearest.ts';
import { isBundleKind, kindComments } from '../workspace/kind.ts';
import { BUNDLE_KINDS, type PlistDocument } from '../workspace/types.ts';
import { type Directive, matchesRule } from './directives.ts';
import { ruleById, ruleIds } from './index.ts';
import { NO_DEVICE } from './match-registry.ts';
import type { Finding, Fix } from './types.ts';

/**
 * @param used indices of the directives that hid at least one finding
 * @param hasDump the findings by a registry dump were among those that could be hidden
 */
export function controlFindings(
  document: PlistDocument,
  active: readonly Directive[],
  used: ReadonlySet<number>,
  hasDump: boolean,
): Finding[] {
  const found: Finding[] = [];
  active.forEach((directive, index) => {
    const unknown = directive.rules.filter((word) => !isKnown(word));
    for (const word of unknown) {
      const guess = nearest(word, ruleIds());
      found.push(
        finding(
          'control/unknown-rule',
          directive,
          `There is no rule "${word}".${guess ? ` Did you mean ${guess}?` : ''}`,
          guess ? [replaceIn(document.text, directive, word, guess)] : [],
        ),
      );
    }
    // Findings over several files are not known here, nor those by a dump where there is none.
    const speaksOfOthers = directive.rules.some(
      (word) => word.startsWith('workspace/') || (!hasDump && word !== '*' && matchesRule(word, NO_DEVICE)),
    );
    if (!used.has(index) && unknown.length === 0 && !speaksOfOthers) {
      found.push({
        ...finding('control/unused-suppression', directive, 'This comment hides no finding: remove it.', [
          { title: 'Remove the comment', edits: [removal(document.text, directive)], preferred: true },
        ]),
        tags: ['unnecessary'],
      });
    }
  });
  for (const comment of kindComments(document.tree)) {
    if (isBundleKind(comment.name)) continue;
    const guess = nearest(comment.name, BUNDLE_KINDS);
    found.push(
      finding(
        'control/unknown-kind',
        comment,
        `"${comment.name}" is no kind of bundle. Kinds: ${BUNDLE_KINDS.join(', ')}.`,
        guess ? [replaceIn(document.text, comment, comment.name, guess)] : [],
      ),
    );
  }
  return found;
}

function isKnown(word: string): boolean {
  if (word === '*') return true;
  if (!word.endsWith('/*')) return ruleById(word) !== undefined;
  return ruleIds().some((id) => id.startsWith(word.slice(0, -1)));
}

function finding(id: string, { start, end }: TextRange, message: string, fixes: readonly Fix[]): Finding {
  const severity = ruleById(id)?.severity ?? 'hint';
  return { rule: id, severity, message, range: { start, end }, keyPath: [], fixes: () => fixes };
}

function replaceIn(text: string, range: TextRange, word: string, replacement: string): Fix {
  const start = text.indexOf(word, range.start);
  return {
    title: `Replace by ${replacement}`,
    edits: [{ start, end: start + word.length, newText: replacement }],
    preferred: true,
  };
}

/** The comment, and its line when nothing else stands on it. */
function removal(text: string, { start, end }: TextRange): TextEdit {
  const before = /(?:^|\r\n|\n|\r)[ \t]*$/.exec(text.slice(0, start));
  const after = /^[ \t]*(?=\r\n|\n|\r|$)/.exec(text.slice(end));
  if (!before || !after) return { start, end, newText: '' };
  return { start: start - before[0].length, end: end + after[0].length, newText: '' };
}
