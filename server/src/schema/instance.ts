/**
 * What the evaluator walks over: a plist node seen as a JSON Schema instance. Made lazily, so that a schema
 * that looks at the top level of a big file does not pay for the rest.
 */
import { fewDigits } from '../plist/lexical.ts';
import type { NodeKind, PlistNode } from '../plist/types.ts';
import { hasBuildVariable } from '../plist/variables.ts';
import { canonicalInteger, canonicalReal } from './values.ts';

/** Kinds are bits, so that what a schema allows is one mask. */
export const DICT = 1;
export const ARRAY = 2;
export const STRING = 4;
export const INTEGER = 8;
export const REAL = 16;
export const BOOLEAN = 32;
export const DATE = 64;
export const DATA = 128;
/** JSON null: no plist value, only conformance tests have it. */
export const NULL = 256;
/** Nothing to judge: an element that is none of a plist's, a key without value, or deeper than {@link MAX_DEPTH}. */
export const SKIP = 512;

export const ANY_KIND = 1023;
export const CONTAINERS = DICT | ARRAY;
export const SCALARS = STRING | INTEGER | REAL | BOOLEAN | DATE | DATA | NULL;

/** Values nested deeper are not judged: the evaluator recurses, and a hostile file must not exhaust its stack. */
export const MAX_DEPTH = 256;

const KIND_BITS: Readonly<Record<NodeKind, number>> = {
  dict: DICT,
  array: ARRAY,
  string: STRING,
  integer: INTEGER,
  real: REAL,
  boolean: BOOLEAN,
  date: DATE,
  data: DATA,
  key: STRING,
  unknown: SKIP,
};

/** `UNKNOWN_TEXT`: holds a build variable. `BROKEN_TEXT`: does not parse as its element; a syntax error says so. */
export const KNOWN = 0;
export const UNKNOWN_TEXT = 1;
export const BROKEN_TEXT = 2;

/** Looks up a key without a map where a short list is faster. */
const SHORT = 8;

/** A dict or array with more children lets go of what its children have read, once they are judged. */
const WIDE = 32;

/** What only dicts and arrays that are looked at closely need. Filled by the evaluator. */
interface Notes {
  byKey: Map<string, Instance> | undefined;
  /** Verdicts of schemas already tried, by schema id. */
  verdicts: Map<number, number> | undefined;
  /** How branches of anyOf and oneOf fail, by schema id. */
  ranks: Map<number, unknown> | undefined;
  /** Schemas under evaluation: cuts `$ref` cycles. */
  active: Set<number> | undefined;
}

export abstract class Instance {
  readonly kind: number;
  readonly depth: number;
  readonly parent: Instance | undefined;
  /** For a value in a dictionary its key. */
  readonly key: string | undefined;

  private children: readonly Instance[] | undefined = undefined;
  private noted: Notes | undefined = undefined;
  private known = -1;
  private someKeyUnknown: boolean | undefined = undefined;

  constructor(kind: number, parent: Instance | undefined, key: string | undefined) {
    this.depth = parent === undefined ? 0 : parent.depth + 1;
    this.kind = this.depth > MAX_DEPTH ? SKIP : kind;
    this.parent = parent;
    this.key = key;
  }

  abstract get node(): PlistNode | undefined;
  abstract get keyNode(): PlistNode | undefined;
  /** The key holds a build variable: which key it will be is unknown. */
  abstract get keyUnknown(): boolean;
  /** Decoded text of a string, data or date. */
  abstract text(): string;
  /** Exact: a number only where that is; undefined when the text is none. */
  abstract number(): bigint | number | undefined;
  abstract boolean(): boolean;
  /** The key of a member as an instance of its own, for `propertyNames`. */
  abstract keyInstance(member: Instance): Instance;
  protected abstract readMembers(): readonly Instance[];
  protected abstract readItems(): readonly Instance[];
  protected abstract readKnown(): number;

  get notes(): Notes {
    this.noted ??= { byKey: undefined, verdicts: undefined, ranks: undefined, active: undefined };
    return this.noted;
  }

  /**
   * Values of a dict in file order, each with its key, each key once: of a key that stands twice the value that
   * Apple's readers keep. `[]` for other kinds.
   */
  members(): readonly Instance[] {
    if (this.kind !== DICT) return NONE;
    this.children ??= this.readMembers();
    return this.children;
  }

  /** Of a dict the value of a key. */
  member(key: string): Instance | undefined {
    const members = this.members();
    if (members.length > SHORT) {
      const { notes } = this;
      notes.byKey ??= new Map(members.map((member) => [member.key!, member]));
      return notes.byKey.get(key);
    }
    for (let i = 0; i < members.length; i++) if (members[i]!.key === key) return members[i];
    return undefined;
  }

  /** Items of an array; `[]` for other kinds. */
  items(): readonly Instance[] {
    if (this.kind !== ARRAY) return NONE;
    this.children ??= this.readItems();
    return this.children;
  }

  /**
   * After a child is judged: a wide dict or array forgets what the child has read (it is read again if asked
   * for). Else all of a big file would be held at once, and collecting it costs more than reading it.
   */
  judged(child: Instance): void {
    if ((child.kind & CONTAINERS) === 0 || this.children === undefined || this.children.length <= WIDE)
      return;
    if (child.noted?.active !== undefined && child.noted.active.size > 0) return;
    child.children = undefined;
    child.noted = undefined;
  }

  /** {@link KNOWN}, {@link UNKNOWN_TEXT} or {@link BROKEN_TEXT}. */
  knowledge(): number {
    if (this.known < 0) this.known = this.kind & CONTAINERS ? KNOWN : this.readKnown();
    return this.known;
  }

  /** Some key of this dict is unknown, so a missing key may yet be there. */
  hasUnknownKey(): boolean {
    this.someKeyUnknown ??= this.members().some((member) => member.keyUnknown);
    return this.someKeyUnknown;
  }

  /** A text that two instances share exactly when they are equal; undefined when a part is unknown. */
  canonical(): string | undefined {
    return canonicalOf(this);
  }
}

const NONE: readonly Instance[] = [];

function canonicalOf(instance: Instance): string | undefined {
  switch (instance.kind) {
    case DICT:
      return canonicalDict(instance);
    case ARRAY:
      return canonicalArray(instance);
    case BOOLEAN:
      return instance.boolean() ? 'T' : 'F';
    case NULL:
      return 'N';
    case SKIP:
      return undefined;
  }
  if (instance.knowledge() !== KNOWN) return undefined;
  switch (instance.kind) {
    case STRING:
      return `s${JSON.stringify(instance.text())}`;
    case INTEGER:
    case REAL: {
      const value = instance.number();
      if (value === undefined) return undefined;
      return typeof value === 'bigint' ? canonicalInteger(value) : canonicalReal(value);
    }
    case DATE:
      return `d${instance.text().trim()}`;
    default:
      return `b${instance.text().replace(/\s+/g, '')}`;
  }
}

function canonicalDict(instance: Instance): string | undefined {
  const parts: string[] = [];
  for (const member of instance.members()) {
    const value = member.keyUnknown ? undefined : member.canonical();
    if (value === undefined) return undefined;
    parts.push(`${JSON.stringify(member.key)}:${value}`);
  }
  return `{${parts.sort().join(',')}}`;
}

function canonicalArray(instance: Instance): string | undefined {
  const parts: string[] = [];
  for (const item of instance.items()) {
    const value = item.canonical();
    if (value === undefined) return undefined;
    parts.push(value);
  }
  return `[${parts.join(',')}]`;
}

/** A plist node as an instance. */
export class PlistInstance extends Instance {
  readonly node: PlistNode;
  readonly keyNode: PlistNode | undefined;
  private decoded: string | undefined = undefined;

  /** `absent`: the node is a key that has no value yet. */
  constructor(node: PlistNode, parent?: Instance, key?: string, keyNode?: PlistNode, absent = false) {
    super(absent ? SKIP : KIND_BITS[node.kind], parent, key);
    this.node = node;
    this.keyNode = keyNode;
  }

  get keyUnknown(): boolean {
    return this.key !== undefined && isVariable(this.key);
  }

  text(): string {
    this.decoded ??= this.node.text;
    return this.decoded;
  }

  number(): bigint | number | undefined {
    if (this.kind !== INTEGER) return this.node.real;
    // Numbers are cheaper than bigints.
    const small = fewDigits(this.text());
    return small >= 0 ? small : this.node.integer;
  }

  boolean(): boolean {
    return this.node.boolean === true;
  }

  keyInstance(member: Instance): Instance {
    return new PlistInstance(member.keyNode ?? this.node, this);
  }

  protected readMembers(): readonly Instance[] {
    const members: PlistInstance[] = [];
    for (const { key, value } of this.node.entries) {
      members.push(new PlistInstance(value ?? key, this, key.text, key, value === undefined));
    }
    return hasDuplicates(members) ? this.kept(members) : members;
  }

  /** Of several members with one key the one that the tree answers to. */
  private kept(members: readonly PlistInstance[]): readonly PlistInstance[] {
    const kept = new Map<string, PlistInstance>();
    for (const member of members) {
      const key = member.key!;
      if (!kept.has(key) || this.node.keyNode(key)?.id === member.keyNode?.id) kept.set(key, member);
    }
    return [...kept.values()];
  }

  protected readItems(): readonly Instance[] {
    return this.node.items.map((item) => new PlistInstance(item, this));
  }

  protected readKnown(): number {
    const { kind } = this;
    if (kind === BOOLEAN) return KNOWN;
    const text = this.text();
    if (isVariable(text)) return UNKNOWN_TEXT;
    if (kind === STRING) return KNOWN;
    if (kind === INTEGER || kind === REAL) return this.number() === undefined ? BROKEN_TEXT : KNOWN;
    if (kind === DATE) return this.node.date === undefined ? BROKEN_TEXT : KNOWN;
    return kind === DATA && this.node.data === undefined ? BROKEN_TEXT : KNOWN;
  }
}

/** Most texts hold none of the characters that a build variable begins with. */
function isVariable(text: string): boolean {
  return (text.includes('$') || text.includes('@') || text.includes('{{')) && hasBuildVariable(text);
}

function hasDuplicates(members: readonly Instance[]): boolean {
  if (members.length > SHORT) return new Set(members.map((member) => member.key)).size < members.length;
  for (let i = 1; i < members.length; i++) {
    const { key } = members[i]!;
    for (let j = 0; j < i; j++) if (members[j]!.key === key) return true;
  }
  return false;
}
