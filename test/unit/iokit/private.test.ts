import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchPersonality } from '../../../server/src/iokit/matching.ts';
import { maskText, shownName, shownPath, withoutPrivate } from '../../../server/src/iokit/private.ts';
import { readRegistry } from '../../../server/src/iokit/registry.ts';
import { PRIVATE_TEXT, privateDump } from '../service/privateKeys.ts';
import { dict, makeNub } from './nubs.ts';

const read = readRegistry(privateDump());
assert.ok(read.ok);
const { registry } = read;

test('no entry of a dump full of private values is shown by one; each still has a name that tells what it is', () => {
  assert.equal(registry.nodes.length, 11);
  const names = registry.nodes.map((node) => shownName(node));
  for (const node of registry.nodes) {
    assert.doesNotMatch(shownName(node), PRIVATE_TEXT);
    assert.doesNotMatch(shownPath(node), PRIVATE_TEXT);
  }
  for (const name of ['(private) Hub', 'IOUSBHostDevice', 'disk4s1', 'AppleAPFSVolume', 'IOHIDDevice']) {
    assert.ok(names.includes(name), `${name} of ${names.join()}`);
  }
});

test('an entry is found by its own name, and by the one that is shown', () => {
  assert.equal(registry.find('PRIVATE Holidays')[0]?.className, 'IOMedia');
  assert.equal(registry.find('disk4s1')[0]?.className, 'IOMedia');
});

test('names that systems give stay', () => {
  const disk = (name: string, whole = false) =>
    shownName(makeNub('IOMedia', { Whole: whole, 'BSD Name': 'disk0s2' }, { name }));
  for (const name of ['EFI System Partition', 'Untitled 2', 'Macintosh HD', 'Recovery HD', 'Apple_HFS']) {
    assert.equal(disk(name), name);
  }
  assert.equal(disk('Smith family photos'), 'disk0s2');
  assert.equal(disk('APPLE SSD AP0256J Media', true), 'APPLE SSD AP0256J Media');
  assert.equal(disk('SmithRAID', true), 'disk0s2');
  const usb = makeNub('IOUSBHostInterface', { kUSBString: 'NCM Control' }, { name: 'NCM Control' });
  assert.equal(shownName(usb), 'NCM Control');
  assert.equal(
    shownName(makeNub('IOUSBHostDevice', {}, { name: 'Apple Internal Keyboard / Trackpad' })),
    'Apple Internal Keyboard / Trackpad',
  );
});

test('addresses, ids and names of persons are masked inside a text, and nothing beside them', () => {
  const masked = [
    ['Peer 02:00:5e:10:00:01 of en1', 'Peer (private) of en1'],
    ['at 02-00-5E-10-00-01', 'at (private)'],
    ['id 12345678-1234-1234-1234-123456789ABC.', 'id (private).'],
    ['/Users/jane/Library/x', '/Users/(private)/Library/x'],
    ['Jane’s iPhone', '(private) iPhone'],
    ["Jane Doe's Magic Mouse", '(private) Magic Mouse'],
    ['iPhone von Jane', 'iPhone von (private)'],
    ['mail jane@example.org now', 'mail (private) now'],
  ] as const;
  for (const [text, shown] of masked) assert.equal(maskText(text), shown);
  const plain = [
    'IOService:/AppleACPIPlatformExpert/PCI0@0/XHC1@14/USB2.0 Hub@14100000',
    'com.apple.driver.usb',
    'Apple Internal Keyboard / Trackpad',
    'Darwin Kernel Version 21.1.0: root:xnu-8019/RELEASE_ARM64_T8101',
    '14:10',
    'FT232R USB UART',
  ];
  for (const text of plain) assert.equal(maskText(text), text);
  const type = '7C3457EF-0000-11AA-AA11-00306543ECAC';
  assert.equal(withoutPrivate('Content', type), type, 'the type of a partition is no id of its own');
});

test('a private value takes part in matching all the same', () => {
  const nub = makeNub('IOHIDDevice', { SerialNumber: 'C02', VendorID: 76 });
  const result = matchPersonality(
    dict({ IOProviderClass: 'IOHIDDevice', SerialNumber: 'C02', VendorID: 76 }),
    nub,
  );
  assert.equal(result.score, 5100);
  assert.equal(result.checks.find(({ key }) => key === 'SerialNumber')?.has, '(private)');
});

test('hostile texts and trees take no time that anyone would notice', () => {
  const long = 'a'.repeat(1_000_000);
  const started = performance.now();
  for (const text of [
    `${long}'`,
    `${long}@`,
    `${'a '.repeat(300_000)}’`,
    `${'s’ '.repeat(300_000)}`,
    ' von '.repeat(200_000),
  ]) {
    maskText(text);
  }
  const levels = 20_000;
  const deep = Array.from(
    { length: levels },
    (_, level) =>
      `${'  '.repeat(Math.min(level, 60))}+-o Jane’s ${level}  <class IOUSBHostDevice, id 0x${(level + 1).toString(16)}>\n`,
  ).join('');
  const dump = readRegistry(deep);
  assert.ok(dump.ok);
  let nub = makeNub('AcmeNub', { SerialNumber: 'secret-1' }, { name: 'Jane’s 0' });
  for (let level = 1; level < levels; level++)
    nub = makeNub('AcmeNub', {}, { name: `Jane’s ${level}`, provider: nub });
  assert.equal(shownPath(nub), `…/(private) ${levels - 1}`);
  matchPersonality(dict({ IOProviderClass: 'AcmeNub', IONameMatch: 'x' }), nub);
  assert.ok(performance.now() - started < 10_000);
});
