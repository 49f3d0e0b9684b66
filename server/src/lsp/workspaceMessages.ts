/** Messages of our own about the workspace as a whole. The client imports this file for its types only. */
import type { Range } from 'vscode-languageserver-types';
import type { BundleTreeNode } from '../service/bundleTree.ts';

/**
 * Request, client to server: {@link BundlesParams} or nothing in, {@link BundlesResult} out: what the “Driver Bundles”
 * view shows.
 */
export const BUNDLES_REQUEST = 'driverPlist/bundles';

export interface BundlesParams {
  /** The workspace is read once more when the person stopped that before. */
  readonly again?: boolean;
}

export interface BundleItem extends Pick<BundleTreeNode, 'id' | 'kind' | 'label' | 'detail' | 'counts'> {
  readonly location: { readonly uri: string; readonly range: Range } | undefined;
  readonly children: readonly BundleItem[];
}

export interface BundlesResult {
  readonly bundles: readonly BundleItem[];
  /** What could not be read, or not wholly. */
  readonly notices: readonly { readonly uri: string; readonly message: string }[];
  /** The person stopped the reading of the workspace: nothing is known of its bundles. */
  readonly stopped: boolean;
}

/** Notification, server to client: the answer to {@link BUNDLES_REQUEST} may be another now. */
export const BUNDLES_CHANGED_NOTIFICATION = 'driverPlist/bundlesChanged';

/**
 * Requests, server to client, sent where the server has no files of its own (in a browser) and the initialization
 * options say `fileSystem: true`: {@link FileParams} in.
 */
export const FS_READ_FILE_REQUEST = 'driverPlist/fs/readFile';
export const FS_READ_DIRECTORY_REQUEST = 'driverPlist/fs/readDirectory';
export const FS_STAT_REQUEST = 'driverPlist/fs/stat';

export interface FileParams {
  readonly uri: string;
}

/** The bytes in base64. A file that cannot be read is an error response. */
export interface FsReadFileResult {
  readonly base64: string;
}

export type FsEntryType = 'file' | 'directory' | 'other';

export type FsReadDirectoryResult = readonly {
  readonly name: string;
  readonly type: FsEntryType;
  readonly link: boolean;
}[];

/** Null when there is nothing. */
export type FsStatResult = {
  readonly type: FsEntryType;
  readonly size: number;
  readonly mtime: number;
} | null;
