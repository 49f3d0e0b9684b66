/** Words about keys and values, as Markdown; `toPlainText` makes them readable where Markdown is not. */
import type { JsonValue, SchemaObject } from '../schema/types.ts';
import {
  allowedTypes,
  annotation,
  descriptionOf,
  enumValues,
  escapeMarkdown,
  namesType,
} from './schemaInfo.ts';

export interface DescribeOptions {
  /** The key and its title as the first line. */
  readonly heading: boolean;
  readonly required?: boolean | undefined;
}

/** Most values of a closed list that a hover names. */
const VALUES_SHOWN = 12;

/** All that the schemas say of a key: title, meaning, type, values, since, what to use instead, where it is said. */
export function describeKey(
  key: string,
  schemas: readonly SchemaObject[],
  options: DescribeOptions,
): string | undefined {
  const blocks: string[] = [];
  const title = annotation(schemas, 'title');
  if (options.heading) blocks.push(`**${code(key)}**${title ? ` ${escapeMarkdown(title)}` : ''}`);
  const deprecation = annotation(schemas, 'deprecationMessage');
  if (deprecation !== undefined) blocks.push(`**Deprecated.** ${deprecation}`);
  else if (schemas.some((schema) => schema.deprecated)) blocks.push('**Deprecated.**');
  const description = descriptionOf(schemas);
  if (description) blocks.push(description);
  const facts = factsOf(schemas, options.required ?? false);
  if (facts.length > 0) blocks.push(facts.map((fact) => `- ${fact}`).join('\n'));
  const links = linksOf(schemas);
  if (links) blocks.push(links);
  if (blocks.length === (options.heading ? 1 : 0) && !title) return undefined;
  return blocks.join('\n\n');
}

function factsOf(schemas: readonly SchemaObject[], required: boolean): string[] {
  const facts: string[] = [];
  if (namesType(schemas)) {
    facts.push(`Type: ${allowedTypes(schemas).join(' or ')}${required ? ' (required)' : ''}`);
  } else if (required) {
    facts.push('Required');
  }
  const values = enumValues(schemas);
  if (values && values.length > 0) {
    const shown = values.slice(0, VALUES_SHOWN).map(({ value }) => code(jsonWords(value)));
    const rest = values.length - shown.length;
    facts.push(`Values: ${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`);
  }
  const bounds = boundsOf(schemas);
  if (bounds) facts.push(bounds);
  const preset = annotation(schemas, 'default');
  if (preset !== undefined) facts.push(`Default: ${code(jsonWords(preset))}`);
  const since = annotation(schemas, 'since');
  if (since) facts.push(`Since: ${escapeMarkdown(since)}`);
  if (schemas.some((schema) => schema.archSuffix)) {
    facts.push('May carry an architecture suffix, such as `_arm64` or `_x86_64`');
  }
  return facts;
}

function boundsOf(schemas: readonly SchemaObject[]): string | undefined {
  const low = annotation(schemas, 'minimum');
  const high = annotation(schemas, 'maximum');
  if (low !== undefined && high !== undefined) return `Range: ${low} to ${high}`;
  if (low !== undefined) return `At least ${low}`;
  return high !== undefined ? `At most ${high}` : undefined;
}

function linksOf(schemas: readonly SchemaObject[]): string | undefined {
  const parts: string[] = [];
  // The schema that describes the key names the source of what it says; others name those of their checks.
  const main = schemas.filter(({ markdownDescription, description }) => markdownDescription ?? description);
  const documentation = annotation(main, 'documentation') ?? annotation(schemas, 'documentation');
  if (documentation) parts.push(`[Documentation](${documentation})`);
  const sources = annotation(main, 'source') ?? annotation(schemas, 'source');
  for (const source of typeof sources === 'string' ? [sources] : (sources ?? [])) {
    if (source === documentation) continue;
    const link = sourceLink(source);
    parts.push(link ? `[${escapeMarkdown(shortSource(source))}](${link})` : escapeMarkdown(source));
  }
  return parts.length > 0 ? parts.slice(0, 4).join(' · ') : undefined;
}

/**
 * `owner/repo path:10-20` as a link to the file, `owner/repo tag NAME path` to the file at that tag, a link as
 * itself, anything else as nothing. Remarks behind them are let be.
 */
export function sourceLink(source: string): string | undefined {
  const address = /^https?:\/\/[^\s)]+/.exec(source)?.[0];
  if (address) return address.replace(/[,;.]$/, '');
  const match = /^([\w.-]+\/[\w.-]+) (?:tag (\S+) )?([^\s:]+\.\w+)(?:[: ](\d+)(?:-(\d+))?)?/.exec(source);
  if (!match) return undefined;
  const [, repo, tag = 'HEAD', path = '', from, to] = match;
  const lines = from ? `#L${from}${to ? `-L${to}` : ''}` : '';
  return `https://github.com/${repo}/blob/${encodeURIComponent(tag)}/${encodeURI(path)}${lines}`;
}

/** The last part of a path with its lines, or an address without its beginning; remarks stay. */
function shortSource(source: string): string {
  if (/^https?:/.test(source)) return source.replace(/^https?:\/\/(?:www\.)?/, '');
  const rest = source.replace(/^\S+ (?:tag \S+ )?/, '');
  const [path = '', ...remark] = rest.split(' ');
  return [path.split('/').at(-1) ?? path, ...remark].join(' ');
}

/** Inline code; a fence longer than any run of backticks in the text. */
export function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest > 0 ? `${fence} ${text} ${fence}` : `${fence}${text}${fence}`;
}

export function jsonWords(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Markdown for clients that show text as it is. */
export function toPlainText(markdown: string): string {
  return markdown
    .replace(/\[([^\]]*)\]\(([^)]*)\)/g, (_, text: string, link: string) => `${text}: ${link}`)
    .replace(/\*\*([^*]*)\*\*/g, '$1')
    .replace(/(?<!`)`([^`]+)`(?!`)/g, '$1')
    .replace(/\\([\\`*_{}[\]<>#|!~])/g, '$1');
}
