/** A schema over a plist tree: findings, and the subschemas that apply to each node. */
import type { PlistNode } from '../plist/types.ts';
import { Annotations } from './annotations.ts';
import { type Compiled, type RawFinding, resetBudget, run, VALID, type Verdict } from './compiled.ts';
import { PlistInstance } from './instance.ts';
import { JsonInstance } from './json.ts';
import { compiledOf } from './set.ts';
import type { Evaluation, JsonValue, Schema, SchemaFinding, SchemaObject, Severity } from './types.ts';

export interface EvaluateOptions {
  /** Findings beyond this number are left out; default 10,000. */
  readonly maxFindings?: number;
}

const MAX_FINDINGS = 10_000;

/**
 * Evaluates a schema (of a set, or any other) over a tree. Nothing is done before it is asked for: findings are
 * computed on first access, annotations for the path of the node in question only. Never throws.
 */
export function evaluate(schema: Schema, root: PlistNode, options: EvaluateOptions = {}): Evaluation {
  const compiled = compiledOf(schema);
  const instance = new PlistInstance(root);
  const annotations = new Annotations(compiled, instance);
  let findings: readonly SchemaFinding[] | undefined;
  return {
    get findings() {
      findings ??= findingsOf(compiled, instance, annotations, options.maxFindings ?? MAX_FINDINGS);
      return findings;
    },
    schemasFor: (node) => annotations.schemasFor(node),
    schemasForKey: (dict, key) => annotations.schemasForKey(dict, key),
    schemasForItem: (array, index) => annotations.schemasForItem(array, index),
    keysFor: (dict) => annotations.keysFor(dict),
    keyNames: (dict) => annotations.keyNames(dict),
  };
}

/** Evaluates a schema over a JSON value: the verdict and the keywords that fail. Build variables are text. */
export function evaluateJson(
  schema: Schema,
  value: JsonValue,
): { readonly valid: boolean; readonly failed: readonly string[] } {
  const out: RawFinding[] = [];
  resetBudget(0);
  const verdict: Verdict = run(compiledOf(schema), new JsonInstance(value), out);
  return { valid: verdict === VALID, failed: out.map(({ keyword }) => keyword) };
}

function findingsOf(
  schema: Compiled,
  root: PlistInstance,
  annotations: Annotations,
  limit: number,
): readonly SchemaFinding[] {
  const out: RawFinding[] = [];
  resetBudget(root.node.tree.size);
  run(schema, root, out);
  if (out.length === 0) return [];
  const found = distinct(out);
  const placed = found.map((finding) => ({
    finding: nodeFinding(finding, annotations),
    at: placeOf(finding),
  }));
  placed.sort((a, b) => a.at - b.at);
  return placed.slice(0, limit).map(({ finding }) => finding);
}

function nodeFinding(raw: RawFinding, annotations: Annotations): SchemaFinding {
  const { keyword, instance, schema, key, keyNode, expected } = raw;
  const node = instance.node!;
  return {
    keyword,
    node,
    schema,
    schemasForKey: (name) => annotations.schemasForKey(node, name),
    ...(key !== undefined && { key }),
    ...(keyNode !== undefined && { keyNode }),
    ...(expected !== undefined && { expected }),
  };
}

function placeOf({ instance, keyNode }: RawFinding): number {
  return keyNode?.start ?? instance.node!.start;
}

/**
 * One fault, one finding: several ways through a schema may lead to the same keyword, and a value of the wrong
 * type is none of the listed values either.
 */
function distinct(raw: readonly RawFinding[]): readonly RawFinding[] {
  const wrongType = new Map<number, number>();
  for (const { keyword, instance, schema } of raw) {
    if (keyword !== 'type' && keyword !== 'plistType') continue;
    const { id } = instance.node!;
    wrongType.set(id, Math.max(wrongType.get(id) ?? 0, gravity(schema)));
  }
  const seen = new Map<number, Set<string>>();
  return raw.filter((finding) => {
    const { keyword, instance, schema, key } = finding;
    const { id } = instance.node!;
    const type = wrongType.get(id);
    if (type !== undefined && VALUE_KEYWORDS.has(keyword) && gravity(schema) <= type) return false;
    const text = `${keyword} ${key ?? ''} ${schema.rule ?? ''} ${schema.errorMessage ?? ''} ${wordsOf(finding)}`;
    let texts = seen.get(id);
    if (texts === undefined) {
      texts = new Set();
      seen.set(id, texts);
    }
    if (texts.has(text)) return false;
    texts.add(text);
    return true;
  });
}

function wordsOf({ expected, schema }: RawFinding): string {
  return expected === undefined ? (schema.deprecationMessage ?? '') : JSON.stringify(expected);
}

const VALUE_KEYWORDS = new Set(['enum', 'const', 'not', 'oneOf', 'anyOf']);

const GRAVITY: Readonly<Record<Severity, number>> = { hint: 1, information: 2, warning: 3, error: 4 };

function gravity(schema: SchemaObject): number {
  return GRAVITY[schema.severity ?? 'error'];
}
