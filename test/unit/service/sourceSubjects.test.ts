/** Navigation that begins in sources and project files. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applyEdits } from '../../../server/src/plist/edit.ts';
import { definitionOf } from '../../../server/src/service/definition.ts';
import { referencesOf } from '../../../server/src/service/references.ts';
import { renameSubject } from '../../../server/src/service/rename.ts';
import { sourceSubjectAt } from '../../../server/src/service/sourceSubjects.ts';
import type { Place, Subject } from '../../../server/src/service/subjects.ts';
import { roleOf } from '../../../server/src/workspace/walk.ts';
import { Workspace } from '../../../server/src/workspace/workspace.ts';
import { memoryFiles, ROOT } from '../workspace/memoryFiles.ts';
import { pbxproj } from '../workspace/pbxproj.ts';
import { plist } from '../workspace/plists.ts';

const FILES: Record<string, string> = {
  'Lamp.xcodeproj/project.pbxproj': pbxproj({
    xcconfig: 'Base.xcconfig',
    targets: {
      Driver: {
        type: 'driver-extension',
        settings: {
          PRODUCT_BUNDLE_IDENTIFIER: 'com.acme.lamp.driver',
          INFOPLIST_FILE: 'Driver/Info.plist',
        },
        sources: ['Driver/Lamp.cpp', 'Driver/Lamp.iig'],
      },
    },
  }),
  'Base.xcconfig':
    '// the lamp\nMATCH_CATEGORY = com.acme.category\nOTHER[sdk=macosx*] = $(MATCH_CATEGORY).x\n',
  'Driver/Info.plist': plist({
    CFBundleIdentifier: '$(PRODUCT_BUNDLE_IDENTIFIER)',
    IOKitPersonalities: {
      Bulb: { IOMatchCategory: '$(MATCH_CATEGORY)', IOUserClass: 'Lamp', IOProviderClass: 'IOUSBHostDevice' },
    },
  }),
  'Driver/Lamp.iig':
    '// class Lamp\nclass Lamp: public IOService\n{\n};\nclass Helper: public IOService\n{\n};\n',
  'Driver/Lamp.cpp': '#include "Lamp.h"\nint helper;\nkern_return_t Lamp::Start(Helper *h) { return 0; }\n',
};

async function read(): Promise<Workspace> {
  const workspace = new Workspace(memoryFiles(FILES), [ROOT]);
  await workspace.index();
  return workspace;
}

/** @param mark the text at whose beginning the cursor stands, the n-th of its kind */
function subjectIn(workspace: Workspace, file: string, mark: string, nth = 0): Subject | undefined {
  const text = FILES[file] ?? '';
  let at = text.indexOf(mark);
  for (let count = 0; count < nth; count++) at = text.indexOf(mark, at + 1);
  assert.ok(at >= 0);
  const role = roleOf(file.slice(file.lastIndexOf('/') + 1));
  assert.ok(role);
  return sourceSubjectAt(workspace, role, text, at + 1);
}

function shown(places: readonly Place[]): string[] {
  return places.map(({ uri, range }) => {
    const file = uri.slice(ROOT.length + 1);
    const text = FILES[file] ?? '';
    return `${file} ${text.slice(range.start, range.end)}`;
  });
}

async function places(file: string, mark: string, nth = 0): Promise<string[]> {
  const workspace = await read();
  const subject = subjectIn(workspace, file, mark, nth);
  assert.ok(subject, `nothing at ${mark}`);
  return shown(await referencesOf(workspace, { uri: `${ROOT}/${file}` }, subject)).sort();
}

describe('a class', () => {
  const everywhere = ['Driver/Info.plist Lamp', 'Driver/Lamp.cpp Lamp', 'Driver/Lamp.iig Lamp'];

  test('of an .iig file leads to the plist that names it', async () => {
    assert.deepEqual(await places('Driver/Lamp.iig', 'Lamp: public'), everywhere);
  });

  test('of C++ leads there when a plist names it, and only then', async () => {
    assert.deepEqual(await places('Driver/Lamp.cpp', 'Lamp::'), everywhere);
    const workspace = await read();
    assert.equal(subjectIn(workspace, 'Driver/Lamp.cpp', 'Helper'), undefined);
    assert.equal(subjectIn(workspace, 'Driver/Lamp.cpp', 'kern_return_t'), undefined);
    assert.equal(subjectIn(workspace, 'Driver/Lamp.cpp', 'Lamp.h'), undefined);
  });

  test('in a comment is none, one that no plist names is one in an .iig file', async () => {
    const workspace = await read();
    assert.equal(subjectIn(workspace, 'Driver/Lamp.iig', 'Lamp'), undefined);
    assert.equal(subjectIn(workspace, 'Driver/Lamp.iig', 'Helper')?.kind, 'class');
  });

  test('is renamed from its .iig file in all files', async () => {
    const workspace = await read();
    const subject = subjectIn(workspace, 'Driver/Lamp.iig', 'Lamp: public');
    assert.ok(subject?.kind === 'class');
    const result = await renameSubject(workspace, { uri: `${ROOT}/Driver/Lamp.iig` }, subject, 'Torch');
    assert.ok('plan' in result);
    const after = (file: string) => applyEdits(FILES[file] ?? '', result.plan.get(`${ROOT}/${file}`) ?? []);
    assert.match(after('Driver/Info.plist'), /<string>Torch<\/string>/);
    assert.match(after('Driver/Lamp.iig'), /^\/\/ class Lamp\nclass Torch: public/);
    assert.match(after('Driver/Lamp.cpp'), /Torch::Start/);
  });
});

describe('a build setting', () => {
  const uses = ['Base.xcconfig MATCH_CATEGORY', 'Driver/Info.plist $(MATCH_CATEGORY)'];

  test('of an .xcconfig leads to the plists that use it', async () => {
    assert.deepEqual(await places('Base.xcconfig', 'MATCH_CATEGORY'), uses);
    assert.deepEqual(await places('Base.xcconfig', 'MATCH_CATEGORY)'), uses);
  });

  test('of a project leads to the plists that use it, and to where it is set', async () => {
    const file = 'Lamp.xcodeproj/project.pbxproj';
    const found = await places(file, 'PRODUCT_BUNDLE_IDENTIFIER');
    assert.ok(found.includes('Driver/Info.plist $(PRODUCT_BUNDLE_IDENTIFIER)'));
    const workspace = await read();
    const subject = subjectIn(workspace, file, 'PRODUCT_BUNDLE_IDENTIFIER');
    assert.ok(subject);
    const defined = definitionOf(workspace, { uri: `${ROOT}/${file}` }, subject);
    // Once for each configuration.
    assert.deepEqual([...new Set(shown(defined))], [`${file} com.acme.lamp.driver`]);
  });
});

test('a bundle id in a project leads to its bundle', async () => {
  const found = await places('Lamp.xcodeproj/project.pbxproj', 'com.acme.lamp.driver');
  assert.ok(found.includes('Driver/Info.plist $(PRODUCT_BUNDLE_IDENTIFIER)'));
});

test('nothing is thrown at any place of any file', async () => {
  const workspace = await read();
  for (const [file, text] of Object.entries(FILES)) {
    const role = roleOf(file.slice(file.lastIndexOf('/') + 1));
    for (let at = 0; role && at <= text.length; at++) sourceSubjectAt(workspace, role, text, at);
  }
});
