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

/**
 * Request, client to server: {@link MatchDecisionParams} in, {@link MatchDecision} out; null without a dump, when the
 * personality or the device is not there, and when no device comes near to the personality.
 */
export const MATCH_DECISION_REQUEST = 'driverPlist/matchDecision';

export interface MatchDecisionParams {
  /** The personality to show, with its file; needed when no device is named. */
  readonly uri?: string;
  readonly personality?: string;
  /** Index of the entry; without it the first that the personality matches, or the nearest. */
  readonly device?: number;
}

export interface MatchDecision {
  readonly registry: RegistrySummary;
  readonly device: Omit<MatchDevice, 'candidates' | 'canAdd'>;
  /** The classes under which personalities for the device are filed, nearest first. */
  readonly classes: readonly string[];
  /** How many personalities compete. */
  readonly all: number;
  /** What the kernel does, in its order, and how many personalities are still in afterwards. */
  readonly stages: readonly { readonly stage: DecisionStage; readonly left: number }[];
  /** Those that match, the best score first, then those that come farthest. */
  readonly candidates: readonly DecisionCandidate[];
  /** How many more do not match and are left out. */
  readonly more: number;
  /** Drivers that the dump shows on the device and that none of the candidates stands for. */
  readonly drivers: readonly DecisionDriver[];
  /** Personalities that take no part because the build fills in what they match by. */
  readonly unresolved: number;
}

/**
 * `filed`: offered by its provider class; `generic`: the keys of IOService itself; `family`: the keys and the score of
 * the bus or family; `around`: what is above the device; `start`: may it start; `best`: the best of its category.
 */
export type DecisionStage = 'filed' | 'generic' | 'family' | 'around' | 'start' | 'best';

export interface DecisionDriver {
  readonly className: string;
  readonly bundle: string | null;
  readonly category: string;
  /** After its probe(). */
  readonly score: number;
}

export interface DecisionCandidate {
  readonly uri: string;
  readonly bundle: string;
  readonly personality: string;
  /** Where it falls out; null for a winner. */
  readonly fell: DecisionStage | null;
  /** It is the driver that the dump shows on the device. */
  readonly attached: boolean;
  /** What the score is made of; the points add up to it. */
  readonly parts: readonly { readonly what: string; readonly points: number }[];
  /** The personality that was asked about. */
  readonly asked: boolean;
  readonly matches: boolean;
  /** Null when it does not match. */
  readonly score: number | null;
  readonly category: string;
  readonly wins: boolean;
  readonly starts: boolean;
  readonly sentence: string;
  readonly advice: readonly string[];
  /** Keys with a value that the build fills in, so that the answer holds only for the text as it stands. */
  readonly unresolved: readonly string[];
  readonly checks: readonly DecisionCheck[];
}

export interface DecisionCheck {
  readonly key: string;
  /** Empty for a condition without a value. */
  readonly wants: string;
  /** Empty when the device has nothing. */
  readonly has: string;
  readonly holds: 'yes' | 'no' | 'unknown';
  /** False behind the first check that fails: the kernel looks no further. */
  readonly reached: boolean;
  readonly why: string;
}

/** Request, client to server: {@link PersonalitiesParams} in, {@link PersonalityPlace}s of the file out. */
export const PERSONALITIES_REQUEST = 'driverPlist/personalities';

export interface PersonalitiesParams {
  readonly uri: string;
  /** With it the ranges are those of this key of each personality, or of the personality where it has none such. */
  readonly key?: string;
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
