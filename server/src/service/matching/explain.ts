/** "Why does it match, or not?" as a Markdown page for one personality. */
import { describeValue } from '../../iokit/checks.ts';
import { entriesOfClass } from '../../iokit/entries.ts';
import { nearestMisses } from '../../iokit/explain.ts';
import { type MatchCheck, matchPersonality } from '../../iokit/matching.ts';
import { type CandidateReport, countMatches, matchReport } from '../../iokit/matching-report.ts';
import { shownName, shownPath } from '../../iokit/private.ts';
import type { Registry, RegistryNode } from '../../iokit/registry.ts';
import type { PlistValue } from '../../plist/value.ts';
import { escapeMarkdown } from '../schemaInfo.ts';
import { entriesOf, idsOf } from './devices.ts';
import { type DocumentCandidate, unresolvedKeys } from './personalities.ts';

/** Devices whose checks are printed in full. */
const DETAILED = 3;
/** Rows of the table of matching devices. */
const LISTED = 40;

/**
 * @param candidates all that compete, the explained one among them
 * @param own the personality to explain
 * @param machine what the dump is called
 * @param device only this entry; undefined: all that match, or the nearest ones
 */
export function explainMatch(
  candidates: readonly DocumentCandidate[],
  own: DocumentCandidate,
  registry: Registry,
  machine: string,
  device?: RegistryNode,
): string {
  const blocks = [
    `# ${escapeMarkdown(own.name)}`,
    `${escapeMarkdown(own.bundle)}, against ${escapeMarkdown(machine)}`,
  ];
  const unresolved = unresolvedKeys(own.personality);
  if (unresolved.length > 0) {
    const keys = unresolved.map(code).join(', ');
    blocks.push(
      `The build fills in ${keys}. The values are not known here, so the answer below holds only for the text as it stands.`,
    );
  }
  const provider = own.personality.get('IOProviderClass');
  if (typeof provider !== 'string') {
    blocks.push('It names no `IOProviderClass`, so the kernel files it under no class and never tries it.');
    return page(blocks);
  }
  if (device) return page([...blocks, ...oneDevice(candidates, own, registry, device)]);
  const { matching, of } = countMatches(
    own.personality,
    entriesOfClass(registry, provider),
    registry.context,
  );
  if (matching.length > 0) {
    blocks.push(`**It matches ${matching.length} of ${of} ${escapeMarkdown(entriesOf(provider, of))}.**`);
    blocks.push(...matchingDevices(candidates, own, registry, matching));
  } else {
    blocks.push(
      of === 0
        ? `**It matches nothing: the dump has no ${escapeMarkdown(entriesOf(provider))}.** Connect the device, dump again, or look whether ${code('IOProviderClass')} is the class meant.`
        : `**It matches none of ${of} ${escapeMarkdown(entriesOf(provider, of))}.**`,
    );
    // With no entry of its class, entries of any class may show what was meant.
    const pool = of > 0 ? entriesOfClass(registry, provider) : registry.nodes;
    blocks.push(...missedDevices(own, registry, pool));
  }
  return page(blocks);
}

function matchingDevices(
  candidates: readonly DocumentCandidate[],
  own: DocumentCandidate,
  registry: Registry,
  matching: readonly RegistryNode[],
): string[] {
  const { devices } = matchReport(candidates, registry.nodes, registry.context, matching.slice(0, LISTED));
  const reports = devices.flatMap(({ nub, candidates: all }) => {
    const report = reportOf(all, own);
    return report ? [{ nub, report }] : [];
  });
  const rows = reports.map(({ nub, report }) => [
    deviceTitle(nub),
    String(report.result.score ?? ''),
    report.wins ? (report.starts ? 'wins' : 'wins, does not start') : 'loses',
    escapeMarkdown(report.sentence),
  ]);
  const blocks = [table(['Device', 'Score', 'Outcome', 'Why'], rows)];
  if (matching.length > LISTED) blocks.push(`… and ${matching.length - LISTED} more.`);
  for (const { nub, report } of reports.slice(0, DETAILED)) blocks.push(...detailed(nub, report));
  return blocks;
}

function oneDevice(
  candidates: readonly DocumentCandidate[],
  own: DocumentCandidate,
  registry: Registry,
  device: RegistryNode,
): string[] {
  const { devices } = matchReport(candidates, registry.nodes, registry.context, [device]);
  const report = reportOf(devices[0]?.candidates ?? [], own);
  if (!report) {
    const { checks } = matchPersonality(own.personality, device, registry.context);
    return [`## ${deviceTitle(device)}`, checksTable(checks)];
  }
  const verdict = report.result.matches
    ? `**It matches with score ${report.result.score}** in ${code(report.category)}.`
    : '**It does not match.**';
  return [verdict, ...detailed(device, report)];
}

function missedDevices(own: DocumentCandidate, registry: Registry, pool: readonly RegistryNode[]): string[] {
  const misses = nearestMisses(own.personality, pool, registry.context, DETAILED);
  return misses.flatMap(({ nub, result, sentence, advice }, index) => [
    `## ${index === 0 ? 'Nearest: ' : ''}${deviceTitle(nub)}`,
    escapeMarkdown(sentence),
    ...(advice.length > 0 ? [list(advice)] : []),
    checksTable(result.checks),
  ]);
}

function detailed(nub: RegistryNode, { result, sentence, advice }: CandidateReport): string[] {
  return [
    `## ${deviceTitle(nub)}`,
    escapeMarkdown(sentence),
    ...(advice.length > 0 ? [list(advice)] : []),
    checksTable(result.checks),
    escapeMarkdown(shownPath(nub)),
  ];
}

/** The report of the same personality: an exact copy elsewhere is filed once, under the first. */
function reportOf(reports: readonly CandidateReport[], own: DocumentCandidate): CandidateReport | undefined {
  return reports.find(({ candidate }) => candidate.name === own.name && candidate.bundle === own.bundle);
}

function deviceTitle(nub: RegistryNode): string {
  const ids = idsOf(nub);
  return `${escapeMarkdown(shownName(nub))} (${escapeMarkdown(nub.className)}${ids ? `, ${ids}` : ''})`;
}

function checksTable(checks: readonly MatchCheck[]): string {
  const rows = checks.map((check) => [
    check.ok ? 'yes' : check.unknown ? 'unknown' : '**no**',
    code(check.key),
    valueText(check.wants),
    valueText(check.has),
    escapeMarkdown(check.why),
  ]);
  return table(['Holds', 'Key', 'Wants', 'Has', 'Why'], rows);
}

function valueText(value: PlistValue | undefined): string {
  return value === undefined ? '' : escapeMarkdown(describeValue(value));
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replace(/\r?\n/g, ' ').replace(/(?<!\\)\|/g, '\\|')).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${escapeMarkdown(item)}`).join('\n');
}

function code(text: string): string {
  return text.includes('`') ? escapeMarkdown(text) : `\`${text.replace(/\s+/g, ' ')}\``;
}

function page(blocks: readonly string[]): string {
  return `${blocks.join('\n\n')}\n`;
}
