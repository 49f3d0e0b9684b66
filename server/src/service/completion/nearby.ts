/** Values that stand around: in the same list, at the same key elsewhere, and those that a schema proposes as they are. */
import { CompletionItemKind } from 'vscode-languageserver-types';
import { valueOfKey } from '../../plist/edit.ts';
import { decodeText, encodeText } from '../../plist/entities.ts';
import type { PlistNode } from '../../plist/types.ts';
import type { JsonValue, PlistType, SchemaObject } from '../../schema/types.ts';
import { type NumberContext, nameOfNumber } from '../numbers.ts';
import { annotation } from '../schemaInfo.ts';
import { pciNames } from '../valueWords.ts';
import type { Place } from './context.ts';
import { plainOf } from './snippet.ts';

export type ValuePlace = Extract<Place, { at: 'value' }>;

/** One value, before it is known whether its element or its text alone is written. */
export interface Value {
  readonly label: string;
  readonly type: PlistType;
  /** Content of the element, as it is read (not escaped). */
  readonly content: string;
  readonly detail?: string | undefined;
  readonly documentation?: string | undefined;
  readonly filter?: string | undefined;
  readonly preselect?: boolean | undefined;
  readonly kind: CompletionItemKind;
  readonly deprecated?: boolean | undefined;
  readonly json?: JsonValue;
}

/** What an array holds already, but for the item under the cursor. */
export function itemsBeside({ owner, token }: ValuePlace): string[] {
  if (owner?.kind !== 'array') return [];
  return owner.items
    .filter(({ start, end }) => end <= token.start || token.end <= start)
    .map((item) => `${item.kind} ${item.text.trim()}`);
}

/** Texts that the author of the schema proposes as they stand, such as `$(PRODUCT_BUNDLE_IDENTIFIER)`. */
export function fixedTexts({ contentOf }: ValuePlace, schemas: readonly SchemaObject[]): Value[] {
  if (contentOf !== 'string') return [];
  return schemas.flatMap(({ defaultSnippets = [] }) =>
    defaultSnippets.flatMap(({ body, description }): Value[] => {
      const text = /^<string>([^<]+)<\/string>$/.exec(body)?.[1];
      if (text === undefined || /(?<!\\)\$/.test(text)) return [];
      const content = decodeText(plainOf(text));
      return [
        { label: content, type: 'string', content, detail: description, kind: CompletionItemKind.Value },
      ];
    }),
  );
}

/** Most values of other places that are proposed, and most places that are looked at. */
const USED_LIMIT = 10;
const PLACES_LIMIT = 50;

/** What the same key holds elsewhere in the document: one driver, one vendor, one server name. */
export function usedElsewhere(place: ValuePlace, schemas: readonly SchemaObject[]): Value[] {
  const key = place.owner?.kind === 'array' ? place.owner.name : place.key;
  if (key === undefined) return [];
  const found = new Map<string, Value>();
  for (const node of valuesOfKey(place, key)) {
    const content = node.text.trim();
    if (content === '' || content.length > 200 || found.has(`${node.kind} ${content}`)) continue;
    const number = node.kind === 'integer' ? node.integer : undefined;
    const name = nameOf(place, schemas, number ?? content);
    const isNamed = number !== undefined && name !== undefined;
    found.set(`${node.kind} ${content}`, {
      label: isNamed ? name : content,
      type: node.kind as 'string' | 'integer',
      content,
      detail: [isNamed ? content : name, 'in this file'].filter(Boolean).join(' · '),
      filter: name && `${name} ${content}`,
      kind: CompletionItemKind.Value,
    });
    if (found.size >= USED_LIMIT) break;
  }
  return [...found.values()];
}

/** Strings and integers of the first places of a key, and of the lists there; not the one under the cursor. */
function* valuesOfKey({ document, token }: ValuePlace, key: string): Generator<PlistNode> {
  const { text, tree } = document;
  // The text is searched, not the tree: it may hold thousands of personalities.
  const written = `<key>${encodeText(key)}</key>`;
  let at = text.indexOf(written);
  for (let places = 0; at >= 0 && places < PLACES_LIMIT; places++) {
    const node = tree.nodeAt(at + 1);
    const value = node?.kind === 'key' ? valueOfKey(node) : undefined;
    for (const one of value?.kind === 'array' ? value.items : value ? [value] : []) {
      const isText = one.kind === 'string' || one.kind === 'integer';
      if (isText && !(one.start <= token.start && token.end <= one.end)) yield one;
    }
    at = text.indexOf(written, at + written.length);
  }
}

/** The name of a number, or of the first number in a text of PCI numbers. */
export function nameOf(
  { owner }: ValuePlace,
  schemas: readonly SchemaObject[],
  value: string | bigint,
): string | undefined {
  const kind = annotation(schemas, 'number');
  if (!kind) return undefined;
  if (typeof value === 'string') return pciNames(value, kind)[0]?.name;
  return nameOfNumber(kind, value, numberContext(owner));
}

/** What stands beside a number and says more of it: a product's vendor. */
export function numberContext(owner: PlistNode | undefined): NumberContext {
  let dict = owner;
  while (dict && dict.kind !== 'dict') dict = dict.parent;
  return { sibling: (key) => dict?.get(key)?.integer };
}
