/** How often a lint run asks the file system: counted, so that it holds on any machine. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { twin } from '../bench/twin.ts';
import { driverPlist, folderWith } from './command.ts';

/** Loaded before the command: counts calls by name, and writes them when the process ends. */
const COUNTER = `
const fs = require('node:fs');
const counts = {};
const count = (holder, name) => {
  const call = holder[name];
  holder[name] = (...args) => {
    counts[name] = (counts[name] ?? 0) + 1;
    return call.apply(holder, args);
  };
};
for (const name of ['openSync', 'statSync', 'readdirSync']) count(fs, name);
for (const name of ['open', 'readFile', 'stat', 'readdir']) count(fs.promises, name);
process.on('exit', () => fs.writeFileSync(process.env.COUNTS, JSON.stringify(counts)));
`;

test('each file is opened once, and looked at once before', () => {
  const files: { [name: string]: string } = {};
  for (let i = 0; i < 120; i++) files[`in/${i % 6}/${i}-Info.plist`] = twin(2).plist;
  const cwd = folderWith(files);
  const preload = path.join(cwd, 'counter.cjs');
  const counted = path.join(cwd, 'counts.json');
  writeFileSync(preload, COUNTER);
  const { stdout, stderr } = driverPlist(['lint', 'in', '--format', 'json'], {
    cwd,
    env: { NODE_OPTIONS: `--require ${JSON.stringify(preload)}`, COUNTS: counted },
  });
  assert.equal(stderr, '');
  assert.equal((JSON.parse(stdout) as { files: unknown[] }).files.length, 120);
  const counts = JSON.parse(readFileSync(counted, 'utf8')) as { readonly [name: string]: number };
  // Beside the files: a config file is looked for in the 7 folders and those above them.
  assert.ok(
    counts.openSync! >= 120 && counts.openSync! <= 120 + 7 + cwd.split('/').length,
    JSON.stringify(counts),
  );
  assert.ok(counts.statSync! <= 120 + 10, JSON.stringify(counts));
  assert.equal(counts.readdirSync, 2 * 7);
  for (const name of ['open', 'readFile', 'stat', 'readdir']) assert.equal(counts[name], undefined, name);
});
