/** Random plist values, texts and damages for property tests. */
import fc from 'fast-check';
import { PlistDate, PlistReal, type PlistValue } from '../../server/src/plist/value.ts';

/** Any text without lone surrogates; with what XML cannot hold written as references by the printer. */
export const text = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom('$(NAME)', '<a>&', ']]>', ' x ', 'ä😀', '\r\n\t'),
);

const leaf: fc.Arbitrary<PlistValue> = fc.oneof(
  text,
  fc.boolean(),
  fc.bigInt({ min: -(1n << 63n), max: (1n << 64n) - 1n }),
  fc.double().map((value) => new PlistReal(value)),
  fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }).map((value) => new PlistDate(value)),
  fc.uint8Array({ maxLength: 90 }).map((bytes) => new Uint8Array(bytes)),
);

/** A tree of values of every type. */
export const value: fc.Arbitrary<PlistValue> = fc.letrec<{ node: PlistValue }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie('node'), { maxLength: 5 }),
    fc.array(fc.tuple(text, tie('node')), { maxLength: 5 }).map((entries) => new Map(entries)),
  ),
})).node;

/** A dictionary at the top, as drivers have. */
export const dict: fc.Arbitrary<ReadonlyMap<string, PlistValue>> = fc
  .array(fc.tuple(text, value), { maxLength: 6 })
  .map((entries) => new Map(entries));

const PIECES = [
  '<plist version="1.0">',
  '</plist>',
  '<dict>',
  '</dict>',
  '<array>',
  '</array>',
  '<key>',
  '</key>',
  '<string>',
  '</string>',
  '<integer>5</integer>',
  '<integer>',
  '</integer>',
  '<true/>',
  '<true>',
  '<data>AA==</data>',
  '<Dict>',
  '</Dict>',
  '<foo>',
  '</foo>',
  '<str',
  '</',
  '<',
  '>',
  '&',
  '&amp;',
  '&x;',
  '&#',
  '"',
  "'",
  '<!--',
  '-->',
  '--',
  '<![CDATA[',
  ']]>',
  '<?xml version="1.0"?>',
  '<?',
  '?>',
  '<!DOCTYPE',
  '[',
  ']',
  '\n',
  '\n\t',
  '\n\t\t',
  ' ',
  'a',
  '=',
  '<key>a</key>',
  '<key>b</key>\n<dict>\n\t<key>c</key>\n\t<string>x</string>\n</dict>\n',
  '\n<<<<<<< HEAD\n',
  '\n=======\n',
  '\n>>>>>>> x\n',
  '\u0000',
  '\ud800',
  '\ufeff',
  '\r\n',
] as const;

/** Texts out of the pieces that plists are made of, in any order. */
export const soup = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((parts) => parts.join(''));

/** A replacement of a random part of a text: `at` and `size` are shares of its length. */
export interface Damage {
  readonly at: number;
  readonly size: number;
  readonly piece: string;
}

export const damage: fc.Arbitrary<Damage> = fc.record({
  at: fc.nat({ max: 1e6 }).map((n) => n / 1e6),
  size: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 200 })),
  piece: fc.oneof(fc.constant(''), fc.constantFrom(...PIECES), fc.string({ maxLength: 4 })),
});

/** The edit that a damage means for a text. */
export function damageEdit(source: string, item: Damage): { start: number; end: number; newText: string } {
  const start = Math.floor(item.at * source.length);
  return { start, end: Math.min(source.length, start + item.size), newText: item.piece };
}
