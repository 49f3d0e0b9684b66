/**
 * Schemas over plist trees. JSON Schema 2020-12 (a named subset), VS Code's annotations, and what plists need.
 * `docs/schemas.md` tells people who know IOKit and no TypeScript how to read and extend the files.
 */
import type { PlistNode } from '../plist/types.ts';

export type PlistType = 'string' | 'integer' | 'real' | 'boolean' | 'date' | 'data' | 'dict' | 'array';

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

export type Severity = 'error' | 'warning' | 'information' | 'hint';

/** A JSON Schema object; `true` and `false` are schemas too. */
export interface SchemaObject {
  readonly $id?: string;
  readonly $schema?: string;
  /** `#/$defs/name`, `other.schema.json` or `other.schema.json#/$defs/name`; resolved when the set is built. */
  readonly $ref?: string;
  readonly $defs?: { readonly [name: string]: Schema };
  readonly $comment?: string;

  // Validation and applicators (JSON Schema 2020-12).
  readonly type?: string | readonly string[];
  readonly enum?: readonly JsonValue[];
  readonly const?: JsonValue;
  readonly properties?: { readonly [key: string]: Schema };
  readonly patternProperties?: { readonly [pattern: string]: Schema };
  readonly additionalProperties?: Schema;
  readonly propertyNames?: Schema;
  readonly required?: readonly string[];
  readonly dependentRequired?: { readonly [key: string]: readonly string[] };
  readonly dependentSchemas?: { readonly [key: string]: Schema };
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly contains?: Schema;
  readonly minContains?: number;
  readonly maxContains?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly unevaluatedProperties?: Schema;
  readonly unevaluatedItems?: Schema;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  readonly if?: Schema;
  readonly then?: Schema;
  readonly else?: Schema;

  /** What the element must be; JSON has no data, date and real. */
  readonly plistType?: PlistType | readonly PlistType[];

  // Annotations as VS Code's JSON service reads them.
  readonly title?: string;
  readonly description?: string;
  readonly markdownDescription?: string;
  readonly enumDescriptions?: readonly string[];
  readonly markdownEnumDescriptions?: readonly string[];
  readonly default?: JsonValue;
  readonly examples?: readonly JsonValue[];
  readonly deprecated?: boolean;
  /** Present: the key or value is deprecated; says since when and what to use instead. */
  readonly deprecationMessage?: string;
  /** The key to write instead of this one, which is wrong or outdated; a rename repairs it. */
  readonly replacement?: string;
  readonly patternErrorMessage?: string;
  /**
   * Replaces the message of any finding that this very subschema raises. `{key}` and `{value}` are filled in.
   */
  readonly errorMessage?: string;
  readonly doNotSuggest?: boolean;
  /**
   * The one obvious repair of a finding of this very subschema: take the key out, call it by its
   * `replacement`, or write this value.
   */
  readonly repair?: 'remove' | 'rename' | { readonly value: JsonValue };
  readonly defaultSnippets?: readonly {
    readonly label: string;
    readonly description?: string;
    /** Plist text of the value with VS Code snippet placeholders. */
    readonly body: string;
  }[];

  // Ours.
  /** Rule id of the findings that this very subschema raises (default: by keyword, `schema/…`). */
  readonly rule?: string;
  /** Severity of those findings; default `error`. */
  readonly severity?: Severity;
  /** Where it is said: `owner/repo path:lines` or a link. */
  readonly source?: string | readonly string[];
  /** Link to the documentation of the key. */
  readonly documentation?: string;
  /** First system that reads it: `macOS 10.15, iPadOS 16.0`. */
  readonly since?: string;
  /** `true`: the key may carry an architecture suffix (`_x86_64`, `_arm64`). */
  readonly archSuffix?: boolean;
  /** Name of a table in `schemas/tables/` whose entries complete and explain the value. */
  readonly table?: string;
  /** What a number names, for hover, inlay hints and completion: `usb-vendor`, `pci-match`, `hid-usage-page` … */
  readonly number?: string;
  /** Which of the set's schemas describe the value for readers only: not enforced. */
  readonly suggestOnly?: boolean;
}

export type Schema = boolean | SchemaObject;

/** One failed keyword. */
export interface SchemaFinding {
  /** The JSON Schema keyword (`required`, `plistType`, `enum` …), or `deprecationMessage`. */
  readonly keyword: string;
  /**
   * The value that fails; for `required` and keywords about a key itself (`additionalProperties`, `propertyNames` …)
   * the dictionary. For `deprecationMessage` the value, or the key that has none yet.
   */
  readonly node: PlistNode;
  /** The subschema whose keyword failed; its annotations carry rule, severity, message. */
  readonly schema: SchemaObject;
  /** For `required`, `dependentRequired`: the missing key. For `additionalProperties`, `propertyNames`: the offending key. */
  readonly key?: string;
  /** The node of the offending key, when it is one that stands there. */
  readonly keyNode?: PlistNode;
  /** For `type`, `plistType`: what is allowed. For `enum`: the allowed values. For bounds: the bound. */
  readonly expected?: JsonValue;
  /** What the schemas say of a key of `node`, when that is a dictionary: for a fix that adds or renames one. */
  readonly schemasForKey?: (key: string) => readonly SchemaObject[];
}

export interface Evaluation {
  /** In document order. */
  readonly findings: readonly SchemaFinding[];
  /**
   * The subschemas that apply to a node and hold their conditions, outermost first; what a `$ref` leads to stands
   * before the schema that refers to it, whose own words are the nearer ones.
   */
  schemasFor(node: PlistNode): readonly SchemaObject[];
  /** The subschemas that would apply to the value of `key` in this dict (whether it is there or not). */
  schemasForKey(dict: PlistNode, key: string): readonly SchemaObject[];
  /** The subschemas that would apply to an item of this array: at `index`, or anywhere in it. */
  schemasForItem(array: PlistNode, index?: number): readonly SchemaObject[];
  /** Every key that the applying schemas name for this dict, with their subschemas and whether required. */
  keysFor(dict: PlistNode): readonly {
    readonly key: string;
    readonly schemas: readonly SchemaObject[];
    readonly required: boolean;
    /** For `KEY_arm64`: `KEY`, the key whose architecture-suffixed form this is. */
    readonly architectureOf?: string;
  }[];
  /** The names of {@link keysFor}. The same set for dictionaries, of any document, to which the same schemas apply. */
  keyNames(dict: PlistNode): ReadonlySet<string>;
}
