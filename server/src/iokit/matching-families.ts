/** The smaller families: SCSI, media, serial, FireWire, ATA, resources. Each rule names its source. */
import { isArray, isDict, type PlistDict, type PlistValue } from '../plist/value.ts';
import { type CheckLog, compareProperty, comparison, record, recordScore } from './checks.ts';
import { int32, valuesEqual } from './equality.ts';
import { isA, type Known, type Nub, property } from './nub.ts';

const SCSI_LIMIT = 5000;
const SCSI_CUT = 4000;
const SCSI_ANY_SCORE = 4900;
/** The chain of keys; each is looked at only where the one before it matched. */
const SCSI_CHAIN = [
  { key: 'Peripheral Device Type', score: 5000 },
  { key: 'Vendor Identification', score: 10000 },
  { key: 'Product Identification', score: 15000 },
  { key: 'Product Revision Level', score: 20000 },
] as const;

/**
 * A SCSI unit. The score grows with each key of the chain; without the first one any IOMatchCategory makes the
 * personality match every unit. Source: apple-oss-distributions/IOSCSIArchitectureModelFamily
 * IOSCSIArchitectureModel/IOSCSIPeripheralDeviceNub.cpp:400-585.
 */
export function matchScsi(table: PlistDict, nub: Nub, log: CheckLog): number | undefined {
  const given = int32(table.get('IOProbeScore'));
  const added = given >= SCSI_LIMIT ? SCSI_CUT : given;
  const finish = (score: number, what: string) => {
    if (score === 0) return 0;
    const parts = () => [
      { what, points: score },
      { what: 'IOProbeScore', points: added },
    ];
    recordScore(log, 'SCSI score', parts, () => {
      return added === 0 ? `Score ${score}.` : `${score}, with IOProbeScore ${score + added}.`;
    });
    return score + added;
  };

  let score = 0;
  let last = '';
  for (const { key, score: rank } of SCSI_CHAIN) {
    const wants = table.get(key);
    const has = property(nub, key);
    if (wants === undefined || has.state === 'absent') break;
    const ok = has.state === 'value' && valuesEqual(has.value, wants);
    record(log, { key, wants, has, ok }, () => (ok ? `Equal: ${rank}.` : comparison(key, wants, has, ok)));
    if (!ok) return undefined;
    score = rank;
    last = key;
  }
  if (score > 0) return finish(score, last);

  const wants = table.get('IOMatchCategory');
  if (typeof wants !== 'string') {
    record(log, { key: 'Peripheral Device Type', ok: false }, () => {
      return 'Without Peripheral Device Type a personality matches no SCSI unit.';
    });
    return undefined;
  }
  record(log, { key: 'IOMatchCategory', wants, ok: true }, () => {
    return 'Without Peripheral Device Type any match category matches every SCSI unit; no other key is read.';
  });
  const special = wants === 'SCSITaskUserClientDevice';
  return finish(special ? given : SCSI_ANY_SCORE, special ? 'IOProbeScore' : 'IOMatchCategory');
}

const MEDIA_KEYS = [
  'Content',
  'Content Hint',
  'Ejectable',
  'Leaf',
  'Open',
  'Preferred Block Size',
  'Removable',
  'Size',
  'UUID',
  'Whole',
  'Writable',
];
const CD_KEYS = ['TOC', 'Type'];

/**
 * A disk or partition: keys compared when present, score untouched. Source: apple-oss-distributions/IOStorageFamily
 * IOMedia.cpp:102-128; for optical media apple-oss-distributions/IOCDStorageFamily IOCDMedia.cpp:137-151 (and the
 * like for `Type` in IODVDStorageFamily and IOBDStorageFamily).
 */
export function matchMedia(table: PlistDict, nub: Nub, log: CheckLog): number | undefined {
  const keys = [...MEDIA_KEYS];
  if (isA(nub, 'IOCDMedia')) keys.push(...CD_KEYS);
  else if (isA(nub, 'IODVDMedia') || isA(nub, 'IOBDMedia')) keys.push('Type');
  return compareAll(keys, table, nub, log);
}

const SERIAL_KEYS = ['IOTTYDevice', 'IOTTYBaseName', 'IOTTYSuffix', 'IOCalloutDevice', 'IODialinDevice'];

/**
 * A serial port: five names, and IOSerialBSDClientType as the beginning of the name of a class of the provider,
 * below IOService. Source: apple-oss-distributions/IOSerialFamily IOSerialFamily.kmodproj/IOSerialBSDClient.cpp:880-950.
 */
export function matchSerial(table: PlistDict, nub: Nub, log: CheckLog): number | undefined {
  const score = compareAll(SERIAL_KEYS, table, nub, log);
  if (score === undefined && !log) return undefined;
  const wants = table.get('IOSerialBSDClientType');
  if (wants === undefined) return score;
  const chain = nub.provider?.classChain ?? [];
  const classes = chain.slice(0, chain.includes('IOService') ? chain.indexOf('IOService') : undefined);
  const hit = typeof wants === 'string' ? classes.find((name) => name.startsWith(wants)) : undefined;
  const has: Known = { state: 'value', value: classes };
  const ok = record(log, { key: 'IOSerialBSDClientType', wants, has, ok: hit !== undefined }, () => {
    if (typeof wants !== 'string') return 'Must be a string: it never matches.';
    return hit ? `The provider is an ${hit}.` : 'No class of the provider begins with this.';
  });
  return ok ? score : undefined;
}

/** Source: apple-oss-distributions/IOFireWireFamily IOFireWireFamily.kmodproj/IOFireWireUnit.cpp:269-287. */
export function matchFireWireUnit(table: PlistDict, nub: Nub, log: CheckLog): number | undefined {
  return compareAll(['Unit_Spec_ID', 'Unit_SW_Version', 'Vendor_ID', 'GUID'], table, nub, log);
}

/** Source: apple-oss-distributions/IOFireWireFamily IOFireWireFamily.kmodproj/IOFireWireDevice.cpp:1817-1832. */
export function matchFireWireDevice(table: PlistDict, nub: Nub, log: CheckLog): number | undefined {
  return compareAll(['Vendor_ID', 'GUID'], table, nub, log);
}

/** Source: apple-oss-distributions/IOATAFamily IOATADevice.cpp:169-196. */
export function matchAta(table: PlistDict, nub: Nub, log: CheckLog): number | undefined {
  return compareAll(['ata device type'], table, nub, log);
}

/**
 * IOResources and IOUserResources: IOResourceMatch names properties that must all be published; IOResourceMatched is
 * read only where IOResourceMatch is absent. Source: apple-oss-distributions/xnu iokit/Kernel/IOService.cpp:7215-7300.
 */
export function matchResources(table: PlistDict, nub: Nub, log: CheckLog): number | undefined {
  const score = int32(table.get('IOProbeScore'));
  const wants = table.get('IOResourceMatch');
  if (wants !== undefined) {
    let ok = true;
    for (const resource of members(wants)) {
      ok = typeof resource === 'string' && isPublished(nub, resource);
      record(log, { key: 'IOResourceMatch', wants: resource, ok }, () => {
        if (ok) return `The resource ${String(resource)} is published.`;
        return 'The resource is not published: the driver waits until something publishes it.';
      });
      if (!ok) break;
    }
    return ok ? score : undefined;
  }
  const matched = table.get('IOResourceMatched');
  if (matched === undefined) return score;
  const has = property(nub, 'IOResourceMatched');
  const list = has.state === 'value' && isArray(has.value) ? has.value : [];
  const ok = typeof matched === 'string' && list.includes(matched);
  record(log, { key: 'IOResourceMatched', wants: matched, has, ok }, () =>
    ok ? 'In the list of resources matched.' : 'Not in the list of resources matched.',
  );
  return ok ? score : undefined;
}

function isPublished(nub: Nub, resource: string): boolean {
  return nub.properties.has(resource) || nub.unknownKeys.has(resource);
}

function members(value: PlistValue): readonly PlistValue[] {
  if (isArray(value)) return value;
  return isDict(value) ? [...value.keys()] : [value];
}

function compareAll(keys: readonly string[], table: PlistDict, nub: Nub, log: CheckLog): number | undefined {
  let ok = true;
  for (const key of keys) {
    if (compareProperty(nub, table, key, log)) continue;
    ok = false;
    if (!log) break;
  }
  return ok ? int32(table.get('IOProbeScore')) : undefined;
}
