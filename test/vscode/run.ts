/**
 * Runs the suite inside VS Code's extension hosts: once on Node, once in a worker of the browser (as on vscode.dev),
 * then the few tests that need a window of several folders, or one that nobody trusts. Host of the first: the desktop
 * through @vscode/test-electron where there is a display and VS Code can be had, else VS Code's server with a headless
 * browser, as for the others. DRIVER_PLIST_HOST=desktop or =server chooses. Says which and why.
 * Arguments name the runs that are wanted: `node`, `browser`, `folders`, `untrusted`; none: all.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ensureServer, remoteUri, SetupError, windowUrl } from '../../scripts/vscode-host.ts';
import { buildExtension, buildSuite, makeWorkspace, type Run, runs } from './suites.ts';
import { type Counts, finish, openWindow, workFolder } from './window.ts';

const LIMIT_MS = 420_000;
/** In a browser VS Code saves by itself after a second: a test that is slower than that would change its fixture. */
const SETTINGS = { 'files.autoSave': 'off' };
const work = workFolder();

/** Why the suite cannot run on the desktop, or undefined. */
function whyNoDesktop(): string | undefined {
  if (process.env.DRIVER_PLIST_HOST === 'server') return 'DRIVER_PLIST_HOST is server';
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY) return 'there is no display';
  return undefined;
}

/** What one window needs, and where it leaves its report. */
interface Place {
  readonly run: Run;
  readonly extensionRoot: string;
  readonly suite: string;
  readonly workspace: string;
  readonly folder: string;
}

async function onDesktop({ extensionRoot, suite, workspace }: Place): Promise<number> {
  const { downloadAndUnzipVSCode, runTests } = await import('@vscode/test-electron');
  const vscodeExecutablePath = process.env.VSCODE_EXECUTABLE ?? (await downloadAndUnzipVSCode('stable'));
  return runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath: extensionRoot,
    extensionTestsPath: suite,
    launchArgs: [workspace, '--disable-extensions', '--disable-workspace-trust', '--skip-welcome'],
  });
}

async function onServer({ run, extensionRoot, suite, workspace, folder }: Place): Promise<number> {
  const { settings, untrusted } = run;
  const window = await openWindow(ensureServer(), {
    work: folder,
    settings: { ...SETTINGS, ...settings },
    untrusted,
    underTest: true,
  });
  const { page, server, token } = window;
  let timer: NodeJS.Timeout | undefined;
  try {
    const ended = new Promise<number>((resolve, reject) => {
      const exit = page.exposeFunction('codeAutomationExit', resolve);
      exit.catch(reject);
      page.on('crash', () => reject(new Error('the browser tab crashed')));
      timer = setTimeout(() => reject(new Error(`no result within ${LIMIT_MS} ms`)), LIMIT_MS);
    });
    const hostLog = path.join(folder, 'automation.log');
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
    await page.screenshot({ path: path.join(folder, 'failure.png') }).catch(() => undefined);
    throw error;
  } finally {
    clearTimeout(timer);
    await window.close();
  }
}

async function onItsHost(place: Place): Promise<number> {
  const { desktop } = place.run;
  const why = desktop ? whyNoDesktop() : undefined;
  if (desktop && why === undefined) {
    console.log(`${place.run.what}: the desktop, through @vscode/test-electron.`);
    try {
      return await onDesktop(place);
    } catch (error) {
      if (process.env.DRIVER_PLIST_HOST === 'desktop' || existsSync(reportOf(place))) throw error;
      console.log(`${place.run.what}: VS Code's server, since the desktop could not be had: ${error}`);
      return onServer(place);
    }
  }
  if (desktop && process.env.DRIVER_PLIST_HOST === 'desktop') throw new SetupError(`No desktop: ${why}.`);
  const because = why === undefined ? '' : `, since ${why}`;
  console.log(`${place.run.what}: VS Code's server and a headless browser${because}.`);
  return onServer(place);
}

/** What the suite leaves beside its workspace (`suite/index.ts`). */
interface SuiteReport {
  readonly host: string;
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
}

const reportOf = ({ folder }: Place) => path.join(folder, 'report.json');

function show(file: string, lines = Number.POSITIVE_INFINITY): void {
  if (!existsSync(file)) return;
  const text = readFileSync(file, 'utf8').trimEnd().split('\n');
  console.log(text.slice(Number.isFinite(lines) ? -lines : 0).join('\n'));
}

/** One run of the suite in a window of its own; tells what it saw. */
async function runIn(place: Place, counts: Counts): Promise<void> {
  const started = performance.now();
  let status = 1;
  let trouble: unknown;
  try {
    status = await onItsHost(place);
  } catch (error) {
    trouble = error;
  }
  console.log(`\n${place.run.what}:`);
  show(path.join(place.folder, 'report.log'));
  // Status 0 alone is no pass: a host that was killed reports 0 as well.
  if (!existsSync(reportOf(place))) {
    counts.failed++;
    show(path.join(place.folder, 'automation.log'), 12);
    if (trouble instanceof SetupError) console.error(trouble.message);
    else console.error(trouble ?? `VS Code ended with ${status} and left no report.`);
    return;
  }
  const report = JSON.parse(readFileSync(reportOf(place), 'utf8')) as SuiteReport;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`  ${report.host}: ${seconds} s`);
  counts.passed += report.passed.length;
  counts.skipped += report.skipped.length;
  // Where a report tells the failures, the host's own word for them adds nothing.
  counts.failed += report.failed.length === 0 && status !== 0 ? 1 : report.failed.length;
}

/** Runs one after the other, each in a window of its own. */
async function inTurn(lane: readonly Run[], extensionRoot: string, counts: Counts): Promise<void> {
  for (const run of lane) {
    const folder = path.join(work, run.name);
    mkdirSync(folder, { recursive: true });
    const suite = await buildSuite(run, extensionRoot);
    await runIn({ run, extensionRoot, suite, workspace: makeWorkspace(run, folder), folder }, counts);
  }
}

const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
const names = process.argv.slice(2);
const wanted = runs.filter(({ name }) => names.length === 0 || names.includes(name));
const { extensionRoot, remove } = buildExtension();
try {
  // Before two of them ask for it at once.
  ensureServer();
  // Much of a run is waiting: two at a time.
  const lanes = [0, 1].map((lane) => wanted.filter((_, index) => index % 2 === lane));
  await Promise.all(lanes.map((lane) => inTurn(lane, extensionRoot, counts)));
} catch (error) {
  counts.failed++;
  console.error(error instanceof SetupError ? error.message : error);
} finally {
  remove();
}
finish(counts, work);
