/** Closing tags of dictionaries, arrays, unknown elements and the plist, and elements that are never closed. */
import { type Builder, indentWidth, MAX_ERRORS } from './builder.ts';
import { readEmptyHeadless } from './lost.ts';
import { closest } from './nearest.ts';
import { closingBracket, isFirstOnLine, isNameStart, nameEnd, skipSpace, trimBack } from './scan.ts';
import {
  ARRAY,
  DICT,
  END,
  KIND,
  KIND_MASK,
  NEXT,
  OPEN_END,
  PARENT,
  SHIFT,
  START,
  TAGS,
  UNKNOWN,
} from './storage.ts';

/** How far up an indentation is looked for: deeper files tell nothing by it. */
const MAX_INDENT_LEVELS = 256;

/** At `</`. Returns the offset to go on from. */
export function readClosingTag(b: Builder, at: number): number {
  const { text } = b;
  const spaced = skipSpace(text, at + 2);
  const nameStart = isNameStart(text.charCodeAt(spaced)) && spaced - at < 20 ? spaced : at + 2;
  const stop = nameEnd(text, nameStart);
  const name = text.slice(nameStart, stop);
  const bracket = closingBracket(text, stop);
  const end = bracket < 0 ? stop : bracket + 1;
  if (b.current < 0 && b.rootDone && !b.plist && name !== 'plist') {
    b.contentAfterEnd(at);
    return text.length;
  }
  if (name === '') {
    namelessTag(b, at, end);
    return end;
  }
  if (name === 'plist' || ((b.plist || b.isFragment) && isLikePlist(b, name))) {
    closePlist(b, at, end, name, bracket);
    return end;
  }
  const target = findTarget(b, name, at, end);
  if (target < 0) {
    if (!readEmptyHeadless(b, at, end, name)) reportStray(b, at, end, name);
    return end;
  }
  while (b.current !== target) leaveUnclosed(b, at);
  const tag = b.tagOf(target);
  const kind = b.kindOf(target);
  if (kind !== UNKNOWN && name !== tag) reportMismatch(b, at, end, name, tag);
  else if (bracket !== skipSpace(text, stop) || nameStart > at + 2) reportOpenTag(b, at, end, tag, nameStart);
  if (kind === UNKNOWN && name.toLowerCase() === tag.toLowerCase()) completeFix(b, target, nameStart, stop);
  b.close(target, at, end);
  return end;
}

/** `</Plist>`, `</plst>`: at the top only, where nothing else can be meant. */
function isLikePlist(b: Builder, name: string): boolean {
  if (name === b.misspeltPlist || name.toLowerCase() === 'plist') return true;
  return b.current < 0 && TAGS.indexOf(name) < 0 && closest(name, ['plist']) !== undefined;
}

/** The fix of an unknown element changes its closing tag too. */
function completeFix(b: Builder, id: number, start: number, end: number): void {
  const index = b.unknownErrors.get(id);
  const error = index === undefined ? undefined : b.errors[index];
  if (!error?.fix || error.start !== (id < 0 ? b.plist?.start : b.field(id, START))) return;
  const newText = error.fix.edits[0]!.newText;
  const edits = [...error.fix.edits, { start, end, newText }];
  b.errors[index!] = { ...error, fix: { ...error.fix, edits } };
}

function namelessTag(b: Builder, at: number, end: number): void {
  const tag = b.current < 0 ? (b.plist ? 'plist' : undefined) : b.tagOf(b.current);
  const message = `This closing tag has no name.${tag === undefined ? '' : ` Here it would be </${tag}>.`}`;
  const fix =
    tag === undefined
      ? { title: 'Remove the tag', edits: [{ start: at, end, newText: '' }] }
      : { title: `Complete to </${tag}>`, edits: [{ start: at, end, newText: `</${tag}>` }] };
  b.error('unclosed-tag', at, end, message, fix);
}

/** A closing tag of the right name that is not written as it must be. */
export function reportOpenTag(b: Builder, at: number, end: number, tag: string, nameStart: number): void {
  const fix = { title: `Write </${tag}>`, edits: [{ start: at, end, newText: `</${tag}>` }] };
  if (nameStart > at + 2) {
    b.error('space-in-tag', at, end, `XML allows no white space after </. Write </${tag}>.`, fix);
  } else if (b.text.charCodeAt(end - 1) === 62) {
    b.error('unclosed-tag', at, end, `A closing tag holds its name only. Write </${tag}>.`, fix);
  } else b.error('unclosed-tag', at, end, `The closing tag </${tag} has no >. Finish it.`, fix);
}

function reportMismatch(b: Builder, at: number, end: number, name: string, tag: string): void {
  const fix = { title: `Change to </${tag}>`, edits: [{ start: at, end, newText: `</${tag}>` }] };
  if (name.toLowerCase() === tag) {
    const message = `Names of elements are written in lower case: </${tag}>, not </${name}>.`;
    b.error('wrong-case', at, end, message, fix);
    return;
  }
  b.unbalanced = true;
  b.error(
    'mismatched-closing-tag',
    at,
    end,
    `This closes a <${tag}>, so it must be </${tag}>, not </${name}>.`,
    fix,
  );
}

function reportStray(b: Builder, at: number, end: number, name: string): void {
  const lower = name.toLowerCase();
  if (lower === 'dict' || lower === 'array') b.unbalanced = true;
  if (b.current < 0 && b.rootDone && b.unbalanced && b.errors.length > 0) {
    const last = b.errors[b.errors.length - 1]!;
    if (last.code === 'second-root' || last.code === 'stray-closing-tag') return;
  }
  b.error(
    'stray-closing-tag',
    at,
    end,
    `</${name}> closes nothing: no <${name}> is open here. Remove it, or add the <${name}> it belongs to.`,
    {
      title: `Remove </${name}>`,
      edits: [{ start: at, end, newText: '' }],
    },
  );
}

/** The open element that a closing tag ends; -1 when it is a stray one. */
export function findTarget(b: Builder, name: string, at: number, end: number): number {
  if (b.current < 0) return -1;
  const lower = name.toLowerCase();
  const kind = TAGS.indexOf(lower);
  const tag = b.closingName(b.current);
  if (b.byIndent && isFirstOnLine(b.text, at)) {
    const target = targetByIndent(b, lower, tag, at, end);
    if (target !== undefined) return target;
  }
  if (tag === lower) return b.isStrayRootClose(at) ? -1 : b.current;
  const ancestor = ancestorNamed(b, lower, kind);
  if (ancestor >= 0) return ancestor;
  if (kind > UNKNOWN) return -1;
  if (kind > 0) return endsParent(b, end) ? b.current : -1;
  return closest(lower, [tag]) === undefined ? -1 : b.current;
}

/** True when the next tag closes what is around the innermost element. */
function endsParent(b: Builder, at: number): boolean {
  const next = skipSpace(b.text, at);
  const parent = b.field(b.current, PARENT);
  return b.text.startsWith(`</${parent < 0 ? 'plist' : b.tagOf(parent)}`, next);
}

function ancestorNamed(b: Builder, lower: string, kind: number): number {
  const isContainer = kind === DICT || kind === ARRAY;
  if (b.openCount[UNKNOWN] === 0 && (!isContainer || b.openCount[kind] === 0)) return -1;
  for (let id = b.current; id >= 0; id = b.field(id, PARENT)) {
    if (b.searchBudget-- <= 0) return -1;
    if (b.closingName(id) === lower) return id;
  }
  return -1;
}

/** Where the indentation tells: the element whose line begins in the same column. */
function targetByIndent(b: Builder, lower: string, tag: string, at: number, end: number): number | undefined {
  const column = b.lineIndent(at);
  let level = b.indents.length - 1;
  const own = b.indents[level]!;
  if (column > own) {
    const next = skipSpace(b.text, end);
    if (tag !== lower) return lower === 'dict' || lower === 'array' ? -1 : undefined;
    if (next >= b.text.length) return undefined;
    const more = b.text.charCodeAt(next + 1) !== 47;
    // The tag that fits comes next.
    const fits = b.text.startsWith(`</${lower}`, next) && isFirstOnLine(b.text, next);
    return more || (fits && indentWidth(b.text, lineStartBefore(b.text, next)) === own) ? -1 : undefined;
  }
  if (column === own && tag === lower) return b.current;
  const lowest = Math.max(0, level - MAX_INDENT_LEVELS);
  for (let id = b.current; id >= 0 && level >= lowest; id = b.field(id, PARENT), level--) {
    if (b.indents[level] === column && b.closingName(id) === lower) return id;
  }
  const isContainer = lower === 'dict' || lower === 'array';
  return column === own && isContainer ? b.current : undefined;
}

/** Closes the innermost element though no tag did, and blames it. `at`: where that was found out. */
export function leaveUnclosed(b: Builder, at: number): void {
  const id = b.current;
  const openEnd = b.field(id, OPEN_END);
  const split = b.byIndent ? splitByIndent(b, id) : -1;
  const end = split < 0 ? trimBack(b.text, at, openEnd) : lastChildEnd(b, id, split);
  b.unbalanced = true;
  if (b.kindOf(id) !== UNKNOWN && !b.lost.has(id) && b.errors.length < MAX_ERRORS) {
    const tag = b.tagOf(id);
    const message = `This <${tag}> is never closed. Add </${tag}> where it ends.`;
    const start = b.field(id, START);
    b.error('unclosed-element', start, openEnd, message, {
      title: `Add </${tag}>`,
      edits: [{ start: end, end, newText: closingText(b.text, start, end, tag) }],
    });
  }
  b.close(id, end, end, false, split < 0 ? undefined : split);
}

/** `</tag>` on a line of its own with the indentation of the opening one, if that stands on another line. */
function closingText(text: string, start: number, end: number, tag: string): string {
  const feed = text.lastIndexOf('\n', start - 1);
  const line = text.slice(feed + 1, feed + 1 + 200);
  const indent = /^[ \t]*/.exec(line)![0];
  if (!text.slice(start, end).includes('\n')) return `</${tag}>`;
  const eol = text.charCodeAt(feed - 1) === 13 ? '\r\n' : '\n';
  return `${eol}${indent}</${tag}>`;
}

/**
 * The children of an unclosed element that stand no deeper than its own line belong to the element around it.
 * Moves them there; returns the first one, or -1.
 */
function splitByIndent(b: Builder, id: number): number {
  const { data, size } = b.table;
  const own = b.indents[b.indents.length - 1]!;
  let child = id + 1;
  while (child < size) {
    const start = data[(child << SHIFT) + START]!;
    if (isFirstOnLine(b.text, start) && indentWidth(b.text, lineStartBefore(b.text, start)) <= own) break;
    child = data[(child << SHIFT) + NEXT]!;
  }
  if (child >= size || b.moveBudget <= 0) return -1;
  const parent = data[(id << SHIFT) + PARENT]!;
  for (let moved = child; moved < size; moved = data[(moved << SHIFT) + NEXT]!) {
    data[(moved << SHIFT) + PARENT] = parent;
    b.moveBudget--;
  }
  return child;
}

/** Start of the white space before `at` on its line. */
export function lineStartBefore(text: string, at: number): number {
  let pos = at;
  while (pos > 0) {
    const code = text.charCodeAt(pos - 1);
    if (code !== 32 && code !== 9) break;
    pos--;
  }
  return pos;
}

function lastChildEnd(b: Builder, id: number, stop: number): number {
  let end = b.field(id, OPEN_END);
  for (let child = id + 1; child < stop; child = b.field(child, NEXT)) end = b.field(child, END);
  return end;
}

/** The closing tag of a `<plist>` too many is part of that mistake, and of its fix. */
function closeExtraPlist(b: Builder, start: number, end: number): void {
  b.extraPlists--;
  const index = b.errors.findLastIndex((error) => error.code === 'misplaced-plist');
  const error = b.errors[index];
  if (!error?.fix || error.fix.edits.length > 1) return;
  const fix = { title: 'Remove both tags', edits: [...error.fix.edits, { start, end, newText: '' }] };
  b.errors[index] = { ...error, fix };
}

export function closePlist(b: Builder, at: number, end: number, name: string, bracket: number): void {
  if (b.isFragment) {
    b.unbalanced = true;
    b.done = true;
    return;
  }
  if (!b.plist || b.extraPlists > 0) {
    if (b.extraPlists > 0) closeExtraPlist(b, at, end);
    else reportStray(b, at, end, name);
    return;
  }
  while (b.current >= 0) leaveUnclosed(b, at);
  if (name === b.misspeltPlist) completeFix(b, -1, at + 2, at + 2 + name.length);
  else if (name !== 'plist') reportMismatch(b, at, end, name, 'plist');
  else if (bracket !== skipSpace(b.text, at + 7)) reportOpenTag(b, at, end, 'plist', at + 2);
  b.plist.closeStart = at;
  b.plist.end = end;
  b.done = true;
}

const CUT_MARKS = new Set([
  'unclosed-tag',
  'bare-less-than',
  'missing-less-than',
  'text-outside-value',
  'unclosed-comment',
  'unclosed-cdata',
  'unclosed-quote',
  'unclosed-processing-instruction',
  'unknown-element',
  'stray-closing-tag',
  'mismatched-closing-tag',
]);

/** The text has ended: closes what is open, with one error for all of it. */
export function endOfText(b: Builder): void {
  const { text } = b;
  const open = b.current >= 0 || (b.plist !== undefined && !b.done);
  if (!open && b.cutLeaf < 0) return;
  const names: string[] = [];
  const cutMark = dropCutMark(b);
  if (b.cutLeaf >= 0) names.push(b.tagOf(b.cutLeaf));
  const end = trimBack(text, text.length, 0);
  let closing = names.length > 0 ? `</${names[0]}>` : '';
  while (b.current >= 0) {
    const id = b.current;
    const tag = b.tagOf(id);
    const kind = b.table.data[(id << SHIFT) + KIND]! & KIND_MASK;
    if (names.length < 20 && !b.lost.has(id)) {
      names.push(tag);
      closing += closingText(text, b.field(id, START), end, tag);
    }
    if (kind !== UNKNOWN) b.unbalanced = true;
    b.close(id, end, end, true);
  }
  if (b.plist && !b.done) {
    names.push('plist');
    closing += closingText(text, b.plist.start, end, 'plist');
    b.plist.closeStart = end;
    b.plist.end = end;
  }
  const inside = names.map((name) => `<${name}>`);
  const list = inside.length > 4 ? `${inside.slice(0, 3).join(', ')} … ${inside.at(-1)}` : inside.join(', ');
  const message = `The file ends before ${list} ${inside.length > 1 ? 'are' : 'is'} closed. Was it cut off? Add what is missing.`;
  const start = Math.max(0, text.lastIndexOf('\n', end - 1) + 1);
  const from =
    end - start > 80
      ? end - 1
      : Math.min(end, start + (/^[ \t]*/.exec(text.slice(start, end))?.[0].length ?? 0));
  const fix = { title: 'Close what is open', edits: [{ start: end, end, newText: closing }] };
  if (names.length > 0)
    b.error('unexpected-end', Math.min(from, end), end, message, cutMark ? undefined : fix);
}

/** A tag, comment or reference that the end of the text cuts is part of that one mistake. */
function dropCutMark(b: Builder): boolean {
  const last = b.errors.at(-1);
  if (!last) return false;
  const end = trimBack(b.text, b.text.length, 0);
  const isReference =
    last.code === 'bare-ampersand' && /^&#?\w{0,10}$/.test(b.text.slice(last.start, last.start + 20));
  if (!isReference && (last.end < end || !CUT_MARKS.has(last.code))) return false;
  b.errors.pop();
  return true;
}
