/** What a conversion is asked for and what it plans: data only, so that every door can show and write it. */
import type { PlistNode, TextEdit } from '../plist/types.ts';
import type { PlistValue } from '../plist/value.ts';

export const CONVERT_TARGETS = ['codeless-dext', 'codeless-kext'] as const;
export type ConvertTarget = (typeof CONVERT_TARGETS)[number];

export interface ConvertOptions {
  readonly target: ConvertTarget;
  /** Bundle id of the dext (or of the new codeless kext). Default: made from the source's own. */
  readonly bundleId?: string | undefined;
  /** Dext: name of the driver’s class. Codeless kext: kernel class of Apple that personalities shall name. */
  readonly className?: string | undefined;
  /** Ten characters of an Apple developer team. */
  readonly team?: string | undefined;
  /** Id of `schemas/tables/families.json`, where more than one family fits the provider. */
  readonly family?: string | undefined;
  /** Names of the personalities to convert, as the plan names them; default: all. The others stay in the kext. */
  readonly personalities?: readonly string[] | undefined;
  /** What the source is called in the plan; default `Info.plist`. */
  readonly source?: string | undefined;
  /** For a dext: a project that is there, which the new targets are added to. */
  readonly into?: IntoProject | undefined;
}

/** An Xcode project (or XcodeGen spec) that gets the target of the dext, and the one of the app where it has none. */
export interface IntoProject {
  /** What the caller calls the file; handed back with its change. Ends in `.pbxproj`, `.yml` or `.yaml`. */
  readonly path: string;
  readonly text: string;
  /** Folder of the new files as seen from the one that the project lies in: `''`, or `Sub/Folder`. */
  readonly folder: string;
  /** Names of what lies in that folder: new folders get others. */
  readonly taken?: readonly string[] | undefined;
  /** Target of the app that shall carry the dext; default: the only app for the Mac, else a new one. */
  readonly app?: string | undefined;
  /** Entitlements file of that app ({@link HostApp.entitlements}), which gets what is needed to install the dext. */
  readonly entitlements?: { readonly path: string; readonly text: string } | undefined;
}

/** An app of a project, which can carry a dext. */
export interface HostApp {
  readonly name: string;
  /** The one id of all configurations; undefined when they differ or a file says it that was not read. */
  readonly bundleId: string | undefined;
  /** Path of its entitlements from the folder of the project; undefined as {@link bundleId} is. */
  readonly entitlements: string | undefined;
}

/** A file that is there and gets insertions: what it says stays. */
export interface FileChange {
  readonly path: string;
  readonly before: string;
  readonly edits: readonly TextEdit[];
  /** The text with the edits. */
  readonly text: string;
}

/** What becomes of the project that the targets were to be added to. */
export interface IntoPlan {
  /** Why nothing is added to it: the files then are a project of their own. */
  readonly refused: string | undefined;
  /** Target that carries the dext. */
  readonly app: string | undefined;
  readonly appIsNew: boolean;
  readonly changes: readonly FileChange[];
}

/**
 * - `codeless`: a class of the system does all the work.
 * - `needs-code`: a DriverKit family exists, methods of its class must be written.
 * - `stays-kext`: nothing in DriverKit does this.
 */
export type Outcome = 'codeless' | 'needs-code' | 'stays-kext';

export interface DroppedKey {
  readonly key: string;
  readonly why: string;
}
export interface ChangedKey {
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly why: string;
}
export interface AddedKey {
  readonly key: string;
  readonly to: string;
  readonly why: string;
}

/** What becomes of the keys of one dictionary. Every key of the source stands in exactly one of the first three. */
export interface KeyChanges {
  readonly kept: readonly string[];
  readonly changed: readonly ChangedKey[];
  readonly dropped: readonly DroppedKey[];
  /** Keys that the source did not have. */
  readonly added: readonly AddedKey[];
}

export interface PersonalityPlan extends KeyChanges {
  readonly name: string;
  /** Its name in the new file, where that must be another. */
  readonly writtenAs?: string;
  readonly outcome: Outcome;
  /** Why this outcome. */
  readonly why: string;
  /** The driver’s class, undefined for what stays a kext. For a codeless kext the kernel class. */
  readonly userClass: string | undefined;
  readonly superClass: string | undefined;
  /** Id of the family taken, and the others that fit. */
  readonly family: string | undefined;
  readonly otherFamilies: readonly string[];
  /** Methods to write, for `needs-code`. */
  readonly methods: readonly { readonly name: string; readonly what: string }[];
  /** What a person should look at. */
  readonly warnings: readonly string[];
}

export interface PlanFile {
  /** Relative, with `/`, every part a plain name: never leaves the folder that it is written into. */
  readonly path: string;
  readonly text: string;
  /** Length in UTF-8. */
  readonly bytes: number;
}

/** Something that only a person can decide; the plan went on with `taken`. */
export interface Question {
  readonly about: string;
  readonly question: string;
  readonly taken: string;
  readonly choices: readonly { readonly value: string; readonly title: string }[];
}

export interface ConvertPlan {
  readonly source: string;
  readonly target: ConvertTarget;
  /** Name of the new bundle and of the files and targets made for it. */
  readonly name: string;
  readonly bundleId: string;
  readonly personalities: readonly PersonalityPlan[];
  /** The keys outside IOKitPersonalities. */
  readonly topLevel: KeyChanges;
  /** Empty when nothing can be converted: then `refused` says why. */
  readonly files: readonly PlanFile[];
  readonly refused: string | undefined;
  /** With {@link ConvertOptions.into}. */
  readonly into?: IntoPlan | undefined;
  readonly questions: readonly Question[];
  readonly warnings: readonly string[];
}

/** A plan, or the reasons why there can be none (unusable input or options), for a person. */
export type PlanResult =
  | { readonly ok: true; readonly plan: ConvertPlan }
  | { readonly ok: false; readonly problems: readonly string[] };

/** A value of a new property list: copied as written, made anew, or a dictionary of both. */
export type OutValue =
  | { readonly node: PlistNode }
  | { readonly value: PlistValue }
  | { readonly dict: readonly OutEntry[] };

export interface OutEntry {
  readonly key: string;
  readonly value: OutValue;
  /** The key’s node in the source; comments above it are carried along. */
  readonly source?: PlistNode | undefined;
}
