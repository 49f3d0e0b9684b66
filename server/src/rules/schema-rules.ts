/** The rules that any schema finding belongs to when the schema names none of its own. */
import { BUNDLE_KINDS } from '../workspace/types.ts';
import type { Rule } from './types.ts';

const kinds = BUNDLE_KINDS.filter((kind) => kind !== 'plist');
const source = ['schemas/ of this project; each key there names its own source'];

export const schemaRules: readonly Rule[] = [
  {
    id: 'schema/type',
    severity: 'error',
    title: 'Wrong type of value',
    what: 'The value of a key is of a type that the system does not read there.',
    why: 'IOKit never converts one type into another: a number written as a string is a string, and the check or match that wants a number fails.',
    how: 'Write the value as the type that the message names. The quick fix keeps the text where it converts.',
    source,
    kinds,
    examples: {
      invalid: '<key>idVendor</key>\n<string>1452</string>',
      valid: '<key>idVendor</key>\n<integer>1452</integer>',
    },
  },
  {
    id: 'schema/missing-key',
    severity: 'error',
    title: 'Missing key',
    what: 'A dictionary lacks a key that its reader needs.',
    why: 'Without the key the system refuses the dictionary or passes over it.',
    how: 'Add the key. The quick fix writes it with a value of the right type.',
    source,
    kinds,
    examples: {
      invalid: '<key>IOKitPersonalities</key>\n<dict>\n\t<key>Lamp</key>\n\t<dict/>\n</dict>',
      valid:
        '<key>IOKitPersonalities</key>\n<dict>\n\t<key>Lamp</key>\n\t<dict>\n\t\t<key>IOClass</key>\n\t\t<string>IOUserService</string>\n\t\t<key>IOProviderClass</key>\n\t\t<string>IOUserResources</string>\n\t</dict>\n</dict>',
    },
  },
  {
    id: 'schema/value',
    severity: 'error',
    title: 'Value out of range',
    what: 'A value is of the right type, but none that the key takes: not one of a closed list, outside the bounds, or not of the form.',
    why: 'The reader of the key knows only the values that the message lists; any other is refused or never equal to anything.',
    how: 'Choose one of the values, or correct the number or text.',
    source,
    kinds,
    examples: {
      invalid: '<key>idProduct</key>\n<integer>70000</integer>',
      valid: '<key>idProduct</key>\n<integer>7000</integer>',
    },
  },
  {
    id: 'schema/unknown-key',
    severity: 'warning',
    title: 'Unknown key',
    what: 'A key that nothing reads, in a dictionary whose keys are all known.',
    why: 'The system ignores it or refuses the dictionary; often it is a misspelling.',
    how: 'Correct the key, or remove it.',
    source,
    kinds,
    examples: {
      invalid: '<dict>\n\t<key>idVender</key>\n\t<integer>1452</integer>\n</dict>',
      valid: '<dict>\n\t<key>idVendor</key>\n\t<integer>1452</integer>\n</dict>',
    },
  },
  {
    id: 'schema/deprecated',
    severity: 'warning',
    title: 'Deprecated key or value',
    what: 'A key or value that the system no longer reads, or that has a successor.',
    why: 'It works only on old systems, or not at all.',
    how: 'Use what the message names instead.',
    source,
    kinds,
    examples: {
      invalid: '<key>IOProviderClass</key>\n<string>IOUSBDevice</string>',
      valid: '<key>IOProviderClass</key>\n<string>IOUSBHostDevice</string>',
    },
  },
];
