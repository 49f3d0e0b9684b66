import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FULL_ABILITIES, PLAIN_ABILITIES } from '../../../server/src/service/abilities.ts';
import { sourceLink, toPlainText } from '../../../server/src/service/describe.ts';
import { createLanguageService } from '../../../server/src/service/index.ts';
import { offsetAt } from '../../../server/src/service/text.ts';
import { dext, marked } from './marked.ts';

/** The text of the hover at the mark, and the text that it covers. */
function hover(text: string, abilities = FULL_ABILITIES): { words: string; covers: string } | null {
  const { document, position } = marked(text);
  const found = createLanguageService({ abilities }).hover(document, position);
  if (!found) return null;
  const { contents, range } = found;
  assert.ok(typeof contents === 'object' && 'kind' in contents && range);
  assert.equal(contents.kind, abilities.markdownHover ? 'markdown' : 'plaintext');
  const covers = document.text.slice(offsetAt(document, range.start), offsetAt(document, range.end));
  return { words: contents.value, covers };
}

const USB = '<key>IOProviderClass</key><string>IOUSBHostDevice</string>';

describe('hover', () => {
  test('a key: meaning, type, required, where it is said', () => {
    const found = hover(dext('<key>IOUser|Class</key><string>Lamp</string>'));
    assert.equal(found?.covers, '<key>IOUserClass</key>');
    for (const part of ['**`IOUserClass`**', '.iig', 'Type: string (required)', 'https://']) {
      assert.ok(found.words.includes(part), `${part} is not in ${found.words}`);
    }
  });
  test('a key as plain text', () => {
    const found = hover(dext('<key>IOUser|Class</key><string>Lamp</string>'), PLAIN_ABILITIES);
    assert.ok(found && !/[`*]|\]\(/.test(found.words), found?.words);
  });
  test('a value of a list', () => {
    const found = hover(dext('<key>IOProviderClass</key><string>IOUSB|HostDevice</string>'));
    assert.equal(found?.covers, '<string>IOUSBHostDevice</string>');
    assert.match(found.words, /IOUSBHostDevice.*USB device/s);
  });
  test('a vendor', () =>
    assert.equal(
      hover(dext(`${USB}<key>idVendor</key><integer>14|52</integer>`))?.words,
      '`1452` = `0x5AC` **Apple, Inc.**',
    ));
  test('a product of the vendor beside', () => {
    const pair = '<key>idVendor</key><integer>1452</integer><key>idProduct</key><integer>5|92</integer>';
    assert.match(hover(dext(USB + pair))?.words ?? '', /0x250.*Keyboard/);
  });
  test('a product without a vendor is a number', () =>
    assert.equal(hover(dext(`${USB}<key>idProduct</key><integer>5|92</integer>`))?.words, '`592` = `0x250`'));
  test('a product of an array', () => {
    const pair =
      '<key>idVendor</key><integer>1452</integer><key>idProductArray</key><array><integer>5|92</integer></array>';
    assert.match(hover(dext(USB + pair))?.words ?? '', /Keyboard/);
  });
  test('a kext library', () => {
    const text = dext('')
      .replace('DEXT', 'KEXT')
      .replace(
        '<key>IOKitPersonalities</key>',
        '<key>OSBundleLibraries</key><dict><key>com.apple.kpi.b|sd</key><string>8.0</string></dict>$&',
      );
    assert.match(hover(text)?.words ?? '', /com\.apple\.kpi\.bsd.*BSD/);
  });
  test('a personality is described by what it is, not by what it may match', () =>
    assert.match(hover(dext('').replace('>Lamp<', '>La|mp<'))?.words ?? '', /Personality of a dext/));
  test('a build variable alone', () => {
    const found = hover(dext('<key>IOUserServerName</key><string>a.$(PRODUCT|_NAME:lower).b</string>'));
    assert.equal(found?.covers, '$(PRODUCT_NAME:lower)');
    assert.match(found.words, /in lower case/);
  });
  test('data: size, bytes, text', () => {
    const found = hover(dext('<key>A</key><data>aGV|sbG8=</data>'));
    assert.match(found?.words ?? '', /5 bytes, text `hello`[\s\S]*68 65 6c 6c 6f/);
  });
  test('the tag of a dictionary tells of its key', () =>
    assert.match(
      hover(dext('').replace('<dict>\n\t\t<key>Lamp', '<di|ct>\n\t\t<key>Lamp'))?.words ?? '',
      /IOKitPersonalities/,
    ));
  test('a rule in a suppression comment', () =>
    assert.match(
      hover(dext('<!-- driver-plist-disable schema/ty|pe -->'))?.words ?? '',
      /Wrong type of value/,
    ));
  test('a rule, where the client shows the pages itself: no link to the web', () => {
    const { document, position } = marked(dext('<!-- driver-plist-disable schema/ty|pe -->'));
    const words = (rulePages?: string): string => {
      const own = createLanguageService({ abilities: { ...FULL_ABILITIES, rulePages } });
      return JSON.stringify(own.hover(document, position)?.contents);
    };
    assert.match(words(), /\]\(https:/);
    assert.doesNotMatch(words('editor:/{rule}'), /\]\(https:/);
    assert.ok(words('editor:/{rule}').length > 200);
  });
  test('nothing between elements, on unknown keys, outside the document', () => {
    assert.equal(hover(dext('\t\t\t|\n')), null);
    assert.equal(hover(dext('<key>Lamp|Colour</key><true/>')), null);
    assert.equal(hover(`${dext('')}\n\n|`), null);
    assert.equal(hover('|'), null);
  });
});

describe('links to sources', () => {
  test('a path with lines', () =>
    assert.equal(
      sourceLink('apple-oss-distributions/xnu iokit/Kernel/IOService.cpp:10-20'),
      'https://github.com/apple-oss-distributions/xnu/blob/HEAD/iokit/Kernel/IOService.cpp#L10-L20',
    ));
  test('a file at a tag, with a remark', () =>
    assert.equal(
      sourceLink(
        'apple-oss-distributions/IOUSBFamily tag IOUSBFamily-560.4.2 IOUSBFamily/Classes/IOUSBDevice.cpp:26-29 (scores)',
      ),
      'https://github.com/apple-oss-distributions/IOUSBFamily/blob/IOUSBFamily-560.4.2/IOUSBFamily/Classes/IOUSBDevice.cpp#L26-L29',
    ));
  test('prose is no link', () => assert.equal(sourceLink('UNVERIFIED: seen in plists that ship'), undefined));
  test('plain text keeps the address', () =>
    assert.equal(toPlainText('**A** `b` [c](https://example.com)'), 'A b c: https://example.com'));
});
