/** Writes new property lists in which values of the source stand as they were written. */
import { encodeText } from '../plist/entities.ts';
import { commentsAbove, indentedLines } from '../plist/layout.ts';
import { plistHeader, printValue } from '../plist/print.ts';
import { indentOf } from '../plist/scan.ts';
import type { PlistNode } from '../plist/types.ts';
import type { PlistValue } from '../plist/value.ts';
import type { OutEntry, OutValue, PlanFile } from './types.ts';

export const text = (value: string): OutValue => ({ value });

/** A whole document. Hex integers, data and comments inside copied values stay as the source has them. */
export function printDocument(entries: readonly OutEntry[]): string {
  return `${plistHeader()}${printOut({ dict: entries }, '')}\n</plist>\n`;
}

function printOut(value: OutValue, indent: string): string {
  if ('node' in value) return nodeText(value.node, indent);
  if ('value' in value) return printValue(value.value, { base: indent });
  if (value.dict.length === 0) return '<dict/>';
  const inner = `${indent}\t`;
  const lines = value.dict.flatMap(({ key, value: child, source }) => [
    ...(source ? commentLines(source, inner) : []),
    `${inner}<key>${encodeText(key)}</key>`,
    `${inner}${printOut(child, inner)}`,
  ]);
  return ['<dict>', ...lines, `${indent}</dict>`].join('\n');
}

/** As it stands; what has a slip in its syntax is written anew, so that a new file begins without one. */
function nodeText(node: PlistNode, indent: string): string {
  const { start, end, tree } = node;
  const value = tree.errors.some((error) => error.start < end && error.end > start)
    ? node.value()
    : undefined;
  return value === undefined ? copyValue(node, indent) : printValue(value, { base: indent });
}

/** The element as it stands, its lines moved to `indent`; the text of a value is never touched. */
export function copyValue(node: PlistNode, indent: string): string {
  const { text: source } = node.tree;
  const base = indentOf(source, node.start);
  let copied = '';
  let from = node.start;
  for (const place of indentedLines(node)) {
    const old = indentOf(source, place);
    copied += source.slice(from, place - old.length) + indent;
    copied += old.startsWith(base) ? old.slice(base.length) : '\t';
    from = place;
  }
  return (copied + source.slice(from, node.end)).replace(/\r\n?/g, '\n');
}

function commentLines(key: PlistNode, indent: string): string[] {
  const { tree } = key;
  const start = commentsAbove(tree, key.start);
  const comments = tree.text.slice(start, key.start).trimEnd();
  // A comment that XML does not allow would spoil the new file.
  const spoiled = tree.errors.some((error) => error.start < key.start && error.end > start);
  if (comments === '' || spoiled) return [];
  const base = indentOf(tree.text, start);
  return comments
    .split(/\r\n?|\n/)
    .map((line) => indent + (line.startsWith(base) ? line.slice(base.length) : line.trimStart()));
}

/** Characters that no XML can hold, not even as references. */
export const NO_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** Characters that are written as references, which the kext loader’s own parser does not read. */
export const NO_LOADER = /[\u0000-\u001f\u007f-\u009f\ufffe\uffff]/;

/** True for a key that a new file can have. */
export function isWritable(key: string): boolean {
  return !NO_XML.test(key);
}

/**
 * True when every value inside has text that reads as its type, and that XML can hold: a build variable in an
 * integer has not.
 */
export function readsWell(node: PlistNode): boolean {
  const work = [node];
  for (let at = work.pop(); at; at = work.pop()) {
    if (at.kind === 'dict') {
      for (const { key, value } of at.entries) {
        if (!value || !isWritable(key.text)) return false;
        work.push(value);
      }
    } else if (at.kind === 'array') work.push(...at.items);
    else {
      const value = at.value();
      if (value === undefined || (typeof value === 'string' && NO_XML.test(value))) return false;
    }
  }
  return true;
}

/** The name of a personality without characters that the new file may not have; unique among those `taken`. */
export function readableName(name: string, forbidden: RegExp, taken: Set<string>): string {
  const plain = forbidden.test(name)
    ? name.replace(new RegExp(forbidden, 'g'), ' ').trim() || 'Personality'
    : name;
  let free = plain;
  for (let n = 2; taken.has(free); n++) free = `${plain} ${n}`;
  taken.add(free);
  return free;
}

/** A value in a few words, for a plan. */
export function shortly(value: PlistValue | undefined): string {
  if (value === undefined) return '(unreadable)';
  if (typeof value === 'string') return clip(value);
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  return clip(printValue(value, { layout: 'inline' }));
}

function clip(value: string): string {
  return value.length > 200 ? `${value.slice(0, 199)}…` : value;
}

export function planFile(path: string, content: string): PlanFile {
  return { path, text: content, bytes: new TextEncoder().encode(content).length };
}
