/** The end of a key or value whose closing tag is not simply there. */

import type { Builder } from './builder.ts';
import { checkCharacters, skipLeafText } from './characters.ts';
import { reportOpenTag } from './closing.ts';
import { readComment, readConflict } from './markup.ts';
import {
  closingBracket,
  isFirstOnLine,
  isNameChar,
  isNameStart,
  nameEnd,
  skipSpace,
  trimBack,
} from './scan.ts';
import { CLOSE_START, CODED, END, FALSE, KIND, OPEN_END, START, TAGS, TRUE } from './storage.ts';

/**
 * @param at the first `<` in the content that does not begin the plain closing tag, or the end of the text
 * @returns the offset to go on from; the node's `CLOSE_START` and `END` are set
 */
export function readLeafEnd(b: Builder, id: number, kind: number, at: number): number {
  const { text } = b;
  const tag = TAGS[kind]!;
  const errors = b.errors.length;
  const comments = b.comments.length;
  // The first unknown tag in the content: markup in a text, or a sign that the element was never closed.
  let foreign = -1;
  let pos = at;
  for (;;) {
    if (pos >= text.length) {
      b.cutLeaf = id;
      b.unbalanced = true;
      return finish(b, id, trimBack(text, text.length, b.field(id, OPEN_END)), text.length, true);
    }
    const next = text.charCodeAt(pos + 1);
    if (next === 33 || next === 63) {
      pos = readInside(b, id, pos);
      pos = skipLeafText(b, id, pos);
      continue;
    }
    if (next === 47) {
      const answer = readLeafClose(b, id, tag, pos, foreign >= 0);
      if (answer === 'unclosed') return unclosed(b, id, tag, pos, foreign, errors, comments);
      if (answer === 'text') {
        if (foreign < 0) foreign = pos;
        pos = skipLeafText(b, id, pos + 1);
        continue;
      }
      if (foreign >= 0) reportMarkup(b, id, foreign, pos);
      return finish(b, id, pos, answer, false);
    }
    if (!isNameStart(next)) {
      const after = next === 60 && isFirstOnLine(text, pos) ? readConflict(b, pos) : pos;
      if (after > pos) {
        b.inConflict = false;
        pos = skipLeafText(b, id, after);
        continue;
      }
      if (foreign < 0) {
        b.error('bare-less-than', pos, pos + 1, 'A bare < is not allowed in XML. Write &lt; instead.', {
          title: 'Replace < by &lt;',
          edits: [{ start: pos, end: pos + 1, newText: '&lt;' }],
        });
      }
      pos = skipLeafText(b, id, pos + 1);
      continue;
    }
    const stop = nameEnd(text, pos + 1);
    const name = text.slice(pos + 1, stop);
    const lower = name.toLowerCase();
    if (lower === 'plist' || TAGS.indexOf(lower) > 0) {
      if (name === tag && foreign < 0 && isMissingSlash(b, id, tag, pos, stop)) {
        b.error('missing-slash', pos, stop + 1, `This should close the <${tag}>: write </${tag}>.`, {
          title: `Change to </${tag}>`,
          edits: [{ start: pos, end: stop + 1, newText: `</${tag}>` }],
        });
        return finish(b, id, pos, stop + 1, false);
      }
      return unclosed(b, id, tag, pos, foreign, errors, comments);
    }
    if (foreign < 0) foreign = pos;
    pos = skipLeafText(b, id, pos + 1);
  }
}

function finish(b: Builder, id: number, closeStart: number, end: number, cut: boolean): number {
  b.set(id, CLOSE_START, closeStart);
  b.set(id, END, cut ? closeStart : end);
  return end;
}

/** CDATA, a comment or a processing instruction in the content. Returns the offset just past it. */
function readInside(b: Builder, id: number, at: number): number {
  const { text } = b;
  b.set(id, KIND, b.field(id, KIND) | CODED);
  if (text.startsWith('<![CDATA[', at)) {
    const close = b.find(']]>', at + 9);
    if (close >= 0) return checkCharacters(b, at + 9, close) + 3;
    const next = text.indexOf('<', at + 9);
    const end = next < 0 ? trimBack(text, text.length, at + 9) : next;
    b.error('unclosed-cdata', at, at + 9, 'This CDATA section is never closed. It ends with ]]>.', {
      title: 'Add ]]>',
      edits: [{ start: end, end, newText: ']]>' }],
    });
    return at + 9;
  }
  if (text.startsWith('<!--', at)) {
    const count = b.errors.length;
    const end = readComment(b, at);
    if (b.errors.length === count) reportComment(b, at, end, 'comment');
    return end;
  }
  if (text.charCodeAt(at + 1) === 63) {
    const close = b.find('?>', at + 2);
    const end = close < 0 ? at + 2 : close + 2;
    reportComment(b, at, end, 'processing instruction');
    return end;
  }
  b.error('bare-less-than', at, at + 1, 'A bare < is not allowed in XML. Write &lt; instead.', {
    title: 'Replace < by &lt;',
    edits: [{ start: at, end: at + 1, newText: '&lt;' }],
  });
  return at + 1;
}

function reportComment(b: Builder, start: number, end: number, what: string): void {
  b.error(
    'comment-in-text',
    start,
    end,
    `A ${what} inside a value makes CoreFoundation refuse the file. Put it before or after the element.`,
    { title: `Remove the ${what}`, edits: [{ start, end, newText: '' }] },
  );
}

/** The end of the closing tag at `at`; `unclosed` when it closes something else; `text` when it is markup. */
function readLeafClose(
  b: Builder,
  id: number,
  tag: string,
  at: number,
  inMarkup: boolean,
): number | 'unclosed' | 'text' {
  const { text } = b;
  const spaced = skipSpace(text, at + 2);
  const nameStart = isNameStart(text.charCodeAt(spaced)) && spaced - at < 20 ? spaced : at + 2;
  const stop = nameEnd(text, nameStart);
  const name = text.slice(nameStart, stop);
  const lower = name.toLowerCase();
  const bracket = name === '' ? skipSpace(text, stop) : closingBracket(text, stop);
  const whole = bracket >= 0 && text.charCodeAt(bracket) === 62;
  const end = whole ? bracket + 1 : stop;
  const fix = { title: `Change to </${tag}>`, edits: [{ start: at, end, newText: `</${tag}>` }] };
  if (name === tag) {
    if (bracket !== skipSpace(text, stop) || nameStart > at + 2) reportOpenTag(b, at, end, tag, nameStart);
    return end;
  }
  if (lower === tag) {
    b.error(
      'wrong-case',
      at,
      end,
      `Names of elements are written in lower case: </${tag}>, not </${name}>.`,
      fix,
    );
    return end;
  }
  if (lower === 'dict' || lower === 'array' || lower === 'plist') return 'unclosed';
  const known = TAGS.indexOf(lower) > 0;
  if (!known && inMarkup) return 'text';
  if (!known && !whole) {
    if (!tag.startsWith(name)) return 'text';
    const message =
      name === ''
        ? `This closing tag has no name. Write </${tag}>.`
        : `The closing tag </${name} is not finished. Write </${tag}>.`;
    b.error('unclosed-tag', at, end, message, fix);
    return end;
  }
  // An element left open, and then one whose opening tag was lost, are two mistakes; a wrong name is one.
  if (known && text.slice(b.field(id, OPEN_END), at).includes('\n') && !isFirstOnLine(text, at))
    return 'unclosed';
  b.error(
    'mismatched-closing-tag',
    at,
    end,
    `This closes a <${tag}>, so it must be </${tag}>, not </${name}>.`,
    fix,
  );
  return end;
}

/** `<key>Name<key>`: the same name again on the same line, and then no content. */
function isMissingSlash(b: Builder, id: number, tag: string, at: number, stop: number): boolean {
  const { text } = b;
  const from = b.field(id, OPEN_END);
  if (from === at || text.charCodeAt(stop) !== 62 || text.slice(from, at).includes('\n')) return false;
  const next = skipSpace(text, stop + 1);
  if (next >= text.length) return true;
  return text.charCodeAt(next) === 60 && !text.startsWith(`</${tag}`, next);
}

/** Nothing closed the element: it ends where its text ends, and what was found beyond is read again. */
function unclosed(
  b: Builder,
  id: number,
  tag: string,
  at: number,
  foreign: number,
  errors: number,
  comments: number,
): number {
  const { text } = b;
  const openEnd = b.field(id, OPEN_END);
  const start = b.field(id, START);
  const stop = foreign >= 0 && isFirstOnLine(text, foreign) ? foreign : at;
  const end = trimBack(text, stop, openEnd);
  b.errors.length = errors;
  while (b.comments.length > comments && b.comments[comments]! >= end) b.comments.length -= 4;
  const kind = b.kindOf(id);
  const isBoolean = kind === TRUE || kind === FALSE;
  const empty = isBoolean && end === openEnd;
  const lostAngle = `/${tag}>`;
  if (text.slice(openEnd, end).endsWith(lostAngle)) {
    const close = end - lostAngle.length;
    b.error('missing-less-than', close, end, `A tag begins with <. Write <${lostAngle}.`, {
      title: 'Add <',
      edits: [{ start: close, end: close, newText: '<' }],
    });
    return finish(b, id, close, end, false);
  }
  const message = empty
    ? `This <${tag}> is never closed. Write <${tag}/>.`
    : `This <${tag}> is never closed. Add </${tag}> after its text.`;
  b.error('unclosed-element', start, openEnd, message, {
    title: empty ? `Change to <${tag}/>` : `Add </${tag}>`,
    edits: empty
      ? [{ start, end: openEnd, newText: `<${tag}/>` }]
      : [{ start: end, end, newText: `</${tag}>` }],
  });
  return finish(b, id, end, end, false);
}

function reportMarkup(b: Builder, id: number, from: number, to: number): void {
  const { text } = b;
  const tag = b.tagOf(id);
  const edits = [];
  for (let pos = from; pos >= 0 && pos < to; pos = text.indexOf('<', pos + 1)) {
    if (edits.length >= 1000) break;
    edits.push({ start: pos, end: pos + 1, newText: '&lt;' });
  }
  let end = from + 1;
  while (end < to && (isNameChar(text.charCodeAt(end)) || text.charCodeAt(end) === 47)) end++;
  if (text.charCodeAt(end) === 62 && end < to) end++;
  b.error(
    'bare-less-than',
    from,
    end,
    `A <${tag}> holds plain text: ${text.slice(from, end)} would be a tag. Write &lt; for <.`,
    { title: 'Replace < by &lt;', edits },
  );
}
