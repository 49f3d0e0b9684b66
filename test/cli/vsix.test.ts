/** The packed extension: what it holds, and how much it weighs. Packing fails on a warning of the packer. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { packageExtension } from '../../scripts/package.ts';

/** Bytes. Most of it is the server twice (Node and browser), each with the tables of USB and PCI names. */
const BUDGET = 3_000_000;

/** Names in a zip file, from its central directory (PKWARE APPNOTE 4.3.12). */
function namesIn(zip: Buffer): string[] {
  const names: string[] = [];
  for (let at = zip.indexOf('PK\x01\x02', 0, 'latin1'); at >= 0; ) {
    const length = zip.readUInt16LE(at + 28);
    names.push(zip.toString('utf8', at + 46, at + 46 + length));
    at = zip.indexOf('PK\x01\x02', at + 46 + length, 'latin1');
  }
  return names;
}

test('holds what runs and what is read offline, no sources, and weighs little', () => {
  const work = mkdtempSync(path.join(tmpdir(), 'driver-plist-vsix-'));
  try {
    const vsix = packageExtension(path.join(work, 'driver-plist.vsix'));
    const names = namesIn(readFileSync(vsix)).map((name) => name.replace(/^extension\//, ''));
    for (const name of [
      'package.json',
      'package.nls.de.json',
      'l10n/bundle.l10n.de.json',
      'dist/client.js',
      'dist/client.browser.js',
      'dist/server.js',
      'dist/server.browser.js',
      'syntaxes/plist.tmLanguage.json',
      'schemas/config.schema.json',
      'images/walkthrough/findings.webp',
      'images/walkthrough/match.webp',
      'samples/UsbLamp/UsbLampDriver/Info.plist',
    ]) {
      assert.ok(names.includes(name), `${name} is not among ${names.join(', ')}`);
    }
    assert.deepEqual(
      names.filter((name) => /\.(?:ts|map)$|node_modules|test\//.test(name)),
      [],
    );
    const { size } = statSync(vsix);
    assert.ok(size < BUDGET, `${size} bytes, the budget is ${BUDGET}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
});
