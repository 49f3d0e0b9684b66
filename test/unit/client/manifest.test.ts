/** Holds package.json against the code: what it promises is there, and what is there is promised. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { BUNDLE_KINDS } from '../../../server/src/workspace/types.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const manifest = JSON.parse(read('package.json'));
const { contributes } = manifest;
const settings: Record<string, { additionalProperties?: { enum: string[] } }> =
  contributes.configuration.properties;

test('every text of the manifest is there, and none is left over', () => {
  const used = [...read('package.json').matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key).sort();
  const given = Object.keys(JSON.parse(read('package.nls.json'))).sort();
  assert.deepEqual([...new Set(used)], given);
});

test('every command that is offered is registered', () => {
  const sources = globSync('client/src/**/*.ts', { cwd: root }).map(read).join('\n');
  for (const { command } of contributes.commands as { command: string }[]) {
    const name = command.replace(/^driverPlist\./, '');
    const registered =
      sources.includes(`command('${name}'`) || sources.includes(`registerCommand('${command}'`);
    assert.ok(registered, command);
  }
});

test('the kinds of the setting are the kinds of the server', () => {
  assert.deepEqual(settings['driverPlist.kinds']?.additionalProperties?.enum, [...BUNDLE_KINDS]);
});

test('every setting of the server is in the manifest, and the other way round', () => {
  const documented = [...read('server/src/lsp/settings.ts').matchAll(/`(driverPlist\.[\w.]+)`/g)].map(
    ([, key]) => key,
  );
  // The library reads this one itself.
  assert.deepEqual([...documented, 'driverPlist.trace.server'].sort(), Object.keys(settings).sort());
});

test('virtual workspaces are whole; in untrusted ones no setting names a file to read', () => {
  const { virtualWorkspaces, untrustedWorkspaces } = manifest.capabilities;
  assert.equal(virtualWorkspaces, true);
  assert.equal(untrustedWorkspaces.supported, 'limited');
  // What they do is shown in test/lsp/places.test.ts.
  const paths = Object.keys(settings).filter((key) => /(?:dump|path|file|folder|schemas?)$/i.test(key));
  assert.deepEqual(untrustedWorkspaces.restrictedConfigurations, paths);
});

test('every file that the manifest names is shipped', () => {
  const shipped = read('.vscodeignore').split('\n');
  const named = [
    ...contributes.languages.map(({ configuration }: { configuration: string }) => configuration),
    ...contributes.grammars.map(({ path: file }: { path: string }) => file),
    ...contributes.jsonValidation.map(({ url }: { url: string }) => url),
    manifest.icon,
    manifest.main,
    manifest.browser,
  ].map((file: string) => file.replace(/^\.\//, ''));
  for (const file of named) {
    const rules = [`!${file}`, `!${path.posix.dirname(file)}/*${path.posix.extname(file)}`];
    assert.ok(
      rules.some((rule) => shipped.includes(rule)),
      file,
    );
  }
});

test('every choice of a setting is explained, and every setting says what it does and where it may be set', () => {
  interface Setting {
    description?: string;
    markdownDescription?: string;
    scope?: string;
    order?: number;
    enum?: string[];
    enumDescriptions?: string[];
    additionalProperties?: Setting;
  }
  const orders = new Set<number>();
  for (const [name, setting] of Object.entries(settings as Record<string, Setting>)) {
    assert.ok(setting.description ?? setting.markdownDescription, name);
    assert.match(setting.scope ?? '', /^(?:resource|window|machine-overridable|language-overridable)$/, name);
    assert.ok(setting.order !== undefined && !orders.has(setting.order), `${name}: order`);
    orders.add(setting.order);
    for (const one of [setting, setting.additionalProperties]) {
      assert.equal(one?.enumDescriptions?.length, one?.enum?.length, name);
    }
  }
});

test('every step of the walkthrough is done by something that can happen', () => {
  const commands = new Set(contributes.commands.map(({ command }: { command: string }) => command));
  const sources = globSync('client/src/**/*.ts', { cwd: root }).map(read).join('\n');
  for (const { steps } of contributes.walkthroughs as {
    steps: { id: string; completionEvents?: string[] }[];
  }[]) {
    for (const { id, completionEvents = [] } of steps) {
      assert.ok(completionEvents.length > 0, id);
      for (const event of completionEvents) {
        const [kind, what = ''] = event.split(':');
        if (what.startsWith('driverPlist.')) {
          if (kind === 'onCommand') assert.ok(commands.has(what), event);
          else assert.ok(sources.includes(`'${what}'`), event);
        } else
          assert.match(
            event,
            /^(?:onStepSelected|onCommand:editor\.action\.\w+|onContext:editorLangId == plist)$/,
          );
      }
    }
  }
});

test('every condition of ours in a when-clause is set by the code, and every view in one is there', () => {
  const sources = globSync('client/src/**/*.ts', { cwd: root }).map(read).join('\n');
  const views = new Set(contributes.views.driverPlist.map(({ id }: { id: string }) => id));
  const clauses = [...read('package.json').matchAll(/"when": "((?:\\.|[^"\\])*)"/g)].map(([, when]) => when!);
  assert.ok(clauses.length > 30);
  for (const when of clauses) {
    for (const [, view] of when.matchAll(/\bview == ([\w.]+)/g)) assert.ok(views.has(view!), when);
    for (const [name] of when.replace(/\bview == [\w.]+/g, '').matchAll(/\bdriverPlist\.[\w.]+/g)) {
      assert.ok(sources.includes(`'${name}'`), `${name} in ${when}`);
    }
  }
});
