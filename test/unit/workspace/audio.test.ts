/** Which personality of a dext with the audio entitlement is the audio driver's. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lintWorkspace } from '../../../server/src/rules/workspace-lint.ts';
import { Workspace } from '../../../server/src/workspace/workspace.ts';
import { memoryFiles, ROOT } from './memoryFiles.ts';
import { plist } from './plists.ts';

async function reported(
  classes: readonly string[],
  sources: string,
  entitlement: boolean | string = true,
): Promise<string[]> {
  const personality = (name: string) => ({
    IOClass: 'IOUserService',
    IOProviderClass: 'IOUserResources',
    IOUserClass: name,
    IOUserServerName: 'com.acme.lamp',
  });
  const files = {
    'Info.plist': plist({
      CFBundlePackageType: 'DEXT',
      IOKitPersonalities: Object.fromEntries(classes.map((name) => [name, personality(name)])),
    }),
    'Lamp.entitlements': plist({
      'com.apple.developer.driverkit': true,
      'com.apple.developer.driverkit.family.audio': entitlement,
    }),
    ...(sources === '' ? {} : { 'Lamp.iig': sources }),
  };
  const workspace = new Workspace(memoryFiles(files), [ROOT]);
  await workspace.index();
  const found = lintWorkspace(workspace).get(`${ROOT}/Info.plist`) ?? [];
  return found
    .filter(({ rule }) => rule === 'workspace/audio-client')
    .map(({ keyPath }) => keyPath.slice(1).join('/'));
}

const MISSING = 'IOUserAudioDriverUserClientProperties';

test('the class tells the audio personality', async () => {
  const sources = 'class Lamp: public IOUserAudioDriver {};\nclass Button: public IOService {};';
  assert.deepEqual(await reported(['Lamp', 'Button'], sources), [`Lamp/${MISSING}`]);
});

test('without sources the only personality is it, and of several none is known to be', async () => {
  assert.deepEqual(await reported(['Lamp'], ''), [`Lamp/${MISSING}`]);
  assert.deepEqual(await reported(['Lamp', 'Button'], ''), []);
});

test('a driver of another kind is none, nor one that claims nothing', async () => {
  assert.deepEqual(await reported(['Lamp'], 'class Lamp: public IOUserMIDIDriver {};'), []);
  assert.deepEqual(await reported(['Lamp'], '', false), []);
});
