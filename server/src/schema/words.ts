/** Words for values, kinds and places, shared by messages and titles of fixes. */
import type { PlistNode } from '../plist/types.ts';
import type { JsonValue, SchemaObject } from './types.ts';

const MAX_TEXT = 60;

const KIND_WORDS: Readonly<Record<string, string>> = {
  string: 'a string',
  integer: 'an integer',
  real: 'a real',
  number: 'a number',
  boolean: '<true/> or <false/>',
  date: 'a date',
  data: 'data',
  dict: 'a dictionary',
  object: 'a dictionary',
  array: 'an array',
  key: 'a key',
};

/** `a string`, `an integer`; takes names of elements and of JSON types. */
export function kindWords(kind: string): string {
  return KIND_WORDS[kind] ?? `<${kind}>`;
}

/** What a value is: `a string`, `<true/>`, `an empty array`. */
export function whatIs(node: PlistNode): string {
  if (node.kind === 'boolean') return node.boolean ? '<true/>' : '<false/>';
  if (node.kind === 'unknown') return `<${node.tag}>`;
  return kindWords(node.kind);
}

/** A value as a person would quote it, shortened: `"Foo"`, `1452`, `<true/>`, `a dictionary`. */
export function quoted(node: PlistNode): string {
  switch (node.kind) {
    case 'string':
    case 'key':
      return `"${shortened(node.text)}"`;
    case 'integer':
    case 'real':
    case 'date':
      return shortened(node.text.trim());
    default:
      return whatIs(node);
  }
}

/** A value of a schema as it would be written: strings bare, booleans as elements. */
export function plainJson(value: JsonValue): string {
  if (typeof value === 'string') return value === '' ? '""' : shortened(value);
  if (typeof value === 'boolean') return value ? '<true/>' : '<false/>';
  return shortened(JSON.stringify(value));
}

/** The value's name in a sentence: its key, `item 2 of OSBundleLibraries`, `the root`. */
export function subject(node: PlistNode): string {
  const { name, parent } = node;
  if (name !== undefined) return name === '' ? 'the empty key' : shortened(name);
  if (parent === undefined) return 'the root';
  return `item ${node.index + 1} of ${subject(parent)}`;
}

/** With a capital, unless it is a key: those stay as they are written. */
export function sentenceSubject(node: PlistNode): string {
  const words = subject(node);
  return node.name !== undefined && node.name !== ''
    ? words
    : `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** `a`, `a or b`, `a, b or c`. */
export function either(words: readonly string[]): string {
  return joined(words, 'or');
}

/** `a`, `a and b`, `a, b and c`. */
export function together(words: readonly string[]): string {
  return joined(words, 'and');
}

function joined(words: readonly string[], last: string): string {
  if (words.length < 2) return words[0] ?? '';
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

/** At most `limit` words, then how many more there are. */
export function bounded(words: readonly string[], limit: number): string {
  if (words.length <= limit) return words.join(', ');
  return `${words.slice(0, limit).join(', ')} and ${words.length - limit} more`;
}

export function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

export function shortened(text: string): string {
  const flat = text.replace(/\s+/g, ' ');
  return flat.length > MAX_TEXT ? `${flat.slice(0, MAX_TEXT - 1)}…` : flat;
}

/** `errorMessage` of a schema with `{key}` and `{value}` filled in. */
export function filledMessage(template: string, node: PlistNode, key: string | undefined): string {
  return template.replace(/\{(key|value)\}/g, (_, name) =>
    name === 'key' ? (key ?? subject(node)) : node.text === '' ? whatIs(node) : shortened(node.text),
  );
}

/** The keys of a schema that asks for nothing but keys, `undefined` when it asks for more. */
export function onlyRequires(schema: SchemaObject | boolean): readonly string[] | undefined {
  if (typeof schema === 'boolean' || schema.required === undefined) return undefined;
  const { required, $comment: _, title: __, description: ___, ...rest } = schema;
  return Object.keys(rest).length === 0 ? required : undefined;
}
