/** Files that the client reads for us, where we have none of our own. */
import type { Connection } from 'vscode-languageserver';
import type { FileSystem } from '../workspace/types.ts';
import {
  type FileParams,
  FS_READ_DIRECTORY_REQUEST,
  FS_READ_FILE_REQUEST,
  FS_STAT_REQUEST,
  type FsReadDirectoryResult,
  type FsReadFileResult,
  type FsStatResult,
} from './workspaceMessages.ts';

export function clientFiles(connection: Connection): FileSystem {
  const ask = <R>(method: string, uri: string): Promise<R> =>
    connection.sendRequest<R>(method, { uri } satisfies FileParams);
  return {
    async readFile(uri) {
      const { base64 } = await ask<FsReadFileResult>(FS_READ_FILE_REQUEST, uri);
      return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    },
    readDirectory: (uri) => ask<FsReadDirectoryResult>(FS_READ_DIRECTORY_REQUEST, uri),
    async stat(uri) {
      return (await ask<FsStatResult>(FS_STAT_REQUEST, uri)) ?? undefined;
    },
  };
}

/**
 * Files by the scheme of their URI: those of this machine by our own, all others by the client's. Undefined where
 * there is neither.
 */
export function filesByScheme(
  own: FileSystem | undefined,
  client: FileSystem | undefined,
): FileSystem | undefined {
  if (!own || !client) return own ?? client;
  const of = (uri: string): FileSystem => (uri.startsWith('file:') ? own : client);
  return {
    readFile: (uri) => of(uri).readFile(uri),
    readDirectory: (uri) => of(uri).readDirectory(uri),
    stat: (uri) => of(uri).stat(uri),
  };
}
