/** The families of DriverKit and the kernel classes of Apple, as conversion asks for them. */
import familiesTable from '../../../schemas/tables/families.json' with { type: 'json' };
import classesTable from '../../../schemas/tables/kext-classes.json' with { type: 'json' };
import type { PlistValue } from '../plist/value.ts';

export interface FamilyMethod {
  readonly name: string;
  readonly what: string;
  /** `type name(arguments)`, where the signature is known from published headers. */
  readonly declaration?: string;
  /** Nothing to override: a class or methods that the driver calls. */
  readonly uses?: boolean;
}

/** An entry of `schemas/tables/families.json`. */
export interface Family {
  readonly value: string;
  readonly title: string;
  readonly description: string;
  readonly baseClass: string;
  readonly framework: string;
  readonly header: string;
  readonly kernelClass: string;
  readonly kernelBundle: string;
  readonly providers: readonly string[];
  readonly entitlements: readonly string[];
  readonly minimum: { readonly macOS: string; readonly DriverKit: string };
  readonly codeless: { readonly possible: boolean; readonly why: string };
  readonly methods: readonly FamilyMethod[];
  readonly personality?: { readonly [key: string]: { readonly [key: string]: string } };
}

// Entries without `personality` have no such key; the type of the JSON gives it as undefined.
export const FAMILIES = familiesTable.entries as readonly unknown[] as readonly Family[];
const BY_ID = new Map(FAMILIES.map((family) => [family.value, family]));

export function familyById(id: string): Family | undefined {
  return BY_ID.get(id);
}

/** As {@link familyById}, for ids that this program itself writes. Throws for one that is not in the table. */
export function knownFamily(id: string): Family {
  const family = BY_ID.get(id);
  if (!family) throw new Error(`schemas/tables/families.json has no ${id}`);
  return family;
}

/** Families whose class may match a nub of this class, in the order of the table. */
export function familiesFor(provider: string): readonly Family[] {
  return FAMILIES.filter(({ providers }) => providers.includes(provider));
}

/** Its base class does everything: an empty subclass is a working driver. */
export function isComplete(family: Family): boolean {
  return family.codeless.possible && !['usb-device', 'usb-interface'].includes(family.value);
}

/** The dictionaries that the family’s own user client needs in each personality. */
export function familyPersonality(family: Family): readonly (readonly [string, PlistValue])[] {
  return Object.entries(family.personality ?? {}).map(([key, dict]) => [key, new Map(Object.entries(dict))]);
}

export interface KernelClass {
  readonly value: string;
  readonly title: string;
  readonly bundle: string;
  readonly deprecated?: string;
}

const KERNEL_CLASSES = new Map<string, KernelClass>(
  (classesTable.entries as readonly KernelClass[]).map((entry) => [entry.value, entry]),
);

/** A driver class of Apple’s kernel that personalities of other bundles may name. */
export function kernelClass(name: string): KernelClass | undefined {
  return KERNEL_CLASSES.get(name);
}

export function kernelClasses(): readonly KernelClass[] {
  return [...KERNEL_CLASSES.values()];
}
