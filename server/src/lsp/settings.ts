/** The settings under `driverPlist.`, as the client sends them. */
import { kindMatcher, kindsFrom, severitiesFrom } from '../rules/config.ts';
import type { RuleSetting } from '../rules/lint.ts';
import type { BundleKind } from '../workspace/types.ts';

export const SETTINGS_SECTION = 'driverPlist';

export interface Settings {
  /** `driverPlist.validate` */
  readonly validate: boolean;
  /** `driverPlist.rules` */
  readonly severities: ReadonlyMap<string, RuleSetting>;
  /** `driverPlist.kinds`: the kind that a glob gives to a path. */
  readonly kindOf: (path: string) => BundleKind | undefined;
  /** `driverPlist.inlayHints.enabled` */
  readonly inlayHints: boolean;
  /** `driverPlist.format.enabled` */
  readonly format: boolean;
  /** `driverPlist.registryDump`: path or URI of a registry dump; undefined for none. */
  readonly registryDump: string | undefined;
}

export interface SettingsResult {
  readonly settings: Settings;
  /** One sentence a problem; what is wrong is left out, the rest holds. */
  readonly problems: readonly string[];
}

/** Never throws; missing or wrong values are the defaults. */
export function readSettings(value: unknown): SettingsResult {
  const problems: string[] = [];
  const given = isObject(value) ? value : {};
  const settings: Settings = {
    validate: booleanOf(given.validate, true),
    severities: severitiesFrom(given.rules ?? undefined, problems),
    kindOf: kindMatcher(kindsFrom(given.kinds ?? undefined, problems)),
    inlayHints: booleanOf(isObject(given.inlayHints) ? given.inlayHints.enabled : undefined, true),
    format: booleanOf(isObject(given.format) ? given.format.enabled : undefined, true),
    registryDump:
      typeof given.registryDump === 'string' && given.registryDump.trim() !== ''
        ? given.registryDump.trim()
        : undefined,
  };
  return { settings, problems };
}

function booleanOf(value: unknown, preset: boolean): boolean {
  return typeof value === 'boolean' ? value : preset;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
