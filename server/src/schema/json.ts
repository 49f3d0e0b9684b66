/** JSON values as instances: the same evaluator on plain data (conformance suites, values without text). */
import type { PlistNode } from '../plist/types.ts';
import { ARRAY, BOOLEAN, DICT, INTEGER, Instance, KNOWN, NULL, REAL, STRING } from './instance.ts';
import type { JsonValue } from './types.ts';
import { isJsonArray } from './values.ts';

/** Build variables are text here. A number without fraction is an integer, as JSON Schema has it; null is a kind of its own. */
export class JsonInstance extends Instance {
  readonly value: JsonValue;

  constructor(value: JsonValue, parent?: Instance, key?: string) {
    super(kindOf(value), parent, key);
    this.value = value;
  }

  get node(): PlistNode | undefined {
    return undefined;
  }

  get keyNode(): PlistNode | undefined {
    return undefined;
  }

  get keyUnknown(): boolean {
    return false;
  }

  text(): string {
    return typeof this.value === 'string' ? this.value : '';
  }

  number(): bigint | number | undefined {
    if (typeof this.value !== 'number') return undefined;
    return Number.isInteger(this.value) ? BigInt(this.value) : this.value;
  }

  boolean(): boolean {
    return this.value === true;
  }

  keyInstance(member: Instance): Instance {
    return new JsonInstance(member.key ?? '', this);
  }

  protected readMembers(): readonly Instance[] {
    const members = Object.entries(this.value as { readonly [key: string]: JsonValue });
    return members.map(([key, value]) => new JsonInstance(value, this, key));
  }

  protected readItems(): readonly Instance[] {
    return (this.value as readonly JsonValue[]).map((item) => new JsonInstance(item, this));
  }

  protected readKnown(): number {
    return KNOWN;
  }
}

function kindOf(value: JsonValue): number {
  if (value === null) return NULL;
  if (typeof value === 'boolean') return BOOLEAN;
  if (typeof value === 'string') return STRING;
  if (typeof value === 'number') return Number.isInteger(value) ? INTEGER : REAL;
  return isJsonArray(value) ? ARRAY : DICT;
}
