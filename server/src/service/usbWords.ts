/** What the USB keys of a personality come to, for hover and inlay hints: the combination and its score. */
import { type UsbSummary, usbCombination } from '../iokit/explain.ts';
import { USB_KEYS, USB_MASK_COST, usbRowName } from '../iokit/usb.ts';
import type { PlistNode } from '../plist/types.ts';
import { isDict } from '../plist/value.ts';
import { hasBuildVariable } from '../plist/variables.ts';

const READ = new Set([...USB_KEYS.device, ...USB_KEYS.interface, 'IOProviderClass', 'IOProbeScore']);

/**
 * Markdown about the combination of the personality that a key stands in or names; undefined where it is no USB
 * personality, or the key is none that USB matching reads. Never throws.
 */
export function usbWords(key: PlistNode): string | undefined {
  const inside = READ.has(key.text) ? key.parent : undefined;
  const summary = summaryOf(inside ?? personalityNamedBy(key));
  if (!summary) return undefined;
  const { kind, combination, score, wildcards, maskMayApply } = summary;
  if (!combination.row) return `**USB match:** never. ${sentence(combination.what)}`;
  const row = usbRowName(combination.row);
  if (score === undefined)
    return `**USB match:** ${kind} by ${row}, but a value among them equals no device’s.`;
  const notes = [
    wildcards.length > 0 ? `${wildcards.length} × \`*\` at −1000 each` : '',
    maskMayApply ? '500 less where only the mask fits' : '',
    combination.row.confirmed ? '' : 'never seen on today’s systems',
  ].filter((note) => note !== '');
  return `**USB match:** ${kind} by ${row}, score **${score}**${notes.length > 0 ? ` (${notes.join('; ')})` : ''}.`;
}

/**
 * What a personality's name says of it in an inlay hint: `score 90000`, `score 90000, 89500 where
 * only the mask fits`, or `never matches`. Undefined where the key
 * names no USB personality and where a build variable, or a value that cannot be read, leaves it open. Never throws.
 */
export function usbScoreLabel(key: PlistNode): string | undefined {
  const dict = personalityNamedBy(key);
  const summary = summaryOf(dict);
  if (!dict || !summary) return undefined;
  if ([...READ].some((name) => dict.get(name) && dict.get(name)?.value() === undefined)) return undefined;
  const { combination, score } = summary;
  const isOpen = (name: string): boolean => holdsVariable(dict.get(name));
  if (!combination.row) return isOpen('idProductArray') ? undefined : 'never matches';
  if (score === undefined) return 'never matches';
  if ([...READ].some(isOpen)) return undefined;
  const less = summary.maskMayApply ? `, ${score - USB_MASK_COST} where only the mask fits` : '';
  return `score ${score}${less}`;
}

/** The dictionary behind a key of IOKitPersonalities; of a name that stands twice, behind the one that is read. */
function personalityNamedBy(key: PlistNode): PlistNode | undefined {
  if (!/^IOKitPersonalities(_\w+)?$/.test(key.parent?.name ?? '')) return undefined;
  const named = key.parent?.get(key.text);
  return named?.key?.start === key.start ? named : undefined;
}

function summaryOf(dict: PlistNode | undefined): UsbSummary | undefined {
  if (dict?.kind !== 'dict' || dict.entries.some((entry) => hasBuildVariable(entry.key.text)))
    return undefined;
  const value = dict.value();
  return isDict(value) ? usbCombination(value) : undefined;
}

function holdsVariable(node: PlistNode | undefined): boolean {
  return node?.kind === 'array' ? node.items.some(holdsVariable) : hasBuildVariable(node?.string ?? '');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
