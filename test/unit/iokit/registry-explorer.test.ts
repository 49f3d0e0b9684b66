/** Saves of IORegistryExplorer: written here as the archiver writes them, binary and as XML. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchPersonality } from '../../../server/src/iokit/matching.ts';
import { type Registry, readRegistry } from '../../../server/src/iokit/registry.ts';
import { writeBinaryPlist } from '../../../server/src/plist/binary.ts';
import { PlistUid, type PlistValue } from '../../../server/src/plist/value.ts';
import { dict } from './nubs.ts';

interface Entry {
  readonly name: string;
  readonly location?: string;
  readonly chain: readonly string[];
  readonly properties?: string;
  readonly children?: readonly Entry[];
}

/** The object table of an archive; references are made by `reference`. */
function archive(root: Entry, reference: (number: number) => PlistValue): PlistValue {
  const objects: PlistValue[] = ['$null'];
  const add = (value: PlistValue): PlistValue => {
    objects.push(value);
    return reference(objects.length - 1);
  };
  const table = (entries: readonly (readonly [string, PlistValue])[]): PlistValue => new Map(entries);
  const list = (items: readonly PlistValue[]) => add(table([['NS.objects', [...items]]]));
  const planes = (value: PlistValue) =>
    add(
      table([
        ['NS.keys', [add('IOService'), add('IOPower')]],
        ['NS.objects', [value, reference(0)]],
      ]),
    );
  const entries: PlistValue[] = [];
  const written = new Map<Entry, PlistValue>();
  const write = (entry: Entry, isRoot: boolean): PlistValue => {
    const before = written.get(entry);
    if (before !== undefined) return before;
    const children = (entry.children ?? []).map((child) => write(child, false));
    const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">\n<dict>${entry.properties}</dict>\n</plist>\n`;
    const fields: [string, PlistValue][] = [
      ['name', add('another name')],
      ['namesInPlanes', planes(add(entry.name))],
      ['location', entry.location === undefined ? reference(0) : add(entry.location)],
      ['locationsInPlanes', entry.location === undefined ? add(table([])) : planes(add(entry.location))],
      ['inheritance', list([...entry.chain, 'OSObject'].map(add))],
      ['childrenInPlanes', planes(list(children))],
      ['isRegistryRoot', isRoot],
      ['isActive', !isRoot],
      ['conformsToIOService', !isRoot],
      ['isRegistered', true],
      ['isMatched', true],
    ];
    if (entry.properties !== undefined) fields.push(['properties', new TextEncoder().encode(xml)]);
    const own = add(table(fields));
    entries.push(own);
    written.set(entry, own);
    return own;
  };
  write(root, true);
  const store = add(table([['registryEntries', list([...entries].reverse())]]));
  return table([
    ['$archiver', 'NSKeyedArchiver'],
    ['$version', 100000n],
    ['$objects', objects],
    ['$top', table([['root', store]])],
  ]);
}

const integer = (key: string, value: number) => `<key>${key}</key><integer>${value}</integer>`;
const LAMP: Entry = {
  name: 'Lamp',
  location: 'fa100000',
  chain: ['IOUSBHostDevice', 'IOUSBNub', 'IOService', 'IORegistryEntry'],
  properties: integer('idVendor', 4617) + integer('idProduct', 1),
  children: [
    {
      name: 'Voice',
      location: '0',
      chain: ['IOUSBHostInterface', 'IOUSBNub', 'IOService', 'IORegistryEntry'],
    },
  ],
};
const MACHINE: Entry = {
  name: 'Root',
  chain: ['IORegistryEntry'],
  properties:
    '<key>IOKitBuildVersion</key><string>xnu/RELEASE_X86_64</string><key>OS Build Version</key><string>13D65</string>',
  children: [
    {
      name: 'iMac14,2',
      chain: ['IOPlatformExpertDevice', 'IOService', 'IORegistryEntry'],
      properties: '<key>model</key><data>aU1hYzE0LDIA</data>',
      children: [LAMP],
    },
  ],
};

function read(input: string | Uint8Array): Registry {
  const result = readRegistry(input);
  assert.ok(result.ok, result.ok ? '' : result.message);
  return result.registry;
}

/** As `plutil -convert xml1` writes it. */
function xmlOf(value: PlistValue): string {
  if (typeof value === 'string')
    return `<string>${value.replace(/&/g, '&amp;').replace(/</g, '&lt;')}</string>`;
  if (typeof value === 'bigint') return `<integer>${value}</integer>`;
  if (typeof value === 'boolean') return `<${value}/>`;
  if (value instanceof Uint8Array) return `<data>${Buffer.from(value).toString('base64')}</data>`;
  if (Array.isArray(value)) return `<array>${value.map(xmlOf).join('')}</array>`;
  const entries = [...(value as ReadonlyMap<string, PlistValue>)];
  return `<dict>${entries.map(([key, item]) => `<key>${key}</key>${xmlOf(item)}`).join('')}</dict>`;
}

const binary = () => writeBinaryPlist(archive(MACHINE, (number) => new PlistUid(number)));
const xml = () =>
  `<?xml version="1.0" encoding="UTF-8"?><plist version="1.0">${xmlOf(archive(MACHINE, (number) => new Map([['CF$UID', BigInt(number)]])))}</plist>`;

test('a save gives the tree of the service plane, its classes and properties', () => {
  for (const input of [binary(), xml()]) {
    const registry = read(input);
    assert.equal(registry.format, 'ioreg-explorer');
    assert.deepEqual(
      registry.nodes.map(({ name, location, className }) => [name, location, className]),
      [
        ['Root', undefined, 'IORegistryEntry'],
        ['iMac14,2', undefined, 'IOPlatformExpertDevice'],
        ['Lamp', 'fa100000', 'IOUSBHostDevice'],
        ['Voice', '0', 'IOUSBHostInterface'],
      ],
    );
    assert.equal(registry.nodes[3]?.path, '/Lamp@fa100000/Voice@0');
    assert.deepEqual(registry.nodes[2]?.classChain, LAMP.chain);
    assert.deepEqual(
      [registry.machine.model, registry.machine.osBuild, registry.machine.architecture],
      ['iMac14,2', '13D65', 'x86_64'],
    );
    assert.ok(registry.nodes.every(({ active }) => active));
    const personality = dict({ IOProviderClass: 'IOUSBHostDevice', idVendor: 4617, idProduct: 1 });
    assert.equal(matchPersonality(personality, registry.nodes[2]!, registry.context).score, 90000);
    const unknown = dict({
      IOProviderClass: 'IOUSBHostInterface',
      bInterfaceClass: 1,
      bInterfaceSubClass: 1,
    });
    assert.equal(matchPersonality(unknown, registry.nodes[3]!).uncertain, true, 'no properties: cannot tell');
  }
});

test('an entry with two parents stands once and has both', () => {
  const stack: Entry = {
    name: 'Stack',
    chain: ['IONetworkStack', 'IOService', 'IORegistryEntry'],
    properties: '',
  };
  const under = (name: string): Entry => ({
    name,
    chain: ['IOResources', 'IOService', 'IORegistryEntry'],
    properties: '',
    children: [stack],
  });
  const root = { ...MACHINE, children: [under('en0'), under('IOResources')] };
  const { nodes } = read(writeBinaryPlist(archive(root, (number) => new PlistUid(number))));
  assert.deepEqual(
    nodes.map(({ name }) => name),
    ['Root', 'en0', 'Stack', 'IOResources'],
  );
  assert.deepEqual(
    nodes[2]?.parents.map(({ name }) => name),
    ['en0', 'IOResources'],
  );
  assert.equal(nodes[3]?.children[0], nodes[2]);
});

test('whatever is broken in a save, it is read or refused in words', () => {
  const whole = archive(MACHINE, (number) => new PlistUid(number)) as ReadonlyMap<string, PlistValue>;
  const objects = whole.get('$objects') as readonly PlistValue[];
  for (let gone = 0; gone < objects.length; gone++) {
    const broken = objects.map((object, index) => (index === gone ? 7n : object));
    const result = readRegistry(writeBinaryPlist(new Map([...whole, ['$objects', broken]])));
    assert.ok(result.ok ? result.registry.nodes.length > 0 : result.message.length > 20);
  }
  const loop = new PlistUid(objects.length - 1);
  const circle = objects.map((object) => (object instanceof PlistUid ? loop : object));
  readRegistry(writeBinaryPlist(new Map([...whole, ['$objects', circle]])));
});
