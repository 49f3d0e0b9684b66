/** The plan of a codeless kext: personalities that name driver classes of other bundles, and no code. */

import { printPlist, printValue } from '../plist/print.ts';
import type { PlistNode } from '../plist/types.ts';
import { hasBuildVariable } from '../plist/variables.ts';
import { classify, type KextFacts, stringOf, type Verdict } from './classify.ts';
import { projectVersions } from './dextInfo.ts';
import { KeyLedger } from './dextPersonality.ts';
import { type KernelClass, kernelClass } from './families.ts';
import { nameFromPlace, ownBundleId, plainName } from './names.ts';
import { NO_LOADER, planFile, printDocument, readableName, readsWell } from './output.ts';
import { isAskedFor, type ListedPersonality, listPersonalities, NOT_ASKED } from './personalityList.ts';
import { leftOutList, numbered } from './readme.ts';
import { shortReasons, withoutPersonality } from './refusal.ts';
import type {
  ConvertOptions,
  ConvertPlan,
  KeyChanges,
  Outcome,
  OutEntry,
  OutValue,
  PersonalityPlan,
} from './types.ts';

export function planCodelessKext(root: PlistNode, kext: KextFacts, options: ConvertOptions): ConvertPlan {
  const name = kextName(root, kext, options);
  const own = ownBundleId(kext.bundleId);
  const derived = own === undefined ? `com.example.${name}` : kext.hasCode ? `${own}.codeless` : own;
  const bundleId = options.bundleId ?? (derived.length > 63 ? `com.example.${name}` : derived);
  const asked = options.className === undefined ? undefined : kernelClass(options.className);
  const plans: PersonalityPlan[] = [];
  const entries: OutEntry[] = [];
  const names = new Set<string>();
  for (const one of listPersonalities(root)) {
    if (!isAskedFor(one.name, options.personalities)) {
      plans.push(leftPlan(one.name, one.node, 'stays-kext', NOT_ASKED));
      continue;
    }
    const verdict = classify(one.node, kext);
    const made = personality(one, verdict, asked, names);
    plans.push(made.plan);
    if (!made.entries) continue;
    const { name: own, writtenAs = own } = made.plan;
    entries.push({ key: writtenAs, value: { dict: made.entries }, source: one.key });
  }
  const ledger = info(root, bundleId, name, kext);
  const { kept, changed, dropped, added } = ledger;
  const plan = {
    source: options.source ?? 'Info.plist',
    target: options.target,
    name,
    bundleId,
    personalities: plans,
    topLevel: { kept, changed, dropped, added } satisfies KeyChanges,
    questions: [],
  };
  if (entries.length === 0) return { ...plan, files: [], refused: refusal(root, plans), warnings: [] };
  const document = printDocument([
    ...ledger.entries,
    { key: 'IOKitPersonalities', value: { dict: entries }, source: root.keyNode('IOKitPersonalities') },
  ]);
  const left = plans.filter(({ outcome }) => outcome !== 'codeless');
  return {
    ...plan,
    files: [
      planFile('README.md', readme(name, bundleId, left)),
      planFile(`${name}.kext/Contents/Info.plist`, document),
      planFile('component.plist', componentPlist(name)),
    ],
    refused: undefined,
    warnings: hasBuildVariable(document)
      ? [
          'The Info.plist still holds build variables of the old project. Nothing builds a codeless kext: put the values in.',
        ]
      : [],
  };
}

function kextName(root: PlistNode, kext: KextFacts, options: ConvertOptions): string {
  const literal = (text: string | undefined) =>
    text === undefined || hasBuildVariable(text) ? '' : plainName(text);
  return (
    literal(stringOf(root, 'CFBundleName')) ||
    literal(kext.bundleId?.split('.').at(-1)) ||
    nameFromPlace(options.source ?? '') ||
    plainName(options.bundleId?.split('.').at(-1) ?? '') ||
    'Codeless'
  );
}

/** Classes that newer systems have under another name. */
const REPLACED: Readonly<Record<string, string>> = {
  AppleUSBMergeNub: 'AppleUSBHostMergeProperties',
  AppleUSBComposite: 'AppleUSBHostCompositeDevice',
  IOUSBCompositeDriver: 'AppleUSBHostCompositeDevice',
};

const USB_NUBS: Readonly<Record<string, string>> = {
  IOUSBDevice: 'IOUSBHostDevice',
  IOUSBInterface: 'IOUSBHostInterface',
};

function personality(
  { name, node }: ListedPersonality,
  verdict: Verdict,
  asked: KernelClass | undefined,
  names: Set<string>,
): { readonly plan: PersonalityPlan; readonly entries?: readonly OutEntry[] } {
  const { owner, ioClass, provider } = verdict;
  const ownCode = owner.kind === 'own';
  const target = ownCode
    ? asked
    : (kernelClass(REPLACED[ioClass ?? ''] ?? '') ?? (owner.known ? owner.known : undefined));
  const className = target?.value ?? (ownCode ? undefined : ioClass);
  const bundle = target?.bundle ?? owner.bundle;
  if (node.kind !== 'dict' || verdict.broken || className === undefined || bundle === undefined || !provider)
    return { plan: left(name, node, verdict) };

  const ledger = new KeyLedger(node);
  const warnings: string[] = [];
  ledger.set('CFBundleIdentifier', bundle, `The bundle of the kernel that has ${className}.`);
  ledger.set(
    'IOClass',
    className,
    ownCode
      ? 'The kernel’s own class that was asked for takes the place of the kext’s.'
      : `${className} is its name since OS X 10.11.`,
  );
  const nub = /^AppleUSBHost|^IOUSBHost/.test(className) ? (USB_NUBS[provider] ?? provider) : provider;
  ledger.set('IOProviderClass', nub, `${className} works on the nubs of IOUSBHostFamily.`);
  const done = new Set(ledger.entries.map(({ key }) => key));
  for (const { key, value } of node.entries) {
    if (done.has(key.text)) continue;
    done.add(key.text);
    const kept = node.get(key.text);
    const why = droppedBecause(key.text, kept, ownCode);
    if (why !== undefined || !value || !kept) ledger.drop(key.text, why ?? 'It has no value.');
    else {
      ledger.keep(key, kept);
      ledger.entries[ledger.entries.length - 1] = { key: key.text, value: strictValue(kept), source: key };
      if (hasBuildVariable(kept.string ?? ''))
        warnings.push(`${key.text} holds a build variable of the old project.`);
    }
  }
  const readable = readableName(name, NO_LOADER, names);
  if (readable !== name)
    warnings.push(
      `The name of the personality has a control character, which the kext loader refuses: it is written as ${readable}.`,
    );
  const { kept, changed, dropped, added, entries } = ledger;
  const why = ownCode
    ? `${className} (${target?.title}) drives the device; the code of ${ioClass} is left out.`
    : `${className} of ${bundle} drives the device; no code of the kext’s own is needed.`;
  return {
    plan: {
      ...nothing(name),
      outcome: 'codeless',
      why,
      userClass: className,
      kept,
      changed,
      dropped,
      added,
      warnings,
      ...(readable === name ? {} : { writtenAs: readable }),
    },
    entries,
  };
}

const nothing = (name: string) => ({
  name,
  userClass: undefined,
  superClass: undefined,
  family: undefined,
  otherFamilies: [],
  methods: [],
  kept: [],
  changed: [],
  dropped: [],
  added: [],
  warnings: [],
});

function left(name: string, node: PlistNode, verdict: Verdict): PersonalityPlan {
  const own = verdict.owner.kind === 'own' && !verdict.broken;
  const outcome = own && verdict.family ? 'needs-code' : 'stays-kext';
  const why = !own
    ? verdict.why
    : `${verdict.ioClass} is code of the kext itself, and a codeless kext has none. ${
        verdict.family ? `It can become a dext (--to codeless-dext): ${verdict.family.title}.` : verdict.why
      } Or name a class of Apple’s kernel that shall have the device (--class).`;
  return leftPlan(
    name,
    node,
    outcome,
    node.kind === 'dict' ? why : 'It is no dictionary: the system reads nothing from it.',
  );
}

function leftPlan(name: string, node: PlistNode, outcome: Outcome, why: string): PersonalityPlan {
  const keys = node.kind === 'dict' ? [...new Set(node.entries.map(({ key }) => key.text))] : [];
  return {
    ...nothing(name),
    outcome,
    why,
    dropped: keys.map((key) => ({ key, why: 'The personality is left out.' })),
  };
}

function droppedBecause(name: string, value: PlistNode | undefined, ownCode: boolean): string | undefined {
  if (name.startsWith('#')) return 'It was commented out by its name; nothing reads it.';
  if (NO_LOADER.test(name)) return FORBIDDEN;
  if (!value || !readsWell(value)) return 'Its value cannot be read.';
  if (hasForbidden(value)) return FORBIDDEN;
  if (name === 'IOProbeScore' && value.integer === undefined)
    return 'It is no integer, and the kernel takes any other type for 0.';
  if (ownCode && name === 'IOUserClientClass') return 'The user client is code of the old kext.';
  if (ownCode && name === 'IOCFPlugInTypes') return 'The plug-in talks to the code of the old kext.';
  return undefined;
}

const FORBIDDEN = 'The kext loader refuses a file with a real, a date or a control character in it.';

/** A real, a date, or a control character, which the loader's own parser refuses. */
function hasForbidden(node: PlistNode): boolean {
  const value = node.value();
  return value !== undefined && /<(?:real|date)>|&#/.test(printValue(value, { layout: 'inline' }));
}

/**
 * As written, unless the loader's own parser does not take it so: CDATA, `&quot;`, capital hex digits, blanks in
 * a tag (apple-oss-distributions/IOKitUser IOCFUnserialize.yacc). Then the same value in the plain form.
 */
function strictValue(node: PlistNode): OutValue {
  const written = node.tree.text.slice(node.start, node.end);
  const value = node.value();
  const odd = /<!\[CDATA|&(?!amp;|lt;|gt;)|<\w+\s[^>]*>|0[xX][0-9a-fA-F]*[A-F]|0X|<integer>\s*[+]/.test(
    written,
  );
  return odd && value !== undefined ? { value } : { node };
}

const DROPPED: readonly (readonly [RegExp, string])[] = [
  [/^CFBundleExecutable(_\w+)?$/, 'A codeless kext has no executable, and not even the key.'],
  [/^OSBundleLibraries(_\w+)?$/, 'Only code links libraries.'],
  [/^OSBundleCompatibleVersion(_\w+)?$/, 'It is for kexts that others link.'],
  [
    /^OSKernelResource$|^OSBundle(IsInterface|SharedExecutableIdentifier)$/,
    'It is for libraries of the kernel.',
  ],
  [/^OSBundleAllowUserLoad$/, 'There is no code to load.'],
  [/^(AppleSecurityExtension|AppleKernelExternalComponent)$/, 'It marks kernel extensions of Apple.'],
  [
    /^(DT[A-Z]|BuildMachineOSBuild$|CFBundleSupportedPlatforms$)/,
    'It tells of a build that there is no more.',
  ],
  [/^CFBundle(Signature|IconFile)$/, 'Nothing reads it in a kext.'],
  [/^com\.apple\./, 'An entitlement does nothing in Info.plist.'],
];

function info(root: PlistNode, bundleId: string, name: string, kext: KextFacts): KeyLedger {
  const ledger = new KeyLedger(root);
  const version = projectVersions(root).current;
  ledger.set(
    'CFBundleIdentifier',
    bundleId,
    kext.hasCode
      ? 'Another bundle than the kext with code: both may be known to the system for a while.'
      : 'The id of the bundle.',
  );
  ledger.set('CFBundleInfoDictionaryVersion', '6.0', 'The one version of the format.');
  ledger.set('CFBundleName', name, 'Nothing builds a codeless kext: the name is literal.');
  ledger.set('CFBundlePackageType', 'KEXT', 'It marks a kext.');
  ledger.set('CFBundleVersion', version, 'A version that the loader reads.');
  const done = new Set(ledger.entries.map(({ key }) => key));
  for (const { key } of root.entries) {
    const text = key.text;
    if (done.has(text) || text.startsWith('IOKitPersonalities')) continue;
    done.add(text);
    const value = root.get(text);
    const why = DROPPED.find(([pattern]) => pattern.test(text))?.[1];
    if (why !== undefined) ledger.drop(text, why);
    else if (!value || !readsWell(value)) ledger.drop(text, 'Its value cannot be read.');
    else if (text === 'OSBundleRequired' && value.kind !== 'string')
      ledger.drop(text, 'The kext loader rejects a bundle in which it is no string.');
    else if (NO_LOADER.test(text) || hasForbidden(value)) ledger.drop(text, FORBIDDEN);
    else if (hasBuildVariable(value.tree.text.slice(value.start, value.end)))
      ledger.drop(text, 'Its value comes from a build variable of the old project.');
    else {
      ledger.keep(key, value);
      ledger.entries[ledger.entries.length - 1] = { key: text, value: strictValue(value), source: key };
    }
  }
  return ledger;
}

function refusal(root: PlistNode, plans: readonly PersonalityPlan[]): string {
  if (plans.length === 0) return withoutPersonality(root, 'a codeless kext');
  return `No personality can go into a codeless kext. ${shortReasons(plans.map(({ why }) => why))}`;
}

/** For `pkgbuild --root … --component-plist`: the kext goes where it belongs and nowhere else. */
function componentPlist(name: string): string {
  return printPlist([
    new Map<string, string | boolean>([
      ['BundleHasStrictIdentifier', true],
      ['BundleIsRelocatable', false],
      ['BundleIsVersionChecked', true],
      ['BundleOverwriteAction', 'upgrade'],
      ['RootRelativeBundlePath', `Library/Extensions/${name}.kext`],
    ]),
  ]);
}

/** Apple’s own words on packages with kexts. */
const INSTALLING =
  'https://developer.apple.com/documentation/apple-silicon/installing-a-custom-kernel-extension';

function readme(name: string, bundleId: string, leftOut: readonly PersonalityPlan[]): string {
  const lines = [
    `# ${name}`,
    '',
    `\`${name}.kext\` (\`${bundleId}\`) holds no code: it only tells the system which driver of the kernel gets which device.`,
    '',
    '## What is left to you',
    '',
    ...numbered([
      'Sign it, code or no code: `codesign --sign "Developer ID Application: …" ' +
        `${name}.kext\`, with a certificate that Apple has enabled for kexts.`,
      `Make the package and notarise it. Put the bundle to \`root/Library/Extensions/${name}.kext\` and the script below to \`scripts/postinstall\` (\`chmod +x\`), then say \`pkgbuild --root root --scripts scripts --component-plist component.plist --identifier ${bundleId}.pkg --ownership recommended ${name}.pkg\`. That makes root:wheel the owner, as the system demands.`,
      'In a product with several packages the one with the kext goes last, and one call of `kmutil load` names all kexts: the system asks for permission then, and what comes behind is held up.',
      'Tell people what follows. On Apple silicon they once choose Reduced Security in Recovery and allow kernel extensions of identified developers. Then they allow the extension in System Settings, Privacy & Security.',
      'For a kext without code the system does not restart the Mac. A driver that has the device keeps it until the device is plugged in anew or the Mac restarts: where the device is built in, give the package `onConclusion="RequireRestart"` in the distribution file.',
      'See that it works: `ioreg -l -w0` shows the driver on the device. `kmutil showloaded` does not list a kext without code.',
      'Look for a way out: a kext, codeless too, may stop working with any release of macOS.',
    ]),
    '',
    '```sh',
    '#!/bin/sh',
    '# Asks the system to take the kext. It fails until the user has allowed it; the installation has not failed then.',
    `/usr/bin/kmutil load --bundle-path /Library/Extensions/${name}.kext || true`,
    '```',
    '',
    `Apple’s page on it: <${INSTALLING}>`,
    '',
  ];
  if (leftOut.length > 0) {
    lines.push('## What was left out', '', ...leftOutList(leftOut));
    lines.push('');
  }
  return lines.join('\n');
}
