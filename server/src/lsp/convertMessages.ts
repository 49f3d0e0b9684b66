/**
 * The messages about conversion that client and server exchange, beside those of the protocol. The client imports
 * this file for its types only.
 */
import type {
  ConvertTarget,
  FileChange,
  HostApp,
  IntoProject,
  Outcome,
  PlanFile,
  Question,
} from '../convert/types.ts';

export type { ConvertTarget, HostApp, IntoProject, PlanFile, Question } from '../convert/types.ts';

/** Request, client to server: {@link ConvertParams} in, {@link ConvertAnswer} out. Nothing is written. */
export const CONVERT_REQUEST = 'driverPlist/convert';

export interface ConvertParams {
  /** The Info.plist. */
  readonly uri: string;
  /** Its bytes, in any format; an open document counts before them. */
  readonly base64?: string;
  readonly target: ConvertTarget;
  readonly bundleId?: string;
  readonly className?: string;
  readonly team?: string;
  readonly family?: string;
  /** Names of the personalities to convert; absent: all. */
  readonly personalities?: readonly string[];
  /** A project that is there, for the new targets of a dext. */
  readonly into?: IntoProject;
}

export type ConvertAnswer =
  | { readonly ok: true; readonly plan: ShownPlan }
  | { readonly ok: false; readonly problems: readonly string[] };

export interface ShownPlan {
  readonly target: ConvertTarget;
  readonly name: string;
  readonly bundleId: string;
  readonly personalities: readonly {
    readonly name: string;
    readonly outcome: Outcome;
    readonly userClass: string | null;
    readonly why: string;
  }[];
  readonly files: readonly PlanFile[];
  /** Why there are none. */
  readonly refused: string | null;
  readonly questions: readonly Question[];
  /** With {@link ConvertParams.into}. */
  readonly into: ShownInto | null;
  /** Every personality and key with its reason. */
  readonly markdown: string;
}

/** What becomes of the project that the new targets were meant for. */
export interface ShownInto {
  /** Why nothing is added to it: the files then make a project of their own. */
  readonly refused: string | null;
  readonly app: string | null;
  /** Offsets count UTF-16 in the text that was sent. */
  readonly changes: readonly Pick<FileChange, 'path' | 'edits'>[];
}

/** Request, client to server: {@link HostAppsParams} in, {@link HostAppsAnswer} out. */
export const HOST_APPS_REQUEST = 'driverPlist/hostApps';

export type HostAppsParams = Pick<IntoProject, 'path' | 'text'>;

/** The apps of a project that can carry a dext, or why the project cannot be read. */
export type HostAppsAnswer = { readonly apps: readonly HostApp[] } | { readonly problem: string };

/** Request, client to server: {@link CheckNamesParams} in, what is wrong with them out; empty when nothing is. */
export const CHECK_NAMES_REQUEST = 'driverPlist/checkNames';

export interface CheckNamesParams {
  readonly target: ConvertTarget;
  readonly bundleId?: string;
  readonly className?: string;
  readonly team?: string;
}

/** Request, client to server: nothing in, {@link ShownFamily}s out. */
export const FAMILIES_REQUEST = 'driverPlist/families';

export interface ShownFamily {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly baseClass: string;
  readonly providers: readonly string[];
  /** The base class does all the work. */
  readonly complete: boolean;
}

/** Request, client to server: {@link NewBundleParams} in, {@link NewBundleAnswer} out. Nothing is written. */
export const NEW_BUNDLE_REQUEST = 'driverPlist/newBundle';

export interface NewBundleParams {
  readonly family: string;
  readonly provider?: string;
  /** Match keys; numbers become integers. */
  readonly match?: { readonly [key: string]: number | string };
  /** Instead of `match`: an entry of the dump, and one of its suggestions. */
  readonly device?: number;
  readonly suggestion?: number;
  readonly bundleId: string;
  readonly className: string;
  readonly team?: string;
  readonly into?: IntoProject;
}

export type NewBundleAnswer =
  | {
      readonly ok: true;
      readonly name: string;
      readonly files: readonly PlanFile[];
      /** With {@link NewBundleParams.into}. */
      readonly into: ShownInto | null;
      readonly markdown: string;
    }
  | { readonly ok: false; readonly problems: readonly string[] };
