/**
 * All benchmarks in one run: `npm run bench [-- parse update schema match workspace cli lsp]`. Builds for production into a folder of
 * its own first. The figures of one run and what they mean: docs/performance.md.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import path from 'node:path';

const SECTIONS = ['parse', 'update', 'schema', 'match', 'workspace', 'cli', 'lsp'] as const;
const here = import.meta.dirname;
const root = path.join(here, '../..');

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !SECTIONS.some((section) => section === name));
if (unknown.length > 0) {
  console.error(`No such benchmark: ${unknown.join(', ')}. There are ${SECTIONS.join(', ')}.`);
  process.exit(2);
}

const dist = mkdtempSync(path.join(tmpdir(), 'driver-plist-bench-dist-'));
try {
  const [{ model } = { model: 'unknown processor' }] = cpus();
  console.log(
    `${model}, ${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GB, node ${process.version}, ${process.platform}`,
  );
  run('scripts/build.ts', '--production', '--outdir', dist);
  for (const section of SECTIONS) {
    if (wanted.length > 0 && !wanted.includes(section)) continue;
    console.log(`\n== ${section}`);
    run('--expose-gc', path.join('test/bench', `${section}.ts`));
  }
} finally {
  rmSync(dist, { recursive: true, force: true });
}

function run(...args: string[]): void {
  const { status } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, DRIVER_PLIST_DIST: dist },
  });
  if (status !== 0) process.exitCode = 1;
}
