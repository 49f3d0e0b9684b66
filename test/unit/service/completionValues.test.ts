import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PLAIN_ABILITIES } from '../../../server/src/service/abilities.ts';
import { completeAt, dext, insideDext, plist } from './marked.ts';

const USB = '\t\t\t<key>IOProviderClass</key>\n\t\t\t<string>IOUSBHostDevice</string>\n';

function acceptedIn(lines: string, label: string): string {
  return insideDext(completeAt(dext(lines)).accepted(label));
}

describe('values of a key', () => {
  const key = '\t\t\t<key>IOProviderClass</key>\n';
  const done = `${key}\t\t\t<string>IOUSBHostDevice</string>`;
  test('on an empty line', () => assert.equal(acceptedIn(`${key}\t\t\t|`, 'IOUSBHostDevice'), done));
  test('after <', () => assert.equal(acceptedIn(`${key}\t\t\t<|`, 'IOUSBHostDevice'), done));
  test('a bare word', () => assert.equal(acceptedIn(`${key}\t\t\tIOUSB|`, 'IOUSBHostDevice'), done));
  test('after <string>', () => assert.equal(acceptedIn(`${key}\t\t\t<string>|`, 'IOUSBHostDevice'), done));
  test('inside <string></string>', () =>
    assert.equal(acceptedIn(`${key}\t\t\t<string>|</string>`, 'IOUSBHostDevice'), done));
  test('inside a text, all of which is replaced', () =>
    assert.equal(acceptedIn(`${key}\t\t\t<string>IOU|Foo</string>`, 'IOUSBHostDevice'), done));
  test('on the line of the key', () =>
    assert.equal(
      acceptedIn('\t\t\t<key>IOProviderClass</key>|', 'IOUSBHostDevice'),
      '\t\t\t<key>IOProviderClass</key><string>IOUSBHostDevice</string>',
    ));
  test('each with its description', () => {
    const { documentation } = completeAt(dext(`${key}\t\t\t<string>|</string>`)).item('IOUSBHostDevice');
    assert.ok(typeof documentation === 'object' && documentation.value.length > 10);
  });
  test('a provider that no dext can match is not offered', () => {
    assert.ok(!completeAt(dext(`${key}\t\t\t<string>|</string>`)).labels.includes('IOResources'));
  });
});

describe('types', () => {
  test('those that the key takes first, the others behind', () => {
    const { labels } = completeAt(dext('\t\t\t<key>IOProbeScore</key>\n\t\t\t<|'));
    assert.ok(labels.indexOf('integer') < labels.indexOf('string'), labels.join(', '));
  });
  test('a boolean is a whole element', () =>
    assert.equal(
      acceptedIn('\t\t\t<key>IOUserServerOneProcess</key>\n\t\t\t<|', 'true'),
      '\t\t\t<key>IOUserServerOneProcess</key>\n\t\t\t<true/>',
    ));
  test('a key of which nothing is known takes any', () => {
    const { labels } = completeAt(dext('\t\t\t<key>LampColour</key>\n\t\t\t|'));
    assert.deepEqual(labels, ['string', 'integer', 'true', 'false', 'dict', 'array', 'data', 'real', 'date']);
  });
  test('only the name of a tag with content', () => {
    const lines = '\t\t\t<key>LampColour</key>\n\t\t\t<str|>12</str>';
    assert.equal(acceptedIn(lines, 'integer'), '\t\t\t<key>LampColour</key>\n\t\t\t<integer>12</str>');
  });
});

describe('numbers by name', () => {
  const vendor = (typed: string) =>
    dext(`${USB}\t\t\t<key>idVendor</key>\n\t\t\t<integer>${typed}</integer>`);
  test('the name of a vendor gives its number', () =>
    assert.equal(
      insideDext(completeAt(vendor('Logi|')).accepted('Logitech, Inc.')),
      `${USB}\t\t\t<key>idVendor</key>\n\t\t\t<integer>1133</integer>`,
    ));
  test('an open element', () =>
    assert.equal(
      acceptedIn(`${USB}\t\t\t<key>idVendor</key>\n\t\t\t<integer>Logi|`, 'Logitech, Inc.'),
      `${USB}\t\t\t<key>idVendor</key>\n\t\t\t<integer>1133</integer>`,
    ));
  test('products of the vendor beside', () => {
    const lines = `${USB}\t\t\t<key>idVendor</key>\n\t\t\t<integer>1452</integer>\n\t\t\t<key>idProduct</key>\n\t\t\t<integer>Aluminium|</integer>`;
    const { items } = completeAt(dext(lines));
    assert.ok(items.some(({ label }) => label.startsWith('Aluminium Keyboard')));
  });
  test('products in an array', () => {
    const lines = `${USB}\t\t\t<key>idVendor</key>\n\t\t\t<integer>1452</integer>\n\t\t\t<key>idProductArray</key>\n\t\t\t<array>\n\t\t\t\t<integer>Alu|</integer>\n\t\t\t</array>`;
    assert.ok(completeAt(dext(lines)).items.some(({ label }) => label.startsWith('Aluminium Keyboard')));
  });
  const pci = (key: string, value: string) =>
    `\t\t\t<key>IOProviderClass</key>\n\t\t\t<string>IOPCIDevice</string>\n\t\t\t<key>${key}</key>\n\t\t\t<string>${value}</string>`;
  test('a PCI vendor, beside the other values of the list', () =>
    assert.equal(
      acceptedIn(pci('IOPCIMatch', '0x15338086 NVI| 0x10d38086'), 'NVIDIA Corporation'),
      pci('IOPCIMatch', '0x15338086 0x000010de&amp;0x0000ffff 0x10d38086'),
    ));
  test('a PCI class', () =>
    assert.equal(
      acceptedIn(pci('IOPCIClassMatch', 'NV|'), 'NVMe controller'),
      pci('IOPCIClassMatch', '0x01080200'),
    ));
  test('more are found by typing on', () => {
    const { items } = completeAt(vendor('a|'));
    assert.ok(items.length > 50 && items.length <= 200, `${items.length}`);
  });
});

describe('build variables', () => {
  const value = (typed: string) => `\t\t\t<key>IOUserServerName</key>\n\t\t\t<string>${typed}</string>`;
  test('after $(', () =>
    assert.equal(
      acceptedIn(value('$(|'), '$(PRODUCT_BUNDLE_IDENTIFIER)'),
      value('$(PRODUCT_BUNDLE_IDENTIFIER)'),
    ));
  test('in the middle of a text, which stays', () =>
    assert.equal(acceptedIn(value('a.$(PROD|).b'), '$(PRODUCT_NAME)'), value('a.$(PRODUCT_NAME).b')));
});

describe('what stands around', () => {
  const name = '\t\t\t<key>IOUserServerName</key>\n';
  test('the text that a bundle id usually is', () =>
    assert.equal(
      insideDext(
        completeAt(dext(`${name}\t\t\t<string>|</string>`)).accepted('$(PRODUCT_BUNDLE_IDENTIFIER)'),
      ),
      `${name}\t\t\t<string>$(PRODUCT_BUNDLE_IDENTIFIER)</string>`,
    ));
  const other = `\t\t</dict>\n\t\t<key>Torch</key>\n\t\t<dict>\n`;
  test('what the same key holds in another personality', () => {
    const text = dext(`${name}\t\t\t<string>com.example.lamp</string>\n${other}${name}\t\t\t|`);
    const { accepted, item } = completeAt(text);
    assert.equal(item('com.example.lamp').labelDetails?.description, 'in this file');
    assert.match(
      accepted('com.example.lamp'),
      /<key>Torch<\/key>[\s\S]*<string>com\.example\.lamp<\/string>\n\t\t<\/dict>/,
    );
  });
  test('a vendor of this file before all others, by its name', () => {
    const vendor =
      '\t\t\t<key>IOProviderClass</key>\n\t\t\t<string>IOUSBHostDevice</string>\n\t\t\t<key>idVendor</key>\n';
    const { labels, item } = completeAt(
      dext(`${vendor}\t\t\t<integer>1452</integer>\n${other}${vendor}\t\t\t<integer>|</integer>`),
    );
    assert.equal(labels[0], 'Apple, Inc.');
    assert.equal(item('Apple, Inc.').labelDetails?.description, '1452 · in this file');
    assert.equal(labels.filter((label) => label === 'Apple, Inc.').length, 1);
  });
  test('not where a list is closed, not the value under the cursor', () => {
    const own = '\t\t\t<key>A</key>\n';
    assert.deepEqual(completeAt(dext(`${own}\t\t\t<string>red|</string>`)).labels, []);
    const required = plist(
      '\t<key>OSBundleRequired</key>\n\t<string>Rot</string>\n\t<key>B</key>\n\t<dict>\n\t\t<key>OSBundleRequired</key>\n\t\t<string>|</string>\n\t</dict>\n',
    );
    assert.ok(completeAt(required, undefined, 'dext').labels.includes('Rot'));
    const closed = required.replace('\t<key>B</key>\n\t<dict>\n', '').replace('\t</dict>\n', '');
    assert.ok(!completeAt(closed, undefined, 'kext').labels.includes('Rot'));
  });
  test('nothing twice in a list', () => {
    const providers = (items: string) =>
      completeAt(
        plist(
          `\t<key>com.apple.developer.networking.networkextension</key>\n\t<array>\n${items}\t</array>\n`,
        ),
        undefined,
        'entitlements',
      ).labels;
    assert.ok(providers('\t\t<string>|</string>\n').includes('relay'));
    assert.ok(!providers('\t\t<string>relay</string>\n\t\t<string>|</string>\n').includes('relay'));
    assert.ok(!providers('\t\t<string>relay</string>\n\t\t|\n').includes('relay'));
    assert.ok(providers('\t\t<string>rel|ay</string>\n').includes('relay'));
  });
});

describe('kext libraries', () => {
  test('are keys, with the version that a kext may ask for', () => {
    const text = plist(
      '\t<key>CFBundlePackageType</key>\n\t<string>KEXT</string>\n\t<key>OSBundleLibraries</key>\n\t<dict>\n\t\t<|\n\t</dict>\n',
    );
    const result = completeAt(text).accepted('com.apple.kpi.bsd');
    assert.match(result, /<key>com\.apple\.kpi\.bsd<\/key>\n\t\t<string>[\d.]+\w*\|<\/string>/);
  });
});

describe('arrays and entitlements', () => {
  test('keys of a dictionary in an array', () => {
    const text = plist(
      '\t<key>com.apple.developer.driverkit.transport.usb</key>\n\t<array>\n\t\t<dict>\n\t\t\t|\n\t\t</dict>\n\t</array>\n',
    );
    const { labels } = completeAt(text, undefined, 'entitlements');
    assert.ok(labels.includes('idVendor'), labels.join(', '));
  });
  test('an item of an array', () => {
    const text = plist(
      '\t<key>com.apple.developer.driverkit.transport.usb</key>\n\t<array>\n\t\t|\n\t</array>\n',
    );
    const { labels } = completeAt(text, undefined, 'entitlements');
    assert.ok(labels.indexOf('dict') < labels.indexOf('string'), labels.join(', '));
  });
});

describe('closing tags', () => {
  test('of a text', () => {
    const lines = '\t\t\t<key>LampColour</key>\n\t\t\t<string>red</|';
    assert.equal(acceptedIn(lines, '</string>'), '\t\t\t<key>LampColour</key>\n\t\t\t<string>red</string>');
  });
  test('of a dictionary', () => {
    const lines = '\t\t\t<key>Lamps</key>\n\t\t\t<dict>\n\t\t\t</|';
    assert.equal(acceptedIn(lines, '</dict>'), '\t\t\t<key>Lamps</key>\n\t\t\t<dict>\n\t\t\t</dict>');
  });
});

describe('comments that steer', () => {
  test('the words', () =>
    assert.equal(
      acceptedIn('\t\t\t<!-- dr| -->', 'driver-plist-disable-next-line'),
      '\t\t\t<!-- driver-plist-disable-next-line -->',
    ));
  test('rules', () =>
    assert.equal(
      acceptedIn('\t\t\t<!-- driver-plist-disable schema/ty| -->', 'schema/type'),
      '\t\t\t<!-- driver-plist-disable schema/type -->',
    ));
  test('kinds', () =>
    assert.equal(
      acceptedIn('\t\t\t<!-- driver-plist-kind: | -->', 'kext'),
      '\t\t\t<!-- driver-plist-kind: kext -->',
    ));
  test('nothing in a comment of another sort', () => {
    assert.deepEqual(completeAt(dext('\t\t\t<!-- see | -->')).labels, []);
  });
});

describe('empty documents', () => {
  const kinds = [
    'dext',
    'codeless dext',
    'kext',
    'codeless kext',
    'network extension',
    'endpoint-security extension',
    'camera extension',
    'entitlements',
    'app entitlements',
    'plist',
  ];
  test('a skeleton for each kind', () => assert.deepEqual(completeAt('|').labels, kinds));
  test('after a word', () =>
    assert.ok(completeAt('kex|').accepted('kext').includes('<string>KEXT</string>')));
  test('the prolog is not written twice', () => {
    const head = '<?xml version="1.0" encoding="UTF-8"?>\n';
    const result = completeAt(`${head}|`, PLAIN_ABILITIES).accepted('plist');
    assert.equal(result, `${head}<plist version="1.0">\n<dict>\n\t\n</dict>\n</plist>\n`);
  });
  test('none in a document that holds something', () => {
    assert.ok(!completeAt(dext('\t\t\t|')).labels.includes('codeless dext'));
  });
});
