/** Code lenses on personalities: how many devices of a registry dump each matches. */
import type { CodeLens } from 'vscode-languageserver-types';
import { countMatches } from '../../iokit/matching-report.ts';
import type { Registry } from '../../iokit/registry.ts';
import type { PlistDocument } from '../../workspace/types.ts';
import { rangeOf } from '../text.ts';
import { entriesOf, entriesOfClass } from './devices.ts';
import { candidateNamed, candidatesOf, type DocumentCandidate, unresolvedKeys } from './personalities.ts';

/** What a lens carries until it is resolved. */
export interface LensData {
  readonly uri: string;
  readonly version: number;
  readonly personality: string;
}

/** One lens on the key of each personality, without its words. Never throws. */
export function matchLenses(document: PlistDocument): CodeLens[] {
  return candidatesOf(document).map(({ name, key }) => ({
    range: rangeOf(document, key),
    data: { uri: document.uri, version: document.version, personality: name } satisfies LensData,
  }));
}

/**
 * The lens with its words.
 * @param command what a click runs, with the URI and the name of the personality; without it the lens only tells
 */
export function resolveLens(
  document: PlistDocument,
  lens: CodeLens,
  registry: Registry,
  command: string | undefined,
): CodeLens {
  const { personality } = lens.data as LensData;
  const candidate = candidateNamed(document, personality);
  if (!candidate) return lens;
  const title = lensTitle(candidate, registry);
  return { ...lens, command: { title, command: command ?? '', arguments: [document.uri, personality] } };
}

/** `matches 2 of 41 USB devices`, `matches none of 41 USB devices: why?` */
export function lensTitle({ personality }: DocumentCandidate, registry: Registry): string {
  const provider = personality.get('IOProviderClass');
  if (typeof provider !== 'string') return 'matches nothing: it names no IOProviderClass';
  const unresolved = unresolvedKeys(personality);
  if (unresolved.length > 0)
    return `cannot tell what it matches: the build fills in ${unresolved.join(', ')}`;
  const { matching, of } = countMatches(personality, entriesOfClass(registry, provider), registry.context);
  if (of === 0) return `matches none: the dump has no ${entriesOf(provider)}`;
  const what = `${of} ${entriesOf(provider, of)}`;
  if (matching.length === 1 && of === 1) return `matches the one ${entriesOf(provider, 1)}`;
  if (matching.length > 0) return `matches ${matching.length} of ${what}`;
  return of === 1
    ? `does not match the one ${entriesOf(provider, 1)}: why?`
    : `matches none of ${what}: why?`;
}
