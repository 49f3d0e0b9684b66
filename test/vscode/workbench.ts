/** What a person does in a VS Code window, for the UI tests. */
import type { Locator, Page } from 'playwright-core';
import type { Counts } from './window.ts';

/** How long a state is waited for, in milliseconds: a busy machine takes its time, a good run waits for nothing. */
export const PATIENCE = 45_000;
/** After so long without effect a click or key counts as lost. */
const LOST = 5000;
const TAB_SIZE = 4;

/** Without the one that is on its way out. */
const quickInput = (page: Page) => page.locator('.quick-input-widget:not([inert])');
const quickText = (page: Page) => quickInput(page).locator('input').first();

/**
 * Waits until `look` gives something true. A look that fails sees nothing yet: a frame or a row goes away just when it
 * is asked.
 */
export async function eventually<T>(look: () => Promise<T> | T, what: string, ms = PATIENCE): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    let cause: unknown;
    try {
      const found = await look();
      if (found) return found;
    } catch (error) {
      cause = error;
    }
    if (Date.now() > end) {
      throw new Error(`did not happen within ${ms} ms: ${what}${cause ? `; ${cause}` : ''}`, { cause });
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/**
 * Acts until the effect is seen: a click on a row that is drawn anew just then is lost, and a person clicks again.
 * `act` must be harmless when it comes a second time, and may fail.
 */
export async function untilSeen(
  act: () => Promise<unknown>,
  seen: () => Promise<boolean>,
  what: string,
): Promise<void> {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const acted = await act().catch(String);
    const happened = await eventually(seen, what, LOST).catch(String);
    if (happened === true) return;
    if (Date.now() > end) throw new Error([`${what}: not in ${PATIENCE} ms`, acted, happened].join('\n'));
  }
}

/** Clicks until the effect is seen. */
export function clickUntil(target: Locator, seen: () => Promise<boolean>, what: string): Promise<void> {
  return untilSeen(() => target.click({ timeout: LOST }), seen, what);
}

/** What tells one question of the quick input from the next: empty when none is asked. */
async function question(page: Page): Promise<string> {
  const widget = quickInput(page);
  if (!(await widget.isVisible())) return '';
  const [title, placeholder, message] = await Promise.all([
    textOf(widget.locator('.quick-input-title')),
    quickText(page)
      .getAttribute('placeholder', { timeout: LOST })
      .catch(() => ''),
    textOf(widget.locator('.quick-input-message')),
  ]);
  return [title, placeholder, message].join(' | ');
}

async function textOf(locator: Locator): Promise<string> {
  const [first] = await locator.allTextContents();
  return first ?? '';
}

/** Opens the quick input by a key and writes into it until the entry with all these words stands in the list. */
async function lookUp(page: Page, key: string, text: string, words: readonly string[]): Promise<Locator> {
  // A question that is left open would take the key for itself.
  if (await quickInput(page).isVisible()) await page.keyboard.press('Escape');
  const open = () =>
    untilSeen(
      () => page.keyboard.press(key),
      () => quickInput(page).isVisible(),
      `${key} opens the quick input`,
    );
  // An editor that opens just then takes the focus, and the quick input goes.
  return find(page, text, words, open);
}

/**
 * Writes into the open quick input until the entry with all these words stands in the list.
 * @param open called when it is not there
 */
async function find(
  page: Page,
  text: string,
  words: readonly string[],
  open: () => Promise<void> = async () => {},
): Promise<Locator> {
  const input = quickText(page);
  const entry = words.reduce(
    (rows, hasText) => rows.filter({ hasText }),
    quickInput(page).locator('.quick-input-list .monaco-list-row'),
  );
  await eventually(
    async () => {
      if (!(await quickInput(page).isVisible())) await open();
      // What is written before the list has its entries may be taken back by it.
      if ((await input.inputValue({ timeout: LOST }).catch(() => undefined)) !== text) {
        await input.fill(text, { timeout: LOST }).catch(() => undefined);
        return false;
      }
      return entry.first().isVisible();
    },
    `an entry ${words.join(' ')}`,
  );
  return entry.first();
}

/** Runs a command by its full title through the command palette. */
export async function runCommand(page: Page, title: string): Promise<void> {
  let palette = '';
  await untilSeen(
    async () => {
      palette = '';
      const entry = await lookUp(page, 'F1', `>${title}`, [title]);
      const asked = await question(page);
      await entry.click({ timeout: LOST });
      palette = asked;
    },
    async () => palette !== '' && (await question(page)) !== palette,
    `${title} is run`,
  );
}

/** Opens a file of the folder by its path. */
export async function openFile(page: Page, path: string): Promise<void> {
  const parts = path.split('/');
  const name = parts.at(-1) ?? path;
  const tab = page.locator('.tab.active', { hasText: name });
  await untilSeen(
    async () => {
      const entry = await lookUp(page, 'Control+P', path, parts);
      await entry.click({ timeout: LOST });
    },
    async () => !(await quickInput(page).isVisible()) && (await tab.isVisible()),
    `${path} is open`,
  );
}

/** Chooses an entry of the open quick pick, which shows only a part of a long list until a name is typed. */
export async function pick(page: Page, label: string): Promise<void> {
  await quickText(page).waitFor({ timeout: PATIENCE });
  const entry = await find(page, label, [label]);
  const asked = await question(page);
  await clickUntil(entry, async () => (await question(page)) !== asked, `${label} is chosen`);
}

/**
 * Writes into the input box that asks with these words, and presses Enter. The answer is taken when the question
 * goes; with `refused` it is expected to be refused.
 */
export async function answer(
  page: Page,
  prompt: string,
  text: string,
  refused?: () => Promise<void>,
): Promise<void> {
  await quickInput(page).filter({ hasText: prompt }).waitFor({ timeout: PATIENCE });
  const asked = await question(page);
  const input = quickText(page);
  await input.fill(text);
  await input.press('Enter');
  if (refused) return refused();
  // The box takes every Enter, once its check is done: no second one, it would answer the next question.
  await eventually(async () => (await question(page)) !== asked, `${prompt}: ${text} is taken`);
}

/** Chooses a file by its whole path in VS Code's own file dialog, whose button is called `button`. */
export async function chooseFile(page: Page, path: string, button: string): Promise<void> {
  const input = quickText(page);
  await input.waitFor({ timeout: PATIENCE });
  const asked = await question(page);
  const found = quickInput(page)
    .locator('.monaco-list-row')
    .filter({ hasText: path.slice(path.lastIndexOf('/') + 1) });
  // The dialog first reads its folder and writes it over what stands there.
  await eventually(async () => /\/$/.test(await input.inputValue()), 'the dialog has its folder');
  await untilSeen(
    async () => {
      await eventually(
        async () => {
          if ((await input.inputValue()) !== path) await input.fill(path);
          return found.first().isVisible();
        },
        'the dialog has found the file',
        LOST,
      );
      await quickInput(page).getByText(button, { exact: true }).click({ timeout: LOST });
    },
    async () => (await question(page)) !== asked,
    `${path} is chosen`,
  );
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
  const line = before.length;
  // VS Code counts columns as they are seen.
  const column = (before.at(-1) ?? '').replaceAll('\t', ' '.repeat(TAB_SIZE)).length + 1;
  const cursor = page.locator('.statusbar-item[id="status.editor.selection"]', {
    hasText: new RegExp(`^Ln ${line}, Col ${column}$`),
  });
  const focused = page.locator('.editor-instance .monaco-editor.focused');
  await untilSeen(
    async () => {
      const entry = await lookUp(page, 'Control+G', `:${line}:${column}`, [
        `go to line ${line} at column ${column}.`,
      ]);
      await entry.click({ timeout: LOST });
    },
    async () =>
      !(await quickInput(page).isVisible()) && (await cursor.isVisible()) && (await focused.isVisible()),
    `the cursor is at line ${line}, column ${column}`,
  );
}

/** What the list of quick fixes shows; the one before may still be on its way out of the page, not to be seen. */
const offers = (page: Page) => page.locator('.action-widget .monaco-list-row').filter({ visible: true });

/**
 * Opens the quick fixes at the cursor until one with this title is offered. Diagnostics may be replaced just when the
 * keys are pressed: a person presses again.
 */
export async function openQuickFix(page: Page, title: string): Promise<Locator> {
  const fix = offers(page).filter({ hasText: title }).first();
  await untilSeen(
    async () => {
      if ((await offers(page).count()) > 0) await page.keyboard.press('Escape');
      await page.keyboard.press('Control+.');
    },
    () => fix.isVisible(),
    `the quick fix ${title} is offered`,
  );
  return fix;
}

/** Takes the quick fix with this title at the cursor. `before` sees the open list. */
export async function quickFix(page: Page, title: string, before?: () => Promise<unknown>): Promise<void> {
  const fix = await openQuickFix(page, title);
  await before?.();
  await clickUntil(fix, async () => (await offers(page).count()) === 0, `${title} is taken`);
}

/** Takes a picture when nothing moves any more; what moves for ever is not waited for. */
export async function picture(page: Page, path: string): Promise<void> {
  const moving = () =>
    page.evaluate(
      `document.getAnimations().some((one) => one.playState === 'running' && Number.isFinite(one.effect?.getComputedTiming().endTime ?? 0))`,
    );
  await eventually(async () => !(await moving()), 'nothing moves', 3000).catch(() => undefined);
  await page.screenshot({ path, animations: 'disabled' });
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
