import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parsePlist } from '../../../server/src/plist/parse.ts';
import { PlistDate, PlistReal } from '../../../server/src/plist/value.ts';
import { inDict } from './marked.ts';

function value(element: string): ReturnType<typeof first> {
  return first(`<plist><array>${element}</array></plist>`);
}
function first(text: string) {
  return parsePlist(text).root!.items[0]!;
}

describe('values', () => {
  const integers: readonly [string, bigint | undefined, 'decimal' | 'hex' | undefined][] = [
    ['0', 0n, 'decimal'],
    ['007', 7n, 'decimal'],
    ['-1', -1n, 'decimal'],
    ['+5', 5n, 'decimal'],
    ['- 5', -5n, 'decimal'],
    ['\n\t42', 42n, 'decimal'],
    ['0x5AC', 0x5acn, 'hex'],
    ['0X5ac', 0x5acn, 'hex'],
    ['-0x10', -16n, 'hex'],
    ['0x0000000000000000000000ff', 255n, 'hex'],
    ['9007199254740993', 9007199254740993n, 'decimal'],
    ['9223372036854775808', 1n << 63n, 'decimal'],
    ['18446744073709551615', (1n << 64n) - 1n, 'decimal'],
    ['-9223372036854775808', -(1n << 63n), 'decimal'],
    ['18446744073709551616', undefined, undefined],
    ['-9223372036854775809', undefined, undefined],
    ['0x', undefined, undefined],
    ['1.0', undefined, undefined],
    ['', undefined, undefined],
    ['$(VENDOR)', undefined, undefined],
    ['&#49;2', 12n, 'decimal'],
  ];
  for (const [text, expected, form] of integers) {
    test(`integer ${JSON.stringify(text)}`, () => {
      const node = value(`<integer>${text}</integer>`);
      assert.equal(node.integer, expected);
      assert.equal(node.integerForm, form);
      assert.equal(node.value(), expected);
      assert.equal(node.real, undefined);
    });
  }

  const reals: readonly [string, number | undefined][] = [
    ['1.5', 1.5],
    ['-2', -2],
    ['.5', 0.5],
    ['5.', 5],
    ['1e6', 1e6],
    ['+1E-3', 0.001],
    ['nan', Number.NaN],
    ['NaN', Number.NaN],
    ['inf', Number.POSITIVE_INFINITY],
    ['+Infinity', Number.POSITIVE_INFINITY],
    ['-inf', Number.NEGATIVE_INFINITY],
    ['0x10', undefined],
    ['1,5', undefined],
    ['', undefined],
  ];
  for (const [text, expected] of reals) {
    test(`real ${JSON.stringify(text)}`, () => {
      const node = value(`<real>${text}</real>`);
      assert.equal(node.real, expected);
      const whole = node.value();
      if (expected === undefined) assert.equal(whole, undefined);
      else assert.deepEqual(whole, new PlistReal(expected, text));
    });
  }

  const dates: readonly [string, number | undefined][] = [
    ['1970-01-01T00:00:00Z', 0],
    ['2001-01-01T00:00:00Z', 978307200],
    ['2024-02-29T23:59:59Z', 1709251199],
    ['1969-12-31T23:59:59Z', -1],
    ['0001-01-01T00:00:00Z', -62135596800],
    ['2023-02-29T00:00:00Z', undefined],
    ['2023-13-01T00:00:00Z', undefined],
    ['2023-01-01T24:00:00Z', undefined],
    ['2023-01-01 00:00:00Z', undefined],
    ['2023-01-01T00:00:00', undefined],
  ];
  for (const [text, expected] of dates) {
    test(`date ${text}`, () => {
      const node = value(`<date>${text}</date>`);
      assert.equal(node.date, expected);
      assert.deepEqual(node.value(), expected === undefined ? undefined : new PlistDate(expected));
    });
  }

  const data: readonly [string, readonly number[] | undefined][] = [
    ['', []],
    ['AAEC', [0, 1, 2]],
    ['AAE=', [0, 1]],
    ['AA==', [0]],
    ['\n\tAA\n\tEC\n', [0, 1, 2]],
    ['/+8=', [255, 239]],
    ['AAE', undefined],
    ['A', undefined],
    ['A=', undefined],
    ['AA=A', undefined],
    ['AA-_', undefined],
    ['====', undefined],
  ];
  for (const [text, expected] of data) {
    test(`data ${JSON.stringify(text)}`, () => {
      const node = value(`<data>${text}</data>`);
      assert.deepEqual(node.data && [...node.data], expected);
    });
  }

  const texts: readonly [string, string][] = [
    ['a &lt;b&gt; &amp; &quot;c&quot; &apos;d&apos;', 'a <b> & "c" \'d\''],
    ['&#65;&#x42;&#x1F600;', 'AB😀'],
    ['&amp;lt;', '&lt;'],
    ['<![CDATA[<a> & b]]>', '<a> & b'],
    ['x<![CDATA[]]>y', 'xy'],
    ['a<!-- c -->b', 'ab'],
    ['one\r\ntwo\rthree', 'one\ntwo\nthree'],
    ['&#13;', '\r'],
    ['  spaced  ', '  spaced  '],
    ['ä&unknown;', 'ä&unknown;'],
    ['A & B', 'A & B'],
    ['1 < 2', '1 < 2'],
  ];
  for (const [raw, expected] of texts) {
    test(`string ${JSON.stringify(raw)}`, () => {
      const node = value(`<string>${raw}</string>`);
      assert.equal(node.string, expected);
      assert.equal(node.text, expected);
      assert.equal(node.value(), expected);
    });
  }

  test('entities of a DOCTYPE are never expanded', () => {
    const bomb = `<!DOCTYPE plist [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ELEMENT x (y)> <!-- ]> --> <?p ]> ?>]>
<plist version="1.0"><string>&b;</string></plist>`;
    const tree = parsePlist(bomb);
    assert.equal(tree.root?.string, '&b;');
    assert.deepEqual(
      tree.errors.map((error) => error.code),
      ['unknown-entity'],
    );
  });

  test('a value with a build variable has no error', () => {
    for (const element of [
      '<integer>$(VENDOR)</integer>',
      '<real>${SCALE}</real>',
      '<date>@DATE@</date>',
      '<data>$(BLOB)</data>',
      '<integer>{{ id }}</integer>',
    ]) {
      assert.deepEqual(parsePlist(inDict(`\t<key>a</key>\n\t${element}`)).errors, [], element);
    }
  });
});

describe('dictionaries', () => {
  const tree = parsePlist(
    inDict(`\t<key>a</key>
\t<string>1</string>
\t<key>b &amp; c</key>
\t<array>
\t\t<true/>
\t\t<dict>
\t\t\t<key>d</key>
\t\t\t<integer>2</integer>
\t\t</dict>
\t</array>
\t<key>lone</key>
\t<key>a</key>
\t<string>3</string>`),
  );
  const root = tree.root!;

  test('entries keep file order, lone and double keys', () => {
    assert.deepEqual(
      root.entries.map((entry) => [entry.key.text, entry.value?.kind]),
      [
        ['a', 'string'],
        ['b & c', 'array'],
        ['lone', undefined],
        ['a', 'string'],
      ],
    );
  });

  test('of a double key the last value counts, as for CoreFoundation and IOKit', () => {
    assert.equal(root.get('a')?.string, '3');
    assert.equal(root.keyNode('a')?.index, 3);
    assert.equal((root.value() as ReadonlyMap<string, unknown>).get('a'), '3');
  });

  test('a double key without value does not hide the one with a value', () => {
    const twice = parsePlist('<dict><key>a</key><true/><key>a</key></dict>').root!;
    assert.equal(twice.get('a')?.boolean, true);
  });

  test('keys with entities, large dictionaries', () => {
    assert.equal(root.get('b & c')?.kind, 'array');
    assert.equal(root.get('lone'), undefined);
    assert.equal(root.keyNode('lone')?.text, 'lone');
    assert.equal(root.get('toString'), undefined);
    const many = Array.from({ length: 500 }, (_, i) => `<key>k${i}</key><integer>${i}</integer>`).join('');
    const large = parsePlist(`<dict>${many}<key>k7</key><integer>1000</integer><key>&lt;</key><true/></dict>`)
      .root!;
    assert.equal(large.get('k499')?.integer, 499n);
    assert.equal(large.get('k7')?.integer, 1000n);
    assert.equal(large.get('<')?.boolean, true);
    assert.equal(large.get('k500'), undefined);
  });

  test('paths, names and indices', () => {
    const inner = root.at(['b & c', 1, 'd'])!;
    assert.equal(inner.integer, 2n);
    assert.deepEqual(inner.path, ['b & c', 1, 'd']);
    assert.deepEqual(inner.key?.path, ['b & c', 1, 'd']);
    assert.equal(inner.name, 'd');
    assert.equal(inner.parent?.index, 1);
    assert.deepEqual(root.path, []);
    assert.equal(root.name, undefined);
    assert.equal(root.keyNode('lone')?.index, 2);
    assert.equal(root.at(['b & c', 5]), undefined);
    assert.equal(root.at(['a', 'x']), undefined);
  });

  test('offsets', () => {
    for (let id = 0; id < tree.size; id++) {
      const node = tree.node(id);
      assert.ok(tree.text.startsWith(`<${node.tag}`, node.start));
      assert.ok(node.selfClosing || tree.text.startsWith(`</${node.tag}`, node.closeStart));
      assert.equal(tree.text.charAt(node.end - 1), '>');
      assert.equal(node.id, id);
    }
    assert.throws(() => tree.node(tree.size), RangeError);
  });

  test('nodeAt', () => {
    const at = (mark: string, shift = 0) => tree.nodeAt(tree.text.indexOf(mark) + shift);
    assert.equal(at('<integer>', 3)?.kind, 'integer');
    assert.equal(at('2</integer>')?.kind, 'integer');
    assert.equal(at('<key>d', 7)?.kind, 'key');
    assert.equal(at('\t</array>')?.kind, 'array');
    assert.equal(at('</array>', 9)?.kind, 'dict');
    assert.equal(tree.nodeAt(0), undefined);
    assert.equal(tree.nodeAt(tree.text.length), undefined);
    assert.equal(tree.nodeAt(root.start)?.id, root.id);
    assert.equal(tree.nodeAt(root.end)?.id, root.id);
  });
});

describe('documents', () => {
  test('what stands around the root', () => {
    const text = `\ufeff<?xml version="1.0"?>\n<!DOCTYPE plist>\n<!-- a -->\n<plist version="1.0">\n<!--b--><dict/>\n</plist>\n<!-- c -->\n`;
    const tree = parsePlist(text);
    assert.deepEqual(tree.errors, []);
    assert.ok(tree.hasBom && tree.hasDoctype && tree.hasXmlDeclaration);
    assert.deepEqual(
      tree.comments.map((comment) => text.slice(comment.content.start, comment.content.end)),
      [' a ', 'b', ' c '],
    );
    assert.equal(text.slice(tree.plist!.start, tree.plist!.openEnd), '<plist version="1.0">');
    assert.equal(text.slice(tree.plist!.closeStart, tree.plist!.end), '</plist>');
    assert.equal(tree.root?.selfClosing, true);
  });

  test('a bare value is a document', () => {
    assert.deepEqual(parsePlist('<dict/>').errors, []);
    assert.equal(parsePlist(' <string>x</string> ').root?.string, 'x');
    assert.equal(parsePlist('<integer>5</integer>').plist, undefined);
  });

  test('attributes, white space in tags and empty elements are allowed', () => {
    const text = `<plist  version='1.0' xmlns:x = "y>z"><dict a="b"><key >k</key\n><string\t>v</string ><key/><string/><key>t</key><true></true><key>u</key><false /></dict ></plist >`;
    const tree = parsePlist(text);
    assert.deepEqual(tree.errors, []);
    assert.deepEqual(
      [...(tree.root!.value() as ReadonlyMap<string, unknown>)],
      [
        ['k', 'v'],
        ['', ''],
        ['t', true],
        ['u', false],
      ],
    );
  });

  test('unknown elements are kept with their children', () => {
    const tree = parsePlist(
      '<dict><key>a</key><Dict><key>b</key><true/></Dict><key>c</key><strng>text</strng></dict>',
    );
    const unknown = tree.root!.get('a')!;
    assert.equal(unknown.kind, 'unknown');
    assert.equal(unknown.tag, 'Dict');
    assert.equal(unknown.items[0]?.boolean, true);
    assert.equal(unknown.value(), undefined);
    assert.equal(tree.root!.get('c')?.text, 'text');
    assert.equal((tree.root!.value() as ReadonlyMap<string, unknown>).size, 0);
  });

  test('a half-typed value takes the place of the value', () => {
    const tree = parsePlist('<dict>\n<key>a</key>\n<str\n<key>b</key>\n<true/>\n</dict>');
    assert.equal(tree.root!.get('a')?.tag, 'str');
    assert.equal(tree.root!.get('b')?.boolean, true);
  });

  test('our side of a merge conflict is read', () => {
    const tree = parsePlist(
      inDict('\t<key>a</key>\n<<<<<<< HEAD\n\t<string>1</string>\n=======\n\t<string>2</string>\n>>>>>>> x'),
    );
    assert.equal(tree.root?.get('a')?.string, '1');
  });

  test('what an unclosed dict must not swallow stands in the outer one', () => {
    const tree = parsePlist(
      inDict('\t<key>a</key>\n\t<dict>\n\t\t<key>b</key>\n\t\t<true/>\n\t<key>c</key>\n\t<true/>'),
    );
    assert.deepEqual(tree.root!.get('c')?.path, ['c']);
    assert.equal(tree.root!.get('a')?.get('c'), undefined);
    assert.equal(tree.root!.get('a')?.get('b')?.boolean, true);
    assert.equal(tree.text.slice(0, tree.root!.get('a')!.end).endsWith('<true/>'), true);
  });
});
