/** What holds for files that are not open: settings and project file of the folder of the workspace they lie in. */
import type { LintOptions } from '../rules/lint.ts';
import type { BundleKind } from '../workspace/types.ts';
import { kindInSettings } from './documents.ts';
import { type ProjectConfig, relativePath } from './projectConfig.ts';
import type { Settings } from './settings.ts';

export interface FolderSettingsNeeds {
  /** The project file for a place, or undefined. Never rejects. */
  readonly configOf: (uri: string) => Promise<ProjectConfig | undefined>;
  /** The settings of the person for a place. Never rejects. */
  readonly settingsOf: (uri: string) => Promise<Settings>;
  /** A URI as the workspace writes it. */
  readonly inner: (uri: string) => string;
  readonly onRuleError: NonNullable<LintOptions['onRuleError']>;
}

export interface FolderSettings {
  /** Asks anew for each folder, URIs as the client writes them. Rejects when asking does. */
  load(folders: readonly string[]): Promise<void>;
  /** What the registry dump in use adds to the findings of a file; undefined without one. */
  setDevices(onDevices: LintOptions['onDevices']): void;
  /** The kind that project file or settings give to a file, inner URI; undefined: to be detected. */
  kindOf(uri: string): BundleKind | undefined;
  lintOptions(uri: string): LintOptions;
  /** Findings of the file are wanted (`driverPlist.validate`). */
  validates(uri: string): boolean;
  /** A walk over a folder, inner URI, leaves out this path in it. */
  ignores(path: string, folder: string): boolean;
}

interface OfFolder {
  /** Inner URI, with a slash at its end. */
  readonly folder: string;
  readonly config: ProjectConfig | undefined;
  readonly settings: Settings;
  readonly lint: LintOptions;
}

export function createFolderSettings(needs: FolderSettingsNeeds): FolderSettings {
  const { configOf, settingsOf, inner, onRuleError } = needs;
  let known: readonly OfFolder[] = [];
  let onDevices: LintOptions['onDevices'];

  const read = async (uri: string): Promise<OfFolder> => {
    const config = uri === '' ? undefined : await configOf(`${uri.replace(/\/$/, '')}/Info.plist`);
    const settings = await settingsOf(uri);
    const severities = new Map([...settings.severities, ...(config?.config.severities ?? [])]);
    const lint = { severities, overlays: config?.overlays, onDevices, onRuleError };
    return { folder: `${inner(uri).replace(/\/$/, '')}/`, config, settings, lint };
  };
  /** The innermost folder that holds the file; the first for a file outside of all. */
  const of = (uri: string): OfFolder | undefined =>
    known
      .filter(({ folder }) => uri.startsWith(folder))
      .reduce<OfFolder | undefined>(
        (best, one) => (best && best.folder.length >= one.folder.length ? best : one),
        undefined,
      ) ?? known[0];
  return {
    async load(folders) {
      known = await Promise.all((folders.length === 0 ? [''] : folders).map(read));
    },
    setDevices(given) {
      onDevices = given;
      known = known.map((one) => ({ ...one, lint: { ...one.lint, onDevices } }));
    },
    kindOf(uri) {
      const found = of(uri);
      const { config, settings } = found ?? {};
      const own = config?.config.kindOf(relativePath(config, uri));
      return own ?? kindInSettings(settings, uri, found ? [found.folder] : []);
    },
    lintOptions: (uri) => of(uri)?.lint ?? {},
    validates: (uri) => of(uri)?.settings.validate !== false,
    ignores: (path, folder) => of(`${folder.replace(/\/$/, '')}/`)?.config?.config.ignores(path) === true,
  };
}
