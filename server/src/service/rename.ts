/** Rename of a driver class or a bundle id in all files that name it, as one plan of edits. */
import { encodeText } from '../plist/entities.ts';
import type { TextEdit, TextRange } from '../plist/types.ts';
import type { Bundle } from '../workspace/bundles.ts';
import { blanked } from '../workspace/iig.ts';
import type { PlistDocument } from '../workspace/types.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { classValues } from './references.ts';
import { contentOf, nodesOf, type Place, type Subject, subjectAt, viewsOf } from './subjects.ts';

/** Edits by URI; each refers to the text of its file as it is now. */
export type RenamePlan = ReadonlyMap<string, readonly TextEdit[]>;

export type RenameResult = { readonly plan: RenamePlan } | { readonly problem: string };

/** More files are not searched for the name. */
const MAX_FILES = 5000;

/** What would be renamed at the offset, and its present name; undefined where nothing can be. */
export function renameRange(
  workspace: Workspace,
  document: PlistDocument,
  offset: number,
): { readonly range: TextRange; readonly name: string } | undefined {
  const subject = renamable(workspace, document, offset);
  if (!subject) return undefined;
  return { range: subject.range, name: subject.kind === 'class' ? subject.name : subject.id };
}

/**
 * Plans a rename. Never rejects; a name that cannot be, or a place where nothing can be renamed, is a problem in one
 * sentence.
 */
export async function renameAt(
  workspace: Workspace,
  document: PlistDocument,
  offset: number,
  newName: string,
): Promise<RenameResult> {
  const subject = renamable(workspace, document, offset);
  if (!subject) return { problem: 'Put the cursor on the name of a driver class or on a bundle id.' };
  return renameSubject(workspace, document, subject, newName);
}

/**
 * Plans the rename of a driver class or bundle id, wherever it was found. Never rejects.
 *
 * @param document the file that it was found in
 */
export async function renameSubject(
  workspace: Workspace,
  document: { readonly uri: string },
  subject: Extract<Subject, { kind: 'class' | 'bundle-id' }>,
  newName: string,
): Promise<RenameResult> {
  return subject.kind === 'class'
    ? renameClass(workspace, document, subject.name, newName.trim())
    : renameId(workspace, subject.bundle, subject.id, newName.trim());
}

function renamable(
  workspace: Workspace,
  document: PlistDocument,
  offset: number,
): Extract<Subject, { kind: 'class' | 'bundle-id' }> | undefined {
  if (workspace.isConverted(document.uri)) return undefined;
  const subject = subjectAt(workspace, document, offset);
  if (subject?.kind === 'bundle-id') return subject;
  if (subject?.kind !== 'class') return undefined;
  return declared(workspace, subject.name) ? subject : undefined;
}

function declared(workspace: Workspace, name: string): boolean {
  return workspace
    .files('interface')
    .some((uri) => workspace.classesIn(uri).some((one) => one.name === name));
}

async function renameClass(
  workspace: Workspace,
  document: { readonly uri: string },
  name: string,
  newName: string,
): Promise<RenameResult> {
  if (!/^[A-Za-z_]\w*$/.test(newName)) {
    return { problem: `“${newName}” is no name of a class: letters, digits and _ only, no digit first.` };
  }
  if (newName === name) return { plan: new Map() };
  if (declared(workspace, newName)) return { problem: `There is a class ${newName} already.` };
  const plan = new Map<string, TextEdit[]>();
  for (const place of classValues(workspace, name)) add(plan, place, newName);
  const others = workspace
    .files('interface')
    .flatMap((uri) => workspace.classesIn(uri))
    .map((one) => one.name)
    .filter((other) => other.startsWith(`${name}_`));
  for (const uri of sourcesOf(workspace, document)) {
    const text = await workspace.readText(uri);
    if (!text?.includes(name)) continue;
    // What iig makes of a class begins with its name: Lamp_IVars, Lamp_Start_Args.
    for (const match of blanked(text).matchAll(new RegExp(`(?<![\\w$])${name}(_\\w+)?(?![\\w$])`, 'g'))) {
      const word = match[0];
      if (others.some((other) => word === other || word.startsWith(`${other}_`))) continue;
      add(plan, { uri, range: { start: match.index, end: match.index + name.length } }, newName);
    }
  }
  return { plan };
}

/** Sources in the folders of the bundles that use the document, or all where these have none of their own. */
function sourcesOf(workspace: Workspace, document: { readonly uri: string }): string[] {
  const all = [...workspace.files('interface'), ...workspace.files('source')];
  const bundles = workspace.bundlesOf(document.uri);
  const listed = new Set(
    bundles.flatMap(({ target, interfaces }) => [...(target?.files ?? []), ...interfaces]),
  );
  const folders = new Set(
    [
      ...listed,
      ...bundles.flatMap(({ target }) => (target?.folders ?? []).map((folder) => `${folder}/x`)),
    ].map((uri) => uri.slice(0, uri.lastIndexOf('/') + 1)),
  );
  const own = all.filter((uri) => [...folders].some((folder) => uri.startsWith(folder)));
  return (own.length > 0 ? own : all).slice(0, MAX_FILES);
}

async function renameId(
  workspace: Workspace,
  bundle: Bundle,
  id: string,
  newId: string,
): Promise<RenameResult> {
  if (!/^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/.test(newId)) {
    return {
      problem: `“${newId}” is no bundle id: letters, digits, hyphens and dots, such as com.example.lamp.`,
    };
  }
  if (newId.length > 63) return { problem: 'A bundle id of a driver has 63 characters at most.' };
  if (newId === id) return { plan: new Map() };
  const renamed = new Map([[id, newId], ...carriedIds(workspace, bundle, id, newId)]);
  const plan = new Map<string, TextEdit[]>();
  for (const uri of workspace.files('plist')) {
    const document = workspace.document(uri);
    if (!document || workspace.isConverted(uri)) continue;
    for (const node of nodesOf(document, ({ kind }) => kind === 'string')) {
      const to = renamed.get(node.text.trim());
      if (to !== undefined) add(plan, { uri, range: contentOf(node) }, encodeText(to));
    }
  }
  const settings = ['xcode-project', 'xcodegen', 'xcconfig', 'source'] as const;
  const files = settings.flatMap((role) => workspace.files(role).map((uri) => ({ uri, role })));
  for (const { uri, role } of files.slice(0, MAX_FILES)) {
    const text = await workspace.readText(uri);
    if (!text) continue;
    for (const [from, to] of renamed) {
      for (const start of occurrences(text, from, role === 'source')) {
        add(plan, { uri, range: { start, end: start + from.length } }, to);
      }
    }
  }
  const written = viewsOf(workspace, bundle).some((view) => {
    const node = view.info?.root.get('CFBundleIdentifier');
    const place = view.place('PRODUCT_BUNDLE_IDENTIFIER');
    const edits = (uri: string | undefined) => (uri === undefined ? [] : (plan.get(uri) ?? []));
    return (
      (node !== undefined &&
        edits(view.info?.document.uri).some(({ start }) => start >= node.start && start < node.end)) ||
      edits(place?.uri).length > 0
    );
  });
  if (written) return { plan };
  return { problem: `The build settings put ${id} together from parts: change it there.` };
}

/** Ids of what an app carries begin with its own, and go on doing so. */
function carriedIds(workspace: Workspace, bundle: Bundle, id: string, newId: string): [string, string][] {
  if (bundle.kind !== 'app') return [];
  return bundle.embeds
    .flatMap((embed) => viewsOf(workspace, embed.bundle))
    .map((view) => view.bundleId)
    .filter((other) => other?.startsWith(`${id}.`) === true)
    .map((other) => [other as string, newId + (other as string).slice(id.length)]);
}

/** Offsets of a whole id: not a part of a longer one. In code only where it is a whole string. */
function occurrences(text: string, id: string, quoted: boolean): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(id); at >= 0; at = text.indexOf(id, at + id.length)) {
    const before = text[at - 1] ?? '';
    const after = text.slice(at + id.length, at + id.length + 2);
    const whole = quoted
      ? before === '"' && after.startsWith('"')
      : !/[\w.-]/.test(before) && !/^(?:[\w-]|\.[\w$])/.test(after);
    if (whole) found.push(at);
  }
  return found;
}

function add(plan: Map<string, TextEdit[]>, { uri, range }: Place, newText: string): void {
  const edit = { start: range.start, end: range.end, newText };
  const edits = plan.get(uri);
  if (!edits) plan.set(uri, [edit]);
  else if (!edits.some(({ start }) => start === edit.start)) edits.push(edit);
}
