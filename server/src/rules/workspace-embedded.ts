/** Rules on the provisioning profile inside a built bundle: whose it is, for which systems, until when. */
import { dateText } from '../plist/print.ts';
import type { BundleKind } from '../workspace/types.ts';
import type { ProfileFile } from '../workspace/workspace.ts';
import type { ViewContext, WorkspaceRule } from './types.ts';
import { embeddedProfile } from './workspace-profile.ts';
import { type BundleView, placeIn, type ViewFile } from './workspace-view.ts';

const KINDS: readonly BundleKind[] = [
  'dext',
  'codeless-dext',
  'network-extension',
  'endpoint-security',
  'camera-extension',
  'system-extension',
  'app',
];

interface Embedded {
  readonly info: ViewFile;
  readonly file: ProfileFile;
  /** For a person: the profile's name, else its file's. */
  readonly name: string;
}

function embeddedIn({ workspace, view }: ViewContext): Embedded | undefined {
  const file = embeddedProfile(workspace, view);
  if (!file || !view.info) return undefined;
  return { info: view.info, file, name: file.profile.name ?? 'embedded.provisionprofile' };
}

function relatedTo({ file }: Embedded) {
  return [{ uri: file.uri, range: { start: 0, end: 0 }, message: 'the profile' }];
}

/** `ABCDE12345.com.acme.lamp` against `ABCDE12345.com.acme.*`. */
function fits(id: string, pattern: string): boolean {
  return pattern.endsWith('*') ? id.startsWith(pattern.slice(0, -1)) : id === pattern;
}

function checkIdentity(context: ViewContext): void {
  const { workspace, view, report } = context;
  const embedded = embeddedIn(context);
  if (!embedded) return;
  const { info, name } = embedded;
  const { applicationId, teams } = embedded.file.profile;
  const signature = workspace.executableOf(view.bundle)?.signature;
  const { bundleId } = view;
  const tell = (key: string, message: string) =>
    report({
      document: info.document,
      at: placeIn(info, key),
      keyPath: [key],
      message,
      related: relatedTo(embedded),
    });
  const own = applicationId?.slice(applicationId.indexOf('.') + 1);
  if (bundleId !== undefined && own !== undefined && !fits(bundleId, own)) {
    tell(
      'CFBundleIdentifier',
      `The provisioning profile inside this bundle, ${name}, is for ${own}, and the bundle id is ${bundleId}: the profile grants it nothing, and the system ends the process as it starts. Embed the profile of this bundle id and sign again.`,
    );
    return;
  }
  if (signature?.team !== undefined && teams.length > 0 && !teams.includes(signature.team)) {
    tell(
      'CFBundleIdentifier',
      `The program is signed by the team ${signature.team}, and the provisioning profile inside the bundle, ${name}, is for ${teams.join(', ')}: the profile grants it nothing. Sign by a certificate of the profile’s team, or embed a profile of your own.`,
    );
    return;
  }
  const claimed = ['com.apple.application-identifier', 'application-identifier']
    .map((key) => view.entitlements?.root.get(key)?.string?.trim())
    .find((text) => text !== undefined);
  if (claimed !== undefined && applicationId !== undefined && !fits(claimed, applicationId)) {
    tell(
      'CFBundleIdentifier',
      `The program is signed as ${claimed}, and the provisioning profile inside the bundle, ${name}, is for ${applicationId}: the profile grants it nothing. Sign again with the entitlements that belong to this profile.`,
    );
  }
}

function checkExpiry(context: ViewContext): void {
  const embedded = embeddedIn(context);
  const expires = embedded?.file.profile.expires;
  if (!embedded || expires === undefined || expires * 1000 > Date.now()) return;
  const { info, name } = embedded;
  context.report({
    document: info.document,
    at: placeIn(info, 'CFBundleIdentifier'),
    message: `The provisioning profile inside this bundle, ${name}, expired on ${day(expires)}, by the clock of this computer. The system no longer lets the program use its restricted entitlements. Download the profile anew, embed it and sign again.`,
    related: relatedTo(embedded),
  });
}

/** `2027-01-31`. */
function day(seconds: number): string {
  return dateText(seconds).slice(0, 10);
}

function checkDevices(context: ViewContext): void {
  const { view, workspace, report } = context;
  const embedded = embeddedIn(context);
  const { devices } = embedded?.file.profile ?? {};
  const signature = workspace.executableOf(view.bundle)?.signature;
  const rights = view.entitlements?.root;
  if (!embedded || devices === undefined || !signature || !rights) return;
  // A program that a debugger may attach to is meant for the developer's own Macs.
  const debugged = ['get-task-allow', 'com.apple.security.get-task-allow'].some(
    (key) => rights.get(key)?.boolean === true,
  );
  if (debugged) return;
  report({
    document: embedded.info.document,
    at: placeIn(embedded.info, 'CFBundleIdentifier'),
    message: `The provisioning profile inside this bundle, ${embedded.name}, is one for development: it lists ${devices === 1 ? 'one device' : `${devices} devices`}, and the program starts on no other. To ship it, sign with a profile for distribution (Developer ID).`,
    related: relatedTo(embedded),
  });
}

function checkPlatform(context: ViewContext): void {
  const { view, report } = context;
  const embedded = embeddedIn(context);
  const { platforms = [] } = embedded?.file.profile ?? {};
  if (!embedded || platforms.length === 0 || !isOfMac(view)) return;
  if (platforms.some((platform) => platform === 'OSX' || platform === 'DriverKit')) return;
  report({
    document: embedded.info.document,
    at: placeIn(embedded.info, 'CFBundleIdentifier'),
    message: `The provisioning profile inside this bundle, ${embedded.name}, is for ${platforms.join(', ')}, and this is a bundle for macOS (Platform of the profile lacks OSX). macOS takes no rights from it. Make a profile for macOS on Apple’s developer site and embed that.`,
    related: relatedTo(embedded),
  });
}

/** Only bundles of macOS have a `Contents` folder; a dext, flat everywhere, is for the system of its app. */
function isOfMac({ bundle, info }: BundleView): boolean {
  const hasContents = (uri: string | undefined) => uri?.endsWith('/Contents/Info.plist') === true;
  return (
    hasContents(info?.document.uri) ||
    bundle.hosts.some(({ configurations }) => configurations.some(({ infoPlist }) => hasContents(infoPlist)))
  );
}

const TN3125 =
  'https://developer.apple.com/documentation/technotes/tn3125-inside-code-signing-provisioning-profiles';

const example = (profile: string) =>
  `<!-- com.example.lamp.driver.dext/embedded.provisionprofile: ${profile} -->\n<key>CFBundleIdentifier</key>\n<string>com.example.lamp.driver</string>`;

export const embeddedRules: readonly WorkspaceRule[] = [
  {
    id: 'workspace/profile-identity',
    severity: 'error',
    title: 'Profile of another bundle or team',
    what: 'A built bundle whose `embedded.provisionprofile` is for another bundle id, for another team than the one that signed the program, or for another application identifier than the one in the signature. `*` in a profile stands for any ending.',
    why: 'A profile grants its entitlements to the App ID and the team that stand in it, and to no other. A program with restricted entitlements that nothing grants is ended as it starts.',
    how: 'Embed the profile that was made for this bundle id, and sign with a certificate of its team.',
    source: [TN3125],
    kinds: KINDS,
    examples: {
      invalid: example('for ABCDE12345.com.example.torch'),
      valid: example('for ABCDE12345.com.example.lamp.driver'),
    },
    checkView: checkIdentity,
  },
  {
    id: 'workspace/profile-expired',
    severity: 'information',
    title: 'Expired profile',
    what: 'A built bundle whose `embedded.provisionprofile` has expired, by the clock of this computer. The message tells the day.',
    why: 'From that day on the profile grants nothing: a program that claims restricted entitlements no longer starts.',
    how: 'Download the profile anew, embed it and sign again.',
    source: [TN3125],
    kinds: KINDS,
    examples: { invalid: example('expired in 2020'), valid: example('expires in 2199') },
    checkView: checkExpiry,
  },
  {
    id: 'workspace/profile-devices',
    severity: 'information',
    title: 'Profile for development in a product to ship',
    what: 'A built bundle whose `embedded.provisionprofile` lists devices, while its program is not signed for debugging (`get-task-allow`).',
    why: 'A profile with a list of devices is valid on these alone.',
    how: 'For distribution outside of the App Store make a Developer ID profile.',
    source: [TN3125],
    kinds: KINDS,
    examples: {
      invalid: example('ProvisionedDevices with two Macs; the signature lacks get-task-allow'),
      valid: example('ProvisionsAllDevices'),
    },
    checkView: checkDevices,
  },
  {
    id: 'workspace/profile-platform',
    severity: 'warning',
    title: 'Profile for another system',
    what: 'A built bundle for macOS whose `embedded.provisionprofile` is for other systems (`Platform`).',
    why: 'A profile counts on the systems that it names.',
    how: 'Make a profile for macOS and embed that.',
    source: [TN3125],
    kinds: KINDS,
    examples: { invalid: example('Platform iOS'), valid: example('Platform OSX') },
    checkView: checkPlatform,
  },
];
