import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MAX_ERRORS } from '../../../server/src/plist/builder.ts';
import { parsePlist } from '../../../server/src/plist/parse.ts';
import { printPlist } from '../../../server/src/plist/print.ts';
import { processorTime } from '../../processorTime.ts';

const DEEP = 200_000;

/** Runs and says how long it took; the bound is far above what is measured, and far below quadratic time. */
function within(millis: number, run: () => void): void {
  const took = processorTime(run);
  assert.ok(took < millis, `took ${took.toFixed(0)} ms, more than ${millis}`);
}

describe('large and deep', () => {
  test(`${DEEP} levels of arrays`, () => {
    within(10_000, () => {
      const text = `<plist>${'<array>'.repeat(DEEP)}<true/>${'</array>'.repeat(DEEP)}</plist>`;
      const tree = parsePlist(text);
      assert.deepEqual(tree.errors, []);
      assert.equal(tree.size, DEEP + 1);
      const inner = tree.nodeAt(text.indexOf('<true/>'))!;
      assert.equal(inner.boolean, true);
      assert.equal(inner.path.length, DEEP);
      let value: unknown = tree.root!.value();
      let depth = 0;
      while (Array.isArray(value)) {
        value = value[0];
        depth++;
      }
      assert.equal(depth, DEEP);
      assert.ok(printPlist(tree.root!.value()!, { indent: '' }).length > text.length);
    });
  });

  test(`${DEEP} levels of dictionaries, never closed`, () => {
    within(10_000, () => {
      const tree = parsePlist(`<plist>${'<dict><key>a</key>'.repeat(DEEP)}`);
      assert.equal(tree.errors.length, 1);
      assert.equal(tree.nodeAt(tree.text.length)?.kind, 'key');
      assert.ok(tree.root?.value() instanceof Map);
    });
  });

  test(`${DEEP} levels closed by </plist> only`, () => {
    within(10_000, () => {
      const tree = parsePlist(`<plist>${'<dict>\n<key>a</key>\n'.repeat(DEEP)}</plist>`);
      assert.equal(tree.errors.length, MAX_ERRORS);
    });
  });

  test('1,000,000 keys', () => {
    within(20_000, () => {
      const lines: string[] = [];
      for (let i = 0; i < 1_000_000; i++) lines.push(`<key>k${i}</key><integer>${i}</integer>`);
      const tree = parsePlist(`<plist><dict>${lines.join('\n')}</dict></plist>`);
      assert.deepEqual(tree.errors, []);
      assert.equal(tree.size, 2_000_001);
      assert.equal(tree.root!.get('k999999')?.integer, 999_999n);
      assert.equal(tree.root!.get('k999999')?.index, 999_999);
      assert.equal((tree.root!.value() as ReadonlyMap<string, unknown>).size, 1_000_000);
    });
  });

  const repeated: readonly [string, string][] = [
    ['bare <', '<'],
    ['unclosed comments', '<!--\n'],
    ['unclosed CDATA', '<string><![CDATA[\n'],
    ['unclosed processing instructions', '<?a\n'],
    ['unclosed DOCTYPE', '<!DOCTYPE [\n'],
    ['stray closing tags', '</foo>\n'],
    ['stray closing dicts', '</dict>\n'],
    ['unknown elements', '<foo>\n'],
    ['unclosed strings', '<string>\n'],
    ['unclosed quotes', '<string a="\n'],
    ['conflict marks', '\n<<<<<<<\n=======\n'],
    ['ampersands', '<string>&&&&</string>\n'],
    ['half tags', '<str\n'],
    ['closing half tags', '</\n'],
    ['nested plists', '<plist>\n'],
    ['opening dicts and closing arrays', '<dict>\n</array>\n'],
    ['opening dicts and closing foos', '<dict>\n</foo>\n'],
    ['wrong-case containers', '<Dict>\n<key>a</key>\n'],
    ['wrong nesting', '<dict>\n  <array>\n </dict>\n'],
    ['long lines of dicts', '<dict>'],
    ['end-of-root marks', '</dict><key>a</key>'],
  ];
  for (const [title, piece] of repeated) {
    test(`100,000 times: ${title}`, () => {
      within(8_000, () => {
        for (const around of ['', '<plist><dict>']) {
          const tree = parsePlist(around + piece.repeat(100_000));
          assert.ok(tree.errors.length <= MAX_ERRORS);
          tree.root?.value();
          tree.nodeAt(tree.text.length >> 1);
        }
      });
    });
  }

  const single: readonly [string, string][] = [
    ['one line of dicts, closed by </plist>', `<plist>${'<dict>'.repeat(100_000)}</plist>`],
    [
      'one line of dicts and keys, closed by </plist>',
      `<plist>${'<dict><key>a</key>'.repeat(100_000)}</plist>`,
    ],
    [
      'dicts after much white space',
      `<plist>\n${' '.repeat(1_000_000)}${'<dict><key>a</key>'.repeat(50_000)}</plist>`,
    ],
    [
      'a long unknown name',
      `<plist><dict><${'a'.repeat(1_000_000)}>${'</foo>'.repeat(50_000)}</${'A'.repeat(1_000_000)}>`,
    ],
    [
      'a long unknown name, closed',
      `<plist><${'a'.repeat(500_000)}>${'<b></c>'.repeat(50_000)}</${'a'.repeat(500_000)}>`,
    ],
    [
      'lost opening tags',
      `<plist>\n<dict>\n${'\t<key>a</key>\n\t\t<string>b</string>\n\t</array>\n'.repeat(50_000)}`,
    ],
    ['headless texts', `<plist><dict>${'a</key>b</string>\n'.repeat(50_000)}`],
    ['tags without <', `<plist><dict>${'key>a</key>dict>/dict>\n'.repeat(50_000)}`],
    ['white space in tags', `<plist><dict>${`<${' '.repeat(500)}string>`.repeat(2_000)}`],
    ['keys in arrays', `<plist>\n<array>\n${'\t\t<key>a</key>\n\t\t<true/>\n\t</dict>\n'.repeat(50_000)}`],
  ];
  for (const [title, text] of single) {
    test(title, () => {
      within(8_000, () => {
        const tree = parsePlist(text);
        assert.ok(tree.errors.length > 0);
        tree.root?.value();
      });
    });
  }

  test('many different unknown names', () => {
    within(8_000, () => {
      let text = '<plist><dict>';
      for (let i = 0; i < 100_000; i++) text += `<n${i}>`;
      parsePlist(`${text}${'</x>'.repeat(100_000)}`);
    });
  });
});
