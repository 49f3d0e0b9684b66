/**
 * The packed extension without a mouse and without a look at colours: views, pages, menus and status bar by keyboard,
 * what a screen reader says of each row, and axe (https://github.com/dequelabs/axe-core) over what we show, in a dark
 * theme and in both high-contrast ones. Screenshots go to `shots/access/`.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Frame, Page } from 'playwright-core';
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
import { type Counts, finish, openWindow, profileIn, workFolder } from './window.ts';
import { eventually, runInTurn, type Step } from './workbench.ts';

const work = workFolder();
const folder = path.join(work, 'UsbLamp');
const infoPlist = path.join(folder, 'UsbLampDriver/Info.plist');
const shots = path.join(projectRoot, 'shots/access');
const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
const SETTINGS = { 'files.simpleDialog.enable': true, 'driverPlist.registryDump': 'lamps.ioreg.txt' };
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const KIND_ITEM = 'driver-plist.driver-plist.driverPlist.kind';
const OUR_TREES = '.pane-body .monaco-list[role=tree]';

let theme = 'Default Dark Modern';

async function shot(page: Page, name: string): Promise<void> {
  await page.waitForTimeout(600);
  await page.screenshot({ path: path.join(shots, `${name}.png`) });
}

/** Runs a command by keys alone: its whole title, then Enter on the entry that has the focus. */
async function command(page: Page, title: string): Promise<void> {
  await page.keyboard.press('F1');
  const box = page.locator('.quick-input-widget:not([inert]) input[type=text]').first();
  await box.waitFor();
  await page.keyboard.type(title, { delay: 5 });
  const entry = page.locator('.quick-input-list .monaco-list-row.focused').filter({ hasText: title });
  await entry.waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.quick-input-list .monaco-list-row', { hasText: title }).waitFor({ state: 'hidden' });
}

/** The open list to choose from that has this text in its title or box; types and takes the entry. */
async function choose(page: Page, list: string, text: string): Promise<void> {
  await listWith(page, list);
  await page.keyboard.type(text, { delay: 5 });
  await page.locator('.quick-input-list .monaco-list-row.focused').filter({ hasText: text }).waitFor();
  await page.keyboard.press('Enter');
}

async function listWith(page: Page, text: string): Promise<void> {
  await page.locator('.quick-input-widget:not([inert])', { hasText: text }).waitFor();
}

/** What a screen reader says of the row with the focus; null outside lists and trees. */
const spoken = (page: Page) =>
  page.evaluate<string | null>(`(() => {
    const list = document.activeElement?.closest('.monaco-list');
    const id = list?.getAttribute('aria-activedescendant');
    return (id && document.getElementById(id)?.getAttribute('aria-label')) || null;
  })()`);

/** Goes into a view by its command; once more where it was empty yet and the focus fell beside it. */
async function focusView(page: Page, name: string): Promise<void> {
  await eventually(async () => {
    await command(page, `Driver Plist: Focus on ${name} View`);
    await page.waitForTimeout(700);
    await page.keyboard.press('Home');
    const inView = `document.activeElement?.closest('.monaco-list[aria-label="${name}"]') != null`;
    return (await page.evaluate<boolean>(inView)) && (await spoken(page)) !== null;
  }, `the view ${name} has the focus`);
}

/** The labels of all rows of the view with the focus, from its first by the arrow. */
async function walk(page: Page): Promise<string[]> {
  const labels: string[] = [];
  await page.keyboard.press('Home');
  for (;;) {
    const label = (await eventually(() => spoken(page), 'a row has the focus')) ?? '';
    labels.push(label);
    await page.keyboard.press('ArrowDown');
    // Only the last row keeps the focus; any other gives it on, on a busy machine some time later.
    const moved = await eventually(async () => (await spoken(page)) !== label, 'the next row', 1500).catch(
      () => false,
    );
    if (!moved) return labels;
  }
}

/** Goes down to the row whose label begins so. */
async function rowBeginning(page: Page, beginning: string): Promise<void> {
  await page.keyboard.press('Home');
  await eventually(async () => {
    if ((await spoken(page))?.startsWith(beginning)) return true;
    await page.keyboard.press('ArrowDown');
    return false;
  }, `a row that begins with ${beginning}`);
}

/** Names of the entries of the open menu. */
async function menu(page: Page): Promise<string[]> {
  await page.keyboard.press('Shift+F10');
  await page.locator('.monaco-menu').waitFor();
  const names = await page.locator('.monaco-menu [role=menuitem]').allTextContents();
  return names.map((name) => name.trim()).filter(Boolean);
}

async function chooseInMenu(page: Page, name: string): Promise<void> {
  await eventually(async () => {
    await page.keyboard.press('ArrowDown');
    const focused = page.locator('.monaco-menu .action-item.focused');
    return (await focused.count()) > 0 && (await focused.first().textContent())?.includes(name);
  }, `${name} has the focus in the menu`);
  await page.keyboard.press('Enter');
}

/** The frame that shows a page of ours, known by its first heading. */
async function pageFrame(page: Page, heading: string): Promise<Frame> {
  const frame = await eventually(
    async () => {
      for (const frame of page.frames()) {
        const found = await frame
          .evaluate<string | undefined>(`document.querySelector('.markdown-body h1')?.textContent`)
          .catch(() => undefined);
        if (found?.includes(heading)) return frame;
      }
      return undefined;
    },
    `a page headed ${heading}`,
    60_000,
  );
  assert.ok(frame);
  return frame;
}

interface AxeResult {
  readonly violations: readonly { id: string; nodes: readonly { html: string; failureSummary: string }[] }[];
  readonly passes: readonly { id: string }[];
}

/** Axe over a part of a document. @returns the ids of the rules that had something to look at and found it good */
async function audit(where: Page | Frame, part: string, without: readonly string[] = []): Promise<string[]> {
  await where.evaluate(AXE);
  const rules = Object.fromEntries(without.map((id) => [id, { enabled: false }]));
  const { violations, passes } = await where.evaluate<AxeResult>(
    `axe.run(${JSON.stringify(part)}, ${JSON.stringify({ rules })})`,
  );
  const told = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)}\n  ${failureSummary}`),
  );
  assert.deepEqual(told, [], `${theme}, ${part}`);
  return passes.map(({ id }) => id);
}

/**
 * The content of a page: its document around it, with language and title, is VS Code's. The frame is transparent, so
 * the colour behind it is put into it, or contrast would be measured against white.
 */
async function auditPage(page: Page, heading: string): Promise<void> {
  const frame = await pageFrame(page, heading);
  await frame.evaluate(`document.documentElement.style.background = 'var(--vscode-editor-background)'`);
  const passes = await audit(frame, '.markdown-body');
  for (const rule of ['color-contrast', 'heading-order']) assert.ok(passes.includes(rule), rule);
  assert.equal(await frame.evaluate('document.getAnimations().length'), 0);
}

/**
 * The rows of our trees. That a row is called by what is seen of it is looked at here: VS Code puts name and
 * description side by side without a blank, which axe takes for one word.
 */
async function auditViews(page: Page): Promise<void> {
  const passes = await audit(page, OUR_TREES, ['label-content-name-mismatch']);
  for (const rule of ['color-contrast', 'aria-required-parent']) assert.ok(passes.includes(rule), rule);
  const words = (text: string | null) => (text ?? '').replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
  const rows = await page.locator(`${OUR_TREES} .monaco-list-row`).all();
  assert.ok(rows.length > 8, `${rows.length} rows`);
  for (const row of rows) {
    const label = words(await row.getAttribute('aria-label'));
    const seen = await row.locator('.label-name, .label-description').allTextContents();
    for (const part of seen) assert.ok(label.includes(words(part)), `${part} is not in ${label}`);
  }
}

const editorHasFocus = (page: Page) =>
  eventually(
    () => page.evaluate<boolean>(`document.activeElement?.closest('.monaco-editor') !== null`),
    'the editor has the focus',
  );

const steps: Step[] = [
  {
    name: 'the Driver Bundles view is reached by its command; each row says its kind and what is wrong',
    async run(page) {
      await page.locator('.editor-instance .view-lines').first().waitFor({ timeout: 60_000 });
      await page.locator('.squiggly-error').first().waitFor({ timeout: 30_000 });
      await focusView(page, 'Driver Bundles');
      const labels = await walk(page);
      assert.deepEqual(labels, [
        'UsbLamp, 4 errors, 1 warning, com.example.UsbLamp, App',
        'UsbLampDriver, 3 errors, 1 warning, com.example.UsbLamp.Driver, Driver Extension',
        'UsbLamp, 2 errors, IOUSBHostDevice, Personality',
        'UsbLampDimmer, IOUSBHostInterface, Personality',
        'driverkit, true, Entitlement, com.apple.developer.driverkit',
        'driverkit.transport.usb, 1 error, true, Entitlement, com.apple.developer.driverkit.transport.usb',
        'app-sandbox, true, Entitlement, com.apple.security.app-sandbox',
        'system-extension.install, 1 error, Entitlement, com.apple.developer.system-extension.install',
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
      theme = name;
      writeSettings({ ...SETTINGS, 'workbench.colorTheme': name });
      await page.goto(url());
      await page.locator(`.statusbar-item[id="${KIND_ITEM}"]`).waitFor({ timeout: 60_000 });
      await focusView(page, 'Driver Bundles');
      await rowBeginning(page, 'UsbLampDriver,');
      const focused = page.locator(`${OUR_TREES} .monaco-list-row.focused`).first();
      const outline = await focused.evaluate('(row) => getComputedStyle(row).outlineStyle');
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
