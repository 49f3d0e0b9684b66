/** The configurations of docs/editors.md for editors that no test can run: they parse, and name programs of ours. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import manifest from '../../package.json' with { type: 'json' };
import { printedConfig } from './editors.ts';

const SERVER_COMMAND = ['driver-plist-language-server', '--stdio'];

test('the commands are programs of the package', () => {
  assert.deepEqual(Object.keys(manifest.bin), ['driver-plist', SERVER_COMMAND[0]]);
});

test('Helix: TOML that starts the server for property lists', (t) => {
  const script = 'import json, sys, tomllib; print(json.dumps(tomllib.loads(sys.stdin.read())))';
  const python = spawnSync('python3', ['-c', script], { input: printedConfig('helix'), encoding: 'utf8' });
  if (python.error || /No module named/.test(python.stderr)) return t.skip('needs python3.11, not here');
  assert.equal(python.stderr, '');
  const config = JSON.parse(python.stdout);
  const [language] = config.language;
  const { command, args } = config['language-server'][language['language-servers'][0]];
  assert.deepEqual([command, ...args], SERVER_COMMAND);
  assert.equal(language.name, 'plist');
  assert.deepEqual(language['file-types'], ['plist', 'entitlements', 'xcent']);
});

test('Sublime Text: JSON that starts the server', () => {
  const { clients } = JSON.parse(printedConfig('sublime'));
  assert.deepEqual(clients['driver-plist'].command, SERVER_COMMAND);
});

test('Zed: JSON that lints the file', () => {
  const [task] = JSON.parse(printedConfig('zed'));
  assert.match(task.command, /^driver-plist lint "\$ZED_FILE"$/);
});
