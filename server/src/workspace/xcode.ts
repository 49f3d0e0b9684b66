/**
 * Xcode projects: what a `project.pbxproj` says of targets, their settings, files and embedding.
 * The text is read by `@bacons/xcode/json`; its object graph is checked here, since any object may be missing or
 * of another shape. Object classes: swiftlang/swift-build Sources/SWBProjectModel, Apple's Xcode output.
 */
import { parse } from '@bacons/xcode/json';
import type { SettingsLevel } from './buildSettings.ts';

export interface XcodeConfiguration {
  /** Its object in the project file, where there is one: for finding a setting's place. */
  readonly id?: string;
  /** `Debug`, `Release` … */
  readonly name: string;
  /** Settings of this level alone, conditional ones (`NAME[sdk=…]`) under their full name. */
  readonly settings: SettingsLevel;
  /** Path of the `.xcconfig` below these settings, relative to the project's folder. */
  readonly baseConfiguration: string | undefined;
}

export interface XcodeTarget {
  readonly name: string;
  /** `com.apple.product-type.driver-extension` …; undefined for aggregate and legacy targets. */
  readonly productType: string | undefined;
  readonly configurations: readonly XcodeConfiguration[];
  /** Files of the build phases, relative to the project's folder. */
  readonly files: readonly string[];
  /** Folders whose files belong to the target without being listed (Xcode 16). */
  readonly folders: readonly string[];
  /** Products that copy phases put into this target's product. */
  readonly embeds: readonly XcodeEmbed[];
  /** Names of targets that this one depends on. */
  readonly dependencies: readonly string[];
}

export interface XcodeEmbed {
  /** Name of the target whose product is copied, if it is one of this project. */
  readonly target: string | undefined;
  /** Name of the product file: `Lamp.dext`. */
  readonly product: string;
  /** `dstSubfolderSpec` of the phase: 16 products directory, 13 plug-ins, 1 wrapper … */
  readonly subfolder: number;
  /** `dstPath` of the phase, unexpanded. */
  readonly path: string;
}

export interface XcodeProject {
  readonly configurations: readonly XcodeConfiguration[];
  readonly targets: readonly XcodeTarget[];
}

export type XcodeResult = { readonly project: XcodeProject } | { readonly problem: string };

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the text of a project.pbxproj. Never throws; what cannot be read is a problem in one sentence.
 */
export function readXcodeProject(text: string): XcodeResult {
  let root: unknown;
  try {
    root = parse(text);
  } catch (error) {
    return { problem: `the project file cannot be read: ${firstLine((error as Error).message)}` };
  }
  const objects = isFields(root) && isFields(root.objects) ? root.objects : undefined;
  const project = objects && isFields(root) ? objects[String(root.rootObject)] : undefined;
  if (!objects || !isFields(project)) return { problem: 'the project file has no root object' };
  return { project: new ProjectReader(objects).read(project) };
}

class ProjectReader {
  readonly #objects: Fields;
  readonly #paths = new Map<string, string>();
  /** Name of the target that makes a product, by the product's file reference. */
  readonly #targetOfProduct = new Map<unknown, string | undefined>();

  constructor(objects: Fields) {
    this.#objects = objects;
  }

  read(project: Fields): XcodeProject {
    this.#walkGroups(project.mainGroup, '');
    for (const target of this.#all(project.targets)) {
      if (target.productReference !== undefined) {
        this.#targetOfProduct.set(target.productReference, textOf(target.name));
      }
    }
    return {
      configurations: this.#configurations(project.buildConfigurationList),
      targets: this.#all(project.targets).map((target) => this.#target(target)),
    };
  }

  /** Paths of all file references, from the tree of groups. A group that contains itself is walked once. */
  #walkGroups(root: unknown, base: string): void {
    const pending: [unknown, string][] = [[root, base]];
    const seen = new Set<unknown>();
    for (let next = pending.pop(); next; next = pending.pop()) {
      const [id, folder] = next;
      const object = this.#get(id);
      if (!object || seen.has(id)) continue;
      seen.add(id);
      const own = textOf(object.path) ?? '';
      const path = object.sourceTree === '<group>' ? join(folder, own) : own;
      this.#paths.set(String(id), path);
      for (const child of listOf(object.children)) pending.push([child, path]);
    }
  }

  #target(target: Fields): XcodeTarget {
    const phases = this.#all(target.buildPhases);
    return {
      name: textOf(target.name) ?? '',
      productType: textOf(target.productType),
      configurations: this.#configurations(target.buildConfigurationList),
      files: phases
        .filter((phase) => phase.isa !== 'PBXCopyFilesBuildPhase')
        .flatMap((phase) => this.#all(phase.files))
        .map((file) => this.#paths.get(String(file.fileRef)) ?? '')
        .filter((path) => path !== ''),
      folders: listOf(target.fileSystemSynchronizedGroups)
        .map((id) => this.#paths.get(String(id)) ?? textOf(this.#get(id)?.path) ?? '')
        .filter((path) => path !== ''),
      embeds: phases
        .filter((phase) => phase.isa === 'PBXCopyFilesBuildPhase')
        .flatMap((phase) => this.#embeds(phase)),
      dependencies: this.#all(target.dependencies)
        .map((dependency) => textOf(this.#get(dependency.target)?.name) ?? textOf(dependency.name) ?? '')
        .filter((name) => name !== ''),
    };
  }

  #embeds(phase: Fields): XcodeEmbed[] {
    return this.#all(phase.files).map((file) => ({
      target: this.#targetOfProduct.get(file.fileRef),
      product: lastPart(this.#paths.get(String(file.fileRef)) ?? textOf(this.#get(file.fileRef)?.path) ?? ''),
      subfolder: Number(phase.dstSubfolderSpec ?? Number.NaN),
      path: textOf(phase.dstPath) ?? '',
    }));
  }

  #configurations(list: unknown): XcodeConfiguration[] {
    const ids = listOf(this.#get(list)?.buildConfigurations).filter((id) => this.#get(id) !== undefined);
    return ids
      .map((id) => [String(id), this.#get(id) ?? {}] as const)
      .map(([id, configuration]) => ({
        id,
        name: textOf(configuration.name) ?? '',
        settings: settingsOf(configuration.buildSettings),
        baseConfiguration: this.#baseConfiguration(configuration),
      }));
  }

  /** A file reference, or (Xcode 16) a synchronized folder and a path in it. */
  #baseConfiguration(configuration: Fields): string | undefined {
    const file = this.#paths.get(String(configuration.baseConfigurationReference));
    if (file !== undefined) return file;
    const folder = this.#paths.get(String(configuration.baseConfigurationReferenceAnchor));
    const path = textOf(configuration.baseConfigurationReferenceRelativePath);
    return folder !== undefined && path !== undefined ? join(folder, path) : undefined;
  }

  #get(id: unknown): Fields | undefined {
    const object = typeof id === 'string' ? this.#objects[id] : undefined;
    return isFields(object) ? object : undefined;
  }

  #all(ids: unknown): Fields[] {
    return listOf(ids)
      .map((id) => this.#get(id))
      .filter((object) => object !== undefined);
  }
}

/** Values are strings or lists of strings; a list is its members with blanks between, as Xcode expands it. */
function settingsOf(value: unknown): SettingsLevel {
  const settings = new Map<string, string>();
  if (!isFields(value)) return settings;
  for (const [name, setting] of Object.entries(value)) {
    const text = Array.isArray(setting) ? setting.map(String).join(' ') : textOf(setting);
    if (text !== undefined) settings.set(name, text);
  }
  return settings;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The reader turns digits into numbers; a setting is always text. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
}

function join(folder: string, path: string): string {
  return folder === '' || path === '' ? folder + path : `${folder}/${path}`;
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function firstLine(text: string): string {
  return text.split(/[\r\n]/)[0] ?? '';
}
