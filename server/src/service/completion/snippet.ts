/** Snippet texts: writing them for values, laying them out in the file's own way, taking the marks out. */
import type { JsonValue, PlistType, SchemaObject } from '../../schema/types.ts';
import { allowedTypes, annotation, enumValues, typeOfJson } from '../schemaInfo.ts';
import { escapeText, type Layout } from '../text.ts';

/** Escapes text that shall stand in a snippet as it is. */
export function literal(text: string): string {
  return text.replace(/[\\$}]/g, (character) => `\\${character}`);
}

/** The text of a snippet as a person without snippet support gets it: placeholders' own text, first choices. */
export function plainOf(snippet: string): string {
  let text = snippet;
  // Innermost placeholders first, since they nest.
  for (let before = ''; before !== text; ) {
    before = text;
    text = text
      .replace(/(?<!\\)\$\{\d+\|((?:[^|,\\]|\\.)*)(?:,(?:[^|\\]|\\.)*)?\|\}/g, (_, first: string) => first)
      .replace(/(?<!\\)\$\{\d+:((?:[^${}\\]|\\.)*)\}/g, (_, inner: string) => inner)
      .replace(/(?<!\\)\$(?:\d+|\{\d+\})/g, '');
  }
  return text.replace(/\\([\\$},|])/g, '$1');
}

/**
 * Puts a snippet written with `\t` and `\n` into a file's own indentation and line ends.
 *
 * @param indent blanks in front of every line but the first; empty when the client adds them itself
 */
export function laidOut(snippet: string, layout: Layout, indent: string): string {
  return snippet
    .split('\n')
    .map((line, index) => {
      const tabs = /^\t*/.exec(line)?.[0].length ?? 0;
      const own = layout.unit.repeat(tabs) + line.slice(tabs);
      return index === 0 ? own : indent + own;
    })
    .join(layout.eol);
}

/**
 * The element that a key's value begins with, as a snippet: the author's own where the schema has one, else the
 * one value that is legal, else an element of the first allowed type with the cursor in it.
 */
export function valueSnippet(schemas: readonly SchemaObject[]): string {
  const [own] = annotation(schemas, 'defaultSnippets') ?? [];
  if (own) return choiceOf(own.body, schemas) ?? own.body;
  const type = allowedTypes(schemas)[0] ?? 'string';
  const values = (enumValues(schemas) ?? []).filter(({ value }) => typeof value !== 'object');
  if (values.length === 1 && values[0]) return literal(jsonElement(values[0].value, type));
  const preset = annotation(schemas, 'default');
  if (type === 'boolean') {
    return preset === false ? '<${1|false,true|}/>' : '<${1|true,false|}/>';
  }
  if (preset !== undefined && typeof preset !== 'object' && type !== 'dict' && type !== 'array') {
    return element(type, `\${1:${literal(escapeText(String(preset)))}}`);
  }
  return emptyElement(type);
}

/** Most values that are offered as a choice in place. */
const CHOICES = 20;

/** A fixed text that is one of several listed ones becomes a choice of them, itself first. */
function choiceOf(body: string, schemas: readonly SchemaObject[]): string | undefined {
  const first = /^<string>([^<$\\]+)<\/string>$/.exec(body)?.[1];
  if (first === undefined) return undefined;
  const listed = schemas.flatMap((schema) => schema.enum ?? []).filter((value) => typeof value === 'string');
  const values = [...new Set(listed)].map(escapeText);
  if (values.length < 2 || values.length > CHOICES || !values.includes(first)) return undefined;
  const others = values.filter((value) => value !== first);
  const choices = [first, ...others].map((value) => value.replace(/[\\,|$}]/g, (sign) => `\\${sign}`));
  return `<string>\${1|${choices.join(',')}|}</string>`;
}

/** An element of a type with the cursor where its content goes. */
export function emptyElement(type: PlistType): string {
  if (type === 'dict' || type === 'array') return `<${type}>\n\t$1\n</${type}>`;
  if (type === 'boolean') return '<${1|true,false|}/>';
  return element(type, '$1');
}

function element(type: PlistType, content: string): string {
  return `<${type}>${content}</${type}>`;
}

/** A JSON value as plist text; numbers become reals only where no integer is allowed. */
export function jsonElement(value: JsonValue, type: PlistType = typeOfJson(value), depth = 0): string {
  if (typeof value === 'boolean') return `<${value}/>`;
  if (typeof value === 'number') return element(type === 'real' ? 'real' : 'integer', String(value));
  if (typeof value === 'string') {
    return element(type === 'data' || type === 'date' ? type : 'string', escapeText(value));
  }
  const pad = '\t'.repeat(depth + 1);
  const close = `\n${'\t'.repeat(depth)}`;
  if (value === null) return '<string></string>';
  if (Array.isArray(value)) {
    const items = (value as readonly JsonValue[]).map(
      (item) => `\n${pad}${jsonElement(item, undefined, depth + 1)}`,
    );
    return items.length === 0 ? '<array/>' : `<array>${items.join('')}${close}</array>`;
  }
  const entries = Object.entries(value as { readonly [key: string]: JsonValue }).map(
    ([key, item]) =>
      `\n${pad}<key>${escapeText(key)}</key>\n${pad}${jsonElement(item, undefined, depth + 1)}`,
  );
  return entries.length === 0 ? '<dict/>' : `<dict>${entries.join('')}${close}</dict>`;
}
