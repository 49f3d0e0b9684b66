import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readBinaryPlist, writeBinaryPlist } from '../../../server/src/plist/binary.ts';
import { PlistDate, PlistReal, PlistUid, type PlistValue } from '../../../server/src/plist/value.ts';
import { readAsXml, toXml, writeAsBinary } from '../../../server/src/service/plistFormats.ts';

const RICH = new Map<string, PlistValue>([
  ['wide', 0xffff_ffff_ffff_ffffn],
  ['negative', -9_223_372_036_854_775_808n],
  ['real', new PlistReal(0.1)],
  ['date', new PlistDate(1_700_000_000.25)],
  ['data', new Uint8Array([0, 255, 16])],
  ['uid', new PlistUid(7)],
  ['list', ['a', true, false, new Map([['nested', 'Ünï <&> "text"']])]],
  ['empty', ''],
]);

function bytesOf(written: ReturnType<typeof writeAsBinary>): Uint8Array {
  assert.ok('bytes' in written, 'problem' in written ? written.problem : '');
  return written.bytes;
}

describe('binary property lists as XML', () => {
  test('come back as they were when nothing was changed', () => {
    const original = writeBinaryPlist(RICH);
    const read = readAsXml(original);
    assert.equal(read?.format, 'binary');
    assert.equal(read.writable, true);
    assert.match(read.text, /<integer>18446744073709551615<\/integer>/);
    const again = readBinaryPlist(bytesOf(writeAsBinary(read.text, original)));
    assert.deepEqual(again.problems, []);
    const reals = (value: PlistValue | undefined) =>
      value instanceof Map && value.get('real') instanceof PlistReal
        ? new Map(value).set('real', (value.get('real') as PlistReal).value as never)
        : value;
    assert.deepEqual(reals(again.value), reals(RICH));
  });

  test('a change changes that value alone', () => {
    const original = writeBinaryPlist(RICH);
    const text = readAsXml(original)!.text.replace('<string>a</string>', '<string>b</string>');
    const { value } = readBinaryPlist(bytesOf(writeAsBinary(text, original)));
    assert.ok(value instanceof Map);
    assert.deepEqual(value.get('list'), ['b', true, false, new Map([['nested', 'Ünï <&> "text"']])]);
    assert.deepEqual(value.get('date'), new PlistDate(1_700_000_000.25));
    assert.deepEqual(value.get('uid'), new PlistUid(7));
  });

  test('a date that was edited is what the text says', () => {
    const original = writeBinaryPlist(RICH);
    const text = readAsXml(original)!.text.replace(/<date>[^<]*/, '<date>2020-01-01T00:00:00Z');
    const { value } = readBinaryPlist(bytesOf(writeAsBinary(text, original)));
    assert.ok(value instanceof Map);
    assert.deepEqual(value.get('date'), new PlistDate(1_577_836_800));
  });

  test('any value survives the way through XML', () => {
    const leaf = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', ' ', '<', '&', 'é', '😀', '\n', '\t', '\r') }),
      fc.boolean(),
      fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n),
      fc.uint8Array({ maxLength: 20 }),
      fc.integer({ min: -1e6, max: 1e9 }).map((quarters) => new PlistDate(quarters / 4)),
    );
    const { value } = fc.letrec<{ value: PlistValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie('value'), { maxLength: 4 }),
        fc
          .array(fc.tuple(fc.string({ minLength: 1, maxLength: 5, unit: 'grapheme-ascii' }), tie('value')))
          .map((entries) => new Map(entries)),
      ),
    }));
    fc.assert(
      fc.property(value, (given) => {
        const original = writeBinaryPlist(given);
        const back = readBinaryPlist(bytesOf(writeAsBinary(readAsXml(original)!.text, original)));
        assert.deepEqual(back.value, readBinaryPlist(original).value);
      }),
      { numRuns: 200 },
    );
  });

  test('text with a mistake is refused with its place', () => {
    const written = writeAsBinary('<plist>\n<dict>\n<key>a</key>\n<integer>12x</integer>\n</dict>\n</plist>');
    assert.ok('problem' in written);
    assert.ok(written.offset >= 30, String(written.offset));
    assert.ok('problem' in writeAsBinary(''));
  });

  test('a damaged file is shown as far as it goes, and not written', () => {
    const bytes = writeBinaryPlist(['first', 'second']);
    // The marker of the second string becomes one that no object has.
    const at = bytes.findIndex((byte, index) => byte === 0x56 && bytes[index + 1] === 's'.charCodeAt(0));
    assert.ok(at > 0);
    bytes[at] = 0x7f;
    const read = readAsXml(bytes);
    assert.equal(read?.writable, false);
    assert.match(read.text, /first/);
    assert.match(read.problem ?? '', /byte/);
    assert.equal(readAsXml(new TextEncoder().encode('bplist00')), undefined);
  });
});

describe('other formats as XML', () => {
  test('OpenStep and JSON', () => {
    assert.match(toXml('{ name = "Lamp"; list = (a, b); }')?.text ?? '', /<key>name<\/key>\s*<string>Lamp</);
    assert.match(toXml('{ "vendor": 1452 }')?.text ?? '', /<key>vendor<\/key>\s*<integer>1452</);
    assert.equal(toXml('{ name = "Lamp" list }'), undefined);
    assert.equal(toXml('word'), undefined);
    assert.equal(toXml('<plist><dict/></plist>'), undefined);
  });

  test('a provisioning profile', () => {
    const plist =
      '<?xml version="1.0"?>\n<plist><dict><key>TeamName</key><string>Lamp</string></dict></plist>';
    const inside = new TextEncoder().encode(plist);
    const bytes = new Uint8Array([0x30, 0x82, 1, 0, 0, 4, ...inside, 0, 255, 0x30]);
    assert.deepEqual(readAsXml(bytes), { text: plist, format: 'profile', writable: false });
  });

  test('what is no property list', () => {
    assert.equal(readAsXml(new Uint8Array([0xcf, 0xfa, 0xed, 0xfe, 0, 0, 0, 0])), undefined);
    assert.equal(readAsXml(new Uint8Array()), undefined);
  });
});
