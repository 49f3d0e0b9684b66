/** Conversion as the editor asks for it: plans with a page to read, and nothing written. */
import { FAMILIES, isComplete } from '../convert/families.ts';
import { hostApps, projectOf } from '../convert/hostApps.ts';
import { type NewBundleOptions, newBundle } from '../convert/newBundle.ts';
import { planConversion } from '../convert/plan.ts';
import { planMarkdown } from '../convert/report.ts';
import type {
  ConvertOptions,
  ConvertPlan,
  HostApp,
  IntoPlan,
  IntoProject,
  PlanFile,
} from '../convert/types.ts';
import { parsePlist } from '../plist/parse.ts';
import type { PlistTree } from '../plist/types.ts';
import { plistText } from '../workspace/plistText.ts';
import { escapeMarkdown } from './schemaInfo.ts';

export type PlanWithPage =
  | { readonly ok: true; readonly plan: ConvertPlan; readonly markdown: string }
  | { readonly ok: false; readonly problems: readonly string[] };

/** The plan of a kext's Info.plist. Never throws. */
export function convertPlan(tree: PlistTree, options: ConvertOptions): PlanWithPage {
  const result = planConversion(tree, options);
  return result.ok ? { ...result, markdown: planMarkdown(result.plan) } : result;
}

/** The tree of a property list in any format; undefined when the bytes are none. */
export function treeOfBytes(bytes: Uint8Array): PlistTree | undefined {
  const read = plistText(bytes);
  return read && parsePlist(read.text);
}

/** The apps of a project that can carry a dext, or why it cannot be read. Never throws. */
export function projectApps(
  given: Pick<IntoProject, 'path' | 'text'>,
): { readonly apps: readonly HostApp[] } | { readonly problem: string } {
  const read = projectOf(given);
  return 'problem' in read ? read : { apps: hostApps(read.project) };
}

/** The families that a new bundle can be of. */
export function shownFamilies() {
  return FAMILIES.map((family) => ({
    id: family.value,
    title: family.title,
    description: family.description,
    baseClass: family.baseClass,
    providers: family.providers,
    complete: isComplete(family),
  }));
}

export type BundleWithPage =
  | {
      readonly ok: true;
      readonly name: string;
      readonly files: readonly PlanFile[];
      readonly into: IntoPlan | undefined;
      readonly markdown: string;
    }
  | { readonly ok: false; readonly problems: readonly string[] };

/** The files of a new driver, with a page that names them. Never throws. */
export function newBundleFiles(options: NewBundleOptions): BundleWithPage {
  const result = newBundle(options);
  if (!result.ok) return result;
  const { name, files, warnings, into } = result;
  const blocks = [
    `# New driver ${escapeMarkdown(name)}`,
    ...(warnings.length > 0
      ? [warnings.map((warning) => `- **Note**: ${escapeMarkdown(warning)}`).join('\n')]
      : []),
    `${files.length} files:`,
    files.map(({ path, bytes }) => `- \`${path}\` (${bytes} bytes)`).join('\n'),
  ];
  return { ok: true, name, files, into, markdown: `${blocks.join('\n\n')}\n` };
}
