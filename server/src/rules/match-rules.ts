/** All code rules on personalities and what they match. */
import { matchBreadthRules } from './match-breadth.ts';
import { matchGeneralRules } from './match-general.ts';
import { matchNumbersRules } from './match-numbers.ts';
import { matchPciRules } from './match-pci.ts';
import { matchScsiRules } from './match-scsi.ts';
import { matchSpellingRules } from './match-spelling.ts';
import { matchUsbRules } from './match-usb.ts';
import type { Rule } from './types.ts';

export const matchRules: readonly Rule[] = [
  ...matchUsbRules,
  ...matchSpellingRules,
  ...matchNumbersRules,
  ...matchPciRules,
  ...matchScsiRules,
  ...matchBreadthRules,
  ...matchGeneralRules,
];
