/** The comment that fixes what kind of bundle a document describes: `<!-- driver-plist-kind: dext -->`. */

export interface KindEdit {
  /** UTF-16 offsets, half open. */
  readonly start: number;
  readonly end: number;
  readonly newText: string;
}

const KIND_COMMENT = /<!--\s*driver-plist-kind:[\s\S]*?-->/;
const PLIST_TAG = /^[ \t]*<plist(?=[\s>])/m;
const PROLOG_TAG = /<!DOCTYPE[^>]*>|<\?xml[^>]*\?>/g;

/** The kind that the document's comment names, or undefined. */
export function kindInComment(text: string): string | undefined {
  return /<!--\s*driver-plist-kind:\s*([\w-]+)/.exec(text)?.[1];
}

/**
 * The edit that makes the document's comment say `kind`, or takes the comment away (`undefined`). Undefined
 * when nothing is to be done. A new comment gets a line of its own before `<plist>`, and the file's line ends.
 */
export function kindCommentEdit(text: string, kind: string | undefined): KindEdit | undefined {
  const comment = kind === undefined ? '' : `<!-- driver-plist-kind: ${kind} -->`;
  const old = KIND_COMMENT.exec(text);
  if (old !== null) return kind === undefined ? removeLine(text, old) : replace(old, comment);
  if (kind === undefined) return undefined;
  const at = insertionOffset(text);
  const newLine = text.includes('\r\n') ? '\r\n' : '\n';
  const needsBreak = at > 0 && text[at - 1] !== '\n' && text.charCodeAt(at - 1) !== 0xfeff;
  return {
    start: at,
    end: at,
    newText: `${needsBreak ? newLine : ''}${comment}${needsBreak ? '' : newLine}`,
  };
}

function replace(old: RegExpExecArray, newText: string): KindEdit | undefined {
  if (old[0] === newText) return undefined;
  return { start: old.index, end: old.index + old[0].length, newText };
}

/** Removes the comment, with its line when nothing else stands there. */
function removeLine(text: string, old: RegExpExecArray): KindEdit {
  const end = old.index + old[0].length;
  const before = /[ \t]*$/.exec(text.slice(0, old.index))?.[0].length ?? 0;
  const start = old.index - before;
  const after = /^[ \t]*(?:\r?\n|$)/.exec(text.slice(end));
  const alone = after !== null && (start === 0 || text[start - 1] === '\n');
  return alone ? { start, end: end + after[0].length, newText: '' } : { start: old.index, end, newText: '' };
}

function insertionOffset(text: string): number {
  const plist = PLIST_TAG.exec(text);
  if (plist !== null) return plist.index;
  const prolog = [...text.matchAll(PROLOG_TAG)].at(-1);
  if (prolog !== undefined) return prolog.index + prolog[0].length;
  return text.charCodeAt(0) === 0xfeff ? 1 : 0;
}

/** A path as a glob that matches it alone. */
export function literalGlob(path: string): string {
  return path.replace(/[\\*?[\]{}()!+@|]/g, '\\$&');
}
