/** Tells what kind of bundle a property list describes, from what it says and where it lies. */
import type { PlistNode, PlistTree } from '../plist/types.ts';
import { hasBuildVariable } from '../plist/variables.ts';
import { BUNDLE_KINDS, type BundleKind, type DetectedKind } from './types.ts';

const KIND_COMMENT = /^\s*driver-plist-kind:\s*(\S+)\s*$/;

/** The kind that a `<!-- driver-plist-kind: KIND -->` comment chooses, and every such comment's text. */
export function kindComments(tree: PlistTree): { name: string; start: number; end: number }[] {
  const found: { name: string; start: number; end: number }[] = [];
  for (const comment of tree.comments) {
    const match = KIND_COMMENT.exec(tree.text.slice(comment.content.start, comment.content.end));
    if (match?.[1]) found.push({ name: match[1], start: comment.start, end: comment.end });
  }
  return found;
}

export function isBundleKind(name: string): name is BundleKind {
  return (BUNDLE_KINDS as readonly string[]).includes(name);
}

/** A bundle's wrapper folder, if the path lies where a built bundle keeps its Info.plist. */
const WRAPPER = /\.(kext|dext|systemextension|app)\/(?:Contents\/)?[^/]*Info[^/]*\.plist$/i;

/**
 * Finds the kind of a document. Order: the comment, the choice handed in, the content, the path.
 * Content beats path, since people keep Info.plists under any name; never throws.
 *
 * @param path decoded path or URI of the document, with `/` as separator
 * @param chosen a kind that a setting or option gives for this document
 */
export function detectKind(tree: PlistTree, path: string, chosen?: BundleKind): DetectedKind {
  const comment = kindComments(tree).find(({ name }) => isBundleKind(name));
  if (comment && isBundleKind(comment.name)) {
    return { kind: comment.name, reason: 'a driver-plist-kind comment says so', by: 'chosen' };
  }
  if (chosen) return { kind: chosen, reason: 'chosen in the settings', by: 'chosen' };
  const [kind, reason] = kindOf(tree, path);
  return { kind, reason, by: 'detected' };
}

/**
 * True when the system reads the file as it stands: it lies in a bundle's wrapper and holds no build variable.
 */
export function isBuilt(tree: PlistTree, path: string): boolean {
  return WRAPPER.test(path) && !hasBuildVariable(tree.text);
}

function kindOf(tree: PlistTree, path: string): [BundleKind, string] {
  const root = tree.root;
  if (/\.(entitlements|xcent)$/i.test(path)) return ['entitlements', 'the file is named .entitlements'];
  const wrapper = WRAPPER.exec(path)?.[1]?.toLowerCase();
  if (root?.kind !== 'dict') return byWrapper(wrapper) ?? ['plist', 'it holds no dictionary'];

  const packageType = root.get('CFBundlePackageType')?.string?.trim();
  const personalities = personalityNodes(root);
  const extension = systemExtensionKind(root);
  // The declaration of an extension says more than four wrong letters beside it, and more than stray personalities.
  const driverLetters = packageType === 'DEXT' || packageType === 'KEXT';
  const elsewhere = wrapper === undefined || wrapper === 'systemextension';
  if (extension && elsewhere && (!driverLetters || personalities.length === 0)) return extension;
  if (packageType === 'DEXT' || wrapper === 'dext' || personalities.some(namesUserSpaceDriver)) {
    const reason =
      packageType === 'DEXT'
        ? 'CFBundlePackageType is DEXT'
        : wrapper === 'dext'
          ? 'it lies in a .dext bundle'
          : 'a personality has IOUserServerName or IOUserClass';
    return isCodelessDext(personalities)
      ? ['codeless-dext', `${reason}, and every IOUserClass is a class of DriverKit`]
      : ['dext', reason];
  }
  // Letters of another bundle beside personalities are the fault, not a kext: app/personalities, sysext/personalities.
  const other = packageType === 'SYSX' || packageType === 'APPL';
  if (packageType === 'KEXT' || wrapper === 'kext' || (!other && isKextContent(root, personalities))) {
    const reason =
      packageType === 'KEXT'
        ? 'CFBundlePackageType is KEXT'
        : wrapper === 'kext'
          ? 'it lies in a .kext bundle'
          : 'it has keys that only kernel extensions have';
    return isCodelessKext(root, personalities)
      ? ['codeless-kext', `${reason}, and it has no CFBundleExecutable`]
      : ['kext', reason];
  }
  if (extension) return extension;
  if (packageType === 'SYSX') return ['system-extension', 'CFBundlePackageType is SYSX'];
  if (isEntitlements(root)) return ['entitlements', 'its keys are entitlements'];
  if (packageType === 'APPL') return ['app', 'CFBundlePackageType is APPL'];
  const wrapped = byWrapper(wrapper);
  if (wrapped) return wrapped;
  if (packageType === undefined || hasBuildVariable(packageType)) {
    const key = APP_KEYS.find((name) => root.get(name));
    // Nothing reads the text in an app: alone it speaks of an extension whose declaration is still missing.
    if (key === undefined && root.get(EXTENSION_TEXT)) {
      return [
        APP_HINTS.some((name) => root.get(name)) ? 'app' : 'system-extension',
        `it has ${EXTENSION_TEXT}`,
      ];
    }
    if (key) return ['app', `it has ${key}`];
  }
  return ['plist', 'nothing in it says that it is a driver’s'];
}

function byWrapper(wrapper: string | undefined): [BundleKind, string] | undefined {
  if (wrapper === 'dext') return ['dext', 'it lies in a .dext bundle'];
  if (wrapper === 'kext') return ['kext', 'it lies in a .kext bundle'];
  if (wrapper === 'systemextension') return ['system-extension', 'it lies in a .systemextension bundle'];
  if (wrapper === 'app') return ['app', 'it lies in an .app bundle'];
  return undefined;
}

const EXTENSION_TEXT = 'NSSystemExtensionUsageDescription';

/** More common in apps than in extensions, and alone no sign of anything. */
const APP_HINTS = ['NSPrincipalClass', 'CFBundleIconFile', 'CFBundleIconName'];

const APP_KEYS = [
  'NSMainStoryboardFile',
  'NSMainNibFile',
  'LSApplicationCategoryType',
  'UILaunchStoryboardName',
  'UIApplicationSceneManifest',
  'OSBundleUsageDescription',
  'LSUIElement',
  'UISupportedInterfaceOrientations',
];

function personalityNodes(root: PlistNode): PlistNode[] {
  const found: PlistNode[] = [];
  for (const { key, value } of root.entries) {
    if (!/^IOKitPersonalities(_\w+)?$/.test(key.text) || !value) continue;
    for (const entry of value.entries) if (entry.value?.kind === 'dict') found.push(entry.value);
    // An array in place of the dictionary is the fault to tell, not a reason to take the bundle for another.
    for (const item of value.items) if (item.kind === 'dict') found.push(item);
  }
  return found;
}

function namesUserSpaceDriver(personality: PlistNode): boolean {
  return personality.get('IOUserServerName') !== undefined || personality.get('IOUserClass') !== undefined;
}

/** Classes that Apple's frameworks or system dexts implement, so that a personality can name them directly. */
const DRIVERKIT_CLASS = /^(IOUser[A-Z]|AppleUser[A-Z]|IOService$|IOHIDEvent|IOUserHID)/;

function isCodelessDext(personalities: readonly PlistNode[]): boolean {
  const classes = personalities.map((personality) => personality.get('IOUserClass')?.string?.trim());
  return classes.length > 0 && classes.every((name) => name !== undefined && DRIVERKIT_CLASS.test(name));
}

const KEXT_KEYS = /^(OSBundleLibraries|OSBundleCompatibleVersion|OSBundleRequired|OSKernelResource)(_\w+)?$/;

function isKextContent(root: PlistNode, personalities: readonly PlistNode[]): boolean {
  if (root.entries.some(({ key }) => KEXT_KEYS.test(key.text))) return true;
  return personalities.some((personality) => personality.get('IOProviderClass') !== undefined);
}

const SHARED_EXECUTABLE = /^OSBundleSharedExecutableIdentifier(_\w+)?$/;

/**
 * No executable. A source file may leave CFBundleExecutable to the build, so code libraries or an IOClass of its
 * own speak against it.
 */
function isCodelessKext(root: PlistNode, personalities: readonly PlistNode[]): boolean {
  if (root.get('CFBundleExecutable')) return false;
  if (root.entries.some(({ key }) => SHARED_EXECUTABLE.test(key.text))) return false;
  if (root.get('OSKernelResource') || personalities.length === 0) return false;
  return !root.entries.some(({ key, value }) => /^OSBundleLibraries/.test(key.text) && value?.entries.length);
}

function systemExtensionKind(root: PlistNode): [BundleKind, string] | undefined {
  if (root.get('NetworkExtension')) return ['network-extension', 'it has a NetworkExtension dictionary'];
  for (const key of ['NEProviderClasses', 'NEMachServiceName']) {
    if (root.get(key)) return ['network-extension', `it has ${key}`];
  }
  for (const key of ['NSEndpointSecurityMachServiceName', 'NSEndpointSecurityEarlyBoot']) {
    if (root.get(key)) return ['endpoint-security', `it has ${key}`];
  }
  if (root.get('CMIOExtension')) return ['camera-extension', 'it has a CMIOExtension dictionary'];
  if (root.get('CMIOExtensionMachServiceName'))
    return ['camera-extension', 'it has CMIOExtensionMachServiceName'];
  // The Info.plist of an app extension, kept when the target became a system extension.
  const point = root.get('NSExtension')?.get('NSExtensionPointIdentifier')?.string;
  if (point?.startsWith('com.apple.networkextension.') && root.get('NSSystemExtensionUsageDescription')) {
    return ['network-extension', `its NSExtension names ${point}`];
  }
  return undefined;
}

const ENTITLEMENT =
  /^(com\.apple\.(developer|security|private|application-identifier|vm)\b|keychain-access-groups$|get-task-allow$|application-identifier$|aps-environment$)/;

function isEntitlements(root: PlistNode): boolean {
  const keys = root.entries.map(({ key }) => key.text);
  return keys.length > 0 && keys.every((key) => ENTITLEMENT.test(key)) && !root.get('CFBundleIdentifier');
}
