/** Rules on the kernel's own libraries among OSBundleLibraries: KPIs, the components of old, the private KPI. */
import { compareVersions } from '../iokit/version.ts';
import type { PlistNode } from '../plist/types.ts';
import { addEntryFix, offer, removeEntryFix, renameKeyFix, setTextFix } from './bundle-edits.ts';
import {
  archVariants,
  bundleIdentifier,
  KEXT_KINDS,
  knownString,
  LOADER_KINDS,
  namesExecutable,
} from './bundle-values.ts';
import { entriesOf, type Library, librariesOf, libraryDicts, libraryExample } from './kext-libraries.ts';
import { COMPONENT_TO_KPI, kpiById, USUAL_KPI_VERSION, USUAL_KPIS } from './kext-libraries-table.ts';
import type { Fix, Rule, RuleContext } from './types.ts';

const LOADER = 'apple-oss-distributions/IOKitUser kext.subproj/OSKext.c';

function isKernelComponent(id: string): boolean {
  return id.startsWith('com.apple.kernel');
}

function componentFixes({ id, key, value, dict }: Library): Fix[] {
  const kpis = COMPONENT_TO_KPI[id] ? [COMPONENT_TO_KPI[id]] : USUAL_KPIS;
  const missing = kpis.filter((kpi) => !dict.get(kpi));
  const [first] = missing;
  const others = dict.entries.some((entry) => entry.key.text.startsWith('com.apple.kpi.'));
  if (first === undefined || (others && !COMPONENT_TO_KPI[id])) {
    return offer(removeEntryFix(key, `Remove ${id}`));
  }
  const rename = renameKeyFix(key, first, `Replace by ${first}`);
  const version = setTextFix(value, kpiVersion(first, value), '');
  return offer({ ...rename, edits: [...rename.edits, ...version.edits] });
}

/** The version asked for so far where the KPI has it, else the usual one. */
function kpiVersion(id: string, value: PlistNode): string {
  const lowest = kpiById(id)?.compatible ?? USUAL_KPI_VERSION;
  const asked = knownString(value);
  if (asked !== undefined && (compareVersions(asked, lowest) ?? -1) >= 0) return asked;
  return USUAL_KPI_VERSION;
}

function checkComponent({ root, report }: RuleContext): void {
  const hasCode = namesExecutable(root);
  const all = librariesOf(root);
  const mixed = all.some(({ id }) => id.startsWith('com.apple.kpi.'));
  for (const library of all) {
    const { id, key } = library;
    if (!isKernelComponent(id)) continue;
    const raw = id === 'com.apple.kernel';
    if (!raw && !hasCode && !mixed) continue;
    const kpi = COMPONENT_TO_KPI[id];
    const instead = kpi ?? 'the com.apple.kpi.* libraries that the code needs';
    report({
      at: key,
      severity: raw || hasCode ? 'error' : 'warning',
      message: raw
        ? `No kext may link against ${id} itself: the loader refuses it. List ${instead} instead.`
        : hasCode
          ? `${id} is a component of the 32-bit kernel: on a 64-bit system the loader refuses a kext that links against it. List ${instead} instead.`
          : `${id} is a component of the 32-bit kernel and cannot be listed together with com.apple.kpi.* libraries. List ${instead} instead.`,
      fixes: () => componentFixes(library),
    });
  }
}

/** Lists that only 32-bit systems read, because a 64-bit one stands beside them: there the loader warns of the mix. */
function checkOldMix({ root, report }: RuleContext): void {
  const read = new Set(libraryDicts(root).map(({ value }) => value.id));
  for (const { key: listKey, value: dict } of archVariants(root, 'OSBundleLibraries')) {
    if (read.has(dict.id)) continue;
    const all = entriesOf(dict);
    if (!all.some(({ id }) => id.startsWith('com.apple.kpi.'))) continue;
    for (const library of all.filter(({ id }) => isKernelComponent(id))) {
      report({
        at: library.key,
        severity: 'hint',
        message: `${library.id} stands beside com.apple.kpi.* libraries in ${listKey.text}, which only 32-bit systems read here; the loader warns of the mix there.`,
        fixes: () => componentFixes(library).map((fix) => ({ ...fix, preferred: false })),
      });
    }
  }
}

function checkNoKpi({ root, report }: RuleContext): void {
  if (!namesExecutable(root)) return;
  for (const { key, value: dict } of libraryDicts(root)) {
    const ids = entriesOf(dict).map(({ id }) => id);
    if (ids.length === 0 || ids.some((id) => id.startsWith('com.apple.kpi.') || isKernelComponent(id)))
      continue;
    report({
      at: key,
      message: `${key.text} lists no com.apple.kpi.* library, and all kernel code uses at least libkern. Add com.apple.kpi.libkern, and the other KPIs whose functions the code calls.`,
      fixes: () =>
        offer(
          addEntryFix(
            dict,
            'com.apple.kpi.libkern',
            `<string>${USUAL_KPI_VERSION}</string>`,
            'Add com.apple.kpi.libkern',
          ),
        ),
    });
  }
}

const APPLE_COPYRIGHT = /copyright.*apple (computer,? )?inc\.?.*all rights reserved/i;

function checkPrivate({ root, report }: RuleContext): void {
  const id = bundleIdentifier(root);
  if (id === undefined) return;
  const apple = id.startsWith('com.apple.');
  if (apple && !lacksAppleCopyright(root)) return;
  for (const { key, dict } of librariesOf(root).filter((library) => library.id === 'com.apple.kpi.private')) {
    report({
      at: key,
      severity: apple ? 'warning' : 'error',
      message: apple
        ? 'com.apple.kpi.private is for kexts of Apple, which the loader knows by the copyright as well: CFBundleGetInfoString or NSHumanReadableCopyright must hold Apple’s copyright notice.'
        : `com.apple.kpi.private is for kexts of Apple: the loader refuses it to ${id}. Use com.apple.kpi.unsupported or a public KPI.`,
      fixes: () =>
        apple
          ? []
          : offer(
              dict.get('com.apple.kpi.unsupported')
                ? undefined
                : renameKeyFix(
                    key,
                    'com.apple.kpi.unsupported',
                    'Replace by com.apple.kpi.unsupported',
                    false,
                  ),
              removeEntryFix(key, 'Remove com.apple.kpi.private', false),
            ),
    });
  }
}

function lacksAppleCopyright(root: PlistNode): boolean {
  const notices = ['CFBundleGetInfoString', 'NSHumanReadableCopyright'].map((key) => root.get(key));
  return notices.every((notice) => {
    if (!notice) return true;
    const text = knownString(notice);
    return text !== undefined && !APPLE_COPYRIGHT.test(text);
  });
}

export const kextKernelLibraryRules: readonly Rule[] = [
  {
    id: 'kext/library-kernel-component',
    severity: 'error',
    title: 'Library of the 32-bit kernel',
    what: '`com.apple.kernel` or a `com.apple.kernel.*` component in `OSBundleLibraries`.',
    why: 'The components were the interface of the 32-bit kernel; they ship no more, and on a 64-bit system the loader refuses kernel code that asks for them. `com.apple.kernel` itself was never allowed.',
    how: 'List the KPI of the same name: `com.apple.kpi.bsd`, `iokit`, `libkern`, `mach`. For systems with a 32-bit kernel keep the old list in `OSBundleLibraries` and put the KPIs in `OSBundleLibraries_x86_64`.',
    source: [
      `${LOADER}:7946-7948,8023-8029,8102-8110,12674-12684`,
      'apple-oss-distributions/xnu libkern/c++/OSKext.cpp:9717-9730',
    ],
    kinds: LOADER_KINDS,
    facts: [
      'oskext:kOSKextDiagnosticRawKernelDependency',
      'oskext:kOSKextDiagnosticDeclaresNonKPIDependenciesKey',
      'oskext:kOSKextDiagnosticDeclaresBothKernelAndKPIDependenciesKey',
      'trap:5',
    ],
    examples: {
      invalid: libraryExample('com.apple.kernel.iokit', '6.9.9'),
      valid: libraryExample('com.apple.kpi.iokit', '8.0.0'),
    },
    check: (context) => {
      checkComponent(context);
      checkOldMix(context);
    },
  },
  {
    id: 'kext/library-no-kpi',
    severity: 'warning',
    title: 'No KPI among the libraries',
    what: 'A kext with code whose `OSBundleLibraries` holds families only, and no `com.apple.kpi.*`.',
    why: 'Each C++ class of IOKit and nearly each function comes from a KPI. A family does not pass them on, so symbols stay unresolved when the kext is linked.',
    how: 'Add the KPIs that the code uses; `com.apple.kpi.libkern` is one of them in practice.',
    source: [`${LOADER}:8112-8115`],
    kinds: ['kext'],
    facts: ['oskext:kOSKextDiagnosticDeclaresNoKPIsWarningKey'],
    examples: {
      invalid: libraryExample('com.apple.iokit.IOPCIFamily', '2.9'),
      valid: libraryExample('com.apple.kpi.iokit', '8.0.0'),
    },
    check: checkNoKpi,
  },
  {
    id: 'kext/library-private',
    severity: 'error',
    title: 'Private KPI',
    what: '`com.apple.kpi.private` in the libraries of a kext that is not Apple’s.',
    why: 'The loader gives it only to kexts whose id begins with `com.apple.` and whose copyright notice is Apple’s, and refuses any other.',
    how: 'Use `com.apple.kpi.unsupported`, which holds much of what drivers look for there, or a public KPI.',
    source: [`${LOADER}:8155-8196`, 'apple-oss-distributions/xnu libkern/kxld/kxld_copyright.c:262'],
    kinds: KEXT_KINDS,
    facts: ['oskext:kOSKextDiagnosticNonAppleKextDeclaresPrivateKPIDependencyKey'],
    examples: {
      invalid: `<key>CFBundleIdentifier</key>\n<string>com.example.Lamp</string>\n${libraryExample('com.apple.kpi.private', '8.0.0')}`,
      valid: `<key>CFBundleIdentifier</key>\n<string>com.example.Lamp</string>\n${libraryExample('com.apple.kpi.unsupported', '8.0.0')}`,
    },
    check: checkPrivate,
  },
];
