/**
 * The workspace behind the connection: read when the server starts, kept by what the editor holds and what changes
 * on disk. Without folders, without files, or where the client says so nothing is read.
 */
import {
  DidChangeWatchedFilesNotification,
  type FileEvent,
  type InitializeParams,
} from 'vscode-languageserver';
import { URI } from 'vscode-uri';
import type { LintOptions, OnDevices } from '../rules/lint.ts';
import { createWorkspaceLinter, type WorkspaceLinter } from '../rules/workspace-lint.ts';
import type { FileSystem, PlistDocument } from '../workspace/types.ts';
import { roleOf } from '../workspace/walk.ts';
import { Workspace } from '../workspace/workspace.ts';
import type { FeatureContext } from './features.ts';
import { createFolderSettings } from './folderSettings.ts';
import { stackOf } from './guard.ts';
import { announce } from './progress.ts';
import type { ProjectConfig } from './projectConfig.ts';
import type { Settings } from './settings.ts';
import { BUNDLES_CHANGED_NOTIFICATION } from './workspaceMessages.ts';

/** Pause after a change before others hear of it, in milliseconds. */
const CHANGE_DELAY = 300;

const WATCHED = [
  '**/*.{plist,entitlements,xcent,pbxproj,xcconfig,iig,provisionprofile,mobileprovision}',
  '**/project.{yml,yaml}',
];

export interface WorkspaceAbilities {
  /** The workspace may be read: the client did not say `scanWorkspace: false` (a workspace that is not trusted). */
  readonly scan: boolean;
  /** The client reads files for us (`fileSystem: true`). */
  readonly clientFiles: boolean;
  /** The client shows the bundles and wants to hear of changes (`bundles: true`). */
  readonly bundles: boolean;
  readonly prepareRename: boolean;
  /** What the client lets us register for further kinds of files. */
  readonly registers: {
    readonly definition: boolean;
    readonly references: boolean;
    readonly rename: boolean;
  };
  /** The client asks about sources and project files only while they are as on disk (`savedSources: true`). */
  readonly savedSources: boolean;
}

/** Never throws, whatever the client sent. */
export function readWorkspaceAbilities(params: InitializeParams): WorkspaceAbilities {
  const options: unknown = params?.initializationOptions;
  const given = typeof options === 'object' && options !== null ? (options as Record<string, unknown>) : {};
  return {
    scan: given.scanWorkspace !== false,
    clientFiles: given.fileSystem === true,
    bundles: given.bundles === true,
    prepareRename: params?.capabilities?.textDocument?.rename?.prepareSupport === true,
    registers: {
      definition: params?.capabilities?.textDocument?.definition?.dynamicRegistration === true,
      references: params?.capabilities?.textDocument?.references?.dynamicRegistration === true,
      rename: params?.capabilities?.textDocument?.rename?.dynamicRegistration === true,
    },
    savedSources: given.savedSources === true,
  };
}

export interface WorkspaceNeeds {
  readonly context: FeatureContext;
  readonly abilities: WorkspaceAbilities;
  /** URIs as the client writes them. */
  readonly folders: readonly string[];
  readonly files: FileSystem;
  /** True for a folder whose files can be read. */
  readonly readable: (folder: string) => boolean;
  readonly configOf: (uri: string) => Promise<ProjectConfig | undefined>;
  /** The settings of the person for a place, asked of the client if it lets us. Never rejects. */
  readonly settingsOf: (uri: string) => Promise<Settings>;
  /** How an open document is linted. */
  readonly openLintOptions: (document: PlistDocument) => LintOptions;
  /** Findings of open documents may be others now. */
  readonly refresh: () => void;
}

export interface LiveWorkspace {
  readonly workspace: Workspace;
  readonly linter: WorkspaceLinter;
  /** Resolves when the workspace has been read and holds what the editor holds. Never rejects. */
  ready(): Promise<void>;
  /** Resolves at once: false while the workspace is still being read, and when the person stopped that. */
  isRead(): boolean;
  /** The person stopped the reading of the workspace, so nothing is known of it. */
  isStopped(): boolean;
  /** Reads everything once more. */
  readAgain(): void;
  /** Grows with every change. */
  revision(): number;
  /** The URI as the workspace writes it, and as the client does. */
  inner(uri: string): string;
  outer(uri: string): string;
  isOpen(inner: string): boolean;
  lintOptions(document: PlistDocument): LintOptions;
  /** Findings of a file that is not open are wanted (`driverPlist.validate`), inner URI. */
  validates(inner: string): boolean;
  /** Text documents of the editor came, changed or went. */
  changed(uri: string): void;
  closed(uri: string): void;
  /** What was closed since the last call, as the client names it. */
  takeClosed(): readonly string[];
  filesChanged(changes: readonly FileEvent[]): void;
  /** Folders were added to the workspace or taken out. */
  foldersChanged(added: readonly string[], removed: readonly string[]): void;
  /** Settings or config files are others now. */
  configChanged(): void;
  /** Another registry dump, or none, is in use. */
  devicesChanged(onDevices: OnDevices | undefined): void;
  start(): void;
}

export function createLiveWorkspace(needs: WorkspaceNeeds): LiveWorkspace {
  const { context, abilities, files, configOf, settingsOf, openLintOptions, refresh } = needs;
  let { folders } = needs;
  const { connection, timer } = context;
  const inner = (uri: string): string => URI.parse(uri).toString();
  const outerOf = new Map<string, string>();
  const dirty = new Set<string>();
  const closed = new Set<string>();
  const adopted = new WeakMap<PlistDocument, PlistDocument>();
  let read = false;
  let stopped = false;
  let revision = 0;
  let reading: Promise<void> = Promise.resolve();
  let telling: { dispose(): void } | undefined;

  const ofFolders = createFolderSettings({
    configOf,
    settingsOf,
    inner,
    onRuleError: (rule, error) => connection.console.error(`rule ${rule}: ${stackOf(error)}`),
  });

  const workspace = new Workspace(files, folders.map(inner), { kindOf: ofFolders.kindOf });
  const lintOptions = (document: PlistDocument): LintOptions => {
    const key = inner(document.uri);
    const uri = outerOf.get(key);
    return uri === undefined ? ofFolders.lintOptions(key) : openLintOptions({ ...document, uri });
  };
  const linter = createWorkspaceLinter(workspace, { lintOptions });

  const index = async (): Promise<void> => {
    const work = announce(connection, context.abilities.progress, 'Reading driver projects');
    const cancelled = (): boolean => work.token.isCancellationRequested;
    try {
      await ofFolders.load(folders);
      await workspace.index({
        cancelled,
        progress: (folders) => work.report(`${folders} folders`),
        filesRead: (read, of) => work.report(`${read} of ${of} files`),
        ignores: ofFolders.ignores,
      });
      for (const { uri, message } of workspace.notices) connection.console.warn(`${uri}: ${message}`);
    } catch (error) {
      connection.console.error(`workspace: ${stackOf(error)}`);
    } finally {
      work.done();
    }
    stopped = cancelled();
    read = !stopped;
    if (stopped) {
      connection.console.info('Reading driver projects was stopped: each file is checked by itself alone.');
    }
    tell();
    refresh();
  };
  /** What the editor holds goes into the workspace before anyone asks. */
  const sync = async (): Promise<void> => {
    for (const uri of [...dirty]) {
      dirty.delete(uri);
      const document = await context.documentFor(uri);
      const key = inner(uri);
      if (document) outerOf.set(key, uri);
      else outerOf.delete(key);
      workspace.setOpen(key, document && adopt(document, key));
    }
  };
  const adopt = (document: PlistDocument, key: string): PlistDocument => {
    if (document.uri === key) return document;
    const known = adopted.get(document) ?? { ...document, uri: key };
    adopted.set(document, known);
    return known;
  };
  const tell = (): void => {
    revision++;
    if (!abilities.bundles) return;
    telling?.dispose();
    telling = timer.setTimeout(() => {
      connection.sendNotification(BUNDLES_CHANGED_NOTIFICATION).catch(() => {});
    }, CHANGE_DELAY);
  };
  const changed = (uri: string): void => {
    dirty.add(uri);
    tell();
  };
  return {
    workspace,
    linter,
    async ready() {
      await reading;
      await sync();
    },
    isRead: () => read,
    isStopped: () => stopped,
    readAgain() {
      reading = reading.then(index);
    },
    revision: () => revision,
    inner,
    outer: (uri) => outerOf.get(uri) ?? uri,
    isOpen: (uri) => outerOf.has(uri),
    lintOptions,
    validates: ofFolders.validates,
    changed,
    closed(uri) {
      closed.add(uri);
      changed(uri);
    },
    takeClosed() {
      const uris = [...closed].filter((uri) => !outerOf.has(inner(uri)));
      closed.clear();
      return uris;
    },
    filesChanged(changes) {
      const ours = changes.filter(({ uri }) => roleOf(uri.slice(uri.lastIndexOf('/') + 1)) !== undefined);
      if (ours.length === 0 || !read) return;
      reading = reading
        .then(async () => {
          for (const { uri } of ours) await workspace.fileChanged(inner(uri));
          tell();
          refresh();
        })
        .catch((error) => connection.console.error(`workspace: ${stackOf(error)}`));
    },
    foldersChanged(added, removed) {
      const gone = new Set(removed.map(inner));
      folders = [...folders, ...added.filter(needs.readable)].filter((folder) => !gone.has(inner(folder)));
      workspace.setRoots([...new Set(folders.map(inner))]);
      reading = reading.then(index);
    },
    configChanged() {
      reading = reading
        .then(() => ofFolders.load(folders))
        .then(() => {
          const changed = workspace.kindsChanged();
          tell();
          if (changed) refresh();
        })
        .catch((error) => connection.console.error(`workspace: ${stackOf(error)}`));
    },
    devicesChanged(given) {
      ofFolders.setDevices(given);
      tell();
    },
    start() {
      reading = index();
      if (!context.abilities.registerWatchedFiles) return;
      const watchers = WATCHED.map((globPattern) => ({ globPattern }));
      connection.client
        .register(DidChangeWatchedFilesNotification.type, { watchers })
        .catch((error) => connection.console.warn(`register: ${stackOf(error)}`));
    },
  };
}
