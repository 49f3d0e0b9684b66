/**
 * Runs the suite inside VS Code's extension host. Host: the desktop through @vscode/test-electron where there is a
 * display and VS Code can be had, else VS Code's server with a headless browser. DRIVER_PLIST_HOST=desktop or
 * =server chooses. Says which and why.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, globSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { ensureServer, projectRoot, remoteUri, SetupError, windowUrl } from '../../scripts/vscode-host.ts';
import type { SuiteReport } from './suite/index.ts';
import { type Counts, finish, openWindow, workFolder } from './window.ts';

const LIMIT_MS = 240_000;

const work = workFolder();
const report = path.join(work, 'report.json');
const workspace = path.join(work, 'workspace');
/** Beside node_modules, where the suite finds mocha. */
const extensionRoot = path.join(projectRoot, '.vscode-test', `under-test-${process.pid}`);
const suite = path.join(extensionRoot, 'suite/index.cjs');
/** What the window says on the server host. */
const hostLog = path.join(work, 'automation.log');
const env = { DRIVER_PLIST_SUITE_REPORT: report };

/** A copy of the extension with bundles of its own, so that another build cannot take them away meanwhile. */
async function prepare(): Promise<void> {
  for (const name of [
    'package.json',
    'package.nls.json',
    'language-configuration.json',
    'syntaxes',
    'schemas',
    'images',
  ]) {
    cpSync(path.join(projectRoot, name), path.join(extensionRoot, name), { recursive: true });
  }
  const build = ['scripts/build.ts', '--outdir', path.join(extensionRoot, 'dist')];
  const { status, stderr } = spawnSync(process.execPath, build, { cwd: projectRoot, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the build failed:\n${stderr}`);
  await esbuild.build({
    entryPoints: globSync('test/vscode/suite/{index,*.test}.ts', { cwd: projectRoot }),
    absWorkingDir: projectRoot,
    outdir: path.join(extensionRoot, 'suite'),
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'es2022',
    sourcemap: 'inline',
    external: ['vscode', 'mocha'],
    logLevel: 'warning',
  });
  cpSync(path.join(import.meta.dirname, 'fixtures'), workspace, { recursive: true });
}

/** Why the suite cannot run on the desktop, or undefined. */
function whyNoDesktop(): string | undefined {
  if (process.env.DRIVER_PLIST_HOST === 'server') return 'DRIVER_PLIST_HOST is server';
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY) return 'there is no display';
  return undefined;
}

async function runOnDesktop(): Promise<number> {
  const { downloadAndUnzipVSCode, runTests } = await import('@vscode/test-electron');
  const vscodeExecutablePath = process.env.VSCODE_EXECUTABLE ?? (await downloadAndUnzipVSCode('stable'));
  return runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath: extensionRoot,
    extensionTestsPath: suite,
    launchArgs: [workspace, '--disable-extensions', '--disable-workspace-trust', '--skip-welcome'],
    extensionTestsEnv: env,
  });
}

async function runOnServer(): Promise<number> {
  const window = await openWindow(ensureServer(), { work, env, underTest: true });
  const { page, server, token } = window;
  let timer: NodeJS.Timeout | undefined;
  try {
    const ended = new Promise<number>((resolve, reject) => {
      const exit = page.exposeFunction('codeAutomationExit', resolve);
      exit.catch(reject);
      page.on('crash', () => reject(new Error('the browser tab crashed')));
      timer = setTimeout(() => reject(new Error(`no result within ${LIMIT_MS} ms`)), LIMIT_MS);
    });
    const log = (type: string, args: unknown[]) => appendFileSync(hostLog, `[${type}] ${args.join(' ')}\n`);
    await page.exposeFunction('codeAutomationLog', log);
    const payload: [string, string][] = [
      ['extensionDevelopmentPath', remoteUri(server.url, extensionRoot)],
      ['extensionTestsPath', remoteUri(server.url, suite)],
      ['skipWelcome', 'true'],
    ];
    await page.goto(windowUrl(server, token, workspace, payload));
    return await ended;
  } catch (error) {
    await page.screenshot({ path: path.join(work, 'failure.png') }).catch(() => undefined);
    throw error;
  } finally {
    clearTimeout(timer);
    await window.close();
  }
}

async function runSuite(): Promise<number> {
  const why = whyNoDesktop();
  if (why === undefined) {
    console.log('Host: the desktop, through @vscode/test-electron.');
    try {
      return await runOnDesktop();
    } catch (error) {
      if (process.env.DRIVER_PLIST_HOST === 'desktop' || existsSync(report)) throw error;
      console.log(`Host: VS Code's server, since the desktop could not be had: ${error}`);
      return runOnServer();
    }
  }
  if (process.env.DRIVER_PLIST_HOST === 'desktop') throw new SetupError(`No desktop: ${why}.`);
  console.log(`Host: VS Code's server and a headless browser, since ${why}.`);
  return runOnServer();
}

const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
try {
  await prepare();
  const status = await runSuite().catch((error) => {
    // Where a report tells the failures, the host's own word for them adds nothing.
    if (!existsSync(report)) throw error;
    return 1;
  });
  // Status 0 alone is no pass: a host that was killed reports 0 as well.
  if (!existsSync(report)) {
    const said = existsSync(hostLog)
      ? readFileSync(hostLog, 'utf8').trimEnd().split('\n').slice(-12).join('\n')
      : '';
    throw new Error(`VS Code ended with ${status} and left no report: no test ran.\n${said}`);
  }
  const { host, passed, failed, skipped } = JSON.parse(readFileSync(report, 'utf8')) as SuiteReport;
  console.log(readFileSync(`${report}.log`, 'utf8').trimEnd());
  console.log(`  ${host}`);
  counts.passed = passed.length;
  counts.failed = failed.length === 0 && status !== 0 ? 1 : failed.length;
  counts.skipped = skipped.length;
} catch (error) {
  counts.failed++;
  console.error(error instanceof SetupError ? error.message : error);
} finally {
  rmSync(extensionRoot, { recursive: true, force: true });
}
finish(counts, work);
