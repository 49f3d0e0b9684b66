import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applyEdits } from '../../../server/src/plist/edit.ts';
import { syntaxErrors } from '../../../server/src/plist/errors.ts';
import { parsePlist } from '../../../server/src/plist/parse.ts';
import { inDict, marked } from './marked.ts';

/** [title, text with the place of each error marked, codes in order, is the fix enough to be without error] */
type Case = readonly [string, string, readonly string[], fixable?: boolean];

const LAST = '\n\t<key>LAST</key>\n\t<string>z</string>';

const inside: readonly Case[] = [
  ['text of a string not closed', `\t<key>a</key>\n\t«<string>»abc${LAST}`, ['unclosed-element'], true],
  [
    'string of two lines not closed',
    `\t<key>a</key>\n\t«<string>»abc\n\tdef${LAST}`,
    ['unclosed-element'],
    true,
  ],
  [
    'key not closed, value on the same line',
    `\t«<key>»a<string>b</string>${LAST}`,
    ['unclosed-element'],
    true,
  ],
  ['true not closed', `\t<key>a</key>\n\t«<true>»${LAST}`, ['unclosed-element'], true],
  ['half-typed tag', `\t<key>a</key>\n\t«<str»${LAST}`, ['unclosed-tag']],
  ['half-typed known tag', `\t<key>a</key>\n\t«<string»${LAST}`, ['unclosed-tag']],
  [
    'known tag without > before its closing tag',
    `\t<key>a</key>\n\t«<string»</string>${LAST}`,
    ['unclosed-tag'],
    true,
  ],
  ['closing tag without >', `\t<key>a</key>\n\t<string>x«</string»${LAST}`, ['unclosed-tag'], true],
  ['half-typed closing tag', `\t<key>a</key>\n\t<string>x«</str»${LAST}`, ['unclosed-tag'], true],
  ['closing tag of a dict without >', `\t<key>a</key>\n\t<dict>\n\t«</dict»${LAST}`, ['unclosed-tag'], true],
  ['bare < in a text', `\t<key>a</key>\n\t<string>1 «<» 2</string>${LAST}`, ['bare-less-than'], true],
  ['bare < between elements', `\t<key>a</key>\n\t<true/>\n\t«<»${LAST}`, ['bare-less-than'], true],
  [
    'tag in a text',
    `\t<key>a</key>\n\t<string>a «<b>»bold</b> word</string>${LAST}`,
    ['bare-less-than'],
    true,
  ],
  [
    'address in a text',
    `\t<key>a</key>\n\t<string>Me «<me»@example.com></string>${LAST}`,
    ['bare-less-than'],
    true,
  ],
  ['closing tag in wrong case', `\t<key>a</key>\n\t<string>abc«</String>»${LAST}`, ['wrong-case'], true],
  ['element in wrong case', `\t<key>a</key>\n\t«<String»>abc</String>${LAST}`, ['wrong-case'], true],
  [
    'dictionary in wrong case',
    `\t<key>a</key>\n\t«<Dict»>\n\t\t<key>b</key>\n\t\t<true/>\n\t</Dict>${LAST}`,
    ['wrong-case'],
    true,
  ],
  [
    'inner closing tag lost, a key follows',
    `\t<key>a</key>\n\t«<dict>»\n\t\t<key>b</key>\n\t\t<true/>${LAST}`,
    ['unclosed-element'],
    true,
  ],
  [
    'inner closing tag lost, last entry',
    `\t<key>LAST</key>\n\t«<dict>»\n\t\t<key>b</key>\n\t\t<true/>`,
    ['unclosed-element'],
    true,
  ],
  ['inner array not closed', `\t<key>a</key>\n\t«<array>»\n\t\t<true/>${LAST}`, ['unclosed-element'], true],
  [
    'second of three levels not closed',
    `\t<key>a</key>\n\t<dict>\n\t\t<key>b</key>\n\t\t«<dict>»\n\t\t\t<key>c</key>\n\t\t\t<true/>\n\t\t<key>d</key>\n\t\t<true/>\n\t</dict>${LAST}`,
    ['unclosed-element'],
    true,
  ],
  [
    'stray closing tag of an array',
    `\t<key>a</key>\n\t<true/>\n\t«</array>»${LAST}`,
    ['stray-closing-tag'],
    true,
  ],
  [
    'stray closing tag of a dict',
    `\t<key>a</key>\n\t<true/>\n\t«</dict>»${LAST}`,
    ['stray-closing-tag'],
    true,
  ],
  [
    'stray closing tag of a string',
    `\t<key>a</key>\n\t<true/>\n\t«</string>»${LAST}`,
    ['stray-closing-tag'],
    true,
  ],
  [
    'wrong closing tag of a leaf',
    `\t<key>a</key>\n\t<integer>5«</string>»${LAST}`,
    ['mismatched-closing-tag'],
    true,
  ],
  [
    'misspelt closing tag of a leaf',
    `\t<key>a</key>\n\t<string>5«</strng>»${LAST}`,
    ['mismatched-closing-tag'],
    true,
  ],
  [
    'wrong closing tag of a dict',
    `\t<key>a</key>\n\t<dict>\n\t\t<key>b</key>\n\t\t<true/>\n\t«</array>»${LAST}`,
    ['mismatched-closing-tag'],
    true,
  ],
  [
    'misspelt closing tag of a dict',
    `\t<key>a</key>\n\t<dict>\n\t\t<key>b</key>\n\t\t<true/>\n\t«</dct>»${LAST}`,
    ['mismatched-closing-tag'],
    true,
  ],
  ['slash forgotten', `\t<key>a«<key>»\n\t<string>b</string>${LAST}`, ['missing-slash'], true],
  ['bare &', `\t<key>a</key>\n\t<string>A «&» B</string>${LAST}`, ['bare-ampersand'], true],
  ['bare & at the end of a text', `\t<key>a</key>\n\t<string>A«&»</string>${LAST}`, ['bare-ampersand'], true],
  ['unknown entity', `\t<key>a</key>\n\t<string>A«&nbsp;»B</string>${LAST}`, ['unknown-entity'], true],
  [
    'bad character reference',
    `\t<key>a</key>\n\t<string>«&#xZZ;»«&#x110000;»«&#X41;»</string>${LAST}`,
    ['bad-character-reference', 'bad-character-reference', 'bad-character-reference'],
  ],
  ['two keys in a row', `\t«<key>a</key>»\n\t<key>b</key>\n\t<true/>${LAST}`, ['key-without-value']],
  ['key before the end', `\t<key>LAST</key>\n\t<true/>\n\t«<key>a</key>»`, ['key-without-value']],
  ['values without key', `\t<key>a</key>\n\t<true/>\n\t«<true/>»\n\t<false/>${LAST}`, ['value-without-key']],
  [
    'key in an array',
    `\t<key>a</key>\n\t<array>\n\t\t«<key>»b</key>\n\t</array>${LAST}`,
    ['key-outside-dict'],
  ],
  ['text between elements', `\t<key>a</key>\n\t«some words»\n\t<true/>${LAST}`, ['text-outside-value'], true],
  [
    'CDATA between elements',
    `\t<key>a</key>\n\t«<![CDATA[x]]>»\n\t<true/>${LAST}`,
    ['text-outside-value'],
    true,
  ],
  [
    'preprocessor',
    `«#if DEBUG»\n\t<key>a</key>\n\t<true/>\n«#endif»${LAST}`,
    ['preprocessor-line', 'preprocessor-line'],
  ],
  ['unknown element', `\t<key>a</key>\n\t«<strng»>abc</strng>${LAST}`, ['unknown-element'], true],
  [
    'unknown element with known closing tag',
    `\t<key>a</key>\n\t«<strng»>abc</string>${LAST}`,
    ['unknown-element'],
    true,
  ],
  ['unknown empty element', `\t<key>a</key>\n\t«<null»/>${LAST}`, ['unknown-element']],
  ['unknown element never closed', `\t<key>a</key>\n\t«<foo»>${LAST}`, ['unknown-element']],
  [
    'unknown container',
    `\t<key>a</key>\n\t«<dikt»>\n\t\t<key>b</key>\n\t\t<true/>\n\t</dikt>${LAST}`,
    ['unknown-element'],
    true,
  ],
  ['white space in an opening tag', `\t<key>a</key>\n\t«< string>»x</string>${LAST}`, ['space-in-tag'], true],
  ['white space in a closing tag', `\t<key>a</key>\n\t<string>x«</ string>»${LAST}`, ['space-in-tag'], true],
  ['quote of an attribute', `\t<key>a</key>\n\t<string a=«"b»>x</string>${LAST}`, ['unclosed-quote'], true],
  [
    'attribute without value',
    `\t<key>a</key>\n\t<string «bold»>x</string>${LAST}`,
    ['malformed-attribute'],
    true,
  ],
  ['comment not closed', `\t«<!-- abc»${LAST}`, ['unclosed-comment'], true],
  ['-- in a comment', `\t<!-- a «--» b -->${LAST}`, ['double-hyphen-in-comment']],
  ['comment in a text', `\t<key>a</key>\n\t<string>x«<!-- c -->»</string>${LAST}`, ['comment-in-text'], true],
  ['end of CDATA in a text', `\t<key>a</key>\n\t<string>x«]]>»</string>${LAST}`, ['cdata-end-in-text'], true],
  [
    'closing tag with more than a name',
    `\t<key>a</key>\n\t<string>x«</string'>»${LAST}`,
    ['unclosed-tag'],
    true,
  ],
  ['CDATA not closed', `\t<key>a</key>\n\t<string>«<![CDATA[»x</string>${LAST}`, ['unclosed-cdata'], true],
  ['processing instruction not closed', `\t«<?foo»${LAST}`, ['unclosed-processing-instruction'], true],
  ['DOCTYPE inside', `\t«<!DOCTYPE plist>»${LAST}`, ['misplaced-doctype'], true],
  ['plist inside', `\t<key>a</key>\n\t«<plist>»\n\t<true/>\n\t</plist>${LAST}`, ['misplaced-plist'], true],
  [
    'merge conflict',
    `\t<key>a</key>\n«<<<<<<< HEAD»\n\t<string>1</string>\n=======\n\t<string>2</string>\n>>>>>>> next${LAST}`,
    ['conflict-marker'],
  ],
  [
    'merge conflict with base',
    `\t<key>a</key>\n«<<<<<<< HEAD»\n\t<string>1</string>\n||||||| base\n\t<true/>\n=======\n\t<string>2</string>\n>>>>>>> next${LAST}`,
    ['conflict-marker'],
  ],
  [
    'control character',
    `\t<key>a</key>\n\t<string>x«\u0001»y«&#2;»</string>${LAST}`,
    ['control-character', 'control-character'],
    true,
  ],
  ['NUL', `\t<key>a</key>\n\t<string>x«\u0000»y</string>${LAST}`, ['control-character'], true],
  [
    'lone surrogates',
    `\t<key>a</key>\n\t<string>«\ud83d»x«\ude00»😀«&#xD800;»</string>${LAST}`,
    ['lone-surrogate', 'lone-surrogate', 'lone-surrogate'],
    true,
  ],
  ['empty integer', `\t<key>a</key>\n\t«<integer></integer>»${LAST}`, ['empty-value']],
  ['empty real', `\t<key>a</key>\n\t«<real/>»${LAST}`, ['empty-value']],
  ['empty data', `\t<key>a</key>\n\t«<data/>»${LAST}`, ['empty-data'], true],
  ['integer with a letter', `\t<key>a</key>\n\t<integer>«5AC»</integer>${LAST}`, ['bad-integer'], true],
  ['integer with a point', `\t<key>a</key>\n\t<integer>«1.0»</integer>${LAST}`, ['bad-integer'], true],
  ['integer of two signs', `\t<key>a</key>\n\t<integer>«--1»</integer>${LAST}`, ['bad-integer']],
  [
    'integer beyond 64 bits',
    `\t<key>a</key>\n\t<integer>«18446744073709551616»</integer>${LAST}`,
    ['integer-out-of-range'],
  ],
  [
    'integer below 64 bits',
    `\t<key>a</key>\n\t<integer>«-9223372036854775809»</integer>${LAST}`,
    ['integer-out-of-range'],
  ],
  [
    'white space after an integer',
    `\t<key>a</key>\n\t<integer>5« »</integer>${LAST}`,
    ['space-after-number'],
    true,
  ],
  ['real with a comma', `\t<key>a</key>\n\t<real>«1,5»</real>${LAST}`, ['bad-real'], true],
  ['date without time', `\t<key>a</key>\n\t<date>«2024-06-10»</date>${LAST}`, ['bad-date'], true],
  ['date that is no day', `\t<key>a</key>\n\t<date>«2023-02-29T00:00:00Z»</date>${LAST}`, ['bad-date']],
  ['base64 with a wrong character', `\t<key>a</key>\n\t<data>AA«!»A</data>${LAST}`, ['bad-base64']],
  ['base64 cut', `\t<key>a</key>\n\t<data>AAEC«A»</data>${LAST}`, ['bad-base64']],
  ['boolean with text', `\t<key>a</key>\n\t«<true>yes</true>»${LAST}`, ['boolean-with-content'], true],
  ['opening tag of a key lost', `\t«a»</key>\n\t<true/>${LAST}`, ['missing-opening-tag'], true],
  [
    'opening tag of a string lost',
    `\t<key>a</key>\n\t«some words»</string>${LAST}`,
    ['missing-opening-tag'],
    true,
  ],
  [
    'opening tag of an empty string lost',
    `\t<key>a</key>\n\t«</string>»${LAST}`,
    ['missing-opening-tag'],
    true,
  ],
  [
    'opening tag of data of several lines lost',
    `\t<key>a</key>\n\t«AAEC\n\tAAEC»\n\t</data>${LAST}`,
    ['missing-opening-tag'],
    true,
  ],
  [
    'opening tag of a dict lost',
    `\t«<key>a</key>»\n\t\t<key>b</key>\n\t\t<true/>\n\t</dict>${LAST}`,
    ['missing-opening-tag'],
    true,
  ],
  [
    'opening tag of an array lost',
    `\t«<key>a</key>»\n\t\t<string>b</string>\n\t\t<string>c</string>\n\t</array>${LAST}`,
    ['missing-opening-tag'],
    true,
  ],
  [
    'opening tag of a dict in an array lost',
    `\t<key>a</key>\n\t<array>\n\t\t\t«<key>»b</key>\n\t\t\t<true/>\n\t\t</dict>\n\t</array>${LAST}`,
    ['missing-opening-tag'],
    true,
  ],
  ['< of a key lost', `\t«key>»a</key>\n\t<true/>${LAST}`, ['missing-less-than'], true],
  ['< of a boolean lost', `\t<key>a</key>\n\t«true/>»${LAST}`, ['missing-less-than'], true],
  [
    '< of a dict lost',
    `\t<key>a</key>\n\t«dict>»\n\t\t<key>b</key>\n\t\t<true/>\n\t</dict>${LAST}`,
    ['missing-less-than'],
    true,
  ],
  [
    '< of a closing dict lost',
    `\t<key>a</key>\n\t<dict>\n\t\t<key>b</key>\n\t\t<true/>\n\t«/dict>»${LAST}`,
    ['missing-less-than'],
    true,
  ],
  ['< of a closing string lost', `\t<key>a</key>\n\t<string>b«/string>»${LAST}`, ['missing-less-than'], true],
  [
    'slash of a closing dict lost',
    `\t<key>a</key>\n\t<dict>\n\t\t<key>b</key>\n\t\t<true/>\n\t«<dict>»${LAST}`,
    ['missing-slash'],
    true,
  ],
  [
    'closing tag of a nested array twice',
    `\t<key>a</key>\n\t<dict>\n\t\t<key>b</key>\n\t\t<array>\n\t\t\t<true/>\n\t\t</array>\n\t\t«</array>»\n\t</dict>${LAST}`,
    ['stray-closing-tag'],
    true,
  ],
  [
    'closing tag of a nested dict twice',
    `\t<key>a</key>\n\t<dict>\n\t\t<key>b</key>\n\t\t<dict>\n\t\t\t<key>c</key>\n\t\t\t<true/>\n\t\t</dict>\n\t\t«</dict>»\n\t</dict>${LAST}`,
    ['stray-closing-tag'],
    true,
  ],
  [
    'misspelt dict, closed rightly',
    `\t<key>a</key>\n\t«<dct»>\n\t\t<key>b</key>\n\t\t<true/>\n\t</dict>${LAST}`,
    ['unknown-element'],
    true,
  ],
  ['misspelt key', `\t«<kye»>a</kye>\n\t<true/>${LAST}`, ['unknown-element'], true],
];

const whole: readonly Case[] = [
  ['plist in wrong case', '«<Plist» version="1.0">\n<dict/>\n</Plist>', ['wrong-case'], true],
  ['plist misspelt', '«<plst» version="1.0">\n<dict/>\n</plist>', ['unknown-element'], true],
  ['closing plist misspelt', '<plist version="1.0">\n<dict/>\n«</plst>»', ['mismatched-closing-tag'], true],
  ['second DOCTYPE', '<!DOCTYPE plist>\n«<!DOCTYPE plist>»\n<dict/>', ['misplaced-doctype'], true],
  ['<? without a name', '«<??>»\n<dict/>', ['malformed-xml-declaration']],
  ['DOCTYPE without a blank', '«<!DOCTYPEp»list>\n<dict/>', ['malformed-xml-declaration']],
  ['control character in a comment', '<!-- «\u0001» --><dict/>', ['control-character'], true],
  ['attribute with a bare &', '<plist «a="&"»><dict/></plist>', ['malformed-attribute'], true],
  [
    'cut in a tag',
    '<plist version="1.0">\n<dict>\n\t<key>LAST</key>\n\t<true/>\n\t«<ke»',
    ['unexpected-end'],
  ],
  [
    'cut in a comment',
    '<plist version="1.0">\n<dict>\n\t<key>LAST</key>\n\t<true/>\n\t«<!-- a»',
    ['unexpected-end'],
  ],
  [
    'cut in an entity',
    '<plist version="1.0">\n<dict>\n\t<key>LAST</key>\n\t«<string>&am»',
    ['unexpected-end'],
  ],
  ['< of the plist lost', '«plist version="1.0">»\n<dict/>\n</plist>', ['missing-less-than'], true],
  ['< of the closing plist lost', '<plist version="1.0">\n<dict/>\n«/plist>»', ['missing-less-than'], true],
  ['date only', '<date>«2024-06-10»</date>', ['bad-date'], true],
  ['date of another zone', '<date>«2024-06-10 09:41:00 +0200»</date>', ['bad-date'], true],
  ['date without zone', '<date>«2024-06-10T09:41:00»</date>', ['bad-date']],
  ['white space around a date', '<date>« 2024-06-10T09:41:00Z »</date>', ['bad-date'], true],
  ['empty file', '«»', ['missing-root'], true],
  ['white space only', '« \n»', ['missing-root'], true],
  ['empty plist', '«<plist version="1.0">»\n</plist>', ['missing-root'], true],
  ['empty plist tag', '«<plist/>»', ['missing-root']],
  ['OpenStep', '«{ a = b; }»', ['not-xml']],
  ['binary read as text', '«bplist00»', ['not-xml']],
  [
    'blank line before the declaration',
    '\n«<?xml version="1.0"?>»\n<plist version="1.0">\n<dict/>\n</plist>',
    ['misplaced-xml-declaration'],
    true,
  ],
  ['declaration without version', '«<?xml encoding="UTF-8"?>»\n<dict/>', ['malformed-xml-declaration'], true],
  ['declaration closed by >', '«<?xml version="1.0">»\n<dict/>', ['unclosed-processing-instruction'], true],
  [
    'DOCTYPE not closed',
    '«<!DOCTYPE plist»\n<plist version="1.0">\n<dict/>\n</plist>',
    ['unclosed-doctype'],
    true,
  ],
  ['quote of the version', '<plist version=«"1.0»>\n<dict/>\n</plist>', ['unclosed-quote'], true],
  [
    'two values',
    '<plist version="1.0">\n<dict/>\n«<dict>»\n\t<key>a</key>\n\t<true/>\n</dict>\n</plist>',
    ['second-root'],
  ],
  [
    'content after the end',
    '<plist version="1.0">\n<dict/>\n</plist>\n«abc <true/>»\n',
    ['content-after-end'],
    true,
  ],
  ['content after a bare value', '<dict/>\n«<dict/>»\n', ['content-after-end'], true],
  ['keys without dict', '<plist version="1.0">\n«<key>»a</key>\n<true/>\n</plist>', ['key-outside-dict']],
  [
    'cut in a key',
    '<plist version="1.0">\n<dict>\n\t<key>LAST</key>\n\t<true/>\n\t«<key>a»',
    ['unexpected-end'],
  ],
  [
    'cut after a value',
    '<plist version="1.0">\n<dict>\n\t<key>LAST</key>\n\t«<true/>»\n',
    ['unexpected-end'],
    true,
  ],
  ['cut before </plist>', '<plist version="1.0">\n<dict>\n«</dict>»\n', ['unexpected-end'], true],
  ['closing tag in wrong case', '<plist version="1.0">\n<dict/>\n«</Plist>»', ['wrong-case'], true],
];

function check([, source, codes, fixable]: Case): void {
  const { text, ranges } = marked(source);
  const tree = parsePlist(text);
  const found = tree.errors.map((error) => ({ code: error.code, start: error.start, end: error.end }));
  assert.deepEqual(
    found,
    ranges.map((range, i) => ({ code: codes[i], ...range })),
  );
  if (text.includes('LAST')) assert.equal(tree.root?.keyNode('LAST')?.start, text.indexOf('<key>LAST'));
  if (!fixable) return;
  const edits = tree.errors.flatMap((error) => error.fix?.edits ?? []);
  const fixed = applyEdits(text, edits);
  assert.deepEqual(parsePlist(fixed).errors, [], `after the fix:\n${fixed}`);
}

describe('one mistake is one error, at its place', () => {
  for (const item of inside) test(item[0], () => check([item[0], inDict(item[1]), item[2], item[3]]));
  for (const item of whole) test(item[0], () => check(item));
  for (const item of inside.filter((one) => !one[1].includes('\r'))) {
    test(`${item[0]}, with CRLF`, () =>
      check([item[0], inDict(item[1]).replaceAll('\n', '\r\n'), item[2], item[3]]));
  }
});

describe('kinds of error', () => {
  const tested = new Set([...inside, ...whole].flatMap((item) => item[2]));
  for (const info of syntaxErrors) {
    test(info.code, () => {
      assert.match(info.code, /^[a-z]+(?:-[a-z0-9]+)*$/);
      for (const text of [info.title, info.what, info.why, info.how]) assert.ok(text.length > 5, text);
      // Bytes are not the parser's: see decode.test.ts.
      if (info.code === 'invalid-bytes' || info.code === 'encoding-mismatch') return;
      assert.ok(tested.has(info.code), 'no test raises it');
      const wrap = (text: string): string =>
        /^(?:<key|<<<<)/.test(text)
          ? `<dict>\n${text}\n</dict>`
          : /^<!--[^>]*(?:-->)?$/.test(text)
            ? `${text}\n<dict/>`
            : text;
      const isHeader = /^\s*<\?xml|^<plist version="1.0"?>$/.test(info.invalid);
      const finish = (text: string): string => {
        if (info.code === 'conflict-marker') return `<dict>\n<key>a</key>\n${text}\n</dict>`;
        if (isHeader && text.trim().endsWith('?>')) return `${text}\n<dict/>`;
        if (/^<\?xml[^?]*>$/.test(text)) return `${text}\n<dict/>`;
        if (/^<plist[^>]*>$/.test(text)) return `${text}\n<dict/>\n</plist>`;
        if (text.startsWith('<!DOCTYPE') && !text.includes('<dict')) {
          return text.includes('<plist') ? `${text}\n<dict/>\n</plist>` : `${text}\n<dict/>`;
        }
        return wrap(text);
      };
      const invalid = parsePlist(finish(info.invalid));
      assert.ok(
        invalid.errors.some((error) => error.code === info.code),
        `the example gives ${invalid.errors.map((error) => error.code).join(' ') || 'nothing'}`,
      );
      assert.deepEqual(parsePlist(finish(info.valid)).errors, []);
    });
  }

  test('have stable, unique codes', () => {
    const codes = syntaxErrors.map((info) => info.code);
    assert.equal(new Set(codes).size, codes.length);
  });
});
