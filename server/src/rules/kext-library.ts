/** Rules on the single entries of OSBundleLibraries: which library, in which version. */
import { compareVersions, readVersion } from '../iokit/version.ts';
import { distance } from '../plist/nearest.ts';
import { offer, removeEntryFix, renameKeyFix, setTextFix } from './bundle-edits.ts';
import {
  archVariants,
  bundleIdentifier,
  KEXT_KINDS,
  knownString,
  LOADER_KINDS,
  quoted,
} from './bundle-values.ts';
import { entriesOf, librariesOf, libraryExample } from './kext-libraries.ts';
import { FAMILIES, familyById, KPIS, kpiById, NOT_LINKABLE } from './kext-libraries-table.ts';
import { nearestVersion } from './kext-versions.ts';
import type { Rule, RuleContext } from './types.ts';

const LOADER = 'apple-oss-distributions/IOKitUser kext.subproj/OSKext.c';

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

function checkTooOld({ root, report }: RuleContext): void {
  for (const { id, value } of librariesOf(root)) {
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

/** No Darwin kernel is that new for years: 25 is that of macOS 26. */
const NO_KERNEL = '40';

function checkTooNew({ root, report }: RuleContext): void {
  for (const { id, value } of librariesOf(root)) {
    const asked = knownString(value);
    const kpi = kpiById(id);
    if (!kpi || asked === undefined || (compareVersions(asked, NO_KERNEL) ?? -1) < 0) continue;
    report({
      at: value,
      message: `${id} has the version of the running Darwin kernel (25 is macOS 26), and none is as new as ${asked}: the loader finds no compatible one and refuses the kext. Write the lowest version that you need, such as ${kpi.compatible}.`,
      fixes: () => offer(setTextFix(value, kpi.compatible, `Ask for ${kpi.compatible}`)),
    });
  }
}

const KNOWN_IDS = [...KPIS.map(({ id }) => id), ...FAMILIES.map(({ id }) => id)];

function checkUnknown({ root, report }: RuleContext): void {
  for (const { id, key, dict } of librariesOf(root)) {
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
  for (const { id, key } of librariesOf(root)) {
    const message = Object.hasOwn(UNSTABLE, id) ? UNSTABLE[id] : undefined;
    if (message) report({ at: key, message, tags: ['deprecated'] });
  }
}

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
      invalid: libraryExample('com.apple.kpi.bsd', 'latest'),
      valid: libraryExample('com.apple.kpi.bsd', '8.0.0b2'),
    },
    check: checkVersion,
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
      invalid: libraryExample('com.apple.kpi.iokit', '6.9'),
      valid: libraryExample('com.apple.kpi.iokit', '8.0.0'),
    },
    check: checkTooOld,
  },
  {
    id: 'kext/library-too-new',
    severity: 'error',
    title: 'Version that no kernel has',
    what: 'A request for a KPI in a version above that of any Darwin kernel (40 and up).',
    why: 'A KPI has the version of the running kernel. The loader takes no request above it.',
    how: 'Write the lowest version that the code needs. The numbers are those of Darwin (20 is macOS 11), not build numbers or years.',
    source: [`${LOADER}:7995-8002,9535-9551`, 'apple-oss-distributions/xnu config/System.kext/PlugIns'],
    kinds: ['kext'],
    facts: ['oskext:kOSKextDependencyNoCompatibleVersion'],
    examples: {
      invalid: libraryExample('com.apple.kpi.iokit', '2024.1'),
      valid: libraryExample('com.apple.kpi.iokit', '20.0'),
    },
    check: checkTooNew,
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
      invalid: libraryExample('com.apple.kpi.iokitt', '8.0.0'),
      valid: libraryExample('com.apple.kpi.iokit', '8.0.0'),
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
      invalid: `<key>CFBundleIdentifier</key>\n<string>com.example.Lamp</string>\n${libraryExample('com.example.Lamp', '1.0')}`,
      valid: `<key>CFBundleIdentifier</key>\n<string>com.example.Lamp</string>\n${libraryExample('com.apple.kpi.iokit', '8.0.0')}`,
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
      invalid: libraryExample('com.apple.iokit.IOUSBFamily', '1.8'),
      valid: libraryExample('com.apple.iokit.IOUSBHostFamily', '1.0.1'),
    },
    check: checkDeprecated,
  },
];
