/** Answers what the editor asks about matching: lenses, the Match view, explanations, new personalities. */
import type { CodeLens } from 'vscode-languageserver';
import { shownName, shownPath } from '../iokit/private.ts';
import type { RegistryNode } from '../iokit/registry.ts';
import { addPersonality, suggestionsFor } from '../service/matching/add.ts';
import { checkWords, type Decision, decisionOn, deviceFor, isSame } from '../service/matching/decision.ts';
import { deviceFamily, idsOf } from '../service/matching/devices.ts';
import { explainMatch } from '../service/matching/explain.ts';
import { type LensCommands, type LensData, matchLenses, resolveLens } from '../service/matching/lenses.ts';
import { candidatesOf, type DocumentCandidate, unresolvedKeys } from '../service/matching/personalities.ts';
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
  MATCH_DECISION_REQUEST,
  MATCH_VIEW_REQUEST,
  type MatchDecision,
  type MatchDecisionParams,
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
  readonly lensCommands: LensCommands;
}

/** Registers every request about matching. Without a dump the answers are empty. */
export function registerMatching(context: MatchContext): void {
  const { connection, registry, allDocuments, anyDocument, entitlementsOf, documentFor } = context;
  registerLenses(context);

  const candidates = async (): Promise<DocumentCandidate[]> =>
    (await allDocuments())
      .toSorted((a, b) => (a.uri < b.uri ? -1 : 1)) // whatever is open: the same of two equal ones wins
      .flatMap((document) => candidatesOf(document, entitlementsOf(document)));
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
    MATCH_DECISION_REQUEST,
    guarded(
      context,
      MATCH_DECISION_REQUEST,
      null,
      async ({ uri, personality, device }: MatchDecisionParams): Promise<MatchDecision | null> => {
        const dump = registry.current();
        if (!dump) return null;
        const all = await candidates();
        const document = uri === undefined ? undefined : await anyDocument(uri);
        const own =
          all.find((one) => one.document.uri === uri && one.name === personality) ??
          (document && candidatesOf(document).find(({ name }) => name === personality));
        if (personality !== undefined && !own) return null;
        const node = device === undefined ? own && deviceFor(own, dump.registry) : deviceAt(device);
        if (!node) return null;
        const competing = own && !all.includes(own) ? [...all, own] : all;
        const decision = decisionOn(competing, dump.registry, node, own);
        return { registry: dump.summary, ...decisionWords(decision, own) };
      },
    ),
  );
  connection.onRequest(
    PERSONALITIES_REQUEST,
    guarded(context, PERSONALITIES_REQUEST, [], async ({ uri, key }: PersonalitiesParams) => {
      const document = await anyDocument(uri);
      return document ? candidatesOf(document).map((one) => placeOf(one, key)) : [];
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
  const { connection, registry, documentFor, lensCommands } = context;
  connection.onCodeLens(
    guarded(context, 'codeLens', null, async ({ textDocument: { uri } }) => {
      const document = registry.current() && (await documentFor(uri));
      return document ? matchLenses(document, lensCommands) : null;
    }),
  );
  connection.onCodeLensResolve(
    async (lens, token) =>
      guarded(context, 'codeLens/resolve', lens, async (): Promise<CodeLens> => {
        const data = lens.data as LensData | undefined;
        const dump = registry.current();
        const document = data && dump ? await documentFor(data.uri) : undefined;
        return document && dump ? resolveLens(document, lens, dump.registry, lensCommands) : lens;
      })(lens, token) as Promise<CodeLens>,
  );
}

function decisionWords(
  { node, candidates, drivers, ...counts }: Decision,
  own: DocumentCandidate | undefined,
): Omit<MatchDecision, 'registry'> {
  const { index, className } = node;
  return {
    ...counts,
    device: { index, name: shownName(node), className, path: shownPath(node), ids: idsOf(node) ?? null },
    candidates: candidates.map(({ candidate, report, fell, attached }) => {
      const { result, category, wins, starts, sentence, advice } = report;
      return {
        uri: candidate.document.uri,
        bundle: candidate.bundle,
        personality: candidate.name,
        fell: fell ?? null,
        attached,
        asked: isSame(candidate, own),
        matches: result.matches,
        score: result.score ?? null,
        parts: result.parts,
        category,
        wins,
        starts,
        sentence,
        advice,
        unresolved: unresolvedKeys(candidate.personality),
        checks: checkWords(result.checks),
      };
    }),
    drivers: drivers.map(({ className: of, bundle, category, score }) => {
      return { className: of, bundle: bundle ?? null, category, score };
    }),
  };
}

function deviceWords({ node, ids, candidates }: ViewDevice): MatchDevice {
  return {
    index: node.index,
    name: shownName(node),
    className: node.className,
    ids: ids ?? null,
    path: shownPath(node),
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
