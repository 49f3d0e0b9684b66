/**
 * Elements of which a tag, or part of one, was lost: `key>Name</key>`, `Name</key>`, `/dict>`, a `<dict>` that
 * never began. Each is one mistake, and what stands around it must not suffer.
 *
 * A node made here may begin without a tag: its `START` and `OPEN_END` are then equal.
 */
import { type Builder, indentWidth, MAX_ERRORS } from './builder.ts';
import { closePlist, findTarget, leaveUnclosed, lineStartBefore } from './closing.ts';
import { kindOfName, openElement } from './recover.ts';
import { indentOf, isFirstOnLine, isNameStart, nameEnd, readTagTail, skipSpace } from './scan.ts';
import {
  ARRAY,
  addNode,
  CLOSE_START,
  CODED,
  DATA,
  DICT,
  END,
  KEY,
  KIND,
  OPEN_END,
  PARENT,
  START,
  STRING,
  TAGS,
  UNKNOWN,
} from './storage.ts';

/** At text between elements that reads like a tag without its `<`. `undefined` when it does not. */
export function readBareTag(b: Builder, at: number): number | undefined {
  const { text } = b;
  if (b.currentKind === UNKNOWN || (b.rootDone && b.current < 0 && !b.plist)) return undefined;
  const isClosing = text.charCodeAt(at) === 47;
  const nameStart = isClosing ? at + 1 : at;
  if (!isNameStart(text.charCodeAt(nameStart))) return undefined;
  const stop = nameEnd(text, nameStart);
  const name = text.slice(nameStart, stop);
  const kind = kindOfName(name);
  if (kind === 0 && name !== 'plist') return undefined;
  const tail = readTagTail(text, stop);
  if (tail.problem !== '' || (isClosing && text.charCodeAt(stop) !== 62)) return undefined;
  if (name === 'plist' && !isClosing && (b.plist || b.root >= 0)) return undefined;
  b.farSighted = true;
  b.error('missing-less-than', at, tail.end, `A tag begins with <. Write <${text.slice(at, tail.end)}.`, {
    title: 'Add <',
    edits: [{ start: at, end: at, newText: '<' }],
  });
  if (name === 'plist') {
    if (isClosing) closePlist(b, at, tail.end, name, skipSpace(text, at + '</plist'.length));
    else b.plist = { start: at, openEnd: tail.end, closeStart: -1, end: -1 };
    return tail.end;
  }
  if (!isClosing) return openElement(b, at, tail.end, kind, tail.selfClosing);
  const target = kind <= ARRAY ? findTarget(b, name, at, tail.end) : -1;
  if (target < 0) return tail.end;
  while (b.current !== target) leaveUnclosed(b, at);
  b.close(target, at, tail.end);
  return tail.end;
}

/**
 * Text from `at` to `end`, and then at `close` the closing tag of a key or value: its opening tag was lost.
 * `undefined` when it is something else.
 */
export function readHeadless(b: Builder, at: number, end: number, close: number): number | undefined {
  const { text } = b;
  if ((b.currentKind !== DICT && b.currentKind !== ARRAY) || text.charCodeAt(close + 1) !== 47)
    return undefined;
  const stop = nameEnd(text, close + 2);
  const kind = kindOfName(text.slice(close + 2, stop));
  if (kind < KEY || kind > DATA || text.charCodeAt(stop) !== 62) return undefined;
  if (b.currentKind === ARRAY && kind === KEY) return undefined;
  const isExpected = kind !== KEY && b.currentKind === DICT && hasLoneKey(b);
  if (!isExpected && text.slice(at, close).includes('\n')) return undefined;
  if (b.currentKind === DICT && kind !== KEY && !isExpected) {
    // No key waits for a value: the text and its tag are left over together.
    b.farSighted = true;
    const message =
      'Text and a closing tag that belong to no element. Remove them, or add what is missing before.';
    b.error('text-outside-value', at, stop + 1, message);
    return stop + 1;
  }
  const id = addNode(b.table, kind, at, at, b.current);
  b.set(id, CLOSE_START, close);
  b.set(id, END, stop + 1);
  if (text.slice(at, close).includes('&')) b.set(id, KIND, kind | CODED);
  reportHeadless(b, kind, at, Math.max(end, at + 1));
  return stop + 1;
}

/** The closing tag of a value just behind a key without value: an empty value lost its opening tag. */
export function readEmptyHeadless(b: Builder, at: number, end: number, name: string): boolean {
  const kind = kindOfName(name);
  if (kind < STRING || kind > DATA || b.currentKind !== DICT || !hasLoneKey(b)) return false;
  const id = addNode(b.table, kind, at, at, b.current);
  b.set(id, END, end);
  reportHeadless(b, kind, at, end);
  return true;
}

function reportHeadless(b: Builder, kind: number, start: number, end: number): void {
  const tag = `<${TAGS[kind]}>`;
  b.farSighted = true;
  b.error(
    'missing-opening-tag',
    start,
    end,
    `The opening tag ${tag} is missing here. Add it before the text.`,
    {
      title: `Add ${tag}`,
      edits: [{ start, end: start, newText: tag }],
    },
  );
}

/** The last node is a key of the innermost dictionary, still without value. */
function hasLoneKey(b: Builder): boolean {
  const last = b.table.size - 1;
  return last >= 0 && b.kindOf(last) === KEY && b.field(last, PARENT) === b.current;
}

/**
 * Where indentation tells, before an element of a known kind at `at`: a dictionary or array that was never
 * opened is opened, one that is opened again where it should be closed is closed. Returns the offset to go on
 * from: `at` when the element is to be read.
 */
export function beforeElement(b: Builder, at: number, kind: number): number {
  const { text } = b;
  if (b.current < 0 || !isFirstOnLine(text, at)) return at;
  const column = b.lineIndent(at);
  const own = b.indents[b.indents.length - 1]!;
  const lone = b.currentKind === DICT && hasLoneKey(b);
  if (lone) {
    const key = b.table.size - 1;
    const keyStart = b.field(key, START);
    if (!isFirstOnLine(text, keyStart)) return at;
    const keyIndent = indentWidth(text, lineStartBefore(text, keyStart));
    if (column > keyIndent)
      openLost(b, kind === KEY ? DICT : ARRAY, at, keyIndent, keyStart, b.field(key, END));
    return at;
  }
  if (b.currentKind === ARRAY && kind === KEY && column > own) {
    openLost(b, DICT, at, (own + column) / 2, at, at + '<key>'.length);
    return at;
  }
  if (kind > ARRAY || kind !== b.currentKind || column !== own || b.table.size - 1 === b.current) return at;
  const end = at + TAGS[kind]!.length + 2;
  if (text.charCodeAt(end - 1) !== 62) return at;
  const next = skipSpace(text, end);
  // What is indented more belongs to an element that begins here.
  const begins =
    next < text.length &&
    (!isFirstOnLine(text, next) || indentWidth(text, lineStartBefore(text, next)) > column);
  if (begins) return at;
  const tag = TAGS[kind]!;
  b.unbalanced = true;
  b.error('missing-slash', at, end, `This should close the <${tag}>: write </${tag}>.`, {
    title: `Change to </${tag}>`,
    edits: [{ start: at, end, newText: `</${tag}>` }],
  });
  b.close(b.current, at, end);
  return end;
}

/** Opens a dictionary or array whose tag is not there. `start` and `end`: what the error is about. */
function openLost(b: Builder, kind: number, at: number, indent: number, start: number, end: number): void {
  const id = addNode(b.table, kind, at, at, b.current);
  b.lost.add(id);
  b.unbalanced = true;
  b.open(id, kind);
  b.indents[b.indents.length - 1] = indent;
  if (b.errors.length >= MAX_ERRORS) return;
  const tag = `<${TAGS[kind]}>`;
  const afterKey = start < at;
  const line = indentOf(b.text, afterKey ? start : b.field(b.field(id, PARENT), OPEN_END));
  const eol = eolBefore(b.text, at);
  // A key that the text ends in has its end one past it.
  const stop = Math.min(end, b.text.length);
  const place = afterKey ? stop : at;
  const message = `The opening tag ${tag} is missing ${afterKey ? 'after this key' : 'before this key'}: by the indentation a ${TAGS[kind]} begins here.`;
  b.error('missing-opening-tag', start, stop, message, {
    title: `Add ${tag}`,
    edits: [{ start: place, end: place, newText: afterKey ? `${eol}${line}${tag}` : `${tag}${eol}${line}` }],
  });
}

function eolBefore(text: string, at: number): string {
  const feed = text.lastIndexOf('\n', at);
  return text.charCodeAt(feed - 1) === 13 ? '\r\n' : '\n';
}
