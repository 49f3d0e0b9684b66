/**
 * Reads what IORegistryExplorer saves (`.ioreg`): an archive of NSKeyedArchiver with one `RexRegistryEntry` for each
 * entry, which names its children in every plane; its properties are an XML property list in data. Learnt from saves
 * of versions 1 of the store in khronokernel/DarwinDumped. Entry ids are not in it.
 */
import { parsePlist } from '../plist/parse.ts';
import { isArray, isDict, type PlistDict, PlistUid, type PlistValue } from '../plist/value.ts';
import { NO_PROPERTIES, type RawNode, type RawProperties, type RawRegistry } from './registry-raw.ts';

const PLANE = 'IOService';

/** Reads a save; `undefined` when the value is none. Never throws; what is damaged is left out. */
export function readExplorer(value: PlistValue): RawRegistry | undefined {
  if (!isDict(value) || value.get('$archiver') !== 'NSKeyedArchiver') return undefined;
  const objects = value.get('$objects');
  const top = value.get('$top');
  if (!isArray(objects) || !isDict(top)) return undefined;
  const archive = new Archive(objects);
  const store = archive.object(top.get('root'));
  const entries = store && archive.list(store.get('registryEntries'));
  if (!entries) return undefined;
  const nodes: RawNode[] = [];
  const seen = new Set<PlistDict>();
  const open = entries
    .filter((entry) => entry.get('isRegistryRoot') === true)
    .map((entry) => ({ entry, parent: -1 }))
    .reverse();
  for (let next = open.pop(); next; next = open.pop()) {
    const { entry, parent } = next;
    const index = nodes.length;
    nodes.push(nodeOf(archive, entry, parent));
    // Under a second parent it is named once more, and its children are not.
    if (seen.has(entry)) continue;
    seen.add(entry);
    const planes = archive.dictionary(entry.get('childrenInPlanes'));
    const children = archive.list(planes.get(PLANE)) ?? [];
    open.push(...children.map((child) => ({ entry: child, parent: index })).reverse());
  }
  return { format: 'ioreg-explorer', nodes, warnings: [], partial: false };
}

/** The objects of an archive by their numbers; whatever refers to none is absent. */
class Archive {
  private readonly objects: readonly PlistValue[];

  constructor(objects: readonly PlistValue[]) {
    this.objects = objects;
  }

  value(reference: PlistValue | undefined): PlistValue | undefined {
    const number = uidOf(reference);
    const value = number === undefined ? reference : this.objects[number];
    return value === '$null' ? undefined : value;
  }

  object(reference: PlistValue | undefined): PlistDict | undefined {
    const value = this.value(reference);
    return isDict(value) ? value : undefined;
  }

  text(reference: PlistValue | undefined): string | undefined {
    const value = this.value(reference);
    if (typeof value === 'string') return value;
    const inner = isDict(value) ? this.value(value.get('NS.string')) : undefined;
    return typeof inner === 'string' ? inner : undefined;
  }

  /** The objects of an array of the archive. */
  list(reference: PlistValue | undefined): PlistDict[] | undefined {
    const items = this.object(reference)?.get('NS.objects');
    if (!isArray(items)) return undefined;
    return items.map((item) => this.object(item)).filter((item) => item !== undefined);
  }

  texts(reference: PlistValue | undefined): string[] {
    const items = this.object(reference)?.get('NS.objects');
    return isArray(items) ? items.map((item) => this.text(item)).filter((text) => text !== undefined) : [];
  }

  /** A dictionary of the archive, its values still references. */
  dictionary(reference: PlistValue | undefined): Map<string, PlistValue> {
    const object = this.object(reference);
    const keys = object?.get('NS.keys');
    const values = object?.get('NS.objects');
    const out = new Map<string, PlistValue>();
    if (!isArray(keys) || !isArray(values)) return out;
    for (const [index, key] of keys.entries()) {
      const name = this.text(key);
      const value = values[index];
      if (name !== undefined && value !== undefined) out.set(name, value);
    }
    return out;
  }

  bytes(reference: PlistValue | undefined): Uint8Array | undefined {
    const value = this.value(reference);
    if (value instanceof Uint8Array) return value;
    const inner = isDict(value) ? this.value(value.get('NS.data')) : undefined;
    return inner instanceof Uint8Array ? inner : undefined;
  }
}

/** As XML a reference is a dictionary. */
function uidOf(value: PlistValue | undefined): number | undefined {
  if (value instanceof PlistUid) return value.uid;
  const number = isDict(value) && value.size === 1 ? value.get('CF$UID') : undefined;
  return typeof number === 'bigint' ? Number(number) : undefined;
}

function nodeOf(archive: Archive, entry: PlistDict, parent: number): RawNode {
  const chain = archive.texts(entry.get('inheritance')).filter((name) => name !== 'OSObject');
  const className = chain[0] ?? 'IORegistryEntry';
  const inPlane = (key: string) => archive.text(archive.dictionary(entry.get(key)).get(PLANE));
  const isService = entry.get('conformsToIOService') !== false;
  const load = (): RawProperties => propertiesOf(archive.bytes(entry.get('properties')));
  return {
    parent,
    name: inPlane('namesInPlanes') ?? archive.text(entry.get('name')) ?? className,
    location: inPlane('locationsInPlanes') ?? archive.text(entry.get('location')),
    className,
    chain: chain.length > 1 ? chain : undefined,
    entryId: undefined,
    identity: entry,
    registered: entry.get('isRegistered') !== false,
    matched: entry.get('isMatched') !== false,
    active: !isService || entry.get('isActive') !== false,
    printed: entry.has('properties'),
    load,
    peek: (key) => {
      const value = load().properties.get(key);
      return typeof value === 'string' ? value : undefined;
    },
  };
}

function propertiesOf(bytes: Uint8Array | undefined): RawProperties {
  const root = bytes && parsePlist(new TextDecoder().decode(bytes)).root?.value();
  if (!isDict(root)) return { ...NO_PROPERTIES, partial: true };
  return { properties: root, unknownKeys: NO_PROPERTIES.unknownKeys };
}
