/**
 * Every file of the corpus is read: none crashes, the verdict on XML files agrees with the readers that judged
 * them (Python's plistlib, libplist 2.2, the suite a file comes from), and values are equal to the expected
 * ones. Where we disagree on purpose, the table says why.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readBinaryPlist } from '../../server/src/plist/binary.ts';
import { decodeBytes, detectFormat } from '../../server/src/plist/decode.ts';
import { readJsonPlist } from '../../server/src/plist/json.ts';
import { readOpenStepPlist } from '../../server/src/plist/openstep.ts';
import { parsePlist } from '../../server/src/plist/parse.ts';
import { PlistDate, PlistReal, PlistUid, type PlistValue } from '../../server/src/plist/value.ts';
import { processorTime } from '../processorTime.ts';

interface Row {
  readonly id: string;
  readonly file: string;
  readonly format: string;
  readonly expected?: string;
  readonly plistlib?: { readonly ok: boolean };
  readonly libplist_2_2_0?: { readonly ok: boolean };
}

const ROOT = join(import.meta.dirname, '../..', '../shared/corpus');
const rows: readonly Row[] = existsSync(join(ROOT, 'index.json'))
  ? (JSON.parse(readFileSync(join(ROOT, 'index.json'), 'utf8')) as Row[])
  : [];

/** Who disagrees with us, and why we keep our verdict. `p` plistlib, `l` libplist, `s` the file's own suite. */
const NO_HEADER = 'plistlib wants a header to know XML by; CoreFoundation and libplist take a bare value';
const WIDE = 'UTF-16 and UTF-32 are XML; libplist reads UTF-8 only, plistlib wants a byte order mark';
const LENIENT = 'libplist lets it pass; CoreFoundation and plistlib refuse it';
const FUZZ = 'found by a fuzzer of libplist, which salvages what it can; no strict reader takes it';
const AFTER = 'content after the end is ignored by CoreFoundation: a warning here, an error for XML parsers';
const BASE64 = 'CoreFoundation and libplist skip damaged base64: a warning here, an error for plistlib';
const JUDGED: Readonly<Record<string, string>> = {
  'K0447 p': NO_HEADER,
  'K0598 p': NO_HEADER,
  'K0599 p': NO_HEADER,
  'K0600 p': NO_HEADER,
  'K0875 p': 'a blank line before the XML declaration: CoreFoundation takes it, a warning here',
  'K0904 l': 'a true fault of the file: one </dict> too many at line 1462; libplist stops before it',
  'P1551 l': LENIENT,
  'P1581 l': WIDE,
  'P1582 pl': WIDE,
  'P1583 pl': WIDE,
  'P1584 l': WIDE,
  'P1585 pl': WIDE,
  'P1586 pl': WIDE,
  'P1587 pl': WIDE,
  'P1588 pl': WIDE,
  'P1589 pl': WIDE,
  'P1832 l': FUZZ,
  'P1837 l': FUZZ,
  'P1846 l': FUZZ,
  'P1850 l': FUZZ,
  'P1852 l': FUZZ,
  'P1853 p': AFTER,
  'P1871 pls': 'a comment inside a key: CoreFoundation refuses it (CFPropertyList.c, getString)',
  'P1901 p': 'an empty DOCTYPE; CoreFoundation skips it without looking',
  'P1902 p': 'an empty XML declaration: CoreFoundation passes over it, a warning here',
  'P1904 p': 'text between elements: plistlib ignores it, CoreFoundation and libplist refuse it',
  'P1905 p': AFTER,
  'P1908 pl':
    'a quote of the XML declaration is not closed: CoreFoundation looks for ?> only, a warning here',
  'P1912 l': LENIENT,
  'P1914 p': NO_HEADER,
  'P1915 p': 'the DOCTYPE stands before the XML declaration: CoreFoundation takes it, a warning here',
  'P1921 ps': 'nothing but comments in <plist>: CoreFoundation calls that an empty plist and refuses it',
  'P1973 l': LENIENT,
  'P1974 l': LENIENT,
  'P1975 l': LENIENT,
  'P1977 l': LENIENT,
  'P1981 l': LENIENT,
  'P1984 l': LENIENT,
  'P1985 l': LENIENT,
  'P1987 l': WIDE,
  'P1988 l': WIDE,
  'P1989 l': 'libplist 2.2 does not take a byte order mark',
  'S2188 p': BASE64,
  'S2190 p': BASE64,
};

/** Binary and OpenStep files on which we disagree with the suite they come from. */
const JUDGED_OTHER: Readonly<Record<string, string>> = {
  P1536: 'three zero bytes follow the trailer, which is found from the end; CoreFoundation refuses it too',
  P1553: 'its version is 01 and its trailer points nowhere',
  P1750: 'bytes were replaced by U+FFFD in UTF-8 when the file was committed',
  P1963: 'a date in the year 10000 is one; only Python cannot hold it',
  P1596: 'NUL bytes in an unquoted string; CoreFoundation does not take them',
  P1677: 'a date without quotes is no OpenStep; CoreFoundation does not take it',
};

function read(row: Row): Uint8Array {
  return new Uint8Array(readFileSync(join(ROOT, row.file)));
}

function readValue(row: Row): PlistValue | undefined {
  const bytes = read(row);
  if (row.format === 'binary') return readBinaryPlist(bytes).value;
  const { text } = decodeBytes(bytes);
  if (row.format === 'xml') return parsePlist(text).root?.value();
  return row.format === 'json' ? readJsonPlist(text).value : readOpenStepPlist(text).value;
}

/** Integers exact, which `JSON.parse` alone does not keep. */
function parseExact(text: string): unknown {
  const reviver = (_key: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' && context?.source && /^-?\d+$/.test(context.source)
      ? BigInt(context.source)
      : value;
  return JSON.parse(text, reviver as (key: string, value: unknown) => unknown);
}

/** A value in the form of the `expected` files. */
function plain(value: PlistValue | undefined): unknown {
  if (value === undefined) return null;
  if (value instanceof PlistReal) return { $real: value.value };
  if (value instanceof PlistDate)
    return { $date: new Date(Math.floor(value.seconds) * 1000).toISOString().replace('.000Z', 'Z') };
  if (value instanceof PlistUid) return { $uid: BigInt(value.uid) };
  if (value instanceof Uint8Array) return { $data: Buffer.from(value).toString('base64') };
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]));
  if (Array.isArray(value)) return value.map(plain);
  return value;
}

const WORDS: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
};

function expectedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expectedValue);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0]![0] === '$real') {
    const text = String(entries[0]![1]);
    return { $real: WORDS[text] ?? Number(text) };
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, expectedValue(item)]));
}

describe('corpus', { skip: rows.length === 0 && 'needs ../shared/corpus, not here' }, () => {
  const xml = rows.filter((row) => row.format === 'xml');

  test('no file crashes a reader, none takes long', () => {
    for (const row of rows) {
      const bytes = read(row);
      const took = processorTime(() => {
        const { text } = decodeBytes(bytes);
        const tree = parsePlist(text);
        tree.root?.value();
        readBinaryPlist(bytes);
        readOpenStepPlist(text);
        readJsonPlist(text);
        detectFormat(bytes);
      });
      assert.ok(took < 5000, row.id);
    }
  });

  test('offsets nest and follow each other', () => {
    for (const row of xml) {
      const tree = parsePlist(decodeBytes(read(row)).text);
      for (let id = 1; id < tree.size; id++) {
        const node = tree.node(id);
        const { parent } = node;
        const before = tree.node(id - 1);
        assert.ok(
          node.start <= node.openEnd && node.openEnd <= node.closeStart && node.closeStart <= node.end,
          row.id,
        );
        assert.ok(node.start >= (before.end <= node.start ? before.end : before.openEnd), row.id);
        if (parent)
          assert.ok(node.start >= parent.openEnd && node.end <= parent.closeStart, `${row.id} ${id}`);
      }
    }
  });

  test('verdicts on XML files agree with other readers, or the table says why not', () => {
    const open = new Set(Object.keys(JUDGED));
    const unexpected: string[] = [];
    for (const row of xml) {
      const decoded = decodeBytes(read(row));
      const errors = [...decoded.problems, ...parsePlist(decoded.text).errors].filter(
        (e) => e.severity === 'error',
      );
      const ok = errors.length === 0;
      const others: readonly [string, boolean | undefined][] = [
        ['p', row.plistlib?.ok],
        ['l', row.libplist_2_2_0?.ok],
        ['s', row.expected === 'valid' ? true : row.expected === 'invalid' ? false : undefined],
      ];
      const against = others
        .filter(([, verdict]) => verdict !== undefined && verdict !== ok)
        .map(([who]) => who);
      if (against.length === 0) continue;
      const mark = `${row.id} ${against.join('')}`;
      if (!open.delete(mark))
        unexpected.push(`${mark} ${row.file}: ${errors.map((e) => e.message).join(' | ') || 'ok'}`);
    }
    assert.deepEqual(unexpected, []);
    assert.deepEqual([...open], [], 'no disagreement any more');
  });

  test('verdicts on binary and OpenStep files agree with their suites, or the table says why not', () => {
    const open = new Set(Object.keys(JUDGED_OTHER));
    const unexpected: string[] = [];
    for (const row of rows) {
      if (row.expected !== 'valid' && row.expected !== 'invalid') continue;
      let problems: readonly { message: string }[];
      if (row.format === 'binary') problems = readBinaryPlist(read(row)).problems;
      else if (row.format.startsWith('openstep'))
        problems = readOpenStepPlist(decodeBytes(read(row)).text).problems;
      else if (row.format === 'json') problems = readJsonPlist(decodeBytes(read(row)).text).problems;
      else continue;
      if ((problems.length === 0) === (row.expected === 'valid')) continue;
      if (!open.delete(row.id)) unexpected.push(`${row.id} ${row.file}: ${problems[0]?.message ?? 'ok'}`);
    }
    assert.deepEqual(unexpected, []);
    assert.deepEqual([...open], [], 'no disagreement any more');
  });

  test('values are those that the suites expect', () => {
    let compared = 0;
    for (const row of rows) {
      const file = join(ROOT, 'expected', `${row.id}.json`);
      if (!existsSync(file)) continue;
      assert.deepEqual(
        plain(readValue(row)),
        expectedValue(parseExact(readFileSync(file, 'utf8'))),
        `${row.id} ${row.file}`,
      );
      compared++;
    }
    assert.ok(compared > 100, `${compared}`);
  });

  test('drivers of other people have no syntax error but the known ones', () => {
    const faulty = xml
      .filter((row) => !row.file.startsWith('plist/'))
      .filter((row) =>
        parsePlist(decodeBytes(read(row)).text).errors.some((error) => error.severity === 'error'),
      )
      .map((row) => row.id);
    assert.deepEqual(faulty, ['K0904']);
  });
});
