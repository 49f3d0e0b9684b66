/** What `lint` says of a folder beyond its single files: the bundles in it, and the rules over several files. */
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { URI } from 'vscode-uri';
import { nodeFilesInTurn } from '../host/nodeFiles.ts';
import type { LintOptions } from '../rules/lint.ts';
import type { Finding } from '../rules/types.ts';
import { createWorkspaceLinter, type WorkspaceLinter } from '../rules/workspace-lint.ts';
import type { BundleKind, PlistDocument } from '../workspace/types.ts';
import { Workspace } from '../workspace/workspace.ts';
import { type Projects, relativeTo } from './projects.ts';
import type { RelatedLine } from './report.ts';

export interface SeveralFiles {
  /**
   * A file as it was read for the bundles, where its bytes say no more than its text does and the kind given is the
   * same: it need not be read and parsed again.
   */
  document(file: string, kind: BundleKind | undefined): PlistDocument | undefined;
  /**
   * All findings of a file, those over several files among them, by the settings of this one.
   *
   * @param single what the file alone says
   */
  findings(file: string, options: LintOptions, single: readonly Finding[]): readonly Finding[];
  /** Where the places are that a finding speaks of besides its own; paths are absolute. Never rejects. */
  related(finding: Finding): Promise<readonly RelatedLine[]>;
  /** Absolute paths of files below a folder that a target of a project names, whatever they are called. */
  filesBelow(folder: string): readonly string[];
}

/** As the workspace writes it: Node's own way leaves more characters as they are, such as brackets. */
function uriOf(file: string): string {
  return URI.file(file).toString();
}

interface Indexed {
  readonly folder: string;
  readonly kindOf: (uri: string) => BundleKind | undefined;
  readonly workspace: Workspace;
  readonly linter: WorkspaceLinter;
}

/**
 * Reads the bundles of folders. Never rejects.
 *
 * @param folders absolute paths
 * @param kind that the command line gives to every file
 * @param onNotice told of what could not be read for the bundles, by absolute path
 * @param onProgress told how far it is: folders walked, then files read of those that were found
 */
export async function readBundles(
  folders: readonly string[],
  projects: Projects,
  kind: BundleKind | undefined,
  onNotice: (file: string, message: string) => void,
  onProgress: (done: { folders: number; read?: number; files?: number }) => void = () => {},
): Promise<SeveralFiles> {
  const optionsOf = new Map<string, LintOptions>();
  const lintOptions = (document: PlistDocument): LintOptions => optionsOf.get(document.uri) ?? {};
  const indexed: Indexed[] = [];
  for (const folder of folders) {
    const config = await projects.forFolder(folder);
    const kindOf = (uri: string) => kind ?? config?.config.kindOf(relativeTo(config, fileURLToPath(uri)));
    const workspace = new Workspace(nodeFilesInTurn, [pathToFileURL(folder).href], { kindOf });
    let walked = 0;
    await workspace.index({
      progress: (count) => {
        walked = count;
        onProgress({ folders: walked });
      },
      filesRead: (read, files) => onProgress({ folders: walked, read, files }),
      ignores: (below) => config?.config.ignores(relativeTo(config, path.join(folder, below))) ?? false,
    });
    for (const { uri, message } of workspace.notices) onNotice(fileURLToPath(uri), message);
    indexed.push({ folder, kindOf, workspace, linter: createWorkspaceLinter(workspace, { lintOptions }) });
  }
  return {
    document(file, wanted) {
      const uri = uriOf(file);
      const owner = indexed.find(({ workspace }) => workspace.exists(uri));
      return owner?.kindOf(uri) === wanted ? owner?.workspace.plainDocument(uri) : undefined;
    },
    findings(file, options, single) {
      const uri = uriOf(file);
      optionsOf.set(uri, options);
      const owner = indexed.find(({ workspace }) => workspace.exists(uri));
      return owner ? owner.linter.merged(uri, single) : single;
    },
    async related({ related = [] }) {
      const lines: RelatedLine[] = [];
      for (const { uri, range, message } of related) {
        const owner = indexed.find(({ workspace }) => workspace.exists(uri));
        const text = await owner?.workspace.readText(uri);
        if (text === undefined) continue;
        const before = text.slice(0, range.start).split(/\r\n|\r|\n/);
        const column = (before.at(-1)?.length ?? 0) + 1;
        lines.push({ path: fileURLToPath(uri), line: before.length, column, message });
      }
      return lines;
    },
    filesBelow(folder) {
      const { workspace } = indexed.find((one) => one.folder === folder) ?? {};
      const targets = (workspace?.bundles ?? []).filter(({ target }) => target !== undefined);
      const uris = targets.flatMap(({ configurations }) =>
        configurations.flatMap(({ infoPlist, entitlements }) => [infoPlist, entitlements]),
      );
      return [...new Set(uris.filter((uri) => uri !== undefined))].map((uri) => fileURLToPath(uri)).sort();
    },
  };
}
