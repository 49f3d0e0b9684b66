/** Diagnostics: answered when the client pulls, published after a pause when it cannot. */
import {
  type DocumentDiagnosticParams,
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
} from 'vscode-languageserver';
import type { FeatureContext } from './features.ts';
import { guarded, stackOf } from './guard.ts';

/** Pause after the last change before findings are published, in milliseconds. */
const PUSH_DELAY = 150;

export interface DiagnosticSupport {
  /** A document was opened or changed. */
  changed(uri: string): void;
  closed(uri: string): void;
  /** Settings or project files changed: all open documents are checked again. */
  refresh(uris: readonly string[]): void;
}

/** For clients that ask with `textDocument/diagnostic`. */
export function pullDiagnostics(context: FeatureContext): DiagnosticSupport {
  const { connection, service, documentFor, settingsFor, abilities } = context;
  // Result ids of an earlier run of the server must not fit by chance.
  const run = Date.now().toString(36);
  let generation = 0;
  const empty: DocumentDiagnosticReport = { kind: DocumentDiagnosticReportKind.Full, items: [] };

  connection.languages.diagnostics.on(
    guarded(
      context,
      'diagnostic',
      empty,
      async (params: DocumentDiagnosticParams): Promise<DocumentDiagnosticReport> => {
        const {
          textDocument: { uri },
          previousResultId,
        } = params;
        const document = await documentFor(uri);
        if (!document || !settingsFor(uri).validate) return empty;
        const several = context.several?.();
        const resultId = `${run}:${generation}:${several?.revision() ?? ''}:${document.version}`;
        if (resultId === previousResultId) return { kind: DocumentDiagnosticReportKind.Unchanged, resultId };
        const own = service.diagnostics(document);
        const items = several ? await several.diagnostics(document, own) : own;
        return { kind: DocumentDiagnosticReportKind.Full, resultId, items };
      },
    ),
  );
  return {
    changed() {},
    closed() {
      // The version begins anew when the document is opened again, perhaps with another text.
      generation++;
    },
    refresh() {
      generation++;
      if (abilities.refreshDiagnostics) connection.languages.diagnostics.refresh().catch(() => {});
    },
  };
}

/** For clients that only take `textDocument/publishDiagnostics`. */
export function pushDiagnostics(context: FeatureContext): DiagnosticSupport {
  const { connection, service, documentFor, settingsFor, abilities, timer } = context;
  const waiting = new Map<string, { dispose(): void }>();

  const publish = async (uri: string): Promise<void> => {
    const document = await documentFor(uri);
    const own = document && settingsFor(uri).validate ? service.diagnostics(document) : [];
    const several = settingsFor(uri).validate ? context.several?.() : undefined;
    const diagnostics = document && several ? await several.diagnostics(document, own) : own;
    const version = abilities.diagnosticVersions && document ? { version: document.version } : {};
    await connection.sendDiagnostics({ uri, ...version, diagnostics });
  };
  const schedule = (uri: string): void => {
    waiting.get(uri)?.dispose();
    const timeout = timer.setTimeout(() => {
      waiting.delete(uri);
      publish(uri).catch((error) => connection.console.error(`diagnostics: ${stackOf(error)}`));
    }, PUSH_DELAY);
    waiting.set(uri, timeout);
  };
  return {
    changed: schedule,
    closed(uri) {
      waiting.get(uri)?.dispose();
      waiting.delete(uri);
      connection.sendDiagnostics({ uri, diagnostics: [] }).catch(() => {});
    },
    refresh: (uris) => uris.forEach(schedule),
  };
}
