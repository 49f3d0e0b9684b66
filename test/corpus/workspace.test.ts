/**
 * The bundles found in other people's driver projects against what `corpus/dexts.json` recorded of them, read by
 * another program: identifiers, paths, versions of each configuration, Info.plists, entitlements, classes. Prints a
 * table of agreements; every disagreement is judged below.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { nodeFiles } from '../../server/src/host/nodeFiles.ts';
import { lintWorkspace } from '../../server/src/rules/workspace-lint.ts';
import { pathOf } from '../../server/src/workspace/document.ts';
import { Workspace } from '../../server/src/workspace/workspace.ts';

interface Repo {
  readonly repo: string;
  readonly info_plists: readonly { readonly path: string; readonly kind: string }[];
  readonly entitlements: readonly { readonly path: string }[];
  readonly iig_classes: readonly { readonly name: string; readonly iig: string }[];
  readonly build_settings: readonly { readonly [setting: string]: string }[];
}

const CORPUS = join(import.meta.dirname, '../..', '../shared/corpus');
const ABSENT = 'needs ../shared/corpus, not here';
const repos: readonly Repo[] = existsSync(join(CORPUS, 'dexts.json'))
  ? (JSON.parse(readFileSync(join(CORPUS, 'dexts.json'), 'utf8')) as Repo[])
  : [];

/** A disagreement, and why we keep our answer. */
const JUDGED: readonly (readonly [RegExp, string])[] = [
  [
    /(OpenVirtualHIDApp\/entitlements\.plist|PloytecDriver\.entitlements|litepcie\.entitlements) belongs to no bundle$/,
    'no target signs with it: CODE_SIGN_ENTITLEMENTS names another file or none',
  ],
  [/PCIDriverKit\/IOPCIDevice\.iig /, 'Apple’s own framework, built by a framework target'],
  [/tmp\/AudioDriverKit\/\w+\.iig /, 'copies of Apple’s headers, which no target lists'],
  [/CrossOverlayFramework\/Info\.plist is app/, 'an Info.plist of a framework target'],
  [/EndpointSecurity Extension\/Info\.plist is app/, 'the product type is system-extension'],
];

const SETTINGS = [
  'PRODUCT_BUNDLE_IDENTIFIER',
  'INFOPLIST_FILE',
  'CODE_SIGN_ENTITLEMENTS',
  'MARKETING_VERSION',
  'CURRENT_PROJECT_VERSION',
  'DRIVERKIT_DEPLOYMENT_TARGET',
  'SDKROOT',
  'GENERATE_INFOPLIST_FILE',
];

interface Tally {
  agree: number;
  readonly disagree: string[];
}

describe('bundles of the corpus', () => {
  const workspaces = new Map<string, Workspace>();
  const folderOf = (repo: string) => join(CORPUS, 'dext', repo.replace('/', '__'));
  const there = repos.filter(({ repo }) => existsSync(folderOf(repo)));

  before(async () => {
    for (const { repo } of there) {
      const workspace = new Workspace(nodeFiles, [pathToFileURL(folderOf(repo)).href]);
      await workspace.index();
      workspaces.set(repo, workspace);
    }
  });

  test('settings, Info.plists, entitlements and classes agree with what another reader found', (t) => {
    if (there.length === 0) return t.skip(ABSENT);
    const used = new Map<string, string>();
    const rows: string[] = [];
    const unjudged: string[] = [];
    for (const repo of there) {
      const workspace = workspaces.get(repo.repo);
      if (!workspace || workspace.projects.length === 0) continue;
      const base = pathToFileURL(folderOf(repo.repo)).href;
      const tallies = {
        settings: settingsTally(repo, workspace, base),
        plists: plistTally(repo, workspace, base),
        entitlements: entitlementsTally(repo, workspace, base),
        classes: classesTally(repo, workspace, base),
      };
      const cells = Object.values(tallies).map(
        ({ agree, disagree }) => `${agree}/${agree + disagree.length}`,
      );
      rows.push(`${repo.repo.padEnd(52)} ${cells.map((cell) => cell.padStart(9)).join(' ')}`);
      for (const what of Object.values(tallies).flatMap(({ disagree }) => disagree)) {
        const id = `${repo.repo} ${what}`;
        const reason = JUDGED.find(([pattern]) => pattern.test(id))?.[1];
        if (reason === undefined) unjudged.push(id);
        else used.set(id, reason);
      }
    }
    t.diagnostic(`${'repository'.padEnd(52)}  settings    plists   entitl.   classes`);
    for (const row of rows) t.diagnostic(row);
    for (const [id, reason] of used) t.diagnostic(`judged: ${id}: ${reason}`);
    assert.deepEqual(unjudged, []);
    assert.deepEqual(
      JUDGED.filter(([, reason]) => ![...used.values()].includes(reason)).map(([, reason]) => reason),
      [],
      'judgements that nothing needs any more',
    );
    assert.ok(rows.length >= 10, `only ${rows.length} repositories have a project file`);
  });
});

/** Errors of rules over several files on projects of other people, and why they are right. */
const TRUE_FAULTS: readonly (readonly [RegExp, string])[] = [
  [
    /^dext\/yonaskolb__XcodeGen .* workspace\/product-name$/,
    'a sample that is built and never activated: PRODUCT_NAME is the name of the target',
  ],
];

test('what ships shows no unjust error over several files, and no rule throws', async (t) => {
  if (repos.length === 0) return t.skip(ABSENT);
  const counts = new Map<string, number>();
  const unjust: string[] = [];
  const thrown: string[] = [];
  for (const group of ['dext', 'sysext', 'kext']) {
    for (const name of readdirSync(join(CORPUS, group))) {
      const root = pathToFileURL(join(CORPUS, group, name)).href;
      const workspace = new Workspace(nodeFiles, [root]);
      await workspace.index();
      const onRuleError = (rule: string, error: unknown) => thrown.push(`${rule}: ${error}`);
      for (const [uri, findings] of lintWorkspace(workspace, { lintOptions: () => ({ onRuleError }) })) {
        for (const { rule, severity } of findings) {
          counts.set(`${severity} ${rule}`, (counts.get(`${severity} ${rule}`) ?? 0) + 1);
          const said = `${group}/${name} ${pathOf(uri).slice(pathOf(root).length + 1)} ${rule}`;
          if (severity === 'error' && !TRUE_FAULTS.some(([pattern]) => pattern.test(said))) unjust.push(said);
        }
      }
    }
  }
  for (const [what, count] of [...counts].sort()) t.diagnostic(`${what}: ${count}`);
  assert.deepEqual(thrown, []);
  assert.deepEqual(unjust, []);
});

function settingsTally(repo: Repo, workspace: Workspace, base: string): Tally {
  const tally: Tally = { agree: 0, disagree: [] };
  for (const row of repo.build_settings) {
    const id = row.PRODUCT_BUNDLE_IDENTIFIER;
    const project = workspace.projects.find(({ uri }) => pathOf(uri) === `${pathOf(base)}/${row.project}`);
    if (!project || id === undefined || id.includes('$')) continue;
    const configurations = project.targets
      .flatMap((target) => target.configurations)
      .filter((one) => one.name === row.configuration && one.setting('PRODUCT_BUNDLE_IDENTIFIER') === id);
    for (const name of SETTINGS) {
      const expected = row[name];
      if (expected === undefined || expected.includes('$')) continue;
      if (configurations.some((one) => one.setting(name) === String(expected))) tally.agree++;
      else tally.disagree.push(`${row.project} ${row.configuration} ${id} ${name}`);
    }
  }
  return tally;
}

const FAMILY: Readonly<Record<string, string>> = {
  'codeless-dext': 'dext',
  'codeless-kext': 'kext',
  'network-extension': 'sysext',
  'endpoint-security': 'sysext',
  'camera-extension': 'sysext',
  'system-extension': 'sysext',
};

function plistTally(repo: Repo, workspace: Workspace, base: string): Tally {
  const tally: Tally = { agree: 0, disagree: [] };
  for (const { path, kind } of repo.info_plists) {
    const uri = `${base}/${path.split('/').map(encodeURIComponent).join('/')}`;
    if (!workspace.exists(uri)) continue;
    const bundles = workspace.bundlesOf(uri);
    const kinds = bundles.map((bundle) => FAMILY[bundle.kind] ?? bundle.kind);
    if (kinds.includes(FAMILY[kind] ?? kind)) tally.agree++;
    else tally.disagree.push(`${path} is ${kind}, here ${kinds.join(' ') || 'no bundle'}`);
  }
  return tally;
}

function entitlementsTally(repo: Repo, workspace: Workspace, base: string): Tally {
  const tally: Tally = { agree: 0, disagree: [] };
  for (const { path } of repo.entitlements) {
    const uri = `${base}/${path.split('/').map(encodeURIComponent).join('/')}`;
    if (!workspace.exists(uri)) continue;
    if (workspace.bundlesOf(uri).length > 0) tally.agree++;
    else tally.disagree.push(`${path} belongs to no bundle`);
  }
  return tally;
}

/** The corpus holds no `.iig` file, so what is compared is the target that lists it. */
function classesTally(repo: Repo, workspace: Workspace, base: string): Tally {
  const tally: Tally = { agree: 0, disagree: [] };
  const targets = workspace.projects.flatMap((project) => project.targets);
  for (const { iig } of repo.iig_classes) {
    const uri = `${base}/${iig.split('/').map(encodeURIComponent).join('/')}`;
    const owner = targets.find(
      ({ files, folders }) => files.includes(uri) || folders.some((folder) => uri.startsWith(`${folder}/`)),
    );
    if (owner?.productType?.endsWith('.driver-extension')) tally.agree++;
    else tally.disagree.push(`${iig} belongs to no driver target`);
  }
  return tally;
}
