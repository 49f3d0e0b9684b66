/**
 * Reads `ioreg -a` archives: an XML property list of nested dictionaries, tens of megabytes long. One pass over the
 * tags finds the entries; each entry's properties stay text until they are asked for. Archives that were turned into
 * another form (binary) come in as a value.
 */
import { parsePlist } from '../plist/parse.ts';
import { isArray, isDict, type PlistDict, type PlistValue } from '../plist/value.ts';
import { MAX_DEPTH } from './equality.ts';
import {
  NO_PROPERTIES,
  type RawNode,
  type RawProperties,
  type RawRegistry,
  STEP_LENGTH,
  type Steps,
} from './registry-raw.ts';

const CHILDREN = 'IORegistryEntryChildren';
/** Keys that say what the entry is, and are none of its properties. */
const STRUCTURE = new Set([
  CHILDREN,
  'IORegistryEntryName',
  'IORegistryEntryID',
  'IORegistryEntryLocation',
  'IOObjectClass',
  'IOObjectInheritance',
  'IOObjectRetainCount',
  'IOServiceState',
  'IOServiceBusyState',
  'IOServiceBusyTime',
]);

/** True for a property list that holds registry entries. Looks at the beginning only. */
export function looksLikeArchive(text: string): boolean {
  if (!/^\s*(?:<\?xml|<!DOCTYPE plist|<plist)/.test(text.slice(0, 512))) return false;
  return /<key>(?:IORegistryEntry(?:Children|Name|ID)|IOObjectClass|IOObjectRetainCount)<\/key>/.test(
    text.slice(0, 1 << 20),
  );
}

/** Ranges of an entry in the text. */
interface Span {
  start: number;
  end: number;
  childrenStart: number;
  /** It has keys that are no structure. */
  properties: boolean;
  childrenEnd: number;
}

/** Reads an archive. Never throws; of a damaged one what can be made out. */
export function* archiveSteps(text: string): Steps<RawRegistry> {
  const spans: Span[] = [];
  const parents: number[] = [];
  const heads: Map<string, string>[] = [];
  let truncated = false;

  /** What is open: an entry (index), the array of its children (-1), anything else inside an entry (-2). */
  const stack: number[] = [];
  let key = '';
  let pause = STEP_LENGTH;
  for (let open = text.indexOf('<'); open >= 0; ) {
    if (open >= pause) {
      pause = open + STEP_LENGTH;
      yield open / text.length;
    }
    const close = text.indexOf('>', open);
    if (close < 0) {
      truncated = true;
      break;
    }
    const tag = text.slice(open + 1, close);
    let next = close + 1;
    const top = stack.at(-1);
    const inEntry = top !== undefined && top >= 0;
    if (tag === 'dict' || tag === 'array') {
      const entryHere = tag === 'dict' && (top === undefined || top === -1);
      if (entryHere) {
        const parent = enclosing(stack);
        stack.push(spans.length);
        spans.push({ start: open, end: text.length, childrenStart: -1, childrenEnd: -1, properties: false });
        parents.push(parent);
        heads.push(new Map());
      } else if (tag === 'array' && (top === undefined || (inEntry && key === CHILDREN))) {
        if (inEntry) spans[top]!.childrenStart = open;
        stack.push(-1);
      } else stack.push(-2);
    } else if (tag === '/dict' || tag === '/array') {
      const closed = stack.pop();
      if (closed !== undefined && closed >= 0) spans[closed]!.end = close + 1;
      const around = stack.at(-1);
      if (closed === -1 && around !== undefined && around >= 0) spans[around]!.childrenEnd = close + 1;
    } else if (tag === 'key') {
      const end = text.indexOf('</key>', next);
      if (end < 0) break;
      if (inEntry) {
        key = text.slice(next, end);
        if (!STRUCTURE.has(key)) spans[top]!.properties = true;
      }
      next = end + 6;
    } else if (!tag.endsWith('/') && !tag.startsWith('/') && !tag.startsWith('?') && !tag.startsWith('!')) {
      const name = tag.split(' ')[0]!;
      if (name !== 'plist') {
        const end = text.indexOf(`</${name}>`, next);
        if (end < 0) break;
        if (inEntry && STRUCTURE.has(key)) heads[top]!.set(key, text.slice(next, end));
        next = end + name.length + 3;
      }
    }
    open = text.indexOf('<', next);
  }
  if (stack.length > 0) truncated = true;
  const nodes = spans.map((span, index) => nodeOf(text, span, parents[index]!, heads[index]!));
  const warnings = truncated ? ['The archive ends in the middle; entries behind that are missing.'] : [];
  return { format: 'ioreg-archive', nodes, warnings, partial: false };
}

function enclosing(stack: readonly number[]): number {
  return stack.findLast((item) => item >= 0) ?? -1;
}

function nodeOf(text: string, span: Span, parent: number, head: ReadonlyMap<string, string>): RawNode {
  const decode = (key: string) => {
    const raw = head.get(key);
    return raw === undefined ? undefined : decodeText(raw);
  };
  return {
    ...headOf(parent, decode, head.get('IORegistryEntryID'), head.get('IOServiceState')),
    printed: span.properties,
    load: () => loadSpan(text, span),
    peek: (key) => {
      const value = loadSpan(text, span).properties.get(key);
      return typeof value === 'string' ? value : undefined;
    },
  };
}

function headOf(
  parent: number,
  get: (key: string) => string | undefined,
  id: string | undefined,
  state: string | undefined,
): Omit<RawNode, 'load' | 'peek' | 'printed'> {
  const chain = get('IOObjectInheritance')
    ?.split(':')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'OSObject')
    .reverse();
  const className = get('IOObjectClass') ?? chain?.[0] ?? 'IORegistryEntry';
  const bits = Number(state ?? 'NaN');
  return {
    parent,
    name: get('IORegistryEntryName') ?? className,
    location: get('IORegistryEntryLocation'),
    className,
    chain: chain && chain.length > 1 ? chain : undefined,
    entryId: readId(id),
    // kIOServiceInactiveState 1, kIOServiceRegisteredState 2, kIOServiceMatchedState 4; without a state unknown.
    registered: Number.isNaN(bits) || (bits & 2) !== 0,
    matched: Number.isNaN(bits) || (bits & 4) !== 0,
    active: Number.isNaN(bits) || (bits & 1) === 0,
  };
}

function readId(text: string | undefined): bigint | undefined {
  const trimmed = text?.trim();
  return trimmed !== undefined && /^(?:0[xX][0-9a-fA-F]+|\d+)$/.test(trimmed) ? BigInt(trimmed) : undefined;
}

function decodeText(text: string): string {
  if (!text.includes('&')) return text;
  return parsePlist(`<string>${text}</string>`).root?.string ?? text;
}

/** The properties of one entry: its dictionary without the children. */
function loadSpan(text: string, span: Span): RawProperties {
  const { start, end, childrenStart, childrenEnd } = span;
  const cut = childrenStart >= 0;
  const own = cut
    ? `${text.slice(start, childrenStart)}<array/>${childrenEnd >= 0 ? text.slice(childrenEnd, end) : '</dict>'}`
    : text.slice(start, end);
  const root = parsePlist(own).root;
  if (root?.kind !== 'dict') return NO_PROPERTIES;
  const properties = new Map<string, PlistValue>();
  const unknownKeys = new Set<string>();
  for (const { key } of root.entries) {
    const name = key.text;
    if (STRUCTURE.has(name)) continue;
    const value = root.get(name)?.value();
    if (value === undefined) unknownKeys.add(name);
    else properties.set(name, value);
  }
  return span.properties ? { properties, unknownKeys } : { properties, unknownKeys, partial: true };
}

/**
 * Reads an archive that is already a value. `undefined` when no dictionary with the marks of an entry is in it
 * (what other tools make of an archive is read as far as it keeps these keys).
 */
export function readArchiveValue(value: PlistValue): RawRegistry | undefined {
  const nodes: RawNode[] = [];
  const visit = (item: PlistValue, parent: number, depth: number): void => {
    if (depth > MAX_DEPTH) return;
    if (isArray(item)) for (const child of item) visit(child, parent, depth + 1);
    if (!isDict(item)) return;
    if (!item.has('IORegistryEntryName') && !item.has('IOObjectClass')) {
      for (const child of item.values()) if (isArray(child) || isDict(child)) visit(child, parent, depth + 1);
      return;
    }
    const index = nodes.length;
    nodes.push(nodeOfValue(item, parent));
    const children = item.get(CHILDREN);
    if (isArray(children)) for (const child of children) visit(child, index, depth + 1);
  };
  visit(value, -1, 0);
  if (nodes.length === 0) return undefined;
  return { format: 'ioreg-archive', nodes, warnings: [], partial: false };
}

function nodeOfValue(item: PlistDict, parent: number): RawNode {
  const text = (key: string) => {
    const value = item.get(key);
    if (isArray(value)) return value.filter((part) => typeof part === 'string').join(':');
    return typeof value === 'string' || typeof value === 'bigint' ? String(value) : undefined;
  };
  const nested = item.get('IORegistryEntryProperties');
  const source = isDict(nested) ? nested : item;
  const printed = isDict(nested) || [...item.keys()].some((key) => !STRUCTURE.has(key));
  const load = (): RawProperties => ({
    properties: new Map([...source].filter(([key]) => !STRUCTURE.has(key))),
    unknownKeys: NO_PROPERTIES.unknownKeys,
    partial: !printed,
  });
  return {
    ...headOf(parent, text, text('IORegistryEntryID'), text('IOServiceState')),
    printed,
    load,
    peek: (key) => {
      const value = source.get(key);
      return typeof value === 'string' ? value : undefined;
    },
  };
}
