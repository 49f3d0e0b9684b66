/**
 * The lint of a document after an edit inside one personality: that personality is judged alone, in a document of
 * its own with all that stands around IOKitPersonalities, and what was found elsewhere is taken over. Rules that
 * compare personalities with each other run on the whole document. The result is that of `lint`, always
 * (`test/unit/rules/incremental.test.ts`); where that cannot be told from here, there is none.
 */
import { changeBetween } from '../plist/change.ts';
import { isAlikeInside, isAlikeOutside } from '../plist/compare.ts';
import { parsePlist } from '../plist/parse.ts';
import type { PlistNode, PlistTree, TextRange } from '../plist/types.ts';
import type { PlistDocument } from '../workspace/types.ts';
import {
  evaluationFor,
  type LintOptions,
  type LintResult,
  lint,
  type RawFinding,
  resultOf,
  ruleFindings,
  SCHEMA_ORDER,
  SYNTAX_ORDER,
  schemaFindings,
  syntaxFindings,
} from './lint.ts';
import { isLocal } from './locality.ts';
import type { Finding, Fix } from './types.ts';

/** Smaller documents are linted whole: that takes a millisecond or two. In nodes. */
const MIN_NODES = 400;
/** With more findings than this a document is broken as a whole. */
const MAX_FINDINGS = 2000;

export interface Linted {
  readonly document: PlistDocument;
  readonly options: LintOptions;
  readonly result: LintResult;
}

/**
 * Lints the next version of a linted document.
 *
 * @returns undefined when more than the inside of one personality changed, or the document is small
 */
export function lintAfter(
  before: Linted,
  document: PlistDocument,
  options: LintOptions,
  minNodes = MIN_NODES,
): LintResult | undefined {
  const old = before.document;
  if (before.options !== options || document.tree.size < minNodes) return undefined;
  if ((options.overlays?.(document.kind.kind) ?? []).length > 0) return undefined;
  if (old.kind.kind !== document.kind.kind || old.built !== document.built) return undefined;
  if (before.result.raw.length > MAX_FINDINGS) return undefined;
  const change = changeBetween(old.text, document.text);
  const was = change && personalityAround(old.tree, change.start, change.end);
  const is = change && personalityAround(document.tree, change.start, change.start + change.newText.length);
  if (!was || !is || !isAlikeOutside(was, is) || !hasOwnName(was) || !hasOwnName(is)) return undefined;
  const alone = documentOf(document, is);
  return alone && merged(before.result.raw, document, options, was, is, alone);
}

/** The value of the entry of IOKitPersonalities whose content holds a range. */
function personalityAround(tree: PlistTree, start: number, end: number): PlistNode | undefined {
  const { root } = tree;
  let node = tree.nodeAt(start);
  while (node && node.parent?.parent?.id !== root?.id) node = node.parent;
  if (node?.kind !== 'dict' || node.parent?.kind !== 'dict') return undefined;
  if (!/^IOKitPersonalities(_\w+)?$/.test(node.parent.name ?? '')) return undefined;
  const isClosed = node.closeStart < node.end && node.key !== undefined;
  return isClosed && node.openEnd <= start && end <= node.closeStart ? node : undefined;
}

/** No other personality of the dictionary has its name. */
function hasOwnName({ parent, name }: PlistNode): boolean {
  return parent!.entries.filter(({ key }) => key.text === name).length === 1;
}

/** A personality with all that is around IOKitPersonalities, but no other personality beside it. */
interface Alone {
  readonly document: PlistDocument;
  readonly node: PlistNode;
  /** What to add to offsets in the personality and its key, to come to those in the whole document. */
  readonly shift: number;
}

function documentOf(document: PlistDocument, personality: PlistNode): Alone | undefined {
  const { text } = document;
  const dict = personality.parent!;
  const key = personality.key!;
  if (dict.closeStart >= dict.end) return undefined;
  const piece = text.slice(key.start, personality.end);
  const tree = parsePlist(text.slice(0, dict.openEnd) + piece + text.slice(dict.closeStart));
  const shift = key.start - dict.openEnd;
  const node = personalityAround(tree, personality.openEnd - shift, personality.openEnd - shift);
  if (!node || node.end !== personality.end - shift || !isAlikeInside(personality, node)) return undefined;
  if (node.parent!.entries.length !== 1) return undefined;
  return { document: { ...document, text: tree.text, tree }, node, shift };
}

function merged(
  before: readonly RawFinding[],
  document: PlistDocument,
  options: LintOptions,
  was: PlistNode,
  is: PlistNode,
  alone: Alone,
): LintResult {
  const full = onDemand(document, options);
  const raw = syntaxFindings(document);
  const isKept = ({ order }: RawFinding): boolean => order !== SYNTAX_ORDER && isLocalOrder(order);

  const oldRegion = regionOf(was);
  const delta = is.end - was.end;
  const shiftOld = (offset: number): number => (offset >= was.end ? offset + delta : offset);
  for (const one of before) {
    if (isKept(one) && !within(one.finding.range, oldRegion)) raw.push(moved(one, shiftOld, full));
  }

  const evaluationAlone = evaluationFor(alone.document, options);
  const region = regionOf(alone.node);
  const fresh = [
    ...schemaFindings(evaluationAlone),
    ...ruleFindings(alone.document, evaluationAlone, options, isLocal),
  ];
  for (const one of fresh) {
    if (within(one.finding.range, region)) raw.push(moved(one, (offset) => offset + alone.shift, full));
  }

  const evaluation = evaluationFor(document, options);
  raw.push(...ruleFindings(document, evaluation, options, (rule) => !isLocal(rule)));
  // Stable: what one rule said of one place stays in its order.
  raw.sort((a, b) => a.order - b.order);
  return resultOf(document, raw, evaluation, options);
}

function isLocalOrder(order: number): boolean {
  return order === SCHEMA_ORDER || isLocal(order);
}

function regionOf(personality: PlistNode): TextRange {
  return { start: personality.key!.start, end: personality.end };
}

function within({ start, end }: TextRange, region: TextRange): boolean {
  return region.start <= start && end <= region.end;
}

/** The finding at its new place; its repairs are worked out on the whole document, when asked for. */
function moved(
  { finding, order }: RawFinding,
  place: (offset: number) => number,
  full: (finding: Finding) => readonly Fix[],
): RawFinding {
  const range = { start: place(finding.range.start), end: place(finding.range.end) };
  const related = finding.related?.map((one) => ({
    ...one,
    range: { start: place(one.range.start), end: place(one.range.end) },
  }));
  const now: Finding = {
    ...finding,
    range,
    fixes: () => full(now),
    ...(related && { related }),
  };
  return { finding: now, order };
}

/** The fixes of a finding, from a lint of the whole document that is made once, by the first who asks. */
function onDemand(document: PlistDocument, options: LintOptions): (finding: Finding) => readonly Fix[] {
  let all: readonly RawFinding[] | undefined;
  return ({ rule, range, message }) => {
    all ??= lint(document, options).raw;
    const same = all.find(
      ({ finding }) =>
        finding.rule === rule &&
        finding.range.start === range.start &&
        finding.range.end === range.end &&
        finding.message === message,
    );
    return same?.finding.fixes() ?? [];
  };
}
