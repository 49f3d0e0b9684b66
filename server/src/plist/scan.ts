/** Looks at single places of an XML text. Pure functions over (text, position); none throws. */
import { readReference } from './entities.ts';
import { ARRAY, DATA, DATE, DICT, FALSE, INTEGER, KEY, REAL, STRING, TRUE } from './storage.ts';

/** Space, tab, line feed, carriage return: the white space of XML. */
export function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 9 || code === 13;
}

/** May begin the name of an element. */
export function isNameStart(code: number): boolean {
  return (
    (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code === 58 || code >= 0x80
  );
}

/** May stand in the name of an element. */
export function isNameChar(code: number): boolean {
  return isNameStart(code) || (code >= 48 && code <= 57) || code === 45 || code === 46;
}

/** First offset at or after `at` that is no white space. */
export function skipSpace(text: string, at: number): number {
  let pos = at;
  while (pos < text.length && isSpace(text.charCodeAt(pos))) pos++;
  return pos;
}

/** Offset just past the last character before `at` that is no white space, not below `floor`. */
export function trimBack(text: string, at: number, floor: number): number {
  let pos = at;
  while (pos > floor && isSpace(text.charCodeAt(pos - 1))) pos--;
  return pos;
}

/** First offset at or after `at` that is no part of a name. */
export function nameEnd(text: string, at: number): number {
  let pos = at;
  while (pos < text.length && isNameChar(text.charCodeAt(pos))) pos++;
  return pos;
}

/** End of the line that holds `at`: the offset of its line break, or the end of the text. */
export function lineEnd(text: string, at: number): number {
  for (let pos = at; pos < text.length; pos++) {
    const code = text.charCodeAt(pos);
    if (code === 10 || code === 13) return pos;
  }
  return text.length;
}

/** True when only white space stands between the start of the line and `at`. */
export function isFirstOnLine(text: string, at: number): boolean {
  for (let pos = at - 1; pos >= 0; pos--) {
    const code = text.charCodeAt(pos);
    if (code === 10 || code === 13) return true;
    if (code !== 32 && code !== 9 && code !== 0xfeff) return false;
  }
  return true;
}

/**
 * The kind code of the plist element whose name begins at `at`, 0 if none does. Whether the name ends there is
 * for the caller to see: `strings` answers STRING.
 */
export function kindAt(text: string, at: number): number {
  switch (text.charCodeAt(at)) {
    case 107: // k
      return text.charCodeAt(at + 1) === 101 && text.charCodeAt(at + 2) === 121 ? KEY : 0;
    case 115: // s
      return text.charCodeAt(at + 1) === 116 &&
        text.charCodeAt(at + 2) === 114 &&
        text.charCodeAt(at + 3) === 105 &&
        text.charCodeAt(at + 4) === 110 &&
        text.charCodeAt(at + 5) === 103
        ? STRING
        : 0;
    case 105: // i
      return text.startsWith('integer', at) ? INTEGER : 0;
    case 100: // d
      if (text.charCodeAt(at + 1) === 105) {
        return text.charCodeAt(at + 2) === 99 && text.charCodeAt(at + 3) === 116 ? DICT : 0;
      }
      if (text.charCodeAt(at + 1) !== 97 || text.charCodeAt(at + 2) !== 116) return 0;
      return text.charCodeAt(at + 3) === 97 ? DATA : text.charCodeAt(at + 3) === 101 ? DATE : 0;
    case 97: // a
      return text.startsWith('array', at) ? ARRAY : 0;
    case 116: // t
      return text.startsWith('true', at) ? TRUE : 0;
    case 102: // f
      return text.startsWith('false', at) ? FALSE : 0;
    case 114: // r
      return text.startsWith('real', at) ? REAL : 0;
    default:
      return 0;
  }
}

/** What stands between the name of an opening tag and its end. */
export interface TagTail {
  /** Just past the tag. */
  end: number;
  selfClosing: boolean;
  /** `open`: no `>`. `quote`: an attribute's quote is not closed. `attribute`: something else is wrong. */
  problem: '' | 'open' | 'quote' | 'attribute';
  problemStart: number;
  problemEnd: number;
}

/**
 * Reads attributes and the end of an opening tag, from just past its name. XML forbids `<` in an attribute,
 * so a quote that meets one was never closed; such a tag ends at its first `>`, where CoreFoundation ends it.
 */
export function readTagTail(text: string, at: number): TagTail {
  const tail: TagTail = { end: at, selfClosing: false, problem: '', problemStart: at, problemEnd: at };
  let pos = at;
  for (;;) {
    pos = skipSpace(text, pos);
    const code = pos < text.length ? text.charCodeAt(pos) : 60;
    if (code === 62) {
      tail.end = pos + 1;
      return tail;
    }
    if (code === 47 && text.charCodeAt(pos + 1) === 62) {
      tail.end = pos + 2;
      tail.selfClosing = true;
      return tail;
    }
    if (code === 60) {
      tail.end = trimBack(text, pos, at);
      tail.problem = 'open';
      tail.problemStart = tail.end;
      tail.problemEnd = tail.end;
      return tail;
    }
    const begin = pos;
    const afterName = nameEnd(text, pos);
    if (!isNameStart(code) || !isSpace(text.charCodeAt(pos - 1)))
      noteAttribute(tail, begin, Math.max(afterName, begin + 1));
    const afterSpace = skipSpace(text, afterName);
    const hasValue = afterName > begin && text.charCodeAt(afterSpace) === 61;
    if (!hasValue) {
      noteAttribute(tail, begin, Math.max(afterName, begin + 1));
      pos = Math.max(afterName, begin + 1);
      continue;
    }
    pos = skipSpace(text, afterSpace + 1);
    const quote = text.charCodeAt(pos);
    if (quote !== 34 && quote !== 39) {
      let stop = pos;
      while (stop < text.length && !isSpace(text.charCodeAt(stop)) && !'<>/'.includes(text.charAt(stop)))
        stop++;
      noteAttribute(tail, begin, stop);
      pos = stop;
      continue;
    }
    const close = closingQuote(text, pos + 1, quote);
    if (close >= 0) {
      if (hasBadReference(text, pos + 1, close)) noteAttribute(tail, begin, close + 1);
      pos = close + 1;
      continue;
    }
    const bracket = findTagEnd(text, pos + 1);
    tail.problem = 'quote';
    tail.problemStart = pos;
    if (text.charCodeAt(bracket) === 62) {
      tail.selfClosing = text.charCodeAt(bracket - 1) === 47;
      tail.problemEnd = bracket;
      tail.end = bracket + 1;
    } else {
      tail.problemEnd = trimBack(text, bracket, pos + 1);
      tail.end = tail.problemEnd;
    }
    return tail;
  }
}

function noteAttribute(tail: TagTail, start: number, end: number): void {
  if (tail.problem !== '') return;
  tail.problem = 'attribute';
  tail.problemStart = start;
  tail.problemEnd = end;
}

function closingQuote(text: string, at: number, quote: number): number {
  for (let pos = at; pos < text.length; pos++) {
    const code = text.charCodeAt(pos);
    if (code === quote) return pos;
    if (code === 60) return -1;
  }
  return -1;
}

function hasBadReference(text: string, start: number, end: number): boolean {
  for (let pos = text.indexOf('&', start); pos >= 0 && pos < end; pos = text.indexOf('&', pos + 1)) {
    const reference = readReference(text, pos);
    if (reference.problem !== '' || reference.end > end) return true;
  }
  return false;
}

/** The first `>` or `<` at or after `at`, or the end of the text. */
function findTagEnd(text: string, at: number): number {
  for (let pos = at; pos < text.length; pos++) {
    const code = text.charCodeAt(pos);
    if (code === 62 || code === 60) return pos;
  }
  return text.length;
}

/**
 * End of a `<!DOCTYPE …>` that begins at `at`, internal subset, quotes and comments respected; -1 when it is
 * not closed. Nothing in it is expanded, ever.
 */
export function doctypeEnd(text: string, at: number): number {
  let inSubset = false;
  let depth = 0;
  let pos = at + 2;
  while (pos < text.length) {
    const code = text.charCodeAt(pos);
    if (code === 34 || code === 39) {
      const close = text.indexOf(code === 34 ? '"' : "'", pos + 1);
      if (close < 0) return -1;
      pos = close + 1;
    } else if (inSubset && text.startsWith('<!--', pos)) {
      const close = text.indexOf('-->', pos + 4);
      if (close < 0) return -1;
      pos = close + 3;
    } else if (inSubset && text.startsWith('<?', pos)) {
      const close = text.indexOf('?>', pos + 2);
      if (close < 0) return -1;
      pos = close + 2;
    } else {
      if (code === 91) inSubset = true;
      else if (code === 93 && depth === 0) inSubset = false;
      else if (code === 60) {
        if (!inSubset) return -1;
        depth++;
      } else if (code === 62) {
        if (!inSubset) return pos + 1;
        if (depth > 0) depth--;
      }
      pos++;
    }
  }
  return -1;
}

/** The white space at the start of the line that holds `at`. */
export function indentOf(text: string, at: number): string {
  let lineStart = at;
  while (lineStart > 0) {
    const code = text.charCodeAt(lineStart - 1);
    if (code === 10 || code === 13) break;
    lineStart--;
  }
  if (text.charCodeAt(lineStart) === 0xfeff) lineStart++;
  let end = lineStart;
  while (end < at && (text.charCodeAt(end) === 32 || text.charCodeAt(end) === 9)) end++;
  return text.slice(lineStart, end);
}

/** The `>` of a closing tag whose name ends at `at`, -1 if a line break or `<` comes first. */
export function closingBracket(text: string, at: number): number {
  const next = skipSpace(text, at);
  if (text.charCodeAt(next) === 62) return next;
  for (let pos = next; pos < text.length; pos++) {
    const code = text.charCodeAt(pos);
    if (code === 62) return pos;
    if (code === 60 || code === 10 || code === 13) return -1;
  }
  return -1;
}
