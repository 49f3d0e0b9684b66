/** Rules on an extension and the app that carries it: names, places, versions. */

import type { BundleKind } from '../workspace/types.ts';
import { DEXT_KINDS } from './bundle-values.ts';
import type { Fix, ViewContext, WorkspaceRule } from './types.ts';
import { restrictedClaims } from './workspace-profile.ts';
import { type BundleView, placeIn, related, siblingView } from './workspace-view.ts';

export const EXTENSION_KINDS: readonly BundleKind[] = [
  ...DEXT_KINDS,
  'network-extension',
  'endpoint-security',
  'camera-extension',
  'system-extension',
];

function checkProductName({ view, report }: ViewContext): void {
  const { bundle, bundleId, info, configuration } = view;
  if (!info || bundleId === undefined) return;
  if (bundle.origin === 'built') {
    const folder = bundle.name.replace(/\.(dext|systemextension)$/i, '');
    if (folder === bundleId || folder === bundle.name) return;
    // The rules on single files say it where the file spells out its id: dext/folder-name, sysext/folder-name.
    if (info.document.built && info.root.get('CFBundleIdentifier')?.string === bundleId) return;
    report({
      document: info.document,
      at: placeIn(info, 'CFBundleIdentifier'),
      message: `The folder of the extension is called ${bundle.name}, its bundle id is ${bundleId}: the system looks for ${bundleId}.${extensionOf(view)} and does not find it. Give the folder the name of the bundle id.`,
    });
    return;
  }
  // A project may name the folder by itself; by default it is PRODUCT_NAME with the extension.
  const name = configuration.setting('WRAPPER_NAME')?.replace(/\.(dext|systemextension)$/i, '');
  if (!bundle.target || name === undefined || name === bundleId) return;
  const place = view.place('PRODUCT_NAME');
  report({
    document: info.document,
    at: placeIn(info, 'CFBundleIdentifier'),
    message: `The build calls the product ${name}.${extensionOf(view)} (PRODUCT_NAME), but its bundle id is ${bundleId}: the system looks for ${bundleId}.${extensionOf(view)} in the app and does not find it. Set PRODUCT_NAME to $(PRODUCT_BUNDLE_IDENTIFIER).`,
    fixes: (): Fix[] =>
      place?.quoted === undefined
        ? []
        : [
            {
              title: 'Set PRODUCT_NAME to $(PRODUCT_BUNDLE_IDENTIFIER)',
              edits: [],
              files: new Map([
                [
                  place.uri,
                  [
                    {
                      start: place.start,
                      end: place.end,
                      newText: place.quoted
                        ? '$(PRODUCT_BUNDLE_IDENTIFIER)'
                        : '"$(PRODUCT_BUNDLE_IDENTIFIER)"',
                    },
                  ],
                ],
              ]),
              preferred: true,
            },
          ],
    ...(place && { related: [{ uri: place.uri, range: place, message: 'PRODUCT_NAME is set here' }] }),
  });
}

function extensionOf({ bundle }: BundleView): string {
  return DEXT_KINDS.includes(bundle.kind) ? 'dext' : 'systemextension';
}

/** The apps that carry the bundle, in the same configuration. */
function hostsOf({ workspace, view }: ViewContext): BundleView[] {
  return view.bundle.hosts
    .filter(({ kind }) => kind === 'app')
    .map((host) => siblingView(workspace, view, host))
    .filter((host) => host !== undefined);
}

function checkPrefix(context: ViewContext): void {
  const { view, report } = context;
  const { bundleId, info } = view;
  if (!info || bundleId === undefined) return;
  for (const host of hostsOf(context)) {
    if (host.bundleId === undefined || bundleId.startsWith(`${host.bundleId}.`)) continue;
    report({
      document: info.document,
      at: placeIn(info, 'CFBundleIdentifier'),
      message: `The bundle id ${bundleId} does not begin with that of the app that carries it, ${host.bundleId}. iPadOS refuses such an extension, and Apple’s guides ask for the prefix on macOS too: call it ${host.bundleId}.something.`,
      ...(host.info && {
        related: [
          related(
            host.info.document,
            placeIn(host.info, 'CFBundleIdentifier'),
            `the app ${host.bundle.name}`,
          ),
        ],
      }),
    });
  }
}

function checkEmbedding({ view, report }: ViewContext): void {
  const { bundle, info } = view;
  if (!info) return;
  for (const host of bundle.hosts) {
    const places = host.embeds.filter((embed) => embed.bundle === bundle);
    if (host.kind !== 'app' || places.some(({ rightPlace }) => rightPlace)) continue;
    report({
      document: info.document,
      at: placeIn(info, 'CFBundleIdentifier'),
      message: `The app ${host.name} carries this extension outside of Contents/Library/SystemExtensions, the one folder where the system looks for it. ${bundle.origin === 'built' ? 'Move it there.' : 'Let the copy phase embed it as a system extension: destination $(SYSTEM_EXTENSIONS_FOLDER_PATH).'}`,
    });
  }
}

function checkVersions(context: ViewContext): void {
  const { view, report } = context;
  if (!view.info) return;
  for (const host of hostsOf(context)) {
    for (const key of ['CFBundleShortVersionString', 'CFBundleVersion']) {
      const own = view.infoText(key);
      const other = host.infoText(key);
      if (own === undefined || other === undefined || own === other) continue;
      report({
        document: view.info.document,
        at: placeIn(view.info, key),
        keyPath: [key],
        message: `${key} is ${own} here and ${other} in the app ${host.bundle.name}. The system replaces an installed extension only when its version changes: give both the same, and raise them together.`,
        ...(host.info && {
          related: [related(host.info.document, placeIn(host.info, key), `${key} of the app is ${other}`)],
        }),
      });
    }
  }
}

function checkServerName({ workspace, view, report }: ViewContext): void {
  const { info, bundleId, bundle } = view;
  if (!info || bundleId === undefined) return;
  const others = bundle.hosts
    .flatMap((host) => host.embeds.map((embed) => embed.bundle))
    .filter((other) => other !== bundle && DEXT_KINDS.includes(other.kind));
  for (const { node } of view.personalities) {
    const server = node.get('IOUserServerName');
    const name = view.text(server);
    if (!server || name === undefined || name === bundleId) continue;
    const owner = others.find((other) => siblingView(workspace, view, other)?.bundleId === name);
    if (!owner) continue;
    report({
      document: info.document,
      at: server,
      message: `IOUserServerName is ${name}, the bundle id of ${owner.name}, another dext of the same app: the system would take one’s process for the other’s. Write ${bundleId}, the bundle id of this dext.`,
    });
  }
}

function checkUsage({ view, report }: ViewContext): void {
  const { bundle, info, configuration } = view;
  // Where the file says its id the rules on single files speak.
  if (!info || !bundle.target || info.root.keyNode('CFBundleIdentifier')) return;
  const key = DEXT_KINDS.includes(bundle.kind)
    ? 'OSBundleUsageDescription'
    : 'NSSystemExtensionUsageDescription';
  const setting = `INFOPLIST_KEY_${key}`;
  if (info.root.keyNode(key)) return;
  if (configuration.generatesInfoPlist && (view.place(setting) || configuration.setting(setting))) return;
  report({
    document: info.document,
    at: info.root,
    keyPath: [key],
    message: `${key} is missing, here and in the build settings (${setting}): the system shows this text when it asks the person to allow the extension, and refuses one without it. Add a sentence that says what the extension is for.`,
  });
}

function checkProfile({ workspace, view, report }: ViewContext): void {
  const { bundle, info } = view;
  if (!info || bundle.origin !== 'built') return;
  const profile = (one: BundleView): boolean => {
    const plist = one.info?.document.uri ?? '';
    const folder = plist.slice(0, plist.lastIndexOf('/'));
    return ['provisionprofile', 'mobileprovision'].some((ending) =>
      workspace.exists(`${folder}/embedded.${ending}`),
    );
  };
  if (profile(view)) return;
  const at = placeIn(info, 'CFBundleIdentifier');
  const host = bundle.hosts
    .map((one) => siblingView(workspace, view, one))
    .find((one) => one !== undefined && profile(one));
  if (host && EXTENSION_KINDS.includes(bundle.kind)) {
    report({
      document: info.document,
      at,
      message: `The app ${host.bundle.name} carries a provisioning profile and this extension none: its restricted entitlements are granted by no one, and the system ends its process at once. Put the extension’s own profile into it as embedded.provisionprofile and sign again.`,
    });
    return;
  }
  const signature = workspace.executableOf(bundle)?.signature;
  const [claim] = restrictedClaims(view);
  if (!signature || signature.platform || claim === undefined) return;
  if (signature.adHoc) {
    report({
      document: info.document,
      at,
      severity: 'information',
      message: `The program is signed ad hoc, without a certificate, and claims ${claim}. It starts only on a Mac whose System Integrity Protection is off. To ship it, sign with a certificate and embed a provisioning profile.`,
    });
  } else if (signature.team !== undefined) {
    report({
      document: info.document,
      at,
      message: `The program is signed with ${claim}, and the bundle holds no provisioning profile that grants it: the system ends its process at once. Put the profile of this bundle id into it as embedded.provisionprofile and sign again.`,
    });
  }
}

const INSTALLING =
  'https://developer.apple.com/documentation/systemextensions/installing-system-extensions-and-drivers';

export const hostRules: readonly WorkspaceRule[] = [
  {
    id: 'workspace/product-name',
    severity: 'error',
    title: 'Product that is not called by its bundle id',
    what: 'A driver or system extension whose product, and so its folder, has another name than its bundle id: by `PRODUCT_NAME` in a project, by the folder’s name in a built app.',
    why: 'An app asks for its extension by bundle id, and the system looks for a folder of that name. It answers that the extension was not found in the app (OSSystemExtensionErrorDomain 4).',
    how: 'Set `PRODUCT_NAME` to `$(PRODUCT_BUNDLE_IDENTIFIER)`, or take it out: that is Xcode’s default for these targets.',
    source: [
      'https://developer.apple.com/forums/thread/824746',
      'swiftlang/swift-build Sources/SWBApplePlatform/Specs/DarwinProductTypes.xcspec',
    ],
    supersedes: ['dext/folder-name'],
    kinds: EXTENSION_KINDS,
    facts: ['mistake:M009', 'trap:18'],
    examples: {
      invalid:
        '<!-- build settings: PRODUCT_NAME = Lamp -->\n<key>CFBundleIdentifier</key>\n<string>com.example.lamp.driver</string>',
      valid:
        '<!-- build settings: PRODUCT_NAME = $(PRODUCT_BUNDLE_IDENTIFIER) -->\n<key>CFBundleIdentifier</key>\n<string>com.example.lamp.driver</string>',
    },
    checkView: checkProductName,
  },
  {
    id: 'workspace/bundle-id-prefix',
    severity: 'warning',
    title: 'Bundle id that does not begin with the app’s',
    what: 'An extension whose bundle id does not begin with the bundle id of the app that carries it, and a dot.',
    why: 'iPadOS refuses it. On macOS it is the rule in Apple’s guides and in provisioning, though there are drivers that work without.',
    how: 'Call the extension `APP-ID.something`.',
    source: [
      'https://developer.apple.com/documentation/audiodriverkit/creating-an-audio-device-driver',
      'https://developer.apple.com/forums/thread/655522',
    ],
    kinds: EXTENSION_KINDS,
    facts: ['mistake:M010', 'trap:22'],
    examples: {
      invalid:
        '<!-- the app is com.example.lamp -->\n<key>CFBundleIdentifier</key>\n<string>com.example.LampDriver</string>',
      valid:
        '<!-- the app is com.example.lamp -->\n<key>CFBundleIdentifier</key>\n<string>com.example.lamp.driver</string>',
    },
    checkView: checkPrefix,
  },
  {
    id: 'workspace/embedding',
    severity: 'error',
    title: 'Extension in another folder of the app',
    what: 'A driver or system extension that its app carries elsewhere than in `Contents/Library/SystemExtensions`.',
    why: 'The system looks for the extensions of an app in this one folder.',
    how: 'Embed the product by a copy phase with the destination `$(SYSTEM_EXTENSIONS_FOLDER_PATH)`; Xcode makes one when the extension is added under “Frameworks, Libraries, and Embedded Content”.',
    source: [INSTALLING],
    kinds: EXTENSION_KINDS,
    examples: {
      invalid:
        '<!-- Lamp.app/Contents/PlugIns/com.example.lamp.driver.dext/Info.plist -->\n<key>CFBundleIdentifier</key>\n<string>com.example.lamp.driver</string>',
      valid:
        '<!-- Lamp.app/Contents/Library/SystemExtensions/com.example.lamp.driver.dext/Info.plist -->\n<key>CFBundleIdentifier</key>\n<string>com.example.lamp.driver</string>',
    },
    checkView: checkEmbedding,
  },
  {
    id: 'workspace/version',
    severity: 'information',
    title: 'Extension of another version than its app',
    what: 'An extension whose `CFBundleShortVersionString` or `CFBundleVersion` differs from that of the app which carries it.',
    why: 'When the app is updated the system compares the versions of the installed and the new extension. If only the app’s was raised, the old driver keeps running.',
    how: 'Let both take `MARKETING_VERSION` and `CURRENT_PROJECT_VERSION` from the project.',
    source: [INSTALLING],
    kinds: EXTENSION_KINDS,
    facts: ['mistake:M006'],
    examples: {
      invalid: '<!-- the app: CFBundleVersion 8 -->\n<key>CFBundleVersion</key>\n<string>7</string>',
      valid: '<!-- the app: CFBundleVersion 8 -->\n<key>CFBundleVersion</key>\n<string>8</string>',
    },
    checkView: checkVersions,
  },
  {
    id: 'workspace/server-name',
    severity: 'warning',
    title: 'IOUserServerName of another dext',
    what: 'An `IOUserServerName` that is the bundle id of another dext in the same app: left over from copying.',
    why: 'The name is that of the process that serves the personality. Two dexts that share one are taken for each other.',
    how: 'Write `$(PRODUCT_BUNDLE_IDENTIFIER)`.',
    source: [
      'https://developer.apple.com/documentation/bundleresources/information-property-list/iouserservername',
      'apple-oss-distributions/xnu iokit/Kernel/IOService.cpp:4803-4945',
    ],
    kinds: DEXT_KINDS,
    examples: {
      invalid:
        '<!-- in com.example.lamp.driver2 -->\n<key>IOUserServerName</key>\n<string>com.example.lamp.driver</string>',
      valid: '<key>IOUserServerName</key>\n<string>$(PRODUCT_BUNDLE_IDENTIFIER)</string>',
    },
    checkView: checkServerName,
  },
  {
    id: 'workspace/usage-description',
    severity: 'warning',
    title: 'Usage description in no file and no setting',
    what: 'The Info.plist of an extension target that lacks `OSBundleUsageDescription` (drivers) or `NSSystemExtensionUsageDescription` (other system extensions), where the build settings do not add it either.',
    why: 'The text is shown when the person is asked to allow the extension. The request to activate one without it fails.',
    how: 'Add the key, or set `INFOPLIST_KEY_…` with `GENERATE_INFOPLIST_FILE`.',
    source: [
      'https://developer.apple.com/documentation/systemextensions/osbundleusagedescriptionkey',
      'https://developer.apple.com/documentation/systemextensions/nssystemextensionusagedescriptionkey',
    ],
    kinds: EXTENSION_KINDS,
    examples: {
      invalid:
        '<!-- no INFOPLIST_KEY_OSBundleUsageDescription in the settings -->\n<key>IOKitPersonalities</key>\n<dict/>',
      valid:
        '<key>IOKitPersonalities</key>\n<dict/>\n<key>OSBundleUsageDescription</key>\n<string>Lets the lamp shine.</string>',
    },
    checkView: checkUsage,
  },
  {
    id: 'workspace/missing-profile',
    severity: 'warning',
    title: 'Built bundle without a profile',
    what: 'A built extension without `embedded.provisionprofile` in an app that has one, and an extension or app whose signature claims restricted entitlements, without one. One that is signed ad hoc is information: it runs where System Integrity Protection is off.',
    why: 'Each bundle is judged by its own profile. Restricted entitlements that no profile grants make the system end the process as it starts, over and over.',
    how: 'Make a profile for the bundle id of the extension, and let Xcode or your script embed it before signing.',
    source: ['https://github.com/canyonroad/agentsh/issues/436'],
    kinds: [...EXTENSION_KINDS, 'app'],
    facts: ['mistake:M108'],
    examples: {
      invalid:
        '<!-- Lamp.app/Contents/embedded.provisionprofile alone -->\n<key>CFBundleIdentifier</key>\n<string>com.example.lamp.driver</string>',
      valid:
        '<!-- …/com.example.lamp.driver.dext/embedded.provisionprofile too -->\n<key>CFBundleIdentifier</key>\n<string>com.example.lamp.driver</string>',
    },
    checkView: checkProfile,
  },
];
