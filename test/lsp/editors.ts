/** What the tests of other editors share: the configuration that docs/editors.md prints, and a place to run in. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { dext } from '../unit/service/marked.ts';
import { SERVER } from './client.ts';

/** Has findings, something to hover over, and a layout that formatting mends. */
export const FAULTY = dext('\t\t<key>IOProviderClass</key>\n\t\t\t<string>IOUSBHostDevice</string>');

/** The block of docs/editors.md behind `<!-- mark -->`. Throws when there is none. */
export function printedConfig(mark: string): string {
  const page = readFileSync(path.join(import.meta.dirname, '../../docs/editors.md'), 'utf8');
  const config = new RegExp(`<!-- ${mark} -->\n\`\`\`\\w+\n([\\s\\S]*?)\`\`\``).exec(page)?.[1];
  assert.ok(config, `docs/editors.md has a block after <!-- ${mark} -->`);
  return config;
}

/** What a program prints for `--version`; undefined when it is not on the PATH. */
export function versionOf(program: string): string | undefined {
  const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8', timeout: 10_000 });
  return status === 0 ? stdout : undefined;
}

export interface EditorRun {
  /** What the script in the editor said, by its first word: lines of the form `["what", value]`. */
  readonly said: ReadonlyMap<string, unknown>;
  /** Everything that the editor wrote, for the message of a failed assertion. */
  readonly log: string;
  /** The file as the editor left it. */
  readonly text: string;
}

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/**
 * Runs an editor on {@link FAULTY} in a home of its own, with the server on the PATH as the npm package puts it there.
 * The script finds its two files in DRIVER_PLIST_CONFIG and DRIVER_PLIST_FILE, and may
 * write what it says to DRIVER_PLIST_SAID rather than to standard output.
 * @param config text of the configuration file
 * @param configName its name, as some editors go by it
 */
export function runEditor(
  program: string,
  args: readonly string[],
  config: string,
  configName: string,
): EditorRun {
  assert.ok(existsSync(SERVER), 'dist/server.js is not there: run npm run build first');
  const home = mkdtempSync(path.join(tmpdir(), 'driver-plist-editor-'));
  folders.push(home);
  const bin = path.join(home, 'bin');
  mkdirSync(bin);
  const server = path.join(bin, 'driver-plist-language-server');
  writeFileSync(server, `#!/bin/sh\nexec "${process.execPath}" "${SERVER}" "$@"\n`);
  chmodSync(server, 0o755);
  const configFile = path.join(home, configName);
  writeFileSync(configFile, config);
  const file = path.join(home, 'Lamp', 'Info.plist');
  mkdirSync(path.dirname(file));
  writeFileSync(file, FAULTY);
  const saidFile = path.join(home, 'said');
  writeFileSync(saidFile, '');
  const { stdout, stderr, status, error } = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: 100_000,
    input: '',
    cwd: home,
    env: {
      ...process.env,
      PATH: `${bin}${path.delimiter}${process.env.PATH}`,
      HOME: home,
      XDG_CONFIG_HOME: home,
      XDG_STATE_HOME: home,
      XDG_CACHE_HOME: home,
      XDG_DATA_HOME: home,
      DRIVER_PLIST_CONFIG: configFile,
      DRIVER_PLIST_FILE: file,
      DRIVER_PLIST_SAID: saidFile,
    },
  });
  const told = `${stdout}\n${readFileSync(saidFile, 'utf8')}`;
  const log = `${error ?? ''}\n${told}\n${stderr}`;
  assert.equal(status, 0, log);
  const said = new Map<string, unknown>(
    told
      .split(/\r?\n/)
      .filter((line) => line.startsWith('["'))
      .map((line) => JSON.parse(line) as [string, unknown]),
  );
  return { said, log, text: readFileSync(file, 'utf8') };
}
