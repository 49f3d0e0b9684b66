/** Answers what needs the whole workspace: findings over several files, navigation, rename, the bundles. */
import {
  type CancellationToken,
  type CodeAction,
  CodeActionKind,
  type Diagnostic,
  type DocumentLink,
  type InlayHint,
  type Location,
  LSPErrorCodes,
  type Position,
  type Range,
  ResponseError,
  type ServerCapabilities,
  SymbolKind,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { TextEdit, TextRange } from '../plist/types.ts';
import type { Finding } from '../rules/types.ts';
import { type BundleTreeNode, bundleTree } from '../service/bundleTree.ts';
import { definitionAt, definitionOf } from '../service/definition.ts';
import { toDiagnostic } from '../service/diagnostics.ts';
import { fileLinks } from '../service/fileLinks.ts';
import { lintOf } from '../service/knowledge.ts';
import { referencesAt } from '../service/references.ts';
import { renameAt, renameRange, renameSubject } from '../service/rename.ts';
import { settingHints, settingHover } from '../service/settingValues.ts';
import type { Place } from '../service/subjects.ts';
import { offsetAt, rangeOf } from '../service/text.ts';
import { namesFor, type WorkspaceNames } from '../service/workspaceNames.ts';
import { type WorkspaceSymbol, workspaceSymbols } from '../service/workspaceSymbols.ts';
import type { PlistDocument } from '../workspace/types.ts';
import type { FeatureContext } from './features.ts';
import { guarded } from './guard.ts';
import { rangeIn, referencesFrom, renamableSource, sourceAt, textOf } from './sources.ts';
import type { LiveWorkspace, WorkspaceAbilities } from './workspace.ts';
import {
  BUNDLES_REQUEST,
  type BundleItem,
  type BundlesParams,
  type BundlesResult,
} from './workspaceMessages.ts';

export function workspaceCapabilities({ prepareRename }: WorkspaceAbilities): ServerCapabilities {
  return {
    definitionProvider: true,
    referencesProvider: true,
    renameProvider: prepareRename ? { prepareProvider: true } : true,
    workspaceSymbolProvider: true,
  };
}

const SYMBOL_KINDS: Readonly<Record<WorkspaceSymbol['kind'], SymbolKind>> = {
  bundle: SymbolKind.Package,
  personality: SymbolKind.Object,
  class: SymbolKind.Class,
};

/** Registers the handlers of requests. */
export function registerWorkspaceFeatures(context: FeatureContext, live: LiveWorkspace): void {
  const { connection } = context;
  const { workspace } = live;
  const toLocations = (places: readonly Place[]): Promise<Location[]> => locationsOf(live, places);
  /** The document as the workspace holds it, with the offset of a position. */
  const at = async (uri: string, position: { line: number; character: number }) => {
    await live.ready();
    const document = workspace.document(live.inner(uri));
    return document && { document, offset: offsetAt(document, position) };
  };

  connection.onDefinition(
    guarded(context, 'definition', null, async ({ textDocument, position }) => {
      const cursor = await at(textDocument.uri, position);
      if (cursor) return toLocations(definitionAt(workspace, cursor.document, cursor.offset));
      const source = await sourceAt(live, textDocument.uri, position);
      return source ? toLocations(definitionOf(workspace, source, source.subject)) : null;
    }),
  );
  connection.onReferences(
    guarded(context, 'references', null, async ({ textDocument, position, context: asked }) => {
      const cursor = await at(textDocument.uri, position);
      const declaration = asked?.includeDeclaration !== false;
      if (cursor) {
        const { document, offset } = cursor;
        return toLocations(await referencesAt(workspace, document, offset, declaration));
      }
      const source = await sourceAt(live, textDocument.uri, position);
      return source ? toLocations(await referencesFrom(live, source, declaration)) : null;
    }),
  );
  connection.onPrepareRename(
    guarded(context, 'prepareRename', null, async ({ textDocument, position }) => {
      const cursor = await at(textDocument.uri, position);
      if (cursor) {
        const found = renameRange(workspace, cursor.document, cursor.offset);
        return found ? { range: rangeOf(cursor.document, found.range), placeholder: found.name } : null;
      }
      const source = await sourceAt(live, textDocument.uri, position);
      const subject = source && renamableSource(source);
      return subject
        ? {
            range: rangeIn(source.text, subject.range),
            placeholder: subject.kind === 'class' ? subject.name : subject.id,
          }
        : null;
    }),
  );
  connection.onRenameRequest(
    guarded(context, 'rename', null, async ({ textDocument, position, newName }) => {
      const cursor = await at(textDocument.uri, position);
      const source = cursor ? undefined : await sourceAt(live, textDocument.uri, position);
      const subject = source && renamableSource(source);
      const result = cursor
        ? await renameAt(workspace, cursor.document, cursor.offset, newName)
        : subject && (await renameSubject(workspace, source, subject, newName));
      if (!result) return null;
      // The client shows the reason to the person.
      if ('problem' in result) {
        return new ResponseError<void>(LSPErrorCodes.RequestFailed, result.problem) as unknown as null;
      }
      return workspaceEditOf(context, live, result.plan);
    }),
  );
  connection.onWorkspaceSymbol(
    guarded(context, 'workspaceSymbol', null, async ({ query }) => {
      await live.ready();
      const symbols = workspaceSymbols(workspace, typeof query === 'string' ? query : '');
      const locations = await toLocations(symbols);
      return symbols.flatMap(({ name, kind, container }, index) => {
        const location = locations[index];
        return location ? [{ name, kind: SYMBOL_KINDS[kind], containerName: container, location }] : [];
      });
    }),
  );
  const bundles = guarded(
    context,
    BUNDLES_REQUEST,
    null,
    async (params: BundlesParams | null | undefined): Promise<BundlesResult> => {
      await live.ready();
      if (params?.again === true && live.isStopped()) {
        live.readAgain();
        await live.ready();
      }
      const tree = bundleTree(workspace, (uri) => allFindings(live, uri));
      return {
        bundles: tree.map((node) => itemOf(live, node)),
        notices: workspace.notices,
        stopped: live.isStopped(),
      };
    },
  );
  // A request without parameters hands over the token in their place.
  connection.onRequest(BUNDLES_REQUEST, (params: unknown, token?: CancellationToken) =>
    token ? bundles(params as BundlesParams, token) : bundles(undefined, params as CancellationToken),
  );
}

/** Findings of a file by itself and with others. */
export function allFindings(live: LiveWorkspace, inner: string): readonly Finding[] {
  const document = live.workspace.document(inner);
  if (!document) return [];
  return live.linter.merged(inner, lintOf(document, live.lintOptions(document)).findings);
}

/**
 * The diagnostics of an open document with those over several files among them; its own alone while the workspace is
 * being read.
 *
 * @param own what the service says of the document
 */
export async function severalDiagnostics(
  context: FeatureContext,
  live: LiveWorkspace,
  document: PlistDocument,
  own: Diagnostic[],
): Promise<Diagnostic[]> {
  if (!live.isRead()) return own;
  await live.ready();
  const inner = live.inner(document.uri);
  const { findings } = lintOf(document, live.lintOptions(document));
  const merged = live.linter.merged(inner, findings);
  const kept = new Set(merged);
  const dropped = findings.filter((finding) => !kept.has(finding));
  const isDropped = ({ code, message }: Diagnostic) =>
    dropped.some((finding) => finding.rule === code && finding.message === message);
  const alone = new Set(findings);
  const several = merged.filter((finding) => !alone.has(finding));
  const more = await diagnosticsOf(context, live, document, several);
  return [...own.filter((diagnostic) => !isDropped(diagnostic)), ...more];
}

/** Findings as diagnostics, places in other files included. */
export async function diagnosticsOf(
  { abilities }: FeatureContext,
  live: LiveWorkspace,
  document: PlistDocument,
  findings: readonly Finding[],
): Promise<Diagnostic[]> {
  return Promise.all(
    findings.map(async (finding) => {
      const diagnostic = toDiagnostic(document, finding, abilities.service);
      if (!finding.related?.length || !abilities.service.relatedInformation) return diagnostic;
      const locations = await locationsOf(live, finding.related);
      const relatedInformation = locations.map((location, index) => ({
        location,
        message: finding.related?.[index]?.message ?? '',
      }));
      return { ...diagnostic, relatedInformation };
    }),
  );
}

/** What the variable at a position stands for. */
export async function severalHover(
  live: LiveWorkspace,
  document: PlistDocument,
  position: Position,
): Promise<string | undefined> {
  const own = live.isRead() ? await documentIn(live, document) : undefined;
  return own && settingHover(live.workspace, own, offsetAt(document, position));
}

/** What the build makes of strings with variables. */
export async function severalHints(
  live: LiveWorkspace,
  document: PlistDocument,
  range: Range,
): Promise<InlayHint[]> {
  const own = live.isRead() ? await documentIn(live, document) : undefined;
  return own ? settingHints(live.workspace, own, range) : [];
}

/** Links to the files that values name. */
export async function severalLinks(live: LiveWorkspace, document: PlistDocument): Promise<DocumentLink[]> {
  const own = live.isRead() ? await documentIn(live, document) : undefined;
  if (!own) return [];
  return fileLinks(live.workspace, own).map(({ range, uri }) => ({
    range: rangeOf(own, range),
    target: live.outer(uri),
  }));
}

/** What the project around the document names; undefined until it has been read. */
export function severalNames(live: LiveWorkspace, { uri }: PlistDocument): WorkspaceNames | undefined {
  return live.isRead() ? namesFor(live.workspace, { uri: live.inner(uri) }) : undefined;
}

/** The document as the workspace holds it. */
async function documentIn(live: LiveWorkspace, { uri }: PlistDocument): Promise<PlistDocument | undefined> {
  await live.ready();
  return live.workspace.document(live.inner(uri));
}

/** Quick fixes that the workspace knows at a range: of findings over several files, and better ones of the file's own. */
export async function severalActions(
  context: FeatureContext,
  live: LiveWorkspace,
  document: PlistDocument,
  range: Range,
  only: readonly string[] | undefined,
): Promise<CodeAction[]> {
  const wanted =
    only === undefined || only.some((kind) => `${CodeActionKind.QuickFix}.`.startsWith(`${kind}.`));
  if (!wanted || !live.isRead() || !context.abilities.service.codeActionLiterals) return [];
  await live.ready();
  const inner = live.inner(document.uri);
  const start = offsetAt(document, range.start);
  const end = offsetAt(document, range.end);
  const { findings } = lintOf(document, live.lintOptions(document));
  const alone = new Set(findings);
  const touched = live.linter
    .merged(inner, findings)
    .filter((finding) => !alone.has(finding))
    .filter((finding) => finding.range.start <= end && finding.range.end >= start);
  const actions = touched.flatMap((finding) =>
    finding.fixes().map(async (fix): Promise<CodeAction> => {
      const plan = new Map<string, readonly TextEdit[]>(fix.files ?? []);
      if (fix.edits.length > 0) plan.set(inner, fix.edits);
      return {
        title: fix.title,
        kind: CodeActionKind.QuickFix,
        diagnostics: await diagnosticsOf(context, live, document, [finding]),
        edit: await workspaceEditOf(context, live, plan),
        ...(fix.preferred && { isPreferred: true }),
      };
    }),
  );
  return Promise.all(actions);
}

async function workspaceEditOf(
  { abilities, versionOf }: FeatureContext,
  live: LiveWorkspace,
  plan: ReadonlyMap<string, readonly TextEdit[]>,
): Promise<WorkspaceEdit> {
  const files = await Promise.all(
    [...plan].map(async ([inner, edits]) => {
      const text = await textOf(live, inner);
      const uri = live.outer(inner);
      const toRange = (range: TextRange) => rangeIn(text, range);
      return { uri, edits: edits.map((edit) => ({ range: toRange(edit), newText: edit.newText })) };
    }),
  );
  if (!abilities.service.documentChanges) {
    return { changes: Object.fromEntries(files.map(({ uri, edits }) => [uri, edits])) };
  }
  return {
    documentChanges: files.map(({ uri, edits }) => ({
      textDocument: { uri, version: versionOf(uri) ?? null },
      edits,
    })),
  };
}

async function locationsOf(live: LiveWorkspace, places: readonly Place[]): Promise<Location[]> {
  const texts = new Map<string, TextDocument>();
  const locations: Location[] = [];
  for (const { uri, range } of places) {
    const text = texts.get(uri) ?? (await textOf(live, uri));
    texts.set(uri, text);
    locations.push({ uri: live.outer(uri), range: rangeIn(text, range) });
  }
  return locations;
}

function itemOf(live: LiveWorkspace, node: BundleTreeNode): BundleItem {
  const { id, kind, label, detail, counts, place, children } = node;
  const document = place && live.workspace.document(place.uri);
  return {
    id,
    kind,
    label,
    detail,
    counts,
    location:
      document && place ? { uri: live.outer(place.uri), range: rangeOf(document, place.range) } : undefined,
    children: children.map((child) => itemOf(live, child)),
  };
}
