/** Rules on the entitlements of apps and extensions: who must hold one, who must not, what both sides share. */
import type { BundleKind } from '../workspace/types.ts';
import { addEntryFix, removeEntryFix, setTextFix } from './bundle-edits.ts';
import { DEXT_KINDS, listed } from './bundle-values.ts';
import type { BundleContext, ViewContext, WorkspaceRule } from './types.ts';
import { EXTENSION_KINDS } from './workspace-host.ts';
import { type BundleView, related, siblingView, textsOf } from './workspace-view.ts';

const INSTALL = 'com.apple.developer.system-extension.install';
const ACCESS = 'com.apple.developer.driverkit.userclient-access';
const BUNDLES: readonly BundleKind[] = ['app', ...EXTENSION_KINDS];

/** What the app carries, in the same configuration. */
function carriedBy({ workspace, view }: ViewContext): BundleView[] {
  return view.bundle.embeds
    .map(({ bundle }) => siblingView(workspace, view, bundle))
    .filter((one) => one !== undefined);
}

/** iPadOS activates extensions itself; what builds for both systems may sign with other entitlements on each. */
function platformOf(view: BundleView): 'mac' | 'ipad' | 'both' {
  const sdk = view.configuration.setting('SDKROOT') ?? '';
  const platforms = view.configuration.setting('SUPPORTED_PLATFORMS') ?? sdk;
  if (/iphone/.test(platforms)) return /macosx/.test(platforms) ? 'both' : 'ipad';
  return /macosx/.test(sdk) ? 'mac' : 'both';
}

/** True when other entitlements of the workspace, which no app that we know uses, hold the right to install. */
function heldElsewhere({ workspace }: ViewContext): boolean {
  return workspace.files('plist').some((uri) => {
    const document = workspace.document(uri);
    if (document?.kind.kind !== 'entitlements' || !document.tree.root?.get(INSTALL)) return false;
    return workspace.bundlesOf(uri).length === 0;
  });
}

function checkInstall(context: ViewContext): void {
  const { view, report } = context;
  const { entitlements } = view;
  const platform = platformOf(view);
  const carried = carriedBy(context).filter(({ bundle }) => EXTENSION_KINDS.includes(bundle.kind));
  if (!entitlements || carried.length === 0 || platform === 'ipad' || entitlements.root.keyNode(INSTALL))
    return;
  // A helper in the app may do the asking.
  if (heldElsewhere(context)) return;
  const file = carried.find(({ info }) => info)?.info;
  report({
    document: entitlements.document,
    at: entitlements.root,
    keyPath: [INSTALL],
    ...(platform === 'both' && { severity: 'warning' as const }),
    message: `${INSTALL} is missing: the app carries ${listed(carried.map(({ bundle }) => bundle.name))}, and macOS refuses its request to activate an extension (OSSystemExtensionErrorDomain 2). Add it.`,
    fixes: () => [addEntryFix(entitlements.root, INSTALL, '<true/>', `Add ${INSTALL}`)],
    ...(file && { related: [related(file.document, file.root, 'the extension')] }),
  });
}

function checkAccess(context: ViewContext): void {
  const { view, report } = context;
  const { entitlements, bundleId } = view;
  const node = entitlements?.root.get(ACCESS);
  const listedIds = textsOf(view, node);
  if (!entitlements || !node || !listedIds) return;
  const dexts = carriedBy(context).filter(({ bundle }) => DEXT_KINDS.includes(bundle.kind));
  const ids = dexts.map((dext) => dext.bundleId).filter((id) => id !== undefined);
  if (ids.length === 0 || ids.length < dexts.length) return;
  const items = node.kind === 'array' ? node.items : [node];
  const onlyId = ids.length === 1 ? ids[0] : undefined;
  const own = items.find((item) => view.text(item) === bundleId && bundleId !== undefined);
  if (!own && listedIds.some((id) => ids.includes(id))) return;
  if (own && ids.includes(bundleId ?? '')) return;
  report({
    document: entitlements.document,
    at: own ?? node,
    message: own
      ? `${ACCESS} lists the app itself (${bundleId}). It must list the dexts whose user clients the app opens: ${listed(ids)}.`
      : `${ACCESS} lists no dext of this app, so the kernel refuses to open their user clients (kIOReturnNotPermitted). Add ${listed(ids)}.`,
    fixes: () => (own && onlyId !== undefined ? [setTextFix(own, onlyId, `Change to ${onlyId}`)] : []),
    related: dexts.flatMap(({ info }) =>
      info ? [related(info.document, info.root.get('CFBundleIdentifier') ?? info.root, 'the dext')] : [],
    ),
  });
}

interface Misplaced {
  readonly key: string;
  /** Bundles where it does nothing or harm. */
  readonly wrongOn: readonly BundleKind[];
  readonly why: string;
  readonly fact: string;
}

const MISPLACED: readonly Misplaced[] = [
  {
    key: INSTALL,
    wrongOn: EXTENSION_KINDS,
    why: 'It is for the app that activates the extension and means nothing on the extension itself. Move it to the app.',
    fact: 'mistake:M080',
  },
  {
    key: ACCESS,
    wrongOn: DEXT_KINDS,
    why: 'It lists the dexts that a client may open, so it belongs to the app, unless this dext opens another one.',
    fact: 'mistake:M085',
  },
  {
    key: 'com.apple.developer.driverkit.communicates-with-drivers',
    wrongOn: DEXT_KINDS,
    why: 'It is for the iPadOS app that talks to drivers. Move it to the app.',
    fact: 'mistake:M090',
  },
  {
    key: 'com.apple.developer.hid.virtual.device',
    wrongOn: DEXT_KINDS,
    why: 'It is for apps that make virtual HID devices. No provisioning profile of a dext holds it, and a signature with it is refused when the dext starts. Remove it.',
    fact: 'mistake:M092',
  },
  {
    key: 'com.apple.developer.endpoint-security.client',
    wrongOn: DEXT_KINDS,
    why: 'It is for endpoint-security extensions. No provisioning profile of a dext holds it. Remove it.',
    fact: 'mistake:M095',
  },
  ...[
    'transport.usb',
    'transport.pci',
    'transport.hid',
    'allow-any-userclient-access',
    'family.hid.device',
    'family.hid.eventservice',
    'family.networking',
    'family.serial',
    'family.audio',
    'family.scsicontroller',
    'family.block-storage-device',
    'family.midi',
  ].map(
    (name): Misplaced => ({
      key: `com.apple.developer.driverkit.${name}`,
      wrongOn: ['app'],
      why: 'It is a right of the driver, and the app has no use for it. Move it to the entitlements of the dext.',
      fact: 'mistake:M095',
    }),
  ),
];

function checkCarrier({ view, report }: ViewContext): void {
  const { entitlements, bundle } = view;
  if (!entitlements) return;
  for (const { key, wrongOn, why } of MISPLACED) {
    const node = entitlements.root.keyNode(key);
    if (!node || !wrongOn.includes(bundle.kind)) continue;
    // An app and a dext that share one file: the other rules speak of what is missing on each.
    report({
      document: entitlements.document,
      at: node,
      message: `${key} stands on ${bundle.kind === 'app' ? 'the app' : 'the extension'} ${bundle.name}. ${why}`,
      fixes: () => [removeEntryFix(node, `Remove ${key}`, false)],
    });
  }
}

const RELEASE = /release|deploy|production|distribution/i;
const DEBUG = /debug|develop/i;

function checkConfigurations({ bundle, views, report }: BundleContext): void {
  const debug = views.find(({ configuration }) => DEBUG.test(configuration.name ?? ''));
  const release = views.find(({ configuration }) => RELEASE.test(configuration.name ?? ''));
  if (!bundle.target || !release) return;
  const file = release.entitlements;
  const other = debug?.entitlements;
  if (file && other && file.document !== other.document) {
    for (const { key } of other.root.entries) {
      if (!key.text.startsWith('com.apple.developer.') || file.root.keyNode(key.text)) continue;
      report({
        document: file.document,
        at: file.root,
        keyPath: [key.text],
        message: `${key.text} stands in the entitlements of ${debug?.configuration.name} and not in these, of ${release.configuration.name}: what works while you develop fails in what you ship. Add it here, or take it out there.`,
        related: [related(other.document, key, `the entitlements of ${debug?.configuration.name}`)],
      });
    }
  }
  if (!file || file.document === other?.document) return;
  for (const name of ['com.apple.security.get-task-allow', 'get-task-allow']) {
    const node = file.root.get(name);
    if (node?.boolean !== true) continue;
    report({
      document: file.document,
      at: node.key ?? node,
      message: `${name} is true in the entitlements of ${release.configuration.name}: notarization refuses a program that any debugger may attach to. Remove it here; Xcode adds it to debug builds by itself.`,
      fixes: () => [removeEntryFix(node, `Remove ${name}`)],
    });
  }
  const usb = file.root.get('com.apple.developer.driverkit.transport.usb');
  const wildcard = usb?.items.map((item) => item.get('idVendor')).find((vendor) => vendor?.string === '*');
  if (!wildcard) return;
  report({
    document: file.document,
    at: wildcard,
    message: `The vendor "*" is for development: Apple grants distribution for your own vendor ids only. Write them out in the entitlements of ${release.configuration.name}.`,
  });
}

function checkTeam({ view, report }: ViewContext): void {
  const { entitlements, info, configuration } = view;
  const team = configuration.setting('DEVELOPMENT_TEAM');
  if (!team || !/^[A-Z0-9]{10}$/.test(team)) return;
  const groups = entitlements?.root.get('com.apple.security.application-groups')?.items ?? [];
  const services = [
    'NetworkExtension/NEMachServiceName',
    'CMIOExtension/CMIOExtensionMachServiceName',
    'NSEndpointSecurityMachServiceName',
  ].map((path) => info?.root.at(path.split('/')));
  const ids = ['com.apple.application-identifier', 'application-identifier'].map((key) =>
    entitlements?.root.get(key),
  );
  for (const node of [...groups, ...services, ...ids]) {
    const written = node?.string?.trim();
    const prefix = /^([A-Z0-9]{10})\./.exec(written ?? '')?.[1];
    const file = node?.tree === info?.document.tree ? info : entitlements;
    if (!node || !written || !file || prefix === undefined || prefix === team || !/\d/.test(prefix)) continue;
    report({
      document: file.document,
      at: node,
      message: `${written} begins with the team ${prefix}, but the target signs for the team ${team}: no profile of that team allows the name. Write $(TeamIdentifierPrefix) in place of the team.`,
      fixes: () => [
        setTextFix(
          node,
          `$(TeamIdentifierPrefix)${written.slice(prefix.length + 1)}`,
          'Write $(TeamIdentifierPrefix)',
        ),
      ],
    });
  }
}

export const accessRules: readonly WorkspaceRule[] = [
  {
    id: 'workspace/install-entitlement',
    severity: 'error',
    title: 'Host app without the right to install',
    what: 'A macOS app that carries a driver or system extension and whose entitlements lack `com.apple.developer.system-extension.install`. For an app that builds for iPadOS as well it is a warning.',
    why: 'macOS refuses the request to activate the extension: OSSystemExtensionErrorDomain 2, missing entitlement.',
    how: 'Add the entitlement (capability “System Extension”) to the app.',
    source: [
      'https://developer.apple.com/documentation/systemextensions/ossystemextensionerror/code/missingentitlement',
    ],
    kinds: ['app'],
    facts: ['mistake:M081'],
    examples: {
      invalid: '<!-- entitlements of the app -->\n<key>com.apple.security.app-sandbox</key>\n<true/>',
      valid:
        '<!-- entitlements of the app -->\n<key>com.apple.developer.system-extension.install</key>\n<true/>',
    },
    checkView: checkInstall,
  },
  {
    id: 'workspace/user-client-access',
    severity: 'warning',
    title: 'userclient-access that names no dext of the app',
    what: 'An app with `com.apple.developer.driverkit.userclient-access` that lists the app itself, or none of the dexts that the app carries.',
    why: 'The kernel compares each element with the bundle id of the dext whose user client is to be opened, and answers kIOReturnNotPermitted when none is equal.',
    how: 'List the bundle ids of the dexts.',
    source: [
      'apple-oss-distributions/xnu iokit/Kernel/IOUserServer.cpp:4776-4792',
      'https://developer.apple.com/forums/thread/774297',
    ],
    kinds: ['app'],
    facts: ['mistake:M084'],
    examples: {
      invalid:
        '<!-- the app is com.example.lamp -->\n<key>com.apple.developer.driverkit.userclient-access</key>\n<array>\n\t<string>com.example.lamp</string>\n</array>',
      valid:
        '<key>com.apple.developer.driverkit.userclient-access</key>\n<array>\n\t<string>com.example.lamp.driver</string>\n</array>',
    },
    checkView: checkAccess,
  },
  {
    id: 'workspace/entitlement-carrier',
    severity: 'warning',
    title: 'Entitlement on the wrong side',
    what: 'An entitlement of the app on the extension, or one of the driver on the app.',
    why: 'Each right is checked on one side only. On the other it does nothing, and many are restricted: a signature that claims one without a matching profile is refused.',
    how: 'Move the entitlement to the file of the other target.',
    source: [
      'https://developer.apple.com/documentation/bundleresources/entitlements',
      'https://developer.apple.com/forums/thread/825971',
    ],
    supersedes: ['entitlements/not-for-dexts'],
    kinds: BUNDLES,
    facts: [...new Set(MISPLACED.map(({ fact }) => fact))],
    examples: {
      invalid:
        '<!-- entitlements of the dext -->\n<key>com.apple.developer.system-extension.install</key>\n<true/>',
      valid:
        '<!-- entitlements of the app -->\n<key>com.apple.developer.system-extension.install</key>\n<true/>',
    },
    checkView: checkCarrier,
  },
  {
    id: 'workspace/signing-difference',
    severity: 'warning',
    title: 'Release signs otherwise than Debug',
    what: 'A target whose Release configuration has an entitlements file of its own that lacks a `com.apple.developer.…` entitlement of the Debug one, allows debuggers, or names the USB vendor `*`.',
    why: 'What the developer tried is not what is shipped: the driver is refused, or notarization is.',
    how: 'Keep both files alike but for what is meant to differ.',
    source: [
      'https://developer.apple.com/forums/thread/798049',
      'https://developer.apple.com/documentation/security/resolving-common-notarization-issues',
    ],
    supersedes: ['entitlements/debugging'],
    kinds: BUNDLES,
    facts: ['mistake:M096'],
    examples: {
      invalid:
        '<!-- Debug.entitlements has transport.usb; Release.entitlements: -->\n<key>com.apple.developer.driverkit</key>\n<true/>',
      valid:
        '<!-- Release.entitlements -->\n<key>com.apple.developer.driverkit</key>\n<true/>\n<key>com.apple.developer.driverkit.transport.usb</key>\n<array/>',
    },
    checkBundle: checkConfigurations,
  },
  {
    id: 'workspace/team-prefix',
    severity: 'warning',
    title: 'Name with the team id of somebody else',
    what: 'An app group, Mach service or application identifier that begins with a written-out team id, in a target that signs for another team (`DEVELOPMENT_TEAM`).',
    why: 'Such names are allowed to the team that they begin with. After a fork or a change of team no profile fits.',
    how: 'Write `$(TeamIdentifierPrefix)`.',
    source: [
      'https://developer.apple.com/documentation/bundleresources/entitlements/com.apple.security.application-groups',
    ],
    supersedes: ['entitlements/team-literal'],
    kinds: BUNDLES,
    facts: ['mistake:M097'],
    examples: {
      invalid: '<!-- DEVELOPMENT_TEAM = ABCDE12345 -->\n<string>ZYXWV98765.lamp</string>',
      valid: '<string>$(TeamIdentifierPrefix)lamp</string>',
    },
    checkView: checkTeam,
  },
];
