/** Steps of the views test: a new bundle, made twice at one place, and the filter of the Match view. */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { answer, clickUntil, eventually, pick, runCommand, type Step } from './workbench.ts';

/** Answers the questions for a driver of the desk lamp. */
async function askForDeskLamp(page: Page, seen: () => Promise<unknown> = async () => {}): Promise<void> {
  await runCommand(page, 'Driver Plist: New Driver Bundle');
  await page.locator('.quick-input-list .monaco-list-row').first().waitFor();
  await seen();
  await pick(page, 'USB device');
  await pick(page, 'Desk Lamp');
  await pick(page, 'every release of the product');
  await answer(page, 'Class of the driver', 'DeskLamp');
  await answer(page, 'Bundle id', 'org.acme.lamp.driver');
  await answer(page, 'Developer team', 'ABCDE12345');
  await pick(page, 'DeskLamp');
  await pick(page, 'A Project of Its Own');
}

/**
 * @param folder the window's folder
 * @param shot takes a picture of this name
 */
export function bundleSteps(
  folder: string,
  shot: (page: Page, name: string) => Promise<unknown>,
): readonly Step[] {
  const made = path.join(folder, 'DeskLamp/DeskLampDriver/Info.plist');
  const apply = (page: Page) => page.locator('.bulk-edit-panel').getByText('Apply', { exact: true });
  const dialog = (page: Page) => page.locator('.monaco-dialog-box');
  return [
    {
      name: 'a new driver bundle is made for a device of the dump',
      async run(page) {
        await askForDeskLamp(page, () => shot(page, '16-families'));
        await page.locator('.bulk-edit-panel').getByText('DeskLamp.iig').first().waitFor();
        await clickUntil(apply(page), async () => existsSync(made), 'the files are written');
        await shot(page, '17-new-bundle');
        assert.match(readFileSync(made, 'utf8'), /<key>idProduct<\/key>\s*<integer>2</);
        await eventually(
          async () => (await page.locator('.editor-instance .squiggly-error').count()) === 0,
          'no error in it',
        );
      },
    },
    {
      name: 'files that are there are written over only when a person says so',
      async run(page) {
        const generated = readFileSync(made, 'utf8');
        appendFileSync(made, '<!-- mine -->\n');
        const press = async (button: string) => {
          await askForDeskLamp(page);
          await dialog(page).getByText('of the files are there already').waitFor();
          await dialog(page).getByText('DeskLamp/DeskLampDriver/Info.plist').waitFor();
          await shot(page, `18-${button.toLowerCase()}`);
          await clickUntil(
            dialog(page).getByRole('button', { name: button }),
            async () => (await dialog(page).count()) === 0,
            `${button} is pressed`,
          );
        };
        await press('Cancel');
        assert.equal(readFileSync(made, 'utf8'), `${generated}<!-- mine -->\n`);
        await press('Overwrite');
        assert.equal(readFileSync(made, 'utf8'), `${generated}<!-- mine -->\n`, 'not before the preview');
        await clickUntil(
          apply(page),
          async () => readFileSync(made, 'utf8') === generated,
          'the files are written',
        );
      },
    },
  ];
}

/** The Match view before anything matches the desk lamp. */
export const filterStep: Step = {
  name: 'the Match view shows only what matches, and all again, by its button',
  async run(page) {
    const view = page.locator('.pane').filter({ hasText: 'Match' }).first();
    const device = (name: string) => view.locator('.monaco-list-row').filter({ hasText: name }).first();
    const press = async (button: string, seen: () => Promise<boolean>) => {
      await view.hover();
      await clickUntil(view.getByRole('button', { name: button }), seen, button);
    };
    await device('Desk Lamp').waitFor();
    await press('Show Only Devices with a Match', async () => !(await device('Desk Lamp').isVisible()));
    await device('Ceiling Lamp').waitFor();
    await press('Show All Devices', () => device('Desk Lamp').isVisible());
    await device('Ceiling Lamp').waitFor();
  },
};
