/** The workspace: the files of some folders, read once, and the bundles that they make. */
import { URI, Utils } from 'vscode-uri';
import { assembleBundles, type Bundle, shippedTogether } from './bundles.ts';
import { openDocument } from './document.ts';
import { type Executable, readExecutable } from './executable.ts';
import { type ClassDeclaration, classDeclarations } from './iig.ts';
import { plistText } from './plistText.ts';
import { type Profile, readProfile } from './profile.ts';
import { loadXcodegenProject, loadXcodeProject, type Notice, type Project } from './project.ts';
import type { BundleKind, FileSystem, PlistDocument } from './types.ts';
import { type FileRole, roleOf, type WalkOptions, walk } from './walk.ts';

export interface WorkspaceOptions {
  /** The kind that settings give to a file. */
  readonly kindOf?: ((uri: string) => BundleKind | undefined) | undefined;
}

export type { Executable } from './executable.ts';

export interface IndexOptions extends WalkOptions {
  /** Told how many of the files that matter have been read. */
  readonly filesRead?: ((read: number, of: number) => void) | undefined;
}

export interface SourceClass extends ClassDeclaration {
  readonly uri: string;
}

/** A provisioning profile that lies in the workspace. */
export interface ProfileFile {
  readonly uri: string;
  readonly profile: Profile;
}

/** Larger plists are left out of the workspace (an open one is still checked for itself). */
const MAX_PLIST_BYTES = 5_000_000;
const MAX_SOURCE_BYTES = 2_000_000;
/** Follows a program's URI in that of the entitlements of its signature. */
const SIGNED = '#signature.xcent';
/** Files read at once. */
const CONCURRENCY = 32;

/**
 * Holds a workspace. Reading is asynchronous and never rejects (what cannot be read is a notice); queries are
 * synchronous and speak of what has been read.
 */
export class Workspace {
  readonly #fs: FileSystem;
  readonly #options: WorkspaceOptions;
  #roots: readonly string[];
  #files = new Map<string, FileRole>();
  readonly #documents = new Map<string, PlistDocument>();
  readonly #converted = new Set<string>();
  readonly #damaged = new Set<string>();
  /** Texts of the editor, which count before what the disk says. */
  readonly #open = new Map<string, PlistDocument>();
  readonly #projects = new Map<string, Project>();
  readonly #classes = new Map<string, readonly SourceClass[]>();
  /** By the Info.plist of the bundle. */
  readonly #executables = new Map<string, Executable>();
  /** Info.plists by the URI of the entitlements that their programs are signed with. */
  readonly #signed = new Map<string, string>();
  readonly #profiles = new Map<string, Profile>();
  #profileFiles: readonly ProfileFile[] | undefined;
  #notices: Notice[] = [];
  #bundles: readonly Bundle[] | undefined;
  #users: ReadonlyMap<string, readonly Bundle[]> | undefined;
  #together: ReadonlyMap<Bundle, readonly Bundle[]> | undefined;

  /** @param roots URIs of folders */
  constructor(fs: FileSystem, roots: readonly string[], options: WorkspaceOptions = {}) {
    this.#fs = fs;
    this.#roots = roots;
    this.#options = options;
  }

  /** Other folders; they are read by the next {@link index}. */
  setRoots(roots: readonly string[]): void {
    this.#roots = roots;
  }

  /**
   * Reads everything anew. Ends early when cancelled, and holds nothing of the disk then: of a workspace that was read
   * by half the other half would seem to be missing.
   */
  async index(options: IndexOptions = {}): Promise<void> {
    this.#clear();
    for (const root of this.#roots) {
      for (const [uri, role] of await walk(this.#fs, root, this.#notices, options))
        this.#files.set(uri, role);
    }
    const files = [...this.#files];
    for (let at = 0; at < files.length && !options.cancelled?.(); at += CONCURRENCY) {
      await Promise.all(files.slice(at, at + CONCURRENCY).map(([uri, role]) => this.#read(uri, role)));
      options.filesRead?.(Math.min(at + CONCURRENCY, files.length), files.length);
    }
    if (options.cancelled?.()) this.#clear();
    this.#forgetBundles();
  }

  #clear(): void {
    this.#notices = [];
    this.#files = new Map();
    for (const known of [this.#documents, this.#projects, this.#classes, this.#executables, this.#profiles])
      known.clear();
    this.#profileFiles = undefined;
    this.#converted.clear();
    this.#damaged.clear();
    this.#signed.clear();
  }

  /** Takes notice of a file that was made, changed or deleted. Other files stay as they are. */
  async fileChanged(uri: string): Promise<void> {
    const role = roleOf(uri.slice(uri.lastIndexOf('/') + 1));
    if (role === undefined) return;
    this.#notices = this.#notices.filter((notice) => notice.uri !== uri);
    const before = this.document(uri)?.kind.kind;
    const there = (await this.#fs.stat(uri).catch(() => undefined))?.type === 'file';
    const known = this.#files.has(uri);
    if (there) {
      this.#files.set(uri, role);
      await this.#read(uri, role);
    } else if (this.#files.delete(uri)) {
      this.#forget(uri);
    }
    if (known !== there || this.document(uri)?.kind.kind !== before) this.#forgetBundles();
    if (role === 'xcode-project' || role === 'xcodegen') this.#forgetBundles();
    for (const [project, { reads, folder }] of this.#projects) {
      // A spec takes the Info.plists that lie in its source folders.
      const finds = known !== there && role === 'plist' && uri.startsWith(`${folder}/`);
      const depends = reads.includes(uri) || (finds && this.#files.get(project) === 'xcodegen');
      if (project === uri || !depends) continue;
      await this.#read(project, this.#files.get(project) ?? 'xcode-project');
      this.#forgetBundles();
    }
  }

  /**
   * Settings give other kinds than before: what has been read is judged anew, without reading it again.
   *
   * @returns true when a file is of another kind now
   */
  kindsChanged(): boolean {
    let changed = false;
    for (const [uri, { kind, text, tree }] of this.#documents) {
      if (this.#signed.has(uri)) continue;
      const document = openDocument(uri, text, 0, { kind: this.#options.kindOf?.(uri), tree });
      if (document.kind.kind === kind.kind && document.kind.by === kind.by) continue;
      this.#documents.set(uri, document);
      changed = true;
    }
    if (changed) this.#forgetBundles();
    return changed;
  }

  /** A document that the editor holds; `undefined` when it is closed there. */
  setOpen(uri: string, document: PlistDocument | undefined): void {
    const before = this.document(uri)?.kind.kind;
    if (document) this.#open.set(uri, document);
    else this.#open.delete(uri);
    if (this.document(uri)?.kind.kind !== before) this.#forgetBundles();
  }

  /** Every bundle, in the order of their projects and paths. */
  get bundles(): readonly Bundle[] {
    this.#bundles ??= assembleBundles({
      projects: this.#shownProjects(),
      plists: this.files('plist'),
      interfaces: this.files('interface'),
      document: (uri) => this.document(uri),
      signed: (infoPlist) => {
        const executable = this.#executables.get(infoPlist);
        return executable?.signature?.entitlements && `${executable.uri}${SIGNED}`;
      },
      exists: (uri) => this.#files.has(uri),
    });
    return this.#bundles;
  }

  /** What could not be read, or not wholly; each thing once. */
  get notices(): readonly Notice[] {
    const said = new Map(this.#notices.map((notice) => [`${notice.uri} ${notice.message}`, notice]));
    return [...said.values()];
  }

  get projects(): readonly Project[] {
    return [...this.#projects.values()];
  }

  /** URIs of the files of a role. */
  files(role: FileRole): string[] {
    return [...this.#files].filter(([, one]) => one === role).map(([uri]) => uri);
  }

  /** URIs of the files of any role. */
  allFiles(): readonly [string, FileRole][] {
    return [...this.#files];
  }

  exists(uri: string): boolean {
    return this.#files.has(uri);
  }

  document(uri: string): PlistDocument | undefined {
    return this.#open.get(uri) ?? this.#documents.get(uri);
  }

  /**
   * The Info.plist of the built bundle whose program is signed with these entitlements; undefined for a document that
   * is a file. Places in such a document mean nothing to a person.
   */
  signedIn(uri: string): string | undefined {
    return this.#signed.get(uri);
  }

  /** The document of a file whose text is what its bytes say: not converted from another format, and undamaged. */
  plainDocument(uri: string): PlistDocument | undefined {
    if (this.#converted.has(uri) || this.#damaged.has(uri)) return undefined;
    return this.#documents.get(uri);
  }

  /** True for a plist in another format than XML: places in its document mean nothing to a person. */
  isConverted(uri: string): boolean {
    return (!this.#open.has(uri) && this.#converted.has(uri)) || this.#signed.has(uri);
  }

  /** Bundles that use a file as Info.plist, entitlements or interface. */
  bundlesOf(uri: string): readonly Bundle[] {
    this.#users ??= usersOf(this.bundles);
    return this.#users.get(uri) ?? [];
  }

  /** Other drivers of the same project or folder of products, which plausibly come to one Mac with this one. */
  shippedWith(bundle: Bundle): readonly Bundle[] {
    this.#together ??= shippedTogether(this.bundles);
    return this.#together.get(bundle) ?? [];
  }

  /** Classes that a bundle's `.iig` files declare. */
  classesOf(bundle: Bundle): SourceClass[] {
    return bundle.interfaces.flatMap((uri) => this.classesIn(uri));
  }

  /** Classes that one `.iig` file declares: the same array until the file changes. */
  classesIn(uri: string): readonly SourceClass[] {
    return this.#classes.get(uri) ?? [];
  }

  /** Provisioning profiles that can be read: the same array until one changes. */
  get profiles(): readonly ProfileFile[] {
    this.#profileFiles ??= [...this.#profiles]
      .map(([uri, profile]) => ({ uri, profile }))
      .sort((a, b) => (a.uri < b.uri ? -1 : 1));
    return this.#profileFiles;
  }

  /** The program of a built bundle; undefined for other bundles, without CFBundleExecutable, and for skeletons. */
  executableOf(bundle: Bundle): Executable | undefined {
    const info = bundle.origin === 'built' ? bundle.configurations[0]?.infoPlist : undefined;
    return info === undefined ? undefined : this.#executables.get(info);
  }

  /** The text of any file of the workspace as the disk or the editor has it now; undefined when unreadable. */
  async readText(uri: string): Promise<string | undefined> {
    const open = this.#open.get(uri);
    if (open) return open.text;
    if (this.#converted.has(uri)) return undefined;
    return (
      this.#documents.get(uri)?.text ??
      (await this.#bytes(uri, MAX_PLIST_BYTES).then((bytes) => bytes && new TextDecoder().decode(bytes)))
    );
  }

  /** A spec that lies beside the project file which it generates says the same again: the project file counts. */
  #shownProjects(): { project: Project; origin: 'xcode' | 'xcodegen' }[] {
    return [...this.#projects.values()]
      .map((project) => ({
        project,
        origin: project.uri.endsWith('/project.pbxproj') ? ('xcode' as const) : ('xcodegen' as const),
      }))
      .filter(({ project, origin }) => origin === 'xcode' || !this.#projects.has(generatedBy(project)));
  }

  #forgetBundles(): void {
    this.#bundles = undefined;
    this.#users = undefined;
    this.#together = undefined;
  }

  #forget(uri: string): void {
    for (const [signed, info] of this.#signed) {
      if (info !== uri) continue;
      this.#documents.delete(signed);
      this.#signed.delete(signed);
    }
    for (const known of [this.#documents, this.#projects, this.#classes, this.#executables])
      known.delete(uri);
    if (this.#profiles.delete(uri)) this.#profileFiles = undefined;
    this.#converted.delete(uri);
    this.#damaged.delete(uri);
  }

  async #read(uri: string, role: FileRole): Promise<void> {
    try {
      await this.#readAs(uri, role);
    } catch (error) {
      // Nested too deeply for the stack, say: such a file must not keep the others from being read.
      this.#notices.push({ uri, message: `this file cannot be read: ${(error as Error).message}` });
    }
  }

  async #readAs(uri: string, role: FileRole): Promise<void> {
    switch (role) {
      case 'xcode-project':
        return this.#keepProject(uri, await loadXcodeProject(this.#fs, uri, this.#notices));
      case 'xcodegen': {
        const exists = (file: string) => this.#files.has(file);
        return this.#keepProject(uri, await loadXcodegenProject(this.#fs, uri, this.#notices, exists));
      }
      case 'plist':
        return this.#readPlist(uri);
      case 'profile':
        return this.#readProfile(uri);
      case 'interface': {
        const bytes = await this.#bytes(uri, MAX_SOURCE_BYTES);
        const classes = bytes ? classDeclarations(new TextDecoder().decode(bytes)) : [];
        this.#classes.set(
          uri,
          classes.map((declaration) => ({ ...declaration, uri })),
        );
      }
    }
  }

  async #readProfile(uri: string): Promise<void> {
    this.#forget(uri);
    const bytes = await this.#bytes(uri, MAX_PLIST_BYTES);
    const profile = bytes && readProfile(bytes);
    if (profile) this.#profiles.set(uri, profile);
    this.#profileFiles = undefined;
  }

  #keepProject(uri: string, project: Project | undefined): void {
    if (project) this.#projects.set(uri, project);
    else this.#projects.delete(uri);
  }

  async #readPlist(uri: string): Promise<void> {
    this.#forget(uri);
    const bytes = await this.#bytes(uri, MAX_PLIST_BYTES);
    const read = bytes && plistText(bytes);
    if (!read) return;
    const document = openDocument(uri, read.text, 0, { kind: this.#options.kindOf?.(uri) });
    this.#documents.set(uri, document);
    if (read.converted) this.#converted.add(uri);
    if (read.damaged) this.#damaged.add(uri);
    if (document.built) await this.#readExecutable(document);
  }

  /** What a program is signed with is a document of its own, which no file holds. */
  async #readExecutable(document: PlistDocument): Promise<void> {
    const executable = await readExecutable(this.#fs, document);
    if (!executable) return;
    this.#executables.set(document.uri, executable);
    const text = executable.signature?.entitlements;
    if (text === undefined) return;
    const uri = `${executable.uri}${SIGNED}`;
    this.#documents.set(uri, openDocument(uri, text));
    this.#signed.set(uri, document.uri);
  }

  async #bytes(uri: string, limit: number): Promise<Uint8Array | undefined> {
    try {
      const size = (await this.#fs.stat(uri))?.size ?? 0;
      if (size > limit) {
        this.#notices.push({
          uri,
          message: `this file is larger than ${limit / 1_000_000} MB and is left out`,
        });
        return undefined;
      }
      return await this.#fs.readFile(uri);
    } catch (error) {
      this.#notices.push({ uri, message: `this file cannot be read: ${(error as Error).message}` });
      return undefined;
    }
  }
}

/** URI of the project file that XcodeGen makes of a spec. */
function generatedBy({ folder, name }: Project): string {
  return Utils.joinPath(URI.parse(folder), `${name}.xcodeproj`, 'project.pbxproj').toString();
}

function usersOf(bundles: readonly Bundle[]): Map<string, Bundle[]> {
  const users = new Map<string, Bundle[]>();
  for (const bundle of bundles) {
    const uris = new Set(bundle.interfaces);
    for (const { infoPlist, entitlements } of bundle.configurations) {
      if (infoPlist) uris.add(infoPlist);
      if (entitlements) uris.add(entitlements);
    }
    for (const uri of uris) {
      const known = users.get(uri);
      if (known) known.push(bundle);
      else users.set(uri, [bundle]);
    }
  }
  return users;
}
