import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { describeFinding } from '../../../server/src/schema/messages.ts';
import { byDistance, nearest } from '../../../server/src/schema/nearest.ts';
import type { Schema } from '../../../server/src/schema/types.ts';
import { evaluated, messages } from './support.ts';

const dict = (body: string): string => `<dict>${body}</dict>`;
const entry = (key: string, value: string): string => `<key>${key}</key>${value}`;
const of = (key: string, schema: Schema): Schema => ({ properties: { [key]: schema } });

describe('messages', () => {
  const cases: readonly (readonly [schema: Schema, text: string, message: string])[] = [
    [
      of('IOUserClass', { plistType: 'string' }),
      dict(entry('IOUserClass', '<array/>')),
      'IOUserClass must be a string, not an array.',
    ],
    [
      of('idVendor', { plistType: 'integer' }),
      dict(entry('idVendor', '<string>1452</string>')),
      'idVendor must be an integer, not a string: write <integer>1452</integer>.',
    ],
    [
      of('A', { type: ['object', 'number'] }),
      dict(entry('A', '<true/>')),
      'A must be a dictionary or a number, not <true/>.',
    ],
    [{ items: { plistType: 'string' } }, '<array><date>x</date></array>', ''],
    [
      { items: { plistType: 'string' } },
      '<array><true/></array>',
      'Item 1 of the root must be a string, not <true/>.',
    ],
    [{ required: ['IOProviderClass'] }, '<dict/>', 'IOProviderClass is missing.'],
    [of('Foo', { required: ['A'] }), dict(entry('Foo', '<dict/>')), 'A is missing in Foo.'],
    [
      { dependentRequired: { idProduct: ['idVendor'] } },
      dict(entry('idProduct', '<true/>')),
      'idVendor is missing: idProduct cannot be without it.',
    ],
    [
      of('IOClass', { enum: ['IOService', 'IOUserService', 'AppleUserHIDDevice'] }),
      dict(entry('IOClass', '<string>IOUserServise</string>')),
      '"IOUserServise" is none of the values that IOClass takes here: IOUserService, IOService, AppleUserHIDDevice.',
    ],
    [
      of('N', { enum: [1, 2, 3, 4, 5, 6, 7, 8] }),
      dict(entry('N', '<integer>9</integer>')),
      '9 is none of the values that N takes here: 1, 2, 3, 4, 5, 6 and 2 more.',
    ],
    [of('T', { const: 'DEXT' }), dict(entry('T', '<string>KEXT</string>')), 'T must be "DEXT", not "KEXT".'],
    [of('T', { const: true }), dict(entry('T', '<false/>')), 'T must be <true/>, not <false/>.'],
    [
      { properties: { IOProviderClass: true, IOClass: true }, additionalProperties: false },
      dict(entry('IOProviderClas', '<true/>')),
      'Unknown key "IOProviderClas". Did you mean IOProviderClass?',
    ],
    [
      { properties: { IOClass: true }, additionalProperties: false },
      dict(entry('Mine', '<true/>')),
      'Unknown key "Mine". Nothing reads it here; remove it.',
    ],
    [
      { allOf: [{ properties: { idVendor: true } }], unevaluatedProperties: false },
      dict(entry('idVender', '<true/>')),
      'Unknown key "idVender". Did you mean idVendor?',
    ],
    [of('X', false), dict(entry('X', '<true/>')), 'X is not allowed here. Remove it.'],
    [
      { propertyNames: { enum: ['abcd'] } },
      dict(entry('abdc', '<true/>')),
      'Unknown key "abdc". Did you mean abcd?',
    ],
    [
      { propertyNames: { pattern: '^x' } },
      dict(entry('y', '<true/>')),
      '"y" is no key that is allowed in the root.',
    ],
    [of('S', { minimum: 5 }), dict(entry('S', '<integer>4</integer>')), 'S is 4; it must be 5 or more.'],
    [of('S', { maximum: 5 }), dict(entry('S', '<integer>0x6</integer>')), 'S is 0x6; it must be 5 or less.'],
    [
      of('S', { exclusiveMinimum: 5 }),
      dict(entry('S', '<integer>5</integer>')),
      'S is 5; it must be more than 5.',
    ],
    [
      of('S', { exclusiveMaximum: 5 }),
      dict(entry('S', '<integer>5</integer>')),
      'S is 5; it must be less than 5.',
    ],
    [
      of('S', { multipleOf: 5 }),
      dict(entry('S', '<integer>6</integer>')),
      'S is 6; it must be a multiple of 5.',
    ],
    [
      of('S', { minLength: 1 }),
      dict(entry('S', '<string/>')),
      'S is empty; it must have at least 1 character.',
    ],
    [
      of('S', { minLength: 2 }),
      dict(entry('S', '<string>a</string>')),
      '"a" is too short: S must have at least 2 characters.',
    ],
    [
      of('S', { maxLength: 1 }),
      dict(entry('S', '<string>a😀</string>')),
      'S has 2 characters; at most 1 are allowed.',
    ],
    [
      of('S', { pattern: '^x$' }),
      dict(entry('S', '<string>y</string>')),
      '"y" does not have the form that S must have: ^x$',
    ],
    [
      of('S', { pattern: '^x$', patternErrorMessage: '{value} is no x.' }),
      dict(entry('S', '<string>y</string>')),
      'y is no x.',
    ],
    [of('L', { minItems: 1 }), dict(entry('L', '<array/>')), 'L is empty; it must have at least 1 item.'],
    [
      of('L', { maxItems: 0 }),
      dict(entry('L', '<array><true/></array>')),
      'L has 1 item; at most 0 are allowed.',
    ],
    [of('D', { minProperties: 1 }), dict(entry('D', '<dict/>')), 'D is empty; it must have at least 1 key.'],
    [
      of('L', { prefixItems: [true], items: false }),
      dict(entry('L', '<array><true/><true/></array>')),
      'Item 2 of L is one too many: the array takes no more than 1 item.',
    ],
    [
      of('L', { uniqueItems: true }),
      dict(entry('L', '<array><string>a</string><string>a</string></array>')),
      '"a" stands twice in L. Remove one of the two.',
    ],
    [of('L', { contains: { const: 'x' } }), dict(entry('L', '<array/>')), 'L must hold x.'],
    [of('V', { not: { const: 'x' } }), dict(entry('V', '<string>x</string>')), 'V must not be "x".'],
    [
      { not: { required: ['a', 'b'] } },
      dict(entry('a', '<true/>') + entry('b', '<true/>')),
      'a and b must not stand together in the root.',
    ],
    [of('O', { deprecationMessage: 'O is gone. Use P.' }), dict(entry('O', '<true/>')), 'O is gone. Use P.'],
    [of('O', { deprecated: true }), dict(entry('O', '<true/>')), 'O is deprecated.'],
    [
      of('O', { plistType: 'integer', errorMessage: '{key} holds {value}, no number.' }),
      dict(entry('O', '<string>x</string>')),
      'O holds x, no number.',
    ],
  ];
  for (const [schema, text, message] of cases) {
    test(message || text, () => assert.deepEqual(messages(schema, text), message === '' ? [] : [message]));
  }

  test('long values are cut', () => {
    const [message] = messages(
      of('S', { enum: ['a'] }),
      dict(entry('S', `<string>${'x'.repeat(500)}</string>`)),
    );
    assert.ok(message!.length < 150 && message!.includes('…'), message);
  });

  test('each finding of each keyword has a sentence', () => {
    const schema: Schema = {
      anyOf: [{ minItems: 1 }, { maxItems: 9 }],
      oneOf: [{}, {}],
      patternProperties: { '^z': false },
    };
    for (const finding of evaluated(schema, dict(entry('z', '<true/>'))).findings) {
      assert.match(describeFinding(finding), /^.{10,}[.:]/);
    }
  });
});

describe('nearest', () => {
  test('takes slips, no other words', () => {
    const keys = ['IOClass', 'IOProviderClass', 'IOUserClass', 'idVendor', 'idProduct'];
    assert.equal(nearest('IOProviderClas', keys), 'IOProviderClass');
    assert.equal(nearest('IOPorviderClass', keys), 'IOProviderClass');
    assert.equal(nearest('iouserclass', keys), 'IOUserClass');
    assert.equal(nearest('idvender', keys), 'idVendor');
    assert.equal(nearest('Colour', keys), undefined);
    assert.equal(nearest('', keys), undefined);
    assert.equal(nearest('IOClass', ['ioclass', 'IOClass']), 'IOClass');
    assert.equal(nearest('IOCLass', ['ioclass', 'IOClass']), 'IOClass');
    assert.equal(nearest('x'.repeat(1_000_000), keys), undefined);
  });

  test('sorts a list, keeping the order of equals', () => {
    assert.deepEqual(byDistance('abd', ['zzz', 'abc', 'abd', 'abx']), ['abd', 'abc', 'abx', 'zzz']);
  });
});
