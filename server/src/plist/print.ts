/** PlistValue -> XML text, as Apple's tools lay it out. */
import { encodeText } from './entities.ts';
import { encodeBase64 } from './lexical.ts';
import { isArray, isDict, PlistDate, PlistReal, PlistUid, type PlistValue } from './value.ts';

export interface PrintOptions {
  /** One step of indentation; default a tab. */
  readonly indent?: string;
  /** Line end; default `\n`. */
  readonly eol?: string;
  /** Indentation of the line on which the value stands; default none. The first line does not get it. */
  readonly base?: string;
  /** `inline`: the whole value on one line. */
  readonly layout?: 'lines' | 'inline';
}

/** The lines above the value of an XML property list, with a line end after each. */
export function plistHeader(eol = '\n'): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    '',
  ].join(eol);
}

/** A whole document, with Apple's header and a line end after `</plist>`. The value stands in column 0. */
export function printPlist(value: PlistValue, options: Omit<PrintOptions, 'base' | 'layout'> = {}): string {
  const eol = options.eol ?? '\n';
  return `${plistHeader(eol)}${printValue(value, options)}${eol}</plist>${eol}`;
}

/**
 * One value as an element. Integers are exact, a real keeps the text it was read with, a uid becomes the
 * dictionary `CF$UID` that CoreFoundation writes for it. No recursion: depth is bounded by memory only.
 */
export function printValue(value: PlistValue, options: PrintOptions = {}): string {
  const inline = options.layout === 'inline';
  const eol = inline ? '' : (options.eol ?? '\n');
  const unit = inline ? '' : (options.indent ?? '\t');
  const base = inline ? '' : (options.base ?? '');
  const parts: string[] = [];
  const indents: string[] = [base];
  interface Frame {
    readonly rest: Iterator<PlistValue | readonly [string, PlistValue]>;
    readonly tag: 'dict' | 'array';
  }
  const frames: Frame[] = [];
  const indentAt = (depth: number): string => {
    while (indents.length <= depth) indents.push(indents[indents.length - 1]! + unit);
    return indents[depth]!;
  };
  const begin = (given: PlistValue): void => {
    const item = given instanceof PlistUid ? new Map([['CF$UID', BigInt(given.uid)]]) : given;
    if (isDict(item) || isArray(item)) {
      const tag = isDict(item) ? 'dict' : 'array';
      if ((isDict(item) ? item.size : item.length) === 0) parts.push(`<${tag}/>`);
      else {
        parts.push(`<${tag}>`);
        frames.push({ rest: isDict(item) ? item.entries() : item.values(), tag });
      }
    } else parts.push(printLeaf(item, eol, indentAt(frames.length)));
  };
  begin(value);
  while (frames.length > 0) {
    const frame = frames[frames.length - 1]!;
    const next = frame.rest.next();
    if (next.done) {
      frames.pop();
      parts.push(eol, indentAt(frames.length), `</${frame.tag}>`);
      continue;
    }
    const indent = indentAt(frames.length);
    parts.push(eol, indent);
    if (frame.tag === 'array') begin(next.value as PlistValue);
    else {
      const [key, item] = next.value as readonly [string, PlistValue];
      parts.push(`<key>${encodeText(key)}</key>`, eol, indent);
      begin(item);
    }
  }
  return parts.join('');
}

function printLeaf(value: PlistValue, eol: string, indent: string): string {
  if (typeof value === 'string') return `<string>${encodeText(value)}</string>`;
  if (typeof value === 'boolean') return value ? '<true/>' : '<false/>';
  if (typeof value === 'bigint') return `<integer>${value}</integer>`;
  if (value instanceof PlistReal) return `<real>${value.text?.trim() ?? realText(value.value)}</real>`;
  if (value instanceof PlistDate) return `<date>${dateText(value.seconds)}</date>`;
  if (value instanceof Uint8Array) return printData(value, eol, indent);
  return '';
}

/** Apple breaks base64 so that a line with its indentation (a tab counted as 8) is at most 76 wide. */
function printData(bytes: Uint8Array, eol: string, indent: string): string {
  const base64 = encodeBase64(bytes);
  if (eol === '' || base64 === '') return `<data>${base64}</data>`;
  const used = indent.replaceAll('\t', '        ').length;
  const width = Math.max(20, 76 - used);
  const lines: string[] = [];
  for (let at = 0; at < base64.length; at += width) lines.push(base64.slice(at, at + width));
  return `<data>${lines.map((line) => eol + indent + line).join('')}${eol}${indent}</data>`;
}

/** Text of a real that reads back as the same number. */
export function realText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (value === Number.POSITIVE_INFINITY) return '+infinity';
  if (value === Number.NEGATIVE_INFINITY) return '-infinity';
  return Object.is(value, -0) ? '-0.0' : String(value);
}

/** `YYYY-MM-DDThh:mm:ssZ`; fractions of a second are cut, as XML plists have none. */
export function dateText(seconds: number): string {
  const date = new Date(Math.floor(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return '1970-01-01T00:00:00Z';
  const text = date.toISOString();
  // Years outside 0..9999 come with a sign and six digits; CoreFoundation reads any number of digits.
  return text.replace(/^\+0*/, '').replace(/\.\d{3}Z$/, 'Z');
}
