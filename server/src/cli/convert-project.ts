/** `--into-project`: the project that gets the new targets, read before and changed after the files are written. */
import {
  access,
  chmod,
  constants,
  lstat,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { openProject } from '../convert/intoProject.ts';
import type { FileChange, IntoProject } from '../convert/types.ts';
import { reasonOf, type Target, WriteError } from './convert-write.ts';

/** Larger project files are not read. */
const SIZE_LIMIT = 50 * 1024 * 1024;

export interface ProjectFile {
  /** Absolute, links on the way resolved. */
  readonly file: string;
  /** Folder that the project’s paths begin at. */
  readonly folder: string;
  readonly text: string;
}

/**
 * Reads the project that a person named: an `.xcodeproj`, its `project.pbxproj`, or a spec of XcodeGen. Rejects with a
 * {@link WriteError} when it is none, or may not be written.
 */
export async function projectFile(given: string, cwd: string): Promise<ProjectFile> {
  const asked = path.resolve(cwd, given);
  const file = /\.xcodeproj$/i.test(asked) ? path.join(asked, 'project.pbxproj') : asked;
  if (!/(?:^|[/\\])project\.pbxproj$|\.ya?ml$/i.test(file))
    throw new WriteError(`${given} is no project: name an .xcodeproj, or the project.yml of XcodeGen.`);
  const text = await textToChange(file, given);
  const place = await realpath(file);
  const wrapper = path.dirname(place);
  return { file: place, text, folder: /\.pbxproj$/i.test(place) ? path.dirname(wrapper) : wrapper };
}

/** What the planning is told of the project. Rejects when the folder of the files lies outside the project’s. */
export async function intoOptions(
  project: ProjectFile,
  target: Target,
  given: { readonly out: string; readonly app: string | undefined },
): Promise<IntoProject> {
  const folder = path.relative(project.folder, target.folder);
  if (path.isAbsolute(folder) || folder.split(path.sep)[0] === '..')
    throw new WriteError(
      `${given.out} lies outside ${project.folder}, where the project is. Name a folder in it, or none.`,
    );
  const into: IntoProject = {
    path: project.file,
    text: project.text,
    folder: folder.split(path.sep).join('/'),
    taken: target.exists ? await readdir(target.folder).catch(() => []) : [],
    app: given.app,
  };
  const opened = openProject(into);
  const named = 'refused' in opened ? undefined : opened.host?.entitlements;
  if (named === undefined || named.includes('$')) return into;
  const file = path.resolve(project.folder, named);
  if (path.relative(project.folder, file).startsWith('..')) return into;
  const text = await textToChange(file, named).catch(() => undefined);
  return text === undefined ? into : { ...into, entitlements: { path: file, text } };
}

/** Text of a file that will be written anew: a plain file in UTF-8 that may be written. */
async function textToChange(file: string, shown: string): Promise<string> {
  try {
    const info = await lstat(file);
    if (info.isSymbolicLink()) throw new WriteError(`${shown} is a symbolic link. Name the file itself.`);
    if (!info.isFile()) throw new WriteError(`${shown}: it is no file.`);
    if (info.size > SIZE_LIMIT) throw new WriteError(`${shown}: it is larger than 50 MB.`);
    await access(file, constants.W_OK);
    const bytes = await readFile(file);
    const text = bytes.toString('utf8');
    if (!Buffer.from(text, 'utf8').equals(bytes)) throw new WriteError(`${shown}: it is not in UTF-8.`);
    return text;
  } catch (error) {
    if (error instanceof WriteError) throw error;
    throw new WriteError(`${shown}: ${reasonOf(error)}.`);
  }
}

export interface StagedChanges {
  /** Puts the new texts into their places; what was there is put back when one cannot be. */
  readonly commit: () => Promise<void>;
  /** Takes away what was not put into its place. Never rejects. */
  readonly clean: () => Promise<void>;
}

/** Writes each new text beside its file, so that it takes its place by a rename. Rejects with a {@link WriteError}. */
export async function stageChanges(changes: readonly FileChange[]): Promise<StagedChanges> {
  const staged: { readonly change: FileChange; readonly beside: string }[] = [];
  const clean = async () => {
    for (const { beside } of staged) await rm(beside, { force: true }).catch(() => {});
  };
  try {
    for (const change of changes) {
      const name = `.${path.basename(change.path)}.driver-plist-${process.pid}`;
      const beside = path.join(path.dirname(change.path), name);
      await replaceable(change, beside, change.text);
      staged.push({ change, beside });
    }
  } catch (error) {
    await clean();
    throw new WriteError(`${changes[staged.length]?.path}: ${reasonOf(error)}. Nothing was written.`);
  }
  const commit = async () => {
    const done: FileChange[] = [];
    try {
      for (const { change, beside } of staged) {
        if ((await readFile(change.path, 'utf8')) !== change.before)
          throw new WriteError(`${change.path} was changed in the meantime. Nothing was written; try again.`);
        await rename(beside, change.path);
        done.push(change);
      }
    } catch (error) {
      for (const change of done.reverse()) {
        const back = `${change.path}.driver-plist-back`;
        await replaceable(change, back, change.before)
          .then(() => rename(back, change.path))
          .catch(() => {});
      }
      throw error;
    }
  };
  return { commit, clean };
}

async function replaceable(change: FileChange, beside: string, text: string): Promise<void> {
  await writeFile(beside, text, { flag: 'wx' });
  await chmod(beside, (await lstat(change.path)).mode & 0o777);
}
