/**
 * `npm start`: a VS Code window with the extension on a copy of the sample project.
 * On the desktop where there is one (`code` on the PATH, or VSCODE naming it), else VS Code's server, whose
 * address is printed. DRIVER_PLIST_HOST=server or =desktop chooses; PORT fixes the server's port.
 */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { packageExtension } from './package.ts';
import {
  ensureServer,
  installVsix,
  projectRoot,
  remoteUri,
  SetupError,
  startServer,
  windowUrl,
} from './vscode-host.ts';

const state = path.join(projectRoot, '.vscode-test');
const sample = path.join(state, 'UsbLamp');
const firstFile = path.join(sample, 'UsbLampDriver/Info.plist');
const code = process.env.VSCODE ?? 'code';

/** Why the window cannot be the desktop's, or undefined. */
function whyNoDesktop(): string | undefined {
  if (process.env.DRIVER_PLIST_HOST === 'server') return 'DRIVER_PLIST_HOST is server';
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    return 'there is no display';
  }
  const { status } = spawnSync(code, ['--version'], { shell: process.platform === 'win32' });
  return status === 0 ? undefined : `"${code}" does not start (VSCODE=path names another)`;
}

function openDesktop(): void {
  console.log('Opening VS Code …');
  const args = ['--new-window', '--disable-workspace-trust', '--skip-welcome'];
  args.push('--user-data-dir', path.join(state, 'desktop-profile'));
  args.push(`--extensionDevelopmentPath=${projectRoot}`, sample, firstFile);
  spawn(code, args, { stdio: 'inherit', shell: process.platform === 'win32' });
}

async function openServer(): Promise<void> {
  const vscode = ensureServer();
  const vsix = packageExtension();
  const dataDir = path.join(state, 'start-data');
  const profile = { dataDir, extensionsDir: path.join(dataDir, 'extensions') };
  installVsix(vscode, vsix, profile);
  const token = randomBytes(16).toString('hex');
  const server = await startServer(vscode, {
    ...profile,
    token,
    port: Number(process.env.PORT ?? 0),
    log: path.join(dataDir, 'server.log'),
  });
  const address = windowUrl(server, token, sample, [['openFile', remoteUri(server.url, firstFile)]]);
  console.log(`\nVS Code with Driver Plist is at\n\n  ${address}\n`);
  console.log(
    'Open it in a browser on this machine. README.md in the sample says what to try. Ctrl+C ends it.',
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void server.stop().then(() => process.exit(0)));
  }
}

try {
  rmSync(sample, { recursive: true, force: true });
  cpSync(path.join(projectRoot, 'samples/UsbLamp'), sample, { recursive: true });
  const why = whyNoDesktop();
  if (why !== undefined && process.env.DRIVER_PLIST_HOST === 'desktop')
    throw new SetupError(`No desktop: ${why}.`);
  if (why === undefined) {
    packageExtension();
    openDesktop();
  } else {
    console.log(`VS Code runs as a server, since ${why}.`);
    await openServer();
  }
} catch (error) {
  console.error(error instanceof SetupError ? error.message : error);
  process.exitCode = 2;
}
