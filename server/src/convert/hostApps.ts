/** The apps of a project that can carry a dext. */
import { expandSettings, type SettingsLevel } from '../workspace/buildSettings.ts';
import { defaultSettings } from '../workspace/productTypes.ts';
import { readXcodeProject, type XcodeProject, type XcodeTarget } from '../workspace/xcode.ts';
import { projectOfSpec, readSpec } from '../workspace/xcodegen.ts';
import type { HostApp, IntoProject } from './types.ts';

export const isSpecFile = (path: string): boolean => /\.ya?ml$/i.test(path);

/** The targets that a project file or spec has; a sentence where it cannot be read. Never throws. */
export function projectOf({
  path,
  text,
}: Pick<IntoProject, 'path' | 'text'>): { readonly project: XcodeProject } | { readonly problem: string } {
  if (!isSpecFile(path)) return readXcodeProject(text);
  const result = readSpec(text);
  return 'problem' in result ? result : { project: projectOfSpec(result.spec, { exists: () => false }) };
}

/** In the order of the project. An app for another system than macOS is none of them. */
export function hostApps(project: XcodeProject): HostApp[] {
  return project.targets
    .filter(
      ({ productType }) =>
        productType === 'com.apple.product-type.application' ||
        productType === 'com.apple.product-type.application.on-demand-install-capable',
    )
    .filter((target) => isForMac(target, project))
    .map((target) => ({
      name: target.name,
      bundleId: sameEverywhere('PRODUCT_BUNDLE_IDENTIFIER', target, project),
      entitlements: sameEverywhere('CODE_SIGN_ENTITLEMENTS', target, project)?.replace(
        /^\$[({](?:SRCROOT|PROJECT_DIR|SOURCE_ROOT)[)}]\//,
        '',
      ),
    }));
}

/**
 * The app that shall carry the dext: the one asked for, the only one, or the only one that carries extensions
 * already; `undefined` when there is none. A sentence when a person must choose.
 */
export function chosenHost(
  project: XcodeProject,
  asked: string | undefined,
): { readonly host: HostApp | undefined } | { readonly refused: string } {
  const apps = hostApps(project);
  if (asked !== undefined) {
    const host = apps.find(({ name }) => name === asked);
    if (host) return { host };
    const names = apps.map(({ name }) => name).join(', ');
    return {
      refused: `The project has no app for the Mac with the name ${JSON.stringify(asked.slice(0, 80))}${names === '' ? '' : `, but ${names}`}.`,
    };
  }
  if (apps.length <= 1) return { host: apps[0] };
  const carriers = apps.filter(({ name }) =>
    project.targets.some(
      (target) => target.name === name && target.embeds.some(({ subfolder }) => subfolder === 16),
    ),
  );
  if (carriers.length === 1) return { host: carriers[0] };
  return {
    refused: `The project has several apps (${apps.map(({ name }) => name).join(', ')}): say which one shall carry the driver.`,
  };
}

/** The levels of a setting in one configuration, as far as the project file itself says them. */
function levelsOf(target: XcodeTarget, project: XcodeProject, configuration: string): SettingsLevel[] {
  const own = target.configurations.find(({ name }) => name === configuration);
  const below = project.configurations.find(({ name }) => name === configuration);
  return [
    own?.settings ?? new Map(),
    below?.settings ?? new Map(),
    defaultSettings(target.productType, {
      TARGET_NAME: target.name,
      PROJECT_NAME: '$(PROJECT_NAME)',
      CONFIGURATION: configuration,
      SRCROOT: '$(SRCROOT)',
    }),
  ];
}

function sameEverywhere(name: string, target: XcodeTarget, project: XcodeProject): string | undefined {
  const values = new Set(
    target.configurations.map((one) => {
      const levels = levelsOf(target, project, one.name);
      const written = levels.find((level) => level.has(name))?.get(name);
      if (written === undefined) return undefined;
      const prefix = /^\$[({](?:SRCROOT|PROJECT_DIR|SOURCE_ROOT)[)}]\//.exec(written)?.[0] ?? '';
      const rest = expandSettings(written.slice(prefix.length), levels);
      return rest === undefined ? undefined : prefix + rest;
    }),
  );
  const [value] = values;
  return values.size === 1 && value !== '' ? value : undefined;
}

function isForMac(target: XcodeTarget, project: XcodeProject): boolean {
  return target.configurations.every(({ name }) => {
    const levels = levelsOf(target, project, name).slice(0, 2);
    const setting = (key: string) => levels.find((level) => level.has(key))?.get(key) ?? '';
    const platforms = setting('SUPPORTED_PLATFORMS');
    if (/\bmacosx\b/.test(platforms)) return true;
    return platforms === '' && /^(macosx.*|auto|)$/.test(setting('SDKROOT'));
  });
}
