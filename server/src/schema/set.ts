/** A set of schema files whose references are resolved. */
import {
  type CompileContext,
  compile,
  pointerStep,
  type SchemaProblem,
  settle,
  type Target,
} from './compile.ts';
import type { Compiled } from './compiled.ts';
import type { Schema, SchemaObject } from './types.ts';

export type { SchemaProblem } from './compile.ts';

/** File name (`dext.schema.json`) -> what the file holds. */
export type SchemaFiles = ReadonlyMap<string, Schema> | { readonly [name: string]: Schema };

export interface SchemaSet {
  /** Names of the files, as given. */
  readonly names: readonly string[];
  /**
   * The schema at `name.schema.json` or `name.schema.json#/$defs/x`, for `evaluate`. Undefined when there is none.
   */
  get(reference: string): Schema | undefined;
}

const NONE: CompileContext['known'] = { get: () => undefined };

/** Compiled forms of the schemas of all sets: `evaluate` takes plain schema objects and finds them here. */
const registry = new WeakMap<SchemaObject, Compiled>();

/**
 * Builds a set from files that are ours. Throws an Error that names every unresolvable reference, unknown or
 * malformed keyword and bad pattern, with file and JSON pointer.
 *
 * @param checked a test found nothing wrong with keywords and patterns: looking again takes half of the time
 */
export function createSchemaSet(files: SchemaFiles, checked = false): SchemaSet {
  const { set, problems } = readSchemaSet(files, undefined, checked);
  if (problems.length === 0) return set;
  throw new Error(`Schemas that cannot be used:\n${problems.map(describeProblem).join('\n')}`);
}

/**
 * Builds a set from files of a user. Never throws: what is wrong is in `problems` and left out, the rest works.
 * References may lead to files of `base` as well; a file of the same name hides it.
 */
export function readSchemaSet(
  files: SchemaFiles,
  base?: SchemaSet,
  checked = false,
): { set: SchemaSet; problems: readonly SchemaProblem[] } {
  const table = new Map<string, unknown>(files instanceof Map ? files : Object.entries(files));
  const problems: SchemaProblem[] = [];
  for (const [file, content] of table) {
    if (typeof content === 'boolean' || isRecord(content)) continue;
    problems.push({ file, pointer: '', message: 'a schema file must hold a JSON object' });
    table.delete(file);
  }
  const sound = table as ReadonlyMap<string, Schema>;
  const reachable = new Map<string, Schema>();
  for (const name of base?.names ?? []) reachable.set(name, base!.get(name)!);
  for (const [file, schema] of sound) reachable.set(file, schema);
  const context = contextFor(reachable, problems, base === undefined ? NONE : registry, checked);
  for (const [file, schema] of sound) compile(schema, file, '', context);
  finish(context);
  const get = (reference: string) => {
    const target = locate(reference, '', sound);
    return typeof target === 'string' ? undefined : target.schema;
  };
  return { set: { names: [...sound.keys()], get }, problems };
}

/** One line: `dext.schema.json#/$defs/x: unknown keyword "requried"`. */
export function describeProblem({ file, pointer, message }: SchemaProblem): string {
  return `${file}#${pointer}: ${message}`;
}

/**
 * The compiled form of any schema object. One of a set is found; another (`{ allOf: [ours, theirs] }`) is
 * compiled now, its parts found where they belong to a set. Never throws; what is wrong in it is left out.
 */
export function compiledOf(schema: Schema): Compiled {
  const known = typeof schema === 'boolean' ? undefined : registry.get(schema);
  if (known !== undefined) return known;
  const context = contextFor(new Map([['', schema]]), [], registry);
  const compiled = compile(schema, '', '', context);
  finish(context);
  return compiled;
}

function contextFor(
  files: ReadonlyMap<string, Schema>,
  problems: SchemaProblem[],
  known: CompileContext['known'],
  checked = false,
): CompileContext {
  return {
    known,
    resolve: (reference, file) => locate(reference, file, files),
    problem: (problem) => problems.push(problem),
    checked,
    done: new Map(),
    pending: [],
    archKeys: new Set(),
  };
}

function finish(context: CompileContext): void {
  settle([...context.done.values()], context.archKeys);
  for (const [schema, compiled] of context.done) registry.set(schema, compiled);
}

/** Follows `name#pointer` from a file; a string says why it leads nowhere. */
function locate(reference: string, from: string, files: ReadonlyMap<string, Schema>): Target | string {
  const hash = reference.indexOf('#');
  const name = hash < 0 ? reference : reference.slice(0, hash);
  const file = name === '' ? from : fileNamed(name, files);
  const root = file === undefined ? undefined : files.get(file);
  if (file === undefined || root === undefined) {
    return `"$ref": "${reference}" names no file of the set`;
  }
  let fragment = hash < 0 ? '' : reference.slice(hash + 1);
  try {
    fragment = decodeURIComponent(fragment);
  } catch {
    return `"$ref": "${reference}" has a damaged percent escape`;
  }
  if (fragment === '') return { schema: root, file, pointer: '' };
  if (!fragment.startsWith('/')) return `"$ref": "${reference}" is no JSON pointer (#/…)`;
  let at: unknown = root;
  let pointer = '';
  for (const step of fragment.slice(1).split('/').map(unescapedStep)) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) {
      return `"$ref": "${reference}" leads nowhere`;
    }
    at = (at as { readonly [step: string]: unknown })[step];
    pointer += `/${pointerStep(step)}`;
  }
  if (typeof at === 'boolean' || isRecord(at)) return { schema: at as Schema, file, pointer };
  return `"$ref": "${reference}" leads to something that is no schema`;
}

/** By its name in the set, its `$id`, or the last part of a path or URL. */
function fileNamed(name: string, files: ReadonlyMap<string, Schema>): string | undefined {
  if (files.has(name)) return name;
  for (const [file, schema] of files) if (typeof schema === 'object' && schema.$id === name) return file;
  const last = name.slice(name.lastIndexOf('/') + 1);
  return files.has(last) ? last : undefined;
}

function unescapedStep(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
