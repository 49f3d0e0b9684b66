import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SignatureHelp } from 'vscode-languageserver-types';
import {
  type ClientAbilities,
  FULL_ABILITIES,
  PLAIN_ABILITIES,
} from '../../../server/src/service/abilities.ts';
import { createLanguageService } from '../../../server/src/service/index.ts';
import type { SignatureQuery } from '../../../server/src/service/signatureHelp.ts';
import { dext, marked, plist } from './marked.ts';

function help(
  text: string,
  query?: SignatureQuery,
  abilities: ClientAbilities = FULL_ABILITIES,
): SignatureHelp | null {
  const { document, position } = marked(text);
  return createLanguageService({ abilities }).signatureHelp(document, position, query);
}

/** The label of the active signature, its active parameter in brackets. */
function shown(help: SignatureHelp | null): string | undefined {
  const signature = help?.signatures[help.activeSignature ?? 0];
  if (!help || !signature) return undefined;
  const active = help.activeParameter ?? -1;
  const range = signature.parameters?.[active]?.label;
  if (range === undefined) return signature.label;
  assert.ok(typeof range !== 'string');
  const { label } = signature;
  return `${label.slice(0, range[0])}[${label.slice(...range)}]${label.slice(range[1])}`;
}

const pair = (key: string, value: string): string =>
  `\t\t\t<key>${key}</key>\n\t\t\t<string>${value}</string>`;
const BEGUN = `${pair('IOClass', 'IOUserService')}\n${pair('IOProviderClass', 'IOUserResources')}`;
const TYPED = { trigger: '>' };
const SHOWN = { label: 'Lamp: IOClass', count: 1 };

describe('what a dictionary needs next', () => {
  test('a personality: the keys that are there, the next one active', () => {
    assert.equal(
      shown(help(dext(`${BEGUN}|`), TYPED)),
      'Lamp: IOClass ✓, IOProviderClass ✓, [IOUserClass], IOUserServerName, CFBundleIdentifierKernel, IOMatchCategory, IOResourceMatch',
    );
  });
  test('with the words of the active key', () => {
    const found = help(dext(`${BEGUN}|`));
    const documentation = found?.signatures[0]?.parameters?.[2]?.documentation;
    assert.ok(typeof documentation === 'object' && documentation.kind === 'markdown');
    assert.match(documentation.value, /class/i);
  });
  test('the key whose value is written is the active one', () => {
    const found = shown(help(dext(BEGUN.replace('IOUserResources', 'IOUser|Resources'))));
    assert.match(found ?? '', /IOClass ✓, \[IOProviderClass\] ✓, IOUserClass/);
  });
  test('while a key is typed', () => {
    for (const typed of ['<', '<key', '<key>', '<key>IOU', '<key>IOU|</key>', 'IOU']) {
      const text = dext(`${BEGUN}\n\t\t\t${typed.includes('|') ? typed : `${typed}|`}`);
      assert.match(shown(help(text)) ?? '', /^Lamp: IOClass ✓, IOProviderClass ✓, \[IOUserClass\]/, typed);
    }
  });
  test('in a dictionary without needs of its own, those of the one around it', () => {
    const text = dext(`${BEGUN}\n\t\t\t<key>Own</key>\n\t\t\t<dict>|</dict>`);
    assert.match(shown(help(text)) ?? '', /^Lamp: /);
    assert.equal(help(text, TYPED), null);
  });
  test('nested dictionaries: a user client', () => {
    const text = dext('\t\t\t<key>UserClientProperties</key>\n\t\t\t<dict>|\n\t\t\t</dict>');
    assert.equal(shown(help(text, TYPED)), 'UserClientProperties: [IOClass], IOUserClass');
  });
  test('keys that rules ask for', () => {
    const text = plist(`	<key>IOKitPersonalities</key>
	<dict>
		<key>Lamp</key>
		<dict>
			<key>IOClass</key>
			<string>IOUserService</string>|
		</dict>
	</dict>
	<key>CFBundlePackageType</key>
	<string>DEXT</string>
`).replace(
      'IOUserService</string>',
      `IOUserService</string>\n${pair('IOProviderClass', 'IOSCSIPeripheralDeviceNub')}`,
    );
    assert.match(shown(help(text)) ?? '', /, Peripheral Device Type$/);
  });
});

describe('overloads of USB personalities', () => {
  const usb = (keys: string): SignatureHelp | null =>
    help(dext(`${pair('IOProviderClass', 'IOUSBHostDevice')}\n${keys}|`));
  const needs = (found: SignatureHelp | null): (string | undefined)[] =>
    (found?.signatures ?? []).map(({ label }) => label.replace(/^.*CFBundleIdentifierKernel(?: ✓)?, /, ''));
  const number = (key: string): string => `\t\t\t<key>${key}</key>\n\t\t\t<integer>1</integer>\n`;

  test('vendor and product first, where nothing is chosen yet', () => {
    assert.deepEqual(needs(usb('')), [
      'idVendor, idProduct',
      'idVendor, idProduct, bcdDevice',
      'bDeviceClass, bDeviceSubClass, bDeviceProtocol',
      'bDeviceClass, bDeviceSubClass',
    ]);
  });
  test('what is begun rules others out', () => {
    assert.deepEqual(needs(usb(number('bDeviceClass'))).slice(0, 2), [
      'bDeviceClass ✓, bDeviceSubClass',
      'bDeviceClass ✓, bDeviceSubClass, bDeviceProtocol',
    ]);
    assert.deepEqual(needs(usb(number('idVendor')))[0], 'idVendor ✓, idProduct');
  });
  test('one is left when a set is whole', () => {
    assert.deepEqual(needs(usb(number('idVendor') + number('idProduct'))), ['idVendor ✓, idProduct ✓']);
  });
  test('the one that the person looks at stays', () => {
    const found = usb(number('idVendor'));
    const { label = '' } = found?.signatures[1] ?? {};
    const text = dext(
      `${pair('IOProviderClass', 'IOUSBHostDevice')}\n${number('idVendor')}${number('bcdDevice')}|`,
    );
    const again = help(text, { shown: { label, count: 2 } });
    assert.equal(
      again?.signatures[again.activeSignature ?? 0]?.label.replaceAll(' ✓', ''),
      label.replaceAll(' ✓', ''),
    );
  });
});

describe('not in the way', () => {
  const WHOLE = [
    ['CFBundleIdentifierKernel', 'com.apple.kpi.iokit'],
    ['IOClass', 'IOUserService'],
    ['IOMatchCategory', 'com.example.lamp'],
    ['IOProviderClass', 'IOUserResources'],
    ['IOResourceMatch', 'IOKit'],
    ['IOUserClass', 'Lamp'],
    ['IOUserServerName', 'com.example.lamp'],
  ]
    .map(([key = '', value = '']) => pair(key, value))
    .join('\n');

  test('where nothing is missing it comes only when asked for, without an active key', () => {
    assert.equal(help(dext(`${WHOLE}|`), TYPED), null);
    assert.equal(help(dext(`${WHOLE}|`), { shown: SHOWN }), null);
    const found = help(dext(`${WHOLE}|`));
    assert.equal(found?.activeParameter, null);
    assert.match(found?.signatures[0]?.label ?? '', /^Lamp: (?:\S+ ✓(?:, |$))+$/);
  });
  test('not behind the tag of a key, nor inside one, nor where nothing is required', () => {
    assert.equal(help(dext(`${BEGUN}\n\t\t\t<key>IOUserClass</key>|`), TYPED), null);
    assert.equal(help(dext(`${BEGUN}\n\t\t\t<key>|</key>`), TYPED), null);
    assert.equal(help(dext(`${BEGUN}\n\t\t\t<key>A</key>\n\t\t\t<string>|</string>`), TYPED), null);
    assert.equal(help(plist('\t<key>A</key>\n\t<true/>|\n')), null);
    assert.equal(help('|'), null);
  });
  test('goes on while it is shown', () => {
    assert.ok(help(dext(`${BEGUN}\n\t\t\t<key>IOUser|</key>`), { shown: SHOWN }));
    assert.ok(help(dext(`${BEGUN}\n\t\t\t<|`), { shown: SHOWN, trigger: '<' }));
  });
  test('goes with the cursor, and comes along into a dictionary that is begun', () => {
    const text = dext('\t\t\t<key>UserClientProperties</key>\n\t\t\t<dict>|</dict>');
    assert.equal(help(text, { shown: SHOWN }), null);
    assert.match(shown(help(text, { shown: SHOWN, trigger: '>' })) ?? '', /^UserClientProperties: /);
  });
  test('overloads only for who asked: the arrow keys would go through them', () => {
    const usb = dext(`${pair('IOProviderClass', 'IOUSBHostDevice')}|`);
    assert.equal(help(usb, TYPED)?.signatures.length, 1);
    assert.equal(help(usb, { shown: SHOWN })?.signatures.length, 1);
    assert.equal(help(usb, { shown: { ...SHOWN, count: 4 } })?.signatures.length, 4);
    assert.equal(help(usb)?.signatures.length, 4);
  });
});

describe('clients', () => {
  test('one that knows texts alone gets texts', () => {
    const found = help(dext(`${BEGUN}|`), undefined, PLAIN_ABILITIES);
    const [signature] = found?.signatures ?? [];
    assert.equal(found?.activeParameter, 2);
    assert.equal(signature?.activeParameter, undefined);
    for (const { label, documentation } of signature?.parameters ?? []) {
      assert.ok(typeof label === 'string' && signature?.label.includes(label));
      assert.equal(typeof documentation, 'string');
    }
  });
  test('one without a word for no active key gets a number beyond them', () => {
    const abilities = { ...FULL_ABILITIES, signatureNoActive: false };
    const text = dext('\t\t\t<key>UserClientProperties</key>\n\t\t\t<dict>|</dict>').replace(
      '<dict>|</dict>',
      `<dict>\n${pair('IOClass', 'IOUserUserClient')}\n${pair('IOUserClass', 'LampUserClient')}|\n</dict>`,
    );
    const found = help(text, undefined, abilities);
    assert.equal(found?.activeParameter, 2);
    assert.equal(found?.signatures[0]?.parameters?.length, 2);
  });
});
