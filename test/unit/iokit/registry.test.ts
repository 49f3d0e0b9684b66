import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Registry, type RegistryNode, readRegistry } from '../../../server/src/iokit/registry.ts';
import { writeBinaryPlist } from '../../../server/src/plist/binary.ts';
import { parsePlist } from '../../../server/src/plist/parse.ts';

function read(text: string | Uint8Array): Registry {
  const result = readRegistry(text);
  assert.ok(result.ok, result.ok ? '' : result.message);
  return result.registry;
}

function only(registry: Registry, name: string): RegistryNode {
  const found = registry.find(name);
  assert.equal(found.length, 1, name);
  return found[0]!;
}

const HEADSET = `+-o Root  <class IORegistryEntry, id 0x100000100, retain 14>
  | {
  |   "IOKitBuildVersion" = "Darwin Kernel Version 24.0.0: root:xnu-11215~1/RELEASE_ARM64_T8103"
  |   "OS Build Version" = "24A1"
  | }
  |${' '}
  +-o J1AP  <class IOPlatformExpertDevice, id 0x100000101, registered, matched, active, busy 0 (1 ms), retain 4>
    | {
    |   "model" = <"MacTest1,1">
    |   "compatible" = <"J1AP","MacTest1,1","AppleARM">
    |   "IOPlatformSerialNumber" = "C02SECRET"
    | }
    |${' '}
    +-o AppleTestPE  <class AppleTestPE, id 0x100000102, registered, matched, active, busy 0 (0 ms), retain 4>
      +-o Acme Headset@14100000  <class IOUSBHostDevice, id 0x100000200, registered, matched, active, busy 0 (0 ms), retain 9>
      | | {
      | |   "idVendor" = 1921
      | |   "idProduct" = 0x5530
      | |   "kUSBSerialNumberString" = "0042"
      | |   "Says" = "a "quoted" word, and = signs"
      | |   "Whole" = Yes
      | |   "Empty" = No
      | |   "raw" = <0aff>
      | |   "masked" = <20****00>
      | |   "list" = (1,"two, three",<04>,(),{})
      | |   "nest" = {"a"=1,"b"={"c"="d","e"=(Yes,No)},"set"=["x"]}
      | |   "big" = 18446744073709551615
      | |   "Text" = "first line
second line"
      | | }
      | |${' '}
      | +-o IOUSBHostInterface@0  <class IOUSBHostInterface, id 0x100000201, !registered, !matched, active, busy 0 (0 ms), retain 9>
      |     {
      |       "bInterfaceNumber" = 0
      |     }
      |${' '}
      +-o Stranger  <class AcmeClosedNub, id 0x100000202, registered, matched, active, busy 0 (0 ms), retain 9>
        +-o AcmeDriver  <class AcmeDriver, id 0x100000203, registered, matched, active, busy 0 (0 ms), retain 9>
            {
              "IOProviderClass" = "IOSerialStreamSync"
              "IOClass" = "AcmeDriver"
            }
`;

test('ioreg -l: tree, names, states, machine', () => {
  const registry = read(HEADSET);
  assert.equal(registry.format, 'ioreg');
  assert.equal(registry.nodes.length, 7);
  assert.deepEqual(
    registry.roots.map((node) => node.name),
    ['Root'],
  );
  assert.equal(registry.machine.model, 'MacTest1,1');
  assert.equal(registry.machine.osBuild, '24A1');
  assert.equal(registry.machine.architecture, 'arm64');
  assert.equal(registry.machine.acpi, false);
  const headset = only(registry, 'Acme Headset');
  assert.equal(headset.location, '14100000');
  assert.equal(headset.path, '/AppleTestPE/Acme Headset@14100000');
  assert.equal(headset.provider?.name, 'AppleTestPE');
  assert.equal(headset.registered, true);
  const face = only(registry, 'IOUSBHostInterface');
  assert.equal(face.registered, false);
  assert.equal(face.provider, headset);
  assert.deepEqual(headset.children, [face]);
});

test('ioreg -l: every kind of value', () => {
  const { properties, unknownKeys } = only(read(HEADSET), 'Acme Headset@14100000');
  assert.equal(properties.get('idVendor'), 1921n);
  assert.equal(properties.get('idProduct'), 0x5530n);
  assert.equal(properties.get('Says'), 'a "quoted" word, and = signs');
  assert.equal(properties.get('Whole'), true);
  assert.equal(properties.get('Empty'), false);
  assert.deepEqual(properties.get('raw'), Uint8Array.of(0x0a, 0xff));
  assert.deepEqual(properties.get('list'), [1n, 'two, three', Uint8Array.of(4), [], new Map()]);
  assert.deepEqual(
    properties.get('nest'),
    new Map<string, unknown>([
      ['a', 1n],
      [
        'b',
        new Map<string, unknown>([
          ['c', 'd'],
          ['e', [true, false]],
        ]),
      ],
      ['set', ['x']],
    ]),
  );
  assert.equal(properties.get('big'), 0xffffffffffffffffn);
  assert.equal(properties.get('Text'), 'first line\nsecond line');
  assert.ok(!properties.has('masked'));
  assert.deepEqual([...unknownKeys], ['masked']);
  const names = only(read(HEADSET), 'J1AP').properties.get('compatible');
  assert.equal(new TextDecoder().decode(names as Uint8Array), 'J1AP\0MacTest1,1\0AppleARM\0');
});

test('entries are found by id, name with location, and class', () => {
  const registry = read(HEADSET);
  assert.equal(registry.find('0x100000200')[0]?.name, 'Acme Headset');
  assert.equal(registry.find('acme headset@14100000').length, 1);
  assert.equal(registry.find('IOUSBHostDevice')[0]?.name, 'Acme Headset');
  assert.deepEqual(registry.find('nothing like it'), []);
  assert.equal(registry.byId(0x100000201n)?.className, 'IOUSBHostInterface');
});

test('class chains: printed, from the table, learnt from a driver, assumed', () => {
  const registry = read(HEADSET);
  const chain = (name: string) => only(registry, name).classChain.join(' ');
  assert.equal(chain('Acme Headset'), 'IOUSBHostDevice IOService IORegistryEntry');
  assert.equal(chain('Stranger'), 'AcmeClosedNub IOSerialStreamSync IOService IORegistryEntry');
  assert.equal(only(registry, 'AppleTestPE').chainAssumed, true);
  const printed = read(
    '+-o Root  <class IORegistryEntry, id 0x100000100, retain 1>\n  +-o x  <class IORegistryEntry:IOService:IOMedia:AcmeMedia, id 0x100000101, registered, matched, active, busy 0, retain 1>\n',
  );
  assert.deepEqual(only(printed, 'x').classChain, ['AcmeMedia', 'IOMedia', 'IOService', 'IORegistryEntry']);
});

test('an entry with two parents is printed twice and stands once', () => {
  const driver = (indent: string) =>
    `${indent}+-o stack  <class IONetworkStack, id 0x100000109, registered, matched, active, busy 0 (0 ms), retain 9>\n`;
  const registry = read(
    `+-o Root  <class IORegistryEntry, id 0x100000100, retain 1>
  +-o en0  <class IOEthernetInterface, id 0x100000101, registered, matched, active, busy 0, retain 1>
${driver('  | ')}  +-o IOResources  <class IOResources, id 0x100000102, registered, matched, active, busy 0, retain 1>
${driver('    ')}`,
  );
  assert.equal(registry.nodes.length, 4);
  assert.deepEqual(
    only(registry, 'stack').parents.map((parent) => parent.name),
    ['en0', 'IOResources'],
  );
});

test('ioreg -r: several trees; PowerPC dumps: no ids, big-endian', () => {
  const registry =
    read(`+-o PCI-Bridge  <class IOPCIDevice, registered, matched, active, busy 0, retain count 9>
  | {
  |   "vendor-id" = <0000106b>
  | }
  +-o AppleMacRISC2PE  <class AppleMacRISC2PE, registered, matched, active, busy 0, retain count 9>

+-o second  <class IOService, inactive, busy 0, retain count 9>
`);
  assert.deepEqual(
    registry.roots.map((node) => node.name),
    ['PCI-Bridge', 'second'],
  );
  assert.equal(registry.machine.architecture, 'ppc');
  assert.equal(registry.machine.acpi, false);
  assert.equal(registry.nodes[0]?.entryId, undefined);
  assert.equal(registry.nodes[2]?.active, false);
});

test('lines cut to the width of a window: what is cut is unknown, never wrong', () => {
  const width = 60;
  const keys = Array.from({ length: 12 }, (_, index) => `  "Number${index}" = ${'1234567890'.repeat(6)}`);
  const lines = [
    '+-o Root  <class IORegistryEntry, id 0x100000100, retain 14>',
    '  {',
    '  "short" = 7',
    ...keys,
    '  }',
  ];
  const registry = read(`${lines.map((line) => line.slice(0, width)).join('\n')}\n`);
  const [root] = registry.nodes;
  assert.equal(root?.properties.get('short'), 7n);
  assert.ok(root?.unknownKeys.has('Number3'));
  assert.match(registry.warnings[0] ?? '', /ioreg -l -w0/);
});

test('lines that ioreg cut end in a dollar sign; the others are whole', () => {
  const keys = Array.from({ length: 12 }, (_, index) => `  "Number${index}" = ${'1234567890'.repeat(6)}`);
  const fits = `  "fits" = ${'1'.repeat(48)}`;
  const header = '+-o Root  <class IORegistryEntry, id 0x100000100, registered, retain 14>';
  const cut = (line: string) => (line.length > fits.length ? `${line.slice(0, fits.length - 1)}$` : line);
  const registry = read([header, '  {', fits, ...keys, '  }'].map(cut).join('\n'));
  const [root] = registry.nodes;
  assert.equal(root?.className, 'IORegistryEntry');
  assert.equal(root?.entryId, 0x100000100n);
  assert.equal(root?.properties.get('fits'), BigInt('1'.repeat(48)));
  assert.ok(root?.unknownKeys.has('Number3'));
  assert.equal(registry.warnings.length, 1);
  const bare = read('+-o Root <class IORegistryEntry>\n  +-o arm-io <class AppleARMIO, id 0x2>\n');
  assert.deepEqual(
    bare.nodes.map((node) => node.className),
    ['IORegistryEntry', 'AppleARMIO'],
  );
});

test('pasted dumps: indented, CRLF, bold', () => {
  const indented = HEADSET.split('\n')
    .map((line) => `    ${line}`)
    .join('\r\n');
  assert.equal(only(read(indented), 'Acme Headset').path, '/AppleTestPE/Acme Headset@14100000');
  const bold = HEADSET.replaceAll(/\+-o ([^<]+?) {2}</g, '+-o \x1b[1m$1\x1b[0m  <');
  assert.equal(read(bold).find('Acme Headset').length, 1);
});

const ARCHIVE = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>IOKitBuildVersion</key>
	<string>Darwin Kernel Version 18: root:xnu~1/RELEASE_X86_64</string>
	<key>IOObjectClass</key>
	<string>IORegistryEntry</string>
	<key>IORegistryEntryChildren</key>
	<array>
		<dict>
			<key>IORegistryEntryChildren</key>
			<array>
				<dict>
					<key>IOObjectClass</key>
					<string>IOUSBHostInterface</string>
					<key>IOObjectInheritance</key>
					<string>OSObject:IORegistryEntry:IOService:IOUSBHostInterface</string>
					<key>IORegistryEntryID</key>
					<integer>4294967810</integer>
					<key>IORegistryEntryName</key>
					<string>Voice &amp; Sound</string>
					<key>IOServiceState</key>
					<integer>30</integer>
					<key>bInterfaceClass</key>
					<integer>1</integer>
				</dict>
			</array>
			<key>IOObjectClass</key>
			<string>IOUSBHostDevice</string>
			<key>IORegistryEntryID</key>
			<integer>4294967809</integer>
			<key>IORegistryEntryLocation</key>
			<string>14100000</string>
			<key>IORegistryEntryName</key>
			<string>Headset</string>
			<key>nest</key>
			<dict><key>list</key><array><dict/><data>AQI=</data></array></dict>
			<key>idVendor</key>
			<integer>1921</integer>
		</dict>
	</array>
	<key>IORegistryEntryID</key>
	<integer>4294967552</integer>
	<key>IORegistryEntryName</key>
	<string>Root</string>
</dict>
</plist>
`;

test('ioreg -a: entries, properties without the structure, printed chains', () => {
  const registry = read(ARCHIVE);
  assert.equal(registry.format, 'ioreg-archive');
  assert.equal(registry.nodes.length, 3);
  assert.equal(registry.machine.acpi, true);
  const headset = only(registry, 'Headset@14100000');
  assert.equal(headset.entryId, 4294967809n);
  assert.deepEqual([...headset.properties.keys()], ['nest', 'idVendor']);
  assert.deepEqual(headset.properties.get('nest'), new Map([['list', [new Map(), Uint8Array.of(1, 2)]]]));
  const [face] = headset.children;
  assert.equal(face?.name, 'Voice & Sound');
  assert.deepEqual(face?.classChain, ['IOUSBHostInterface', 'IOService', 'IORegistryEntry']);
  assert.equal(face?.registered, true);
});

test('ioreg -a: an array of trees, and an archive that ends in the middle', () => {
  const inner = ARCHIVE.slice(ARCHIVE.indexOf('<dict>'), ARCHIVE.lastIndexOf('</plist>'));
  const forest = read(
    `<?xml version="1.0"?><plist version="1.0"><array>${inner}${inner.replaceAll('42949678', '52949678')}</array></plist>`,
  );
  assert.ok(forest.nodes.length > 3);
  for (let end = 400; end < ARCHIVE.length; end += 97) {
    const result = readRegistry(ARCHIVE.slice(0, end));
    if (result.ok) for (const node of result.registry.nodes) assert.ok(node.properties);
  }
});

test('a binary archive is read, a damaged one refused', () => {
  const root = parsePlist(ARCHIVE).root!.value()!;
  const bytes = writeBinaryPlist(root);
  const registry = read(bytes);
  assert.equal(only(registry, 'Headset').properties.get('idVendor'), 1921n);
  assert.equal(only(registry, 'Headset').entryId, 4294967809n);
  assert.equal(only(registry, 'Voice & Sound').provider?.name, 'Headset');
  for (let end = 8; end < bytes.length; end += 23) assert.equal(readRegistry(bytes.slice(0, end)).ok, false);
});

const PROFILER = {
  SPUSBDataType: [
    {
      _name: 'USB31Bus',
      _items: [
        {
          _name: 'Acme Hub',
          vendor_id: '0x0781  (Acme)',
          product_id: '0x5530',
          bcd_device: '1.09',
          location_id: '0x14100000 / 3',
          serial_num: 'SECRET',
          _items: [{ _name: 'Keyboard', vendor_id: 'apple_vendor_id', product_id: '0x024f' }],
        },
      ],
    },
  ],
  SPPCIDataType: [
    {
      _name: 'card',
      'sppci_vendor-id': '0x14e4',
      'sppci_device-id': '0x1682',
      'sppci_revision-id': '0x0001',
      sppci_name: 'pci14e4,1682',
    },
  ],
};

test('system_profiler -json and -xml: devices with what is known of them', () => {
  const xml = `<?xml version="1.0"?><plist version="1.0"><array><dict><key>_dataType</key><string>SPUSBDataType</string><key>_items</key><array><dict><key>_name</key><string>Bus</string><key>_items</key><array><dict><key>_name</key><string>Acme Hub</string><key>vendor_id</key><string>0x0781</string><key>product_id</key><string>0x5530</string></dict></array></dict></array></dict></array></plist>`;
  for (const registry of [read(JSON.stringify(PROFILER)), read(xml)]) {
    assert.equal(registry.format, 'system-profiler');
    const hub = only(registry, 'Acme Hub');
    assert.equal(hub.className, 'IOUSBHostDevice');
    assert.equal(hub.properties.get('idVendor'), 0x781n);
    assert.equal(hub.partial, true);
  }
  const registry = read(JSON.stringify(PROFILER));
  assert.equal(only(registry, 'Acme Hub').properties.get('bcdDevice'), 0x109n);
  assert.equal(only(registry, 'Keyboard').provider?.name, 'Acme Hub');
  assert.equal(only(registry, 'Keyboard').properties.get('idVendor'), 0x5acn);
  assert.deepEqual(only(registry, 'card').properties.get('device-id'), Uint8Array.of(0x82, 0x16, 0, 0));
});

test('what is no dump is refused in words, whatever it is', () => {
  for (const text of [
    '',
    'hello',
    '{',
    '[]',
    '{"a":1}',
    '<plist/>',
    '<?xml version="1.0"?><plist><dict/></plist>',
  ]) {
    const result = readRegistry(text);
    assert.equal(result.ok, false, text);
    assert.ok(!result.ok && result.message.length > 20);
  }
});

test('any piece of a dump can be read', () => {
  for (let start = 0; start < HEADSET.length; start += 31) {
    for (const end of [start + 40, start + 333, HEADSET.length]) {
      const result = readRegistry(HEADSET.slice(start, end));
      if (!result.ok) continue;
      for (const node of result.registry.nodes) assert.ok(node.properties && node.classChain && node.path);
    }
  }
});

test('nesting without end is no trouble', () => {
  const deep = (open: string, close: string) => open.repeat(20_000) + close.repeat(20_000);
  for (const text of [
    `{"SPUSBDataType":${deep('[{"_items":', '}]').replace('}', '[]}')}}`,
    `<?xml version="1.0"?><plist version="1.0">${deep('<array>', '</array>')}</plist>`,
    `+-o Root  <class IORegistryEntry, id 0x100000100>\n  {\n    "deep" = ${deep('(', ')')}\n  }\n`,
  ]) {
    const result = readRegistry(text);
    if (result.ok) for (const node of result.registry.nodes) assert.ok(node.properties);
  }
});
