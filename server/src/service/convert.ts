/** Conversion and new bundles for the editor: plans as plain data, and the actions that offer them. */
import { type CodeAction, CodeActionKind, type Range } from 'vscode-languageserver-types';
import { FAMILIES } from '../convert/families.ts';
import { type NewBundleResult, newBundle } from '../convert/newBundle.ts';
import { planConversion } from '../convert/plan.ts';
import { planMarkdown } from '../convert/report.ts';
import type { ConvertOptions, ConvertPlan, ConvertTarget, PlanResult } from '../convert/types.ts';
import type { PlistValue } from '../plist/value.ts';
import type { PlistDocument } from '../workspace/types.ts';
import { offsetAt } from './text.ts';

/** The plan for a document, or why there is none. Pure; never throws. */
export function convertPlan(document: PlistDocument, options: ConvertOptions): PlanResult {
  return planConversion(document.tree, options);
}

/** A plan as the client gets it: the texts beside it, and a report to read. */
export interface ConvertAnswer {
  readonly plan: Omit<ConvertPlan, 'files'> & {
    readonly files: readonly { readonly path: string; readonly bytes: number }[];
  };
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** Markdown: each personality and key with its reason. */
  readonly report: string;
}

/** Why there is no plan: sentences for a person. */
export interface ConvertProblems {
  readonly problems: readonly string[];
}

export function convertAnswer(
  document: PlistDocument,
  options: ConvertOptions,
): ConvertAnswer | ConvertProblems {
  const result = convertPlan(document, options);
  if (!result.ok) return { problems: result.problems };
  const { plan } = result;
  return {
    plan: { ...plan, files: plan.files.map(({ path, bytes }) => ({ path, bytes })) },
    files: plan.files.map(({ path, text }) => ({ path, text })),
    report: planMarkdown(plan),
  };
}

/** What the client's command of a conversion is called with. */
export interface ConvertArguments {
  readonly uri: string;
  readonly target: ConvertTarget;
}

const TITLES: Readonly<Record<ConvertTarget, string>> = {
  'codeless-dext': 'Convert kext to codeless dext…',
  'codeless-kext': 'Convert kext to codeless kext…',
};

/**
 * Offers the conversions of a kext on IOKitPersonalities and what is in it, on the root’s own lines, and nowhere
 * else. Each is a command of the client with {@link ConvertArguments}; none without a command.
 */
export function convertActions(
  document: PlistDocument,
  range: Range,
  command: string | undefined,
): CodeAction[] {
  const { kind } = document.kind;
  if (command === undefined || (kind !== 'kext' && kind !== 'codeless-kext')) return [];
  if (!isOffered(document, range)) return [];
  const targets: readonly ConvertTarget[] =
    kind === 'kext' ? ['codeless-dext', 'codeless-kext'] : ['codeless-dext'];
  return targets.map((target) => ({
    title: TITLES[target],
    kind: CodeActionKind.RefactorRewrite,
    command: {
      title: TITLES[target],
      command,
      arguments: [{ uri: document.uri, target } satisfies ConvertArguments],
    },
  }));
}

function isOffered({ tree, ...document }: PlistDocument, range: Range): boolean {
  const root = tree.root;
  if (root?.kind !== 'dict') return false;
  const at = offsetAt({ tree, ...document }, range.start);
  const node = tree.nodeAt(at);
  if (!node || node.id === root.id) return true;
  const top = node.kind === 'key' && node.parent?.id === root.id ? node.name : node.path[0];
  return typeof top === 'string' && top.startsWith('IOKitPersonalities');
}

/** A family as a picker shows it. */
export interface FamilyChoice {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly providers: readonly string[];
  readonly framework: string;
  readonly codeless: boolean;
  readonly minimum: { readonly macOS: string; readonly DriverKit: string };
}

export function familyChoices(): FamilyChoice[] {
  return FAMILIES.map(({ value, title, description, providers, framework, codeless, minimum }) => ({
    id: value,
    title,
    description,
    providers,
    framework,
    codeless: codeless.possible,
    minimum,
  }));
}

/** Options of a new bundle as a client sends them: match values are JSON, numbers mean integers. */
export interface NewBundleRequest {
  readonly family: string;
  readonly provider?: string | undefined;
  readonly match: { readonly [key: string]: string | number | boolean };
  readonly bundleId: string;
  readonly className: string;
  readonly team?: string | undefined;
  readonly name?: string | undefined;
}

export interface NewBundleAnswer {
  readonly name: string;
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly warnings: readonly string[];
}

/** Never throws, whatever the values. */
export function newBundleAnswer(request: NewBundleRequest): NewBundleAnswer | ConvertProblems {
  const match = new Map<string, PlistValue>();
  for (const [key, value] of Object.entries(request.match)) {
    if (typeof value !== 'number') match.set(key, value);
    else if (Number.isSafeInteger(value)) match.set(key, BigInt(value));
    else return { problems: [`${key} must be a whole number, not ${value}.`] };
  }
  const result: NewBundleResult = newBundle({ ...request, match });
  if (!result.ok) return { problems: result.problems };
  const { name, files, warnings } = result;
  return { name, files: files.map(({ path, text }) => ({ path, text })), warnings };
}
