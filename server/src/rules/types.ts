/** Rules and findings. A rule is data about itself plus one check; `docs/rules/` is printed from it. */
import type { PlistNode, PlistTree, TextEdit, TextRange } from '../plist/types.ts';
import type { Evaluation, Severity } from '../schema/types.ts';
import type { BundleKind, PlistDocument } from '../workspace/types.ts';

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
