/** Whose personalities take part in matching: those of open documents, and of the workspace where it is read. */
import { isDict, type PlistDict } from '../plist/value.ts';
import type { PlistDocument } from '../workspace/types.ts';
import type { LiveWorkspace } from './workspace.ts';

export interface MatchSources {
  /** Every document once; an open one as the editor has it. */
  readonly allDocuments: () => Promise<readonly PlistDocument[]>;
  /** By the client's URI. */
  readonly anyDocument: (uri: string) => Promise<PlistDocument | undefined>;
  /** The entitlements of the bundle whose Info.plist it is, where they are known. */
  readonly entitlementsOf: (document: PlistDocument) => PlistDict | undefined;
}

/** @param openDocuments what the editor holds; @param live undefined where no workspace is read */
export function matchSources(
  openDocuments: () => Promise<readonly PlistDocument[]>,
  documentFor: (uri: string) => Promise<PlistDocument | undefined>,
  live: LiveWorkspace | undefined,
): MatchSources {
  return {
    async allDocuments() {
      const open = await openDocuments();
      if (!live) return open;
      await live.ready();
      const { workspace } = live;
      const closed = workspace
        .files('plist')
        .filter((uri) => !live.isOpen(uri))
        .map((uri) => workspace.document(uri))
        .filter((document) => document !== undefined);
      return [...open, ...closed];
    },
    async anyDocument(uri) {
      const open = await documentFor(uri);
      if (open || !live) return open;
      await live.ready();
      return live.workspace.document(live.inner(uri));
    },
    entitlementsOf({ uri }) {
      if (!live) return undefined;
      for (const { configurations } of live.workspace.bundlesOf(live.inner(uri))) {
        for (const { infoPlist, entitlements } of configurations) {
          if (infoPlist !== live.inner(uri) || entitlements === undefined) continue;
          const value = live.workspace.document(entitlements)?.tree.root?.value();
          if (isDict(value)) return value;
        }
      }
      return undefined;
    },
  };
}
