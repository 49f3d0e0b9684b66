/**
 * The packed extension without a mouse and without a look at colours: views, pages, menus and status bar by keyboard,
 * what a screen reader says of each row, and axe (https://github.com/dequelabs/axe-core) over what we show, in a dark
 * theme and in both high-contrast ones. Screenshots go to `shots/access/`.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { packageExtension } from '../../scripts/package.ts';
import {
  CALM_SETTINGS,
  ensureServer,
  installVsix,
  projectRoot,
  remoteUri,
  SetupError,
  windowUrl,
} from '../../scripts/vscode-host.ts';
import { auditPage, auditViews, OUR_TREES, pageFrame } from './audit.ts';
import { firstSteps } from './firstHours.ts';
import {
  choose,
  chooseInMenu,
  command,
  editorHasFocus,
  focusView,
  listWith,
  menu,
  rowBeginning,
  spoken,
  walk,
} from './keys.ts';
import { type Counts, finish, openWindow, profileIn, workFolder } from './window.ts';
import { eventually, runInTurn, type Step } from './workbench.ts';

const work = workFolder();
const folder = path.join(work, 'UsbLamp');
const infoPlist = path.join(folder, 'UsbLampDriver/Info.plist');
const shots = path.join(projectRoot, 'shots/access');
const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
const SETTINGS = { 'files.simpleDialog.enable': true, 'driverPlist.registryDump': 'lamps.ioreg.txt' };

const KIND_ITEM = 'driver-plist.driver-plist.driverPlist.kind';

const theme = 'Default Dark Modern';

async function shot(page: Page, name: string): Promise<void> {
  await page.waitForTimeout(600);
  await page.screenshot({ path: path.join(shots, `${name}.png`) });
}

const steps: Step[] = [
  {
    name: 'the Driver Bundles view is reached by its command; each row says its kind and what is wrong',
    async run(page) {
      await page.locator('.editor-instance .view-lines').first().waitFor({ timeout: 60_000 });
      await page.locator('.squiggly-error').first().waitFor({ timeout: 30_000 });
      await focusView(page, 'Driver Bundles');
      const labels = (await walk(page)).map((label) => label.replace(/\d+ (error|warning)s?/g, 'N $1s'));
      assert.deepEqual(labels, [
        'UsbLamp, N errors, N warnings, com.example.UsbLamp, App',
        'UsbLampDriver, N errors, N warnings, com.example.UsbLamp.Driver, Driver Extension',
        'UsbLamp, N errors, IOUSBHostDevice, Personality',
        'UsbLampDimmer, IOUSBHostInterface, Personality',
        'driverkit, true, Entitlement, com.apple.developer.driverkit',
        'driverkit.transport.usb, N errors, true, Entitlement, com.apple.developer.driverkit.transport.usb',
        'app-sandbox, true, Entitlement, com.apple.security.app-sandbox',
        'system-extension.install, N errors, Entitlement, com.apple.developer.system-extension.install',
        'Gadget.kext, org.acme.Gadget, Kernel Extension',
        'Gadget, IOUSBHostDevice, Personality',
      ]);
      await shot(page, '1-bundles');
    },
  },
  {
    name: 'arrows close and open a bundle, Enter opens its file',
    async run(page) {
      await rowBeginning(page, 'UsbLampDriver,');
      const row = page.locator(`${OUR_TREES} .monaco-list-row.focused[aria-label^="UsbLampDriver,"]`);
      await page.keyboard.press('ArrowLeft');
      await row.and(page.locator('[aria-expanded=false]')).waitFor();
      await page.keyboard.press('ArrowRight');
      await row.and(page.locator('[aria-expanded=true]')).waitFor();
      await rowBeginning(page, 'system-extension.install,');
      await page.keyboard.press('Enter');
      await page.locator('.tab.active', { hasText: 'UsbLamp.entitlements' }).waitFor();
      await editorHasFocus(page);
    },
  },
  {
    name: 'the menu of a row opens by Shift+F10, and Escape gives the focus back',
    async run(page) {
      await focusView(page, 'Driver Bundles');
      await rowBeginning(page, 'Gadget.kext,');
      const names = await menu(page);
      assert.ok(
        names.some((name) => name.startsWith('Convert Kext to Codeless Dext')),
        names.join(),
      );
      await shot(page, '2-menu');
      await page.keyboard.press('Escape');
      await page.locator('.monaco-menu').waitFor({ state: 'hidden' });
      await eventually(async () => (await spoken(page))?.startsWith('Gadget.kext,'), 'the row has the focus');
    },
  },
  {
    name: 'the Match view says who wins and why; a personality is explained from its menu',
    async run(page) {
      await focusView(page, 'Match');
      await page.locator(`${OUR_TREES} .monaco-list-row`, { hasText: 'Ceiling Lamp' }).waitFor();
      const labels = await walk(page);
      const one = (beginning: string) => labels.find((label) => label.startsWith(beginning)) ?? '';
      assert.match(one('Match nothing'), /^Match nothing[, ]+2 personalities$/);
      assert.match(one('UsbLampDimmer'), /^UsbLampDimmer, UsbLampDriver\/Info\.plist\. .*IOUSBHostInterface/);
      assert.equal(one('Desk Lamp'), 'Desk Lamp, 1209:0002 IOUSBHostDevice, not matched');
      assert.equal(one('Ceiling Lamp'), 'Ceiling Lamp, 1209:0007 IOUSBHostDevice, matched by 1 personality');
      assert.match(one('Gadget,'), /^Gadget, wins, 90000, Gadget\.kext\. Wins /);
      await rowBeginning(page, 'Gadget,');
      assert.deepEqual((await menu(page)).slice(0, 2), ['Go to Personality', 'Why Does It Match, or Not?']);
      await chooseInMenu(page, 'Why Does It Match');
      await auditPage(page, 'Gadget');
      await shot(page, '3-explanation');
    },
  },
  {
    name: 'the page of a rule is reached by keys, has the focus and scrolls by them',
    async run(page) {
      await command(page, 'Driver Plist: Explain Rule');
      await choose(page, 'Explain Rule', 'dext/missing-user-class');
      await auditPage(page, 'dext/missing-user-class');
      const frame = await pageFrame(page, 'dext/missing-user-class');
      await eventually(
        () => page.evaluate<boolean>(`document.activeElement?.tagName === 'IFRAME'`),
        'the page has the focus',
      );
      await eventually(async () => {
        await page.keyboard.press('PageDown');
        return frame.evaluate<boolean>('scrollY > 0');
      }, 'the page scrolls');
      await shot(page, '4-rule');
    },
  },
  {
    name: 'the kind in the status bar is a button with a name, reached and left by keys',
    async run(page) {
      await page.keyboard.press('Control+P');
      await choose(page, '', 'Info.plist');
      await page.locator('.tab.active', { hasText: 'Info.plist' }).waitFor();
      const item = page.locator(`.statusbar-item[id="${KIND_ITEM}"] a`);
      await item.waitFor();
      assert.equal(await item.getAttribute('aria-label'), 'Kind of bundle: Driver Extension');
      assert.equal(await item.getAttribute('role'), 'button');
      await command(page, 'View: Focus Status Bar');
      await eventually(async () => {
        if (await page.evaluate<boolean>(`document.activeElement?.closest('[id="${KIND_ITEM}"]') != null`))
          return true;
        await page.keyboard.press('ArrowRight');
        return false;
      }, 'the item has the focus');
      await shot(page, '5-status');
      await page.keyboard.press('Enter');
      await listWith(page, 'Kind of Bundle');
      await page.locator('.quick-input-list .monaco-list-row', { hasText: '(current)' }).waitFor();
      await page.keyboard.press('Escape');
      await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    },
  },
  {
    name: 'a kext is converted up to the preview by keys alone, and its report reads well',
    async run(page) {
      await focusView(page, 'Driver Bundles');
      await rowBeginning(page, 'Gadget.kext,');
      await menu(page);
      await chooseInMenu(page, 'Convert Kext to Codeless Dext');
      await choose(page, 'Convert Kext to Codeless Dext', 'A Project of Its Own');
      for (const [prompt, text] of [
        ['Bundle id', 'org.acme.gadget.driver'],
        ['Class of the driver', 'GadgetDriver'],
        ['Developer team', ''],
      ] as const) {
        await listWith(page, prompt);
        await page.keyboard.press('Control+A');
        await page.keyboard.type(text || ' ', { delay: 5 });
        await page.keyboard.press('Enter');
        await page.locator('.quick-input-widget', { hasText: prompt }).waitFor({ state: 'hidden' });
      }
      await listWith(page, 'Where Shall the Files Go?');
      await page.keyboard.press('Enter');
      await auditPage(page, 'Gadget');
      await page.locator('.bulk-edit-panel').getByText('Info.plist').first().waitFor();
      await shot(page, '6-report');
      const isDiscard = `document.activeElement?.textContent?.trim() === 'Discard'`;
      await eventually(async () => {
        await page.keyboard.press('Tab');
        return page.evaluate<boolean>(isDiscard);
      }, 'the button Discard has the focus');
      await page.keyboard.press('Enter');
      await page.locator('.bulk-edit-panel').waitFor({ state: 'hidden' });
    },
  },
  {
    name: 'axe finds nothing wrong in the trees',
    async run(page) {
      await focusView(page, 'Match');
      await auditViews(page);
    },
  },
];

/** The same things once more where colours are few: looked at by axe, and kept as pictures for people. */
function inTheme(name: string, short: string, url: () => string): Step {
  return {
    name: `${name}: views, explanation and rule page have contrast enough, and the focus is seen`,
    async run(page) {
      writeSettings({ ...SETTINGS, 'workbench.colorTheme': name });
      await page.goto(url());
      await page.locator(`.statusbar-item[id="${KIND_ITEM}"]`).waitFor({ timeout: 60_000 });
      await focusView(page, 'Driver Bundles');
      await rowBeginning(page, 'UsbLampDriver,');
      const focused = page.locator(`${OUR_TREES} .monaco-list-row.focused`).first();
      const outline = await focused.evaluate((row) => {
        const { getComputedStyle } = globalThis as unknown as {
          getComputedStyle: (of: unknown) => { outlineStyle: string };
        };
        return getComputedStyle(row).outlineStyle;
      });
      assert.notEqual(outline, 'none');
      await page.locator(`${OUR_TREES} .monaco-list-row`, { hasText: 'Ceiling Lamp' }).waitFor();
      await auditViews(page);
      await shot(page, `${short}-1-views`);
      await focusView(page, 'Match');
      await rowBeginning(page, 'UsbLamp,');
      await page.keyboard.press('Enter');
      await auditPage(page, 'UsbLamp');
      await shot(page, `${short}-2-explanation`);
      await command(page, 'Driver Plist: Explain Rule');
      await choose(page, 'Explain Rule', 'dext/missing-user-class');
      await auditPage(page, 'dext/missing-user-class');
      await shot(page, `${short}-3-rule`);
    },
  };
}

function writeSettings(settings: object): void {
  for (const scope of ['Machine', 'User']) {
    const file = path.join(profileIn(work).dataDir, 'data', scope, 'settings.json');
    writeFileSync(file, JSON.stringify({ ...CALM_SETTINGS, ...settings }));
  }
}

async function main(): Promise<void> {
  const vscode = ensureServer();
  const vsix = packageExtension(path.join(work, 'driver-plist.vsix'));
  rmSync(shots, { recursive: true, force: true });
  mkdirSync(shots, { recursive: true });
  cpSync(path.join(projectRoot, 'samples/UsbLamp'), folder, { recursive: true });
  const fixtures = path.join(import.meta.dirname, 'fixtures');
  cpSync(path.join(fixtures, 'lamps.ioreg.txt'), path.join(folder, 'lamps.ioreg.txt'));
  cpSync(path.join(fixtures, 'Gadget.kext'), path.join(folder, 'Gadget.kext'), { recursive: true });
  installVsix(vscode, vsix, profileIn(work));
  const window = await openWindow(vscode, {
    work,
    settings: { ...SETTINGS, 'workbench.colorTheme': theme },
  });
  const { page, server, token } = window;
  page.setDefaultTimeout(15_000);
  // A person who asked their system for less motion gets none from us.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const url = () => windowUrl(server, token, folder, [['openFile', remoteUri(server.url, infoPlist)]]);
  const all = [
    ...steps,
    inTheme('Default High Contrast', 'dark', url),
    inTheme('Default High Contrast Light', 'light', url),
  ];
  try {
    await page.goto(windowUrl(server, token, folder));
    const size = page.viewportSize();
    await runInTurn(page, firstSteps(work), counts, shot);
    if (size) await page.setViewportSize(size);
    await page.goto(url());
    await runInTurn(page, all, counts, shot);
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
