/** Code lenses on personalities: how many devices of a registry dump each matches. */
import type { CodeLens } from 'vscode-languageserver-types';
import { entriesOfClass } from '../../iokit/entries.ts';
import { countMatches } from '../../iokit/matching-report.ts';
import type { Registry } from '../../iokit/registry.ts';
import type { PlistDocument } from '../../workspace/types.ts';
import { rangeOf } from '../text.ts';
import { entriesOf } from './devices.ts';
import { candidateNamed, candidatesOf, type DocumentCandidate, unresolvedKeys } from './personalities.ts';

/** What a lens carries until it is resolved. */
export interface LensData {
  readonly uri: string;
  readonly version: number;
  readonly personality: string;
  /** The lens that opens the picture of the decision, not the one that counts. */
  readonly decision?: true;
}

/** What a click runs, with the URI and the name of the personality; without one a lens only tells. */
export interface LensCommands {
  readonly explain: string | undefined;
  readonly decision: string | undefined;
}

/**
 * The lenses on the key of each personality, without their words: how much it matches, and where the client can show
 * it the decision about a device. Never throws.
 */
export function matchLenses(document: PlistDocument, { decision }: LensCommands): CodeLens[] {
  const { uri, version } = document;
  return candidatesOf(document).flatMap(({ name, key }) => {
    const range = rangeOf(document, key);
    const data: LensData = { uri, version, personality: name };
    const counts = { range, data };
    return decision === undefined ? [counts] : [counts, { range, data: { ...data, decision: true } }];
  });
}

/** The lens with its words. */
export function resolveLens(
  document: PlistDocument,
  lens: CodeLens,
  registry: Registry,
  commands: LensCommands,
): CodeLens {
  const { personality, decision } = lens.data as LensData;
  const candidate = candidateNamed(document, personality);
  if (!candidate) return lens;
  const title = decision ? 'show the decision' : lensTitle(candidate, registry);
  const command = decision ? commands.decision : commands.explain;
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
