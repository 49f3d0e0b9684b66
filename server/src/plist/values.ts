/** Checks the texts of integers, reals, dates, data and booleans while a file is parsed. */
import type { Builder, Fix } from './builder.ts';
import { decodeText } from './entities.ts';
import { base64Problem, parseDate, parseInteger, parseReal } from './lexical.ts';
import { isSpace, trimBack } from './scan.ts';
import {
  CLOSE_START,
  CODED,
  DATA,
  DATE,
  END,
  FALSE,
  INTEGER,
  KIND,
  OPEN_END,
  REAL,
  SHIFT,
  START,
  TAGS,
  TRUE,
} from './storage.ts';
import { hasBuildVariable } from './variables.ts';

/** A value that is one tag only: `<integer/>` and the like hold nothing. */
export function checkEmptyValue(b: Builder, id: number, kind: number): void {
  if (kind < INTEGER || kind === TRUE || kind === FALSE) return;
  const start = b.field(id, START);
  const end = b.field(id, OPEN_END);
  if (kind === DATA) {
    b.error('empty-data', start, end, 'CoreFoundation refuses <data/>. Write <data></data> for no bytes.', {
      title: 'Write <data></data>',
      edits: [{ start, end, newText: '<data></data>' }],
    });
  } else b.error('empty-value', start, end, `This <${TAGS[kind]}> is empty. Write its value into it.`);
}

/** The text of a leaf. What holds a build variable is unknown and passes. */
export function checkValue(b: Builder, id: number, kind: number): void {
  if (kind < INTEGER) return;
  const { text, table } = b;
  const at = id << SHIFT;
  const start = table.data[at + OPEN_END]!;
  const end = table.data[at + CLOSE_START]!;
  if (kind === INTEGER && isPlainInteger(text, start, end)) return;
  if (kind === DATA && base64Problem(text, start, end) < 0) return;
  const isBoolean = kind === TRUE || kind === FALSE;
  if (isBoolean && start === end) return;
  // The element is broken in another way; that is said already.
  if (table.data[at + END] === end) return;
  const raw = text.slice(start, end);
  if (hasBuildVariable(raw)) return;
  const content = (table.data[at + KIND]! & CODED) === 0 ? raw : decodeText(raw);
  if (isBoolean) checkBoolean(b, id, kind);
  else if (kind === DATA) checkData(b, start, end);
  else if (content.trim() === '') {
    const message = `This <${TAGS[kind]}> is empty. Write its value into it.`;
    b.error('empty-value', b.field(id, START), b.field(id, END), message);
  } else checkNumberOrDate(b, kind, content, start, end);
}

/** Nearly every integer: up to 18 digits, or `0x` and up to 16. The others are looked at more slowly. */
function isPlainInteger(text: string, start: number, end: number): boolean {
  if (end <= start || end - start > 18) return false;
  const isHex = end - start > 2 && text.charCodeAt(start) === 48 && text.charCodeAt(start + 1) === 120;
  for (let pos = isHex ? start + 2 : start; pos < end; pos++) {
    const code = text.charCodeAt(pos);
    if (code >= 48 && code <= 57) continue;
    const letter = code | 32;
    if (!isHex || letter < 97 || letter > 102) return false;
  }
  return true;
}

function checkBoolean(b: Builder, id: number, kind: number): void {
  const start = b.field(id, START);
  const end = b.field(id, END);
  const tag = `<${TAGS[kind]}/>`;
  const message = `<${TAGS[kind]}> may hold nothing: the tag itself is the value. Write ${tag}.`;
  b.error('boolean-with-content', start, end, message, {
    title: `Replace by ${tag}`,
    edits: [{ start, end, newText: tag }],
  });
}

function checkData(b: Builder, start: number, end: number): void {
  const at = base64Problem(b.text, start, end);
  const last = trimBack(b.text, end, start);
  const from = at < end ? at : last - 1;
  const what =
    at < end
      ? `The character ${JSON.stringify(b.text.charAt(at))} is not base64 here`
      : 'The last group of four is cut';
  const message = `${what}, so the bytes are not what was meant: Apple’s readers skip it silently, others refuse the file.`;
  b.error('bad-base64', from, from + 1, message);
}

function replacement(meant: string | undefined, start: number, end: number): Fix | undefined {
  if (meant === undefined) return undefined;
  return { title: `Write ${meant}`, edits: [{ start, end, newText: meant }] };
}

/** A date in another usual form, as a property list wants it. A time without zone could be any, and stays. */
function dateMeant(text: string): string | undefined {
  if (parseDate(text) !== undefined) return text;
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|[+-]\d\d:?\d\d))?$/.exec(text);
  if (!match) return undefined;
  const zone = match[3]?.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2') ?? 'Z';
  const millis = Date.parse(`${match[1]}T${match[2] ?? '00:00:00'}${zone}`);
  const meant = Number.isNaN(millis) ? undefined : new Date(millis).toISOString().replace(/\.\d+Z$/, 'Z');
  return meant !== undefined && meant.length === 20 ? meant : undefined;
}

function checkNumberOrDate(b: Builder, kind: number, content: string, start: number, end: number): void {
  const trimmed = content.trim();
  const shown = trimmed.length > 40 ? `${trimmed.slice(0, 40)}…` : trimmed;
  if (kind === DATE) {
    if (parseDate(content) !== undefined && trimmed === content) return;
    const message = `"${shown}" is no date. Write it in UTC as YYYY-MM-DDThh:mm:ssZ, with nothing around it.`;
    b.error('bad-date', start, end, message, replacement(dateMeant(trimmed), start, end));
    return;
  }
  if (kind === REAL && parseReal(content) === undefined) {
    const meant = /^[+-]?\d+,\d+$/.test(trimmed) ? trimmed.replace(',', '.') : undefined;
    const message = `"${shown}" is no number. Write it like 1.5, -2 or 1e6.`;
    b.error('bad-real', start, end, message, replacement(meant, start, end));
    return;
  }
  const value = kind === INTEGER ? parseInteger(content) : 0n;
  if (value === 'range') {
    const message = `${shown} does not fit: an integer reaches from -2^63 to 2^64-1 (-9223372036854775808 to 18446744073709551615).`;
    b.error('integer-out-of-range', start, end, message);
  } else if (typeof value === 'string') {
    const message = `"${shown}" is no integer. Write decimal digits (1452, -1) or hexadecimal ones (0x5AC); for other text use <string>, with a fraction <real>.`;
    const isHex = /^[0-9a-fA-F]{1,16}$/.test(trimmed) && /[a-fA-F]/.test(trimmed);
    const meant = isHex
      ? `0x${trimmed}`
      : /^[+-]?\d+\.0*$/.test(trimmed)
        ? trimmed.replace(/\..*/, '')
        : undefined;
    b.error('bad-integer', start, end, message, replacement(meant, start, end));
  } else if (isSpace(content.charCodeAt(content.length - 1))) {
    const from = trimBack(b.text, end, start);
    const message = 'CoreFoundation refuses white space after a number. Remove it.';
    b.error('space-after-number', from, end, message, {
      title: 'Remove the white space',
      edits: [{ start: from, end, newText: '' }],
    });
  }
}
