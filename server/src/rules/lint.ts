/** One run over one document: syntax errors, schema findings, rules; then suppressions and severities. */
import type { PlistError, PlistNode, TextRange } from '../plist/types.ts';
import { evaluate } from '../schema/evaluate.ts';
import { fixesFor } from '../schema/fixes.ts';
import { describeFinding } from '../schema/messages.ts';
import type { Evaluation, Schema, SchemaFinding } from '../schema/types.ts';
import type { BundleKind, PlistDocument } from '../workspace/types.ts';
import { controlFindings } from './control.ts';
import { directives, matchesRule, names } from './directives.ts';
import { allRules, ruleById } from './index.ts';
import { personalitiesOf } from './personalities.ts';
import { driverFixes } from './schema-fixes.ts';
import { schemaForKind } from './schemas.ts';
import type { Finding, Fix, Report, Rule, RuleContext, Severity } from './types.ts';

/** What a person may set for a rule id, for `group/*` or `*`; later entries of a map beat earlier ones. */
export type RuleSetting = 'off' | 'hint' | 'info' | 'warning' | 'error';

export type OnDevices = (document: PlistDocument) => readonly Finding[];

export interface LintOptions {
  readonly severities?: ReadonlyMap<string, RuleSetting> | undefined;
  /** Schemas of the user, checked beside ours. */
  readonly overlays?: ((kind: BundleKind) => readonly Schema[]) | undefined;
  /** What the devices of a registry dump show of a document; absent where no dump is at hand. */
  readonly onDevices?: OnDevices | undefined;
  /** Told of a rule that threw: a bug of ours, shown to no user as a finding. */
  readonly onRuleError?: ((rule: string, error: unknown) => void) | undefined;
}

export interface LintResult {
  /** In document order. */
  readonly findings: readonly Finding[];
  /** For completion and hover; undefined when the kind has no schema or the document no root dictionary. */
  readonly evaluation: Evaluation | undefined;
  /** What the next version of the document starts from (`incremental.ts`). */
  readonly raw: readonly RawFinding[];
}

/** A finding before suppressions and severities. */
export interface RawFinding {
  readonly finding: Finding;
  /** -2 syntax, -1 schema, else the rule's place in `allRules`: findings at one place stand in this order. */
  readonly order: number;
}

export const SYNTAX_ORDER = -2;
export const SCHEMA_ORDER = -1;

const SEVERITY_OF_SETTING = {
  hint: 'hint',
  info: 'information',
  warning: 'warning',
  error: 'error',
} as const;

/** Rule ids of schema findings that name none themselves. */
const RULE_OF_KEYWORD: Readonly<Record<string, string>> = {
  type: 'schema/type',
  plistType: 'schema/type',
  required: 'schema/missing-key',
  dependentRequired: 'schema/missing-key',
  minProperties: 'schema/missing-key',
  enum: 'schema/value',
  const: 'schema/value',
  additionalProperties: 'schema/unknown-key',
  propertyNames: 'schema/unknown-key',
  unevaluatedProperties: 'schema/unknown-key',
  maxProperties: 'schema/unknown-key',
  deprecationMessage: 'schema/deprecated',
};

/** By the overlays of a project and the kind: a schema object that has been compiled is known by its identity. */
const overlaid = new WeakMap<NonNullable<LintOptions['overlays']>, Map<BundleKind, Schema | undefined>>();

/** The schema of a document's kind, the user's overlays beside it. */
export function schemaOf(document: PlistDocument, { overlays }: LintOptions = {}): Schema | undefined {
  const { kind } = document.kind;
  if (!overlays) return schemaForKind(kind);
  let known = overlaid.get(overlays);
  if (!known) {
    known = new Map();
    overlaid.set(overlays, known);
  }
  if (!known.has(kind)) known.set(kind, withOverlays(schemaForKind(kind), overlays(kind)));
  return known.get(kind);
}

function withOverlays(schema: Schema | undefined, overlays: readonly Schema[]): Schema | undefined {
  if (overlays.length === 0) return schema;
  return { allOf: schema === undefined ? overlays : [schema, ...overlays] };
}

/**
 * Lints a document. Never throws: a rule that does is reported through `onRuleError` and finds nothing.
 */
export function lint(document: PlistDocument, options: LintOptions = {}): LintResult {
  const evaluation = evaluationFor(document, options);
  const raw = [
    ...syntaxFindings(document),
    ...schemaFindings(evaluation),
    ...ruleFindings(document, evaluation, options),
  ];
  return resultOf(document, raw, evaluation, options);
}

export function resultOf(
  document: PlistDocument,
  raw: readonly RawFinding[],
  evaluation: Evaluation | undefined,
  options: LintOptions,
): LintResult {
  const found = [...raw.map(({ finding }) => finding), ...(options.onDevices?.(document) ?? [])];
  const shown = found.map((finding) => {
    const { start, end } = finding.range;
    // An element whose opening tag is missing has an empty one.
    return end > start ? finding : { ...finding, range: visible(document.text, finding.range) };
  });
  return { findings: settle(document, shown, options), evaluation, raw };
}

/** Nothing is evaluated before it is asked for. */
export function evaluationFor(document: PlistDocument, options: LintOptions): Evaluation | undefined {
  const { root } = document.tree;
  const schema = schemaOf(document, options);
  return root && schema !== undefined ? evaluate(schema, root) : undefined;
}

export function syntaxFindings(document: PlistDocument): RawFinding[] {
  return document.tree.errors.map((error) => ({
    finding: syntaxFinding(document, error),
    order: SYNTAX_ORDER,
  }));
}

export function schemaFindings(evaluation: Evaluation | undefined): RawFinding[] {
  return (evaluation?.findings ?? []).map((one) => ({ finding: schemaFinding(one), order: SCHEMA_ORDER }));
}

/** What the code rules find, or those of them that `wanted` names. */
export function ruleFindings(
  document: PlistDocument,
  evaluation: Evaluation | undefined,
  options: LintOptions,
  wanted: (rule: Rule) => boolean = () => true,
): RawFinding[] {
  const found: RawFinding[] = [];
  const { root } = document.tree;
  if (!evaluation || root?.kind !== 'dict') return found;
  let running: Checked | undefined;
  // One context for all rules, which run one after another: they are many, and most find nothing.
  const context: RuleContext = {
    document,
    tree: document.tree,
    root,
    kind: document.kind.kind,
    built: document.built,
    personalities: personalitiesOf(root),
    evaluation,
    report: (report) => {
      if (running) found.push({ finding: ruleFinding(running.rule, report), order: running.order });
    },
  };
  for (const one of rulesFor(document.kind.kind)) {
    if (!wanted(one.rule)) continue;
    running = one;
    try {
      one.check(context);
    } catch (error) {
      options.onRuleError?.(one.rule.id, error);
    }
  }
  return found;
}

/** A rule with a check, and its place in `allRules`. */
interface Checked {
  readonly rule: Rule;
  readonly check: NonNullable<Rule['check']>;
  readonly order: number;
}

const checkedByKind = new Map<BundleKind, readonly Checked[]>();

function rulesFor(kind: BundleKind): readonly Checked[] {
  let checked = checkedByKind.get(kind);
  if (!checked) {
    checked = allRules.flatMap((rule, order) =>
      rule.check && rule.kinds.includes(kind) ? [{ rule, check: rule.check, order }] : [],
    );
    checkedByKind.set(kind, checked);
  }
  return checked;
}

function ruleFinding(rule: Rule, report: Report): Finding {
  const node = 'kind' in report.at ? report.at : undefined;
  return {
    rule: rule.id,
    severity: report.severity ?? rule.severity,
    message: report.message,
    range: node ? rangeOfNode(node) : { start: report.at.start, end: report.at.end },
    keyPath: report.keyPath ?? node?.path ?? [],
    fixes: guarded(report.fixes),
    ...(report.related && { related: report.related }),
    ...(report.explains && { explains: report.explains }),
    ...(report.tags && { tags: report.tags }),
  };
}

function schemaFinding(finding: SchemaFinding): Finding {
  const { schema, node, key } = finding;
  const missing = finding.keyword === 'required' || finding.keyword === 'dependentRequired';
  const deprecated = finding.keyword === 'deprecationMessage';
  // `deprecated: true` alone: the subschema's rule, severity and message speak of its other keywords.
  const own = !deprecated || schema.deprecationMessage !== undefined;
  const id = (own ? schema.rule : undefined) ?? RULE_OF_KEYWORD[finding.keyword] ?? 'schema/value';
  const ofKey = missing || deprecated || forbids(finding);
  const place = finding.keyNode ?? (ofKey ? (node.key ?? node) : node);
  return {
    rule: id,
    severity: (own ? schema.severity : undefined) ?? ruleById(id)?.severity ?? 'error',
    message:
      schema.errorMessage !== undefined && !deprecated
        ? filled(schema.errorMessage, finding)
        : describeFinding(finding),
    range: rangeOfNode(place),
    keyPath: key === undefined ? node.path : [...node.path, key],
    fixes: guarded(() => allFixes(id, finding)),
    ...(deprecated && { tags: ['deprecated'] as const }),
  };
}

/** `not: {}` says that the key itself is out of place, whatever its value. */
function forbids({ keyword, schema }: SchemaFinding): boolean {
  if (keyword !== 'not' || schema.not === undefined) return false;
  return schema.not === true || (schema.not !== false && Object.keys(schema.not).length === 0);
}

/** Ours for drivers, then what the schema itself offers: but one that is preferred. */
function allFixes(rule: string, finding: SchemaFinding): readonly Fix[] {
  const own = driverFixes(rule, finding);
  const others = fixesFor(finding).filter(({ title }) => !own.some((fix) => fix.title === title));
  if (!own.some(({ preferred }) => preferred)) return [...own, ...others];
  return [...own, ...others.map((fix) => ({ ...fix, preferred: false }))];
}

function filled(template: string, { node, key }: SchemaFinding): string {
  const value = node.text.length > 60 ? `${node.text.slice(0, 60)}…` : node.text;
  return template.replace(/\{(key|value)\}/g, (_, name) =>
    name === 'key' ? (key ?? node.name ?? 'the root') : value,
  );
}

function syntaxFinding(document: PlistDocument, error: PlistError): Finding {
  const fix = error.fix;
  return {
    rule: `syntax/${error.code}`,
    severity: error.severity,
    message: error.message,
    range: visible(document.text, error),
    keyPath: document.tree.nodeAt(error.start)?.path ?? [],
    fixes: () => (fix ? [{ title: fix.title, edits: fix.edits, preferred: true }] : []),
  };
}

export function guarded(fixes: (() => readonly Fix[]) | undefined): () => readonly Fix[] {
  return () => {
    try {
      return fixes?.() ?? [];
    } catch {
      return [];
    }
  };
}

/** A collection over several lines is marked by its opening tag alone: a page of squiggles helps nobody. */
export function rangeOfNode(node: PlistNode): TextRange {
  const { start, openEnd, end } = node;
  const collection = node.kind === 'dict' || node.kind === 'array';
  return { start, end: collection && openEnd > start ? openEnd : end };
}

/** An empty range cannot be seen: take a character beside it. */
function visible(text: string, { start, end }: TextRange): TextRange {
  if (end > start || text.length === 0) return { start, end };
  return start < text.length ? { start, end: start + 1 } : { start: start - 1, end: start };
}

/** Suppressions, severities, order; one finding for one rule at one place. */
function settle(document: PlistDocument, found: readonly Finding[], options: LintOptions): Finding[] {
  const active = directives(document.tree);
  const used = new Set<number>();
  const kept = found.filter((finding) => {
    const at = active.findIndex(
      (directive) =>
        names(directive, finding.rule) &&
        (directive.scope === 'file' ||
          (finding.range.start >= directive.line.start && finding.range.start <= directive.line.end)),
    );
    if (at >= 0) used.add(at);
    return at < 0;
  });
  kept.push(...controlFindings(document, active, used, options.onDevices !== undefined));
  const seen = new Set<string>();
  const settled: Finding[] = [];
  for (const finding of kept) {
    const severity = severityOf(finding, options.severities);
    const place = `${finding.rule} ${finding.range.start} ${finding.range.end} ${finding.message}`;
    if (severity === undefined || seen.has(place)) continue;
    seen.add(place);
    settled.push(severity === finding.severity ? finding : { ...finding, severity });
  }
  return withoutExplained(settled).sort((a, b) => a.range.start - b.range.start || b.range.end - a.range.end);
}

const RANK: Readonly<Record<Severity, number>> = { hint: 0, information: 1, warning: 2, error: 3 };

/** One mistake, one finding: a misspelt key and the absence of the right one are the same mistake. */
function withoutExplained(findings: readonly Finding[]): Finding[] {
  const paths = new Set(findings.flatMap(({ explains }) => (explains ? [JSON.stringify(explains)] : [])));
  if (paths.size === 0) return [...findings];
  const absent = new Map<string, Severity>();
  const shown = findings.filter(({ keyPath, severity }) => {
    const path = JSON.stringify(keyPath);
    if (!paths.has(path)) return true;
    const before = absent.get(path);
    if (before === undefined || RANK[severity] > RANK[before]) absent.set(path, severity);
    return false;
  });
  return shown.map((finding) => {
    const severity = finding.explains && absent.get(JSON.stringify(finding.explains));
    return severity === undefined || RANK[severity] <= RANK[finding.severity]
      ? finding
      : { ...finding, severity };
  });
}

export function severityOf(
  finding: Finding,
  severities: ReadonlyMap<string, RuleSetting> | undefined,
): Severity | undefined {
  let severity: Severity | undefined = finding.severity;
  for (const [word, setting] of severities ?? []) {
    if (!matchesRule(word, finding.rule)) continue;
    severity = setting === 'off' ? undefined : SEVERITY_OF_SETTING[setting];
  }
  return severity;
}
