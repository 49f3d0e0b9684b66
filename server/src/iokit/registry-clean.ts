/** Undoes what happens to a dump on its way: encodings, terminals, mails, web pages. */

/** So much of a text is looked at. */
const HEAD = 1 << 16;
const MARK = '+-o ';
/** Switches of a terminal: bold and its end, which each terminal writes in its own way; titles, shifts. */
const ESCAPES = /\x1b(?:\[[0-9;?]*[ -/]*[@-~]|[()][0-9A-Z]|\][^\x07\n]*\x07)|[\x0e\x0f]/g;

/** The text of a file: UTF-8 or UTF-16, with a byte order mark or without. Never throws. */
export function decodeDump(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  // In text of the Latin alphabet every other byte of UTF-16 is zero.
  const head = bytes.subarray(0, 200);
  const zeros = (parity: number) => head.filter((byte, index) => byte === 0 && index % 2 === parity).length;
  if (zeros(1) * 4 > head.length) return 'utf-16le';
  return zeros(0) * 4 > head.length ? 'utf-16be' : 'utf-8';
}

/** The text of a dump without what a terminal, a mail or a web page put into it. */
export function cleanDump(given: string): string {
  let text = given;
  let head = text.slice(0, HEAD);
  const change = (from: string | RegExp, to: string): void => {
    text = text.replaceAll(from, to);
    head = text.slice(0, HEAD);
  };
  if (head.includes('\r') && !head.includes('\n')) change('\r', '\n');
  if (/[\x1b\x0e\x0f]/.test(head)) change(ESCAPES, '');
  if (head.includes('+-o\u00a0') || (head.includes('\u00a0+-o') && !head.includes(` ${MARK}`))) {
    change('\u00a0', ' ');
  }
  if (head.includes('&lt;class ') && !head.includes(' <class ')) {
    for (const [entity, mark] of ENTITIES) change(entity, mark);
  }
  const quote = /^([ \t]*(?:>[> \t]*|\t[\t ]*))\+-o \S/m.exec(head)?.[1];
  return quote === undefined ? text : text.replaceAll(`\n${quote}`, '\n').replace(quote, '');
}

const ENTITIES = [
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&#39;', "'"],
  ['&nbsp;', ' '],
  ['&amp;', '&'],
] as const;
