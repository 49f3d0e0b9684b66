/** Marked plist text for schema tests. */
import assert from 'node:assert/strict';
import { applyEdits } from '../../../server/src/plist/edit.ts';
import { parsePlist } from '../../../server/src/plist/parse.ts';
import type { PlistNode, PlistTree } from '../../../server/src/plist/types.ts';
import { evaluate } from '../../../server/src/schema/evaluate.ts';
import { fixesFor } from '../../../server/src/schema/fixes.ts';
import { describeFinding } from '../../../server/src/schema/messages.ts';
import { createSchemaSet } from '../../../server/src/schema/set.ts';
import type { Evaluation, Schema, SchemaFinding } from '../../../server/src/schema/types.ts';

export interface Evaluated {
  readonly tree: PlistTree;
  readonly root: PlistNode;
  readonly evaluation: Evaluation;
  readonly findings: readonly SchemaFinding[];
}

/** Parses, builds a set of the one schema, evaluates. */
export function evaluated(schema: Schema, text: string): Evaluated {
  const tree = parsePlist(text);
  assert.ok(tree.root, `no root in ${text}`);
  const set = createSchemaSet({ 'test.schema.json': schema });
  const evaluation = evaluate(set.get('test.schema.json')!, tree.root);
  return { tree, root: tree.root, evaluation, findings: evaluation.findings };
}

/** `keyword@path` or `keyword@path:key` of each finding, in order. */
export function short(findings: readonly SchemaFinding[]): readonly string[] {
  return findings.map(({ keyword, node, key }) => {
    const at = `${keyword}@${node.path.join('/')}`;
    return key === undefined ? at : `${at}:${key}`;
  });
}

/** Findings of a schema on a text, as {@link short} has them. */
export function check(schema: Schema, text: string, expected: readonly string[]): void {
  assert.deepEqual(short(evaluated(schema, text).findings), expected, text);
}

/**
 * Text with `«»` around what each finding should mark, in order: the key where the finding is about a key that
 * stands there, else the value.
 */
export function checkMarked(schema: Schema, marked: string): void {
  assert.ok(marked.includes('«'), `no « in ${marked}`);
  const text = marked.replace(/[«»]/g, '');
  const { findings } = evaluated(schema, text);
  const edits = findings.flatMap(({ node, keyNode }) => {
    const { start, end } = keyNode ?? node;
    return [
      { start, end: start, newText: '«' },
      { start: end, end, newText: '»' },
    ];
  });
  assert.equal(applyEdits(text, edits), marked);
}

export function messages(schema: Schema, text: string): readonly string[] {
  return evaluated(schema, text).findings.map(describeFinding);
}

/** Title -> the document after the fix, `*` in front of a preferred one; of all findings. */
export function repairs(schema: Schema, text: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const finding of evaluated(schema, text).findings) {
    for (const { title, edits, preferred } of fixesFor(finding)) {
      found[`${preferred ? '*' : ''}${title}`] = applyEdits(text, edits);
    }
  }
  return found;
}
