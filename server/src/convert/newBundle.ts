/** A new driver bundle for a device, from nothing but the family and what the device is matched by. */
import { usbKeyCombination, usbKindOf } from '../iokit/usb.ts';
import type { PlistValue } from '../plist/value.ts';
import { dextFiles } from './dextFiles.ts';
import { ID_VARIABLE } from './dextPersonality.ts';
import { frameworksOf, minimumOf } from './dextPlan.ts';
import { appEntitlements, dextEntitlements } from './entitlements.ts';
import { type Family, familyById, familyPersonality, isComplete } from './families.ts';
import { hostWarnings, openProject, placeProject } from './intoProject.ts';
import { bundleIdProblem, classNameProblem, projectName, teamProblem } from './names.ts';
import { text } from './output.ts';
import type { IntoPlan, IntoProject, OutEntry, PlanFile } from './types.ts';

export interface NewBundleOptions {
  /** Id of `schemas/tables/families.json`. */
  readonly family: string;
  /** Nub; default the family’s first. */
  readonly provider?: string | undefined;
  /** Match keys of the device, such as idVendor and idProduct, or IOPCIPrimaryMatch. */
  readonly match: ReadonlyMap<string, PlistValue>;
  /** Id of the dext: three parts at least. */
  readonly bundleId: string;
  readonly className: string;
  readonly team?: string | undefined;
  /** A project that is there, which the new targets are added to. */
  readonly into?: IntoProject | undefined;
  /** What the device is called; names the folder and the targets. Default: the class. */
  readonly name?: string | undefined;
}

export type NewBundleResult =
  | {
      readonly ok: true;
      readonly name: string;
      readonly files: readonly PlanFile[];
      /** With {@link NewBundleOptions.into}. */
      readonly into: IntoPlan | undefined;
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Plans the files. Pure; never throws: what cannot be used comes back as problems for a person. */
export function newBundle(options: NewBundleOptions): NewBundleResult {
  const family = familyById(options.family);
  if (!family)
    return { ok: false, problems: [`There is no family ${JSON.stringify(options.family.slice(0, 80))}.`] };
  const provider = options.provider ?? family.providers[0] ?? '';
  const problems = [
    bundleIdProblem(options.bundleId, 3),
    classNameProblem(options.className),
    options.team === undefined ? undefined : teamProblem(options.team),
    family.providers.includes(provider)
      ? undefined
      : `${family.title} is no driver for ${JSON.stringify(provider.slice(0, 80))}: it takes ${family.providers.join(', ')}.`,
    matchProblem(provider, options.match),
    scsiProblem(family, options.match),
  ].filter((problem) => problem !== undefined);
  if (problems.length > 0) return { ok: false, problems };

  const name = projectName(options.name ?? '') || projectName(options.className) || 'New';
  const { entitlements, warnings } = dextEntitlements([
    { provider, family, match: (key) => options.match.get(key) },
  ]);
  const software = provider === 'IOUserResources';
  const unitType = scsiUnitType(family);
  // A nub of one's own is told from those of every other dext by a property only.
  const nubProperty =
    provider === 'IOUserService' && !options.match.has('IOPropertyMatch')
      ? `${options.className}Nub`
      : undefined;
  const personality: (readonly [string, PlistValue])[] = [
    ['CFBundleIdentifier', ID_VARIABLE],
    ['CFBundleIdentifierKernel', family.kernelBundle],
    ['IOClass', family.kernelClass],
    ['IOProviderClass', provider],
    ['IOUserClass', options.className],
    ['IOUserServerName', ID_VARIABLE],
    ...(software
      ? ([
          ['IOMatchCategory', ID_VARIABLE],
          ['IOResourceMatch', 'IOKit'],
        ] as const)
      : []),
    ...(provider === 'IOPCIDevice' && !options.match.has('IOPCITunnelCompatible')
      ? ([['IOPCITunnelCompatible', true]] as const)
      : []),
    ...(unitType !== undefined && !options.match.has(UNIT_TYPE) ? ([[UNIT_TYPE, unitType]] as const) : []),
    ...options.match,
    ...(nubProperty === undefined
      ? []
      : ([['IOPropertyMatch', new Map<string, PlistValue>([[nubProperty, true]])]] as const)),
    ...familyPersonality(family),
  ];
  const notes = [
    ...warnings,
    ...(nubProperty === undefined
      ? []
      : [
          `The driver matches the nub with the property ${nubProperty}: publish it with your own nub (IOService::Create and SetProperties, or the dictionary that it is made from).`,
        ]),
  ];
  const opened = options.into && openProject(options.into);
  const placed = placeProject(
    {
      name,
      dextId: options.bundleId,
      appId: options.bundleId.slice(0, options.bundleId.lastIndexOf('.')),
      team: options.team,
      marketingVersion: '1.0',
      currentVersion: '1',
      minimum: minimumOf([family]),
      frameworks: frameworksOf([family]),
      classes: [
        {
          name: options.className,
          family,
          needsCode: !isComplete(family),
          replaces: undefined,
          userClient: undefined,
        },
      ],
      info: newInfo(name, personality),
      entitlements,
      appEntitlements: appEntitlements([]),
      notes: notes.map((warning) => `> ${warning}`),
      replaces: undefined,
    },
    opened,
  );
  return {
    ok: true,
    name,
    files: dextFiles(placed),
    into: placed.plan,
    warnings: [...notes, ...hostWarnings(opened, options.bundleId, placed.project)],
  };
}

function matchProblem(provider: string, match: ReadonlyMap<string, PlistValue>): string | undefined {
  const kind = usbKindOf(provider);
  if (!kind) return undefined;
  const { row, missing } = usbKeyCombination(match.keys(), kind);
  if (row) return undefined;
  const ways = missing.map((keys) => keys.join(' and ')).join(', or ');
  return `A USB ${kind} is not matched by these keys alone.${ways === '' ? '' : ` Add ${ways}.`}`;
}

const UNIT_TYPE = 'Peripheral Device Type';

/** The classes of SCSIPeripheralsDriverKit each speak the command set of one type of unit. */
function scsiUnitType({ kernelClass }: Family): bigint | undefined {
  const type = /^IOUserSCSIPeripheralDeviceType(\d+)$/.exec(kernelClass)?.[1];
  return type === undefined ? undefined : BigInt(type);
}

function scsiProblem(family: Family, match: ReadonlyMap<string, PlistValue>): string | undefined {
  const serves = scsiUnitType(family);
  const asked = match.get(UNIT_TYPE);
  if (serves === undefined || asked === undefined || asked === serves) return undefined;
  return `${family.title} serves units of type ${serves}, not of type ${String(asked)}.`;
}

function newInfo(name: string, personality: readonly (readonly [string, PlistValue])[]): OutEntry[] {
  const entries: readonly (readonly [string, string])[] = [
    ['CFBundleDevelopmentRegion', '$(DEVELOPMENT_LANGUAGE)'],
    ['CFBundleExecutable', '$(EXECUTABLE_NAME)'],
    ['CFBundleIdentifier', ID_VARIABLE],
    ['CFBundleInfoDictionaryVersion', '6.0'],
    ['CFBundleName', '$(PRODUCT_NAME)'],
    ['CFBundlePackageType', '$(PRODUCT_BUNDLE_PACKAGE_TYPE)'],
    ['CFBundleShortVersionString', '$(MARKETING_VERSION)'],
    ['CFBundleVersion', '$(CURRENT_PROJECT_VERSION)'],
    ['OSBundleUsageDescription', `This driver lets your Mac use ${name}.`],
  ];
  const dict = personality.map(([key, value]): OutEntry => ({ key, value: { value } }));
  return [
    ...entries.map(([key, value]): OutEntry => ({ key, value: text(value) })),
    { key: 'IOKitPersonalities', value: { dict: [{ key: name, value: { dict } }] } },
  ];
}
