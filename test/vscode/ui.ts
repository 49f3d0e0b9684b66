/**
 * The packed extension as a person meets it: the .vsix installed into a real VS Code, its sample project open,
 * mouse and keyboard on the window. Once where extensions run on Node, once where they run in the browser (as on
 * vscode.dev). Screenshots go to `shots/`.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { packageExtension } from '../../scripts/package.ts';
import {
  ensureServer,
  installVsix,
  projectRoot,
  remoteUri,
  SetupError,
  type VsCodeServer,
  windowUrl,
} from '../../scripts/vscode-host.ts';
import { IN_BROWSER_SETTINGS } from './suites.ts';
import { type Counts, finish, openWindow, profileIn, workFolder } from './window.ts';
import {
  clickUntil,
  eventually,
  goTo,
  lineWith,
  openFile,
  PATIENCE,
  pick,
  picture,
  quickFix,
  runCommand,
  runInTurn,
  type Step,
  untilSeen,
} from './workbench.ts';

interface Host {
  readonly name: 'node' | 'browser';
  readonly settings: Readonly<Record<string, unknown>>;
}

const hosts: readonly Host[] = [
  { name: 'node', settings: {} },
  { name: 'browser', settings: IN_BROWSER_SETTINGS },
];

const work = workFolder();
const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
let host = hosts[0] as Host;
let folder = '';
let infoPlist = '';

const kindItem = (page: Page) =>
  page.locator('.statusbar-item[id="driver-plist.driver-plist.driverPlist.kind"]');
const squiggles = (page: Page) => page.locator('.squiggly-error');
const shotsFolder = () => path.join(projectRoot, 'shots', host.name);
const shot = (page: Page, name: string) => picture(page, path.join(shotsFolder(), `${name}.png`));

const read = () => readFileSync(infoPlist, 'utf8');

/** Saves until the file says what it should, and gives its text. */
async function saved(page: Page, expected: RegExp): Promise<string> {
  await eventually(async () => {
    await page.keyboard.press('Control+S');
    return expected.test(read());
  }, `the file matches ${expected}`).catch((error) => {
    throw new Error(`${error.message}\n${read()}`);
  });
  return read();
}

/** The processes that run our server out of this run's folder. */
function serverProcesses(): string[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  const ours = lines.filter((line) => line.includes(work) && line.includes('dist/server.js'));
  return ours.map((line) => line.trim().split(/\s/)[0] ?? '');
}

const steps: Step[] = [
  {
    name: 'the mistakes of the sample are underlined, the kind stands in the status bar',
    async run(page) {
      await page.locator('.editor-instance .view-lines').first().waitFor({ timeout: 60_000 });
      await squiggles(page).first().waitFor({ timeout: 30_000 });
      await kindItem(page).getByText('Driver Extension').waitFor();
      await page.locator('.statusbar-item', { hasText: 'Property List' }).waitFor();
      await shot(page, '1-open');
      assert.ok((await squiggles(page).count()) >= 1);
    },
  },
  {
    name: 'the server runs as a process on Node, as a worker in the browser',
    async run() {
      assert.equal(serverProcesses().length, host.name === 'node' ? 1 : 0);
    },
  },
  {
    name: 'the Problems view lists them, each with its rule',
    async run(page) {
      await page.keyboard.press('Control+Shift+M');
      const rows = page.locator('.markers-panel .monaco-list-row');
      await rows.filter({ hasText: 'dext/missing-user-class' }).waitFor();
      await rows.filter({ hasText: 'match/usb-value-type' }).waitFor();
      await shot(page, '2-problems');
      await page.keyboard.press('Control+J');
    },
  },
  {
    name: 'a key is explained under the mouse',
    async run(page) {
      const key = lineWith(page, 'CFBundleIdentifierKernel').getByText('CFBundleIdentifierKernel');
      const hover = page
        .locator('.monaco-hover:not(.hidden)', { hasText: 'CFBundleIdentifierKernel' })
        .first();
      await untilSeen(
        async () => {
          await page.mouse.move(5, 5);
          await key.hover({ timeout: 5000 });
        },
        () => hover.isVisible(),
        'the hover',
      );
      await shot(page, '3-hover');
      assert.match((await hover.textContent()) ?? '', /kernel/i);
      await page.mouse.move(5, 5);
    },
  },
  {
    name: 'a mistyped number is repaired by its quick fix',
    async run(page) {
      await goTo(page, read(), '0x12');
      await quickFix(page, '<integer>', () => shot(page, '4-quick-fix'));
      await saved(page, /<integer>(?:0x1209|4617)<\/integer>\s*<key>idProduct/);
    },
  },
  {
    name: 'a misspelt key is repaired, and the warning about the missing one goes too',
    async run(page) {
      await goTo(page, read(), 'OSBundleUsageDes');
      await quickFix(page, 'OSBundleUsageDescription');
      await saved(page, /<key>OSBundleUsageDescription</);
      await eventually(
        async () => (await page.locator('.squiggly-warning').count()) === 0,
        'no warning left',
      );
    },
  },
  {
    name: 'a missing key is added by the quick fix on its personality, then the class is named',
    async run(page) {
      await goTo(page, read(), 'UsbLamp', 'IOKitPersonalities');
      await quickFix(page, 'Add IOUserClass');
      await saved(page, /<key>IOUserClass<[\s\S]*<key>IOUserClass</);
      await goTo(page, read(), 'MyDriver');
      await page.keyboard.press('Control+Backspace');
      await page.keyboard.type('UsbLampDriver');
      await page.keyboard.press('Escape');
      await saved(page, /<string>UsbLampDriver<\/string>/);
      await eventually(async () => (await squiggles(page).count()) === 0, 'no error left');
      await shot(page, '5-repaired');
    },
  },
  {
    name: 'completion in a typed key writes key and value',
    async run(page) {
      await goTo(page, read(), '<integer>1</integer>', 'bInterfaceNumber');
      await page.keyboard.press('Enter');
      await page.keyboard.type('<key>bInterfaceC', { delay: 40 });
      await page
        .locator('.suggest-widget.visible .monaco-list-row.focused', { hasText: 'bInterfaceClass' })
        .waitFor();
      await shot(page, '6-completion');
      await page.keyboard.press('Tab');
      await eventually(() => lineWith(page, 'bInterfaceClass').isVisible(), 'the key');
      await page.keyboard.press('Escape');
      const text = await saved(page, /<key>bInterfaceClass<\/key>\s*<integer>[^<]*<\/integer>/);
      assert.equal(text.split('bInterfaceClass').length, 2);
      await eventually(async () => (await squiggles(page).count()) === 0, 'no error left');
      await shot(page, '7-completed');
    },
  },
  {
    name: 'another kind is chosen, kept as a comment, and taken back',
    async run(page) {
      const kinds = page.locator('.quick-input-list .monaco-list-row').first();
      await clickUntil(kindItem(page), () => kinds.isVisible(), 'the kinds are offered');
      await shot(page, '8-kinds');
      await pick(page, 'Codeless Driver Extension');
      await pick(page, 'In the File');
      await kindItem(page).getByText('Codeless Driver Extension').waitFor();
      await saved(page, /<!-- driver-plist-kind: codeless-dext -->\n<plist/);
      await runCommand(page, 'Driver Plist: Select Kind of Bundle');
      await pick(page, 'Detect Automatically');
      await kindItem(page).getByText('Driver Extension', { exact: true }).waitFor();
      await saved(page, /^(?![\s\S]*driver-plist-kind)/);
    },
  },
  {
    name: 'another kind is kept in the settings of the workspace, and taken back',
    async run(page) {
      const settings = path.join(folder, '.vscode/settings.json');
      await runCommand(page, 'Driver Plist: Select Kind of Bundle');
      await pick(page, 'Other Property List');
      await pick(page, 'In the Settings of the Workspace');
      await kindItem(page).getByText('Other Property List').waitFor();
      assert.deepEqual(JSON.parse(readFileSync(settings, 'utf8')), {
        'driverPlist.kinds': { 'UsbLampDriver/Info.plist': 'plist' },
      });
      await runCommand(page, 'Driver Plist: Select Kind of Bundle');
      await pick(page, 'Detect Automatically');
      await kindItem(page).getByText('Driver Extension', { exact: true }).waitFor();
      assert.deepEqual(JSON.parse(readFileSync(settings, 'utf8')), {});
    },
  },
  {
    name: 'entitlements are known as such',
    async run(page) {
      await openFile(page, 'UsbLampDriver.entitlements');
      await kindItem(page).getByText('Entitlements').waitFor();
      await squiggles(page).first().waitFor();
      await shot(page, '9-entitlements');
    },
  },
  {
    name: 'the server restarts on command',
    async run(page) {
      const before = serverProcesses();
      await runCommand(page, 'Driver Plist: Restart Language Server');
      await eventually(() => {
        const now = serverProcesses();
        return now.length === before.length && now.every((pid) => !before.includes(pid));
      }, 'another process, where there is one');
      await eventually(async () => (await squiggles(page).count()) > 0, 'findings again');
      await kindItem(page).getByText('Entitlements').waitFor();
    },
  },
];

async function main(): Promise<void> {
  const vscode = ensureServer();
  const vsix = packageExtension(path.join(work, 'driver-plist.vsix'));
  for (const one of hosts) {
    host = one;
    console.log(`Extensions run ${host.name === 'node' ? 'on Node' : 'in the browser'}:`);
    await runSteps(vscode, vsix);
  }
}

async function runSteps(vscode: VsCodeServer, vsix: string): Promise<void> {
  const place = path.join(work, host.name);
  folder = path.join(place, 'UsbLamp');
  infoPlist = path.join(folder, 'UsbLampDriver/Info.plist');
  rmSync(shotsFolder(), { recursive: true, force: true });
  mkdirSync(shotsFolder(), { recursive: true });
  cpSync(path.join(projectRoot, 'samples/UsbLamp'), folder, { recursive: true });
  installVsix(vscode, vsix, profileIn(place));
  const settings = { 'workbench.colorTheme': 'Default Dark Modern', ...host.settings };
  const window = await openWindow(vscode, { work: place, settings });
  const { page, server, token } = window;
  page.setDefaultTimeout(PATIENCE);
  try {
    await page.goto(windowUrl(server, token, folder, [['openFile', remoteUri(server.url, infoPlist)]]));
    await runInTurn(page, steps, counts, shot);
  } finally {
    await window.close();
  }
}

try {
  await main();
} catch (error) {
  counts.failed++;
  console.error(error instanceof SetupError ? error.message : error);
}
finish(counts, work);
