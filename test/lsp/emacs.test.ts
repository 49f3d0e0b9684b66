/** Emacs with Eglot, with the configuration that docs/editors.md prints. Debian: apt-get install emacs-nox elpa-eglot. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { FAULTY, printedConfig, runEditor, versionOf } from './editors.ts';

/** Why Emacs cannot be tried, or undefined. */
function whyNot(): string | undefined {
  if (versionOf('emacs') === undefined) return 'needs emacs on the PATH, not here';
  // Eglot is part of Emacs from 29 on, and a package before.
  const ask = ['-q', '--batch', '--eval', "(progn (require 'package) (package-initialize) (require 'eglot))"];
  const { status } = spawnSync('emacs', ask, { timeout: 20_000 });
  return status === 0 ? undefined : 'needs Eglot (Emacs 29, or the package), not here';
}

test('Emacs shows findings, hover, completion, actions and formats', (t) => {
  const reason = whyNot();
  if (reason !== undefined) return t.skip(reason);
  const script = path.join(import.meta.dirname, 'emacs.el');
  const { said, log, text } = runEditor(
    'emacs',
    ['-q', '--batch', '-l', script],
    printedConfig('emacs'),
    'init.el',
  );
  const findings = said.get('diagnostics') as string[];
  assert.ok(
    findings.some((finding) => /dext\/missing-user-class/.test(finding)),
    log,
  );
  assert.match(said.get('hover') as string, /nub that the driver attaches to/, log);
  assert.ok((said.get('completion') as string[]).includes('IOProviderClass'), log);
  assert.ok((said.get('actions') as string[]).includes('Add IOUserClass'), log);
  assert.ok((said.get('outline') as number) >= 1, log);
  assert.equal(text, FAULTY.replace('\t\t<key>IOProviderClass', '\t\t\t<key>IOProviderClass'), log);
  assert.doesNotMatch(log, /unsupported capability/, 'the server asks for nothing that Eglot has not');
});
