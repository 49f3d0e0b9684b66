/** The Match view: the devices of a dump with the personalities that match each. */
import type { MatchContext } from '../../iokit/matching.ts';
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
  const report = matchReport(known, registry.nodes, context);
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
  const unmatched = report.unmatched.map(({ candidate, misses }) => ({
    candidate: candidate as DocumentCandidate,
    sentence: misses[0]?.sentence ?? missingProvider(candidate as DocumentCandidate),
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

function missingProvider({ personality }: DocumentCandidate): string {
  const provider = personality.get('IOProviderClass');
  if (typeof provider !== 'string') return 'It names no IOProviderClass.';
  return `The dump has no entry of class ${provider}.`;
}

/** Where a candidate stands, for a click. */
export function placeOf({ document, key, bundle, name }: DocumentCandidate) {
  return { uri: document.uri, bundle, personality: name, range: rangeOf(document, key) };
}
