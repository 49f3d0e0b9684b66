/** The config files that hold for the files of a run. */
import path from 'node:path';
import { readRegularFileSync } from '../host/regularFile.ts';
import { CONFIG_FILE, type Config, readConfig } from '../rules/config.ts';
import type { Schema } from '../schema/types.ts';
import { loadOverlays } from '../service/overlays.ts';
import type { BundleKind } from '../workspace/types.ts';

export interface Project {
  /** Absolute folder of the config file. */
  readonly folder: string;
  readonly config: Config;
  readonly overlays: ((kind: BundleKind) => readonly Schema[]) | undefined;
}

export interface Projects {
  /** The nearest config at or above a folder. */
  forFolder(folder: string): Promise<Project | undefined>;
  /** True when the config leaves the path out of walks. */
  ignores(file: string): Promise<boolean>;
}

/**
 * @param onProblem told once of each thing that is wrong in a config file
 */
export function createProjects(onProblem: (message: string) => void): Projects {
  const known = new Map<string, Promise<Project | undefined>>();

  const load = async (folder: string): Promise<Project | undefined> => {
    const file = path.join(folder, CONFIG_FILE);
    let text: string;
    try {
      text = readRegularFileSync(file).toString('utf8');
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== 'ENOENT' && code !== 'ENOTDIR')
        onProblem(`${file} cannot be read: ${(error as Error).message}`);
      const parent = path.dirname(folder);
      return parent === folder ? undefined : forFolder(parent);
    }
    const { config, problems } = readConfig(text);
    const overlays = await loadOverlays(config.overlays, async (name) =>
      readRegularFileSync(path.resolve(folder, name)).toString('utf8'),
    );
    for (const problem of [...problems, ...overlays.problems]) onProblem(`${file}: ${problem}`);
    return { folder, config, overlays: overlays.forKind };
  };

  const forFolder = (folder: string): Promise<Project | undefined> => {
    let project = known.get(folder);
    if (!project) {
      project = load(folder);
      known.set(folder, project);
    }
    return project;
  };

  return {
    forFolder,
    async ignores(file) {
      const project = await forFolder(path.dirname(file));
      return project?.config.ignores(relativeTo(project, file)) ?? false;
    },
  };
}

/** A path as a config's globs see it. */
export function relativeTo(project: Project, file: string): string {
  return path.relative(project.folder, file).split(path.sep).join('/');
}
