/**
 * What the evaluator walks over: a plist node seen as a JSON Schema instance. Made lazily, so that a schema
 * that looks at the top level of a big file does not pay for the rest.
 */
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

/** A key of a dictionary and its value; of a key that stands twice the value that Apple's readers keep. */
export interface Member {
  readonly key: string;
  readonly value: Instance;
}

/** Looks up a key without a map where a short list is faster. */
const SHORT = 8;

export abstract class Instance {
  readonly kind: number;
  readonly depth: number;
  readonly parent: Instance | undefined;
  /** For a value in a dictionary its key. */
  readonly key: string | undefined;

  /** Verdicts of schemas already tried on this dict or array, by schema id. Filled by the evaluator. */
  memo: Map<number, number> | undefined;
  /** How branches of anyOf and oneOf fail on this dict or array, by schema id. Filled by the evaluator. */
  ranks: Map<number, unknown> | undefined;
  /** Schemas under evaluation on this instance: cuts `$ref` cycles. Filled by the evaluator. */
  active: Set<number> | undefined;

  private memberList: readonly Member[] | undefined;
  private memberMap: Map<string, Member> | undefined;
  private itemList: readonly Instance[] | undefined;
  private known = -1;
  private canonicalText: string | null | undefined;

  constructor(kind: number, parent: Instance | undefined, key: string | undefined) {
    this.depth = parent === undefined ? 0 : parent.depth + 1;
    this.kind = this.depth > MAX_DEPTH ? SKIP : kind;
    this.parent = parent;
    this.key = key;
    this.memo = undefined;
    this.ranks = undefined;
    this.active = undefined;
    this.memberList = undefined;
    this.memberMap = undefined;
    this.itemList = undefined;
    this.canonicalText = undefined;
  }

  abstract get node(): PlistNode | undefined;
  abstract get keyNode(): PlistNode | undefined;
  /** The key holds a build variable: which key it will be is unknown. */
  abstract get keyUnknown(): boolean;
  /** Decoded text of a string, data or date. */
  abstract text(): string;
  /** Exact; undefined when the text is no number. */
  abstract number(): bigint | number | undefined;
  abstract boolean(): boolean;
  /** The key of a member as an instance of its own, for `propertyNames`. */
  abstract keyInstance(member: Member): Instance;
  protected abstract readMembers(): readonly Member[];
  protected abstract readItems(): readonly Instance[];
  protected abstract readKnown(): number;

  /** Members of a dict in file order, each key once; `[]` for other kinds. */
  members(): readonly Member[] {
    this.memberList ??= this.kind === DICT ? this.readMembers() : [];
    return this.memberList;
  }

  member(key: string): Member | undefined {
    const members = this.members();
    if (members.length > SHORT) {
      this.memberMap ??= new Map(members.map((member) => [member.key, member]));
      return this.memberMap.get(key);
    }
    for (const member of members) if (member.key === key) return member;
    return undefined;
  }

  /** Items of an array; `[]` for other kinds. */
  items(): readonly Instance[] {
    this.itemList ??= this.kind === ARRAY ? this.readItems() : [];
    return this.itemList;
  }

  /** {@link KNOWN}, {@link UNKNOWN_TEXT} or {@link BROKEN_TEXT}. */
  knowledge(): number {
    if (this.known < 0) this.known = this.kind & CONTAINERS ? KNOWN : this.readKnown();
    return this.known;
  }

  /** Some key of this dict is unknown, so a missing key may yet be there. */
  hasUnknownKey(): boolean {
    for (const member of this.members()) if (member.value.keyUnknown) return true;
    return false;
  }

  /** A text that two instances share exactly when they are equal; undefined when a part is unknown. */
  canonical(): string | undefined {
    if (this.canonicalText === undefined) this.canonicalText = canonicalOf(this) ?? null;
    return this.canonicalText ?? undefined;
  }
}

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
    const value = member.value.keyUnknown ? undefined : member.value.canonical();
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

  /** `absent`: the node is a key that has no value yet. */
  constructor(
    node: PlistNode,
    parent?: Instance,
    key?: string,
    keyNode?: PlistNode,
    absent: boolean = false,
  ) {
    super(absent ? SKIP : KIND_BITS[node.kind], parent, key);
    this.node = node;
    this.keyNode = keyNode;
  }

  get keyUnknown(): boolean {
    return this.key !== undefined && hasBuildVariable(this.key);
  }

  text(): string {
    return this.node.text;
  }

  number(): bigint | number | undefined {
    return this.kind === INTEGER ? this.node.integer : this.node.real;
  }

  boolean(): boolean {
    return this.node.boolean === true;
  }

  keyInstance({ value }: Member): Instance {
    return new PlistInstance(value.keyNode ?? this.node, this);
  }

  protected readMembers(): readonly Member[] {
    const members: Member[] = [];
    for (const { key: keyNode, value } of this.node.entries) {
      const key = keyNode.text;
      const instance = new PlistInstance(value ?? keyNode, this, key, keyNode, value === undefined);
      members.push({ key, value: instance });
    }
    return hasDuplicates(members) ? this.keptMembers(members) : members;
  }

  /** Of several members with one key the one that the tree answers to. */
  private keptMembers(members: readonly Member[]): readonly Member[] {
    const kept = new Map<string, Member>();
    for (const member of members) {
      const first = kept.get(member.key);
      if (first === undefined || this.node.keyNode(member.key)?.id === member.value.keyNode?.id) {
        kept.set(member.key, member);
      }
    }
    return [...kept.values()];
  }

  protected readItems(): readonly Instance[] {
    return this.node.items.map((item) => new PlistInstance(item, this));
  }

  protected readKnown(): number {
    const { kind } = this.node;
    if (kind === 'boolean') return KNOWN;
    if (hasBuildVariable(this.node.text)) return UNKNOWN_TEXT;
    if (kind === 'integer') return this.node.integer === undefined ? BROKEN_TEXT : KNOWN;
    if (kind === 'real') return this.node.real === undefined ? BROKEN_TEXT : KNOWN;
    if (kind === 'date') return this.node.date === undefined ? BROKEN_TEXT : KNOWN;
    if (kind === 'data') return this.node.data === undefined ? BROKEN_TEXT : KNOWN;
    return KNOWN;
  }
}

function hasDuplicates(members: readonly Member[]): boolean {
  if (members.length > SHORT) return new Set(members.map((member) => member.key)).size < members.length;
  for (let i = 1; i < members.length; i++) {
    const key = members[i]!.key;
    for (let j = 0; j < i; j++) if (members[j]!.key === key) return true;
  }
  return false;
}
