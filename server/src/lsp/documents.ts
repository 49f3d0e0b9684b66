/** The open documents: which of them are ours, their trees by version, how each is linted. */
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { changeBetween } from '../plist/change.ts';
import type { PlistTree } from '../plist/types.ts';
import { update } from '../plist/update.ts';
import type { LintOptions, OnDevices } from '../rules/lint.ts';
import { follows } from '../service/knowledge.ts';
import { lendTextDocument } from '../service/text.ts';
import { openDocument, pathOf } from '../workspace/document.ts';
import type { PlistDocument } from '../workspace/types.ts';
import type { ProjectConfig } from './projectConfig.ts';
import { relativePath } from './projectConfig.ts';
import type { Settings } from './settings.ts';

/** Longer documents get their syntax checked and nothing more, in UTF-16 units. */
export const SIZE_LIMIT = 16_000_000;

/** How much of an XML document is looked at for what it is. */
const HEAD = 4000;

/** True for documents that we serve: property lists by language or name, and XML that says it is one. */
export function isOurs(document: TextDocument): boolean {
  if (document.languageId === 'plist') return true;
  if (/\.(?:plist|entitlements|xcent)(?:\.in)?$/i.test(pathOf(document.uri))) return true;
  if (document.languageId !== 'xml') return false;
  const head = document
    .getText()
    .slice(0, HEAD)
    .replace(/<!--[\s\S]*?(?:-->|$)/g, '');
  return /<!DOCTYPE\s+plist\b|<plist[\s>]/.test(head);
}

export interface DocumentSettings {
  readonly settings: Settings;
  readonly project: ProjectConfig | undefined;
}

export interface DocumentStore {
  /** The document as it is now; undefined when it is not open or none of ours. */
  get(uri: string): PlistDocument | undefined;
  lintOptions(document: PlistDocument): LintOptions;
  /** Settings or project files changed: kinds and findings may be others now. */
  setSettings(uri: string, settings: DocumentSettings): void;
  /** Another registry dump, or none, is in use: findings may be others now. */
  setDevices(onDevices: OnDevices | undefined): void;
  forget(uri: string): void;
}

interface Entry {
  readonly text: TextDocument;
  readonly version: number;
  readonly document: PlistDocument;
}

/**
 * @param find the open text document of a URI
 * @param onRuleError told of a rule that threw
 * @param folders URIs of the workspace's folders: globs in the settings are of paths within them
 */
export function createDocumentStore(
  find: (uri: string) => TextDocument | undefined,
  onRuleError: (rule: string, error: unknown) => void,
  folders: readonly string[] = [],
): DocumentStore {
  const entries = new Map<string, Entry>();
  const ours = new Set<string>();
  const settingsOf = new Map<string, DocumentSettings & { readonly lint: LintOptions }>();
  let onDevices: OnDevices | undefined;
  let unset: LintOptions = { onRuleError };

  return {
    get(uri) {
      const text = find(uri);
      if (!text) return undefined;
      const known = entries.get(uri);
      if (known?.text === text && known.version === text.version) return known.document;
      // What is ours stays ours until it is closed, whatever is being typed into it.
      if (!ours.has(uri) && !isOurs(text)) return undefined;
      ours.add(uri);
      const before = known?.text === text ? known.document : undefined;
      const document = open(text, settingsOf.get(uri), before, folders);
      entries.set(uri, { text, version: text.version, document });
      return document;
    },
    lintOptions: (document) => settingsOf.get(document.uri)?.lint ?? unset,
    setSettings(uri, { settings, project }) {
      // The project's own file beats the person's settings, so that the editor says what the command line says.
      const severities = new Map([...settings.severities, ...(project?.config.severities ?? [])]);
      settingsOf.set(uri, {
        settings,
        project,
        lint: { severities, overlays: project?.overlays, onDevices, onRuleError },
      });
      entries.delete(uri);
    },
    setDevices(given) {
      onDevices = given;
      // Other objects, so that nothing which was found with the old ones is taken over.
      unset = { onRuleError, onDevices };
      for (const [uri, known] of settingsOf)
        settingsOf.set(uri, { ...known, lint: { ...known.lint, onDevices } });
    },
    forget(uri) {
      entries.delete(uri);
      settingsOf.delete(uri);
      ours.delete(uri);
    },
  };
}

/** @param before the document's last version: only what changed since is read again */
function open(
  text: TextDocument,
  known: DocumentSettings | undefined,
  before: PlistDocument | undefined,
  folders: readonly string[],
): PlistDocument {
  const { uri, version } = text;
  const content = text.getText();
  const project = known?.project;
  const kind =
    project?.config.kindOf(relativePath(project, uri)) ?? kindInSettings(known?.settings, uri, folders);
  const tree = before && treeAfter(before.tree, content);
  const opened = openDocument(uri, content, version, { kind, tree });
  const reason = `it is larger than ${SIZE_LIMIT / 1_000_000} MB, so only its syntax is checked`;
  const document: PlistDocument =
    content.length <= SIZE_LIMIT ? opened : { ...opened, kind: { kind: 'plist', reason, by: 'detected' } };
  lendTextDocument(document, text);
  if (before) follows(document, before);
  return document;
}

/** The kind that the settings give: a glob fits the path within a workspace folder, or the whole path. */
export function kindInSettings(settings: Settings | undefined, uri: string, folders: readonly string[]) {
  const folder = folders
    .map((one) => (one.endsWith('/') ? one : `${one}/`))
    .find((one) => uri.startsWith(one));
  const inside = folder === undefined ? undefined : settings?.kindOf(relativePath({ folder }, uri));
  return inside ?? settings?.kindOf(pathOf(uri));
}

function treeAfter(tree: PlistTree, content: string): PlistTree {
  const change = changeBetween(tree.text, content);
  return change ? update(tree, [change], content) : tree;
}
