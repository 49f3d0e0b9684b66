/**
 * A machine's whole catalogue against a registry dump, and the reading of very large dumps. Goals: 600 kexts against
 * 4,000 entries in well under a second; 50 MB of dump in seconds, with memory bounded by the text. All input is made
 * here. Run alone: `node --expose-gc test/bench/match.ts`.
 */
import { attach, type Candidate, Catalogue } from '../../server/src/iokit/matching-catalogue.ts';
import { type Registry, readRegistry } from '../../server/src/iokit/registry.ts';
import type { PlistValue } from '../../server/src/plist/value.ts';

const KEXTS = 600;
const PERSONALITIES_EACH = 4;
const ENTRIES = 4_000;
const LARGE = 50 * 1024 * 1024;
const ROUNDS = 7;

/** Numbers that look drawn by lot and are the same in every run. */
function lot(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const CLASSES = [
  'IOUSBHostDevice',
  'IOUSBHostInterface',
  'IOPCIDevice',
  'IOHIDInterface',
  'IOMedia',
  'IOACPIPlatformDevice',
  'IOService',
];

function propertiesOf(className: string, draw: () => number, indent: string): string[] {
  const number = (limit: number) => Math.floor(draw() * limit);
  const lines = [`"idVendor" = ${number(40)}`, `"idProduct" = ${number(200)}`, `"bcdDevice" = 256`];
  if (className === 'IOUSBHostInterface') {
    lines.push(
      `"bInterfaceClass" = ${number(20)}`,
      `"bInterfaceSubClass" = ${number(4)}`,
      `"bInterfaceProtocol" = ${number(4)}`,
    );
  }
  if (className === 'IOPCIDevice')
    lines.push('"vendor-id" = <86800000>', `"device-id" = <${number(99) + 10}160000>`);
  if (className === 'IOMedia') lines.push('"Whole" = Yes', '"Content" = "GUID_partition_scheme"');
  lines.push('"IOPowerManagement" = {"CapabilityFlags"=2,"MaxPowerState"=3,"CurrentPowerState"=2}');
  lines.push(
    `"blob" = <${'0123456789abcdef'.repeat(40)}>`,
    '"IOGeneralInterest" = "IOCommand is not serializable"',
  );
  return lines.map((line) => `${indent}${line}`);
}

/** A dump of about so many entries, or (with `bytes`) of that length. */
function makeDump(entries: number, bytes = 0): string {
  const draw = lot(7);
  const parts = ['+-o Root  <class IORegistryEntry, id 0x100000100, retain 14>'];
  let length = 0;
  for (let index = 1; index < entries || length < bytes; index++) {
    const className = CLASSES[Math.floor(draw() * CLASSES.length)]!;
    const depth = 1 + (index % 12);
    const prefix = '| '.repeat(depth - 1);
    const id = (0x100000100 + index).toString(16);
    const node = [
      `${prefix}  +-o entry${index}@${index.toString(16)}  <class ${className}, id 0x${id}, registered, matched, active, busy 0 (1 ms), retain 9>`,
      `${prefix}  | {`,
      ...propertiesOf(className, draw, `${prefix}  |   `),
      `${prefix}  | }`,
    ].join('\n');
    parts.push(node);
    length += node.length + 1;
  }
  return `${parts.join('\n')}\n`;
}

/** The like of it as an archive: twelve levels deep, over and over. */
function makeArchive(bytes: number): string {
  const open = (index: number) =>
    `<dict><key>IOObjectClass</key><string>IOUSBHostDevice</string><key>IORegistryEntryID</key><integer>${4294967552 + index}</integer><key>IORegistryEntryName</key><string>entry${index}</string><key>idVendor</key><integer>7</integer><key>blob</key><data>${'QUJD'.repeat(200)}</data><key>IORegistryEntryChildren</key><array>`;
  const close = '</array></dict>';
  const parts = ['<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">', open(0)];
  let length = 0;
  for (let index = 1; length < bytes; index += 12) {
    const chain = Array.from({ length: 12 }, (_, level) => open(index + level)).join('\n') + close.repeat(12);
    parts.push(chain);
    length += chain.length;
  }
  return `${parts.join('\n')}${close}</plist>`;
}

function makeCatalogue(): Candidate[] {
  const draw = lot(99);
  const number = (limit: number) => BigInt(Math.floor(draw() * limit));
  return Array.from({ length: KEXTS * PERSONALITIES_EACH }, (_, index) => {
    const provider = CLASSES[index % (CLASSES.length - 1)]!;
    const personality = new Map<string, PlistValue>([
      ['CFBundleIdentifier', `com.acme.kext${index}`],
      ['IOClass', `Driver${index}`],
      ['IOProviderClass', provider],
    ]);
    if (provider === 'IOUSBHostDevice') personality.set('idVendor', number(40)).set('idProduct', number(200));
    if (provider === 'IOUSBHostInterface')
      personality.set('bInterfaceClass', number(20)).set('bInterfaceSubClass', number(4));
    if (provider === 'IOPCIDevice') personality.set('IOPCIMatch', `0x16${number(90)}8086 0x1234&0xffff`);
    if (provider === 'IOHIDInterface') personality.set('VendorID', number(40)).set('ProductID', number(200));
    if (provider === 'IOMedia') personality.set('Content Hint', `hint${number(50)}`);
    if (provider === 'IOACPIPlatformDevice') personality.set('IONameMatch', `PNP${number(500)}`);
    return {
      bundle: `com.acme.kext${Math.floor(index / PERSONALITIES_EACH)}`,
      name: `P${index}`,
      personality,
    };
  });
}

function read(text: string): Registry {
  const result = readRegistry(text);
  if (!result.ok) throw new Error(result.message);
  return result.registry;
}

/** Median of some runs, in milliseconds. */
function median(run: () => unknown): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
}

function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

export interface MatchBench {
  readonly personalities: number;
  readonly entries: number;
  /** Milliseconds for the whole catalogue against all entries. */
  readonly attachMs: number;
  /** The same with reading the dump and building the catalogue. */
  readonly allMs: number;
}

export function benchMatch(): MatchBench {
  const text = makeDump(ENTRIES);
  const candidates = makeCatalogue();
  const registry = read(text);
  const allMs = median(() => {
    const fresh = read(text);
    return attach(new Catalogue(candidates), fresh.nodes, fresh.context);
  });
  const catalogue = new Catalogue(candidates);
  const attachMs = median(() => attach(catalogue, registry.nodes, registry.context));
  return { personalities: candidates.length, entries: registry.nodes.length, attachMs, allMs };
}

export interface DumpBench {
  readonly name: string;
  readonly megabytes: number;
  readonly entries: number;
  /** Milliseconds until all entries are known. */
  readonly readMs: number;
  /** Milliseconds until every property of every entry was read too. */
  readonly visitMs: number;
  /** Heap that the registry takes besides the text, after both. */
  readonly heapMegabytes: number;
}

export function benchDumps(): DumpBench[] {
  return [bigDump('ioreg -l', () => makeDump(0, LARGE)), bigDump('ioreg -a', () => makeArchive(LARGE))];
}

function bigDump(name: string, make: () => string): DumpBench {
  // Through bytes and back: the text is one flat string then, as from a file.
  const text = Buffer.from(make()).toString('utf8');
  const before = heap();
  const start = performance.now();
  const registry = read(text);
  const readMs = performance.now() - start;
  for (const node of registry.nodes) node.properties.has('idVendor');
  const visitMs = performance.now() - start;
  const heapMegabytes = heap() - before;
  return {
    name,
    megabytes: text.length / 2 ** 20,
    entries: registry.nodes.length,
    readMs,
    visitMs,
    heapMegabytes,
  };
}

if (import.meta.filename === process.argv[1]) {
  const { personalities, entries, attachMs, allMs } = benchMatch();
  console.log(
    `${KEXTS} kexts (${personalities} personalities) x ${entries} entries: ${attachMs.toFixed(0)} ms`,
  );
  console.log(`  with reading the dump and building the catalogue: ${allMs.toFixed(0)} ms`);
  for (const dump of benchDumps()) {
    console.log(
      `${dump.name}, ${dump.megabytes.toFixed(0)} MB, ${dump.entries} entries: ${dump.readMs.toFixed(0)} ms; with all properties ${dump.visitMs.toFixed(0)} ms and ${dump.heapMegabytes.toFixed(0)} MB of heap besides the text`,
    );
  }
}
