/** Completion of what the project around a file names. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { createLanguageService } from '../../../server/src/service/index.ts';
import { positionAt } from '../../../server/src/service/text.ts';
import { namesFor } from '../../../server/src/service/workspaceNames.ts';
import { openDocument } from '../../../server/src/workspace/document.ts';
import { Workspace } from '../../../server/src/workspace/workspace.ts';
import { memoryFiles, ROOT } from '../workspace/memoryFiles.ts';
import { accept } from './marked.ts';

const SAMPLE = path.resolve(import.meta.dirname, '../../fixtures/workspace/rules/user-client-access/valid');

/** The sample project with other files in it. */
async function projectWith(more: { readonly [file: string]: string }): Promise<Workspace> {
  const files: Record<string, string> = {};
  for (const name of readdirSync(SAMPLE, { recursive: true, encoding: 'utf8' })) {
    if (/\.\w+$/.test(name) && !name.endsWith('.xcodeproj')) {
      files[name] = readFileSync(path.join(SAMPLE, name), 'utf8');
    }
  }
  const project = 'Lamp.xcodeproj/project.pbxproj';
  files[project] = files[project]!.replace(
    'INFOPLIST_FILE = Driver/Info.plist;',
    'INFOPLIST_FILE = Driver/Info.plist; LAMP_COLOUR = red; CLANG_ENABLE_MODULES = YES; "LAMP_SIZE[arch=arm64]" = 2;',
  );
  const workspace = new Workspace(memoryFiles({ ...files, ...more }), [ROOT]);
  await workspace.index();
  return workspace;
}

/** Labels with their details where `before` is replaced by `after`, which has the mark. */
async function offered(
  file: string,
  before: string,
  after: string,
  more: { readonly [file: string]: string } = {},
): Promise<{ shown: string[]; accepted: (label: string) => string }> {
  const workspace = await projectWith(more);
  const uri = `${ROOT}/${file}`;
  const text = workspace.document(uri)?.text.replace(before, after);
  assert.ok(text);
  assert.ok(text.includes('|'), `${before} is not in ${file}`);
  const document = openDocument(uri, text.replace('|', ''), 1);
  const service = createLanguageService({ names: (asked) => namesFor(workspace, asked) });
  const { items } = service.complete(document, positionAt(document, text.indexOf('|')));
  const sorted = items.toSorted((a, b) => (a.sortText! < b.sortText! ? -1 : 1));
  return {
    shown: sorted.map(({ label, labelDetails }) => `${label} ${labelDetails?.description ?? ''}`.trim()),
    accepted: (label) => accept(document, items.find((item) => item.label === label)!),
  };
}

describe('build settings', () => {
  test('those of the project are among them, with their values, those of the compiler are not', async () => {
    const { shown, accepted } = await offered('Driver/Info.plist', 'Lets the lamp shine.', 'A $(LA|');
    assert.ok(shown.includes('$(LAMP_COLOUR) red'), shown.join('\n'));
    assert.ok(shown.includes('$(PRODUCT_BUNDLE_IDENTIFIER) com.acme.lamp.driver'));
    assert.ok(shown.some((one) => one.startsWith('$(LAMP_SIZE)')));
    assert.ok(!shown.some((one) => one.includes('CLANG') || one.includes('CODE_SIGN')));
    assert.match(accepted('$(LAMP_COLOUR)'), /<string>A \$\(LAMP_COLOUR\)<\/string>/);
  });
  test('a file of no bundle has the usual ones', async () => {
    const stray = { 'Stray.plist': '<plist version="1.0"><string>$(X)</string></plist>' };
    const { shown } = await offered('Stray.plist', '$(X)', '$(|', stray);
    assert.ok(shown.includes('$(PRODUCT_NAME) the name of the product, without extension'));
    assert.ok(!shown.some((one) => one.includes('LAMP')));
  });
});

describe('classes', () => {
  const iig = { 'Driver/LampUserClient.iig': 'class LampUserClient: public IOUserClient\n{\npublic:\n};\n' };
  test('those that the sources of the bundle declare, where they are declared', async () => {
    const { shown } = await offered('Driver/Info.plist', '<string>Lamp</string>', '<string>|</string>', iig);
    assert.equal(shown[0], 'Lamp Lamp.iig');
  });
  test('in a user-client dictionary those of user clients first', async () => {
    const { shown, accepted } = await offered(
      'Driver/Info.plist',
      '<key>IOUserServerName</key>',
      '<key>UserClientProperties</key><dict><key>IOUserClass</key><string>|</string></dict><key>IOUserServerName</key>',
      // The target of the project does not list the file: in a folder without one each file counts.
      { ...iig, 'Lamp.xcodeproj/project.pbxproj': '' },
    );
    assert.deepEqual(shown.slice(0, 2), ['LampUserClient LampUserClient.iig', 'Lamp Lamp.iig']);
    assert.match(accepted('LampUserClient'), /<string>LampUserClient\|?<\/string><\/dict>/);
  });
});

test('the drivers that an app may ask access to, none twice', async () => {
  const access = await offered('App/App.entitlements', 'com.else.driver', '|');
  assert.ok(!access.shown.some((one) => one.startsWith('com.acme.lamp.driver')));
  const { shown, accepted } = await offered('App/App.entitlements', 'com.acme.lamp.driver', '|');
  assert.equal(shown[0], 'com.acme.lamp.driver LampDriver');
  assert.match(accepted('com.acme.lamp.driver'), /<string>com\.acme\.lamp\.driver<\/string>/);
});
