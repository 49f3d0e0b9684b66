/** `workspace/diagnostic`: findings of files that are not open. */
import {
  type CancellationToken,
  DocumentDiagnosticReportKind,
  type WorkspaceDiagnosticReport,
  type WorkspaceDocumentDiagnosticReport,
} from 'vscode-languageserver';
import type { FeatureContext } from './features.ts';
import { guarded } from './guard.ts';
import { announce, type LongWork } from './progress.ts';
import type { LiveWorkspace } from './workspace.ts';
import { allFindings, diagnosticsOf } from './workspaceFeatures.ts';

/** How often a waiting request looks for a change, in milliseconds. */
const LOOK_EVERY = 500;
/** So long the files are checked before messages are let in, a cancellation among them; in milliseconds. */
const STRETCH = 50;
/** Work of so many milliseconds shows itself. */
const LONG = 500;

/**
 * Answers a pull of the workspace: the files of its bundles that the editor does not hold. What has not changed since
 * the last answer is left out of a later one; a pull without any news waits for some. A first look over many files
 * shows itself; when the person stops it, what was found is the answer, and the rest waits for the next change.
 */
export function registerWorkspaceDiagnostics(context: FeatureContext, live: LiveWorkspace): void {
  const { connection, timer } = context;
  const run = Date.now().toString(36);
  /** What was answered for a file last, by its URI in the workspace. */
  const answered = new Map<string, { readonly resultId: string; readonly content: string }>();
  let answeredRevision = -1;
  /** The person stopped the look at the files as they were then. */
  let stoppedRevision = -1;
  const pause = () => new Promise<void>((resolve) => timer.setTimeout(resolve, LOOK_EVERY));

  const newsFor = async (
    known: ReadonlyMap<string, string>,
    token: CancellationToken,
  ): Promise<WorkspaceDocumentDiagnosticReport[]> => {
    const items: WorkspaceDocumentDiagnosticReport[] = [];
    const files = new Set([...filesOf(live), ...answered.keys()]);
    const started = Date.now();
    let letIn = started;
    let done = 0;
    let work: LongWork | undefined;
    for (const inner of files) {
      if (Date.now() - letIn > STRETCH) {
        // Twice: the connection takes up the next message behind our first turn.
        await new Promise<void>((resolve) => timer.setImmediate(resolve));
        await new Promise<void>((resolve) => timer.setImmediate(resolve));
        letIn = Date.now();
        if (letIn - started > LONG) {
          work ??= announce(connection, context.abilities.progress, 'Checking driver bundles', {
            ends: true,
          });
          work.report(`${done} of ${files.size} files`, (100 * done) / files.size);
        }
        if (token.isCancellationRequested) break;
        if (work?.token.isCancellationRequested) {
          stoppedRevision = answeredRevision;
          break;
        }
      }
      done++;
      // Open documents too: VS Code keeps one open for minutes after its tab is gone, and then listens only here.
      const document = live.validates(inner) ? live.workspace.document(inner) : undefined;
      const findings = document && !live.workspace.isConverted(inner) ? allFindings(live, inner) : [];
      const diagnostics = document ? await diagnosticsOf(context, live, document, findings) : [];
      const content = JSON.stringify(diagnostics);
      const before = answered.get(inner);
      const uri = live.outer(inner);
      if (before?.content === content && known.get(uri) === before.resultId) continue;
      if (!before && diagnostics.length === 0 && !known.has(uri)) continue;
      const resultId = `${run}:${live.revision()}`;
      answered.set(inner, { resultId, content });
      items.push({
        uri,
        version: null,
        kind: DocumentDiagnosticReportKind.Full,
        resultId,
        items: diagnostics,
      });
    }
    work?.done();
    if (token.isCancellationRequested) return [];
    // A document of no bundle has no findings once it is closed; nobody else would take away those it had.
    for (const uri of live.takeClosed()) {
      if (files.has(live.inner(uri))) continue;
      items.push({ uri, version: null, kind: DocumentDiagnosticReportKind.Full, items: [] });
    }
    return items;
  };
  connection.languages.diagnostics.onWorkspace(
    guarded(
      context,
      'workspace/diagnostic',
      { items: [] },
      async ({ previousResultIds }, token: CancellationToken): Promise<WorkspaceDiagnosticReport> => {
        await live.ready();
        const known = new Map(
          (Array.isArray(previousResultIds) ? previousResultIds : []).map(({ uri, value }) => [uri, value]),
        );
        for (;;) {
          const first = known.size === 0 && stoppedRevision !== live.revision();
          const fresh = first || answeredRevision !== live.revision();
          answeredRevision = live.revision();
          const items = fresh ? await newsFor(known, token) : [];
          // The client does not get this answer, so the next one says it again.
          if (token.isCancellationRequested) answeredRevision = -1;
          if (items.length > 0 || known.size === 0 || token.isCancellationRequested) return { items };
          while (answeredRevision === live.revision() && !token.isCancellationRequested) await pause();
          await live.ready();
        }
      },
    ),
  );
}

/** Files of the bundles. */
function filesOf({ workspace }: LiveWorkspace): string[] {
  const uris = workspace.bundles.flatMap(({ configurations }) =>
    configurations.flatMap(({ infoPlist, entitlements }) => [infoPlist, entitlements]),
  );
  return [...new Set(uris.filter((uri) => uri !== undefined))];
}
