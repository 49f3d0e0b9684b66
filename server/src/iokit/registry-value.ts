/**
 * Property values as `ioreg -l` prints them: `"text"`, `1452`, `0x5ac`, `Yes`, `<86800000>`, `<"name","other">`,
 * `(a,b)`, `{"key"=value}`, `[a,b]` (a set). Strings carry no escapes. Source: apple-oss-distributions/IOKitTools
 * ioreg.tproj/ioreg.c (CFObjectShow and its helpers).
 */
import type { PlistDict, PlistValue } from '../plist/value.ts';

const QUOTE = 0x22;
const SPACE = 0x20;
const encoder = new TextEncoder();

/**
 * Reads the value in `text[start, end)`. `undefined` when it is cut off, masked (`<20****00>`) or otherwise not what
 * ioreg prints: the property is there, its value unknown. Never throws.
 */
export function readIoregValue(text: string, start: number, end: number): PlistValue | undefined {
  if (text.charCodeAt(start) === QUOTE) {
    // A value that is one string takes in all up to the end of the line, quotes included.
    return end - start >= 2 && text.charCodeAt(end - 1) === QUOTE
      ? text.slice(start + 1, end - 1)
      : undefined;
  }
  const reader = new Reader(text, start, end);
  const value = reader.value(0);
  reader.blanks();
  return reader.at === end ? value : undefined;
}

/** Values are nested no deeper than this; what is deeper counts as unknown. */
const MAX_DEPTH = 64;

class Reader {
  at: number;
  readonly text: string;
  readonly end: number;

  constructor(text: string, start: number, end: number) {
    this.text = text;
    this.at = start;
    this.end = end;
  }

  blanks(): void {
    while (this.at < this.end && this.text.charCodeAt(this.at) <= SPACE) this.at++;
  }

  value(depth: number): PlistValue | undefined {
    this.blanks();
    if (depth > MAX_DEPTH) return undefined;
    switch (this.text[this.at]) {
      case '"':
        return this.string();
      case '<':
        return this.data();
      case '{':
        return this.dict(depth);
      case '(':
        return this.list(depth, ')');
      case '[':
        return this.list(depth, ']');
      default:
        return this.word();
    }
  }

  /** Up to the quote that something may follow: `,`, a closing bracket, `=`. */
  string(): string | undefined {
    const start = this.at + 1;
    for (let close = this.text.indexOf('"', start); close >= 0 && close < this.end; ) {
      const next = this.text[close + 1];
      if (close + 1 === this.end || (next !== undefined && ',)}]=>'.includes(next))) {
        this.at = close + 1;
        return this.text.slice(start, close);
      }
      close = this.text.indexOf('"', close + 1);
    }
    return undefined;
  }

  data(): Uint8Array | undefined {
    this.at++;
    if (this.text[this.at] === '"') return this.names();
    const close = this.text.indexOf('>', this.at);
    if (close < 0 || close >= this.end) return undefined;
    const hex = this.text.slice(this.at, close).replaceAll(' ', '');
    this.at = close + 1;
    if (hex.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(hex)) return undefined;
    const bytes = new Uint8Array(hex.length / 2);
    for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
    return bytes;
  }

  /** Data that hold texts are printed as such; a NUL stood behind each. */
  names(): Uint8Array | undefined {
    let names = '';
    for (;;) {
      if (this.text[this.at] !== '"') return undefined;
      const name = this.string();
      if (name === undefined) return undefined;
      names += `${name}\0`;
      const next = this.text[this.at++];
      if (next === '>') return encoder.encode(names);
      if (next !== ',') return undefined;
    }
  }

  list(depth: number, close: string): PlistValue[] | undefined {
    this.at++;
    const items: PlistValue[] = [];
    this.blanks();
    if (this.text[this.at] === close) {
      this.at++;
      return items;
    }
    for (;;) {
      const item = this.value(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
      this.blanks();
      const next = this.text[this.at++];
      if (next === close) return items;
      if (next !== ',') return undefined;
    }
  }

  dict(depth: number): PlistDict | undefined {
    this.at++;
    const entries = new Map<string, PlistValue>();
    this.blanks();
    if (this.text[this.at] === '}') {
      this.at++;
      return entries;
    }
    for (;;) {
      this.blanks();
      if (this.text[this.at] !== '"') return undefined;
      const key = this.string();
      this.blanks();
      if (key === undefined || this.text[this.at++] !== '=') return undefined;
      const item = this.value(depth + 1);
      if (item === undefined) return undefined;
      entries.set(key, item);
      this.blanks();
      const next = this.text[this.at++];
      if (next === '}') return entries;
      if (next !== ',') return undefined;
    }
  }

  word(): PlistValue | undefined {
    const start = this.at;
    while (this.at < this.end && !',)}] '.includes(this.text[this.at]!)) this.at++;
    const word = this.text.slice(start, this.at);
    if (word === 'Yes') return true;
    if (word === 'No') return false;
    if (/^(?:0[xX][0-9a-fA-F]+|\d+)$/.test(word)) return BigInt(word);
    return /^-\d+$/.test(word) ? BigInt(word) : undefined;
  }
}
