/** What the “Driver bundles” view shows: app, what it carries, personalities, entitlements, each with its findings. */
import type { TextRange } from '../plist/types.ts';
import type { Finding, Severity } from '../rules/types.ts';
import type { ViewFile } from '../rules/workspace-view.ts';
import type { Bundle } from '../workspace/bundles.ts';
import type { BundleKind } from '../workspace/types.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { contentOf, type Place, viewsOf } from './subjects.ts';

export type FindingCounts = Readonly<Record<Severity, number>>;

export interface BundleTreeNode {
  /** Stable over changes of the files. */
  readonly id: string;
  readonly kind: BundleKind | 'personality' | 'entitlement';
  readonly label: string;
  /** The bundle id; the provider class of a personality; the value of an entitlement, if it is short. */
  readonly detail: string | undefined;
  readonly place: Place | undefined;
  /** Findings of it and all below it. */
  readonly counts: FindingCounts;
  readonly children: readonly BundleTreeNode[];
}

/**
 * Bundles that no other carries, with what is in them. Bundles without a file of their own are there too. Never throws.
 *
 * @param findingsOf all findings of a file, of its own and over several files
 */
export function bundleTree(
  workspace: Workspace,
  findingsOf: (uri: string) => readonly Finding[],
): BundleTreeNode[] {
  return workspace.bundles
    .filter(({ hosts }) => hosts.length === 0)
    .map((bundle) => bundleNode(workspace, bundle, findingsOf, []));
}

function bundleNode(
  workspace: Workspace,
  bundle: Bundle,
  findingsOf: (uri: string) => readonly Finding[],
  above: readonly Bundle[],
): BundleTreeNode {
  const views = viewsOf(workspace, bundle);
  const children: BundleTreeNode[] = bundle.embeds
    .filter((embed) => !above.includes(embed.bundle))
    .map((embed) => bundleNode(workspace, embed.bundle, findingsOf, [...above, bundle]));
  const infos = filesOf(views.map(({ info }) => info));
  const rights = filesOf(views.map(({ entitlements }) => entitlements));
  for (const { document } of infos) {
    for (const { name, node, providerClass } of views.find((one) => one.info?.document === document)
      ?.personalities ?? []) {
      const range = { start: node.key?.start ?? node.start, end: node.end };
      children.push({
        id: `${bundle.id} personality ${name}`,
        kind: 'personality',
        label: name,
        detail: providerClass,
        place: { uri: document.uri, range: contentOf(node.key ?? node) },
        counts: counted(within(findingsOf(document.uri), range)),
        children: [],
      });
    }
  }
  for (const { document, root } of rights) {
    const [info] = infos;
    const signed = workspace.signedIn(document.uri) !== undefined;
    for (const { key, value } of root.entries) {
      const range = { start: key.start, end: (value ?? key).end };
      children.push({
        id: `${bundle.id} entitlement ${document.uri} ${key.text}`,
        kind: 'entitlement',
        label: key.text,
        detail: value?.kind === 'boolean' ? String(value.boolean) : undefined,
        // What a signature holds is no file: the findings on it stand in the Info.plist.
        place: signed
          ? info && { uri: info.document.uri, range: { start: info.root.start, end: info.root.openEnd } }
          : { uri: document.uri, range: contentOf(key) },
        counts: counted(signed ? [] : within(findingsOf(document.uri), range)),
        children: [],
      });
    }
  }
  const files = [...infos, ...rights].filter(({ document }) => !workspace.signedIn(document.uri));
  const own = files.flatMap(({ document }) => findingsOf(document.uri));
  const carried = children.filter(({ kind }) => kind !== 'personality' && kind !== 'entitlement');
  const [file] = [...infos, ...rights];
  return {
    id: bundle.id,
    kind: bundle.kind,
    label: bundle.name,
    detail: views.map(({ bundleId }) => bundleId).find((id) => id !== undefined),
    place: file && { uri: file.document.uri, range: { start: file.root.start, end: file.root.openEnd } },
    counts: summed([counted(own), ...carried.map(({ counts }) => counts)]),
    children,
  };
}

/** Each file once: configurations share them. */
function filesOf(files: readonly (ViewFile | undefined)[]): ViewFile[] {
  const found = files.filter((file) => file !== undefined);
  return found.filter((file, index) => found.findIndex((one) => one.document === file.document) === index);
}

function within(findings: readonly Finding[], { start, end }: TextRange): Finding[] {
  return findings.filter(({ range }) => range.start >= start && range.end <= end);
}

function counted(findings: readonly Finding[]): FindingCounts {
  const counts = { error: 0, warning: 0, information: 0, hint: 0 };
  for (const { severity } of findings) counts[severity]++;
  return counts;
}

function summed(all: readonly FindingCounts[]): FindingCounts {
  const sum = { error: 0, warning: 0, information: 0, hint: 0 };
  for (const counts of all) {
    for (const severity of ['error', 'warning', 'information', 'hint'] as const)
      sum[severity] += counts[severity];
  }
  return sum;
}
