/**
 * A real VS Code on a machine that can download nothing but packages: the npm package `code-server` carries
 * VS Code's server and workbench. Here are its installation, start and addresses; a browser shows it.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

export const projectRoot = path.resolve(import.meta.dirname, '..');

/** Something that the machine lacks. The message names it and says how to get it. */
export class SetupError extends Error {}

/** Settings for a window without anything that moves or asks. */
export const CALM_SETTINGS = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
} as const;

/** A workspace that nobody trusts, and no question about it. */
const UNTRUSTED_SETTINGS = {
  'security.workspace.trust.enabled': true,
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
} as const;

/** Flags that let a headless browser run in a container, and keep it from calling anywhere. */
export const BROWSER_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const BROWSER_NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
];
const BROWSER_PATHS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:/Program Files/Google/Chrome/Application/chrome.exe',
  'C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe',
];

/** Path of a Chromium or Chrome; `CHROMIUM_PATH` goes first. @throws SetupError when there is none. */
export function findBrowser(env: NodeJS.ProcessEnv = process.env): string {
  const wanted = env.CHROMIUM_PATH;
  if (wanted !== undefined && wanted !== '') {
    if (existsSync(wanted)) return wanted;
    throw new SetupError(`CHROMIUM_PATH is set to ${wanted}, which does not exist.`);
  }
  const onPath = (env.PATH ?? '')
    .split(path.delimiter)
    .flatMap((folder) => BROWSER_NAMES.map((name) => path.join(folder, name)));
  const hit = [...onPath, ...BROWSER_PATHS].find((file) => existsSync(file));
  if (hit !== undefined) return hit;
  throw new SetupError(
    'No Chromium or Chrome found. On Debian and Ubuntu: apt-get install -y chromium. ' +
      'Elsewhere install Chrome, or set CHROMIUM_PATH to the browser.',
  );
}

export interface VsCodeServer {
  /** `server-main.js` of VS Code's server. */
  readonly main: string;
  /** Version of the `code-server` package. */
  readonly version: string;
}

/**
 * VS Code's server as pinned by `tools/vscode`, installed on first use into `.vscode-test/` (about 800 MB;
 * 15 to 30 seconds). No install script runs. @throws SetupError when npm cannot fetch it.
 */
export function ensureServer(say: (line: string) => void = console.log): VsCodeServer {
  const recipe = path.join(projectRoot, 'tools/vscode');
  const manifest = JSON.parse(readFileSync(path.join(recipe, 'package.json'), 'utf8'));
  const version: string = manifest.dependencies['code-server'];
  const folder = path.join(projectRoot, '.vscode-test', `code-server-${version}`);
  const vscode = path.join(folder, 'node_modules/code-server/lib/vscode');
  const stamp = path.join(folder, 'complete');
  const server = { main: path.join(vscode, 'out/server-main.js'), version };
  if (existsSync(stamp)) return server;

  say(
    `Installing VS Code (code-server ${version}) into ${path.relative(process.cwd(), folder) || folder}, once …`,
  );
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) {
    copyFileSync(path.join(recipe, name), path.join(folder, name));
  }
  npm(folder, 'ci');
  // `npm ci` refuses here: the shrinkwrap in the package does not match its package.json.
  npm(vscode, 'install', '--omit=dev');
  writeFileSync(stamp, '');
  return server;
}

function npm(cwd: string, ...args: string[]): void {
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const run = spawnSync('npm', [...args, ...options], {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    timeout: 600_000,
  });
  if (run.status === 0) return;
  const cause = run.error?.message ?? run.stderr.trim();
  throw new SetupError(`VS Code's server could not be installed: "npm ${args.join(' ')}" failed.\n${cause}`);
}

/** Folders of one VS Code installation: its data and its extensions. */
export interface Profile {
  readonly dataDir: string;
  readonly extensionsDir: string;
}

/** Installs a packaged extension into the server. @throws Error with VS Code's own words when it refuses. */
export function installVsix(server: VsCodeServer, vsix: string, profile: Profile): void {
  const args = [server.main, '--install-extension', vsix, '--force', '--accept-server-license-terms'];
  args.push('--server-data-dir', profile.dataDir, '--extensions-dir', profile.extensionsDir);
  const run = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 120_000 });
  if (run.status !== 0) throw new Error(`VS Code did not install ${vsix}:\n${run.stdout}${run.stderr}`);
}

export interface ServerOptions extends Profile {
  readonly token: string;
  /** 0: any free port. */
  readonly port?: number;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly log: string;
  /**
   * Lets a page carry an extension under test and its suite. VS Code then answers its own dialogs, so only the
   * suite asks for it.
   */
  readonly underTest?: boolean;
  /** Workspace trust is asked for, and so not given; else everything is trusted. */
  readonly untrusted?: boolean;
}

export interface RunningServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Starts the server on 127.0.0.1. Resolves when it listens; rejects with SetupError after 60 seconds. */
export async function startServer(server: VsCodeServer, options: ServerOptions): Promise<RunningServer> {
  const trust = options.untrusted ? UNTRUSTED_SETTINGS : {};
  const settings = JSON.stringify({ ...CALM_SETTINGS, ...trust, ...options.settings }, null, 2);
  for (const scope of ['Machine', 'User']) {
    const folder = path.join(options.dataDir, 'data', scope);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'settings.json'), settings);
  }
  const args = [server.main, '--host', '127.0.0.1', '--port', String(options.port ?? 0)];
  args.push('--connection-token', options.token, '--accept-server-license-terms', '--disable-telemetry');
  args.push('--server-data-dir', options.dataDir, '--extensions-dir', options.extensionsDir);
  if (!options.untrusted) args.push('--disable-workspace-trust');
  if (options.underTest) args.push('--enable-smoke-test-driver');
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = () => end(child);
  try {
    return { url: await listening(child, options.log), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function listening(child: ChildProcess, log: string): Promise<string> {
  const file = createWriteStream(log);
  let text = '';
  return new Promise((resolve, reject) => {
    const fail = (what: string) => reject(new SetupError(`VS Code's server ${what}:\n${text.slice(-2000)}`));
    const timer = setTimeout(() => fail('did not listen within 60 seconds'), 60_000);
    const read = (chunk: Buffer) => {
      file.write(chunk);
      if (text.length > 20_000) return;
      text += chunk;
      const port = /Extension host agent listening on (\d+)/.exec(text)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(`http://127.0.0.1:${port}`);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', (error) => fail(`could not be started (${error.message})`));
    child.once('exit', (code) => {
      clearTimeout(timer);
      file.end();
      fail(`ended with status ${code} before it listened`);
    });
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
  await gone;
  clearTimeout(timer);
}

/** URI of a local path as the window at `url` names it. */
export function remoteUri(url: string, file: string): string {
  return `vscode-remote://${new URL(url).host}${encodeURI(file)}`;
}

/**
 * Address of a window on a folder, or on a `.code-workspace` file. `payload` is what the desktop would take as command line arguments, such
 * as `['openFile', uri]`.
 */
export function windowUrl(
  server: { readonly url: string },
  token: string,
  folder: string,
  payload: readonly (readonly [string, string])[] = [],
): string {
  const url = new URL(server.url);
  url.searchParams.set('tkn', token);
  url.searchParams.set(folder.endsWith('.code-workspace') ? 'workspace' : 'folder', folder);
  if (payload.length > 0) url.searchParams.set('payload', JSON.stringify(payload));
  return url.href;
}
