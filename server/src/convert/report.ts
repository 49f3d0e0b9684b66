/** A plan as Markdown, for a preview in the editor. */
import type { ConvertPlan, KeyChanges, PersonalityPlan } from './types.ts';

/** Every personality and every key with its reason. Text of the source is made harmless for Markdown. */
export function planMarkdown(plan: ConvertPlan): string {
  const lines = [`# ${plain(plan.source)} → ${plan.target}`, ''];
  if (plan.refused !== undefined) lines.push(`Nothing can be written: ${plain(plan.refused)}`, '');
  else lines.push(`New bundle: ${code(plan.bundleId)}, ${plan.files.length} files.`, '');
  if (plan.into?.refused !== undefined)
    lines.push(
      `A project of its own, since nothing can be added to the one that is there: ${plain(plan.into.refused)}`,
      '',
    );
  else if (plan.into)
    lines.push(
      plan.into.appIsNew
        ? `Added to the project that is there: the dext, and the app ${code(plan.into.app ?? '')} that carries it.`
        : `Added to the project that is there: the dext, which the app ${code(plan.into.app ?? '')} carries.`,
      '',
    );
  for (const { question, taken } of plan.questions)
    lines.push(`- **Decide**: ${plain(question)} Taken: ${code(taken)}.`);
  for (const warning of plan.warnings) lines.push(`- **Note**: ${plain(warning)}`);
  if (plan.questions.length + plan.warnings.length > 0) lines.push('');
  for (const group of alike(plan.personalities)) {
    const [one] = group;
    if (!one) continue;
    const names = group.map(({ name }) => plain(name)).join(', ');
    lines.push(`## ${names}: ${one.outcome}`, '', plain(one.why), '');
    if (one.userClass !== undefined)
      lines.push(`Class ${code(one.userClass)}${one.superClass ? ` : ${code(one.superClass)}` : ''}`, '');
    for (const { name, what } of one.methods) lines.push(`- to write: ${code(name)}: ${plain(what)}`);
    if (one.methods.length > 0) lines.push('');
    for (const warning of one.warnings) lines.push(`- **Note**: ${plain(warning)}`);
    if (one.userClass !== undefined) lines.push(...keyTable(one));
  }
  lines.push('## Keys of the bundle', '', ...keyTable(plan.topLevel));
  return lines.join('\n');
}

/** Personalities of which the plan says the same: hundreds of them can be read then. In the order of the plan. */
export function alike(personalities: readonly PersonalityPlan[]): PersonalityPlan[][] {
  const groups = new Map<string, PersonalityPlan[]>();
  for (const one of personalities) {
    const fate = JSON.stringify({ ...one, name: '' });
    const group = groups.get(fate);
    if (group) group.push(one);
    else groups.set(fate, [one]);
  }
  return [...groups.values()];
}

function keyTable({ kept, changed, dropped, added }: KeyChanges): string[] {
  const rows = [
    ...kept.map((key) => [key, 'kept', '']),
    ...changed.map(({ key, from, to, why }) => [key, `${code(from)} → ${code(to)}`, why]),
    ...added.map(({ key, to, why }) => [key, `added: ${code(to)}`, why]),
    ...dropped.map(({ key, why }) => [key, 'dropped', why]),
  ];
  if (rows.length === 0) return [];
  return [
    '| key | what becomes of it | why |',
    '| --- | --- | --- |',
    ...rows.map(([key = '', what = '', why = '']) => `| ${code(key)} | ${what} | ${plain(why)} |`),
    '',
  ];
}

function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>|#]/g, '\\$&');
}

function code(text: string): string {
  return `\`${text.replace(/\s+/g, ' ').replace(/`/g, '´').replace(/\|/g, '\\|')}\``;
}
