import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SnippetTextEdit, TextDocumentEdit } from 'vscode-languageserver-types';
import { type ClientAbilities, FULL_ABILITIES } from '../../../server/src/service/abilities.ts';
import { createLanguageService } from '../../../server/src/service/index.ts';
import { positionAt } from '../../../server/src/service/text.ts';
import { openDocument } from '../../../server/src/workspace/document.ts';
import type { PlistDocument } from '../../../server/src/workspace/types.ts';
import { applyWorkspaceEdit, dext, insideDext, plist } from './marked.ts';

const PLAIN: ClientAbilities = { ...FULL_ABILITIES, snippetEdits: false };

interface Offered {
  readonly titles: readonly string[];
  /** The document after the action whose title begins so. */
  after(title: string): string;
}

/** Actions of one kind for what stands between `‹` and `›`, or at `‹` alone. */
function offered(text: string, kind = 'refactor.extract', abilities = PLAIN): Offered {
  const document = openDocument('file:///w/Lamp/Info.plist', text.replace(/[‹›]/g, ''), 1);
  const start = text.indexOf('‹');
  const end = text.includes('›') ? text.indexOf('›') - 1 : start;
  const range = { start: positionAt(document, start), end: positionAt(document, end) };
  const service = createLanguageService({ abilities });
  const actions = service.codeActions(document, { range, diagnostics: [], only: [kind] });
  assert.ok(actions.every((action) => action.kind === kind));
  return {
    titles: actions.map(({ title }) => title),
    after(title) {
      const action = actions.find((one) => one.title.startsWith(title));
      assert.ok(action, `${title} is not among ${actions.map((one) => one.title).join(', ')}`);
      return applyWorkspaceEdit(document, plainEdits(action.edit?.documentChanges?.[0] as TextDocumentEdit));
    },
  };
}

/** What a client does with the snippet, without the cursor. */
function plainEdits(change: TextDocumentEdit): { documentChanges: TextDocumentEdit[] } {
  const edits = change.edits.map((edit) =>
    'snippet' in edit
      ? {
          range: edit.range,
          newText: edit.snippet.value.replace(/\$\{1:([^}]*)\}/, '$1').replace(/\\([\\$}])/g, '$1'),
        }
      : edit,
  );
  return { documentChanges: [{ ...change, edits }] };
}

/** The value of a whole document, to compare. */
function personalityOf(text: string): ReadonlyMap<string, unknown> {
  const document: PlistDocument = openDocument('file:///w/Lamp/Info.plist', text, 1);
  assert.deepEqual(document.tree.errors, []);
  return document.tree.root?.at(['IOKitPersonalities', 'Lamp'])?.value() as ReadonlyMap<string, unknown>;
}

describe('the user client of a personality', () => {
  test('the class of a kext driver’s user client becomes that of a dictionary', () => {
    const { titles, after } = offered(
      dext(`			<key>IOUserClass</key>
			<string>Lamp</string>
			<!-- what the app opens -->
			<key>IOUser‹ClientClass</key>
			<string>LampUserClient</string> <!-- see Lamp.iig -->
			<key>IOUserServerName</key>
			<string>$(PRODUCT_BUNDLE_IDENTIFIER)</string>`),
    );
    assert.deepEqual(titles, ['Extract the user client into UserClientProperties']);
    assert.equal(
      insideDext(after('Extract the user client')),
      `			<key>IOUserClass</key>
			<string>Lamp</string>
			<key>UserClientProperties</key>
			<dict>
				<key>IOClass</key>
				<string>IOUserUserClient</string>
				<!-- what the app opens -->
				<key>IOUserClass</key>
				<string>LampUserClient</string> <!-- see Lamp.iig -->
			</dict>
			<key>IOUserServerName</key>
			<string>$(PRODUCT_BUNDLE_IDENTIFIER)</string>`,
    );
  });
  test('both pairs of classes in one dictionary: those of the client move, wherever they stand', () => {
    const { after } = offered(
      dext(`			<key>IOClass</key>
			<string>IOUserUserClient</string>
			<key>idVendor</key>
			<integer>1452</integer>
			<key>IOUserClass</key>
			<string>LampUserClient</string>
			<key>IOClass</key>
			<string>IOUserService</string>
			<key>IOUserClass</key>
			<string>Lamp</string>`).replace('>Lamp</key>', '>La‹mp</key>'),
    );
    assert.equal(
      insideDext(after('Extract the user client')),
      `			<key>UserClientProperties</key>
			<dict>
				<key>IOClass</key>
				<string>IOUserUserClient</string>
				<key>IOUserClass</key>
				<string>LampUserClient</string>
			</dict>
			<key>idVendor</key>
			<integer>1452</integer>
			<key>IOClass</key>
			<string>IOUserService</string>
			<key>IOUserClass</key>
			<string>Lamp</string>`,
    );
  });
  test('the client’s kernel class alone: the driver gets one of its own', () => {
    const { after } = offered(
      dext(`			<key>IOClass</key>
			<string>IOUser‹UserClient</string>
			<key>IOUserClass</key>
			<string>Lamp</string>`),
    );
    assert.equal(
      insideDext(after('Extract the user client')),
      `			<key>IOClass</key>
			<string>IOUserService</string>
			<key>UserClientProperties</key>
			<dict>
				<key>IOUserClass</key>
				<string>LampUserClient</string>
				<key>IOClass</key>
				<string>IOUserUserClient</string>
			</dict>
			<key>IOUserClass</key>
			<string>Lamp</string>`,
    );
  });
  test('a driver without one gets one, at its place among sorted keys', () => {
    const text = dext(`			<key>IOUserClass</key>
			<string>Lamp</string>
			<key>idVendor</key>
			<integer>1452</integer>`).replace('>Lamp</key>', '>La‹mp</key>');
    assert.equal(
      insideDext(offered(text, 'refactor.rewrite').after('Add a user-client dictionary')),
      `			<key>IOUserClass</key>
			<string>Lamp</string>
			<key>UserClientProperties</key>
			<dict>
				<key>IOClass</key>
				<string>IOUserUserClient</string>
				<key>IOUserClass</key>
				<string>LampUserClient</string>
			</dict>
			<key>idVendor</key>
			<integer>1452</integer>`,
    );
    const titles = (before: string, after: string) =>
      offered(text.replace(before, after), 'refactor.rewrite').titles;
    assert.ok(
      !titles('<string>Lamp<', '<string>IOUserHIDEventDriver<').includes('Add a user-client dictionary'),
    );
    assert.ok(!titles('idVendor', 'LampUserClientProperties').includes('Add a user-client dictionary'));
    assert.ok(
      !titles('<plist', '<!-- driver-plist-kind: kext -->\n<plist').includes('Add a user-client dictionary'),
    );
  });
  test('not in a kext, not for a class of Apple’s kernel, not where there is a dictionary already', () => {
    const line = '\t\t\t<key>IOUser‹ClientClass</key>\n\t\t\t<string>LampUserClient</string>';
    assert.deepEqual(offered(dext(line).replace('DEXT', 'KEXT')).titles, []);
    assert.deepEqual(offered(dext(line.replace('LampUser', 'IOHIDLibUser'))).titles, []);
    assert.deepEqual(
      offered(dext(`${line}\n\t\t\t<key>UserClientProperties</key>\n\t\t\t<dict/>`)).titles,
      [],
    );
    assert.deepEqual(
      offered(dext('\t\t\t<key>IOClass</key>\n\t\t\t<string>IO‹UserService</string>')).titles,
      [],
    );
  });
  test('a dictionary beside the personalities moves into one of them', () => {
    const before = plist(`	<key>CFBundlePackageType</key>
	<string>DEXT</string>
	<key>IOKitPersonalities</key>
	<dict>
		<key>Lamp</key>
		<dict>
			<key>IOUserClass</key>
			<string>Lamp</string>
		</dict>
	</dict>
	<key>UserClient‹Properties</key>
	<dict>
		<key>IOClass</key>
		<string>IOUserUserClient</string>
	</dict>
`);
    const after = offered(before, 'refactor.rewrite').after(
      'Move UserClientProperties into the personality Lamp',
    );
    assert.deepEqual([...personalityOf(after).keys()], ['IOUserClass', 'UserClientProperties']);
    assert.match(after, /\n\t\t\t\t<string>IOUserUserClient<\/string>\n/);
  });
});

describe('selected pairs', () => {
  test('become a dictionary, their comments and texts as they were', () => {
    const { titles, after } = offered(
      dext(`			<key>IOUserClass</key>
			<string>Lamp</string>
‹			<!-- how it glows -->
			<key>Colour</key>
			<string>warm
	white</string>

			<!-- levels

			<key>Old</key> -->

			<key>Levels</key>
			<array>
				<data>
				AAEC
				AwQ=
				</data>
			</array>
›			<key>IOUserServerName</key>
			<string>com.example.lamp</string>`),
    );
    assert.deepEqual(titles, ['Extract 2 keys into a dictionary']);
    assert.equal(
      insideDext(after('Extract')),
      `			<key>IOUserClass</key>
			<string>Lamp</string>
			<key>Properties</key>
			<dict>
				<!-- how it glows -->
				<key>Colour</key>
				<string>warm
	white</string>

				<!-- levels

			<key>Old</key> -->

				<key>Levels</key>
				<array>
					<data>
					AAEC
					AwQ=
					</data>
				</array>
			</dict>
			<key>IOUserServerName</key>
			<string>com.example.lamp</string>`,
    );
  });
  test('in the file’s own indentation and line ends', () => {
    const text = dext('\t\t\t‹<key>A</key>\n\t\t\t<true/>\n\t\t\t<key>B</key> <integer>1</integer>›')
      .replaceAll('\t', '  ')
      .replaceAll('\n', '\r\n');
    const after = offered(text).after('Extract 2 keys');
    assert.equal(
      after.slice(after.indexOf('      <key>Prop'), after.indexOf('\n    </dict>') + 1),
      '      <key>Properties</key>\r\n      <dict>\r\n        <key>A</key>\r\n        <true/>\r\n        <key>B</key> <integer>1</integer>\r\n      </dict>\r\n',
    );
  });
  test('a second user client gets a name that says so, and that is free', () => {
    const { after } = offered(
      dext(`			<key>IOClass</key>
			<string>IOUserService</string>
			<key>IOUserClass</key>
			<string>Lamp</string>
			<key>UserClientProperties</key>
			<dict/>
			‹<key>IOClass</key>
			<string>IOUserUserClient</string>
			<key>IOUserClass</key>
			<string>LampUserClient</string>›`),
    );
    assert.match(
      after('Extract 2 keys'),
      /<key>OtherUserClientProperties<\/key>\n\t\t\t<dict>\n\t\t\t\t<key>IOClass/,
    );
  });
  test('not at the top level, not of personalities, not a part of one pair, not what the dictionary needs', () => {
    const pair = '<key>A</key>\n\t\t\t<string>red</string>';
    for (const text of [
      plist('\t<key>CFBundlePackageType</key>\n\t<string>DEXT</string>\n\t‹<key>A</key>\n\t<true/>›\n'),
      dext(pair)
        .replace('<key>Lamp</key>', '‹<key>Lamp</key>')
        .replace('\t</dict>\n</dict>', '›\t</dict>\n</dict>'),
      dext(`\t\t\t${pair.replace('red', '‹r›ed')}`),
      dext('\t\t\t‹<key>IOClass</key>\n\t\t\t<string>IOUserService</string>›'),
      dext('\t\t\t‹<key>A</key>›\n\t\t\t<true/>'),
      dext('\t\t\t‹<key>A</key>›'),
    ]) {
      assert.deepEqual(offered(text).titles, [], text);
    }
  });
  test('the cursor goes on the name where the client knows snippets in edits', () => {
    const text = dext('\t\t\t‹<key>A$</key>\n\t\t\t<true/>›');
    const document = openDocument('file:///w/Lamp/Info.plist', text.replace(/[‹›]/g, ''), 1);
    const range = {
      start: positionAt(document, text.indexOf('‹')),
      end: positionAt(document, text.indexOf('›') - 1),
    };
    const service = createLanguageService({ abilities: FULL_ABILITIES });
    const [action] = service.codeActions(document, { range, diagnostics: [], only: ['refactor'] });
    const change = action?.edit?.documentChanges?.[0] as TextDocumentEdit | undefined;
    const [first] = (change?.edits ?? []) as SnippetTextEdit[];
    assert.equal(first?.snippet.value, '\t\t\t<key>${1:Properties}</key>\n\t\t\t<dict>\n\t');
    assert.equal(first?.range.start.character, 0);
    assert.deepEqual(
      insideDext(offered(text, 'refactor.extract', FULL_ABILITIES).after('Extract A$')),
      insideDext(offered(text).after('Extract A$')),
    );
  });
});

describe('inlining', () => {
  const before = dext(`			<key>IOUserClass</key>
			<string>Lamp</string>
			<key>Prop‹erties</key>
			<dict>
				<!-- how it glows -->
				<key>Colour</key>
				<string>warm
				white</string>
			</dict>`);
  test('undoes the extraction', () => {
    const { titles, after } = offered(before, 'refactor.inline');
    assert.deepEqual(titles, ['Inline the dictionary Properties']);
    assert.equal(
      insideDext(after('Inline')),
      `			<key>IOUserClass</key>
			<string>Lamp</string>
			<!-- how it glows -->
			<key>Colour</key>
			<string>warm
				white</string>`,
    );
  });
  test('not where a key would stand twice, nor for a dictionary that the system reads', () => {
    assert.deepEqual(offered(before.replace('>IOUserClass<', '>Colour<'), 'refactor.inline').titles, []);
    assert.deepEqual(
      offered(before.replace('Prop‹erties', 'UserClient‹Properties'), 'refactor.inline').titles,
      [],
    );
    assert.deepEqual(
      offered(before.replace('‹', '').replace('<key>Lamp', '<key>‹Lamp'), 'refactor.inline').titles,
      [],
    );
  });
});
