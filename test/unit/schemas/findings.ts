/** What the schema of a kind alone finds in a text: rule, severity, place. Rules in code play no part here. */
import { parsePlist } from '../../../server/src/plist/parse.ts';
import { schemaForKind } from '../../../server/src/rules/schemas.ts';
import { evaluate } from '../../../server/src/schema/evaluate.ts';
import type { SchemaFinding } from '../../../server/src/schema/types.ts';
import type { BundleKind } from '../../../server/src/workspace/types.ts';

export interface SchemaFault {
  readonly rule: string;
  readonly severity: string;
  /** Keys from the root, with `/` between them; a missing key is the last one. */
  readonly at: string;
}

/** Findings of the kind's schema in document order. Throws when the text does not parse. */
export function schemaFaults(kind: BundleKind, text: string): SchemaFault[] {
  const tree = parsePlist(text);
  if (tree.errors.length > 0) throw new Error(tree.errors.map(({ message }) => message).join('\n'));
  const schema = schemaForKind(kind);
  if (schema === undefined || tree.root === undefined) throw new Error(`nothing to evaluate for ${kind}`);
  return evaluate(schema, tree.root).findings.map((finding) => ({
    rule: finding.schema.rule ?? `schema/${finding.keyword}`,
    severity: finding.schema.severity ?? 'error',
    at: placeOf(finding),
  }));
}

/** A missing or wrong key stands in the dictionary of the finding; a deprecated one is the node itself. */
function placeOf({ keyword, node, key }: SchemaFinding): string {
  const own = key !== undefined && keyword !== 'deprecationMessage' ? [key] : [];
  return [...node.path, ...own].join('/');
}
