/** Damaged forms of seeds, as fast-check arbitraries that shrink to few and small damages. */
import fc from 'fast-check';

/** Bits of syntax of all formats that are read, and characters that readers trip over. */
const PIECES = [
  ...'<>/&;!-[]{}()="\'\\#%@,:|*$\n\r\t \0\u{feff}\u{2028}\ud800é😀09aZ',
  '<dict>',
  '</dict>',
  '<array>',
  '</array>',
  '<key>',
  '</key>',
  '<string>',
  '</string>',
  '<integer>',
  '</integer>',
  '<true/>',
  '<data>',
  '</data>',
  '<real>',
  '<date>',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '<?',
  '?>',
  '<!DOCTYPE plist [<!ENTITY a "&a;&a;">]>',
  '&a;',
  '&#0;',
  '&#x110000;',
  '&amp;',
  '<key>IOClass</key>',
  '<plist version="1.0">',
  '</plist>',
  '$(A)',
  '${A:b}',
  '$(',
  '//',
  '/*',
  '*/',
  '\\u',
  '\\U12',
  '#include "a"',
  '0x',
  '-0',
  '18446744073709551616',
  '99999999999999999999',
  '1e999',
  'NaN',
  'null',
  'true',
  '+-o ',
  'class ',
  '  | ',
  '<class IOService, id 0x1',
  '__proto__',
  'constructor',
  'toString',
  '---\n',
  '&x ',
  '*x',
  '<<: ',
  '!!js ',
  '\n<<<<<<< HEAD\n',
  '\n=======\n',
  '\n>>>>>>> x\n',
];

interface Damage {
  readonly at: number;
  readonly size: number;
  readonly piece: string;
  /** Repeats the cut part so often instead of leaving it out. */
  readonly times: number;
}

const damageArbitrary: fc.Arbitrary<Damage> = fc.record({
  at: fc.nat({ max: 1_000_000 }).map((n) => n / 1_000_000),
  size: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 400 })),
  piece: fc.oneof(fc.constant(''), fc.constantFrom(...PIECES), fc.string({ maxLength: 5 })),
  times: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 4 })),
});

/** A place in a text as a share of its length. */
export const place: fc.Arbitrary<number> = fc.nat({ max: 1_000_000 }).map((n) => n / 1_000_000);

export interface TextCase {
  readonly source: string;
  readonly text: string;
}

export function damagedText(seeds: readonly string[], maxDamages = 5): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...seeds), fc.array(damageArbitrary, { maxLength: maxDamages }))
    .map(([source, damages]) => damages.reduce(applied, source));
}

function applied(text: string, { at, size, piece, times }: Damage): string {
  const start = Math.floor(at * text.length);
  const cut = text.slice(start, start + size);
  return text.slice(0, start) + cut.repeat(times) + piece + text.slice(start + size);
}

export function damagedBytes(seeds: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const change = fc.tuple(
    place,
    fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 0xff, 0x7f, 0x80, 0xd0, 0xdf, 0xa0, 0x13)),
    fc.constantFrom('set', 'set', 'set', 'cut', 'insert'),
  );
  return fc.tuple(fc.constantFrom(...seeds), fc.array(change, { maxLength: 6 })).map(([seed, changes]) => {
    let bytes = seed;
    for (const [at, byte, how] of changes) {
      // Half of the damage goes to the last bytes, where a binary plist has its table and trailer.
      const from = byte % 2 === 0 ? Math.max(0, bytes.length - 60) : 0;
      const start = from + Math.floor(at * (bytes.length - from));
      if (how === 'cut') bytes = bytes.slice(0, start);
      else if (how === 'set') {
        bytes = bytes.slice();
        if (start < bytes.length) bytes[start] = byte;
      } else bytes = Uint8Array.from([...bytes.subarray(0, start), byte, ...bytes.subarray(start)]);
    }
    return bytes;
  });
}
