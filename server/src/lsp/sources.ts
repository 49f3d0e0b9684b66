/** Navigation that begins in project files and sources: what stands there, and that the client may ask. */
import {
  DefinitionRequest,
  type Position,
  type Range,
  ReferencesRequest,
  RenameRequest,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { TextRange } from '../plist/types.ts';
import { referencesOf } from '../service/references.ts';
import { SOURCE_ROLES, sourceSubjectAt } from '../service/sourceSubjects.ts';
import type { Place, Subject } from '../service/subjects.ts';
import { type FileRole, roleOf } from '../workspace/walk.ts';
import type { FeatureContext } from './features.ts';
import { stackOf } from './guard.ts';
import type { LiveWorkspace, WorkspaceAbilities } from './workspace.ts';

/** Files that are no property lists, and from which a person can go to what property lists say of the same. */
const SOURCE_FILES = ['**/*.iig', '**/*.xcconfig', '**/project.pbxproj', '**/project.{yml,yaml}'];
/** From these only to what is not C++: the tools for C++ know the rest. */
const CODE_FILES = ['**/*.{h,hpp,cpp,cc,cxx,mm}'];

/**
 * Offers definition, references and rename in project files and sources to a client that lets us. Their texts are
 * those on disk: nothing is renamed from there unless the client asks about saved files only.
 */
export function registerSources({ connection }: FeatureContext, abilities: WorkspaceAbilities): void {
  const selector = (patterns: readonly string[]) => patterns.map((pattern) => ({ pattern }));
  const warn = (error: unknown) => connection.console.warn(`register: ${stackOf(error)}`);
  const { registers } = abilities;
  const documentSelector = selector([...SOURCE_FILES, ...CODE_FILES]);
  if (registers.definition)
    connection.client.register(DefinitionRequest.type, { documentSelector }).catch(warn);
  if (registers.references)
    connection.client.register(ReferencesRequest.type, { documentSelector }).catch(warn);
  if (registers.rename && abilities.savedSources) {
    const options = {
      documentSelector: selector(SOURCE_FILES),
      ...(abilities.prepareRename && { prepareProvider: true }),
    };
    connection.client.register(RenameRequest.type, options).catch(warn);
  }
}

export interface SourceCursor {
  readonly uri: string;
  readonly role: FileRole;
  readonly text: TextDocument;
  readonly subject: Subject;
}

/** What stands at a position in a file that is no property list; undefined where that is nothing of ours. */
export async function sourceAt(
  live: LiveWorkspace,
  outer: string,
  position: Position,
): Promise<SourceCursor | undefined> {
  const uri = live.inner(outer);
  const role = roleOf(uri.slice(uri.lastIndexOf('/') + 1));
  if (role === undefined || !SOURCE_ROLES.has(role) || !live.workspace.exists(uri)) return undefined;
  const text = await textOf(live, uri);
  const subject = sourceSubjectAt(live.workspace, role, text.getText(), text.offsetAt(position));
  return subject && { uri, role, text, subject };
}

/** A class of C++ is renamed by the tools for C++, or from its `.iig` or Info.plist. */
export function renamableSource({ role, subject }: SourceCursor) {
  if (role === 'source') return undefined;
  return subject.kind === 'class' || subject.kind === 'bundle-id' ? subject : undefined;
}

/** References of what a cursor stands on; from C++ only those that the tools for C++ do not know. Never rejects. */
export async function referencesFrom(
  { workspace }: LiveWorkspace,
  source: SourceCursor,
  declaration: boolean,
): Promise<Place[]> {
  const places = await referencesOf(workspace, source, source.subject, declaration);
  if (source.role !== 'source') return places;
  return places.filter(({ uri }) => roleOf(uri.slice(uri.lastIndexOf('/') + 1)) !== 'source');
}

/** The text of a file of the workspace as it is now; empty when unreadable. */
export async function textOf(live: LiveWorkspace, inner: string): Promise<TextDocument> {
  return TextDocument.create(inner, 'plist', 0, (await live.workspace.readText(inner)) ?? '');
}

export function rangeIn(text: TextDocument, { start, end }: TextRange): Range {
  return { start: text.positionAt(start), end: text.positionAt(end) };
}
