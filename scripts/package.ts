/** Packs the extension: builds for production and writes `driver-plist.vsix`. */
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { projectRoot } from './vscode-host.ts';

/**
 * Builds and packs in a folder of its own, so that `dist/` stays as it is. Returns the path of the .vsix. A warning
 * of the packer is an error here. @throws Error with the words of the program that failed.
 */
export function packageExtension(vsix: string = path.join(projectRoot, 'driver-plist.vsix')): string {
  const stage = mkdtempSync(path.join(tmpdir(), 'driver-plist-package-'));
  try {
    for (const file of shippedFiles()) cpSync(path.join(projectRoot, file), path.join(stage, file));
    const readme = path.join(stage, 'README.md');
    writeFileSync(readme, withoutLocalPictures(readFileSync(readme, 'utf8')));
    run(projectRoot, 'scripts/build.ts', '--production', '--outdir', path.join(stage, 'dist'));
    const vsce = path.join(projectRoot, 'node_modules/@vscode/vsce/vsce');
    // Bundled: no dependency is shipped. There is no public repository yet to point links at.
    const flags = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];
    const said = run(stage, vsce, 'package', ...flags, '--out', vsix);
    const warnings = said.split('\n').filter((line) => /\bWARNING\b/.test(line));
    if (warnings.length > 0) throw new Error(`The packer warns:\n${warnings.join('\n')}`);
    return vsix;
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** The packer takes pictures by https only, and the project is not published yet: there is none to point at. */
function withoutLocalPictures(markdown: string): string {
  return markdown.replace(/^!\[[^\]]*\]\((?!https:)[^)]*\)\n+/gm, '');
}

/** What `.vscodeignore` allows, but for the bundles, which are built anew. */
function shippedFiles(): string[] {
  const lines = readFileSync(path.join(projectRoot, '.vscodeignore'), 'utf8').split('\n');
  const allowed = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  const files = globSync(allowed, { cwd: projectRoot }).filter((file) => !file.startsWith('dist'));
  return ['.vscodeignore', ...files];
}

function run(cwd: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, args, {
    cwd,
    encoding: 'utf8',
    timeout: 300_000,
  });
  if (status === 0) return stdout + stderr;
  throw new Error(`${path.basename(args[0] ?? '')} failed: ${error?.message ?? ''}\n${stdout}${stderr}`);
}

if (import.meta.main) {
  const vsix = packageExtension();
  console.log(`${path.relative(process.cwd(), vsix)}  ${(statSync(vsix).size / 1024).toFixed(0)} KB`);
}
