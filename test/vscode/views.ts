/**
 * The views and the longer ways of the packed extension, by mouse and keyboard in a real VS Code: matching against a
 * registry dump, the bundles of the workspace, a conversion. Screenshots go to `shots/views/`.
 */
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { packageExtension } from '../../scripts/package.ts';
import {
  ensureServer,
  installVsix,
  projectRoot,
  remoteUri,
  SetupError,
  windowUrl,
} from '../../scripts/vscode-host.ts';
import { bundleSteps, filterStep } from './bundleSteps.ts';
import { decisionSteps } from './decision.ts';
import { type Counts, finish, openWindow, profileIn, workFolder } from './window.ts';
import {
  answer,
  chooseFile,
  clickUntil,
  eventually,
  goTo,
  lineWith,
  openFile,
  PATIENCE,
  pick,
  picture,
  runCommand,
  runInTurn,
  type Step,
  untilSeen,
} from './workbench.ts';

const work = workFolder();
const folder = path.join(work, 'UsbLamp');
const infoPlist = path.join(folder, 'UsbLampDriver/Info.plist');
const shots = path.join(projectRoot, 'shots/views');
const counts: Counts = { passed: 0, failed: 0, skipped: 0 };

const shot = (page: Page, name: string) => picture(page, path.join(shots, `${name}.png`));

const view = (page: Page, name: string) => page.locator('.pane').filter({ hasText: name });
const row = (page: Page, text: string) =>
  page.locator('.pane-body .monaco-list-row').filter({ hasText: text }).first();

const steps: Step[] = [
  {
    name: 'the Match view says how to get a dump before there is one',
    async run(page) {
      await page.locator('.editor-instance .view-lines').first().waitFor({ timeout: 60_000 });
      await page.locator('.squiggly-error').first().waitFor({ timeout: 30_000 });
      await page.locator('.activitybar .action-item', { has: page.getByLabel('Driver Plist') }).click();
      await view(page, 'Match').getByText('ioreg -l -w0').waitFor();
      await shot(page, '1-welcome');
    },
  },
  {
    name: 'a dump is loaded by its command; devices, winner and what matches nothing are shown',
    async run(page) {
      await runCommand(page, 'Driver Plist: Load Registry Dump');
      await chooseFile(page, path.join(folder, 'lamps.ioreg.txt'), 'Load');
      await row(page, 'USB devices').waitFor();
      await row(page, 'Ceiling Lamp').waitFor();
      await row(page, 'Match nothing').waitFor();
      await page.locator('.codelens-decoration').first().waitFor();
      await shot(page, '2-match');
    },
  },
  filterStep,
  {
    name: 'a lens opens the explanation beside the text',
    async run(page) {
      const tab = page.locator('.tab', { hasText: 'Match of' });
      const lens = page.locator('.codelens-decoration a', { hasText: 'matches' }).first();
      await clickUntil(lens, () => tab.isVisible(), 'the explanation opens');
      // Drawn in a frame of a frame, when VS Code has its Markdown extension up.
      const drawn = () =>
        Promise.all(page.frames().map((frame) => frame.locator('.markdown-body h1').count()));
      await eventually(async () => (await drawn()).some((count) => count > 0), 'the page is drawn');
      await shot(page, '3-explanation');
      await runCommand(page, 'View: Close Editor');
      await openFile(page, 'UsbLampDriver/Info.plist');
    },
  },
  {
    name: 'a personality is added for a device by its button in the view',
    async run(page) {
      await goTo(page, readFileSync(infoPlist, 'utf8'), 'UsbLamp', 'IOKitPersonalities');
      const device = row(page, 'Ceiling Lamp');
      const offers = page.locator('.quick-input-list .monaco-list-row').first();
      await untilSeen(
        async () => {
          await device.hover({ timeout: 5000 });
          await device.getByRole('button', { name: /Add Personality/ }).click({ timeout: 5000 });
        },
        () => offers.isVisible(),
        'it asks for the precision',
      );
      await shot(page, '4-precision');
      await pick(page, 'every release of the product');
      await page.locator('.notification-toast', { hasText: 'transport.usb' }).waitFor();
      await shot(page, '5-added');
      await eventually(async () => {
        await page.keyboard.press('Control+S');
        return readFileSync(infoPlist, 'utf8').includes('<key>USBHostDevice_1209_0007</key>');
      }, 'the personality is in the file');
      await row(page, 'USBHostDevice_1209_0007').waitFor();
      await shot(page, '6-matched');
    },
  },
  ...decisionSteps(infoPlist, shot),
  {
    name: 'the bundles of the workspace stand in a tree, with their findings; a click goes there',
    async run(page) {
      await row(page, 'UsbLampDriver').waitFor();
      await shot(page, '7-bundles');
      const tab = page.locator('.tab.active', { hasText: 'UsbLampDriver.entitlements' });
      await clickUntil(row(page, 'driverkit.transport.usb'), () => tab.isVisible(), 'the file opens');
    },
  },
  {
    name: 'a kext is converted from the menu of the explorer, by questions and preview',
    async run(page) {
      await page.keyboard.press('Control+Shift+E');
      const kext = page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'Gadget.kext' });
      const menu = page.locator('.monaco-menu');
      const entry = menu.getByText('Convert Kext to Codeless Dext');
      await untilSeen(
        () => kext.getByText('Gadget.kext').click({ button: 'right', timeout: 5000 }),
        () => entry.isVisible(),
        'the menu opens',
      );
      await shot(page, '8-menu');
      await clickUntil(entry, async () => !(await menu.isVisible()), 'the entry is taken');
      await pick(page, 'A Project of Its Own');
      await answer(page, 'Bundle id', 'org.acme', async () => {
        await page.locator('.quick-input-message', { hasText: 'too short' }).waitFor();
        await shot(page, '9-bundle-id');
      });
      await answer(page, 'Bundle id', 'org.acme.gadget.driver');
      await answer(page, 'Class of the driver', 'GadgetDriver');
      await answer(page, 'Developer team', '');
      await shot(page, '10-folder');
      await pick(page, 'Gadget');
      const preview = page.locator('.bulk-edit-panel');
      await preview.getByText('Info.plist').first().waitFor();
      await shot(page, '11-preview');
      const made = path.join(folder, 'Gadget/GadgetDriver/Info.plist');
      const apply = preview.getByText('Apply', { exact: true });
      await clickUntil(apply, async () => existsSync(made), 'the files are written');
      await page.locator('.tab.active', { hasText: 'Info.plist' }).waitFor();
      await lineWith(page, 'The gadget of the first series').waitFor();
      await shot(page, '12-converted');
      assert.match(readFileSync(made, 'utf8'), /<string>GadgetDriver</);
      assert.equal(await page.locator('.editor-instance .squiggly-error').count(), 0);
    },
  },
  {
    name: 'a kext goes into the project that is there, once its change is checked in the preview',
    async run(page) {
      const project = path.join(folder, 'project.yml');
      const before = readFileSync(project, 'utf8');
      await openFile(page, 'Gadget.kext/Contents/Info.plist');
      await runCommand(page, 'Driver Plist: Convert Kext to Codeless Dext');
      await page.locator('.quick-input-list .monaco-list-row').first().waitFor();
      await shot(page, '13-into-project');
      await pick(page, 'Add to project.yml');
      await answer(page, 'Bundle id', 'com.example.UsbLamp.gadget');
      await answer(page, 'Class of the driver', 'LampGadget');
      await answer(page, 'Developer team', '');
      const preview = page.locator('.bulk-edit-panel');
      const change = preview.locator('.monaco-list-row', { hasText: 'project.yml' }).first();
      await change.waitFor();
      const tick = change.locator('.edit-checkbox');
      assert.equal(await tick.isChecked(), false, 'what is there waits for a tick');
      await clickUntil(tick, () => tick.isChecked(), 'the change is checked');
      await shot(page, '14-project-preview');
      const apply = preview.getByText('Apply', { exact: true });
      const changed = () => readFileSync(project, 'utf8') !== before;
      await clickUntil(apply, async () => changed(), 'the project is written');
      const after = readFileSync(project, 'utf8');
      for (const line of before.split('\n')) assert.ok(after.includes(line), line);
      assert.match(after, /- target: GadgetDriver\n\s+embed: true/);
      const made = path.join(folder, 'GadgetDriver/Info.plist');
      await eventually(async () => existsSync(made), 'the files are written');
      await shot(page, '15-in-project');
      assert.ok(!existsSync(path.join(folder, 'Gadget.xcodeproj')));
    },
  },
  ...bundleSteps(folder, shot),
];

async function main(): Promise<void> {
  const vscode = ensureServer();
  const vsix = packageExtension(path.join(work, 'driver-plist.vsix'));
  rmSync(shots, { recursive: true, force: true });
  mkdirSync(shots, { recursive: true });
  cpSync(path.join(projectRoot, 'samples/UsbLamp'), folder, { recursive: true });
  const dump = path.join(import.meta.dirname, 'fixtures/lamps.ioreg.txt');
  cpSync(dump, path.join(folder, 'lamps.ioreg.txt'));
  const kext = path.join(import.meta.dirname, 'fixtures/Gadget.kext');
  cpSync(kext, path.join(folder, 'Gadget.kext'), { recursive: true });
  installVsix(vscode, vsix, profileIn(work));
  const settings = { 'workbench.colorTheme': 'Default Dark Modern', 'files.simpleDialog.enable': true };
  const window = await openWindow(vscode, { work, settings });
  const { page, server, token } = window;
  page.setDefaultTimeout(PATIENCE);
  try {
    await page.goto(windowUrl(server, token, folder, [['openFile', remoteUri(server.url, infoPlist)]]));
    await runInTurn(page, steps, counts, shot);
    assert.ok(!readFileSync(infoPlist, 'utf8').includes('LAMP-000042'));
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
