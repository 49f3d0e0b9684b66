/** Rules on entitlements that one bundle cannot carry together: those of a driver, of an app, of another extension. */
import type { PlistNode } from '../plist/types.ts';
import { addEntryFix, offer, removeEntryFix } from './bundle-edits.ts';
import type { Fix, Rule, RuleContext } from './types.ts';

const DK = 'com.apple.developer.driverkit';
const PAGES = 'https://developer.apple.com/documentation/bundleresources/entitlements';
const KERNEL = 'apple-oss-distributions/xnu iokit/Kernel/IOUserServer.cpp';
const ES = 'com.apple.developer.endpoint-security.client';
const SANDBOX = 'com.apple.security.app-sandbox';

/** Entitlements that only a driver has a use for, beside `com.apple.developer.driverkit` itself. */
const OF_A_DEXT = new RegExp(
  `^${DK.replaceAll('.', '\\.')}\\.(transport\\..+|family\\..+|allow-any-userclient-access|allow-third-party-userclients|builtin)$`,
);

/** Entitlements of other carriers than a dext: what for, and what happens on a dext. */
const NOT_OF_A_DEXT: Readonly<
  Record<string, { readonly of: string; readonly why: string; readonly error?: true }>
> = {
  'com.apple.developer.system-extension.install': {
    of: 'the app that installs the driver',
    why: 'a driver installs nothing, so it does nothing here',
  },
  [`${DK}.userclient-access`]: {
    of: 'the programs that open the driver, and it lists the drivers they may open',
    why: 'on a driver it counts only if that driver opens another one',
  },
  [`${DK}.communicates-with-drivers`]: {
    of: 'the iPadOS app that opens the driver',
    why: 'on the driver it does nothing',
  },
  'com.apple.developer.hid.virtual.device': {
    of: 'an app or daemon that makes virtual HID devices',
    why: 'no profile for a driver grants it, and the driver’s process is killed for an invalid signature',
    error: true,
  },
  [ES]: {
    of: 'an endpoint-security extension',
    why: 'a driver has no use for it, and a restricted entitlement that its profile lacks keeps it from starting',
  },
  'com.apple.developer.networking.networkextension': {
    of: 'a network extension and its app',
    why: 'a driver has no use for it, and a restricted entitlement that its profile lacks keeps it from starting',
  },
  'com.apple.developer.networking.vpn.api': {
    of: 'an app that sets up VPNs',
    why: 'a driver has no use for it, and a restricted entitlement that its profile lacks keeps it from starting',
  },
  ...Object.fromEntries(
    [
      'allow-jit',
      'allow-unsigned-executable-memory',
      'allow-dyld-environment-variables',
      'disable-library-validation',
      'disable-executable-page-protection',
      'debugger',
    ].map((name) => [
      `com.apple.security.cs.${name}`,
      {
        of: 'apps under the hardened runtime that make or load code while they run',
        why: 'a driver does neither, and it takes a protection away',
      },
    ]),
  ),
};

/** A boolean counts where it is true, anything else by being there. */
function isHeld(value: PlistNode | undefined): boolean {
  return value !== undefined && value.boolean !== false;
}

function checkDext({ root, report }: RuleContext): void {
  const licence = root.get(DK);
  const strong = root.entries.some(({ key, value }) => OF_A_DEXT.test(key.text) && isHeld(value));
  if (!isHeld(licence) && !strong) return;
  const key = root.keyNode(DK);
  for (const entry of root.entries) {
    const other = NOT_OF_A_DEXT[entry.key.text];
    if (!other || !isHeld(entry.value)) continue;
    const title = `Remove ${entry.key.text}`;
    report({
      at: entry.key,
      ...(!(other.error && strong) && { severity: 'warning' as const }),
      message: strong
        ? `${entry.key.text} is for ${other.of}: ${other.why}. Remove it from the driver’s entitlements.`
        : `${entry.key.text} is for ${other.of}, and ${DK} makes the bundle a driver. One file signs one bundle: remove the one that is not its.`,
      fixes: () =>
        offer(
          removeEntryFix(entry.key, title, strong),
          strong || !key ? undefined : removeEntryFix(key, `Remove ${DK}`, false),
        ),
    });
  }
}

function checkSandbox({ root, report }: RuleContext): void {
  const sandbox = root.get(SANDBOX);
  if (root.get(ES)?.boolean !== true || sandbox?.boolean !== true) return;
  report({
    at: sandbox.key ?? sandbox,
    message:
      'An endpoint-security client does not run in the App Sandbox: activation fails with “Invalid extension configuration in Info.plist and/or entitlements”. Remove com.apple.security.app-sandbox.',
    fixes: () => offer(removeEntryFix(sandbox, `Remove ${SANDBOX}`)),
  });
}

/** What each event service is asked for: by its provider, the HID nub, and by its own kernel class. */
const EVENT_SERVICE = `${DK}.family.hid.eventservice`;
const HID_TRANSPORT = `${DK}.transport.hid`;

function checkEventService({ root, report }: RuleContext): void {
  const service = root.get(EVENT_SERVICE);
  if (!service || root.get(HID_TRANSPORT) || !root.get(DK)) return;
  report({
    at: service.key ?? service,
    message: `A HID event service needs ${HID_TRANSPORT} too: its provider, the IOHIDInterface, asks for it before the service itself asks for ${EVENT_SERVICE}. Without it the driver does not start.`,
    fixes: () => offer(addEntryFix(root, HID_TRANSPORT, '<true/>', `Add ${HID_TRANSPORT}`)),
  });
}

const ANY_CLIENT = `${DK}.allow-any-userclient-access`;
const THIRD_PARTY = `${DK}.allow-third-party-userclients`;

function checkThirdParty({ root, report }: RuleContext): void {
  const value = root.get(THIRD_PARTY);
  if (value?.boolean !== true || root.get(ANY_CLIENT)) return;
  report({
    at: value.key ?? value,
    message: `${THIRD_PARTY} is read on iPadOS only. On macOS each program that opens the driver needs ${DK}.userclient-access, or the driver ${ANY_CLIENT}.`,
  });
}

const ACCESS = `${DK}.userclient-access`;

function checkAccess({ root, report }: RuleContext): void {
  const value = root.get(ACCESS);
  if (value?.kind !== 'array') return;
  if (value.items.length === 0) {
    report({
      at: value,
      message: `${ACCESS} lists no driver, so the program may open none. List the bundle ids of the drivers.`,
      fixes: () => offer(removeEntryFix(value, `Remove ${ACCESS}`, false)),
    });
  }
  for (const item of value.items) {
    if (item.string?.includes('*')) {
      report({
        at: item,
        message: `The kernel compares the whole bundle id of the driver with each text here, and * is no wildcard: ${item.text.trim()} opens no driver. Write the id out.`,
      });
    }
    if (item.string === undefined || !isOwnIdentifier(item.string.trim(), root)) continue;
    report({
      at: item,
      message: `${item.text.trim()} is the id of this very program. ${ACCESS} lists the bundle ids of the drivers that it opens; opening fails with kIOReturnNotPermitted for any other.`,
    });
  }
}

/** The bundle’s own id, by the build variable or by the application identifier of the same file. */
function isOwnIdentifier(text: string, root: PlistNode): boolean {
  if (/^\$[({](PRODUCT_BUNDLE_IDENTIFIER|CFBundleIdentifier)(:[^)}]*)?[)}]$/.test(text)) return true;
  return ['com.apple.application-identifier', 'application-identifier'].some((key) => {
    const own = root
      .get(key)
      ?.string?.trim()
      .replace(/^([A-Z0-9]{10}\.|\$[({]\w+[)}]\.?)/, '');
    return own !== undefined && own !== '' && own === text;
  });
}

const FALSE_KEYS = [
  'com.apple.developer.system-extension.install',
  `${DK}.communicates-with-drivers`,
  'com.apple.developer.system-extension.redistributable',
  ES,
  'com.apple.developer.hid.virtual.device',
];

function checkFalse({ root, report }: RuleContext): void {
  for (const name of FALSE_KEYS) {
    const value = root.get(name);
    if (value?.boolean !== false) continue;
    report({
      at: value,
      message: `${name} false grants nothing, as if the key were absent. Write true, or remove it.`,
      fixes: (): Fix[] =>
        offer(
          { title: 'Change to <true/>', edits: [{ start: value.start, end: value.end, newText: '<true/>' }] },
          removeEntryFix(value, `Remove ${name}`, false),
        ),
    });
  }
}

const on = (key: string, value = '<true/>') => `<key>${key}</key>\n${value}`;
const USB = on(
  `${DK}.transport.usb`,
  '<array>\n\t<dict>\n\t\t<key>idVendor</key>\n\t\t<integer>1118</integer>\n\t</dict>\n</array>',
);

export const entitlementsCarrierRules: readonly Rule[] = [
  {
    id: 'entitlements/not-for-dexts',
    severity: 'error',
    title: 'Entitlement of an app on a driver',
    what: 'An entitlement of host apps, of programs that open drivers or of other extensions beside those of a driver. An error for `com.apple.developer.hid.virtual.device`, a warning for the others.',
    why: 'Each bundle is signed with a file of its own. On the driver the key does nothing; a restricted one that the driver’s profile does not list keeps the process from starting.',
    how: 'Move the key to the entitlements of its carrier.',
    source: [
      `${KERNEL}:4700-4792`,
      `${PAGES}/com.apple.developer.driverkit`,
      'pqrs-org/Karabiner-DriverKit-VirtualHIDDevice DEVELOPMENT.md',
    ],
    kinds: ['entitlements'],
    facts: ['mistake:M080', 'mistake:M085', 'mistake:M090', 'mistake:M092', 'mistake:M095', 'mistake:M112'],
    examples: {
      invalid: `${on(DK)}\n${USB}\n${on('com.apple.developer.system-extension.install')}`,
      valid: `${on(DK)}\n${USB}`,
    },
    check: checkDext,
  },
  {
    id: 'entitlements/sandboxed-endpoint-security',
    severity: 'error',
    title: 'Endpoint security in the App Sandbox',
    what: '`com.apple.security.app-sandbox` beside `com.apple.developer.endpoint-security.client`.',
    why: 'The system refuses a sandboxed endpoint-security extension: “Invalid extension configuration in Info.plist and/or entitlements”.',
    how: 'Remove `com.apple.security.app-sandbox`.',
    source: ['https://forums.developer.apple.com/forums/thread/125048'],
    kinds: ['entitlements'],
    facts: ['mistake:M106'],
    examples: { invalid: `${on(ES)}\n${on(SANDBOX)}`, valid: on(ES) },
    check: checkSandbox,
  },
  {
    id: 'entitlements/missing-hid-transport',
    severity: 'warning',
    title: 'HID event service without the HID transport',
    what: '`com.apple.developer.driverkit.family.hid.eventservice` without `com.apple.developer.driverkit.transport.hid`.',
    why: 'Two checks guard an event service: one of the nub it matches, one of the service. The second is passed and the first is not.',
    how: 'Add `com.apple.developer.driverkit.transport.hid`.',
    source: [
      'apple-oss-distributions/IOHIDFamily IOHIDFamily/AppleUserHIDEventService.cpp:38,125',
      'apple-oss-distributions/IOHIDFamily IOHIDFamily/IOHIDInterface.cpp:990-1005',
    ],
    kinds: ['entitlements'],
    facts: ['trap:16'],
    examples: {
      invalid: `${on(DK)}\n${on(EVENT_SERVICE)}`,
      valid: `${on(DK)}\n${on(EVENT_SERVICE)}\n${on(HID_TRANSPORT)}`,
    },
    check: checkEventService,
  },
  {
    id: 'entitlements/third-party-clients',
    severity: 'information',
    title: 'Clients of other teams on macOS',
    what: '`com.apple.developer.driverkit.allow-third-party-userclients` without `…allow-any-userclient-access`.',
    why: 'The kernel reads the first on iPadOS only. On macOS a program needs the driver in its `userclient-access`, or the driver lets in any.',
    how: 'For macOS, list the driver in the program’s `com.apple.developer.driverkit.userclient-access`.',
    source: [`${KERNEL}:4734-4756`, 'https://developer.apple.com/forums/thread/774297'],
    kinds: ['entitlements'],
    facts: ['mistake:M089'],
    examples: {
      invalid: `${on(DK)}\n${on(THIRD_PARTY)}`,
      valid: `${on(DK)}\n${on(ANY_CLIENT)}\n${on(THIRD_PARTY)}`,
    },
    check: checkThirdParty,
  },
  {
    id: 'entitlements/userclient-access',
    severity: 'warning',
    title: 'userclient-access that names no driver',
    what: 'A `com.apple.developer.driverkit.userclient-access` that is empty, names the program itself, or has a `*` in a bundle id.',
    why: 'The kernel compares each element with the bundle id of the driver that is being opened.',
    how: 'List the bundle ids of the drivers.',
    source: [`${KERNEL}:4776-4792`, 'https://developer.apple.com/forums/thread/774297'],
    kinds: ['entitlements'],
    facts: ['mistake:M084'],
    examples: {
      invalid: on(ACCESS, '<array>\n\t<string>$(PRODUCT_BUNDLE_IDENTIFIER)</string>\n</array>'),
      valid: on(ACCESS, '<array>\n\t<string>$(PRODUCT_BUNDLE_IDENTIFIER).Driver</string>\n</array>'),
    },
    check: checkAccess,
  },
  {
    id: 'entitlements/false-grants-nothing',
    severity: 'information',
    title: 'Entitlement that is false',
    what: '`com.apple.developer.system-extension.install` and other plain permissions with the value false.',
    why: 'The system asks whether the permission is true. False says what leaving the key out says, and a profile must still allow for it.',
    how: 'Write true, or remove the key.',
    source: [PAGES],
    kinds: ['entitlements'],
    examples: {
      invalid: on('com.apple.developer.system-extension.install', '<false/>'),
      valid: on('com.apple.developer.system-extension.install'),
    },
    check: checkFalse,
  },
];
