/**
 * Reads what `ioreg` prints: with and without `-l`, `-w0`, `-i` (whole class chains), `-r` (several trees), `-x`
 * (hexadecimal numbers), `-p PLANE`, with `-b` (bold), from PowerPC Macs (no entry ids). Source of the format:
 * apple-oss-distributions/IOKitTools ioreg.tproj/ioreg.c.
 *
 * One pass finds the entries; properties stay text, kept as offsets, until they are asked for.
 */
import type { PlistValue } from '../plist/value.ts';
import { knownClasses } from './classes.ts';
import {
  NO_PROPERTIES,
  type RawNode,
  type RawProperties,
  type RawRegistry,
  STEP_LENGTH,
  type Steps,
  splitName,
} from './registry-raw.ts';
import { readIoregValue } from './registry-value.ts';

const MARK = '+-o ';
/** A dump whose longest line is no longer than this, many times over, was cut to the width of a window. */
const MAX_WINDOW = 512;
const CUT_LINES = 8;
/** How much of the work goes into finding the width. */
const WIDTH_SHARE = 0.2;
const MIN_WINDOW = 40;

/** True when the text looks like a dump of ioreg. */
export function looksLikeIoreg(text: string): boolean {
  return /^[| ]*\+-o \S/m.test(text.slice(0, 65536));
}

/** Reads a dump. Never throws; what is no line of a dump is skipped. */
export function* ioregSteps(text: string): Steps<RawRegistry> {
  const { width, marked } = yield* cutWidth(text);
  const nodes: RawNode[] = [];
  const starts: number[] = [];
  const bodies: number[] = [];
  /** Entries whose own line is cut: their class may be. */
  const cut = new Set<number>();
  /** Indices of the open entries by depth. */
  const open: number[] = [];
  let base = -1;
  let next = STEP_LENGTH;
  for (let mark = text.indexOf(MARK); mark >= 0; ) {
    if (mark >= next) {
      next = mark + STEP_LENGTH;
      yield WIDTH_SHARE + (1 - WIDTH_SHARE) * (mark / text.length);
    }
    const lineStart = text.lastIndexOf('\n', mark) + 1;
    const lineEnd = endOfLine(text, mark);
    if (isTreeDrawing(text, lineStart, mark)) {
      const column = mark - lineStart;
      if (base < 0) base = column;
      const depth = Math.max(0, Math.round((column - base) / 2));
      open.length = Math.min(open.length, depth);
      const index = nodes.length;
      if (text[trimEnd(text, lineEnd) - 1] !== '>') cut.add(index);
      starts.push(lineStart);
      bodies.push(Math.min(lineEnd + 1, text.length));
      nodes.push(nodeOf(text.slice(mark + MARK.length, lineEnd), open.at(-1) ?? -1, () => bodyOf(index)));
      if (isPrinted(text, lineEnd + 1)) nodes.at(-1)!.printed = true;
      while (open.length < depth) open.push(open.at(-1) ?? index);
      open.push(index);
    }
    mark = text.indexOf(MARK, lineEnd);
  }
  function bodyOf(index: number): Body {
    const end = starts[index + 1] ?? text.length;
    return { text, start: bodies[index]!, end, width: marked ? undefined : width };
  }
  const complete = completer(nodes);
  nodes.forEach((node, index) => {
    if (cut.has(index)) complete(node, bodyOf(index));
  });
  const warnings = width
    ? [`The dump was cut at ${width} characters a line: long values are missing. Use ioreg -l -w0.`]
    : [];
  return { format: 'ioreg', nodes, warnings, partial: false };
}

interface Body {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly width: number | undefined;
}

function nodeOf(header: string, parent: number, body: () => Body): RawNode {
  const clean = header.trimEnd().replace(/\$$/, '');
  const info = clean.lastIndexOf(' <class ');
  const title = info >= 0 ? clean.slice(0, info) : clean;
  const details = info >= 0 ? clean.slice(info + 2) : '';
  const classes = (/^class ([^,>$]*)/.exec(details)?.[1] ?? '').split(':').filter((name) => name !== '');
  const id = /, id (0x[0-9a-fA-F]+)(?=[,>])/.exec(details)?.[1];
  return {
    parent,
    ...splitName(title.trim()),
    className: classes.at(-1) ?? 'IORegistryEntry',
    chain: classes.length > 1 ? classes.reverse().filter((name) => name !== 'OSObject') : undefined,
    entryId: id ? BigInt(id) : undefined,
    registered: /, registered\b/.test(details),
    matched: /, matched\b/.test(details),
    active: !/, (?:inactive|!active)\b/.test(details),
    printed: false,
    load: () => readProperties(body()),
    peek: (key) => peek(body(), key),
  };
}

/** All properties between the header of an entry and the next. */
function readProperties(body: Body): RawProperties {
  const { text, width } = body;
  if (body.start >= body.end) return { ...NO_PROPERTIES, partial: true };
  const properties = new Map<string, PlistValue>();
  const unknownKeys = new Set<string>();
  const { lines, whole: complete } = propertyLines(body);
  for (const line of lines) {
    const cut =
      width !== undefined && line.end - line.lineStart >= width && !/["}>)\]]$/.test(text[line.end - 1]!);
    const whole = line.continued ? text.slice(line.value, line.end).replaceAll(/\n[| ]*/g, '\n') : undefined;
    const value = cut
      ? undefined
      : whole === undefined
        ? readIoregValue(text, line.value, line.end)
        : readIoregValue(whole, 0, whole.length);
    if (value === undefined) unknownKeys.add(line.key);
    else properties.set(line.key, value);
  }
  return { properties, unknownKeys, partial: !complete };
}

interface PropertyLine {
  readonly lineStart: number;
  readonly key: string;
  /** Where the value begins. */
  readonly value: number;
  end: number;
  /** A text with line breaks of its own. */
  continued: boolean;
}

interface PropertyLines {
  readonly lines: readonly PropertyLine[];
  /** All stand between an opening and a closing brace, and no key is cut off. */
  readonly whole: boolean;
}

function propertyLines(body: Body): PropertyLines {
  const { text } = body;
  const lines: PropertyLine[] = [];
  let opened = false;
  let closing = false;
  let keyCut = false;
  for (let start = body.start; start < body.end; ) {
    const end = Math.min(endOfLine(text, start), body.end);
    const first = skipTreeDrawing(text, start, end);
    const equals = text[first] === '"' ? text.indexOf('" = ', first + 1) : -1;
    if (equals >= 0 && equals < end) {
      const key = text.slice(first + 1, equals);
      lines.push({ lineStart: start, key, value: equals + 4, end: trimEnd(text, end), continued: false });
    } else if (first < end && isBrace(text, first, end)) {
      if (text[first] === '{') opened = true;
      else closing = true;
    } else if (first < end) {
      if (text[first] === '"' && text[trimEnd(text, end) - 1] === '$') keyCut = true;
      const last = lines.at(-1);
      if (last && text[last.value] === '"' && !closed(text, last)) {
        last.end = trimEnd(text, end);
        last.continued = true;
      }
    }
    start = end + 1;
  }
  return { lines, whole: opened && closing && !keyCut };
}

function closed(text: string, line: PropertyLine): boolean {
  return line.end - line.value >= 2 && text[line.end - 1] === '"';
}

function isBrace(text: string, first: number, end: number): boolean {
  return trimEnd(text, end) === first + 1 && '{}'.includes(text[first]!);
}

/** The text of a string property, found by its name. */
function peek(body: Body, key: string): string | undefined {
  const mark = `"${key}" = "`;
  const at = body.text.indexOf(mark, body.start);
  if (at < 0 || at >= body.end) return undefined;
  const start = at + mark.length;
  const end = trimEnd(body.text, endOfLine(body.text, start));
  return body.text[end - 1] === '"' ? body.text.slice(start, end - 1) : undefined;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function trimEnd(text: string, end: number): number {
  let at = end;
  while (at > 0 && (text[at - 1] === '\r' || text[at - 1] === ' ')) at--;
  return at;
}

/** The braces of properties open in the line that begins there. */
function isPrinted(text: string, start: number): boolean {
  const end = endOfLine(text, start);
  const first = skipTreeDrawing(text, start, end);
  return first < end && text[first] === '{';
}

/** Properties that only entries of one class have. */
const TELLING = [
  ['"bInterfaceNumber" = ', 'IOUSBHostInterface', 'IOUSBInterface'],
  ['"bDeviceClass" = ', 'IOUSBHostDevice', 'IOUSBDevice'],
  ['"DeviceUsagePairs" = ', 'IOHIDDevice', 'IOHIDInterface'],
  ['"vendor-id" = ', 'IOPCIDevice'],
] as const;

/** Finds the class of an entry whose line is cut: the only one that begins so, or the one its properties tell. */
function completer(nodes: readonly RawNode[]): (node: RawNode, body: Body) => void {
  let known: Set<string> | undefined;
  return (node, body) => {
    known ??= new Set([
      ...knownClasses(),
      ...nodes.filter(({ entryId }) => entryId).map(({ className }) => className),
    ]);
    const begun = node.className === 'IORegistryEntry' ? '' : node.className;
    if (node.entryId !== undefined || known.has(begun)) return;
    const found = begun === '' ? [] : [...known].filter((name) => name.startsWith(begun));
    const told = TELLING.find(([key]) => {
      const at = body.text.indexOf(key, body.start);
      return at >= 0 && at < body.end;
    });
    const telling = told?.slice(1).find((name) => name.startsWith(begun));
    const name = found.length === 1 ? found[0] : telling;
    if (name === undefined) return;
    node.className = name;
    node.chain = undefined;
  };
}

function isTreeDrawing(text: string, start: number, end: number): boolean {
  return skipTreeDrawing(text, start, end) === end;
}

function skipTreeDrawing(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && (text[at] === ' ' || text[at] === '|' || text[at] === '\t')) at++;
  return at;
}

interface Cut {
  /** The width at which a window cut the lines; `undefined` for a whole dump. */
  readonly width: number | undefined;
  /** The lines that were cut end in a dollar sign, as ioreg writes it: no other is cut. */
  readonly marked: boolean;
}

function* cutWidth(text: string): Steps<Cut> {
  const whole: Cut = { width: undefined, marked: false };
  let longest = 0;
  let count = 0;
  let dollars = 0;
  let next = STEP_LENGTH;
  for (let start = 0; start < text.length; ) {
    if (start >= next) {
      next = start + STEP_LENGTH;
      yield WIDTH_SHARE * (start / text.length);
    }
    const end = endOfLine(text, start);
    const length = end - start;
    if (length > MAX_WINDOW) return whole;
    if (length > longest) {
      longest = length;
      count = 0;
      dollars = 0;
    }
    if (length === longest) {
      count++;
      if (text[end - 1] === '$') dollars++;
    }
    start = end + 1;
  }
  if (longest < MIN_WINDOW || count < CUT_LINES) return whole;
  return { width: longest, marked: dollars >= count / 2 };
}
