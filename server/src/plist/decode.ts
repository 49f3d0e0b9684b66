/** Bytes -> text: which format a file is, which encoding, and what is wrong with its bytes. */
import { severityOf } from './errors.ts';
import { skipSpace } from './scan.ts';
import type { PlistError } from './types.ts';

export type PlistFormat = 'xml' | 'binary' | 'openstep' | 'json' | 'empty' | 'unknown';

export interface Decoded {
  /** The text, with its byte order mark as U+FEFF if there is one. */
  readonly text: string;
  /** Name of the encoding it was read in: `utf-8`, `utf-16le`, `iso-8859-1` … */
  readonly encoding: string;
  /** Offsets are of `text`. */
  readonly problems: readonly PlistError[];
}

/** Reads bytes as text: byte order mark, then the pattern of the first bytes, then the XML declaration. */
export function decodeBytes(bytes: Uint8Array): Decoded {
  const found = encodingByBytes(bytes);
  const declared = found === undefined || found === 'utf-8' ? declaredEncoding(bytes) : undefined;
  if (found !== undefined && found !== 'utf-8') return decodeWide(bytes, found);
  if (declared === undefined || isUtf8Name(declared.name)) return decodeUtf8(bytes);
  if (found === 'utf-8' || /^(?:utf-?(?:16|32|7)|ucs-?[24]|iso-10646-ucs)/i.test(declared.name)) {
    const message = `The declaration says encoding="${declared.name}", but the bytes are UTF-8. Write encoding="UTF-8".`;
    return withMismatch(decodeUtf8(bytes), declared, message);
  }
  try {
    const decoder = new TextDecoder(declared.name, { ignoreBOM: true });
    return { text: decoder.decode(bytes), encoding: declared.name.toLowerCase(), problems: [] };
  } catch {
    const message = `encoding="${declared.name}" is not known; the file is read as UTF-8. Write encoding="UTF-8".`;
    return withMismatch(decodeUtf8(bytes), declared, message);
  }
}

type Wide = 'utf-16le' | 'utf-16be' | 'utf-32le' | 'utf-32be';

function encodingByBytes(bytes: Uint8Array): 'utf-8' | Wide | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 && bytes.length >= 4 ? 'utf-32le' : 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (bytes.length < 4) return undefined;
  if (a === 0 && b === 0 && ((c === 0xfe && d === 0xff) || (c === 0 && d !== 0))) return 'utf-32be';
  if (a !== 0 && b === 0 && c === 0 && d === 0) return 'utf-32le';
  if (a !== 0 && b === 0 && c !== 0 && d === 0) return 'utf-16le';
  if (a === 0 && b !== 0 && c === 0 && d !== 0) return 'utf-16be';
  return undefined;
}

interface Declared {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** A character for each byte; ASCII is what it is. */
const BYTES = new TextDecoder('latin1');

/** The encoding that an XML declaration in ASCII names. Offsets count bytes, which are characters up to there. */
function declaredEncoding(bytes: Uint8Array): Declared | undefined {
  const bom = bytes[0] === 0xef ? 3 : 0;
  const head = BYTES.decode(bytes.subarray(bom, bom + 400));
  const match = /^\s*<\?xml\b[^>]*?\bencoding\s*=\s*(["'])([A-Za-z][\w.:()-]*)\1/.exec(head);
  if (!match) return undefined;
  const end = match[0].length - 1 + (bom ? 1 : 0);
  return { name: match[2]!, start: end - match[2]!.length, end };
}

function isUtf8Name(name: string): boolean {
  return /^(?:utf-?8|us-ascii|ascii)$/i.test(name);
}

function withMismatch(decoded: Decoded, declared: Declared, message: string): Decoded {
  const { start, end } = declared;
  const fix = { title: 'Write encoding="UTF-8"', edits: [{ start, end, newText: 'UTF-8' }] };
  const code = 'encoding-mismatch';
  const problem: PlistError = { code, start, end, message, severity: severityOf(code), fix };
  return { ...decoded, problems: [problem, ...decoded.problems] };
}

function decodeUtf8(bytes: Uint8Array): Decoded {
  const encoding = 'utf-8';
  try {
    return { text: UTF8.decode(bytes), encoding, problems: [] };
  } catch {
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    const bad = firstBadUtf8(bytes);
    const start = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, bad)).length;
    const hex = (bytes[bad] ?? 0).toString(16).toUpperCase().padStart(2, '0');
    const message = `The byte 0x${hex} at offset ${bad} is not UTF-8, so readers refuse the file. Save it as UTF-8.`;
    return { text, encoding, problems: [badBytes(text, start, message)] };
  }
}

function badBytes(text: string, start: number, message: string): PlistError {
  const code = 'invalid-bytes';
  return { code, start, end: Math.min(start + 1, text.length), message, severity: severityOf(code) };
}

/** Offset of the first byte that is no UTF-8, by the table of Unicode 15, 3-7. */
function firstBadUtf8(bytes: Uint8Array): number {
  let pos = 0;
  while (pos < bytes.length) {
    const lead = bytes[pos]!;
    if (lead < 0x80) {
      pos++;
      continue;
    }
    const more =
      lead >= 0xc2 && lead <= 0xdf
        ? 1
        : lead >= 0xe0 && lead <= 0xef
          ? 2
          : lead >= 0xf0 && lead <= 0xf4
            ? 3
            : 0;
    if (more === 0) return pos;
    const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    for (let i = 1; i <= more; i++) {
      const next = bytes[pos + i] ?? 0;
      if (next < (i === 1 ? low : 0x80) || next > (i === 1 ? high : 0xbf)) return pos;
    }
    pos += more + 1;
  }
  return bytes.length;
}

function decodeWide(bytes: Uint8Array, encoding: Wide): Decoded {
  const size = encoding.startsWith('utf-16') ? 2 : 4;
  const little = encoding.endsWith('le');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = Math.floor(bytes.length / size);
  const parts: string[] = [];
  let bad = -1;
  let length = 0;
  for (let at = 0; at < count; at += 4096) {
    const units: number[] = [];
    for (let i = at; i < Math.min(count, at + 4096); i++) {
      const unit = size === 2 ? view.getUint16(i * 2, little) : view.getUint32(i * 4, little);
      if (size === 2 || unit < 0x10000) units.push(unit);
      else if (unit <= 0x10ffff)
        units.push(0xd800 + ((unit - 0x10000) >> 10), 0xdc00 + ((unit - 0x10000) & 0x3ff));
      else {
        if (bad < 0) bad = length + units.length;
        units.push(0xfffd);
      }
    }
    parts.push(String.fromCharCode(...units));
    length += units.length;
  }
  const text = parts.join('');
  const problems: PlistError[] = [];
  if (bad >= 0)
    problems.push(
      badBytes(text, bad, 'There are bytes here that are no characters in UTF-32. Save the file as UTF-8.'),
    );
  if (bytes.length % size !== 0) {
    const last = Math.max(0, text.length - 1);
    problems.push(
      badBytes(
        text,
        last,
        `The file ends in the middle of a character of ${encoding.toUpperCase()}: it was cut off.`,
      ),
    );
  }
  return { text, encoding, problems };
}

/** What kind of property list a file is, by its first characters. Never throws; a guess, not a verdict. */
export function detectFormat(input: Uint8Array | string): PlistFormat {
  if (typeof input !== 'string') {
    const isBinary = input[0] === 0x62 && BYTES.decode(input.subarray(0, 6)) === 'bplist';
    if (isBinary) return 'binary';
    // What nearly every file begins with; no encoding that is read says something else with these bytes.
    if (input[0] === 0x3c && (input[1] === 0x3f || input[1] === 0x21)) return 'xml';
    return detectText(decodeBytes(input.length > 4096 ? input.subarray(0, 4096) : input).text);
  }
  return input.startsWith('bplist') ? 'binary' : detectText(input.slice(0, 4096));
}

function detectText(text: string): PlistFormat {
  const start = skipSpace(text, text.charCodeAt(0) === 0xfeff ? 1 : 0);
  if (start >= text.length) return 'empty';
  const rest = text.slice(start);
  if (/^<(?:\*|\[|[0-9a-fA-F\s]*>)/.test(rest)) return 'openstep';
  if (rest.startsWith('<')) return 'xml';
  if (rest.startsWith('[') || /^\{\s*"(?:[^"\\]|\\.)*"\s*:/.test(rest)) return 'json';
  if (/^(?:true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*$/.test(rest)) return 'json';
  if (/^(?:[{("']|\/\/|\/\*)/.test(rest)) return 'openstep';
  if (/^[\w$./:-]+\s*(?:[=;]|$)/.test(rest)) return 'openstep';
  return 'unknown';
}
