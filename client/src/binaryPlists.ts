/**
 * Binary property lists and provisioning profiles as XML. A file of the scheme `driver-plist-binary` is another file,
 * named in its query, seen through the server: read as XML, written as binary again.
 */
import * as vscode from 'vscode';
import type {
  READ_AS_XML_REQUEST,
  ReadAsXmlParams,
  ReadAsXmlProblem,
  ReadAsXmlResult,
  WRITE_AS_BINARY_REQUEST,
  WriteAsBinaryParams,
  WriteAsBinaryResult,
} from '../../server/src/lsp/binaryMessages.ts';
import { isPlistName } from './documents.ts';
import type { Session } from './session.ts';

const READ_AS_XML: typeof READ_AS_XML_REQUEST = 'driverPlist/readAsXml';
const WRITE_AS_BINARY: typeof WRITE_AS_BINARY_REQUEST = 'driverPlist/writeAsBinary';

const SCHEME = 'driver-plist-binary';

/** The XML view of a file. */
export function xmlViewOf(file: vscode.Uri): vscode.Uri {
  return vscode.Uri.from({ scheme: SCHEME, path: file.path, query: file.toString() });
}

/** The file that an XML view shows. */
function fileOf(view: vscode.Uri): vscode.Uri {
  return vscode.Uri.parse(view.query, true);
}

/** File system, command and editors. */
export function registerBinaryPlists(session: Session): vscode.Disposable {
  const editor: vscode.CustomReadonlyEditorProvider = {
    openCustomDocument: (uri) => ({ uri, dispose() {} }),
    async resolveCustomEditor({ uri }, panel) {
      panel.webview.html = page(vscode.l10n.t('Opening the property list as XML …'));
      try {
        await openAsXml(session, uri, panel.viewColumn);
        panel.dispose();
      } catch (error) {
        panel.webview.html = page(messageOf(error));
      }
    },
  };
  /**
   * Bytes that a view shows or was written as, in base64: VS Code takes a file for unchanged that is newer and of the
   * same size.
   */
  const shown = new Map<string, string>();
  const provider = fileSystem(session, shown);
  return vscode.Disposable.from(
    vscode.workspace.registerFileSystemProvider(SCHEME, provider, { isCaseSensitive: true }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => shown.delete(uri.toString())),
    vscode.window.tabGroups.onDidChangeTabs(({ opened }) => {
      for (const tab of opened) void replacePlaceholder(session, tab);
    }),
    vscode.commands.registerCommand('driverPlist.openBinaryAsXml', (uri?: unknown) => run(session, uri)),
    vscode.window.registerCustomEditorProvider('driverPlist.binary', editor),
    vscode.window.registerCustomEditorProvider('driverPlist.profile', editor),
  );
}

/** Files that are larger are not looked into unasked. */
const UNASKED_LIMIT = 16 * 1024 * 1024;
const MAGIC = 'bplist';

/** VS Code shows nothing of a binary file but a placeholder: for a binary property list puts the XML in its place. */
async function replacePlaceholder(session: Session, tab: vscode.Tab): Promise<void> {
  const { input, group } = tab;
  if (
    !(input instanceof vscode.TabInputText) ||
    input.uri.scheme === SCHEME ||
    !isPlistName(input.uri.path)
  ) {
    return;
  }
  try {
    if ((await vscode.workspace.fs.stat(input.uri)).size > UNASKED_LIMIT) return;
    const bytes = await vscode.workspace.fs.readFile(input.uri);
    if (new TextDecoder('latin1').decode(bytes.subarray(0, MAGIC.length)) !== MAGIC) return;
    await openAsXml(session, input.uri, group.viewColumn);
    await vscode.window.tabGroups.close(tab, true);
  } catch {
    // Nobody asked: VS Code's own word for a file that it cannot show stays.
  }
}

/** The command: on the file that a menu names, else the one of the active tab, else one that the person chooses. */
async function run(session: Session, given: unknown): Promise<void> {
  const uri = given instanceof vscode.Uri ? given : (activeFile() ?? (await askForFile()));
  if (uri === undefined) return;
  try {
    await openAsXml(session, uri);
  } catch (error) {
    await vscode.window.showErrorMessage(messageOf(error));
  }
}

function activeFile(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const isFile = input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom;
  return isFile && input.uri.scheme !== SCHEME ? input.uri : undefined;
}

async function askForFile(): Promise<vscode.Uri | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Open Binary Property List as XML'),
    filters: {
      [vscode.l10n.t('Property Lists')]: ['plist', 'mobileprovision', 'provisionprofile', 'strings'],
      [vscode.l10n.t('All Files')]: ['*'],
    },
  });
  return chosen?.[0];
}

/** Shows a file as XML; one that is text already in an ordinary editor. Rejects with a sentence for a person. */
async function openAsXml(session: Session, uri: vscode.Uri, viewColumn?: vscode.ViewColumn): Promise<void> {
  const { format } = await readAsXml(session, uri);
  const isText = format === 'xml' || format === 'json' || format === 'openstep';
  const shown = isText ? uri : xmlViewOf(uri);
  const opened = await vscode.workspace.openTextDocument(shown);
  const document = isText ? opened : await vscode.languages.setTextDocumentLanguage(opened, 'plist');
  await vscode.window.showTextDocument(document, { preview: false, ...(viewColumn ? { viewColumn } : {}) });
}

async function readAsXml(session: Session, uri: vscode.Uri): Promise<ReadAsXmlResult> {
  return bytesAsXml(session, uri, toBase64(await vscode.workspace.fs.readFile(uri)));
}

/** @param uri names the file where it is no property list */
async function bytesAsXml(session: Session, uri: vscode.Uri, base64: string): Promise<ReadAsXmlResult> {
  const params: ReadAsXmlParams = { base64 };
  const read = await session.request<ReadAsXmlResult | ReadAsXmlProblem | null>(READ_AS_XML, params);
  if (read === null) throw new Error(vscode.l10n.t('{0} is no property list.', nameOf(uri)));
  if ('text' in read) return read;
  throw new Error(
    vscode.l10n.t('{0} is so damaged that nothing of it can be read. {1}', nameOf(uri), read.problem),
  );
}

function fileSystem(session: Session, shown: Map<string, string>): vscode.FileSystemProvider {
  const changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  const refuse = (uri: vscode.Uri): never => {
    throw vscode.FileSystemError.NoPermissions(uri);
  };
  return {
    onDidChangeFile: changed.event,
    watch(view) {
      const file = fileOf(view);
      const folder = vscode.Uri.joinPath(file, '..');
      const watcher = vscode.workspace.createFileSystemWatcher(
        new vscode.RelativePattern(folder, nameOf(file)),
      );
      const tell = (type: vscode.FileChangeType) => () => changed.fire([{ type, uri: view }]);
      watcher.onDidChange(tell(vscode.FileChangeType.Changed));
      watcher.onDidCreate(tell(vscode.FileChangeType.Created));
      watcher.onDidDelete(tell(vscode.FileChangeType.Deleted));
      return watcher;
    },
    async stat(view) {
      const file = fileOf(view);
      const stat = await vscode.workspace.fs.stat(file);
      const { writable } = await readAsXml(session, file);
      return writable ? stat : { ...stat, permissions: vscode.FilePermission.Readonly };
    },
    async readFile(view) {
      const file = fileOf(view);
      const base64 = toBase64(await vscode.workspace.fs.readFile(file));
      const { text, problem } = await bytesAsXml(session, file, base64);
      shown.set(view.toString(), base64);
      if (problem !== undefined) {
        const message = vscode.l10n.t('{0} is damaged and opens read-only. {1}', nameOf(file), problem);
        void vscode.window.showWarningMessage(message);
      }
      return new TextEncoder().encode(text);
    },
    async writeFile(view, content) {
      const file = fileOf(view);
      const original = toBase64(await vscode.workspace.fs.readFile(file));
      const known = shown.get(view.toString());
      if (known !== undefined && known !== original) await askToOverwrite(file);
      const params: WriteAsBinaryParams = { text: new TextDecoder().decode(content), original };
      const written = await session.request<WriteAsBinaryResult>(WRITE_AS_BINARY, params);
      if ('problem' in written) {
        const { line, problem } = written;
        throw new Error(vscode.l10n.t('Line {0} cannot be written: {1}', line + 1, problem));
      }
      await vscode.workspace.fs.writeFile(file, fromBase64(written.base64));
      shown.set(view.toString(), written.base64);
      changed.fire([{ type: vscode.FileChangeType.Changed, uri: view }]);
    },
    readDirectory: refuse,
    createDirectory: refuse,
    delete: refuse,
    rename: refuse,
  };
}

/** Rejects unless the person says so: somebody else wrote the file since it was read. */
async function askToOverwrite(file: vscode.Uri): Promise<void> {
  const message = vscode.l10n.t('{0} was changed by another program since it was opened here.', nameOf(file));
  const overwrite = vscode.l10n.t('Overwrite');
  const answer = await vscode.window.showWarningMessage(message, { modal: true }, overwrite);
  if (answer !== overwrite) throw new Error(message);
}

function nameOf(uri: vscode.Uri): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A page of one sentence, read out when it comes; colours and type are those of VS Code. */
function page(text: string): string {
  const escaped = text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
  const head = `<meta charset="utf-8"><title>Driver Plist</title>`;
  const main = `<main><p role="status">${escaped}</p></main>`;
  return `<!DOCTYPE html><html lang="${vscode.env.language}"><head>${head}</head><body>${main}</body></html>`;
}

function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  // A multiple of 3, small enough for the arguments of one call.
  for (let at = 0; at < bytes.length; at += 0x6000) {
    parts.push(btoa(String.fromCharCode(...bytes.subarray(at, at + 0x6000))));
  }
  return parts.join('');
}

function fromBase64(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}
