/**
 * Prints `docs/rules/` from the rules: a page for each and an index. Removes pages of rules that are gone.
 * Usage: node scripts/generate-rule-pages.ts
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { allRules } from '../server/src/rules/index.ts';
import { ruleIndex, rulePage, rulePagePath } from '../server/src/rules/page.ts';

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '..', 'docs', 'rules');

/** Every page, by its path below `docs/rules`, with `/` as separator. */
export function rulePages(): Map<string, string> {
  const pages = new Map<string, string>([['README.md', ruleIndex(allRules)]]);
  for (const rule of allRules) pages.set(rulePagePath(rule.id), rulePage(rule));
  return pages;
}

/** The pages that lie in `docs/rules` now, with `/` as separator. */
export function pagesOnDisk(): string[] {
  return readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.md'));
}

function main(): void {
  mkdirSync(FOLDER, { recursive: true });
  const pages = rulePages();
  for (const [path, text] of pages) {
    mkdirSync(dirname(join(FOLDER, path)), { recursive: true });
    writeFileSync(join(FOLDER, path), text);
  }
  const stale = pagesOnDisk().filter((path) => !pages.has(path));
  for (const path of stale) rmSync(join(FOLDER, path));
  process.stdout.write(`${pages.size} pages in docs/rules, ${stale.length} removed\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
