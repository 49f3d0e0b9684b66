import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CodeAction } from 'vscode-languageserver-types';
import { FULL_ABILITIES, PLAIN_ABILITIES } from '../../../server/src/service/abilities.ts';
import { createLanguageService } from '../../../server/src/service/index.ts';
import { openDocument } from '../../../server/src/workspace/document.ts';
import { applyWorkspaceEdit, dext, insideDext, marked, plist } from './marked.ts';

const service = createLanguageService();

function actionsAt(
  text: string,
  only?: string[],
): { actions: CodeAction[]; after: (action: CodeAction) => string } {
  const { document, position } = marked(text);
  const range = { start: position, end: position };
  const actions = service.codeActions(document, { range, diagnostics: service.diagnostics(document), only });
  return {
    actions,
    after: (action) => applyWorkspaceEdit(document, service.resolveCodeAction(document, action).edit),
  };
}

const SOUND = [
  ['CFBundleIdentifierKernel', '<string>com.apple.kpi.iokit</string>'],
  ['IOClass', '<string>IOUserService</string>'],
  ['IOProviderClass', '<string>IOUSBHostDevice</string>'],
  ['IOUserClass', '<string>Lamp</string>'],
  ['IOUserServerName', '<string>$(PRODUCT_BUNDLE_IDENTIFIER)</string>'],
  ['idProduct', '<integer>592</integer>'],
  ['idVendor', '<integer>1452</integer>'],
] as const;

function personality(changed: { readonly [key: string]: string | null }): string {
  return SOUND.filter(([key]) => changed[key] !== null)
    .map(([key, value]) => `\t\t\t<key>${key}</key>\n\t\t\t${changed[key] ?? value}`)
    .join('\n');
}

/** Rules that find something in a text. */
function rulesOf(text: string): unknown[] {
  return service.diagnostics(openDocument('file:///w/Lamp/Info.plist', text)).map(({ code }) => code);
}

describe('quick fixes', () => {
  test('wrong type: the preferred one first, and the finding is gone', () => {
    const { actions, after } = actionsAt(dext(personality({ idVendor: '<string>14|52</string>' })));
    const [first] = actions;
    assert.ok(first?.isPreferred && first.kind === 'quickfix', actions.map(({ title }) => title).join(', '));
    assert.equal(insideDext(after(first)), personality({}));
    assert.equal(first.diagnostics?.[0]?.code, 'match/usb-value-type');
  });
  test('missing key: added with a value', () => {
    const { actions, after } = actionsAt(
      dext(personality({ IOClass: null })).replace('>Lamp</key>', '>La|mp</key>'),
    );
    const fix = actions.find(({ title }) => title.includes('IOClass'));
    assert.ok(fix, actions.map(({ title }) => title).join(', '));
    const text = after(fix);
    assert.match(text, /<key>IOClass<\/key>\s*<string>IOUserService<\/string>/);
    assert.ok(!rulesOf(text).includes('dext/missing-class'));
  });
  test('all of one kind, resolved when chosen', () => {
    const text = dext(personality({ idVendor: '<string>14|52</string>', idProduct: '<string>592</string>' }));
    const { actions, after } = actionsAt(text);
    const all = actions.find(({ title }) => title.startsWith('Fix all match/usb-value-type'));
    assert.ok(all, actions.map(({ title }) => title).join(', '));
    assert.equal(all.edit, undefined);
    assert.equal(insideDext(after(all)), personality({}));
  });
  test('a suppression that works', () => {
    const { actions, after } = actionsAt(dext(personality({ idVendor: '<string>14|52</string>' })));
    const disable = actions.find(({ title }) => title.startsWith('Disable match/usb-value-type'));
    assert.ok(disable);
    const text = after(disable);
    assert.match(
      text,
      /\n\t\t\t<!-- driver-plist-disable-next-line match\/usb-value-type -->\n\t\t\t<string>1452/,
    );
    assert.ok(!rulesOf(text).includes('match/usb-value-type'));
  });
  test('none where nothing is wrong', () => {
    assert.deepEqual(actionsAt(dext(`${personality({})}|`), ['quickfix']).actions, []);
  });
  test('none for a client that knows no literals', () => {
    const { document, position } = marked(dext(personality({ idVendor: '<string>14|52</string>' })));
    const range = { start: position, end: position };
    const plain = createLanguageService({ abilities: PLAIN_ABILITIES });
    assert.deepEqual(plain.codeActions(document, { range, diagnostics: [] }), []);
  });
  test('a client without lazy edits gets them at once', () => {
    const text = dext(personality({ idVendor: '<string>14|52</string>', idProduct: '<string>592</string>' }));
    const { document, position } = marked(text);
    const eager = createLanguageService({ abilities: { ...FULL_ABILITIES, lazyCodeActionEdits: false } });
    const range = { start: position, end: position };
    assert.ok(eager.codeActions(document, { range, diagnostics: [] }).every(({ edit }) => edit));
  });
});

describe('rewriting', () => {
  const rewritten = (text: string, title: string): string => {
    const { actions, after } = actionsAt(text, ['refactor']);
    const action = actions.find((one) => one.title.startsWith(title));
    assert.ok(action, actions.map((one) => one.title).join(', '));
    assert.equal(action.kind, 'refactor.rewrite');
    return after(action);
  };
  test('decimal and hexadecimal, exact to 64 bits', () => {
    const value = (text: string) => dext(`\t\t\t<key>A</key>\n\t\t\t<integer>${text}</integer>`);
    assert.equal(rewritten(value('14|52'), 'Write as hexadecimal'), value('0x5ac'));
    assert.equal(rewritten(value('0x5|AC'), 'Write as decimal'), value('1452'));
    assert.equal(rewritten(value('18446744073709551615|'), 'Write as hex'), value('0xffffffffffffffff'));
    assert.deepEqual(actionsAt(value('-1|'), ['refactor']).actions, []);
  });
  test('all required keys at once', () => {
    const text = rewritten(dext('').replace('>Lamp<', '>La|mp<'), 'Add the');
    for (const key of ['IOClass', 'IOProviderClass', 'IOUserClass', 'IOUserServerName']) {
      assert.ok(text.includes(`\t\t\t<key>${key}</key>\n\t\t\t<string>`), text);
    }
    assert.ok(
      !rulesOf(text).some((rule) => String(rule).startsWith('dext/missing')),
      rulesOf(text).join(', '),
    );
  });
  test('keys in order, with their values', () => {
    const sorted =
      '\t\t\t<key>A</key>\n\t\t\t<array>\n\t\t\t\t<true/>\n\t\t\t</array>\n\t\t\t<key>B</key>\n\t\t\t<true/>';
    const mixed =
      '\t\t\t<key>B</key>\n\t\t\t<true/>\n\t\t\t<key>A</key>\n\t\t\t<array>\n\t\t\t\t<true/>\n\t\t\t</array>';
    const at = (lines: string) => dext(lines).replace('>Lamp<', '>La|mp<');
    assert.equal(insideDext(rewritten(at(mixed), 'Sort')), sorted);
    const titles = (lines: string) => actionsAt(at(lines), ['refactor']).actions.map(({ title }) => title);
    assert.ok(!titles(sorted).includes('Sort the keys'));
    assert.ok(
      !titles(`${mixed}\n\t\t\t<!-- of A -->`).includes('Sort the keys'),
      'a comment belongs to a place',
    );
  });
  test('a personality moves past its neighbour, comments above it go along', () => {
    const entry = (name: string) =>
      `\t\t<key>${name}</key>\n\t\t<dict>\n\t\t\t<key>A</key>\n\t\t\t<true/>\n\t\t</dict>\n`;
    const whole = (inside: string) =>
      plist(`\t<key>IOKitPersonalities</key>\n\t<dict>\n${inside}\t</dict>\n`);
    const noted = `\t\t<!-- the second -->\n${entry('Two')}`;
    const first = whole(entry('One') + noted);
    const swapped = whole(noted + entry('One'));
    assert.equal(rewritten(first.replace('>Two', '>T|wo'), 'Move up'), swapped);
    assert.equal(rewritten(first.replace('>One', '>O|ne'), 'Move down'), swapped);
    assert.equal(rewritten(swapped.replace('>Two', '>T|wo'), 'Move down'), first);
    const titles = actionsAt(first.replace('>One', '>O|ne'), ['refactor']).actions.map(({ title }) => title);
    assert.ok(!titles.some((title) => title.startsWith('Move up')), titles.join(', '));
  });
  test('one value becomes a list where the key takes one', () => {
    const value = (text: string) => dext(`\t\t\t<key>IONameMatch</key>\n${text}`);
    assert.equal(
      insideDext(rewritten(value('\t\t\t<string>la|mp</string>'), 'Wrap in an array')),
      `\t\t\t<key>IONameMatch</key>\n\t\t\t<array>\n\t\t\t\t<string>lamp</string>\n\t\t\t</array>`,
    );
    const one = dext('\t\t\t<key>IOUserClass</key>\n\t\t\t<string>La|mp</string>');
    assert.deepEqual(actionsAt(one, ['refactor']).actions, []);
  });
  test('a copy of a personality', () => {
    const text = rewritten(dext(personality({})).replace('>Lamp<', '>La|mp<'), 'Duplicate');
    const { tree } = openDocument('file:///w/Info.plist', text);
    const both = tree.root
      ?.get('IOKitPersonalities')
      ?.entries.map(({ key, value }) => [key.text, value?.entries.length]);
    assert.deepEqual(both, [
      ['Lamp', 7],
      ['Lamp copy', 7],
    ]);
    assert.match(text, /\n\t\t<key>Lamp copy<\/key>\n\t\t<dict>/);
  });
});

describe('source.fixAll', () => {
  test('mends all that is obvious', () => {
    const text = dext(
      `${personality({ idVendor: '<string>1452</string>', idProduct: '<string>592</string>' })}|`,
    );
    for (const only of ['source', 'source.fixAll', 'source.fixAll.driverPlist']) {
      const { actions, after } = actionsAt(text, [only]);
      assert.deepEqual(
        actions.map(({ kind }) => kind),
        ['source.fixAll.driverPlist'],
        only,
      );
      assert.equal(insideDext(after(actions[0]!)), personality({}));
    }
  });
  test('is not among the quick fixes', () => {
    const { actions } = actionsAt(dext(personality({ idVendor: '<string>14|52</string>' })), ['quickfix']);
    assert.ok(actions.length > 0 && actions.every(({ kind }) => kind === 'quickfix'));
  });
});

describe('diagnostics', () => {
  test('beyond the limit the gravest stay, and the rest is counted', () => {
    const keys = Array.from({ length: 1500 }, (_, i) => `<key>k${i}</key>`).join('\n');
    const { document } = marked(`${dext(keys)}|`);
    const diagnostics = service.diagnostics(document);
    assert.equal(diagnostics.length, 1001);
    assert.match(String(diagnostics.at(-1)?.message), /more findings/);
  });
  test('source, code and link', () => {
    const { document } = marked(`${dext(personality({ idVendor: '<string>1452</string>' }))}|`);
    const [first] = service.diagnostics(document);
    assert.equal(first?.source, 'driver-plist');
    assert.match(first?.codeDescription?.href ?? '', /docs\/rules\/match\/usb-value-type\.md$/);
  });
});
