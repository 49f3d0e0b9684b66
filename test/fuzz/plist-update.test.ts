import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { applyEdits } from '../../server/src/plist/edit.ts';
import { parsePlist } from '../../server/src/plist/parse.ts';
import { printPlist, printValue } from '../../server/src/plist/print.ts';
import type { PlistTree, TextEdit } from '../../server/src/plist/types.ts';
import { update, updateLocally } from '../../server/src/plist/update.ts';
import { type Damage, damage, damageEdit, dict, soup } from './plist-arbitrary.ts';

const TIME = { interruptAfterTimeLimit: 6000, markInterruptAsFailure: false, numRuns: 4000 };

/** All that a tree says, without the objects that say it. */
function dump(tree: PlistTree): unknown {
  const nodes = [];
  for (let id = 0; id < tree.size; id++) {
    const node = tree.node(id);
    const { start, openEnd, closeStart, end, tag, kind, selfClosing } = node;
    nodes.push([
      start,
      openEnd,
      closeStart,
      end,
      tag,
      kind,
      selfClosing,
      node.parent?.id,
      node.index,
      node.name,
      node.text,
    ]);
  }
  const { errors, comments, plist, hasBom, hasDoctype, hasXmlDeclaration, size } = tree;
  return {
    nodes,
    errors,
    comments,
    plist,
    hasBom,
    hasDoctype,
    hasXmlDeclaration,
    size,
    root: tree.root?.id,
    text: tree.text,
  };
}

/** Applies damages one after the other, each time both ways. Counts how often only a part was read. */
function chain(source: string, damages: readonly Damage[], counts: { local: number; all: number }): void {
  let tree = parsePlist(source);
  void tree.root?.get('x');
  for (const item of damages) {
    const edit = damageEdit(tree.text, item);
    const after = applyEdits(tree.text, [edit]);
    const before = dump(tree);
    if (updateLocally(tree, [edit], after)) counts.local++;
    counts.all++;
    const next = update(tree, [edit]);
    assert.deepEqual(dump(next), dump(parsePlist(after)), JSON.stringify([tree.text, edit]));
    assert.deepEqual(dump(tree), before, 'the old tree stays');
    tree = next;
  }
}

const printed = fc.tuple(dict, fc.constantFrom(0, 1, 2, 3)).map(([item, style]) => {
  if (style === 0) return printPlist(item);
  if (style === 1)
    return printPlist(item, { indent: '  ', eol: '\r\n' }).replaceAll('<true/>', '<true/> <!-- c -->');
  return style === 2
    ? printValue(item, { layout: 'inline' })
    : printPlist(item).replaceAll('<integer>', '<integer >');
});

/** Small changes, as typing makes them. */
const typing: fc.Arbitrary<Damage> = fc.record({
  at: fc.nat({ max: 1e6 }).map((n) => n / 1e6),
  size: fc.constantFrom(0, 0, 0, 1, 1, 5),
  piece: fc.oneof(
    fc.constant(''),
    fc.constantFrom(...'<>/&;!-abk0]"\n\t 😀'),
    fc.constantFrom('<key>a</key>', '<true/>', '<str', '</', '-->', '<!--'),
  ),
});

describe('an incremental result is the full result', () => {
  test('typing in good plists', () => {
    const counts = { local: 0, all: 0 };
    fc.assert(
      fc.property(printed, fc.array(typing, { minLength: 1, maxLength: 6 }), (source, damages) =>
        chain(source, damages, counts),
      ),
      TIME,
    );
    assert.ok(counts.local > counts.all / 20, `only ${counts.local} of ${counts.all} were local`);
  });

  test('large changes in good plists', () => {
    const counts = { local: 0, all: 0 };
    fc.assert(
      fc.property(printed, fc.array(damage, { minLength: 1, maxLength: 6 }), (source, damages) =>
        chain(source, damages, counts),
      ),
      TIME,
    );
  });

  test('any change of a nested part', () => {
    const counts = { local: 0, all: 0 };
    fc.assert(
      fc.property(soup, soup, soup, (before, old, piece) => {
        const head = `<plist><dict><key>${'-'.repeat(200)}</key><dict><key>a</key><array>`;
        const tail = `</array></dict><key>b</key><true/></dict></plist>`;
        const middle = before + old;
        const tree = parsePlist(head + middle + tail);
        const edit: TextEdit = {
          start: head.length + before.length,
          end: head.length + middle.length,
          newText: piece,
        };
        const after = applyEdits(tree.text, [edit]);
        if (updateLocally(tree, [edit], after)) counts.local++;
        counts.all++;
        assert.deepEqual(dump(update(tree, [edit])), dump(parsePlist(after)));
      }),
      TIME,
    );
    assert.ok(counts.local > 0);
  });

  test('several edits at once', () => {
    fc.assert(
      fc.property(printed, fc.array(typing, { minLength: 2, maxLength: 4 }), (source, damages) => {
        const tree = parsePlist(source);
        const edits = damages.map((item) => damageEdit(source, item)).sort((a, b) => a.start - b.start);
        const apart = edits.filter((edit, i) => i === 0 || edit.start >= edits[i - 1]!.end);
        assert.deepEqual(dump(update(tree, apart)), dump(parsePlist(applyEdits(source, apart))));
      }),
      TIME,
    );
  });

  test('no edit gives the same tree', () => {
    const tree = parsePlist('<dict/>');
    assert.equal(update(tree, []), tree);
  });
});
