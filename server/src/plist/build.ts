/**
 * Text -> table of nodes: the hot loop for well-formed plists. All that is out of the ordinary goes to
 * `recover.ts`. One pass, no recursion, no regular expressions, no decoded text.
 */

import type { Builder } from './builder.ts';
import { cdataEnd, oddCharacter, reference } from './characters.ts';
import { readClosingTag } from './closing.ts';
import { readLeafEnd } from './leaf.ts';
import { beforeElement } from './lost.ts';
import { readMarkup, readStrayText } from './markup.ts';
import { openTagTail, readUnknownOpenTag } from './recover.ts';
import { kindAt } from './scan.ts';
import {
  ARRAY,
  CLOSE_START,
  CODED,
  DICT,
  END,
  grow,
  KEY,
  KIND,
  NEXT,
  OPEN_END,
  PARENT,
  SELF_CLOSING,
  SHIFT,
  START,
  STRIDE,
  TAGS,
} from './storage.ts';
import { checkEmptyValue, checkValue } from './values.ts';

const NAME_LENGTH = Int32Array.from(TAGS, (tag) => tag.length);

/** 1 for the ASCII characters that need no look in a text. */
const PLAIN = Uint8Array.from({ length: 128 }, (_, code) =>
  code === 60 || code === 38 || code === 93 || (code < 32 && code !== 9 && code !== 10 && code !== 13)
    ? 0
    : 1,
);

/** Reads elements from `b.pos` until the text or the plist ends. */
export function readContent(b: Builder): void {
  const { text, table } = b;
  const limit = text.length;
  let data = table.data;
  let pos = b.pos;
  const { byIndent, stop } = b;
  while (pos < stop && !b.done) {
    let code = text.charCodeAt(pos);
    while (code === 9 || code === 32 || code === 10 || code === 13) {
      if (++pos >= stop) break;
      code = text.charCodeAt(pos);
    }
    if (pos >= stop) break;
    if (code !== 60) {
      pos = readStrayText(b, pos);
      continue;
    }
    const next = text.charCodeAt(pos + 1);
    if (next === 47) {
      const kind = b.currentKind;
      if (
        (kind === DICT || kind === ARRAY) &&
        !byIndent &&
        kindAt(text, pos + 2) === kind &&
        text.charCodeAt(pos + 2 + NAME_LENGTH[kind]!) === 62 &&
        !b.isStrayRootClose(pos)
      ) {
        b.close(b.current, pos, pos + 3 + NAME_LENGTH[kind]!);
        pos = pos + 3 + NAME_LENGTH[kind]!;
        continue;
      }
      pos = readClosingTag(b, pos);
      data = table.data;
      continue;
    }
    const kind = kindAt(text, pos + 1);
    if (kind === 0) {
      pos = next === 33 || next === 63 ? readMarkup(b, pos) : readUnknownOpenTag(b, pos);
      data = table.data;
      continue;
    }
    if (byIndent) {
      const after = beforeElement(b, pos, kind);
      data = table.data;
      if (after !== pos) {
        pos = after;
        continue;
      }
    }
    const start = pos;
    let openEnd = pos + 1 + NAME_LENGTH[kind]!;
    let flags = kind;
    const after = text.charCodeAt(openEnd);
    if (after === 62) {
      openEnd++;
    } else if (after === 47 && text.charCodeAt(openEnd + 1) === 62) {
      openEnd += 2;
      flags |= SELF_CLOSING;
    } else {
      const tail = openTagTail(b, pos, openEnd, kind);
      data = table.data;
      if (tail === undefined) {
        pos = b.pos;
        continue;
      }
      openEnd = tail.end;
      if (tail.selfClosing) flags |= SELF_CLOSING;
    }

    if (b.currentKind !== DICT) {
      b.checkPlace(kind, start, openEnd);
      data = table.data;
    }
    const parent = b.current;
    const id = table.size++;
    const at = id << SHIFT;
    if (at + STRIDE > data.length) data = grow(table);
    data[at + START] = start;
    data[at + OPEN_END] = openEnd;
    data[at + CLOSE_START] = openEnd;
    data[at + END] = openEnd;
    data[at + PARENT] = parent;
    data[at + NEXT] = id + 1;
    data[at + KIND] = flags;

    if (kind <= ARRAY) {
      pos = openEnd;
      if ((flags & SELF_CLOSING) === 0) b.open(id, kind);
      else if (parent < 0) b.rootClosed();
      continue;
    }
    if ((flags & SELF_CLOSING) !== 0) {
      checkEmptyValue(b, id, kind);
      if (parent < 0) b.rootClosed();
      pos = openEnd;
      continue;
    }

    // The content of a leaf, up to the next `<`.
    let i = openEnd;
    let char = 0;
    while (i < limit) {
      char = text.charCodeAt(i);
      // Most are letters.
      if (char > 93 ? char < 0xd800 : PLAIN[char] === 1) {
        i++;
        continue;
      }
      if (char === 60) break;
      if (char === 38) {
        data[at + KIND] = data[at + KIND]! | CODED;
        i = reference(b, i);
        continue;
      }
      if (char === 93 && text.charCodeAt(i + 1) === 93 && text.charCodeAt(i + 2) === 62) cdataEnd(b, i);
      if ((char < 32 && char !== 10 && char !== 9 && char !== 13) || char > 0xd7ff) i = oddCharacter(b, i);
      else i++;
    }
    if (
      i < limit &&
      text.charCodeAt(i + 1) === 47 &&
      kindAt(text, i + 2) === kind &&
      text.charCodeAt(i + 2 + NAME_LENGTH[kind]!) === 62
    ) {
      data[at + CLOSE_START] = i;
      pos = i + 3 + NAME_LENGTH[kind]!;
      data[at + END] = pos;
    } else {
      pos = readLeafEnd(b, id, kind, i);
      data = table.data;
    }
    if (kind > KEY + 1) checkValue(b, id, kind);
    if (parent < 0) b.rootClosed();
  }
  b.pos = pos;
}
