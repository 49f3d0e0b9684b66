/** The requests about conversions, by real messages. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  ConvertAnswer,
  HostAppsAnswer,
  NewBundleAnswer,
  ShownFamily,
} from '../../server/src/lsp/convertMessages.ts';
import { writeBinaryPlist } from '../../server/src/plist/binary-write.ts';
import { parsePlist } from '../../server/src/plist/parse.ts';
import { kextText, personality } from '../unit/convert/support.ts';
import { xcodeProject } from '../unit/convert/xcodeProject.ts';
import { CLIENT_PULL, startClient } from './client.ts';

const URI = 'file:///w/Gadget.kext/Contents/Info.plist';
const text = kextText({
  personalities: personality('Gadget', {
    IOClass: 'A',
    IOProviderClass: 'IOUSBDevice',
    idVendor: 4660,
    idProduct: 2,
  }),
});

test('a kext is planned, open or not, in any format; bad names and nonsense are said', async () => {
  const client = await startClient(CLIENT_PULL);
  const convert = (params: object) =>
    client.connection.sendRequest<ConvertAnswer>('driverPlist/convert', {
      uri: URI,
      target: 'codeless-dext',
      ...params,
    });
  assert.ok(!(await convert({})).ok, 'nothing is known of the file');
  const value = parsePlist(text).root?.value();
  assert.ok(value);
  for (const bytes of [Buffer.from(text), Buffer.from(writeBinaryPlist(value))]) {
    const answer = await convert({ base64: bytes.toString('base64') });
    assert.ok(answer.ok);
    assert.match(answer.plan.markdown, /Gadget\.kext/);
    assert.ok(answer.plan.files.some(({ path }) => path.endsWith('Info.plist')));
  }
  await client.open(URI, text);
  const named = await convert({ bundleId: 'org.acme.tool.driver', className: 'ToolDriver' });
  assert.ok(named.ok);
  assert.equal(named.plan.personalities[0]?.userClass, 'ToolDriver');
  assert.equal(named.plan.bundleId, 'org.acme.tool.driver');
  for (const wrong of [{ bundleId: '../x' }, { target: 'toast' }, { team: 'x' }, { uri: 7 }]) {
    const answer = await convert(wrong);
    assert.ok(!answer.ok && answer.problems.length > 0, JSON.stringify(wrong));
  }
  const check = (params: object) =>
    client.connection.sendRequest<string[]>('driverPlist/checkNames', { target: 'codeless-dext', ...params });
  assert.deepEqual(
    await check({ bundleId: 'org.acme.tool.driver', className: 'Tool', team: 'ABCDE12345' }),
    [],
  );
  assert.equal((await check({ bundleId: 'x', className: 'class', team: 'abc' })).length, 3);
  assert.equal(await client.stop(), 0);
});

test('a project that is there gets the targets; its apps are listed', async () => {
  const client = await startClient(CLIENT_PULL);
  await client.open(URI, text);
  const project = { path: 'file:///w/Lamp.xcodeproj/project.pbxproj', text: xcodeProject() };
  const apps = await client.connection.sendRequest<HostAppsAnswer>('driverPlist/hostApps', project);
  assert.deepEqual(apps, { apps: [{ name: 'Lamp', bundleId: 'com.acme.lamp' }] });
  const odd = await client.connection.sendRequest<HostAppsAnswer>('driverPlist/hostApps', {
    ...project,
    text: '{',
  });
  assert.ok('problem' in odd && odd.problem.length > 10);
  assert.ok('problem' in (await client.connection.sendRequest<HostAppsAnswer>('driverPlist/hostApps', null)));
  const convert = (into: object) =>
    client.connection.sendRequest<ConvertAnswer>('driverPlist/convert', {
      uri: URI,
      target: 'codeless-dext',
      into,
    });
  const planned = await convert({ ...project, folder: '' });
  assert.ok(planned.ok && planned.plan.into);
  assert.equal(planned.plan.into.app, 'Lamp');
  assert.equal(planned.plan.into.changes[0]?.path, project.path);
  assert.match(planned.plan.markdown, /which the app `Lamp` carries/);
  const refused = await convert({ ...project, text: '{', folder: '' });
  assert.ok(refused.ok && refused.plan.into?.refused);
  assert.match(refused.plan.markdown, /A project of its own/);
  const broken = await convert({ path: 7 });
  assert.ok(!broken.ok, 'nonsense is no crash');
  const made = await client.connection.sendRequest<NewBundleAnswer>('driverPlist/newBundle', {
    family: 'usb-device',
    match: { idVendor: 4617, idProduct: 1 },
    bundleId: 'com.acme.lamp.usb',
    className: 'LampUsb',
    into: { ...project, folder: '' },
  });
  assert.ok(made.ok && made.into?.changes.length === 1);
  assert.equal(await client.stop(), 0);
});

test('families are listed, and a new bundle is made of match keys', async () => {
  const client = await startClient(CLIENT_PULL);
  const families = await client.connection.sendRequest<ShownFamily[]>('driverPlist/families', {});
  const hid = families.find(({ id }) => id === 'hid-event-driver');
  assert.ok(hid?.complete && hid.providers.length > 0);
  const make = (params: object | null) =>
    client.connection.sendRequest<NewBundleAnswer>('driverPlist/newBundle', params);
  const params = {
    family: 'usb-device',
    match: { idVendor: 4617, idProduct: 1 },
    bundleId: 'org.acme.lamp.driver',
    className: 'LampDriver',
  };
  const made = await make(params);
  assert.ok(made.ok);
  const info = made.files.find(({ path, text }) => /Info\.plist$/.test(path) && /LampDriver/.test(text));
  assert.match(info?.text ?? '', /<key>idVendor<\/key>\s*<integer>4617<\/integer>/);
  const devices: Readonly<Record<string, object>> = {
    IOUSBHostDevice: params.match,
    IOUSBHostInterface: { ...params.match, bConfigurationValue: 1, bInterfaceNumber: 0 },
    IOHIDInterface: { VendorID: 4617, ProductID: 1 },
    IOPCIDevice: { IOPCIPrimaryMatch: '0x00011209' },
  };
  for (const { id, providers } of families) {
    const [provider = ''] = providers;
    const one = await make({ ...params, family: id, provider, match: devices[provider] });
    assert.ok(one.ok && one.files.length > 8, id);
  }
  assert.ok(!(await make({ ...params, match: { idProduct: 1 } })).ok, 'an illegal combination');
  assert.ok(!(await make({ ...params, device: 3 })).ok, 'no dump is loaded');
  assert.ok(!(await make(null)).ok);
  assert.equal(await client.stop(), 0);
});
