/** The windows that the suite runs in, and what each of them loads: extension, bundle of tests, workspace. */
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { projectRoot } from '../../scripts/vscode-host.ts';

export interface Run {
  readonly name: string;
  /** For a person who reads the output. */
  readonly what: string;
  /** Folder of its tests under `suite/`. */
  readonly tests: string;
  readonly host: 'node' | 'browser';
  /** May run in a desktop VS Code. */
  readonly desktop?: boolean;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly untrusted?: boolean;
  /** The window has several folders: the names of their settings, as `.vscode/settings.json` has them. */
  readonly folders?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A window takes the browser's door of an extension when it is told that the extension belongs there. */
export const IN_BROWSER_SETTINGS = { 'remote.extensionKind': { 'driver-plist.driver-plist': ['web'] } };

export const runs: readonly Run[] = [
  { name: 'node', what: 'Extensions on Node', tests: '.', host: 'node', desktop: true },
  {
    name: 'browser',
    what: 'Extensions in the browser',
    tests: '.',
    host: 'browser',
    settings: IN_BROWSER_SETTINGS,
  },
  {
    name: 'folders',
    what: 'A window of two folders',
    tests: 'folders',
    host: 'node',
    folders: {
      one: {},
      two: { 'driverPlist.rules': { 'dext/missing-user-class': 'info' } },
    },
  },
  {
    name: 'untrusted',
    what: 'A window that nobody trusts',
    tests: 'untrusted',
    host: 'node',
    untrusted: true,
  },
];

/** A copy of the extension with bundles of its own, so that another build cannot take them away meanwhile. */
export function buildExtension(): { extensionRoot: string; remove: () => void } {
  // Beside node_modules, where the suite finds mocha.
  const extensionRoot = path.join(projectRoot, '.vscode-test', `under-test-${process.pid}`);
  const names = [
    'package.json',
    'language-configuration.json',
    'syntaxes',
    'schemas',
    'images',
    'l10n',
    'samples',
  ];
  for (const name of [...names, ...globSync('package.nls*.json', { cwd: projectRoot })]) {
    cpSync(path.join(projectRoot, name), path.join(extensionRoot, name), { recursive: true });
  }
  const build = ['scripts/build.ts', '--outdir', path.join(extensionRoot, 'dist')];
  const { status, stderr } = spawnSync(process.execPath, build, { cwd: projectRoot, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the build failed:\n${stderr}`);
  return { extensionRoot, remove: () => rmSync(extensionRoot, { recursive: true, force: true }) };
}

/** Bundles the tests of a run into one file, as a worker of a browser can load it. Resolves to its path. */
export async function buildSuite(run: Run, extensionRoot: string): Promise<string> {
  const folder = path.join(import.meta.dirname, 'suite');
  const tests = globSync(path.join(run.tests, '*.test.ts'), { cwd: folder }).sort();
  if (tests.length === 0) throw new Error(`no tests in ${run.tests}`);
  const browser = run.host === 'browser';
  const entry = `
    import { createMocha } from './mocha.${run.host}.ts';
    import { runSuite } from './index.ts';
    export const run = () => runSuite(createMocha({ ui: 'tdd', timeout: 90_000, forbidOnly: true }), () => {
      ${tests.map((file) => `require(${JSON.stringify(`./${file.replaceAll('\\', '/')}`)});`).join('\n')}
    });`;
  const outfile = path.join(extensionRoot, 'suite', `${run.name}.js`);
  await esbuild.build({
    stdin: { contents: entry, resolveDir: folder, loader: 'ts' },
    outfile,
    bundle: true,
    platform: run.host,
    format: 'cjs',
    target: 'es2022',
    sourcemap: 'inline',
    define: { DRIVER_PLIST_IN_BROWSER: String(browser) },
    external: browser ? ['vscode'] : ['vscode', 'mocha'],
    alias: browser ? { 'node:assert/strict': path.join(folder, 'assert.browser.ts') } : {},
    logLevel: 'warning',
  });
  return outfile;
}

/** The fixtures, and the sample project beside them. */
function fill(folder: string): string {
  cpSync(path.join(import.meta.dirname, 'fixtures'), folder, { recursive: true });
  cpSync(path.join(projectRoot, 'samples/UsbLamp'), path.join(folder, 'UsbLamp'), { recursive: true });
  return folder;
}

/** Makes what the window opens: a folder with the fixtures, or a workspace of several such folders. */
export function makeWorkspace({ folders }: Run, place: string): string {
  if (folders === undefined) return fill(path.join(place, 'workspace'));
  for (const [name, settings] of Object.entries(folders)) {
    fill(path.join(place, name));
    mkdirSync(path.join(place, name, '.vscode'));
    writeFileSync(path.join(place, name, '.vscode/settings.json'), JSON.stringify(settings));
  }
  const file = path.join(place, 'several.code-workspace');
  const content = { folders: Object.keys(folders).map((name) => ({ path: name })), settings: {} };
  writeFileSync(file, JSON.stringify(content));
  return file;
}
