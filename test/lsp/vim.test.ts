/** Vim with ALE, with the configuration that docs/editors.md prints. Debian: apt-get install vim vim-ale. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { printedConfig, runEditor, versionOf } from './editors.ts';

/** Why Vim cannot be tried, or undefined. */
function whyNot(): string | undefined {
  if (!/^VIM - Vi IMproved (?:8|9|\d\d)\./.test(versionOf('vim') ?? ''))
    return 'needs Vim 8 on the PATH, not here';
  const ask = [
    '-N',
    '-i',
    'NONE',
    '-es',
    '-u',
    'NONE',
    '-c',
    'packadd ale | call ale#linter#Get("x") | qall!',
  ];
  const { status } = spawnSync('vim', [...ask, '-c', 'cquit'], { input: '', timeout: 10_000 });
  return status === 0 ? undefined : 'needs ALE as a package of Vim, not here';
}

test('Vim shows findings, hover and completion', (t) => {
  const reason = whyNot();
  if (reason !== undefined) return t.skip(reason);
  const script = path.join(import.meta.dirname, 'vim.vim');
  const args = ['-N', '-i', 'NONE', '-n', '-es', '-u', 'vimrc', '-S', script];
  const { said, log } = runEditor('vim', args, printedConfig('vim'), 'vimrc');
  assert.ok((said.get('diagnostics') as string[]).includes('dext/missing-user-class'), log);
  assert.match(said.get('hover') as string, /nub that the driver attaches to/, log);
  assert.ok((said.get('completion') as string[]).includes('IOProviderClass'), log);
  assert.equal(said.get('filetype'), 'plist');
});
