/**
 * Families whose source is closed, and whose rules are read off registry dumps: which drivers sit on which nubs, with
 * which scores. UNVERIFIED beyond that; each rule says what was seen.
 */
import type { PlistDict } from '../plist/value.ts';
import { type CheckLog, compareProperty } from './checks.ts';
import { int32 } from './equality.ts';
import { matchUsb } from './matching-usb.ts';
import { type Nub, providersOf } from './nub.ts';
import { CONFIGLESS_ROWS } from './usb.ts';

/**
 * Thunderbolt adapters. Seen: every driver on an IOThunderboltPort has the port's own `Adapter Type`, and ports of
 * other types have no driver.
 */
export function matchThunderboltPort(table: PlistDict, nub: Nub, log: CheckLog): number | undefined {
  return compareProperty(nub, table, 'Adapter Type', log) ? int32(table.get('IOProbeScore')) : undefined;
}

/**
 * Interfaces of built-in keyboards and trackpads on SPI, and of Apple's Bluetooth keyboards and mice. They have the
 * keys of USB interfaces but no configuration. Seen: class triple 60000, the same with three `"*"` 57000; vendor,
 * product array and interface number 90000, with `"*"` for the number 89000.
 */
export function matchTransportInterface(table: PlistDict, nub: Nub, log: CheckLog): number | undefined {
  return matchUsb(table, nub, 'interface', log, CONFIGLESS_ROWS);
}

/**
 * Bluetooth channels. Seen: a driver has the PSM of its channel and the vendor and product of its device; channels
 * with another PSM have none. Its score (2100) was never seen to differ, so only IOProbeScore is given here.
 */
export function matchL2cap(table: PlistDict, nub: Nub, log: CheckLog): number | undefined {
  let ok = compareProperty(nub, table, 'PSM', log);
  for (const key of ['VendorID', 'ProductID']) {
    const owner = [nub, ...providersOf(nub)].find((entry) => entry.properties.has(key));
    if (owner && !compareProperty(owner, table, key, log)) ok = false;
  }
  return ok ? int32(table.get('IOProbeScore')) : undefined;
}
