/**
 * The views and the longer ways of the packed extension, by mouse and keyboard in a real VS Code: matching against a
 * registry dump, the bundles of the workspace, a conversion. Screenshots go to `shots/views/`.
 */
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { FrameLocator, Page } from 'playwright-core';
import { packageExtension } from '../../scripts/package.ts';
import {
  ensureServer,
  installVsix,
  projectRoot,
  remoteUri,
  SetupError,
  windowUrl,
} from '../../scripts/vscode-host.ts';
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
/** The number of the line with the first `word` after `context`. */
function lineOf(text: string, word: string, context: string): number {
  const at = text.indexOf(word, text.indexOf(context));
  assert.ok(at >= 0, `${word} after ${context}`);
  return text.slice(0, at).split('\n').length;
}

/** Runs the one command of this title, where the palette puts others with a longer one before it. */
async function runExactly(page: Page, title: string): Promise<void> {
  await page.keyboard.press('F1');
  await page.locator('.quick-input-widget input').first().fill(`>${title}`);
  const rows = page.locator('.quick-input-list .monaco-list-row');
  await rows
    .filter({ has: page.getByText(title, { exact: true }) })
    .first()
    .click();
}

/** Chooses a colour theme as a person does. */
async function useTheme(page: Page, name: string): Promise<void> {
  await runExactly(page, 'Preferences: Color Theme');
  await pick(page, name);
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
}

/** Closes the page and with it its group, in which the next steps would find things twice. */
async function closeDecision(page: Page): Promise<void> {
  const tab = page.locator('.tab', { hasText: 'Decision' });
  await tab.click();
  await runExactly(page, 'View: Close Editor');
  await tab.waitFor({ state: 'detached' });
}

/** The ratio of contrast of two `rgb()` colours (WCAG 2.1). */
function contrast(one: string, other: string): number {
  const light = (colour: string) => {
    const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map((part) => {
      const share = Number(part) / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark = 0, bright = 0] = [light(one), light(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}

/** The page inside the webview that is in front. */
const decision = (page: Page): FrameLocator =>
  page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
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
  {
    name: 'a lens opens the explanation beside the text',
    async run(page) {
      const tab = page.locator('.tab', { hasText: 'Match of' });
      const lens = page.locator('.codelens-decoration a', { hasText: 'matches' }).first();
      await clickUntil(lens, () => tab.isVisible(), 'the explanation opens');
      await page.waitForTimeout(2500);
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
  {
    name: 'a decision is shown from the menu of a device, and read by mouse',
    async run(page) {
      await row(page, 'Ceiling Lamp').click({ button: 'right' });
      // A menu takes no click in its first moments.
      await shot(page, '6-menu');
      await page.locator('.monaco-menu').getByText('Show Match Decision').click();
      await page.locator('.tab.active', { hasText: 'Decision: Ceiling Lamp' }).waitFor();
      const content = decision(page);
      await content.getByRole('heading', { level: 1, name: 'Ceiling Lamp' }).waitFor();
      await content.getByText('Gadget (Gadget.kext) gets this device.').waitFor();
      await content.getByRole('heading', { name: 'Contest in IODefaultMatchCategory' }).waitFor();
      const loser = content.locator('li.loses', { hasText: 'USBHostDevice_1209_0007' });
      await loser.getByText('Set IOProbeScore to 1 or more').waitFor();
      await loser
        .getByRole('img', { name: 'Score 90000: vendor + product +90000; the best here is 90000' })
        .waitFor();
      const step = content.locator('.steps li', { hasText: 'Offer by class' });
      await step.getByText('of 4 still in').waitFor();
      const other = content.locator('li.misses', { hasText: 'UsbLampDimmer' });
      await other.locator('.track .no', { hasText: 'IOProviderClass' }).waitFor();
      const checks = other.getByRole('table');
      assert.equal(await checks.isVisible(), false);
      await other.locator('summary').click();
      await checks.getByRole('row', { name: /IOProviderClass/ }).waitFor();
      await other.locator('summary').click();
      await checks.waitFor({ state: 'hidden' });
      await shot(page, '6a-decision');
      assert.ok(!(await content.locator('body').innerText()).includes('LAMP-000042'));
    },
  },
  {
    name: 'every link and row of the decision is reached by the tab key, with a ring; a link goes to the key in the file',
    async run(page) {
      const content = decision(page);
      await content.getByRole('heading', { level: 1 }).click();
      const stops = await content.locator('a:visible, summary:visible').count();
      const focused = content.locator(':focus-visible');
      const seen: string[] = [];
      // Not once more: behind the last one the key goes into the text.
      for (let press = 0; press < stops; press++) {
        await page.keyboard.press('Tab');
        const ring = await focused.evaluate((element) => {
          const { getComputedStyle } = globalThis as unknown as {
            getComputedStyle: (of: unknown) => { outlineStyle: string; outlineWidth: string };
          };
          const { outlineStyle, outlineWidth } = getComputedStyle(element);
          return `${outlineStyle} ${outlineWidth}`;
        });
        assert.equal(ring, 'solid 2px');
        seen.push(await focused.innerText());
      }
      assert.equal(seen.filter((text) => text === 'Show in the file').length, 4, seen.join());
      assert.equal(seen.at(-1), 'All checks of UsbLampDimmer');
      const other = content.locator('li.misses', { hasText: 'UsbLampDimmer' });
      await page.keyboard.press('Enter');
      await other.getByRole('table').waitFor();
      await shot(page, '6b-decision-keyboard');
      const link = other.getByRole('link', { name: 'Show IOProviderClass of UsbLampDimmer in the file' });
      await link.focus();
      await page.keyboard.press('Enter');
      await page.locator('.tab.active', { hasText: 'Info.plist' }).waitFor();
      const position = page.locator('.statusbar-item', { hasText: /^Ln \d+, Col/ });
      const line = lineOf(readFileSync(infoPlist, 'utf8'), 'IOProviderClass', '<key>UsbLampDimmer');
      await position.getByText(`Ln ${line},`).waitFor();
      await page.locator('.tab', { hasText: 'Decision' }).waitFor();
    },
  },
  {
    name: 'the decision follows the text, and is read in a light theme and in high contrast',
    async run(page) {
      const content = decision(page);
      const raised = '<dict>\n\t\t\t<key>IOProbeScore</key>\n\t\t\t<integer>1</integer>';
      const text = readFileSync(infoPlist, 'utf8');
      writeFileSync(infoPlist, text.replace(/(?<=<key>USBHostDevice_1209_0007<\/key>\s*)<dict>/, raised));
      await content
        .getByText('USBHostDevice_1209_0007 (UsbLampDriver/Info.plist) gets this device.')
        .waitFor();
      const winner = content.locator('li.wins', { hasText: 'USBHostDevice_1209_0007' });
      await winner.getByRole('img', { name: /vendor \+ product \+90000, IOProbeScore \+1;/ }).waitFor();
      await winner.scrollIntoViewIfNeeded();
      for (const theme of ['Light Modern', 'Dark High Contrast', 'Light High Contrast']) {
        await useTheme(page, theme);
        await shot(page, `6c-decision-${theme.toLowerCase().replaceAll(' ', '-')}`);
        const colours = await content.locator('body').evaluate((body) => {
          const { getComputedStyle } = globalThis as unknown as {
            getComputedStyle: (of: unknown) => { color: string; backgroundColor: string };
          };
          const { color, backgroundColor } = getComputedStyle(body);
          return [color, backgroundColor];
        });
        assert.ok(contrast(colours[0] ?? '', colours[1] ?? '') > 7, `${theme}: ${colours.join(' on ')}`);
      }
      await useTheme(page, 'Dark Modern');
      await closeDecision(page);
      await page.locator('.tab.active', { hasText: 'Info.plist' }).waitFor();
    },
  },
  {
    name: 'a lens opens the decision about the device that is nearest to its personality',
    async run(page) {
      await goTo(page, readFileSync(infoPlist, 'utf8'), 'USBHostDevice_1209_0007', 'IOKitPersonalities');
      await page.locator('.codelens-decoration a', { hasText: 'show the decision' }).last().click();
      await page.locator('.tab.active', { hasText: 'Decision: Ceiling Lamp' }).waitFor();
      await decision(page).locator('li.wins .tag', { hasText: 'asked about' }).waitFor();
      await closeDecision(page);
      await openFile(page, 'UsbLampDriver/Info.plist');
    },
  },
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
  {
    name: 'a new driver bundle is made for a device of the dump',
    async run(page) {
      await runCommand(page, 'Driver Plist: New Driver Bundle');
      await page.locator('.quick-input-list .monaco-list-row').first().waitFor();
      await shot(page, '16-families');
      await pick(page, 'USB device');
      await pick(page, 'Desk Lamp');
      await pick(page, 'every release of the product');
      await answer(page, 'Class of the driver', 'DeskLamp');
      await answer(page, 'Bundle id', 'org.acme.lamp.driver');
      await answer(page, 'Developer team', 'ABCDE12345');
      await pick(page, 'DeskLamp');
      await pick(page, 'A Project of Its Own');
      const preview = page.locator('.bulk-edit-panel');
      await preview.getByText('DeskLamp.iig').first().waitFor();
      const made = path.join(folder, 'DeskLamp/DeskLampDriver/Info.plist');
      const apply = preview.getByText('Apply', { exact: true });
      await clickUntil(apply, async () => existsSync(made), 'the files are written');
      await shot(page, '17-new-bundle');
      assert.match(readFileSync(made, 'utf8'), /<key>idProduct<\/key>\s*<integer>2</);
      await eventually(
        async () => (await page.locator('.editor-instance .squiggly-error').count()) === 0,
        'no error in it',
      );
    },
  },
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
