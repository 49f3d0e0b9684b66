/**
 * The messages of our own that client and server exchange, beside those of the protocol. The client imports
 * this file for its types only.
 */
import type { DetectedKind } from '../workspace/types.ts';

export type { BundleKind, DetectedKind } from '../workspace/types.ts';

/** What the server holds a document for. */
export interface DocumentKindParams extends DetectedKind {
  readonly uri: string;
}

/**
 * Notification, server to client: sent when a document is opened and whenever its kind changes, to clients whose
 * initialization options say `notifications: true`.
 */
export const DOCUMENT_KIND_NOTIFICATION = 'driverPlist/documentKind';

/** Request, client to server: {@link KindRequestParams} in, {@link DocumentKindParams} or null out. */
export const KIND_REQUEST = 'driverPlist/kind';

export interface KindRequestParams {
  readonly uri: string;
}
