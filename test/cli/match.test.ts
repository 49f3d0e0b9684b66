import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { UsageError } from '../../server/src/cli/args.ts';
import { runMatch } from '../../server/src/cli/match.ts';
import { SILENT } from '../../server/src/cli/progress.ts';
import { PRIVATE_KEXT, PRIVATE_TEXT, privateDump } from '../unit/service/privateKeys.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'driver-plist-match-'));
after(() => rmSync(folder, { recursive: true }));

const personality = (keys: string) =>
  `<dict><key>IOClass</key><string>IOUserService</string><key>IOProviderClass</key><string>IOUSBHostInterface</string><key>IOUserServerName</key><string>com.acme.d</string>${keys}</dict>`;
const integer = (key: string, value: number) => `<key>${key}</key><integer>${value}</integer>`;
const info = (personalities: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict><key>CFBundleIdentifier</key><string>com.acme.d</string><key>IOKitPersonalities</key><dict>${personalities}</dict></dict></plist>\n`;
const good = `<key>Good</key>${personality(integer('bInterfaceClass', 1) + integer('bInterfaceSubClass', 2))}`;
const near = `<key>Near</key>${personality(integer('bInterfaceClass', 1) + integer('bInterfaceSubClass', 2) + integer('bInterfaceProtocol', 1))}`;

const DUMP = `+-o Root  <class IORegistryEntry, id 0x100000100, retain 14>
  | {
  |   "OS Build Version" = "24A1"
  | }
  +-o Acme Headset@14100000  <class IOUSBHostDevice, id 0x100000200, registered, matched, active, busy 0 (0 ms), retain 9>
    | {
    |   "USB Serial Number" = "C02SECRET"
    |   "idVendor" = 1921
    | }
    +-o Voice@0  <class IOUSBHostInterface, id 0x100000201, registered, matched, active, busy 0 (0 ms), retain 9>
      | {
      |   "bInterfaceClass" = 1
      |   "bInterfaceSubClass" = 2
      |   "bInterfaceProtocol" = 2
      |   "kUSBString" = "C02SECRET"
      | }
      +-o AppleThing  <class AppleThing, id 0x100000202, registered, matched, active, busy 0 (0 ms), retain 9>
          {
            "IOClass" = "AppleThing"
            "IOProviderClass" = "IOUSBHostInterface"
            "IOMatchCategory" = "IODefaultMatchCategory"
            "IOProbeScore" = 60000
          }
`;

function put(name: string, content: string): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  return name;
}

const dump = put('dump.txt', DUMP);
const goodFile = put('Good.dext/Info.plist', info(good));
put('Bad.dext/Info.plist', info(near));
put('Bad.dext/notes.txt', 'nothing');

async function run(
  args: readonly string[],
  stdin = '',
): Promise<{ status: number; out: string; error: string }> {
  let out = '';
  let error = '';
  const status = await runMatch(args, {
    write(text) {
      out += text;
    },
    error(text) {
      error += text;
    },
    readStdin: async () => new TextEncoder().encode(stdin),
    cwd: folder,
    color: false,
    progress: SILENT,
  });
  return { status, out, error };
}

interface Json {
  readonly version: number;
  readonly devices: readonly {
    readonly name: string;
    readonly class: string;
    readonly entryId: string;
    readonly path: string;
    readonly candidates: readonly {
      readonly [key: string]: unknown;
      readonly checks: readonly { readonly [key: string]: unknown }[];
    }[];
  }[];
  readonly unmatched: readonly {
    readonly personality: string;
    readonly nearest: readonly { readonly why: string; readonly advice: readonly string[] }[];
  }[];
}

async function json(...args: string[]): Promise<Json> {
  const { out } = await run([...args, '--registry', dump, '--format', 'json']);
  return JSON.parse(out) as Json;
}

test('the shape of the JSON answer', async () => {
  const answer = await json(goodFile);
  assert.equal(answer.version, 1);
  assert.equal(answer.devices.length, 1);
  const [device] = answer.devices;
  assert.equal(device?.name, 'Voice');
  assert.equal(device?.class, 'IOUSBHostInterface');
  assert.equal(device?.entryId, '0x100000201');
  assert.equal(device?.path, '/Voice@0');
  const [candidate] = device?.candidates ?? [];
  const { checks, why, ...rest } = candidate ?? { checks: [] };
  assert.deepEqual(rest, {
    bundle: goodFile,
    personality: 'Good',
    matches: true,
    score: 50000,
    category: 'IODefaultMatchCategory',
    wins: false,
    starts: true,
  });
  assert.match(String(why), /Loses .* AppleThing, attached in the dump, which is 10000 above its 50000/);
  assert.deepEqual(checks[1], { key: 'bInterfaceClass', wants: 1, has: 1, ok: true, why: 'Equal.' });
});

test('status 0 when all match, 1 when one matches nothing, with the nearest miss', async () => {
  assert.equal((await run([goodFile, '--registry', dump])).status, 0);
  const { status, out } = await run(['.', '--registry', dump]);
  assert.equal(status, 1);
  assert.match(out, /matches nothing {2}Near/);
  assert.match(out, /All keys hold on “Voice” but bInterfaceProtocol: wants 1, has 2\./);
  assert.match(out, /→ Set bInterfaceProtocol to 2\./);
  const [unmatched] = (await json('.')).unmatched;
  assert.deepEqual(unmatched?.nearest[0]?.advice, ['Set bInterfaceProtocol to 2.']);
});

test('one device, by name or entry id: every personality is judged on it', async () => {
  for (const device of ['Voice', '0x100000201', 'voice@0']) {
    const answer = await json('.', '--device', device);
    assert.deepEqual(
      answer.devices.map(({ name }) => name),
      ['Voice'],
    );
    assert.deepEqual(
      answer.devices[0]?.candidates.map(({ personality: name, matches, score }) => [name, matches, score]),
      [
        ['Good', true, 50000],
        ['Near', false, null],
      ],
    );
  }
});

test('standard input, a bundle and a folder are taken', async () => {
  assert.equal((await run(['-', '--registry', dump], info(good))).status, 0);
  assert.equal((await run(['Good.dext', '--registry', dump])).status, 0);
  const { out } = await run(['-', '--registry', dump, '--format=json'], info(good));
  assert.match(out, /"bundle": "<stdin>"/);
});

test('entitlements beside the Info.plist decide whether a dext starts', async () => {
  const asking = DUMP.replace(
    '"kUSBString"',
    '"IOServiceDEXTEntitlements" = (("com.apple.developer.driverkit.transport.usb"))\n      |   "kUSBString"',
  );
  put('asking.txt', asking);
  put('Tied/Info.plist', info(good));
  put(
    'Tied/Tied.entitlements',
    '<plist version="1.0"><dict><key>com.apple.security.app-sandbox</key><true/></dict></plist>',
  );
  const { out } = await run(['Tied', '--registry', 'asking.txt']);
  assert.match(out, /does not start/);
  assert.match(out, /lacks the entitlement com\.apple\.developer\.driverkit\.transport\.usb/);
});

test('private values of the dump are in no answer', async () => {
  for (const args of [
    ['.'],
    ['.', '--device', 'Voice'],
    ['.', '--format', 'json'],
    ['.', '--device', 'Acme Headset', '--format', 'json'],
  ]) {
    const { out, error } = await run([...args, '--registry', dump]);
    assert.doesNotMatch(out + error, /SECRET/);
  }
});

test('what the command cannot do is said, with status 2', async () => {
  const cases: [string[], RegExp][] = [
    [['none.plist', '--registry', dump], /none\.plist: there is no such file/],
    [[goodFile, '--registry', 'none.txt'], /none\.txt: there is no such file/],
    [[goodFile, '--registry', goodFile], /no registry dump/],
    [[goodFile, '--registry', dump, '--device', 'Toaster'], /No entry of the dump is called Toaster/],
    [['Bad.dext/notes.txt', '--registry', dump], /No personality was found/],
  ];
  for (const [args, message] of cases) {
    const { status, out, error } = await run(args);
    assert.equal(status, 2, args.join(' '));
    assert.equal(out, '');
    assert.match(error, message);
  }
  await assert.rejects(run([goodFile]), UsageError);
  await assert.rejects(run(['--registry', dump]), UsageError);
  await assert.rejects(run(['-', '--registry', '-']), UsageError);
  await assert.rejects(run([goodFile, '--registry', dump, '--format', 'xml']), UsageError);
});

test('a dump full of private values: none comes out, whatever is asked and however it is written', async () => {
  const kext = put('Private.kext/Contents/Info.plist', PRIVATE_KEXT);
  const secret = put('private.txt', privateDump());
  const devices = [
    '',
    'Jane’s Hub',
    'disk4s1',
    'PRIVATE Holidays',
    '0x100000205',
    '0x100000206',
    '0x100000207',
  ];
  for (const device of devices) {
    for (const format of ['json', 'pretty']) {
      const one = device === '' ? [] : ['--device', device];
      const { out, error } = await run([kext, '--registry', secret, '--format', format, ...one]);
      assert.ok(out.length > 300, `${device} ${format}: ${error}`);
      assert.doesNotMatch(out + error, PRIVATE_TEXT, `${device} ${format}`);
    }
  }
});
