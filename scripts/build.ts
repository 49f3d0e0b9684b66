/**
 * Bundles the doors into dist/ (or the folder named by --outdir): client and server for Node and for the browser,
 * and the command line.
 */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';

const { values } = parseArgs({
  options: {
    watch: { type: 'boolean' },
    production: { type: 'boolean' },
    outdir: { type: 'string', default: 'dist' },
  },
});

mkdirSync(values.outdir, { recursive: true });
/**
 * Where the bundles are written first: a failed build leaves the last good ones, and who runs them meanwhile never
 * meets half a file. As deep as the folder itself, for the paths in the source maps.
 */
const stage = values.watch ? values.outdir : mkdtempSync(path.join(path.dirname(values.outdir), '.dist-'));
const out = (name: string) => path.join(stage, name);

const common: esbuild.BuildOptions = {
  bundle: true,
  // Without 'module' first, the UMD builds of some VS Code packages break when bundled.
  mainFields: ['module', 'main'],
  target: 'es2022',
  minify: values.production ?? false,
  sourcemap: !values.production,
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
};

const node: esbuild.BuildOptions = { ...common, platform: 'node', format: 'cjs' };
const browser: esbuild.BuildOptions = {
  ...common,
  platform: 'browser',
  mainFields: ['browser', 'module', 'main'],
};
const shebang = { js: '#!/usr/bin/env node' };

const bundles: esbuild.BuildOptions[] = [
  { ...node, entryPoints: ['client/src/node.ts'], outfile: out('client.js'), external: ['vscode'] },
  { ...node, entryPoints: ['server/src/lsp/node.ts'], outfile: out('server.js'), banner: shebang },
  { ...node, entryPoints: ['server/src/cli/main.ts'], outfile: out('cli.js'), banner: shebang },
  {
    ...browser,
    format: 'cjs',
    entryPoints: ['client/src/browser.ts'],
    outfile: out('client.browser.js'),
    external: ['vscode'],
  },
  {
    ...browser,
    format: 'iife',
    entryPoints: ['server/src/lsp/browser.ts'],
    outfile: out('server.browser.js'),
  },
];

if (values.watch) {
  for (const options of bundles) {
    const context = await esbuild.context(options);
    await context.watch();
  }
  console.log('[watch] build finished, watching for changes');
} else {
  try {
    await build();
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

async function build(): Promise<void> {
  const results = await Promise.all(bundles.map((options) => esbuild.build(options)));
  for (const name of ['cli.js', 'server.js']) chmodSync(out(name), 0o755);
  const made = readdirSync(stage);
  for (const name of made) renameSync(out(name), path.join(values.outdir, name));
  for (const old of readdirSync(values.outdir)) {
    if (!made.includes(old)) rmSync(path.join(values.outdir, old), { recursive: true });
  }
  for (const { metafile } of results) {
    for (const [file, { bytes }] of Object.entries(metafile?.outputs ?? {})) {
      const name = path.basename(file);
      if (name.endsWith('.js'))
        console.log(`${path.join(values.outdir, name)}  ${(bytes / 1024).toFixed(0)} KB`);
    }
  }
}
