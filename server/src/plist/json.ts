/** JSON -> PlistValue, for property lists that tools keep as JSON (`plutil -convert json`). */
import { PlistReal, type PlistValue } from './value.ts';

export interface TextProblem {
  /** UTF-16 offset in the text. */
  readonly offset: number;
  readonly message: string;
}

export interface TextResult {
  readonly value: PlistValue | undefined;
  readonly problems: readonly TextProblem[];
}

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SPACE = /[ \t\r\n]*/y;

interface Frame {
  readonly container: PlistValue[] | Map<string, PlistValue>;
  key: string;
}

/**
 * Reads strict JSON (RFC 8259). Integers are exact; a number with a point or exponent is a real. `null` has no
 * counterpart in a property list: it is left out, with a problem. Never throws, no recursion.
 */
export function readJsonPlist(text: string): TextResult {
  const problems: TextProblem[] = [];
  const frames: Frame[] = [];
  let pos = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let root: PlistValue | undefined;
  let expect: 'value' | 'first' | 'key' | 'next' = 'value';

  const skip = (): void => {
    SPACE.lastIndex = pos;
    pos += SPACE.exec(text)![0].length;
  };
  const fail = (message: string): TextResult => {
    problems.push({ offset: Math.min(pos, text.length), message });
    return { value: root, problems };
  };
  const put = (value: PlistValue): void => {
    const frame = frames[frames.length - 1];
    if (!frame) root = value;
    else if (frame.container instanceof Map) frame.container.set(frame.key, value);
    else frame.container.push(value);
  };
  const readString = (): string | undefined => {
    STRING.lastIndex = pos;
    const match = STRING.exec(text);
    if (!match) return undefined;
    pos += match[0].length;
    return JSON.parse(match[0]) as string;
  };

  for (;;) {
    skip();
    const char = text.charAt(pos);
    const frame = frames[frames.length - 1];
    if (expect === 'next') {
      if (!frame)
        return pos < text.length
          ? fail('Something follows the end of the value.')
          : { value: root, problems };
      const close = frame.container instanceof Map ? '}' : ']';
      if (char === close) {
        pos++;
        frames.pop();
        continue;
      }
      if (char !== ',') return fail(`Expected a comma or ${close} here.`);
      pos++;
      expect = frame.container instanceof Map ? 'key' : 'value';
      continue;
    }
    if (expect === 'first' && frame) {
      const close = frame.container instanceof Map ? '}' : ']';
      expect = frame.container instanceof Map ? 'key' : 'value';
      if (char === close) expect = 'next';
      continue;
    }
    if (expect === 'key' && frame) {
      const key = readString();
      if (key === undefined) return fail('Expected a key in double quotes here.');
      frame.key = key;
      skip();
      if (text.charAt(pos) !== ':') return fail('Expected a colon after the key.');
      pos++;
      expect = 'value';
      continue;
    }
    if (char === '{' || char === '[') {
      const container = char === '{' ? new Map<string, PlistValue>() : [];
      put(container);
      frames.push({ container, key: '' });
      pos++;
      expect = 'first';
      continue;
    }
    expect = 'next';
    if (char === '"') {
      const value = readString();
      if (value === undefined)
        return fail('This string is not closed or holds a character that must be escaped.');
      put(value);
    } else if (text.startsWith('true', pos) || text.startsWith('false', pos)) {
      put(char === 't');
      pos += char === 't' ? 4 : 5;
    } else if (text.startsWith('null', pos)) {
      problems.push({ offset: pos, message: 'null has no counterpart in a property list; it is left out.' });
      pos += 4;
    } else {
      NUMBER.lastIndex = pos;
      const match = NUMBER.exec(text);
      if (!match) return fail(pos >= text.length ? 'The text ends too early.' : 'Expected a value here.');
      if (match[0].length > 2000) return fail('This number has too many digits.');
      const isReal = match[1] !== undefined || match[2] !== undefined;
      put(isReal ? new PlistReal(Number(match[0]), match[0]) : BigInt(match[0]));
      pos += match[0].length;
    }
  }
}
