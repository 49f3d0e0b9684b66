/** The pictures of README and walkthrough: taken by `node scripts/screenshots.ts`, and of what the build does today. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { driverPlist } from './command.ts';

const root = path.resolve(import.meta.dirname, '../..');
const folder = path.join(root, 'images/walkthrough');
const again = 'take the pictures anew: node scripts/screenshots.ts';
const proof: { version: string; rules: string[]; pictures: Record<string, string> } = JSON.parse(
  readFileSync(path.join(folder, 'pictures.json'), 'utf8'),
);

test('are those that the script took, all of one run, and light', () => {
  assert.deepEqual(globSync('*.webp', { cwd: folder }).sort(), Object.keys(proof.pictures).sort());
  let bytes = 0;
  for (const [name, sum] of Object.entries(proof.pictures)) {
    const picture = readFileSync(path.join(folder, name));
    bytes += picture.length;
    assert.equal(createHash('sha256').update(picture).digest('hex'), sum, `${name}: ${again}`);
  }
  assert.ok(bytes < 450_000, `${bytes} bytes`);
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  assert.equal(proof.version, version, again);
});

test('show the sample with the findings that it has today', () => {
  const { stdout } = driverPlist(['lint', 'samples/UsbLamp', '--format', 'json'], { cwd: root });
  const { files } = JSON.parse(stdout) as { files: { findings: { rule: string }[] }[] };
  const rules = new Set(files.flatMap(({ findings }) => findings.map(({ rule }) => rule)));
  assert.deepEqual(proof.rules, [...rules].sort(), again);
});
