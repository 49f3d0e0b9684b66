/** The files of this machine, for `file:` URIs. */
import { readdir, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { FileSystem } from '../workspace/types.ts';
import { readRegularFile, readRegularPart } from './regularFile.ts';

export const nodeFiles: FileSystem = {
  async readFile(uri) {
    return readRegularFile(pathFor(uri));
  },
  async readPart(uri, start, length) {
    return readRegularPart(pathFor(uri), start, length);
  },
  async readDirectory(uri) {
    const path = pathFor(uri);
    const entries = await readdir(path, { withFileTypes: true });
    return Promise.all(
      entries.map(async (entry) => {
        if (!entry.isSymbolicLink()) return { name: entry.name, type: typeOf(entry), link: false };
        const target = await stat(`${path}/${entry.name}`).catch(() => undefined);
        return { name: entry.name, type: target ? typeOf(target) : ('other' as const), link: true };
      }),
    );
  },
  async stat(uri) {
    try {
      const found = await stat(pathFor(uri));
      return { type: typeOf(found), size: found.size, mtime: found.mtimeMs };
    } catch {
      return undefined;
    }
  },
};

function typeOf(entry: { isFile(): boolean; isDirectory(): boolean }): 'file' | 'directory' | 'other' {
  if (entry.isFile()) return 'file';
  return entry.isDirectory() ? 'directory' : 'other';
}

function pathFor(uri: string): string {
  if (!uri.startsWith('file:')) throw new Error(`${uri}: only files of this machine can be read here`);
  return fileURLToPath(uri);
}
