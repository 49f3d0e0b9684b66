/** What is known about a document, computed once for each version: its findings and the schemas that apply. */
import type { PlistNode } from '../plist/types.ts';
import { type Linted, lintAfter } from '../rules/incremental.ts';
import { type LintOptions, type LintResult, lint, schemaOf } from '../rules/lint.ts';
import { evaluate } from '../schema/evaluate.ts';
import type { Evaluation, SchemaObject } from '../schema/types.ts';
import type { PlistDocument } from '../workspace/types.ts';

const results = new WeakMap<PlistDocument, { options: LintOptions; result: LintResult }>();
const evaluations = new WeakMap<
  PlistDocument,
  { options: LintOptions; evaluation: Evaluation | undefined }
>();

/** The last version of a document that was linted, for one that was not yet. */
const linted = new WeakMap<PlistDocument, Linted>();

/** Tells that a document is the next version of another: what was found there may still hold. */
export function follows(document: PlistDocument, before: PlistDocument): void {
  const known = results.get(before);
  const start = known ? { document: before, ...known } : linted.get(before);
  if (start) linted.set(document, start);
}

/** The lint of a document; kept until the document or the options object is another one. */
export function lintOf(document: PlistDocument, options: LintOptions): LintResult {
  const known = results.get(document);
  if (known?.options === options) return known.result;
  const before = linted.get(document);
  // Else each version would hold all versions before it.
  linted.delete(document);
  const result = (before && lintAfter(before, document, options)) ?? lint(document, options);
  results.set(document, { options, result });
  return result;
}

/** The evaluation alone, for a document that nobody asked the findings of. */
export function evaluationOf(document: PlistDocument, options: LintOptions): Evaluation | undefined {
  const linted = results.get(document);
  if (linted?.options === options) return linted.result.evaluation;
  const known = evaluations.get(document);
  if (known?.options === options) return known.evaluation;
  const schema = schemaOf(document, options);
  const root = document.tree.root;
  const evaluation = root && schema !== undefined ? evaluate(schema, root) : undefined;
  evaluations.set(document, { options, evaluation });
  return evaluation;
}

/** The schemas of a value or a key where it stands. */
export function schemasAt(evaluation: Evaluation | undefined, node: PlistNode): readonly SchemaObject[] {
  if (!evaluation) return [];
  if (node.kind !== 'key') return evaluation.schemasFor(node);
  return node.parent ? evaluation.schemasForKey(node.parent, node.text) : [];
}
