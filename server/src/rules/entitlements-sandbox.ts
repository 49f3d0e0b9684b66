/** Rule on rights that only a sandboxed program has a use for. */
import { addEntryFix, offer } from './bundle-edits.ts';
import type { Rule, RuleContext } from './types.ts';

const SANDBOX = 'com.apple.security.app-sandbox';
/** Doors in the sandbox. Those of the camera, audio input and automation count for the hardened runtime, too. */
const DOOR =
  /^com\.apple\.security\.(device\.(usb|bluetooth|microphone|serial|firewire)|network\.(client|server)|print|smartcard|files\..+|temporary-exception\..+)$/;

function checkDoors({ root, report }: RuleContext): void {
  const sandbox = root.get(SANDBOX);
  // Set by the build, or of another type than it should be: not for us to say.
  if (sandbox ? sandbox.boolean !== false : root.keyNode(SANDBOX) !== undefined) return;
  const doors = root.entries.filter(({ key, value }) => DOOR.test(key.text) && value?.boolean !== false);
  const [first] = doors;
  if (!first) return;
  report({
    at: first.key,
    severity: sandbox ? 'information' : 'hint',
    message: `${first.key.text} opens a door of the App Sandbox, and ${sandbox ? `${SANDBOX} is false` : `${SANDBOX} is not in this file`}: the program may do so anyway, and the key does nothing${doors.length > 1 ? ` (nor ${doors.length === 2 ? 'does one' : `do ${doors.length - 1}`} more of this kind)` : ''}. Remove it, or turn the sandbox on.`,
    fixes: () => (sandbox ? [] : offer(addEntryFix(root, SANDBOX, '<true/>', `Add ${SANDBOX}`, false))),
  });
}

export const entitlementsSandboxRules: readonly Rule[] = [
  {
    id: 'entitlements/no-sandbox',
    severity: 'information',
    title: 'Right of the sandbox without the sandbox',
    what: 'An entitlement that opens a door of the App Sandbox (`com.apple.security.device.usb`, `.network.client`, `.files.…`, `.temporary-exception.…`) where `com.apple.security.app-sandbox` is false; as a hint, where the file does not have it, since a build setting may turn it on.',
    why: 'Outside of the sandbox a program may use these things without asking. The key does nothing and only looks like a restriction.',
    how: 'Remove it, or set `com.apple.security.app-sandbox` true.',
    source: [
      'https://developer.apple.com/documentation/bundleresources/entitlements/com.apple.security.app-sandbox',
    ],
    kinds: ['entitlements'],
    examples: {
      invalid: `<key>${SANDBOX}</key>\n<false/>\n<key>com.apple.security.device.usb</key>\n<true/>`,
      valid: `<key>${SANDBOX}</key>\n<true/>\n<key>com.apple.security.device.usb</key>\n<true/>`,
    },
    check: checkDoors,
  },
];
