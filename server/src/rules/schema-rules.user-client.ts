/** Pages of the findings that user-client.schema.json raises. */
import type { BundleKind } from '../workspace/types.ts';
import type { Rule } from './types.ts';

const kinds: readonly BundleKind[] = ['dext', 'codeless-dext'];
const SERVER = 'apple-oss-distributions/xnu iokit/Kernel/IOUserServer.cpp';
const CREATE = 'https://developer.apple.com/documentation/driverkit/ioservice/create';

export const userClientSchemaRules: readonly Rule[] = [
  {
    id: 'dext/user-client-class',
    severity: 'error',
    title: 'User client of another class',
    what: 'An `IOClass` other than `IOUserUserClient` in a user-client dictionary.',
    why: 'The kernel makes the object and finds that it is no user client of a dext: `IOServiceOpen` fails with `kIOReturnUnsupported`.',
    how: 'Write `IOUserUserClient`. Your own class goes into `IOUserClass`.',
    source: [`${SERVER}:4706-4716,5203-5207`],
    kinds,
    facts: ['mistake:M054'],
    examples: {
      invalid:
        '<key>UserClientProperties</key>\n<dict>\n\t<key>IOClass</key>\n\t<string>IOUserService</string>\n\t<key>IOUserClass</key>\n\t<string>LampUserClient</string>\n</dict>',
      valid:
        '<key>UserClientProperties</key>\n<dict>\n\t<key>IOClass</key>\n\t<string>IOUserUserClient</string>\n\t<key>IOUserClass</key>\n\t<string>LampUserClient</string>\n</dict>',
    },
  },
  {
    id: 'dext/missing-user-client-class',
    severity: 'error',
    title: 'User client without IOClass',
    what: 'A user-client dictionary without `IOClass`.',
    why: 'The kernel does not know what to make: `IOServiceOpen` fails with `kIOReturnBadArgument`.',
    how: 'Add `IOClass` `IOUserUserClient`.',
    source: [`${SERVER}:5168-5225`, CREATE],
    kinds,
    facts: ['mistake:M054'],
    examples: {
      invalid:
        '<key>UserClientProperties</key>\n<dict>\n\t<key>IOUserClass</key>\n\t<string>LampUserClient</string>\n</dict>',
      valid:
        '<key>UserClientProperties</key>\n<dict>\n\t<key>IOClass</key>\n\t<string>IOUserUserClient</string>\n\t<key>IOUserClass</key>\n\t<string>LampUserClient</string>\n</dict>',
    },
  },
  {
    id: 'dext/missing-user-client-user-class',
    severity: 'warning',
    title: 'User client without IOUserClass',
    what: 'A user-client dictionary without `IOUserClass`.',
    why: 'The kernel does not know which object to make in the dext for the connection.',
    how: 'Add `IOUserClass` with your subclass of `IOUserClient`.',
    source: [CREATE, 'pqrs-org/Karabiner-DriverKit-VirtualHIDDevice Info.plist.in'],
    kinds,
    examples: {
      invalid:
        '<key>UserClientProperties</key>\n<dict>\n\t<key>IOClass</key>\n\t<string>IOUserUserClient</string>\n</dict>',
      valid:
        '<key>UserClientProperties</key>\n<dict>\n\t<key>IOClass</key>\n\t<string>IOUserUserClient</string>\n\t<key>IOUserClass</key>\n\t<string>LampUserClient</string>\n</dict>',
    },
  },
  {
    id: 'dext/user-client-at-top-level',
    severity: 'error',
    title: 'User-client dictionary at the top level',
    what: 'A dictionary whose name ends in `UserClientProperties` outside the personalities.',
    why: '`IOService::Create` looks in the properties of the service, which come from its personality. At the top level it finds nothing, and no program can open the driver.',
    how: 'Move the dictionary into each personality that has user clients.',
    source: [`${SERVER}:5168-5225`, CREATE],
    kinds,
    facts: ['mistake:M053'],
    examples: {
      invalid:
        '<key>IOKitPersonalities</key>\n<dict>\n\t<key>Lamp</key>\n\t<dict/>\n</dict>\n<key>UserClientProperties</key>\n<dict/>',
      valid:
        '<key>IOKitPersonalities</key>\n<dict>\n\t<key>Lamp</key>\n\t<dict>\n\t\t<key>UserClientProperties</key>\n\t\t<dict/>\n\t</dict>\n</dict>',
    },
  },
];
