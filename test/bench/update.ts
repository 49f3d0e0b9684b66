/**
 * One edit in the middle of a plist of 3,000 personalities: the tree updated, against the whole text parsed
 * again, and against @lezer/xml with its own incremental parse. `node test/bench/update.ts`
 */
import { TreeFragment } from '@lezer/common';
import { parser } from '@lezer/xml';
import { applyEdits } from '../../server/src/plist/edit.ts';
import { parsePlist } from '../../server/src/plist/parse.ts';
import type { TextEdit } from '../../server/src/plist/types.ts';
import { update, updateLocally } from '../../server/src/plist/update.ts';
import { personalities } from './plist-text.ts';

const ROUNDS = 41;
const text = personalities(3000);
const tree = parsePlist(text);
const lezer = parser.parse(text);
const fragments = TreeFragment.addTree(lezer);

function median(run: () => unknown): number {
  const times: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now();
    run();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[ROUNDS >> 1]!;
}

const place = (mark: string): number => text.indexOf(mark, text.length >> 1);
const EDITS: Readonly<Record<string, TextEdit>> = {
  'a letter into a string': { start: place('IOUserService'), end: place('IOUserService'), newText: 'x' },
  'a digit into an integer': { start: place('</integer>'), end: place('</integer>'), newText: '1' },
  'the name of a personality': { start: place('Gerät'), end: place('Gerät'), newText: 'x' },
  'a key into a personality': {
    start: place('\t\t\t<key>IOClass'),
    end: place('\t\t\t<key>IOClass'),
    newText: '\t\t\t<key>x</key>\n',
  },
  'a bare <': { start: place('\t\t\t<key>IOClass'), end: place('\t\t\t<key>IOClass'), newText: '<' },
  'a </dict> lost': { start: place('</dict>'), end: place('</dict>') + 7, newText: '' },
  'a new personality': {
    start: place('\t\t<key>Gerät'),
    end: place('\t\t<key>Gerät'),
    newText: '\t\t<key>x</key>\n\t\t<dict/>\n',
  },
};

console.log(
  `${(text.length / 1e6).toFixed(2)} M characters, ${tree.size} nodes, median of ${ROUNDS}, milliseconds`,
);
console.log(`${''.padEnd(28)}${'update'.padStart(9)}${'parse'.padStart(9)}${'lezer'.padStart(9)}`);
for (const [title, edit] of Object.entries(EDITS)) {
  const after = applyEdits(text, [edit]);
  const local = updateLocally(tree, [edit], after) !== undefined;
  const change = {
    fromA: edit.start,
    toA: edit.end,
    fromB: edit.start,
    toB: edit.start + edit.newText.length,
  };
  const times = [
    median(() => update(tree, [edit], after)),
    median(() => parsePlist(after)),
    median(() => parser.parse(after, TreeFragment.applyChanges(fragments, [change]))),
  ];
  const cells = times.map((time) => time.toFixed(2).padStart(9)).join('');
  console.log(`${title.padEnd(28)}${cells}${local ? '' : '   (whole text)'}`);
}
