/** Prints the page of a rule, for `docs/rules/` and for `driver-plist explain`. */
import { BUNDLE_KINDS } from '../workspace/types.ts';
import type { Rule, Severity } from './types.ts';

const SEVERITY_SAYS: Record<Severity, string> = {
  error: 'error',
  warning: 'warning',
  information: 'information',
  hint: 'hint',
};

/** What a page shows as one kind where all of them are meant. */
function kindsOf(rule: Rule): string {
  if (BUNDLE_KINDS.every((kind) => rule.kinds.includes(kind))) return 'all property lists';
  const ours = BUNDLE_KINDS.filter((kind) => kind !== 'plist');
  if (ours.every((kind) => rule.kinds.includes(kind))) return 'all kinds of bundle, entitlements';
  const bundles = ours.filter((kind) => kind !== 'entitlements');
  if (rule.kinds.length === bundles.length && bundles.every((kind) => rule.kinds.includes(kind))) {
    return 'all kinds of bundle';
  }
  return BUNDLE_KINDS.filter((kind) => rule.kinds.includes(kind)).join(', ');
}

/** A link as a link, the place in a repository as code. */
function sourceLine(source: string): string {
  return /^https?:\/\//.test(source) ? `- <${source}>` : `- ${source}`;
}

/**
 * The page of a rule as Markdown, ended by a line feed. A pure function of the rule: the committed pages are
 * compared with it.
 */
export function rulePage(rule: Rule): string {
  const lines = [
    `# ${rule.id}`,
    '',
    `**${rule.title}** · ${SEVERITY_SAYS[rule.severity]} · ${kindsOf(rule)}`,
    '',
    rule.what,
    '',
    '## Why',
    '',
    rule.why,
    '',
    '## What to do',
    '',
    rule.how,
    '',
    '## Example',
    '',
    'Found:',
    '',
    '```xml',
    rule.examples.invalid,
    '```',
    '',
    'Right:',
    '',
    '```xml',
    rule.examples.valid,
    '```',
    '',
    '## Source',
    '',
    ...rule.source.map(sourceLine),
    '',
    '## Turn it off',
    '',
    `In one place, with a comment on the line before: \`<!-- driver-plist-disable-next-line ${rule.id} -->\`. In a file: \`<!-- driver-plist-disable ${rule.id} -->\`. Everywhere: \`"driverPlist.rules": { "${rule.id}": "off" }\` in the settings, \`--rule ${rule.id}=off\` on the command line.`,
    '',
  ];
  return lines.join('\n');
}

/** Path of the page of a rule below the folder of pages: `kext/library-version.md`. */
export function rulePagePath(id: string): string {
  return `${id}.md`;
}

const GROUP_TITLES: Readonly<Record<string, string>> = {
  syntax: 'The text of a property list',
  schema: 'Keys, types and values',
  bundle: 'All bundles',
  kext: 'Kernel extensions',
  dext: 'Driver extensions',
  sysext: 'System extensions',
  app: 'Host apps',
  entitlements: 'Entitlements',
  match: 'Personalities and matching',
  workspace: 'Several files together',
  control: 'Comments that steer Driver Plist',
};

/** The list of all rules by group, as Markdown. Groups in a fixed order, ids sorted. */
export function ruleIndex(rules: readonly Rule[]): string {
  const lines = [
    '# Rules',
    '',
    'Printed from the rules themselves by `node scripts/generate-rule-pages.ts`; do not edit.',
    '',
    'Severities: **error** the system refuses the bundle, or the personality can never match or start; **warning** it probably does not do what was meant, or the source is not public; **information** worth knowing; **hint** style.',
    '',
  ];
  const groups = new Set([...Object.keys(GROUP_TITLES), ...rules.map(({ id }) => id.split('/')[0]!)]);
  for (const group of groups) {
    const members = rules
      .filter(({ id }) => id.startsWith(`${group}/`))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    if (members.length === 0) continue;
    lines.push(`## ${GROUP_TITLES[group] ?? group}`, '', '| rule | severity | what |', '| --- | --- | --- |');
    for (const { id, severity, title } of members) {
      lines.push(`| [${id}](${rulePagePath(id)}) | ${severity} | ${title.replace(/\|/g, '\\|')} |`);
    }
    lines.push('');
  }
  return lines.join('\n');
}
