/** Built bundles: what their programs are signed with, and the profiles inside them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createWorkspaceLinter } from '../../../server/src/rules/workspace-lint.ts';
import { bundleTree } from '../../../server/src/service/bundleTree.ts';
import { readSignature } from '../../../server/src/workspace/signature.ts';
import { Workspace } from '../../../server/src/workspace/workspace.ts';
import { memoryFiles, ROOT } from './memoryFiles.ts';
import { plist } from './plists.ts';
import { fat, profileOf, program, type Signing } from './signed.ts';

type Dict = Parameters<typeof plist>[0] & object;

const ID = 'com.acme.lamp.driver';
const TEAM = 'ABCDE12345';
const DRIVERKIT = 'com.apple.developer.driverkit';
const USB = `${DRIVERKIT}.transport.usb`;
const DEXT = `Lamp.app/Contents/Library/SystemExtensions/${ID}.dext`;

const INFO: Dict = {
  CFBundleExecutable: ID,
  CFBundleIdentifier: ID,
  CFBundleName: ID,
  CFBundlePackageType: 'DEXT',
  CFBundleShortVersionString: '1.0',
  CFBundleVersion: '1',
  CFBundleSupportedPlatforms: ['DriverKit'],
  OSMinimumDriverKitVersion: '21.0',
  OSBundleUsageDescription: 'Lets the lamp shine.',
  IOKitPersonalities: {
    Lamp: {
      CFBundleIdentifierKernel: 'com.apple.kpi.iokit',
      IOClass: 'IOUserService',
      IOProviderClass: 'IOUSBHostDevice',
      IOUserClass: 'Lamp',
      IOUserServerName: ID,
      idVendor: 4660,
      idProduct: 1,
    },
  },
};

const CLAIMS: Dict = {
  'com.apple.application-identifier': `${TEAM}.${ID}`,
  'com.apple.developer.team-identifier': TEAM,
  [DRIVERKIT]: true,
  [USB]: [{ idVendor: 4660 }],
};

const reader = (bytes: Uint8Array) => async (start: number, length: number) =>
  bytes.subarray(start, start + length);

interface Given {
  readonly claims?: Dict;
  readonly signing?: Signing;
  readonly profile?: Dict | null;
  readonly entitlements?: Dict;
}

function filesFor({ claims = CLAIMS, signing = {}, profile = {}, entitlements = CLAIMS }: Given) {
  const exe = program({ entitlements: plist(claims), identifier: ID, team: TEAM, ...signing });
  return memoryFiles({
    'Lamp.app/Contents/Info.plist': plist({
      CFBundleIdentifier: 'com.acme.lamp',
      CFBundlePackageType: 'APPL',
      CFBundleShortVersionString: '1.0',
      CFBundleVersion: '1',
    }),
    [`${DEXT}/Info.plist`]: plist(INFO),
    [`${DEXT}/${ID}`]: exe,
    ...(profile && {
      [`${DEXT}/embedded.provisionprofile`]: profileOf(
        plist({
          Name: 'Lamp Driver',
          TeamIdentifier: [TEAM],
          Platform: ['OSX'],
          Entitlements: { 'com.apple.application-identifier': `${TEAM}.${ID}`, ...entitlements },
          ...profile,
        }),
      ),
    }),
  });
}

async function found(given: Given): Promise<string[]> {
  const workspace = new Workspace(filesFor(given), [ROOT]);
  await workspace.index();
  assert.deepEqual(workspace.notices, []);
  return createWorkspaceLinter(workspace)
    .findingsOf(`${ROOT}/${DEXT}/Info.plist`)
    .map(({ rule, severity, keyPath }) => `${severity} ${rule} ${keyPath.join('/')}`);
}

describe('a signature', () => {
  test('tells its entitlements, identifier and team', async () => {
    const signing = { entitlements: '<plist/>', identifier: ID, team: TEAM };
    const expected = { ...signing, adHoc: false, platform: false };
    assert.deepEqual(await readSignature(reader(program(signing))), expected);
    assert.deepEqual(await readSignature(reader(fat([program(), program(signing)]))), expected);
  });

  test('may lack a team and entitlements', async () => {
    assert.deepEqual(await readSignature(reader(program({ adHoc: true }))), {
      entitlements: undefined,
      identifier: 'lamp',
      team: undefined,
      adHoc: true,
      platform: false,
    });
  });

  test('that is cut off, damaged or not there is none, and nothing is thrown', async () => {
    assert.equal(await readSignature(reader(program())), undefined);
    const whole = program({ entitlements: '<plist/>', team: TEAM });
    for (let length = 0; length < whole.length; length++) {
      const read = await readSignature(reader(whole.subarray(0, length)));
      assert.ok(read === undefined || read.entitlements !== '<plist/>');
    }
    for (let at = 0; at < whole.length; at++) {
      const damaged = whole.slice();
      damaged[at] = 0xff;
      await readSignature(reader(damaged));
    }
  });
});

describe('the entitlements of a signature', () => {
  test('are the bundle’s: a good product shows nothing', async () => {
    assert.deepEqual(await found({}), []);
  });

  test('are judged as those of a file are, at the key that names the program', async () => {
    const workspace = new Workspace(filesFor({ claims: { [DRIVERKIT]: true, [USB]: true } }), [ROOT]);
    await workspace.index();
    const uri = `${ROOT}/${DEXT}/Info.plist`;
    const [first] = createWorkspaceLinter(workspace)
      .findingsOf(uri)
      .filter(({ severity }) => severity === 'error');
    assert.equal(first?.rule, 'entitlements/usb-transport-type');
    assert.match(first.message, new RegExp(`^In the signature of ${ID}: `));
    const text = workspace.document(uri)?.text.slice(first.range.start, first.range.end);
    assert.equal(text, `<string>${ID}</string>`);
    assert.deepEqual(first.fixes(), []);
  });

  test('are compared with the personalities', async () => {
    assert.deepEqual(await found({ claims: { [DRIVERKIT]: true } }), [
      `error workspace/transport-entitlement ${USB}`,
    ]);
    const other = { ...CLAIMS, [USB]: [{ idVendor: 1 }] };
    const findings = await found({ claims: other, entitlements: other });
    assert.deepEqual(
      findings.map((one) => one.split(' ')[1]),
      ['workspace/transport-coverage'],
    );
  });

  test('stand in the tree of bundles under the Info.plist', async () => {
    const workspace = new Workspace(filesFor({}), [ROOT]);
    await workspace.index();
    const [app] = bundleTree(workspace, () => []);
    const rights = app?.children[0]?.children.filter(({ kind }) => kind === 'entitlement') ?? [];
    assert.deepEqual(rights.map(({ label }) => label).sort(), Object.keys(CLAIMS).sort());
    for (const { place } of rights) assert.equal(place?.uri, `${ROOT}/${DEXT}/Info.plist`);
  });

  test('are those of a file in the bundle where the program is not signed', async () => {
    const fs = filesFor({ profile: null });
    fs.write(`${DEXT}/${ID}`, program());
    fs.write(`${DEXT}/Lamp.entitlements`, plist({ [DRIVERKIT]: true }));
    const workspace = new Workspace(fs, [ROOT]);
    await workspace.index();
    const rules = createWorkspaceLinter(workspace)
      .findingsOf(`${ROOT}/${DEXT}/Lamp.entitlements`)
      .map(({ rule }) => rule);
    assert.deepEqual(rules, ['workspace/transport-entitlement']);
  });

  test('are read anew with the Info.plist', async () => {
    const fs = filesFor({});
    const workspace = new Workspace(fs, [ROOT]);
    await workspace.index();
    const linter = createWorkspaceLinter(workspace);
    const uri = `${ROOT}/${DEXT}/Info.plist`;
    assert.deepEqual(linter.findingsOf(uri), []);
    fs.write(`${DEXT}/${ID}`, program({ entitlements: plist({ [DRIVERKIT]: true }), team: TEAM }));
    await workspace.fileChanged(uri);
    assert.equal(linter.findingsOf(uri).length, 1);
    fs.remove(`${DEXT}/${ID}`);
    await workspace.fileChanged(uri);
    assert.deepEqual(linter.findingsOf(uri), []);
  });
});

describe('the profile inside a bundle', () => {
  test('must grant what the program is signed with', async () => {
    assert.deepEqual(await found({ entitlements: { [DRIVERKIT]: true } }), [
      `error workspace/profile ${USB}`,
    ]);
    const claims = { ...CLAIMS, 'com.apple.developer.maps': true };
    assert.deepEqual(await found({ claims }), ['warning workspace/profile com.apple.developer.maps']);
    const any = { [DRIVERKIT]: true, [USB]: [{ idVendor: '*' }] };
    assert.deepEqual(await found({ entitlements: any }), []);
  });

  test('must be for the bundle id, the team and the application identifier', async () => {
    const identity = ['error workspace/profile-identity CFBundleIdentifier'];
    const forId = (id: string): Given => ({
      entitlements: { ...CLAIMS, 'com.apple.application-identifier': id },
    });
    assert.deepEqual(await found(forId(`${TEAM}.com.acme.torch`)), identity);
    assert.deepEqual(await found(forId(`${TEAM}.com.acme.*`)), []);
    assert.deepEqual(await found(forId(`${TEAM}.*`)), []);
    assert.deepEqual(await found({ profile: { TeamIdentifier: ['ZYXWV98765'] } }), identity);
    assert.deepEqual(await found(forId(`ZYXWV98765.${ID}`)), identity);
  });

  test('that is missing is told where restricted entitlements are claimed', async () => {
    const missing = 'workspace/missing-profile CFBundleIdentifier';
    assert.deepEqual(await found({ profile: null }), [`warning ${missing}`]);
    const adHoc = { adHoc: true, team: undefined } as unknown as Signing;
    assert.deepEqual(await found({ profile: null, signing: adHoc }), [`information ${missing}`]);
    const apple = { platform: true, team: undefined } as unknown as Signing;
    assert.deepEqual(await found({ profile: null, signing: apple }), []);
  });

  test('for development is told unless the program may be debugged', async () => {
    const profile = { ProvisionedDevices: ['one', 'two'] };
    const key = 'com.apple.security.get-task-allow';
    assert.deepEqual(await found({ profile }), ['information workspace/profile-devices CFBundleIdentifier']);
    assert.deepEqual(
      (await found({ profile, claims: { ...CLAIMS, [key]: true } })).map((one) => one.split(' ')[1]),
      ['entitlements/debugging'],
    );
  });

  test('counts on the systems that it names', async () => {
    const platform = ['warning workspace/profile-platform CFBundleIdentifier'];
    assert.deepEqual(await found({ profile: { Platform: ['iOS'] } }), platform);
    assert.deepEqual(await found({ profile: { Platform: ['iOS', 'OSX'] } }), []);
    assert.deepEqual(await found({ profile: { Platform: [] } }), []);
  });
});
