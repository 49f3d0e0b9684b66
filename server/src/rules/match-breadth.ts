/** Rules on personalities that match more than was meant: keys that their nub does not compare, or none at all. */
import { usbKindOf } from '../iokit/usb.ts';
import type { PlistNode } from '../plist/types.ts';
import { addEntryFix, offer, removeEntryFix } from './bundle-edits.ts';
import { isFilledIn, listed, quoted } from './bundle-values.ts';
import {
  HID_NUBS,
  hasOpenKeys,
  keysOf,
  MATCH_KINDS,
  meantKeys,
  nameOf,
  onProviders,
} from './match-values.ts';
import type { Rule, RuleContext } from './types.ts';

/** Keys of IOKit itself that narrow a match on any nub. */
const GENERAL =
  /^IO(Property|PropertyExists|Name|Path|Location|Parent|Compatibility)Match$|^IORegistryEntryID$/;

const USB =
  /^(id(Vendor|Product)|idProduct(Array|Mask)|bcdDevice|b(Device|Interface)(Class|SubClass|Protocol)|bInterfaceNumber|bConfigurationValue)$/;
const PCI = /^IOPCI(Primary|Secondary|Class)?Match$/;
const HID =
  /^(VendorID|ProductID|ProductIDArray|ProductIDMask|PrimaryUsage(Page)?|DeviceUsage(Page|Pairs)?|Transport|LocationID|VersionNumber|Manufacturer|SerialNumber|ModelNumber|PhysicalDeviceUniqueID|BootProtocol)$/;

/** Nubs with tables of their own: which keys each compares, and which other family’s it is often given. */
const FAMILIES: readonly { readonly nubs: RegExp; readonly own: RegExp; readonly foreign: RegExp }[] = [
  { nubs: /^IOPCIDevice$/, own: PCI, foreign: USB },
  { nubs: /^IOUSB(Host)?(Device|Interface)$/, own: USB, foreign: PCI },
  { nubs: /^IOHID(Interface|Device|EventService)$/, own: HID, foreign: PCI },
  {
    nubs: /^IOSCSI(PeripheralDeviceNub|LogicalUnitNub)$/,
    own: /^(Peripheral Device Type|(Vendor|Product) Identification|Product Revision Level)$/,
    foreign: /^(id(Vendor|Product)|bcdDevice|IOPCI\w*Match)$/,
  },
  {
    nubs: /^IOMedia$/,
    own: /^(Content|Content Hint|Ejectable|Leaf|Open|Preferred Block Size|Removable|Size|UUID|Whole|Writable)$/,
    foreign: /^(id(Vendor|Product)|bcdDevice|IOPCI\w*Match)$/,
  },
  {
    nubs: /^IOSerialBSDClient$/,
    own: /^IO(Serial|TTY)\w+$/,
    foreign: /^(id(Vendor|Product)|bcdDevice|IOPCI\w*Match)$/,
  },
];

function checkForeign({ personalities, report }: RuleContext): void {
  for (const { name, node, providerClass } of personalities) {
    const family = FAMILIES.find(({ nubs }) => providerClass !== undefined && nubs.test(providerClass));
    const keys = node.entries.map(({ key }) => key).filter(({ text }) => family?.foreign.test(text));
    const first = keys[0];
    if (!family || !first) continue;
    report({
      at: first,
      message: `${listed(keys.map(({ text }) => text))} ${keys.length > 1 ? 'are keys' : 'is a key'} of another kind of nub, and ${providerClass} does not compare ${keys.length > 1 ? 'them' : 'it'}: ${quoted(name)} is not narrowed by ${keys.length > 1 ? 'them' : 'it'}. Ask for a property of a device above in IOParentMatch.`,
      fixes: () => (keys.length === 1 ? offer(removeEntryFix(first, `Remove ${first.text}`, false)) : []),
    });
  }
}

function checkAnyDevice(context: RuleContext): void {
  for (const { name, node, providerClass } of context.personalities) {
    if (providerClass === undefined || hasOpenKeys(node)) continue;
    const keys = [...meantKeys(context, node)];
    if (keys.some((key) => GENERAL.test(key))) continue;
    const family = FAMILIES.find(({ nubs }) => nubs.test(providerClass));
    if (usbKindOf(providerClass)) {
      const wanted = keys.filter((key) => USB.test(key));
      const open = wanted.length > 0 && wanted.every((key) => node.get(key)?.string === '*');
      if (!open) continue;
    } else if (!family || !/^IO(PCI|HID)/.test(providerClass) || keys.some((key) => family.own.test(key))) {
      continue;
    }
    // Another rule says of these keys what is wrong.
    if (family?.foreign && keys.some((key) => family.foreign.test(key))) continue;
    if (HID_NUBS.has(providerClass) && keys.some((key) => USB.test(key))) continue;
    context.report({
      at: nameOf(node),
      message: `Nothing narrows ${quoted(name)}: it matches every ${providerClass} of the Mac. Add the keys of your device, such as ${HID_NUBS.has(providerClass) ? 'VendorID and ProductID' : providerClass === 'IOPCIDevice' ? 'IOPCIMatch' : 'idVendor and idProduct'}.`,
    });
  }
}

function checkHid({ personalities, report }: RuleContext): void {
  for (const { name, node } of onProviders(personalities, HID_NUBS)) {
    const keys = keysOf(node);
    const usage = node.keyNode('DeviceUsage');
    if (usage && !keys.has('DeviceUsagePage')) {
      report({
        at: usage,
        message: `DeviceUsage is compared only together with DeviceUsagePage, which ${quoted(name)} lacks: it restricts nothing. Add DeviceUsagePage.`,
        fixes: () =>
          offer(
            addEntryFix(
              node,
              'DeviceUsagePage',
              '<integer>1</integer>',
              'Add DeviceUsagePage 1 (Generic Desktop)',
              false,
            ),
          ),
      });
    }
    const product = node.keyNode('ProductID') ?? node.keyNode('ProductIDArray');
    if (!product || keys.has('VendorID') || keys.has('idVendor') || hasOpenKeys(node)) continue;
    report({
      at: product,
      message: `${product.text} without VendorID takes the products of every maker with that number, and adds nothing to the score. Add VendorID.`,
    });
  }
}

/** Integer properties of USB and HID nubs. */
const INTEGERS =
  /^(id(Vendor|Product)|bcdDevice|b(Device|Interface)(Class|SubClass|Protocol)|bInterfaceNumber|bConfigurationValue|VendorID|ProductID|VersionNumber|LocationID|locationID|PrimaryUsage(Page)?|DeviceUsage(Page)?|Peripheral Device Type|Preferred Block Size)$/;
/** Boolean properties of media. */
const BOOLEANS = /^(Whole|Leaf|Open|Ejectable|Removable|Writable)$/;
/** Text properties of media, SCSI and HID nubs. */
const TEXTS =
  /^(Content|Content Hint|UUID|(Vendor|Product) Identification|Product Revision Level|Manufacturer|SerialNumber|Transport|USB (Product|Vendor) Name)$/;

/** What the nub publishes under a name, for a person. */
function publishedAs(name: string): { readonly what: string; readonly element: string } | undefined {
  if (INTEGERS.test(name)) return { what: 'a number', element: 'integer' };
  if (BOOLEANS.test(name)) return { what: 'true or false', element: 'boolean' };
  return TEXTS.test(name) ? { what: 'a text', element: 'string' } : undefined;
}

const YES = /^\s*(true|yes|1)\s*$/i;
const NO = /^\s*(false|no|0)\s*$/i;

/** The same value as an element of another kind; undefined where it is none. */
function converted(value: PlistNode, element: string): string | undefined {
  const text = value.text.trim();
  if (element === 'integer') {
    const number = /^(\d+|0x[0-9a-f]+)$/i.test(text) ? Number(text) : undefined;
    return number === undefined ? undefined : `<integer>${number}</integer>`;
  }
  if (element === 'boolean') return YES.test(text) ? '<true/>' : NO.test(text) ? '<false/>' : undefined;
  return value.kind === 'integer' ? `<string>${text}</string>` : undefined;
}

function propertyTables(node: PlistNode): PlistNode[] {
  const value = node.get('IOPropertyMatch');
  const own = value?.kind === 'array' ? value.items : value ? [value] : [];
  const parent = node.get('IOParentMatch');
  return [
    ...own.filter(({ kind }) => kind === 'dict'),
    ...(parent?.kind === 'dict' ? propertyTables(parent) : []),
  ];
}

function checkPropertyValue({ personalities, report }: RuleContext): void {
  for (const { name, node } of personalities) {
    for (const table of propertyTables(node)) {
      for (const { key, value } of table.entries) {
        const published = publishedAs(key.text);
        if (!value || !published || value.kind === published.element) continue;
        if (!['string', 'integer', 'real', 'boolean'].includes(value.kind)) continue;
        if (isFilledIn(value.text)) continue;
        const shown = value.kind === 'boolean' ? `<${value.tag}/>` : quoted(value.text);
        const xml = converted(value, published.element);
        report({
          at: value,
          message: `${key.text} is ${published.what} on the nub, and IOPropertyMatch converts nothing${value.text === '*' ? ' and knows no wildcard' : ''}: ${shown} never equals it, so ${quoted(name)} never matches. Write ${published.element === 'boolean' ? '<true/> or <false/>' : `${published.element === 'integer' ? 'an' : 'a'} <${published.element}>`}.`,
          fixes: () =>
            xml === undefined
              ? []
              : [
                  {
                    title: `Change to ${xml}`,
                    edits: [{ start: value.start, end: value.end, newText: xml }],
                    preferred: true,
                  },
                ],
        });
      }
    }
  }
}

const on = (nub: string, body: string) => `<key>IOProviderClass</key>\n<string>${nub}</string>\n${body}`;
const integer = (key: string, value: number) => `<key>${key}</key>\n<integer>${value}</integer>`;
const KERNEL = 'apple-oss-distributions/xnu iokit/Kernel/IOService.cpp:7637-7888';
const HID_SOURCE = 'apple-oss-distributions/IOHIDFamily IOHIDFamily/IOHIDFamilyPrivate.cpp:82-445';

export const matchBreadthRules: readonly Rule[] = [
  {
    id: 'match/foreign-key',
    severity: 'warning',
    title: 'Match key of another kind of nub',
    what: 'USB keys on a PCI, SCSI, media or serial nub, or PCI keys on a USB, HID or storage nub.',
    why: 'Each family compares its own keys. A key that it does not know restricts nothing, and the personality matches more than was meant.',
    how: 'Match the nub that has the property, or ask for it in `IOParentMatch`.',
    source: [KERNEL],
    kinds: MATCH_KINDS,
    facts: ['trap:15'],
    examples: {
      invalid: on('IOMedia', `<key>Whole</key>\n<true/>\n${integer('idVendor', 1118)}`),
      valid: on(
        'IOMedia',
        `<key>IOParentMatch</key>\n<dict>\n\t<key>IOPropertyMatch</key>\n\t<dict>\n\t\t<key>idVendor</key>\n\t\t<integer>1118</integer>\n\t</dict>\n</dict>\n<key>Whole</key>\n<true/>`,
      ),
    },
    check: checkForeign,
  },
  {
    id: 'match/any-device',
    severity: 'warning',
    title: 'Personality that matches every device',
    what: 'A personality on a PCI or HID nub without any key that narrows it, or on a USB nub with wildcards only.',
    why: 'An unknown or misspelt key restricts nothing. Such a driver is tried on the devices of all makers, the built-in ones among them.',
    how: 'Add the keys of your device.',
    source: [KERNEL],
    kinds: MATCH_KINDS,
    facts: ['trap:15'],
    examples: {
      invalid: on('IOPCIDevice', '<key>IOPCIVendorMatch</key>\n<string>0x8086</string>'),
      valid: on('IOPCIDevice', '<key>IOPCIMatch</key>\n<string>0x00008086&amp;0x0000FFFF</string>'),
    },
    check: checkAnyDevice,
  },
  {
    id: 'match/hid-incomplete',
    severity: 'warning',
    title: 'HID key that needs another',
    what: '`DeviceUsage` without `DeviceUsagePage`, `ProductID` without `VendorID`.',
    why: 'The HID family compares a usage only on a page that matched. A product without its vendor matches the same number of any maker.',
    how: 'Add the other key.',
    source: [HID_SOURCE],
    kinds: MATCH_KINDS,
    facts: ['trap:12'],
    examples: {
      invalid: on('IOHIDInterface', integer('ProductID', 746)),
      valid: on('IOHIDInterface', `${integer('ProductID', 746)}\n${integer('VendorID', 1118)}`),
    },
    check: checkHid,
  },
  {
    id: 'match/property-value',
    severity: 'warning',
    title: 'Property of another type',
    what: 'An `IOPropertyMatch` that asks for a known property of USB, HID, SCSI or storage nubs as another type than they publish: an id as a string, `Whole` as a text, `Content` as a number.',
    why: 'IOKit compares property values as they are: the string 1118 and the number 1118 are never equal.',
    how: 'Write the type that the nub publishes.',
    source: [KERNEL],
    kinds: MATCH_KINDS,
    facts: ['trap:15'],
    examples: {
      invalid: '<key>IOPropertyMatch</key>\n<dict>\n\t<key>idVendor</key>\n\t<string>1118</string>\n</dict>',
      valid: '<key>IOPropertyMatch</key>\n<dict>\n\t<key>idVendor</key>\n\t<integer>1118</integer>\n</dict>',
    },
    check: checkPropertyValue,
  },
];
