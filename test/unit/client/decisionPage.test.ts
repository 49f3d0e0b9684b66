/** The page of one decision: what it says, that hostile names stay text, and what its policy lets through. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decisionPage } from '../../../client/src/match/decisionPage.ts';
import type { DecisionCandidate, MatchDecision } from '../../../server/src/lsp/matchMessages.ts';

const l10n = {
  t: (message: string, ...values: (string | number)[]) =>
    message.replace(/\{(\d)\}/g, (_, at) => String(values[Number(at)])),
};
const page = (decision: MatchDecision | null) =>
  decisionPage(decision, { l10n, language: 'en', nonce: 'N1' });

const candidate = (personality: string, more: Partial<DecisionCandidate> = {}): DecisionCandidate => ({
  uri: 'file:///w/Lamp.dext/Info.plist',
  bundle: 'Lamp.dext',
  personality,
  asked: false,
  matches: true,
  score: 100_000,
  parts: [{ what: 'vendor + product + release', points: 100_000 }],
  fell: null,
  attached: false,
  category: 'IODefaultMatchCategory',
  wins: false,
  starts: false,
  sentence: 'A sentence.',
  advice: [],
  unresolved: [],
  checks: [
    { key: 'idVendor', wants: '4617', has: '4617', holds: 'yes', reached: true, why: 'Both are 4617.' },
  ],
  ...more,
});
const decision = (candidates: DecisionCandidate[], name = 'Lamp'): MatchDecision => ({
  registry: { uri: 'file:///d.txt', name: 'd.txt', entries: 3, machine: null, warnings: [] },
  device: { index: 2, name, className: 'IOUSBHostDevice', ids: '1209:0001', path: '/Lamp' },
  candidates,
  more: 0,
  classes: ['IOUSBHostDevice', 'IOService'],
  all: candidates.length,
  stages: [
    { stage: 'filed', left: candidates.length },
    { stage: 'family', left: 1 },
  ],
  drivers: [],
  unresolved: 0,
});

/** The rows of the contest and of those that are out. */
const rowsOf = (html: string) => html.match(/<li class="row [^"]*">[\s\S]*?<\/details><\/li>/g) ?? [];

test('outcomes, scores and checks are words, not only marks and lengths', () => {
  const holds = {
    key: 'idVendor',
    wants: '4617',
    has: '4617',
    holds: 'yes',
    reached: true,
    why: '',
  } as const;
  const failing = {
    ...holds,
    key: 'idProduct',
    wants: '9',
    has: '1',
    holds: 'no',
    why: 'Wants 9, has 1.',
  } as const;
  const behind = { ...failing, key: 'bcdDevice', reached: false } as const;
  const html = page(
    decision([
      candidate('Winner', { wins: true, starts: true }),
      candidate('Second', {
        fell: 'best',
        starts: true,
        score: 51_000,
        parts: [
          { what: 'class + subclass', points: 50_000 },
          { what: 'IOProbeScore', points: 3000 },
          { what: '2 × “*”', points: -2000 },
        ],
      }),
      candidate('Stuck', { fell: 'start', score: -5, parts: [], category: 'Other' }),
      candidate('Far', {
        matches: false,
        fell: 'family',
        score: null,
        checks: [holds, failing, behind],
        asked: true,
      }),
    ]),
  );
  const rows = rowsOf(html);
  assert.equal(rows.length, 4);
  const [winner, second, stuck, far] = rows as [string, string, string, string];
  assert.match(html, /class="verdict"[\s\S]*Winner \(Lamp\.dext\) gets this device\./);
  assert.match(html, /Nobody gets it in Other: what matches does not start\./);
  assert.match(
    winner,
    /> wins<[\s\S]*Score 100000: vendor \+ product \+ release \+100000; the best here is 100000/,
  );
  assert.match(
    second,
    /> loses<[\s\S]*Score 51000: class \+ subclass \+50000, IOProbeScore \+3000, 2 × “\*” −2000;/,
  );
  assert.match(second, /class="value" x="0%" width="50%"[\s\S]*class="added" x="50%" width="3%"/);
  assert.match(second, /class="taken" x="51%" width="2%"[\s\S]*x1="99\.7%"[\s\S]*49000 less than the best/);
  assert.match(stuck, /does not start[\s\S]*Score -5;/);
  assert.match(far, /<details open>/);
  assert.match(far, /does not match[\s\S]*asked about/);
  assert.match(
    far,
    /class="yes"[\s\S]*class="no"[\s\S]*no: [\s\S]*idProduct[\s\S]*wants 9, has 1[\s\S]*not looked at: [\s\S]*bcdDevice/,
  );
  assert.match(far, /<span aria-hidden="true">✗<\/span> no<[\s\S]*idProduct[\s\S]*Wants 9, has 1\./);
  assert.doesNotMatch(far, /class="bar"/);
});

test('the steps of the kernel say how many are still in, and who falls out where', () => {
  const out = candidate('Far', { matches: false, fell: 'family', score: null });
  const html = page(decision([candidate('Winner', { wins: true, starts: true }), out]));
  const steps = html.match(/<ol class="steps">[\s\S]*?<\/ol>/)?.[0] ?? '';
  assert.match(steps, /Offer by class[\s\S]*2 of 2 still in[\s\S]*IOUSBHostDevice[\s\S]*IOService/);
  assert.match(steps, /Keys of the family[\s\S]*width="50%"[\s\S]*1 of 2 still in[\s\S]*Out here: <bdi>Far/);
});

test('a driver that the dump shows attached competes, and keeps the device when nobody beats it', () => {
  const driver = { className: 'AppleLamp', bundle: null, category: 'IODefaultMatchCategory', score: 120_000 };
  const loser = candidate('Second', { fell: 'best', starts: true });
  const html = page({ ...decision([loser]), drivers: [driver] });
  assert.match(html, /AppleLamp keeps this device: the dump shows it attached\./);
  assert.match(html, /attached in the dump<[\s\S]*AppleLamp[\s\S]*after its probe\(\) \+120000/);
  assert.match(html, /20000 less than the best/);
});

test('links lead to the personality and to its keys, whatever they are called', () => {
  const odd = 'A "b" & <c> ü';
  const html = page(decision([candidate(odd, { wins: true, starts: true })]));
  const targets = [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => {
    const [, args] = (href ?? '').split('command:driverPlist.goToPersonality?');
    const plain = (args ?? '').replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
    return JSON.parse(decodeURIComponent(plain)) as unknown;
  });
  assert.deepEqual(targets, [
    ['file:///w/Lamp.dext/Info.plist', odd],
    ['file:///w/Lamp.dext/Info.plist', odd, 'idVendor'],
  ]);
});

test('a hostile name is text wherever it stands', () => {
  const evil = `"><script>alert(1)</script><img src=x onerror='a'>\`&amp;</style>`;
  const check = { key: evil, wants: evil, has: evil, holds: 'unknown', reached: true, why: evil } as const;
  const hostile = candidate(evil, {
    bundle: evil,
    category: evil,
    sentence: evil,
    advice: [evil],
    unresolved: [evil],
    checks: [check],
  });
  const whole = decision([hostile], evil);
  const html = page({
    ...whole,
    registry: { ...whole.registry, name: evil },
    device: { ...whole.device, className: evil, ids: evil, path: evil },
  });
  const tags = (text: string) => (text.match(/<[^>]*>/g) ?? []).map((tag) => tag.replace(/"[^"]*"/g, '""'));
  const tame = page({
    ...decision([{ ...hostile, bundle: 'b', personality: 'p', category: 'c', sentence: 's', advice: ['a'] }]),
  });
  assert.ok(!/<script|<img|onerror='|<\/style>[\s\S]*<\/style>/.test(html));
  assert.deepEqual(tags(html), tags(tame));
  assert.ok(html.includes('&#60;script&#62;') && html.includes('&#38;amp;'));
});

test('the policy lets through nothing but the own style sheet, which has only colours of the theme', () => {
  for (const html of [page(null), page(decision([candidate('One', { wins: true })]))]) {
    assert.ok(html.includes(`content="default-src 'none'; style-src 'nonce-N1'"`));
    assert.doesNotMatch(html, /<script|\sstyle=|\son\w+=|https?:|url\((?!#)|@import/);
    assert.doesNotMatch(
      html,
      /(?:color|fill|stroke|background|border)[\w-]*:[^;}]*(?:(?<!url\()#|rgb\(|hsl\()/,
    );
    assert.match(
      html,
      /a:focus-visible, summary:focus-visible \{ outline: 2px solid var\(--vscode-focusBorder\)/,
    );
  }
  assert.match(page(null), /Nothing to show/);
});
