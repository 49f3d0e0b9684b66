/** What the rules on bundles and kexts ask of a tree again and again. Pure, never throws. */
import type { PlistNode } from '../plist/types.ts';
import { hasBuildVariable } from '../plist/variables.ts';
import { BUNDLE_KINDS, type BundleKind } from '../workspace/types.ts';
import type { RuleContext } from './types.ts';

/** Kernel extensions, with code and without. */
export const KEXT_KINDS: readonly BundleKind[] = ['kext', 'codeless-kext'];

export const DEXT_KINDS: readonly BundleKind[] = ['dext', 'codeless-dext'];

/** The bundles whose Info.plist Apple's kext loader reads and validates. */
export const LOADER_KINDS: readonly BundleKind[] = [...KEXT_KINDS, ...DEXT_KINDS];

/** All kinds that are an Info.plist of a bundle of ours. */
export const INFO_KINDS: readonly BundleKind[] = BUNDLE_KINDS.filter(
  (kind) => kind !== 'entitlements' && kind !== 'plist',
);

/** The text of a `<string>` that a build leaves as it is; undefined for all else, absent nodes too. */
export function knownString(node: PlistNode | undefined): string | undefined {
  const text = node?.string;
  return text === undefined || isFilledIn(text) ? undefined : text;
}

/** `HFS_KEXT_VERSION`: a macro of the C preprocessor, which Xcode runs over an Info.plist if told to. */
const MACRO = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;

/** `###NAME###`, `%NAME%`, `__NAME__`: marks that a script of the project replaces. */
const MARK = /#{2,}\w+#{2,}|%[A-Za-z_]\w*%|%[sd@]|__[A-Z]\w*__|<#.*#>/;

/** True for text that holds a build variable or something else that is not meant to stay. */
export function isFilledIn(text: string): boolean {
  return hasBuildVariable(text) || MACRO.test(text) || MARK.test(text);
}

/** A key of a dictionary with its value, and the architecture that the key is for. */
export interface KeyedValue {
  readonly key: PlistNode;
  readonly value: PlistNode;
  /** `x86_64`, `arm64` …; `''` for the key without suffix. */
  readonly arch: string;
}

const ARCH_SUFFIX = /^(.+?)_(x86_64|arm64e|arm64|i386|ppc64|ppc)$/;

/** Splits `OSBundleLibraries_arm64` into the key and the architecture; `arch` is `''` without a suffix. */
export function splitArch(key: string): { base: string; arch: string } {
  const match = ARCH_SUFFIX.exec(key);
  return match ? { base: match[1]!, arch: match[2]! } : { base: key, arch: '' };
}

/**
 * A top-level key and its architecture variants, as far as they have a value. The loader reads `KEY_arch` first
 * and `KEY` only if there is none (apple-oss-distributions/IOKitUser kext.subproj/OSKext.c:5921-5956). Of a key
 * that stands twice only the value that is read.
 */
export function archVariants(root: PlistNode, base: string): KeyedValue[] {
  const found: KeyedValue[] = [];
  for (const { key, value } of root.entries) {
    const split = splitArch(key.text);
    if (split.base !== base || !value || root.get(key.text)?.id !== value.id) continue;
    found.push({ key, value, arch: split.arch });
  }
  return found;
}

/**
 * The variants that a 64-bit system can come to read: the suffixed ones for x86_64 and arm64, and the plain key
 * unless a 64-bit variant stands beside it (then the plain one is there for the 32-bit systems of old).
 */
export function variantsOn64Bit(root: PlistNode, base: string): KeyedValue[] {
  const all = archVariants(root, base);
  const wide = all.filter(({ arch }) => arch === 'x86_64' || arch === 'arm64');
  return wide.length > 0 ? wide : all.filter(({ arch }) => arch === '');
}

/** True when the key stands there with `<true/>`, in any architecture variant. */
export function isTrue(root: PlistNode, key: string): boolean {
  return archVariants(root, key).some(({ value }) => value.boolean === true);
}

/** True when the bundle names an executable, its own or a shared one, by something else than empty text. */
export function namesExecutable(root: PlistNode): boolean {
  const named = (value: PlistNode | undefined) => value?.kind === 'string' && value.text !== '';
  return (
    named(root.get('CFBundleExecutable')) ||
    archVariants(root, 'OSBundleSharedExecutableIdentifier').some(({ value }) => named(value))
  );
}

/**
 * True when an absent CFBundle key is really absent from the product: in a built bundle, or in a source that
 * writes out the keys which a build would otherwise generate.
 */
export function isWrittenOut(root: PlistNode, built: boolean): boolean {
  if (built) return true;
  return ['CFBundleIdentifier', 'CFBundlePackageType', 'CFBundleVersion'].every(
    (key) => root.get(key) !== undefined,
  );
}

/** The bundle's identifier where the file says it in plain text. */
export function bundleIdentifier(root: PlistNode): string | undefined {
  return knownString(root.get('CFBundleIdentifier'));
}

/** `“text”`, cut to what fits in a message. */
export function quoted(text: string, most = 60): string {
  return `“${text.length > most ? `${text.slice(0, most)}…` : text}”`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[], last = 'and'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words[words.length - 1]}`;
}

/** True when a schema has said already that this very value is wrong: one mistake, one finding. */
export function isFlagged({ evaluation }: RuleContext, node: PlistNode): boolean {
  return evaluation.findings.some((finding) => finding.node.id === node.id && finding.key === undefined);
}
