/** Tags that are not as they should be. Each function returns the offset to go on from. */

import type { Builder } from './builder.ts';
import { checkCharacters, skipLeafText } from './characters.ts';
import { readLeafEnd } from './leaf.ts';
import { readConflict, readStrayText } from './markup.ts';
import { closest } from './nearest.ts';
import {
  isFirstOnLine,
  isNameChar,
  isNameStart,
  nameEnd,
  readTagTail,
  skipSpace,
  type TagTail,
  trimBack,
} from './scan.ts';
import { ARRAY, addNode, CLOSE_START, END, KEY, KIND, SELF_CLOSING, TAGS, UNKNOWN } from './storage.ts';
import { checkEmptyValue, checkValue } from './values.ts';

/** Kind code of a plist element by name, 0 for any other. */
export function kindOfName(name: string): number {
  return name === '' ? 0 : Math.max(0, TAGS.indexOf(name));
}

/**
 * The rest of an opening tag of a known name that is not just `>` or `/>`. `undefined` when the element is
 * dealt with wholly; the offset to go on from is then in `b.pos`.
 */
export function openTagTail(b: Builder, start: number, at: number, kind: number): TagTail | undefined {
  if (isNameChar(b.text.charCodeAt(at))) {
    b.pos = readUnknownOpenTag(b, start);
    return undefined;
  }
  const tail = readTagTail(b.text, at);
  reportTail(b, start, at, tail);
  if (
    tail.problem === 'open' &&
    kind > ARRAY &&
    !b.text.startsWith(`</${TAGS[kind]}`, skipSpace(b.text, tail.end))
  ) {
    // Half typed, as in `<str`: it takes its place in the dictionary and nothing more.
    b.checkPlace(kind, start, tail.end);
    addNode(b.table, kind | SELF_CLOSING, start, tail.end, b.current);
    if (b.current < 0 && kind !== KEY) b.rootClosed();
    b.pos = tail.end;
    return undefined;
  }
  return tail;
}

function reportTail(b: Builder, start: number, nameStop: number, tail: TagTail): void {
  const { text } = b;
  const { problemStart, problemEnd } = tail;
  checkCharacters(b, nameStop, tail.end);
  if (tail.problem === 'open') {
    const name = text.slice(start, nameStop);
    b.error('unclosed-tag', start, tail.end, `The tag ${name} has no >. Finish it, or remove it.`, {
      title: 'Add >',
      edits: [{ start: tail.end, end: tail.end, newText: '>' }],
    });
  } else if (tail.problem === 'quote') {
    const quote = text.charAt(problemStart);
    const slash = text.charCodeAt(problemEnd - 1) === 47 ? 1 : 0;
    b.error(
      'unclosed-quote',
      problemStart,
      problemEnd,
      `The quote of this attribute is not closed. Add ${quote}.`,
      {
        title: `Add ${quote}`,
        edits: [{ start: problemEnd - slash, end: problemEnd - slash, newText: quote }],
      },
    );
  } else if (tail.problem === 'attribute') {
    b.error(
      'malformed-attribute',
      problemStart,
      problemEnd,
      'This is no attribute: XML wants name="value". A property list needs none at all; remove it.',
      {
        title: 'Remove it',
        edits: [{ start: trimBack(text, problemStart, nameStop), end: problemEnd, newText: '' }],
      },
    );
  }
}

/** At a `<` that begins no element that a plist knows. */
export function readUnknownOpenTag(b: Builder, at: number): number {
  const { text } = b;
  const code = text.charCodeAt(at + 1);
  if (!isNameStart(code)) {
    if (code === 60 && isFirstOnLine(text, at)) {
      const after = readConflict(b, at);
      if (after > at) return after;
    }
    return spacedOpenTag(b, at) ?? readStrayText(b, at);
  }
  const stop = nameEnd(text, at + 1);
  const name = text.slice(at + 1, stop);
  if (name === 'plist') return openPlist(b, at, stop);
  if (b.currentKind === 0 && b.rootDone && !b.plist) {
    b.contentAfterEnd(at);
    return text.length;
  }
  const tail = readTagTail(text, stop);
  if (b.current < 0 && !b.plist && b.root < 0 && tail.problem !== 'open' && closest(name, ['plist'])) {
    reportUnknown(b, at, name, -1, '');
    b.unknownErrors.set(-1, b.errors.length - 1);
    b.misspeltPlist = name;
    b.farSighted = true;
    b.plist = { start: at, openEnd: tail.end, closeStart: -1, end: -1 };
    return tail.end;
  }
  b.checkPlace(UNKNOWN, at, tail.end);
  if (tail.problem === 'open') {
    reportTail(b, at, stop, tail);
    addLeaf(b, at, tail.end, tail.end, tail.end);
    return tail.end;
  }
  const lower = name.toLowerCase();
  const close = tail.selfClosing ? -1 : closingTagAfter(b, tail.end);
  const closeName = close < 0 ? '' : text.slice(close + 2, nameEnd(text, close + 2));
  const sameClose = closeName.toLowerCase() === lower;
  reportUnknown(b, at, name, sameClose ? close : -1, closeName);
  if (tail.selfClosing) {
    const id = addLeaf(b, at, tail.end, tail.end, tail.end);
    b.set(id, KIND, UNKNOWN | SELF_CLOSING);
    return tail.end;
  }
  if (close >= 0) {
    const closesOther = closeName === 'dict' || closeName === 'array' || closeName === 'plist';
    const bracket = text.indexOf('>', close);
    if (sameClose || (!closesOther && bracket >= 0)) {
      const end = bracket < 0 ? close + 2 + closeName.length : bracket + 1;
      addLeaf(b, at, tail.end, close, end);
      return end;
    }
    if (!(lower === closeName)) {
      addLeaf(b, at, tail.end, tail.end, tail.end);
      return tail.end;
    }
  }
  const meant = closest(name, ['dict', 'array']);
  if (!hasCloseAhead(b, lower, tail.end) && meant === undefined) {
    addLeaf(b, at, tail.end, tail.end, tail.end);
    return tail.end;
  }
  const id = addNode(b.table, UNKNOWN, at, tail.end, b.current);
  b.unknownErrors.set(id, b.errors.length - 1);
  if (meant !== undefined && b.missing.has(`</${lower}`)) b.aliases.set(id, meant);
  else b.aliases.set(id, lower);
  b.open(id, UNKNOWN);
  return tail.end;
}

function addLeaf(b: Builder, start: number, openEnd: number, closeStart: number, end: number): number {
  const id = addNode(b.table, UNKNOWN, start, openEnd, b.current);
  b.set(id, CLOSE_START, closeStart);
  b.set(id, END, end);
  if (b.current < 0) b.rootClosed();
  return id;
}

/** The next `<` after `at` if it begins a closing tag, else -1. */
function closingTagAfter(b: Builder, at: number): number {
  const next = b.text.indexOf('<', at);
  return next >= 0 && b.text.charCodeAt(next + 1) === 47 ? next : -1;
}

function hasCloseAhead(b: Builder, lowerName: string, at: number): boolean {
  const mark = `</${lowerName}`;
  b.farSighted = true;
  if (b.searchBudget <= 0 || b.missing.has(mark)) return false;
  let from = at;
  for (;;) {
    const next = b.text.indexOf('</', from);
    if (next < 0) {
      b.missing.add(mark);
      b.searchBudget -= b.text.length - from;
      return false;
    }
    b.searchBudget -= next - from + mark.length;
    if (b.searchBudget <= 0) return false;
    const stop = next + mark.length;
    if (b.text.slice(next, stop).toLowerCase() === mark && !isNameChar(b.text.charCodeAt(stop))) return true;
    from = next + 2;
  }
}

function reportUnknown(b: Builder, at: number, name: string, close: number, closeName: string): void {
  const start = at;
  const end = at + 1 + name.length;
  const lower = name.toLowerCase();
  const known = kindOfName(lower) > 0 ? lower : lower === 'plist' ? 'plist' : undefined;
  const better = known ?? closest(name, [...TAGS, 'plist']);
  const edits = [{ start: at + 1, end, newText: better ?? '' }];
  if (close >= 0 && better !== undefined) {
    edits.push({ start: close + 2, end: close + 2 + closeName.length, newText: better });
  }
  const fix = better === undefined ? undefined : { title: `Change to <${better}>`, edits };
  if (known !== undefined) {
    const message = `Names of elements are written in lower case: <${known}>, not <${name}>.`;
    b.error('wrong-case', start, end, message, fix);
    return;
  }
  const hint =
    better === undefined
      ? 'Its elements are dict, array, key, string, integer, real, true, false, date and data.'
      : `Did you mean <${better}>?`;
  b.error('unknown-element', start, end, `A property list has no element <${name}>. ${hint}`, fix);
}

/** `< string>`: white space between `<` and a known name. `undefined` when it is something else. */
function spacedOpenTag(b: Builder, at: number): number | undefined {
  const { text } = b;
  const nameStart = skipSpace(text, at + 1);
  if (nameStart === at + 1 || nameStart - at > 20) return undefined;
  const stop = nameEnd(text, nameStart);
  const kind = kindOfName(text.slice(nameStart, stop));
  if (kind === 0) return undefined;
  const tail = readTagTail(text, stop);
  if (tail.problem !== '') return undefined;
  b.error('space-in-tag', at, tail.end, `XML allows no white space after <. Write <${TAGS[kind]}>.`, {
    title: 'Remove the white space',
    edits: [{ start: at + 1, end: nameStart, newText: '' }],
  });
  return openElement(b, at, tail.end, kind, tail.selfClosing);
}

/** Reads an element whose opening tag is not as the hot loop wants it. Returns the offset to go on from. */
export function openElement(
  b: Builder,
  start: number,
  openEnd: number,
  kind: number,
  selfClosing: boolean,
): number {
  b.checkPlace(kind, start, openEnd);
  const id = addNode(b.table, selfClosing ? kind | SELF_CLOSING : kind, start, openEnd, b.current);
  if (selfClosing) {
    checkEmptyValue(b, id, kind);
    if (b.current < 0) b.rootClosed();
    return openEnd;
  }
  if (kind <= ARRAY) {
    b.open(id, kind);
    return openEnd;
  }
  const pos = readLeafEnd(b, id, kind, skipLeafText(b, id, openEnd));
  if (kind > KEY + 1) checkValue(b, id, kind);
  if (b.current < 0) b.rootClosed();
  return pos;
}

function openPlist(b: Builder, at: number, stop: number): number {
  const tail = readTagTail(b.text, stop);
  reportTail(b, at, stop, tail);
  if (b.plist || b.current >= 0 || b.root >= 0) {
    if (b.currentKind === 0 && b.rootDone && !b.plist) {
      b.contentAfterEnd(at);
      return b.text.length;
    }
    b.unbalanced = true;
    b.error(
      'misplaced-plist',
      at,
      tail.end,
      'A property list has one <plist>, around everything. Remove this second one.',
      { title: 'Remove the tag', edits: [{ start: at, end: tail.end, newText: '' }] },
    );
    if (!tail.selfClosing) b.extraPlists++;
    return tail.end;
  }
  b.plist = { start: at, openEnd: tail.end, closeStart: -1, end: -1 };
  if (tail.selfClosing) {
    b.plist.closeStart = tail.end;
    b.plist.end = tail.end;
    b.done = true;
  }
  return tail.end;
}
