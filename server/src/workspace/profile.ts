/** What a provisioning profile grants, as far as bundles are compared with it. */
import { parsePlist } from '../plist/parse.ts';
import { profileText } from '../plist/profile.ts';
import { isArray, isDict, PlistDate, type PlistDict } from '../plist/value.ts';

export interface Profile {
  readonly name: string | undefined;
  readonly uuid: string | undefined;
  readonly entitlements: PlistDict;
  /** `TEAM.com.example.lamp`, or with `*` in the end; undefined when the profile does not say it. */
  readonly applicationId: string | undefined;
  /** Teams that may sign with it; empty when it does not say. */
  readonly teams: readonly string[];
  /** `OSX`, `iOS` …; empty when it does not say. */
  readonly platforms: readonly string[];
  /** Seconds since 1970, UTC. */
  readonly expires: number | undefined;
  /** How many devices it is for; undefined when it lists none: it is for any, or for a store. */
  readonly devices: number | undefined;
}

/** Undefined for what is no profile, a damaged one, and one that says nothing of entitlements. Never throws. */
export function readProfile(bytes: Uint8Array): Profile | undefined {
  const text = profileText(bytes);
  const tree = text === undefined ? undefined : parsePlist(text);
  const root = tree?.errors.some(({ severity }) => severity === 'error') ? undefined : tree?.root?.value();
  const entitlements = isDict(root) ? root.get('Entitlements') : undefined;
  if (!isDict(root) || !isDict(entitlements)) return undefined;
  const string = (dict: PlistDict, key: string): string | undefined => {
    const value = dict.get(key);
    return typeof value === 'string' ? value : undefined;
  };
  const strings = (key: string): readonly string[] => {
    const value = root.get(key);
    return isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  };
  const expires = root.get('ExpirationDate');
  const devices = root.get('ProvisionedDevices');
  return {
    teams: strings('TeamIdentifier'),
    platforms: strings('Platform'),
    expires: expires instanceof PlistDate ? expires.seconds : undefined,
    devices: isArray(devices) ? devices.length : undefined,
    name: string(root, 'Name'),
    uuid: string(root, 'UUID'),
    entitlements,
    applicationId:
      string(entitlements, 'com.apple.application-identifier') ??
      string(entitlements, 'application-identifier'),
  };
}

/** True when a profile is for a bundle id, by its application id without the team; `*` stands for any ending. */
export function isProfileFor({ applicationId }: Profile, bundleId: string): boolean {
  if (applicationId === undefined) return false;
  const pattern = applicationId.slice(applicationId.indexOf('.') + 1);
  return pattern.endsWith('*') ? bundleId.startsWith(pattern.slice(0, -1)) : bundleId === pattern;
}
