/** Findings as the protocol's diagnostics. */
import {
  type Diagnostic,
  type DiagnosticRelatedInformation,
  DiagnosticSeverity,
  DiagnosticTag,
} from 'vscode-languageserver-types';
import type { Finding, Severity } from '../rules/types.ts';
import type { PlistDocument } from '../workspace/types.ts';
import type { ClientAbilities } from './abilities.ts';
import { ruleLink } from './ruleLinks.ts';
import { rangeOf } from './text.ts';

export const DIAGNOSTIC_SOURCE = 'driver-plist';

/** Most findings of one document that are sent; a file with more is broken as a whole. */
export const DIAGNOSTIC_LIMIT = 1000;

const SEVERITIES: Record<Severity, DiagnosticSeverity> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

const RANKS: readonly Severity[] = ['error', 'warning', 'information', 'hint'];

/**
 * In document order. Beyond the limit the gravest are kept, and one more says how many are left out.
 */
export function diagnosticsFor(
  document: PlistDocument,
  findings: readonly Finding[],
  abilities: ClientAbilities,
  limit = DIAGNOSTIC_LIMIT,
): Diagnostic[] {
  const shown = findings.length <= limit ? findings : gravest(findings, limit);
  const diagnostics = shown.map((finding) => toDiagnostic(document, finding, abilities));
  const missing = findings.length - shown.length;
  if (missing > 0) {
    diagnostics.push({
      range: rangeOf(document, { start: 0, end: Math.min(1, document.text.length) }),
      severity: DiagnosticSeverity.Information,
      source: DIAGNOSTIC_SOURCE,
      message: `${missing} more findings in this file are not shown: mend the ${limit} that are, and the next appear.`,
    });
  }
  return diagnostics;
}

function gravest(findings: readonly Finding[], limit: number): Finding[] {
  const kept = new Set<Finding>();
  for (const severity of RANKS) {
    for (const finding of findings) {
      if (kept.size >= limit) break;
      if (finding.severity === severity) kept.add(finding);
    }
  }
  return findings.filter((finding) => kept.has(finding));
}

export function toDiagnostic(
  document: PlistDocument,
  finding: Finding,
  abilities: ClientAbilities,
): Diagnostic {
  const tags = finding.tags?.map((tag) =>
    tag === 'deprecated' ? DiagnosticTag.Deprecated : DiagnosticTag.Unnecessary,
  );
  return {
    range: rangeOf(document, finding.range),
    severity: SEVERITIES[finding.severity],
    code: finding.rule,
    source: DIAGNOSTIC_SOURCE,
    message: finding.message,
    ...(abilities.codeDescription
      ? { codeDescription: { href: ruleLink(finding.rule, abilities.rulePages) } }
      : {}),
    ...(tags && tags.length > 0 && abilities.diagnosticTags ? { tags } : {}),
    ...(finding.related && abilities.relatedInformation
      ? { relatedInformation: relatedOf(document, finding) }
      : {}),
  };
}

/** Places in the same document; those of other files need their text and are added by who has it. */
function relatedOf(document: PlistDocument, { related = [] }: Finding): DiagnosticRelatedInformation[] {
  return related
    .filter(({ uri }) => uri === document.uri)
    .map(({ uri, range, message }) => ({ location: { uri, range: rangeOf(document, range) }, message }));
}
