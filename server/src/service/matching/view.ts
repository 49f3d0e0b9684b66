/** The Match view: the devices of a dump with the personalities that match each. */

import { entriesOfClass } from '../../iokit/entries.ts';
import { valuesEqual } from '../../iokit/equality.ts';
import { nearestMisses } from '../../iokit/explain.ts';
import type { MatchContext } from '../../iokit/matching.ts';
import { attach, type Candidate, Catalogue } from '../../iokit/matching-catalogue.ts';
import { type CandidateReport, matchReport } from '../../iokit/matching-report.ts';
import type { Registry, RegistryNode } from '../../iokit/registry.ts';
import { rangeOf } from '../text.ts';
import { DEVICE_FAMILIES, deviceFamily, idsOf } from './devices.ts';
import { type DocumentCandidate, unresolvedKeys } from './personalities.ts';

export interface ViewDevice {
  readonly node: RegistryNode;
  readonly ids: string | undefined;
  readonly candidates: readonly { readonly candidate: DocumentCandidate; readonly report: CandidateReport }[];
}

export interface ViewGroup {
  readonly id: string;
  readonly title: string;
  readonly devices: readonly ViewDevice[];
}

export interface View {
  readonly groups: readonly ViewGroup[];
  readonly unmatched: readonly { readonly candidate: DocumentCandidate; readonly sentence: string }[];
}

/** All devices that a person would look for, and every other entry that a personality matches. Never throws. */
export function matchView(candidates: readonly DocumentCandidate[], registry: Registry): View {
  const known = candidates.filter(({ personality }) => unresolvedKeys(personality).length === 0);
  const context: MatchContext = registry.context;
  // Only who matches competes; the nearest miss is looked for where a person can still read it.
  const catalogue = new Catalogue(known);
  const ranked = [...attach(catalogue, registry.nodes, context).values()].flat();
  const matching = new Set(ranked.map(({ candidate }) => candidate));
  const report = matchReport([...matching], registry.nodes, context);
  const matched = new Map(report.devices.map((device) => [device.nub, device.candidates]));
  const groups = new Map<string, ViewDevice[]>();
  for (const node of registry.nodes) {
    const found = matched.get(node);
    const id = deviceFamily(node)?.id ?? (found ? 'other' : undefined);
    if (id === undefined) continue;
    const device = {
      node,
      ids: idsOf(node),
      candidates: (found ?? [])
        .filter(({ result }) => result.matches)
        .map((own) => ({ candidate: own.candidate as DocumentCandidate, report: own })),
    };
    const group = groups.get(id);
    if (group) group.push(device);
    else groups.set(id, [device]);
  }
  const titles = [...DEVICE_FAMILIES, { id: 'other', title: 'other entries that match' }];
  const unmatched = known
    .filter(
      (candidate) => !matching.has(candidate) && !ranked.some((one) => isCopy(one.candidate, candidate)),
    )
    .map((candidate, index) => ({
      candidate,
      sentence: missSentence(candidate, registry, index < EXPLAINED),
    }));
  const unresolved = candidates
    .filter((candidate) => !known.includes(candidate))
    .map((candidate) => ({
      candidate,
      sentence: `The build fills in ${unresolvedKeys(candidate.personality).join(', ')}: whether it matches cannot be told.`,
    }));
  return {
    groups: titles.flatMap(({ id, title }) => {
      const devices = groups.get(id);
      return devices ? [{ id, title: title[0]!.toUpperCase() + title.slice(1), devices }] : [];
    }),
    unmatched: [...unmatched, ...unresolved],
  };
}

/** So many misses are explained in the view itself; the page of a personality explains any. */
const EXPLAINED = 100;

function missSentence({ personality }: DocumentCandidate, registry: Registry, inFull: boolean): string {
  const provider = personality.get('IOProviderClass');
  if (typeof provider !== 'string') return 'It names no IOProviderClass.';
  const pool = entriesOfClass(registry, provider);
  if (pool.length === 0) return `The dump has no entry of class ${provider}.`;
  const [miss] = inFull ? nearestMisses(personality, pool, registry.context, 1) : [];
  return miss?.sentence ?? 'Choose it to see what is nearest.';
}

/** The catalogue files an exact copy once, under the first; both match then. */
function isCopy(one: Candidate, other: Candidate): boolean {
  const { size } = one.personality;
  if (one.name !== other.name || size !== other.personality.size) return false;
  return [...one.personality].every(([key, value]) => {
    const same = other.personality.get(key);
    return same !== undefined && valuesEqual(value, same);
  });
}

/** Where a candidate stands, or one of its keys, for a click. */
export function placeOf({ document, key, bundle, name }: DocumentCandidate, ofKey?: string) {
  const at = (ofKey === undefined ? undefined : key.parent?.get(name)?.keyNode(ofKey)) ?? key;
  return { uri: document.uri, bundle, personality: name, range: rangeOf(document, at) };
}
