/** What a registry dump shows: personalities that none of its devices would match. */
import { matchReport } from '../iokit/matching-report.ts';
import type { Registry } from '../iokit/registry.ts';
import type { PlistNode } from '../plist/types.ts';
import { isArray, isDict, type PlistDict, type PlistValue } from '../plist/value.ts';
import { hasBuildVariable } from '../plist/variables.ts';
import type { PlistDocument } from '../workspace/types.ts';
import { personalitiesOf } from './personalities.ts';
import type { Finding, Rule } from './types.ts';

/** The rule that a registry dump is needed for. */
export const NO_DEVICE = 'match/no-device';

export const registryRules: readonly Rule[] = [
  {
    id: NO_DEVICE,
    severity: 'information',
    title: 'No device of the dump matches',
    what: 'A personality that matches no device of the registry dump which was handed in (`--registry`).',
    why: 'On the machine of the dump, with the devices that were plugged in then, the driver would not start for this personality.',
    how: 'Compare with the nearest device, which the message names, or take a dump with the device plugged in: `ioreg -l -w0 > dump.txt`. `driver-plist match` shows every check.',
    source: ['docs/matching.md of this project', 'apple-oss-distributions/xnu iokit/Kernel/IOService.cpp'],
    kinds: ['dext', 'codeless-dext', 'kext', 'codeless-kext'],
    examples: {
      invalid:
        '<key>IOProviderClass</key>\n<string>IOUSBHostDevice</string>\n<key>idVendor</key>\n<integer>1</integer>\n<key>idProduct</key>\n<integer>1</integer>',
      valid:
        '<key>IOProviderClass</key>\n<string>IOUSBHostDevice</string>\n<key>idVendor</key>\n<integer>1452</integer>\n<key>idProduct</key>\n<integer>592</integer>',
    },
  },
];

/** Keys that say what is started, not on which device. */
const NOT_MATCHED = /^(IOUserServerName|IOUserClass|IOClass|CFBundleIdentifier|CFBundleIdentifierKernel)$/;

/**
 * One finding for each personality that matches nothing. Personalities with a build variable where they match, and
 * those that fail only for values which the dump does not hold, are unknown and no finding. Never throws.
 */
export function registryFindings(document: PlistDocument, registry: Registry): Finding[] {
  const root = document.tree.root;
  const [rule] = registryRules;
  if (root?.kind !== 'dict' || !rule?.kinds.includes(document.kind.kind)) return [];
  const keys = new Map<string, PlistNode>();
  const candidates: { bundle: string; name: string; personality: PlistDict; entitlements: undefined }[] = [];
  for (const { name, node } of personalitiesOf(root)) {
    const personality = node.value();
    if (!node.key || !isDict(personality) || hasUnknown(personality)) continue;
    keys.set(name, node.key);
    candidates.push({ bundle: document.uri, name, personality, entitlements: undefined });
  }
  const { unmatched } = matchReport(candidates, registry.nodes, registry.context);
  const found: Finding[] = [];
  for (const { candidate, misses } of unmatched) {
    const key = keys.get(candidate.name);
    if (!key || misses.some(({ result }) => result.uncertain)) continue;
    const nearest = misses[0] ? ` Nearest: ${misses[0].sentence}` : '';
    found.push({
      rule: NO_DEVICE,
      severity: rule.severity,
      message: `No device of the registry dump matches this personality.${nearest}`,
      range: { start: key.start, end: key.end },
      keyPath: key.path,
      fixes: () => [],
    });
  }
  return found;
}

function hasUnknown(personality: PlistDict): boolean {
  return [...personality].some(([key, value]) => !NOT_MATCHED.test(key) && holdsVariable(value));
}

function holdsVariable(value: PlistValue): boolean {
  if (typeof value === 'string') return hasBuildVariable(value);
  if (isArray(value)) return value.some(holdsVariable);
  return isDict(value) && [...value.values()].some(holdsVariable);
}
