/**
 * Semantic tokens: known, matching and deprecated keys, names of personalities and classes, listed values, build
 * variables.
 */
import type { PlistNode, TextRange } from '../plist/types.ts';
import type { LintOptions } from '../rules/lint.ts';
import type { Evaluation } from '../schema/types.ts';
import type { PlistDocument } from '../workspace/types.ts';
import { variablesIn } from './buildVariables.ts';
import { evaluationOf } from './knowledge.ts';
import { isPersonality } from './personality.ts';
import { enumValues, isDeprecated, nubKeys } from './schemaInfo.ts';
import { positionAt } from './text.ts';

export const TOKEN_TYPES = ['property', 'class', 'enumMember', 'macro', 'struct'] as const;
/** `match` is ours: a key by which the nub is matched. The manifest of the extension gives it a colour. */
export const TOKEN_MODIFIERS = ['deprecated', 'defaultLibrary', 'declaration', 'match'] as const;

type TokenType = (typeof TOKEN_TYPES)[number];
type TokenModifier = (typeof TOKEN_MODIFIERS)[number];

/** Documents with more nodes than this get no semantic tokens: the grammar's colours are enough. */
const NODE_LIMIT = 20_000;

interface Token extends TextRange {
  readonly type: TokenType;
  readonly modifiers: readonly TokenModifier[];
}

/** Apple’s prefixes; a class of another maker has its own. */
const APPLE_CLASS = /^(?:IO|Apple|UVC)[A-Z]/;

/** Keys whose values name a class. */
const CLASS_KEY = /^(?:IO(?:User|Provider|Media)?Class|IOUserClientClass|NSExtensionPrincipalClass)$/;

/** The protocol's five numbers for each token. */
export function semanticTokens(
  document: PlistDocument,
  options: LintOptions = {},
  range?: TextRange,
): number[] {
  const data: number[] = [];
  let line = 0;
  let character = 0;
  for (const token of tokensOf(document, evaluationOf(document, options), range)) {
    const start = positionAt(document, token.start);
    const end = positionAt(document, token.end);
    // The protocol has no tokens over several lines.
    if (end.line !== start.line || end.character === start.character) continue;
    let modifiers = 0;
    for (const modifier of token.modifiers) modifiers |= 1 << TOKEN_MODIFIERS.indexOf(modifier);
    data.push(
      start.line - line,
      start.line === line ? start.character - character : start.character,
      end.character - start.character,
      TOKEN_TYPES.indexOf(token.type),
      modifiers,
    );
    ({ line, character } = start);
  }
  return data;
}

function tokensOf(document: PlistDocument, evaluation: Evaluation | undefined, range?: TextRange): Token[] {
  const { tree } = document;
  const tokens: Token[] = [];
  const matching: MatchKeys = new Map();
  if (tree.size > NODE_LIMIT && !range) return tokens;
  for (let id = 0; id < tree.size; id++) {
    const node = tree.node(id);
    if (range && (node.end < range.start || node.start > range.end)) continue;
    if (node.kind === 'key') tokens.push(...keyTokens(node, evaluation, matching));
    else if (node.kind === 'string') tokens.push(...stringTokens(node, evaluation));
  }
  return tokens;
}

/** Keys of the nub of each personality, by the id of its dictionary. */
type MatchKeys = Map<number, ReadonlySet<string>>;

function keyTokens(key: PlistNode, evaluation: Evaluation | undefined, matching: MatchKeys): Token[] {
  const variables = variableTokens(key);
  if (variables.length > 0) return variables;
  const value = key.parent?.get(key.text);
  if (value?.kind === 'dict' && isPersonality(value)) {
    return [{ ...trimmed(key), type: 'struct', modifiers: ['declaration'] }];
  }
  const schemas = key.parent && evaluation ? evaluation.schemasForKey(key.parent, key.text) : [];
  const known = schemas.some((schema) => schema.markdownDescription ?? schema.description ?? schema.source);
  if (!known) return [];
  const modifiers: TokenModifier[] = isDeprecated(schemas) ? ['deprecated'] : ['defaultLibrary'];
  if (key.parent && evaluation && isMatchKey(key.text, key.parent, evaluation, matching))
    modifiers.push('match');
  return [{ ...trimmed(key), type: 'property', modifiers }];
}

function stringTokens(node: PlistNode, evaluation: Evaluation | undefined): Token[] {
  const variables = variableTokens(node);
  if (variables.length > 0) return variables;
  if (CLASS_KEY.test(node.name ?? '')) {
    const modifiers: TokenModifier[] = APPLE_CLASS.test(node.text.trim()) ? ['defaultLibrary'] : [];
    return [{ ...trimmed(node), type: 'class', modifiers }];
  }
  if (!evaluation) return [];
  const listed = enumValues(evaluation.schemasFor(node))?.some(({ value }) => value === node.text.trim());
  return listed ? [{ ...trimmed(node), type: 'enumMember', modifiers: [] }] : [];
}

function variableTokens({ tree, openEnd, closeStart }: PlistNode): Token[] {
  return variablesIn(tree.text.slice(openEnd, closeStart)).map(({ start, end }) => ({
    start: openEnd + start,
    end: openEnd + end,
    type: 'macro',
    modifiers: [],
  }));
}

/** Keys that each nub compares, whatever its family. */
const GENERAL_MATCH =
  /^IO(?:ProviderClass|NameMatch|PropertyMatch|PropertyExistsMatch|ParentMatch|PathMatch|LocationMatch|ResourceMatch|CompatibilityMatch)$/;

function isMatchKey(key: string, dict: PlistNode, evaluation: Evaluation, matching: MatchKeys): boolean {
  if (!isPersonality(dict)) return false;
  let keys = matching.get(dict.id);
  if (!keys) {
    keys = nubKeys(evaluation.schemasFor(dict));
    matching.set(dict.id, keys);
  }
  return GENERAL_MATCH.test(key) || keys.has(key);
}

function trimmed({ openEnd, closeStart, tree }: PlistNode): TextRange {
  const raw = tree.text.slice(openEnd, closeStart);
  const start = openEnd + (raw.length - raw.trimStart().length);
  return { start, end: start + raw.trim().length };
}
