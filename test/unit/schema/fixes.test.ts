/** Fixes are judged by the document that they leave, not by their edits. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applyEdits } from '../../../server/src/plist/edit.ts';
import { parsePlist } from '../../../server/src/plist/parse.ts';
import { fixesFor } from '../../../server/src/schema/fixes.ts';
import { plainSnippet } from '../../../server/src/schema/newValue.ts';
import type { Schema } from '../../../server/src/schema/types.ts';
import { evaluated, repairs } from './support.ts';

const dict = (...lines: readonly string[]): string =>
  `<plist version="1.0">\n<dict>\n${lines.map((line) => `\t${line}\n`).join('')}</dict>\n</plist>\n`;
const key = (name: string): string => `<key>${name}</key>`;

function check(schema: Schema, text: string, expected: Readonly<Record<string, string>>): void {
  assert.deepEqual(repairs(schema, text), expected);
}

describe('type', () => {
  const of = (plistType: string | readonly string[]): Schema =>
    ({ properties: { A: { plistType } } }) as Schema;
  const change = (from: string, to: string): readonly [string, string] => [
    dict(key('A'), from),
    dict(key('A'), to),
  ];

  for (const [type, title, from, to] of [
    ['integer', 'Change to <integer>', '<string>1452</string>', '<integer>1452</integer>'],
    ['integer', 'Change to <integer>', '<string> 0x5AC </string>', '<integer>1452</integer>'],
    ['integer', 'Change to <integer>', '<real>3.0</real>', '<integer>3</integer>'],
    ['real', 'Change to <real>', '<integer>3</integer>', '<real>3</real>'],
    ['boolean', 'Change to <true/>', '<integer>1</integer>', '<true/>'],
    ['boolean', 'Change to <false/>', '<string>NO</string>', '<false/>'],
    ['string', 'Change to <string>', '<integer>7</integer>', '<string>7</string>'],
    [
      'date',
      'Change to <date>',
      '<string>2024-01-31T00:00:00Z</string>',
      '<date>2024-01-31T00:00:00Z</date>',
    ],
    ['array', 'Change to <array>', '<string>a</string>', '<array>\n\t\t<string>a</string>\n\t</array>'],
    ['string', 'Change to <string>', '<array><string>a</string></array>', '<string>a</string>'],
  ] as const) {
    test(`${from} to ${type}`, () => {
      const [before, after] = change(from, to);
      check(of(type), before, { [`*${title}`]: after });
    });
  }

  test('what does not convert is not offered', () => {
    check(of('integer'), dict(key('A'), '<string>many</string>'), {});
    check(of('string'), dict(key('A'), '<dict><key>x</key><true/></dict>'), {});
    check(of('integer'), dict(key('A'), '<string>99999999999999999999</string>'), {});
  });

  test('several types, none obvious', () => {
    const text = dict(key('A'), '<string>1</string>');
    check(of(['integer', 'boolean']), text, {
      'Change to <integer>': dict(key('A'), '<integer>1</integer>'),
      'Change to <true/>': dict(key('A'), '<true/>'),
    });
  });

  test('an empty value becomes an empty one', () => {
    check(of('dict'), dict(key('A'), '<string></string>'), { 'Change to <dict>': dict(key('A'), '<dict/>') });
  });

  test('a truth value to choose', () => {
    check(of('boolean'), dict(key('A'), '<string>maybe</string>'), {
      'Replace with <true/>': dict(key('A'), '<true/>'),
      'Replace with <false/>': dict(key('A'), '<false/>'),
    });
  });
});

describe('missing keys', () => {
  const missing = (property: Schema): Schema => ({ required: ['B'], properties: { B: property } });
  const text = dict(key('A'), '<true/>');
  const added = (...value: readonly string[]): string => dict(key('A'), '<true/>', key('B'), ...value);

  test('the value is the one that the schema demands, else its default, snippet, example, type', () => {
    check(missing({ const: 'x' }), text, { '*Add B': added('<string>x</string>') });
    check(missing({ enum: [4] }), text, { '*Add B': added('<integer>4</integer>') });
    check(missing({ default: true }), text, { '*Add B': added('<true/>') });
    check(missing({ plistType: 'real', default: 1 }), text, { '*Add B': added('<real>1</real>') });
    check(missing({ defaultSnippets: [{ label: 'a', body: '<string>\\$(A)</string>' }] }), text, {
      '*Add B': added('<string>$(A)</string>'),
    });
    check(
      missing({ defaultSnippets: [{ label: 'a', body: '<array>\n\t<string>${1:a}</string>\n</array>' }] }),
      text,
      { 'Add B': added('<array>', '\t<string>a</string>', '</array>') },
    );
    check(missing({ plistType: 'integer' }), text, { 'Add B': added('<integer>0</integer>') });
    check(missing(true), text, { 'Add B': added('<string></string>') });
  });

  test('what another part of the schema says of the key counts', () => {
    const schema: Schema = {
      $defs: { b: { plistType: 'dict' } },
      allOf: [{ required: ['B'] }, { properties: { B: { $ref: '#/$defs/b' } } }],
    };
    check(schema, text, { 'Add B': added('<dict/>') });
  });

  test('keys in order stay in order', () => {
    check(missing({ const: 'x' }), dict(key('A'), '<true/>', key('C'), '<true/>'), {
      '*Add B': dict(key('A'), '<true/>', key('B'), '<string>x</string>', key('C'), '<true/>'),
    });
  });

  test('a slip of the missing key is renamed first', () => {
    const schema: Schema = { required: ['IOClass'], properties: { IOClass: { const: 'X' }, Other: true } };
    check(schema, dict(key('IOClas'), '<string>X</string>'), {
      '*Rename IOClas to IOClass': dict(key('IOClass'), '<string>X</string>'),
      'Add IOClass': dict(key('IOClas'), '<string>X</string>', key('IOClass'), '<string>X</string>'),
    });
  });

  test('one of several', () => {
    const schema: Schema = {
      anyOf: [{ required: ['B'] }, { required: ['C'] }],
      properties: { C: { const: 1 } },
    };
    check(schema, text, {
      'Add B': added('<string></string>'),
      'Add C': dict(key('A'), '<true/>', key('C'), '<integer>1</integer>'),
    });
  });

  test('into an empty dictionary', () => {
    const { findings } = evaluated(missing({ const: 'x' }), '<plist>\n<dict/>\n</plist>');
    const edits = fixesFor(findings[0]!)[0]!.edits;
    const after = applyEdits('<plist>\n<dict/>\n</plist>', edits);
    assert.equal(parsePlist(after).root?.get('B')?.string, 'x');
  });
});

describe('keys', () => {
  test('misspelt and unknown ones', () => {
    const schema: Schema = { properties: { IOClass: true, idVendor: true }, additionalProperties: false };
    check(schema, dict(key('IOClas'), '<true/>'), {
      '*Rename IOClas to IOClass': dict(key('IOClass'), '<true/>'),
      'Remove IOClas': dict(),
    });
    check(schema, dict(key('Mine'), '<true/>', '<!-- stays -->'), { 'Remove Mine': dict('<!-- stays -->') });
  });

  test('forbidden, deprecated and replaced ones', () => {
    check({ properties: { A: false } }, dict(key('A'), '<true/>'), { 'Remove A': dict() });
    check({ properties: { A: { not: {} } } }, dict(key('A'), '<true/>'), { 'Remove A': dict() });
    check({ properties: { A: { deprecated: true } } }, dict(key('A'), '<true/>'), { 'Remove A': dict() });
    const replaced: Schema = { properties: { A: { not: {}, replacement: 'B' } } };
    check(replaced, dict(key('A'), '<true/>'), {
      '*Rename A to B': dict(key('B'), '<true/>'),
      'Remove A': dict(),
    });
    check(replaced, dict(key('A'), '<true/>', key('B'), '<true/>'), {
      'Remove A': dict(key('B'), '<true/>'),
    });
  });

  test('keys that exclude each other', () => {
    const both = dict(key('A'), '<true/>', key('B'), '<true/>');
    const without = { 'Remove A': dict(key('B'), '<true/>'), 'Remove B': dict(key('A'), '<true/>') };
    check({ not: { required: ['A', 'B'] } }, both, without);
    check({ oneOf: [{ required: ['A'] }, { required: ['B'] }] }, both, without);
  });
});

describe('values', () => {
  const of = (schema: Schema): Schema => ({ properties: { A: schema } });
  const text = (value: string): string => dict(key('A'), value);

  test('of a list: the nearest first, at most five', () => {
    const found = repairs(
      of({ enum: ['IOService', 'IOUserService', 'a', 'b', 'c', 'd'] }),
      text('<string>IOUserServise</string>'),
    );
    assert.deepEqual(Object.keys(found), [
      '*Replace with IOUserService',
      'Replace with IOService',
      'Replace with a',
      'Replace with b',
      'Replace with c',
    ]);
    assert.equal(found['*Replace with IOUserService'], text('<string>IOUserService</string>'));
  });

  test('the only one', () => {
    check(of({ const: 4 }), text('<integer>5</integer>'), {
      '*Replace with 4': text('<integer>4</integer>'),
    });
    check(of({ const: true }), text('<false/>'), { '*Replace with <true/>': text('<true/>') });
  });

  test('bounds, blanks, repetitions, missing items', () => {
    check(of({ maximum: 9999 }), text('<integer>10000</integer>'), {
      'Replace with 9999': text('<integer>9999</integer>'),
    });
    check(of({ pattern: '^x$' }), text('<string> x\n</string>'), {
      '*Remove the blanks around the value': text('<string>x</string>'),
    });
    check(of({ pattern: '^x$' }), text('<string>y</string>'), {});
    check(of({ uniqueItems: true }), dict(key('A'), '<array>', '\t<true/>', '\t<true/>', '</array>'), {
      '*Remove item 2': dict(key('A'), '<array>', '\t<true/>', '</array>'),
    });
    check(of({ contains: { const: 'x' } }), dict(key('A'), '<array>', '\t<true/>', '</array>'), {
      '*Add x': dict(key('A'), '<array>', '\t<true/>', '\t<string>x</string>', '</array>'),
    });
  });

  test('markup in a value is written as text', () => {
    check(of({ const: '<a&b>' }), text('<string>x</string>'), {
      '*Replace with <a&b>': text('<string>&lt;a&amp;b&gt;</string>'),
    });
  });
});

describe('snippets as text', () => {
  for (const [body, text] of [
    ['<string>$1</string>', '<string></string>'],
    ['<string>${1:com.example}</string>$0', '<string>com.example</string>'],
    ['<string>${1|a,b|}</string>', '<string>a</string>'],
    ['<string>\\$(NAME)</string>', '<string>$(NAME)</string>'],
    ['${1:<dict>${2:<true/>}</dict>}', '<dict><true/></dict>'],
    ['a\\\\b\\}', 'a\\b}'],
  ] as const) {
    test(body, () => assert.equal(plainSnippet(body), text));
  }
});

test('no fix throws, whatever the schema and the text', () => {
  const schemas: readonly Schema[] = [
    { required: ['A'], additionalProperties: false },
    { items: false, contains: { enum: [null, [1], { a: 1 }] } },
    { const: { a: [1, 'x', null] } },
    { anyOf: [{ plistType: 'data' }, { plistType: 'date' }] },
  ];
  const texts = [
    '<dict><key>B</key></dict>',
    '<array><true/></array>',
    '<string>x</string>',
    '<dict/>',
    '<data></data>',
  ];
  for (const schema of schemas) {
    for (const text of texts) {
      for (const after of Object.values(repairs(schema, text))) assert.notEqual(after, text);
    }
  }
});
