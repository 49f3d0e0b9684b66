/** Keywords of arrays. */
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
import type { Instance } from './instance.ts';
import type { SchemaObject } from './types.ts';

export function addArrayChecks(schema: Compiled): void {
  const { source, array } = schema;
  const { minItems, maxItems } = source;
  if (schema.prefixItems.length > 0 || schema.items !== undefined) array.push(items(schema));
  if (schema.contains !== undefined) array.push(contains(schema, schema.contains));
  if (minItems !== undefined) array.push(count(source, 'minItems', minItems, (size) => size >= minItems));
  if (maxItems !== undefined) array.push(count(source, 'maxItems', maxItems, (size) => size <= maxItems));
  if (source.uniqueItems === true) array.push(unique(source));
}

function items(schema: Compiled): Check {
  return (instance, out) => {
    let verdict: Verdict = VALID;
    const { prefixItems } = schema;
    const values = instance.items();
    for (let i = 0; i < values.length; i++) {
      const item = prefixItems[i] ?? schema.items;
      if (item === undefined) break;
      verdict = both(verdict, run(item, values[i]!, out));
      instance.judged(values[i]!);
      if (verdict === INVALID && out === undefined) return INVALID;
    }
    return verdict;
  };
}

function contains(schema: Compiled, wanted: Compiled): Check {
  const { source } = schema;
  const least = source.minContains ?? 1;
  const most = source.maxContains ?? Number.POSITIVE_INFINITY;
  return (instance, out) => {
    let sure = 0;
    let open = 0;
    for (const item of instance.items()) {
      const verdict = probe(wanted, item);
      if (verdict === VALID) sure++;
      else if (verdict === UNDECIDED) open++;
    }
    if (sure + open < least) {
      const keyword = source.minContains === undefined ? 'contains' : 'minContains';
      out?.push({ keyword, instance, schema: source, expected: least });
      return INVALID;
    }
    if (sure > most) {
      out?.push({ keyword: 'maxContains', instance, schema: source, expected: most });
      return INVALID;
    }
    return sure >= least && sure + open <= most ? VALID : UNDECIDED;
  };
}

function count(
  source: SchemaObject,
  keyword: string,
  bound: number,
  holds: (size: number) => boolean,
): Check {
  return (instance, out) => {
    if (holds(instance.items().length)) return VALID;
    out?.push({ keyword, instance, schema: source, expected: bound });
    return INVALID;
  };
}

/** Each item that repeats an earlier one is a finding of its own, on the repetition. */
function unique(source: SchemaObject): Check {
  return (instance, out) => {
    const seen = new Set<string>();
    let verdict: Verdict = VALID;
    for (const item of instance.items()) {
      const text = item.canonical();
      if (text === undefined) {
        if (verdict === VALID && instance.items().length > 1) verdict = UNDECIDED;
        continue;
      }
      if (!seen.has(text)) {
        seen.add(text);
        continue;
      }
      if (out === undefined) return INVALID;
      out.push({ keyword: 'uniqueItems', instance: item as Instance, schema: source });
      verdict = INVALID;
    }
    return verdict;
  };
}
