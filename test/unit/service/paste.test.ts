import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applyEdits } from '../../../server/src/plist/edit.ts';
import { pasteAt, pastedValue } from '../../../server/src/service/paste.ts';
import { offsetAt } from '../../../server/src/service/text.ts';
import { marked, plist } from './marked.ts';

/** The text after pasting at the mark; undefined when there is no place for it. */
function pasted(text: string, clipboard: string): string | undefined {
  const { document, position } = marked(text);
  const value = pastedValue(clipboard);
  assert.notEqual(value, undefined, 'the clipboard is not read');
  const edits = pasteAt(document, offsetAt(document, position), value!);
  return edits && applyEdits(document.text, edits);
}

const IOREG = `    | |   {
    | |     "idVendor" = 4617
    | |     "USB Serial Number" = "ABC123"
    | |     "bDeviceClass" = 0xff
    | |     "locationID" = <0010
    | |   }`;

describe('pasting', () => {
  test('lines of ioreg become keys behind the entry at the cursor, without private or cut values', () => {
    const text = plist('\t<key>A</key>\n\t<true/>|\n\t<key>B</key>\n\t<true/>\n');
    const after = pasted(text, IOREG);
    assert.equal(
      after,
      plist(
        '\t<key>A</key>\n\t<true/>\n\t<key>idVendor</key>\n\t<integer>4617</integer>\n\t<key>bDeviceClass</key>\n\t<integer>255</integer>\n\t<key>B</key>\n\t<true/>\n',
      ),
    );
    assert.ok(!after?.includes('ABC123'));
  });
  test('a key that is there gets the new value', () => {
    const text = plist('\t<key>idVendor</key>\n\t<integer>1|</integer>\n');
    assert.equal(pasted(text, '{ "idVendor": 2 }'), plist('\t<key>idVendor</key>\n\t<integer>2</integer>\n'));
  });
  test('into an empty dictionary, an array, an empty document', () => {
    assert.match(
      pasted('<plist>\n<dict>|</dict>\n</plist>\n', '{ "A": [1] }') ?? '',
      /<key>A<\/key>\s*<array>\s*<integer>1</,
    );
    assert.equal(
      pasted('<plist>\n<array>\n\t<true/>|\n\t<false/>\n</array>\n</plist>\n', '[7]'),
      '<plist>\n<array>\n\t<true/>\n\t<integer>7</integer>\n\t<false/>\n</array>\n</plist>\n',
    );
    assert.match(pasted('|', '{ "A": 1 }') ?? '', /^<\?xml[\s\S]*<key>A<\/key>/);
  });
  test('a list does not fit into a dictionary', () => {
    assert.equal(pasted(plist('\t<key>A</key>\n\t<true/>|\n'), '[1]'), undefined);
  });
  test('other text is not read', () => {
    for (const text of ['', 'word', '<key>A</key>', '{ "A": '])
      assert.equal(pastedValue(text), undefined, text);
  });
});
