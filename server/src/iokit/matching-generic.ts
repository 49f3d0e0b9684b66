/**
 * The part of passive matching that is the same for every provider: the keys that IOService itself reads, in the
 * order in which it reads them. Source: apple-oss-distributions/xnu iokit/Kernel/IOService.cpp:7637-7888
 * (`_copyPropertiesForMatching`, `matchInternal`), iokit/Kernel/IORegistryEntry.cpp:1173-1215 (`compareName`,
 * `compareNames`), iokit/Kernel/IODeviceTreeSupport.cpp:915-992 (device-tree names).
 */
import { isArray, isDict, type PlistDict, type PlistValue } from '../plist/value.ts';
import { type CheckLog, compareProperty, comparison, describeValue, record } from './checks.ts';
import { holdsAll, valuesEqual } from './equality.ts';
import { isA, type Known, type Nub, nameList, property } from './nub.ts';
import { maskText, shownName, shownPath } from './private.ts';

/** Outcome of the generic part: whether it holds, and how many keys of the table it consumed. */
export interface GenericResult {
  readonly ok: boolean;
  /** Every key of the table was read here: the family is not asked at all. */
  readonly done: boolean;
}

const BSD_KEYS = ['BSD Name', 'BSD Major', 'BSD Minor', 'BSD Unit'] as const;

/** Nubs whose names come from the device tree, where `compatible` and others count and a final `*` is a wildcard. */
const DEVICE_TREE_CLASSES = ['IOPlatformDevice', 'IOPlatformExpertDevice', 'IOPCIDevice', 'IONDRVDevice'];

/**
 * Compares the generic keys of a table with a nub. Without a log it stops at the first key that fails; with one it
 * goes on, so that all failures are listed.
 *
 * @param extraKeys Keys that the table will have in the catalogue besides its own (`CFBundleIdentifier` is always
 *   filled in), which keeps the family from being skipped.
 */
export function matchGeneric(table: PlistDict, nub: Nub, log: CheckLog, extraKeys = 0): GenericResult {
  // Read before all others; it decides whose properties are compared.
  let consumed = table.has('IOCompatibilityMatch') ? 1 : 0;
  let ok = true;
  for (const test of testsFor(table)) {
    const held = test(table, nub, log);
    if (held === undefined) continue;
    consumed++;
    if (held) continue;
    ok = false;
    if (!log) break;
  }
  if (!exclaveAgrees(table, nub, log)) ok = false;
  return { ok, done: ok && consumed === table.size + extraKeys };
}

type Test = (table: PlistDict, nub: Nub, log: CheckLog) => boolean | undefined;

const TESTS: readonly Test[] = [
  matchClass,
  matchName,
  matchLocation,
  matchProperties,
  matchPropertyExists,
  matchPath,
  matchEntryId,
  matchServiceCount,
  ...BSD_KEYS.map(
    (key): Test =>
      (table, nub, log) =>
        table.has(key) ? compareProperty(nub, table, key, log) : undefined,
  ),
];

/** The key of each test, in the same order. */
const TEST_KEYS: readonly string[] = [
  'IOProviderClass',
  'IONameMatch',
  'IOLocationMatch',
  'IOPropertyMatch',
  'IOPropertyExistsMatch',
  'IOPathMatch',
  'IORegistryEntryID',
  'IOMatchedServiceCountMatch',
  ...BSD_KEYS,
];

const testsOf = new WeakMap<PlistDict, readonly Test[]>();

/** The tests that a table has keys for; most have one or two. Tables are not changed once they are made. */
function testsFor(table: PlistDict): readonly Test[] {
  let tests = testsOf.get(table);
  if (!tests) {
    tests = TESTS.filter((_, index) => table.has(TEST_KEYS[index]!));
    testsOf.set(table, tests);
  }
  return tests;
}

function matchClass(table: PlistDict, nub: Nub, log: CheckLog): boolean | undefined {
  const wants = table.get('IOProviderClass');
  if (typeof wants !== 'string') return undefined;
  const old = compatibilityProperties(table, nub)?.get('IOClass');
  const ok = old === undefined ? isA(nub, wants) : valuesEqual(wants, old);
  const has: Known = { state: 'value', value: old ?? nub.className };
  return record(log, { key: 'IOProviderClass', wants, has, ok }, () => {
    if (old !== undefined) return comparison('IOClass', wants, has, ok);
    if (!ok)
      return `${nub.className} is no ${wants} (${nub.classChain.slice(1).join(' > ') || 'no superclass'}).`;
    return wants === nub.className ? 'The class of the device.' : `${nub.className} derives from ${wants}.`;
  });
}

function matchName(table: PlistDict, nub: Nub, log: CheckLog): boolean | undefined {
  const wants = table.get('IONameMatch');
  if (wants === undefined) return undefined;
  const names = strings(wants);
  const own = deviceNames(nub);
  const hit = names.find((name) =>
    own.some((candidate) => nameMatches(name, candidate, hasDeviceTreeNames(nub))),
  );
  const ok = hit !== undefined;
  if (!log) return ok;
  const shown = own.map((name) => (name === nub.name ? shownName(nub) : maskText(name)));
  const has: Known = { state: 'value', value: shown.length === 1 ? shown[0]! : shown };
  return record(log, { key: 'IONameMatch', wants, has, ok }, () => {
    if (ok) return `“${hit}” is a name of the device.`;
    if (names.some((name) => name.endsWith('*')) && !hasDeviceTreeNames(nub)) {
      return `No name fits; a * is a wildcard only on device-tree and PCI nubs, and this is a ${nub.className}.`;
    }
    return `None is a name of the device (${shown.map((name) => `“${name}”`).join(', ')}).`;
  });
}

const namesOfNubs = new WeakMap<Nub, string[]>();

/** All names that IONameMatch compares with. */
export function deviceNames(nub: Nub): readonly string[] {
  let names = namesOfNubs.get(nub);
  if (!names) {
    names = readNames(nub);
    namesOfNubs.set(nub, names);
  }
  return names;
}

function readNames(nub: Nub): string[] {
  if (!hasDeviceTreeNames(nub)) return [nub.name];
  const names = ['name', 'compatible', 'device_type', 'model'].flatMap((key) =>
    nameList(nub.properties.get(key)),
  );
  if (!isA(nub, 'IOPCIDevice')) names.push(nub.name);
  return [...new Set(names)];
}

/**
 * Drivers for parts of a system on a chip are nubs of closed classes with device-tree properties; `compatible` as
 * data gives them away.
 */
function hasDeviceTreeNames(nub: Nub): boolean {
  return (
    DEVICE_TREE_CLASSES.some((name) => isA(nub, name)) ||
    nub.properties.get('compatible') instanceof Uint8Array
  );
}

function nameMatches(wanted: string, name: string, wildcards: boolean): boolean {
  if (wildcards && wanted.endsWith('*')) return name.startsWith(wanted.slice(0, -1));
  return wanted === name;
}

function matchLocation(table: PlistDict, nub: Nub, log: CheckLog): boolean | undefined {
  const wants = table.get('IOLocationMatch');
  if (typeof wants !== 'string') return undefined;
  const ok = nub.location === wants;
  const has: Known =
    nub.location === undefined ? { state: 'absent' } : { state: 'value', value: maskText(nub.location) };
  return record(log, { key: 'IOLocationMatch', wants, has, ok }, () =>
    has.state === 'absent' ? 'The device has no location.' : comparison('location', wants, has, ok),
  );
}

/** What an entry says it was on older systems, for a table that asks for that. */
function compatibilityProperties(table: PlistDict, nub: Nub): PlistDict | undefined {
  if (!table.has('IOCompatibilityMatch')) return undefined;
  const properties = nub.properties.get('IOCompatibilityProperties');
  return isDict(properties) ? properties : undefined;
}

/** The properties that IOPropertyMatch sees: the nub's own, with IOUserServiceProperties merged over them. */
function propertiesForMatching(table: PlistDict, nub: Nub): PlistDict {
  const compatibility = compatibilityProperties(table, nub);
  if (compatibility) return compatibility;
  const merged = nub.properties.get('IOUserServiceProperties');
  return isDict(merged) ? new Map([...nub.properties, ...merged]) : nub.properties;
}

function matchProperties(table: PlistDict, nub: Nub, log: CheckLog): boolean | undefined {
  const wants = table.get('IOPropertyMatch');
  if (wants === undefined) return undefined;
  const alternatives = isDict(wants) ? [wants] : leading(wants, isDict);
  const properties = propertiesForMatching(table, nub);
  const hit = alternatives.find((wanted) => holdsAll(properties, wanted));
  if (hit && log) for (const [key, value] of hit) recordProperty(log, key, value, nub, properties);
  if (hit)
    return (
      hit.size > 0 || record(log, { key: 'IOPropertyMatch', wants, ok: true }, () => 'Asks for nothing.')
    );
  if (!log) return false;
  if (alternatives.length === 0) {
    return record(log, { key: 'IOPropertyMatch', wants, ok: false }, () => {
      return 'Neither a dictionary nor an array of dictionaries: it can never match.';
    });
  }
  const nearest = mostHeld(alternatives, properties);
  for (const [key, value] of nearest) recordProperty(log, key, value, nub, properties);
  return false;
}

function recordProperty(
  log: CheckLog,
  key: string,
  wants: PlistValue,
  nub: Nub,
  properties: PlistDict,
): void {
  const value = properties.get(key);
  const has: Known = value === undefined ? property(nub, key) : { state: 'value', value };
  const ok = valuesEqual(value, wants);
  const path = `IOPropertyMatch.${key}`;
  record(log, { key: path, wants, has, ok }, () => comparison(key, wants, has, ok));
}

/** The alternative that fails in the fewest keys: the one to explain. */
function mostHeld(alternatives: readonly PlistDict[], properties: PlistDict): PlistDict {
  const failures = (wanted: PlistDict) =>
    [...wanted].filter(([key, value]) => !valuesEqual(properties.get(key), value)).length;
  return [...alternatives].sort((a, b) => failures(a) - failures(b))[0]!;
}

function matchPropertyExists(table: PlistDict, nub: Nub, log: CheckLog): boolean | undefined {
  const wants = table.get('IOPropertyExistsMatch');
  if (wants === undefined) return undefined;
  const keys = strings(wants);
  const properties = propertiesForMatching(table, nub);
  const hit = keys.find((key) => properties.has(key) || nub.unknownKeys.has(key));
  const ok = hit !== undefined;
  const has: Known = !ok && nub.partial ? { state: 'unknown' } : { state: 'absent' };
  return record(log, { key: 'IOPropertyExistsMatch', wants, has, ok }, () => {
    if (ok) return `The device has the property ${hit}.`;
    if (keys.length === 0) return 'Names no property: it can never match.';
    return `The device has no property ${keys.join(', nor ')}.`;
  });
}

function matchPath(table: PlistDict, nub: Nub, log: CheckLog): boolean | undefined {
  const wants = table.get('IOPathMatch');
  if (typeof wants !== 'string') return undefined;
  const ok = pathResolvesTo(wants, nub) || valuesEqual(wants, namedPath(table, nub));
  const has: Known = { state: 'value', value: `IOService:${shownPath(nub)}` };
  return record(log, { key: 'IOPathMatch', wants, has, ok }, () => {
    if (ok) return 'The path of the device.';
    if (!/^(IOService:)?\//.test(wants))
      return 'The path is not one of the IOService plane; the dump has no other.';
    return 'The path leads elsewhere.';
  });
}

/** A path that properties name beside the real one; looked at only where properties were compared before. */
function namedPath(table: PlistDict, nub: Nub): PlistValue | undefined {
  const compared = table.has('IOPropertyMatch') || table.has('IOPropertyExistsMatch');
  const properties = compared ? propertiesForMatching(table, nub) : compatibilityProperties(table, nub);
  return properties?.get('IOPath');
}

/**
 * True when a path of the service plane leads to the nub: each part is a name, a name with location, or `@` and the
 * location (apple-oss-distributions/xnu iokit/Kernel/IORegistryEntry.cpp, `IORegistryEntry::fromPath`).
 */
function pathResolvesTo(path: string, nub: Nub): boolean {
  const rest = path.startsWith('IOService:') ? path.slice('IOService:'.length) : path;
  if (!rest.startsWith('/')) return false;
  const wanted = rest.split('/').filter((part) => part !== '');
  const own = nub.path.split('/').filter((part) => part !== '');
  return wanted.length === own.length && wanted.every((part, index) => componentMatches(part, own[index]!));
}

function componentMatches(wanted: string, own: string): boolean {
  if (wanted === own) return true;
  const at = own.lastIndexOf('@');
  return at >= 0 && (wanted === own.slice(0, at) || wanted === own.slice(at));
}

function matchEntryId(table: PlistDict, nub: Nub, log: CheckLog): boolean | undefined {
  const wants = table.get('IORegistryEntryID');
  if (typeof wants !== 'bigint') return undefined;
  const ok = nub.entryId === BigInt.asUintN(64, wants);
  const has: Known =
    nub.entryId === undefined ? { state: 'unknown' } : { state: 'value', value: nub.entryId };
  return record(log, { key: 'IORegistryEntryID', wants, has, ok }, () => {
    return ok ? 'The id of this entry.' : 'Entry ids change at every start; another entry is meant.';
  });
}

function matchServiceCount(table: PlistDict, nub: Nub, log: CheckLog): boolean | undefined {
  const wants = table.get('IOMatchedServiceCountMatch');
  if (typeof wants !== 'bigint') return undefined;
  const count = nub.clients.filter(
    (client) => client.active !== false && client.properties.has('IOMatchCategory'),
  ).length;
  const ok = BigInt(count) === BigInt.asUintN(32, wants);
  const has: Known = { state: 'value', value: BigInt(count) };
  return record(log, { key: 'IOMatchedServiceCountMatch', wants, has, ok }, () => {
    return `${count} of the clients attached now have a match category.`;
  });
}

/** A nub assigned to an exclave takes only the exclave's proxy, and the proxy takes only such a nub. */
function exclaveAgrees(table: PlistDict, nub: Nub, log: CheckLog): boolean {
  const assigned = nub.properties.has('exclave-assigned');
  const proxy = table.get('IOExclaveProxy');
  if (assigned === (proxy !== undefined)) return true;
  return record(log, { key: 'IOExclaveProxy', wants: proxy, ok: false }, () =>
    assigned
      ? 'The device is assigned to an exclave: only a personality with IOExclaveProxy may have it.'
      : `Wants a device assigned to an exclave (${describeValue(proxy!)}), and this one is not.`,
  );
}

/** The strings of a string, of an array up to the first other thing, or the keys of a dictionary. */
function strings(value: PlistValue): string[] {
  if (typeof value === 'string') return [value];
  if (isDict(value)) return [...value.keys()];
  return leading(value, (item) => typeof item === 'string');
}

/** Members of an array up to the first that is of another kind: that is where the kernel's loops end. */
function leading<T extends PlistValue>(value: PlistValue, is: (item: PlistValue) => item is T): T[] {
  const out: T[] = [];
  if (!isArray(value)) return out;
  for (const item of value) {
    if (!is(item)) break;
    out.push(item);
  }
  return out;
}
