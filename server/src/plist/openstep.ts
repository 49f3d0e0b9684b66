/**
 * OpenStep (ASCII) property lists and `.strings` files, as CoreFoundation reads them (CFOldStylePList.c), with
 * GNUstep's typed values `<*I5>`, `<*R1.5>`, `<*BY>`, `<*D…>` and `<[base64]>`.
 */
import type { TextProblem, TextResult } from './json.ts';
import { decodeBase64, parseInteger, parseReal } from './lexical.ts';
import { PlistDate, PlistReal, type PlistValue } from './value.ts';

/** Wider than CoreFoundation's, which takes letters, digits and `_$/:.-` only. */
const UNQUOTED = /(?:[A-Za-z0-9_$:.\-+*~@!%&?|\u0080-\uffff]|\/(?![/*]))+/y;
const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** NextStep's characters from 0x80 on, which an octal escape means. */
const NEXTSTEP =
  '\u00a0ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖÙÚÛÜÝÞµ×÷©¡¢£⁄¥ƒ§¤’“«‹›ﬁﬂ®–†‡·¦¶•‚„”»…‰¬¿¹ˋ´ˆ˜¯˘˙¨²˚¸³˝˛ˇ—±¼½¾àáâãäåçèéêëìÆíªîïðñŁØŒºòóôõöæùúûıüýłøœßþÿ';

interface Frame {
  readonly container: PlistValue[] | Map<string, PlistValue>;
  key: string;
  /** What must come next in a dictionary. */
  state: 'key' | 'equals' | 'value' | 'semicolon' | 'item' | 'comma';
  /** The braces of a `.strings` file are not written. */
  readonly bare: boolean;
  readonly start: number;
}

/**
 * Reads an OpenStep property list. Every number in it is a string, as the format has no other; `problems` hold
 * what is wrong, with its offset. A damaged text gives what was read up to there. Never throws, no recursion.
 */
export function readOpenStepPlist(text: string): TextResult {
  return new Reader(text).read();
}

class Reader {
  readonly #text: string;
  readonly #problems: TextProblem[] = [];
  #pos = 0;

  constructor(text: string) {
    this.#text = text;
    if (text.charCodeAt(0) === 0xfeff) this.#pos = 1;
  }

  read(): TextResult {
    const { value, ok } = this.#readAll();
    if (ok) {
      this.#skip();
      if (this.#pos < this.#text.length)
        this.#problem(this.#pos, 'Something follows the end of the property list.');
    }
    return { value, problems: this.#problems };
  }

  #problem(offset: number, message: string): undefined {
    this.#problems.push({ offset: Math.min(offset, this.#text.length), message });
    return undefined;
  }

  /** Skips white space and comments. */
  #skip(): void {
    const text = this.#text;
    for (;;) {
      while (this.#pos < text.length && /[\s\u2028\u2029]/.test(text.charAt(this.#pos))) this.#pos++;
      if (text.startsWith('//', this.#pos)) {
        const end = text.slice(this.#pos).search(/[\n\r\u2028\u2029]/);
        this.#pos = end < 0 ? text.length : this.#pos + end;
      } else if (text.startsWith('/*', this.#pos)) {
        const end = text.indexOf('*/', this.#pos + 2);
        if (end < 0) this.#problem(this.#pos, 'This comment is never closed with */.');
        this.#pos = end < 0 ? text.length : end + 2;
      } else return;
    }
  }

  #readAll(): { value: PlistValue | undefined; ok: boolean } {
    const frames: Frame[] = [];
    let root: PlistValue | undefined;
    this.#skip();
    const start = this.#pos;
    if (start >= this.#text.length) return { value: new Map(), ok: true };
    const first = this.#value(frames);
    if (frames.length > 0) root = frames[0]!.container;
    else if (first === undefined) return { value: undefined, ok: false };
    else {
      root = first;
      this.#skip();
      const next = this.#text.charAt(this.#pos);
      if (typeof first !== 'string' || (next !== '=' && next !== ';')) return { value: root, ok: true };
      // A `.strings` file: a dictionary without braces.
      const container = new Map<string, PlistValue>();
      root = container;
      frames.push({ container, key: first, state: 'equals', bare: true, start });
    }
    while (frames.length > 0) {
      this.#skip();
      if (!this.#step(frames)) return { value: root, ok: false };
    }
    return { value: root, ok: true };
  }

  /** One step in the innermost container. False when the rest cannot be read. */
  #step(frames: Frame[]): boolean {
    const frame = frames[frames.length - 1]!;
    const char = this.#text.charAt(this.#pos);
    const atEnd = this.#pos >= this.#text.length;
    if (frame.container instanceof Map) return this.#stepDict(frames, frame, frame.container, char, atEnd);
    const list = frame.container;
    if (char === ')') {
      this.#pos++;
      frames.pop();
      return true;
    }
    if (atEnd) return this.#problem(frame.start, 'This array is never closed with ).') ?? false;
    if (frame.state === 'comma') {
      if (char !== ',') return this.#problem(this.#pos, 'Expected a comma or ) in this array.') ?? false;
      this.#pos++;
      frame.state = 'item';
      return true;
    }
    frame.state = 'comma';
    return this.#child(frames, (value) => list.push(value));
  }

  #stepDict(
    frames: Frame[],
    frame: Frame,
    dict: Map<string, PlistValue>,
    char: string,
    atEnd: boolean,
  ): boolean {
    if (frame.state === 'key') {
      if (atEnd ? frame.bare : char === '}' && !frame.bare) {
        this.#pos++;
        frames.pop();
        return true;
      }
      if (atEnd) return this.#problem(frame.start, 'This dictionary is never closed with }.') ?? false;
      const key = this.#string();
      if (key === undefined) return this.#problem(this.#pos, 'Expected a key here.') ?? false;
      frame.key = key;
      frame.state = 'equals';
      return true;
    }
    if (frame.state === 'equals') {
      if (char === ';') {
        // `key;` stands for `key = key;`
        this.#pos++;
        dict.set(frame.key, frame.key);
        frame.state = 'key';
        return true;
      }
      if (char !== '=')
        return this.#problem(this.#pos, `Expected = after the key "${frame.key.slice(0, 60)}".`) ?? false;
      this.#pos++;
      frame.state = 'value';
      return true;
    }
    if (frame.state === 'value') {
      frame.state = 'semicolon';
      return this.#child(frames, (value) => dict.set(frame.key, value));
    }
    frame.state = 'key';
    if (char === ';') {
      this.#pos++;
      return true;
    }
    // CoreFoundation lets the last one of a dictionary with braces do without.
    if (char === '}' && !frame.bare) return true;
    return this.#problem(this.#pos, 'Expected a semicolon after this value.') ?? false;
  }

  #child(frames: Frame[], put: (value: PlistValue) => void): boolean {
    const value = this.#value(frames);
    if (value === undefined) return false;
    put(value);
    return true;
  }

  /** Reads a value; a container is returned empty and put on the stack. */
  #value(frames: Frame[]): PlistValue | undefined {
    const start = this.#pos;
    const char = this.#text.charAt(start);
    if (char === '{') {
      this.#pos++;
      const container = new Map<string, PlistValue>();
      frames.push({ container, key: '', state: 'key', bare: false, start });
      return container;
    }
    if (char === '(') {
      this.#pos++;
      const container: PlistValue[] = [];
      frames.push({ container, key: '', state: 'item', bare: false, start });
      return container;
    }
    if (char === '<') return this.#angle(start);
    const value = this.#string();
    if (value === undefined)
      this.#problem(
        start,
        start >= this.#text.length ? 'The text ends too early.' : 'Expected a value here.',
      );
    return value;
  }

  /** `<0fbd 77>`, `<*I5>`, `<[AAEC]>`. */
  #angle(start: number): PlistValue | undefined {
    const close = this.#text.indexOf('>', start);
    if (close < 0) return this.#problem(start, 'This data is never closed with >.');
    this.#pos = close + 1;
    const content = this.#text.slice(start + 1, close);
    if (content.startsWith('*')) return this.#typed(start, content);
    if (content.startsWith('[')) {
      const bytes = content.endsWith(']') ? decodeBase64(content.slice(1, -1)) : undefined;
      return bytes ?? this.#problem(start, 'This data is no base64.');
    }
    const digits = content.replace(/\s+/g, '');
    if (!/^(?:[0-9a-fA-F]{2})*$/.test(digits))
      return this.#problem(start, 'Data is written in pairs of hexadecimal digits.');
    const bytes = new Uint8Array(digits.length / 2);
    for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
    return bytes;
  }

  #typed(start: number, content: string): PlistValue | undefined {
    const body = content.slice(2).replace(/^"(.*)"$/s, '$1');
    if (content[1] === 'I') {
      const value = parseInteger(body);
      return typeof value === 'bigint' ? value : this.#problem(start, 'This is no integer.');
    }
    if (content[1] === 'R') {
      const value = parseReal(body);
      return value === undefined ? this.#problem(start, 'This is no number.') : new PlistReal(value, body);
    }
    if (content[1] === 'B' && (body === 'Y' || body === 'N')) return body === 'Y';
    if (content[1] === 'D') {
      const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)$/.exec(body);
      const millis = match ? Date.parse(`${match[1]}T${match[2]}${match[3]}:${match[4]}`) : Number.NaN;
      if (!Number.isNaN(millis)) return new PlistDate(millis / 1000);
    }
    return this.#problem(start, `The typed value <${content.slice(0, 40)}> is not known.`);
  }

  #string(): string | undefined {
    const char = this.#text.charAt(this.#pos);
    if (char === '"' || char === "'") return this.#quoted(char);
    UNQUOTED.lastIndex = this.#pos;
    const match = UNQUOTED.exec(this.#text);
    if (!match) return undefined;
    this.#pos += match[0].length;
    return match[0];
  }

  #quoted(quote: string): string | undefined {
    const text = this.#text;
    const start = this.#pos;
    const parts: string[] = [];
    let pos = start + 1;
    let plain = pos;
    for (;;) {
      const char = text.charAt(pos);
      if (char === '') {
        this.#pos = text.length;
        this.#problem(start, `This string is never closed with ${quote}.`);
        parts.push(text.slice(plain));
        return parts.join('');
      }
      if (char === quote) break;
      if (char !== '\\') {
        pos++;
        continue;
      }
      parts.push(text.slice(plain, pos));
      const [value, length] = escapeAt(text, pos + 1);
      parts.push(value);
      pos += 1 + length;
      plain = pos;
    }
    parts.push(text.slice(plain, pos));
    this.#pos = pos + 1;
    return parts.join('');
  }
}

/** What the escape after a backslash means, and its length. */
function escapeAt(text: string, at: number): [string, number] {
  const unicode = /^[Uu]([0-9a-fA-F]{1,4})/.exec(text.slice(at, at + 5));
  if (unicode) return [String.fromCharCode(Number.parseInt(unicode[1]!, 16)), unicode[0].length];
  const octal = /^[0-7]{1,3}/.exec(text.slice(at, at + 3));
  if (octal) {
    const code = Number.parseInt(octal[0], 8) & 0xff;
    return [code < 0x80 ? String.fromCharCode(code) : (NEXTSTEP[code - 0x80] ?? '\ufffd'), octal[0].length];
  }
  const char = text.charAt(at);
  return [ESCAPES[char] ?? char, char === '' ? 0 : 1];
}
