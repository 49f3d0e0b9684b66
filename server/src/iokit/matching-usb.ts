/**
 * Matching of USB devices and interfaces. Source: apple-oss-distributions/IOUSBFamily tag IOUSBFamily-560.4.2
 * IOUSBFamily/Classes/IOUSBDevice.cpp:2609-2810, IOUSBInterface.cpp:1637-1860, IOUSBNub.cpp:84-290 (see `usb.ts`
 * for what is known of its closed successor).
 */
import { isArray, type PlistDict } from '../plist/value.ts';
import { type CheckLog, comparison, record, recordScore } from './checks.ts';
import { int32, uint32, valuesEqual } from './equality.ts';
import { type Known, type Nub, property } from './nub.ts';
import {
  USB_MASK_COST,
  USB_ROWS,
  USB_VENDOR_SPECIFIC,
  USB_WILDCARD_COST,
  type UsbKind,
  type UsbRow,
  usbClassKey,
  usbRowName,
  usbScore,
} from './usb.ts';

/** How one key of the personality fared. */
interface KeyState {
  readonly exists: boolean;
  readonly matches: boolean;
  readonly wildcard: boolean;
}

/** The score of a match, `undefined` when the table does not match. `rows`: for the like of USB on other buses. */
export function matchUsb(
  table: PlistDict,
  nub: Nub,
  kind: UsbKind,
  log: CheckLog,
  rows: readonly UsbRow[] = USB_ROWS[kind],
): number | undefined {
  // A vendor that differs rules out every row: those that do not need it forbid it.
  if (!log && isOtherVendor(table, nub)) return undefined;
  const states = new Map<string, KeyState>();
  for (const key of keysOf(rows)) {
    if (key !== 'idProduct') states.set(key, compareKey(table, nub, key, log));
  }
  const product = compareProduct(table, nub, log);
  states.set('idProduct', product);
  const classOfNub = uint32(nub.properties.get(usbClassKey(kind)));
  const vendorSpecific = classOfNub === USB_VENDOR_SPECIFIC;
  const row = rows.find((candidate) => rowHolds(candidate, states, vendorSpecific));
  if (!row) {
    explainNoRow(table, nub, kind, rows, states, vendorSpecific, log);
    return undefined;
  }
  const wildcards = row.needs.filter((key) => states.get(key)?.wildcard).length;
  const score = usbScore(row, wildcards, product.masked, int32(table.get('IOProbeScore')));
  const plain = usbScore(row, wildcards, product.masked, 0);
  const parts = () => [
    { what: usbRowName(row), points: row.score },
    { what: `${wildcards} × “*”`, points: -wildcards * USB_WILDCARD_COST },
    { what: 'idProductMask', points: product.masked ? -USB_MASK_COST : 0 },
    { what: 'IOProbeScore', points: score - plain },
  ];
  recordScore(log, 'USB combination', parts, () => {
    const costs = [
      wildcards > 0 ? `less ${wildcards * 1000} for ${wildcards} × “*”` : '',
      product.masked ? 'less 500 for the mask' : '',
      score !== plain ? 'with IOProbeScore' : '',
    ].filter((cost) => cost !== '');
    return `${usbRowName(row)}: ${row.score}${costs.length > 0 ? `, ${costs.join(', ')}: ${score}` : ''}.`;
  });
  return score;
}

const keysOfRows = new Map<readonly UsbRow[], readonly string[]>();

/** All keys that some row reads. */
function keysOf(rows: readonly UsbRow[]): readonly string[] {
  let keys = keysOfRows.get(rows);
  if (!keys) {
    keys = [...new Set(rows.flatMap((row) => [...row.needs, ...row.optional]))];
    keysOfRows.set(rows, keys);
  }
  return keys;
}

function isOtherVendor(table: PlistDict, nub: Nub): boolean {
  const wants = table.get('idVendor');
  return typeof wants === 'bigint' && !valuesEqual(wants, nub.properties.get('idVendor'));
}

function rowHolds(row: UsbRow, states: ReadonlyMap<string, KeyState>, vendorSpecific: boolean): boolean {
  if (row.classIs === 'vendor-specific' && !vendorSpecific) return false;
  if (row.classIs === 'other' && vendorSpecific) return false;
  if (!row.needs.every((key) => states.get(key)!.matches)) return false;
  if (row.forbidden.some((key) => states.get(key)!.exists)) return false;
  return row.optional.every((key) => !states.get(key)!.exists || states.get(key)!.matches);
}

function compareKey(table: PlistDict, nub: Nub, key: string, log: CheckLog): KeyState {
  const wants = table.get(key);
  if (wants === undefined) return { exists: false, matches: false, wildcard: false };
  const has = property(nub, key);
  if (has.state === 'value' && valuesEqual(wants, has.value)) {
    record(log, { key, wants, has, ok: true }, () => 'Equal.');
    return { exists: true, matches: true, wildcard: false };
  }
  const wildcard = wants === '*';
  record(log, { key, wants, has, ok: wildcard }, () =>
    wildcard ? 'Any value will do; costs 1000 in a row that needs the key.' : usbComparison(key, wants, has),
  );
  return { exists: true, matches: wildcard, wildcard };
}

function usbComparison(key: string, wants: NonNullable<ReturnType<PlistDict['get']>>, has: Known): string {
  if (typeof wants === 'string') return 'Only an integer or the string “*” can match here.';
  return comparison(key, wants, has, false);
}

/**
 * idProduct with its two modifiers: idProductArray replaces it, `"*"` accepts all, and idProductMask is tried only
 * when all that failed.
 */
function compareProduct(table: PlistDict, nub: Nub, log: CheckLog): KeyState & { masked: boolean } {
  const array = table.get('idProductArray');
  const mask = uint32(table.get('idProductMask'));
  if (!isArray(array)) {
    const wants = table.get('idProduct');
    const masked = mask !== undefined && maskedEqual(nub, uint32(wants), mask);
    if (!masked || valuesEqual(wants, nub.properties.get('idProduct'))) {
      return { ...compareKey(table, nub, 'idProduct', log), masked: false };
    }
    record(log, { key: 'idProduct', wants, has: property(nub, 'idProduct'), ok: true }, () => {
      return `Equal under the mask 0x${mask.toString(16)}; costs 500.`;
    });
    return { exists: true, matches: true, wildcard: false, masked: true };
  }
  const has = property(nub, 'idProduct');
  const exists = table.has('idProduct');
  const plain =
    has.state === 'value' && typeof has.value === 'bigint' && array.some((id) => valuesEqual(id, has.value));
  const wildcard = !plain && table.get('idProduct') === '*';
  const masked =
    !plain && !wildcard && mask !== undefined && array.some((id) => maskedEqual(nub, uint32(id), mask));
  const matches = plain || wildcard || masked;
  record(log, { key: 'idProductArray', wants: array, has, ok: matches }, () => {
    if (plain) return 'One of the products listed.';
    if (wildcard) return 'Not listed, but idProduct is “*”; costs 1000.';
    if (masked) return `One listed is equal under the mask 0x${mask?.toString(16)}; costs 500.`;
    return has.state === 'absent' ? 'The device has no idProduct.' : 'The product is not listed.';
  });
  return { exists, matches, wildcard, masked };
}

function maskedEqual(nub: Nub, wanted: number | undefined, mask: number): boolean {
  const own = uint32(nub.properties.get('idProduct'));
  return own !== undefined && wanted !== undefined && ((own ^ wanted) & mask) === 0;
}

/** Says why no row holds, when it is not a single key that differs. */
function explainNoRow(
  table: PlistDict,
  nub: Nub,
  kind: UsbKind,
  rows: readonly UsbRow[],
  states: ReadonlyMap<string, KeyState>,
  vendorSpecific: boolean,
  log: CheckLog,
): void {
  if (!log) return;
  const differing = [...states].filter(([, state]) => state.exists && !state.matches);
  const counts = (key: string) =>
    states.get(key)!.exists || (key === 'idProduct' && isArray(table.get('idProductArray')));
  const legal = rows.filter(
    (row) => row.needs.every(counts) && !row.forbidden.some((key) => states.get(key)!.exists),
  );
  if (differing.length > 0 && legal.length > 0) return;
  const classKey = usbClassKey(kind);
  const has = property(nub, classKey);
  const onClass = legal[0];
  const why = () => {
    if (!onClass) {
      const present = [...states].filter(([key]) => counts(key)).map(([key]) => key);
      if (present.length === 0) return `No key that a USB ${kind} is matched by: it never matches.`;
      return `${present.join(' + ')} is no legal combination for a USB ${kind}: it never matches.`;
    }
    if (onClass.classIs === 'vendor-specific') {
      return `${usbRowName(onClass)} is only tried where ${classKey} of the device is 255 (vendor specific).`;
    }
    return `${usbRowName(onClass)} is not tried where ${classKey} of the device is 255 (vendor specific).`;
  };
  const reason = onClass ? { key: classKey, wants: undefined, has, ok: false } : undefined;
  // A class that the dump does not say may still be the right one.
  if (reason && !vendorSpecific && has.state === 'unknown') record(log, reason, why);
  else record(log, { key: 'USB combination', ok: false }, why);
}
