/** Keywords of dictionaries. */
import {
  both,
  type Check,
  type Compiled,
  INVALID,
  type Out,
  probe,
  run,
  UNDECIDED,
  VALID,
  type Verdict,
} from './compiled.ts';
import type { Instance } from './instance.ts';
import type { JsonValue, SchemaObject } from './types.ts';

/**
 * What the kernel and its loaders append to a key (`OSBundleLibraries_x86_64`): the generic name of the processor
 * type, so never `arm64e`. Source: apple-oss-distributions/IOKitUser kext.subproj/OSKext.c:5921-5956,
 * apple-oss-distributions/xnu libkern/c++/OSKext.cpp:5755-5840.
 */
const ARCHITECTURE_SUFFIX = /_(arm64|x86_64|i386|ppc64|ppc|arm)$/;

/** Architectures that a new file may still name. */
export const LIVING_ARCHITECTURES: readonly string[] = ['arm64', 'x86_64'];

/** `KEY` of `KEY_arm64`, undefined when the key carries no architecture. */
export function withoutArchitecture(key: string): string | undefined {
  if (!key.includes('_')) return undefined;
  const match = ARCHITECTURE_SUFFIX.exec(key);
  return match === null ? undefined : key.slice(0, match.index);
}

/** True when the key that this schema describes may carry an architecture suffix. */
export function takesArchitecture(schema: Compiled, hops = 8): boolean {
  if (schema.source.archSuffix === true && schema.constant === undefined) return true;
  return schema.ref !== undefined && hops > 0 && takesArchitecture(schema.ref, hops - 1);
}

/** The schema that `properties` gives for a key, its architecture-suffixed forms included. */
export function propertySchema(schema: Compiled, key: string): Compiled | undefined {
  const direct = schema.properties.get(key);
  if (direct !== undefined || schema.properties.size === 0) return direct;
  const base = withoutArchitecture(key);
  if (base === undefined) return undefined;
  const based = schema.properties.get(base);
  return based !== undefined && takesArchitecture(based) ? based : undefined;
}

/** Adds the checks; `archKeys` holds every key of the set that may carry an architecture, filled by then. */
export function addDictChecks(schema: Compiled, archKeys: ReadonlySet<string>): void {
  const { source, dict } = schema;
  const { required, dependentRequired, minProperties, maxProperties } = source;
  if (schema.properties.size > 0 || schema.patterns.length > 0 || schema.additional !== undefined) {
    dict.push(members(schema));
  }
  if (required !== undefined) {
    dict.push((instance, out) => requireKeys(source, 'required', required, archKeys, instance, out));
  }
  if (dependentRequired !== undefined) dict.push(dependents(source, dependentRequired, archKeys));
  if (schema.dependentSchemas.size > 0) dict.push(dependentSchemas(schema));
  if (schema.names !== undefined) dict.push(names(source, schema.names));
  if (minProperties !== undefined) {
    dict.push(count(source, 'minProperties', minProperties, (size) => size >= minProperties));
  }
  if (maxProperties !== undefined) {
    dict.push(count(source, 'maxProperties', maxProperties, (size) => size <= maxProperties));
  }
}

function members(schema: Compiled): Check {
  const namedOnly = schema.patterns.length === 0 && schema.additional === undefined;
  const few =
    namedOnly && schema.properties.size <= 4 && ![...schema.properties.values()].some(mayTakeArchitecture);
  const named = [...schema.properties];
  if (few) {
    return (instance, out) => {
      let verdict: Verdict = VALID;
      for (const [key, property] of named) {
        const member = instance.member(key);
        if (member === undefined) continue;
        verdict = both(verdict, run(property, member, out));
        if (verdict === INVALID && out === undefined) return INVALID;
      }
      return verdict === VALID && instance.hasUnknownKey() ? UNDECIDED : verdict;
    };
  }
  return (instance, out) => {
    let verdict: Verdict = VALID;
    for (const member of instance.members()) {
      const one = runMember(schema, member, out);
      instance.judged(member);
      if (one === INVALID) {
        if (out === undefined) return INVALID;
        verdict = INVALID;
      } else if (one === UNDECIDED && verdict === VALID) verdict = UNDECIDED;
    }
    return verdict;
  };
}

/** References are not resolved yet when the checks are made: a reference may lead to `archSuffix`. */
function mayTakeArchitecture(schema: Compiled): boolean {
  return schema.source.archSuffix === true || schema.source.$ref !== undefined;
}

function runMember(schema: Compiled, value: Instance, out: Out): Verdict {
  const key = value.key!;
  const property = propertySchema(schema, key);
  if (property === undefined && value.keyUnknown) return runUnknownKey(schema, value, out);
  let matched = property !== undefined;
  let verdict: Verdict = property === undefined ? VALID : run(property, value, out);
  for (const [pattern, patterned] of schema.patterns) {
    if (!pattern.test(key)) continue;
    matched = true;
    verdict = both(verdict, run(patterned, value, out));
  }
  if (!matched && schema.additional !== undefined) verdict = run(schema.additional, value, out);
  return verdict;
}

/** A key that may become any key has the schema that all keys have; where some have their own it is open. */
function runUnknownKey(schema: Compiled, value: Instance, out: Out): Verdict {
  if (schema.properties.size > 0 || schema.patterns.length > 0) return UNDECIDED;
  return schema.additional === undefined ? VALID : run(schema.additional, value, out);
}

function requireKeys(
  source: SchemaObject,
  keyword: string,
  keys: readonly string[],
  archKeys: ReadonlySet<string>,
  instance: Instance,
  out: Out,
): Verdict {
  let verdict: Verdict = VALID;
  for (const key of keys) {
    if (instance.member(key) !== undefined) continue;
    if (instance.hasUnknownKey() || (archKeys.has(key) && hasForSomeArchitecture(instance, key))) {
      if (verdict === VALID) verdict = UNDECIDED;
      continue;
    }
    if (out === undefined) return INVALID;
    out.push({ keyword, instance, schema: source, key, expected: key });
    verdict = INVALID;
  }
  return verdict;
}

function hasForSomeArchitecture(instance: Instance, key: string): boolean {
  return instance.members().some((member) => withoutArchitecture(member.key!) === key);
}

function dependents(
  source: SchemaObject,
  dependentRequired: { readonly [key: string]: readonly string[] },
  archKeys: ReadonlySet<string>,
): Check {
  const table = Object.entries(dependentRequired);
  return (instance, out) => {
    let verdict: Verdict = VALID;
    for (const [key, needed] of table) {
      if (instance.member(key) === undefined) {
        if (instance.hasUnknownKey()) verdict = both(verdict, UNDECIDED);
        continue;
      }
      verdict = both(verdict, requireKeys(source, 'dependentRequired', needed, archKeys, instance, out));
    }
    return verdict;
  };
}

function dependentSchemas(schema: Compiled): Check {
  const table = [...schema.dependentSchemas];
  return (instance, out) => {
    let verdict: Verdict = VALID;
    for (const [key, dependent] of table) {
      if (instance.member(key) !== undefined) verdict = both(verdict, run(dependent, instance, out));
      else if (instance.hasUnknownKey()) verdict = both(verdict, UNDECIDED);
    }
    return verdict;
  };
}

function names(source: SchemaObject, schema: Compiled): Check {
  const carrier = schema.constant === undefined ? schema.source : source;
  return (instance, out) => {
    let verdict: Verdict = VALID;
    for (const member of instance.members()) {
      const one: Verdict = member.keyUnknown ? UNDECIDED : probe(schema, instance.keyInstance(member));
      verdict = both(verdict, one);
      if (one !== INVALID) continue;
      if (out === undefined) return INVALID;
      const expected: JsonValue = schema.source.enum ?? [];
      const { key, keyNode } = member;
      out.push({ keyword: 'propertyNames', instance, schema: carrier, key: key!, keyNode, expected });
    }
    return verdict;
  };
}

function count(
  source: SchemaObject,
  keyword: string,
  bound: number,
  holds: (size: number) => boolean,
): Check {
  return (instance, out) => {
    // Two keys may become one.
    if (instance.hasUnknownKey()) return UNDECIDED;
    if (holds(instance.members().length)) return VALID;
    out?.push({ keyword, instance, schema: source, expected: bound });
    return INVALID;
  };
}
