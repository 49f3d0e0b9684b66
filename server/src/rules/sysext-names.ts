/** Rules on Mach services, levels of keys and versions of system extensions. */
import { wrapInDict } from '../plist/edit.ts';
import type { PlistNode } from '../plist/types.ts';
import type { BundleKind } from '../workspace/types.ts';
import { joinedFix, moveEntryFix, offer, renameKeyFix, setTextFix } from './bundle-edits.ts';
import { isFilledIn, quoted } from './bundle-values.ts';
import { teamOf } from './entitlements-signing.ts';
import type { Fix, Rule, RuleContext } from './types.ts';

export const SYSEXT_KINDS: readonly BundleKind[] = [
  'network-extension',
  'endpoint-security',
  'camera-extension',
  'system-extension',
];

/** Where the names of Mach services stand; the kernel of each extension point reads them there. */
const SERVICES: readonly { readonly path: readonly string[]; readonly group: boolean }[] = [
  { path: ['NetworkExtension', 'NEMachServiceName'], group: true },
  { path: ['CMIOExtension', 'CMIOExtensionMachServiceName'], group: true },
  { path: ['NSEndpointSecurityMachServiceName'], group: false },
];

function checkService({ root, report }: RuleContext): void {
  for (const { path, group } of SERVICES) {
    const node = root.at(path);
    const text = node?.string?.trim();
    if (!node || !text || isFilledIn(text)) continue;
    const team = teamOf(text);
    if (team !== undefined || text.startsWith('group.')) continue;
    report({
      at: node,
      message: group
        ? `${path.at(-1)} must begin with an app group of the extension, and a group begins with the team id or with group.; ${quoted(text)} does neither, and activation ends with error 9. Write $(TeamIdentifierPrefix)${text} and list a group that it begins with.`
        : `${path.at(-1)} usually begins with the team id; a name without one is open to any program that registers it first. Write $(TeamIdentifierPrefix)${text}.`,
      ...(!group && { severity: 'information' as const }),
      fixes: () =>
        offer(setTextFix(node, `$(TeamIdentifierPrefix)${text}`, 'Put $(TeamIdentifierPrefix) in front')),
    });
  }
}

function checkTeam({ root, built, report }: RuleContext): void {
  if (built) return;
  for (const { path } of SERVICES) {
    const node = root.at(path);
    const text = node?.string?.trim();
    const team = text === undefined ? undefined : teamOf(text);
    if (!node || text === undefined || team === undefined) continue;
    const rest = text.slice(team.length + 1);
    report({
      at: node,
      message: `${quoted(text)} names the team ${team}. Built by another team the name fits none of that team’s app groups. Write $(TeamIdentifierPrefix)${rest}.`,
      fixes: () =>
        offer(
          setTextFix(node, `$(TeamIdentifierPrefix)${rest}`, 'Replace the team by $(TeamIdentifierPrefix)'),
        ),
    });
  }
}

/** Keys of a dictionary of the Info.plist, and which one. */
const PLACE: Readonly<Record<string, string>> = {
  NEProviderClasses: 'NetworkExtension',
  NEMachServiceName: 'NetworkExtension',
  CMIOExtensionMachServiceName: 'CMIOExtension',
};

const TOP_KEYS =
  /^(NSSystemExtensionUsageDescription|NSEndpointSecurity\w+|CFBundle[A-Z]\w+|LSMinimumSystemVersion|NSHumanReadableCopyright)$/;

function checkLevel({ root, report }: RuleContext): void {
  for (const { key, value } of root.entries) {
    const place = PLACE[key.text];
    if (place === undefined) continue;
    const target = root.get(place);
    report({
      at: key,
      ...(!target && { explains: [place] }),
      message: `${key.text} belongs into the dictionary ${place}. At the top level nothing reads it.`,
      fixes: () => offer(value && intoFix(key, value, place, target)),
    });
  }
  for (const [name, own] of [
    ['NetworkExtension', /^NE/],
    ['CMIOExtension', /^CMIO/],
  ] as const) {
    const dict = root.get(name);
    for (const { key } of dict?.entries ?? []) {
      if (own.test(key.text) && PLACE[key.text] === name) continue;
      if (TOP_KEYS.test(key.text)) {
        report({
          at: key,
          message: `${key.text} belongs to the top level of the Info.plist, not into ${name}.`,
          fixes: () =>
            offer(
              root.keyNode(key.text)
                ? undefined
                : moveEntryFix(key, root, `Move ${key.text} to the top level`),
            ),
        });
      } else if (key.text.startsWith('com.apple.networkextension.') && dict) {
        const classes = dict.get('NEProviderClasses');
        report({
          at: key,
          message: `${key.text} is an extension point and belongs into NEProviderClasses. Here nothing reads it.`,
          fixes: () =>
            offer(
              classes?.kind === 'dict'
                ? moveEntryFix(key, classes, `Move ${key.text} into NEProviderClasses`)
                : undefined,
            ),
        });
      }
    }
  }
  const classes = root.at(['NetworkExtension', 'NEProviderClasses']);
  for (const { key } of classes?.entries ?? []) {
    if (key.text !== 'NEMachServiceName') continue;
    const target = root.get('NetworkExtension')!;
    report({
      at: key,
      message: 'NEMachServiceName belongs into NetworkExtension itself, beside NEProviderClasses.',
      fixes: () =>
        offer(
          target.keyNode(key.text)
            ? undefined
            : moveEntryFix(key, target, 'Move it beside NEProviderClasses'),
        ),
    });
  }
}

/** Into the dictionary where there is one, else a new one around the value. */
function intoFix(
  key: PlistNode,
  value: PlistNode,
  place: string,
  target: PlistNode | undefined,
): Fix | undefined {
  if (target?.kind === 'dict') {
    return target.keyNode(key.text) ? undefined : moveEntryFix(key, target, `Move ${key.text} into ${place}`);
  }
  if (target || key.tree.root?.keyNode(place)) return undefined;
  return joinedFix(
    `Put it into ${place}`,
    [...renameKeyFix(key, place).edits, ...wrapInDict(value, key.text)],
    true,
  );
}

function checkSystemVersion({ root, kind, report }: RuleContext): void {
  const node = root.get('LSMinimumSystemVersion');
  const text = node?.string?.trim();
  if (!node || text === undefined || !/^\d+(\.\d+)*$/.test(text)) return;
  const camera = kind === 'camera-extension';
  const least = camera ? [12, 3] : [10, 15];
  const [major = 0, minor = 0] = text.split('.').map(Number);
  if (major > least[0]! || (major === least[0] && minor >= least[1]!)) return;
  const version = least.join('.');
  report({
    at: node,
    message: `${camera ? 'Camera extensions' : 'System extensions'} exist since macOS ${version}; with ${text} the bundle claims to run on a system that does not know it.`,
    fixes: () => offer(setTextFix(node, version, `Set to ${version}`)),
  });
}

const PROJECTS = [
  'https://github.com/partout-io/passepartout/pull/1351',
  'objective-see/LuLu LuLu/Extension/Info.plist',
  'UNVERIFIED in Apple’s text; from projects and forum threads',
];
const camera = (name: string) =>
  `<key>CMIOExtension</key>\n<dict>\n\t<key>CMIOExtensionMachServiceName</key>\n\t<string>${name}</string>\n</dict>`;

export const sysextNamesRules: readonly Rule[] = [
  {
    id: 'sysext/mach-service-prefix',
    severity: 'warning',
    title: 'Mach service outside the app groups',
    what: 'A `NEMachServiceName` or `CMIOExtensionMachServiceName` that begins with neither a team id nor `group.`. As information, a `NSEndpointSecurityMachServiceName` without a team id.',
    why: 'A sandboxed extension may publish a Mach service only under the name of one of its app groups, and these begin with the team id or `group.`. Activation ends with “extension category returned error”.',
    how: 'Write `$(TeamIdentifierPrefix)` in front, and list an app group that the name begins with in the entitlements of the extension and of the app.',
    source: [
      ...PROJECTS,
      'https://developer.apple.com/documentation/coremediaio/creating-a-camera-extension-with-core-media-i-o',
    ],
    kinds: SYSEXT_KINDS,
    facts: ['mistake:M099', 'mistake:M105'],
    examples: {
      invalid: camera('com.example.Lamp.camera'),
      valid: camera('$(TeamIdentifierPrefix)com.example.Lamp.camera'),
    },
    check: checkService,
  },
  {
    id: 'sysext/team-literal',
    severity: 'hint',
    title: 'Team id written out in a Mach service',
    what: 'The name of a Mach service that begins with a team id in plain letters, in a source file.',
    why: 'The name must begin with an app group of the team that signs. Who builds the project with another team gets an extension that does not start.',
    how: 'Write `$(TeamIdentifierPrefix)`, which ends in the dot.',
    source: ['https://github.com/dautovri/SimulatorCamera/issues/6'],
    kinds: SYSEXT_KINDS,
    facts: ['mistake:M097'],
    examples: {
      invalid: camera('A1B2C3D4E5.com.example.Lamp.camera'),
      valid: camera('$(TeamIdentifierPrefix)com.example.Lamp.camera'),
    },
    check: checkTeam,
  },
  {
    id: 'sysext/key-level',
    severity: 'warning',
    title: 'Key on the wrong level of a system extension',
    what: '`NEProviderClasses`, `NEMachServiceName` or `CMIOExtensionMachServiceName` outside their dictionary, an extension point outside `NEProviderClasses`, a top-level key inside one of the dictionaries.',
    why: 'Each is looked for in one place only.',
    how: 'Move the key.',
    source: [
      'https://developer.apple.com/documentation/networkextension/neprovider/startsystemextensionmode()',
      'https://developer.apple.com/documentation/coremediaio/creating-a-camera-extension-with-core-media-i-o',
    ],
    kinds: SYSEXT_KINDS,
    examples: {
      invalid:
        '<key>CFBundlePackageType</key>\n<string>SYSX</string>\n<key>CMIOExtensionMachServiceName</key>\n<string>$(TeamIdentifierPrefix)com.example.Lamp.camera</string>',
      valid: `<key>CFBundlePackageType</key>\n<string>SYSX</string>\n${camera('$(TeamIdentifierPrefix)com.example.Lamp.camera')}`,
    },
    check: checkLevel,
  },
  {
    id: 'sysext/system-version',
    severity: 'information',
    title: 'System older than system extensions',
    what: 'An `LSMinimumSystemVersion` below 10.15, or below 12.3 in a camera extension.',
    why: 'Older systems do not know the bundle.',
    how: 'Raise the deployment target.',
    source: [
      'https://developer.apple.com/documentation/technotes/tn3134-network-extension-provider-deployment',
    ],
    kinds: SYSEXT_KINDS,
    examples: {
      invalid: '<key>LSMinimumSystemVersion</key>\n<string>10.13</string>',
      valid: '<key>LSMinimumSystemVersion</key>\n<string>10.15</string>',
    },
    check: checkSystemVersion,
  },
];
