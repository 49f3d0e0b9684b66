/**
 * The first hours of a newcomer, in a window without a property list: nothing runs yet, the palette offers what makes
 * sense, and each step of the walkthrough shows its picture and does what its button says.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { projectRoot } from '../../scripts/vscode-host.ts';
import { eventually, runCommand, type Step } from './workbench.ts';

/** Of what a browser knows, since these types are not here. */
interface HTMLImage {
  readonly complete: boolean;
  readonly naturalWidth: number;
}

const manifest = JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8'));
const english: Record<string, string> = JSON.parse(
  readFileSync(path.join(projectRoot, 'package.nls.json'), 'utf8'),
);
const words = (text: string) => text.replace(/%([\w.]+)%/g, (_, key: string) => english[key] ?? '');

const [walkthrough] = manifest.contributes.walkthroughs as [
  { title: string; steps: { id: string; title: string }[] },
];

/** What pressing the first button of a step leads to. */
const LEADS_TO: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  async findings(page) {
    await page.locator('.tab.active', { hasText: 'Untitled' }).waitFor();
    await page.locator('.squiggly-error, .squiggly-warning').first().waitFor({ timeout: 60_000 });
    await runCommand(page, 'View: Revert and Close Editor');
    await page.locator('.tab', { hasText: 'Untitled' }).waitFor({ state: 'detached' });
  },
  explain: (page) => listTitled(page, 'Explain Rule'),
  match: (page) => listTitled(page, 'Registry dump'),
  convert: (page) => listTitled(page, 'Convert Kext to Codeless Dext'),
};

async function listTitled(page: Page, title: string): Promise<void> {
  await page.locator('.quick-input-widget:not([inert])', { hasText: title }).waitFor();
  await page.keyboard.press('Escape');
}

async function openWalkthrough(page: Page): Promise<void> {
  // In a narrow editor VS Code leaves the pictures out.
  await page.setViewportSize({ width: 1700, height: 900 });
  await runCommand(page, 'Welcome: Open Walkthrough...');
  const entry = page.locator('.quick-input-list .monaco-list-row', { hasText: words(walkthrough.title) });
  await entry.first().click();
  await page.locator('.getting-started-step').first().waitFor();
}

/** @param work folder of the run: our server's processes have it in their command line */
export function firstSteps(work: string): Step[] {
  const serverProcesses = () =>
    execFileSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes(work) && line.includes('dist/server.js')).length;
  const visited: Step[] = walkthrough.steps.map(({ id, title }) => ({
    name: `the walkthrough’s step ${id} shows its picture${LEADS_TO[id] ? ' and does what its button says' : ''}`,
    async run(page) {
      await openWalkthrough(page);
      const step = page.locator('.getting-started-step', { hasText: words(title) }).first();
      await step.click();
      await step.locator('.step-description-container').first().waitFor();
      const picture = page.locator('.getting-started-media img').first();
      await eventually(
        () =>
          picture.evaluate((element) => {
            const { complete, naturalWidth } = element as unknown as HTMLImage;
            return complete && naturalWidth > 400;
          }),
        'the picture is loaded',
      );
      assert.ok(((await picture.getAttribute('alt')) ?? '').length > 20);
      if (!LEADS_TO[id]) return;
      await step.getByRole('button').filter({ hasText: /\w/ }).last().scrollIntoViewIfNeeded();
      await step.locator('.monaco-button').first().click();
      await LEADS_TO[id](page);
    },
  }));
  return [
    {
      name: 'nothing of ours runs before a property list is open',
      async run(page) {
        await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 60_000 });
        await page.waitForTimeout(4000);
        assert.equal(serverProcesses(), 0);
        assert.equal(await page.locator('.activitybar').getByLabel('Driver Plist').count(), 0);
      },
    },
    {
      name: 'the palette offers what makes sense without one, and no server runs for that',
      async run(page) {
        await page.keyboard.press('F1');
        const input = page.locator('.quick-input-widget:not([inert]) input').first();
        await eventually(async () => {
          await input.fill('>Driver Plist:');
          return (await page.locator('.quick-input-list .monaco-list-row').count()) > 4;
        }, 'the commands are listed');
        const list = (await page.locator('.quick-input-list .monaco-list-row').allTextContents()).join('\n');
        for (const title of [
          'Open Sample Driver',
          'New Driver Bundle',
          'Load Registry Dump',
          'Explain Rule',
        ]) {
          assert.ok(list.includes(title), `${title} is not among\n${list}`);
        }
        for (const title of ['Paste JSON', 'Unload', 'Go to Personality', 'Refresh', 'Select Kind']) {
          assert.ok(!list.includes(title), `${title} is among\n${list}`);
        }
        await page.keyboard.press('Escape');
        assert.equal(serverProcesses(), 0);
      },
    },
    ...visited,
  ];
}
