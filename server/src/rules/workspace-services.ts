/** Rules on network and camera extensions: provider kinds, Mach services, app groups. */
import type { BundleKind } from '../workspace/types.ts';
import { listed } from './bundle-values.ts';
import type { ViewContext, WorkspaceRule } from './types.ts';
import {
  type BundleView,
  placeIn,
  related,
  shown,
  siblingView,
  textsOf,
  withoutTeam,
} from './workspace-view.ts';

const NETWORK = 'com.apple.developer.networking.networkextension';
const GROUPS = 'com.apple.security.application-groups';

/** The kind of provider that the entitlement calls an extension point by. */
const KIND_OF_POINT: Readonly<Record<string, string>> = {
  'com.apple.networkextension.packet-tunnel': 'packet-tunnel-provider',
  'com.apple.networkextension.app-proxy': 'app-proxy-provider',
  'com.apple.networkextension.filter-data': 'content-filter-provider',
  'com.apple.networkextension.filter-packet': 'content-filter-provider',
  'com.apple.networkextension.dns-proxy': 'dns-proxy',
};

function hostsOf({ workspace, view }: ViewContext): BundleView[] {
  return view.bundle.hosts
    .filter(({ kind }) => kind === 'app')
    .map((host) => siblingView(workspace, view, host))
    .filter((host) => host !== undefined);
}

function checkNetwork(context: ViewContext): void {
  const { view, report } = context;
  const classes = view.info?.root.at(['NetworkExtension', 'NEProviderClasses']);
  const points = (classes?.entries ?? []).filter(({ key }) => key.text in KIND_OF_POINT);
  if (!view.info || points.length === 0) return;
  for (const side of [view, ...hostsOf(context)]) {
    const file = side.entitlements;
    const node = file?.root.get(NETWORK);
    const values = textsOf(side, node);
    if (!file || !values) continue;
    const kinds = values.map((value) => value.replace(/-systemextension$/, ''));
    for (const { key } of points) {
      const wanted = KIND_OF_POINT[key.text] ?? '';
      if (kinds.includes(wanted)) continue;
      report({
        document: file.document,
        at: node ?? file.root,
        keyPath: [NETWORK],
        message: `${side === view ? 'The extension' : `The app ${side.bundle.name}`} lacks ${wanted} in ${NETWORK}, which the provider ${key.text} of ${side === view ? 'its Info.plist' : `${view.bundle.name}`} needs. Both sides must hold it: add ${wanted}, or ${wanted}-systemextension for Developer ID.`,
        related: [related(view.info.document, key, 'the provider')],
      });
    }
  }
  checkFlavour(context);
}

/** Network rights beside an Info.plist that declares no extension of any kind. */
function checkDictionary({ view, report }: ViewContext): void {
  const { info, entitlements } = view;
  const right = entitlements?.root.get(NETWORK);
  const values = textsOf(view, right);
  if (!info || !entitlements || !right || !values || values.length === 0) return;
  if (info.root.keyNode('NetworkExtension') || info.root.keyNode('NSExtension')) return;
  // An extension may hold several rights, and one of the other kinds needs no key at all.
  if (entitlements.root.get('com.apple.developer.endpoint-security.client')?.boolean === true) return;
  // The entitlements of an app, and so its Info.plist.
  if (!view.bundle.target && entitlements.root.keyNode('com.apple.developer.system-extension.install'))
    return;
  report({
    document: info.document,
    at: placeIn(info, 'CFBundlePackageType'),
    keyPath: ['NetworkExtension'],
    message: `NetworkExtension is missing: the entitlements make this a network extension (${listed(values)}), and the system reads from that dictionary which class provides it. Without it the activation hangs in validation or ends with error 9. Add NetworkExtension with NEProviderClasses.`,
    related: [related(entitlements.document, right, 'the right to be a network extension')],
  });
}

/** Plain values and those for Developer ID do not go together. */
function checkFlavour(context: ViewContext): void {
  const { view, report } = context;
  const own = textsOf(view, view.entitlements?.root.get(NETWORK));
  for (const host of hostsOf(context)) {
    const node = host.entitlements?.root.get(NETWORK);
    const other = textsOf(host, node);
    if (!own?.length || !other?.length || !node || !host.entitlements) continue;
    const suffixed = (values: readonly string[]) =>
      values.some((value) => value.endsWith('-systemextension'));
    const plain = (values: readonly string[]) =>
      values.some(
        (value) => !value.endsWith('-systemextension') && Object.values(KIND_OF_POINT).includes(value),
      );
    if (
      (suffixed(own) && plain(own)) ||
      (suffixed(other) && plain(other)) ||
      suffixed(own) === suffixed(other)
    )
      continue;
    report({
      document: host.entitlements.document,
      at: node,
      message: `The app ${host.bundle.name} has ${listed(other)} and the extension ${listed(own)} in ${NETWORK}. Values with “-systemextension” are for Developer ID, those without for development and the App Store: use the same on both sides.`,
      ...(view.entitlements && {
        related: [
          related(
            view.entitlements.document,
            view.entitlements.root.get(NETWORK) ?? view.entitlements.root,
            'the extension',
          ),
        ],
      }),
    });
  }
}

function checkService({ view, report }: ViewContext): void {
  const { info, entitlements, bundle } = view;
  if (!info || !entitlements) return;
  const camera = bundle.kind === 'camera-extension';
  const path = camera
    ? ['CMIOExtension', 'CMIOExtensionMachServiceName']
    : ['NetworkExtension', 'NEMachServiceName'];
  const node = info.root.at(path);
  const name = view.text(node);
  const list = entitlements.root.get(GROUPS);
  const groups = textsOf(view, list);
  if (!node || name === undefined || name === '' || !groups) return;
  const fits = groups
    .map(withoutTeam)
    .some((group) => withoutTeam(name) === group || withoutTeam(name).startsWith(`${group}.`));
  if (fits) return;
  report({
    document: info.document,
    at: node,
    message:
      groups.length === 0
        ? `${shown(name)} must begin with an app group of the extension, and its entitlements have none (${GROUPS}). Add the group, or the system ends the activation of the extension.`
        : `${shown(name)} begins with no app group of the extension (${listed(groups.map(shown))}), so the system ends its activation. Write a group, a dot and a name.`,
    related: [related(entitlements.document, list ?? entitlements.root, 'the app groups')],
  });
}

function checkGroups(context: ViewContext): void {
  const { view, report } = context;
  const list = view.entitlements?.root.get(GROUPS);
  const own = textsOf(view, list);
  if (!view.entitlements || !list || !own?.length) return;
  for (const host of hostsOf(context)) {
    const other = host.entitlements && textsOf(host, host.entitlements.root.get(GROUPS));
    if (!host.entitlements || !other) continue;
    const names = other.map(withoutTeam);
    if (own.some((group) => names.includes(withoutTeam(group)))) continue;
    report({
      document: view.entitlements.document,
      at: list,
      message: `The app ${host.bundle.name} shares no app group with this extension (${listed(own.map(shown))} here, ${other.length === 0 ? 'none' : listed(other.map(shown))} there), so they reach neither each other’s files nor the Mach service. Give both one group.`,
      related: [
        related(
          host.entitlements.document,
          host.entitlements.root.get(GROUPS) ?? host.entitlements.root,
          'the app',
        ),
      ],
    });
  }
}

const KINDS: readonly BundleKind[] = ['network-extension', 'camera-extension'];
const GROUP_PAGE =
  'https://developer.apple.com/documentation/bundleresources/entitlements/com.apple.security.application-groups';

export const serviceRules: readonly WorkspaceRule[] = [
  {
    id: 'workspace/network-provider',
    severity: 'warning',
    title: 'Provider kind that one side lacks',
    what: 'A network extension whose provider needs a value of `com.apple.developer.networking.networkextension` that the entitlements of the extension or of its app lack, or that the two sides hold in different forms (with and without `-systemextension`).',
    why: 'The system starts a provider only if the extension is entitled to that kind, and lets only an app with the same right configure it.',
    how: 'Give both targets the same values: plain ones for development and the App Store, `…-systemextension` for Developer ID.',
    source: [
      'https://developer.apple.com/documentation/bundleresources/entitlements/com.apple.developer.networking.networkextension',
      'https://developer.apple.com/forums/thread/737894',
    ],
    kinds: ['network-extension'],
    examples: {
      invalid:
        '<!-- Info.plist: com.apple.networkextension.packet-tunnel; the .entitlements file: -->\n<array>\n\t<string>dns-proxy</string>\n</array>',
      valid:
        '<!-- Info.plist: com.apple.networkextension.packet-tunnel; the .entitlements file: -->\n<array>\n\t<string>packet-tunnel-provider</string>\n</array>',
    },
    checkView: checkNetwork,
  },
  {
    id: 'workspace/network-dictionary',
    severity: 'error',
    title: 'Network extension without NetworkExtension',
    what: 'A system extension with `com.apple.developer.networking.networkextension` in its entitlements and without the dictionary `NetworkExtension` in its Info.plist. The Info.plist alone does not tell that it is a network extension.',
    why: 'The system reads from the dictionary which providers there are. Without it the activation hangs in validation or ends with error 9.',
    how: 'Add `NetworkExtension` with `NEProviderClasses` and `NEMachServiceName`.',
    source: [
      'https://developer.apple.com/documentation/networkextension/debugging-a-network-extension-provider',
      'https://developer.apple.com/forums/thread/737894',
    ],
    kinds: ['system-extension'],
    facts: ['mistake:M101'],
    examples: {
      invalid:
        '<!-- entitlements: content-filter-provider-systemextension -->\n<key>CFBundlePackageType</key>\n<string>SYSX</string>',
      valid:
        '<key>NetworkExtension</key>\n<dict>\n\t<key>NEProviderClasses</key>\n\t<dict>\n\t\t<key>com.apple.networkextension.filter-data</key>\n\t\t<string>$(PRODUCT_MODULE_NAME).Filter</string>\n\t</dict>\n</dict>',
    },
    checkView: checkDictionary,
  },
  {
    id: 'workspace/mach-service',
    severity: 'error',
    title: 'Mach service outside of the app groups',
    what: 'An `NEMachServiceName` or `CMIOExtensionMachServiceName` that does not begin with an app group of the extension. Team ids that are not known count as equal.',
    why: 'A sandboxed extension may publish services only below its app groups. The activation ends with error 9: the extension’s category returned an error.',
    how: 'Write an app group, a dot and a name, such as `$(TeamIdentifierPrefix)com.example.lamp.service`, and list the group in the entitlements.',
    source: [
      'https://github.com/partout-io/passepartout/pull/1351',
      'https://developer.apple.com/documentation/coremediaio/creating-a-camera-extension-with-core-media-i-o',
    ],
    supersedes: ['sysext/mach-service-prefix'],
    kinds: KINDS,
    facts: ['mistake:M099', 'mistake:M105'],
    examples: {
      invalid:
        '<!-- app group: group.com.example.lamp -->\n<key>NEMachServiceName</key>\n<string>com.example.lamp.service</string>',
      valid:
        '<!-- app group: group.com.example.lamp -->\n<key>NEMachServiceName</key>\n<string>group.com.example.lamp.service</string>',
    },
    checkView: checkService,
  },
  {
    id: 'workspace/app-group',
    severity: 'warning',
    title: 'App and extension without a common app group',
    what: 'A network or camera extension with app groups of which its app has none.',
    why: 'App groups are how the two share files and reach a Mach service.',
    how: 'Give both targets one group.',
    source: [GROUP_PAGE, 'https://developer.apple.com/forums/thread/812857'],
    kinds: KINDS,
    facts: ['mistake:M104'],
    examples: {
      invalid:
        '<!-- the app: group.com.example.lamp; the extension: -->\n<string>group.com.example.light</string>',
      valid:
        '<!-- the app: group.com.example.lamp; the extension: -->\n<string>group.com.example.lamp</string>',
    },
    checkView: checkGroups,
  },
];
