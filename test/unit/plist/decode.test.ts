import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeBytes, detectFormat } from '../../../server/src/plist/decode.ts';
import { parsePlist } from '../../../server/src/plist/parse.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function wide(text: string, size: 2 | 4, little: boolean, bom: boolean): Uint8Array {
  const full = (bom ? '\ufeff' : '') + text;
  const units =
    size === 2 ? full.split('').map((c) => c.charCodeAt(0)) : [...full].map((c) => c.codePointAt(0)!);
  const bytes = new Uint8Array(units.length * size);
  const view = new DataView(bytes.buffer);
  units.forEach((unit, i) => {
    if (size === 2) view.setUint16(i * 2, unit, little);
    else view.setUint32(i * 4, unit, little);
  });
  return bytes;
}

const TEXT = '<?xml version="1.0" encoding="UTF-16"?><string>ä😀</string>';

describe('decodeBytes', () => {
  for (const size of [2, 4] as const) {
    for (const little of [true, false]) {
      for (const bom of [true, false]) {
        const name = `utf-${size * 8}${little ? 'le' : 'be'}`;
        test(`${name}${bom ? ' with byte order mark' : ''}`, () => {
          const bytes = wide(TEXT, size, little, bom);
          const decoded = decodeBytes(bytes);
          assert.equal(decoded.encoding, name);
          assert.deepEqual(decoded.problems, []);
          assert.equal(decoded.text, (bom ? '\ufeff' : '') + TEXT);
          assert.equal(parsePlist(decoded.text).root?.string, 'ä😀');
          assert.equal(detectFormat(bytes), 'xml');
        });
      }
    }
  }

  test('UTF-8 with and without byte order mark', () => {
    for (const bom of ['', '\ufeff']) {
      const decoded = decodeBytes(utf8(`${bom}<string>ä😀</string>`));
      assert.deepEqual(decoded, { text: `${bom}<string>ä😀</string>`, encoding: 'utf-8', problems: [] });
    }
  });

  test('a declared encoding', () => {
    const head = '<?xml version="1.0" encoding="ISO-8859-1"?><string>';
    const bytes = new Uint8Array([...utf8(head), 0xe4, ...utf8('</string>')]);
    const decoded = decodeBytes(bytes);
    assert.equal(decoded.encoding, 'iso-8859-1');
    assert.equal(decoded.text, `${head}ä</string>`);
    assert.deepEqual(decoded.problems, []);
  });

  const bad: readonly [string, readonly number[], number][] = [
    ['Latin-1', [0x61, 0xe4, 0x62], 1],
    ['overlong', [0x61, 0xc3, 0xa4, 0xc0, 0x80], 2],
    ['surrogate', [0xed, 0xa0, 0x80], 0],
    ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80], 0],
    ['cut', [0x61, 0xe2, 0x82], 1],
    ['lone continuation', [0x80], 0],
  ];
  for (const [title, bytes, offset] of bad) {
    test(`bytes that are no UTF-8: ${title}`, () => {
      const decoded = decodeBytes(new Uint8Array(bytes));
      assert.equal(decoded.problems.length, 1);
      assert.equal(decoded.problems[0]!.code, 'invalid-bytes');
      assert.equal(decoded.problems[0]!.severity, 'error');
      assert.equal(decoded.problems[0]!.start, offset);
      assert.equal(decoded.text.charAt(offset), '\ufffd');
    });
  }

  test('an encoding that is not what the declaration says', () => {
    for (const name of ['UTF-16', 'UTF-9', 'x-unknown']) {
      const text = `<?xml version="1.0" encoding="${name}"?><dict/>`;
      const decoded = decodeBytes(utf8(text));
      assert.equal(decoded.encoding, 'utf-8');
      assert.deepEqual(
        decoded.problems.map((problem) => [problem.code, text.slice(problem.start, problem.end)]),
        [['encoding-mismatch', name]],
      );
    }
    const marked = decodeBytes(utf8('\ufeff<?xml version="1.0" encoding="ISO-8859-1"?><dict/>'));
    assert.equal(marked.text.slice(marked.problems[0]!.start, marked.problems[0]!.end), 'ISO-8859-1');
  });

  test('UTF-16 cut in the middle, UTF-32 beyond Unicode', () => {
    const cut = decodeBytes(wide(TEXT, 2, true, true).subarray(0, 21));
    assert.deepEqual(
      cut.problems.map((problem) => problem.code),
      ['invalid-bytes'],
    );
    const beyond = decodeBytes(new Uint8Array([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0, 0, 0, 0x11, 0]));
    assert.deepEqual(
      beyond.problems.map((problem) => [problem.code, problem.start]),
      [['invalid-bytes', 2]],
    );
  });

  test('no bytes', () => {
    assert.deepEqual(decodeBytes(new Uint8Array()), { text: '', encoding: 'utf-8', problems: [] });
  });
});

describe('detectFormat', () => {
  const formats: readonly [string, ReturnType<typeof detectFormat>][] = [
    ['<?xml version="1.0"?><plist/>', 'xml'],
    ['\ufeff\n <dict/>', 'xml'],
    ['<!-- c --><dict/>', 'xml'],
    ['bplist00', 'binary'],
    ['{ a = b; }', 'openstep'],
    ['// !$*UTF8*$!\n{}', 'openstep'],
    ['( a, b )', 'openstep'],
    ['<0fbd7 7a>', 'openstep'],
    ['"key" = "value";', 'openstep'],
    ['key = "value";', 'openstep'],
    ['{ "a": 1 }', 'json'],
    ['[1]', 'json'],
    ['', 'empty'],
    [' \n\t', 'empty'],
    ['hello world', 'unknown'],
    ['%PDF-1.4', 'unknown'],
  ];
  for (const [text, format] of formats) {
    test(JSON.stringify(text), () => {
      assert.equal(detectFormat(text), format);
      assert.equal(detectFormat(utf8(text)), format);
    });
  }
});
