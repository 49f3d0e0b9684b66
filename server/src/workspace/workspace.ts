/** The workspace: the files of some folders, read once, and the bundles that they make. */
import { assembleBundles, type Bundle } from './bundles.ts';
import { openDocument } from './document.ts';
import { type ClassDeclaration, classDeclarations } from './iig.ts';
import { loadXcodeProject, type Notice, type Project } from './project.ts';
import type { BundleKind, FileSystem, PlistDocument } from './types.ts';
import { type FileRole, roleOf, type WalkOptions, walk } from './walk.ts';

export interface WorkspaceOptions {
  /** The kind that settings give to a file. */
  readonly kindOf?: ((uri: string) => BundleKind | undefined) | undefined;
  /** Decodes the bytes of a plist; undefined for one that is no text (a binary plist is converted by the caller). */
  readonly decode: (bytes: Uint8Array) => string | undefined;
}

export interface SourceClass extends ClassDeclaration {
  readonly uri: string;
}

/** Larger plists are left out of the workspace (an open one is still checked for itself). */
const MAX_PLIST_BYTES = 5_000_000;
const MAX_SOURCE_BYTES = 2_000_000;
/** Files read at once. */
const CONCURRENCY = 32;

/**
 * Holds a workspace. Reading is asynchronous and never rejects (what cannot be read is a notice); queries are
 * synchronous and speak of what has been read.
 */
export class Workspace {
  readonly #fs: FileSystem;
  readonly #options: WorkspaceOptions;
  readonly #roots: readonly string[];
  #files = new Map<string, FileRole>();
  readonly #documents = new Map<string, PlistDocument>();
  /** Texts of the editor, which count before what the disk says. */
  readonly #open = new Map<string, PlistDocument>();
  readonly #projects = new Map<string, Project>();
  readonly #classes = new Map<string, readonly ClassDeclaration[]>();
  #notices: Notice[] = [];
  #bundles: readonly Bundle[] | undefined;
  #users: ReadonlyMap<string, readonly Bundle[]> | undefined;

  /** @param roots URIs of folders */
  constructor(fs: FileSystem, roots: readonly string[], options: WorkspaceOptions) {
    this.#fs = fs;
    this.#roots = roots;
    this.#options = options;
  }

  /** Reads everything anew. Ends early when cancelled: what has been read by then stays. */
  async index(options: WalkOptions = {}): Promise<void> {
    this.#notices = [];
    this.#files = new Map();
    this.#documents.clear();
    this.#projects.clear();
    this.#classes.clear();
    for (const root of this.#roots) {
      for (const [uri, role] of await walk(this.#fs, root, this.#notices, options))
        this.#files.set(uri, role);
    }
    const files = [...this.#files];
    for (let at = 0; at < files.length && !options.cancelled?.(); at += CONCURRENCY) {
      await Promise.all(files.slice(at, at + CONCURRENCY).map(([uri, role]) => this.#read(uri, role)));
    }
    this.#forgetBundles();
  }

  /** Takes notice of a file that was made, changed or deleted. Other files stay as they are. */
  async fileChanged(uri: string): Promise<void> {
    const role = roleOf(uri.slice(uri.lastIndexOf('/') + 1));
    const before = this.document(uri)?.kind.kind;
    if (role !== undefined) {
      const there = (await this.#fs.stat(uri).catch(() => undefined))?.type === 'file';
      if (there) {
        const known = this.#files.has(uri);
        this.#files.set(uri, role);
        await this.#read(uri, role);
        if (role !== 'plist' || !known || this.document(uri)?.kind.kind !== before) this.#forgetBundles();
      } else if (this.#files.delete(uri)) {
        this.#documents.delete(uri);
        this.#projects.delete(uri);
        this.#classes.delete(uri);
        this.#forgetBundles();
      }
      return;
    }
    for (const [project, { reads }] of this.#projects) {
      if (!reads.includes(uri)) continue;
      await this.#read(project, 'xcode-project');
      this.#forgetBundles();
    }
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
      projects: [...this.#projects.values()].map((project) => ({ project, origin: 'xcode' as const })),
      plists: this.files('plist'),
      interfaces: this.files('interface'),
      document: (uri) => this.document(uri),
      exists: (uri) => this.#files.has(uri),
    });
    return this.#bundles;
  }

  /** What could not be read, or not wholly. */
  get notices(): readonly Notice[] {
    return this.#notices;
  }

  /** URIs of the files of a role. */
  files(role: FileRole): string[] {
    return [...this.#files].filter(([, one]) => one === role).map(([uri]) => uri);
  }

  document(uri: string): PlistDocument | undefined {
    return this.#open.get(uri) ?? this.#documents.get(uri);
  }

  /** Bundles that use a file as Info.plist, entitlements or interface. */
  bundlesOf(uri: string): readonly Bundle[] {
    this.#users ??= usersOf(this.bundles);
    return this.#users.get(uri) ?? [];
  }

  /** Classes that a bundle's `.iig` files declare. */
  classesOf(bundle: Bundle): SourceClass[] {
    return bundle.interfaces.flatMap((uri) => this.classesIn(uri));
  }

  /** Classes that one `.iig` file declares. */
  classesIn(uri: string): SourceClass[] {
    return (this.#classes.get(uri) ?? []).map((declaration) => ({ ...declaration, uri }));
  }

  #forgetBundles(): void {
    this.#bundles = undefined;
    this.#users = undefined;
  }

  async #read(uri: string, role: FileRole): Promise<void> {
    if (role === 'xcode-project') {
      const project = await loadXcodeProject(this.#fs, uri, this.#notices);
      if (project) this.#projects.set(uri, project);
      else this.#projects.delete(uri);
    } else if (role === 'plist') {
      const text = await this.#text(uri, MAX_PLIST_BYTES, this.#options.decode);
      if (text === undefined) this.#documents.delete(uri);
      else this.#documents.set(uri, openDocument(uri, text, 0, { kind: this.#options.kindOf?.(uri) }));
    } else if (role === 'interface') {
      const decoder = new TextDecoder();
      const text = await this.#text(uri, MAX_SOURCE_BYTES, (bytes) => decoder.decode(bytes));
      this.#classes.set(uri, text === undefined ? [] : classDeclarations(text));
    }
  }

  async #text(
    uri: string,
    limit: number,
    decode: (bytes: Uint8Array) => string | undefined,
  ): Promise<string | undefined> {
    try {
      const size = (await this.#fs.stat(uri))?.size ?? 0;
      if (size > limit) {
        this.#notices.push({
          uri,
          message: `this file is larger than ${limit / 1_000_000} MB and is left out`,
        });
        return undefined;
      }
      return decode(await this.#fs.readFile(uri));
    } catch (error) {
      this.#notices.push({ uri, message: `this file cannot be read: ${(error as Error).message}` });
      return undefined;
    }
  }
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
