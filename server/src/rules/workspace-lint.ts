/**
 * Rules over several files: findings of a whole workspace, by file. A bundle is checked again only when one of the
 * files that its findings rest on is another than before.
 */
import type { Bundle } from '../workspace/bundles.ts';
import type { PlistDocument } from '../workspace/types.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { directives, names } from './directives.ts';
import { guarded, type LintOptions, lint, rangeOfNode, severityOf } from './lint.ts';
import type { Finding, WorkspaceReport, WorkspaceRule } from './types.ts';
import { workspaceRules } from './workspace.ts';
import { findingsWhenBuilt } from './workspace-expanded.ts';
import { withWorkspaceFixes } from './workspace-fixes.ts';
import { outOfSignature } from './workspace-signature.ts';
import { viewOf } from './workspace-view.ts';

export interface WorkspaceLintOptions {
  /** How one document is linted: severities, and who hears of a rule that threw. */
  readonly lintOptions?: ((document: PlistDocument) => LintOptions) | undefined;
}

export interface WorkspaceLinter {
  /** Findings by URI of the file that they stand in, in the order of their places. Files without any are absent. */
  findings(): ReadonlyMap<string, readonly Finding[]>;
  /** Findings of one file: only the bundles that can have one there are looked at. */
  findingsOf(uri: string): readonly Finding[];
  /**
   * All findings of a file: those of its own, less what the workspace knows better and with the repairs that it
   * knows, and those over several files.
   *
   * @param single what `lint` says of the file alone
   */
  merged(uri: string, single: readonly Finding[]): Finding[];
}

/**
 * True when a finding speaks of a key that is missing in an Info.plist and that the build writes into it, by the
 * setting `INFOPLIST_KEY_…` of every bundle and configuration that uses the file.
 */
function isGenerated(workspace: Workspace, uri: string, { keyPath }: Finding): boolean {
  const [key, ...more] = keyPath;
  const root = workspace.document(uri)?.tree.root;
  if (typeof key !== 'string' || more.length > 0 || root?.kind !== 'dict' || root.keyNode(key)) return false;
  const configurations = workspace
    .bundlesOf(uri)
    .flatMap((bundle) => bundle.configurations)
    .filter(({ infoPlist }) => infoPlist === uri);
  return (
    configurations.length > 0 &&
    configurations.every(
      (one) => one.generatesInfoPlist && (one.setting(`INFOPLIST_KEY_${key}`) ?? '').trim() !== '',
    )
  );
}

/** True when a finding takes the Info.plist for an app’s, and the targets that use it make extensions. */
function isOfApp(workspace: Workspace, uri: string, { rule }: Finding): boolean {
  if (!rule.startsWith('app/')) return false;
  const users = workspace.bundlesOf(uri).filter(({ target }) => target !== undefined);
  return users.length > 0 && users.every(({ kind }) => kind !== 'app');
}

/** All findings of a workspace at once. Never throws. */
export function lintWorkspace(
  workspace: Workspace,
  options: WorkspaceLintOptions = {},
): ReadonlyMap<string, readonly Finding[]> {
  return createWorkspaceLinter(workspace, options).findings();
}

/** In the order of their places. Where a rule over one file guessed what the workspace knows only the latter is kept. */
function withSeveral(single: readonly Finding[], several: readonly Finding[]): Finding[] {
  if (several.length === 0) return [...single];
  const kept = single.filter((one) => !several.some((other) => isSuperseded(one, other)));
  return [...kept, ...several].sort((a, b) => a.range.start - b.range.start || b.range.end - a.range.end);
}

/** True when `one` says less of the same thing than `other`, a finding over several files or with settings filled in. */
function isSuperseded(one: Finding, other: Finding): boolean {
  const rule = workspaceRules.find(({ id }) => id === other.rule);
  const overlap = one.range.start < other.range.end && other.range.start < one.range.end;
  return overlap && (one.rule === other.rule || rule?.supersedes?.includes(one.rule) === true);
}

export interface Found extends Finding {
  readonly uri: string;
}

interface Checked {
  readonly inputs: readonly unknown[];
  readonly found: readonly Found[];
}

/** A linter that remembers what it found while the files stay the same. Never throws. */
export function createWorkspaceLinter(
  workspace: Workspace,
  options: WorkspaceLintOptions = {},
): WorkspaceLinter {
  const checked = new Map<string, Checked>();

  const foundIn = (bundle: Bundle): readonly Found[] => {
    const inputs = inputsOf(workspace, bundle);
    const known = checked.get(bundle.id);
    if (known && sameItems(known.inputs, inputs)) return known.found;
    const found = checkBundle(workspace, bundle, options);
    checked.set(bundle.id, { inputs, found });
    return found;
  };
  const settled = (found: readonly Found[]): Map<string, Finding[]> => {
    const byUri = new Map<string, Found[]>();
    for (const finding of found) {
      const list = byUri.get(finding.uri);
      if (list) list.push(finding);
      else byUri.set(finding.uri, [finding]);
    }
    const result = new Map<string, Finding[]>();
    for (const [uri, list] of byUri) {
      const document = workspace.document(uri);
      const kept = document ? settle(document, list, options.lintOptions?.(document) ?? {}) : [];
      if (kept.length > 0) result.set(uri, kept);
    }
    return result;
  };
  const linter: WorkspaceLinter = {
    findings: () => settled(workspace.bundles.flatMap(foundIn)),
    merged(uri, single) {
      const own = single
        .filter((finding) => !isGenerated(workspace, uri, finding) && !isOfApp(workspace, uri, finding))
        .map((finding) => withWorkspaceFixes(workspace, uri, finding));
      return withSeveral(own, linter.findingsOf(uri));
    },
    findingsOf(uri) {
      const own = workspace.bundlesOf(uri);
      const around = new Set(own.flatMap((bundle) => [bundle, ...neighbours(bundle)]));
      const found = [...around].flatMap(foundIn).filter((finding) => finding.uri === uri);
      return settled(found).get(uri) ?? [];
    },
  };
  return linter;
}

/** Bundles whose files a bundle's findings can rest on, or stand in. */
function neighbours(bundle: Bundle): Bundle[] {
  const hosts = bundle.hosts;
  return [...hosts, ...hosts.flatMap(carried), ...carried(bundle)].filter((one) => one !== bundle);
}

function carried(bundle: Bundle): Bundle[] {
  return bundle.embeds.map((embed) => embed.bundle);
}

/** The bundle itself (put together anew when files come and go), and the files of it and its neighbours. */
function inputsOf(workspace: Workspace, bundle: Bundle): unknown[] {
  const inputs: unknown[] = [bundle, workspace.profiles];
  for (const one of [bundle, ...neighbours(bundle)]) {
    for (const { infoPlist, entitlements } of one.configurations) {
      inputs.push(
        infoPlist && workspace.document(infoPlist),
        entitlements && workspace.document(entitlements),
      );
    }
    for (const uri of one.interfaces) inputs.push(workspace.classesIn(uri));
  }
  for (const { configurations } of workspace.shippedWith(bundle)) {
    for (const { infoPlist } of configurations) inputs.push(infoPlist && workspace.document(infoPlist));
  }
  return inputs;
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

function checkBundle(workspace: Workspace, bundle: Bundle, options: WorkspaceLintOptions): Found[] {
  const views = bundle.configurations.map((configuration) => viewOf(workspace, bundle, configuration));
  const merged = new Map<string, { finding: Found; configurations: Set<string | undefined> }>();
  const keep = (rule: WorkspaceRule, report: WorkspaceReport, configuration: string | undefined): void => {
    add(foundBy(rule, report), configuration);
  };
  const add = (raw: Found, configuration: string | undefined): void => {
    const finding = outOfSignature(workspace, raw);
    const { start, end } = finding.range;
    const key = `${finding.rule} ${finding.uri} ${start} ${end} ${finding.message}`;
    const known = merged.get(key);
    if (known) known.configurations.add(configuration);
    else merged.set(key, { finding, configurations: new Set([configuration]) });
  };
  for (const rule of workspaceRules) {
    if (!rule.kinds.includes(bundle.kind)) continue;
    const attempt = (check: () => void): void => {
      try {
        check();
      } catch (error) {
        const document = views.find(({ info }) => info)?.info?.document;
        if (document) options.lintOptions?.(document).onRuleError?.(rule.id, error);
      }
    };
    if (rule.checkBundle) {
      const all = views.map(({ configuration }) => configuration.name);
      attempt(() =>
        rule.checkBundle?.({
          workspace,
          bundle,
          views,
          report: (report) => {
            for (const name of all) keep(rule, report, name);
          },
        }),
      );
    }
    for (const view of rule.checkView ? views : []) {
      const report = (one: WorkspaceReport) => keep(rule, one, view.configuration.name);
      attempt(() => rule.checkView?.({ workspace, view, report }));
    }
  }
  for (const view of views) {
    for (const file of [view.info, view.entitlements]) {
      if (!file) continue;
      const found = findingsWhenBuilt(view, file, options.lintOptions?.(file.document) ?? {});
      for (const finding of found) add({ ...finding, uri: file.document.uri }, view.configuration.name);
    }
  }
  for (const { entitlements, configuration } of views) {
    if (!entitlements || !workspace.signedIn(entitlements.document.uri)) continue;
    const { overlays, onRuleError } = options.lintOptions?.(entitlements.document) ?? {};
    const { findings } = lint(entitlements.document, { overlays, onRuleError });
    // Of style nothing is said: signing itself writes the team out.
    for (const finding of findings.filter(({ severity }) => severity !== 'hint'))
      add({ ...finding, uri: entitlements.document.uri }, configuration.name);
  }
  const kept = [...merged.values()].filter(
    ({ finding }) =>
      ![...merged.values()].some(
        (other) => other.finding.rule !== finding.rule && isSuperseded(finding, other.finding),
      ),
  );
  return kept.map(({ finding, configurations }) =>
    configurations.size === views.length ? finding : said(finding, configurations),
  );
}

function foundBy(rule: WorkspaceRule, report: WorkspaceReport): Found {
  const node = 'kind' in report.at ? report.at : undefined;
  return {
    uri: report.document.uri,
    rule: rule.id,
    severity: report.severity ?? rule.severity,
    message: report.message,
    range: node ? rangeOfNode(node) : { start: report.at.start, end: report.at.end },
    keyPath: report.keyPath ?? node?.path ?? [],
    fixes: guarded(report.fixes),
    ...(report.related && { related: report.related }),
    ...(report.tags && { tags: report.tags }),
  };
}

/** Tells the configurations when the finding is not of all of them. */
function said(finding: Found, configurations: ReadonlySet<string | undefined>): Found {
  const list = [...configurations].filter((name) => name !== undefined);
  return list.length === 0 ? finding : { ...finding, message: `${finding.message} (${list.join(', ')})` };
}

/** Suppression comments, severities, order; one finding for one rule at one place. */
function settle(document: PlistDocument, found: readonly Found[], options: LintOptions): Finding[] {
  const active = directives(document.tree);
  const seen = new Set<string>();
  const kept: Finding[] = [];
  for (const { uri: _, ...finding } of found) {
    const { start, end } = finding.range;
    const hidden = active.some(
      (directive) =>
        names(directive, finding.rule) &&
        (directive.scope === 'file' || (start >= directive.line.start && start <= directive.line.end)),
    );
    const severity = hidden ? undefined : severityOf(finding, options.severities);
    const place = `${finding.rule} ${start} ${end} ${finding.message}`;
    if (severity === undefined || seen.has(place)) continue;
    seen.add(place);
    kept.push(severity === finding.severity ? finding : { ...finding, severity });
  }
  return kept.sort((a, b) => a.range.start - b.range.start || b.range.end - a.range.end);
}
