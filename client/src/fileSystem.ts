/** Reads files for a server that cannot: in a browser, or where the folder is not of the server's machine. */
import * as vscode from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';
import type {
  FileParams,
  FS_READ_DIRECTORY_REQUEST,
  FS_READ_FILE_REQUEST,
  FS_STAT_REQUEST,
  FsEntryType,
  FsReadDirectoryResult,
  FsReadFileResult,
  FsStatResult,
} from '../../server/src/lsp/workspaceMessages.ts';

const READ_FILE: typeof FS_READ_FILE_REQUEST = 'driverPlist/fs/readFile';
const READ_DIRECTORY: typeof FS_READ_DIRECTORY_REQUEST = 'driverPlist/fs/readDirectory';
const STAT: typeof FS_STAT_REQUEST = 'driverPlist/fs/stat';

/** So many arguments a call takes everywhere. */
const PIECE = 8192;

/** Only what lies in a folder of the workspace is read; all else is an error response. */
export function serveFiles(client: BaseLanguageClient): vscode.Disposable {
  const { fs } = vscode.workspace;
  return vscode.Disposable.from(
    client.onRequest(READ_FILE, async (params: FileParams): Promise<FsReadFileResult> => {
      const bytes = await fs.readFile(inWorkspace(params));
      const pieces: string[] = [];
      for (let at = 0; at < bytes.length; at += PIECE) {
        pieces.push(String.fromCharCode(...bytes.subarray(at, at + PIECE)));
      }
      return { base64: btoa(pieces.join('')) };
    }),
    client.onRequest(READ_DIRECTORY, async (params: FileParams): Promise<FsReadDirectoryResult> => {
      const entries = await fs.readDirectory(inWorkspace(params));
      return entries.map(([name, type]) => ({
        name,
        type: typeOf(type),
        link: (type & vscode.FileType.SymbolicLink) !== 0,
      }));
    }),
    client.onRequest(STAT, async (params: FileParams): Promise<FsStatResult> => {
      try {
        const { type, size, mtime } = await fs.stat(inWorkspace(params));
        return { type: typeOf(type), size, mtime };
      } catch {
        return null;
      }
    }),
  );
}

function typeOf(type: vscode.FileType): FsEntryType {
  if ((type & vscode.FileType.File) !== 0) return 'file';
  return (type & vscode.FileType.Directory) !== 0 ? 'directory' : 'other';
}

function inWorkspace({ uri: text }: FileParams): vscode.Uri {
  const uri = vscode.Uri.parse(text, true);
  if (vscode.workspace.getWorkspaceFolder(uri) === undefined) {
    throw new Error(vscode.l10n.t('{0} lies in no folder of the workspace.', text));
  }
  return uri;
}
