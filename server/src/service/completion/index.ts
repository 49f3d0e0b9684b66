/** Completion: keys with their values, values, tags, comments that steer us, whole files. */
import { type CompletionItem, CompletionItemKind, type CompletionList } from 'vscode-languageserver-types';
import { ruleIds } from '../../rules/index.ts';
import type { LintOptions } from '../../rules/lint.ts';
import { BUNDLE_KINDS, type PlistDocument } from '../../workspace/types.ts';
import type { ClientAbilities } from '../abilities.ts';
import { evaluationOf } from '../knowledge.ts';
import { type Place, placeAt, type Token } from './context.ts';
import { itemContext, type Proposal, toItem } from './items.ts';
import { keyProposals } from './keys.ts';
import { skeletonProposals } from './skeletons.ts';
import { type CompletionSources, valueProposals } from './values.ts';

export interface Completion extends CompletionList {
  /** Documentation of each item, in the order of the items, as Markdown; computed when called. */
  readonly documentation: readonly (() => string | undefined)[];
}

/** Most items of one list; no person reads more, and more are found by typing on. */
const ITEM_LIMIT = 1000;

/**
 * What may be written at an offset. Never throws; an empty list where nothing is known.
 *
 * @param trigger the character that opened the list, when the person did not ask for it
 * @param sources what else is known beside the document
 */
export function completionsAt(
  document: PlistDocument,
  offset: number,
  abilities: ClientAbilities,
  options: LintOptions = {},
  trigger?: string,
  sources: CompletionSources = {},
): Completion {
  const place = placeAt(document, offset);
  if (!place || (trigger !== undefined && !isWelcome(place, trigger))) {
    return { items: [], isIncomplete: false, documentation: [] };
  }
  const { proposals, incomplete, token = place.token } = proposalsFor(place, options, sources);
  const context = itemContext(document, token, offset, abilities);
  const shown = proposals.slice(0, ITEM_LIMIT);
  return {
    items: shown.map((proposal): CompletionItem => toItem(context, proposal)),
    isIncomplete: incomplete || shown.length < proposals.length,
    documentation: shown.map(({ documentation }) => documentation ?? (() => undefined)),
  };
}

/**
 * A list that opens by itself must not be in the way: who ends a line with `</key>` or `</string>` presses Enter
 * next, and Enter would accept the first item.
 */
function isWelcome(place: Place, trigger: string): boolean {
  switch (trigger) {
    case '>':
      if (place.at === 'key') return place.contentOnly || place.token.typed.startsWith('<');
      return place.at === 'value' && (place.contentOf !== undefined || place.token.typed.startsWith('<'));
    case '/':
      return place.at === 'closing-tag';
    case '(':
      return place.at === 'value' && place.variable;
    default:
      return true;
  }
}

function proposalsFor(
  place: Place,
  options: LintOptions,
  sources: CompletionSources,
): { proposals: readonly Proposal[]; incomplete: boolean; token?: Token } {
  switch (place.at) {
    case 'empty-document':
      return { proposals: skeletonProposals(place), incomplete: false };
    case 'comment':
      return { proposals: commentProposals(place), incomplete: false };
    case 'closing-tag':
      return { proposals: [closingTag(place.tag)], incomplete: false };
    case 'tag-name':
      return { proposals: tagNames(), incomplete: false };
    case 'key':
      return { proposals: keyProposals(place, evaluationOf(place.document, options)), incomplete: false };
    case 'value':
      return valueProposals(place, evaluationOf(place.document, options), sources);
  }
}

function closingTag(tag: string): Proposal {
  const text = `</${tag}>`;
  return {
    label: text,
    kind: CompletionItemKind.Keyword,
    snippet: text,
    filter: text,
    sort: '0',
    preselect: true,
  };
}

const TAG_NAMES = ['key', 'string', 'integer', 'real', 'true', 'false', 'date', 'data', 'dict', 'array'];

function tagNames(): Proposal[] {
  return TAG_NAMES.map((name, index) => ({
    label: name,
    kind: CompletionItemKind.Keyword,
    snippet: name,
    filter: name,
    sort: String(index).padStart(2, '0'),
  }));
}

const DIRECTIVES: readonly (readonly [string, string])[] = [
  ['driver-plist-disable-next-line', 'Hide the findings of the next line, of the rules named or of all'],
  ['driver-plist-disable', 'Hide the findings of the whole file, of the rules named or of all'],
  ['driver-plist-kind:', 'Say what kind of bundle this file describes'],
];

/** Inside a comment: our directives, then rule ids or kinds behind them. */
function commentProposals(place: Extract<Place, { at: 'comment' }>): Proposal[] {
  const { lead } = place;
  const words = /^\s*driver-plist-disable(?:-next-line)?\s/.test(lead)
    ? ruleIds().map((id) => [id, ''] as const)
    : /^\s*driver-plist-kind:\s/.test(lead)
      ? BUNDLE_KINDS.map((kind) => [kind, ''] as const)
      : /^\s*$/.test(lead)
        ? DIRECTIVES
        : [];
  return words.map(([word, detail], index) => ({
    label: word,
    kind: CompletionItemKind.Keyword,
    snippet: word,
    filter: word,
    sort: String(index).padStart(4, '0'),
    detail: detail || undefined,
  }));
}
