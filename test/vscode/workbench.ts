/** What a person does in a VS Code window, for the UI tests. */
import type { Locator, Page } from 'playwright-core';
import type { Counts } from './window.ts';

const PATIENCE = 15_000;
const TAB_SIZE = 4;

/** Runs a command by its full title through the command palette. */
export async function runCommand(page: Page, title: string): Promise<void> {
  await page.keyboard.press('F1');
  const input = page.locator('.quick-input-widget input').first();
  await input.waitFor({ timeout: PATIENCE });
  await input.fill(`>${title}`);
  await row(page, title).waitFor({ timeout: PATIENCE });
  await page.keyboard.press('Enter');
}

/** Opens a file of the folder by its path. */
export async function openFile(page: Page, path: string): Promise<void> {
  await page.keyboard.press('Control+P');
  const input = page.locator('.quick-input-widget input').first();
  await input.waitFor({ timeout: PATIENCE });
  await input.fill(path);
  const name = path.split('/').at(-1) ?? path;
  await row(page, name).waitFor({ timeout: PATIENCE });
  await page.keyboard.press('Enter');
  await page.locator('.tab.active', { hasText: name }).waitFor({ timeout: PATIENCE });
}

/** Chooses an entry of the open quick pick, which shows only a part of a long list until a name is typed. */
export async function pick(page: Page, label: string): Promise<void> {
  const input = page.locator('.quick-input-widget input').first();
  await input.waitFor({ timeout: PATIENCE });
  await input.fill(label);
  const entry = row(page, label);
  await entry.waitFor({ timeout: PATIENCE });
  await entry.click();
}

function row(page: Page, text: string): Locator {
  return page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text }).first();
}

/** The line of the active editor that holds `text`, as far as it is in view. */
export function lineWith(page: Page, text: string): Locator {
  return page.locator('.editor-instance .view-line').filter({ hasText: text }).first();
}

/** Puts the cursor just behind the first occurrence of `word` after `context` in the text of the active editor. */
export async function goTo(page: Page, text: string, word: string, context = ''): Promise<void> {
  const from = text.indexOf(context);
  const at = from < 0 ? -1 : text.indexOf(word, from + context.length);
  if (at < 0) throw new Error(`the text has no ${JSON.stringify(word)} after ${JSON.stringify(context)}`);
  const before = text.slice(0, at + word.length).split('\n');
  // VS Code counts columns as they are seen.
  const column = (before.at(-1) ?? '').replaceAll('\t', ' '.repeat(TAB_SIZE)).length + 1;
  await page.keyboard.press('Control+G');
  const input = page.locator('.quick-input-widget input').first();
  await input.waitFor({ timeout: PATIENCE });
  await input.fill(`:${before.length}:${column}`);
  // Until the entry for the line stands in the list, Enter is lost.
  const entry = row(page, String(before.length));
  await entry.waitFor({ timeout: PATIENCE });
  await entry.click();
  await input.waitFor({ state: 'hidden', timeout: PATIENCE });
}

/**
 * Opens the quick fixes at the cursor until one with this title is offered. Diagnostics may be replaced just when
 * the keys are pressed: a person presses again.
 */
export async function openQuickFix(page: Page, title: string): Promise<Locator> {
  const fix = page.locator('.action-widget .monaco-list-row').filter({ hasText: title }).first();
  for (let attempt = 1; ; attempt++) {
    await page.keyboard.press('Control+.');
    try {
      await fix.waitFor({ timeout: 2500 });
      return fix;
    } catch (error) {
      if (attempt === 5) throw error;
      await page.keyboard.press('Escape');
    }
  }
}

/** Waits until `look` gives something true. */
export async function eventually<T>(look: () => Promise<T> | T, what: string, ms = PATIENCE): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`did not happen within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** One thing that a person does in the window, and what is then to be seen. */
export interface Step {
  readonly name: string;
  readonly run: (page: Page) => Promise<void>;
}

/** Runs steps in one window, each on what the one before left; a step that fails is photographed and counted. */
export async function runInTurn(
  page: Page,
  steps: readonly Step[],
  counts: Counts,
  shot: (page: Page, name: string) => Promise<unknown>,
): Promise<void> {
  for (const { name, run } of steps) {
    const started = Date.now();
    try {
      await run(page);
      counts.passed++;
      console.log(`  ok   ${name} (${Date.now() - started} ms)`);
    } catch (error) {
      counts.failed++;
      console.log(`  FAIL ${name}\n       ${error instanceof Error ? error.message : error}`);
      await shot(page, `failure-${counts.failed}`);
      await page.keyboard.press('Escape');
    }
  }
}
