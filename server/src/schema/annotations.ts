/** Which subschemas apply where: computed for the path from the root to the node in question, and remembered. */
import type { PlistNode } from '../plist/types.ts';
import { fittingBranches } from './branches.ts';
import {
  type Applying,
  type Compiled,
  INVALID,
  type NamedKeys,
  probe,
  resetBudget,
  UNDECIDED,
  VALID,
} from './compiled.ts';
import { LIVING_ARCHITECTURES, propertySchema, takesArchitecture } from './dictChecks.ts';
import { DICT, type Instance, MAX_DEPTH, PlistInstance, SKIP } from './instance.ts';
import type { Evaluation, SchemaObject } from './types.ts';
import { evaluatedKeys } from './unevaluated.ts';

interface Place {
  readonly instance: Instance;
  readonly applying: readonly Applying[];
}

type KeyInfo = ReturnType<Evaluation['keysFor']>[number];

const NO_KEYS: ReadonlySet<string> = new Set();

/** Lists of keys that a schema remembers: ours have some fifty. */
const MAX_LISTS = 1_000;

export class Annotations {
  private readonly root: PlistInstance;
  private readonly schema: Compiled;
  private readonly places = new Map<number, Place>();

  constructor(schema: Compiled, root: PlistInstance) {
    this.schema = schema;
    this.root = root;
  }

  schemasFor(node: PlistNode): readonly SchemaObject[] {
    if (node.kind !== 'key') return sources(this.place(node)?.applying ?? []);
    const dict = node.parent;
    if (dict === undefined) return [];
    const value = dict.entries.find(({ key }) => key.id === node.id)?.value;
    return value === undefined ? this.schemasForKey(dict, node.text) : this.schemasFor(value);
  }

  schemasForKey(dict: PlistNode, key: string): readonly SchemaObject[] {
    const place = this.place(dict);
    return place?.instance.kind === DICT ? sources(anyValue(schemasOfKey(place, key))) : [];
  }

  schemasForItem(array: PlistNode, index?: number): readonly SchemaObject[] {
    const place = this.place(array);
    return place === undefined ? [] : sources(anyValue(schemasOfItem(place, index)));
  }

  keysFor(dict: PlistNode): readonly KeyInfo[] {
    const place = this.place(dict);
    if (place?.instance.kind !== DICT) return [];
    const named = this.named(place);
    named.infos ??= infosOf(place);
    const required = requiredKeys(place);
    return named.infos.map((info) =>
      info.architectureOf === undefined && required.has(info.key) ? { ...info, required: true } : info,
    );
  }

  keyNames(dict: PlistNode): ReadonlySet<string> {
    const place = this.place(dict);
    if (place?.instance.kind !== DICT) return NO_KEYS;
    const named = this.named(place);
    named.names ??= namesOf(place);
    return named.names;
  }

  /**
   * What is remembered of a dictionary's keys. They do not depend on the values, but for `unevaluatedProperties`: few
   * lists serve all dictionaries of all documents that a schema describes.
   */
  private named({ applying }: Place): NamedKeys {
    const made: NamedKeys = { applying, names: undefined, infos: undefined };
    if (applying.some(({ schema }) => schema.unevaluatedProperties !== undefined)) return made;
    let hash = 0;
    for (const { schema, certain } of applying) hash = (Math.imul(hash, 31) + schema.id * 2 + +certain) | 0;
    this.schema.namedKeys ??= new Map();
    const { namedKeys } = this.schema;
    const known = namedKeys.get(hash);
    if (known !== undefined && isSame(known.applying, applying)) return known;
    if (namedKeys.size >= MAX_LISTS) namedKeys.clear();
    namedKeys.set(hash, made);
    return made;
  }

  /** The node's instance and what applies to it; undefined for keys, and for nodes outside the tree or too deep. */
  private place(node: PlistNode): Place | undefined {
    const path: PlistNode[] = [];
    let at: PlistNode | undefined = node;
    while (at !== undefined && !this.places.has(at.id) && at.id !== this.root.node.id) {
      path.push(at);
      if (path.length > MAX_DEPTH) return undefined;
      at = at.parent;
    }
    if (at === undefined) return undefined;
    resetBudget(this.root.node.tree.size);
    let place = this.places.get(at.id);
    if (place === undefined) {
      place = { instance: this.root, applying: holding([this.schema.applying(true)], this.root) };
      this.places.set(at.id, place);
    }
    for (let i = path.length - 1; i >= 0; i--) {
      place = childPlace(place, path[i]!);
      if (place === undefined) return undefined;
      this.places.set(path[i]!.id, place);
    }
    return place;
  }
}

function childPlace(parent: Place, node: PlistNode): Place | undefined {
  if (parent.instance.kind === SKIP || node.kind === 'key') return undefined;
  const { key } = node;
  const name = key?.text;
  const applying = name === undefined ? schemasOfItem(parent, node.index) : schemasOfKey(parent, name);
  const known = name === undefined ? parent.instance.items()[node.index] : parent.instance.member(name);
  const instance = known?.node?.id === node.id ? known : new PlistInstance(node, parent.instance, name, key);
  return { instance, applying: holding(applying, instance) };
}

/** What the applying schemas of a dict say of one key's value. */
function schemasOfKey(place: Place, key: string): readonly Applying[] {
  const found: Applying[] = [];
  for (const { schema, certain } of place.applying) {
    const property = propertySchema(schema, key);
    let matched = property !== undefined;
    if (property !== undefined) found.push(property.applying(certain));
    for (const [pattern, patterned] of schema.patterns) {
      if (!pattern.test(key)) continue;
      matched = true;
      found.push(patterned.applying(certain));
    }
    if (matched) continue;
    if (schema.additional !== undefined) found.push(schema.additional.applying(certain));
    else if (schema.unevaluatedProperties !== undefined && !evaluates(schema, place, key)) {
      found.push(schema.unevaluatedProperties.applying(certain));
    }
  }
  return found;
}

/** Some other part of the schema names the key, whether it is there or not. */
function evaluates(schema: Compiled, place: Place, key: string): boolean {
  if (place.instance.member(key) !== undefined) return evaluatedKeys(schema, place.instance).has(key);
  return holding([schema.applying(true)], place.instance).some(
    (part) =>
      part.schema.additional !== undefined ||
      propertySchema(part.schema, key) !== undefined ||
      part.schema.patterns.some(([pattern]) => pattern.test(key)),
  );
}

function schemasOfItem(place: Place, index: number | undefined): readonly Applying[] {
  const found: Applying[] = [];
  const item = index === undefined ? undefined : place.instance.items()[index];
  for (const { schema, certain } of place.applying) {
    const positions = index === undefined ? schema.prefixItems : schema.prefixItems.slice(index, index + 1);
    for (const position of positions) found.push(position.applying(certain && index !== undefined));
    if (schema.items !== undefined && (index === undefined || positions.length === 0)) {
      found.push(schema.items.applying(certain));
    }
    const { contains } = schema;
    if (contains === undefined) continue;
    if (item === undefined || probe(contains, item) !== INVALID) found.push(contains.applying(false));
  }
  return found;
}

function isSame(a: readonly Applying[], b: readonly Applying[]): boolean {
  return a.length === b.length && a.every((one, index) => one === b[index]);
}

/** Every key with what the schemas say of it, as if none were required. */
function infosOf(place: Place): readonly KeyInfo[] {
  const found: KeyInfo[] = [];
  for (const [key, applying] of keysOf(place)) {
    const schemas = sources(anyValue(applying));
    found.push({ key, schemas, required: false });
    for (const name of withArchitecture(key, applying)) {
      found.push({ key: name, schemas, required: false, architectureOf: key });
    }
  }
  return found;
}

/** The names alone, which are made much sooner. */
function namesOf(place: Place): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [key, applying] of keysOf(place)) {
    names.add(key);
    for (const name of withArchitecture(key, applying)) names.add(name);
  }
  return names;
}

function* keysOf(place: Place): Generator<readonly [string, readonly Applying[]]> {
  for (const key of namedKeys(place)) {
    const applying = schemasOfKey(place, key);
    if (!forbids(applying)) yield [key, applying];
  }
}

function withArchitecture(key: string, applying: readonly Applying[]): readonly string[] {
  if (!applying.some(({ schema }) => takesArchitecture(schema))) return [];
  return LIVING_ARCHITECTURES.map((architecture) => `${key}_${architecture}`);
}

/** Every key that is named, in the order of the schemas. */
function namedKeys(place: Place): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { schema } of place.applying) {
    for (const key of schema.properties.keys()) keys.add(key);
    const { required, dependentRequired } = schema.source;
    for (const key of required ?? []) keys.add(key);
    for (const [key, needed] of Object.entries(dependentRequired ?? {})) {
      keys.add(key);
      for (const one of needed) keys.add(one);
    }
    for (const { source } of schema.names === undefined ? [] : joinedStatic(schema.names)) {
      const names = source.enum ?? (source.const === undefined ? [] : [source.const]);
      for (const name of names) if (typeof name === 'string') keys.add(name);
    }
  }
  return keys;
}

function requiredKeys(place: Place): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { schema, certain } of place.applying) {
    if (!certain) continue;
    for (const key of schema.source.required ?? []) keys.add(key);
    for (const [key, needed] of Object.entries(schema.source.dependentRequired ?? {})) {
      if (place.instance.member(key) !== undefined) for (const one of needed) keys.add(one);
    }
  }
  return keys;
}

/** A schema that applies for certain does not take the key at all. */
function forbids(applying: readonly Applying[]): boolean {
  return applying.some(({ schema, certain }) => certain && schema.constant === false);
}

/** The schemas and all that join them on an instance, outermost first, what a `$ref` leads to before what refers. */
function holding(schemas: readonly Applying[], instance: Instance): readonly Applying[] {
  return joinAll(schemas, (one) => joinedTo(one, instance));
}

/** A personality has some forty schemas, most of them a condition that does not hold: nothing is made for these. */
function joinedTo({ schema, certain }: Applying, instance: Instance): readonly Applying[] {
  const always = schema.alwaysJoined(certain);
  if (schema.joinsAlways) return always;
  const { condition, consequent, alternative, anyOf, oneOf, dependentSchemas } = schema;
  let parts: Applying[] | undefined;
  const take = (one: Compiled, sure: boolean) => {
    parts ??= [...always];
    parts.push(one.applying(certain && sure));
  };
  if (anyOf.length > 0) {
    const fitting = fittingBranches(anyOf, instance);
    for (const one of fitting) take(one, fitting.length === 1);
  }
  if (oneOf.length > 0) {
    const fitting = fittingBranches(oneOf, instance);
    for (const one of fitting) take(one, fitting.length === 1);
  }
  if (condition !== undefined) {
    const verdict = probe(condition, instance);
    if (verdict !== INVALID && consequent !== undefined) take(consequent, verdict === VALID);
    if (verdict !== VALID && alternative !== undefined) take(alternative, verdict !== UNDECIDED);
  }
  if (dependentSchemas.size > 0) {
    for (const [key, dependent] of dependentSchemas) {
      if (instance.member(key) !== undefined) take(dependent, true);
    }
  }
  return parts ?? always;
}

/** The schemas and all that may join them, whatever the value will be. */
function anyValue(schemas: readonly Applying[]): readonly Applying[] {
  return joinAll(schemas, ({ schema, certain }) => {
    const parts = [...schema.alwaysJoined(certain)];
    const open = [...schema.anyOf, ...schema.oneOf];
    const { consequent, alternative } = schema;
    if (consequent !== undefined) open.push(consequent);
    if (alternative !== undefined) open.push(alternative);
    for (const part of open) parts.push(part.applying(false));
    return parts;
  });
}

function joinedStatic(schema: Compiled): readonly Compiled[] {
  return anyValue([schema.applying(true)]).map((one) => one.schema);
}

/** Stands where a schema comes whose `$ref` has been followed. */
interface Referrer {
  readonly referrer: Compiled;
}

/**
 * Depth first, each schema once, a certain place before an uncertain one. A schema stands behind what it refers
 * to: its own words are the nearer ones.
 */
function joinAll(
  schemas: readonly Applying[],
  partsOf: (one: Applying) => readonly Applying[],
): readonly Applying[] {
  const found = new Map<Compiled, Applying>();
  const open: (Applying | Referrer)[] = [...schemas].reverse();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if ('referrer' in next) {
      const one = found.get(next.referrer)!;
      found.delete(next.referrer);
      found.set(next.referrer, one);
      continue;
    }
    const before = found.get(next.schema);
    if (before?.certain || (before !== undefined && !next.certain)) continue;
    found.set(next.schema, next);
    const parts = partsOf(next);
    for (let i = parts.length - 1; i >= 0; i--) {
      if (parts[i]!.schema === next.schema.ref) open.push({ referrer: next.schema });
      open.push(parts[i]!);
    }
  }
  return [...found.values()];
}

/** Boolean schemas say nothing to a reader. */
function sources(applying: readonly Applying[]): readonly SchemaObject[] {
  const found: SchemaObject[] = [];
  for (const { schema } of applying) if (schema.constant === undefined) found.push(schema.source);
  return found;
}
