/** Rules and findings. A rule is data about itself plus one check; `docs/rules/` is printed from it. */
import type { PlistNode, PlistTree, TextEdit, TextRange } from '../plist/types.ts';
import type { Evaluation, Severity } from '../schema/types.ts';
import type { Bundle } from '../workspace/bundles.ts';
import type { BundleKind, PlistDocument } from '../workspace/types.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { BundleView } from './workspace-view.ts';

export type { Severity } from '../schema/types.ts';

/** A repair that a person can choose. Edits are of the document itself unless `files` names others. */
export interface Fix {
  /** Imperative, as in the light bulb: `Add IOUserClass`. */
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /** Edits in other documents, by URI (workspace rules). */
  readonly files?: ReadonlyMap<string, readonly TextEdit[]>;
  /** The one obvious repair; `source.fixAll` applies only these. */
  readonly preferred?: boolean;
}

export interface RelatedPlace {
  readonly uri: string;
  readonly range: TextRange;
  readonly message: string;
}

export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  /** What is wrong, why, what to do; plain text, a line or two, no markup. */
  readonly message: string;
  /** In the document's text; never empty unless the document is. */
  readonly range: TextRange;
  readonly keyPath: readonly (string | number)[];
  /** Computed when asked for. Never throws. */
  readonly fixes: () => readonly Fix[];
  readonly related?: readonly RelatedPlace[];
  /**
   * The path of a key that is absent because this one stands for it, misspelt: what is said of its absence is not
   * shown beside this finding, which takes over its severity.
   */
  readonly explains?: readonly (string | number)[];
  readonly tags?: readonly ('unnecessary' | 'deprecated')[];
}

/** What a rule reports: everything about a finding that the rule itself does not already say. */
export interface Report {
  /** Where: a node (its whole element), a node's key, or a range. */
  readonly at: PlistNode | TextRange;
  readonly message: string;
  /** Default: the path of the node. */
  readonly keyPath?: readonly (string | number)[];
  /** Default: the rule's. May only be lower than or equal to the rule's. */
  readonly severity?: Severity;
  readonly fixes?: () => readonly Fix[];
  readonly related?: readonly RelatedPlace[];
  /**
   * The path of a key that is absent because this one stands for it, misspelt: what is said of its absence is not
   * shown beside this finding, which takes over its severity.
   */
  readonly explains?: readonly (string | number)[];
  readonly tags?: readonly ('unnecessary' | 'deprecated')[];
}

/** One entry of IOKitPersonalities. */
export interface PersonalityNode {
  readonly name: string;
  readonly node: PlistNode;
  /** Has IOUserServerName: the system treats it as a dext's. */
  readonly isDext: boolean;
  /** The string value of IOProviderClass, if it is one and holds no build variable. */
  readonly providerClass: string | undefined;
}

export interface RuleContext {
  readonly document: PlistDocument;
  readonly tree: PlistTree;
  /** The root dictionary; rules are only run when there is one. */
  readonly root: PlistNode;
  readonly kind: BundleKind;
  readonly built: boolean;
  readonly personalities: readonly PersonalityNode[];
  readonly evaluation: Evaluation;
  report(report: Report): void;
}

export interface Rule {
  /** `group/name`, kebab-case. Groups: `syntax schema kext dext sysext app entitlements match bundle control workspace`. */
  readonly id: string;
  /** The highest severity that it reports. See "Severities mean something" in docs/architecture.md. */
  readonly severity: Severity;
  /** A headline of a few words: `Missing IOUserClass`. */
  readonly title: string;
  /** Markdown, our own words. What it finds. */
  readonly what: string;
  /** Why it matters: what the system does. */
  readonly why: string;
  /** What to do. */
  readonly how: string;
  /** `owner/repo path:lines`, a link, or `UNVERIFIED …`. At least one. */
  readonly source: readonly string[];
  /** Kinds of document it looks at. */
  readonly kinds: readonly BundleKind[];
  /**
   * Ids of the facts it covers: `oskext:kOSKext…`, `mistake:M012`, `trap:7`. The coverage test reads them.
   */
  readonly facts?: readonly string[];
  /** Short plist texts for the page; fixtures hold the full documents. */
  readonly examples: { readonly invalid: string; readonly valid: string };
  /**
   * Looks at one document and reports. Must not throw on any tree, nor keep state. Absent for ids that the
   * schemas or the parser raise.
   */
  readonly check?: (context: RuleContext) => void;
}

/** What a rule over several files reports; `at` refers to the text of `document`, where the repair belongs. */
export interface WorkspaceReport extends Report {
  readonly document: PlistDocument;
}

/** One bundle as one build configuration makes it. */
export interface ViewContext {
  readonly workspace: Workspace;
  readonly view: BundleView;
  report(report: WorkspaceReport): void;
}

/** One bundle with all its configurations. */
export interface BundleContext {
  readonly workspace: Workspace;
  readonly bundle: Bundle;
  readonly views: readonly BundleView[];
  report(report: WorkspaceReport): void;
}

/**
 * A rule over several files. Its checks must not throw on any workspace, nor keep state; what one reports of several
 * configurations in the same words is one finding. `kinds` are those of the bundle that is looked at.
 */
export interface WorkspaceRule extends Rule {
  readonly check?: never;
  /** Rules over one file that guess what this one knows: at the same place only this one is shown. */
  readonly supersedes?: readonly string[];
  /** Called for each configuration of each bundle. */
  readonly checkView?: (context: ViewContext) => void;
  /** Called once for each bundle. */
  readonly checkBundle?: (context: BundleContext) => void;
}
