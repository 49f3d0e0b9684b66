import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { readBinaryPlist, writeBinaryPlist } from '../../../server/src/plist/binary.ts';
import { PlistDate, PlistReal, PlistUid, type PlistValue } from '../../../server/src/plist/value.ts';
import { readAsXml, writeAsBinary } from '../../../server/src/service/plistFormats.ts';
import { processorTime } from '../../processorTime.ts';

/** A file of objects given as bytes; the first one is the top. */
function file(objects: readonly (readonly number[])[], trailer: Partial<Trailer> = {}): Uint8Array {
  const bytes = [...new TextEncoder().encode('bplist00')];
  const offsets: number[] = [];
  for (const object of objects) {
    offsets.push(bytes.length);
    bytes.push(...object);
  }
  const t: Trailer = {
    offsetSize: 1,
    refSize: 1,
    count: objects.length,
    top: 0,
    table: bytes.length,
    ...trailer,
  };
  bytes.push(...(trailer.offsets ?? offsets));
  const tail = new Uint8Array(32);
  const view = new DataView(tail.buffer);
  view.setUint8(6, t.offsetSize);
  view.setUint8(7, t.refSize);
  view.setBigUint64(8, BigInt(t.count));
  view.setBigUint64(16, BigInt(t.top));
  view.setBigUint64(24, BigInt(t.table));
  return new Uint8Array([...bytes, ...tail]);
}
interface Trailer {
  offsetSize: number;
  refSize: number;
  count: number;
  top: number;
  table: number;
  offsets?: readonly number[];
}

describe('reading', () => {
  const values: readonly [string, readonly number[], PlistValue][] = [
    ['false', [0x08], false],
    ['true', [0x09], true],
    ['integer of one byte is unsigned', [0x10, 0xff], 255n],
    ['integer of two bytes', [0x11, 0xff, 0xff], 65535n],
    ['integer of four bytes', [0x12, 0xff, 0xff, 0xff, 0xff], 4294967295n],
    ['integer of eight bytes is signed', [0x13, 255, 255, 255, 255, 255, 255, 255, 255], -1n],
    [
      'integer of sixteen bytes',
      [0x14, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255],
      (1n << 64n) - 1n,
    ],
    ['real of four bytes', [0x22, 0x3f, 0xc0, 0, 0], new PlistReal(1.5, undefined, true)],
    ['real of eight bytes', [0x23, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0], new PlistReal(1.5)],
    ['date', [0x33, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0], new PlistDate(978307201.5)],
    ['data', [0x42, 1, 2], new Uint8Array([1, 2])],
    ['data with a length', [0x4f, 0x10, 2, 1, 2], new Uint8Array([1, 2])],
    ['text', [0x52, 0x61, 0x62], 'ab'],
    ['UTF-16 text', [0x62, 0xd8, 0x3d, 0xde, 0x00], '😀'],
    ['uid', [0x80, 7], new PlistUid(7)],
    ['uid of two bytes', [0x81, 1, 0], new PlistUid(256)],
    ['empty array', [0xa0], []],
    ['empty dictionary', [0xd0], new Map()],
  ];
  for (const [title, bytes, expected] of values) {
    test(title, () => assert.deepEqual(readBinaryPlist(file([bytes])), { value: expected, problems: [] }));
  }

  test('containers, sets and shared values', () => {
    const bytes = file([[0xa3, 1, 2, 3], [0xd1, 3, 4], [0xc2, 3, 3], [0x51, 0x61], [0x09]]);
    assert.deepEqual(readBinaryPlist(bytes), {
      value: [new Map([['a', true]]), ['a', 'a'], 'a'],
      problems: [],
      set: 15,
    });
  });
});

describe('hostile files', () => {
  const cases: readonly [string, Uint8Array, PlistValue | undefined, RegExp][] = [
    ['nothing', new Uint8Array(), undefined, /does not begin/],
    [
      'another format',
      new TextEncoder().encode('<plist version="1.0"/> and more than forty bytes'),
      undefined,
      /does not begin/,
    ],
    ['another version', new TextEncoder().encode(`bplist15${'\0'.repeat(40)}`), undefined, /not known/],
    ['too short', new TextEncoder().encode('bplist00abc'), undefined, /too short/],
    ['offset size 0', file([[9]], { offsetSize: 0 }), undefined, /trailer/],
    ['reference size 9', file([[9]], { refSize: 9 }), undefined, /trailer/],
    ['too many objects', file([[9]], { count: 2 ** 40 }), undefined, /trailer/],
    ['more objects than offsets', file([[9]], { count: 20 }), undefined, /does not fit/],
    ['top out of range', file([[9]], { top: 1 }), undefined, /trailer/],
    ['table beyond the end', file([[9]], { table: 2 ** 50 }), undefined, /trailer/],
    ['offset outside', file([[9]], { offsets: [200] }), undefined, /outside/],
    ['offset into the header', file([[9]], { offsets: [3] }), undefined, /outside/],
    ['array that holds itself', file([[0xa1, 0]]), [], /contains itself/],
    [
      'two arrays that hold each other',
      file([
        [0xa1, 1],
        [0xa1, 0],
      ]),
      [[]],
      /contains itself/,
    ],
    [
      'dictionary that holds itself',
      file([
        [0xd1, 1, 0],
        [0x51, 0x61],
      ]),
      new Map(),
      /contains itself/,
    ],
    [
      'key that is no text',
      file([
        [0xd1, 1, 1],
        [0x10, 1],
      ]),
      new Map(),
      /no string/,
    ],
    ['reference out of range', file([[0xa2, 9, 1], [0x09]]), [true], /only 2/],
    ['array longer than the file', file([[0xaf, 0x12, 0x7f, 0xff, 0xff, 0xff]]), undefined, /longer/],
    [
      'text longer than the file',
      file([[0x5f, 0x13, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]]),
      undefined,
      /longer/,
    ],
    ['length that is no integer', file([[0x5f, 0x51, 0x61]]), undefined, /length/],
    ['null', file([[0xa2, 1, 2], [0x00], [0x09]]), [true], /null/],
    ['unknown marker', file([[0x71 + 0x20]]), undefined, /marker/],
    ['integer of 32 bytes', file([[0x15, 0]]), undefined, /integer/],
    [
      'integer beyond 64 bits',
      file([[0x14, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]]),
      1n << 120n,
      /64 bits/,
    ],
    ['date further away than any calendar', file([[0x33, 0x43, 0x70, 0, 0, 0, 0, 0, 0]]), undefined, /date/],
    ['uid of five bytes', file([[0x84, 1, 0, 0, 0, 0]]), undefined, /uid/],
    ['date that is no number', file([[0x33, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0]]), undefined, /date/],
    ['ASCII that is none', file([[0x51, 0xff]]), 'ÿ', /ASCII/],
    ['half of a pair', file([[0x61, 0xd8, 0]]), '\ud800', /half/],
  ];
  for (const [title, bytes, value, message] of cases) {
    test(title, () => {
      const result = readBinaryPlist(bytes);
      assert.deepEqual(result.value, value);
      assert.match(result.problems[0]?.message ?? '', message);
    });
  }

  test('doubling arrays do not fill the memory', () => {
    const objects = Array.from({ length: 60 }, (_, i) => (i < 59 ? [0xa2, i + 1, i + 1] : [0x09]));
    const result = readBinaryPlist(file(objects));
    assert.match(result.problems[0]!.message, /so often/);
  });

  test('overlapping arrays do not take quadratic time', () => {
    // Every offset points at an array that claims the rest of the file.
    const count = 20_000;
    const body = new Uint8Array(8 + count * 6 + count * 4 + 32);
    body.set(new TextEncoder().encode('bplist00'));
    const view = new DataView(body.buffer);
    for (let i = 0; i < count; i++) {
      view.setUint16(8 + 6 * i, 0xaf12);
      view.setUint32(10 + 6 * i, ((count - i - 1) * 6) / 4);
      view.setUint32(8 + 6 * count + 4 * i, 8 + 6 * i);
    }
    const at = body.length - 32;
    body[at + 6] = 4;
    body[at + 7] = 4;
    view.setBigUint64(at + 8, BigInt(count));
    view.setBigUint64(at + 24, BigInt(8 + 6 * count));
    const took = processorTime(() => assert.ok(readBinaryPlist(body).problems.length > 0));
    assert.ok(took < 3000);
  });

  test('100,000 nested arrays', () => {
    let value: PlistValue = [];
    for (let i = 0; i < 100_000; i++) value = [value];
    let read: unknown = readBinaryPlist(writeBinaryPlist(value)).value;
    let depth = 0;
    while (Array.isArray(read) && read.length > 0) {
      read = read[0];
      depth++;
    }
    assert.equal(depth, 100_000);
  });
});

describe('writing', () => {
  const all: PlistValue = new Map<string, PlistValue>([
    ['small', 5n],
    [
      'bytes',
      [255n, 256n, 65536n, 4294967296n, -1n, -(1n << 63n), (1n << 63n) - 1n, 1n << 63n, (1n << 64n) - 1n],
    ],
    [
      'real',
      [new PlistReal(1), new PlistReal(0.1), new PlistReal(-0), new PlistReal(Number.POSITIVE_INFINITY)],
    ],
    ['text', ['', 'a', 'ä', '😀', 'x'.repeat(300)]],
    ['data', new Uint8Array(20).fill(7)],
    ['date', new PlistDate(1_700_000_000)],
    ['bool', [true, false]],
    ['twice', ['a', 'a', 5n]],
    ['many', Array.from({ length: 300 }, (_, i) => BigInt(i))],
  ]);

  test('what is written reads back, types and all', () => {
    assert.deepEqual(readBinaryPlist(writeBinaryPlist(all)), { value: all, problems: [] });
    const uid: PlistValue = [new PlistUid(3), new PlistUid(70_000)];
    assert.deepEqual(readBinaryPlist(writeBinaryPlist(uid)).value, uid);
  });

  test('an integer that does not fit is refused', () => {
    assert.throws(() => writeBinaryPlist(1n << 64n), RangeError);
  });

  test('references and offsets of every width', () => {
    for (const [count, refSize, offsetSize] of [
      [100, 1, 2],
      [300, 2, 2],
      [70_000, 4, 4],
    ] as const) {
      const value = Array.from({ length: count }, (_, index) => `${index}${'.'.repeat(10)}`);
      const bytes = writeBinaryPlist(value);
      assert.deepEqual([bytes.at(-25), bytes.at(-26)], [refSize, offsetSize], String(count));
      assert.deepEqual(readBinaryPlist(bytes), { value, problems: [] });
    }
    // Sizes that CoreFoundation writes and we do not: three bytes.
    const bytes = file(
      [
        [0xa1, 0, 0, 1],
        [0x51, 0x61],
      ],
      { refSize: 3, offsetSize: 3, offsets: [0, 0, 8, 0, 0, 12] },
    );
    assert.deepEqual(readBinaryPlist(bytes), { value: ['a'], problems: [] });
  });

  test('files of Python are read, with every type that it writes', (t) => {
    const script = `import plistlib,sys,datetime
v={'ints':[0,1,127,128,255,256,65535,65536,2**31,2**32-1,2**32,2**63-1,2**63,2**64-1,-1,-128,-2**31,-2**63],
'text':['','ascii','ä€',chr(0x1f4a1),chr(0)+chr(27)+chr(13)+chr(10)],'reals':[0.1,-0.0,1e308,float('inf'),float('-inf')],
'date':datetime.datetime(2001,2,3,4,5,6,789000),'early':datetime.datetime(1,1,1),'uid':[plistlib.UID(0),plistlib.UID(255),plistlib.UID(256),plistlib.UID(2**32-1)],
'data':[b'',bytes(range(256))],'bool':[True,False],'nested':{'a':{'b':[{},[]]}},'long':['x%d'%i for i in range(70000)]}
sys.stdout.buffer.write(plistlib.dumps(v,fmt=plistlib.FMT_BINARY,sort_keys=False))`;
    const python = spawnSync('python3', ['-c', script], { maxBuffer: 1 << 26 });
    if (python.error) return t.skip('needs python3, not here');
    assert.equal(python.stderr.toString(), '');
    const original = new Uint8Array(python.stdout);
    const { value, problems } = readBinaryPlist(original);
    assert.deepEqual(problems, []);
    assert.ok(value instanceof Map);
    assert.deepEqual(
      value.get('ints'),
      [0, 1, 127, 128, 255, 256, 65535, 65536, 2 ** 31, 2 ** 32 - 1, 2 ** 32]
        .map(BigInt)
        .concat([(1n << 63n) - 1n, 1n << 63n, (1n << 64n) - 1n, -1n, -128n, -(1n << 31n), -(1n << 63n)]),
    );
    assert.deepEqual(value.get('text'), ['', 'ascii', 'ä€', '💡', '\0\x1b\r\n']);
    assert.deepEqual(value.get('date'), new PlistDate(Date.UTC(2001, 1, 3, 4, 5, 6, 789) / 1000));
    assert.deepEqual(
      value.get('uid'),
      [0, 255, 256, 2 ** 32 - 1].map((uid) => new PlistUid(uid)),
    );
    // Through XML and back, Python finds in it what it wrote.
    const read = readAsXml(original);
    assert.equal(read?.writable, true);
    const written = writeAsBinary(read.text, original);
    assert.ok('bytes' in written);
    const compare = `import plistlib,sys
a=sys.stdin.buffer.read();n=int(sys.argv[1]);x=plistlib.loads(a[:n]);y=plistlib.loads(a[n:])
assert x==y and list(map(type,x['ints']))==list(map(type,y['ints'])) and repr(x['reals'])==repr(y['reals'])
print('same')`;
    const again = spawnSync('python3', ['-c', compare, String(original.length)], {
      input: Buffer.concat([original, written.bytes]),
    });
    assert.equal(`${again.stdout}${again.stderr}`.trim(), 'same');
  });

  test('Python reads the same', (t) => {
    const script = `import plistlib,sys,base64
v=plistlib.loads(sys.stdin.buffer.read())
assert v['bytes']==[255,256,65536,4294967296,-1,-2**63,2**63-1,2**63,2**64-1],v['bytes']
assert [type(x) for x in v['real']]==[float]*4 and v['real'][1]==0.1
assert v['text']==['','a','\\u00e4','\\U0001f600','x'*300]
assert v['data']==bytes([7])*20 and v['bool']==[True,False] and v['many']==list(range(300))
assert v['date'].isoformat()=='2023-11-14T22:13:20',v['date']
sys.stdout.buffer.write(plistlib.dumps(v,fmt=plistlib.FMT_BINARY,sort_keys=False))`;
    const python = spawnSync('python3', ['-c', script], { input: writeBinaryPlist(all) });
    if (python.error) return t.skip('needs python3, not here');
    assert.equal(python.stderr.toString(), '');
    assert.deepEqual(readBinaryPlist(new Uint8Array(python.stdout)), { value: all, problems: [] });
  });
});
