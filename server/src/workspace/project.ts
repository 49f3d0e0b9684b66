/** Xcode projects on disk: targets with the settings of each configuration resolved, xcconfig files included. */
import { URI, Utils } from 'vscode-uri';
import { expandSettings, type SettingsLevel, settingValue } from './buildSettings.ts';
import { defaultSettings } from './productTypes.ts';
import { settingInProject } from './settingPlace.ts';
import type { FileSystem } from './types.ts';
import { isInclude, readXcconfig, type XcconfigSetting } from './xcconfig.ts';
import {
  readXcodeProject,
  type XcodeConfiguration,
  type XcodeEmbed,
  type XcodeProject,
  type XcodeTarget,
} from './xcode.ts';
import { includesOf, mergeSpecs, projectOfSpec, readSpec, type Spec } from './xcodegen.ts';

/** Larger project files are passed over with a notice: reading one would stall the editor. */
export const MAX_PROJECT_BYTES = 50_000_000;
const MAX_INCLUDES = 100;

/** Something a person should know about what was read: a file that could not be, a limit that was met. */
export interface Notice {
  readonly uri: string;
  readonly message: string;
}

/** Where a setting is written, for going there: its value in a project file, its name in an xcconfig file. */
export interface SettingPlace {
  readonly uri: string;
  readonly start: number;
  readonly end: number;
  /** A value of a project file stands in quotes, which the range leaves out. */
  readonly quoted?: boolean;
}

export interface TargetConfiguration {
  readonly name: string;
  /** The value of a setting, expanded; undefined when unknown. */
  setting(name: string): string | undefined;
  /** Names of the settings that the project or its xcconfig files write; Xcode's own defaults are not among them. */
  settingNames(): readonly string[];
  /** A text with its variables replaced; undefined when one is unknown. */
  expand(text: string): string | undefined;
  /** Where the value is written: in an xcconfig file or the project file; undefined for Xcode's own defaults. */
  place(name: string): SettingPlace | undefined;
}

export interface ProjectTarget {
  readonly name: string;
  readonly productType: string | undefined;
  readonly configurations: readonly TargetConfiguration[];
  /** URIs. */
  readonly files: readonly string[];
  readonly folders: readonly string[];
  readonly embeds: readonly XcodeEmbed[];
  readonly dependencies: readonly string[];
}

export interface Project {
  /** URI of the file that describes it. */
  readonly uri: string;
  /** Name of the project, without extension. */
  readonly name: string;
  /** URI of the folder that paths are relative to (SRCROOT). */
  readonly folder: string;
  readonly targets: readonly ProjectTarget[];
  /** URIs of all files that were read for it: a change of one means reading it again. */
  readonly reads: readonly string[];
}

/** Level of settings that came from a file, with the places. */
interface ReadLevel {
  readonly settings: Map<string, string>;
  readonly places: Map<string, SettingPlace>;
}

/**
 * Loads a `project.pbxproj` and the xcconfig files that it names. Never rejects: what is missing becomes a notice.
 *
 * @param uri of the `project.pbxproj`, inside its `.xcodeproj` folder
 */
export async function loadXcodeProject(
  fs: FileSystem,
  uri: string,
  notices: Notice[],
): Promise<Project | undefined> {
  const text = await readText(fs, uri, notices);
  if (text === undefined) return undefined;
  const result = readXcodeProject(text);
  if ('problem' in result) {
    notices.push({ uri, message: result.problem });
    return undefined;
  }
  const wrapper = Utils.dirname(URI.parse(uri));
  const folder = Utils.dirname(wrapper).toString();
  const name = Utils.basename(wrapper).replace(/\.xcodeproj$/, '');
  const find: FindSetting = ({ id }, setting) =>
    id === undefined ? undefined : settingInProject(text, id, setting);
  return resolveProject(fs, result.project, { uri, folder, name, find, reads: [] }, notices);
}

/**
 * Loads an XcodeGen `project.yml` with the specs that it includes. Never rejects: what is missing becomes a notice.
 *
 * @param exists true for the URI of a file of the workspace
 */
export async function loadXcodegenProject(
  fs: FileSystem,
  uri: string,
  notices: Notice[],
  exists: (uri: string) => boolean,
): Promise<Project | undefined> {
  const reads: string[] = [];
  const spec = await readSpecs(fs, uri, notices, reads);
  if (!spec) return undefined;
  const folder = Utils.dirname(URI.parse(uri)).toString();
  const project = projectOfSpec(spec, { exists: (path) => exists(joined(folder, path)) });
  const name = typeof spec.name === 'string' ? spec.name : Utils.basename(URI.parse(folder));
  return resolveProject(fs, project, { uri, folder, name, find: () => undefined, reads }, notices);
}

async function readSpecs(
  fs: FileSystem,
  uri: string,
  notices: Notice[],
  reads: string[],
): Promise<Spec | undefined> {
  if (reads.includes(uri) || reads.length >= MAX_INCLUDES) return undefined;
  reads.push(uri);
  const text = await readText(fs, uri, notices);
  if (text === undefined) return undefined;
  const result = readSpec(text);
  if ('problem' in result) {
    notices.push({ uri, message: result.problem });
    return undefined;
  }
  let below: Spec = {};
  for (const path of includesOf(result.spec)) {
    const included = joined(Utils.dirname(URI.parse(uri)).toString(), path);
    below = mergeSpecs(below, (await readSpecs(fs, included, notices, reads)) ?? {});
  }
  return mergeSpecs(below, result.spec);
}

/** Finds where a configuration's own level sets a setting, as offsets of the project's file. */
type FindSetting = (
  configuration: XcodeConfiguration,
  name: string,
) => { readonly start: number; readonly end: number; readonly quoted: boolean } | undefined;

interface ProjectPlace {
  readonly uri: string;
  readonly folder: string;
  readonly name: string;
  readonly find: FindSetting;
  /** Files that were read beside the xcconfig files. */
  readonly reads: readonly string[];
}

async function resolveProject(
  fs: FileSystem,
  project: XcodeProject,
  place: ProjectPlace,
  notices: Notice[],
): Promise<Project> {
  const { uri, folder } = place;
  const files = new XcconfigFiles(fs, notices);
  const targets: ProjectTarget[] = [];
  for (const target of project.targets) {
    const configurations: TargetConfiguration[] = [];
    for (const configuration of target.configurations) {
      const below = project.configurations.find((one) => one.name === configuration.name);
      const read = [
        await files.base(configuration, folder),
        below && (await files.base(below, folder)),
      ] as const;
      configurations.push(resolved(target, configuration, below, read, place));
    }
    targets.push({
      name: target.name,
      productType: target.productType,
      configurations,
      files: target.files.map((path) => joined(folder, path)),
      folders: target.folders.map((path) => joined(folder, path)),
      embeds: target.embeds,
      dependencies: target.dependencies,
    });
  }
  const reads = [...new Set([uri, ...place.reads, ...files.read])];
  return { uri, folder, name: place.name, targets, reads };
}

function resolved(
  target: XcodeTarget,
  own: XcodeConfiguration,
  below: XcodeConfiguration | undefined,
  [targetFile, projectFile]: readonly [ReadLevel | undefined, ReadLevel | undefined],
  { uri, folder, name: projectName, find }: ProjectPlace,
): TargetConfiguration {
  const unconditional: SettingsLevel[] = [
    own.settings,
    targetFile?.settings ?? new Map(),
    below?.settings ?? new Map(),
    projectFile?.settings ?? new Map(),
    defaultSettings(target.productType, {
      TARGET_NAME: target.name,
      PROJECT_NAME: projectName,
      CONFIGURATION: own.name,
      SRCROOT: URI.parse(folder).path,
    }),
  ];
  const sdk = settingValue('SDKROOT', unconditional) ?? '';
  const levels = unconditional.map((level) => withConditions(level, { sdk, config: own.name }));
  return {
    name: own.name,
    setting: (name) => settingValue(name, levels),
    settingNames: () => {
      const names = unconditional.slice(0, -1).flatMap((level) => [...level.keys()]);
      return [...new Set(names.map((name) => name.replace(/\[.*/, '')))];
    },
    expand: (text) => expandSettings(text, levels),
    place(name) {
      const sides = [
        [own, targetFile],
        [below, projectFile],
      ] as const;
      for (const [configuration, file] of sides) {
        if (configuration?.settings.has(name)) {
          const found = find(configuration, name);
          return found && { uri, ...found };
        }
        const place = file?.places.get(name);
        if (place) return place;
      }
      return undefined;
    },
  };
}

const CONDITIONAL = /^(\w+)((?:\[[^\]]*\])+)$/;

/** `NAME[sdk=driverkit*]` counts as `NAME` where every condition holds; one that we cannot judge does not hold. */
function withConditions(level: SettingsLevel, known: { sdk: string; config: string }): SettingsLevel {
  const conditional = [...level].filter(([name]) => name.includes('['));
  if (conditional.length === 0) return level;
  const result = new Map(level);
  for (const [name, value] of conditional) {
    const match = CONDITIONAL.exec(name);
    const conditions = [...(match?.[2] ?? '').matchAll(/\[(\w+)=([^\]]*)\]/g)];
    const holds = conditions.every(([, key, glob]) => {
      const actual = key === 'sdk' ? known.sdk : key === 'config' ? known.config : undefined;
      return actual !== undefined && actual !== '' && globMatches(glob ?? '', actual);
    });
    if (match?.[1] && holds) result.set(match[1], value);
  }
  return result;
}

function globMatches(glob: string, text: string): boolean {
  const parts = glob.split('*');
  if (parts.length === 1) return glob === text;
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  return text.length >= first.length + last.length && text.startsWith(first) && text.endsWith(last);
}

/** Reads xcconfig files once each, following includes; an include that leads back to itself is cut. */
class XcconfigFiles {
  readonly read: string[] = [];
  readonly #fs: FileSystem;
  readonly #notices: Notice[];
  readonly #levels = new Map<string, ReadLevel>();

  constructor(fs: FileSystem, notices: Notice[]) {
    this.#fs = fs;
    this.#notices = notices;
  }

  async base(configuration: XcodeConfiguration, folder: string): Promise<ReadLevel | undefined> {
    if (configuration.baseConfiguration === undefined) return undefined;
    const uri = joined(folder, configuration.baseConfiguration);
    const known = this.#levels.get(uri);
    if (known) return known;
    const level: ReadLevel = { settings: new Map(), places: new Map() };
    this.#levels.set(uri, level);
    await this.#include(uri, level, [], false);
    return level;
  }

  async #include(uri: string, level: ReadLevel, above: readonly string[], optional: boolean): Promise<void> {
    if (above.includes(uri)) {
      this.#notices.push({
        uri,
        message: 'this configuration file includes itself; the second reading is skipped',
      });
      return;
    }
    if (above.length >= MAX_INCLUDES) return;
    if (!this.read.includes(uri)) this.read.push(uri);
    if (optional && !(await this.#fs.stat(uri).catch(() => undefined))) return;
    const text = await readText(this.#fs, uri, this.#notices);
    if (text === undefined) return;
    for (const statement of readXcconfig(text).statements) {
      if (isInclude(statement)) {
        const target = Utils.resolvePath(Utils.dirname(URI.parse(uri)), statement.path).toString();
        await this.#include(target, level, [...above, uri], statement.optional);
      } else set(level, uri, statement);
    }
  }
}

function set(level: ReadLevel, uri: string, { name, value, conditions, start, end }: XcconfigSetting): void {
  const full = name + conditions.map((condition) => `[${condition}]`).join('');
  // An assignment that refers to itself continues the one before it in the same file.
  const before = level.settings.get(full);
  const inherits = before !== undefined && value.includes('$(inherited)');
  level.settings.set(full, inherits ? value.replaceAll('$(inherited)', () => before) : value);
  level.places.set(full, { uri, start, end });
}

async function readText(fs: FileSystem, uri: string, notices: Notice[]): Promise<string | undefined> {
  try {
    const found = await fs.stat(uri);
    if (!found) {
      notices.push({ uri, message: 'a project names this file, but it is not there' });
      return undefined;
    }
    const { size } = found;
    if (size > MAX_PROJECT_BYTES) {
      const megabytes = Math.round(size / 1_000_000);
      notices.push({ uri, message: `this file has ${megabytes} MB; files over 50 MB are not read` });
      return undefined;
    }
    return new TextDecoder().decode(await fs.readFile(uri));
  } catch (error) {
    notices.push({ uri, message: `this file cannot be read: ${(error as Error).message}` });
    return undefined;
  }
}

/** Joins a path of a project to its folder; an absolute path or `$(SRCROOT)/…` is understood. */
export function joined(folder: string, path: string): string {
  const plain = path.replace(/^\$[({](?:SRCROOT|PROJECT_DIR|SOURCE_ROOT)[)}]\/?/, '');
  return Utils.resolvePath(URI.parse(folder), plain).toString();
}
