/** What a person does with the picture of a decision: opens it by each door, reads it, follows its links. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import type { FrameLocator, Page } from 'playwright-core';
import { eventually, goTo, openFile, pick, type Step } from './workbench.ts';

/** The page inside the webview that is in front. */
const decision = (page: Page): FrameLocator =>
  page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
const row = (page: Page, text: string) =>
  page.locator('.pane-body .monaco-list-row').filter({ hasText: text }).first();

/** The number of the line with the first `word` after `context`. */
function lineOf(text: string, word: string, context: string): number {
  const at = text.indexOf(word, text.indexOf(context));
  assert.ok(at >= 0, `${word} after ${context}`);
  return text.slice(0, at).split('\n').length;
}

/**
 * Runs the one command of this title, where the palette puts others with a longer one before it. A page that has just
 * been opened takes the focus and closes the palette: a person presses again.
 */
async function runExactly(page: Page, title: string): Promise<void> {
  const input = page.locator('.quick-input-widget input').first();
  const rows = page.locator('.quick-input-list .monaco-list-row');
  const command = rows.filter({ has: page.getByText(title, { exact: true }) }).first();
  for (let attempt = 1; ; attempt++) {
    await page.keyboard.press('F1');
    try {
      await input.fill(`>${title}`, { timeout: 3000 });
      await command.click({ timeout: 3000 });
      return;
    } catch (error) {
      if (attempt === 4) throw error;
      await page.keyboard.press('Escape');
    }
  }
}

/** Chooses a colour theme as a person does. */
async function useTheme(page: Page, name: string): Promise<void> {
  await runExactly(page, 'Preferences: Color Theme');
  await pick(page, name);
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
}

/** Closes the page, by the middle button on its tab, and with it its group, in which later steps find things twice. */
async function closeDecision(page: Page): Promise<void> {
  const tab = page.locator('.tab', { hasText: 'Decision' });
  await eventually(async () => {
    if ((await tab.count()) > 0) await tab.first().click({ button: 'middle' });
    await page.waitForTimeout(300);
    return (await tab.count()) === 0;
  }, 'the page is closed');
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

/**
 * Steps for a window with the dump of two lamps loaded and a personality for the ceiling lamp in the file; each leaves
 * the window as it found it.
 * @param shot takes a picture under a name
 */
export function decisionSteps(infoPlist: string, shot: (page: Page, name: string) => Promise<void>): Step[] {
  return [
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
      name: 'the command palette opens the decision about the personality at the cursor',
      async run(page) {
        await goTo(page, readFileSync(infoPlist, 'utf8'), 'UsbLampDimmer', 'IOKitPersonalities');
        await runExactly(page, 'Driver Plist: Show Match Decision');
        const rows = page.locator('.quick-input-list .monaco-list-row');
        await rows.first().filter({ hasText: 'UsbLampDimmer' }).waitFor();
        await page.keyboard.press('Enter');
        await page.locator('.tab.active', { hasText: 'Decision: Desk Lamp' }).waitFor();
        const asked = decision(page).locator('li.misses', { hasText: 'asked about' });
        await asked.getByRole('heading', { name: 'UsbLampDimmer' }).waitFor();
        await closeDecision(page);
        await openFile(page, 'UsbLampDriver/Info.plist');
      },
    },
  ];
}
