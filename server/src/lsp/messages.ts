/**
 * The messages of our own that client and server exchange, beside those of the protocol. The client imports
 * this file for its types only.
 */
import type { ConvertTarget } from '../convert/types.ts';
import type {
  ConvertAnswer,
  ConvertProblems,
  FamilyChoice,
  NewBundleAnswer,
  NewBundleRequest,
} from '../service/convert.ts';
import type { DetectedKind } from '../workspace/types.ts';

export type { BundleKind, DetectedKind } from '../workspace/types.ts';

/** What the server holds a document for. */
export interface DocumentKindParams extends DetectedKind {
  readonly uri: string;
}

/** Notification, server to client: sent when a document is opened and whenever its kind changes. */
export const DOCUMENT_KIND_NOTIFICATION = 'driverPlist/documentKind';

/** Request, client to server: {@link KindRequestParams} in, {@link DocumentKindParams} or null out. */
export const KIND_REQUEST = 'driverPlist/kind';

export interface KindRequestParams {
  readonly uri: string;
}

/**
 * Request, client to server: {@link ConvertParams} in, {@link ConvertResult} out; null for a document that is not
 * open and of which no text was sent. Nothing is written: the client shows and writes the files.
 */
export const CONVERT_REQUEST = 'driverPlist/convert';

export interface ConvertParams {
  readonly uri: string;
  /** Text of a file that is not open. */
  readonly text?: string;
  readonly target: ConvertTarget;
  readonly options?: {
    readonly bundleId?: string;
    readonly className?: string;
    readonly team?: string;
    readonly family?: string;
  };
}

export type ConvertResult = ConvertAnswer | ConvertProblems;

/** Request, client to server: nothing in, {@link FamilyChoice}[] out: what “New Driver Bundle” can make. */
export const FAMILIES_REQUEST = 'driverPlist/families';

export type FamiliesResult = readonly FamilyChoice[];

/** Request, client to server: {@link NewBundleRequest} in, {@link NewBundleResult} out. */
export const NEW_BUNDLE_REQUEST = 'driverPlist/newBundle';

export type NewBundleParams = NewBundleRequest;

export type NewBundleResult = NewBundleAnswer | ConvertProblems;
