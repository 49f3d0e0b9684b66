/** Puts the files of a plan into a folder: all of them or none, and nothing outside it. */
import { cp, lstat, mkdir, mkdtemp, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PlanFile } from '../convert/types.ts';

/** The files cannot be written; the message is for the person at the terminal. */
export class WriteError extends Error {}

export interface Target {
  /** Absolute, links on the way resolved. */
  readonly folder: string;
  readonly exists: boolean;
}

/** Looks at the folder before anything is written. Rejects with a {@link WriteError} when it cannot take files. */
export async function targetFolder(given: string, cwd: string): Promise<Target> {
  const asked = path.resolve(cwd, given);
  const info = await lstat(asked).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new WriteError(`${given}: ${reasonOf(error)}`);
  });
  if (info?.isSymbolicLink())
    throw new WriteError(
      `${given} is a symbolic link. Name the folder itself, so that it is clear where the files go.`,
    );
  if (info && !info.isDirectory())
    throw new WriteError(`${given} is no folder. Name a folder or a new name.`);
  if (info) return { folder: await realpath(asked), exists: true };
  const parent = path.dirname(asked);
  const above = await realpath(parent).catch(() => {
    throw new WriteError(`${given}: the folder ${path.dirname(given)} does not exist. Make it first.`);
  });
  return { folder: path.join(above, path.basename(asked)), exists: false };
}

/** Text of each file of the plan that is there already, by its path. */
export async function existingFiles(
  target: Target,
  files: readonly PlanFile[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  if (!target.exists) return found;
  for (const file of files) {
    const full = inside(target.folder, file.path);
    await refuseLinks(target.folder, file.path);
    const info = await lstat(full).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw new WriteError(`${file.path}: ${reasonOf(error)}`);
    });
    if (!info) continue;
    if (!info.isFile())
      throw new WriteError(`${file.path} is there and is no file. Move it away or name another folder.`);
    const bytes = await readFile(full).catch((error: unknown) => {
      throw new WriteError(`${file.path}: ${reasonOf(error)}`);
    });
    found.set(file.path, bytes.toString('utf8'));
  }
  return found;
}

/**
 * Writes all files. They are made in a folder of their own first, beside a new target, which is that folder
 * renamed, or inside an existing one, where each file is renamed into its place, and what it takes the place of is put back
 * when one fails. Rejects with a {@link WriteError}; nothing is half-written then.
 *
 * @param write writes one new file; handed in so that a test can fill the disk
 * @param commit done last: when it rejects, the files go again
 */
export async function writePlan(
  target: Target,
  files: readonly PlanFile[],
  write: (file: string, text: string) => Promise<void> = writeNew,
  commit: () => Promise<void> = async () => {},
): Promise<void> {
  // Where a rename reaches: the folder above may be another disk, or not ours to write.
  const beside = target.exists ? target.folder : path.dirname(target.folder);
  let stage: string;
  try {
    stage = await mkdtemp(path.join(beside, '.driver-plist-'));
  } catch (error) {
    throw new WriteError(`${beside}: ${reasonOf(error)}. Nothing was written.`);
  }
  try {
    const fresh = path.join(stage, 'new');
    await mkdir(fresh);
    for (const file of files) {
      const full = inside(fresh, file.path);
      await mkdir(path.dirname(full), { recursive: true });
      await write(full, file.text);
    }
    if (target.exists) await moveInto(target.folder, fresh, path.join(stage, 'old'), files, commit);
    else {
      await rename(fresh, target.folder);
      await commit().catch(async (error: unknown) => {
        await rename(target.folder, fresh).catch(() => {});
        throw error;
      });
    }
  } catch (error) {
    if (error instanceof WriteError) throw error;
    throw new WriteError(`${target.folder}: ${reasonOf(error)}. Nothing was written.`);
  } finally {
    await rm(stage, { recursive: true, force: true }).catch(() => {});
  }
}

function writeNew(file: string, text: string): Promise<void> {
  return writeFile(file, text, { flag: 'wx' });
}

/** One file after the other, each by a rename; on a failure everything is put back. */
async function moveInto(
  folder: string,
  fresh: string,
  old: string,
  files: readonly PlanFile[],
  commit: () => Promise<void>,
): Promise<void> {
  const undo: (() => Promise<unknown>)[] = [];
  try {
    for (const { path: name } of files) {
      await refuseLinks(folder, name);
      const full = inside(folder, name);
      const made = await mkdir(path.dirname(full), { recursive: true });
      if (made !== undefined) undo.push(() => rm(made, { recursive: true, force: true }));
      const kept = inside(old, name);
      await mkdir(path.dirname(kept), { recursive: true });
      const wasThere = await rename(full, kept).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return false;
          throw error;
        },
      );
      undo.push(() => (wasThere ? cp(kept, full, { force: true }) : rm(full, { force: true })));
      await rename(inside(fresh, name), full);
    }
    await commit();
  } catch (error) {
    for (const step of undo.reverse()) await step().catch(() => {});
    throw error;
  }
}

/** Rejects when a part of the way inside the folder is a link: what is behind it lies elsewhere. */
async function refuseLinks(folder: string, name: string): Promise<void> {
  const parts = name.split('/');
  for (let i = 1; i <= parts.length; i++) {
    const at = parts.slice(0, i).join('/');
    const info = await lstat(path.join(folder, at)).catch(() => undefined);
    if (info?.isSymbolicLink())
      throw new WriteError(`${at} is a symbolic link. Remove it or name another folder.`);
  }
}

/** The path below the folder. The plan makes plain names only; this holds it. */
function inside(folder: string, name: string): string {
  const parts = name.split('/');
  if (parts.some((part) => !/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(part) || part.length > 200))
    throw new WriteError(`${JSON.stringify(name.slice(0, 100))} is no name for a file.`);
  return path.join(folder, ...parts);
}

/** A clause for a person out of an error of the file system. */
export function reasonOf(error: unknown): string {
  const words: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file or folder',
    EACCES: 'it may not be read or written',
    EPERM: 'it may not be read or written',
    EROFS: 'the disk is read-only',
    ENOSPC: 'the disk is full',
    EDQUOT: 'the quota of the disk is used up',
    EFBIG: 'a file would be larger than it may be here',
    EISDIR: 'it is a folder',
    ENOTDIR: 'a part of the path is no folder',
    ENAMETOOLONG: 'the name is too long',
    ELOOP: 'its symbolic links go in a circle',
  };
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
  return words[code] ?? (error instanceof Error ? error.message : String(error));
}
