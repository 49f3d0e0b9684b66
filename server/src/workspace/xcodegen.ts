/**
 * XcodeGen specs (`project.yml`): the targets that `xcodegen generate` would write into a project file.
 * Keys and defaults: yonaskolb/XcodeGen Docs/ProjectSpec.md, Sources/XcodeGenKit/SettingsBuilder.swift.
 * Every scalar is kept as written (`22.0` stays `22.0`, `YES` stays `YES`).
 */
import { parse } from 'yaml';
import type { SettingsLevel } from './buildSettings.ts';
import type { XcodeConfiguration, XcodeEmbed, XcodeProject, XcodeTarget } from './xcode.ts';

/** A spec as it was read: nested maps, lists and texts. */
export type Spec = { readonly [key: string]: SpecValue };
export type SpecValue = string | readonly SpecValue[] | Spec | null | undefined;

export type SpecResult = { readonly spec: Spec } | { readonly problem: string };

const PRODUCT_TYPES: Readonly<Record<string, string>> = {
  application: 'com.apple.product-type.application',
  'driver-extension': 'com.apple.product-type.driver-extension',
  'system-extension': 'com.apple.product-type.system-extension',
  'app-extension': 'com.apple.product-type.app-extension',
};

/** What XcodeGen's presets set for a platform, where the spec says nothing. */
const SDK_OF_PLATFORM: Readonly<Record<string, string>> = {
  macOS: 'macosx',
  iOS: 'iphoneos',
  auto: 'auto',
};

/** Reads the text of a spec. Never throws; what cannot be read is a problem in one sentence. */
export function readSpec(text: string): SpecResult {
  try {
    const value: unknown = parse(text, {
      schema: 'failsafe',
      merge: true,
      uniqueKeys: false,
      logLevel: 'error',
    });
    const spec = withoutCycles(value as SpecValue, []);
    return isSpec(spec) ? { spec } : { problem: 'the XcodeGen spec holds no map of settings' };
  } catch (error) {
    return { problem: `the XcodeGen spec cannot be read: ${(error as Error).message.split('\n')[0]}` };
  }
}

/** An alias inside of its own anchor makes a value that holds itself: it is cut there. */
function withoutCycles(value: SpecValue, around: readonly SpecValue[]): SpecValue {
  if (typeof value !== 'object' || value === null) return value;
  if (around.includes(value)) return undefined;
  const within = [...around, value];
  if (Array.isArray(value)) return value.map((one) => withoutCycles(one, within));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutCycles(one, within)]));
}

/** A field of the object itself: names in a spec may be those of every object (`toString`). */
function own<T>(object: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Paths of the specs that a spec includes, relative to it, in order. */
export function includesOf(spec: Spec): string[] {
  return listOf(spec.include)
    .map((one) => (isSpec(one) ? one.path : one))
    .filter((path) => typeof path === 'string');
}

/**
 * Lays a spec over those that it includes: maps are merged, lists joined, a key that ends in `:REPLACE` replaces.
 */
export function mergeSpecs(below: Spec, above: Spec): Spec {
  const merged: Record<string, SpecValue> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const name = key.replace(/:REPLACE$/, '');
    const before = merged[name];
    if (key !== name) merged[name] = value;
    else if (isSpec(before) && isSpec(value)) merged[name] = mergeSpecs(before, value);
    else if (Array.isArray(before) && Array.isArray(value)) merged[name] = [...before, ...value];
    else merged[name] = value;
  }
  return merged;
}

export interface SpecPlaces {
  /** True for a path relative to the spec's folder that is a file of the workspace. */
  exists(path: string): boolean;
}

/** The project that a spec describes. Never throws; what has another shape than expected is passed over. */
export function projectOfSpec(spec: Spec, places: SpecPlaces): XcodeProject {
  const configs = isSpec(spec.configs) ? Object.keys(spec.configs) : ['Debug', 'Release'];
  const groups = isSpec(spec.settingGroups) ? spec.settingGroups : {};
  const targets = isSpec(spec.targets) ? spec.targets : {};
  const projectSettings = (config: string): XcodeConfiguration => ({
    name: config,
    settings: settingsOf(spec.settings, config, groups),
    baseConfiguration: configFile(spec, config),
  });
  return {
    configurations: configs.map(projectSettings),
    targets: Object.entries(targets).flatMap(([name, value]) => {
      const target = isSpec(value) ? withTemplates(value, name, spec) : undefined;
      return target ? [targetOf(name, target, { spec, configs, groups, targets, places })] : [];
    }),
  };
}

interface Surroundings {
  readonly spec: Spec;
  readonly configs: readonly string[];
  readonly groups: Spec;
  readonly targets: Spec;
  readonly places: SpecPlaces;
}

function targetOf(name: string, target: Spec, around: Surroundings): XcodeTarget {
  const sources = listOf(target.sources)
    .map((one) => (isSpec(one) ? one.path : one))
    .filter((path) => typeof path === 'string');
  return {
    name,
    productType: productType(target),
    configurations: around.configs.map((config) => ({
      name: config,
      settings: targetSettings(name, target, config, sources, around),
      baseConfiguration: configFile(target, config),
    })),
    files: sources.filter((path) => /\.\w+$/.test(path)),
    folders: sources.filter((path) => !/\.\w+$/.test(path)),
    embeds: listOf(target.dependencies).flatMap((one) => embedOf(one, around)),
    dependencies: listOf(target.dependencies)
      .map((one) => (isSpec(one) ? one.target : undefined))
      .filter((other) => typeof other === 'string'),
  };
}

function productType(target: Spec): string | undefined {
  const type = textOf(target.type);
  if (type === undefined) return undefined;
  return (
    own(PRODUCT_TYPES, type) ?? (type.includes('.product-type.') ? type : `com.apple.product-type.${type}`)
  );
}

function targetSettings(
  name: string,
  target: Spec,
  config: string,
  sources: readonly string[],
  { spec, groups, places }: Surroundings,
): SettingsLevel {
  const driver = productType(target)?.endsWith('.driver-extension');
  const sdk = driver ? 'driverkit' : own(SDK_OF_PLATFORM, textOf(target.platform) ?? '');
  const settings = new Map(sdk === undefined ? [] : [['SDKROOT', sdk]]);
  const prefix = isSpec(spec.options) ? textOf(spec.options.bundleIdPrefix) : undefined;
  if (prefix !== undefined) {
    settings.set('PRODUCT_BUNDLE_IDENTIFIER', `${prefix}.${name.replace(/[^A-Za-z0-9.-]/g, '-')}`);
  }
  const info = (isSpec(target.info) ? textOf(target.info.path) : undefined) ?? foundInfo(sources, places);
  if (info !== undefined) settings.set('INFOPLIST_FILE', info);
  const entitlements = isSpec(target.entitlements) ? textOf(target.entitlements.path) : undefined;
  if (entitlements !== undefined) settings.set('CODE_SIGN_ENTITLEMENTS', entitlements);
  for (const [key, value] of settingsOf(target.settings, config, groups)) settings.set(key, value);
  return settings;
}

/** XcodeGen takes an Info.plist that lies at the top of a source folder. */
function foundInfo(sources: readonly string[], places: SpecPlaces): string | undefined {
  return sources
    .map((folder) => `${folder.replace(/\/$/, '')}/Info.plist`)
    .find((path) => places.exists(path));
}

/** Extensions are embedded into the app that depends on them unless the spec says no. */
function embedOf(dependency: SpecValue, { targets }: Surroundings): XcodeEmbed[] {
  if (!isSpec(dependency) || typeof dependency.target !== 'string' || dependency.embed === 'false') return [];
  const other = own(targets, dependency.target);
  const type = isSpec(other) ? productType(other) : undefined;
  const suffix = type?.endsWith('.driver-extension')
    ? 'dext'
    : type?.endsWith('.system-extension')
      ? 'systemextension'
      : undefined;
  if (suffix === undefined) return [];
  const copy = isSpec(dependency.copy) ? dependency.copy : undefined;
  return [
    {
      target: dependency.target,
      product: `${dependency.target}.${suffix}`,
      subfolder: 16,
      path: copy ? (textOf(copy.subpath) ?? '') : '$(SYSTEM_EXTENSIONS_FOLDER_PATH)',
    },
  ];
}

/** Settings of one level: `groups` first, then `base`, then `configs`; a map without these three is the base. */
function settingsOf(
  value: SpecValue,
  config: string,
  groups: Spec,
  seen: readonly string[] = [],
): Map<string, string> {
  const settings = new Map<string, string>();
  if (!isSpec(value)) return settings;
  const parted = value.base !== undefined || value.configs !== undefined || value.groups !== undefined;
  if (!parted) return flat(value);
  for (const name of listOf(value.groups)) {
    if (typeof name !== 'string' || seen.includes(name)) continue;
    for (const [key, one] of settingsOf(groups[name], config, groups, [...seen, name]))
      settings.set(key, one);
  }
  if (isSpec(value.base)) for (const [key, one] of flat(value.base)) settings.set(key, one);
  const configs = isSpec(value.configs) ? value.configs : {};
  // A name of `configs` fits every configuration that holds it, in any case: `release` fits `Production Release`.
  for (const [name, own] of Object.entries(configs)) {
    const fits =
      config === name || (!(config in configs) && config.toLowerCase().includes(name.toLowerCase()));
    if (fits && isSpec(own)) for (const [key, one] of flat(own)) settings.set(key, one);
  }
  return settings;
}

function flat(value: Spec): Map<string, string> {
  const settings = new Map<string, string>();
  for (const [key, setting] of Object.entries(value)) {
    if (typeof setting === 'string') settings.set(key, switched(setting));
    else if (Array.isArray(setting)) settings.set(key, setting.map(String).join(' '));
  }
  return settings;
}

/** XcodeGen writes YAML's booleans as Xcode does. */
function switched(text: string): string {
  return text === 'true' ? 'YES' : text === 'false' ? 'NO' : text;
}

function configFile(level: Spec, config: string): string | undefined {
  return isSpec(level.configFiles) ? textOf(level.configFiles[config]) : undefined;
}

/** A target over its templates; `${target_name}` and the target's own attributes are filled in. */
function withTemplates(target: Spec, name: string, spec: Spec, seen: readonly string[] = []): Spec {
  const templates = isSpec(spec.targetTemplates) ? spec.targetTemplates : {};
  let merged: Spec = {};
  for (const template of listOf(target.templates)) {
    const found =
      typeof template === 'string' && !seen.includes(template) ? own(templates, template) : undefined;
    if (isSpec(found)) {
      merged = mergeSpecs(merged, withTemplates(found, name, spec, [...seen, String(template)]));
    }
  }
  const whole = mergeSpecs(merged, target);
  if (seen.length > 0) return whole;
  const attributes = isSpec(whole.templateAttributes) ? whole.templateAttributes : {};
  return filled(whole, { ...attributes, target_name: name }) as Spec;
}

function filled(value: SpecValue, attributes: Spec): SpecValue {
  if (typeof value === 'string') {
    return value.replace(/\$\{(\w+)\}/g, (whole, key) => textOf(own(attributes, key)) ?? whole);
  }
  if (Array.isArray(value)) return value.map((one) => filled(one, attributes));
  if (!isSpec(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filled(one, attributes)]));
}

function isSpec(value: SpecValue): value is Spec {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A list, or one thing where XcodeGen takes either. */
function listOf(value: SpecValue): readonly SpecValue[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null || value === '' ? [] : [value];
}

function textOf(value: SpecValue): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
