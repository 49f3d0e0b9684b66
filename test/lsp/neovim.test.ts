/** Neovim, with the configurations that docs/editors.md prints. Debian: apt-get install neovim. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { FAULTY, printedConfig, runEditor, versionOf } from './editors.ts';

const SCRIPT = path.join(import.meta.dirname, 'neovim.lua');
const FROM_0_11 = 'neovim-0.11';
const OLDER = 'neovim';

/** Major and minor version as one number, 0.11 as 11; undefined where there is no Neovim of ours. */
function version(): number | undefined {
  const found = /NVIM v(\d+)\.(\d+)/.exec(versionOf('nvim') ?? '');
  const number = found ? Number(found[1]) * 1000 + Number(found[2]) : 0;
  return number >= 7 ? number : undefined;
}

/** The blocks that the Neovim of this machine understands. */
function blocks(): readonly string[] {
  return (version() ?? 0) >= 11 ? [FROM_0_11, OLDER] : [OLDER];
}

for (const block of blocks()) {
  test(`Neovim shows findings, hover, symbols, completion, actions and formatting (${block})`, (t) => {
    if (version() === undefined) return t.skip('needs nvim 0.7 or newer on the PATH, not here');
    const args = ['--headless', '-u', 'NONE', '-i', 'NONE', '-n', '-c', `luafile ${SCRIPT}`];
    const { said, log } = runEditor('nvim', args, printedConfig(block), 'init.lua');
    const codes = said.get('diagnostics') as string[];
    assert.ok(codes.includes('dext/missing-user-class'), log);
    assert.match(JSON.stringify(said.get('hover')), /nub that the driver attaches to/, log);
    assert.ok((said.get('symbols') as number) >= 1, log);
    assert.ok((said.get('completion') as string[]).includes('IOProviderClass'), log);
    assert.ok((said.get('actions') as string[]).includes('Add IOUserClass'), log);
    const formatted = said.get('formatted') as string;
    assert.equal(formatted, FAULTY.replace('\t\t<key>IOProviderClass', '\t\t\t<key>IOProviderClass'), log);
    assert.equal(said.get('filetype'), 'plist');
  });
}

test('both configurations are Lua', (t) => {
  if (version() === undefined) return t.skip('needs nvim 0.7 or newer on the PATH, not here');
  for (const block of [FROM_0_11, OLDER]) {
    const check =
      "lua local ok, why = loadstring(vim.env.LUA); io.write(ok and 'fine' or why); vim.cmd('qall!')";
    const { stdout, stderr } = spawnSync('nvim', ['--headless', '-u', 'NONE', '-i', 'NONE', '-c', check], {
      encoding: 'utf8',
      timeout: 10_000,
      input: '',
      env: { ...process.env, LUA: printedConfig(block) },
    });
    assert.equal(stdout, 'fine', `${block}: ${stdout}${stderr}`);
  }
});
