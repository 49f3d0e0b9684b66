/** Provisioning profiles: what is read of them, which one is a target's, and what counts as granted. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createWorkspaceLinter } from '../../../server/src/rules/workspace-lint.ts';
import { isProfileFor, readProfile } from '../../../server/src/workspace/profile.ts';
import { Workspace } from '../../../server/src/workspace/workspace.ts';
import { memoryFiles, ROOT } from './memoryFiles.ts';
import { pbxproj } from './pbxproj.ts';
import { plist } from './plists.ts';

type Dict = Parameters<typeof plist>[0] & object;

/** A property list in a signature, as far as its frame goes. */
function signed(text: string): Uint8Array {
  return new Uint8Array([0x30, 0x82, 1, 0, 0, 4, ...new TextEncoder().encode(text), 0, 255, 0x30]);
}

function profile(entitlements: Dict, applicationId = 'ABCDE12345.com.acme.lamp'): Uint8Array {
  return signed(
    plist({
      Name: 'Lamp Driver',
      UUID: 'one',
      Entitlements: { 'com.apple.application-identifier': applicationId, ...entitlements },
    }),
  );
}

const DRIVERKIT = 'com.apple.developer.driverkit';
const USB = `${DRIVERKIT}.transport.usb`;
const ACCESS = `${DRIVERKIT}.userclient-access`;

function files(claims: Dict, granted: Uint8Array, settings: Record<string, string> = {}) {
  return memoryFiles({
    'Lamp.xcodeproj/project.pbxproj': pbxproj({
      targets: {
        Lamp: {
          type: 'driver-extension',
          settings: {
            PRODUCT_BUNDLE_IDENTIFIER: 'com.acme.lamp',
            INFOPLIST_FILE: 'Driver/Info.plist',
            CODE_SIGN_ENTITLEMENTS: 'Driver/Lamp.entitlements',
            ...settings,
          },
        },
      },
    }),
    'Driver/Info.plist': plist({ CFBundleIdentifier: '$(PRODUCT_BUNDLE_IDENTIFIER)' }),
    'Driver/Lamp.entitlements': plist(claims),
    'Driver/Lamp.provisionprofile': granted,
  });
}

async function lacking(
  claims: Dict,
  granted: Uint8Array,
  settings: Record<string, string> = {},
): Promise<string[]> {
  const workspace = new Workspace(files(claims, granted, settings), [ROOT]);
  await workspace.index();
  return createWorkspaceLinter(workspace)
    .findingsOf(`${ROOT}/Driver/Lamp.entitlements`)
    .filter(({ rule }) => rule === 'workspace/profile')
    .map(({ severity, keyPath }) => `${severity} ${keyPath.join('/')}`);
}

describe('a profile', () => {
  test('is read with its name, id and entitlements', () => {
    const read = readProfile(profile({ [DRIVERKIT]: true }));
    assert.equal(read?.name, 'Lamp Driver');
    assert.equal(read?.uuid, 'one');
    assert.equal(read?.applicationId, 'ABCDE12345.com.acme.lamp');
    assert.equal(read?.entitlements.get(DRIVERKIT), true);
  });

  test('that is damaged, cut off or something else is none', () => {
    const whole = profile({});
    for (const length of [0, 1, 20, whole.length >> 1]) {
      assert.equal(readProfile(whole.subarray(0, length)), undefined);
    }
    assert.equal(readProfile(signed('<plist><dict/></plist>')), undefined);
    assert.equal(readProfile(signed('<plist><dict><key>Entitlements</dict></plist>')), undefined);
    assert.equal(readProfile(new TextEncoder().encode(plist({ Entitlements: {} }))), undefined);
  });

  test('is for the bundle ids of its application id', () => {
    const isFor = (applicationId: string, id: string) => {
      const read = readProfile(profile({}, applicationId));
      return read !== undefined && isProfileFor(read, id);
    };
    assert.equal(isFor('ABCDE12345.com.acme.lamp', 'com.acme.lamp'), true);
    assert.equal(isFor('ABCDE12345.com.acme.lamp', 'com.acme.lamps'), false);
    assert.equal(isFor('ABCDE12345.com.acme.*', 'com.acme.lamp'), true);
    assert.equal(isFor('ABCDE12345.*', 'com.acme.lamp'), true);
  });
});

describe('a claim', () => {
  test('that the profile lacks is told: more gravely where the target names the profile', async () => {
    const claims = { [DRIVERKIT]: true };
    assert.deepEqual(await lacking(claims, profile({})), [`information ${DRIVERKIT}`]);
    const naming: readonly Record<string, string>[] = [
      { PROVISIONING_PROFILE_SPECIFIER: 'Lamp Driver' },
      { PROVISIONING_PROFILE_SPECIFIER: 'ABCDE12345/Lamp Driver' },
      { PROVISIONING_PROFILE: 'one' },
    ];
    for (const settings of naming) {
      assert.deepEqual(await lacking(claims, profile({}), settings), [`warning ${DRIVERKIT}`]);
    }
    assert.deepEqual(await lacking(claims, profile({ [DRIVERKIT]: true })), []);
    assert.deepEqual(await lacking(claims, profile({ [DRIVERKIT]: false })), [`information ${DRIVERKIT}`]);
  });

  test('is not compared with the profile of another target', async () => {
    const claims = { [DRIVERKIT]: true };
    const other = profile({}, 'ABCDE12345.com.acme.torch');
    assert.deepEqual(await lacking(claims, other), []);
    assert.deepEqual(await lacking(claims, profile({}), { PROVISIONING_PROFILE_SPECIFIER: 'Elsewhere' }), []);
  });

  test('needs no profile where signing fills it in or the sandbox asks for it', async () => {
    const claims = {
      'com.apple.application-identifier': 'ABCDE12345.com.acme.lamp',
      'com.apple.developer.team-identifier': 'ABCDE12345',
      'keychain-access-groups': ['ABCDE12345.com.acme'],
      'get-task-allow': true,
      'com.apple.security.app-sandbox': true,
      [DRIVERKIT]: false,
    };
    assert.deepEqual(await lacking(claims, profile({})), []);
  });

  test('is granted by wildcards', async () => {
    const claims = { [ACCESS]: ['com.acme.lamp'] };
    assert.deepEqual(await lacking(claims, profile({ [ACCESS]: '*' })), []);
    assert.deepEqual(await lacking(claims, profile({ [ACCESS]: ['*'] })), []);
    assert.deepEqual(await lacking(claims, profile({ [ACCESS]: ['com.acme.*'] })), []);
    assert.deepEqual(await lacking(claims, profile({ [ACCESS]: ['com.acme.torch'] })), [
      `information ${ACCESS}`,
    ]);
    const groups = { 'com.apple.developer.ubiquity-container-identifiers': ['$(TeamIdentifierPrefix)lamp'] };
    const own = { 'com.apple.developer.ubiquity-container-identifiers': ['ABCDE12345.*'] };
    assert.deepEqual(await lacking(groups, profile(own)), []);
    assert.deepEqual(await lacking({ [ACCESS]: ['$(NOBODY)'] }, profile({ [ACCESS]: ['com.acme'] })), []);
  });

  test('on devices is granted for the same vendor', async () => {
    const vendor = (idVendor: number | string) => ({ [USB]: [{ idVendor }] });
    assert.deepEqual(await lacking(vendor(1), profile(vendor(1))), []);
    assert.deepEqual(await lacking(vendor(1), profile(vendor('*'))), []);
    assert.deepEqual(await lacking(vendor(1), profile(vendor(2))), [`information ${USB}`]);
    assert.deepEqual(await lacking(vendor('*'), profile(vendor(2))), [`information ${USB}`]);
  });
});

test('a profile that is downloaded again counts at once', async () => {
  const claims = { [DRIVERKIT]: true };
  const fs = files(claims, profile({}));
  const workspace = new Workspace(fs, [ROOT]);
  await workspace.index();
  const linter = createWorkspaceLinter(workspace);
  const count = () =>
    linter.findingsOf(`${ROOT}/Driver/Lamp.entitlements`).filter(({ rule }) => rule === 'workspace/profile')
      .length;
  assert.equal(count(), 1);
  fs.write('Driver/Lamp.provisionprofile', profile(claims));
  await workspace.fileChanged(`${ROOT}/Driver/Lamp.provisionprofile`);
  assert.equal(count(), 0);
  fs.write('Driver/Lamp.provisionprofile', profile({}));
  await workspace.fileChanged(`${ROOT}/Driver/Lamp.provisionprofile`);
  assert.equal(count(), 1);
  fs.remove('Driver/Lamp.provisionprofile');
  await workspace.fileChanged(`${ROOT}/Driver/Lamp.provisionprofile`);
  assert.equal(count(), 0);
});
