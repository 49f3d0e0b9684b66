/** Rules on IOServiceDEXTEntitlements, by which a personality or a user client asks for entitlements. */
import type { PlistNode } from '../plist/types.ts';
import { offer, replaceValueFix } from './bundle-edits.ts';
import { DEXT_KINDS, knownString, listed } from './bundle-values.ts';
import type { Rule, RuleContext } from './types.ts';

const KEY = 'IOServiceDEXTEntitlements';

/** Entitlements that a program holds, never the dext: asked of the dext they are never there. */
const OF_A_CLIENT =
  /^com\.apple\.developer\.(driverkit\.(userclient-access|communicates-with-drivers)|system-extension\.install)$/;

const BUILTIN = 'com.apple.developer.driverkit.builtin';

function strings(node: PlistNode): PlistNode[] {
  if (node.kind === 'string') return [node];
  return node.kind === 'array' ? node.items.flatMap(strings) : [];
}

function checkAsked({ root, personalities, report }: RuleContext): void {
  for (const { node } of personalities) {
    const own = node.get(KEY);
    const owner = [root.get('CFBundleIdentifier'), node.get('IOUserServerName')].map(knownString);
    for (const name of own ? strings(own) : []) {
      if (name.text.trim() !== BUILTIN || owner.some((id) => id?.startsWith('com.apple.'))) continue;
      report({
        at: name,
        message: `Only Apple’s own drivers get ${BUILTIN}, and ${KEY} asks it of this one: the driver never starts. Remove it.`,
      });
    }
    for (const name of own ? strings(own) : []) {
      if (!OF_A_CLIENT.test(name.text.trim())) continue;
      report({
        at: name,
        message: `In the personality itself ${KEY} is asked of the dext, and ${name.text.trim()} is a program’s: the driver does not start. Put the key into the user-client dictionary to ask it of the program.`,
      });
    }
    for (const { value } of [...node.entries]) {
      if (value?.kind === 'dict') checkAny(value.get(KEY), report);
    }
    checkAny(own, report);
  }
}

/** Several names in a flat array: any one is enough. */
function checkAny(value: PlistNode | undefined, report: RuleContext['report']): void {
  if (value?.kind !== 'array' || value.items.length < 2) return;
  if (!value.items.every(({ kind }) => kind === 'string')) return;
  const names = value.items.map(({ text }) => text);
  const inner = value.items.map((item) => `\t\t${item.tree.text.slice(item.start, item.end)}`).join('\n');
  report({
    at: value.key ?? value,
    severity: 'information',
    message: `Any one of ${listed(names, 'or')} is enough. If all are to be held, put them into an array inside this one.`,
    fixes: () =>
      offer(
        replaceValueFix(
          value,
          `<array>\n\t<array>\n${inner}\n\t</array>\n</array>`,
          'Ask for all of them',
          false,
        ),
      ),
  });
}

export const dextEntitlementsRules: readonly Rule[] = [
  {
    id: 'dext/service-entitlements',
    severity: 'warning',
    title: 'IOServiceDEXTEntitlements that asks for something else',
    what: 'An `IOServiceDEXTEntitlements` in a personality that names an entitlement of programs or one that only Apple has. As information, a flat array of several names.',
    why: 'In a personality the entitlements are asked of the dext, in a user-client dictionary of the program that opens it. Over a flat array one is enough; within an inner array all are needed.',
    how: 'Put the key where its subject is, and what is needed together into an inner array.',
    source: ['apple-oss-distributions/xnu iokit/Kernel/IOUserServer.cpp:2614-2696'],
    kinds: DEXT_KINDS,
    facts: ['trap:21'],
    examples: {
      invalid: `<key>${KEY}</key>\n<array>\n\t<string>com.apple.developer.driverkit.userclient-access</string>\n</array>`,
      valid: `<key>UserClientProperties</key>\n<dict>\n\t<key>IOClass</key>\n\t<string>IOUserUserClient</string>\n\t<key>IOServiceDEXTEntitlements</key>\n\t<string>com.apple.developer.driverkit.userclient-access</string>\n\t<key>IOUserClass</key>\n\t<string>LampUserClient</string>\n</dict>`,
    },
    check: checkAsked,
  },
];
