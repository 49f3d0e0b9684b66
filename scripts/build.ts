/**
 * Bundles the doors into dist/ (or the folder named by --outdir): client and server for Node and for the browser,
 * and the command line.
 */
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
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

const out = (name: string) => path.join(values.outdir, name);

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

rmSync(values.outdir, { recursive: true, force: true });
mkdirSync(values.outdir, { recursive: true });

if (values.watch) {
  for (const options of bundles) {
    const context = await esbuild.context(options);
    await context.watch();
  }
  console.log('[watch] build finished, watching for changes');
} else {
  const sizes = await Promise.all(
    bundles.map(async (options) => {
      const result = await esbuild.build(options);
      return Object.entries(result.metafile?.outputs ?? {});
    }),
  );
  for (const [file, output] of sizes.flat()) {
    if (file.endsWith('.js')) console.log(`${file}  ${(output.bytes / 1024).toFixed(0)} KB`);
  }
  for (const name of ['cli.js', 'server.js']) chmodSync(out(name), 0o755);
}
