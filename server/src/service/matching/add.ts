/** "Add a personality for this device": a legal key combination as an edit of a document. */
import type { RegistryNode } from '../../iokit/registry.ts';
import { type Suggestion, suggestPersonalities } from '../../iokit/suggest.ts';
import { insertEntry, insertValueAfterKey } from '../../plist/edit.ts';
import { printValue } from '../../plist/print.ts';
import type { PlistNode, TextEdit } from '../../plist/types.ts';
import { isDict, type PlistDict, type PlistValue } from '../../plist/value.ts';
import type { BundleKind, PlistDocument } from '../../workspace/types.ts';
import { idsOf } from './devices.ts';
import { candidatesOf } from './personalities.ts';

export interface Addition {
  /** The new personality's key. */
  readonly name: string;
  readonly edits: readonly TextEdit[];
  /** What the entitlements file of a dext must hold too; its value as an element. */
  readonly entitlement: { readonly key: string; readonly xml: string } | undefined;
}

const KERNEL_KINDS: ReadonlySet<BundleKind> = new Set(['kext', 'codeless-kext']);

/**
 * The edit that adds one of the device's suggestions to IOKitPersonalities, which is made when it is missing. What
 * names the driver (classes, server, bundle) is taken over from the document's first personality. Undefined when the
 * document has no dictionary to add to. Never throws.
 */
export function addPersonality(
  document: PlistDocument,
  device: RegistryNode,
  suggestion: Suggestion,
): Addition | undefined {
  const root = document.tree.root;
  if (root?.kind !== 'dict') return undefined;
  const personalities = root.get('IOKitPersonalities');
  if (personalities !== undefined && personalities.kind !== 'dict') return undefined;
  const kernel = KERNEL_KINDS.has(document.kind.kind);
  const name = freeName(device, personalities);
  const value = new Map([...driverKeys(document, kernel), ...suggestion.keys]);
  const entitlement = kernel ? undefined : suggestion.entitlement;
  return {
    name,
    edits: editsFor(root, personalities, name, inOrder(value)),
    entitlement: entitlement && { key: entitlement.key, xml: printValue(entitlement.value) },
  };
}

function editsFor(
  root: PlistNode,
  personalities: PlistNode | undefined,
  name: string,
  value: PlistDict,
): TextEdit[] {
  if (personalities) return insertEntry(personalities, name, value);
  const all: PlistDict = new Map<string, PlistValue>([[name, value]]);
  const lone = root.keyNode('IOKitPersonalities');
  return lone ? insertValueAfterKey(lone, all) : insertEntry(root, 'IOKitPersonalities', all);
}

/** Keys that name the driver and not the device. */
const DRIVER_KEYS = [
  'CFBundleIdentifier',
  'CFBundleIdentifierKernel',
  'IOClass',
  'IOUserClass',
  'IOUserServerName',
  'IOUserServerOneProcess',
];

function driverKeys(document: PlistDocument, kernel: boolean): PlistDict {
  const model = candidatesOf(document).find(
    ({ personality }) => typeof personality.get('IOClass') === 'string',
  )?.personality;
  const taken = DRIVER_KEYS.flatMap((key) => {
    const value = model?.get(key);
    return value === undefined ? [] : [[key, value] as const];
  });
  return new Map<string, PlistValue>([...presetKeys(document, kernel), ...taken]);
}

/** For what the first personality does not say, and for a document that has none. */
function presetKeys(document: PlistDocument, kernel: boolean): [string, PlistValue][] {
  const product = '$(PRODUCT_BUNDLE_IDENTIFIER)';
  const className = driverClass(document);
  if (kernel) {
    return [
      ['CFBundleIdentifier', product],
      ['IOClass', className],
    ];
  }
  return [
    ['CFBundleIdentifier', product],
    ['CFBundleIdentifierKernel', 'com.apple.kpi.iokit'],
    ['IOClass', 'IOUserService'],
    ['IOUserClass', className],
    ['IOUserServerName', product],
  ];
}

/** A class name of the bundle's own name, where the document says one. */
function driverClass({ tree }: PlistDocument): string {
  const name = tree.root?.get('CFBundleName')?.string ?? '';
  const word = /^[A-Za-z][\w .-]*$/.test(name) ? name.replace(/\W/g, '') : '';
  return word === '' ? 'MyDriver' : word;
}

/** Made of the class and the ids: what a device calls itself may hold its owner's name. */
function freeName(device: RegistryNode, personalities: PlistNode | undefined): string {
  const kind = device.className.replace(/^IO/, '').replace(/[^A-Za-z0-9]/g, '') || 'Device';
  const ids = idsOf(device)?.replace(':', '_').toUpperCase();
  const base = ids ? `${kind}_${ids}` : kind;
  const taken = new Set(personalities?.entries.map(({ key }) => key.text));
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base}_${number}`;
    if (!taken.has(name)) return name;
  }
}

/** By name, as Xcode writes them. */
function inOrder(value: PlistDict): PlistDict {
  return new Map([...value].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The suggestions of an entry in words. */
export function suggestionsFor(
  device: RegistryNode,
  context: Parameters<typeof suggestPersonalities>[1],
): readonly (Suggestion & { readonly words: string })[] {
  return suggestPersonalities(device, context).map((suggestion) => ({
    ...suggestion,
    words: [...suggestion.keys]
      .map(([key, value]) => (key === 'IOProviderClass' ? String(value) : `${key} ${shortValue(value)}`))
      .join(', '),
  }));
}

function shortValue(value: PlistValue): string {
  if (typeof value === 'bigint' || typeof value === 'string' || typeof value === 'boolean')
    return String(value);
  if (isDict(value)) return [...value].map(([key, item]) => `${key} ${shortValue(item)}`).join(' ');
  return Array.isArray(value) ? value.map((item) => shortValue(item as PlistValue)).join(', ') : '…';
}
