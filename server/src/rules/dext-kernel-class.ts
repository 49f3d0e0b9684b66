/** Rule on slips in the name of the kernel class of a dext's personality. */
import table from '../../../schemas/tables/driverkit-kernel-classes.json' with { type: 'json' };
import { isKnownClass } from '../iokit/classes.ts';
import { nearest } from '../schema/nearest.ts';
import { offer, setTextFix } from './bundle-edits.ts';
import { DEXT_KINDS, isFlagged, knownString, quoted } from './bundle-values.ts';
import type { Rule, RuleContext } from './types.ts';

const CLASSES: readonly string[] = table.entries.map(({ value }) => value);

function checkSpelling(context: RuleContext): void {
  for (const { name, node, isDext } of context.personalities) {
    const kernelClass = node.get('IOClass');
    const written = knownString(kernelClass)?.trim();
    if (!isDext || !kernelClass || !written || isKnownClass(written) || isFlagged(context, kernelClass))
      continue;
    const meant = nearest(written, CLASSES);
    if (meant === undefined || meant === written) continue;
    const onlyCase = meant.toLowerCase() === written.toLowerCase();
    context.report({
      at: kernelClass,
      ...(!onlyCase && { severity: 'warning' as const }),
      message: `${onlyCase ? `The kernel’s class is called ${meant}, with these very capitals` : `${quoted(written)} is no kernel class that is known, ${meant} is one`}. The kernel makes an object of IOClass, and where it finds no such class ${quoted(name)} does not start. Write ${meant}.`,
      fixes: () => offer(setTextFix(kernelClass, meant, `Change to ${meant}`, true)),
    });
  }
}

export const dextKernelClassRules: readonly Rule[] = [
  {
    id: 'dext/kernel-class-spelling',
    severity: 'error',
    title: 'Misspelt kernel class',
    what: 'An `IOClass` in a dext’s personality that nearly is the name of a kernel class that dexts use: an error where only the capitals differ, else a warning.',
    why: 'The kernel makes an object of that class when the personality wins. Class names are compared letter by letter; where there is no such class the driver does not start.',
    how: 'Write the name as the message shows it.',
    source: [
      'apple-oss-distributions/xnu libkern/c++/OSMetaClass.cpp (allocClassWithName)',
      'https://developer.apple.com/documentation/bundleresources/information-property-list/ioclass',
    ],
    kinds: DEXT_KINDS,
    examples: {
      invalid: '<key>IOClass</key>\n<string>IOUserservice</string>',
      valid: '<key>IOClass</key>\n<string>IOUserService</string>',
    },
    check: checkSpelling,
  },
];
