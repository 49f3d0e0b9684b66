/**
 * Whole personalities, one for each family of DriverKit (`schemas/tables/families.json`) or each common nub of a kext,
 * for a place in IOKitPersonalities. Each is legal as it stands but for the names and numbers.
 */
import { CompletionItemKind } from 'vscode-languageserver-types';
import { FAMILIES, type Family } from '../../convert/families.ts';
import type { BundleKind } from '../../workspace/types.ts';
import { literal } from './snippet.ts';

export interface PersonalitySnippet {
  readonly label: string;
  readonly detail: string;
  /** Markdown. */
  readonly documentation: string;
  readonly kind: CompletionItemKind;
  /** `<dict>…</dict>`; the placeholder 1 is the name of the driver, which the key has as well. */
  readonly body: string;
  /** The name in placeholder 1. */
  readonly name: string;
}

/** The personalities that fit a kind of bundle; none for bundles without personalities. */
export function personalitySnippets(kind: BundleKind): readonly PersonalitySnippet[] {
  switch (kind) {
    case 'dext':
      return FAMILIES.map((family) => ofFamily(family, false));
    case 'codeless-dext':
      return FAMILIES.filter(({ codeless }) => codeless.possible).map((family) => ofFamily(family, true));
    case 'kext':
      return KEXT_NUBS.map((nub) => ofKext(nub, '${9:com_example_driver_MyDriver}', OWN_ID));
    case 'codeless-kext':
      return KEXT_NUBS.filter(({ merge }) => merge !== undefined).map((nub) =>
        ofKext(nub, nub.merge ?? '', `com.apple.driver.${nub.merge}`),
      );
    default:
      return [];
  }
}

const OWN_ID = '\\$(PRODUCT_BUNDLE_IDENTIFIER)';

type Pair = readonly [key: string, element: string];

const string = (text: string): string => `<string>${text}</string>`;
const integer = (text: string): string => `<integer>${text}</integer>`;
const nested = (pairs: readonly Pair[]): string => {
  const lines = pairs.flatMap(([key, value]) => [`<key>${key}</key>`, ...value.split('\n')]);
  return `<dict>\n${lines.map((line) => `\t${line}\n`).join('')}</dict>`;
};

const USB: readonly Pair[] = [
  ['idProduct', integer('${3:1}')],
  ['idVendor', integer('${2:1452}')],
];
const USB_INTERFACE: readonly Pair[] = [
  ['bConfigurationValue', integer('${4:1}')],
  ['bInterfaceNumber', integer('${5:0}')],
  ...USB,
];
const PCI: readonly Pair[] = [['IOPCIPrimaryMatch', string('${2:0x00011234}')]];
const HID: readonly Pair[] = [
  ['PrimaryUsage', integer('${5:2}')],
  ['PrimaryUsagePage', integer('${4:1}')],
  ['ProductID', integer('${3:1}')],
  ['VendorID', integer('${2:1452}')],
];

/** What a driver is matched by below each nub. */
const MATCH: { readonly [provider: string]: readonly Pair[] } = {
  IOUSBHostDevice: USB,
  IOUSBHostInterface: USB_INTERFACE,
  IOPCIDevice: PCI,
  IOHIDInterface: HID,
  IOUserResources: [
    ['IOMatchCategory', string(OWN_ID)],
    ['IOResourceMatch', string('IOKit')],
  ],
  IOUserService: [['IOPropertyMatch', nested([['${2:MyNubType}', string('${3:Audio}')]])]],
};

/** Where the first nub of the table is not the one that drivers of the family usually have. */
const USUAL_PROVIDER: { readonly [family: string]: string } = {
  ethernet: 'IOPCIDevice',
  audio: 'IOUserResources',
  midi: 'IOUserResources',
};

const CLIENT = nested([
  ['IOClass', string('IOUserUserClient')],
  ['IOUserClass', string('${1:MyDriver}UserClient')],
]);

/** What a family needs beside its match keys. */
function familyPairs({ value, kernelClass, personality = {} }: Family, provider: string): readonly Pair[] {
  const pairs: Pair[] = Object.entries(personality).map(([key, dict]) => [
    key,
    nested(Object.entries(dict).map(([name, text]) => [name, string(literal(text))])),
  ]);
  if (value === 'software') pairs.push(['UserClientProperties', CLIENT]);
  if (value === 'own-nub') pairs.push(['IOUserServerOneProcess', '<true/>']);
  if (provider === 'IOPCIDevice') pairs.push(['IOPCITunnelCompatible', '<true/>']);
  const type = /PeripheralDeviceType(\d\d)$/.exec(kernelClass)?.[1];
  if (type !== undefined) {
    pairs.push(
      ['Peripheral Device Type', integer(String(Number(type)))],
      ['Product Identification', string('${3:Disk}')],
      ['Vendor Identification', string('${2:Acme}')],
    );
  }
  if (value === 'uvc-override') {
    pairs.push(
      ['IOProviderMergeProperties', nested([['CameraAssistantBundleID', string('${6:com.example.camera}')]])],
      ['bInterfaceClass', integer('14')],
    );
  }
  return pairs;
}

function ofFamily(family: Family, codeless: boolean): PersonalitySnippet {
  const provider = USUAL_PROVIDER[family.value] ?? family.providers[0] ?? '';
  const pairs: Pair[] = [
    ['CFBundleIdentifier', string(OWN_ID)],
    ['CFBundleIdentifierKernel', string(family.kernelBundle)],
    ['IOClass', string(family.kernelClass)],
    ['IOProviderClass', string(provider)],
    ['IOUserClass', string(codeless ? family.baseClass : '${1:MyDriver}')],
    ['IOUserServerName', string(OWN_ID)],
    ...(MATCH[provider] ?? []),
    ...familyPairs(family, provider),
  ];
  const entitlements = family.entitlements.map((key) => `\n- \`${key}\``).join('');
  const { macOS, DriverKit } = family.minimum;
  return {
    label: family.title,
    detail: `${family.kernelClass} on ${provider}`,
    documentation: [
      family.description,
      `Since macOS ${macOS}${DriverKit ? `, DriverKit ${DriverKit}` : ''}.`,
      entitlements && `Entitlements of the family:${entitlements}`,
    ]
      .filter(Boolean)
      .join('\n\n'),
    kind: CompletionItemKind.Snippet,
    body: nested(sorted(pairs)),
    name: codeless ? 'MyDevice' : 'MyDriver',
  };
}

interface KextNub {
  readonly label: string;
  readonly provider: string;
  readonly pairs: readonly Pair[];
  readonly what: string;
  /** The driver of Apple that a kext without code may name for it. */
  readonly merge?: string;
}

const KEXT_NUBS: readonly KextNub[] = [
  {
    label: 'PCI / Thunderbolt device',
    provider: 'IOPCIDevice',
    pairs: [...PCI, ['IOPCITunnelCompatible', '<true/>']],
    what: 'A driver for a PCI function, by vendor and device id.',
  },
  {
    label: 'USB device',
    provider: 'IOUSBHostDevice',
    pairs: USB,
    what: 'The whole USB device, by vendor and product.',
    merge: 'AppleUSBMergeNub',
  },
  {
    label: 'USB interface',
    provider: 'IOUSBHostInterface',
    pairs: USB_INTERFACE,
    what: 'One interface of a USB device.',
    merge: 'AppleUSBMergeNub',
  },
  {
    label: 'HID device',
    provider: 'IOHIDInterface',
    pairs: HID,
    what: 'A driver above a HID transport, by vendor, product and usage.',
  },
  {
    label: 'ACPI device',
    provider: 'IOACPIPlatformDevice',
    pairs: [['IONameMatch', string('${2:PNP0C0A}')]],
    what: 'A device of the ACPI tables, by its hardware id. Intel Macs only.',
  },
  {
    label: 'Software-only driver',
    provider: 'IOResources',
    pairs: [
      ['IOMatchCategory', string('${9:com_example_driver_MyDriver}')],
      ['IOResourceMatch', string('IOKit')],
    ],
    what: 'No device: the driver starts when I/O Kit is up.',
  },
];

function ofKext(nub: KextNub, className: string, owner: string): PersonalitySnippet {
  const { label, provider, what, merge } = nub;
  const codeless = className === merge;
  const pairs: Pair[] = [
    ['CFBundleIdentifier', string(owner)],
    ['IOClass', string(className)],
    ['IOProviderClass', string(provider)],
    ...nub.pairs,
    ...(codeless ? [['IOProviderMergeProperties', nested([['${6:MyProperty}', '<true/>']])] as Pair] : []),
  ];
  return {
    label,
    detail: codeless ? `${className} on ${provider}` : `on ${provider}`,
    documentation: codeless ? `${what} Apple’s driver adds the properties to it.` : what,
    kind: CompletionItemKind.Snippet,
    body: nested(sorted(pairs)),
    name: codeless ? 'MyDevice' : 'MyDriver',
  };
}

/** In the order in which Xcode writes keys. */
function sorted(pairs: readonly Pair[]): Pair[] {
  return [...pairs].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
