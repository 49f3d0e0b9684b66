/** A value in words: what it stands for in its list or table, numbers by name, data decoded. */
import type { PlistNode } from '../plist/types.ts';
import type { SchemaObject } from '../schema/types.ts';
import { code } from './describe.ts';
import { nameOfNumber } from './numbers.ts';
import { annotation, enumValues } from './schemaInfo.ts';
import { entryWords, tableEntries } from './tables.ts';

/** Most bytes of a data value that are shown. */
const BYTES_SHOWN = 64;

/** Markdown, or undefined when nothing is known beyond the text itself. */
export function describeValue(node: PlistNode, schemas: readonly SchemaObject[]): string | undefined {
  const blocks: string[] = [];
  const listed = listedWords(node, schemas);
  if (listed) blocks.push(listed);
  if (node.kind === 'integer') {
    const words = integerWords(node, schemas);
    if (words) blocks.push(words);
  }
  if (node.kind === 'string') {
    const name = namedText(node, schemas);
    if (name) blocks.push(name);
  }
  if (node.kind === 'data') {
    const words = dataWords(node.data);
    if (words) blocks.push(words);
  }
  return blocks.length > 0 ? blocks.join('\n\n') : undefined;
}

/** The description of the value in an enum, a const or a table. */
function listedWords(node: PlistNode, schemas: readonly SchemaObject[]): string | undefined {
  const text = node.text.trim();
  const same = (value: unknown): boolean =>
    node.kind === 'integer'
      ? node.integer !== undefined && String(node.integer) === String(value)
      : text === value;
  for (const { value, description } of enumValues(schemas) ?? []) {
    if (same(value) && description) return `**${code(text)}** ${description}`;
  }
  for (const schema of schemas) {
    for (const [index, value] of (schema.enum ?? []).entries()) {
      const description = schema.markdownEnumDescriptions?.[index] ?? schema.enumDescriptions?.[index];
      if (same(value) && description) return `**${code(text)}** ${description}`;
    }
    if (!schema.table) continue;
    for (const entry of tableEntries(schema.table)) {
      if (!same(entry.value)) continue;
      const words = entryWords(entry);
      if (words) return `**${code(text)}** ${words}`;
    }
  }
  return undefined;
}

function integerWords(node: PlistNode, schemas: readonly SchemaObject[]): string | undefined {
  const value = node.integer;
  if (value === undefined) return undefined;
  const hex = `${value < 0n ? '-' : ''}0x${(value < 0n ? -value : value).toString(16).toUpperCase()}`;
  const name = numberName(node, schemas);
  const forms = `${code(String(value))} = ${code(hex)}`;
  return name ? `${forms} **${name}**` : forms;
}

/** The name of a number by the schema's `number` annotation; undefined without one, or for an unknown number. */
export function numberName(node: PlistNode, schemas: readonly SchemaObject[]): string | undefined {
  const kind = annotation(schemas, 'number');
  const value = node.integer;
  if (!kind || value === undefined) return undefined;
  return nameOfNumber(kind, value, siblingsOf(node));
}

/** Numbers inside a text: PCI match lists. */
function namedText(node: PlistNode, schemas: readonly SchemaObject[]): string | undefined {
  const kind = annotation(schemas, 'number');
  if (!kind) return undefined;
  const lines = pciNames(node.text, kind).map(({ text, name }) => `- ${code(text)} ${name}`);
  return lines.length > 0 ? lines.join('\n') : undefined;
}

/** Names beyond this number fit in no hint and no hover. */
const PCI_NAMES = 100;

/** Names for the first parts of a PCI match string: `0x12348086` is device 0x1234 of vendor 0x8086. */
export function pciNames(text: string, kind: string): { text: string; name: string }[] {
  if (kind !== 'pci-match' && kind !== 'pci-class') return [];
  const found: { text: string; name: string }[] = [];
  for (const [part] of text.matchAll(/[^\s,]+/g)) {
    const match = /^(?:0[xX])?([0-9a-fA-F]{1,8})(?:&(?:0[xX])?([0-9a-fA-F]{1,8}))?$/.exec(part);
    if (!match?.[1]) continue;
    const name = nameOfNumber(kind, BigInt(`0x${match[1]}`), { sibling: () => undefined });
    if (name && found.push({ text: part, name }) >= PCI_NAMES) break;
  }
  return found;
}

/** A dictionary's own numbers; an item of an array looks beside the array. */
export function siblingsOf(node: PlistNode): { sibling: (key: string) => bigint | undefined } {
  let dict = node.parent;
  while (dict && dict.kind !== 'dict') dict = dict.parent;
  return { sibling: (key) => dict?.get(key)?.integer };
}

function dataWords(data: Uint8Array | undefined): string | undefined {
  if (!data) return undefined;
  if (data.length === 0) return '0 bytes';
  const shown = data.subarray(0, BYTES_SHOWN);
  const rows: string[] = [];
  for (let at = 0; at < shown.length; at += 16) {
    rows.push([...shown.subarray(at, at + 16)].map((byte) => byte.toString(16).padStart(2, '0')).join(' '));
  }
  const more = data.length > shown.length ? '\n…' : '';
  const text = printable(data);
  const size = data.length === 1 ? '1 byte' : `${data.length} bytes`;
  const asText = text === undefined ? '' : `, text ${code(text)}`;
  return `${size}${asText}\n\n\`\`\`text\n${rows.join('\n')}${more}\n\`\`\``;
}

/** Up to 16 bytes in hexadecimal; of more the first 12, and how many there are. */
export function bytesShortly(data: Uint8Array): string {
  const hex = (bytes: Uint8Array): string =>
    [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return data.length <= 16 ? hex(data) : `${hex(data.subarray(0, 12))} … ${data.length} bytes`;
}

/** The bytes as text, if they are printable ASCII, with or without a NUL at the end. */
export function printable(data: Uint8Array): string | undefined {
  const end = data.at(-1) === 0 ? data.length - 1 : data.length;
  if (end === 0) return undefined;
  let text = '';
  for (const byte of data.subarray(0, Math.min(end, BYTES_SHOWN))) {
    if (byte < 0x20 || byte > 0x7e) return undefined;
    text += String.fromCharCode(byte);
  }
  return end > BYTES_SHOWN ? `${text}…` : text;
}
