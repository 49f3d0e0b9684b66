/**
 * What a dictionary must hold, as a signature: its required keys are the parameters, the next missing one is the
 * active one. A USB personality has an overload for each legal set of match keys that it may still become.
 */
import type { ParameterInformation, SignatureHelp, SignatureInformation } from 'vscode-languageserver-types';
import { USB_ROWS, type UsbRow, usbKeyCombination, usbKindOf, usbRowName } from '../iokit/usb.ts';
import type { PlistNode } from '../plist/types.ts';
import { hasBuildVariable } from '../plist/variables.ts';
import type { LintOptions } from '../rules/lint.ts';
import type { SchemaObject } from '../schema/types.ts';
import type { PlistDocument } from '../workspace/types.ts';
import type { ClientAbilities } from './abilities.ts';
import { type Place, placeAt } from './completion/context.ts';
import { describeKey, toPlainText } from './describe.ts';
import { evaluationOf, lintOf } from './knowledge.ts';
import { isPersonality } from './personality.ts';
import { annotation } from './schemaInfo.ts';

/** Behind a `>` a value or an opening `<dict>` has just ended; the others keep what is shown up to date. */
export const SIGNATURE_TRIGGERS = { first: ['>'], again: ['<', '/'] } as const;

/** Who asks deeper than this inside dictionaries without needs of their own is shown nothing. */
const LEVELS = 20;

/** Why a client asks; all absent when the person asked for it. */
export interface SignatureQuery {
  /** The character that was typed. */
  readonly trigger?: string | undefined;
  /** What is shown already: the label of the signature that the person looks at, and how many there are. */
  readonly shown?: { readonly label: string; readonly count: number } | undefined;
}

/** A dictionary where the cursor is, in a tree that is whole. */
interface Around {
  readonly document: PlistDocument;
  readonly dict: PlistNode;
  /** The key that is being written, or whose value is. */
  readonly key: string | undefined;
}

interface Need {
  readonly key: string;
  readonly there: boolean;
  readonly schemas: readonly SchemaObject[];
}

/**
 * The signature of the dictionary around an offset; undefined where nothing is required. Who did not ask for it
 * sees it only between two pairs of a dictionary that lacks a key, without its overloads, since the arrow keys go
 * through these; it goes away with the cursor. Never throws.
 */
export function signatureHelpAt(
  document: PlistDocument,
  offset: number,
  abilities: ClientAbilities,
  options: LintOptions = {},
  query: SignatureQuery = {},
): SignatureHelp | undefined {
  const { trigger, shown } = query;
  const asked = trigger === undefined && !shown;
  const place = placeAt(document, offset);
  if (!asked && !shown && !isBetweenPairs(place)) return undefined;
  let around = aroundOf(document, offset, place);
  for (let level = 0; around && level < LEVELS; level++, around = outwards(around)) {
    const signatures = signaturesOf(document, around, options);
    const lacking = signatures.some(({ needs }) => needs.some(({ there }) => !there));
    if (signatures.length > 0 && (asked || lacking)) {
      const left = shown && trigger === undefined && !shown.label.startsWith(labelStart(signatures[0]!));
      if (left) return undefined;
      const all = asked || (shown && shown.count > 1);
      return helpOf(all ? signatures : signatures.slice(0, 1), around.key, abilities, shown?.label);
    }
    if (!asked) return undefined;
  }
  return undefined;
}

/** Where the next key is due: not in a tag, nor in a key's or a value's text. */
function isBetweenPairs(place: Place | undefined): boolean {
  return place?.at === 'key' && !place.contentOnly && place.token.typed === '';
}

function aroundOf(document: PlistDocument, offset: number, place: Place | undefined): Around | undefined {
  if (place?.at === 'key') return { document: place.document, dict: place.dict, key: place.own };
  if (place?.at === 'value') {
    const { owner, key } = place;
    if (owner?.kind === 'dict') return { document: place.document, dict: owner, key };
    return owner && outwards({ document: place.document, dict: owner, key: undefined });
  }
  const node = document.tree.nodeAt(offset);
  if (!node) return undefined;
  const inside = node.kind === 'dict' && node.openEnd <= offset && offset <= node.closeStart;
  return inside
    ? { document, dict: node, key: undefined }
    : outwards({ document, dict: node, key: undefined });
}

/** The next dictionary around a node, with the key that leads to it. */
function outwards({ document, dict }: Around): Around | undefined {
  for (let node: PlistNode | undefined = dict; node; node = node.parent) {
    if (node.parent?.kind === 'dict') {
      return { document, dict: node.parent, key: node.kind === 'key' ? node.text : node.name };
    }
  }
  return undefined;
}

interface Signature {
  readonly title: string;
  readonly words: string;
  readonly needs: readonly Need[];
}

function signaturesOf(
  document: PlistDocument,
  { document: whole, dict }: Around,
  options: LintOptions,
): Signature[] {
  const evaluation = evaluationOf(whole, options);
  if (!evaluation) return [];
  const schemasOf = (key: string): readonly SchemaObject[] => evaluation.schemasForKey(dict, key);
  const need = (key: string): Need => ({
    key,
    there: dict.keyNode(key) !== undefined,
    schemas: schemasOf(key),
  });
  const required = evaluation
    .keysFor(dict)
    .filter((known) => known.required)
    .map(({ key }) => key);
  const keys = [...new Set([...required, ...missedByRules(document, dict, options)])];
  const title = titleOf(whole, dict);
  const named = annotation(evaluation.schemasFor(dict), 'title');
  const words = `${named ?? 'Dictionary'}: the keys that must be here. ✓ stands behind those that are.`;
  const rows = usbRowsOf(dict);
  if (rows.length === 0) return keys.length === 0 ? [] : [{ title, words, needs: keys.map(need) }];
  return rows.map((row) => {
    const all = [...new Set([...keys, ...row.needs])];
    return { title, words: `${words} USB by ${usbRowName(row)}: score ${row.score}.`, needs: all.map(need) };
  });
}

/** Keys that rules find missing; what takes two keys to know stands in no schema. */
function missedByRules(document: PlistDocument, dict: PlistNode, options: LintOptions): string[] {
  const path = dict.path;
  return lintOf(document, options).findings.flatMap(({ keyPath, severity }) => {
    const key = keyPath.at(-1);
    if (typeof key !== 'string' || (severity !== 'error' && severity !== 'warning')) return [];
    if (keyPath.length !== path.length + 1 || path.some((part, index) => part !== keyPath[index])) return [];
    return dict.keyNode(key) ? [] : [key];
  });
}

/** The sets of keys by which a USB personality may match: the one that it has, or those that it may become. */
function usbRowsOf(dict: PlistNode): readonly UsbRow[] {
  const provider = dict.get('IOProviderClass')?.string?.trim();
  const kind = provider === undefined ? undefined : usbKindOf(provider);
  if (!kind || !isPersonality(dict)) return [];
  const present = dict.entries.map(({ key }) => key.text);
  if (present.some(hasBuildVariable)) return [];
  const { row, ignored } = usbKeyCombination(present, kind);
  if (row) return present.includes('idProductArray') || ignored.length > 0 ? [] : [row];
  const open = USB_ROWS[kind].filter(
    ({ confirmed, forbidden }) => confirmed && !forbidden.some((key) => present.includes(key)),
  );
  const lacks = ({ needs }: UsbRow): number => needs.filter((key) => !present.includes(key)).length;
  const begun = (one: UsbRow): boolean => lacks(one) < one.needs.length;
  // Vendor and product is how most drivers name their device.
  const first = open.some(begun) ? begun : ({ score }: UsbRow) => score === 90000;
  const rank = (one: UsbRow): number => (first(one) ? 0 : 10) + (open.some(begun) ? lacks(one) : 0);
  return [...open].sort((a, b) => rank(a) - rank(b) || b.score - a.score);
}

function titleOf({ kind }: PlistDocument, dict: PlistNode): string {
  if (dict.name !== undefined) return dict.name.trim();
  if (dict.parent) return `${dict.parent.name?.trim() ?? ''}[${dict.index}]`;
  return kind.kind === 'entitlements' ? 'entitlements' : `Info.plist (${kind.kind})`;
}

const THERE = ' ✓';

function labelStart({ title }: Signature): string {
  return `${title}: `;
}

function helpOf(
  signatures: readonly Signature[],
  key: string | undefined,
  abilities: ClientAbilities,
  label: string | undefined,
): SignatureHelp {
  const informations = signatures.map((signature) => informationOf(signature, key, abilities));
  const bare = (text: string): string => text.replaceAll(THERE, '');
  const kept = label === undefined ? -1 : informations.findIndex((one) => bare(one.label) === bare(label));
  const activeSignature = Math.max(0, kept);
  return {
    signatures: informations.map(({ activeParameter, ...information }) => ({
      ...information,
      ...(abilities.signatureActiveParameter ? { activeParameter } : {}),
    })),
    activeSignature,
    activeParameter: informations[activeSignature]?.activeParameter ?? noneOf(signatures[0]!, abilities),
  };
}

/** Where all is there nothing is active; a client without a word for it takes a number that there is not. */
function noneOf({ needs }: Signature, { signatureNoActive }: ClientAbilities): number | null {
  return signatureNoActive ? null : needs.length;
}

function informationOf(
  signature: Signature,
  key: string | undefined,
  abilities: ClientAbilities,
): SignatureInformation {
  const { words, needs } = signature;
  let label = labelStart(signature);
  const parameters = needs.map((need, index): ParameterInformation => {
    if (index > 0) label += ', ';
    const start = label.length;
    const shown = need.key + (need.there ? THERE : '');
    label += shown;
    return {
      label: abilities.signatureLabelOffsets ? [start, start + need.key.length] : shown,
      ...documented(describeKey(need.key, need.schemas, { heading: false, required: true }), abilities),
    };
  });
  const own = needs.findIndex((need) => need.key === key?.trim());
  const next = own >= 0 ? own : needs.findIndex(({ there }) => !there);
  const activeParameter = next >= 0 ? next : noneOf(signature, abilities);
  return { label, parameters, activeParameter, ...documented(words, abilities) };
}

function documented(
  text: string | undefined,
  { signatureMarkdown }: ClientAbilities,
): Pick<ParameterInformation, 'documentation'> {
  if (text === undefined) return {};
  return signatureMarkdown
    ? { documentation: { kind: 'markdown', value: text } }
    : { documentation: toPlainText(text) };
}
