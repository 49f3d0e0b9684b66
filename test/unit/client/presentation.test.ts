/** What newcomers and other tools meet: translations, the walkthrough, the problem matcher, examples of docs/ci.md. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { githubFormat } from '../../../server/src/cli/formats/github.ts';
import { lint } from '../../../server/src/rules/lint.ts';
import { openDocument } from '../../../server/src/workspace/document.ts';
import { dext } from '../service/marked.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const text = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const json = (file: string) => JSON.parse(text(file));
const manifest = json('package.json');

function fencedAfter(page: string, mark: string): string {
  const found = new RegExp(`<!-- ${mark} -->\n\`\`\`\\w+\n([\\s\\S]*?)\`\`\``).exec(text(page))?.[1];
  assert.ok(found, `${page} has a block after <!-- ${mark} -->`);
  return found;
}

describe('words', () => {
  const english: Record<string, string> = json('package.nls.json');

  test('the German manifest says all of it, with the same links and code', () => {
    const german: Record<string, string> = json('package.nls.de.json');
    assert.deepEqual(Object.keys(german).toSorted(), Object.keys(english).toSorted());
    for (const [key, value] of Object.entries(english)) {
      const fixed = (words: string) => (words.match(/`[^`]+`|\(command:[\w.]+\)/g) ?? []).toSorted();
      assert.deepEqual(fixed(german[key]!), fixed(value), key);
    }
  });

  test('the German bundle translates every message of the client, with the same placeholders', () => {
    const german: Record<string, string> = json('l10n/bundle.l10n.de.json');
    const messages = new Set<string>();
    for (const file of globSync('client/src/**/*.ts', { cwd: root })) {
      for (const [, , message] of text(file).matchAll(/\bl10n\.t\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g)) {
        messages.add(message!.replace(/\\(['"`\\])/g, '$1'));
      }
    }
    assert.ok(messages.size > 40, `${messages.size} messages`);
    assert.deepEqual(
      [...messages].filter((message) => !(message in german)),
      [],
    );
    assert.deepEqual(
      Object.keys(german).filter((message) => !messages.has(message)),
      [],
    );
    for (const [message, translated] of Object.entries(german)) {
      const places = (words: string) => (words.match(/\{\d+\}/g) ?? []).toSorted();
      assert.deepEqual(places(translated), places(message), message);
    }
  });
});

describe('places', () => {
  test('every file that the manifest names is there and is shipped', () => {
    const shipped = text('.vscodeignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const named = [
      ...text('package.json').matchAll(/"(?:\.\/)?((?:images|syntaxes|schemas|l10n)\/[\w./-]+)"/g),
    ];
    assert.ok(named.length >= 8);
    for (const [, file] of named) {
      assert.ok(existsSync(path.join(root, file!)), `${file} is missing`);
      assert.ok(
        shipped.some((pattern) => path.matchesGlob(file!, pattern)),
        `${file} is not in .vscodeignore`,
      );
    }
  });

  test('menus, views and the walkthrough name commands that there are', () => {
    const commands = new Set<string>(
      manifest.contributes.commands.map(({ command }: { command: string }) => command),
    );
    const own = /(?:command:|onCommand:|"command": ")(driverPlist\.[\w.]+)/g;
    for (const file of ['package.json', 'package.nls.json']) {
      for (const [, command] of text(file).matchAll(own)) assert.ok(commands.has(command!), command);
    }
  });
});

describe('CI', () => {
  test('the problem matcher reads what the github format writes', () => {
    const [{ pattern }] = manifest.contributes.problemMatchers;
    const regexp = new RegExp(pattern.regexp);
    const document = openDocument(
      'file:///w/Lamp/Info.plist',
      dext(
        '\t\t\t<key>IOProviderClass</key>\n\t\t\t<string>IOUSBHostDevice</string>\n\t\t\t<key>idVendor</key>\n\t\t\t<string>1</string>',
      ),
      0,
    );
    const { findings } = lint(document);
    assert.ok(findings.length > 0);
    const lines = githubFormat()
      .file({ path: 'Lamp/Info.plist', document, findings } as never)
      .trimEnd()
      .split('\n');
    assert.equal(lines.length, findings.length);
    for (const [index, line] of lines.entries()) {
      const match = regexp.exec(line);
      assert.ok(match, line);
      assert.equal(match[pattern.file], 'Lamp/Info.plist');
      assert.equal(match[pattern.code], findings[index]!.rule);
      assert.match(match[pattern.line]!, /^\d+$/);
      assert.ok(match[pattern.message]!.length > 10);
    }
  });

  test('the examples of docs/ci.md are what they say', () => {
    const action = parse(fencedAfter('docs/ci.md', 'action'));
    assert.equal(action.runs.using, 'composite');
    assert.match(action.runs.steps[0].run, /driver-plist lint/);
    const { repos } = parse(fencedAfter('docs/ci.md', 'pre-commit'));
    const files = new RegExp(repos[0].hooks[0].files);
    assert.ok(files.test('Lamp/Info.plist') && files.test('Lamp.entitlements') && !files.test('plist.md'));
  });
});
