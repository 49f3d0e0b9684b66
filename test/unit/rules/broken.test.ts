/** No rule throws on a document that somebody is still typing, and each fix offered there can be applied. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyEdits, type FixtureFile, findingsOf, fixtures } from './fixtures.ts';

const files: FixtureFile[] = fixtures().flatMap(({ rule, invalid, valid }) =>
  [...invalid, ...valid].map(({ name, text }) => ({ name: `${rule}/${name}`, text })),
);

/** A small generator of pseudo-random numbers below `below`, the same in each run. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Lints, and applies each fix; `findingsOf` throws what a rule throws. */
function exercise(name: string, text: string): void {
  for (const finding of findingsOf(name, text)) {
    assert.ok(finding.range.start >= 0 && finding.range.end <= text.length, name);
    for (const fix of finding.fixes()) applyEdits(text, fix.edits);
  }
}

test('documents cut off anywhere', () => {
  const random = generator(1);
  for (const { name, text } of files) {
    for (let i = 0; i < 4; i++) exercise(name, text.slice(0, random(text.length)));
  }
});

test('documents with a tag taken away, doubled or replaced', () => {
  const random = generator(2);
  const others = [
    '',
    '<dict>',
    '</dict>',
    '<array>',
    '<key>IOClass</key>',
    '<string/>',
    '<integer>x</integer>',
    '&',
  ];
  for (const { name, text } of files) {
    const tags = [...text.matchAll(/<[^<>]*>/g)];
    for (let i = 0; i < 6; i++) {
      const tag = tags[random(tags.length)]!;
      const other = random(3) === 0 ? tag[0] + tag[0] : others[random(others.length)]!;
      exercise(name, text.slice(0, tag.index) + other + text.slice(tag.index + tag[0].length));
    }
  }
});

test('documents with a value of another type', () => {
  const random = generator(3);
  const values = [
    '<array/>',
    '<dict/>',
    '<true/>',
    '<real>1.5</real>',
    '<data></data>',
    '<string>$(X)</string>',
    '<integer>-1</integer>',
  ];
  for (const { name, text } of files) {
    const places = [...text.matchAll(/<string>[^<]*<\/string>|<dict\/>|<true\/>/g)];
    for (let i = 0; i < 4 && places.length > 0; i++) {
      const place = places[random(places.length)]!;
      const value = values[random(values.length)]!;
      exercise(name, text.slice(0, place.index) + value + text.slice(place.index + place[0].length));
    }
  }
});
