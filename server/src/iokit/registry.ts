/**
 * The I/O registry of a machine, from a dump: entries, their providers and clients, their properties. Formats:
 * `ioreg -l` text, `ioreg -a` archives (XML or binary), saves of IORegistryExplorer, `system_profiler` reports. `readRegistry` tells them apart.
 */

import { readBinaryPlist } from '../plist/binary.ts';
import { parsePlist } from '../plist/parse.ts';
import type { PlistDict, PlistValue } from '../plist/value.ts';
import { chainWith, superclassOf } from './classes.ts';
import type { MatchContext } from './matching.ts';
import type { Nub } from './nub.ts';
import { shownName } from './private.ts';
import { archiveSteps, looksLikeArchive, readArchiveValue } from './registry-archive.ts';
import { cleanDump, decodeDump } from './registry-clean.ts';
import { readExplorer } from './registry-explorer.ts';
import { plistOfJson, readProfiler, readProfilerText } from './registry-profiler.ts';
import {
  finish,
  type RawNode,
  type RawProperties,
  type RawRegistry,
  type RegistryFormat,
  type Steps,
} from './registry-raw.ts';
import { ioregSteps, looksLikeIoreg } from './registry-text.ts';

export interface RegistryNode extends Nub {
  /** Position in the dump. */
  readonly index: number;
  readonly parents: readonly RegistryNode[];
  readonly children: readonly RegistryNode[];
  readonly provider: RegistryNode | undefined;
  readonly clients: readonly RegistryNode[];
  readonly registered: boolean;
  readonly matched: boolean;
  readonly active: boolean;
  /** The chain is neither printed in the dump nor known from the table: only IOService is assumed. */
  readonly chainAssumed: boolean;
}

export interface Machine {
  /** `MacBook9,1`, when the dump says it. */
  readonly model: string | undefined;
  /** The kernel's version line. */
  readonly kernel: string | undefined;
  readonly osBuild: string | undefined;
  readonly architecture: 'x86_64' | 'i386' | 'arm64' | 'ppc' | undefined;
  /** Built with ACPI: an Intel Mac. True when nothing says otherwise. */
  readonly acpi: boolean;
}

export interface Registry {
  readonly format: RegistryFormat;
  readonly machine: Machine;
  /** In the order of the dump; an entry with two parents stands once. */
  readonly nodes: readonly RegistryNode[];
  readonly roots: readonly RegistryNode[];
  readonly warnings: readonly string[];
  readonly context: MatchContext;
  byId(id: bigint): RegistryNode | undefined;
  /** Entries that a person means by a name, `name@location`, class, or entry id (`0x100000abc`). */
  find(text: string): readonly RegistryNode[];
}

export type RegistryResult =
  | { readonly ok: true; readonly registry: Registry }
  | { readonly ok: false; readonly message: string };

/** Close below the longest string that engines hold. */
const MAX_LENGTH = 500 * 2 ** 20;

/** Reads a dump of any known format. Never throws; says in a sentence why it could not. */
export function readRegistry(input: string | Uint8Array): RegistryResult {
  return finish(registrySteps(input));
}

/** {@link readRegistry} in steps of some milliseconds, each with the share that is done, from 0 to 1. */
export function* registrySteps(input: string | Uint8Array): Generator<number, RegistryResult, void> {
  if (input.length > MAX_LENGTH)
    return { ok: false, message: 'It is larger than 500 MB, more than can be read.' };
  if (typeof input !== 'string' && startsWith(input, 'bplist')) return readBinary(input);
  const text = typeof input === 'string' ? input : decodeDump(input);
  const raw = yield* textSteps(text);
  if (raw && raw.nodes.length > 0) return { ok: true, registry: new DumpedRegistry(raw) };
  if (raw) return { ok: false, message: 'No registry entry was found in it.' };
  return {
    ok: false,
    message:
      'This is no registry dump that can be read: use the output of “ioreg -l -w0”, “ioreg -a -l” or “system_profiler SPUSBDataType SPPCIDataType -json”, or a save of IORegistryExplorer.',
  };
}

function* textSteps(text: string): Steps<RawRegistry | undefined> {
  if (looksLikeArchive(text)) return yield* archiveSteps(text);
  const first = text.slice(0, 1024).trimStart();
  if (first.startsWith('<?xml') || first.startsWith('<plist') || first.startsWith('<!DOCTYPE')) {
    const value = parsePlist(text).root?.value();
    if (value === undefined) return undefined;
    return readExplorer(value) ?? readProfiler(value) ?? readArchiveValue(value);
  }
  if (first.startsWith('{') || first.startsWith('[')) {
    const value = jsonValue(text);
    const report = value === undefined ? undefined : readProfiler(value);
    if (report) return report;
  }
  const clean = cleanDump(text);
  if (looksLikeIoreg(clean)) return yield* ioregSteps(clean);
  return readProfilerText(clean);
}

function readBinary(input: Uint8Array): RegistryResult {
  const { value } = readBinaryPlist(input);
  const raw =
    value === undefined ? undefined : (readExplorer(value) ?? readArchiveValue(value) ?? readProfiler(value));
  if (raw && raw.nodes.length > 0) return { ok: true, registry: new DumpedRegistry(raw) };
  return {
    ok: false,
    message: 'The binary property list holds no registry entries in a form that can be read.',
  };
}

function jsonValue(text: string): PlistValue | undefined {
  try {
    return plistOfJson(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return [...text].every((character, index) => bytes[index] === character.charCodeAt(0));
}

/** Entries whose properties are kept read; the rest is read again when it is asked for. */
const CACHE_SIZE = 2048;

class DumpedRegistry implements Registry {
  readonly format: RegistryFormat;
  readonly nodes: readonly DumpedNode[];
  readonly roots: readonly DumpedNode[];
  readonly warnings: readonly string[];
  readonly machine: Machine;
  readonly context: MatchContext;
  readonly partial: boolean;
  private readonly ids = new Map<bigint, DumpedNode>();
  private readonly cache = new Map<DumpedNode, RawProperties>();
  private learnt: ReadonlyMap<string, readonly string[]> | undefined;
  private readonly chains = new Map<string, readonly string[]>();

  constructor(raw: RawRegistry) {
    this.format = raw.format;
    this.warnings = raw.warnings;
    this.partial = raw.partial;
    this.nodes = this.assemble(raw.nodes);
    this.roots = this.nodes.filter((node) => node.parents.length === 0);
    this.machine = machineOf(this.nodes);
    this.context = { acpi: this.machine.acpi, entry: (id) => this.ids.get(id) };
  }

  byId(id: bigint): DumpedNode | undefined {
    return this.ids.get(id);
  }

  find(text: string): readonly DumpedNode[] {
    const wanted = text.trim();
    if (/^(?:0[xX][0-9a-fA-F]+|\d{6,})$/.test(wanted)) {
      const node = this.ids.get(BigInt(wanted));
      if (node) return [node];
    }
    const lower = wanted.toLowerCase();
    const by = (text: (node: DumpedNode) => string) =>
      this.nodes.filter((node) => text(node).toLowerCase() === lower);
    const exact = by((node) => node.title);
    if (exact.length > 0) return exact;
    const named = by((node) => node.name);
    if (named.length > 0) return named;
    const shown = by(shownName);
    return shown.length > 0 ? shown : by((node) => node.className);
  }

  read(node: DumpedNode): RawProperties {
    const kept = this.cache.get(node);
    if (kept) return kept;
    const read = node.raw.load();
    if (this.cache.size >= CACHE_SIZE) this.cache.delete(this.cache.keys().next().value!);
    this.cache.set(node, read);
    return read;
  }

  /** The chain of a class that the dump does not print: from the table, or from what the dump shows of it. */
  chainOf(className: string): readonly string[] {
    const known = this.chains.get(className);
    if (known) return known;
    const chain =
      superclassOf(className) !== undefined || className === 'IORegistryEntry'
        ? chainWith(className, superclassOf)
        : this.chainFromEvidence(className);
    this.chains.set(className, chain);
    return chain;
  }

  private chainFromEvidence(className: string): readonly string[] {
    this.learnt ??= learnSuperclasses(this.nodes);
    const shown = (this.learnt.get(className) ?? []).map((name) => chainWith(name, superclassOf));
    const deepest = [...shown].sort((a, b) => b.length - a.length)[0];
    if (!deepest) return chainWith(className, superclassOf);
    const others = shown.map((chain) => chain[0]!).filter((name) => !deepest.includes(name));
    return [className, ...others, ...deepest];
  }

  private assemble(raws: readonly RawNode[]): DumpedNode[] {
    const nodes: DumpedNode[] = [];
    const byRaw: DumpedNode[] = [];
    const twins = new Map<object, DumpedNode>();
    for (const raw of raws) {
      const parent = byRaw[raw.parent];
      const known =
        raw.entryId === undefined ? raw.identity && twins.get(raw.identity) : this.ids.get(raw.entryId);
      // A dump of another machine behind this one uses the same ids for other entries.
      const same = known?.className === raw.className ? known : undefined;
      const node = same ?? new DumpedNode(this, raw, nodes.length);
      if (!same) nodes.push(node);
      if (!known && raw.entryId !== undefined) this.ids.set(raw.entryId, node);
      if (!known && raw.identity) twins.set(raw.identity, node);
      // Another plane of the same machine, or a tree without properties before one with them.
      if (same && !same.raw.printed && raw.printed) same.raw = raw;
      byRaw.push(node);
      if (!parent || parent === node || node.parents.includes(parent)) continue;
      node.parents.push(parent);
      parent.children.push(node);
    }
    return nodes;
  }
}

class DumpedNode implements RegistryNode {
  readonly registry: DumpedRegistry;
  raw: RawNode;
  readonly index: number;
  readonly parents: DumpedNode[] = [];
  readonly children: DumpedNode[] = [];

  constructor(registry: DumpedRegistry, raw: RawNode, index: number) {
    this.registry = registry;
    this.raw = raw;
    this.index = index;
  }

  get className(): string {
    return this.raw.className;
  }
  get name(): string {
    return this.raw.name;
  }
  get location(): string | undefined {
    return this.raw.location;
  }
  get entryId(): bigint | undefined {
    return this.raw.entryId;
  }
  get registered(): boolean {
    return this.raw.registered;
  }
  get matched(): boolean {
    return this.raw.matched;
  }
  get active(): boolean {
    return this.raw.active;
  }
  get partial(): boolean {
    return this.registry.partial || this.registry.read(this).partial === true;
  }
  get provider(): DumpedNode | undefined {
    return this.parents[0];
  }
  get clients(): readonly DumpedNode[] {
    return this.children;
  }
  get properties(): PlistDict {
    return this.registry.read(this).properties;
  }
  get unknownKeys(): ReadonlySet<string> {
    return this.registry.read(this).unknownKeys;
  }
  get classChain(): readonly string[] {
    return this.raw.chain ?? this.registry.chainOf(this.raw.className);
  }
  get chainAssumed(): boolean {
    return !this.raw.chain && superclassOf(this.className) === undefined && this.classChain.length <= 3;
  }
  /** `name@location`, as dumps print it. */
  get title(): string {
    return this.location === undefined ? this.name : `${this.name}@${this.location}`;
  }
  /** Root and the platform device below it take no part in a path. */
  get path(): string {
    const parts: string[] = [];
    const seen = new Set<DumpedNode>();
    for (let node: DumpedNode | undefined = this; node && !seen.has(node); node = node.provider) {
      seen.add(node);
      parts.unshift(node.title);
      if (!node.provider && node.className === 'IORegistryEntry' && node.name === 'Root') parts.splice(0, 2);
    }
    return `/${parts.join('/')}`;
  }
}

/** Classes that only ever hang below a certain class. */
const CHILD_TELLS: Readonly<Record<string, string>> = {
  IOHIDInterface: 'IOHIDDevice',
  IOMediaBSDClient: 'IOMedia',
  IOUSBHostInterface: 'IOUSBHostDevice',
  IOSerialBSDClient: 'IOSerialStreamSync',
  IOFramebufferUserClient: 'IOFramebuffer',
  IOBlockStorageDriver: 'IOBlockStorageDevice',
};

/**
 * What a dump shows of classes that the table does not know: a driver sits on a nub of the class that its
 * IOProviderClass names, or of one derived from it.
 */
function learnSuperclasses(nodes: readonly DumpedNode[]): ReadonlyMap<string, readonly string[]> {
  const learnt = new Map<string, string[]>();
  for (const node of nodes) {
    const parent = node.provider;
    if (!parent || parent.raw.chain || superclassOf(parent.className) !== undefined) continue;
    const provider = CHILD_TELLS[node.className] ?? node.raw.peek('IOProviderClass');
    if (!provider || provider === parent.className || /^IO(?:User)?Resources$/.test(provider)) continue;
    if (provider === 'IOService') continue;
    const list = learnt.get(parent.className) ?? [];
    if (!list.includes(provider)) list.push(provider);
    learnt.set(parent.className, list);
  }
  return learnt;
}

function machineOf(nodes: readonly DumpedNode[]): Machine {
  const head = nodes.slice(0, 8);
  const text = (key: string) => head.map((node) => node.raw.peek(key)).find((value) => value !== undefined);
  const kernel = text('IOKitBuildVersion');
  const platform = head.find((node) => node.className === 'IOPlatformExpertDevice');
  const architecture = architectureOf(kernel, nodes);
  return {
    model: modelOf(platform),
    kernel,
    osBuild: text('OS Build Version'),
    architecture,
    acpi: architecture !== 'arm64' && architecture !== 'ppc',
  };
}

function modelOf(platform: DumpedNode | undefined): string | undefined {
  const model = platform?.properties.get('model');
  if (model instanceof Uint8Array) return new TextDecoder().decode(model).replace(/\0+$/, '');
  return typeof model === 'string' ? model : platform?.name;
}

function architectureOf(kernel: string | undefined, nodes: readonly DumpedNode[]): Machine['architecture'] {
  const named = /RELEASE_(X86_64|I386|ARM64|PPC)/i.exec(kernel ?? '')?.[1]?.toLowerCase();
  if (named === 'x86_64' || named === 'i386' || named === 'arm64' || named === 'ppc') return named;
  const has = (pattern: RegExp) => nodes.some((node) => pattern.test(node.className));
  // Boards of Apple silicon are called J274AP, its parts after the chip: AppleT8103.
  const board = nodes.some(
    (node) => node.className === 'IOPlatformExpertDevice' && /^[A-Z]\d+[A-Za-z]*AP$/.test(node.name),
  );
  if (board || has(/^Apple(?:ARM(?:PE|IODevice)|T[68]\d{3}|H\d+[A-Z]?ANE)/)) return 'arm64';
  if (has(/^(?:MacRISC\d+PE|AppleMacRISC|AppleU3|AppleUniN|Core99PE|GossamerPE)/)) return 'ppc';
  return has(/^(?:IO|Apple)ACPIPlatform/) ? 'x86_64' : undefined;
}
