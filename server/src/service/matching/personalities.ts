/** The personalities of documents, as the matching engine takes them. */
import type { Candidate } from '../../iokit/matching-catalogue.ts';
import type { PlistNode } from '../../plist/types.ts';
import { isArray, isDict, type PlistDict, type PlistValue } from '../../plist/value.ts';
import { hasBuildVariable } from '../../plist/variables.ts';
import type { PlistDocument } from '../../workspace/types.ts';

/** A candidate and where it stands. */
export interface DocumentCandidate extends Candidate {
  readonly document: PlistDocument;
  /** The key in IOKitPersonalities. */
  readonly key: PlistNode;
}

const PERSONALITIES = /^IOKitPersonalities(?:_\w+)?$/;

/**
 * All entries of IOKitPersonalities that are dictionaries, in file order; those with a value that cannot be read
 * are left out. Never throws.
 */
export function candidatesOf(
  document: PlistDocument,
  entitlements?: PlistDict | undefined,
): DocumentCandidate[] {
  const root = document.tree.root;
  if (root?.kind !== 'dict') return [];
  const identifier = root.get('CFBundleIdentifier')?.string;
  const found: DocumentCandidate[] = [];
  for (const { key: name, value } of root.entries) {
    if (value?.kind !== 'dict' || !PERSONALITIES.test(name.text)) continue;
    for (const { key, value: node } of value.entries) {
      const personality = node?.kind === 'dict' ? node.value() : undefined;
      if (!isDict(personality)) continue;
      const named = personality.has('CFBundleIdentifier') || identifier === undefined;
      const filled = named ? personality : new Map([...personality, ['CFBundleIdentifier', identifier]]);
      const bundle = bundleName(document.uri);
      found.push({ bundle, name: key.text, personality: filled, entitlements, document, key });
    }
  }
  return found;
}

/** The candidate of a name, or undefined. */
export function candidateNamed(document: PlistDocument, name: string): DocumentCandidate | undefined {
  return candidatesOf(document).find((candidate) => candidate.name === name);
}

/** What a person knows a file by: the bundle it lies in, or its folder and name. */
export function bundleName(uri: string): string {
  const parts = decoded(uri).split('/').filter(Boolean);
  const bundle = parts.findLast((part) => /\.(?:kext|dext|systemextension)$/i.test(part));
  return bundle ?? parts.slice(-2).join('/');
}

function decoded(uri: string): string {
  const path = uri.replace(/^[A-Za-z][\w+.-]*:(?:\/\/[^/]*)?/, '');
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Keys with a value that the build fills in, at any depth: whether they match cannot be told. */
export function unresolvedKeys(personality: PlistDict): string[] {
  return [...personality]
    .filter(([key, value]) => !NAMES_ONLY.has(key) && holdsVariable(value))
    .map(([key]) => key);
}

/** Keys that take no part in matching. */
const NAMES_ONLY = new Set([
  'CFBundleIdentifier',
  'CFBundleIdentifierKernel',
  'IOClass',
  'IOUserClass',
  'IOUserServerName',
  'IOMatchCategory',
  'IOUserClientClass',
  'UserClientProperties',
]);

function holdsVariable(value: PlistValue): boolean {
  if (typeof value === 'string') return hasBuildVariable(value);
  if (isArray(value)) return value.some(holdsVariable);
  return isDict(value) && [...value.values()].some(holdsVariable);
}
