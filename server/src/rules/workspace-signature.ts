/**
 * What is found in the entitlements of a signature stands in the Info.plist of the bundle: the signature is no file
 * that a person can open, and is made anew by signing only.
 */
import type { TextRange } from '../plist/types.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { rangeOfNode } from './lint.ts';
import type { RelatedPlace } from './types.ts';
import type { Found } from './workspace-lint.ts';

/** The finding as a person can go to it. Findings and related places in files stay as they are. */
export function outOfSignature(workspace: Workspace, finding: Found): Found {
  const related = finding.related?.map((place) => relatedOut(workspace, place));
  const moved = related ? { ...finding, related } : finding;
  const place = placeFor(workspace, finding.uri);
  if (!place) return moved;
  const program = finding.uri.slice(finding.uri.lastIndexOf('/') + 1).replace(/#.*$/, '');
  return {
    ...moved,
    ...place,
    message: `In the signature of ${decodeURIComponent(program)}: ${finding.message} Then sign the bundle again.`,
    fixes: () => [],
  };
}

function relatedOut(workspace: Workspace, place: RelatedPlace): RelatedPlace {
  const moved = placeFor(workspace, place.uri);
  return moved ? { ...place, ...moved } : place;
}

/** The key that names the signed program; undefined for URIs of files. */
export function placeFor(workspace: Workspace, uri: string): { uri: string; range: TextRange } | undefined {
  const info = workspace.signedIn(uri);
  const root = info === undefined ? undefined : workspace.document(info)?.tree.root;
  if (info === undefined || !root) return undefined;
  return { uri: info, range: rangeOfNode(root.get('CFBundleExecutable') ?? root) };
}
