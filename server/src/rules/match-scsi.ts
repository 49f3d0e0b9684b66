/** Rules on personalities on SCSI units: IOSCSIPeripheralDeviceNub compares a chain of keys. */
import type { PlistNode } from '../plist/types.ts';
import { addEntryFix, joinedFix, offer, removeEntryFix, setTextFix } from './bundle-edits.ts';
import { listed, quoted } from './bundle-values.ts';
import { hasOpenKeys, MATCH_KINDS, meantKeys, nameOf, onProviders } from './match-values.ts';
import type { Rule, RuleContext } from './types.ts';

const NUBS: ReadonlySet<string> = new Set(['IOSCSIPeripheralDeviceNub', 'IOSCSILogicalUnitNub']);
const TYPE = 'Peripheral Device Type';
const CHAIN = [TYPE, 'Vendor Identification', 'Product Identification', 'Product Revision Level'] as const;
/** The category of the user client for SCSI tasks, which the nub treats by itself. */
const TASK_CATEGORY = 'SCSITaskUserClientDevice';
const PROBE_LIMIT = 5000n;

function checkType(context: RuleContext): void {
  for (const { name, node } of onProviders(context.personalities, NUBS)) {
    const category = node.get('IOMatchCategory');
    if (hasOpenKeys(node) || meantKeys(context, node).has(TYPE)) continue;
    if (category?.string === TASK_CATEGORY) continue;
    context.report({
      at: nameOf(node),
      keyPath: [...node.path, TYPE],
      ...(category && { severity: 'warning' as const }),
      message: category
        ? `${quoted(name)} has no ${quoted(TYPE)}: with a match category it then takes every SCSI unit, the Mac’s own disks included, at a score of 4900. Add the type: 0 disk, 1 tape, 5 CD or DVD, 7 optical.`
        : `${quoted(name)} has no ${quoted(TYPE)}, and without one no SCSI unit matches. Add the type: 0 disk, 1 tape, 5 CD or DVD, 7 optical.`,
      fixes: () => offer(addEntryFix(node, TYPE, '<integer>0</integer>', `Add ${TYPE} 0 (disk)`, false)),
    });
  }
}

function checkChain(context: RuleContext): void {
  for (const { name, node } of onProviders(context.personalities, NUBS)) {
    if (hasOpenKeys(node)) continue;
    const present = meantKeys(context, node);
    const missing = CHAIN.slice(1).findIndex((key) => !present.has(key)) + 1;
    if (missing === 0 || !present.has(TYPE)) continue;
    const unread = CHAIN.slice(missing + 1).filter((key) => node.keyNode(key));
    const first: PlistNode | undefined = unread[0] === undefined ? undefined : node.keyNode(unread[0]);
    if (!first) continue;
    context.report({
      at: first,
      message: `${listed(unread)} ${unread.length > 1 ? 'are' : 'is'} compared only after ${CHAIN[missing]}, which ${quoted(name)} lacks: it matches every unit that the keys before it fit. Add ${CHAIN[missing]}.`,
      fixes: () =>
        offer(
          joinedFix(
            `Remove ${listed(unread)}`,
            unread.flatMap((key) => removeEntryFix(node.keyNode(key)!, '').edits),
          ),
        ),
    });
  }
}

function checkProbeScore({ personalities, report }: RuleContext): void {
  for (const { node } of onProviders(personalities, NUBS)) {
    const value = node.get('IOProbeScore');
    const score = value?.integer;
    if (!value || score === undefined || score < PROBE_LIMIT || !node.get(TYPE)) continue;
    report({
      at: value,
      message: `On SCSI units an IOProbeScore of 5000 or more counts as 4000, so that it cannot outdo the next step of the match; ${score} gives no more than that.`,
      fixes: () => offer(setTextFix(value, '4000', 'Set to 4000', false)),
    });
  }
}

const SOURCE = [
  'apple-oss-distributions/IOSCSIArchitectureModelFamily IOSCSIArchitectureModel/IOSCSIPeripheralDeviceNub.cpp:400-585',
];

const unit = (body: string) =>
  `<key>IOProviderClass</key>\n<string>IOSCSIPeripheralDeviceNub</string>\n${body}`;
const DISK = '<key>Peripheral Device Type</key>\n<integer>0</integer>';
const VENDOR = '<key>Vendor Identification</key>\n<string>LampsInc</string>';
const PRODUCT = '<key>Product Identification</key>\n<string>Lamp Drive</string>';

export const matchScsiRules: readonly Rule[] = [
  {
    id: 'match/scsi-type',
    severity: 'error',
    title: 'SCSI personality without a device type',
    what: 'A personality on a SCSI unit without `Peripheral Device Type`; a warning where it has an `IOMatchCategory`.',
    why: 'The type is the first link of the chain by which SCSI units are matched. Without it a personality matches nothing, or with a match category every unit.',
    how: 'Add `Peripheral Device Type`: 0 disk, 1 tape, 5 CD or DVD, 7 optical.',
    source: SOURCE,
    kinds: MATCH_KINDS,
    facts: ['trap:13'],
    examples: { invalid: unit(VENDOR), valid: unit(`${DISK}\n${VENDOR}`) },
    check: checkType,
  },
  {
    id: 'match/scsi-order',
    severity: 'warning',
    title: 'SCSI name that is not compared',
    what: '`Product Identification` without `Vendor Identification`, or `Product Revision Level` without both.',
    why: 'Type, vendor, product and revision are compared one after the other. The chain ends at the first that is missing, and what comes after it restricts nothing.',
    how: 'Add the missing name.',
    source: SOURCE,
    kinds: MATCH_KINDS,
    facts: ['trap:13'],
    examples: {
      invalid: unit(`${DISK}\n${PRODUCT}`),
      valid: unit(`${DISK}\n${PRODUCT}\n${VENDOR}`),
    },
    check: checkChain,
  },
  {
    id: 'match/scsi-probe-score',
    severity: 'information',
    title: 'IOProbeScore that is cut on SCSI units',
    what: 'An `IOProbeScore` of 5000 or more in a personality on a SCSI unit.',
    why: 'The steps of the match are 5000 apart, and the nub cuts the score to 4000 so that none can be skipped.',
    how: 'Match by vendor and product to rank higher.',
    source: SOURCE,
    kinds: MATCH_KINDS,
    examples: {
      invalid: unit(`<key>IOProbeScore</key>\n<integer>20000</integer>\n${DISK}`),
      valid: unit(`<key>IOProbeScore</key>\n<integer>1000</integer>\n${DISK}`),
    },
    check: checkProbeScore,
  },
];
