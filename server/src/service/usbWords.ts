/** What the USB keys of a personality come to, for hover: the combination and its score. */
import { usbCombination } from '../iokit/explain.ts';
import { USB_KEYS, usbRowName } from '../iokit/usb.ts';
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
  const named = /^IOKitPersonalities/.test(key.parent?.name ?? '') ? key.parent?.get(key.text) : undefined;
  const dict = inside ?? named;
  if (dict?.kind !== 'dict' || dict.entries.some((entry) => hasBuildVariable(entry.key.text)))
    return undefined;
  const value = dict.value();
  const summary = isDict(value) ? usbCombination(value) : undefined;
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

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
