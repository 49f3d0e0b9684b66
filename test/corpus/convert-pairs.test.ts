/**
 * Ports that people really made, against what we plan for the same kext: nub, match keys, proxy class, its bundle,
 * family and entitlements agree, or the table says why not. Facts of a port that the corpus does not hold are
 * written down here, with the place they were read at.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { planConversion } from '../../server/src/convert/plan.ts';
import { parsePlist } from '../../server/src/plist/parse.ts';
import type { PlistNode } from '../../server/src/plist/types.ts';

const CORPUS = join(import.meta.dirname, '../..', '../shared/corpus');
const D = 'com.apple.developer.driverkit';

interface Pair {
  readonly name: string;
  /** The kext’s Info.plist in the corpus; or its keys, where it is not there. */
  readonly kext: { readonly file: string } | { readonly text: string };
  readonly personality: { readonly kext: string; readonly matchKeys: readonly string[] };
  /** What the port’s own Info.plist and entitlements say. */
  readonly port: Readonly<Record<string, string>>;
  readonly portEntitlements: readonly string[];
  /** Other keys of its personality. */
  readonly portKeys: readonly string[];
  /** Family that the authors of the port chose, given as --family; none: what we take by ourselves. */
  readonly family?: string;
  /** Key of the port or entitlement -> why ours differs. */
  readonly differs: Readonly<Record<string, string>>;
}

/** WirtualJoy/dext/wiicontroller.entitlements at 923b6e6d: wider than what the port does. */
const WIRTUALJOY = [
  D,
  `${D}.transport.hid`,
  `${D}.family.hid.device`,
  `${D}.family.hid.eventservice`,
  `${D}.family.hid.virtual.device`,
];
const WIRTUALJOY_WIDE: Readonly<Record<string, string>> = {
  [`${D}.transport.hid`]: 'it opens IOHIDInterface nubs, and the port matches IOUserResources alone',
  [`${D}.family.hid.eventservice`]: 'it is for HID event services, and the port has none',
  [`${D}.family.hid.virtual.device`]:
    'nothing reads it any more: a dext needs family.hid.device for its devices',
};

const PAIRS: readonly Pair[] = [
  {
    name: 'WirtualJoy: WiiController/WiiController@19b70bce WirtualJoy/Info.plist to @65644bf3 WirtualJoy/dext/Info.plist',
    kext: {
      text: `<plist><dict><key>CFBundleExecutable</key><string>\${EXECUTABLE_NAME}</string><key>CFBundleIdentifier</key><string>$(PRODUCT_BUNDLE_IDENTIFIER)</string><key>CFBundlePackageType</key><string>KEXT</string><key>OSBundleLibraries</key><dict><key>com.apple.iokit.IOHIDFamily</key><string>1.2.5</string></dict><key>IOKitPersonalities</key><dict><key>wjoy</key><dict><key>CFBundleIdentifier</key><string>com.acme.\${PRODUCT_NAME}</string><key>IOClass</key><string>VirtualJoy</string><key>IOProviderClass</key><string>IOResources</string><key>IOMatchCategory</key><string>VirtualJoy</string><key>IOResourceMatch</key><string>IOKit</string><key>IOUserClientClass</key><string>VirtualJoyUserClient</string></dict></dict></dict></plist>`,
    },
    personality: { kext: 'wjoy', matchKeys: ['IOResourceMatch'] },
    port: {
      IOProviderClass: 'IOUserResources',
      IOClass: 'IOUserService',
      CFBundleIdentifierKernel: 'com.apple.kpi.iokit',
      IOMatchCategory: '$(PRODUCT_BUNDLE_IDENTIFIER)',
      IOUserServerName: '$(PRODUCT_BUNDLE_IDENTIFIER)',
      IOResourceMatch: 'IOKit',
    },
    portEntitlements: WIRTUALJOY,
    portKeys: ['CFBundleIdentifier', 'IOUserClass', 'UserClientProperties'],
    // The port is a service that makes its HID devices as children, each by a dictionary of its user client’s.
    family: 'software',
    differs: {
      [`${D}.family.hid.device`]:
        'for the children of AppleUserHIDDevice, which the port’s code makes: the kext’s keys do not tell of them',
      ...WIRTUALJOY_WIDE,
    },
  },
  {
    name: 'WirtualJoy, by the library of the kext',
    kext: {
      text: `<plist><dict><key>CFBundleExecutable</key><string>X</string><key>CFBundlePackageType</key><string>KEXT</string><key>OSBundleLibraries</key><dict><key>com.apple.iokit.IOHIDFamily</key><string>1.2.5</string></dict><key>IOKitPersonalities</key><dict><key>wjoy</key><dict><key>IOClass</key><string>VirtualJoy</string><key>IOProviderClass</key><string>IOResources</string><key>IOResourceMatch</key><string>IOKit</string></dict></dict></dict></plist>`,
    },
    personality: { kext: 'wjoy', matchKeys: ['IOResourceMatch'] },
    port: {
      IOProviderClass: 'IOUserResources',
      IOClass: 'IOUserService',
      CFBundleIdentifierKernel: 'com.apple.kpi.iokit',
      IOResourceMatch: 'IOKit',
      IOMatchCategory: '$(PRODUCT_BUNDLE_IDENTIFIER)',
    },
    portEntitlements: WIRTUALJOY,
    portKeys: ['CFBundleIdentifier', 'IOUserClass', 'IOUserServerName', 'UserClientProperties'],
    differs: {
      UserClientProperties: 'this text of the kext names no user client, so that there is none to carry over',
      ...WIRTUALJOY_WIDE,
      IOClass:
        'we take the HID device itself, as the kext links IOHIDFamily; the question names software too',
      CFBundleIdentifierKernel: 'follows from the class',
    },
  },
  {
    name: '360Controller to noah-nuebling/mac-gamepad-driver@01685995 gamepad-driver-user/Info.plist (unfinished)',
    kext: { file: 'kext/360Controller__360Controller/360Controller/Info.plist' },
    personality: { kext: 'AfterglowGamepad1', matchKeys: ['idVendor', 'idProduct'] },
    port: {
      IOProviderClass: 'IOUSBHostDevice',
      IOClass: 'IOUserService',
      CFBundleIdentifierKernel: 'com.apple.kpi.iokit',
      IOMatchCategory: '$(PRODUCT_BUNDLE_IDENTIFIER)',
      IOResourceMatch: 'IOKit',
      IOUserServerName: '$(PRODUCT_BUNDLE_IDENTIFIER)',
    },
    portEntitlements: [
      D,
      `${D}.family.hid.device`,
      `${D}.transport.hid`,
      `${D}.transport.usb`,
      `${D}.allow-third-party-userclients`,
    ],
    portKeys: ['CFBundleIdentifier', 'IOUserClass', 'idProduct', 'idVendor'],
    differs: {
      IOClass:
        'the port is Xcode’s template still; its entitlement family.hid.device is that of the proxy that we name',
      CFBundleIdentifierKernel: 'follows from the class',
      IOMatchCategory: 'left over from the template: on hardware it lets Apple’s driver load beside',
      IOResourceMatch: 'left over from the template: hardware needs not wait for the I/O Kit',
      [`${D}.family.hid.eventservice`]:
        'the kext’s keyboard personality needs it, and the port has not got that far',
      [`${D}.allow-third-party-userclients`]:
        'it is for drivers on iPadOS; on macOS the kernel does not read it (xnu IOUserServer.cpp:4752)',
    },
  },
  {
    name: 'Ozzy: mischa85/Ozzy macos/Backends/OzzyKext/Info.plist and legacy/mac-coreaudio/PloytecDriver/Info.plist',
    kext: { file: 'dext/mischa85__Ozzy/macos/Backends/OzzyKext/Info.plist' },
    personality: { kext: 'XoneDB2', matchKeys: ['idVendor', 'idProduct'] },
    port: {
      IOProviderClass: 'IOUSBHostDevice',
      IOClass: 'IOUserService',
      IOMatchCategory: 'PloytecDriver',
      IOUserServerName: 'sc.hackerman.ploytecdriver',
    },
    portEntitlements: [D, `${D}.transport.usb`, `${D}.family.audio`, `${D}.allow-any-userclient-access`],
    portKeys: [
      'CFBundleIdentifier',
      'IOUserAudioDriverUserClientProperties',
      'IOUserClass',
      'PloytecDriverUserClientProperties',
      'bConfigurationValue',
      'bInterfaceNumber',
      'idProduct',
      'idVendor',
    ],
    // The kext does its audio in an app beside it and links no audio family.
    family: 'audio',
    differs: {
      IOMatchCategory: 'on hardware it lets Apple’s audio driver load beside',
      PloytecDriverUserClientProperties: 'a user client for the port’s own app, which the kext has not',
      bConfigurationValue: 'a key of interfaces: on IOUSBHostDevice it restricts nothing',
      bInterfaceNumber: 'a key of interfaces: on IOUSBHostDevice it restricts nothing',
      CFBundleIdentifierKernel: 'the port lacks it, which the system records as a fault but lets run',
      IOUserServerName: 'the same id, as a literal there and as the build’s variable here',
    },
  },
];

describe('ports that people made', () => {
  for (const pair of PAIRS) {
    test(pair.name, (t) => {
      const { kext, family } = pair;
      if ('file' in kext && !existsSync(join(CORPUS, kext.file)))
        return t.skip('needs ../shared/corpus, not here');
      const text = 'file' in kext ? readFileSync(join(CORPUS, kext.file), 'utf8') : kext.text;
      const tree = parsePlist(text);
      const result = planConversion(tree, { target: 'codeless-dext', family });
      assert.ok(result.ok);
      const read = (end: string): PlistNode => {
        const file = result.plan.files.find(({ path }) => path.endsWith(end));
        const root = parsePlist(file?.text ?? '').root;
        assert.ok(root, end);
        return root;
      };
      const ours = read('Driver/Info.plist').at(['IOKitPersonalities', pair.personality.kext]);
      assert.ok(ours);
      const unexplained: string[] = [];
      const used = new Set<string>();
      const compare = (what: string, a: unknown, b: unknown) => {
        if (a === b) return;
        used.add(what);
        if (!(what in pair.differs)) unexplained.push(`${what}: ${b} there, ${a} here`);
      };
      for (const [key, value] of Object.entries(pair.port)) compare(key, ours.get(key)?.string, value);
      const theirKeys = new Set([...Object.keys(pair.port), ...pair.portKeys]);
      const ourKeys = new Set(ours.entries.map(({ key }) => key.text));
      for (const key of new Set([...theirKeys, ...ourKeys]))
        if (!(key in pair.port)) compare(key, ourKeys.has(key), theirKeys.has(key));
      const source = tree.root?.at(['IOKitPersonalities', pair.personality.kext]);
      for (const key of pair.personality.matchKeys)
        assert.deepEqual(
          ours.get(key)?.value() ?? 'absent',
          pair.differs[key] ? 'absent' : source?.get(key)?.value(),
          key,
        );
      const entitlements = read('Driver.entitlements').entries.map(({ key }) => key.text);
      for (const key of new Set([...entitlements, ...pair.portEntitlements]))
        compare(key, entitlements.includes(key), pair.portEntitlements.includes(key));
      assert.deepEqual(unexplained, []);
      assert.deepEqual(
        Object.keys(pair.differs).filter((key) => !used.has(key)),
        [],
        'explained, but does not differ',
      );
    });
  }

  test('the real entitlements of the Ozzy port name the same USB vendor', (t) => {
    const file = join(
      CORPUS,
      'dext/mischa85__Ozzy/legacy/mac-coreaudio/PloytecDriver/PloytecDriver.entitlements',
    );
    const kext = join(CORPUS, 'dext/mischa85__Ozzy/macos/Backends/OzzyKext/Info.plist');
    if (!existsSync(file) || !existsSync(kext)) return t.skip('needs ../shared/corpus, not here');
    const result = planConversion(parsePlist(readFileSync(kext, 'utf8')), {
      target: 'codeless-dext',
      family: 'audio',
    });
    assert.ok(result.ok);
    const vendors = (text: string) =>
      new Set(
        parsePlist(text)
          .root?.get(`${D}.transport.usb`)
          ?.items.map((item) => item.get('idVendor')?.integer),
      );
    const ours = result.plan.files.find(({ path }) => path.endsWith('Driver.entitlements'));
    assert.deepEqual(vendors(ours?.text ?? ''), vendors(readFileSync(file, 'utf8')));
  });
});
