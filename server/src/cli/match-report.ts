/** How `driver-plist match` writes its answer. */
import type { Candidate } from '../iokit/matching-catalogue.ts';
import type { CandidateReport, DeviceReport, MatchReport } from '../iokit/matching-report.ts';
import { shownName, shownPath } from '../iokit/private.ts';
import type { Registry, RegistryNode } from '../iokit/registry.ts';
import { isArray, isDict, PlistDate, PlistReal, PlistUid, type PlistValue } from '../plist/value.ts';
import { type Painter, safe } from './terminal.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The answer for programs; its shape is part of the contract of the command line. */
export function jsonReport(report: MatchReport<RegistryNode>): string {
  const devices = report.devices.map(({ nub, candidates }) => ({
    name: shownName(nub),
    class: nub.className,
    entryId: nub.entryId === undefined ? null : `0x${nub.entryId.toString(16)}`,
    path: shownPath(nub),
    candidates: candidates.map(jsonCandidate),
  }));
  const unmatched = report.unmatched.map(({ candidate, misses }) => ({
    bundle: candidate.bundle,
    personality: candidate.name,
    nearest: misses.map(({ nub, sentence, advice }) => ({
      device: shownName(nub),
      path: shownPath(nub),
      why: sentence,
      advice,
    })),
  }));
  return `${JSON.stringify({ version: 1, devices, unmatched }, null, 2)}\n`;
}

function jsonCandidate(report: CandidateReport): Json {
  const { candidate, result } = report;
  return {
    bundle: candidate.bundle,
    personality: candidate.name,
    matches: result.matches,
    score: result.score ?? null,
    category: report.category,
    wins: report.wins,
    starts: report.starts,
    why: report.sentence,
    checks: result.checks.map(({ key, wants, has, ok, why }) => ({
      key,
      wants: wants === undefined ? null : jsonOf(wants),
      has: has === undefined ? null : jsonOf(has),
      ok,
      why,
    })),
  };
}

/** Integers beyond 2^53 become text, so that no digit is lost; data become `<hex>`. */
export function jsonOf(value: PlistValue): Json {
  if (typeof value === 'bigint')
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (value instanceof Uint8Array) return `<${Buffer.from(value).toString('hex')}>`;
  if (value instanceof PlistReal) return value.value;
  if (value instanceof PlistDate) return new Date(value.seconds * 1000).toISOString();
  if (value instanceof PlistUid) return { uid: value.uid };
  if (isArray(value)) return value.map(jsonOf);
  return isDict(value) ? Object.fromEntries([...value].map(([key, item]) => [key, jsonOf(item)])) : null;
}

/** The answer for a person. */
export function prettyReport(report: MatchReport<RegistryNode>, registry: Registry, paint: Painter): string {
  const { machine } = registry;
  const known = [machine.model, machine.osBuild].filter((part) => part !== undefined).join(', ');
  const lines = [paint('dim', safe(`${registry.nodes.length} entries${known ? ` of ${known}` : ''}`)), ''];
  for (const warning of registry.warnings) lines.push(paint('yellow', safe(warning)), '');
  for (const device of report.devices) lines.push(...prettyDevice(device, paint), '');
  for (const { candidate, misses } of report.unmatched) {
    lines.push(`${paint('red', 'matches nothing')}  ${title(candidate, paint)}`);
    if (misses.length === 0)
      lines.push(`  No device of its provider class ${providerOf(candidate)} is in the dump.`);
    for (const { sentence, advice } of misses.slice(0, 1)) {
      lines.push(`  ${safe(sentence)}`, ...advice.map((line) => `  ${paint('cyan', '→')} ${safe(line)}`));
    }
    lines.push('');
  }
  const matched = report.devices.filter(({ candidates }) =>
    candidates.some(({ result }) => result.matches),
  ).length;
  lines.push(
    `${matched} device${matched === 1 ? '' : 's'} matched, ${report.unmatched.length} personalit${report.unmatched.length === 1 ? 'y' : 'ies'} without a device.`,
  );
  return `${lines.join('\n')}\n`;
}

function prettyDevice({ nub, candidates }: DeviceReport<RegistryNode>, paint: Painter): string[] {
  const id = nub.entryId === undefined ? '' : `  0x${nub.entryId.toString(16)}`;
  const lines = [
    `${paint('bold', safe(shownName(nub)))}  ${safe(nub.className)}${id}`,
    paint('dim', `  ${safe(shownPath(nub))}`),
  ];
  for (const report of candidates) lines.push(...prettyCandidate(report, paint));
  return lines;
}

function prettyCandidate(report: CandidateReport, paint: Painter): string[] {
  const { candidate, result, wins, starts, sentence, advice } = report;
  const state = wins
    ? paint('green', '✓ wins')
    : result.matches
      ? paint('yellow', '○ matches')
      : paint('red', '✗ no');
  const score = result.score === undefined ? '' : `  score ${result.score}`;
  const idle = result.matches && !starts ? paint('red', '  does not start') : '';
  const lines = [`  ${state}  ${title(candidate, paint)}${score}${idle}`];
  for (const check of result.checks) {
    const mark = check.ok ? paint('green', '+') : check.unknown ? paint('yellow', '?') : paint('red', '-');
    lines.push(`      ${mark} ${safe(check.key)}: ${safe(check.why)}`);
  }
  lines.push(`    ${safe(sentence)}`);
  for (const line of advice) lines.push(`    ${paint('cyan', '→')} ${safe(line)}`);
  return lines;
}

function title(candidate: Candidate, paint: Painter): string {
  return `${safe(candidate.name)} ${paint('dim', `(${safe(candidate.bundle)})`)}`;
}

function providerOf(candidate: Candidate): string {
  const provider = candidate.personality.get('IOProviderClass');
  return typeof provider === 'string' ? safe(provider) : '(it names none)';
}
