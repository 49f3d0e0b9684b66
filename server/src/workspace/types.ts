/** Documents and what kind of bundle each describes. */
import type { PlistTree } from '../plist/types.ts';

/** Fixed names: settings, comments and the JSON output use them. */
export const BUNDLE_KINDS = [
  'dext',
  'codeless-dext',
  'kext',
  'codeless-kext',
  'network-extension',
  'endpoint-security',
  'camera-extension',
  'system-extension',
  'app',
  'entitlements',
  'plist',
] as const;

export type BundleKind = (typeof BUNDLE_KINDS)[number];

export interface DetectedKind {
  readonly kind: BundleKind;
  /** A short sentence for a person: what told the kind ("CFBundlePackageType is DEXT"). */
  readonly reason: string;
  /** `chosen`: by comment, setting or option; `detected`: from content and path. */
  readonly by: 'chosen' | 'detected';
}

/** One open or read document. */
export interface PlistDocument {
  readonly uri: string;
  /** The editor's version; 0 for a file. */
  readonly version: number;
  readonly text: string;
  readonly tree: PlistTree;
  readonly kind: DetectedKind;
  /**
   * True for a file inside a built bundle (`Foo.kext/Contents/Info.plist` without a build variable in it):
   * the system reads it as it stands. False for a source file: the build rewrites it first.
   */
  readonly built: boolean;
}

/** The files that we may look at. Handed in: Node's, or the editor's own in a browser. */
export interface FileSystem {
  /** Bytes of a file; rejects with an Error whose message names the path and the cause. */
  readFile(uri: string): Promise<Uint8Array>;
  /** Bytes from an offset on, fewer when the file ends before; rejects as `readFile` does. Absent where a file is read whole. */
  readPart?(uri: string, start: number, length: number): Promise<Uint8Array>;
  /** Names and types in a folder; links are reported as what they point to, with `link: true`. */
  readDirectory(
    uri: string,
  ): Promise<readonly { name: string; type: 'file' | 'directory' | 'other'; link: boolean }[]>;
  /** `undefined` when there is nothing. */
  stat(
    uri: string,
  ): Promise<{ type: 'file' | 'directory' | 'other'; size: number; mtime: number } | undefined>;
}
