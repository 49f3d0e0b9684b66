/** Finds the files that matter below a folder. */
import { URI, Utils } from 'vscode-uri';
import type { Notice } from './project.ts';
import type { FileSystem } from './types.ts';

/** `source`: C++ and Swift files, known by name for renaming and read only then. */
export type FileRole =
  | 'plist'
  | 'xcode-project'
  | 'xcodegen'
  | 'xcconfig'
  | 'interface'
  | 'source'
  | 'profile';

export interface WalkOptions {
  /** Asked between folders; true ends the walk. */
  readonly cancelled?: (() => boolean) | undefined;
  /** Told the number of folders seen so far. */
  readonly progress?: ((folders: number) => void) | undefined;
  /** True for a path (relative to the root, `/`) that is to be left out. */
  readonly ignores?: ((path: string, root: string) => boolean) | undefined;
}

/** A walk ends here with a notice: a home folder opened by mistake shall not stall the editor. */
const MAX_FOLDERS = 100_000;
const MAX_DEPTH = 64;
/** Folders read at once. */
const CONCURRENCY = 16;

const SKIPPED = new Set([
  '.git',
  '.hg',
  '.svn',
  '.build',
  '.vscode-test',
  'node_modules',
  'DerivedData',
  'Pods',
  'Carthage',
  'xcuserdata',
]);

/** What a file is to us, by its name alone. */
export function roleOf(name: string): FileRole | undefined {
  if (/\.(entitlements|xcent)$/i.test(name) || /\.plist$/i.test(name)) return 'plist';
  if (name === 'project.pbxproj') return 'xcode-project';
  if (name === 'project.yml' || name === 'project.yaml') return 'xcodegen';
  if (/\.iig$/i.test(name)) return 'interface';
  if (/\.xcconfig$/i.test(name)) return 'xcconfig';
  if (/\.(provisionprofile|mobileprovision)$/i.test(name)) return 'profile';
  if (/\.(cpp|cc|cxx|mm|m|h|hpp|swift)$/i.test(name)) return 'source';
  return undefined;
}

/**
 * Walks a folder. Links to folders are not followed, so no loop can arise; what cannot be read is a notice.
 * Never rejects.
 *
 * @returns URIs by role, in the order of their paths
 */
export async function walk(
  fs: FileSystem,
  root: string,
  notices: Notice[],
  options: WalkOptions = {},
): Promise<Map<string, FileRole>> {
  const found: [string, FileRole][] = [];
  let level: { uri: URI; path: string }[] = [{ uri: URI.parse(root), path: '' }];
  let folders = 0;
  for (let depth = 0; level.length > 0 && !options.cancelled?.(); depth++) {
    if (depth > MAX_DEPTH || folders > MAX_FOLDERS) {
      notices.push({ uri: root, message: `the walk ended after ${folders} folders; open a smaller folder` });
      break;
    }
    const next: { uri: URI; path: string }[] = [];
    for (let at = 0; at < level.length && !options.cancelled?.(); at += CONCURRENCY) {
      const batch = level.slice(at, at + CONCURRENCY);
      const read = await Promise.all(batch.map(({ uri }) => entriesOf(fs, uri, notices)));
      folders += batch.length;
      batch.forEach(({ uri, path }, index) => {
        for (const entry of read[index] ?? []) {
          const below = path === '' ? entry.name : `${path}/${entry.name}`;
          if (options.ignores?.(below, root)) continue;
          const target = Utils.joinPath(uri, entry.name);
          if (entry.type === 'directory') {
            if (!entry.link && !SKIPPED.has(entry.name)) next.push({ uri: target, path: below });
            continue;
          }
          const role = entry.type === 'file' ? roleOf(entry.name) : undefined;
          if (role) found.push([target.toString(), role]);
        }
      });
      options.progress?.(folders);
    }
    level = next;
  }
  return new Map(found.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

async function entriesOf(fs: FileSystem, uri: URI, notices: Notice[]) {
  try {
    return await fs.readDirectory(uri.toString());
  } catch (error) {
    notices.push({ uri: uri.toString(), message: `this folder cannot be read: ${(error as Error).message}` });
    return [];
  }
}
