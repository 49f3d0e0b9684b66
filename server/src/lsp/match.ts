/** Answers what the editor asks about matching: lenses, the Match view, explanations, new personalities. */
import type { CodeLens } from 'vscode-languageserver';
import type { RegistryNode } from '../iokit/registry.ts';
import { addPersonality, suggestionsFor } from '../service/matching/add.ts';
import { deviceFamily } from '../service/matching/devices.ts';
import { explainMatch } from '../service/matching/explain.ts';
import { type LensData, matchLenses, resolveLens } from '../service/matching/lenses.ts';
import { candidatesOf, type DocumentCandidate } from '../service/matching/personalities.ts';
import { matchView, placeOf, type ViewDevice } from '../service/matching/view.ts';
import { toLspEdit } from '../service/text.ts';
import type { FeatureContext } from './features.ts';
import { guarded } from './guard.ts';
import {
  ADD_PERSONALITY_REQUEST,
  type AddedPersonality,
  type AddPersonalityParams,
  EXPLAIN_MATCH_REQUEST,
  type ExplainMatchParams,
  LOAD_REGISTRY_REQUEST,
  type LoadRegistryParams,
  type LoadRegistryResult,
  MATCH_VIEW_REQUEST,
  type MatchDevice,
  type MatchView,
  PERSONALITIES_REQUEST,
  type PersonalitiesParams,
  SUGGEST_REQUEST,
  type SuggestParams,
} from './matchMessages.ts';
import type { MatchSources } from './matchSources.ts';
import type { RegistryStore } from './registry.ts';

export interface MatchContext extends FeatureContext, MatchSources {
  readonly registry: RegistryStore;
  /** What a click on a lens runs, if the client named a command. */
  readonly explainCommand: string | undefined;
}

/** Registers every request about matching. Without a dump the answers are empty. */
export function registerMatching(context: MatchContext): void {
  const { connection, registry, allDocuments, anyDocument, entitlementsOf, documentFor } = context;
  registerLenses(context);

  const candidates = async (): Promise<DocumentCandidate[]> =>
    (await allDocuments()).flatMap((document) => candidatesOf(document, entitlementsOf(document)));
  const deviceAt = (index: number): RegistryNode | undefined => registry.current()?.registry.nodes[index];

  connection.onRequest<LoadRegistryResult, void>(
    LOAD_REGISTRY_REQUEST,
    async ({ uri, workDoneToken }: LoadRegistryParams, token): Promise<LoadRegistryResult> => {
      const shown =
        workDoneToken === undefined ? undefined : connection.window.attachWorkDoneProgress(workDoneToken);
      shown?.begin('Registry dump', 0);
      const result = await registry.load(uri, {
        token,
        report: (percent, message) => shown?.report(percent, message),
      });
      shown?.done();
      return result;
    },
  );
  connection.onRequest(
    MATCH_VIEW_REQUEST,
    guarded(context, MATCH_VIEW_REQUEST, null, async (): Promise<MatchView | null> => {
      const dump = registry.current();
      if (!dump) return null;
      const all = await candidates();
      const { groups, unmatched } = matchView(all, dump.registry);
      return {
        registry: dump.summary,
        personalities: all.length,
        files: new Set(all.map(({ document }) => document.uri)).size,
        groups: groups.map(({ id, title, devices }) => ({ id, title, devices: devices.map(deviceWords) })),
        unmatched: unmatched.map(({ candidate, sentence }) => ({ ...placeOf(candidate), sentence })),
      };
    }),
  );
  connection.onRequest(
    EXPLAIN_MATCH_REQUEST,
    guarded(context, EXPLAIN_MATCH_REQUEST, null, async (params: ExplainMatchParams) => {
      const dump = registry.current();
      const document = await anyDocument(params.uri);
      if (!dump || !document) return null;
      const all = await candidates();
      const own =
        all.find(({ document: { uri }, name }) => uri === params.uri && name === params.personality) ??
        candidatesOf(document).find(({ name }) => name === params.personality);
      if (!own) return null;
      const { name, machine } = dump.summary;
      const device = params.device === undefined ? undefined : deviceAt(params.device);
      return explainMatch(
        all.includes(own) ? all : [...all, own],
        own,
        dump.registry,
        machine ? `${name} (${machine})` : name,
        device,
      );
    }),
  );
  connection.onRequest(
    PERSONALITIES_REQUEST,
    guarded(context, PERSONALITIES_REQUEST, [], async ({ uri }: PersonalitiesParams) => {
      const document = await anyDocument(uri);
      return document ? candidatesOf(document).map(placeOf) : [];
    }),
  );
  connection.onRequest(
    SUGGEST_REQUEST,
    guarded(context, SUGGEST_REQUEST, [], ({ device }: SuggestParams) => {
      const node = deviceAt(device);
      if (!node) return [];
      return suggestionsFor(node, registry.current()?.registry.context).map((suggestion) => ({
        title: suggestion.title,
        keys: suggestion.words,
        score: suggestion.score,
        entitlement: suggestion.entitlement?.key ?? null,
      }));
    }),
  );
  connection.onRequest(
    ADD_PERSONALITY_REQUEST,
    guarded(
      context,
      ADD_PERSONALITY_REQUEST,
      null,
      async ({ uri, device, suggestion }: AddPersonalityParams): Promise<AddedPersonality | null> => {
        const document = await documentFor(uri);
        const node = deviceAt(device);
        const chosen = node && suggestionsFor(node, registry.current()?.registry.context)[suggestion];
        const added = document && chosen && addPersonality(document, node, chosen);
        if (!added) return null;
        return {
          name: added.name,
          version: document.version,
          edits: added.edits.map((edit) => toLspEdit(document, edit)),
          entitlement: added.entitlement ?? null,
        };
      },
    ),
  );
}

function registerLenses(context: MatchContext): void {
  const { connection, registry, documentFor, explainCommand } = context;
  connection.onCodeLens(
    guarded(context, 'codeLens', null, async ({ textDocument: { uri } }) => {
      const document = registry.current() && (await documentFor(uri));
      return document ? matchLenses(document) : null;
    }),
  );
  connection.onCodeLensResolve(
    async (lens, token) =>
      guarded(context, 'codeLens/resolve', lens, async (): Promise<CodeLens> => {
        const data = lens.data as LensData | undefined;
        const dump = registry.current();
        const document = data && dump ? await documentFor(data.uri) : undefined;
        return document && dump ? resolveLens(document, lens, dump.registry, explainCommand) : lens;
      })(lens, token) as Promise<CodeLens>,
  );
}

function deviceWords({ node, ids, candidates }: ViewDevice): MatchDevice {
  return {
    index: node.index,
    name: node.name,
    className: node.className,
    ids: ids ?? null,
    path: node.path,
    canAdd: deviceFamily(node) !== undefined,
    candidates: candidates.map(({ candidate, report }) => ({
      ...placeOf(candidate),
      score: report.result.score ?? 0,
      category: report.category,
      wins: report.wins,
      starts: report.starts,
      sentence: report.sentence,
    })),
  };
}
