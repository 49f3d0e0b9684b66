import assert from 'node:assert/strict';
import { test } from 'node:test';
import table from '../../../schemas/tables/class-chains.json' with { type: 'json' };
import { chainWith, classChain, isKnownClass, isSubclass } from '../../../server/src/iokit/classes.ts';

test('chains that a plain dump does not print', () => {
  assert.deepEqual(classChain('IOUSBRootHubDevice').slice(0, 4), [
    'IOUSBRootHubDevice',
    'IOUSBHubDevice',
    'IOUSBDevice',
    'IOUSBNub',
  ]);
  assert.equal(isSubclass('IOAGPDevice', 'IOPCIDevice'), true);
  assert.equal(isSubclass('AppleAPFSMedia', 'IOMedia'), true);
  assert.equal(isSubclass('IOSCSILogicalUnitNub', 'IOSCSIPeripheralDeviceNub'), true);
  assert.equal(isSubclass('IOUserResources', 'IOResources'), false);
  assert.equal(isSubclass('IOUSBHostInterface', 'IOUSBHostDevice'), false);
});

test('an unknown class is taken for a child of IOService, and a loop ends', () => {
  assert.equal(isKnownClass('AcmeNub'), false);
  assert.deepEqual(classChain('AcmeNub'), ['AcmeNub', 'IOService', 'IORegistryEntry']);
  const loop = chainWith('A', (name) => (name === 'A' ? 'B' : 'A'));
  assert.deepEqual(loop, ['A', 'B', 'IOService', 'IORegistryEntry']);
});

test('every class of the table leads to IORegistryEntry and stands once', () => {
  const names = table.groups.flatMap((group) => Object.keys(group.superclass));
  assert.equal(new Set(names).size, names.length);
  for (const name of names) {
    const chain = classChain(name);
    assert.equal(chain.at(-1), 'IORegistryEntry', name);
    for (const ancestor of chain) assert.ok(isKnownClass(ancestor), `${ancestor} of ${name}`);
  }
  for (const group of table.groups) assert.ok(group.source.length > 5);
});
