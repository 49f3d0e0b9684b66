import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRegistry } from '../../../server/src/iokit/registry.ts';
import { applyEdits } from '../../../server/src/plist/edit.ts';
import { lint } from '../../../server/src/rules/lint.ts';
import { addPersonality, suggestionsFor } from '../../../server/src/service/matching/add.ts';
import { openDocument } from '../../../server/src/workspace/document.ts';
import { dext } from './marked.ts';

const DUMP = `+-o Root  <class IORegistryEntry, id 0x100000100, retain 11>
  |
  +-o J274AP  <class IOPlatformExpertDevice, id 0x100000110, registered, matched, active, busy 0, retain 30>
    |
    +-o Jane’s Lamp@14100000  <class IOUSBHostDevice, id 0x100000200, registered, matched, active, busy 0, retain 20>
        {
          "idVendor" = 4617
          "idProduct" = 1
          "bcdDevice" = 256
          "bDeviceClass" = 0
          "bDeviceSubClass" = 0
          "bDeviceProtocol" = 0
        }
`;

const read = readRegistry(DUMP);
assert.ok(read.ok);
const { registry } = read;
const [device] = registry.find('0x100000200');
assert.ok(device);
const [first] = suggestionsFor(device, registry.context);
assert.ok(first);

function added(text: string): string {
  const document = openDocument('file:///w/Lamp/Info.plist', text, 1);
  const addition = addPersonality(document, device!, first!);
  assert.ok(addition);
  return applyEdits(text, addition.edits);
}

test('what the first personality leaves out is filled in; nothing of it is lost', () => {
  const text = added(dext('\t\t\t<key>IOClass</key>\n\t\t\t<string>IOUserHIDEventDriver</string>'));
  const fresh = text.slice(text.indexOf('<key>USBHostDevice_1209_0001</key>'));
  assert.match(fresh, /<key>IOClass<\/key>\s*<string>IOUserHIDEventDriver</);
  for (const key of ['IOUserClass', 'IOUserServerName', 'CFBundleIdentifierKernel', 'idVendor']) {
    assert.ok(fresh.includes(`<key>${key}</key>`), key);
  }
  assert.ok(!text.includes('Jane'), 'the device is named by its ids, not by its owner');
});

test('a document without personalities gets the dictionary; a name that is taken gets a number', () => {
  const bare = dext('').replace(/\t<key>IOKitPersonalities<[\s\S]*?\n\t<\/dict>\n/, '');
  assert.ok(!bare.includes('IOKitPersonalities'));
  const once = added(bare);
  assert.match(once, /<key>IOKitPersonalities<\/key>\s*<dict>\s*<key>USBHostDevice_1209_0001</);
  const twice = added(once);
  assert.match(twice, /<key>USBHostDevice_1209_0001_2</);
  const document = openDocument('file:///w/Lamp/Info.plist', once, 1);
  const errors = lint(document).findings.filter(({ severity }) => severity === 'error');
  assert.deepEqual(
    errors.map(({ rule, message }) => `${rule}: ${message}`),
    [],
  );
});

test('no dictionary, no edit', () => {
  for (const text of [
    '',
    '<plist><array/></plist>',
    '<plist><dict><key>IOKitPersonalities</key><array/></dict></plist>',
  ]) {
    const document = openDocument('file:///w/Info.plist', text, 1);
    assert.equal(addPersonality(document, device, first), undefined, text);
  }
});
