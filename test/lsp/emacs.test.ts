/** Emacs, with the configurations that docs/editors.md prints. Debian: apt-get install emacs-nox elpa-eglot elpa-lsp-mode. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { FAULTY, printedConfig, runEditor, versionOf } from './editors.ts';

/** Why Emacs cannot be tried with a client of LSP, or undefined. */
function whyNot(client: string, packages: string): string | undefined {
  if (versionOf('emacs') === undefined) return 'needs emacs on the PATH, not here';
  const ask = `(progn (require 'package) (package-initialize) (require '${client}))`;
  const { status } = spawnSync('emacs', ['-q', '--batch', '--eval', ask], { timeout: 20_000 });
  return status === 0 ? undefined : `needs ${packages}, not here`;
}

for (const { client, block, script, packages } of [
  // Part of Emacs from 29 on.
  { client: 'eglot', block: 'emacs', script: 'emacs.el', packages: 'Eglot (Emacs 29, or the package)' },
  { client: 'lsp-mode', block: 'emacs-lsp-mode', script: 'emacs-lsp-mode.el', packages: 'lsp-mode' },
]) {
  test(`Emacs with ${client} shows findings, hover, completion, actions and formats`, (t) => {
    const reason = whyNot(client, packages);
    if (reason !== undefined) return t.skip(reason);
    const { said, log, text } = runEditor(
      'emacs',
      ['-q', '--batch', '-l', path.join(import.meta.dirname, script)],
      printedConfig(block),
      'init.el',
    );
    const findings = said.get('diagnostics') as string[];
    assert.ok(
      findings.some((finding) => /dext\/missing-user-class/.test(finding)),
      log,
    );
    assert.match(JSON.stringify(said.get('hover')), /nub that the driver attaches to/, log);
    assert.ok((said.get('completion') as string[]).includes('IOProviderClass'), log);
    assert.ok((said.get('actions') as string[]).includes('Add IOUserClass'), log);
    if (said.has('outline')) assert.ok((said.get('outline') as number) >= 1, log);
    assert.equal(text, FAULTY.replace('\t\t<key>IOProviderClass', '\t\t\t<key>IOProviderClass'), log);
    // The server asks for nothing, and sends nothing, that the client does not know.
    assert.doesNotMatch(log, /unsupported capability|Unknown (?:notification|request|method)/i);
  });
}
