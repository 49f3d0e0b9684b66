/** What a cursor in a property list stands on that other files speak of too. */
import type { PlistNode, TextRange } from '../plist/types.ts';
import { type BundleView, viewOf } from '../rules/workspace-view.ts';
import type { Bundle } from '../workspace/bundles.ts';
import type { PlistDocument } from '../workspace/types.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { variablesIn } from './buildVariables.ts';

/** A place in any file of the workspace, by offsets of its text. */
export interface Place {
  readonly uri: string;
  readonly range: TextRange;
}

export type Subject =
  /** A driver class: the value of an IOUserClass. */
  | { readonly kind: 'class'; readonly name: string; readonly range: TextRange }
  /** The bundle id of a bundle of the workspace, wherever it stands. */
  | { readonly kind: 'bundle-id'; readonly id: string; readonly bundle: Bundle; readonly range: TextRange }
  /** `$(NAME)`. */
  | { readonly kind: 'setting'; readonly name: string; readonly range: TextRange }
  /** The key of an entitlement. */
  | { readonly kind: 'entitlement'; readonly key: string; readonly range: TextRange };

/** Undefined where nothing of several files stands at the offset. Never throws. */
export function subjectAt(
  workspace: Workspace,
  document: PlistDocument,
  offset: number,
): Subject | undefined {
  const node = document.tree.nodeAt(offset);
  if (!node || (node.kind !== 'string' && node.kind !== 'key')) return undefined;
  const range = contentOf(node);
  if (node.kind === 'key') {
    const isEntitlement = document.kind.kind === 'entitlements' && node.parent?.parent === undefined;
    return isEntitlement ? { kind: 'entitlement', key: node.text, range } : undefined;
  }
  const raw = document.text.slice(node.openEnd, node.closeStart);
  const variable = variablesIn(raw).find(
    ({ start, end }) => offset >= node.openEnd + start && offset <= node.openEnd + end,
  );
  if (variable) {
    const start = node.openEnd + variable.start;
    return { kind: 'setting', name: variable.name, range: { start, end: node.openEnd + variable.end } };
  }
  const name = node.text.trim();
  if (node.name === 'IOUserClass' && /^[A-Za-z_]\w*$/.test(name)) return { kind: 'class', name, range };
  if (!/^[\w-]+(\.[\w-]+)+$/.test(name)) return undefined;
  const bundle = bundlesById(workspace).get(name)?.[0];
  return bundle && { kind: 'bundle-id', id: name, bundle, range };
}

/** The text of a leaf without blanks around it. */
export function contentOf({ openEnd, closeStart, tree }: PlistNode): TextRange {
  const raw = tree.text.slice(openEnd, closeStart);
  const start = openEnd + (raw.length - raw.trimStart().length);
  return { start, end: start + raw.trim().length };
}

/** One view for each configuration of a bundle. */
export function viewsOf(workspace: Workspace, bundle: Bundle): BundleView[] {
  return bundle.configurations.map((configuration) => viewOf(workspace, bundle, configuration));
}

/** Bundles that a file belongs to: those that use it, and for a file of build settings those that it builds. */
export function bundlesFor(workspace: Workspace, uri: string): readonly Bundle[] {
  const own = workspace.bundlesOf(uri);
  if (own.length > 0) return own;
  const projects = new Set(
    workspace.projects
      .filter((project) => project.uri === uri || project.reads.includes(uri))
      .map((one) => one.uri),
  );
  return workspace.bundles.filter((bundle) => projects.has(bundle.uri));
}

/** Bundles by their ids in every configuration. */
export function bundlesById(workspace: Workspace): ReadonlyMap<string, readonly Bundle[]> {
  const found = new Map<string, Bundle[]>();
  for (const bundle of workspace.bundles) {
    for (const id of new Set(viewsOf(workspace, bundle).map(({ bundleId }) => bundleId))) {
      if (id !== undefined) found.set(id, [...(found.get(id) ?? []), bundle]);
    }
  }
  return found;
}

/** Every node of a document that the test takes. */
export function nodesOf({ tree }: PlistDocument, test: (node: PlistNode) => boolean): PlistNode[] {
  const found: PlistNode[] = [];
  for (let id = 0; id < tree.size; id++) {
    const node = tree.node(id);
    if (test(node)) found.push(node);
  }
  return found;
}

/** The documents of a bundle: Info.plists and entitlements of all its configurations, each once. */
export function documentsOf(workspace: Workspace, bundle: Bundle): PlistDocument[] {
  const uris = bundle.configurations.flatMap(({ infoPlist, entitlements }) => [infoPlist, entitlements]);
  return [...new Set(uris)]
    .map((uri) => (uri === undefined ? undefined : workspace.document(uri)))
    .filter((document) => document !== undefined);
}

/** Each place once, in the order of the first of its file. */
export function distinct(places: readonly Place[]): Place[] {
  const seen = new Map(
    places.map((place) => [`${place.uri} ${place.range.start} ${place.range.end}`, place]),
  );
  return [...seen.values()];
}
