import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRegistry } from '../../../server/src/iokit/registry.ts';
import { checkWords, decisionOn, deviceFor } from '../../../server/src/service/matching/decision.ts';
import { candidatesOf } from '../../../server/src/service/matching/personalities.ts';
import { openDocument } from '../../../server/src/workspace/document.ts';

const DUMP = `+-o Root  <class IORegistryEntry, id 0x100000100, retain 11>
  |
  +-o J274AP  <class IOPlatformExpertDevice, id 0x100000110, registered, matched, active, busy 0, retain 30>
    |
    +-o Lamp@14100000  <class IOUSBHostDevice, id 0x100000200, registered, matched, active, busy 0, retain 20>
      | {
      |   "idVendor" = 4617
      |   "idProduct" = 1
      |   "bcdDevice" = 256
      |   "bDeviceClass" = 0
      |   "bDeviceSubClass" = 0
      |   "bDeviceProtocol" = 0
      | }
      |
      +-o AcmeLampKeeper  <class AcmeLampKeeper, id 0x100000201, registered, matched, active, busy 0, retain 20>
          {
            "IOClass" = "AcmeLampKeeper"
            "IOProviderClass" = "IOUSBHostDevice"
            "CFBundleIdentifier" = "org.acme.keeper"
            "IOMatchCategory" = "IODefaultMatchCategory"
            "IOProbeScore" = 95000
          }
`;

const read = readRegistry(DUMP);
assert.ok(read.ok);
const { registry } = read;
const [lamp] = registry.find('0x100000200');
assert.ok(lamp);

const integer = (key: string, value: number) => `<key>${key}</key><integer>${value}</integer>`;
const string = (key: string, value: string) => `<key>${key}</key><string>${value}</string>`;
const usb = (product: number) => integer('idVendor', 4617) + integer('idProduct', product);

/** The candidates of a kext with these personalities; each has an IOClass and a provider unless it says its own. */
function candidates(personalities: Readonly<Record<string, string>>) {
  const entries = Object.entries(personalities).map(([name, keys]) => {
    const provider = keys.includes('IOProviderClass') ? '' : string('IOProviderClass', 'IOUSBHostDevice');
    const own = keys.includes('<key>IOClass<') ? '' : string('IOClass', `Acme${name}`);
    return `<key>${name}</key><dict>${string('CFBundleIdentifier', 'org.acme.lamp')}${own}${provider}${keys}</dict>`;
  });
  const text = `<plist version="1.0"><dict>${string('CFBundlePackageType', 'KEXT')}<key>IOKitPersonalities</key><dict>${entries.join('')}</dict></dict></plist>`;
  return candidatesOf(openDocument('file:///w/Lamp.kext/Contents/Info.plist', text, 1));
}

test('each candidate falls out where the kernel leaves it, and the counts follow the steps', () => {
  const all = candidates({
    Best: usb(1) + integer('bcdDevice', 256),
    Second: usb(1),
    OtherCategory: usb(1) + string('IOMatchCategory', 'Watch'),
    NoClass: `${usb(1)}<key>IOClass</key><integer>1</integer>`,
    Elsewhere: string('IOProviderClass', 'IOPCIDevice'),
    WrongName: usb(1) + string('IONameMatch', 'Desk'),
    WrongProduct: usb(9),
    WrongPlace: `${usb(1)}<key>IOParentMatch</key><dict>${string('IONameMatch', 'hub')}</dict>`,
    Later: integer('idVendor', 4617) + string('idProduct', '$(PRODUCT_ID)'),
  });
  const decision = decisionOn(all, registry, lamp);
  const fell = Object.fromEntries(decision.candidates.map((one) => [one.candidate.name, one.fell ?? 'wins']));
  assert.deepEqual(fell, {
    Best: 'wins',
    Second: 'best',
    OtherCategory: 'wins',
    NoClass: 'start',
    Elsewhere: 'filed',
    WrongName: 'generic',
    WrongProduct: 'family',
    WrongPlace: 'around',
  });
  assert.deepEqual(
    decision.stages.map(({ stage, left }) => `${stage} ${left}`),
    ['filed 7', 'generic 6', 'family 5', 'around 4', 'start 3', 'best 2'],
  );
  assert.equal(decision.all, 8);
  assert.equal(decision.unresolved, 1);
  const out = decision.candidates.filter(({ report }) => !report.result.matches);
  assert.deepEqual(
    out.map(({ candidate }) => candidate.name),
    ['WrongPlace', 'WrongProduct', 'WrongName', 'Elsewhere'],
    'who comes farthest stands first',
  );
  assert.ok(decision.classes.includes('IOUSBHostDevice') && decision.classes.at(-1) === 'IOService');
});

test('the driver of the dump stands among the competitors, or is the candidate that made it', () => {
  const [driver] = decisionOn(candidates({ Mine: usb(1) }), registry, lamp).drivers;
  assert.deepEqual([driver?.className, driver?.score], ['AcmeLampKeeper', 95000]);
  const own = usb(1) + string('IOClass', 'AcmeLampKeeper') + string('CFBundleIdentifier', 'org.acme.keeper');
  const text = candidates({ Keeper: own });
  const [keeper] = text.map((one) => ({
    ...one,
    personality: new Map([...one.personality, ['CFBundleIdentifier', 'org.acme.keeper']]),
  }));
  assert.ok(keeper);
  const decision = decisionOn([keeper], registry, lamp);
  assert.deepEqual(decision.drivers, []);
  assert.equal(decision.candidates[0]?.attached, true);
});

test('behind the first check that fails nothing is reached', () => {
  const [far] = decisionOn(candidates({ Far: usb(9) + integer('bcdDevice', 1) }), registry, lamp).candidates;
  const words = checkWords(far?.report.result.checks ?? []);
  const first = words.findIndex(({ holds }) => holds === 'no');
  assert.ok(first > 0 && first < words.length - 1);
  assert.ok(words.every(({ reached }, index) => reached === index <= first));
});

test('the device of a personality is the one it matches, else the nearest, else none', () => {
  const [right, wrong, none] = candidates({
    Right: usb(1),
    Wrong: usb(9),
    None: string('IOProviderClass', 'AcmeNothing'),
  });
  assert.equal(deviceFor(right!, registry), lamp);
  assert.equal(deviceFor(wrong!, registry), lamp);
  assert.equal(deviceFor(none!, registry), undefined);
});
