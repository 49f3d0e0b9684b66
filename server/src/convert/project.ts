/** What the files of a new dext project are made from. */
import type { PlistDict } from '../plist/value.ts';
import type { DextClass } from './sources.ts';
import type { OutEntry } from './types.ts';

export interface DextProject {
  /** Plain name: `AcmeGamepad`. */
  readonly name: string;
  readonly dextId: string;
  readonly appId: string;
  readonly team: string | undefined;
  readonly marketingVersion: string;
  readonly currentVersion: string;
  readonly minimum: { readonly macOS: string; readonly DriverKit: string };
  /** Frameworks to link, DriverKit first. */
  readonly frameworks: readonly string[];
  readonly classes: readonly DextClass[];
  /** The dext’s Info.plist. */
  readonly info: readonly OutEntry[];
  readonly entitlements: PlistDict;
  readonly appEntitlements: PlistDict;
  /** Sections of the README that the conversion adds. */
  readonly notes: readonly string[];
  /** Bundle id of the kext that the dext takes the place of. */
  readonly replaces: string | undefined;
  /** Personalities that leave the kext, where others stay in it. */
  readonly moved?: readonly string[] | undefined;
  /** Target and folder of the dext. */
  readonly driver: string;
  /** Target of the host app, and its folder where that is new. */
  readonly app: string;
  /** Folder of the files as the project sees it, with `/` behind it; `''` for its own folder. */
  readonly base: string;
  /** The targets stand in a spec, from which XcodeGen writes the Xcode project. */
  readonly inSpec?: boolean;
  /** The app is a target of a project that was there. */
  readonly host?: { readonly needs: readonly string[] } | undefined;
}

/** Before it is known which names are free. */
export type NamelessProject = Omit<DextProject, 'driver' | 'app' | 'base' | 'inSpec' | 'host'>;

/** Folders and targets. */
export const driverTarget = ({ driver }: DextProject) => driver;
export const appTarget = ({ app }: DextProject) => app;

/** The names of a project's targets where nothing is taken. */
export const targetNames = (name: string) => ({ driver: `${name}Driver`, app: `${name}App`, base: '' });

/** Source files of the driver, by class and then by user client. */
export function driverSources(project: DextProject): string[] {
  const names = project.classes.flatMap(({ name, userClient }) => [
    name,
    ...(userClient ? [userClient] : []),
  ]);
  return [...new Set(names)].flatMap((name) => [`${name}.iig`, `${name}.cpp`]);
}

export const APP_SOURCES = ['DriverActivator.swift', 'HostApp.swift'];

/** The higher of two versions of numbers and dots. */
export function higher(a: string, b: string): string {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference > 0 ? a : b;
  }
  return a;
}
