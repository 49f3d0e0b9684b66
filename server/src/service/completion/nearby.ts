/** Values that stand around: in the same list, at the same key elsewhere, and those that a schema proposes as they are. */
import { CompletionItemKind } from 'vscode-languageserver-types';
import { decodeText } from '../../plist/entities.ts';
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

/** Most values of other places that are proposed. */
const USED_LIMIT = 20;
/** Beyond this number of nodes nobody waits for a look at all of them. */
const NODES_READ = 20_000;

/** What the same key holds elsewhere in the document: one driver, one vendor, one server name. */
export function usedElsewhere(place: ValuePlace, schemas: readonly SchemaObject[]): Value[] {
  const { document, owner, token } = place;
  const key = owner?.kind === 'array' ? owner.name : place.key;
  if (key === undefined || document.tree.size > NODES_READ) return [];
  const found = new Map<string, Value>();
  for (let id = 0; id < document.tree.size && found.size < USED_LIMIT; id++) {
    const node = document.tree.node(id);
    if (node.kind !== 'string' && node.kind !== 'integer') continue;
    if ((node.key ? node.name : node.parent?.name) !== key) continue;
    if (node.start <= token.start && token.end <= node.end) continue;
    const content = node.text.trim();
    if (content === '' || content.length > 200) continue;
    const value = node.kind === 'integer' && node.integer !== undefined ? node.integer : content;
    const name = nameOf(place, schemas, value);
    found.set(`${node.kind} ${content}`, {
      label: typeof value === 'bigint' && name ? name : content,
      type: node.kind,
      content,
      detail: [typeof value === 'bigint' && name ? content : name, 'in this file']
        .filter(Boolean)
        .join(' · '),
      filter: name && `${name} ${content}`,
      kind: CompletionItemKind.Value,
    });
  }
  return [...found.values()];
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
