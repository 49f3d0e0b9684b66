/** Rules on built kexts and the programs in them. */
import { KEXT_KINDS } from './bundle-values.ts';
import type { ViewContext, WorkspaceRule } from './types.ts';
import { placeIn } from './workspace-view.ts';

function checkExecutable({ workspace, view, report }: ViewContext): void {
  const { info, bundle } = view;
  const executable = workspace.executableOf(bundle);
  if (!info || !executable) return;
  const { architectures, uri } = executable;
  const at = placeIn(info, 'CFBundleExecutable');
  const name = uri.slice(uri.lastIndexOf('/') + 1);
  if (architectures === undefined) {
    report({
      document: info.document,
      at,
      message: `CFBundleExecutable names ${name}, and the bundle holds no such file (${uri.slice(bundle.uri.length + 1)}). The loader refuses the kext. Put the program there, or remove the key from a codeless kext.`,
    });
  } else if (architectures.length === 0) {
    report({
      document: info.document,
      at,
      message: `${name} is no Mach-O program, so the loader refuses the kext. Build it anew.`,
    });
  }
}

function checkArchitecture({ workspace, view, report }: ViewContext): void {
  const { info, bundle } = view;
  const architectures = workspace.executableOf(bundle)?.architectures;
  if (!info || !architectures?.length || architectures.includes('arm64e')) return;
  report({
    document: info.document,
    at: placeIn(info, 'CFBundleExecutable'),
    message: `The program is built for ${architectures.join(' and ')} only. Kernel extensions of Macs with Apple silicon are arm64e: the kext does not load there. Add arm64e to ARCHS, unless it is meant for Intel Macs alone.`,
  });
}

export const builtRules: readonly WorkspaceRule[] = [
  {
    id: 'workspace/executable',
    severity: 'error',
    title: 'Kext whose program is missing',
    what: 'A built kext whose `CFBundleExecutable` names a file that the bundle does not hold, or one that is no Mach-O program.',
    why: 'The loader looks for the program that the key names, and refuses the bundle without it.',
    how: 'Put the program into `Contents/MacOS`, correct the name, or remove the key from a kext without code.',
    source: ['apple-oss-distributions/IOKitUser kext.subproj/OSKext.c'],
    kinds: KEXT_KINDS,
    facts: ['oskext:kOSKextDiagnosticExecutableMissingKey', 'oskext:kOSKextDiagnosticExecutableBadKey'],
    examples: {
      invalid:
        '<!-- Lamp.kext/Contents/MacOS is empty -->\n<key>CFBundleExecutable</key>\n<string>Lamp</string>',
      valid: '<!-- Lamp.kext/Contents/MacOS/Lamp -->\n<key>CFBundleExecutable</key>\n<string>Lamp</string>',
    },
    checkView: checkExecutable,
  },
  {
    id: 'workspace/architecture',
    severity: 'warning',
    title: 'Kext without an arm64e program',
    what: 'A built kext whose program has no arm64e slice.',
    why: 'The kernel of Macs with Apple silicon is arm64e, and so must be what is linked into it.',
    how: 'Build for `arm64e` and `x86_64`. Where only Intel Macs are meant, turn the rule off for the file.',
    source: [
      'apple-oss-distributions/IOKitUser kext.subproj/OSKext.c',
      'https://developer.apple.com/documentation/apple-silicon/installing-a-custom-kernel-extension',
    ],
    kinds: KEXT_KINDS,
    facts: ['oskext:kOSKextDiagnosticExecutableArchNotFoundKey'],
    examples: {
      invalid:
        '<!-- Lamp.kext/Contents/MacOS/Lamp: x86_64 -->\n<key>CFBundleExecutable</key>\n<string>Lamp</string>',
      valid:
        '<!-- Lamp.kext/Contents/MacOS/Lamp: x86_64, arm64e -->\n<key>CFBundleExecutable</key>\n<string>Lamp</string>',
    },
    checkView: checkArchitecture,
  },
];
