/** References: every place in the workspace that speaks of the same class, bundle id, setting or entitlement. */
import { blanked } from '../workspace/iig.ts';
import type { PlistDocument } from '../workspace/types.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { variablesIn } from './buildVariables.ts';
import { definitionOf } from './definition.ts';
import {
  bundlesFor,
  contentOf,
  distinct,
  documentsOf,
  nodesOf,
  type Place,
  type Subject,
  subjectAt,
  viewsOf,
} from './subjects.ts';

/** More source files are not searched. */
const MAX_SOURCES = 2000;

/**
 * Never rejects; `[]` where nothing of several files stands at the offset.
 *
 * @param declaration whether the places of the definition are among them
 */
export async function referencesAt(
  workspace: Workspace,
  document: PlistDocument,
  offset: number,
  declaration = true,
): Promise<Place[]> {
  const subject = subjectAt(workspace, document, offset);
  return subject ? referencesOf(workspace, document, subject, declaration) : [];
}

/**
 * Places of a subject, wherever it was found. Never rejects.
 *
 * @param from the file that it was found in
 */
export async function referencesOf(
  workspace: Workspace,
  from: { readonly uri: string },
  subject: Subject,
  declaration = true,
): Promise<Place[]> {
  const defined = definitionOf(workspace, from, subject);
  const found = [...(await usesOf(workspace, from, subject))];
  const places = distinct(declaration ? [...defined, ...found] : found);
  const isDefinition = (place: Place) =>
    defined.some(({ uri, range }) => uri === place.uri && range.start === place.range.start);
  return declaration ? places : places.filter((place) => !isDefinition(place));
}

async function usesOf(
  workspace: Workspace,
  document: { readonly uri: string },
  subject: Subject,
): Promise<Place[]> {
  switch (subject.kind) {
    case 'class':
      return [...classValues(workspace, subject.name), ...(await wordsIn(workspace, subject.name))];
    case 'bundle-id':
      return idValues(workspace, subject.id);
    case 'setting':
      return settingUses(workspace, document, subject.name);
    case 'entitlement':
      return workspace.files('plist').flatMap((uri) => {
        const other = workspace.document(uri);
        const key = other?.kind.kind === 'entitlements' ? other.tree.root?.keyNode(subject.key) : undefined;
        return key ? [{ uri, range: contentOf(key) }] : [];
      });
  }
}

/** Values of IOUserClass. */
export function classValues(workspace: Workspace, name: string): Place[] {
  return everyDocument(workspace).flatMap((document) =>
    nodesOf(
      document,
      (node) => node.kind === 'string' && node.name === 'IOUserClass' && node.text.trim() === name,
    ).map((node) => ({ uri: document.uri, range: contentOf(node) })),
  );
}

/** Strings that are the id, written out or by variables of their bundle's build. */
export function idValues(workspace: Workspace, id: string): Place[] {
  return everyDocument(workspace).flatMap((document) => {
    const views = workspace.bundlesOf(document.uri).flatMap((bundle) => viewsOf(workspace, bundle));
    return nodesOf(document, (node) => {
      if (node.kind !== 'string') return false;
      const text = node.text.trim();
      if (!text.includes('$')) return text === id;
      return views.some((view) => view.text(node) === id);
    }).map((node) => ({ uri: document.uri, range: contentOf(node) }));
  });
}

/** `$(NAME)` in the files of the bundles that the document belongs to. */
function settingUses(workspace: Workspace, document: { readonly uri: string }, name: string): Place[] {
  const projects = new Set(bundlesFor(workspace, document.uri).map(({ uri }) => uri));
  const documents = workspace.bundles
    .filter(({ uri }) => projects.has(uri))
    .flatMap((bundle) => documentsOf(workspace, bundle));
  const own = workspace.document(document.uri);
  return [...new Set(own ? [own, ...documents] : documents)].flatMap(({ uri, text }) =>
    variablesIn(text)
      .filter((use) => use.name === name)
      .map(({ start, end }) => ({ uri, range: { start, end } })),
  );
}

/** The class as a word of the code, in interfaces and sources; comments and strings are left out. */
async function wordsIn(workspace: Workspace, name: string): Promise<Place[]> {
  const files = [...workspace.files('interface'), ...workspace.files('source')].slice(0, MAX_SOURCES);
  const word = new RegExp(`(?<![\\w$])${name}(?![\\w$])`, 'g');
  const found = await Promise.all(
    files.map(async (uri) => {
      const text = await workspace.readText(uri);
      if (!text?.includes(name)) return [];
      return [...blanked(text).matchAll(word)].map(({ index }) => ({
        uri,
        range: { start: index, end: index + name.length },
      }));
    }),
  );
  return found.flat();
}

function everyDocument(workspace: Workspace): PlistDocument[] {
  return workspace
    .files('plist')
    .map((uri) => workspace.document(uri))
    .filter((document) => document !== undefined && !workspace.isConverted(document.uri)) as PlistDocument[];
}
