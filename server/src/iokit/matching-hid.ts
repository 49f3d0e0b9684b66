/**
 * Matching of HID devices, interfaces and event services. Source: apple-oss-distributions/IOHIDFamily
 * IOHIDFamily/IOHIDFamilyPrivate.cpp:82-445, IOHIDDevice.cpp:838-950, IOHIDInterface.cpp:285-313,
 * IOHIDEventService.cpp:360-370 (IOHIDFamily-2222.0.24).
 */
import { isArray, isDict, type PlistDict, type PlistValue } from '../plist/value.ts';
import { type CheckLog, comparison, describeValue, record, recordScore, type ScorePart } from './checks.ts';
import { int32, uint32, valuesEqual } from './equality.ts';
import { isA, type Known, type Nub, property } from './nub.ts';

const TRANSPORT_SCORE = 1000;
const LOCATION_SCORE = 2000;
const VENDOR_SCORE = 5000;
const PRODUCT_SCORE = 1000;
const PRODUCT_ARRAY_SCORE = 975;
const PRODUCT_MASK_SCORE = 950;
const PRODUCT_ARRAY_MASK_SCORE = 925;
const MODEL_SCORE = 1000;
const DETAIL_SCORE = 100;
const USAGE_BASE = 1100;
const USAGE_SCORE = 100;
/** Usage pages from here on are a vendor's own. */
const VENDOR_PAGE = 0xff00;

const DETAIL_KEYS = ['VersionNumber', 'Manufacturer', 'SerialNumber', 'PhysicalDeviceUniqueID'];
const MUST_EXIST_KEYS = ['HIDDefaultBehavior', 'HIDCompatibilityInterface'];

interface Part {
  readonly ok: boolean;
  /** 0 when the personality lacks the key or it does not match. */
  readonly score: number;
}

/** The score of a match, `undefined` when the table does not match. */
export function matchHid(table: PlistDict, nub: Nub, log: CheckLog): number | undefined {
  const { owner, validates } = ownerOf(nub);
  const score = matchTable(table, owner, log);
  if (!validates || vendorPageIsTied(table, log)) return score;
  return undefined;
}

/**
 * Whose properties count. An IOHIDInterface hands the question to its device, unless the device has several
 * interfaces; only IOHIDDevice refuses a vendor's usage page without VendorID.
 */
function ownerOf(nub: Nub): { owner: Nub; validates: boolean } {
  if (!isA(nub, 'IOHIDInterface')) return { owner: nub, validates: isA(nub, 'IOHIDDevice') };
  const several = (entry: Nub) => entry.properties.get('MultipleInterfaceEnabled') === true;
  const device = nub.provider;
  if (several(device ?? nub)) return { owner: nub, validates: false };
  // Only a nub written by hand has no device; its own properties stand for the device's then.
  return { owner: device ?? nub, validates: true };
}

function matchTable(table: PlistDict, nub: Nub, log: CheckLog): number | undefined {
  const vendorWanted = table.get('VendorID');
  if (!log && vendorWanted !== undefined && !valuesEqual(vendorWanted, nub.properties.get('VendorID'))) {
    return undefined;
  }
  const one = (key: string, score: number) => comparePart(table, nub, key, score, log);
  const page = one('PrimaryUsagePage', USAGE_BASE);
  const usage = one('PrimaryUsage', USAGE_SCORE);
  const pairs = compareUsagePairs(table, nub, log);
  const transport = one('Transport', TRANSPORT_SCORE);
  const location = one('LocationID', LOCATION_SCORE);
  const vendor = one('VendorID', VENDOR_SCORE);
  const product = compareProduct(table, nub, log);
  const model = one('ModelNumber', MODEL_SCORE);
  const details = DETAIL_KEYS.map((key) => one(key, DETAIL_SCORE));
  const boot = one('BootProtocol', 0);
  const exist = MUST_EXIST_KEYS.map((key) => mustExist(table, nub, key, log));
  const all = [page, usage, pairs, transport, location, vendor, product, model, ...details, boot];
  if (!all.every((part) => part.ok) || exist.includes(false)) return undefined;

  let score = int32(table.get('IOProbeScore'));
  const parts: ScorePart[] = [{ what: 'IOProbeScore', points: score }];
  const add = (what: string, points: number) => {
    score += points;
    if (log) parts.push({ what, points });
  };
  if (transport.score > 0) {
    add('Transport', transport.score);
    add('LocationID', location.score);
  }
  if (vendor.score > 0) {
    add('VendorID', vendor.score);
    add('ProductID', product.score);
    add('ModelNumber', model.score);
    DETAIL_KEYS.forEach((key, index) => {
      add(key, details[index]!.score);
    });
  }
  if (pairs.score > 0) add('DeviceUsagePairs', pairs.score + USAGE_BASE);
  else if (page.score > 0) {
    add('PrimaryUsagePage', page.score);
    add('PrimaryUsage', usage.score);
  }
  recordScore(
    log,
    'HID score',
    () => parts,
    () => scoreText(table, score, vendor, product, transport, location),
  );
  return score;
}

function scoreText(
  table: PlistDict,
  score: number,
  vendor: Part,
  product: Part,
  transport: Part,
  location: Part,
): string {
  const notes = [];
  if (product.score > 0 && vendor.score === 0) notes.push('a product counts only together with VendorID');
  if (location.score > 0 && transport.score === 0)
    notes.push('LocationID counts only together with Transport');
  const foreign = ['idVendor', 'idProduct', 'bInterfaceClass'].filter((key) => table.has(key));
  if (foreign.length > 0)
    notes.push(`${foreign.join(', ')}: USB spelling, not read by HID, restricts nothing`);
  return `Score ${score}${notes.length > 0 ? `; ${notes.join('; ')}` : ''}.`;
}

function comparePart(table: PlistDict, nub: Nub, key: string, score: number, log: CheckLog): Part {
  const wants = table.get(key);
  if (wants === undefined) return { ok: true, score: 0 };
  const has = property(nub, key);
  const ok = has.state === 'value' && valuesEqual(wants, has.value);
  record(log, { key, wants, has, ok }, () => comparison(key, wants, has, ok));
  return { ok, score: ok ? score : 0 };
}

function mustExist(table: PlistDict, nub: Nub, key: string, log: CheckLog): boolean {
  const wants = table.get(key);
  if (wants === undefined) return true;
  const has = property(nub, key);
  const ok = has.state === 'value' || nub.unknownKeys.has(key);
  return record(log, { key, wants, has, ok }, () =>
    ok ? 'The device has the property; its value is not compared.' : `The device has no property ${key}.`,
  );
}

/**
 * ProductID plain or `"*"`, ProductIDArray, and both under ProductIDMask: the first in that order that matches
 * gives the score; the part fails when a key is there and none of them matches.
 */
function compareProduct(table: PlistDict, nub: Nub, log: CheckLog): Part {
  const wants = table.get('ProductID');
  const array = table.get('ProductIDArray');
  const mask = uint32(table.get('ProductIDMask'));
  const has = property(nub, 'ProductID');
  const own = has.state === 'value' ? has.value : undefined;
  const ownNumber = uint32(own);
  const underMask = (id: PlistValue) =>
    mask !== undefined && ownNumber !== undefined && ((uint32(id)! ^ ownNumber) & mask) === 0;

  let failed = false;
  const result = (key: string, value: PlistValue, score: number, why: string): Part => {
    record(log, { key, wants: value, has, ok: true }, () => `${why}: ${score}.`);
    return { ok: true, score };
  };
  if (wants !== undefined) {
    if (wants === '*') return result('ProductID', wants, PRODUCT_SCORE, 'Any product will do');
    if (valuesEqual(wants, own)) return result('ProductID', wants, PRODUCT_SCORE, 'Equal');
    failed = true;
  }
  if (isArray(array)) {
    const listed =
      typeof own === 'bigint' && array.some((id) => typeof id === 'bigint' && valuesEqual(id, own));
    if (listed) return result('ProductIDArray', array, PRODUCT_ARRAY_SCORE, 'One of the products listed');
    failed = true;
  }
  if (typeof wants === 'bigint' && mask !== undefined) {
    if (underMask(wants)) return result('ProductID', wants, PRODUCT_MASK_SCORE, 'Equal under ProductIDMask');
  }
  if (isArray(array) && mask !== undefined) {
    const hit = array.some((id) => typeof id === 'bigint' && underMask(id));
    if (hit)
      return result(
        'ProductIDArray',
        array,
        PRODUCT_ARRAY_MASK_SCORE,
        'One listed is equal under ProductIDMask',
      );
  }
  if (!failed) return { ok: true, score: 0 };
  const key = wants !== undefined ? 'ProductID' : 'ProductIDArray';
  const value = (wants ?? array)!;
  record(log, { key, wants: value, has, ok: false }, () =>
    key === 'ProductID' ? comparison(key, value, has, false) : 'The product is not listed.',
  );
  return { ok: false, score: 0 };
}

/** DeviceUsagePairs (OR over the array) and the flat pair of keys. */
function compareUsagePairs(table: PlistDict, nub: Nub, log: CheckLog): Part {
  let ok = true;
  let score = 0;
  const pairs = table.get('DeviceUsagePairs');
  if (isArray(pairs)) {
    for (const pair of pairs) {
      if (!isDict(pair)) continue;
      const part = comparePair(pair, nub);
      ok = part.ok;
      score += part.score;
      if (ok) break;
    }
    const held = ok;
    recordUsage('DeviceUsagePairs', pairs, nub, held, log);
  }
  const flat = comparePair(table, nub);
  const page = table.get('DeviceUsagePage');
  if (page !== undefined) recordUsage('DeviceUsagePage', page, nub, flat.ok, log);
  else if (table.has('DeviceUsage')) {
    const wants = table.get('DeviceUsage');
    record(log, { key: 'DeviceUsage', wants, ok: true }, () => {
      return 'Not compared: without DeviceUsagePage the usage is ignored.';
    });
  }
  return { ok: ok && flat.ok, score: score + flat.score };
}

function recordUsage(key: string, wants: PlistValue | undefined, nub: Nub, ok: boolean, log: CheckLog): void {
  const has = property(nub, 'DeviceUsagePairs');
  record(log, { key, wants, has, ok }, () => {
    if (has.state !== 'value') return 'The device publishes no DeviceUsagePairs.';
    return ok ? 'The device has this usage.' : `The device has the usages ${describeValue(has.value)}.`;
  });
}

/**
 * One pair of page and usage against all pairs of the nub. The kernel's loop keeps the outcome of its last
 * comparison, and a usage without a page is never compared; both are kept here. Today's kernel refuses every
 * personality on a nub without DeviceUsagePairs; only systems from before that property have such nubs, and those
 * did not look at it, so here such a nub fails only a personality that asks for a usage.
 */
function comparePair(pair: PlistDict, nub: Nub): Part {
  const own: Known = property(nub, 'DeviceUsagePairs');
  const page = integer(pair.get('DeviceUsagePage'));
  const usage = integer(pair.get('DeviceUsage'));
  let ok = true;
  if (page === undefined) return { ok, score: 0 };
  if (own.state !== 'value' || !isArray(own.value)) return { ok: false, score: 0 };
  for (const item of own.value) {
    if (!isDict(item)) continue;
    const itemPage = integer(item.get('DeviceUsagePage'));
    if (itemPage === undefined) continue;
    ok = itemPage === page;
    if (!ok) continue;
    if (usage === undefined) return { ok, score: USAGE_SCORE / 2 };
    const itemUsage = integer(item.get('DeviceUsage'));
    if (itemUsage === undefined) continue;
    ok = itemUsage === usage;
    if (ok) return { ok, score: USAGE_SCORE };
  }
  return { ok, score: 0 };
}

function integer(value: PlistValue | undefined): bigint | undefined {
  return typeof value === 'bigint' ? BigInt.asUintN(64, value) : undefined;
}

/**
 * A personality for a vendor's own usage page over USB or Bluetooth must name the vendor, or IOHIDDevice refuses it.
 */
function vendorPageIsTied(table: PlistDict, log: CheckLog): boolean {
  const pages = [table.get('PrimaryUsagePage')];
  const pairs = table.get('DeviceUsagePairs');
  if (isArray(pairs))
    pages.push(...pairs.map((pair) => (isDict(pair) ? pair.get('DeviceUsagePage') : undefined)));
  if (!pages.some((page) => (uint32(page) ?? 0) >= VENDOR_PAGE) || table.has('VendorID')) return true;
  const transport = table.get('Transport');
  if (typeof transport !== 'string' || !/Bluetooth|USB/.test(transport)) return true;
  return record(log, { key: 'VendorID', ok: false }, () => {
    return `A vendor's own usage page over ${transport} needs VendorID: IOHIDDevice refuses the personality.`;
  });
}
