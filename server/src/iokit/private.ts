/**
 * Values of a registry dump that belong to a person: serial numbers, unique ids, addresses, names. They may take
 * part in matching, but are never printed, written nor handed to an editor.
 */

import { isArray, isDict, type PlistValue } from '../plist/value.ts';
import { MAX_DEPTH } from './equality.ts';

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
  ].map((key) => key.toLowerCase()),
);

/** Parts of a key's name that say enough by themselves. */
const PRIVATE_PART =
  /serial.?(number|num|string|no\b)|uuid|mac.?address|bd.?addr|bluetooth.*(?:address|localname)|user.?name|host.?name|computer.?name|e-?mail|apple.?id\b|mobileme|\btoken\b|controllerinfo|\bssid\b|\bimei\b|\bmeid\b|\biccid\b|\becid\b|unique.?(device.?|chip.?)?id/i;

/** True when the value of a property of this name is never shown. */
export function isPrivateKey(key: string): boolean {
  return PRIVATE_KEYS.has(key.toLowerCase()) || PRIVATE_PART.test(key);
}

/** The value with everything private in it, at any depth, replaced by `(private)`. */
export function withoutPrivate(key: string, value: PlistValue, depth = 0): PlistValue {
  if (isPrivateKey(key) || depth > MAX_DEPTH) return PRIVATE_TEXT;
  if (isDict(value))
    return new Map([...value].map(([name, item]) => [name, withoutPrivate(name, item, depth + 1)]));
  if (isArray(value)) return value.map((item) => withoutPrivate('', item, depth + 1));
  return value;
}
