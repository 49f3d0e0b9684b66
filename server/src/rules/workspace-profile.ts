/** Rule on what the entitlements of a target claim and its provisioning profile grants. */
import type { PlistNode } from '../plist/types.ts';
import { isArray, isDict, type PlistValue } from '../plist/value.ts';
import { isProfileFor, type Profile } from '../workspace/profile.ts';
import type { ProfileFile, Workspace } from '../workspace/workspace.ts';
import type { Severity, ViewContext, WorkspaceRule } from './types.ts';
import { type BundleView, withoutTeam } from './workspace-view.ts';

/**
 * Entitlements that only a profile can grant. Those of the sandbox and the hardened runtime (`com.apple.security.…`)
 * take none, and what signing fills in by itself (application and team identifier, keychain groups, get-task-allow)
 * is no matter of the file.
 */
const RESTRICTED = /^com\.apple\.developer\./;
const FILLED_IN: ReadonlySet<string> = new Set([
  'application-identifier',
  'com.apple.application-identifier',
  'com.apple.developer.team-identifier',
  'keychain-access-groups',
  'get-task-allow',
  'com.apple.security.get-task-allow',
]);

/** Of these it is known that no program of anyone but Apple runs with them without a profile. */
const NEVER_WITHOUT =
  /^com\.apple\.developer\.(driverkit\b|system-extension\.|networking\.|endpoint-security\.)/;

/**
 * `embedded`: it lies inside the built bundle. `named`: the build settings name it. `beside`: it lies beside the files
 * of the target and is for its bundle id.
 */
type Relation = 'embedded' | 'named' | 'beside';

interface Candidates {
  readonly profiles: readonly ProfileFile[];
  readonly relation: Relation;
}

/** The profile inside a built bundle. */
export function embeddedProfile(workspace: Workspace, { bundle, info }: BundleView): ProfileFile | undefined {
  if (bundle.origin !== 'built' || !info) return undefined;
  const folder = folderOf(info.document.uri);
  const places = ['provisionprofile', 'mobileprovision'].map((ending) => `${folder}/embedded.${ending}`);
  return workspace.profiles.find(({ uri }) => places.includes(uri));
}

function candidatesOf({ workspace, view }: ViewContext): Candidates | undefined {
  if (workspace.profiles.length === 0) return undefined;
  const { configuration, bundleId, entitlements, info } = view;
  const embedded = embeddedProfile(workspace, view);
  if (embedded) return { profiles: [embedded], relation: 'embedded' };
  const settings = ['PROVISIONING_PROFILE_SPECIFIER', 'PROVISIONING_PROFILE']
    .map((setting) => configuration.setting(setting)?.trim() ?? '')
    .filter((name) => name !== '');
  const named = workspace.profiles.filter(({ profile }) =>
    settings.some(
      (name) => name === profile.uuid || name === profile.name || name.endsWith(`/${profile.name}`),
    ),
  );
  if (named.length > 0) return { profiles: named, relation: 'named' };
  if (settings.length > 0 || bundleId === undefined) return undefined;
  const folders = [entitlements, info].map((file) => folderOf(file?.document.uri ?? ''));
  const beside = workspace.profiles.filter(
    ({ uri, profile }) => folders.includes(folderOf(uri)) && isProfileFor(profile, bundleId),
  );
  return beside.length > 0 ? { profiles: beside, relation: 'beside' } : undefined;
}

function folderOf(uri: string): string {
  return uri.slice(0, uri.lastIndexOf('/'));
}

/** What the profile says of a claim; undefined for granted, or when that cannot be told. */
function lackOf(view: BundleView, node: PlistNode, { entitlements }: Profile): string | undefined {
  const name = node.name ?? '';
  const granted = entitlements.get(name);
  if (granted === undefined) return `does not hold ${name}`;
  if (node.kind === 'boolean') return granted === false ? `holds ${name} as false` : undefined;
  const grants = isArray(granted) ? granted : [granted];
  const claims = node.kind === 'array' ? node.items : [node];
  const lacking = claims.find((claim) => !grants.some((grant) => covers(view, claim, grant)));
  return lacking === undefined ? undefined : `grants another value of ${name}`;
}

/** True when a granted value allows a claimed one, or that cannot be told. */
function covers(view: BundleView, claim: PlistNode, grant: PlistValue): boolean {
  if (claim.kind === 'string') {
    const text = view.text(claim);
    return text === undefined || typeof grant !== 'string' || matches(text, grant);
  }
  if (claim.kind !== 'dict' || !isDict(grant)) return true;
  return ['idVendor', 'idProduct'].every((key) => {
    const wanted = claim.get(key);
    const allowed = grant.get(key);
    if (allowed === undefined || allowed === '*') return true;
    if (wanted?.kind === 'string' && wanted.text.trim() === '*') return false;
    return typeof allowed !== 'bigint' || wanted?.integer === undefined || wanted.integer === allowed;
  });
}

/** `*` alone is anything, in the end of a name (`TEAM.*`) any ending; all teams count as one. */
function matches(text: string, grant: string): boolean {
  if (grant === '*') return true;
  const [claimed, allowed] = [withoutTeam(text), withoutTeam(grant)];
  return allowed.endsWith('*') ? claimed.startsWith(allowed.slice(0, -1)) : claimed === allowed;
}

function checkProfile(context: ViewContext): void {
  const { view, report } = context;
  const { entitlements } = view;
  const candidates = entitlements && candidatesOf(context);
  if (!entitlements || !candidates) return;
  const { profiles, relation } = candidates;
  for (const { key, value } of entitlements.root.entries) {
    const name = key.text;
    if (!value || !RESTRICTED.test(name) || FILLED_IN.has(name) || value.boolean === false) continue;
    const lacks = profiles.map(({ profile }) => lackOf(view, value, profile));
    const [lack] = lacks;
    const [first] = profiles;
    if (!first || lack === undefined || lacks.includes(undefined)) continue;
    const file = decodeURIComponent(first.uri.slice(first.uri.lastIndexOf('/') + 1));
    report({
      document: entitlements.document,
      at: value.kind === 'dict' || value.kind === 'array' ? key : value,
      keyPath: [name],
      severity: severityFor(relation, name),
      message: `The provisioning profile ${first.profile.name ?? file} ${lack}. ${relation === 'embedded' ? 'The system ends a program that claims more than the profile inside its bundle grants' : 'A program that claims more than its profile grants is not signed by Xcode, or is ended by the system as it starts'}. Have Apple grant it to the App ID and download the profile anew, or remove the claim.`,
      related: profiles.map(({ uri }) => ({
        uri,
        range: { start: 0, end: 0 },
        message: 'the profile',
      })),
    });
  }
}

function severityFor(relation: Relation, name: string): Severity {
  if (relation === 'beside') return 'information';
  return relation === 'embedded' && NEVER_WITHOUT.test(name) ? 'error' : 'warning';
}

/** Restricted entitlements that a program is signed with, of the kind that never goes without a profile. */
export function restrictedClaims(view: BundleView): readonly string[] {
  const entries = view.entitlements?.root.entries ?? [];
  return entries
    .filter(({ key, value }) => NEVER_WITHOUT.test(key.text) && value?.boolean !== false)
    .map(({ key }) => key.text);
}

export const profileRules: readonly WorkspaceRule[] = [
  {
    id: 'workspace/profile',
    severity: 'error',
    title: 'Entitlement that the profile does not grant',
    what: 'A `com.apple.developer.…` entitlement of a target that its provisioning profile does not hold, or holds with another value. The profile is the one that `PROVISIONING_PROFILE_SPECIFIER` names, if it lies in the workspace; without the setting one beside the files of the target that is for its bundle id (then it is information, since another may be used). In a built bundle it is the `embedded.provisionprofile` inside it, compared with the entitlements in the program’s signature: there a claim that needs a profile and has none is an error. `*` and `TEAM.*` in a profile grant any value, and what signing fills in by itself is passed over.',
    why: 'These entitlements are restricted: the system lets a program run with them only if the profile inside it grants them (“unsatisfied entitlements” in the log). Xcode refuses to sign such a target.',
    how: 'Ask Apple for the entitlement, add it to the App ID and download the profile again. Remove the key if the program does not need it.',
    source: [
      'https://developer.apple.com/documentation/technotes/tn3125-inside-code-signing-provisioning-profiles',
      'https://forums.developer.apple.com/forums/thread/125048',
    ],
    kinds: [
      'dext',
      'codeless-dext',
      'network-extension',
      'endpoint-security',
      'camera-extension',
      'system-extension',
      'app',
    ],
    facts: ['mistake:M107'],
    examples: {
      invalid:
        '<!-- the profile: com.apple.developer.driverkit; the .entitlements file: -->\n<key>com.apple.developer.driverkit</key>\n<true/>\n<key>com.apple.developer.driverkit.transport.hid</key>\n<true/>',
      valid:
        '<!-- the profile: com.apple.developer.driverkit; the .entitlements file: -->\n<key>com.apple.developer.driverkit</key>\n<true/>',
    },
    checkView: checkProfile,
  },
];
