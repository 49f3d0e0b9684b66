/** Finds the property lists of drivers below a folder. */
import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';

/** Folders that hold other people's files or copies of ours. */
const SKIPPED = new Set(['.git', '.hg', '.svn', 'node_modules', '.build', 'DerivedData', '.vscode-test']);

export interface FoundFile {
  /** Absolute. */
  readonly path: string;
  /** `true`: the name does not tell; the file counts only if its content is a driver's. */
  readonly ifOurs: boolean;
}

export interface WalkOptions {
  /** True for a path that a config file leaves out. */
  readonly ignores: (absolute: string) => Promise<boolean>;
  /** Told of a folder that cannot be read. */
  readonly onError: (path: string, error: Error) => void;
}

/** Undefined for names that a walk passes over. */
export function nameKind(name: string): 'always' | 'if-ours' | undefined {
  if (/\.(?:entitlements|xcent)$/i.test(name) || /^(?:.*-)?Info\.plist$/i.test(name)) return 'always';
  return /Info.*\.plist$/i.test(name) ? 'if-ours' : undefined;
}

/**
 * Yields files in the order of their paths. Links to folders are not followed, so that no walk goes in circles;
 * a link to a file counts if the file itself has not been met.
 */
export async function* walk(folder: string, options: WalkOptions): AsyncGenerator<FoundFile> {
  const seen = new Set<string>();
  const work = [folder];
  while (work.length > 0) {
    const at = work.pop()!;
    let entries: Dirent[];
    try {
      entries = readdirSync(at, { withFileTypes: true });
    } catch (error) {
      options.onError(at, error as Error);
      continue;
    }
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    const folders: string[] = [];
    for (const entry of entries) {
      const full = path.join(at, entry.name);
      if (entry.isDirectory()) {
        if (!SKIPPED.has(entry.name) && !(await options.ignores(full))) folders.push(full);
        continue;
      }
      const kind = nameKind(entry.name);
      if (!kind || !isNewFile(full, entry, seen) || (await options.ignores(full))) continue;
      yield { path: full, ifOurs: kind === 'if-ours' };
    }
    work.push(...folders.reverse());
  }
}

function isNewFile(full: string, entry: Dirent, seen: Set<string>): boolean {
  if (entry.isFile()) return remember(full, seen);
  if (!entry.isSymbolicLink()) return false;
  try {
    if (!statSync(full).isFile()) return false;
    return remember(realpathSync(full), seen);
  } catch {
    // A link to nothing.
    return false;
  }
}

function remember(file: string, seen: Set<string>): boolean {
  if (seen.has(file)) return false;
  seen.add(file);
  return true;
}
