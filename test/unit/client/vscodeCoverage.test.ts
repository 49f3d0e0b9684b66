/** What the extension offers in VS Code is tried in a real VS Code: a new command or setting cannot come untested. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const root = path.resolve(import.meta.dirname, '../../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const { contributes } = JSON.parse(read('package.json'));
const words: Record<string, string> = JSON.parse(read('package.nls.json'));

const files = globSync('test/vscode/**/*.ts', { cwd: root });
const sources = files.map(read).join('\n');

/** Settings that no test in VS Code can see the effect of, with the reason. */
const UNSEEN_SETTINGS: Readonly<Record<string, string>> = {
  'driverPlist.trace.server':
    'read by the client library, and only while a person has the log level at Trace',
};

/** Features of docs/features.md that VS Code has no part in, with the reason. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'many syntax errors at once': 'the parser alone; VS Code shows what it finds',
  'push diagnostics': 'VS Code pulls',
  'other editors': 'not VS Code',
  'any client of the protocol': 'not VS Code',
  'command line': 'no editor',
  'a command line for people': 'no editor',
  'npm package': 'no editor',
  'SARIF, JSON': 'no editor',
  "a profile's entitlements": 'rules as others, shown as others',
  'built products': 'rules as others, shown as others',
  'rules asked again with the build settings': 'rules as others, shown as others',
  'drivers of one project or folder': 'rules as others, shown as others',
  'long work shows itself': 'seen only of work that lasts longer than a test; a slow server shows it',
  'localisation: English and German':
    'VS Code takes another language from a language pack, which is not here',
};

test('every command is run in VS Code, by its id or from the palette', () => {
  const offered = contributes.commands as { command: string; title: string }[];
  const untried = offered.filter(({ command, title }) => {
    const shown = (words[title.replaceAll('%', '')] ?? title).replace(/…$/, '');
    const byId = sources.includes(`'${command}'`);
    // By its title: in the palette with the category, on a button or in a menu without.
    return !byId && !sources.includes(`'Driver Plist: ${shown}`) && !sources.includes(`'${shown}`);
  });
  assert.deepEqual(
    untried.map(({ command }) => command),
    [],
  );
});

test('every setting is changed in VS Code', () => {
  const groups = [contributes.configuration].flat() as { properties: object }[];
  const settings = groups.flatMap(({ properties }) => Object.keys(properties));
  assert.ok(settings.length > 5);
  const untried = settings.filter((setting) => {
    const key = setting.replace(/^driverPlist\./, '');
    const changed = sources.includes(`configure('${key}'`) || sources.includes(`'${setting}'`);
    return !changed && UNSEEN_SETTINGS[setting] === undefined;
  });
  assert.deepEqual(untried, []);
  for (const setting of Object.keys(UNSEEN_SETTINGS)) assert.ok(settings.includes(setting), setting);
});

test('every editor, view, file name, problem matcher and checked file is used in VS Code', () => {
  const { customEditors, views, problemMatchers, jsonValidation, languages } = contributes;
  const named: string[] = [
    ...problemMatchers.map(({ name }: { name: string }) => `'$${name}'`),
    ...jsonValidation.map(({ fileMatch }: { fileMatch: string }) => path.basename(fileMatch)),
    ...Object.values(views as Record<string, { id: string }[]>)
      .flat()
      .map(({ id }) => `'${id}.focus'`),
    ...languages[0].extensions,
    ...languages[0].filenamePatterns.map((pattern: string) => pattern.replace('*', '')),
    ...customEditors.flatMap((editor: { viewType: string; priority: string; selector: object[] }) =>
      // What VS Code opens by itself is opened by a file's name.
      editor.priority === 'default' ? '.mobileprovision' : `'${editor.viewType}'`,
    ),
  ];
  assert.deepEqual(
    named.filter((name) => !sources.includes(name)),
    [],
  );
});

test('every feature that is here is shown by a test in VS Code, or has no part in it', () => {
  const rows = read('docs/features.md')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const yes = rows.filter(([, , here]) => here === 'yes');
  assert.ok(yes.length > 40, `${yes.length} rows`);
  const isElsewhere = (feature: string) => Object.keys(ELSEWHERE).some((start) => feature.startsWith(start));
  const untried = yes.filter(
    ([, feature = '', , shown = '']) => !/\btest\/vscode\//.test(shown) && !isElsewhere(feature),
  );
  assert.deepEqual(
    untried.map(([, feature]) => feature),
    [],
    'name a file of test/vscode/ in docs/features.md',
  );
});
