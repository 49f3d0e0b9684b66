/** A file system in memory for tests of the workspace, with what goes wrong on real ones. */
import type { FileSystem } from '../../../server/src/workspace/types.ts';

export const ROOT = 'file:///w';

export interface MemoryFiles extends FileSystem {
  /** How often each file was read, by path below the root. */
  readonly reads: Map<string, number>;
  write(path: string, content: string | Uint8Array): void;
  remove(path: string): void;
}

export interface MemoryOptions {
  /** Folders (paths below the root) that cannot be listed. */
  readonly unreadable?: readonly string[];
  /** Links by path: what they point to counts as a folder with this one's own entries. */
  readonly folderLinks?: readonly string[];
  /** Sizes that `stat` reports in place of the true ones. */
  readonly sizes?: Readonly<Record<string, number>>;
}

/** @param files contents by path below the root */
export function memoryFiles(
  files: Readonly<Record<string, string | Uint8Array>>,
  options: MemoryOptions = {},
): MemoryFiles {
  const contents = new Map(Object.entries(files));
  const reads = new Map<string, number>();
  const pathOf = (uri: string) => decodeURIComponent(uri).slice(ROOT.length + 1);
  const bytesOf = (content: string | Uint8Array) =>
    typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return {
    reads,
    write: (path, content) => contents.set(path, content),
    remove: (path) => contents.delete(path),
    async readFile(uri) {
      const path = pathOf(uri);
      reads.set(path, (reads.get(path) ?? 0) + 1);
      const content = contents.get(path);
      if (content === undefined) throw new Error(`${path}: no such file`);
      return bytesOf(content);
    },
    async readDirectory(uri) {
      const folder = pathOf(uri);
      if (options.unreadable?.includes(folder)) throw new Error(`${folder}: permission denied`);
      const prefix = folder === '' ? '' : `${folder}/`;
      const entries = new Map<string, 'file' | 'directory'>();
      for (const path of contents.keys()) {
        if (!path.startsWith(prefix)) continue;
        const [name = '', ...rest] = path.slice(prefix.length).split('/');
        entries.set(name, rest.length > 0 ? 'directory' : 'file');
      }
      const links = (options.folderLinks ?? []).filter(
        (path) => path.startsWith(prefix) && !path.slice(prefix.length).includes('/'),
      );
      return [
        ...[...entries].map(([name, type]) => ({ name, type, link: false })),
        ...links.map((path) => ({
          name: path.slice(prefix.length),
          type: 'directory' as const,
          link: true,
        })),
      ];
    },
    async stat(uri) {
      const path = pathOf(uri);
      const content = contents.get(path);
      if (content === undefined) {
        const folder = [...contents.keys()].some((file) => file.startsWith(`${path}/`));
        return folder ? { type: 'directory', size: 0, mtime: 0 } : undefined;
      }
      return { type: 'file', size: options.sizes?.[path] ?? bytesOf(content).length, mtime: 0 };
    },
  };
}
