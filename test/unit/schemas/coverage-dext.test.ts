/** Every key of a dext, a system extension and their entitlements that the fact tables name is in the schemas. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parsePlist } from '../../../server/src/plist/parse.ts';
import { schemaForKind } from '../../../server/src/rules/schemas.ts';
import { evaluate } from '../../../server/src/schema/evaluate.ts';
import type { BundleKind } from '../../../server/src/workspace/types.ts';
import { schemaFaults } from './findings.ts';

const FACTS = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'shared', 'facts');

interface Fact {
  readonly key: string;
  readonly level?: string;
  readonly where?: string;
  readonly bundle_kinds?: readonly string[];
  readonly is_rule?: boolean;
}

/** What the tables list that is no key of a file, each with the reason. */
const NO_KEYS: { readonly [key: string]: string } = {
  '(legal USB combinations)': 'takes several keys: rules of the group match',
  'com.apple.developer.* (any entitlement key)':
    'bundle/entitlement-in-info-plist finds them in any Info.plist',
  '<anything else> (custom keys)': 'own keys of a driver are legal; bundle/misspelt-key looks for slips',
};

/** Keys of the tables that stand there under a describing name. */
const NAMES: { readonly [key: string]: readonly string[] } = {
  'USBSpeed / USBPortType': ['USBSpeed', 'USBPortType'],
  'UserClientProperties (any name ending in UserClientProperties)': [
    'UserClientProperties',
    'LampUserClientProperties',
  ],
  'CFBundlePackageType (host app)': ['CFBundlePackageType'],
};

/** The providers and kernel classes under which the match keys of a family are offered. */
const FAMILY: { readonly [level: string]: readonly string[] } = {
  'personality (USB)': ['IOUSBHostDevice', 'IOUSBHostInterface'],
  'personality (HID)': ['IOHIDInterface'],
  'personality (PCI)': ['IOPCIDevice'],
  'personality (SCSI peripheral)': ['IOSCSIPeripheralDeviceNub'],
};

function read<T>(t: TestContext, file: string): T | undefined {
  const path = join(FACTS, file);
  if (!existsSync(path)) {
    t.skip(`needs ../shared/facts/${file}, not here`);
    return undefined;
  }
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

function names(key: string): readonly string[] {
  return NAMES[key] ?? [key];
}

/** True when the schemas say something about a key of the dictionary at `path` of the text. */
function isDescribed(kind: BundleKind, text: string, path: readonly string[], key: string): boolean {
  const root = parsePlist(text).root;
  const schema = schemaForKind(kind);
  let dict = root;
  for (const step of path) dict = dict?.get(step);
  assert.ok(schema !== undefined && root && dict, `${kind} ${path.join('/')}`);
  return evaluate(schema, root)
    .schemasForKey(dict, key)
    .some((found) => (found.markdownDescription ?? found.description) !== undefined);
}

function personality(provider: string, ioClass = 'IOUserService'): string {
  return `<plist version="1.0"><dict><key>IOKitPersonalities</key><dict><key>Lamp</key><dict>
    <key>IOClass</key><string>${ioClass}</string><key>IOProviderClass</key><string>${provider}</string>
    <key>UserClientProperties</key><dict/><key>IOProviderMergeProperties</key><dict/>
  </dict></dict></dict></plist>`;
}

const LAMP = ['IOKitPersonalities', 'Lamp'];
const EMPTY = '<plist version="1.0"><dict/></plist>';

function isInDext(level: string, key: string): boolean {
  if (level === 'top') return isDescribed('dext', EMPTY, [], key);
  if (level.startsWith('user-client')) {
    return isDescribed('dext', personality('IOUserResources'), [...LAMP, 'UserClientProperties'], key);
  }
  if (level.endsWith('IOProviderMergeProperties')) {
    return isDescribed(
      'dext',
      personality('IOUSBHostInterface'),
      [...LAMP, 'IOProviderMergeProperties'],
      key,
    );
  }
  if (level === 'personality (serial)') {
    return isDescribed('dext', personality('IOUSBHostInterface', 'IOUserSerial'), LAMP, key);
  }
  const providers = FAMILY[level] ?? ['IOUserResources', 'IOHIDInterface'];
  return providers.some((provider) => isDescribed('dext', personality(provider), LAMP, key));
}

test('every key of dext-keys.json is described where it belongs', (t) => {
  const facts = read<readonly Fact[]>(t, 'dext-keys.json');
  if (!facts) return;
  const missing: string[] = [];
  for (const { key, level = 'top' } of facts) {
    if (key in NO_KEYS) continue;
    for (const name of names(key)) if (!isInDext(level, name)) missing.push(`${level}: ${name}`);
  }
  assert.deepEqual(missing, []);
});

test('the keys of a user client hold inside a personality too where the table says both', (t) => {
  const facts = read<readonly Fact[]>(t, 'dext-keys.json');
  if (!facts) return;
  const both = facts.filter(({ level }) => level?.startsWith('personality and user-client'));
  assert.ok(both.length > 0);
  for (const { key } of both) {
    assert.ok(isInDext('personality', key), key);
    assert.ok(isInDext('user-client', key), key);
  }
});

/** Where a key of sysext-keys.json is looked for: document, dictionary. */
const SYSEXT_PLACES: { readonly [level: string]: readonly [BundleKind, string, readonly string[]][] } = {
  top: [
    ['network-extension', EMPTY, []],
    ['endpoint-security', EMPTY, []],
    ['camera-extension', EMPTY, []],
    ['system-extension', EMPTY, []],
  ],
  NetworkExtension: [
    [
      'network-extension',
      '<plist version="1.0"><dict><key>NetworkExtension</key><dict/></dict></plist>',
      ['NetworkExtension'],
    ],
  ],
  CMIOExtension: [
    [
      'camera-extension',
      '<plist version="1.0"><dict><key>CMIOExtension</key><dict/></dict></plist>',
      ['CMIOExtension'],
    ],
  ],
  NSExtension: [
    ['app', '<plist version="1.0"><dict><key>NSExtension</key><dict/></dict></plist>', ['NSExtension']],
  ],
  'host app': [['app', EMPTY, []]],
};

test('every key of sysext-keys.json is described where it belongs', (t) => {
  const facts = read<readonly Fact[]>(t, 'sysext-keys.json');
  if (!facts) return;
  const missing: string[] = [];
  for (const { key, level = 'top', is_rule } of facts) {
    if (is_rule) continue;
    const places = SYSEXT_PLACES[level];
    assert.ok(places, `no place for level ${level}`);
    for (const name of names(key)) {
      if (!places.some(([kind, text, path]) => isDescribed(kind, text, path, name)))
        missing.push(`${level}: ${name}`);
    }
  }
  assert.deepEqual(missing, []);
});

test('every entitlement of entitlements.json is described, the wrong ones as wrong', (t) => {
  const facts = read<readonly (Fact & { readonly known_bad?: boolean })[]>(t, 'entitlements.json');
  if (!facts) return;
  const missing = facts.filter(({ key }) => !isDescribed('entitlements', EMPTY, [], key));
  assert.deepEqual(
    missing.map(({ key }) => key),
    [],
  );
  for (const { key, known_bad } of facts) {
    const text = `<plist version="1.0"><dict><key>${key}</key><true/></dict></plist>`;
    const invented = schemaFaults('entitlements', text).some(
      ({ rule }) => rule === 'entitlements/invented-key',
    );
    assert.equal(invented, known_bad === true, key);
  }
});

/** Keys that iokit-keys.json allows in a dext and that a dext has no use for. */
const NOT_IN_A_DEXT: { readonly [key: string]: string } = {
  '<OS*/IO* key>_x86_64': 'archSuffix on each key that takes it',
  '<OS*/IO* key>_arm64': 'archSuffix on each key that takes it',
  '<Name>UserClientProperties': 'a pattern; see dext-keys.json',
  'UserClientProperties.IOClass': 'see dext-keys.json, level user-client',
  OSBundleStartupResources: 'never implemented',
  OSBundleModuleDemand: 'removed long before dexts',
  IOUserServiceProperties: 'published by running dexts, never written in a file',
};

test('every top-level key of iokit-keys.json that a dext may have is described', (t) => {
  const facts = read<{ readonly keys: readonly Fact[] }>(t, 'iokit-keys.json');
  if (!facts) return;
  const missing = facts.keys
    .filter(({ where, bundle_kinds }) => where === 'top' && bundle_kinds?.includes('dext'))
    .filter(({ key }) => !(key in NOT_IN_A_DEXT) && !isDescribed('dext', EMPTY, [], key));
  assert.deepEqual(
    missing.map(({ key }) => key),
    [],
  );
});

interface Family {
  readonly id: string;
  readonly personality: { readonly [key: string]: unknown };
  readonly entitlements: { readonly [key: string]: unknown };
}

/** Findings on the minimal examples of families.json that are right, each with its reason. */
const FAMILY_FINDINGS: { readonly [id: string]: readonly string[] } = {
  // The examples are minimal; behind Thunderbolt these drivers need the key.
  ethernet: ['warning dext/missing-tunnel-compatible'],
  'block-storage': ['warning dext/missing-tunnel-compatible'],
};

test('the minimal personality and entitlements of every family have no finding', (t) => {
  const families = read<readonly Family[]>(t, 'families.json');
  if (!families) return;
  for (const { id, personality: own, entitlements } of families) {
    const dext = `<plist version="1.0"><dict><key>IOKitPersonalities</key><dict><key>Lamp</key>${plist(own)}</dict></dict></plist>`;
    const found = schemaFaults('dext', dext).map(({ severity, rule }) => `${severity} ${rule}`);
    assert.deepEqual(found, FAMILY_FINDINGS[id] ?? [], id);
    const text = `<plist version="1.0">${plist(entitlements)}</plist>`;
    assert.deepEqual(schemaFaults('entitlements', text), [], id);
  }
});

function plist(value: unknown): string {
  if (typeof value === 'boolean') return value ? '<true/>' : '<false/>';
  if (typeof value === 'number') return `<integer>${value}</integer>`;
  if (typeof value === 'string') return `<string>${value.replaceAll('&', '&amp;')}</string>`;
  if (Array.isArray(value)) return `<array>${value.map(plist).join('')}</array>`;
  const members = Object.entries(value as object).map(([key, item]) => `<key>${key}</key>${plist(item)}`);
  return `<dict>${members.join('')}</dict>`;
}
