/**
 * The messages about matching that client and server exchange, beside those of the protocol. The client imports
 * this file for its types only. Values that are private in a dump never go into one.
 */
import type { Range, TextEdit } from 'vscode-languageserver-types';

/** Request, client to server: {@link LoadRegistryParams} in, {@link LoadRegistryResult} out. */
export const LOAD_REGISTRY_REQUEST = 'driverPlist/loadRegistry';

export interface LoadRegistryParams {
  /** The dump's URI; null takes the present one away. */
  readonly uri: string | null;
  /** Token of the client's progress; the server reports on it. */
  readonly workDoneToken?: string | number;
}

export type LoadRegistryResult =
  | { readonly ok: true; readonly registry: RegistrySummary | null }
  | { readonly ok: false; readonly message: string };

export interface RegistrySummary {
  readonly uri: string;
  /** Last part of its path. */
  readonly name: string;
  readonly entries: number;
  /** Model and system, where the dump says them: `iMac19,1, 18E2034`. */
  readonly machine: string | null;
  /** One sentence each. */
  readonly warnings: readonly string[];
}

/** Notification, server to client: the dump in use changed. */
export const REGISTRY_NOTIFICATION = 'driverPlist/registry';

export interface RegistryParams {
  readonly registry: RegistrySummary | null;
  /** Why the dump named in the settings is not in use. */
  readonly problem?: string;
}

/**
 * Request, server to client: bytes of a file that the server cannot reach itself. Only asked of clients whose
 * initialization options have `readFile: true`.
 */
export const READ_FILE_REQUEST = 'driverPlist/readFile';

export interface ReadFileParams {
  readonly uri: string;
}

export interface ReadFileResult {
  readonly base64?: string;
  /** Why it could not be read. */
  readonly problem?: string;
}

/** Request, client to server: nothing in, {@link MatchView} or null (no dump) out. */
export const MATCH_VIEW_REQUEST = 'driverPlist/matchView';

export interface MatchView {
  readonly registry: RegistrySummary;
  readonly groups: readonly MatchGroup[];
  /** Personalities that match nothing, with the sentence that says why. */
  readonly unmatched: readonly UnmatchedPersonality[];
  /** How many personalities of how many files were tried. */
  readonly personalities: number;
  readonly files: number;
}

export interface MatchGroup {
  readonly id: string;
  /** `USB devices` */
  readonly title: string;
  readonly devices: readonly MatchDevice[];
}

export interface MatchDevice {
  /** Names the entry in later requests, for as long as this dump is in use. */
  readonly index: number;
  readonly name: string;
  readonly className: string;
  /** Vendor and product, where it has them: `05ac:8242`. */
  readonly ids: string | null;
  readonly path: string;
  /** A personality can be written for it. */
  readonly canAdd: boolean;
  /** Those that match, the best score first. */
  readonly candidates: readonly MatchCandidate[];
}

export interface PersonalityPlace {
  readonly uri: string;
  /** What a person knows the file by. */
  readonly bundle: string;
  readonly personality: string;
  /** Of the personality's key. */
  readonly range: Range;
}

export interface MatchCandidate extends PersonalityPlace {
  readonly score: number;
  readonly category: string;
  readonly wins: boolean;
  readonly starts: boolean;
  readonly sentence: string;
}

export interface UnmatchedPersonality extends PersonalityPlace {
  readonly sentence: string;
}

/** Request, client to server: {@link ExplainMatchParams} in, Markdown or null out. */
export const EXPLAIN_MATCH_REQUEST = 'driverPlist/explainMatch';

export interface ExplainMatchParams {
  readonly uri: string;
  readonly personality: string;
  /** Only against this entry. */
  readonly device?: number;
}

/** Request, client to server: {@link PersonalitiesParams} in, the names of the file's personalities out. */
export const PERSONALITIES_REQUEST = 'driverPlist/personalities';

export interface PersonalitiesParams {
  readonly uri: string;
}

/** Request, client to server: {@link SuggestParams} in, {@link DeviceSuggestion}s out. */
export const SUGGEST_REQUEST = 'driverPlist/suggestPersonalities';

export interface SuggestParams {
  readonly device: number;
}

export interface DeviceSuggestion {
  readonly title: string;
  /** `IOUSBHostDevice, idVendor 1452, idProduct 33346` */
  readonly keys: string;
  readonly score: number;
  /** The entitlement that a dext needs for it. */
  readonly entitlement: string | null;
}

/** Request, client to server: {@link AddPersonalityParams} in, {@link AddedPersonality} or null out. */
export const ADD_PERSONALITY_REQUEST = 'driverPlist/addPersonality';

export interface AddPersonalityParams extends SuggestParams {
  readonly uri: string;
  /** Position in the answer to {@link SUGGEST_REQUEST}. */
  readonly suggestion: number;
}

export interface AddedPersonality {
  readonly name: string;
  readonly version: number;
  readonly edits: readonly TextEdit[];
  /** For a dext: what its entitlements file must hold too. */
  readonly entitlement: { readonly key: string; readonly xml: string } | null;
}
