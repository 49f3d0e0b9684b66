/** Turns the raw content of an element into text: the five named entities, character references, CDATA. */

/** The entities that XML defines itself, by name. */
export const PREDEFINED: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
};

/** What stands at an `&`. */
export interface Reference {
  /** Just past the `;`, or past the `&` when it begins no reference. */
  readonly end: number;
  /** What it stands for; undefined when it stands for nothing. */
  readonly value: string | undefined;
  /** `bare`: no reference at all. `unknown`: a name that no plist has. `bad`: no such character. */
  readonly problem: '' | 'bare' | 'unknown' | 'bad';
}

const BARE = /[a-zA-Z0-9_.:#-]/;

/** Reads the reference at the `&` at `at`. References that a DOCTYPE declares are unknown: none is expanded. */
export function readReference(text: string, at: number): Reference {
  let pos = at + 1;
  const limit = Math.min(text.length, at + 40);
  while (pos < limit && BARE.test(text.charAt(pos))) pos++;
  if (pos === at + 1 || text.charCodeAt(pos) !== 59)
    return { end: at + 1, value: undefined, problem: 'bare' };
  const name = text.slice(at + 1, pos);
  const end = pos + 1;
  if (name.charCodeAt(0) !== 35) {
    const value = Object.hasOwn(PREDEFINED, name) ? PREDEFINED[name] : undefined;
    return { end, value, problem: value === undefined ? 'unknown' : '' };
  }
  const digits = /^#(?:x([0-9a-fA-F]+)|([0-9]+))$/.exec(name);
  if (!digits) return { end, value: undefined, problem: 'bad' };
  const code = digits[1] === undefined ? Number(digits[2]) : Number.parseInt(digits[1], 16);
  if (code > 0x10ffff) return { end, value: undefined, problem: 'bad' };
  return { end, value: code < 0x10000 ? String.fromCharCode(code) : String.fromCodePoint(code), problem: '' };
}

/**
 * Decodes raw content: references are resolved, CDATA sections opened, comments and processing instructions
 * left out, CRLF and CR turned into LF as XML asks. What is no reference stays as it is written.
 */
export function decodeText(raw: string): string {
  let text = '';
  let pos = 0;
  let plain = 0;
  const flush = (end: number): void => {
    if (end > plain) text += newlines(raw.slice(plain, end));
  };
  while (pos < raw.length) {
    const code = raw.charCodeAt(pos);
    if (code === 38) {
      const reference = readReference(raw, pos);
      if (reference.value !== undefined) {
        flush(pos);
        text += reference.value;
        plain = reference.end;
      }
      pos = reference.end;
    } else if (code === 60 && raw.startsWith('<![CDATA[', pos)) {
      flush(pos);
      const close = raw.indexOf(']]>', pos + 9);
      text += newlines(raw.slice(pos + 9, close < 0 ? raw.length : close));
      pos = close < 0 ? raw.length : close + 3;
      plain = pos;
    } else if (code === 60 && (raw.startsWith('<!--', pos) || raw.startsWith('<?', pos))) {
      flush(pos);
      const mark = raw.charCodeAt(pos + 1) === 33 ? '-->' : '?>';
      const close = raw.indexOf(mark, pos + 2);
      pos = close < 0 ? raw.length : close + mark.length;
      plain = pos;
    } else {
      pos++;
    }
  }
  flush(raw.length);
  return text;
}

/** XML 1.0, 2.11: a reader sees every line end as one line feed. */
export function newlines(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

const MUST_ESCAPE = /[<>&\u0000-\u0008\u000b-\u001f]/;

/**
 * Text as it must be written in an element: `<`, `>` and `&` escaped (quotes need it not), a carriage return
 * and control characters as character references, since they would not come back otherwise.
 */
export function encodeText(text: string): string {
  if (!MUST_ESCAPE.test(text)) return text;
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\u0000-\u0008\u000b-\u001f]/g, (char) => `&#${char.charCodeAt(0)};`);
}
