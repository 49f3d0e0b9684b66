/**
 * The compiled form of a schema and the one function that runs it. Verdicts are three-valued: what depends on a
 * build variable is undecided, and an undecided verdict raises nothing.
 */
import type { PlistNode } from '../plist/types.ts';
import {
  ANY_KIND,
  ARRAY,
  BOOLEAN,
  BROKEN_TEXT,
  CONTAINERS,
  DICT,
  INTEGER,
  type Instance,
  KNOWN,
  REAL,
  SCALARS,
  SKIP,
  STRING,
} from './instance.ts';
import type { Evaluation, JsonValue, SchemaObject } from './types.ts';

export const INVALID = 0;
export const VALID = 1;
export const UNDECIDED = 2;
export type Verdict = typeof INVALID | typeof VALID | typeof UNDECIDED;

/** A finding before its instance is exchanged for the node. */
export interface RawFinding {
  readonly keyword: string;
  readonly instance: Instance;
  readonly schema: SchemaObject;
  readonly key?: string;
  readonly keyNode?: PlistNode | undefined;
  readonly expected?: JsonValue;
}

/** Where findings go; undefined when only the verdict is wanted. */
export type Out = RawFinding[] | undefined;

/** The verdict of a schema that can be told at a glance; undefined where it cannot. */
export type Glance = (instance: Instance) => Verdict | undefined;

export type Check = (instance: Instance, out: Out) => Verdict;

/** Mutable while its file is compiled, then left alone. Children may be the schema itself (recursion). */
export class Compiled {
  readonly id: number;
  /** The schema object; of a boolean schema the object that holds it. */
  readonly source: SchemaObject;
  /** A boolean schema. */
  constant: boolean | undefined = undefined;
  /** For `false`: the keyword that it stands under. */
  keyword = 'false';
  suggestOnly = false;
  deprecated = false;
  /** Running it may raise a deprecation, here or below. */
  mayDeprecate = false;
  /** Reaches itself without going into the instance. */
  cyclic = false;

  /** Kinds that `type` and `plistType` both allow. */
  kinds = ANY_KIND;
  typeKinds = ANY_KIND;
  glance: Glance | undefined = undefined;
  any: Check[] = [];
  dict: Check[] = [];
  array: Check[] = [];
  string: Check[] = [];
  numeric: Check[] = [];

  ref: Compiled | undefined = undefined;
  allOf: readonly Compiled[] = [];
  anyOf: readonly Compiled[] = [];
  oneOf: readonly Compiled[] = [];
  not: Compiled | undefined = undefined;
  condition: Compiled | undefined = undefined;
  consequent: Compiled | undefined = undefined;
  alternative: Compiled | undefined = undefined;
  dependentSchemas: ReadonlyMap<string, Compiled> = EMPTY;
  properties: ReadonlyMap<string, Compiled> = EMPTY;
  patterns: readonly (readonly [RegExp, Compiled])[] = [];
  additional: Compiled | undefined = undefined;
  names: Compiled | undefined = undefined;
  unevaluatedProperties: Compiled | undefined = undefined;
  prefixItems: readonly Compiled[] = [];
  items: Compiled | undefined = undefined;
  contains: Compiled | undefined = undefined;
  unevaluatedItems: Compiled | undefined = undefined;

  /** By a hash of the schemas that apply: see `Annotations`. */
  namedKeys: Map<number, NamedKeys> | undefined = undefined;

  private readonly sure: Applying = { schema: this, certain: true };
  private readonly unsure: Applying = { schema: this, certain: false };
  private always: readonly [readonly Applying[], readonly Applying[]] | undefined = undefined;

  constructor(id: number, source: SchemaObject) {
    this.id = id;
    this.source = source;
  }

  applying(certain: boolean): Applying {
    return certain ? this.sure : this.unsure;
  }

  /** What `$ref` and `allOf` join to this, as certain as this is. Asked for once all references are resolved. */
  alwaysJoined(certain: boolean): readonly Applying[] {
    if (this.always === undefined) {
      const parts = this.ref === undefined ? this.allOf : [this.ref, ...this.allOf];
      this.always = [parts.map(({ sure }) => sure), parts.map(({ unsure }) => unsure)];
    }
    return this.always[certain ? 0 : 1];
  }

  /** Nothing but `$ref` and `allOf` joins a schema to this one. */
  get joinsAlways(): boolean {
    return (
      this.condition === undefined &&
      this.anyOf.length === 0 &&
      this.oneOf.length === 0 &&
      this.dependentSchemas.size === 0
    );
  }
}

/** The keys of dictionaries to which the same schemas apply, made when first asked for. */
export interface NamedKeys {
  readonly applying: readonly Applying[];
  names: ReadonlySet<string> | undefined;
  infos: ReturnType<Evaluation['keysFor']> | undefined;
}

/** A schema that applies. `certain`: not only as one of several branches that may be meant. */
export interface Applying {
  readonly schema: Compiled;
  readonly certain: boolean;
}

const EMPTY: ReadonlyMap<string, Compiled> = new Map();

/** Schema visits that one evaluation may take, and more for each node; real files take some 50 a node. */
const BASE_VISITS = 2_000_000;
const VISITS_PER_NODE = 2_000;
/** Depth of schemas run within schemas: it must fit a third of the usual stack. Real files reach 60. */
const MAX_LEVEL = 600;

let visitsLeft = 0;
let level = 0;

/** Before each evaluation: the budget is whole again. `size`: nodes of the tree. */
export function resetBudget(size: number): void {
  visitsLeft = BASE_VISITS + VISITS_PER_NODE * size;
  level = 0;
}

/**
 * Runs a schema on an instance. With `out` all findings are added there; without, it stops at the first failure.
 * Past the budget everything is undecided, so that no schema and no file can hang us.
 */
export function run(schema: Compiled, instance: Instance, out: Out): Verdict {
  if (schema.constant === true || schema.suggestOnly) return VALID;
  if (schema.constant === false) return runFalse(schema, instance, out);
  if (instance.kind === SKIP) {
    if (out !== undefined && schema.mayDeprecate) deprecate(schema, instance, out);
    return UNDECIDED;
  }
  if (--visitsLeft < 0 || level >= MAX_LEVEL) return UNDECIDED;
  if (schema.cyclic) {
    const { notes } = instance;
    notes.active ??= new Set();
    if (notes.active.has(schema.id)) return VALID;
    notes.active.add(schema.id);
  }
  level++;
  const verdict = runChecks(schema, instance, out);
  level--;
  if (schema.cyclic) instance.notes.active?.delete(schema.id);
  return verdict;
}

function runChecks(schema: Compiled, instance: Instance, out: Out): Verdict {
  const { kind } = instance;
  let verdict: Verdict = VALID;
  if (out !== undefined && schema.deprecated) raiseDeprecation(schema, instance, out);
  if ((schema.kinds & kind) === 0) {
    if (!typeUndecided(schema, instance)) {
      if (out !== undefined) raiseType(schema, instance, out);
      return INVALID;
    }
    verdict = UNDECIDED;
  }
  const first = schema.any;
  for (let i = 0; i < first.length; i++) {
    const one = first[i]!(instance, out);
    if (one === INVALID) {
      if (out === undefined) return INVALID;
      verdict = INVALID;
    } else if (one === UNDECIDED && verdict === VALID) verdict = UNDECIDED;
  }
  const second = checksFor(schema, kind);
  for (let i = 0; i < second.length; i++) {
    const one = second[i]!(instance, out);
    if (one === INVALID) {
      if (out === undefined) return INVALID;
      verdict = INVALID;
    } else if (one === UNDECIDED && verdict === VALID) verdict = UNDECIDED;
  }
  return verdict;
}

const NO_CHECKS: readonly Check[] = [];

function checksFor(schema: Compiled, kind: number): readonly Check[] {
  if (kind === DICT) return schema.dict;
  if (kind === STRING) return schema.string;
  if (kind === INTEGER || kind === REAL) return schema.numeric;
  return kind === ARRAY ? schema.array : NO_CHECKS;
}

/** A scalar whose text is unknown may become any scalar; one that does not parse has its syntax error already. */
function typeUndecided(schema: Compiled, instance: Instance): boolean {
  if (instance.kind & (CONTAINERS | BOOLEAN)) return false;
  const knowledge = instance.knowledge();
  if (knowledge === KNOWN) return false;
  return knowledge === BROKEN_TEXT || (schema.kinds & SCALARS) !== 0;
}

function raiseType(schema: Compiled, instance: Instance, out: RawFinding[]): void {
  const { source } = schema;
  const byType = (schema.typeKinds & instance.kind) === 0;
  const keyword = byType && source.plistType === undefined ? 'type' : 'plistType';
  out.push({ keyword, instance, schema: source, expected: source.plistType ?? source.type ?? [] });
}

function runFalse(schema: Compiled, instance: Instance, out: Out): Verdict {
  const { keyword, source } = schema;
  const keyed =
    keyword === 'properties' ||
    keyword === 'patternProperties' ||
    keyword === 'additionalProperties' ||
    keyword === 'unevaluatedProperties';
  if (keyed ? instance.keyUnknown : instance.kind === SKIP) return UNDECIDED;
  if (out === undefined) return INVALID;
  const { parent, key, keyNode } = instance;
  if (keyed && parent !== undefined && key !== undefined) {
    const known = keyword === 'additionalProperties' ? Object.keys(source.properties ?? {}) : [];
    out.push({ keyword, instance: parent, schema: source, key, keyNode, expected: known });
  } else out.push({ keyword, instance, schema: source });
  return INVALID;
}

function raiseDeprecation(schema: Compiled, instance: Instance, out: RawFinding[]): void {
  if (instance.keyUnknown) return;
  const { keyNode } = instance;
  out.push({ keyword: 'deprecationMessage', instance, schema: schema.source, keyNode });
}

/** A key without value can still be deprecated: by what applies to it whatever its value. */
function deprecate(
  schema: Compiled,
  instance: Instance,
  out: RawFinding[],
  seen = new Set<Compiled>(),
): void {
  if (seen.has(schema) || schema.suggestOnly) return;
  seen.add(schema);
  if (schema.deprecated) raiseDeprecation(schema, instance, out);
  if (schema.ref) deprecate(schema.ref, instance, out, seen);
  for (const part of schema.allOf) deprecate(part, instance, out, seen);
}

/** The verdict alone, remembered for dicts and arrays: conditions and branches are asked again and again. */
export function probe(schema: Compiled, instance: Instance): Verdict {
  const seen = schema.glance?.(instance);
  if (seen !== undefined) return seen;
  if ((instance.kind & CONTAINERS) === 0 || schema.cyclic) return run(schema, instance, undefined);
  const { notes } = instance;
  notes.verdicts ??= new Map();
  const known = notes.verdicts.get(schema.id);
  if (known !== undefined) return known as Verdict;
  const verdict = run(schema, instance, undefined);
  notes.verdicts.set(schema.id, verdict);
  return verdict;
}

/** Both hold: invalid beats undecided beats valid. */
export function both(a: Verdict, b: Verdict): Verdict {
  if (a === INVALID || b === INVALID) return INVALID;
  return a === UNDECIDED || b === UNDECIDED ? UNDECIDED : VALID;
}
