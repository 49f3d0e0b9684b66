/** A plan as text for the terminal and as JSON. */
import { alike } from '../convert/report.ts';
import type { ConvertPlan, KeyChanges, PersonalityPlan } from '../convert/types.ts';
import { type Painter, safe } from './terminal.ts';
import { unifiedDiff } from './unified-diff.ts';

/** The plan as a tree. Personalities with the same fate stand together, so that hundreds of them can be read. */
export function planTree(plan: ConvertPlan, paint: Painter): string {
  const lines = [
    `${paint('bold', safe(plan.source))} → ${plan.target} ${paint('bold', plan.name)} (${plan.bundleId})`,
  ];
  for (const group of alike(plan.personalities)) lines.push(...personalityLines(group, paint));
  // Of a bundle that is not written nobody wants to know the keys.
  if (plan.refused === undefined) lines.push('├─ keys of the bundle', ...keyLines(plan.topLevel, paint));
  for (const { question, taken } of plan.questions)
    lines.push(`├─ ${paint('yellow', 'decide')}: ${safe(question)} Taken: ${taken}; another by --family.`);
  for (const warning of plan.warnings) lines.push(`├─ ${paint('yellow', 'note')}: ${safe(warning)}`);
  if (plan.refused !== undefined) lines.push(`└─ ${paint('red', 'nothing to write')}: ${safe(plan.refused)}`);
  else {
    lines.push(`└─ ${plan.files.length} files`);
    for (const { path, bytes } of plan.files) lines.push(`     ${path} (${bytes} bytes)`);
    for (const { path, before, text } of plan.into?.changes ?? [])
      lines.push(`     ${safe(path)} (${text.length - before.length} characters more, none less)`);
  }
  return `${lines.join('\n')}\n`;
}

const COLOURS = { codeless: 'green', 'needs-code': 'yellow', 'stays-kext': 'red' } as const;

function personalityLines(group: readonly PersonalityPlan[], paint: Painter): string[] {
  const [one] = group;
  if (!one) return [];
  const classes =
    one.userClass === undefined ? '' : `, ${one.userClass}${one.superClass ? ` : ${one.superClass}` : ''}`;
  const lines = [
    `├─ ${group.map(({ name }) => paint('bold', safe(name))).join(', ')}: ${paint(COLOURS[one.outcome], one.outcome)}${classes}`,
    `│    ${safe(one.why)}`,
  ];
  if (one.outcome !== 'stays-kext' && one.userClass !== undefined) lines.push(...keyLines(one, paint));
  for (const warning of one.warnings) lines.push(`│    ${paint('yellow', 'note')}: ${safe(warning)}`);
  return lines;
}

function keyLines({ kept, changed, dropped, added }: KeyChanges, paint: Painter): string[] {
  const lines: string[] = [];
  if (kept.length > 0) lines.push(`│    ${paint('dim', 'kept')}: ${safe(kept.join(', '))}`);
  for (const { key, from, to, why } of changed)
    lines.push(`│    ${paint('cyan', 'changed')} ${safe(key)}: ${safe(from)} → ${safe(to)} (${safe(why)})`);
  for (const { key, to, why } of added)
    lines.push(`│    ${paint('green', 'added')} ${safe(key)}: ${safe(to)} (${safe(why)})`);
  for (const { key, why } of dropped)
    lines.push(`│    ${paint('red', 'dropped')} ${safe(key)} (${safe(why)})`);
  return lines;
}

/** Unified diffs of what would be written against what is there. */
export function planDiff(plan: ConvertPlan, existing: ReadonlyMap<string, string>): string {
  const changes = (plan.into?.changes ?? []).map(({ path, before, text }) =>
    unifiedDiff(path.slice(1 + Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'))), before, text),
  );
  return [
    ...changes,
    ...plan.files.map(({ path, text }) => unifiedDiff(path, existing.get(path), text)),
  ].join('');
}

/** The shape is fixed: version, source, target, personalities, files, written; more keys may stand beside them. */
export function planJson(plan: ConvertPlan, written: boolean): string {
  const report = {
    version: 1,
    source: plan.source,
    target: plan.target,
    personalities: plan.personalities.map((one) => ({
      ...one,
      userClass: one.userClass ?? null,
      superClass: one.superClass ?? null,
      family: one.family ?? null,
    })),
    files: plan.files.map(({ path, bytes }) => ({ path, bytes })),
    written,
    name: plan.name,
    bundleId: plan.bundleId,
    topLevel: plan.topLevel,
    questions: plan.questions,
    warnings: plan.warnings,
    refused: plan.refused ?? null,
    into: plan.into
      ? {
          app: plan.into.app ?? null,
          appIsNew: plan.into.appIsNew,
          changes: plan.into.changes.map(({ path, edits }) => ({ path, insertions: edits.length })),
        }
      : null,
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
