import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readJsonPlist } from '../../../server/src/plist/json.ts';
import { readOpenStepPlist } from '../../../server/src/plist/openstep.ts';
import { PlistDate, PlistReal, type PlistValue } from '../../../server/src/plist/value.ts';

const map = (entries: Record<string, PlistValue>): PlistValue => new Map(Object.entries(entries));

describe('OpenStep', () => {
  const good: readonly [string, PlistValue][] = [
    ['{ a = b; "c d" = (1, 2,); }', map({ a: 'b', 'c d': ['1', '2'] })],
    ['{ a = { b = <0fbd 77>; }; }', map({ a: map({ b: new Uint8Array([0x0f, 0xbd, 0x77]) }) })],
    ['// !$*UTF8*$!\n{ /* c */ a = b; // d\n}', map({ a: 'b' })],
    ['{ a = b }', map({ a: 'b' })],
    ['"a" = "b";\nc;', map({ a: 'b', c: 'c' })],
    ['()', []],
    ['{}', map({})],
    ['', map({})],
    ['hello', 'hello'],
    ['"a\\n\\"b\\" \\U00e4 \\350 \\101\\\\"', 'a\n"b" ä Ł A\\'],
    ['\'single "quoted"\'', 'single "quoted"'],
    ['/usr/lib', '/usr/lib'],
    ['<*I-5>', -5n],
    ['<*R1.5>', new PlistReal(1.5, '1.5')],
    ['(<*BY>, <*BN>)', [true, false]],
    ['<*D2001-01-01 02:00:00 +0200>', new PlistDate(978307200)],
    ['<[AAEC]>', new Uint8Array([0, 1, 2])],
    ['<>', new Uint8Array()],
  ];
  for (const [text, value] of good) {
    test(text, () => assert.deepEqual(readOpenStepPlist(text), { value, problems: [] }));
  }

  const bad: readonly [string, number, RegExp][] = [
    ['{ a = b;', 0, /never closed with }/],
    ['( a, b', 0, /never closed with \)/],
    ['{ a b; }', 4, /Expected = /],
    ['{ a = b c }', 8, /semicolon/],
    ['( a b )', 4, /comma/],
    ['{ a = ; }', 6, /Expected a value/],
    ['{ = b; }', 2, /Expected a key/],
    ['"abc', 0, /never closed/],
    ['<0f', 0, /never closed/],
    ['<0fx>', 0, /hexadecimal/],
    ['<*Q5>', 0, /not known/],
    ['{} x', 3, /follows/],
    ['/* a', 0, /comment/],
    ['{ a = ', 6, /ends too early/],
  ];
  for (const [text, offset, message] of bad) {
    test(`${text} is wrong`, () => {
      const [problem] = readOpenStepPlist(text).problems;
      assert.match(problem?.message ?? '', message);
      assert.equal(problem!.offset, offset);
    });
  }

  test('octal escapes above 0177 are NeXTSTEP’s characters', () => {
    const known: readonly [string, string][] = [
      ['200', '\u00a0'],
      ['201', 'À'],
      ['235', 'µ'],
      ['244', '⁄'],
      ['256', 'ﬁ'],
      ['274', '…'],
      ['320', '—'],
      ['341', 'Æ'],
      ['365', 'ı'],
      ['373', 'ß'],
      ['375', 'ÿ'],
      ['376', '\ufffd'],
      ['377', '\ufffd'],
    ];
    for (const [octal, character] of known) {
      assert.equal(readOpenStepPlist(`"\\${octal}"`).value, character, octal);
    }
    const all = Array.from({ length: 126 }, (_, index) => `\\${(index + 128).toString(8)}`);
    const { value } = readOpenStepPlist(`"${all.join('')}"`);
    assert.equal(new Set(value as string).size, 126, 'no two are one');
    for (let code = 0; code < 128; code++) {
      const text = `"\\${code.toString(8).padStart(3, '0')}9"`;
      assert.equal(readOpenStepPlist(text).value, `${String.fromCharCode(code)}9`, text);
    }
  });

  test('whatever is written is read: strings in every spelling, data, comments, nesting', () => {
    const character = (char: string, how: number): string => {
      const code = char.charCodeAt(0);
      if (how === 0 && char !== '"' && char !== '\\') return char;
      if (how === 1 && code < 128) return `\\${code.toString(8).padStart(3, '0')}`;
      return `\\${how === 2 ? 'u' : 'U'}${code.toString(16).padStart(4, '0')}`;
    };
    const spelling = fc.infiniteStream(fc.nat(3));
    const space = fc.constantFrom('', ' ', '\n\t', '/* c */', '// c\n', '\u2028');
    const { value } = fc.letrec<{ value: PlistValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: 'binary', maxLength: 8 }),
        fc.uint8Array({ maxLength: 8 }),
        fc.array(tie('value'), { maxLength: 4 }),
        fc
          .array(fc.tuple(fc.string({ unit: 'binary', maxLength: 4 }), tie('value')), { maxLength: 4 })
          .map((entries) => new Map(entries)),
      ),
    }));
    fc.assert(
      fc.property(value, spelling, fc.infiniteStream(space), (given, how, spaces) => {
        const blank = (): string => spaces.next().value;
        const quoted = (text: string): string =>
          `"${text
            .split('')
            .map((char) => character(char, how.next().value))
            .join('')}"`;
        const written = (item: PlistValue): string => {
          if (typeof item === 'string') return quoted(item);
          if (item instanceof Uint8Array)
            return `<${Buffer.from(item)
              .toString('hex')
              .replace(/(.{4})/g, '$1 ')}>`;
          if (item instanceof Map) {
            const entries = [...item].map(
              ([key, child]) => `${quoted(key)}${blank()}=${blank()}${written(child)}${blank()};${blank()}`,
            );
            return `{${blank()}${entries.join('')}}`;
          }
          return `(${(item as PlistValue[]).map((child) => `${blank()}${written(child)}${blank()}`).join(',')})`;
        };
        assert.deepEqual(readOpenStepPlist(`${blank()}${written(given)}${blank()}`), {
          value: given,
          problems: [],
        });
      }),
    );
  });

  test('what stands before the mistake is kept', () => {
    assert.deepEqual(readOpenStepPlist('{ a = b; c = (1, 2 }').value, map({ a: 'b', c: ['1', '2'] }));
  });

  test('100,000 levels', () => {
    const result = readOpenStepPlist('('.repeat(100_000) + ')'.repeat(100_000));
    assert.deepEqual(result.problems, []);
    assert.ok(Array.isArray(result.value));
  });
});

describe('JSON', () => {
  const good: readonly [string, PlistValue][] = [
    [
      '{"a": 1, "b": [1.5, -2, 1e2, "x\\u00e4\\n", true, false, {}, []]}',
      map({
        a: 1n,
        b: [new PlistReal(1.5, '1.5'), -2n, new PlistReal(100, '1e2'), 'xä\n', true, false, map({}), []],
      }),
    ],
    [' 18446744073709551615 ', 18446744073709551615n],
    ['\ufeff""', ''],
  ];
  for (const [text, value] of good)
    test(text, () => assert.deepEqual(readJsonPlist(text), { value, problems: [] }));

  const bad: readonly [string, number][] = [
    ['', 0],
    ['{"a" 1}', 5],
    ['{a: 1}', 1],
    ['[1 2]', 3],
    ['[1,]', 3],
    ['["a]', 1],
    ['1 2', 2],
    ['[01]', 2],
    ['[1', 2],
    ['nul', 0],
  ];
  for (const [text, offset] of bad) {
    test(`${JSON.stringify(text)} is wrong`, () => {
      assert.deepEqual(
        readJsonPlist(text).problems.map((problem) => problem.offset),
        [offset],
      );
    });
  }

  test('null is left out', () => {
    const result = readJsonPlist('{"a": null, "b": [null, 1]}');
    assert.deepEqual(result.value, map({ b: [1n] }));
    assert.equal(result.problems.length, 2);
  });

  test('100,000 levels', () => {
    assert.deepEqual(readJsonPlist('['.repeat(100_000) + ']'.repeat(100_000)).problems, []);
  });
});
