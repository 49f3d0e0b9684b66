/** Tables of names that schemas refer to with `table`, and those that stand behind numbers. */
import driverkitFrameworks from '../../../schemas/tables/driverkit-frameworks.json' with { type: 'json' };
import driverkitKernelClasses from '../../../schemas/tables/driverkit-kernel-classes.json' with {
  type: 'json',
};
import driverkitSuperclasses from '../../../schemas/tables/driverkit-superclasses.json' with { type: 'json' };
import hidTransports from '../../../schemas/tables/hid-transports.json' with { type: 'json' };
import hidUsagePages from '../../../schemas/tables/hid-usage-pages.json' with { type: 'json' };
import hidUsages from '../../../schemas/tables/hid-usages.json' with { type: 'json' };
import kextClasses from '../../../schemas/tables/kext-classes.json' with { type: 'json' };
import kextLibraries from '../../../schemas/tables/kext-libraries.json' with { type: 'json' };
import matchCategories from '../../../schemas/tables/match-categories.json' with { type: 'json' };
import mediaContent from '../../../schemas/tables/media-content.json' with { type: 'json' };
import pciClasses from '../../../schemas/tables/pci-classes.json' with { type: 'json' };
import providerClasses from '../../../schemas/tables/provider-classes.json' with { type: 'json' };
import resources from '../../../schemas/tables/resources.json' with { type: 'json' };
import scsiTypes from '../../../schemas/tables/scsi-types.json' with { type: 'json' };
import usbClasses from '../../../schemas/tables/usb-classes.json' with { type: 'json' };
import usbInterfaceClasses from '../../../schemas/tables/usb-interface-classes.json' with { type: 'json' };

export interface TableEntry {
  readonly value: string | number;
  readonly title?: string | undefined;
  /** Markdown. */
  readonly description?: string | undefined;
  /** What to use instead. */
  readonly deprecated?: string | undefined;
  /** Of a provider class: whether a dext may match it. */
  readonly driverKit?: boolean | string | undefined;
  /** Of a HID usage: its page. */
  readonly page?: number | undefined;
  /** Of a kext library: the lowest version that may be asked for. */
  readonly compatibleVersion?: string | undefined;
}

const TABLES: { readonly [name: string]: readonly TableEntry[] } = {
  'driverkit-frameworks': driverkitFrameworks.entries,
  'driverkit-kernel-classes': driverkitKernelClasses.entries,
  'driverkit-superclasses': driverkitSuperclasses.entries,
  'hid-transports': hidTransports.entries,
  'hid-usage-pages': hidUsagePages.entries,
  'hid-usages': hidUsages.entries,
  'kext-classes': kextClasses.entries,
  'kext-libraries': kextLibraries.entries,
  'match-categories': matchCategories.entries,
  'media-content': mediaContent.entries,
  'pci-classes': pciClasses.entries,
  'provider-classes': providerClasses.entries,
  resources: resources.entries,
  'scsi-types': scsiTypes.entries,
  'usb-classes': usbClasses.entries,
  'usb-interface-classes': usbInterfaceClasses.entries,
};

/** The entries of a table in the order of its file; `[]` for a name that is no table of ours. */
export function tableEntries(name: string): readonly TableEntry[] {
  return Object.hasOwn(TABLES, name) ? (TABLES[name] ?? []) : [];
}

export function tableNames(): readonly string[] {
  return Object.keys(TABLES);
}

/** An entry in words: title, description, what to use instead. */
export function entryWords({ title, description, deprecated }: TableEntry): string {
  const instead = deprecated === undefined ? '' : ` **Deprecated.** ${deprecated}`;
  return `${[title, description].filter(Boolean).join(': ')}${instead}`;
}
