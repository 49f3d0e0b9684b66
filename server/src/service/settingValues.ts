/** What build variables stand for in the bundles that use a file: for hover and inlay hints. */
import { type InlayHint, InlayHintKind, type Range } from 'vscode-languageserver-types';
import type { BundleView } from '../rules/workspace-view.ts';
import { shown } from '../rules/workspace-view.ts';
import type { PlistDocument } from '../workspace/types.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { code } from './describe.ts';
import { nodesOf, subjectAt, viewsOf } from './subjects.ts';
import { offsetAt, positionAt } from './text.ts';

const HINT_LENGTH = 80;
const HINT_LIMIT = 200;

interface Value {
  readonly text: string;
  /** `Debug`, `LampDriver Release` …: who has it; empty when all have the same. */
  readonly of: readonly string[];
}

/** The value of the variable at an offset, as Markdown; undefined where none stands or none is known. */
export function settingHover(
  workspace: Workspace,
  document: PlistDocument,
  offset: number,
): string | undefined {
  const subject = subjectAt(workspace, document, offset);
  if (subject?.kind !== 'setting') return undefined;
  const written = document.text.slice(subject.range.start, subject.range.end);
  const values = valuesOf(workspace, document, (view) => view.configuration.expand(written));
  if (values.length === 0) return undefined;
  if (values.length === 1 && values[0]?.of.length === 0) return `Here: ${code(values[0].text)}`;
  return `Here:\n${values.map(({ text, of }) => `- ${code(text)} (${of.join(', ')})`).join('\n')}`;
}

/** Behind each string with variables what the build makes of it, where that is known. */
export function settingHints(workspace: Workspace, document: PlistDocument, range: Range): InlayHint[] {
  const start = offsetAt(document, range.start);
  const end = offsetAt(document, range.end);
  const nodes = nodesOf(
    document,
    (node) => node.kind === 'string' && node.end >= start && node.end <= end && node.text.includes('$'),
  );
  return nodes.slice(0, HINT_LIMIT).flatMap((node): InlayHint[] => {
    const values = valuesOf(workspace, document, (view) => view.text(node));
    if (values.length === 0) return [];
    const label = `= ${values.map(({ text, of }) => (of.length > 0 ? `${text} (${of.join(', ')})` : text)).join(', ')}`;
    const cut = label.length > HINT_LENGTH ? `${label.slice(0, HINT_LENGTH)}…` : label;
    return [
      { position: positionAt(document, node.end), label: cut, kind: InlayHintKind.Type, paddingLeft: true },
    ];
  });
}

/** The values in all bundles and configurations that use the document, equal ones together. */
function valuesOf(
  workspace: Workspace,
  document: PlistDocument,
  read: (view: BundleView) => string | undefined,
): Value[] {
  const views = workspace.bundlesOf(document.uri).flatMap((bundle) => viewsOf(workspace, bundle));
  const bundles = new Set(views.map(({ bundle }) => bundle));
  const found = new Map<string, string[]>();
  for (const view of views) {
    const text = read(view);
    if (text === undefined) continue;
    const name = [bundles.size > 1 ? view.bundle.name : '', view.configuration.name ?? ''].join(' ').trim();
    found.set(text, [...(found.get(text) ?? []), name]);
  }
  const all = found.size === 1 && [...found.values()][0]?.length === views.length;
  return [...found].map(([text, of]) => ({
    text: shown(text),
    of: all ? [] : of.filter((name) => name !== ''),
  }));
}
