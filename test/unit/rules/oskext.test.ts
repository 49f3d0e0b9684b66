/**
 * Each diagnostic of Apple's kext loader that an Info.plist alone can cause: a bundle with the fault shows the
 * rule, the same bundle without it does not. The names are those of `facts/oskext-diagnostics.json`; the
 * coverage test asks that none is left out.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Severity } from '../../../server/src/rules/types.ts';
import { BUILT_PATH, type BundleName, type Changes, infoPlist } from './bundles.ts';
import { FIXTURES, findingsOf } from './fixtures.ts';

interface Case {
  /** Name of the diagnostic without `kOSKextDiagnostic`. */
  readonly fact: string;
  readonly rule: string;
  readonly severity: Severity;
  /** Default: `kext`. */
  readonly bundle?: BundleName;
  readonly bad: Changes;
  /** What the good one has, where it is not the plain bundle. */
  readonly good?: Changes;
  /** A change to the text itself. */
  readonly text?: (xml: string) => string;
}

const s = (text: string) => `<string>${text}</string>`;
const top = (key: string, xml: string | null): Changes => ({ top: { [key]: xml } });
const own = (key: string, xml: string | null): Changes => ({ personality: { [key]: xml } });

const wrongType = (key: string, xml: string): Case => ({
  fact: `PropertyIsIllegalTypeKey#${key}`,
  rule: 'kext/property-type',
  severity: 'error',
  bad: top(key, xml),
});

const wrongTypeInPersonality = (key: string, xml: string): Case => ({
  fact: `PropertyIsIllegalTypeKey#IOKitPersonalities.<name>.${key}`,
  rule: 'kext/property-type',
  severity: 'error',
  bad: own(key, xml),
});

const xml = (name: string, rule: string, text: (xml: string) => string): Case => ({
  fact: `BadPropertyListXMLKey#xml.${name}`,
  rule,
  severity: 'error',
  bad: {},
  text,
});

const afterDict = (text: string) => (xml: string) => xml.replace('<dict>', `<dict>\n${text}`);

const CASES: readonly Case[] = [
  xml('bom', 'kext/xml-byte-order-mark', (text) => `\ufeff${text}`),
  xml('crlf', 'kext/xml-line-ends', (text) => text.replace(/\n/g, '\r\n')),
  xml('real', 'kext/xml-element', afterDict('<key>LampGamma</key>\n<real>2.2</real>')),
  xml('real', 'kext/xml-element', afterDict('<key>Made</key>\n<date>2024-01-31T12:30:00Z</date>')),
  xml('upperhex', 'kext/xml-integer', afterDict('<key>LampMask</key>\n<integer>0xFF</integer>')),
  xml('intspace', 'kext/xml-integer', afterDict('<key>LampMask</key>\n<integer> 5 </integer>')),
  xml('entity', 'kext/xml-text', afterDict('<key>LampName</key>\n<string>a &quot;b&quot;</string>')),
  xml('cdata', 'kext/xml-text', afterDict('<key>LampName</key>\n<string><![CDATA[x]]></string>')),
  xml('comment', 'kext/xml-comment', afterDict('<!-- a -- b -->')),
  xml('boolform', 'kext/xml-tag', afterDict('<key>LampOn</key>\n<true></true>')),
  xml('emptykey', 'kext/xml-tag', afterDict('<key/>\n<true/>')),
  xml('tagspace', 'kext/xml-tag', afterDict('<key>LampOn</key>\n<true />')),
  {
    ...xml('attrquote', 'kext/xml-tag', (text) =>
      text.replace('"1.0">', "'1.0'>").replace('plist version="1.0"', "plist version='1.0'"),
    ),
    severity: 'warning',
  },
  xml('case', 'syntax/wrong-case', afterDict('<key>LampTable</key>\n<Dict></Dict>')),
  xml('binary', 'syntax/not-xml', () => 'bplist00\u00d1\u0001\u0002_\u0010\u0012CFBundleIdentifier'),
  {
    fact: 'BadPropertyListXMLKey',
    rule: 'schema/type',
    severity: 'error',
    bad: {},
    text: () => '<plist version="1.0">\n<array/>\n</plist>\n',
  },

  {
    fact: 'MissingPropertyKey#CFBundlePackageType',
    rule: 'bundle/missing-key',
    severity: 'error',
    bad: top('CFBundlePackageType', null),
  },
  {
    fact: 'PropertyIsIllegalValueKey#CFBundlePackageType',
    rule: 'kext/package-type',
    severity: 'error',
    bad: top('CFBundlePackageType', s('BNDL')),
  },
  {
    fact: 'MissingPropertyKey#CFBundleIdentifier',
    rule: 'bundle/missing-key',
    severity: 'error',
    bad: top('CFBundleIdentifier', null),
  },
  {
    fact: 'PropertyIsIllegalValueKey#CFBundleIdentifier',
    rule: 'bundle/identifier',
    severity: 'error',
    bundle: 'dext',
    bad: top('CFBundleIdentifier', s('')),
  },
  {
    fact: 'PropertyIsIllegalValueKey#CFBundleIdentifier',
    rule: 'bundle/identifier',
    severity: 'error',
    bad: top('CFBundleIdentifier', s('')),
  },
  {
    fact: 'IdentifierOrVersionTooLongKey#CFBundleIdentifier',
    rule: 'bundle/identifier',
    severity: 'error',
    bad: top('CFBundleIdentifier', s('a'.repeat(64))),
    good: top('CFBundleIdentifier', s('a'.repeat(63))),
  },
  {
    fact: 'MissingPropertyKey#CFBundleVersion',
    rule: 'bundle/missing-key',
    severity: 'error',
    bad: top('CFBundleVersion', null),
  },
  {
    fact: 'IdentifierOrVersionTooLongKey#CFBundleVersion',
    rule: 'bundle/version',
    severity: 'error',
    bad: top('CFBundleVersion', s('1'.repeat(64))),
  },
  {
    fact: 'PropertyIsIllegalValueKey#CFBundleVersion',
    rule: 'bundle/version',
    severity: 'error',
    bad: top('CFBundleVersion', s('1.2.3.4')),
    good: top('CFBundleVersion', s('1.2.3b4')),
  },
  wrongType('CFBundlePackageType', '<integer>1</integer>'),
  wrongType('CFBundleIdentifier', '<array/>'),
  wrongType('CFBundleVersion', '<integer>1</integer>'),
  wrongType('CFBundleExecutable', '<true/>'),
  wrongType('OSBundleCompatibleVersion', '<integer>1</integer>'),
  wrongType('OSBundleIsInterface', s('true')),
  wrongType('OSKernelResource', '<integer>0</integer>'),
  wrongType('OSBundleEnableKextLogging', s('YES')),
  wrongType('OSBundleAllowUserLoad', s('true')),
  wrongType('OSBundleSharedExecutableIdentifier', '<true/>'),
  wrongType('OSBundleRequired', '<true/>'),
  wrongType('OSBundleLibraries', '<array/>'),
  wrongType('IOKitPersonalities', '<array/>'),
  {
    fact: 'PropertyIsIllegalTypeKey#OSBundleLibraries.<id>',
    rule: 'kext/property-type',
    severity: 'error',
    bad: { libraries: { 'com.apple.kpi.bsd': '<integer>8</integer>' } },
  },
  {
    fact: 'PropertyIsIllegalTypeKey#IOKitPersonalities.<name>',
    rule: 'kext/property-type',
    severity: 'error',
    bad: top('IOKitPersonalities', '<dict>\n<key>Lamp</key>\n<string>x</string>\n</dict>'),
  },

  {
    fact: '(no constant)#OSBundleCompatibleVersion-unparsable',
    rule: 'kext/compatible-version',
    severity: 'error',
    bad: top('OSBundleCompatibleVersion', s('1.x')),
    good: top('OSBundleCompatibleVersion', s('1.0')),
  },
  {
    fact: 'CompatibleVersionLaterThanVersionKey',
    rule: 'kext/compatible-version',
    severity: 'error',
    bad: { top: { CFBundleVersion: s('1.0b1'), OSBundleCompatibleVersion: s('1.0') } },
    good: { top: { CFBundleVersion: s('1.0'), OSBundleCompatibleVersion: s('1.0b1') } },
  },
  {
    fact: 'KernelComponentNotInterfaceKey',
    rule: 'kext/kernel-resource',
    severity: 'warning',
    bad: { top: { OSKernelResource: '<true/>', OSBundleIsInterface: '<false/>', OSBundleLibraries: null } },
    good: { top: { OSKernelResource: '<true/>', OSBundleIsInterface: '<true/>', OSBundleLibraries: null } },
  },
  {
    fact: 'PropertyIsIllegalValueKey#CFBundleExecutable',
    rule: 'bundle/empty-executable',
    severity: 'error',
    bad: top('CFBundleExecutable', s('')),
  },
  {
    fact: 'PropertyIsIllegalValueKey#CFBundleExecutable',
    rule: 'bundle/empty-executable',
    severity: 'error',
    bundle: 'codeless',
    bad: top('CFBundleExecutable', s('')),
  },
  {
    fact: 'SharedExecutableAndExecutableKey',
    rule: 'kext/shared-executable',
    severity: 'warning',
    bad: top('OSBundleSharedExecutableIdentifier', s('com.example.LampFamily')),
    good: {
      top: { CFBundleExecutable: null, OSBundleSharedExecutableIdentifier: s('com.example.LampFamily') },
    },
  },
  {
    fact: 'UserExecutableAndExecutableKey',
    rule: 'dext/kext-only-key',
    severity: 'error',
    bundle: 'dext',
    bad: top('OSBundleSharedExecutableIdentifier', s('com.example.LampFamily')),
  },
  {
    fact: 'DeprecatedPropertyKey',
    rule: 'kext/deprecated-key',
    severity: 'warning',
    bad: top('OSBundleDebugLevel', '<integer>1</integer>'),
  },
  {
    fact: 'PropertyIsIllegalValueKey#OSBundleRequired',
    rule: 'kext/os-bundle-required-value',
    severity: 'warning',
    bad: top('OSBundleRequired', s('LocalRoot')),
    good: top('OSBundleRequired', s('Local-Root')),
  },
  {
    fact: 'ThirdPartiesIneligibleForDriverKitOSBundleRequired',
    rule: 'dext/os-bundle-required',
    severity: 'error',
    bundle: 'dext',
    bad: top('OSBundleRequired', s('DriverKit')),
  },
  {
    fact: 'OSBundleRequiredValueIneligibleForDriverKit',
    rule: 'dext/os-bundle-required',
    severity: 'error',
    bundle: 'dext',
    bad: { top: { CFBundleIdentifier: s('com.apple.Lamp'), OSBundleRequired: s('Root') } },
    good: { top: { CFBundleIdentifier: s('com.apple.Lamp'), OSBundleRequired: s('Safe Boot') } },
  },
  {
    fact: 'KextIneligibleForDriverKit',
    rule: 'kext/os-bundle-required-driverkit',
    severity: 'error',
    bad: top('OSBundleRequired', s('DriverKit')),
  },
  ...[
    'OSKernelResource',
    'AppleSecurityExtension',
    'AppleKernelExternalComponent',
    'OSBundleIsInterface',
  ].map(
    (key): Case => ({
      fact: `InfoKeyIneligibleForDriverKit#${key}`,
      rule: 'dext/kext-only-key',
      severity: 'error',
      bundle: 'dext',
      bad: top(key, '<false/>'),
    }),
  ),
  {
    fact: 'InfoKeyIneligibleForDriverKit#OSBundleSharedExecutableIdentifier',
    rule: 'dext/kext-only-key',
    severity: 'error',
    bundle: 'dext',
    bad: top('OSBundleSharedExecutableIdentifier', s('')),
  },

  {
    fact: 'MissingPropertyKey#OSBundleLibraries',
    rule: 'kext/libraries-missing',
    severity: 'error',
    bad: top('OSBundleLibraries', null),
  },
  {
    fact: 'PropertyIsIllegalValueKey#OSBundleLibraries',
    rule: 'kext/libraries-missing',
    severity: 'error',
    bad: top('OSBundleLibraries', '<dict/>'),
  },
  {
    fact: 'BadSystemPropertyKey',
    rule: 'kext/kernel-resource',
    severity: 'error',
    bad: top('OSKernelResource', '<true/>'),
    good: top('OSKernelResource', '<false/>'),
  },
  {
    fact: 'CodelessWithLibrariesKey',
    rule: 'kext/libraries-without-code',
    severity: 'warning',
    bundle: 'codeless',
    bad: { libraries: {} },
    good: { libraries: {}, top: { OSBundleCompatibleVersion: s('1.0') } },
  },
  {
    fact: 'CodelessWithLibrariesKey',
    rule: 'kext/libraries-without-code',
    severity: 'warning',
    bundle: 'dext',
    bad: { libraries: {} },
  },
  {
    fact: 'PropertyIsIllegalValueKey#OSBundleLibraries.<id>',
    rule: 'kext/library-version',
    severity: 'error',
    bad: { libraries: { 'com.apple.kpi.bsd': s('latest') } },
    good: { libraries: { 'com.apple.kpi.bsd': s('8.0.0b2') } },
  },
  {
    fact: 'PropertyIsIllegalValueKey#OSBundleLibraries.<id>',
    rule: 'kext/library-version',
    severity: 'error',
    bad: { libraries: { 'com.apple.kpi.bsd': s('') } },
  },
  {
    fact: 'DeclaresBothKernelAndKPIDependenciesKey',
    rule: 'kext/library-kernel-component',
    severity: 'error',
    bad: { libraries: { 'com.apple.kernel.6.0': s('7.9.9') } },
  },
  {
    fact: 'RawKernelDependency',
    rule: 'kext/library-kernel-component',
    severity: 'error',
    bad: { libraries: { 'com.apple.kernel': s('10.0') } },
  },
  {
    fact: 'DeclaresNonKPIDependenciesKey',
    rule: 'kext/library-kernel-component',
    severity: 'error',
    bad: top('OSBundleLibraries', `<dict>\n<key>com.apple.kernel.iokit</key>\n${s('6.9.9')}\n</dict>`),
  },
  {
    fact: 'DeclaresNoKPIsWarningKey',
    rule: 'kext/library-no-kpi',
    severity: 'warning',
    bad: top(
      'OSBundleLibraries',
      `<dict>\n<key>com.apple.iokit.IOUSBHostFamily</key>\n${s('1.0.1')}\n</dict>`,
    ),
  },
  {
    fact: 'NonAppleKextDeclaresPrivateKPIDependencyKey',
    rule: 'kext/library-private',
    severity: 'error',
    bad: { libraries: { 'com.apple.kpi.private': s('16.0') } },
    good: { libraries: { 'com.apple.kpi.unsupported': s('16.0') } },
  },
  {
    fact: 'sInterfaceDependencyCount',
    rule: 'kext/interface-libraries',
    severity: 'error',
    bad: top('OSBundleIsInterface', '<true/>'),
    good: top('OSBundleIsInterface', '<false/>'),
  },

  wrongTypeInPersonality('IOKitDebug', '<true/>'),
  wrongTypeInPersonality('CFBundleIdentifier', '<true/>'),
  wrongTypeInPersonality('IOClass', '<integer>1</integer>'),
  wrongTypeInPersonality('IOProviderClass', '<integer>1</integer>'),
  ...['CFBundleIdentifier', 'IOClass', 'IOProviderClass'].map(
    (key): Case => ({
      fact: `PropertyIsIllegalValueKey#IOKitPersonalities.<name>.${key}`,
      rule: 'kext/personality-empty-value',
      severity: 'error',
      bad: own(key, s('')),
    }),
  ),
  {
    fact: 'MissingPropertyKey#IOKitPersonalities.<name>.CFBundleIdentifierKernel',
    rule: 'dext/missing-kernel-bundle',
    severity: 'warning',
    bundle: 'dext',
    bad: own('CFBundleIdentifierKernel', null),
  },
  {
    fact: 'MissingDesignatedKernelClass',
    rule: 'dext/missing-kernel-bundle',
    severity: 'warning',
    bundle: 'dext',
    bad: own('CFBundleIdentifierKernel', null),
  },
  {
    fact: 'PropertyIsIllegalTypeKey#IOKitPersonalities.<name>.CFBundleIdentifierKernel',
    rule: 'dext/value-type',
    severity: 'error',
    bundle: 'dext',
    bad: own('CFBundleIdentifierKernel', '<true/>'),
  },
  {
    fact: 'PropertyIsIllegalValueKey#IOKitPersonalities.<name>.CFBundleIdentifierKernel',
    rule: 'dext/empty-value',
    severity: 'warning',
    bundle: 'dext',
    bad: own('CFBundleIdentifierKernel', s('')),
  },
  ...['IOClass', 'IOProviderClass'].map(
    (key): Case => ({
      fact: `MissingPropertyKey#IOKitPersonalities.<name>.${key}`,
      rule: 'kext/personality-required-key',
      severity: 'error',
      bad: own(key, null),
    }),
  ),
  {
    fact: 'PersonalityHasNoBundleIdentifierKey',
    rule: 'kext/personality-bundle-identifier',
    severity: 'hint',
    bad: own('CFBundleIdentifier', null),
  },
  {
    fact: 'PersonalityHasNoBundleIdentifierKey',
    rule: 'kext/personality-bundle-identifier',
    severity: 'warning',
    bundle: 'codeless',
    bad: own('CFBundleIdentifier', null),
  },
  {
    fact: 'PersonalityHasDifferentBundleIdentifierKey',
    rule: 'kext/personality-bundle-identifier',
    severity: 'warning',
    bad: own('CFBundleIdentifier', s('com.example.driver.Lmap')),
    good: own('CFBundleIdentifier', s('com.apple.driver.AppleUSBComposite')),
  },
  {
    fact: 'PersonalityNamesKextWithNoExecutableKey',
    rule: 'kext/personality-bundle-identifier',
    severity: 'warning',
    bundle: 'codeless',
    bad: own('CFBundleIdentifier', s('com.example.LampPort')),
  },
  {
    fact: 'PropertyIsIllegalTypeKey#IOKitPersonalities.<name>.IOMatchCategory',
    rule: 'kext/resources-category-type',
    severity: 'error',
    bad: {
      personality: {
        IOProviderClass: s('IOResources'),
        IOMatchCategory: '<integer>1</integer>',
        IOPCIMatch: null,
      },
    },
  },
  {
    fact: 'NonuniqueIOResourcesMatchKey',
    rule: 'kext/resources-category',
    severity: 'information',
    bad: {
      personality: { IOProviderClass: s('IOResources'), IOMatchCategory: s('Lamps'), IOPCIMatch: null },
    },
    good: {
      personality: {
        IOProviderClass: s('IOResources'),
        IOMatchCategory: s('com_example_driver_Lamp'),
        IOPCIMatch: null,
      },
    },
  },
  {
    fact: 'NonuniqueIOResourcesMatchKey',
    rule: 'kext/resources-category',
    severity: 'warning',
    bad: { personality: { IOProviderClass: s('IOResources'), IOPCIMatch: null } },
  },
  {
    fact: 'TypeWarningKey#IOKitPersonalities.<name>.IOProbeScore',
    rule: 'kext/probe-score-type',
    severity: 'warning',
    bad: own('IOProbeScore', s('5001')),
    good: own('IOProbeScore', '<integer>5001</integer>'),
  },
];

const FACT_PREFIX = 'kOSKextDiagnostic';

for (const { fact, rule, severity, bundle = 'kext', bad, good = {}, text } of CASES) {
  test(`${fact} in a ${bundle}: ${rule}`, () => {
    const shown = (xml: string) =>
      findingsOf(BUILT_PATH[bundle], xml)
        .filter((finding) => finding.rule === rule)
        .map((finding) => finding.severity);
    const withFault = text?.(infoPlist(bundle, bad)) ?? infoPlist(bundle, bad);
    assert.ok(shown(withFault).includes(severity), `not found in:\n${withFault}`);
    assert.deepEqual(
      shown(infoPlist(bundle, good)),
      [],
      `found in the good one:\n${infoPlist(bundle, good)}`,
    );
  });
}

test('each plain bundle of these tests shows nothing but notes', () => {
  for (const bundle of ['kext', 'codeless', 'dext'] as const) {
    const said = findingsOf(BUILT_PATH[bundle], infoPlist(bundle))
      .filter(({ severity }) => severity === 'error' || severity === 'warning')
      .map(({ rule, message }) => `${rule}: ${message}`);
    assert.deepEqual(said, [], bundle);
  }
});

test('each diagnostic that an Info.plist alone decides has a case here', (t) => {
  const path = join(FIXTURES, '..', '..', '..', '..', 'shared', 'facts', 'oskext-diagnostics.json');
  if (!existsSync(path)) return t.skip('needs ../shared/facts, not here');
  const { diagnostics } = JSON.parse(readFileSync(path, 'utf8')) as {
    diagnostics: { constant: string; scope: string }[];
  };
  const cases = new Set(CASES.map(({ fact }) => fact));
  const left = diagnostics
    .filter(({ scope }) => scope === 'plist-only')
    .map(({ constant }) => constant.replace(FACT_PREFIX, ''))
    .filter((fact) => !cases.has(fact));
  assert.deepEqual(left, []);
});
