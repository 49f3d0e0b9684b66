/** Makes a document out of a text: parses it and finds its kind. */
import { parsePlist } from '../plist/parse.ts';
import type { PlistTree } from '../plist/types.ts';
import { detectKind, isBuilt } from './kind.ts';
import type { BundleKind, PlistDocument } from './types.ts';

export interface OpenOptions {
  /** Kind that a setting or option gives for this document. */
  readonly kind?: BundleKind | undefined;
  /** The tree of this very text, where the caller has it already (incremental parsing). */
  readonly tree?: PlistTree | undefined;
}

/**
 * Never throws, whatever the text.
 *
 * @param uri URI or path; percent-encoding is undone for looking at names
 * @param version the editor's version, 0 for a file
 */
export function openDocument(
  uri: string,
  text: string,
  version = 0,
  options: OpenOptions = {},
): PlistDocument {
  const tree = options.tree ?? parsePlist(text);
  const path = pathOf(uri);
  return {
    uri,
    version,
    text,
    tree,
    kind: detectKind(tree, path, options.kind),
    built: isBuilt(tree, path),
  };
}

/** The readable path of a URI; a damaged percent-encoding is left as it is. */
export function pathOf(uri: string): string {
  const path = uri.replace(/\\/g, '/');
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
