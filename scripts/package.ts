/** Packs the extension: builds for production and writes `driver-plist.vsix`. */
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from './vscode-host.ts';

/**
 * Builds and packs. Returns the path of the .vsix. A warning of the packer is an error here.
 * @throws Error with the words of the program that failed.
 */
export function packageExtension(): string {
  const vsix = path.join(projectRoot, 'driver-plist.vsix');
  run(['scripts/build.ts', '--production']);
  const vsce = path.join(projectRoot, 'node_modules/@vscode/vsce/vsce');
  // Bundled: no dependency is shipped. There is no public repository yet to point links at.
  const flags = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];
  const said = run([vsce, 'package', ...flags, '--out', vsix]);
  const warnings = said.split('\n').filter((line) => /\bWARNING\b/.test(line));
  if (warnings.length > 0) throw new Error(`The packer warns:\n${warnings.join('\n')}`);
  return vsix;
}

function run(args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, args, {
    cwd: projectRoot,
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
