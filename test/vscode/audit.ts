/** Axe (https://github.com/dequelabs/axe-core) over what the extension shows in a VS Code window. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Frame, Page } from 'playwright-core';
import { eventually } from './workbench.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The trees of our views. */
export const OUR_TREES = '.pane-body .monaco-list[role=tree]';

/** The frame that shows a page of ours, known by its first heading. */
export async function pageFrame(page: Page, heading: string): Promise<Frame> {
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
export async function audit(
  where: Page | Frame,
  part: string,
  without: readonly string[] = [],
): Promise<string[]> {
  await where.evaluate(AXE);
  const rules = Object.fromEntries(without.map((id) => [id, { enabled: false }]));
  const { violations, passes } = await where.evaluate<AxeResult>(
    `axe.run(${JSON.stringify(part)}, ${JSON.stringify({ rules })})`,
  );
  const told = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)}\n  ${failureSummary}`),
  );
  assert.deepEqual(told, [], part);
  return passes.map(({ id }) => id);
}

/**
 * The content of a page: its document around it, with language and title, is VS Code's. The frame is transparent, so
 * the colour behind it is put into it, or contrast would be measured against white.
 */
export async function auditPage(page: Page, heading: string): Promise<void> {
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
export async function auditViews(page: Page): Promise<void> {
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
