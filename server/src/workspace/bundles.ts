/**
 * Bundles: what a target of a project, a built product or a folder of sources makes of several files.
 * A bundle names its files by URI; their texts are asked of the workspace, so that an edit changes no bundle.
 */
import { URI, Utils } from 'vscode-uri';
import { productTypeOf } from './productTypes.ts';
import type { Project, ProjectTarget, TargetConfiguration } from './project.ts';
import { joined } from './project.ts';
import type { BundleKind, PlistDocument } from './types.ts';

export interface BundleConfiguration {
  /** `Debug`, `Release` …; undefined where there are none (folders, built products). */
  readonly name: string | undefined;
  /** URI of the Info.plist, if one is named and exists. */
  readonly infoPlist: string | undefined;
  /** URI of the entitlements file, if one is named and exists; in a built bundle of those in its signature. */
  readonly entitlements: string | undefined;
  /** The setting says that the build makes (part of) the Info.plist: absent keys may come from there. */
  readonly generatesInfoPlist: boolean;
  /** The value of a build setting; undefined when unknown or where there are no settings. */
  setting(name: string): string | undefined;
  /** Names of the settings that the project writes; none where there is no project. */
  settingNames(): readonly string[];
  /** A text with its build variables replaced; undefined when one is unknown. */
  expand(text: string): string | undefined;
}

export interface Embedded {
  readonly bundle: Bundle;
  /** False when it certainly does not lie in the app's folder of system extensions, where the system looks. */
  readonly rightPlace: boolean;
  /** Name of the product in the app: `com.lamp.driver.dext`. */
  readonly product: string;
}

export interface Bundle {
  /** Unique in the workspace and stable over changes of its files. */
  readonly id: string;
  /** For a person: name of the target or of the folder. */
  readonly name: string;
  readonly kind: BundleKind;
  readonly origin: 'xcode' | 'xcodegen' | 'folder' | 'built';
  /** URI of the project file, of the built product's folder or of the Info.plist. */
  readonly uri: string;
  readonly target: ProjectTarget | undefined;
  /** At least one. */
  readonly configurations: readonly BundleConfiguration[];
  /** URIs of the `.iig` files that belong to it. */
  readonly interfaces: readonly string[];
  /** Bundles that it carries. */
  readonly embeds: readonly Embedded[];
  /** Bundles that carry it. */
  readonly hosts: readonly Bundle[];
}

interface MutableBundle extends Bundle {
  embeds: Embedded[];
  hosts: MutableBundle[];
}

/** What the assembly needs to know of the workspace. */
export interface BundleSources {
  readonly projects: readonly { readonly project: Project; readonly origin: 'xcode' | 'xcodegen' }[];
  /** URIs of all plists, in order. */
  readonly plists: readonly string[];
  readonly interfaces: readonly string[];
  document(uri: string): PlistDocument | undefined;
  /** URI of the entitlements that the program of a built bundle is signed with, by its Info.plist. */
  signed(infoPlist: string): string | undefined;
  exists(uri: string): boolean;
}

const DRIVER_KINDS: ReadonlySet<BundleKind> = new Set([
  'dext',
  'codeless-dext',
  'kext',
  'codeless-kext',
  'network-extension',
  'endpoint-security',
  'camera-extension',
  'system-extension',
]);

const BUILT = /^(.*\.(?:app|dext|kext|systemextension))\/(?:Contents\/)?Info\.plist$/i;

/** Puts bundles together: targets first, then built products, then what no target claims. Never throws. */
export function assembleBundles(sources: BundleSources): Bundle[] {
  const bundles: MutableBundle[] = [];
  const interfaces = new Set(sources.interfaces);
  const sorted = [...interfaces].sort();
  const claimed = new Set<string>();
  for (const { project, origin } of sources.projects) {
    const own = project.targets
      .map((target) =>
        targetBundle(project, target, origin, { ...sources, interfaces: { all: interfaces, sorted } }),
      )
      .filter((bundle) => bundle !== undefined);
    for (const bundle of own) {
      for (const { infoPlist, entitlements } of bundle.configurations) {
        if (infoPlist) claimed.add(infoPlist);
        if (entitlements) claimed.add(entitlements);
      }
    }
    linkTargets(own);
    bundles.push(...own);
  }
  const folders = foldersOf(sources);
  const built = sources.plists
    .filter((uri) => !claimed.has(uri))
    .map((uri) => builtBundle(uri, folders, sources))
    .filter((bundle) => bundle !== undefined);
  linkBuilt(built);
  bundles.push(...built);
  for (const uri of sources.plists) {
    if (claimed.has(uri) || BUILT.test(uri)) continue;
    const bundle = folderBundle(uri, folders, claimed, sources);
    if (bundle) bundles.push(bundle);
  }
  return bundles;
}

function targetBundle(
  project: Project,
  target: ProjectTarget,
  origin: 'xcode' | 'xcodegen',
  sources: Omit<BundleSources, 'interfaces'> & { readonly interfaces: Interfaces },
): MutableBundle | undefined {
  const type = productTypeOf(target.productType);
  if (!type || type.wrapper === 'appex' || target.configurations.length === 0) return undefined;
  const configurations = target.configurations.map((one) =>
    targetConfiguration(one, project.folder, sources),
  );
  const infoPlist = configurations.map((one) => one.infoPlist).find((uri) => uri !== undefined);
  const detected = infoPlist === undefined ? undefined : sources.document(infoPlist)?.kind.kind;
  return {
    id: `${project.uri}#${target.name}`,
    name: target.name,
    kind: kindFor(type.wrapper, detected),
    origin,
    uri: project.uri,
    target,
    configurations,
    interfaces: interfacesOf(target, infoPlist, sources.interfaces),
    embeds: [],
    hosts: [],
  };
}

/** The product type is what the build obeys; the content only tells more exactly. */
function kindFor(wrapper: string, detected: BundleKind | undefined): BundleKind {
  if (wrapper === 'app') return 'app';
  if (wrapper === 'dext') return detected === 'codeless-dext' ? detected : 'dext';
  if (wrapper === 'kext') return detected === 'codeless-kext' ? detected : 'kext';
  const extension =
    detected === 'network-extension' || detected === 'endpoint-security' || detected === 'camera-extension';
  return extension ? detected : 'system-extension';
}

function targetConfiguration(
  configuration: TargetConfiguration,
  folder: string,
  sources: Pick<BundleSources, 'exists'>,
): BundleConfiguration {
  const file = (setting: string): string | undefined => {
    const path = configuration.setting(setting);
    if (path === undefined || path === '') return undefined;
    const uri = joined(folder, path);
    return sources.exists(uri) ? uri : undefined;
  };
  return {
    name: configuration.name,
    infoPlist: file('INFOPLIST_FILE'),
    entitlements: file('CODE_SIGN_ENTITLEMENTS'),
    generatesInfoPlist: configuration.setting('GENERATE_INFOPLIST_FILE') === 'YES',
    setting: configuration.setting,
    settingNames: configuration.settingNames,
    expand: configuration.expand,
  };
}

interface Interfaces {
  readonly all: ReadonlySet<string>;
  /** The same in the order of their code units, for finding those of a folder. */
  readonly sorted: readonly string[];
}

/** A target that names no sources at all (its project is cut down, or made by another tool) has those beside its Info.plist. */
function interfacesOf(
  target: ProjectTarget,
  infoPlist: string | undefined,
  { all, sorted }: Interfaces,
): string[] {
  const found = new Set(target.files.filter((uri) => all.has(uri)));
  const named = target.files.length > 0 || target.folders.length > 0;
  const beside = infoPlist === undefined || named ? [] : [infoPlist.slice(0, infoPlist.lastIndexOf('/'))];
  for (const folder of [...target.folders, ...beside]) {
    const prefix = `${folder.replace(/\/$/, '')}/`;
    for (let at = firstFrom(sorted, prefix); sorted[at]?.startsWith(prefix); at++)
      found.add(sorted[at] ?? '');
  }
  return [...found];
}

/** Index of the first text that is not less than `from`. */
function firstFrom(sorted: readonly string[], from: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? '') < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

function linkTargets(bundles: readonly MutableBundle[]): void {
  const byName = new Map(bundles.map((bundle) => [bundle.name, bundle]));
  for (const host of bundles) {
    for (const { target, product, path } of host.target?.embeds ?? []) {
      const bundle = target === undefined ? undefined : byName.get(target);
      if (!bundle || bundle === host) continue;
      const place = host.configurations[0]?.expand(path);
      // What cannot be resolved may be right.
      const rightPlace = place === undefined || /(^|\/)SystemExtensions\/?$/.test(place);
      host.embeds.push({ bundle, rightPlace, product });
      bundle.hosts.push(host);
    }
  }
}

const withoutSettings = {
  name: undefined,
  generatesInfoPlist: false,
  setting: () => undefined,
  settingNames: () => [],
  expand: (text: string) => (text.includes('$') ? undefined : text),
};

/** A built product; its entitlements are those of its signature, else those that a single file in it holds. */
function builtBundle(
  uri: string,
  folders: ReadonlyMap<string, Folder>,
  sources: BundleSources,
): MutableBundle | undefined {
  const folder = BUILT.exec(uri)?.[1];
  const document = folder === undefined ? undefined : sources.document(uri);
  if (folder === undefined || !document) return undefined;
  const { entitlements = [] } = folders.get(uri.slice(0, uri.lastIndexOf('/'))) ?? {};
  const inside = entitlements.length === 1 ? entitlements[0] : undefined;
  return {
    id: folder,
    name: decodedName(folder),
    kind: document.kind.kind,
    origin: 'built',
    uri: folder,
    target: undefined,
    configurations: [{ ...withoutSettings, infoPlist: uri, entitlements: sources.signed(uri) ?? inside }],
    interfaces: [],
    embeds: [],
    hosts: [],
  };
}

/**
 * URIs where the program of a built bundle may lie, likeliest first: beside `Contents/Info.plist` in `MacOS`, in a
 * flat bundle beside the Info.plist itself.
 */
export function executablePlaces(infoPlist: string, name: string): string[] {
  const folder = Utils.dirname(URI.parse(infoPlist));
  const inside = Utils.basename(folder) === 'Contents' ? ['MacOS', '.'] : ['.', 'MacOS'];
  return inside.map((place) => Utils.joinPath(folder, place, name).toString());
}

/** A bundle inside another one's folder is carried by it. */
function linkBuilt(bundles: readonly MutableBundle[]): void {
  const byFolder = new Map(bundles.map((bundle) => [bundle.uri, bundle]));
  for (const bundle of bundles) {
    for (let at = bundle.uri.lastIndexOf('/'); at > 0; at = bundle.uri.lastIndexOf('/', at - 1)) {
      const host = byFolder.get(bundle.uri.slice(0, at));
      if (!host) continue;
      const inside = bundle.uri.slice(host.uri.length + 1);
      host.embeds.push({
        bundle,
        rightPlace: /^(?:Contents\/Library\/)?SystemExtensions\/[^/]+$/.test(inside),
        product: decodedName(bundle.uri),
      });
      bundle.hosts.push(host);
      break;
    }
  }
}

interface Folder {
  readonly infoPlists: string[];
  readonly entitlements: string[];
  readonly interfaces: string[];
}

function foldersOf(sources: BundleSources): ReadonlyMap<string, Folder> {
  const folders = new Map<string, Folder>();
  const at = (uri: string): Folder => {
    const path = uri.slice(0, uri.lastIndexOf('/'));
    const known = folders.get(path);
    if (known) return known;
    const made: Folder = { infoPlists: [], entitlements: [], interfaces: [] };
    folders.set(path, made);
    return made;
  };
  for (const uri of sources.plists) {
    const kind = sources.document(uri)?.kind.kind;
    if (kind === 'entitlements') at(uri).entitlements.push(uri);
    else if (kind !== undefined && (DRIVER_KINDS.has(kind) || kind === 'app')) at(uri).infoPlists.push(uri);
  }
  for (const uri of sources.interfaces) at(uri).interfaces.push(uri);
  return folders;
}

/**
 * An Info.plist that no target names, with the entitlements and interfaces beside it, unless another Info.plist
 * lies there too: whose they are would be a guess then.
 */
function folderBundle(
  uri: string,
  folders: ReadonlyMap<string, Folder>,
  claimed: ReadonlySet<string>,
  sources: BundleSources,
): MutableBundle | undefined {
  const kind = sources.document(uri)?.kind.kind;
  if (kind === undefined || !(DRIVER_KINDS.has(kind) || kind === 'app')) return undefined;
  const folder = folders.get(uri.slice(0, uri.lastIndexOf('/')));
  const alone = folder?.infoPlists.length === 1;
  const entitlements = folder?.entitlements.filter((one) => !claimed.has(one)) ?? [];
  const parent = Utils.dirname(URI.parse(uri));
  return {
    id: uri,
    name: Utils.basename(parent) || Utils.basename(URI.parse(uri)),
    kind,
    origin: 'folder',
    uri,
    target: undefined,
    configurations: [
      {
        ...withoutSettings,
        infoPlist: uri,
        entitlements: alone && entitlements.length === 1 ? entitlements[0] : undefined,
        generatesInfoPlist: true,
      },
    ],
    interfaces: alone ? (folder?.interfaces ?? []) : [],
    embeds: [],
    hosts: [],
  };
}

function decodedName(uri: string): string {
  return Utils.basename(URI.parse(uri));
}

/** Larger groups are a collection (all kexts of a Mac, a kext library), no product. */
const MAX_TOGETHER = 24;

/**
 * Groups of driver bundles that plausibly come to one Mac together, though no bundle carries them all: the targets of
 * one project, and built products in one folder. Never throws.
 */
export function shippedTogether(bundles: readonly Bundle[]): ReadonlyMap<Bundle, readonly Bundle[]> {
  const groups = new Map<string, Bundle[]>();
  for (const bundle of bundles) {
    if (!DRIVER_KINDS.has(bundle.kind) || bundle.origin === 'folder') continue;
    const place =
      bundle.origin === 'built' ? bundle.uri.slice(0, bundle.uri.lastIndexOf('/')) : `${bundle.uri}#`;
    const group = groups.get(place);
    if (group) group.push(bundle);
    else groups.set(place, [bundle]);
  }
  const together = new Map<Bundle, readonly Bundle[]>();
  for (const group of groups.values()) {
    if (group.length < 2 || group.length > MAX_TOGETHER) continue;
    for (const bundle of group) {
      together.set(
        bundle,
        group.filter((one) => one !== bundle),
      );
    }
  }
  return together;
}
