/** Repairs of findings of one file that the workspace knows better: a declared class in place of a made-up one. */
import type { Workspace } from '../workspace/workspace.ts';
import { addEntryFix, setTextFix } from './bundle-edits.ts';
import { guarded } from './lint.ts';
import type { Finding, Fix } from './types.ts';
import { onlyClassFor } from './workspace-classes.ts';

const KEY = 'IOUserClass';
const MISSING: ReadonlySet<string> = new Set([
  'dext/missing-user-class',
  'dext/missing-user-client-user-class',
]);

/**
 * The finding with the repair that the workspace knows; the same object where it knows none. Never throws.
 *
 * @param uri of the Info.plist that the finding stands in, as the workspace holds it
 */
export function withWorkspaceFixes(workspace: Workspace, uri: string, finding: Finding): Finding {
  if (!MISSING.has(finding.rule) || finding.keyPath.at(-1) !== KEY) return finding;
  const dict = workspace.document(uri)?.tree.root?.at(finding.keyPath.slice(0, -1));
  const name = dict?.kind === 'dict' ? onlyClassFor(workspace, uri, dict) : undefined;
  if (!dict || name === undefined) return finding;
  const node = dict.get(KEY);
  const better = (): Fix =>
    node
      ? setTextFix(node, name, `Change to ${name}`)
      : addEntryFix(dict, KEY, `<string>${name}</string>`, `Add ${KEY}`);
  const others = (): Fix[] =>
    finding
      .fixes()
      .filter(({ title }) => title !== `Add ${KEY}`)
      .map((fix) => ({ ...fix, preferred: false }));
  return { ...finding, fixes: guarded(() => [better(), ...others()]) };
}
