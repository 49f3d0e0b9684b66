/** Rules on what names a bundle: the CFBundle keys that Apple's loader asks for, ids, versions. */
import { readVersion } from '../iokit/version.ts';
import type { PlistNode } from '../plist/types.ts';
import { addEntryFix, offer, removeEntryFix, setTextFix } from './bundle-edits.ts';
import { knownKeysOf } from './bundle-known-keys.ts';
import {
  DEXT_KINDS,
  INFO_KINDS,
  isFlagged,
  KEXT_KINDS,
  knownString,
  LOADER_KINDS,
  quoted,
} from './bundle-values.ts';
import { dictionariesIn } from './dictionaries.ts';
import { nearestVersion } from './kext-versions.ts';
import type { Fix, Rule, RuleContext } from './types.ts';

const LOADER = 'apple-oss-distributions/IOKitUser kext.subproj/OSKext.c';

/** The name of the bundle's wrapper folder without extension: `Lamp` for `…/Lamp.kext/Contents/Info.plist`. */
export function wrapperName(uri: string): string | undefined {
  const match = /([^/\\]+)\.(?:kext|dext)[/\\](?:Contents[/\\])?[^/\\]+$/i.exec(uri);
  if (!match) return undefined;
  try {
    return decodeURIComponent(match[1]!);
  } catch {
    return match[1];
  }
}

function checkMissing({ root, kind, built, document, report }: RuleContext): void {
  if (!built) return;
  const dext = DEXT_KINDS.includes(kind);
  const what = dext ? 'dext' : 'kext';
  const missing = (key: string, why: string, fix: Fix | undefined, severity?: 'warning') => {
    if (root.get(key) || root.keyNode(key)) return;
    report({
      at: root,
      keyPath: [key],
      ...(severity && { severity }),
      message: `${key} is missing. ${why}`,
      fixes: () => offer(fix),
    });
  };
  const type = dext ? 'DEXT' : 'KEXT';
  missing(
    'CFBundlePackageType',
    `The loader refuses a ${what} without it, and looks at nothing else. Add it with the value ${type}.`,
    addEntryFix(root, 'CFBundlePackageType', `<string>${type}</string>`, `Add CFBundlePackageType ${type}`),
  );
  missing(
    'CFBundleIdentifier',
    `The loader refuses a ${what} without an identifier. Add one in reverse-DNS form, such as com.example.driver.Lamp.`,
    undefined,
  );
  missing(
    'CFBundleVersion',
    `The loader refuses a ${what} without a version. Add one, such as 1.0.`,
    addEntryFix(root, 'CFBundleVersion', '<string>1.0</string>', 'Add CFBundleVersion 1.0'),
  );
  if (kind !== 'dext') return;
  const name = wrapperName(document.uri);
  missing(
    'CFBundleExecutable',
    'A dext without an executable has no process to start. Add the name of its executable.',
    name === undefined
      ? undefined
      : addEntryFix(root, 'CFBundleExecutable', `<string>${name}</string>`, `Add CFBundleExecutable ${name}`),
    'warning',
  );
}

const MAX_IDENTIFIER = 63;

function checkIdentifier(context: RuleContext): void {
  const { root, kind, report } = context;
  const node = root.get('CFBundleIdentifier');
  const text = knownString(node);
  if (!node || text === undefined || isFlagged(context, node)) return;
  const loaded = LOADER_KINDS.includes(kind);
  if (text === '') {
    report({
      at: node,
      message:
        'CFBundleIdentifier is empty, and the system refuses a bundle without an identifier. Write one in reverse-DNS form, such as com.example.driver.Lamp.',
      fixes: () =>
        offer(setTextFix(node, '$(PRODUCT_BUNDLE_IDENTIFIER)', 'Set to $(PRODUCT_BUNDLE_IDENTIFIER)', false)),
    });
    return;
  }
  if (loaded && text.length > MAX_IDENTIFIER) {
    report({
      at: node,
      message: `This identifier has ${text.length} characters, and the kernel keeps at most ${MAX_IDENTIFIER}: the loader refuses the bundle. Shorten it.`,
    });
    return;
  }
  const wrong = /[^A-Za-z0-9._-]/.exec(text.trim());
  if (!wrong) return;
  const repaired = text.trim().replace(/[^A-Za-z0-9._-]+/g, '-');
  report({
    at: node,
    severity: 'warning',
    message: `The identifier holds ${wrong[0].trim() === '' ? 'a blank' : quoted(wrong[0])}. Identifiers are made of letters, digits, - and . only; signing and activation compare them as text.`,
    fixes: () => offer(setTextFix(node, repaired, `Set to ${repaired}`)),
  });
}

function checkVersion({ root, built, report }: RuleContext): void {
  const node = root.get('CFBundleVersion');
  const text = knownString(node);
  if (!node || text === undefined) return;
  const result = readVersion(text);
  if (result.ok) {
    if (result.version.ignored !== '') reportIgnored(node, text, result.version.ignored, report);
    return;
  }
  const suggestion = nearestVersion(text);
  const whatIsWrong =
    text === ''
      ? 'CFBundleVersion is empty.'
      : `${quoted(text)} is no version that the loader reads: ${result.reason}.`;
  report({
    at: node,
    message: `${whatIsWrong} It refuses the bundle. Write up to three numbers of at most four digits, such as ${suggestion ?? '1.2.3'}.`,
    fixes: () =>
      suggestion === undefined
        ? offer(
            setTextFix(node, '1.0', 'Set to 1.0', false),
            built
              ? undefined
              : setTextFix(node, '$(CURRENT_PROJECT_VERSION)', 'Set to $(CURRENT_PROJECT_VERSION)', false),
          )
        : offer(setTextFix(node, suggestion, `Set to ${suggestion}`)),
  });
}

function reportIgnored(node: PlistNode, text: string, ignored: string, report: RuleContext['report']): void {
  const kept = text.slice(0, text.search(/[ \t\r\n]/));
  report({
    at: node,
    severity: 'hint',
    message: `The loader reads ${quoted(kept)} and ignores ${quoted(ignored)} behind the blank.`,
    fixes: () => offer(setTextFix(node, kept, `Set to ${kept}`)),
  });
}

function checkExecutable({ root, kind, built, document, report }: RuleContext): void {
  const node = root.get('CFBundleExecutable');
  if (node?.string !== '') return;
  const kext = KEXT_KINDS.includes(kind);
  const name = built ? wrapperName(document.uri) : undefined;
  const hasLibraries = root.entries.some(
    ({ key, value }) => /^OSBundleLibraries/.test(key.text) && (value?.entries.length ?? 0) > 0,
  );
  const codeless = kext && !hasLibraries;
  const value = name ?? '$(EXECUTABLE_NAME)';
  report({
    at: node,
    message: kext
      ? `CFBundleExecutable is empty, and the loader refuses the kext. ${codeless ? 'A codeless kext has no such key at all: remove it' : 'Name the executable'}.`
      : 'CFBundleExecutable is empty, and the loader refuses the dext. Name the executable.',
    fixes: () =>
      offer(
        codeless ? removeEntryFix(node, 'Remove CFBundleExecutable') : undefined,
        codeless ? undefined : setTextFix(node, value, `Set to ${value}`),
      ),
  });
}

/** Values that the system compares with other text byte by byte. */
const COMPARED_KEYS = new Set([
  'CFBundleIdentifier',
  'CFBundleIdentifierKernel',
  'CFBundleExecutable',
  'CFBundlePackageType',
  'CFBundleVersion',
  'IOClass',
  'IOProviderClass',
  'IOUserClass',
  'IOUserServerName',
  'IOMatchCategory',
  'IOUserClientClass',
  'OSBundleCompatibleVersion',
  'OSBundleRequired',
  'OSMinimumDriverKitVersion',
  'NEMachServiceName',
  'NSEndpointSecurityMachServiceName',
  'CMIOExtensionMachServiceName',
]);

/** A version may end in a blank: what follows is ignored. One in front is refused, which `bundle/version` says. */
const MAY_END_IN_BLANK = /Version$/;

function checkBlank({ tree, evaluation, report }: RuleContext): void {
  for (const node of dictionariesIn(tree)) {
    for (const { key, value } of node.entries) {
      const name = key.text;
      if (name !== name.trim() && knownKeysOf(evaluation, node).names.has(name.trim())) {
        report({
          at: key,
          severity: 'warning',
          message: `The key ${quoted(name.trim())} has a blank or line break around it, so nothing finds it. Remove the blank.`,
          fixes: () => offer(setTextFix(key, name.trim(), 'Remove the blank around it')),
        });
      }
      const text = value?.string;
      if (!value || text === undefined || !COMPARED_KEYS.has(name) || MAY_END_IN_BLANK.test(name)) continue;
      if (text === text.trim() || text.trim() === '') continue;
      report({
        at: value,
        message: `${name} has a blank or line break ${text.startsWith(text.trim()) ? 'behind' : 'in front of'} ${quoted(text.trim())}. It is compared as it stands, so it equals nothing. Remove the blank.`,
        fixes: () => offer(setTextFix(value, text.trim(), 'Remove the blank around it')),
      });
    }
  }
}

export const bundleIdentityRules: readonly Rule[] = [
  {
    id: 'bundle/missing-key',
    severity: 'error',
    title: 'Built bundle without a key that the loader asks for',
    what: 'A built kext or dext without `CFBundlePackageType`, `CFBundleIdentifier` or `CFBundleVersion`; a built dext with code without `CFBundleExecutable` (warning). Sources are not asked: there the build adds these keys.',
    why: 'The loader refuses the bundle.',
    how: 'Add the key, or build with the setting that generates it.',
    source: [`${LOADER}:14643-14658,14670-14712`],
    kinds: LOADER_KINDS,
    facts: [
      'oskext:kOSKextDiagnosticMissingPropertyKey#CFBundlePackageType',
      'oskext:kOSKextDiagnosticMissingPropertyKey#CFBundleIdentifier',
      'oskext:kOSKextDiagnosticMissingPropertyKey#CFBundleVersion',
    ],
    examples: {
      invalid:
        '<dict>\n\t<key>CFBundleIdentifier</key>\n\t<string>com.example.Lamp</string>\n\t<key>CFBundlePackageType</key>\n\t<string>KEXT</string>\n</dict>',
      valid:
        '<dict>\n\t<key>CFBundleIdentifier</key>\n\t<string>com.example.Lamp</string>\n\t<key>CFBundlePackageType</key>\n\t<string>KEXT</string>\n\t<key>CFBundleVersion</key>\n\t<string>1.0</string>\n</dict>',
    },
    check: checkMissing,
  },
  {
    id: 'bundle/identifier',
    severity: 'error',
    title: 'Bundle identifier that does not work',
    what: 'A `CFBundleIdentifier` that is empty or, of a kext or dext, longer than 63 characters; as a warning, one with characters outside letters, digits, `-`, `_` and `.`.',
    why: 'The kernel keeps 63 characters of an identifier, and the loader refuses a longer one. Identifiers are compared as plain text everywhere.',
    how: 'Use a reverse-DNS name such as `com.example.driver.Lamp`, or `$(PRODUCT_BUNDLE_IDENTIFIER)` in an Xcode project.',
    source: [
      `${LOADER}:14670-14696,14422-14427`,
      'apple-oss-distributions/xnu osfmk/mach/kmod.h:51',
      'https://developer.apple.com/documentation/bundleresources/information-property-list/cfbundleidentifier',
    ],
    kinds: INFO_KINDS,
    facts: [
      'oskext:kOSKextDiagnosticPropertyIsIllegalValueKey#CFBundleIdentifier',
      'oskext:kOSKextDiagnosticIdentifierOrVersionTooLongKey#CFBundleIdentifier',
    ],
    examples: {
      invalid: '<key>CFBundleIdentifier</key>\n<string></string>',
      valid: '<key>CFBundleIdentifier</key>\n<string>com.example.driver.Lamp</string>',
    },
    check: checkIdentifier,
  },
  {
    id: 'bundle/version',
    severity: 'error',
    title: 'Bundle version that does not parse',
    what: 'A `CFBundleVersion` of a kext or dext outside the grammar of kext versions: one to three numbers of at most four digits, then optionally a stage (`d`, `a`, `b`, `f`, `fc`) with a number up to 255; 19 characters in all. Text behind a blank is legal but ignored (hint).',
    why: 'The loader refuses a bundle whose version does not parse. Time stamps and versions of four parts are the usual ones.',
    how: 'Use a version such as `1.2.3` or `1.2.3b4`; for `$(CURRENT_PROJECT_VERSION)` see that the setting obeys it.',
    source: [
      `${LOADER}:14714-14727`,
      'apple-oss-distributions/IOKitUser kext.subproj/OSKextVersion.c',
      'apple-oss-distributions/xnu libkern/OSKextVersion.c:190-395',
    ],
    kinds: LOADER_KINDS,
    facts: [
      'oskext:kOSKextDiagnosticPropertyIsIllegalValueKey#CFBundleVersion',
      'oskext:kOSKextDiagnosticIdentifierOrVersionTooLongKey#CFBundleVersion',
      'mistake:M007',
      'trap:3',
    ],
    examples: {
      invalid: '<key>CFBundleVersion</key>\n<string>202401311230</string>',
      valid: '<key>CFBundleVersion</key>\n<string>1.2.3</string>',
    },
    check: checkVersion,
  },
  {
    id: 'bundle/empty-executable',
    severity: 'error',
    title: 'Empty CFBundleExecutable',
    what: 'A `CFBundleExecutable` that is there but empty.',
    why: 'The loader refuses the bundle. A codeless kext is one without the key, not one with an empty key.',
    how: 'Remove the key from a codeless kext; else name the executable, in an Xcode project as `$(EXECUTABLE_NAME)`.',
    source: [`${LOADER}:14828-14841,14422-14427`],
    kinds: LOADER_KINDS,
    facts: ['oskext:kOSKextDiagnosticPropertyIsIllegalValueKey#CFBundleExecutable', 'trap:4'],
    examples: {
      invalid: '<key>CFBundleExecutable</key>\n<string></string>',
      valid: '<key>CFBundleExecutable</key>\n<string>$(EXECUTABLE_NAME)</string>',
    },
    check: checkExecutable,
  },
  {
    id: 'bundle/stray-blank',
    severity: 'error',
    title: 'Blank around a name',
    what: 'A blank or line break before or behind the name of a class, an identifier, a category and the like; around a key (warning).',
    why: 'The system compares these as plain text. With a blank they equal nothing: the class is not found, the personality not matched, the identifier not recognised.',
    how: 'Remove the blank. It easily slips in behind `$(PRODUCT_BUNDLE_IDENTIFIER)`.',
    source: [
      'apple-oss-distributions/xnu iokit/Kernel/IOCatalogue.cpp',
      'apple-oss-distributions/xnu iokit/Kernel/IOService.cpp',
    ],
    kinds: INFO_KINDS,
    facts: ['mistake:M046'],
    examples: {
      invalid: '<key>IOUserServerName</key>\n<string>$(PRODUCT_BUNDLE_IDENTIFIER) </string>',
      valid: '<key>IOUserServerName</key>\n<string>$(PRODUCT_BUNDLE_IDENTIFIER)</string>',
    },
    check: checkBlank,
  },
];
