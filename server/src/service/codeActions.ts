/** The light bulb: repairs of findings, all of one kind at once, all that are obvious, suppressing, rewriting. */
import {
  type CodeAction,
  CodeActionKind,
  type Diagnostic,
  type TextEdit as LspTextEdit,
  type Range,
  type WorkspaceEdit,
} from 'vscode-languageserver-types';
import { encodeText } from '../plist/entities.ts';
import type { TextEdit } from '../plist/types.ts';
import type { LintOptions } from '../rules/lint.ts';
import type { Finding, Fix } from '../rules/types.ts';
import type { PlistDocument } from '../workspace/types.ts';
import type { ClientAbilities } from './abilities.ts';
import { literal } from './completion/snippet.ts';
import { convertActions } from './convertActions.ts';
import { DIAGNOSTIC_SOURCE, toDiagnostic } from './diagnostics.ts';
import { lintOf } from './knowledge.ts';
import { toXml } from './plistFormats.ts';
import { refactoringsAt } from './refactorings.ts';
import { indentAt, layoutOf, lineStart, offsetAt, toLspEdit } from './text.ts';

export const FIX_ALL_KIND = `${CodeActionKind.SourceFixAll}.driverPlist`;
export const CODE_ACTION_KINDS: readonly string[] = [
  CodeActionKind.QuickFix,
  CodeActionKind.RefactorExtract,
  CodeActionKind.RefactorInline,
  CodeActionKind.RefactorRewrite,
  FIX_ALL_KIND,
];

/** A person reads no more than this many findings' fixes at one place. */
const FINDINGS_AT_ONCE = 20;

export interface CodeActionQuery {
  readonly range: Range;
  /** The diagnostics that the client shows there; ours among them are answered. */
  readonly diagnostics: readonly Diagnostic[];
  /** Kinds that the client asks for (`context.only`); undefined means any. */
  readonly only?: readonly string[] | undefined;
}

/** Actions for a range, the preferred first. Never throws. */
export function codeActions(
  document: PlistDocument,
  query: CodeActionQuery,
  abilities: ClientAbilities,
  options: LintOptions = {},
): CodeAction[] {
  if (!abilities.codeActionLiterals) return [];
  const { findings } = lintOf(document, options);
  const actions: CodeAction[] = [];
  if (wanted(query.only, CodeActionKind.QuickFix)) {
    actions.push(...quickFixes(document, findings, query, abilities, options));
    actions.push(...conversion(document, abilities));
  }
  if (query.only === undefined || query.only.some((kind) => isRefactoring(kind))) {
    const selection = {
      start: offsetAt(document, query.range.start),
      end: offsetAt(document, query.range.end),
    };
    for (const found of refactoringsAt(document, selection, options)) {
      const { title, edits, kind = CodeActionKind.RefactorRewrite, toName } = found;
      if (!wanted(query.only, kind)) continue;
      const edit = workspaceEdit(document, abilities, edits);
      if (toName !== undefined && abilities.snippetEdits) markName(edit, toName);
      actions.push({ title, kind, edit });
    }
  }
  if (wanted(query.only, CodeActionKind.RefactorRewrite)) {
    actions.push(...convertActions(document, query.range, abilities.convertCommand));
  }
  if (query.only?.some((kind) => covers(kind, FIX_ALL_KIND))) {
    const edits = fixAllEdits(findings);
    if (edits.length > 0) {
      actions.push({
        title: 'Fix all obvious Driver Plist findings',
        kind: FIX_ALL_KIND,
        edit: workspaceEdit(document, abilities, edits),
      });
    }
  }
  return actions;
}

function quickFixes(
  document: PlistDocument,
  findings: readonly Finding[],
  query: CodeActionQuery,
  abilities: ClientAbilities,
  options: LintOptions,
): CodeAction[] {
  const start = offsetAt(document, query.range.start);
  const end = offsetAt(document, query.range.end);
  const here = findings
    .filter(({ range }) => range.start <= end && start <= range.end)
    .slice(0, FINDINGS_AT_ONCE);
  const actions: CodeAction[] = [];
  const seenRules = new Set<string>();
  for (const finding of here) {
    const diagnostic = matching(document, finding, query.diagnostics, abilities);
    for (const fix of finding.fixes()) {
      actions.push({
        title: fix.title,
        kind: CodeActionKind.QuickFix,
        diagnostics: [diagnostic],
        ...(fix.preferred ? { isPreferred: true } : {}),
        edit: workspaceEdit(document, abilities, fix.edits, fix.files),
      });
    }
    if (seenRules.has(finding.rule)) continue;
    seenRules.add(finding.rule);
    const many = findings.some((other) => other.rule === finding.rule && other !== finding);
    if (!many || !finding.fixes().some(({ preferred }) => preferred)) continue;
    const fixAll: CodeAction = {
      title: `Fix all ${finding.rule} findings in this file`,
      kind: CodeActionKind.QuickFix,
      diagnostics: [diagnostic],
      data: { uri: document.uri, version: document.version, fixAll: finding.rule } satisfies CodeActionData,
    };
    actions.push(abilities.lazyCodeActionEdits ? fixAll : withEdit(document, fixAll, abilities, options));
  }
  actions.sort((a, b) => Number(b.isPreferred ?? false) - Number(a.isPreferred ?? false));
  for (const finding of here) {
    const edit = suppression(document, finding);
    if (!edit) continue;
    actions.push({
      title: `Disable ${finding.rule} for this line`,
      kind: CodeActionKind.QuickFix,
      diagnostics: [matching(document, finding, query.diagnostics, abilities)],
      edit: workspaceEdit(document, abilities, [edit]),
    });
  }
  return unique(actions);
}

/** OpenStep and JSON text as XML: the whole of it is replaced, since no value keeps its form. */
function conversion(document: PlistDocument, abilities: ClientAbilities): CodeAction[] {
  const { text } = document;
  const converted = text.trimStart().startsWith('<') ? undefined : toXml(text);
  if (!converted) return [];
  const name = converted.format === 'json' ? 'JSON' : 'OpenStep';
  const edits = [{ start: 0, end: text.length, newText: converted.text }];
  return [
    {
      title: `Convert this ${name} property list to XML`,
      kind: CodeActionKind.QuickFix,
      edit: workspaceEdit(document, abilities, edits),
    },
  ];
}

/** What a code action carries until its edit is asked for. */
export interface CodeActionData {
  readonly uri: string;
  readonly version: number;
  /** The rule whose findings are all to be fixed. */
  readonly fixAll: string;
}

/** The action with its edit, for `codeAction/resolve`; unchanged when it has one or is none of ours. */
export function withEdit(
  document: PlistDocument,
  action: CodeAction,
  abilities: ClientAbilities,
  options: LintOptions = {},
): CodeAction {
  const data = action.data as Partial<CodeActionData> | undefined;
  if (action.edit || typeof data?.fixAll !== 'string' || data.version !== document.version) return action;
  const same = lintOf(document, options).findings.filter(({ rule }) => rule === data.fixAll);
  return { ...action, edit: workspaceEdit(document, abilities, fixAllEdits(same)) };
}

/** The client's own object for a finding, so that it knows which squiggle the action belongs to. */
function matching(
  document: PlistDocument,
  finding: Finding,
  diagnostics: readonly Diagnostic[],
  abilities: ClientAbilities,
): Diagnostic {
  const own = toDiagnostic(document, finding, abilities);
  const known = diagnostics.find(
    ({ code, source, range }) =>
      code === finding.rule &&
      (source === undefined || source === DIAGNOSTIC_SOURCE) &&
      samePosition(range.start, own.range.start) &&
      samePosition(range.end, own.range.end),
  );
  return known ?? own;
}

function samePosition(a: Range['start'], b: Range['start']): boolean {
  return a.line === b.line && a.character === b.character;
}

/**
 * The preferred repairs of several findings as one list of edits. Of repairs that touch the same text the first
 * is taken: what is left shows after it.
 */
export function fixAllEdits(findings: readonly Finding[]): TextEdit[] {
  const taken: TextEdit[] = [];
  for (const finding of findings) {
    const fixes = finding.fixes();
    const fix = fixes.find(({ preferred }) => preferred);
    if (!fix || fix.edits.length === 0 || (fix.files && fix.files.size > 0)) continue;
    if (fix.edits.some((edit) => taken.some((other) => touches(edit, other)))) continue;
    taken.push(...fix.edits);
  }
  return taken.sort((a, b) => a.start - b.start);
}

function touches(a: TextEdit, b: TextEdit): boolean {
  if (a.start === b.start) return true;
  return a.start < b.end && b.start < a.end;
}

/**
 * A comment above the line on which the finding begins, in that line's indentation. None where a comment would
 * become part of a value or stand before the XML declaration, nor for mistakes that no reader takes anyhow.
 */
function suppression(document: PlistDocument, finding: Finding): TextEdit | undefined {
  const { text, tree } = document;
  if (finding.rule.startsWith('syntax/') || finding.rule.startsWith('control/')) return undefined;
  const start = lineStart(text, finding.range.start);
  const around = tree.nodeAt(start);
  const isText = around && around.kind !== 'dict' && around.kind !== 'array' && around.kind !== 'unknown';
  if (isText && around.start < start && start < around.end) return undefined;
  if (start === 0 && tree.hasXmlDeclaration) return undefined;
  const { eol } = layoutOf(document);
  const indent = indentAt(text, finding.range.start);
  const comment = `${indent}<!-- driver-plist-disable-next-line ${finding.rule} -->${eol}`;
  return { start, end: start, newText: comment };
}

function workspaceEdit(
  document: PlistDocument,
  abilities: ClientAbilities,
  edits: readonly TextEdit[],
  files?: Fix['files'],
): WorkspaceEdit {
  const own = edits.map((edit): LspTextEdit => toLspEdit(document, edit));
  // Edits of other files need those files' texts; a fix with such edits is carried out where the texts are.
  if (files && files.size > 0) return { changes: { [document.uri]: own } };
  if (!abilities.documentChanges) return { changes: { [document.uri]: own } };
  return {
    documentChanges: [{ textDocument: { uri: document.uri, version: document.version }, edits: own }],
  };
}

/** Makes a word of the first edit the place where the cursor goes, for the person to change. */
function markName(edit: WorkspaceEdit, name: string): void {
  for (const change of edit.documentChanges ?? []) {
    if (!('edits' in change)) continue;
    const [first] = change.edits;
    if (!first || !('newText' in first)) continue;
    const [before = '', ...after] = first.newText.split(`>${encodeText(name)}<`);
    if (after.length === 0) continue;
    const rest = after.join(`>${encodeText(name)}<`);
    const value = `${literal(before)}>\${1:${literal(encodeText(name))}}<${literal(rest)}`;
    change.edits[0] = { range: first.range, snippet: { kind: 'snippet', value } };
  }
}

function unique(actions: readonly CodeAction[]): CodeAction[] {
  const seen = new Set<string>();
  return actions.filter((action) => {
    const key = `${action.title} ${JSON.stringify(action.edit)}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function wanted(only: readonly string[] | undefined, kind: string): boolean {
  return only === undefined || only.some((other) => covers(other, kind));
}

function isRefactoring(kind: string): boolean {
  return kind === '' || kind === CodeActionKind.Refactor || kind.startsWith(`${CodeActionKind.Refactor}.`);
}

/** Kinds are a hierarchy: `source.fixAll` covers `source.fixAll.driverPlist`. */
function covers(kind: string, other: string): boolean {
  return kind === '' || other === kind || other.startsWith(`${kind}.`);
}
