/** Rules on the single entries of OSBundleLibraries: which library, in which version. */
import { compareVersions, readVersion } from '../iokit/version.ts';
import { distance } from '../plist/nearest.ts';
import type { PlistNode } from '../plist/types.ts';
import { addEntryFix, offer, removeEntryFix, renameKeyFix, setTextFix } from './bundle-edits.ts';
import {
  archVariants,
  bundleIdentifier,
  KEXT_KINDS,
  knownString,
  LOADER_KINDS,
  namesExecutable,
  quoted,
} from './bundle-values.ts';
import { libraryDicts } from './kext-libraries.ts';
import {
  COMPONENT_TO_KPI,
  FAMILIES,
  familyById,
  KPIS,
  kpiById,
  NOT_LINKABLE,
  USUAL_KPI_VERSION,
  USUAL_KPIS,
} from './kext-libraries-table.ts';
import { nearestVersion } from './kext-versions.ts';
import type { Fix, Rule, RuleContext } from './types.ts';

const LOADER = 'apple-oss-distributions/IOKitUser kext.subproj/OSKext.c';

/** An entry whose value is the one that is read for its key. */
interface Library {
  readonly id: string;
  readonly key: PlistNode;
  readonly value: PlistNode;
  readonly dict: PlistNode;
}

function entriesOf(dict: PlistNode): Library[] {
  const found: Library[] = [];
  for (const { key, value } of dict.entries) {
    if (value && dict.get(key.text)?.id === value.id) found.push({ id: key.text, key, value, dict });
  }
  return found;
}

/** The entries that a 64-bit system reads. */
function libraries(root: PlistNode): Library[] {
  return libraryDicts(root).flatMap(({ value }) => entriesOf(value));
}

function checkVersion({ root, report }: RuleContext): void {
  for (const { value: dict } of archVariants(root, 'OSBundleLibraries')) {
    for (const { id, value } of entriesOf(dict)) {
      const text = knownString(value);
      if (text === undefined) continue;
      const result = readVersion(text);
      if (result.ok) continue;
      const suggestion =
        nearestVersion(text) ?? kpiById(id)?.compatible ?? familyById(id)?.compatible ?? '1.0.0';
      report({
        at: value,
        message: `${quoted(text)} is no kext version: ${result.reason}. The loader refuses the kext. Write the lowest version of ${id} that you need, such as ${suggestion}.`,
        fixes: () => offer(setTextFix(value, suggestion, `Set to ${suggestion}`)),
      });
    }
  }
}

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
  const all = libraries(root);
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
  for (const { key, dict } of libraries(root).filter((library) => library.id === 'com.apple.kpi.private')) {
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

function checkTooOld({ root, report }: RuleContext): void {
  for (const { id, value } of libraries(root)) {
    const lowest = kpiById(id)?.compatible ?? familyById(id)?.compatible;
    const asked = knownString(value);
    if (lowest === undefined || asked === undefined || (compareVersions(asked, lowest) ?? 0) >= 0) continue;
    report({
      at: value,
      message: `${id} serves no client that asks for a version below ${lowest}, and this asks for ${asked}. Ask for ${lowest} or later.`,
      fixes: () => offer(setTextFix(value, lowest, `Ask for ${lowest}`)),
    });
  }
}

const KNOWN_IDS = [...KPIS.map(({ id }) => id), ...FAMILIES.map(({ id }) => id)];

function checkUnknown({ root, report }: RuleContext): void {
  for (const { id, key, dict } of libraries(root)) {
    if (kpiById(id) || familyById(id)) continue;
    if (NOT_LINKABLE.includes(id)) {
      report({
        at: key,
        severity: 'warning',
        message: `${id} is part of the kernel but no library: it has no compatible version, so nothing can link against it. Remove it.`,
        fixes: () => offer(removeEntryFix(key, `Remove ${id}`)),
      });
      continue;
    }
    const guess = slipOf(id);
    const isKpi = id.startsWith('com.apple.kpi.');
    if (!isKpi && guess === undefined) continue;
    report({
      at: key,
      severity: isKpi ? 'error' : 'warning',
      message: isKpi
        ? `There is no library ${id}, so the kext cannot be linked.${guess ? ` Did you mean ${guess}?` : ` The public KPIs are bsd, iokit, libkern, mach and unsupported.`}`
        : `No library ${id} is known. Did you mean ${guess}?`,
      fixes: () =>
        guess === undefined || dict.get(guess)
          ? offer(removeEntryFix(key, `Remove ${id}`, dict.get(guess ?? '') !== undefined))
          : offer(renameKeyFix(key, guess, `Replace by ${guess}`)),
    });
  }
}

/**
 * The known library that is a slip of the finger or two away in its last part. Families that differ by a digit
 * are two families, and short names such as `bsd` and `usb` are two names.
 */
function slipOf(id: string): string | undefined {
  const name = id.slice(id.lastIndexOf('.') + 1);
  const digits = (text: string) => text.replace(/\D/g, '');
  const limit = name.length < 5 ? 1 : 2;
  const near = KNOWN_IDS.filter(
    (known) =>
      digits(known) === digits(id) && distance(id.toLowerCase(), known.toLowerCase(), limit) <= limit,
  );
  return near.length === 1 ? near[0] : near.find((known) => distance(id, known, 1) <= 1);
}

function checkSelf({ root, report }: RuleContext): void {
  const own = bundleIdentifier(root);
  if (own === undefined) return;
  for (const { value: dict } of archVariants(root, 'OSBundleLibraries')) {
    for (const { id, key } of entriesOf(dict)) {
      if (id !== own) continue;
      report({
        at: key,
        message: `The kext lists itself as a library, and the loader stops at the circle. Remove ${id}.`,
        fixes: () => offer(removeEntryFix(key, `Remove ${id}`)),
      });
    }
  }
}

const UNSTABLE: Readonly<Record<string, string>> = {
  'com.apple.iokit.IOUSBFamily':
    'com.apple.iokit.IOUSBFamily is the USB family of before OS X 10.11, of which only empty shells are left. Use com.apple.iokit.IOUSBHostFamily, or better a dext with USBDriverKit.',
  'com.apple.kpi.dsep':
    'com.apple.kpi.dsep gives access to the MAC policy framework, which Apple does not offer to third parties and changes at will. Endpoint Security is the supported way.',
};

function checkDeprecated({ root, report }: RuleContext): void {
  if (bundleIdentifier(root)?.startsWith('com.apple.')) return;
  for (const { id, key } of libraries(root)) {
    const message = Object.hasOwn(UNSTABLE, id) ? UNSTABLE[id] : undefined;
    if (message) report({ at: key, message, tags: ['deprecated'] });
  }
}

const dictOf = (id: string, version: string) =>
  `<key>OSBundleLibraries</key>\n<dict>\n\t<key>${id}</key>\n\t<string>${version}</string>\n</dict>`;

export const kextLibraryRules: readonly Rule[] = [
  {
    id: 'kext/library-version',
    severity: 'error',
    title: 'Library version that does not parse',
    what: 'A version in `OSBundleLibraries` outside the grammar of kext versions: one to three numbers of at most four digits, then optionally a stage (`d`, `a`, `b`, `f`, `fc`) with a number up to 255.',
    why: 'The loader holds the whole kext for invalid when one of these versions does not parse.',
    how: 'Write the lowest version of the library that the code needs, such as `8.0.0`.',
    source: [`${LOADER}:12642-12666`, 'apple-oss-distributions/IOKitUser kext.subproj/OSKextVersion.c'],
    kinds: LOADER_KINDS,
    facts: ['oskext:kOSKextDiagnosticPropertyIsIllegalValueKey#OSBundleLibraries.<id>', 'trap:3'],
    examples: {
      invalid: dictOf('com.apple.kpi.bsd', 'latest'),
      valid: dictOf('com.apple.kpi.bsd', '8.0.0b2'),
    },
    check: checkVersion,
  },
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
      invalid: dictOf('com.apple.kernel.iokit', '6.9.9'),
      valid: dictOf('com.apple.kpi.iokit', '8.0.0'),
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
      invalid: dictOf('com.apple.iokit.IOPCIFamily', '2.9'),
      valid: dictOf('com.apple.kpi.iokit', '8.0.0'),
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
      invalid: `<key>CFBundleIdentifier</key>\n<string>com.example.Lamp</string>\n${dictOf('com.apple.kpi.private', '8.0.0')}`,
      valid: `<key>CFBundleIdentifier</key>\n<string>com.example.Lamp</string>\n${dictOf('com.apple.kpi.unsupported', '8.0.0')}`,
    },
    check: checkPrivate,
  },
  {
    id: 'kext/library-too-old',
    severity: 'warning',
    title: 'Version below what the library serves',
    what: 'A request for a KPI or an open-source family below its compatible version.',
    why: 'The loader in user space takes a request only between the compatible and the current version of a library. The kernel itself is more lenient, so that the kext may load by one way and not by another.',
    how: 'Ask for the compatible version or a later one. The versions of KPIs are those of the Darwin kernel (20 is macOS 11), not of macOS.',
    source: [
      `${LOADER}:7995-8002,9535-9551`,
      'apple-oss-distributions/xnu config/System.kext/PlugIns',
      'apple-oss-distributions/xnu libkern/c++/OSKext.cpp:4990-4999',
    ],
    kinds: ['kext'],
    facts: ['oskext:kOSKextDependencyNoCompatibleVersion'],
    examples: {
      invalid: dictOf('com.apple.kpi.iokit', '6.9'),
      valid: dictOf('com.apple.kpi.iokit', '8.0.0'),
    },
    check: checkTooOld,
  },
  {
    id: 'kext/library-unknown',
    severity: 'error',
    title: 'Unknown library',
    what: 'A `com.apple.kpi.*` library that the kernel does not have, a misspelt family, or a kernel part that nothing can link against.',
    why: 'A library that is not there cannot be linked, and the kext does not load.',
    how: 'Correct the id. The public KPIs are `com.apple.kpi.bsd`, `iokit`, `libkern`, `mach` and `unsupported`.',
    source: [`${LOADER}:8003-8018`, 'apple-oss-distributions/xnu config/System.kext/PlugIns'],
    kinds: ['kext'],
    facts: ['oskext:kOSKextDependencyUnavailable', 'oskext:kOSKextDependencyCompatibleVersionUndeclared'],
    examples: {
      invalid: dictOf('com.apple.kpi.iokitt', '8.0.0'),
      valid: dictOf('com.apple.kpi.iokit', '8.0.0'),
    },
    check: checkUnknown,
  },
  {
    id: 'kext/library-self',
    severity: 'error',
    title: 'Kext that lists itself',
    what: 'A kext whose `OSBundleLibraries` holds its own id.',
    why: 'The loader follows libraries to their own libraries and stops at a circle.',
    how: 'Remove the entry.',
    source: [`${LOADER}:7826-7835`],
    kinds: KEXT_KINDS,
    facts: ['oskext:kOSKextDependencyCircularReference'],
    examples: {
      invalid: `<key>CFBundleIdentifier</key>\n<string>com.example.Lamp</string>\n${dictOf('com.example.Lamp', '1.0')}`,
      valid: `<key>CFBundleIdentifier</key>\n<string>com.example.Lamp</string>\n${dictOf('com.apple.kpi.iokit', '8.0.0')}`,
    },
    check: checkSelf,
  },
  {
    id: 'kext/library-deprecated',
    severity: 'information',
    title: 'Library without a future',
    what: 'A library that Apple has emptied or does not offer to third parties.',
    why: 'It can be gone or changed in the next system, without notice.',
    how: 'Use the successor that the message names.',
    source: ['apple-oss-distributions/IOUSBFamily', 'https://developer.apple.com/support/kernel-extensions/'],
    kinds: KEXT_KINDS,
    examples: {
      invalid: dictOf('com.apple.iokit.IOUSBFamily', '1.8'),
      valid: dictOf('com.apple.iokit.IOUSBHostFamily', '1.0.1'),
    },
    check: checkDeprecated,
  },
];
