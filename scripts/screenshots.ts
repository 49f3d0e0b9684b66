/**
 * Takes the pictures of the walkthrough and the README from the running extension, packed as it is now, on the sample
 * project. Usage: node scripts/screenshots.ts [FOLDER] (default images/walkthrough)
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { openWindow, profileIn, workFolder } from '../test/vscode/window.ts';
import { eventually, goTo, lineWith, openQuickFix, pick, runCommand } from '../test/vscode/workbench.ts';
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
  // In a browser VS Code saves after a second by itself, and what is typed for a picture would stay.
  'files.autoSave': 'off',
  'terminal.integrated.profiles.linux': { plain: { path: 'bash', args: ['--norc', '--noprofile'] } },
  'terminal.integrated.defaultProfile.linux': 'plain',
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
  {
    name: 'match',
    async prepare(page, text) {
      await page.keyboard.press('Escape');
      await runCommand(page, 'File: Revert File');
      const settings = { 'driverPlist.registryDump': 'lamps.ioreg.txt' };
      mkdirSync(path.join(folder, '.vscode'), { recursive: true });
      writeFileSync(path.join(folder, '.vscode/settings.json'), JSON.stringify(settings));
      await goTo(page, text, 'UsbLamp', 'IOKitPersonalities');
      await page.locator('.codelens-decoration', { hasText: 'matches' }).first().waitFor({ timeout: 60_000 });
      await runCommand(page, 'Driver Plist: Focus on Match View');
      await page.locator('.pane-body .monaco-list-row', { hasText: 'Ceiling Lamp' }).waitFor();
    },
  },
  {
    name: 'decision',
    async prepare(page) {
      const winner = page.locator('.pane-body .monaco-list-row', { hasText: 'wins' }).first();
      await winner.click({ button: 'right' });
      const entry = page.locator('.monaco-menu').getByText('Show Match Decision').first();
      await entry.hover();
      // A menu that has just opened takes no click.
      await page.waitForTimeout(600);
      await entry.click();
      await page.locator('.tab.active', { hasText: 'Decision' }).waitFor();
      await page.waitForTimeout(4000);
    },
  },
  {
    name: 'convert',
    async prepare(page) {
      await runCommand(page, 'View: Close All Editors');
      await runCommand(page, 'Driver Plist: Convert Kext to Codeless Dext');
      await pick(page, 'Gadget.kext');
      await pick(page, 'A Project of Its Own');
      for (const prompt of ['Bundle id', 'Class of the driver', 'Developer team']) {
        await page.locator('.quick-input-widget', { hasText: prompt }).waitFor();
        await page.keyboard.press('Enter');
        await page.locator('.quick-input-widget', { hasText: prompt }).waitFor({ state: 'hidden' });
      }
      await pick(page, 'Gadget');
      await page.locator('.bulk-edit-panel').getByText('project.pbxproj').first().waitFor();
      await page.waitForTimeout(3000);
    },
  },
  {
    name: 'doors',
    async prepare(page) {
      await page.locator('.bulk-edit-panel').getByText('Discard', { exact: true }).click();
      await runCommand(page, 'View: Close All Editors');
      await runCommand(page, 'View: Close Primary Side Bar');
      await runCommand(page, 'Terminal: Create New Terminal in Editor Area');
      await page.locator('.editor-instance .xterm-cursor-layer, .xterm-screen').first().waitFor();
      await page.waitForTimeout(2000);
      await page.keyboard.type('driver-plist lint UsbLampDriver\n', { delay: 20 });
      await page.waitForTimeout(4000);
    },
  },
];

const work = workFolder();
const folder = path.join(work, 'UsbLamp');
const file = path.join(folder, 'UsbLampDriver/Info.plist');
cpSync(path.join(projectRoot, 'samples/UsbLamp'), folder, { recursive: true });
const fixtures = path.join(projectRoot, 'test/vscode/fixtures');
cpSync(path.join(fixtures, 'lamps.ioreg.txt'), path.join(folder, 'lamps.ioreg.txt'));
cpSync(path.join(fixtures, 'Gadget.kext'), path.join(folder, 'Gadget.kext'), { recursive: true });
mkdirSync(out, { recursive: true });
const vscode = ensureServer();
installVsix(vscode, packageExtension(path.join(work, 'driver-plist.vsix')), profileIn(work));
const taken: Record<string, string> = {};
const { page, server, token, close } = await openWindow(vscode, {
  work,
  settings: { ...SETTINGS, 'terminal.integrated.env.linux': shellIn(work) },
});
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
    const picture = path.join(out, `${name}.webp`);
    const bytes = await webp(page);
    writeFileSync(picture, bytes);
    taken[`${name}.webp`] = createHash('sha256').update(bytes).digest('hex');
    console.log(`${path.relative(projectRoot, picture)}  ${(statSync(picture).size / 1024).toFixed(0)} KB`);
  }
  const { version } = JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8'));
  const proof = { version, vscode: vscode.version, rules: rulesBroken(), pictures: taken };
  writeFileSync(path.join(out, 'pictures.json'), `${JSON.stringify(proof, null, 2)}\n`);
} catch (error) {
  const picture = path.join(work, 'failure.png');
  await page.screenshot({ path: picture }).catch(() => undefined);
  console.error(`${error instanceof Error ? error.message : error}\nThe window then: ${picture}`);
  process.exitCode = 1;
} finally {
  await close();
  if (!process.exitCode) rmSync(work, { recursive: true, force: true });
}

/** The rules that the sample breaks as these pictures are taken; `test/cli/pictures.test.ts` holds them against today's. */
function rulesBroken(): string[] {
  const lint = ['dist/cli.js', 'lint', 'samples/UsbLamp', '--format', 'json'];
  const { stdout } = spawnSync(process.execPath, lint, { cwd: projectRoot, encoding: 'utf8' });
  const { files } = JSON.parse(stdout) as { files: { findings: { rule: string }[] }[] };
  return [...new Set(files.flatMap(({ findings }) => findings.map(({ rule }) => rule)))].sort();
}

/** The window as it is. WebP: a quarter of a PNG, for the extension carries these pictures along. */
async function webp(page: Page): Promise<Buffer> {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 82 });
  await session.detach();
  return Buffer.from(data, 'base64');
}

/** `driver-plist` on the path of the terminal, as after an installation, and a prompt without names of this machine. */
function shellIn(folder: string): Record<string, string> {
  const bin = path.join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  const cli = path.join(projectRoot, 'dist/cli.js');
  writeFileSync(path.join(bin, 'driver-plist'), `#!/bin/sh\nexec '${process.execPath}' '${cli}' "$@"\n`, {
    mode: 0o755,
  });
  return { PATH: `${bin}:${process.env.PATH}`, PS1: '$ ' };
}
