/** Keywords that combine schemas on one instance: $ref, allOf, anyOf, oneOf, not, if. */
import { raiseBest } from './branches.ts';
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
import { type Instance, SKIP } from './instance.ts';
import type { SchemaObject } from './types.ts';

export function addLogicChecks(schema: Compiled): void {
  const { source, any } = schema;
  if (source.$ref !== undefined) any.push(reference(schema));
  if (schema.allOf.length > 0) any.push(all(schema.allOf));
  if (source.anyOf !== undefined) any.push(anyOf(source, schema.anyOf));
  if (source.oneOf !== undefined) any.push(oneOf(source, schema.oneOf));
  if (schema.not !== undefined) any.push(not(source, schema.not));
  if (schema.condition !== undefined) {
    any.push(conditional(schema.condition, schema.consequent, schema.alternative));
  }
}

/** The target is known only when all files are compiled. */
function reference(schema: Compiled): Check {
  return (instance, out) => (schema.ref === undefined ? VALID : run(schema.ref, instance, out));
}

function all(parts: readonly Compiled[]): Check {
  return (instance, out) => {
    let verdict: Verdict = VALID;
    for (const part of parts) {
      verdict = both(verdict, run(part, instance, out));
      if (verdict === INVALID && out === undefined) return INVALID;
    }
    return verdict;
  };
}

function anyOf(source: SchemaObject, branches: readonly Compiled[]): Check {
  return (instance, out) => {
    let holds = false;
    let open = false;
    for (const branch of branches) {
      const verdict = probe(branch, instance);
      if (verdict === UNDECIDED) open = true;
      if (verdict !== VALID) continue;
      holds = true;
      if (out === undefined) break;
      raiseDeprecations(branch, instance, out);
    }
    if (holds) return VALID;
    if (open) return UNDECIDED;
    if (out !== undefined) raiseBest(source, 'anyOf', branches, instance, out);
    return INVALID;
  };
}

function oneOf(source: SchemaObject, branches: readonly Compiled[]): Check {
  return (instance, out) => {
    const holding: Compiled[] = [];
    let open = false;
    for (const branch of branches) {
      const verdict = probe(branch, instance);
      if (verdict === UNDECIDED) open = true;
      else if (verdict === VALID) holding.push(branch);
    }
    if (holding.length > 1) {
      out?.push({ keyword: 'oneOf', instance, schema: source });
      return INVALID;
    }
    if (open) return UNDECIDED;
    if (holding.length === 1) {
      raiseDeprecations(holding[0]!, instance, out);
      return VALID;
    }
    if (out !== undefined) raiseBest(source, 'oneOf', branches, instance, out);
    return INVALID;
  };
}

/** A branch that holds raises nothing but what is deprecated in it. */
function raiseDeprecations(branch: Compiled, instance: Instance, out: Out): void {
  if (out !== undefined && branch.mayDeprecate) run(branch, instance, out);
}

function not(source: SchemaObject, schema: Compiled): Check {
  return (instance, out) => {
    const verdict = probe(schema, instance);
    if (verdict === UNDECIDED) return UNDECIDED;
    if (verdict === INVALID) return VALID;
    if (instance.kind === SKIP) return UNDECIDED;
    out?.push({ keyword: 'not', instance, schema: source });
    return INVALID;
  };
}

/** An undecided condition gives no findings of either branch. */
function conditional(
  condition: Compiled,
  consequent: Compiled | undefined,
  alternative: Compiled | undefined,
): Check {
  return (instance, out) => {
    const verdict = probe(condition, instance);
    if (verdict === VALID) return consequent === undefined ? VALID : run(consequent, instance, out);
    if (verdict === INVALID) return alternative === undefined ? VALID : run(alternative, instance, out);
    const whenTrue = consequent === undefined ? VALID : probe(consequent, instance);
    const whenFalse = alternative === undefined ? VALID : probe(alternative, instance);
    return whenTrue === VALID && whenFalse === VALID ? VALID : UNDECIDED;
  };
}
