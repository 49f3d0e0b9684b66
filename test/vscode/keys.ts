/** What a person does by keys alone in a VS Code window, and what a screen reader says there. */
import type { Page } from 'playwright-core';
import { eventually } from './workbench.ts';

/** Runs a command by keys alone: its whole title, then Enter on the entry that has the focus. */
export async function command(page: Page, title: string): Promise<void> {
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
export async function choose(page: Page, list: string, text: string): Promise<void> {
  await listWith(page, list);
  await page.keyboard.type(text, { delay: 5 });
  await page.locator('.quick-input-list .monaco-list-row.focused').filter({ hasText: text }).waitFor();
  await page.keyboard.press('Enter');
}

export async function listWith(page: Page, text: string): Promise<void> {
  await page.locator('.quick-input-widget:not([inert])', { hasText: text }).waitFor();
}

/** What a screen reader says of the row with the focus; null outside lists and trees. */
export const spoken = (page: Page) =>
  page.evaluate<string | null>(`(() => {
    const list = document.activeElement?.closest('.monaco-list');
    const id = list?.getAttribute('aria-activedescendant');
    return (id && document.getElementById(id)?.getAttribute('aria-label')) || null;
  })()`);

/** Goes into a view by its command; once more where it was empty yet and the focus fell beside it. */
export async function focusView(page: Page, name: string): Promise<void> {
  await eventually(async () => {
    await command(page, `Driver Plist: Focus on ${name} View`);
    await page.waitForTimeout(700);
    await page.keyboard.press('Home');
    const inView = `document.activeElement?.closest('.monaco-list[aria-label="${name}"]') != null`;
    return (await page.evaluate<boolean>(inView)) && (await spoken(page)) !== null;
  }, `the view ${name} has the focus`);
}

/** The labels of all rows of the view with the focus, from its first by the arrow. */
export async function walk(page: Page): Promise<string[]> {
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
export async function rowBeginning(page: Page, beginning: string): Promise<void> {
  await page.keyboard.press('Home');
  await eventually(async () => {
    if ((await spoken(page))?.startsWith(beginning)) return true;
    await page.keyboard.press('ArrowDown');
    return false;
  }, `a row that begins with ${beginning}`);
}

/** Names of the entries of the open menu. */
export async function menu(page: Page): Promise<string[]> {
  await page.keyboard.press('Shift+F10');
  await page.locator('.monaco-menu').waitFor();
  const names = await page.locator('.monaco-menu [role=menuitem]').allTextContents();
  return names.map((name) => name.trim()).filter(Boolean);
}

export async function chooseInMenu(page: Page, name: string): Promise<void> {
  await eventually(async () => {
    await page.keyboard.press('ArrowDown');
    const focused = page.locator('.monaco-menu .action-item.focused');
    return (await focused.count()) > 0 && (await focused.first().textContent())?.includes(name);
  }, `${name} has the focus in the menu`);
  await page.keyboard.press('Enter');
}

export const editorHasFocus = (page: Page) =>
  eventually(
    () => page.evaluate<boolean>(`document.activeElement?.closest('.monaco-editor') !== null`),
    'the editor has the focus',
  );
