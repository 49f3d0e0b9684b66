/** What is neither element nor value: comments, processing instructions, DOCTYPE, stray text, merge conflicts. */

import type { Builder } from './builder.ts';
import { checkCharacters } from './characters.ts';
import { readBareTag, readHeadless } from './lost.ts';
import { doctypeEnd, isFirstOnLine, isNameStart, isSpace, lineEnd, nameEnd, trimBack } from './scan.ts';
import { UNKNOWN } from './storage.ts';

/** At `<!` or `<?` outside of a value. Returns the offset to go on from. */
export function readMarkup(b: Builder, at: number): number {
  const { text } = b;
  if (text.charCodeAt(at + 1) === 63) return readInstruction(b, at);
  if (text.startsWith('<!--', at)) return readComment(b, at);
  if (/^<!doctype/i.test(text.slice(at, at + 9))) return readDoctype(b, at);
  return readStrayText(b, at);
}

/** A comment: `--` in it is noted, its end is the next `-->`. */
export function readComment(b: Builder, at: number): number {
  const { text } = b;
  const close = b.find('-->', at + 4);
  if (close < 0) {
    const end = Math.max(trimBack(text, lineEnd(text, at), at), at + 4);
    b.comments.push(at, end, at + 4, end);
    b.error(
      'unclosed-comment',
      at,
      end,
      'This comment is never closed, so readers take the rest of the file as comment. Close it with -->.',
      { title: 'Close the comment', edits: [{ start: end, end, newText: ' -->' }] },
    );
    return end;
  }
  b.comments.push(at, close + 3, at + 4, close);
  checkCharacters(b, at + 4, close);
  const dashes = text.indexOf('--', at + 4);
  if (dashes < close) {
    b.error(
      'double-hyphen-in-comment',
      dashes,
      dashes + 2,
      'XML does not allow -- inside a comment. Apple’s readers take it, others refuse the file; write - or an em dash.',
    );
  }
  return close + 3;
}

const DECLARATION =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(["'])1\.\d\1(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(["'])[A-Za-z][\w.-]*\2)?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(["'])(?:yes|no)\3)?[ \t\r\n]*\?>$/;

function readInstruction(b: Builder, at: number): number {
  const { text } = b;
  const isDeclaration = /^<\?xml[ \t\r\n?]/i.test(text.slice(at, at + 6));
  const close = b.find('?>', at + 2);
  let end = close + 2;
  if (close < 0) {
    const line = lineEnd(text, at);
    const bracket = text.indexOf('>', at);
    const closed = bracket >= 0 && bracket < line;
    end = closed ? bracket + 1 : Math.max(trimBack(text, line, at), at + 2);
    b.error('unclosed-processing-instruction', at, end, 'This <? … is never closed. It ends with ?>.', {
      title: 'Close it with ?>',
      edits: [{ start: closed ? bracket : end, end, newText: '?>' }],
    });
  }
  checkCharacters(b, at, end);
  if (!isDeclaration) {
    const stop = nameEnd(text, at + 2);
    const named = isNameStart(text.charCodeAt(at + 2)) && (isSpace(text.charCodeAt(stop)) || stop === close);
    if (close >= 0 && !named) {
      const message = 'After <? there must be a name, as in <?xml version="1.0" encoding="UTF-8"?>.';
      b.error('malformed-xml-declaration', at, end, message);
    }
    return end;
  }
  if (close >= 0 && !DECLARATION.test(text.slice(at, Math.min(end, at + 300)))) {
    b.error(
      'malformed-xml-declaration',
      at,
      end,
      'The XML declaration is malformed: XML parsers refuse it. Write <?xml version="1.0" encoding="UTF-8"?>.',
      {
        title: 'Write it anew',
        edits: [{ start: at, end, newText: '<?xml version="1.0" encoding="UTF-8"?>' }],
      },
    );
  }
  const first = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  if (at === first) b.hasXmlDeclaration = true;
  else {
    const blank = trimBack(text, at, first) === first;
    if (blank) b.hasXmlDeclaration = true;
    // Text before it is a mistake of its own, and moves the declaration.
    else if (b.errors.at(-1)?.code === 'text-outside-value' && b.errors.at(-1)!.end === trimBack(text, at, 0))
      return end;
    b.error(
      'misplaced-xml-declaration',
      at,
      end,
      'The XML declaration must be the very first thing in the file, with no blank line before it: XML parsers refuse it elsewhere.',
      {
        title: blank ? 'Remove the white space before it' : 'Remove the declaration',
        edits: [blank ? { start: first, end: at, newText: '' } : { start: at, end, newText: '' }],
      },
    );
  }
  return end;
}

function readDoctype(b: Builder, at: number): number {
  const { text } = b;
  const second = b.hasDoctype;
  if (second || b.plist || b.current >= 0) b.farSighted = true;
  b.hasDoctype = true;
  let end = b.missing.has('doctype') ? -1 : doctypeEnd(text, at);
  if (end >= 0) {
    checkCharacters(b, at, end);
    if (!/[ \t\r\n>[]/.test(text.charAt(at + 9))) {
      const message = 'There must be a blank after <!DOCTYPE. XML parsers refuse the file.';
      b.error('malformed-xml-declaration', at, at + 10, message);
    }
  }
  if (end < 0) {
    b.missing.add('doctype');
    b.farSighted = true;
    const line = lineEnd(text, at);
    const bracket = text.indexOf('>', at);
    end = bracket >= 0 && bracket < line ? bracket + 1 : Math.max(trimBack(text, line, at), at + 9);
    b.error('unclosed-doctype', at, end, 'This <!DOCTYPE is never closed. It ends with >.', {
      title: 'Add >',
      edits: [{ start: end, end, newText: '>' }],
    });
  } else if (second || b.plist || b.root >= 0 || b.current >= 0) {
    b.error(
      'misplaced-doctype',
      at,
      end,
      second
        ? 'A document has one <!DOCTYPE. Remove this second one.'
        : '<!DOCTYPE may only stand before the first element. Move it up to the line after <?xml … ?>.',
      { title: 'Remove it', edits: [{ start: at, end, newText: '' }] },
    );
  }
  return end;
}

/**
 * Text where only elements may stand: one error for the run up to the next tag. At least one character is
 * taken. In an unknown element text is let pass: the element is the mistake.
 */
export function readStrayText(b: Builder, at: number): number {
  const { text } = b;
  const first = text.charCodeAt(at);
  if ((first === 60 || first === 61 || first === 62 || first === 124) && isFirstOnLine(text, at)) {
    const after = readConflict(b, at);
    if (after > at) return after;
  }
  const tag = first === 60 ? undefined : readBareTag(b, at);
  if (tag !== undefined) return tag;
  if (text.startsWith('<![CDATA[', at)) {
    const close = b.find(']]>', at + 9);
    const end = close < 0 ? at + 9 : close + 3;
    return strayRun(b, at, end);
  }
  return strayRun(b, at, at + 1);
}

function strayRun(b: Builder, at: number, from: number): number {
  const { text } = b;
  let pos = from;
  while (pos < text.length) {
    const code = text.charCodeAt(pos);
    if (code === 60) {
      const next = text.charCodeAt(pos + 1);
      if (isNameStart(next) || next === 47 || next === 33 || next === 63) break;
      if (next === 60 && isFirstOnLine(text, pos) && text.startsWith('<<<<<<<', pos)) break;
    } else if ((code === 61 || code === 62) && b.inConflict && isFirstOnLine(text, pos)) break;
    pos++;
  }
  if (b.currentKind === UNKNOWN) return pos;
  const end = trimBack(text, pos, at);
  if (b.current < 0 && b.rootDone && !b.plist) {
    b.contentAfterEnd(at);
    return pos;
  }
  const shown = text.slice(at, Math.min(end, at + 30));
  if (text.charCodeAt(at) === 35 && isPreprocessorLine(text, at)) {
    const line = trimBack(text, lineEnd(text, at), at);
    b.error(
      'preprocessor-line',
      at,
      line,
      'A line for the C preprocessor. It is only understood when Xcode preprocesses the file (INFOPLIST_PREPROCESS); any other reader refuses it.',
    );
    return line;
  }
  const headless = readHeadless(b, at, end, pos);
  if (headless !== undefined) return headless;
  if (text.charCodeAt(at) === 60 && end - at === 1) {
    b.error(
      'bare-less-than',
      at,
      end,
      'A < that begins no tag. Remove it, or write &lt; inside of a value.',
      {
        title: 'Remove <',
        edits: [{ start: at, end, newText: '' }],
      },
    );
    return pos;
  }
  b.error(
    'text-outside-value',
    at,
    end,
    `Text where none may stand: "${shown}${end > at + 30 ? '…' : ''}". Between elements there is only white space; put text into a <string>, or into a comment.`,
    { title: 'Remove the text', edits: [{ start: at, end, newText: '' }] },
  );
  return pos;
}

function isPreprocessorLine(text: string, at: number): boolean {
  return (
    isFirstOnLine(text, at) &&
    /^#[ \t]*(?:include|import|define|undef|if|ifdef|ifndef|elif|else|endif|pragma|error|warning|line)\b/.test(
      text.slice(at, at + 40),
    )
  );
}

/**
 * The marks of an unsolved merge, at the start of a line. One error a conflict: our side is read, the other
 * one skipped. Returns `at` when there is no mark.
 */
export function readConflict(b: Builder, at: number): number {
  const { text } = b;
  if (text.startsWith('<<<<<<<', at)) {
    reportConflict(b, at);
    b.inConflict = b.find('\n>>>>>>>', at) >= 0;
    return lineEnd(text, at);
  }
  if (text.startsWith('=======', at) || text.startsWith('|||||||', at)) {
    if (!b.inConflict) {
      if (trimBack(text, lineEnd(text, at), at) !== at + 7) return at;
      reportConflict(b, at);
      return lineEnd(text, at);
    }
    const close = b.find('\n>>>>>>>', at);
    b.inConflict = false;
    return lineEnd(text, close < 0 ? at : close + 1);
  }
  if (text.startsWith('>>>>>>>', at)) {
    if (!b.inConflict) reportConflict(b, at);
    b.inConflict = false;
    return lineEnd(text, at);
  }
  return at;
}

function reportConflict(b: Builder, at: number): void {
  b.farSighted = true;
  const end = trimBack(b.text, lineEnd(b.text, at), at);
  b.error(
    'conflict-marker',
    at,
    end,
    'A merge conflict is not solved here. Keep one side and remove the lines <<<<<<<, ======= and >>>>>>>.',
  );
}
