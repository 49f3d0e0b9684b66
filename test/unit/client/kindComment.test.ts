import assert from 'node:assert/strict';
import { test } from 'node:test';
import picomatch from 'picomatch';
import { kindCommentEdit, kindInComment, literalGlob } from '../../../client/src/kindComment.ts';

function after(text: string, kind: string | undefined): string {
  const edit = kindCommentEdit(text, kind);
  return edit === undefined ? text : text.slice(0, edit.start) + edit.newText + text.slice(edit.end);
}

const cases: { name: string; before: string; kind: string | undefined; expected: string }[] = [
  {
    name: 'a new comment stands on its own line before <plist>',
    before: '<?xml version="1.0"?>\n<plist version="1.0">\n</plist>\n',
    kind: 'dext',
    expected: '<?xml version="1.0"?>\n<!-- driver-plist-kind: dext -->\n<plist version="1.0">\n</plist>\n',
  },
  {
    name: 'it takes the line ends of the file',
    before: '<?xml?>\r\n<plist>\r\n',
    kind: 'kext',
    expected: '<?xml?>\r\n<!-- driver-plist-kind: kext -->\r\n<plist>\r\n',
  },
  {
    name: 'a file of one line is broken there and nowhere else',
    before: '<?xml version="1.0"?><!DOCTYPE plist><plist><dict/></plist>',
    kind: 'app',
    expected: '<?xml version="1.0"?><!DOCTYPE plist>\n<!-- driver-plist-kind: app --><plist><dict/></plist>',
  },
  {
    name: 'an empty file',
    before: '',
    kind: 'app',
    expected: '<!-- driver-plist-kind: app -->\n',
  },
  {
    name: 'a byte order mark stays first',
    before: '\uFEFF<plist/>',
    kind: 'app',
    expected: '\uFEFF<!-- driver-plist-kind: app -->\n<plist/>',
  },
  {
    name: 'an old comment is changed where it stands',
    before: '<plist>\n  <!--driver-plist-kind:kext-->\n  <dict/>',
    kind: 'dext',
    expected: '<plist>\n  <!-- driver-plist-kind: dext -->\n  <dict/>',
  },
  {
    name: 'an old comment goes with its line',
    before: '<?xml?>\n  <!-- driver-plist-kind: kext -->\r\n<plist/>',
    kind: undefined,
    expected: '<?xml?>\n<plist/>',
  },
  {
    name: 'what shares the line with it stays',
    before: '<!-- driver-plist-kind: kext --> <plist/>',
    kind: undefined,
    expected: ' <plist/>',
  },
  { name: 'nothing to take away', before: '<plist/>', kind: undefined, expected: '<plist/>' },
];

for (const { name, before, kind, expected } of cases) {
  test(name, () => {
    assert.equal(after(before, kind), expected);
    assert.equal(kindInComment(after(before, kind)), kind);
  });
}

test('the same kind again changes nothing', () => {
  assert.equal(kindCommentEdit('<!-- driver-plist-kind: dext -->\n<plist/>', 'dext'), undefined);
});

test('a path as a glob matches itself and nothing else', () => {
  for (const path of ['a/Info.plist', 'a (1)/[x]{y}/Info*.plist', 'a!b/@c/Info+?.plist', 'ä/Info.plist']) {
    assert.equal(picomatch(literalGlob(path))(path), true, path);
    assert.equal(picomatch(literalGlob(path))(path.replace('Info', 'Infoo')), false, path);
  }
});
