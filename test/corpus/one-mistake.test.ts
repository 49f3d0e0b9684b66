/**
 * Real drivers with one mistake made in each: one error must come of it, at the element where it was made. Files
 * that are not indented, or in which the mistake leaves a legal plist or an ambiguous one, are the few others.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { decodeBytes } from '../../server/src/plist/decode.ts';
import { applyEdits } from '../../server/src/plist/edit.ts';
import { parsePlist } from '../../server/src/plist/parse.ts';
import type { PlistError, PlistNode, TextEdit } from '../../server/src/plist/types.ts';

const ROOT = join(import.meta.dirname, '../..', '../shared/corpus');

interface Mistake {
  readonly title: string;
  readonly edit: (node: PlistNode) => TextEdit | undefined;
  readonly codes: readonly string[];
  /** Where the error must begin. */
  readonly at?: (node: PlistNode) => readonly number[];
  /** Share of mistakes that must give exactly the one error. */
  readonly least: number;
}

const isContainer = (node: PlistNode): boolean => node.kind === 'dict' || node.kind === 'array';
const cut = (start: number, end: number): TextEdit => ({ start, end, newText: '' });
const atStart = (node: PlistNode): readonly number[] => [node.start];
const atClose = (node: PlistNode): readonly number[] => [node.closeStart];

const MISTAKES: readonly Mistake[] = [
  {
    title: 'closing tag lost',
    edit: (n) => cut(n.closeStart, n.end),
    codes: ['unclosed-element'],
    at: atStart,
    least: 0.98,
  },
  {
    title: 'opening tag lost',
    edit: (n) => cut(n.start, n.openEnd),
    codes: ['missing-opening-tag', 'key-outside-dict'],
    least: 0.98,
  },
  {
    title: 'slash lost',
    edit: (n) => cut(n.closeStart + 1, n.closeStart + 2),
    codes: ['missing-slash'],
    at: atClose,
    least: 0.97,
  },
  {
    title: '> of the closing tag lost',
    edit: (n) => cut(n.end - 1, n.end),
    codes: ['unclosed-tag'],
    at: atClose,
    least: 0.99,
  },
  {
    title: '< of the closing tag lost',
    edit: (n) => cut(n.closeStart, n.closeStart + 1),
    codes: ['missing-less-than', 'unclosed-element'],
    least: 0.99,
  },
  {
    title: '< of the opening tag lost',
    edit: (n) => cut(n.start, n.start + 1),
    codes: ['missing-less-than'],
    at: atStart,
    least: 0.99,
  },
  {
    title: 'closing tag misspelt',
    edit: (n) => cut(n.closeStart + 3, n.closeStart + 4),
    codes: ['mismatched-closing-tag'],
    at: atClose,
    least: 0.99,
  },
  {
    title: 'opening tag misspelt',
    edit: (n) => cut(n.start + 2, n.start + 3),
    codes: ['unknown-element'],
    at: atStart,
    least: 0.98,
  },
  {
    title: 'key lost',
    edit: (n) => (n.kind === 'key' ? cut(n.start, n.end) : undefined),
    codes: ['value-without-key'],
    least: 0.99,
  },
  {
    title: 'value lost',
    edit: (n) => (n.key ? cut(n.start, n.end) : undefined),
    codes: ['key-without-value'],
    at: (n) => [n.key!.start],
    least: 0.99,
  },
  {
    title: 'closing tag twice',
    edit: (n) => {
      const { text } = n.tree;
      const indent = /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', n.start) + 1))![0];
      const newText = (isContainer(n) ? `\n${indent}` : '') + text.slice(n.closeStart, n.end);
      return { start: n.end, end: n.end, newText };
    },
    codes: ['stray-closing-tag'],
    least: 0.98,
  },
  {
    title: 'file cut',
    edit: (n) => cut(n.openEnd + ((n.end - n.openEnd) >> 1), n.tree.text.length),
    codes: ['unexpected-end'],
    least: 0.98,
  },
];

describe('one mistake in a real file is one error', {
  skip: !existsSync(ROOT) && 'needs ../shared/corpus, not here',
}, () => {
  const index = existsSync(ROOT)
    ? (JSON.parse(readFileSync(join(ROOT, 'index.json'), 'utf8')) as {
        id: string;
        file: string;
        format: string;
        bytes: number;
      }[])
    : [];
  const trees = index
    .filter((row) => row.format === 'xml' && !row.file.startsWith('plist/') && row.bytes < 60_000)
    .map((row) => parsePlist(decodeBytes(new Uint8Array(readFileSync(join(ROOT, row.file)))).text))
    .filter((tree) => tree.errors.length === 0 && tree.size > 3);

  for (const mistake of MISTAKES) {
    test(mistake.title, () => {
      let made = 0;
      let right = 0;
      const others = new Map<string, number>();
      trees.forEach((tree, i) => {
        for (let k = 0; k < 3; k++) {
          const node = tree.node((i * 31 + k * 97 + 7) % tree.size);
          if (node.selfClosing) continue;
          const edit = mistake.edit(node);
          if (!edit) continue;
          const { errors } = parsePlist(applyEdits(tree.text, [edit]));
          made++;
          if (isRight(errors, mistake, node)) right++;
          else {
            const codes = errors.map((error) => error.code).join(' ');
            others.set(codes, (others.get(codes) ?? 0) + 1);
          }
        }
      });
      assert.ok(made > 300, `${made} mistakes made`);
      assert.ok(right / made >= mistake.least, `${right} of ${made}; else ${JSON.stringify([...others])}`);
    });
  }
});

function isRight(errors: readonly PlistError[], mistake: Mistake, node: PlistNode): boolean {
  const [error] = errors;
  if (!error || errors.length > 1 || !mistake.codes.includes(error.code)) return false;
  return mistake.at === undefined || mistake.at(node).includes(error.start);
}
