import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parsePlist } from '../../../server/src/plist/parse.ts';
import { printPlist, printValue } from '../../../server/src/plist/print.ts';
import { PlistDate, PlistReal, PlistUid, type PlistValue } from '../../../server/src/plist/value.ts';

describe('print', () => {
  test('a document as Apple writes it', () => {
    const value: PlistValue = new Map<string, PlistValue>([
      ['Name', 'A & B <c> "d"'],
      ['Empty', new Map()],
      ['List', [1n, new PlistReal(2), new PlistReal(0.1, '0.10'), true, []]],
      ['Blob', new Uint8Array([0, 1, 2])],
      ['When', new PlistDate(0)],
    ]);
    assert.equal(
      printPlist(value),
      `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
\t<key>Name</key>
\t<string>A &amp; B &lt;c&gt; "d"</string>
\t<key>Empty</key>
\t<dict/>
\t<key>List</key>
\t<array>
\t\t<integer>1</integer>
\t\t<real>2</real>
\t\t<real>0.10</real>
\t\t<true/>
\t\t<array/>
\t</array>
\t<key>Blob</key>
\t<data>
\tAAEC
\t</data>
\t<key>When</key>
\t<date>1970-01-01T00:00:00Z</date>
</dict>
</plist>
`,
    );
    assert.deepEqual(parsePlist(printPlist(value)).errors, []);
  });

  test('indentation, line ends, base, one line', () => {
    const value: PlistValue = [new Map([['a', false]])];
    assert.equal(
      printValue(value, { indent: '  ', eol: '\r\n', base: '    ' }),
      '<array>\r\n      <dict>\r\n        <key>a</key>\r\n        <false/>\r\n      </dict>\r\n    </array>',
    );
    assert.equal(printValue(value, { layout: 'inline' }), '<array><dict><key>a</key><false/></dict></array>');
  });

  test('long data is broken into lines of 76', () => {
    const text = printValue([new Uint8Array(100)]);
    const lines = text.split('\n').filter((line) => /^\t[A-Z]/i.test(line) && !line.includes('<'));
    assert.equal(lines.length, 2);
    assert.equal(lines[0]!.length, 1 + 68);
    assert.deepEqual(parsePlist(text).root!.items[0]!.data, new Uint8Array(100));
  });

  const leaves: readonly [PlistValue, string][] = [
    [new PlistReal(Number.NaN), '<real>nan</real>'],
    [new PlistReal(Number.NEGATIVE_INFINITY), '<real>-infinity</real>'],
    [new PlistReal(-0), '<real>-0.0</real>'],
    [new PlistReal(1e21), '<real>1e+21</real>'],
    [(1n << 64n) - 1n, '<integer>18446744073709551615</integer>'],
    [new PlistDate(1.9), '<date>1970-01-01T00:00:01Z</date>'],
    [new PlistDate(-62135596800), '<date>0001-01-01T00:00:00Z</date>'],
    [new PlistDate(Number.MAX_VALUE), '<date>1970-01-01T00:00:00Z</date>'],
    ['a\rb\u0001', '<string>a&#13;b&#1;</string>'],
    [new PlistUid(5), '<dict>\n\t<key>CF$UID</key>\n\t<integer>5</integer>\n</dict>'],
    [new Uint8Array(), '<data></data>'],
  ];
  for (const [value, expected] of leaves) {
    test(expected, () => assert.equal(printValue(value), expected));
  }
});
