/** The requests about matching, by name and type. */
import type { BaseLanguageClient } from 'vscode-languageclient';
import type {
  ADD_PERSONALITY_REQUEST,
  AddedPersonality,
  AddPersonalityParams,
  DeviceSuggestion,
  EXPLAIN_MATCH_REQUEST,
  ExplainMatchParams,
  MATCH_DECISION_REQUEST,
  MATCH_VIEW_REQUEST,
  MatchDecision,
  MatchDecisionParams,
  MatchView,
  PERSONALITIES_REQUEST,
  PersonalitiesParams,
  PersonalityPlace,
  SUGGEST_REQUEST,
  SuggestParams,
} from '../../../server/src/lsp/matchMessages.ts';

const VIEW: typeof MATCH_VIEW_REQUEST = 'driverPlist/matchView';
const EXPLAIN: typeof EXPLAIN_MATCH_REQUEST = 'driverPlist/explainMatch';
const DECISION: typeof MATCH_DECISION_REQUEST = 'driverPlist/matchDecision';
const PERSONALITIES: typeof PERSONALITIES_REQUEST = 'driverPlist/personalities';
const SUGGEST: typeof SUGGEST_REQUEST = 'driverPlist/suggestPersonalities';
const ADD: typeof ADD_PERSONALITY_REQUEST = 'driverPlist/addPersonality';

/** Null without a dump. */
export function askForView(client: BaseLanguageClient): Promise<MatchView | null> {
  return client.sendRequest<MatchView | null>(VIEW, {});
}

/** Markdown; null when dump, file or personality is not there. */
export function askForExplanation(
  client: BaseLanguageClient,
  params: ExplainMatchParams,
): Promise<string | null> {
  return client.sendRequest<string | null>(EXPLAIN, params);
}

/** Null when dump, personality or device is not there, or no device comes near to the personality. */
export function askForDecision(
  client: BaseLanguageClient,
  params: MatchDecisionParams,
): Promise<MatchDecision | null> {
  return client.sendRequest<MatchDecision | null>(DECISION, params);
}

export function askForPersonalities(
  client: BaseLanguageClient,
  params: PersonalitiesParams,
): Promise<readonly PersonalityPlace[]> {
  return client.sendRequest<readonly PersonalityPlace[]>(PERSONALITIES, params);
}

export function askForSuggestions(
  client: BaseLanguageClient,
  params: SuggestParams,
): Promise<readonly DeviceSuggestion[]> {
  return client.sendRequest<readonly DeviceSuggestion[]>(SUGGEST, params);
}

/** Null when the document has no dictionary to add to. */
export function askForAddition(
  client: BaseLanguageClient,
  params: AddPersonalityParams,
): Promise<AddedPersonality | null> {
  return client.sendRequest<AddedPersonality | null>(ADD, params);
}
