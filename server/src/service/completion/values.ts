/** Proposes values: what the schemas list, tables of names, numbers by their names, build variables. */
import { CompletionItemKind } from 'vscode-languageserver-types';
import type { Registry } from '../../iokit/registry.ts';
import type { Evaluation, JsonValue, PlistType, SchemaObject } from '../../schema/types.ts';
import { jsonWords } from '../describe.ts';
import { searchNumbers } from '../numbers.ts';
import { isPersonalities } from '../personality.ts';
import { allowedTypes, annotation, enumValues, namesType, PLIST_TYPES, typeOfJson } from '../schemaInfo.ts';
import { entryWords, type TableEntry, tableEntries } from '../tables.ts';
import { escapeText } from '../text.ts';
import type { WorkspaceNames } from '../workspaceNames.ts';
import type { Token } from './context.ts';
import { deviceValues } from './devices.ts';
import { filterFor, type Proposal } from './items.ts';
import {
  fixedTexts,
  itemsBeside,
  nameOf,
  numberContext,
  usedElsewhere,
  type Value,
  type ValuePlace,
} from './nearby.ts';
import { personalitySnippets } from './personalities.ts';
import { fromProject, variables } from './project.ts';
import { emptyElement, jsonElement, literal } from './snippet.ts';

/** What completion may ask beside the document. */
export interface CompletionSources {
  /** The dump whose devices are proposed. */
  readonly registry?: Registry | undefined;
  /** What the project around the document names. */
  readonly names?: WorkspaceNames | undefined;
}

export interface ValueProposals {
  readonly proposals: readonly Proposal[];
  /** What an item replaces: the place's token, or the one word of a list that the cursor is in. */
  readonly token: Token;
  /** More would be found if more were typed. */
  readonly incomplete: boolean;
}

/**
 * Never throws; without schemas the types alone are proposed.
 *
 * @param sources whose devices and names are proposed, before all else
 */
export function valueProposals(
  given: ValuePlace,
  evaluation: Evaluation | undefined,
  { registry, names }: CompletionSources = {},
): ValueProposals {
  if (given.variable) {
    return { proposals: contents(given, variables(names)), incomplete: false, token: given.token };
  }
  const schemas = schemasFor(given, evaluation);
  const types = allowedTypes(schemas);
  const isList = given.contentOf === 'string' && /^pci-/.test(annotation(schemas, 'number') ?? '');
  const place = isList ? { ...given, token: wordOf(given) } : given;
  const { values: known, incomplete } = valuesOf(place, schemas, types);
  const named = fromProject(place, names);
  const values = known.filter(({ content }) => !named.some((one) => one.content === content));
  const devices = [...fromDevices(place, registry), ...named];
  const proposals = place.contentOf
    ? contents(place, [...devices, ...values])
    : elements(place, devices, values, schemas, types);
  return { proposals, incomplete, token: place.token };
}

/** The word of a list parted by blanks that the cursor is in. */
function wordOf({ token, document }: ValuePlace): Token {
  const offset = token.start + token.typed.length;
  const typed = /\S*$/.exec(token.typed)?.[0] ?? '';
  const rest = /^\S*/.exec(document.text.slice(offset, token.end))?.[0] ?? '';
  return { start: offset - typed.length, end: offset + rest.length, typed };
}

function fromDevices(place: ValuePlace, registry: Registry | undefined): Value[] {
  if (!registry) return [];
  const beside = itemsBeside(place);
  const values = deviceValues(registry, place.key, place.owner);
  const open = values.filter(({ type, content }) => !beside.includes(`${type} ${content}`));
  return open.map(({ label, type, content }) => ({
    label,
    type,
    content,
    detail: content,
    filter: `${label} ${content}`,
    kind: CompletionItemKind.EnumMember,
  }));
}

function schemasFor({ owner, key }: ValuePlace, evaluation: Evaluation | undefined): readonly SchemaObject[] {
  if (!evaluation || !owner) return [];
  if (owner.kind === 'array') return evaluation.schemasForItem(owner);
  return owner.kind === 'dict' && key !== undefined ? evaluation.schemasForKey(owner, key) : [];
}

function valuesOf(
  place: ValuePlace,
  schemas: readonly SchemaObject[],
  types: readonly PlistType[],
): { values: Value[]; incomplete: boolean } {
  const values: Value[] = [];
  const seen = new Set<string>();
  const add = (value: Value): void => {
    const same = `${value.type} ${value.content}`;
    if (seen.has(same)) return;
    seen.add(same);
    values.push(value);
  };
  const preset = annotation(schemas, 'default');
  const listed = enumValues(schemas) ?? [];
  // What stands in the list already is not offered again.
  for (const item of itemsBeside(place)) seen.add(item);
  if (listed.length === 0) for (const value of usedElsewhere(place, schemas)) add(value);
  for (const { value, description } of listed) {
    add(fromJson(value, types, { documentation: description, preselect: value === preset }));
  }
  for (const schema of schemas) {
    if (!schema.suggestOnly) continue;
    schema.enum?.forEach((value, index) => {
      const documentation = schema.markdownEnumDescriptions?.[index] ?? schema.enumDescriptions?.[index];
      add(fromJson(value, types, { documentation }));
    });
  }
  if (preset !== undefined) add(fromJson(preset, types, { detail: 'default', preselect: true }));
  for (const schema of schemas) {
    for (const example of schema.examples ?? []) {
      const entry = entryOf(schemas, example);
      add(entry ? fromTable(entry) : fromJson(example, types, named(place, schemas, example)));
    }
    if (schema.table) for (const entry of entriesFor(place, schema.table)) add(fromTable(entry));
  }
  for (const value of fixedTexts(place, schemas)) add(value);
  const incomplete = addNumbers(place, schemas, add);
  if (types.includes('boolean') && namesType(schemas)) {
    for (const value of [true, false]) add(fromJson(value, types, {}));
  }
  return { values, incomplete };
}

/** The entry of a value in the tables of its key. */
function entryOf(schemas: readonly SchemaObject[], value: JsonValue): TableEntry | undefined {
  for (const { table } of schemas) {
    const entry = table && tableEntries(table).find((one) => one.value === value);
    if (entry) return entry;
  }
  return undefined;
}

/** The name of an example that is a number, or a text of PCI numbers. */
function named(place: ValuePlace, schemas: readonly SchemaObject[], value: JsonValue): Partial<Value> {
  const whole = typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value;
  if (typeof whole !== 'string' && typeof whole !== 'bigint') return {};
  const name = nameOf(place, schemas, whole);
  if (!name) return {};
  return typeof whole === 'string' ? { detail: name, filter: `${name} ${whole}` } : { detail: name };
}

function fromJson(value: JsonValue, types: readonly PlistType[], more: Partial<Value>): Value {
  const natural = typeOfJson(value);
  const fits = natural === 'integer' && !types.includes('integer') && types.includes('real');
  return {
    label: jsonWords(value),
    type: fits ? 'real' : natural,
    content: typeof value === 'object' ? '' : String(value),
    kind: typeof value === 'object' ? CompletionItemKind.Struct : CompletionItemKind.Value,
    ...(typeof value === 'object' ? { json: value } : {}),
    ...more,
  };
}

/** Of provider classes those that the kind of bundle can match; the deprecated ones last. */
function entriesFor(place: ValuePlace, table: string): readonly TableEntry[] {
  const entries = tableEntries(table);
  const { kind } = place.document.kind;
  const fitting =
    table === 'provider-classes' && (kind === 'dext' || kind === 'codeless-dext')
      ? entries.filter(({ driverKit }) => driverKit === true)
      : entries;
  return [...fitting].sort((a, b) => Number(a.deprecated !== undefined) - Number(b.deprecated !== undefined));
}

function fromTable(entry: TableEntry): Value {
  const number = typeof entry.value === 'number';
  return {
    label: number ? (entry.title ?? String(entry.value)) : String(entry.value),
    type: number ? 'integer' : 'string',
    content: String(entry.value),
    detail: number ? String(entry.value) : entry.title,
    documentation: entryWords(entry),
    filter: number ? `${entry.title ?? ''} ${entry.value}`.trim() : undefined,
    kind: number ? CompletionItemKind.EnumMember : CompletionItemKind.Class,
    deprecated: entry.deprecated !== undefined,
  };
}

/** Names of numbers: type a vendor's name, get its number. */
function addNumbers(
  place: ValuePlace,
  schemas: readonly SchemaObject[],
  add: (value: Value) => void,
): boolean {
  const kind = annotation(schemas, 'number');
  if (!kind) return false;
  const typed = place.token.typed.replace(/^<\w*>?/, '').trim();
  if (kind === 'pci-match' || kind === 'pci-class') return addPciNames(kind, typed, add);
  const { matches, more } = searchNumbers(kind, typed, numberContext(place.owner));
  for (const { name, value, description } of matches) {
    const hex = `0x${value.toString(16).padStart(4, '0')}`;
    add({
      label: name,
      type: 'integer',
      content: String(value),
      detail: `${value} · ${hex}`,
      documentation: description,
      filter: `${name} ${value} ${hex}`,
      kind: CompletionItemKind.EnumMember,
    });
  }
  return more;
}

/** Match texts by name: a vendor's with the device masked out, a class with its mask. */
function addPciNames(kind: string, typed: string, add: (value: Value) => void): boolean {
  const propose = (name: string, content: string, documentation?: string): void =>
    add({
      label: name,
      type: 'string',
      content,
      detail: content,
      documentation,
      filter: `${name} ${content}`,
      kind: CompletionItemKind.EnumMember,
    });
  if (kind === 'pci-class') {
    for (const { value, title, description } of tableEntries('pci-classes')) {
      propose(title ?? String(value), String(value), description);
    }
    return false;
  }
  const { matches, more } = searchNumbers(kind, typed, { sibling: () => undefined });
  for (const { name, value } of matches) {
    propose(name, `0x0000${value.toString(16).padStart(4, '0')}&0x0000ffff`, 'Every device of this vendor');
  }
  return more;
}

/** Inside an element: the texts that its type takes. */
function contents(place: ValuePlace, values: readonly Value[]): Proposal[] {
  const fitting = values.filter(({ type, json }) => type === place.contentOf && json === undefined);
  return fitting.map((value, index) => ({
    label: value.label,
    kind: value.kind,
    snippet: literal(escapeText(value.content)),
    filter: value.filter ?? escapeText(value.content),
    sort: String(index).padStart(5, '0'),
    detail: value.detail,
    documentation: () => value.documentation,
    preselect: value.preselect,
    deprecated: value.deprecated,
  }));
}

/**
 * On an empty place: whole elements, those of devices and the author's snippets first, an empty element of each type
 * last.
 */
function elements(
  place: ValuePlace,
  devices: readonly Value[],
  values: readonly Value[],
  schemas: readonly SchemaObject[],
  types: readonly PlistType[],
): Proposal[] {
  const proposals: Proposal[] = [];
  const sort = (group: number): string => `${group}${String(proposals.length).padStart(5, '0')}`;
  const texts = new Set<string>();
  const propose = (value: Value, text: string, group: number): void => {
    proposals.push({
      label: value.label,
      kind: value.kind,
      snippet: literal(text),
      filter: elementFilter(place, text, value.filter ?? value.content),
      sort: sort(group),
      detail: value.detail,
      documentation: () => value.documentation,
      preselect: value.preselect,
      deprecated: value.deprecated,
    });
  };
  // Several devices may have one number, and its own name is looked for as well: both stay.
  for (const device of devices) propose(device, elementOf(device), 0);
  for (const schema of schemas) {
    for (const { label, description, body } of schema.defaultSnippets ?? []) {
      if (texts.has(body)) continue;
      texts.add(body);
      proposals.push({
        label,
        kind: CompletionItemKind.Snippet,
        snippet: body,
        filter: elementFilter(place, body, label),
        sort: sort(0),
        detail: description,
      });
    }
  }
  if (place.owner && isPersonalities(place.owner)) {
    for (const { label, kind, body, detail, documentation } of personalitySnippets(
      place.document.kind.kind,
    )) {
      proposals.push({
        label,
        kind,
        snippet: body,
        filter: elementFilter(place, body, label),
        sort: sort(0),
        detail,
        documentation: () => documentation,
      });
    }
  }
  for (const value of values) {
    const text = value.json !== undefined ? jsonElement(value.json) : elementOf(value);
    if (texts.has(text)) continue;
    texts.add(text);
    propose(value, text, 1);
  }
  const others = PLIST_TYPES.filter((type) => !types.includes(type));
  const allowed = namesType(schemas);
  for (const type of allowed ? [...types, ...others] : PLIST_TYPES) {
    const fits = !allowed || types.includes(type);
    for (const element of type === 'boolean' ? ['true', 'false'] : [type]) {
      const body = type === 'boolean' ? `<${element}/>` : emptyElement(type);
      if (texts.has(body)) continue;
      proposals.push({
        label: element,
        kind: CompletionItemKind.Keyword,
        snippet: body,
        filter: place.token.typed.startsWith('<') ? `<${element}` : element,
        sort: sort(fits ? 2 : 3),
        detail: fits ? undefined : 'not the type that this key takes',
      });
    }
  }
  return proposals;
}

function elementOf({ type, content }: Value): string {
  return type === 'boolean' ? `<${content}/>` : `<${type}>${escapeText(content)}</${type}>`;
}

function elementFilter({ token }: ValuePlace, body: string, word: string): string {
  const tag = /^<\w+\/?>?/.exec(body)?.[0] ?? '<';
  return filterFor(token, tag, word);
}
