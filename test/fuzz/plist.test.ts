import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { readBinaryPlist, writeBinaryPlist } from '../../server/src/plist/binary.ts';
import { decodeBytes, detectFormat } from '../../server/src/plist/decode.ts';
import { applyEdits } from '../../server/src/plist/edit.ts';
import { readJsonPlist } from '../../server/src/plist/json.ts';
import { readOpenStepPlist } from '../../server/src/plist/openstep.ts';
import { parsePlist } from '../../server/src/plist/parse.ts';
import { printPlist } from '../../server/src/plist/print.ts';
import type { PlistTree } from '../../server/src/plist/types.ts';
import { damage, damageEdit, soup, text, value } from './plist-arbitrary.ts';

const TIME = { interruptAfterTimeLimit: 4000, markInterruptAsFailure: false, numRuns: 3000 };

/** All that must hold of any tree of any text. */
function checkTree(tree: PlistTree): void {
  const { length } = tree.text;
  let last = -1;
  for (let id = 0; id < tree.size; id++) {
    const node = tree.node(id);
    const { start, openEnd, closeStart, end, parent } = node;
    assert.ok(
      0 <= start && start <= openEnd && openEnd <= closeStart && closeStart <= end && end <= length,
      `${id}`,
    );
    assert.ok(start >= last, 'nodes follow the text');
    last = start;
    if (parent) {
      assert.ok(
        parent.id < id && parent.openEnd <= start && end <= parent.closeStart,
        `${id} in ${parent.id}`,
      );
    }
    // A tag begins with `<`, unless that is what was lost: then with its name; a tag lost whole is empty.
    const begins = tree.text.startsWith('<', start) || tree.text.startsWith(node.tag, start);
    assert.ok(begins || start === openEnd, `${id} begins with ${tree.text.slice(start, start + 10)}`);
    if (node.kind !== 'key') assert.equal(node.key?.parent?.id, node.key ? parent?.id : undefined);
    assert.equal(tree.root?.at([])?.id, tree.root?.id);
    void node.path;
    void node.text;
    void node.entries;
    void node.items;
  }
  let before = 0;
  for (const error of tree.errors) {
    assert.ok(error.start >= before && error.start <= error.end && error.end <= length, error.code);
    assert.ok(error.end > error.start || length === 0, `${error.code} is empty`);
    before = error.start;
    for (const edit of error.fix?.edits ?? [])
      assert.ok(0 <= edit.start && edit.start <= edit.end && edit.end <= length);
  }
  for (const comment of tree.comments) {
    const { content } = comment;
    assert.ok(comment.start < content.start && content.start <= content.end && content.end <= comment.end);
  }
  void tree.root?.value();
  for (const offset of [0, length >> 1, length]) {
    const node = tree.nodeAt(offset);
    if (node) assert.ok(node.start <= offset && offset <= node.end);
  }
}

describe('any text', () => {
  test('random characters', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ maxLength: 200 }), fc.string({ unit: 'binary', maxLength: 200 })),
        (source) => {
          checkTree(parsePlist(source));
          readOpenStepPlist(source);
          readJsonPlist(source);
          detectFormat(source);
        },
      ),
      TIME,
    );
  });

  test('the pieces of plists in any order', () => {
    fc.assert(
      fc.property(soup, (source) => checkTree(parsePlist(source))),
      TIME,
    );
  });

  test('every prefix of a plist', () => {
    const source = printPlist(new Map([['a & b', [1n, new Map([['c', 'd']]), new Uint8Array(3)]]]));
    for (let end = 0; end <= source.length; end++) {
      const tree = parsePlist(source.slice(0, end));
      checkTree(tree);
      // A cut is one mistake; half a tag, or half a reference, at the very end may be one more.
      assert.ok(tree.errors.length <= 3, `${end}: ${tree.errors.map((error) => error.code)}`);
    }
  });

  test('random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const decoded = decodeBytes(bytes);
        for (const problem of decoded.problems) assert.ok(problem.end <= decoded.text.length);
        detectFormat(bytes);
        readBinaryPlist(bytes);
      }),
      TIME,
    );
  });
});

describe('values', () => {
  test('printed as XML they read back', () => {
    fc.assert(
      fc.property(value, (item) => {
        const tree = parsePlist(printPlist(item));
        assert.deepEqual(
          tree.errors.filter(
            (error) => error.code !== 'control-character' && error.code !== 'lone-surrogate',
          ),
          [],
        );
        assert.deepEqual(withoutText(tree.root!.value()), withoutText(item));
        checkTree(tree);
      }),
      TIME,
    );
  });

  test('written as binary they read back', () => {
    fc.assert(
      fc.property(value, (item) => {
        assert.deepEqual(readBinaryPlist(writeBinaryPlist(item)), { value: item, problems: [] });
      }),
      TIME,
    );
  });

  test('damaged binary files are read or refused', () => {
    fc.assert(
      fc.property(value, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }), (item, changes) => {
        const bytes = writeBinaryPlist(item);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        readBinaryPlist(bytes);
      }),
      TIME,
    );
  });

  test('a text is a text: what is escaped comes back', () => {
    fc.assert(
      fc.property(text, text, (key, item) => {
        assert.equal(parsePlist(printPlist(new Map([[key, item]]))).root!.get(key)?.string, item);
      }),
      TIME,
    );
  });
});

/** A real that was read keeps its text; the number is what is compared. */
function withoutText(item: unknown): unknown {
  if (item instanceof Map) return new Map([...item].map(([key, inner]) => [key, withoutText(inner)]));
  if (Array.isArray(item)) return item.map(withoutText);
  if (item !== null && typeof item === 'object' && 'text' in item && 'value' in item)
    return { real: item.value };
  return item;
}

/** What a strict XML parser says. */
function isWellFormed(source: string): boolean {
  let ok = true;
  const parser = new SaxesParser();
  parser.on('error', () => {
    ok = false;
  });
  try {
    parser.write(source).close();
  } catch {
    ok = false;
  }
  return ok;
}

describe('damaged plists', () => {
  const own = printPlist(
    new Map<string, never>([
      ['CFBundleIdentifier', 'com.example & co'],
      [
        'IOKitPersonalities',
        new Map([
          [
            'Foo',
            new Map<string, unknown>([
              ['idVendor', 1452n],
              ['List', [true, 'x']],
            ]),
          ],
        ]),
      ],
      ['Blob', new Uint8Array(100)],
      ['Last', 'z'],
    ] as never),
  );
  const corpus = join(import.meta.dirname, '../..', '../shared/corpus');

  function mutate(sources: readonly string[]): void {
    fc.assert(
      fc.property(
        fc.constantFrom(...sources),
        fc.array(damage, { minLength: 1, maxLength: 3 }),
        (source, damages) => {
          let broken = source;
          for (const item of damages) broken = applyEdits(broken, [damageEdit(broken, item)]);
          const tree = parsePlist(broken);
          checkTree(tree);
          // Where we find nothing wrong, an XML parser must not either; a bare value is a document for both.
          if (tree.errors.length === 0 && tree.root) assert.ok(isWellFormed(broken), broken);
        },
      ),
      TIME,
    );
  }

  test('our own', () => mutate([own, own.replaceAll('\n', '\r\n'), own.replaceAll(/\n\t*/g, '')]));

  test('of the corpus', (t) => {
    if (!existsSync(corpus)) return t.skip('needs ../shared/corpus, not here');
    const index = JSON.parse(readFileSync(join(corpus, 'index.json'), 'utf8')) as {
      file: string;
      format: string;
      bytes: number;
    }[];
    const rows = index.filter((row) => row.format === 'xml' && row.bytes < 8000);
    const step = Math.ceil(rows.length / 60);
    const sources = rows
      .filter((_, i) => i % step === 0)
      .map((row) => decodeBytes(new Uint8Array(readFileSync(join(corpus, row.file)))).text);
    mutate(sources);
  });
});
