/** The registry dump in use: which it is, how it is read, who is told. */
import {
  type CancellationToken,
  type Connection,
  MessageType,
  ResponseError,
  ShowMessageNotification,
} from 'vscode-languageserver';
import { type Registry, type RegistryResult, registrySteps } from '../iokit/registry.ts';
import type { FileSystem } from '../workspace/types.ts';
import { stackOf } from './guard.ts';
import {
  type LoadRegistryResult,
  READ_FILE_REQUEST,
  REGISTRY_NOTIFICATION,
  type ReadFileParams,
  type ReadFileResult,
  type RegistryParams,
  type RegistrySummary,
} from './matchMessages.ts';
import type { Timer } from './runtime.ts';

export interface LoadedRegistry {
  readonly registry: Registry;
  readonly summary: RegistrySummary;
}

export interface RegistryStore {
  /** The dump in use. */
  current(): LoadedRegistry | undefined;
  /** Reads a dump and takes it into use; null takes the present one away. Never rejects. */
  load(uri: string | null, progress: Progress): Promise<LoadRegistryResult>;
  /** The dump that the settings name, undefined for none: loaded when it is another than before. */
  setting(uri: string | undefined): Promise<void>;
}

/** How long work shows itself and is stopped. */
export interface Progress {
  readonly token: CancellationToken;
  report(percent: number, message: string): void;
}

export interface RegistryStoreOptions {
  readonly connection: Connection;
  readonly timer: Timer;
  readonly files: FileSystem | undefined;
  /** The client reads files for us where we cannot. */
  readonly clientReads: boolean;
  /** The client takes our notification; another is shown what went wrong. */
  readonly clientHears: boolean;
  /** The client shows progress that the server begins. */
  readonly clientProgress: boolean;
  /** Another dump, or none, is in use now. */
  readonly changed: () => void;
}

const CANCELLED: LoadRegistryResult = { ok: false, message: 'Loading the registry dump was cancelled.' };

export function createRegistryStore(options: RegistryStoreOptions): RegistryStore {
  const { connection, timer, files, clientReads, clientHears, changed } = options;
  let loaded: LoadedRegistry | undefined;
  let fromSetting: string | undefined;
  let latest = 0;

  const tell = (problem?: string): void => {
    const params: RegistryParams = { registry: loaded?.summary ?? null, ...(problem ? { problem } : {}) };
    if (clientHears) connection.sendNotification(REGISTRY_NOTIFICATION, params).catch(() => {});
    else if (problem !== undefined) {
      const message = { type: MessageType.Warning, message: problem };
      connection.sendNotification(ShowMessageNotification.method, message).catch(() => {});
    }
    changed();
  };

  const bytesOf = async (uri: string): Promise<Uint8Array> => {
    if (files && uri.startsWith('file:')) return files.readFile(uri);
    if (!clientReads) throw new Error('only files of this machine can be read');
    const params: ReadFileParams = { uri };
    const { base64, problem } = await connection.sendRequest<ReadFileResult>(READ_FILE_REQUEST, params);
    if (base64 === undefined) throw new Error(problem ?? 'it could not be read');
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  };

  const load = async (uri: string | null, { token, report }: Progress): Promise<LoadRegistryResult> => {
    const run = ++latest;
    if (uri === null) {
      loaded = undefined;
      tell();
      return { ok: true, registry: null };
    }
    const name = nameOf(uri);
    report(0, `Reading ${name}`);
    const bytes = await bytesOf(uri).catch((error: unknown) => new Error(reasonOf(error)));
    if (bytes instanceof Error) return { ok: false, message: `${name} cannot be read: ${bytes.message}.` };
    report(READ_PERCENT, `Reading the entries of ${name}`);
    // Lets a cancellation in before the long part.
    await new Promise<void>((resolve) => timer.setImmediate(resolve));
    await new Promise<void>((resolve) => timer.setImmediate(resolve));
    if (token.isCancellationRequested || run !== latest) return CANCELLED;
    const result = await inSlices(registrySteps(bytes), timer, (share) => {
      report(READ_PERCENT + Math.floor(share * (100 - READ_PERCENT)), `Reading the entries of ${name}`);
      return !token.isCancellationRequested && run === latest;
    });
    if (result === undefined) return CANCELLED;
    if (!result.ok) return { ok: false, message: `${name}: ${result.message}` };
    const { registry } = result;
    const { model, osBuild } = registry.machine;
    const machine = [model, osBuild].filter((part) => part !== undefined).join(', ');
    const summary = {
      uri,
      name,
      entries: registry.nodes.length,
      machine: machine === '' ? null : machine,
      warnings: registry.warnings,
    };
    loaded = { registry, summary };
    tell();
    return { ok: true, registry: summary };
  };

  return {
    current: () => loaded,
    load,
    async setting(uri) {
      if (uri === fromSetting) return;
      fromSetting = uri;
      const progress = await serverProgress(options);
      try {
        const result = await load(uri ?? null, progress);
        if (!result.ok && result !== CANCELLED) {
          connection.console.warn(`registryDump: ${result.message}`);
          loaded = undefined;
          tell(result.message);
        }
      } finally {
        progress.done();
      }
    },
  };
}

/** Of the work, the part that reading the file is. */
const READ_PERCENT = 40;
/** How long the server hears nothing else while it reads a dump, in milliseconds. */
const SLICE = 25;

/**
 * Works in slices, and lets others work between them.
 * @param goesOn told the share that is done after each slice; when it says no, the work is given up
 */
async function inSlices(
  steps: Generator<number, RegistryResult, void>,
  timer: Timer,
  goesOn: (share: number) => boolean,
): Promise<RegistryResult | undefined> {
  let until = performance.now() + SLICE;
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() < until) continue;
    await new Promise<void>((resolve) => timer.setImmediate(resolve));
    if (!goesOn(step.value)) return undefined;
    until = performance.now() + SLICE;
  }
}

async function serverProgress({
  connection,
  clientProgress,
}: RegistryStoreOptions): Promise<Progress & { done(): void }> {
  const silent = { token: NEVER_CANCELLED, report() {}, done() {} };
  if (!clientProgress) return silent;
  try {
    const shown = await connection.window.createWorkDoneProgress();
    shown.begin('Registry dump', 0, undefined, true);
    return {
      token: shown.token,
      report: (percent, message) => shown.report(percent, message),
      done: () => shown.done(),
    };
  } catch (error) {
    connection.console.warn(`progress: ${stackOf(error)}`);
    return silent;
  }
}

const NEVER_CANCELLED: CancellationToken = {
  isCancellationRequested: false,
  onCancellationRequested: () => ({ dispose() {} }),
};

function nameOf(uri: string): string {
  const name = uri.slice(uri.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof ResponseError) return error.message;
  const { code, message } = error as { code?: unknown; message?: string };
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES' || code === 'EPERM') return 'it may not be read';
  if (code === 'EISDIR') return 'it is a folder';
  return message ?? String(error);
}
