/** The language server: wires a connection to the language service. Runs in Node and in a worker alike. */
import {
  CodeLensRefreshRequest,
  type Connection,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  type InitializeParams,
  type InitializeResult,
  type ServerCapabilities,
  TextDocuments,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import { CONFIG_FILE } from '../rules/config.ts';
import type { OnDevices } from '../rules/lint.ts';
import { registryFindings } from '../rules/match-registry.ts';
import { createLanguageService } from '../service/index.ts';
import type { DetectedKind, PlistDocument } from '../workspace/types.ts';
import { readAbilities, type ServerAbilities } from './abilities.ts';
import { registerBinary } from './binary.ts';
import { serverCapabilities } from './capabilities.ts';
import { clientFiles, filesByScheme } from './clientFiles.ts';
import { registerConversion } from './convert.ts';
import { type DiagnosticSupport, pullDiagnostics, pushDiagnostics } from './diagnostics.ts';
import { createDocumentStore } from './documents.ts';
import { type FeatureContext, registerFeatures, type SeveralFiles } from './features.ts';
import { guarded, stackOf } from './guard.ts';
import { registerRefusals } from './lifecycle.ts';
import { registerMatching } from './match.ts';
import { matchSources } from './matchSources.ts';
import {
  DOCUMENT_KIND_NOTIFICATION,
  type DocumentKindParams,
  KIND_REQUEST,
  type KindRequestParams,
} from './messages.ts';
import { registerPaste } from './paste.ts';
import { createProjectConfigs } from './projectConfig.ts';
import { createRegistryStore } from './registry.ts';
import { createRegistrySetting } from './registrySetting.ts';
import { registerRulePages } from './rulePages.ts';
import type { Runtime } from './runtime.ts';
import { readSettings, SETTINGS_SECTION, type Settings } from './settings.ts';
import { registerSources } from './sources.ts';
import { isTooWide } from './wideFolders.ts';
import {
  createLiveWorkspace,
  type LiveWorkspace,
  readWorkspaceAbilities,
  type WorkspaceAbilities,
  type WorkspaceNeeds,
} from './workspace.ts';
import { registerWorkspaceDiagnostics } from './workspaceDiagnostics.ts';
import {
  registerWorkspaceFeatures,
  severalActions,
  severalDiagnostics,
  severalHints,
  severalHover,
  severalLinks,
  severalNames,
  workspaceCapabilities,
} from './workspaceFeatures.ts';

/** Pause after a change before the kind is told, in milliseconds. */
const KIND_DELAY = 200;

/** Begins to serve. The connection must not be listening yet. */
export function startServer(connection: Connection, runtime: Runtime): void {
  connection.onInitialize((params: InitializeParams): InitializeResult => {
    const abilities = readAbilities(params);
    const initial = (params.initializationOptions as { settings?: unknown } | undefined)?.settings;
    const several = readWorkspaceAbilities(params);
    const folders = foldersOf(params);
    const server = createServer(connection, runtime, abilities, initial, folders, several);
    connection.onInitialized(() => server.initialized());
    return {
      capabilities: server.scans
        ? withWorkspace(serverCapabilities(abilities), workspaceCapabilities(several))
        : serverCapabilities(abilities),
      serverInfo: { name: 'driver-plist', version: runtime.version },
    };
  });
  registerRefusals(connection);
  connection.listen();
}

function createServer(
  connection: Connection,
  runtime: Runtime,
  abilities: ServerAbilities,
  initialSettings: unknown,
  folders: readonly string[],
  several: WorkspaceAbilities,
): { initialized(): void; readonly scans: boolean } {
  const texts = new TextDocuments(TextDocument);
  const store = createDocumentStore(
    (uri) => texts.get(uri),
    (rule, error) => connection.console.error(`rule ${rule}: ${stackOf(error)}`),
    folders,
  );
  const asked = several.clientFiles ? clientFiles(connection) : undefined;
  // Where the folder is not trusted, the open document is all that is looked at.
  const projectFiles = several.scan ? filesByScheme(runtime.files, asked) : undefined;
  const projects = createProjectConfigs(projectFiles, (folder, problems) => {
    connection.console.warn(`${folder}${CONFIG_FILE}: ${problems.join('; ')}`);
  });
  const service = createLanguageService({
    abilities: abilities.service,
    lintOptions: store.lintOptions,
    registry: () => registry.current()?.registry,
    names: (document) => live && severalNames(live, document),
  });

  /** Settings that the client sent rather than let us ask for. */
  let sent: Settings = readSettings(initialSettings).settings;
  let generation = 0;
  const ready = new Map<string, { readonly generation: number; readonly settings: Promise<Settings> }>();
  const current = new Map<string, Settings>();

  const settingsOf = async (uri: string): Promise<Settings> => {
    if (!abilities.configuration) return sent;
    try {
      const value = await connection.workspace.getConfiguration({ scopeUri: uri, section: SETTINGS_SECTION });
      const { settings, problems } = readSettings(value);
      for (const problem of problems) connection.console.warn(`settings: ${problem}`);
      return settings;
    } catch (error) {
      connection.console.warn(`settings: ${stackOf(error)}`);
      return sent;
    }
  };

  const load = async (uri: string): Promise<Settings> => {
    const started = generation;
    const [settings, project] = await Promise.all([settingsOf(uri), projects.find(uri)]);
    if (started === generation && texts.get(uri)) {
      store.setSettings(uri, { settings, project });
      current.set(uri, settings);
    }
    return settings;
  };

  const documentFor = async (uri: string): Promise<PlistDocument | undefined> => {
    if (!texts.get(uri)) return undefined;
    let entry = ready.get(uri);
    if (entry?.generation !== generation) {
      entry = { generation, settings: load(uri) };
      ready.set(uri, entry);
    }
    await entry.settings;
    return store.get(uri);
  };

  const context: FeatureContext = {
    connection,
    timer: runtime.timer,
    service,
    abilities,
    versionOf: (uri) => texts.get(uri)?.version,
    documentFor,
    settingsFor: (uri) => current.get(uri) ?? sent,
    several: () => severalFiles,
  };
  const diagnostics: DiagnosticSupport = abilities.pullDiagnostics
    ? pullDiagnostics(context)
    : pushDiagnostics(context);
  registerFeatures(context);
  const live = openWorkspace(context, runtime, folders, several, {
    configOf: projects.find,
    settingsOf,
    openLintOptions: store.lintOptions,
    refresh: () => diagnostics.refresh(texts.keys()),
  });
  const severalFiles: SeveralFiles | undefined = live && {
    revision: live.revision,
    diagnostics: (document, own) => severalDiagnostics(context, live, document, own),
    actions: (document, range, only) => severalActions(context, live, document, range, only),
    hover: (document, position) => severalHover(live, document, position),
    hints: (document, range) => severalHints(live, document, range),
    links: (document) => severalLinks(live, document),
  };
  registerRulePages(connection);
  registerBinary(connection);
  registerPaste(context);
  const kinds = kindNotifier(context);
  const registry = createRegistryStore({
    connection,
    timer: runtime.timer,
    files: runtime.files,
    clientReads: abilities.readFile,
    clientHears: abilities.notifications,
    clientProgress: abilities.progress,
    changed: () => {
      const dump = registry.current()?.registry;
      const onDevices: OnDevices | undefined = dump && ((document) => registryFindings(document, dump));
      store.setDevices(onDevices);
      live?.devicesChanged(onDevices);
      diagnostics.refresh(texts.keys());
      if (abilities.refreshCodeLenses) connection.sendRequest(CodeLensRefreshRequest.type).catch(() => {});
    },
  });
  const registrySetting = createRegistrySetting(context, registry, folders, () => sent);
  registerConversion(context, registry);
  const openDocuments = async (): Promise<PlistDocument[]> => {
    const documents = await Promise.all(texts.keys().map(documentFor));
    return documents.filter((document) => document !== undefined);
  };
  registerMatching({
    ...context,
    registry,
    ...matchSources(openDocuments, documentFor, live),
    lensCommands: { explain: abilities.explainMatchCommand, decision: abilities.showDecisionCommand },
  });

  connection.onRequest(
    KIND_REQUEST,
    guarded(context, KIND_REQUEST, null, async ({ uri }: KindRequestParams) => {
      const document = await documentFor(uri);
      return document ? kindParams(document) : null;
    }),
  );

  texts.onDidChangeContent(({ document: { uri } }) => {
    live?.changed(uri);
    // Who pulls asks for the others too; for who does not, they are sent anew.
    const others = live && !abilities.pullDiagnostics ? texts.keys() : [];
    for (const one of new Set([uri, ...others])) diagnostics.changed(one);
    kinds.changed(uri);
  });
  texts.onDidClose(({ document: { uri } }) => {
    live?.closed(uri);
    store.forget(uri);
    ready.delete(uri);
    current.delete(uri);
    kinds.closed(uri);
    diagnostics.closed(uri);
  });
  texts.listen(connection);

  const refresh = (): void => {
    generation++;
    const uris = texts.keys();
    diagnostics.refresh(uris);
    for (const uri of uris) kinds.changed(uri);
    if (abilities.refreshInlayHints) connection.languages.inlayHint.refresh().catch(() => {});
    if (abilities.refreshSemanticTokens) connection.languages.semanticTokens.refresh().catch(() => {});
  };
  connection.onDidChangeConfiguration(({ settings }) => {
    // Clients that let us ask send null or what they please.
    const given = (settings as { [SETTINGS_SECTION]?: unknown } | null | undefined)?.[SETTINGS_SECTION];
    if (given !== undefined) sent = readSettings(given).settings;
    live?.configChanged();
    refresh();
    void registrySetting.changed();
  });
  connection.onDidChangeWatchedFiles(({ changes }) => {
    live?.filesChanged(changes);
    if (live && !changes.some(({ uri }) => uri.endsWith(`/${CONFIG_FILE}`) || uri.endsWith('.json'))) return;
    projects.clear();
    live?.configChanged();
    refresh();
  });
  connection.onShutdown(() => {});

  return {
    scans: live !== undefined,
    initialized() {
      live?.start();
      if (live) registerSources(context, several);
      if (live && abilities.workspaceFolders) {
        connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
          const uris = (folders: readonly { uri: string }[]) => folders.map(({ uri }) => uri);
          live.foldersChanged(uris(added), uris(removed));
        });
      }
      void registrySetting.changed();
      const register = connection.client;
      if (abilities.registerConfiguration) {
        register
          .register(DidChangeConfigurationNotification.type, { section: SETTINGS_SECTION })
          .catch((error) => connection.console.warn(`register: ${stackOf(error)}`));
      }
      if (abilities.registerWatchedFiles && projectFiles) {
        register
          .register(DidChangeWatchedFilesNotification.type, {
            watchers: [{ globPattern: `**/${CONFIG_FILE}` }],
          })
          .catch((error) => connection.console.warn(`register: ${stackOf(error)}`));
      }
    },
  };
}

/** Undefined where nothing may be read, or there is nothing to read it by. */
function openWorkspace(
  context: FeatureContext,
  runtime: Runtime,
  folders: readonly string[],
  abilities: WorkspaceAbilities,
  needs: Pick<WorkspaceNeeds, 'configOf' | 'settingsOf' | 'openLintOptions' | 'refresh'>,
): LiveWorkspace | undefined {
  // Our own files are those of this machine.
  const local = runtime.files ? folders.filter((folder) => folder.startsWith('file:')) : [];
  const files = local.length > 0 ? runtime.files : abilities.clientFiles && clientFiles(context.connection);
  const readable = (folder: string): boolean => {
    if (files === runtime.files && !folder.startsWith('file:')) return false;
    if (!isTooWide(folder, runtime.home)) return true;
    context.connection.console.info(`${folder} is not searched for bundles: open the folder of the project.`);
    return false;
  };
  if (!abilities.scan || !files) return undefined;
  const searched = (local.length > 0 ? local : folders).filter(readable);
  if (searched.length === 0) return undefined;
  const live = createLiveWorkspace({
    ...needs,
    context,
    abilities,
    folders: searched,
    files,
    readable,
  });
  registerWorkspaceFeatures(context, live);
  if (context.abilities.pullDiagnostics) registerWorkspaceDiagnostics(context, live);
  return live;
}

function withWorkspace(own: ServerCapabilities, more: ServerCapabilities): ServerCapabilities {
  const { diagnosticProvider } = own;
  return {
    ...own,
    ...more,
    ...(diagnosticProvider && {
      diagnosticProvider: { ...diagnosticProvider, interFileDependencies: true, workspaceDiagnostics: true },
    }),
  };
}

/** Tells a client that wants to know what a document was taken for, when it is opened and when that changes. */
function kindNotifier({ connection, documentFor, timer, abilities }: FeatureContext): {
  changed(uri: string): void;
  closed(uri: string): void;
} {
  if (!abilities.notifications) return { changed() {}, closed() {} };
  const told = new Map<string, string>();
  const waiting = new Map<string, { dispose(): void }>();

  const tell = async (uri: string): Promise<void> => {
    const document = await documentFor(uri);
    if (!document) return;
    const params = kindParams(document);
    const text = JSON.stringify(params);
    if (told.get(uri) === text) return;
    told.set(uri, text);
    await connection.sendNotification(DOCUMENT_KIND_NOTIFICATION, params);
  };
  return {
    changed(uri) {
      waiting.get(uri)?.dispose();
      const timeout = timer.setTimeout(
        () => {
          waiting.delete(uri);
          tell(uri).catch((error) => connection.console.error(`kind: ${stackOf(error)}`));
        },
        told.has(uri) ? KIND_DELAY : 0,
      );
      waiting.set(uri, timeout);
    },
    closed(uri) {
      waiting.get(uri)?.dispose();
      waiting.delete(uri);
      told.delete(uri);
    },
  };
}

function kindParams({ uri, kind }: PlistDocument): DocumentKindParams {
  const { kind: name, reason, by }: DetectedKind = kind;
  return { uri, kind: name, reason, by };
}

/** URIs of the folders that the client opened. Never throws, whatever the client sent. */
function foldersOf(params: InitializeParams): readonly string[] {
  const given: unknown = params?.workspaceFolders;
  const folders = Array.isArray(given) ? given.map((folder: { uri?: unknown } | null) => folder?.uri) : [];
  const uris = folders.filter((uri) => typeof uri === 'string');
  if (uris.length > 0) return uris;
  if (typeof params?.rootUri === 'string') return [params.rootUri];
  // Clients of the days before LSP 3.0.
  const { rootPath } = params ?? {};
  return typeof rootPath === 'string' && rootPath !== '' ? [URI.file(rootPath).toString()] : [];
}
