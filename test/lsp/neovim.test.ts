/** Neovim, with the configuration that docs/editors.md gives. Debian: apt-get install neovim. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { dext } from '../unit/service/marked.ts';
import { SERVER } from './client.ts';

const HERE = import.meta.dirname;
const FAULTY = dext('\t\t<key>IOProviderClass</key>\n\t\t\t<string>IOUSBHostDevice</string>');

/** Why Neovim cannot be tried, or undefined. */
function whyNot(): string | undefined {
  const { status, stdout } = spawnSync('nvim', ['--version'], { encoding: 'utf8', timeout: 10_000 });
  if (status !== 0) return 'needs nvim on the PATH, not here';
  const version = /NVIM v(\d+)\.(\d+)/.exec(stdout);
  const [major, minor] = [Number(version?.[1]), Number(version?.[2])];
  return major > 0 || minor >= 7 ? undefined : `needs Neovim 0.7, this is ${version?.[0]}`;
}

test('Neovim shows findings, hover, symbols, completion and formatting', (t) => {
  const reason = whyNot();
  if (reason !== undefined) return t.skip(reason);
  const work = mkdtempSync(path.join(tmpdir(), 'driver-plist-nvim-'));
  try {
    const bin = path.join(work, 'bin');
    mkdirSync(bin);
    const program = path.join(bin, 'driver-plist-language-server');
    writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${SERVER}" "$@"\n`);
    chmodSync(program, 0o755);
    const page = readFileSync(path.join(HERE, '../../docs/editors.md'), 'utf8');
    const config = /<!-- neovim -->\n```lua\n([\s\S]*?)```/.exec(page)?.[1];
    assert.ok(config, 'docs/editors.md has a configuration for Neovim');
    const configFile = path.join(work, 'init.lua');
    writeFileSync(configFile, config);
    const file = path.join(work, 'Info.plist');
    writeFileSync(file, FAULTY);
    const args = [
      '--headless',
      '-u',
      'NONE',
      '-i',
      'NONE',
      '-n',
      '-c',
      `luafile ${path.join(HERE, 'neovim.lua')}`,
    ];
    const { stdout, stderr, status } = spawnSync('nvim', args, {
      encoding: 'utf8',
      timeout: 60_000,
      input: '',
      env: {
        ...process.env,
        PATH: `${bin}${path.delimiter}${process.env.PATH}`,
        HOME: work,
        XDG_CONFIG_HOME: work,
        XDG_STATE_HOME: work,
        XDG_CACHE_HOME: work,
        XDG_DATA_HOME: work,
        DRIVER_PLIST_NVIM_CONFIG: configFile,
        DRIVER_PLIST_NVIM_FILE: file,
      },
    });
    const said = new Map<string, unknown>(
      stdout
        .split('\n')
        .filter((line) => line.startsWith('['))
        .map((line) => JSON.parse(line) as [string, unknown]),
    );
    assert.equal(status, 0, `${stdout}\n${stderr}`);
    const codes = said.get('diagnostics') as string[];
    assert.ok(codes.includes('dext/missing-user-class'), `${codes}\n${stderr}`);
    assert.match(JSON.stringify(said.get('hover')), /provider/i);
    assert.ok((said.get('symbols') as number) >= 1);
    assert.ok((said.get('completion') as number) >= 1);
    assert.ok((said.get('formatting') as number) >= 1);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
});
