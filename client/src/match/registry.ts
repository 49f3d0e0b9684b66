/** The registry dump in use: loading by command, remembering it for the workspace, telling the views. */
import * as vscode from 'vscode';
import { State, WorkDoneProgress } from 'vscode-languageclient';
import type {
  LOAD_REGISTRY_REQUEST,
  LoadRegistryParams,
  LoadRegistryResult,
  READ_FILE_REQUEST,
  REGISTRY_NOTIFICATION,
  ReadFileParams,
  ReadFileResult,
  RegistryParams,
  RegistrySummary,
} from '../../../server/src/lsp/matchMessages.ts';
import type { Session } from '../session.ts';

const LOAD: typeof LOAD_REGISTRY_REQUEST = 'driverPlist/loadRegistry';
const READ: typeof READ_FILE_REQUEST = 'driverPlist/readFile';
const CHANGED: typeof REGISTRY_NOTIFICATION = 'driverPlist/registry';

/** Where the workspace remembers the dump that was loaded by command. */
const MEMENTO = 'driverPlist.registryDump';

export interface RegistryDump extends vscode.Disposable {
  readonly current: () => RegistrySummary | undefined;
  readonly onDidChange: vscode.Event<void>;
  /** Asks for a file unless one is given. True when a dump is in use afterwards. */
  readonly load: (uri?: vscode.Uri) => Promise<boolean>;
  readonly unload: () => Promise<void>;
  /** True when a dump is in use; else offers to load one. */
  readonly ensure: () => Promise<boolean>;
}

export function createRegistryDump(context: vscode.ExtensionContext, session: Session): RegistryDump {
  const { client } = session;
  const changed = new vscode.EventEmitter<void>();
  let current: RegistrySummary | undefined;

  const set = (registry: RegistrySummary | null): void => {
    current = registry ?? undefined;
    void vscode.commands.executeCommand('setContext', 'driverPlist.hasRegistry', current !== undefined);
    changed.fire();
  };
  client.onNotification(CHANGED, ({ registry, problem }: RegistryParams) => {
    set(registry);
    if (problem !== undefined) void vscode.window.showWarningMessage(problem);
  });
  client.onRequest(READ, ({ uri }: ReadFileParams) => readFile(uri));

  let loads = 0;
  const send = async (
    uri: string | null,
    progress?: vscode.Progress<Percent>,
    token?: vscode.CancellationToken,
  ): Promise<LoadRegistryResult> => {
    await session.start();
    if (progress === undefined) {
      const params: LoadRegistryParams = { uri };
      return client.sendRequest<LoadRegistryResult>(LOAD, params, token);
    }
    const workDoneToken = `driverPlist/loadRegistry/${++loads}`;
    let before = 0;
    const listening = client.onProgress(WorkDoneProgress.type, workDoneToken, (value) => {
      if (value.kind !== 'report') return;
      const { percentage = before } = value;
      progress.report({ message: value.message ?? '', increment: percentage - before });
      before = percentage;
    });
    try {
      return await client.sendRequest<LoadRegistryResult>(LOAD, { uri, workDoneToken }, token);
    } finally {
      listening.dispose();
    }
  };
  const remembered = () => context.workspaceState.get<string>(MEMENTO);
  const fromSettings = () =>
    (vscode.workspace.getConfiguration('driverPlist').get<string>('registryDump') ?? '').trim() !== '';
  // A server that was started, or started again, knows nothing of it.
  const running = client.onDidChangeState(({ newState }) => {
    if (newState !== State.Running) return set(null);
    const uri = remembered();
    if (uri === undefined || fromSettings()) return;
    send(uri).then(
      (result) => {
        if (!result.ok) session.output.warn(result.message);
      },
      (error) => session.output.warn(String(error)),
    );
  });

  const load = async (given?: vscode.Uri): Promise<boolean> => {
    const uri = given ?? (await askForFile());
    if (uri === undefined) return false;
    const progress = {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Loading the registry dump'),
      cancellable: true,
    };
    const result = await vscode.window.withProgress(progress, async (shown, token) => {
      const answer = await send(uri.toString(), shown, token).catch((error): LoadRegistryResult => {
        return { ok: false, message: String(error) };
      });
      return token.isCancellationRequested ? undefined : answer;
    });
    if (result === undefined) return false;
    if (!result.ok) {
      void vscode.window.showErrorMessage(result.message);
      return false;
    }
    await context.workspaceState.update(MEMENTO, uri.toString());
    for (const warning of result.registry?.warnings ?? []) session.output.warn(warning);
    return true;
  };

  return {
    current: () => current,
    onDidChange: changed.event,
    load,
    async unload() {
      await context.workspaceState.update(MEMENTO, undefined);
      await send(null);
    },
    async ensure() {
      if (current !== undefined) return true;
      const message = vscode.l10n.t(
        'No registry dump is loaded. On the Mac with the device run "ioreg -l -w0 > dump.txt", then load that file.',
      );
      const loadIt = vscode.l10n.t('Load Registry Dump…');
      const answer = await vscode.window.showInformationMessage(message, loadIt);
      return answer === loadIt && load();
    },
    dispose() {
      running.dispose();
      changed.dispose();
    },
  };
}

async function askForFile(): Promise<vscode.Uri | undefined> {
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t(
        'Registry dump: output of "ioreg -l -w0", "ioreg -a -l", "system_profiler -json", or a save of IORegistryExplorer',
      ),
      openLabel: vscode.l10n.t('Load'),
      canSelectMany: false,
    })) ?? [];
  return uri;
}

/** For a server that cannot reach the file: in a browser, or where files are not of this machine. */
async function readFile(uri: string): Promise<ReadFileResult> {
  try {
    const bytes = await vscode.workspace.fs.readFile(vscode.Uri.parse(uri, true));
    const pieces: string[] = [];
    for (let at = 0; at < bytes.length; at += PIECE) {
      pieces.push(String.fromCharCode(...bytes.subarray(at, at + PIECE)));
    }
    return { base64: btoa(pieces.join('')) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

interface Percent {
  readonly message: string;
  readonly increment: number;
}

/** So many arguments a call takes everywhere. */
const PIECE = 8192;
