/** unevaluatedProperties and unevaluatedItems: what no other keyword of the schema, in place, has looked at. */
import { fittingBranches } from './branches.ts';
import {
  both,
  type Check,
  type Compiled,
  INVALID,
  probe,
  run,
  UNDECIDED,
  VALID,
  type Verdict,
} from './compiled.ts';
import { propertySchema } from './dictChecks.ts';
import type { Instance } from './instance.ts';

export function addUnevaluatedChecks(schema: Compiled): void {
  if (schema.unevaluatedProperties !== undefined) {
    schema.dict.push(unevaluatedProperties(schema, schema.unevaluatedProperties));
  }
  if (schema.unevaluatedItems !== undefined) {
    schema.array.push(unevaluatedItems(schema, schema.unevaluatedItems));
  }
}

function unevaluatedProperties(schema: Compiled, rest: Compiled): Check {
  return (instance, out) => {
    const keys = evaluatedKeys(schema, instance);
    let verdict: Verdict = VALID;
    for (const value of instance.members()) {
      if (keys.has(value.key!)) continue;
      if (value.keyUnknown) {
        verdict = both(verdict, UNDECIDED);
        continue;
      }
      const before = out?.length ?? 0;
      verdict = both(verdict, run(rest, value, out));
      if (verdict === INVALID && out === undefined) return INVALID;
      if (rest.constant === false && out !== undefined && out.length > before) {
        out.push({ ...out.pop()!, expected: namedBy(schema, instance) });
      }
    }
    return verdict;
  };
}

/** Keys that the schema names, for "did you mean". */
function namedBy(schema: Compiled, instance: Instance): readonly string[] {
  return joined(schema, instance).flatMap((part) => [...part.properties.keys()]);
}

function unevaluatedItems(schema: Compiled, rest: Compiled): Check {
  return (instance, out) => {
    const parts = joined(schema, instance);
    const items = instance.items();
    let verdict: Verdict = VALID;
    for (let i = 0; i < items.length; i++) {
      if (parts.some((part) => evaluatesItem(part, part === schema, items[i]!, i))) continue;
      verdict = both(verdict, run(rest, items[i]!, out));
      if (verdict === INVALID && out === undefined) return INVALID;
    }
    return verdict;
  };
}

/** The keys of a dict that the schema's other keywords look at. */
export function evaluatedKeys(schema: Compiled, instance: Instance): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const part of joined(schema, instance)) {
    const all =
      part.additional !== undefined || (part !== schema && part.unevaluatedProperties !== undefined);
    for (const member of instance.members()) {
      const key = member.key!;
      if (all || propertySchema(part, key) || part.patterns.some(([pattern]) => pattern.test(key)))
        keys.add(key);
    }
  }
  return keys;
}

function evaluatesItem(part: Compiled, own: boolean, item: Instance, index: number): boolean {
  if (part.items !== undefined || index < part.prefixItems.length) return true;
  if (!own && part.unevaluatedItems !== undefined) return true;
  return part.contains !== undefined && probe(part.contains, item) !== INVALID;
}

/**
 * The schema and all that join it on this instance. Failing parts of `allOf` and `$ref` count: the schema fails
 * with them anyway, and a reader needs no second finding for each of their keys.
 */
function joined(schema: Compiled, instance: Instance): readonly Compiled[] {
  const found: Compiled[] = [schema];
  for (let i = 0; i < found.length; i++) {
    for (const part of partsOf(found[i]!, instance)) if (!found.includes(part)) found.push(part);
  }
  return found;
}

function partsOf(schema: Compiled, instance: Instance): readonly Compiled[] {
  const parts = [...schema.allOf];
  if (schema.ref !== undefined) parts.push(schema.ref);
  if (schema.anyOf.length > 0) parts.push(...fittingBranches(schema.anyOf, instance));
  if (schema.oneOf.length > 0) parts.push(...fittingBranches(schema.oneOf, instance));
  const { condition, consequent, alternative } = schema;
  if (condition !== undefined) {
    const verdict = probe(condition, instance);
    if (verdict !== INVALID) parts.push(condition);
    if (verdict !== INVALID && consequent !== undefined) parts.push(consequent);
    if (verdict !== VALID && alternative !== undefined) parts.push(alternative);
  }
  for (const [key, dependent] of schema.dependentSchemas) {
    if (instance.member(key) !== undefined) parts.push(dependent);
  }
  return parts;
}
