/** Links from values to the files that they name, where the workspace knows them: other bundles and programs. */
import type { PlistNode } from '../plist/types.ts';
import type { BundleView } from '../rules/workspace-view.ts';
import type { PlistDocument } from '../workspace/types.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { bundlesById, contentOf, type Place, viewsOf } from './subjects.ts';

const ACCESS = 'com.apple.developer.driverkit.userclient-access';

/** A place of the document, and the URI of the file that it leads to. */
export interface FileLink {
  readonly range: Place['range'];
  readonly uri: string;
}

/** Never throws. A value that names the document itself, or several files, leads nowhere. */
export function fileLinks(workspace: Workspace, document: PlistDocument): FileLink[] {
  const views = workspace.bundlesOf(document.uri).flatMap((bundle) => viewsOf(workspace, bundle));
  return [...bundleLinks(workspace, document, views), ...programLinks(workspace, document)];
}

/** Strings that hold the id of a bundle: of a personality, and of the drivers that an app may reach. */
function bundleNames({ tree: { root } }: PlistDocument): PlistNode[] {
  const personalities = root?.get('IOKitPersonalities')?.entries ?? [];
  const owners = personalities.map(({ value }) => value?.get('CFBundleIdentifier'));
  const named = [...owners, ...(root?.get(ACCESS)?.items ?? [])];
  return named.filter((node) => node !== undefined).filter(({ kind }) => kind === 'string');
}

function bundleLinks(
  workspace: Workspace,
  document: PlistDocument,
  views: readonly BundleView[],
): FileLink[] {
  const nodes = bundleNames(document);
  if (nodes.length === 0 || views.length === 0) return [];
  const bundles = bundlesById(workspace);
  return nodes.flatMap((node) => {
    const ids = new Set(views.map((view) => view.text(node) ?? ''));
    const plists = new Set(
      [...ids]
        .flatMap((id) => bundles.get(id) ?? [])
        .flatMap(({ configurations }) => configurations.map(({ infoPlist }) => infoPlist))
        .filter((uri) => uri !== undefined),
    );
    const [uri] = plists;
    return uri === undefined || plists.size > 1 || uri === document.uri
      ? []
      : [{ range: contentOf(node), uri }];
  });
}

/** CFBundleExecutable of a built kext leads to the program. */
function programLinks(workspace: Workspace, document: PlistDocument): FileLink[] {
  const node = document.tree.root?.get('CFBundleExecutable');
  if (node?.kind !== 'string') return [];
  return workspace.bundlesOf(document.uri).flatMap((bundle) => {
    const program = workspace.executableOf(bundle);
    return program?.architectures === undefined ? [] : [{ range: contentOf(node), uri: program.uri }];
  });
}
