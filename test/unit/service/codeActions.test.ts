import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CodeAction } from 'vscode-languageserver-types';
import { FULL_ABILITIES, PLAIN_ABILITIES } from '../../../server/src/service/abilities.ts';
import { createLanguageService } from '../../../server/src/service/index.ts';
import { openDocument } from '../../../server/src/workspace/document.ts';
import { applyWorkspaceEdit, dext, insideDext, marked } from './marked.ts';

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
  return service.diagnostics(openDocument('file:///work/Lamp/Info.plist', text)).map(({ code }) => code);
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
    assert.deepEqual(actionsAt(dext(`${personality({})}|`)).actions, []);
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
