/** Rules on a dext as a bundle: its folder, its versions. The same for system extensions, whose folder obeys the same. */
import type { PlistNode } from '../plist/types.ts';
import type { BundleKind } from '../workspace/types.ts';
import { addEntryFix, offer } from './bundle-edits.ts';
import { bundleIdentifier, DEXT_KINDS, isWrittenOut, quoted } from './bundle-values.ts';
import { moveIntoPersonalities } from './schema-fixes.ts';
import { SYSEXT_KINDS } from './sysext-names.ts';
import type { Rule, RuleContext } from './types.ts';

const INSTALLING =
  'https://developer.apple.com/documentation/systemextensions/installing-system-extensions-and-drivers';

interface Folder {
  /** Without the extension. */
  readonly name: string;
  readonly extension: 'dext' | 'systemextension';
  /** Whether the Info.plist lies in Contents. */
  readonly contents: boolean;
}

/** The wrapper folder around a document; undefined where it lies in none. */
function folderOf(uri: string): Folder | undefined {
  const match = /([^/\\]+)\.(dext|systemextension)[/\\](Contents[/\\])?[^/\\]+$/i.exec(uri);
  if (!match) return undefined;
  let name = match[1]!;
  try {
    name = decodeURIComponent(name);
  } catch {
    // Not encoded after all.
  }
  return {
    name,
    extension: match[2]!.toLowerCase() as Folder['extension'],
    contents: match[3] !== undefined,
  };
}

const KEPT_LENGTH = 63;

function checkFolder({ root, built, document, report }: RuleContext): void {
  const folder = built ? folderOf(document.uri) : undefined;
  const node = root.get('CFBundleIdentifier');
  const id = bundleIdentifier(root);
  if (!folder || !node || !id) return;
  if (folder.name !== id) {
    report({
      at: node,
      message: `The bundle’s folder is ${folder.name}.${folder.extension}, and its identifier is ${quoted(id)}. The system looks the extension up by folder name and fails with “Extension not found in App bundle”. Set PRODUCT_NAME to $(PRODUCT_BUNDLE_IDENTIFIER).`,
    });
  }
  if (folder.extension === 'systemextension' && id.length > KEPT_LENGTH) {
    report({
      at: node,
      severity: 'warning',
      message: `This identifier has ${id.length} characters. Reports say that more than ${KEPT_LENGTH} keep an extension from being activated.`,
    });
  }
  if (folder.extension === 'systemextension' && !folder.contents) {
    report({
      at: root,
      severity: 'warning',
      message: `A system extension keeps its Info.plist in ${folder.name}.systemextension/Contents, as every bundle of macOS but a dext does. Here it lies at the top. Move it, and the executable into Contents/MacOS.`,
    });
  }
  if (folder.extension === 'dext' && folder.contents) {
    report({
      at: root,
      severity: 'warning',
      message: `A dext is a flat bundle: Info.plist and executable lie directly in ${folder.name}.dext, with no Contents folder.`,
    });
  }
}

function checkVersions({ root, built, report }: RuleContext): void {
  if (!isWrittenOut(root, built) && !isByHand(root)) return;
  for (const key of ['CFBundleVersion', 'CFBundleShortVersionString']) {
    if (root.keyNode(key)) continue;
    // A loader that refuses the bundle for it is bundle/missing-key.
    if (built && key === 'CFBundleVersion') continue;
    const variable = key === 'CFBundleVersion' ? '$(CURRENT_PROJECT_VERSION)' : '$(MARKETING_VERSION)';
    const value = built ? (root.get('CFBundleVersion')?.string ?? '1.0') : variable;
    report({
      at: root,
      keyPath: [key],
      ...(!built && { severity: 'warning' as const }),
      message: `${key} is missing, and the system installs no extension without both versions.${built ? '' : ' If the build settings do not add it, write it.'} Add it with ${value}.`,
      fixes: () => offer(addEntryFix(root, key, `<string>${value}</string>`, `Add ${key}`)),
    });
  }
}

/** A source that names its identifier and package type itself has no generated keys, as a rule. */
function isByHand(root: PlistNode): boolean {
  return ['CFBundleIdentifier', 'CFBundlePackageType', 'CFBundleExecutable'].every((key) => root.get(key));
}

const PLATFORM_KEYS = [
  ['CFBundleSupportedPlatforms', '<array>\n\t<string>DriverKit</string>\n</array>'],
  ['OSMinimumDriverKitVersion', '<string>21.0</string>'],
] as const;

function checkPlatform({ root, built, report }: RuleContext): void {
  if (!built) return;
  const missing = PLATFORM_KEYS.filter(([key]) => !root.keyNode(key));
  if (missing.length === PLATFORM_KEYS.length) {
    // It may be an extract of a file: no more than a note.
    report({
      at: root,
      keyPath: ['CFBundleSupportedPlatforms'],
      severity: 'information',
      message:
        'CFBundleSupportedPlatforms and OSMinimumDriverKitVersion are missing. Xcode writes both into every dext; a bundle put together by hand needs them, or the system may refuse it.',
    });
    return;
  }
  for (const [key, text] of missing) {
    report({
      at: root,
      keyPath: [key],
      ...(key === 'CFBundleSupportedPlatforms' && { severity: 'information' as const }),
      message: `${key} is missing. Xcode writes it into every dext; a bundle put together by hand needs it, or the system may refuse it. Add it.`,
      fixes: () => offer(addEntryFix(root, key, text, `Add ${key}`, false)),
    });
  }
}

const folderRule = (kinds: readonly BundleKind[], group: 'dext' | 'sysext'): Rule => ({
  id: `${group}/folder-name`,
  severity: 'error',
  title: 'Folder not named after the bundle id',
  what: `In a built ${group === 'dext' ? 'dext: a folder with another name than `CFBundleIdentifier`. As a warning, an Info.plist in a `Contents` folder.' : 'system extension: a folder with another name than `CFBundleIdentifier`. As a warning, an id of more than 63 characters, and an Info.plist that does not lie in `Contents`.'}`,
  why: `The system looks for \`<bundle id>.${group === 'dext' ? 'dext' : 'systemextension'}\` in the app and reports error 4, “Extension not found in App bundle”.`,
  how: 'Set `PRODUCT_NAME` to `$(PRODUCT_BUNDLE_IDENTIFIER)`, as Xcode’s templates do.',
  source: [
    'swiftlang/swift-build Sources/SWBApplePlatform/Specs/DarwinProductTypes.xcspec:86-108,430-463',
    'fetzu/ReDrobo docs/DRIVERKIT.md packaging rules 2 and 3',
    'https://developer.apple.com/forums/thread/824746',
  ],
  kinds,
  facts: ['mistake:M009', 'trap:18'],
  examples: {
    invalid: `<!-- Lamp.${group === 'dext' ? 'dext' : 'systemextension'} -->\n<key>CFBundleIdentifier</key>\n<string>com.example.App.Lamp</string>`,
    valid: `<!-- com.example.App.Lamp.${group === 'dext' ? 'dext' : 'systemextension'} -->\n<key>CFBundleIdentifier</key>\n<string>com.example.App.Lamp</string>`,
  },
  check: checkFolder,
});

const versionRule = (kinds: readonly BundleKind[], group: 'dext' | 'sysext'): Rule => ({
  id: `${group}/missing-version`,
  severity: 'error',
  title: 'Missing version',
  what: `A ${group === 'dext' ? 'dext' : 'system extension'} that is built, or written out as a source, without \`CFBundleShortVersionString\` or \`CFBundleVersion\`. In a source a warning.`,
  why: 'The system compares both versions with those of the extension that is installed, and installs nothing without them.',
  how: 'Add `CFBundleShortVersionString` and `CFBundleVersion`, or have the build generate them.',
  source: [
    'https://developer.apple.com/documentation/driverkit/creating-a-driver-using-the-driverkit-sdk',
    INSTALLING,
  ],
  kinds,
  facts: ['mistake:M005'],
  examples: {
    invalid: '<key>CFBundleVersion</key>\n<string>1</string>',
    valid:
      '<key>CFBundleShortVersionString</key>\n<string>1.0</string>\n<key>CFBundleVersion</key>\n<string>1</string>',
  },
  check: checkVersions,
});

/** The schema knows the usual name; under any other the class tells what the dictionary is. */
function checkUserClient({ root, report }: RuleContext): void {
  for (const { key, value } of root.entries) {
    if (value?.kind !== 'dict' || /UserClientProperties$/.test(key.text)) continue;
    if (value.get('IOClass')?.string?.trim() !== 'IOUserUserClient') continue;
    report({
      at: key,
      message: `${key.text} describes a user client and stands at the top level, where IOService::Create does not find it. Move it into the personality.`,
      fixes: () => offer(...moveIntoPersonalities(key)),
    });
  }
}

export const extensionBundleRules: readonly Rule[] = [
  folderRule(DEXT_KINDS, 'dext'),
  versionRule(DEXT_KINDS, 'dext'),
  {
    id: 'dext/missing-platform',
    severity: 'warning',
    title: 'Built dext without its platform',
    what: 'A built dext with `CFBundleSupportedPlatforms` and without `OSMinimumDriverKitVersion`; as information, one without the first or without both.',
    why: 'Xcode writes both. In a bundle put together by hand they are easily forgotten, and projects report that the system refuses it then.',
    how: 'Add `CFBundleSupportedPlatforms` with `DriverKit`, and the oldest DriverKit version in `OSMinimumDriverKitVersion`.',
    source: [
      'fetzu/ReDrobo docs/DRIVERKIT.md packaging rule 4',
      'swiftlang/swift-build Sources/SWBCore/PlannedTaskAction.swift:196-204',
    ],
    kinds: DEXT_KINDS,
    facts: ['mistake:M017'],
    examples: {
      invalid: '<!-- com.example.App.Lamp.dext -->\n<key>CFBundleVersion</key>\n<string>1</string>',
      valid:
        '<!-- com.example.App.Lamp.dext -->\n<key>CFBundleSupportedPlatforms</key>\n<array>\n\t<string>DriverKit</string>\n</array>\n<key>OSMinimumDriverKitVersion</key>\n<string>21.0</string>',
    },
    check: checkPlatform,
  },
  folderRule(SYSEXT_KINDS, 'sysext'),
  versionRule(SYSEXT_KINDS, 'sysext'),
  {
    id: 'dext/user-client-outside',
    severity: 'error',
    title: 'User client outside of the personalities',
    what: 'A dictionary at the top level whose `IOClass` is `IOUserUserClient`, whatever it is called.',
    why: '`IOService::Create` looks in the properties of the service, which come from its personality. At the top level it finds nothing, and no program can open the driver.',
    how: 'Move the dictionary into each personality that has user clients.',
    source: [
      'apple-oss-distributions/xnu iokit/Kernel/IOUserServer.cpp:5168-5225',
      'https://developer.apple.com/documentation/driverkit/ioservice/create',
    ],
    kinds: DEXT_KINDS,
    facts: ['mistake:M053'],
    examples: {
      invalid:
        '<key>LampConnection</key>\n<dict>\n\t<key>IOClass</key>\n\t<string>IOUserUserClient</string>\n</dict>',
      valid:
        '<key>IOKitPersonalities</key>\n<dict>\n\t<key>Lamp</key>\n\t<dict>\n\t\t<key>LampConnection</key>\n\t\t<dict/>\n\t</dict>\n</dict>',
    },
    check: checkUserClient,
  },
];
