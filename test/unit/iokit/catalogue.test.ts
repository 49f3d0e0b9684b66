import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startsOn } from '../../../server/src/iokit/entitlement-check.ts';
import {
  attach,
  type Candidate,
  Catalogue,
  resolveCandidates,
} from '../../../server/src/iokit/matching-catalogue.ts';
import { dict, makeNub, type Plain } from './nubs.ts';

function candidate(
  name: string,
  personality: { readonly [key: string]: Plain },
  entitlements?: { readonly [key: string]: Plain },
): Candidate {
  return {
    bundle: `com.acme.${name}`,
    name,
    personality: dict({ IOClass: name, ...personality }),
    ...(entitlements ? { entitlements: dict(entitlements) } : {}),
  };
}

const NUB = makeNub('AppleAPFSMedia', { Whole: true });

function ranked(candidates: readonly Candidate[], nub = NUB): string[] {
  return resolveCandidates(new Catalogue(candidates), nub).map(
    ({ candidate: { name }, score, wins }) => `${name} ${score}${wins ? ' wins' : ''}`,
  );
}

test('candidates are those of the class and its superclasses, the best score first', () => {
  assert.deepEqual(
    ranked([
      candidate('any', { IOProviderClass: 'IOService', IOProbeScore: 5 }),
      candidate('media', { IOProviderClass: 'IOMedia', IOProbeScore: 50 }),
      candidate('other', { IOProviderClass: 'IOPCIDevice', IOProbeScore: 500 }),
      candidate('wrong', { IOProviderClass: 'IOMedia', Whole: false, IOProbeScore: 900 }),
      candidate('entry', { IOProviderClass: 'IORegistryEntry', IOProbeScore: 900 }),
    ]),
    ['media 50 wins', 'any 5'],
  );
});

test('of equal scores the nearest class comes first, then what was filed first', () => {
  assert.deepEqual(
    ranked([
      candidate('general', { IOProviderClass: 'IOMedia' }),
      candidate('special', { IOProviderClass: 'AppleAPFSMedia' }),
      candidate('later', { IOProviderClass: 'AppleAPFSMedia' }),
    ]),
    ['special 0 wins', 'later 0', 'general 0'],
  );
});

test('one winner a match category; exact duplicates count once', () => {
  const own = { IOProviderClass: 'IOMedia', IOMatchCategory: 'Own' };
  const catalogue = new Catalogue([
    candidate('a', { IOProviderClass: 'IOMedia', IOProbeScore: 9 }),
    candidate('a', { IOProviderClass: 'IOMedia', IOProbeScore: 9 }),
    candidate('b', own),
    candidate('c', { ...own, IOProbeScore: 1 }),
    candidate('none', {}),
  ]);
  assert.equal(catalogue.size, 3);
  const result = resolveCandidates(catalogue, NUB);
  assert.deepEqual(
    result.filter(({ wins }) => wins).map(({ candidate: { name } }) => name),
    ['a', 'c'],
  );
  assert.equal(attach(catalogue, [NUB, makeNub('IOPCIDevice')]).size, 1);
});

test('a dext starts on IOUserResources, never on IOResources; the next candidate takes its place', () => {
  const dext = { IOUserServerName: 'com.acme.d', IOUserClass: 'D' };
  const resources = makeNub('IOResources');
  assert.deepEqual(
    ranked(
      [
        candidate('dext', { ...dext, IOProviderClass: 'IOResources', IOProbeScore: 9 }),
        candidate('kext', { IOProviderClass: 'IOResources' }),
      ],
      resources,
    ),
    ['dext 9', 'kext 0 wins'],
  );
  const personality = dict({ IOClass: 'IOUserService', ...dext });
  assert.equal(startsOn(personality, makeNub('IOUserResources')).starts, true);
  assert.equal(startsOn(personality, makeNub('IOUserResources'), { ipad: true }).starts, false);
  assert.equal(startsOn(dict({ IOUserServerName: 'x' }), makeNub('IOUserResources')).starts, false);
  assert.match(startsOn(dict({ IOClass: 'X', IOUserClass: 'Y' }), NUB).why, /IOUserClass does nothing/);
});

test('entitlements that the nub asks for: OR of lists, AND inside', () => {
  const personality = dict({ IOClass: 'IOUserService', IOUserServerName: 'd' });
  const nub = makeNub('IOHIDInterface', { IOServiceDEXTEntitlements: [['a', 'b'], ['c']] });
  const starts = (entitlements: { readonly [key: string]: Plain }) =>
    startsOn(personality, nub, { entitlements: dict(entitlements) }).starts;
  assert.equal(starts({ a: true }), false);
  assert.equal(starts({ a: true, b: false }), true);
  assert.equal(starts({ c: true }), true);
  assert.deepEqual(startsOn(personality, nub).needs, [['a', 'b'], ['c']]);
  const own = dict({ IOClass: 'IOUserService', IOUserServerName: 'd', IOServiceDEXTEntitlements: 'z' });
  assert.equal(startsOn(own, NUB, { entitlements: dict({}) }).starts, false);
});

test('transport entitlements must name the device', () => {
  const key = 'com.apple.developer.driverkit.transport.';
  const personality = dict({ IOClass: 'IOUserService', IOUserServerName: 'd' });
  const pci = makeNub(
    'IOPCIDevice',
    { IOServiceDEXTEntitlements: `${key}pci` },
    { pciConfig: new Map([[0, 0x168614e4]]) },
  );
  const starts = (nub: typeof pci, value: Plain, bus: string) =>
    startsOn(personality, nub, { entitlements: dict({ [`${key}${bus}`]: value }) }).starts;
  assert.equal(starts(pci, [{ IOPCIMatch: '0x168614e4' }], 'pci'), true);
  assert.equal(starts(pci, [{ IOPCIMatch: '0x1' }], 'pci'), false);
  assert.equal(starts(pci, { IOPCIMatch: '0x168614e4' }, 'pci'), false);
  const inside = { ...pci, properties: new Map([...pci.properties, ['built-in', Uint8Array.of()]] as const) };
  assert.equal(starts(inside, [{ IOPCIMatch: '0x168614e4' }], 'pci'), false);
  assert.equal(
    starts(inside, [{ IOPCIMatch: '0x168614e4' }, 'com.apple.developer.driverkit.builtin'], 'pci'),
    true,
  );
  const usb = makeNub('IOUSBHostDevice', { idVendor: 7, IOServiceDEXTEntitlements: [[`${key}usb`]] });
  assert.equal(starts(usb, [{ idVendor: 7 }], 'usb'), true);
  assert.equal(starts(usb, [{ idVendor: '*' }], 'usb'), true);
  assert.equal(starts(usb, [{ idVendor: 8 }], 'usb'), false);
});

test('IOMatchDefer true makes it wait, and nothing else does', () => {
  const nub = makeNub('AcmeNub');
  const why = (value: Plain) =>
    startsOn(dict({ IOClass: 'D', IOProviderClass: 'AcmeNub', IOMatchDefer: value }), nub).why;
  assert.match(why(true), /waits until all personalities are there/);
  for (const value of [false, 1, 'true']) assert.doesNotMatch(why(value), /waits/);
});
