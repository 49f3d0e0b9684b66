/** Reads the annotations of the schemas that apply to one value: types, texts, proposed values. */
import type { JsonValue, PlistType, SchemaObject } from '../schema/types.ts';

/** Order in which types are proposed where the schemas leave the choice. */
export const PLIST_TYPES: readonly PlistType[] = [
  'string',
  'integer',
  'boolean',
  'dict',
  'array',
  'data',
  'real',
  'date',
];

const JSON_TYPES: Readonly<Record<string, readonly PlistType[]>> = {
  string: ['string'],
  integer: ['integer'],
  number: ['integer', 'real'],
  boolean: ['boolean'],
  object: ['dict'],
  array: ['array'],
};

/** The types that every one of the schemas allows, in the order that the innermost names them; all if none says. */
export function allowedTypes(schemas: readonly SchemaObject[]): readonly PlistType[] {
  let allowed: readonly PlistType[] | undefined;
  for (const schema of schemas) {
    const own = ownTypes(schema);
    if (!own) continue;
    const common: readonly PlistType[] = allowed ? own.filter((type) => allowed?.includes(type)) : own;
    // Schemas that contradict each other allow nothing: then the innermost is the best guess.
    allowed = common.length > 0 ? common : own;
  }
  return allowed ?? typesOfValues(schemas) ?? PLIST_TYPES;
}

/** True when some schema says what the type must be. */
export function namesType(schemas: readonly SchemaObject[]): boolean {
  return schemas.some((schema) => ownTypes(schema) !== undefined) || typesOfValues(schemas) !== undefined;
}

function ownTypes(schema: SchemaObject): readonly PlistType[] | undefined {
  if (schema.plistType !== undefined) {
    return typeof schema.plistType === 'string' ? [schema.plistType] : schema.plistType;
  }
  if (schema.type === undefined) return undefined;
  const names = typeof schema.type === 'string' ? [schema.type] : schema.type;
  return names.flatMap((name) => JSON_TYPES[name] ?? []);
}

function typesOfValues(schemas: readonly SchemaObject[]): readonly PlistType[] | undefined {
  for (const { enum: values, const: constant } of schemas) {
    const all = constant !== undefined ? [constant] : values;
    if (all && all.length > 0) return [...new Set(all.map(typeOfJson))];
  }
  return undefined;
}

export function typeOfJson(value: JsonValue): PlistType {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'real';
  return Array.isArray(value) ? 'array' : 'dict';
}

/**
 * The first value of an annotation, outermost schema first: what refers to a schema says more of the place than the
 * schema referred to, and the certain ones stand before those that only may be meant.
 */
export function annotation<K extends keyof SchemaObject>(
  schemas: readonly SchemaObject[],
  name: K,
): SchemaObject[K] | undefined {
  for (const schema of schemas) {
    const value = schema[name];
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Description as Markdown; `description` is plain text and is escaped for it. */
export function descriptionOf(schemas: readonly SchemaObject[]): string | undefined {
  const markdown = annotation(schemas, 'markdownDescription');
  if (markdown !== undefined) return markdown;
  const plain = annotation(schemas, 'description');
  return plain === undefined ? undefined : escapeMarkdown(plain);
}

export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|!~]/g, (character) => `\\${character}`);
}

export interface EnumValue {
  readonly value: JsonValue;
  readonly description: string | undefined;
}

/** The closed list of values, if the schemas have one. Where several have, the values common to all. */
export function enumValues(schemas: readonly SchemaObject[]): readonly EnumValue[] | undefined {
  let values: EnumValue[] | undefined;
  for (const schema of schemas) {
    if (schema.suggestOnly) continue;
    const own =
      schema.const !== undefined
        ? [{ value: schema.const, description: undefined }]
        : schema.enum?.map((value, index) => ({
            value,
            description: schema.markdownEnumDescriptions?.[index] ?? schema.enumDescriptions?.[index],
          }));
    if (!own) continue;
    const known = values;
    values = known ? own.filter(({ value }) => known.some((other) => other.value === value)) : own;
  }
  return values;
}

/**
 * Keys of the nub that a personality names: those of the `match-….schema.json` that apply for its provider class.
 *
 * @param schemas what applies to the personality
 */
export function nubKeys(schemas: readonly SchemaObject[]): ReadonlySet<string> {
  const own = schemas.filter(({ $id }) => $id !== undefined && NUB_SCHEMA.test($id));
  return new Set(own.flatMap(({ properties = {} }) => Object.keys(properties)));
}

const NUB_SCHEMA = /^match-(?!general|merge)[\w-]+\.schema\.json$/;

export function isDeprecated(schemas: readonly SchemaObject[]): boolean {
  return schemas.some((schema) => schema.deprecated === true || schema.deprecationMessage !== undefined);
}
