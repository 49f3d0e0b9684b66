/** Schema objects -> compiled schemas. One pass compiles every subschema once; references meet by identity. */
import { addArrayChecks } from './arrayChecks.ts';
import { Compiled } from './compiled.ts';
import { addDictChecks, takesArchitecture } from './dictChecks.ts';
import { ANY_KIND, ARRAY, BOOLEAN, DATA, DATE, DICT, INTEGER, NULL, REAL, STRING } from './instance.ts';
import { keywordProblem } from './keywords.ts';
import { addLogicChecks } from './logicChecks.ts';
import { patternProblem } from './pattern.ts';
import { addScalarChecks, textCondition } from './scalarChecks.ts';
import type { JsonValue, Schema, SchemaObject } from './types.ts';
import { addUnevaluatedChecks } from './unevaluated.ts';

/** Something wrong in a schema file. */
export interface SchemaProblem {
  readonly file: string;
  /** JSON pointer to the subschema, `''` for the whole file. */
  readonly pointer: string;
  readonly message: string;
}

/** Where a reference leads: the raw schema and its place. */
export interface Target {
  readonly schema: Schema;
  readonly file: string;
  readonly pointer: string;
}

export interface CompileContext {
  /** Schemas compiled already, by identity. */
  readonly known: { get(schema: SchemaObject): Compiled | undefined };
  readonly resolve: (reference: string, file: string) => Target | string;
  readonly problem: (problem: SchemaProblem) => void;
  /** Keywords and patterns are known to be sound, and not looked at. */
  readonly checked: boolean;
  readonly done: Map<SchemaObject, Compiled>;
  /** References to resolve once the file's own schemas are compiled: chains of them must not nest calls. */
  readonly pending: PendingReference[];
  /** Keys of the set that may carry an architecture suffix. */
  readonly archKeys: Set<string>;
}

interface PendingReference {
  readonly from: Compiled;
  readonly reference: string;
  readonly file: string;
  readonly pointer: string;
}

/** Schemas nested deeper are refused: nobody writes them, and recursion has an end. */
const MAX_NESTING = 200;

let nextId = 0;

/** Compiles one schema and all below it. Never throws; what is wrong goes to `context.problem` and is left out. */
export function compile(schema: Schema, file: string, pointer: string, context: CompileContext): Compiled {
  const compiled = compileAt(schema, file, pointer, context, undefined, 0);
  for (let next = context.pending.pop(); next !== undefined; next = context.pending.pop()) {
    next.from.ref = referenced(next, context);
  }
  return compiled;
}

function referenced(pending: PendingReference, context: CompileContext): Compiled | undefined {
  const { from, reference, file, pointer } = pending;
  const target = context.resolve(reference, file);
  if (typeof target !== 'string') {
    const holder = { source: from.source, keyword: '$ref' };
    return compileAt(target.schema, target.file, target.pointer, context, holder, 0);
  }
  context.problem({ file, pointer, message: target });
  return undefined;
}

const NONE: readonly Compiled[] = [];
const EMPTY: ReadonlyMap<string, Compiled> = new Map();

interface Holder {
  readonly source: SchemaObject;
  readonly keyword: string;
}

function compileAt(
  schema: Schema,
  file: string,
  pointer: string,
  context: CompileContext,
  holder: Holder | undefined,
  nesting: number,
): Compiled {
  if (typeof schema === 'boolean') return constant(schema, holder);
  const known = context.done.get(schema) ?? context.known.get(schema);
  if (known !== undefined) return known;
  if (nesting > MAX_NESTING) {
    context.problem({ file, pointer, message: `schemas nested deeper than ${MAX_NESTING} levels` });
    return constant(true, holder);
  }
  const compiled = new Compiled(nextId++, sound(schema, file, pointer, context));
  context.done.set(schema, compiled);
  fill(compiled, file, pointer, context, nesting);
  return compiled;
}

function constant(value: boolean, holder: Holder | undefined): Compiled {
  const compiled = new Compiled(nextId++, holder?.source ?? {});
  compiled.constant = value;
  compiled.keyword = holder?.keyword ?? 'false';
  return compiled;
}

function fill(
  compiled: Compiled,
  file: string,
  pointer: string,
  context: CompileContext,
  nesting: number,
): void {
  const { source } = compiled;
  const child = (keyword: keyof SchemaObject, ...steps: (string | number)[]) => {
    let at = source[keyword] as unknown;
    for (const step of steps) at = (at as { [step: string | number]: unknown })[step];
    // Where it stands is for problems only.
    const place = context.checked
      ? pointer
      : [pointer, ...[keyword, ...steps].map((step) => pointerStep(String(step)))].join('/');
    return compileAt(at as Schema, file, place, context, { source, keyword }, nesting + 1);
  };
  const maybe = (keyword: keyof SchemaObject) => (source[keyword] === undefined ? undefined : child(keyword));
  const list = (keyword: 'allOf' | 'anyOf' | 'oneOf' | 'prefixItems') =>
    source[keyword] === undefined ? NONE : source[keyword].map((_, i) => child(keyword, i));
  const map = (keyword: '$defs' | 'properties' | 'dependentSchemas' | 'patternProperties') =>
    source[keyword] === undefined
      ? EMPTY
      : new Map(Object.keys(source[keyword]).map((key) => [key, child(keyword, key)] as const));

  map('$defs');
  compiled.suggestOnly = source.suggestOnly === true;
  compiled.deprecated = source.deprecationMessage !== undefined || source.deprecated === true;
  compiled.typeKinds = kindsOf(source.type, JSON_KINDS);
  compiled.kinds = compiled.typeKinds & kindsOf(source.plistType, PLIST_KINDS);
  if (source.$ref !== undefined)
    context.pending.push({ from: compiled, reference: source.$ref, file, pointer });
  compiled.allOf = list('allOf');
  compiled.anyOf = list('anyOf');
  compiled.oneOf = list('oneOf');
  compiled.not = maybe('not');
  compiled.condition = maybe('if');
  compiled.consequent = maybe('then');
  compiled.alternative = maybe('else');
  compiled.dependentSchemas = map('dependentSchemas');
  compiled.properties = map('properties');
  compiled.patterns = [...map('patternProperties')].flatMap(([pattern, schema]) => {
    const regExp = regExpOf(pattern, file, `${pointer}/patternProperties`, context);
    return regExp === undefined ? [] : [[regExp, schema] as const];
  });
  compiled.additional = maybe('additionalProperties');
  compiled.names = maybe('propertyNames');
  compiled.prefixItems = list('prefixItems');
  compiled.items = maybe('items');
  compiled.contains = maybe('contains');
  compiled.unevaluatedProperties = maybe('unevaluatedProperties');
  compiled.unevaluatedItems = maybe('unevaluatedItems');

  compiled.glance = textCondition(source);
  addLogicChecks(compiled);
  addScalarChecks(compiled, (pattern) => regExpOf(pattern, file, pointer, context));
  addDictChecks(compiled, context.archKeys);
  addArrayChecks(compiled);
  addUnevaluatedChecks(compiled);
}

/** The schema without the keywords that are unknown or malformed; those are problems. */
function sound(source: SchemaObject, file: string, pointer: string, context: CompileContext): SchemaObject {
  if (context.checked) return source;
  let result: { [keyword: string]: JsonValue } | undefined;
  for (const [keyword, value] of Object.entries(source) as [string, JsonValue][]) {
    const message =
      keyword === '$id' && pointer !== ''
        ? '"$id" is only allowed at the root of a file'
        : keywordProblem(keyword, value);
    if (message === undefined) continue;
    context.problem({ file, pointer, message });
    result ??= { ...(source as { [keyword: string]: JsonValue }) };
    delete result[keyword];
  }
  return result === undefined ? source : (result as SchemaObject);
}

function regExpOf(
  pattern: string,
  file: string,
  pointer: string,
  context: CompileContext,
): RegExp | undefined {
  const message = context.checked ? undefined : patternProblem(pattern);
  if (message === undefined) return new RegExp(pattern, 'u');
  context.problem({ file, pointer, message });
  return undefined;
}

const JSON_KINDS: Readonly<Record<string, number>> = {
  string: STRING,
  integer: INTEGER,
  number: INTEGER | REAL,
  boolean: BOOLEAN,
  object: DICT,
  array: ARRAY,
  null: NULL,
};

const PLIST_KINDS: Readonly<Record<string, number>> = {
  string: STRING,
  integer: INTEGER,
  real: REAL,
  boolean: BOOLEAN,
  date: DATE,
  data: DATA,
  dict: DICT,
  array: ARRAY,
};

function kindsOf(
  types: string | readonly string[] | undefined,
  table: Readonly<Record<string, number>>,
): number {
  if (types === undefined) return ANY_KIND;
  let kinds = 0;
  for (const type of typeof types === 'string' ? [types] : types) kinds |= table[type] ?? 0;
  return kinds;
}

/** One step of a JSON pointer. */
export function pointerStep(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Every schema directly below one, in place (same instance) or inside (its members and items). */
export function childrenOf(schema: Compiled): { inPlace: Compiled[]; inside: Compiled[] } {
  const inPlace = [...schema.allOf, ...schema.anyOf, ...schema.oneOf, ...schema.dependentSchemas.values()];
  const { ref, not, condition, consequent, alternative } = schema;
  for (const one of [ref, not, condition, consequent, alternative]) if (one) inPlace.push(one);
  const inside = [...schema.properties.values(), ...schema.prefixItems];
  for (const [, patterned] of schema.patterns) inside.push(patterned);
  const { additional, names, items, contains, unevaluatedProperties, unevaluatedItems } = schema;
  for (const one of [additional, names, items, contains, unevaluatedProperties, unevaluatedItems]) {
    if (one) inside.push(one);
  }
  return { inPlace, inside };
}

/**
 * Once all are compiled: which keys take an architecture, which schemas reach themselves in place, and below
 * which something is deprecated.
 */
export function settle(all: readonly Compiled[], archKeys: Set<string>): void {
  const inPlace = new Map<Compiled, readonly Compiled[]>();
  const holders = new Map<Compiled, Compiled[]>();
  for (const schema of all) {
    for (const [key, property] of schema.properties) if (takesArchitecture(property)) archKeys.add(key);
    const children = childrenOf(schema);
    if (children.inPlace.length > 0) inPlace.set(schema, children.inPlace);
    for (const child of [...children.inPlace, ...children.inside]) {
      const list = holders.get(child);
      if (list === undefined) holders.set(child, [schema]);
      else list.push(schema);
    }
  }
  for (const schema of inPlace.keys()) schema.cyclic = reachesItself(schema, inPlace);
  const open = [...holders.keys(), ...all].filter((schema) => schema.deprecated || schema.mayDeprecate);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    next.mayDeprecate = true;
    for (const holder of holders.get(next) ?? []) if (!holder.mayDeprecate) open.push(holder);
  }
}

function reachesItself(schema: Compiled, inPlace: ReadonlyMap<Compiled, readonly Compiled[]>): boolean {
  const seen = new Set<Compiled>();
  const open = [...(inPlace.get(schema) ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === schema) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    open.push(...(inPlace.get(next) ?? []));
  }
  return false;
}
