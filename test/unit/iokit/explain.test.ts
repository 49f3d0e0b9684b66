import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attachedDrivers, competition, nearestMisses } from '../../../server/src/iokit/explain.ts';
import { matchPersonality } from '../../../server/src/iokit/matching.ts';
import {
  type Candidate,
  Catalogue,
  resolveCandidates,
} from '../../../server/src/iokit/matching-catalogue.ts';
import { matchReport } from '../../../server/src/iokit/matching-report.ts';
import { isPrivateKey, withoutPrivate } from '../../../server/src/iokit/private.ts';
import { dict, makeNub, type Plain } from './nubs.ts';

const FACE = {
  idVendor: 1921,
  idProduct: 7,
  bConfigurationValue: 1,
  bInterfaceNumber: 2,
  bInterfaceClass: 1,
  bInterfaceSubClass: 2,
  bInterfaceProtocol: 2,
  SerialNumber: 'SECRET',
};
const HEADSET = makeNub('IOUSBHostInterface', FACE, { name: 'Headset' });
const MOUSE = makeNub(
  'IOUSBHostInterface',
  { ...FACE, idVendor: 1, idProduct: 1, bInterfaceClass: 3 },
  { name: 'Mouse' },
);

function usb(keys: { readonly [key: string]: Plain }): ReturnType<typeof dict> {
  return dict({ IOProviderClass: 'IOUSBHostInterface', IOClass: 'D', ...keys });
}

test('the nearest miss, in one sentence, with what to change', () => {
  const [miss] = nearestMisses(usb({ bInterfaceClass: 1, bInterfaceSubClass: 2, bInterfaceProtocol: 1 }), [
    MOUSE,
    HEADSET,
  ]);
  assert.equal(miss?.nub, HEADSET);
  assert.equal(miss?.sentence, 'All keys hold on “Headset” but bInterfaceProtocol: wants 1, has 2.');
  assert.deepEqual(miss?.advice, ['Set bInterfaceProtocol to 2.']);
});

test('an illegal combination is completed with the values of the device', () => {
  const [miss] = nearestMisses(usb({ idVendor: 1921, idProduct: 7 }), [MOUSE, HEADSET]);
  assert.equal(miss?.nub, HEADSET);
  assert.deepEqual(miss?.advice, ['Add bConfigurationValue = 1 and bInterfaceNumber = 2.']);
});

test('a device that is not there is not argued away', () => {
  const [miss] = nearestMisses(
    usb({ idVendor: 9, idProduct: 9, bConfigurationValue: 1, bInterfaceNumber: 2 }),
    [HEADSET],
  );
  assert.match(miss?.advice[0] ?? '', /No device with these ids/);
  assert.deepEqual(nearestMisses(dict({ IOProviderClass: 'IOUserResources' }), [HEADSET, MOUSE]), []);
});

test('the right device under another class is found by its ids', () => {
  const personality = dict({ IOProviderClass: 'IOUSBHostDevice', idVendor: 1921, idProduct: 7 });
  const [miss] = nearestMisses(personality, [makeNub('IOService'), HEADSET]);
  assert.equal(miss?.nub, HEADSET);
  assert.match(miss?.advice.join() ?? '', /IOProviderClass to IOUSBHostInterface/);
});

function candidate(name: string, keys: { readonly [key: string]: Plain }): Candidate {
  return {
    bundle: `com.acme.${name}`,
    name,
    personality: dict({ IOClass: name, IOProviderClass: 'IOUSBHostInterface', ...keys }),
  };
}

test('competition: who wins, by how much, and how to win', () => {
  const exact = candidate('Exact', {
    idVendor: 1921,
    idProduct: 7,
    bConfigurationValue: 1,
    bInterfaceNumber: 2,
  });
  const broad = candidate('Broad', { bInterfaceClass: 1, bInterfaceSubClass: 2 });
  const near = candidate('Near', { bInterfaceClass: 1, bInterfaceSubClass: 2, IOProbeScore: 40 });
  const ranked = resolveCandidates(new Catalogue([broad, exact, near]), HEADSET);
  const say = (who: Candidate) => competition(ranked, ranked.find((one) => one.candidate === who)!, HEADSET);
  assert.equal(say(exact).wins, true);
  assert.match(say(exact).sentence, /39960 above the next/);
  assert.match(
    say(broad).sentence,
    /Loses IODefaultMatchCategory to Exact \(com.acme.Exact\), which is 40000 above its 50000/,
  );
  assert.match(say(broad).advice[0] ?? '', /more precisely/);
  const two = resolveCandidates(new Catalogue([broad, near]), HEADSET);
  assert.deepEqual(competition(two, two[1]!, HEADSET).advice, [
    'Set IOProbeScore to 41 or more, up to 9999.',
  ]);
});

test('competition with the driver that the dump shows', () => {
  const driver = makeNub('AppleThing', {
    IOClass: 'AppleThing',
    IOProviderClass: 'IOUSBHostInterface',
    IOMatchCategory: 'IODefaultMatchCategory',
    IOProbeScore: 60000,
    CFBundleIdentifier: 'com.apple.thing',
  });
  const nub = makeNub('IOUSBHostInterface', FACE, { clients: [driver, makeNub('IOUserClient')] });
  assert.deepEqual(
    attachedDrivers(nub).map(({ className, score }) => [className, score]),
    [['AppleThing', 60000]],
  );
  const ranked = resolveCandidates(
    new Catalogue([candidate('Broad', { bInterfaceClass: 1, bInterfaceSubClass: 2 })]),
    nub,
  );
  const contest = competition(ranked, ranked[0]!, nub);
  assert.equal(contest.wins, false);
  assert.match(contest.sentence, /AppleThing \(com.apple.thing\), attached in the dump/);
});

test('private values of a device are never told', () => {
  const nub = makeNub(
    'AcmeNub',
    { SerialNumber: 'SECRET', info: { IOMACAddress: Uint8Array.of(0xde, 0xad), ok: 1 } },
    { name: 'acme' },
  );
  const personality = dict({
    IOProviderClass: 'AcmeNub',
    IOClass: 'D',
    IOPropertyMatch: { SerialNumber: 'guess', info: { ok: 2 } },
  });
  const misses = nearestMisses(personality, [nub]).map((miss) => ({ ...miss, nub: undefined }));
  const told = JSON.stringify([matchPersonality(personality, nub), misses], (_, value) => {
    if (typeof value === 'bigint') return Number(value);
    if (value instanceof Map) return [...value];
    return value instanceof Uint8Array ? [...value].join() : value;
  });
  assert.ok(told.includes('guess'), 'what the personality asks for is its author’s own');
  assert.doesNotMatch(told, /SECRET|222,173|dead/);
  for (const key of [
    'IOPlatformSerialNumber',
    'kUSBSerialNumberString',
    'IOMACAddress',
    'UUID',
    'kCGSSessionUserNameKey',
    'BD_ADDR',
    'VolGroupUUID',
    'IOCalloutDevice',
    'fmm-mobileme-token-FMM',
    'bluetoothActiveControllerInfo',
  ]) {
    assert.equal(isPrivateKey(key), true, key);
  }
  for (const key of [
    'idVendor',
    'VendorID',
    'Transport',
    'IOClass',
    'LocationID',
    'bInterfaceNumber',
    'Product',
    'PrimaryUsage',
    'IONameMatch',
  ]) {
    assert.equal(isPrivateKey(key), false, key);
  }
  assert.deepEqual(withoutPrivate('list', [dict({ uuid: 'x', a: 1 })]), [dict({ uuid: '(private)', a: 1 })]);
});

test('a report: devices that something matches, and what matches nothing', () => {
  const good = candidate('Good', { bInterfaceClass: 1, bInterfaceSubClass: 2 });
  const bad = candidate('Bad', { idVendor: 1921 });
  const all = matchReport([good, bad], [MOUSE, HEADSET]);
  assert.deepEqual(
    all.devices.map(({ nub, candidates }) => [nub.name, candidates.length]),
    [['Headset', 1]],
  );
  assert.deepEqual(
    all.unmatched.map(({ candidate: { name } }) => name),
    ['Bad'],
  );
  const one = matchReport([good, bad], [MOUSE, HEADSET], {}, [MOUSE]);
  assert.deepEqual(
    one.devices[0]?.candidates.map(({ result }) => result.matches),
    [false, false],
  );
  for (const { sentence } of one.devices[0]?.candidates ?? []) assert.ok(sentence.length > 10);
});
