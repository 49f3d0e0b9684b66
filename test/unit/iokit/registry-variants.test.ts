/** One machine's dump in every form in which dumps come along: the devices and what matches them stay the same. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { matchPersonality } from '../../../server/src/iokit/matching.ts';
import { type Registry, readRegistry } from '../../../server/src/iokit/registry.ts';
import { dict } from './nubs.ts';

const BASE = `+-o Root  <class IORegistryEntry, id 0x100000100, retain 11>
  | {
  |   "IOKitBuildVersion" = "Darwin Kernel Version 21.1.0: root:xnu-8019/RELEASE_ARM64_T8101"
  | }
  |${' '}
  +-o J274AP  <class IOPlatformExpertDevice, id 0x100000110, registered, matched, active, busy 0 (3 ms), retain 30>
    | {
    |   "model" = <"Macmini9,1">
    | }
    |${' '}
    +-o Lamp@14100000  <class IOUSBHostDevice, id 0x100000200, registered, matched, active, busy 0 (12 ms), retain 20>
    | | {
    | |   "idVendor" = 4617
    | |   "idProduct" = 1
    | |   "bcdDevice" = 256
    | |   "bDeviceClass" = 0
    | |   "bDeviceSubClass" = 0
    | |   "bDeviceProtocol" = 0
    | |   "USB Product Name" = "Lampe für Äther 💡"
    | | }
    | |${' '}
    | +-o Voice@0  <class IOUSBHostInterface, id 0x100000201, registered, matched, active, busy 0 (12 ms), retain 20>
    |     {
    |       "idVendor" = 4617
    |       "idProduct" = 1
    |       "bConfigurationValue" = 1
    |       "bInterfaceNumber" = 0
    |       "bInterfaceClass" = 1
    |       "bInterfaceSubClass" = 2
    |       "bInterfaceProtocol" = 0
    |     }
    |${'     '}
    +-o pci144d,a808@0  <class IOPCIDevice, id 0x100000300, registered, matched, active, busy 0 (12 ms), retain 20>
        {
          "vendor-id" = <4d140000>
          "device-id" = <08a80000>
          "class-code" = <02080100>
          "revision-id" = <00000000>
          "name" = <"pci144d,a808">
        }
${'        '}
`;

const PERSONALITIES = {
  device: dict({ IOProviderClass: 'IOUSBHostDevice', idVendor: 4617, idProduct: 1 }),
  interface: dict({ IOProviderClass: 'IOUSBHostInterface', bInterfaceClass: 1, bInterfaceSubClass: 2 }),
  pci: dict({ IOProviderClass: 'IOPCIDevice', IOPCIMatch: '0xa808144d' }),
};

/** The score of each personality on the one entry that it matches; `?` where that cannot be told, `-` for none. */
function answers({ nodes, context }: Registry): string {
  const said = Object.entries(PERSONALITIES).map(([name, personality]) => {
    const results = nodes.map((node) => matchPersonality(personality, node, context));
    const hits = results.filter(({ matches }) => matches);
    assert.ok(hits.length <= 1, `${name} matches ${hits.length} entries`);
    return `${name} ${hits[0]?.score ?? (results.some(({ uncertain }) => uncertain) ? '?' : '-')}`;
  });
  return said.join(', ');
}

function read(input: string | Uint8Array): Registry {
  const result = readRegistry(input);
  assert.ok(result.ok, result.ok ? '' : result.message);
  return result.registry;
}

const ALL = 'device 90000, interface 50000, pci 1000';
const NAMES = ['Root', 'J274AP', 'Lamp@14100000', 'Voice@0', 'pci144d,a808@0'];
const CLASSES = [
  'IORegistryEntry',
  'IOPlatformExpertDevice',
  'IOUSBHostDevice',
  'IOUSBHostInterface',
  'IOPCIDevice',
];
const namesOf = ({ nodes }: Registry) =>
  nodes.map(({ name, location }) => (location === undefined ? name : `${name}@${location}`));

const utf16 = (text: string, bigEndian: boolean) => {
  const bytes = Buffer.from(text, 'utf16le');
  return bigEndian ? bytes.swap16() : bytes;
};
const bold = (on: string, off: string) => BASE.replace(/\+-o (.*?)(@| {2}<)/g, `+-o ${on}$1${off}$2`);
/** As `ioreg -w` does it. */
const clipped = (width: number) =>
  BASE.split('\n')
    .map((line) => (line.length >= width ? `${line.slice(0, width - 1)}$` : line))
    .join('\n');
const lines = (change: (line: string) => string) => BASE.split('\n').map(change).join('\n');
const CHAINS: Readonly<Record<string, string>> = {
  IOPlatformExpertDevice: 'IORegistryEntry:IOService:IOPlatformExpertDevice',
  IOUSBHostDevice: 'IORegistryEntry:IOService:IOUSBNub:IOUSBDevice:IOUSBHostDevice',
  IOUSBHostInterface: 'IORegistryEntry:IOService:IOUSBNub:IOUSBInterface:IOUSBHostInterface',
  IOPCIDevice: 'IORegistryEntry:IOService:IOPCIDevice',
};

describe('a whole dump', () => {
  const variants: Readonly<Record<string, string | Uint8Array>> = {
    'as ioreg -l -w0 prints it': BASE,
    'with CRLF': BASE.replaceAll('\n', '\r\n'),
    'with CR alone': BASE.replaceAll('\n', '\r'),
    'UTF-8 with a mark': Buffer.from(`\uFEFF${BASE}`),
    'UTF-16 with a mark': utf16(`\uFEFF${BASE}`, false),
    'UTF-16 with a mark, big-endian': utf16(`\uFEFF${BASE}`, true),
    'UTF-16 without a mark': utf16(BASE, false),
    'UTF-16 without a mark, big-endian': utf16(BASE, true),
    'Latin-1': Buffer.from(BASE.replace('💡', ''), 'latin1'),
    'ioreg -b, xterm': bold('\x1b[1m', '\x1b(B\x1b[m'),
    'ioreg -b, vt100': bold('\x1b[1m', '\x1b[m\x0f'),
    'ioreg -b, plain': bold('\x1b[1m', '\x1b[0m'),
    'ioreg -x': BASE.replace(/ = (\d+)$/gm, (_, digits) => ` = 0x${Number(digits).toString(16)}`),
    'ioreg -i': BASE.replace(/<class (\w+)/g, (_, name) => `<class ${CHAINS[name] ?? name}`),
    'ioreg -w 80': clipped(80),
    'ioreg -w 60': clipped(60),
    'ioreg -w 40: the classes themselves are cut': clipped(40),
    'ioreg -f': BASE.replace(
      '          "name" = <',
      '          "assigned-addresses" = \n            00: phys.hi: 82010010 phys.mid: 00000000 phys.lo: a0000000\n                size.hi: 00000000 size.lo: 00004000\n          "pointer" = \n              00000000: 41 42 43 44 45 46 47 48 49 4A                 ABCDEFGHIJ\n          "name" = <',
    ),
    'between other lines of a terminal': `Last login: Mon\nme@mac ~ % ioreg -l -w0\n${BASE}me@mac ~ % exit\n\0\x01~`,
    'in a fence': `\`\`\`\n${BASE}\`\`\`\n`,
    'quoted in a mail': lines((line) => `> ${line}`),
    'indented by tabs': lines((line) => `\t${line}`),
    'from a web page': BASE.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    'with hard blanks': BASE.replaceAll(' ', '\u00a0'),
    'printed twice': `${BASE}\n${BASE}`,
    'behind a tree without properties': `${BASE.replace(/^.*["{}].*\n/gm, '')}\n${BASE}`,
  };
  for (const [name, input] of Object.entries(variants)) {
    test(name, () => {
      const registry = read(input);
      assert.equal(answers(registry), ALL);
      assert.deepEqual(namesOf(registry), NAMES);
      assert.deepEqual(
        registry.nodes.map(({ className }) => className),
        CLASSES,
      );
      assert.equal(registry.machine.architecture, 'arm64');
    });
  }
});

describe('a part of a dump: what it does not say is unknown, never wrong', () => {
  test('ioreg without -l', () => {
    const registry = read(BASE.replace(/^.*["{}].*\n/gm, ''));
    assert.equal(answers(registry), 'device ?, interface ?, pci ?');
    assert.deepEqual(namesOf(registry), NAMES);
  });
  test('ioreg -n: the properties of one entry', () => {
    const parts = BASE.split('+-o ').map((part, index) =>
      index === 3 ? part : part.replace(/\n(?:[| ]*["{}].*\n)+/g, '\n'),
    );
    assert.equal(answers(read(parts.join('+-o '))), 'device 90000, interface ?, pci ?');
  });
  test('ioreg -r -c: trees of their own, and nothing of the machine', () => {
    const lamp = (location: string, product: number) =>
      `+-o Lamp@${location}  <class IOUSBHostDevice, id 0x1000002${product}0, registered, matched, active, busy 0, retain 20>\n  {\n    "idVendor" = 4617\n    "idProduct" = ${product}\n  }\n  \n`;
    const registry = read(`${lamp('14100000', 1)}\n${lamp('14200000', 2)}`);
    assert.equal(answers(registry), 'device 90000, interface -, pci -');
    assert.equal(registry.roots.length, 2);
  });
  test('a dump that ends in the middle of an entry', () => {
    const registry = read(BASE.slice(0, BASE.indexOf('"bInterfaceSubClass"') + 10));
    assert.equal(answers(registry), 'device 90000, interface ?, pci -');
  });
  test('a key that is cut off', () => {
    const registry = read(BASE.replace('"bInterfaceSubClass" = 2', '"bInterfaceSubC$'));
    assert.equal(answers(registry), 'device 90000, interface ?, pci 1000');
  });
});

test('names may hold what a dump is made of', () => {
  const odd = 'La +-o mp <class X@1, "q" | = {';
  const registry = read(BASE.replace('Lamp@14100000', `${odd}@14100000`));
  assert.equal(answers(registry), ALL);
  assert.equal(registry.nodes[2]?.name, odd);
});

test('another plane behind the service plane adds no entry twice and takes no provider away', () => {
  const plane = `+-o Root  <class IORegistryEntry, id 0x100000100, retain 11>
  +-o Lamp@14100000  <class IOUSBHostDevice, id 0x100000200, registered, matched, active, busy 0, retain 20>
  +-o Hub@14000000  <class IOUSBHostDevice, id 0x100000400, registered, matched, active, busy 0, retain 20>
`;
  const registry = read(`${BASE}\n${plane}`);
  assert.deepEqual(namesOf(registry), [...NAMES, 'Hub@14000000']);
  assert.equal(registry.nodes[2]?.provider?.name, 'J274AP');
  assert.equal(answers(registry), ALL.replace('device 90000', 'device 90000'));
});

test('two machines one behind the other: the same id is another entry', () => {
  const other = BASE.replaceAll('IOUSBHostDevice, id 0x100000200', 'IOPCIDevice, id 0x100000200').replace(
    '"idVendor" = 4617\n    | |   "idProduct" = 1\n',
    '"vendor-id" = <86800000>\n    | |   "device-id" = <0c190000>\n',
  );
  const registry = read(`${BASE}\n${other}`);
  assert.equal(registry.nodes.length, 6);
  assert.equal(answers(registry), ALL);
});

describe('ioreg -a', () => {
  const entry = (name: string, className: string, properties: string, children = '') =>
    `<dict><key>IOObjectClass</key><string>${className}</string>${properties}<key>IORegistryEntryName</key><string>${name}</string>${children}</dict>`;
  const lamp = entry(
    'Lamp &amp; Co',
    'IOUSBHostDevice',
    '<key>idVendor</key><integer>4617</integer><key>idProduct</key><integer>1</integer>',
  );
  const file = (inner: string) =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n<plist version="1.0">\n${inner}\n</plist>\n`;
  test('-r: an array of trees; CRLF; UTF-16', () => {
    for (const input of [
      file(`<array>${lamp}</array>`),
      file(`<array>\r\n${lamp}\r\n</array>`).replaceAll('\n', '\r\n'),
      utf16(`\uFEFF${file(lamp)}`, true),
    ]) {
      const registry = read(input);
      assert.equal(answers(registry), 'device 90000, interface -, pci -');
      assert.equal(registry.nodes[0]?.name, 'Lamp & Co');
    }
  });
  test('without -l there are no properties: cannot tell', () => {
    const children = `<key>IORegistryEntryChildren</key><array>${entry('Lamp', 'IOUSBHostDevice', '')}</array>`;
    const registry = read(file(entry('Root', 'IORegistryEntry', '', children)));
    assert.equal(answers(registry), 'device ?, interface -, pci -');
  });
});

describe('system_profiler', () => {
  const expected = (input: string) => {
    const registry = read(input);
    assert.equal(registry.format, 'system-profiler');
    assert.match(answers(registry), /^device 90000/);
    const device = registry.nodes.find(({ name }) => name === 'Lamp');
    assert.equal(device?.properties.get('bcdDevice'), 0x0109n);
    assert.equal(device?.location, '1100000');
    return registry;
  };
  const report = (type: string, device: object) =>
    JSON.stringify({ [type]: [{ _name: 'USB31Bus', _items: [{ _name: 'Hub', _items: [device] }] }] });
  test('-json up to macOS 15', () => {
    expected(
      report('SPUSBDataType', {
        _name: 'Lamp',
        vendor_id: '0x1209  (Generic)',
        product_id: '0x0001',
        bcd_device: '1.09',
        location_id: '0x01100000 / 2',
      }),
    );
  });
  test('-json since macOS 26', () => {
    expected(
      report('SPUSBHostDataType', {
        _name: 'Lamp',
        USBDeviceKeyVendorID: '0x1209',
        USBDeviceKeyProductID: '0x0001',
        USBDeviceKeyProductVersion: '0x0109',
        USBKeyLocationID: '0x01100000',
        USBDeviceKeyVendorName: 'Generic',
      }),
    );
  });
  test('-xml of old systems, whose keys begin with a letter', () => {
    const keys = {
      _name: 'Lamp',
      b_vendor_id: '0x1209',
      a_product_id: '0x0001',
      d_bcd_device: '1.09',
      g_location_id: '0x01100000',
    };
    const device = Object.entries(keys).map(([key, value]) => `<key>${key}</key><string>${value}</string>`);
    expected(
      `<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><array><dict><key>_dataType</key><string>SPUSBDataType</string><key>_items</key><array><dict><key>_name</key><string>USB Bus</string><key>_items</key><array><dict>${device.join('')}</dict></array></dict></array></dict></array></plist>`,
    );
  });
  test('plain text, as people paste it', () => {
    const registry = expected(`USB:

    USB 3.1 Bus:

      Host Controller Driver: AppleT8103USBXHCI

        Lamp:

          Product ID: 0x0001
          Vendor ID: 0x1209  (Generic)
          Version: 1.09
          Serial Number: LAMP-000042
          Location ID: 0x01100000 / 2

PCI:

    pci144d,a808:

      Type: NVM Express Controller
      Vendor ID: 0x144d
      Device ID: 0xa808
      Subsystem Vendor ID: 0x144d
      Subsystem ID: 0xa801
      Revision ID: 0x0000
`);
    assert.equal(registry.nodes.length, 2);
    assert.match(answers(registry), /pci 0$/);
  });
  test('text that only looks a little like it is refused', () => {
    for (const text of ['  Product ID: none\n', 'USB:\n  Product ID: 0x1\n', '    Device ID: 5\n']) {
      assert.equal(readRegistry(text).ok, false);
    }
  });
});
