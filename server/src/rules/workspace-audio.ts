/** Rules on what an audio or MIDI driver must offer for Core Audio to reach it: entitlement, class and Info.plist together. */
import { addEntryFix } from './bundle-edits.ts';
import { DEXT_KINDS, knownString } from './bundle-values.ts';
import { nameOf } from './match-values.ts';
import type { PersonalityNode, ViewContext, WorkspaceRule } from './types.ts';
import { ancestorsOfNamed } from './workspace-classes.ts';
import { related } from './workspace-view.ts';

const ENTITLEMENT = 'com.apple.developer.driverkit.family.audio';
const CLIENT = 'IOUserAudioDriverUserClientProperties';
const CLIENT_XML =
  '<dict>\n\t<key>IOClass</key>\n\t<string>IOUserUserClient</string>\n\t<key>IOUserClass</key>\n\t<string>IOUserAudioDriverUserClient</string>\n</dict>';

/** Personalities of audio drivers: those whose class the sources derive from it, else the only one of the dext. */
function audioPersonalities({ workspace, view }: ViewContext): readonly PersonalityNode[] {
  const own = view.personalities.filter(({ isDext }) => isDext);
  const ancestors = own.map(({ node }) => {
    const name = knownString(node.get('IOUserClass'))?.trim();
    return name === undefined ? undefined : ancestorsOfNamed(workspace, view.bundle, name);
  });
  const derived = own.filter((_, index) => ancestors[index]?.includes('IOUserAudioDriver'));
  if (derived.length > 0) return derived;
  // Where all that is above the class is known and no audio driver is, the entitlement is for something else.
  return own.length === 1 && ancestors[0] === undefined ? own : [];
}

function checkAudioClient(context: ViewContext): void {
  const { info, entitlements } = context.view;
  const claim = entitlements?.root.get(ENTITLEMENT);
  if (!info || !entitlements || claim?.boolean !== true) return;
  for (const { name, node } of audioPersonalities(context)) {
    if (node.keyNode(CLIENT)) continue;
    context.report({
      document: info.document,
      at: nameOf(node),
      keyPath: [...node.path, CLIENT],
      message: `The personality ${name} lacks ${CLIENT}, and the target is entitled as an audio driver: Core Audio connects by that dictionary, and without it the device is published but no program sees it. Add the dictionary.`,
      fixes: () => [addEntryFix(node, CLIENT, CLIENT_XML, `Add ${CLIENT}`)],
      related: [related(entitlements.document, claim, 'the entitlement')],
    });
  }
}

/** The dictionary by which a personality shows what it is, and the entitlement of its family. */
const MEDIA = [
  { client: CLIENT, base: 'IOUserAudioDriver', family: 'audio', who: 'Core Audio' },
  {
    client: 'IOUserMIDIDriverUserClientProperties',
    base: 'IOUserMIDIDriver',
    family: 'midi',
    who: 'Core MIDI',
  },
];

function checkFamily({ workspace, view, report }: ViewContext): void {
  const { info, entitlements, bundle } = view;
  if (!info || !entitlements) return;
  for (const { client, base, family, who } of MEDIA) {
    const key = `com.apple.developer.driverkit.family.${family}`;
    if (entitlements.root.keyNode(key)) continue;
    const own = view.personalities.filter(({ isDext }) => isDext);
    const sign = own
      .map(({ node }) => {
        const userClass = node.get('IOUserClass');
        const name = knownString(userClass)?.trim();
        const derived = name !== undefined && ancestorsOfNamed(workspace, bundle, name)?.includes(base);
        return node.keyNode(client) ?? (derived ? userClass : undefined);
      })
      .find((node) => node !== undefined);
    if (!sign) continue;
    report({
      document: entitlements.document,
      at: entitlements.root,
      keyPath: [key],
      message: `${key} is missing: the personality is one for ${who}, which passes over a driver without it. Add it, and ask Apple for it before you ship.`,
      fixes: () => [addEntryFix(entitlements.root, key, '<true/>', `Add ${key}`)],
      related: [related(info.document, sign, `what makes it a driver for ${who}`)],
    });
  }
}

export const audioRules: readonly WorkspaceRule[] = [
  {
    id: 'workspace/audio-client',
    severity: 'warning',
    title: 'Audio dext that Core Audio cannot open',
    what: 'A dext whose entitlements hold `com.apple.developer.driverkit.family.audio` and whose audio personality lacks `IOUserAudioDriverUserClientProperties`. The audio personality is the one whose class derives from `IOUserAudioDriver` in the `.iig` files; where they are not there, the only one of the dext.',
    why: 'Core Audio connects to the driver by that dictionary. Without it the device is published and no program sees it.',
    how: 'Add the dictionary with `IOClass` `IOUserUserClient` and `IOUserClass` `IOUserAudioDriverUserClient`.',
    source: [
      'https://developer.apple.com/documentation/audiodriverkit/creating-an-audio-device-driver',
      'https://developer.apple.com/documentation/audiodriverkit/iouseraudiodriver',
    ],
    supersedes: ['dext/missing-audio-client'],
    kinds: DEXT_KINDS,
    facts: ['mistake:M057'],
    examples: {
      invalid:
        '<!-- the .entitlements file: com.apple.developer.driverkit.family.audio -->\n<key>IOUserClass</key>\n<string>Lamp</string>',
      valid:
        '<!-- the .entitlements file: com.apple.developer.driverkit.family.audio -->\n<key>IOUserClass</key>\n<string>Lamp</string>\n<key>IOUserAudioDriverUserClientProperties</key>\n<dict>\n\t<key>IOClass</key>\n\t<string>IOUserUserClient</string>\n\t<key>IOUserClass</key>\n\t<string>IOUserAudioDriverUserClient</string>\n</dict>',
    },
    checkView: checkAudioClient,
  },
  {
    id: 'workspace/media-entitlement',
    severity: 'warning',
    title: 'Audio or MIDI dext without its family entitlement',
    what: 'A dext with a personality for Core Audio or Core MIDI (by `IOUserAudioDriverUserClientProperties`, `IOUserMIDIDriverUserClientProperties`, or a class that derives from `IOUserAudioDriver` or `IOUserMIDIDriver`) whose entitlements lack `com.apple.developer.driverkit.family.audio` or `.midi`.',
    why: 'Apple asks for the entitlement of each family that a dext uses. These two run under `IOUserService`, so the kernel class does not tell what is missing.',
    how: 'Add the entitlement to the `.entitlements` file of the target. For distribution Apple has to grant it.',
    source: [
      'https://developer.apple.com/documentation/bundleresources/entitlements/com.apple.developer.driverkit.family.audio',
      'https://developer.apple.com/documentation/bundleresources/entitlements/com.apple.developer.driverkit.family.midi',
    ],
    kinds: DEXT_KINDS,
    facts: ['mistake:M067'],
    examples: {
      invalid:
        '<!-- Info.plist: IOUserAudioDriverUserClientProperties; the .entitlements file: -->\n<key>com.apple.developer.driverkit</key>\n<true/>',
      valid:
        '<!-- Info.plist: IOUserAudioDriverUserClientProperties; the .entitlements file: -->\n<key>com.apple.developer.driverkit</key>\n<true/>\n<key>com.apple.developer.driverkit.family.audio</key>\n<true/>',
    },
    checkView: checkFamily,
  },
];
