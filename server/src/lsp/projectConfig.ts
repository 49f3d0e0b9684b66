/** The nearest `.driver-plist.json` above a document, read once for each folder. */
import { CONFIG_FILE, type ConfigResult, readConfig } from '../rules/config.ts';
import { loadOverlays, type Overlays } from '../service/overlays.ts';
import type { FileSystem } from '../workspace/types.ts';

export interface ProjectConfig extends ConfigResult {
  /** Schemas of the user for a kind. */
  readonly overlays: Overlays['forKind'];
  /** Folder of the file, with a slash at its end. */
  readonly folder: string;
}

/** No project lies deeper; guards against URIs that never end. */
const MAX_DEPTH = 100;

export interface ProjectConfigs {
  /** The config for a document, or undefined. Never rejects. */
  find(uri: string): Promise<ProjectConfig | undefined>;
  /** Forgets what was read, after a config file changed. */
  clear(): void;
}

/**
 * @param files where to look; without it there is never a config
 * @param onProblem told once of each config file with something wrong in it
 */
export function createProjectConfigs(
  files: FileSystem | undefined,
  onProblem: (folder: string, problems: readonly string[]) => void,
): ProjectConfigs {
  let byFolder = new Map<string, Promise<ProjectConfig | undefined>>();

  const read = async (folder: string): Promise<ProjectConfig | undefined> => {
    const found = await files!.stat(folder + CONFIG_FILE).catch(() => undefined);
    if (found?.type === 'file') {
      const bytes = await files!.readFile(folder + CONFIG_FILE).catch(() => undefined);
      if (bytes) {
        const result = readConfig(new TextDecoder().decode(bytes));
        const overlays = await loadOverlays(result.config.overlays, async (path) =>
          new TextDecoder().decode(await files!.readFile(resolved(folder, path))),
        );
        const problems = [...result.problems, ...overlays.problems];
        if (problems.length > 0) onProblem(folder, problems);
        return { ...result, folder, overlays: overlays.forKind };
      }
    }
    const parent = parentOf(folder);
    return parent === undefined ? undefined : at(parent);
  };

  const at = (folder: string): Promise<ProjectConfig | undefined> => {
    let config = byFolder.get(folder);
    if (!config) {
      config = read(folder).catch(() => undefined);
      byFolder.set(folder, config);
    }
    return config;
  };

  return {
    find(uri) {
      const folder = parentOf(uri);
      if (!files || folder === undefined || folder.split('/').length > MAX_DEPTH)
        return Promise.resolve(undefined);
      return at(folder);
    },
    clear() {
      byFolder = new Map();
    },
  };
}

/** The folder that a file or folder lies in, with a slash at its end; undefined above the root. */
function parentOf(uri: string): string | undefined {
  const path = uri.replace(/\/$/, '');
  const scheme = /^[A-Za-z][\w+.-]*:(?:\/\/[^/]*)?/.exec(path)?.[0] ?? '';
  const slash = path.lastIndexOf('/');
  return slash < scheme.length ? undefined : path.slice(0, slash + 1);
}

/** The URI of a path relative to a folder; an absolute path keeps the folder's scheme. */
function resolved(folder: string, path: string): string {
  return new URL(path.replace(/\\/g, '/').split('/').map(encodeURIComponent).join('/'), folder).href;
}

/** A document's path as the config's globs see it: relative to the config's folder, decoded. */
export function relativePath(config: { folder: string }, uri: string): string {
  const path = uri.startsWith(config.folder) ? uri.slice(config.folder.length) : uri;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
