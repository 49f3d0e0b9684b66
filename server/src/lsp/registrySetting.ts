/** Takes the dump that the setting `driverPlist.registryDump` names into use, and another when it changes. */
import { URI } from 'vscode-uri';
import type { FeatureContext } from './features.ts';
import { stackOf } from './guard.ts';
import type { RegistryStore } from './registry.ts';
import { readSettings, SETTINGS_SECTION, type Settings } from './settings.ts';

/**
 * @param folders URIs of the workspace's folders, against which a relative path is read
 * @param sent the settings that the client sent by itself
 */
export function createRegistrySetting(
  { connection, abilities }: FeatureContext,
  registry: RegistryStore,
  folders: readonly string[],
  sent: () => Settings,
): { changed(): Promise<void> } {
  const settings = async (): Promise<Settings> => {
    if (!abilities.configuration) return sent();
    return readSettings(await connection.workspace.getConfiguration(SETTINGS_SECTION)).settings;
  };
  return {
    async changed() {
      try {
        const { registryDump } = await settings();
        await registry.setting(registryDump === undefined ? undefined : dumpUri(registryDump, folders[0]));
      } catch (error) {
        connection.console.warn(`registryDump: ${stackOf(error)}`);
      }
    },
  };
}

/** The URI of a path or URI; a relative path is taken from the folder. Never throws. */
export function dumpUri(given: string, folder: string | undefined): string {
  if (/^[A-Za-z][\w+.-]+:/.test(given)) return given;
  const path = given.replace(/\\/g, '/');
  if (/^(?:\/|[A-Za-z]:\/)/.test(path)) return URI.file(path).toString();
  if (folder === undefined) return URI.file(`/${path}`).toString();
  const base = folder.endsWith('/') ? folder : `${folder}/`;
  try {
    return new URL(path.split('/').map(encodeURIComponent).join('/'), base).href;
  } catch {
    return base + encodeURI(path);
  }
}
