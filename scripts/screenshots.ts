/**
 * Takes the pictures of the walkthrough and the README from the running extension, packed as it is now, on the sample
 * project. Usage: node scripts/screenshots.ts [FOLDER] (default images/walkthrough)
 */
import { cpSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { openWindow, profileIn, workFolder } from '../test/vscode/window.ts';
import { eventually, goTo, lineWith, openQuickFix } from '../test/vscode/workbench.ts';
import { packageExtension } from './package.ts';
import { ensureServer, installVsix, projectRoot, remoteUri, windowUrl } from './vscode-host.ts';

const out = path.resolve(process.argv[2] ?? path.join(projectRoot, 'images/walkthrough'));
const SIZE = { width: 960, height: 560 };
const SETTINGS = {
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.activityBar.location': 'hidden',
  'window.commandCenter': false,
  'window.menuBarVisibility': 'hidden',
  'editor.minimap.enabled': false,
};

interface Shot {
  readonly name: string;
  /** Brings the window to what the picture shows. */
  readonly prepare: (page: Page, text: string) => Promise<void>;
}

const shots: readonly Shot[] = [
  {
    name: 'findings',
    async prepare(page, text) {
      await goTo(page, text, '0x12');
      await page.keyboard.press('Control+Shift+M');
      await page
        .locator('.markers-panel .monaco-list-row')
        .filter({ hasText: 'missing-user-class' })
        .waitFor();
    },
  },
  {
    name: 'explain',
    async prepare(page) {
      await page.keyboard.press('Control+J');
      const faulty = page.locator('.squiggly-error').first();
      await faulty.waitFor();
      await lineWith(page, '0x12').getByText('0x12').hover();
      const link = page.locator('.monaco-hover a.code-link').first();
      await link.waitFor();
      await link.click();
      await page.locator('.tab.active', { hasText: '.md' }).waitFor();
      await page.mouse.move(5, 5);
      // The page is in a frame of a frame, drawn when VS Code has its Markdown extension up.
      const pages = () => page.frames().filter((frame) => frame !== page.mainFrame());
      const headings = () => Promise.all(pages().map((frame) => frame.locator('h2').count()));
      await eventually(
        async () => (await headings()).some((count) => count > 1),
        'the rendered page',
        60_000,
      );
    },
  },
  {
    name: 'fix',
    async prepare(page, text) {
      // By mouse: the rendered page has the keyboard.
      await page.locator('.tab', { hasText: 'Info.plist' }).click();
      await page.locator('.tab.active', { hasText: 'Info.plist' }).waitFor();
      await goTo(page, text, '0x12');
      await openQuickFix(page, '<integer>');
    },
  },
  {
    name: 'complete',
    async prepare(page, text) {
      await page.keyboard.press('Escape');
      await goTo(page, text, '<integer>1</integer>', 'bInterfaceNumber');
      await page.keyboard.press('Enter');
      await page.keyboard.type('<key>bI', { delay: 40 });
      const rows = page.locator('.suggest-widget.visible .monaco-list-row');
      await rows.filter({ hasText: 'bInterfaceClass' }).first().waitFor();
    },
  },
];

const work = workFolder();
const folder = path.join(work, 'UsbLamp');
const file = path.join(folder, 'UsbLampDriver/Info.plist');
cpSync(path.join(projectRoot, 'samples/UsbLamp'), folder, { recursive: true });
mkdirSync(out, { recursive: true });
const vscode = ensureServer();
installVsix(vscode, packageExtension(path.join(work, 'driver-plist.vsix')), profileIn(work));
const { page, server, token, close } = await openWindow(vscode, { work, settings: SETTINGS });
try {
  page.setDefaultTimeout(20_000);
  await page.setViewportSize(SIZE);
  await page.goto(windowUrl(server, token, folder, [['openFile', remoteUri(server.url, file)]]));
  await page.locator('.squiggly-warning').first().waitFor({ timeout: 60_000 });
  await page.keyboard.press('Control+B');
  for (const { name, prepare } of shots) {
    await prepare(page, readFileSync(file, 'utf8'));
    // Animations end, hovers settle.
    await page.waitForTimeout(800);
    const picture = path.join(out, `${name}.png`);
    await page.screenshot({ path: picture });
    console.log(`${path.relative(projectRoot, picture)}  ${(statSync(picture).size / 1024).toFixed(0)} KB`);
  }
} catch (error) {
  const picture = path.join(work, 'failure.png');
  await page.screenshot({ path: picture }).catch(() => undefined);
  console.error(`${error instanceof Error ? error.message : error}\nThe window then: ${picture}`);
  process.exitCode = 1;
} finally {
  await close();
  if (!process.exitCode) rmSync(work, { recursive: true, force: true });
}
