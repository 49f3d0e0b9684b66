/** The files of this machine, for `file:` URIs. */
import { readdirSync, statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { FileSystem } from '../workspace/types.ts';
import { readRegularFile, readRegularFileSync, readRegularPart, readRegularPartSync } from './regularFile.ts';

/** For a server, which goes on answering while it reads. */
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
        return { name: entry.name, type: typeOf(target), link: true };
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

/**
 * The same files for a command, which has nothing else to do meanwhile. Measured over 5,000 small files: 6 µs of
 * processor time to read one, where the promises of `nodeFiles` take 160.
 */
export const nodeFilesInTurn: FileSystem = {
  async readFile(uri) {
    return readRegularFileSync(pathFor(uri));
  },
  async readPart(uri, start, length) {
    return readRegularPartSync(pathFor(uri), start, length);
  },
  async readDirectory(uri) {
    const path = pathFor(uri);
    return readdirSync(path, { withFileTypes: true }).map((entry) =>
      entry.isSymbolicLink()
        ? { name: entry.name, type: typeOf(statOf(`${path}/${entry.name}`)), link: true }
        : { name: entry.name, type: typeOf(entry), link: false },
    );
  },
  async stat(uri) {
    const found = statOf(pathFor(uri));
    return found && { type: typeOf(found), size: found.size, mtime: found.mtimeMs };
  },
};

function statOf(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function typeOf(
  entry: { isFile(): boolean; isDirectory(): boolean } | undefined,
): 'file' | 'directory' | 'other' {
  if (entry?.isFile()) return 'file';
  return entry?.isDirectory() ? 'directory' : 'other';
}

function pathFor(uri: string): string {
  if (!uri.startsWith('file:')) throw new Error(`${uri}: only files of this machine can be read here`);
  return fileURLToPath(uri);
}
