/** The keys of a dext's Info.plist outside IOKitPersonalities. */
import { readVersion } from '../iokit/version.ts';
import type { PlistNode } from '../plist/types.ts';
import { hasBuildVariable } from '../plist/variables.ts';
import { ID_VARIABLE, KeyLedger } from './dextPersonality.ts';
import { isWritable, readsWell } from './output.ts';

/** Keys that a project's build fills in, with the reason. */
const FROM_BUILD: readonly (readonly [string, string, string])[] = [
  ['CFBundleDevelopmentRegion', '$(DEVELOPMENT_LANGUAGE)', 'The project says it.'],
  ['CFBundleExecutable', '$(EXECUTABLE_NAME)', 'A dext always has an executable; the build names it.'],
  ['CFBundleIdentifier', ID_VARIABLE, 'The dext has an id of its own, which begins with that of its app.'],
  ['CFBundleInfoDictionaryVersion', '6.0', 'The one version of the format.'],
  ['CFBundleName', '$(PRODUCT_NAME)', 'The build names the product, after its id.'],
  ['CFBundlePackageType', '$(PRODUCT_BUNDLE_PACKAGE_TYPE)', 'The build writes DEXT.'],
  ['CFBundleShortVersionString', '$(MARKETING_VERSION)', 'The version is a setting of the project.'],
  ['CFBundleVersion', '$(CURRENT_PROJECT_VERSION)', 'The version is a setting of the project.'],
];

const DROPPED: readonly (readonly [RegExp, string])[] = [
  [/^OSBundleLibraries(_\w+)?$/, 'A dext links frameworks, no kernel libraries.'],
  [
    /^OSBundleRequired$/,
    'It puts a kext into the boot cache; in a dext that is not Apple’s it makes loading fail.',
  ],
  [/^OSBundleCompatibleVersion(_\w+)?$/, 'It is for kexts that others link.'],
  [
    /^OSKernelResource$|^OSBundle(IsInterface|SharedExecutableIdentifier)$/,
    'It is for libraries of the kernel.',
  ],
  [/^OSBundleAllowUserLoad$/, 'Nobody loads a dext by hand: the system starts it when a device matches.'],
  [/^OSBundle(EnableKextLogging|DebugLevel)$/, 'It switches the kext loader’s log on.'],
  [/^(AppleSecurityExtension|AppleKernelExternalComponent)$/, 'It marks kernel extensions of Apple.'],
  [/^OS[A-Z]/, 'It is a key of kernel extensions.'],
  [
    /^(DT[A-Z]|BuildMachineOSBuild$|CFBundleSupportedPlatforms$|UIDeviceFamily$)/,
    'Xcode writes it into the built bundle.',
  ],
  [
    /^(LSMinimumSystemVersion|MinimumOSVersion)$/,
    'A dext says it by OSMinimumDriverKitVersion, which Xcode writes from DRIVERKIT_DEPLOYMENT_TARGET.',
  ],
  [/^CFBundleSignature$/, 'Nothing has read creator codes for a long time.'],
  [/^CFBundleIcon(File|Name)$/, 'A dext has no icon.'],
  [/^CFPlugIn/, 'Plug-ins for apps are no part of a dext.'],
  [/^com\.apple\./, 'An entitlement does nothing in Info.plist; it stands in the entitlements file.'],
  [/UserClientProperties$/, 'It belongs into a personality; up here nothing reads it.'],
  [/^GPUCompanionBundles$/, 'It names kexts of graphics drivers.'],
];

/** @param usage text of OSBundleUsageDescription where the source has none */
export function dextInfo(root: PlistNode, usage: string): KeyLedger {
  const ledger = new KeyLedger(root);
  for (const [key, value, why] of FROM_BUILD) ledger.set(key, value, why);
  const own = root.get('OSBundleUsageDescription');
  if (!own?.string?.trim())
    ledger.set(
      'OSBundleUsageDescription',
      usage,
      'The system shows it when it asks the user to allow the driver.',
    );
  const done = new Set(ledger.entries.map(({ key }) => key));
  for (const { key, value } of root.entries) {
    const name = key.text;
    if (done.has(name) || name.startsWith('IOKitPersonalities')) continue;
    done.add(name);
    const why =
      name === 'OSBundleUsageDescription' ? undefined : DROPPED.find(([pattern]) => pattern.test(name))?.[1];
    const kept = root.get(name);
    if (why !== undefined) ledger.drop(name, why);
    else if (!value || !kept || !readsWell(kept) || !isWritable(name))
      ledger.drop(name, 'Its value cannot be read.');
    else if (kept.kind === 'string' && hasBuildVariable(kept.text))
      ledger.drop(
        name,
        `Its value ${kept.text.trim().slice(0, 80)} comes from a build variable of the old project.`,
      );
    else ledger.keep(key, kept);
  }
  return ledger;
}

/** The versions of the source for the new project, where the loader takes them. */
export function projectVersions(root: PlistNode | undefined): { marketing: string; current: string } {
  const build = root?.get('CFBundleVersion')?.string?.trim();
  const short = root?.get('CFBundleShortVersionString')?.string?.trim();
  const legal = (version: string | undefined) => version !== undefined && readVersion(version).ok;
  return {
    current: legal(build) ? build! : '1',
    marketing: short !== undefined && /^\d+(\.\d+){0,2}$/.test(short) ? short : '1.0',
  };
}
