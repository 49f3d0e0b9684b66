/** Checks characters and references in texts while a file is parsed. */
import type { Builder, Fix } from './builder.ts';
import { readReference } from './entities.ts';
import { isSpace } from './scan.ts';
import { CODED, KIND } from './storage.ts';

/** At an `&`. Returns the offset to go on from. */
export function reference(b: Builder, at: number): number {
  const reference = readReference(b.text, at);
  const { end } = reference;
  if (reference.problem === 'bare') {
    b.error('bare-ampersand', at, end, 'A bare & is not allowed in XML. Write &amp; instead.', {
      title: 'Replace & by &amp;',
      edits: [{ start: at, end, newText: '&amp;' }],
    });
  } else if (reference.problem === 'unknown') {
    const name = b.text.slice(at, end);
    b.error(
      'unknown-entity',
      at,
      end,
      `${name} is no entity of a property list: only &lt; &gt; &amp; &quot; &apos; and numeric ones such as &#228; are read. Write &amp; for a plain &.`,
      { title: 'Escape the &', edits: [{ start: at, end: at + 1, newText: '&amp;' }] },
    );
  } else if (reference.problem === 'bad') {
    b.error(
      'bad-character-reference',
      at,
      end,
      `${b.text.slice(at, end)} names no character. Write &#NNN; with decimal digits or &#xHHH; with hexadecimal ones, up to &#x10FFFF;.`,
    );
  } else {
    const value = reference.value!;
    const code = value.charCodeAt(0);
    if (value.length === 1 && (code < 32 ? !isSpace(code) : code >= 0xd800 && !isScalar(code))) {
      odd(b, code, at, end);
    }
  }
  return end;
}

/** The text of a leaf up to the next `<`, as the hot loop does it. Returns that offset or the end of the text. */
export function skipLeafText(b: Builder, id: number, from: number): number {
  const { text } = b;
  let pos = from;
  while (pos < text.length) {
    const code = text.charCodeAt(pos);
    if (code === 60) break;
    if (code === 38) {
      b.set(id, KIND, b.field(id, KIND) | CODED);
      pos = reference(b, pos);
    } else if ((code < 32 && !isSpace(code)) || code > 0xd7ff) pos = oddCharacter(b, pos);
    else {
      if (code === 93 && text.startsWith(']]>', pos)) cdataEnd(b, pos);
      pos++;
    }
  }
  return pos;
}

/** `]]>` in a text. */
export function cdataEnd(b: Builder, at: number): void {
  const message =
    ']]> ends a CDATA section and may not stand in a text: XML parsers refuse it. Write ]]&gt;.';
  const fix = { title: 'Escape the >', edits: [{ start: at + 2, end: at + 3, newText: '&gt;' }] };
  b.error('cdata-end-in-text', at, at + 3, message, fix);
}

/** Looks for control characters in a CDATA section. Returns `end`. */
export function checkCharacters(b: Builder, start: number, end: number): number {
  let pos = start;
  while (pos < end) {
    const code = b.text.charCodeAt(pos);
    if ((code < 32 && !isSpace(code)) || code > 0xd7ff) pos = oddCharacter(b, pos);
    else pos++;
  }
  return end;
}

/** A control character or a surrogate in a text. Returns the offset to go on from. */
export function oddCharacter(b: Builder, at: number): number {
  const code = b.text.charCodeAt(at);
  if (code >= 0xd800 && code <= 0xdbff) {
    const low = b.text.charCodeAt(at + 1);
    if (low >= 0xdc00 && low <= 0xdfff) return at + 2;
  } else if (code >= 0xd800 && isScalar(code)) return at + 1;
  odd(b, code, at, at + 1);
  return at + 1;
}

function odd(b: Builder, code: number, start: number, end: number): void {
  const hex = code.toString(16).toUpperCase().padStart(4, '0');
  const fix: Fix = { title: 'Remove the character', edits: [{ start, end, newText: '' }] };
  if (code < 32) {
    const message = `The control character U+${hex} is not allowed in XML: many readers refuse the whole file. Remove it.`;
    b.error('control-character', start, end, message, fix);
  } else if (code < 0xe000) {
    const message = `U+${hex} is half of a character (a lone surrogate) and cannot be saved as UTF-8. Remove it or type the character again.`;
    b.error('lone-surrogate', start, end, message, fix);
  } else {
    const message = `U+${hex} is not a character, XML does not allow it. Remove it.`;
    b.error('control-character', start, end, message, fix);
  }
}

/** No surrogate and no noncharacter that XML forbids. */
function isScalar(code: number): boolean {
  return code >= 0xe000 && code < 0xfffe;
}
