import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readBinaryPlist, writeBinaryPlist } from '../../../server/src/plist/binary.ts';
import { printValue } from '../../../server/src/plist/print.ts';
import { PlistDate, PlistReal, PlistUid, type PlistValue } from '../../../server/src/plist/value.ts';
import { keepExact } from '../../../server/src/service/keepExact.ts';
import { damageOf, readAsXml, toXml, writeAsBinary } from '../../../server/src/service/plistFormats.ts';
import { processorTime } from '../../processorTime.ts';

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

  const dates = [0.25, 1.5, 2.75].map((seconds) => new PlistDate(1_700_000_000 + seconds));
  const dateXml = (date: PlistDate): string => printValue(date, { layout: 'inline' });

  test('values that were moved stay exact', () => {
    const original = writeBinaryPlist(
      new Map<string, PlistValue>([
        ['list', dates],
        [
          'old',
          new Map<string, PlistValue>([
            ['built', dates[0]!],
            ['uid', new PlistUid(9)],
          ]),
        ],
      ]),
    );
    const read = (text: string) =>
      readBinaryPlist(bytesOf(writeAsBinary(text, original))).value as Map<string, PlistValue>;
    const { text } = readAsXml(original)!;

    const first = `\t\t${dateXml(dates[0]!)}\n`;
    const added = read(text.replace(first, `\t\t<string>new</string>\n${first}`));
    assert.deepEqual(added.get('list'), ['new', ...dates]);
    const removed = read(text.replace(first, ''));
    assert.deepEqual(removed.get('list'), dates.slice(1));
    const renamed = read(text.replace('<key>old</key>', '<key>new</key>'));
    assert.deepEqual(
      renamed.get('new'),
      new Map<string, PlistValue>([
        ['built', dates[0]!],
        ['uid', new PlistUid(9)],
      ]),
    );
    const typed = read(text.replace(dateXml(dates[0]!), '<date>2023-11-14T22:13:21Z</date>'));
    assert.deepEqual(
      typed.get('list'),
      [new PlistDate(1_700_000_001), dates[1], dates[2]],
      'what is typed is meant',
    );
  });

  test('reals keep their width, and values that are used twice are written once', () => {
    const shared = Array.from({ length: 500 }, (_, index) => BigInt(index));
    const original = writeBinaryPlist([
      shared,
      shared,
      new PlistReal(Math.fround(1.1), undefined, true),
      new PlistReal(1.1),
    ]);
    const text = readAsXml(original)!.text.replace(/<\/array>\s*<\/plist>/, '<true/></array></plist>');
    const written = bytesOf(writeAsBinary(text, original));
    const value = readBinaryPlist(written).value as PlistValue[];
    assert.equal((value[2] as PlistReal).single, true);
    assert.equal((value[2] as PlistReal).value, Math.fround(1.1));
    assert.equal((value[3] as PlistReal).single, false);
    assert.equal(value[0], value[1], 'one object');
    assert.ok(written.length < original.length + 20, `${written.length} of ${original.length}`);
  });

  test('what cannot be written again opens read-only, with the reason', () => {
    // An array that holds a set of one string.
    const set = Uint8Array.from([
      ...new TextEncoder().encode('bplist00'),
      0xa1,
      1,
      0xc1,
      2,
      0x51,
      0x61,
      8,
      10,
      12,
      0,
      0,
      0,
      0,
      0,
      0,
      1,
      1,
      ...[0, 0, 0, 0, 0, 0, 0, 3],
      ...[0, 0, 0, 0, 0, 0, 0, 0],
      ...[0, 0, 0, 0, 0, 0, 0, 14],
    ]);
    const read = readAsXml(set);
    assert.match(read?.text ?? '', /<string>a</);
    assert.equal(read?.writable, false);
    assert.match(read?.problem ?? '', /byte 10: A set/);
  });

  test('deep and wide files keep their exact values in linear time', () => {
    let deep: PlistValue = [dates[0]!];
    for (let level = 0; level < 20_000; level++) deep = [deep];
    const wide = Array.from({ length: 20_000 }, (_, index) => new PlistDate(index + 0.5));
    const original = writeBinaryPlist([deep, wide]);
    const before = readBinaryPlist(original).value!;
    const now = readBinaryPlist(writeBinaryPlist(before)).value as PlistValue[];
    let kept: PlistValue[] = [];
    const took = processorTime(() => {
      kept = keepExact([...now, 'more'], before) as PlistValue[];
    });
    assert.ok(took < 5000);
    assert.equal(kept[0], (before as PlistValue[])[0]);
    assert.equal(kept[1], (before as PlistValue[])[1]);
  });

  test('any value survives the way through XML', () => {
    const leaf = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', ' ', '<', '&', 'é', '😀', '\n', '\t', '\r') }),
      fc.boolean(),
      fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n),
      fc.uint8Array({ maxLength: 20 }),
      fc.integer({ min: -1e6, max: 1e9 }).map((quarters) => new PlistDate(quarters / 4)),
      fc.double().map((value) => new PlistReal(value)),
      fc.float().map((value) => new PlistReal(value, undefined, true)),
      fc.nat(0xffff_ffff).map((uid) => new PlistUid(uid)),
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
        const { text } = readAsXml(original)!;
        const back = readBinaryPlist(bytesOf(writeAsBinary(text, original)));
        assert.deepEqual(back.value, readBinaryPlist(original).value);
        // One that stands in the middle of another file, which was changed elsewhere.
        const inside = writeBinaryPlist(['before', given, 'behind']);
        const changed = readAsXml(inside)!.text.replace('before', 'changed');
        const after = readBinaryPlist(bytesOf(writeAsBinary(changed, inside))).value as PlistValue[];
        assert.deepEqual(after[1], readBinaryPlist(original).value);
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
    const cut = writeBinaryPlist(['first']).slice(0, -4);
    assert.equal(readAsXml(cut), undefined);
    assert.match(damageOf(cut)?.problem ?? '', /^At byte \d+: The trailer is damaged/);
    assert.equal(damageOf(bytes), undefined);
    assert.equal(damageOf(new TextEncoder().encode('text')), undefined);
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
