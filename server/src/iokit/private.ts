/**
 * Values of a registry dump that belong to a person: serial numbers, unique ids, addresses, names. They may take
 * part in matching, but are never printed, written nor handed to an editor.
 */

import { isArray, isDict, type PlistValue } from '../plist/value.ts';
import { MAX_DEPTH } from './equality.ts';
import { isA, type Nub, providersOf } from './nub.ts';

/** What is printed instead. */
export const PRIVATE_TEXT = '(private)';

const PRIVATE_KEYS = new Set(
  [
    'SerialNumber',
    'Serial Number',
    'serial-number',
    'serial_num',
    'system-serial-number',
    'mlb-serial-number',
    'kUSBSerialNumberString',
    'kUSBString',
    'USB Serial Number',
    'IOPlatformSerialNumber',
    'IOPlatformUUID',
    'PhysicalDeviceUniqueID',
    'UUID',
    'GUID',
    'FireWire GUID',
    'EUI64',
    'IOMACAddress',
    'IOPermanentMACAddress',
    'IOInterfaceMACAddress',
    'local-mac-address',
    'mac-address',
    'mac-address-bluetooth0',
    'mac-address-ethernet0',
    'mac-address-wifi0',
    'BD_ADDR',
    'DeviceAddress',
    'BluetoothAddress',
    'HostAddress',
    'IO80211HostName',
    'IO80211SSID',
    'IO80211BSSID',
    'SSID',
    'BSSID',
    'IO80211CountryCode',
    'IOConsoleUsers',
    'IOConsoleSessionUUID',
    'kCGSSessionUserNameKey',
    'kCGSessionLongUserNameKey',
    'kCGSSessionUserIDKey',
    'kSCSecuritySessionID',
    'IOUserClientCreator',
    'IOAccelDisplayPipeUser',
    'unique-chip-id',
    'die-id',
    'chip-id-unique',
    'ecid',
    'unique-id',
    'device-unique-id',
    'regulatory-model-number',
    'ManufacturerData',
    'BatterySerialNumber',
    'AppleSerialNumber',
    'InternalSerialNumber',
    'DeviceSerialNumber',
    'IODisplayEDID',
    'EDID',
    'AAPL,boot-uuid',
    'boot-uuid',
    'apfs-preboot-uuid',
    'platform-uuid',
    'volume-uuid',
    'VolGroupUUID',
    'Unit Serial Number',
    'INQUIRY Unit Serial Number',
    'IOHIDDevicePrivateID',
    'image-path',
    'DiskImageURL',
    'USER_NAME',
    'hostname',
    'IOHostName',
    // Names of serial ports are made of the serial number of the adapter.
    'IOTTYSuffix',
    'IOTTYBaseName',
    'IOTTYDevice',
    'IOCalloutDevice',
    'IODialinDevice',
    'preferred-networks',
    'current-network',
    'LocalHostName',
    'BTName',
    'BTAddress',
    'BTTTYName',
    'PortDeviceName',
    'SPI Serial',
    'mDNS_KEY',
    'owner-uid',
    'UID',
    'ActiveControllerAddress',
    'Hardware Owner',
    'NVRamInfo',
    'shadow-path',
    'icon-path',
    'Virtual Interface Location Path',
    'hdiagent-drive-identifier',
    'IOAudioDeviceName',
    'IODisplayGUID',
    'Multitouch ID',
    'mt-device-id',
    'VolumeName',
    'Volume Name',
    'FullName',
    'mDNS_Offload_Capable',
  ].map((key) => key.toLowerCase()),
);

/** Parts of a key's name that say enough by themselves. */
const PRIVATE_PART =
  /serial.?(number|num|string|no\b)|uuid|mac.?address|bd.?addr|bluetooth.*(?:address|localname)|user.?name|host.?name|computer.?name|e-?mail|apple.?id\b|mobileme|\btoken\b|controllerinfo|ssid|DeviceIDString|\bimei\b|\bmeid\b|\biccid\b|\becid\b|unique.?(device.?|chip.?)?id/i;

/** True when the value of a property of this name is never shown. */
export function isPrivateKey(key: string): boolean {
  return PRIVATE_KEYS.has(key.toLowerCase()) || PRIVATE_PART.test(key);
}

/** Keys whose values look like a unique id and are none: the type of a partition. */
const TYPE_KEYS = new Set(['Content', 'Content Hint', 'Content Mask']);
const UUID = /\b[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}\b/gi;

/** What is private in any text, each behind a sign that is quick to look for; what repeats is bounded, for hostile texts. */
const PRIVATE_PATTERNS: readonly (readonly [RegExp, RegExp])[] = [
  // Addresses of network and Bluetooth hardware.
  [/[:-]/, /\b[0-9A-F]{2}([:-])[0-9A-F]{2}(?:\1[0-9A-F]{2}){4}(?:(?:\1[0-9A-F]{2}){2})?\b/gi],
  [/@/, /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}\.[A-Za-z]{2,24}\b/g],
  [/\/(?:Users|home|Volumes)\//, /(?<=\/(?:Users|home|Volumes)\/)[^/"]+/g],
  // What people call their things: Jane's iPhone, iPhone von Jane.
  [/['’]/, /[\p{L}\p{N}][\p{L}\p{N}._-]{0,40}(?: [\p{L}\p{N}._-]{1,40}){0,2}(?:['’]s|s['’])(?= )/gu],
  [
    / (?:von|van|de|di|da|av|af|à) /,
    /(?<=\b(?:iPhone|iPad|iPod|iMac|Mac(?:[Bb]ook)?(?: \w+)?|AirPods(?: \w+)?|Watch|Mouse|Keyboard|Trackpad|Maus|Tastatur) (?:von|van|de|di|da|av|af|à) ).+/gu,
  ],
];

/** A text with what belongs to a person replaced: addresses, unique ids, names in paths and of things. */
export function maskText(text: string, key = ''): string {
  let masked = text;
  for (const [sign, pattern] of PRIVATE_PATTERNS) {
    if (sign.test(text)) masked = masked.replace(pattern, PRIVATE_TEXT);
  }
  return TYPE_KEYS.has(key) || !text.includes('-') ? masked : masked.replace(UUID, PRIVATE_TEXT);
}

/** Partitions and volumes bear the names that people give them; these are given by systems. */
const GIVEN_NAMES =
  /^(?:EFI(?: System Partition)?|Untitled(?: \d+)?|NoName|Macintosh HD(?: - Data)?|macOS(?: (?:Install|Base|High|Big)?\s?\w+)?|Preboot|Recovery(?: HD|OS)?|VM|Update|Data|System|xART|Hardware|iSCPreboot|i?Boot(?: OS X|er|SystemContainer)?|RecoveryOSContainer|Container|Customer|BOOTCAMP|(?:Microsoft|Basic|Linux|Windows)[ \w]{0,30}|Apple\w*|disk\d+(?:s\d+)*)$/i;

/**
 * What an entry is called before a person's eyes: its name, or its class where the name may be a person's.
 * @param name what it is called otherwise, by its product for one
 */
export function shownName(nub: Nub, name = nub.name): string {
  const { className, properties } = nub;
  if (name === className) return name;
  if (isVolume(nub) && !GIVEN_NAMES.test(name)) {
    const bsd = properties.get('BSD Name');
    return typeof bsd === 'string' && /^disk\d+(?:s\d+)*$/.test(bsd) ? bsd : className;
  }
  if (isOverBluetooth(nub, name) || holdsPrivate(nub, name)) return className;
  return maskText(name);
}

function isVolume(nub: Nub): boolean {
  if (/^AppleAPFS(?:Volume|Snapshot)/.test(nub.className) || isA(nub, 'AppleAPFSVolume')) return true;
  if (!isA(nub, 'IOMedia')) return false;
  // Whole disks are called after their hardware, but a RAID set after its owner's wish.
  return nub.properties.get('Whole') !== true || !/ Media$|^Apple\b/.test(nub.name);
}

/** People call these by names of their own. */
function isOverBluetooth({ className, properties }: Nub, name: string): boolean {
  if (className === 'IOBluetoothDevice') return true;
  return properties.get('Product') === name && isBluetooth(properties.get('Transport'));
}

function isBluetooth(transport: PlistValue | undefined): boolean {
  return typeof transport === 'string' && /bluetooth/i.test(transport);
}

/** Some makers put the serial number into the name. */
function holdsPrivate(nub: Nub, name: string): boolean {
  return ownSecrets(nub).some((secret) => name.includes(secret));
}

/** May hold something private, but mostly describe: what repeats them need not be hidden. */
const DESCRIPTIVE = new Set(['kUSBString', 'IOTTYBaseName', 'IOAudioDeviceName']);

/** More are in no entry of a real machine. */
const MOST_SECRETS = 64;
/** So many providers an entry has at most. */
const MOST_PROVIDERS = 128;

/** Shorter values stand in texts by chance. */
const SECRET_LENGTH = 4;
const secretsOfNubs = new WeakMap<Nub, readonly string[]>();

/** Private texts of an entry, which other properties of it may repeat; the longest first. */
function ownSecrets(nub: Nub): readonly string[] {
  let secrets = secretsOfNubs.get(nub);
  if (!secrets) {
    const { properties } = nub;
    const named = isBluetooth(properties.get('Transport'));
    secrets = [...properties]
      .filter(([key]) => (isPrivateKey(key) && !DESCRIPTIVE.has(key)) || (named && key === 'Product'))
      .flatMap(([, value]) => (typeof value === 'string' ? [value.trim()] : []))
      .filter((value) => value.length >= SECRET_LENGTH)
      .sort((a, b) => b.length - a.length)
      .slice(0, MOST_SECRETS);
    secretsOfNubs.set(nub, secrets);
  }
  return secrets;
}

type Mask = (value: PlistValue) => PlistValue;
const masksOfNubs = new WeakMap<Nub, { readonly mask: Mask | undefined }>();

/** Replaces the private texts of an entry and of its providers; undefined where there are none. */
export function secretsMask(nub: Nub): Mask | undefined {
  let known = masksOfNubs.get(nub);
  if (!known) {
    known = { mask: makeMask([nub, ...providersOf(nub).slice(0, MOST_PROVIDERS)].flatMap(ownSecrets)) };
    masksOfNubs.set(nub, known);
  }
  return known.mask;
}

function makeMask(secrets: readonly string[]): Mask | undefined {
  if (secrets.length === 0) return undefined;
  const mask = (value: PlistValue, depth: number): PlistValue => {
    if (typeof value === 'string') return secrets.reduce(withoutSecret, value);
    if (depth > MAX_DEPTH) return PRIVATE_TEXT;
    if (isArray(value)) return value.map((item) => mask(item, depth + 1));
    if (!isDict(value)) return value;
    return new Map([...value].map(([key, item]) => [key, mask(item, depth + 1)]));
  };
  return (value) => mask(value, 0);
}

/** Where the secret stands as a word of its own. */
function withoutSecret(text: string, secret: string): string {
  if (!text.includes(secret)) return text;
  return text
    .split(secret)
    .reduce((before, after) =>
      /[\p{L}\p{N}]$/u.test(before) || /^[\p{L}\p{N}]/u.test(after)
        ? `${before}${secret}${after}`
        : `${before}${PRIVATE_TEXT}${after}`,
    );
}

/** The path of an entry with {@link shownName} for every part. */
export function shownPath(nub: Nub): string {
  const parts = [nub, ...providersOf(nub)];
  if (parts.length > MOST_PROVIDERS) return `…/${shownName(nub)}`;
  const path = parts.reduce((path, part) => {
    const shown = shownName(part);
    return shown === part.name ? path : path.replaceAll(`/${part.name}`, `/${shown}`);
  }, nub.path);
  return maskText(path);
}

/** The value with everything private in it, at any depth, replaced by `(private)`. */
export function withoutPrivate(key: string, value: PlistValue, depth = 0): PlistValue {
  if (isPrivateKey(key) || depth > MAX_DEPTH) return PRIVATE_TEXT;
  if (typeof value === 'string') return maskText(value, key);
  if (value instanceof Uint8Array) return isHardwareAddress(key, value) ? PRIVATE_TEXT : value;
  if (isDict(value))
    return new Map([...value].map(([name, item]) => [name, withoutPrivate(name, item, depth + 1)]));
  if (isArray(value)) return value.map((item) => withoutPrivate('', item, depth + 1));
  return value;
}

function isHardwareAddress(key: string, { length }: Uint8Array): boolean {
  return length === 6 && /addr/i.test(key);
}
