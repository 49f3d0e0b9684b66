/** Nubs written by hand for tests, and the nubs of the worked matching cases. */
import { classChain } from '../../../server/src/iokit/classes.ts';
import type { Nub } from '../../../server/src/iokit/nub.ts';
import type { PlistDict, PlistValue } from '../../../server/src/plist/value.ts';

export type Plain =
  | string
  | number
  | bigint
  | boolean
  | Uint8Array
  | readonly Plain[]
  | { readonly [key: string]: Plain };

/** A JavaScript value as a plist value: numbers become integers, objects dictionaries. */
export function plist(value: Plain): PlistValue {
  if (typeof value === 'number') return BigInt(value);
  if (typeof value !== 'object' || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((item) => plist(item));
  return dict(value as { readonly [key: string]: Plain });
}

export function dict(object: { readonly [key: string]: Plain }): PlistDict {
  return new Map(Object.entries(object).map(([key, value]) => [key, plist(value)]));
}

export interface NubOptions {
  readonly name?: string;
  readonly location?: string;
  readonly entryId?: bigint;
  readonly path?: string;
  readonly chain?: readonly string[];
  readonly provider?: Nub;
  readonly clients?: readonly Nub[];
  readonly unknownKeys?: readonly string[];
  readonly partial?: boolean;
  readonly active?: boolean;
  readonly pciConfig?: ReadonlyMap<number, number>;
}

export function makeNub(
  className: string,
  properties: { readonly [key: string]: Plain } = {},
  options: NubOptions = {},
): Nub {
  return {
    className,
    classChain: options.chain ?? classChain(className),
    name: options.name ?? className,
    location: options.location,
    entryId: options.entryId,
    path: options.path ?? `/${options.name ?? className}`,
    properties: dict(properties),
    unknownKeys: new Set(options.unknownKeys),
    provider: options.provider,
    clients: options.clients ?? [],
    ...(options.partial ? { partial: true } : {}),
    ...(options.active === false ? { active: false } : {}),
    ...(options.pciConfig ? { pciConfig: options.pciConfig } : {}),
  };
}

/** The nub of a worked case of `matching-vectors.json`. */
export interface VectorNub {
  readonly class: string;
  readonly props?: { readonly [key: string]: Plain };
  readonly name?: string;
  readonly location?: string;
  readonly path?: string;
  readonly entry_id?: number;
  readonly class_chain?: readonly string[];
  /** PCI configuration registers, both in hexadecimal. */
  readonly config?: { readonly [register: string]: string | number };
  /** Classes of the provider, its own first. */
  readonly provider_chain?: readonly string[];
  readonly provider?: VectorNub;
  readonly parent?: VectorNub;
  readonly parents?: readonly VectorNub[];
  readonly [other: string]: unknown;
}

export function nubOfVector(vector: VectorNub): Nub {
  const chain = vector.class_chain?.includes('IORegistryEntry')
    ? vector.class_chain
    : [...(vector.class_chain ?? [vector.class, 'IOService']), 'IORegistryEntry'];
  const config = Object.entries(vector.config ?? {}).map(([register, value]): [number, number] => [
    Number(register),
    Number(value),
  ]);
  const several = Object.keys(vector).some((key) => /multi/i.test(key) && vector[key] === true);
  const props = { ...vector.props, ...(several ? { MultipleInterfaceEnabled: true } : {}) };
  return makeNub(vector.class, props, {
    ...(vector.name ? { name: vector.name } : {}),
    ...(vector.location ? { location: vector.location } : {}),
    ...(vector.path ? { path: vector.path.replace(/^IOService:/, '') } : {}),
    ...(vector.entry_id === undefined ? {} : { entryId: BigInt(vector.entry_id) }),
    chain,
    ...providerOfVector(vector),
    clients: clientsOfVector(vector),
    ...(config.length > 0 ? { pciConfig: new Map(config) } : {}),
  });
}

function providerOfVector(vector: VectorNub): { provider: Nub } | Record<string, never> {
  if (vector.provider_chain) {
    const [className = 'IOService'] = vector.provider_chain;
    return { provider: makeNub(className, {}, { chain: vector.provider_chain }) };
  }
  if (vector.parents) {
    const [first, ...rest] = vector.parents;
    return first ? { provider: nubOfVector(rest.length > 0 ? { ...first, parents: rest } : first) } : {};
  }
  const only = vector.provider ?? vector.parent;
  return only ? { provider: nubOfVector(only) } : {};
}

/** Clients as a number of those with a match category, or as a list; the key says `client` in some way. */
function clientsOfVector(vector: VectorNub): Nub[] {
  const withCategory = () => makeNub('Client', { IOMatchCategory: 'IODefaultMatchCategory' });
  const key = Object.keys(vector).find((name) => /client|service_?count/i.test(name));
  const clients = key === undefined ? [] : vector[key];
  if (typeof clients === 'number') return Array.from({ length: clients }, withCategory);
  if (!Array.isArray(clients)) return [];
  return clients.map((client: unknown) => {
    if (typeof client !== 'object' || client === null) return withCategory();
    const text = JSON.stringify(client);
    const inactive = /"active":false|"inactive":true/.test(text);
    return makeNub('Client', /category"/i.test(text) ? { IOMatchCategory: 'x' } : {}, { active: !inactive });
  });
}
