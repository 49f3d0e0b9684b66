/** Workspace symbols: bundles, personalities, driver classes. */
import type { Workspace } from '../workspace/workspace.ts';
import { contentOf, type Place, viewsOf } from './subjects.ts';

export interface WorkspaceSymbol extends Place {
  readonly name: string;
  readonly kind: 'bundle' | 'personality' | 'class';
  /** What it belongs to: the bundle, the file of the class. */
  readonly container: string;
}

const LIMIT = 500;

/**
 * Symbols whose name holds the letters of the query in their order, whatever their case; all for an empty query.
 * At most 500. Never throws.
 */
export function workspaceSymbols(workspace: Workspace, query: string): WorkspaceSymbol[] {
  const found: WorkspaceSymbol[] = [];
  const letters = query.toLowerCase();
  const offer = (symbol: WorkspaceSymbol): void => {
    const known = found.some((one) => one.uri === symbol.uri && one.range.start === symbol.range.start);
    if (!known && holds(symbol.name.toLowerCase(), letters)) found.push(symbol);
  };
  for (const bundle of workspace.bundles) {
    if (found.length >= LIMIT) break;
    for (const view of viewsOf(workspace, bundle)) {
      const file = view.info ?? view.entitlements;
      if (!file) continue;
      const { uri } = file.document;
      const { start, openEnd } = file.root;
      offer({
        name: view.bundleId ?? bundle.name,
        kind: 'bundle',
        container: bundle.name,
        uri,
        range: { start, end: openEnd },
      });
      for (const { name, node } of view.personalities) {
        if (node.key)
          offer({ name, kind: 'personality', container: bundle.name, uri, range: contentOf(node.key) });
      }
    }
  }
  for (const uri of workspace.files('interface')) {
    if (found.length >= LIMIT) break;
    const container = decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1));
    for (const { name, start, end } of workspace.classesIn(uri)) {
      offer({ name, kind: 'class', container, uri, range: { start, end } });
    }
  }
  return found.slice(0, LIMIT);
}

function holds(name: string, letters: string): boolean {
  let at = 0;
  for (const letter of letters) {
    at = name.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
