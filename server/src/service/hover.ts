/** Hover: what a key means, what a value is. */
import { type Hover, MarkupKind } from 'vscode-languageserver-types';
import type { PlistNode, TextRange } from '../plist/types.ts';
import { ruleById } from '../rules/index.ts';
import type { LintOptions } from '../rules/lint.ts';
import type { Evaluation, SchemaObject } from '../schema/types.ts';
import type { PlistDocument } from '../workspace/types.ts';
import type { ClientAbilities } from './abilities.ts';
import { describeVariable, variablesIn } from './buildVariables.ts';
import { code, describeKey, toPlainText } from './describe.ts';
import { evaluationOf, schemasAt } from './knowledge.ts';
import { ruleLink } from './ruleLinks.ts';
import { entryWords, type TableEntry, tableEntries } from './tables.ts';
import { rangeOf } from './text.ts';
import { usbWords } from './usbWords.ts';
import { describeValue } from './valueWords.ts';

/** What stands at an offset, in words; undefined where there is nothing to say. Never throws. */
export function hoverAt(
  document: PlistDocument,
  offset: number,
  abilities: ClientAbilities,
  options: LintOptions = {},
): Hover | undefined {
  const found = commentHover(document, offset, abilities) ?? nodeHover(document, offset, options);
  if (!found) return undefined;
  return {
    contents: abilities.markdownHover
      ? { kind: MarkupKind.Markdown, value: found.markdown }
      : { kind: MarkupKind.PlainText, value: toPlainText(found.markdown) },
    range: rangeOf(document, found.range),
  };
}

interface Found {
  readonly markdown: string;
  readonly range: TextRange;
}

function nodeHover(document: PlistDocument, offset: number, options: LintOptions): Found | undefined {
  const node = document.tree.nodeAt(offset);
  if (!node) return undefined;
  const evaluation = evaluationOf(document, options);
  if (node.kind === 'key') return keyHover(node, node, evaluation);
  const onTag = offset <= node.openEnd || offset >= node.closeStart;
  if (node.kind === 'dict' || node.kind === 'array') {
    // Between the children there is nothing to explain; on the tags it is the key's value.
    return onTag && node.key ? keyHover(node.key, tagRange(node, offset), evaluation) : undefined;
  }
  if (node.kind === 'unknown') return undefined;
  return variableHover(node, offset) ?? valueHover(node, evaluation);
}

function tagRange(node: PlistNode, offset: number): TextRange {
  return offset <= node.openEnd
    ? { start: node.start, end: node.openEnd }
    : { start: node.closeStart, end: node.end };
}

function keyHover(key: PlistNode, range: TextRange, evaluation: Evaluation | undefined): Found | undefined {
  const name = key.text.trim();
  const schemas = schemasAt(evaluation, key);
  const required = isRequired(key, evaluation);
  const entry = tableEntryOf(key, evaluation);
  const said = describeKey(name, schemas, { heading: true, required });
  const about = entry ? `**${code(name)}** ${entryWords(entry)}` : said;
  const markdown = [about, usbWords(key)].filter(Boolean).join('\n\n');
  return markdown ? { markdown, range: { start: range.start, end: range.end } } : undefined;
}

/** The entry of a key that is a name of a table: a kext library in OSBundleLibraries. */
function tableEntryOf(key: PlistNode, evaluation: Evaluation | undefined): TableEntry | undefined {
  if (!evaluation || !key.parent) return undefined;
  for (const { propertyNames } of evaluation.schemasFor(key.parent)) {
    const table = typeof propertyNames === 'object' ? propertyNames.table : undefined;
    const entry = table && tableEntries(table).find(({ value }) => value === key.text);
    if (entry) return entry;
  }
  return undefined;
}

function isRequired(key: PlistNode, evaluation: Evaluation | undefined): boolean {
  const dict = key.parent;
  if (!evaluation || !dict) return false;
  const name = key.text;
  return evaluation.schemasFor(dict).some((schema) => schema.required?.includes(name));
}

function variableHover(node: PlistNode, offset: number): Found | undefined {
  if (node.kind !== 'string') return undefined;
  const raw = node.tree.text.slice(node.openEnd, node.closeStart);
  for (const use of variablesIn(raw)) {
    const range = { start: node.openEnd + use.start, end: node.openEnd + use.end };
    if (range.start <= offset && offset <= range.end) return { markdown: describeVariable(use), range };
  }
  return undefined;
}

function valueHover(node: PlistNode, evaluation: Evaluation | undefined): Found | undefined {
  const schemas: readonly SchemaObject[] = schemasAt(evaluation, node);
  const markdown = describeValue(node, schemas);
  if (markdown) return { markdown, range: { start: node.start, end: node.end } };
  if (!node.key) return undefined;
  return keyHover(node.key, node, evaluation);
}

/** The rules that a suppression comment names. */
function commentHover(
  { text, tree }: PlistDocument,
  offset: number,
  { rulePages }: ClientAbilities,
): Found | undefined {
  const comment = tree.comments.find(({ content }) => content.start <= offset && offset <= content.end);
  if (!comment) return undefined;
  const content = text.slice(comment.content.start, comment.content.end);
  if (!/^\s*driver-plist-disable/.test(content)) return undefined;
  for (const match of content.matchAll(/[\w-]+\/[\w-]+/g)) {
    const start = comment.content.start + match.index;
    const range = { start, end: start + match[0].length };
    if (offset < range.start || offset > range.end) continue;
    const rule = ruleById(match[0]);
    if (!rule) return undefined;
    // A client with pages of its own may have no network, and links of other kinds are taken out of Markdown.
    const more =
      rulePages === undefined ? `[Page of the rule](${ruleLink(rule.id)})` : `${rule.why}\n\n${rule.how}`;
    const markdown = `**${code(rule.id)}** ${rule.title}\n\n${rule.what}\n\n${more}`;
    return { markdown, range };
  }
  return undefined;
}
