/** Rules on what a signature carries for a team or for debugging. */
import type { PlistNode } from '../plist/types.ts';
import { offer, removeEntryFix, setTextFix } from './bundle-edits.ts';
import { isFilledIn, quoted } from './bundle-values.ts';
import type { Rule, RuleContext } from './types.ts';

const PAGES = 'https://developer.apple.com/documentation/bundleresources/entitlements';
/** Names of files and folders that speak of a build for users. */
const RELEASE = /release|distribution|production|developer-?id|app-?store/i;

function checkDebugging({ root, document, report }: RuleContext): void {
  const name = fileName(document.uri);
  const released = RELEASE.test(name) && !/debug/i.test(name);
  for (const key of ['get-task-allow', 'com.apple.security.get-task-allow']) {
    const value = root.get(key);
    if (value?.boolean !== true) continue;
    report({
      at: value.key ?? value,
      severity: released ? 'error' : 'information',
      message: `${key} lets a debugger attach, and notarisation refuses it. ${released ? 'Remove it from the file of the release build' : 'Xcode adds it to debug builds by itself: leave it out, or keep this file for them'}.`,
      fixes: () => offer(removeEntryFix(value, `Remove ${key}`, released)),
    });
  }
}

function fileName(uri: string): string {
  return uri.split('/').slice(-1).join('');
}

/** Entitlements whose texts begin with a team, and the build variable for it. */
const TEAM_TEXTS: Readonly<Record<string, string>> = {
  'com.apple.security.application-groups': '$(TeamIdentifierPrefix)',
  'keychain-access-groups': '$(AppIdentifierPrefix)',
  'com.apple.application-identifier': '$(AppIdentifierPrefix)',
  'application-identifier': '$(AppIdentifierPrefix)',
};

/** A team id has ten capital letters and digits; one without any digit is more likely a word. */
const TEAM = /^((?=[A-Z]*\d)[A-Z0-9]{10})\./;

/** The team that a text begins with. */
export function teamOf(text: string): string | undefined {
  return TEAM.exec(text)?.[1];
}

/** `$(TeamIdentifierPrefix)` and its like: the team of whoever builds. */
const VARIABLE_PREFIX = /^\$[({](Team|App)IdentifierPrefix[)}]|^\$[({]DEVELOPMENT_TEAM[)}]/;

function checkTeam({ root, report }: RuleContext): void {
  const texts = Object.entries(TEAM_TEXTS).flatMap(([key, variable]) =>
    textsOf(root.get(key)).map((node) => ({ node, variable, text: node.text.trim() })),
  );
  const teams = new Set(texts.map(({ text }) => teamOf(text)).filter((team) => team !== undefined));
  const mixed = teams.size > 1 || (teams.size === 1 && texts.some(({ text }) => VARIABLE_PREFIX.test(text)));
  for (const { node, variable, text } of texts) {
    const team = teamOf(text);
    if (team === undefined) continue;
    report({
      at: node,
      severity: mixed ? 'warning' : 'hint',
      message: `${quoted(text)} names the team ${team}. ${mixed ? 'Other names in this file begin with another one, and no profile holds both' : 'Built by another team it does not fit that team’s profile'}. Write ${variable}${text.slice(team.length + 1)}.`,
      fixes: () =>
        offer(
          setTextFix(node, `${variable}${text.slice(team.length + 1)}`, `Replace the team by ${variable}`),
        ),
    });
  }
}

function textsOf(value: PlistNode | undefined): PlistNode[] {
  if (!value) return [];
  return (value.kind === 'array' ? value.items : [value]).filter(({ kind }) => kind === 'string');
}

const GROUPS = 'com.apple.security.application-groups';

function checkGroup({ root, report }: RuleContext): void {
  for (const node of textsOf(root.get(GROUPS))) {
    const text = node.text.trim();
    if (text === '' || isFilledIn(text) || text.startsWith('group.') || teamOf(text)) continue;
    // A team of letters only, or the team alone as the group.
    if (/^[A-Z]{10}\.|^[A-Z0-9]{10}$/.test(text)) continue;
    report({
      at: node,
      message: `${quoted(text)} is no app group: on macOS a group begins with the team id, else with group. and is registered with the team. Write $(TeamIdentifierPrefix)${text}.`,
      fixes: () =>
        offer(setTextFix(node, `$(TeamIdentifierPrefix)${text}`, 'Put $(TeamIdentifierPrefix) in front')),
    });
  }
}

const groups = (...names: string[]) =>
  `<key>${GROUPS}</key>\n<array>\n${names.map((name) => `\t<string>${name}</string>`).join('\n')}\n</array>`;

export const entitlementsSigningRules: readonly Rule[] = [
  {
    id: 'entitlements/debugging',
    severity: 'error',
    title: 'get-task-allow in a file that is kept',
    what: '`get-task-allow` or `com.apple.security.get-task-allow` true. An error where the name of the file speaks of a release, else information.',
    why: 'It lets any debugger of the user read and change the process. Notarisation refuses a program that has it.',
    how: 'Remove it: Xcode puts it into the signature of debug builds.',
    source: [
      'https://developer.apple.com/documentation/security/resolving-common-notarization-issues',
      'apple-oss-distributions/kext_tools driverkit.m:18,245-262',
    ],
    kinds: ['entitlements'],
    facts: ['mistake:M096'],
    examples: {
      invalid: '<key>com.apple.security.get-task-allow</key>\n<true/>',
      valid: '<key>com.apple.developer.driverkit</key>\n<true/>',
    },
    check: checkDebugging,
  },
  {
    id: 'entitlements/team-literal',
    severity: 'warning',
    title: 'Team id written out',
    what: 'An app group, keychain group or application identifier that begins with a team id in plain letters: a warning where the file has two teams, or one beside `$(TeamIdentifierPrefix)`, else a hint.',
    why: 'The value must fit the profile of the team that signs. Who builds the project with another team gets a program that does not start.',
    how: 'Write `$(TeamIdentifierPrefix)` or `$(AppIdentifierPrefix)`; both end in the dot.',
    source: [`${PAGES}/${GROUPS}`, 'https://github.com/dautovri/SimulatorCamera/issues/6'],
    kinds: ['entitlements'],
    facts: ['mistake:M097'],
    examples: {
      invalid: groups('A1B2C3D4E5.com.example.Lamp', '$(TeamIdentifierPrefix)com.example.Desk'),
      valid: groups('$(TeamIdentifierPrefix)com.example.Lamp', '$(TeamIdentifierPrefix)com.example.Desk'),
    },
    check: checkTeam,
  },
  {
    id: 'entitlements/app-group',
    severity: 'warning',
    title: 'App group without a team',
    what: 'An app group that begins with neither a team id nor `group.`.',
    why: 'A group belongs to a team, which its name begins with; registered groups begin with `group.`. With another name no profile fits, and the processes share nothing.',
    how: 'Write `$(TeamIdentifierPrefix)` in front.',
    source: [`${PAGES}/${GROUPS}`],
    kinds: ['entitlements'],
    examples: {
      invalid: groups('com.example.Lamp'),
      valid: groups('$(TeamIdentifierPrefix)com.example.Lamp'),
    },
    check: checkGroup,
  },
];
