/** Text of other formats pasted into a property list: JSON, OpenStep, and lines that `ioreg -l` prints. */
import { isPrivateKey, withoutPrivate } from '../iokit/private.ts';
import { readIoregValue } from '../iokit/registry-value.ts';
import { insertItem, replaceValue, setEntry } from '../plist/edit.ts';
import { readJsonPlist } from '../plist/json.ts';
import { readOpenStepPlist } from '../plist/openstep.ts';
import { printPlist } from '../plist/print.ts';
import type { PlistNode, TextEdit } from '../plist/types.ts';
import { isArray, isDict, type PlistDict, type PlistValue } from '../plist/value.ts';
import type { PlistDocument } from '../workspace/types.ts';

/** `    | |   "idVendor" = 1452` */
const IOREG_LINE = /^[\s|+o-]*"([^"]+)" = (.*\S)\s*$/;

/**
 * What the text says, or undefined when it is none of the formats. Of `ioreg` lines those with private values (serial
 * numbers and the like) are left out, as are values that were cut off. Never throws.
 */
export function pastedValue(text: string): PlistValue | undefined {
  const ioreg = ioregProperties(text);
  if (ioreg) return ioreg;
  const start = text.trimStart();
  if (!/^[[{(]/.test(start)) return undefined;
  for (const read of [readJsonPlist, readOpenStepPlist]) {
    const { value, problems } = read(text);
    if (value !== undefined && problems.length === 0) return value;
  }
  return undefined;
}

function ioregProperties(text: string): PlistDict | undefined {
  const found = new Map<string, PlistValue>();
  let lines = 0;
  for (const line of text.split(/\r\n|\r|\n/)) {
    const match = IOREG_LINE.exec(line);
    if (!match) continue;
    lines++;
    const [, key = '', printed = ''] = match;
    const value = readIoregValue(printed, 0, printed.length);
    if (value !== undefined && !isPrivateKey(key)) found.set(key, withoutPrivate(key, value));
  }
  return lines > 0 ? found : undefined;
}

/**
 * Edits that put the value at an offset. Into a dictionary a dictionary is merged: keys that are there get the new
 * value, the others follow the entry at the cursor. Into an array it becomes an item. A document without any value
 * becomes one. Undefined where there is no place for it.
 */
export function pasteAt(document: PlistDocument, offset: number, value: PlistValue): TextEdit[] | undefined {
  const { tree, text } = document;
  if (!tree.root) {
    return text.trim() === '' ? [{ start: 0, end: text.length, newText: printPlist(value) }] : undefined;
  }
  const container = containerAt(tree.nodeAt(offset) ?? tree.root);
  if (container?.kind === 'array') {
    const index = container.items.filter(({ end }) => end <= offset).length;
    const values = isArray(value) ? value : [value];
    if (container.items.length === 0) return replaceValue(container, values);
    return values.flatMap((item) => insertItem(container, item, index));
  }
  if (container?.kind !== 'dict' || !isDict(value)) return undefined;
  if (container.entries.length === 0) return replaceValue(container, value);
  const before = container.entries.findLast(({ key }) => key.start < offset);
  const place = before ? { after: before.key.text } : { at: 'first' as const };
  return [...value].flatMap(([key, item]) => setEntry(container, key, item, place));
}

/** The innermost dictionary or array around a node, or itself. */
function containerAt(node: PlistNode): PlistNode | undefined {
  let at: PlistNode | undefined = node;
  while (at && at.kind !== 'dict' && at.kind !== 'array') at = at.parent;
  return at;
}
