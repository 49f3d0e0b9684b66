/** Build settings that Info.plists of drivers use, and what Xcode puts in their place. */
export interface BuildVariable {
  readonly name: string;
  readonly meaning: string;
}

/** Meaning in our own words, after Xcode's build settings reference. */
export const BUILD_VARIABLES: readonly BuildVariable[] = [
  { name: 'PRODUCT_BUNDLE_IDENTIFIER', meaning: 'the bundle id of the target' },
  { name: 'EXECUTABLE_NAME', meaning: 'the file name of the binary that the target builds' },
  { name: 'PRODUCT_NAME', meaning: 'the name of the product, without extension' },
  { name: 'PRODUCT_MODULE_NAME', meaning: 'the name of the Swift module of the target' },
  {
    name: 'PRODUCT_BUNDLE_PACKAGE_TYPE',
    meaning: 'the four letters of the product type: DEXT, SYSX, KEXT, APPL',
  },
  { name: 'DEVELOPMENT_LANGUAGE', meaning: 'the development region of the project, such as en' },
  { name: 'MARKETING_VERSION', meaning: 'the version that people see, such as 1.2' },
  { name: 'CURRENT_PROJECT_VERSION', meaning: 'the build number' },
  { name: 'MODULE_VERSION', meaning: 'the version of a kernel module' },
  { name: 'MODULE_NAME', meaning: 'the bundle id of a kernel module' },
  { name: 'MACOSX_DEPLOYMENT_TARGET', meaning: 'the oldest macOS that the target runs on' },
  { name: 'DRIVERKIT_DEPLOYMENT_TARGET', meaning: 'the oldest DriverKit that the target runs on' },
  { name: 'IPHONEOS_DEPLOYMENT_TARGET', meaning: 'the oldest iPadOS that the target runs on' },
  { name: 'DEVELOPMENT_TEAM', meaning: 'the ten letters of the team id' },
  {
    name: 'TeamIdentifierPrefix',
    meaning: 'the team id with a dot behind it; filled in when the code is signed',
  },
  {
    name: 'AppIdentifierPrefix',
    meaning: 'the prefix of the app id with a dot behind it; filled in when the code is signed',
  },
  {
    name: 'CFBundleIdentifier',
    meaning: 'the bundle id; in entitlements, filled in when the code is signed',
  },
  { name: 'TARGET_NAME', meaning: 'the name of the target' },
  { name: 'CONFIGURATION', meaning: 'the name of the build configuration, such as Debug' },
  { name: 'COPYRIGHT_YEAR', meaning: 'a setting of the project itself' },
];

const byName = new Map(BUILD_VARIABLES.map((variable) => [variable.name, variable]));

const MODIFIERS: Readonly<Record<string, string>> = {
  rfc1034identifier: 'with characters that a bundle id may not hold replaced by a hyphen',
  identifier: 'with characters that an identifier may not hold replaced by an underscore',
  c99extidentifier: 'as a C99 identifier',
  lower: 'in lower case',
  upper: 'in upper case',
  base: 'the file name without folder and extension',
  dir: 'the folder',
  file: 'the last part of the path',
  suffix: 'the extension',
  default: 'with a value for when the setting is empty',
};

/** A build variable in a text: its place there and its parts. */
export interface VariableUse {
  readonly start: number;
  readonly end: number;
  readonly name: string;
  readonly modifiers: readonly string[];
}

const USE = /\$\(([A-Za-z_]\w*)((?::[^():]*)*)\)|\$\{([A-Za-z_]\w*)((?::[^{}:]*)*)\}/g;

/** The variables of a text that are not nested in another. */
export function variablesIn(text: string): VariableUse[] {
  return [...text.matchAll(USE)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    name: match[1] ?? match[3] ?? '',
    modifiers: (match[2] ?? match[4] ?? '').split(':').filter((modifier) => modifier !== ''),
  }));
}

/** What a variable stands for, as Markdown. */
export function describeVariable({ name, modifiers }: VariableUse): string {
  const meaning = byName.get(name)?.meaning ?? 'a build setting of the target';
  const changes = modifiers.map((modifier) => {
    const word = modifier.split('=')[0] ?? modifier;
    return MODIFIERS[word] ?? `changed by \`:${word}\``;
  });
  const changed = changes.length > 0 ? `, ${changes.join(', ')}` : '';
  return `**\`$(${name})\`** ${meaning}${changed}. The build replaces it.`;
}
