/** The built server over sample projects: findings over several files, navigation, rename, bundles. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { WorkspaceDiagnosticReport } from 'vscode-languageserver';
import type {
  CodeAction,
  Diagnostic,
  DocumentLink,
  Location,
  SymbolInformation,
  WorkspaceEdit,
} from 'vscode-languageserver-types';
import type { BundlesResult } from '../../server/src/lsp/workspaceMessages.ts';
import { type LspClient, startClient } from './client.ts';

const RULES = path.resolve(import.meta.dirname, '../fixtures/workspace/rules');
const PULL = {
  textDocument: {
    diagnostic: { relatedInformation: true },
    rename: { prepareSupport: true },
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix'] } } },
  },
  workspace: { diagnostics: { refreshSupport: true }, workspaceEdit: { documentChanges: true } },
};
const PUSH = { textDocument: { publishDiagnostics: { relatedInformation: true, versionSupport: true } } };

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A copy of a sample project, in a folder with a name that URIs write in several ways. */
function copied(sample: string): { folder: string; uri(file: string): string; text(file: string): string } {
  const parent = mkdtempSync(path.join(tmpdir(), 'driver-plist (ä) '));
  folders.push(parent);
  const folder = path.join(parent, 'Lamp');
  cpSync(path.join(RULES, sample), folder, { recursive: true });
  return {
    folder,
    uri: (file) => pathToFileURL(path.join(folder, file)).href,
    text: (file) => readFileSync(path.join(folder, file), 'utf8'),
  };
}

async function started(
  folder: string,
  capabilities: object = PULL,
  options: object = {},
): Promise<LspClient> {
  const client = await startClient(capabilities, {
    folders: [pathToFileURL(folder).href],
    initializationOptions: { bundles: true, ...options },
  });
  // Answered when the workspace has been read.
  await client.connection.sendRequest('workspace/symbol', { query: '' });
  return client;
}

const shown = (items: readonly Diagnostic[]) =>
  items.filter(({ code }) => String(code).startsWith('workspace/')).map(({ code }) => code);

describe('sources and project files', () => {
  const navigation = {
    ...PULL,
    textDocument: {
      ...PULL.textDocument,
      definition: { dynamicRegistration: true },
      references: { dynamicRegistration: true },
      rename: { prepareSupport: true, dynamicRegistration: true },
    },
  };
  const methods = (client: LspClient) =>
    (client.received.get('client/registerCapability') ?? [])
      .flatMap((params) => (params as { registrations: { method: string }[] }).registrations)
      .map(({ method }) => method)
      .filter((method) => method.startsWith('textDocument/'))
      .sort();

  test('lead to the property lists that speak of the same, and are renamed with them', async () => {
    const { folder, uri, text } = copied('transport-entitlement/valid');
    const client = await started(folder, navigation, { savedSources: true });
    assert.deepEqual(methods(client), [
      'textDocument/definition',
      'textDocument/references',
      'textDocument/rename',
    ]);
    const lines = text('Driver/Lamp.iig').split('\n');
    const line = lines.findIndex((one) => one.startsWith('class Lamp'));
    const at = {
      textDocument: { uri: uri('Driver/Lamp.iig') },
      position: { line, character: 'class La'.length },
    };
    const places = await client.connection.sendRequest<Location[]>('textDocument/references', {
      ...at,
      context: { includeDeclaration: true },
    });
    const files = new Set(places.map((place) => decodeURIComponent(place.uri).split('/').at(-1)));
    assert.ok(files.has('Info.plist') && files.has('Lamp.iig') && files.has('Lamp.cpp'), [...files].join());
    const prepared = await client.connection.sendRequest('textDocument/prepareRename', at);
    assert.equal((prepared as { placeholder: string }).placeholder, 'Lamp');
    const edit = await client.connection.sendRequest<WorkspaceEdit>('textDocument/rename', {
      ...at,
      newName: 'Torch',
    });
    assert.ok((edit.documentChanges?.length ?? 0) >= 3);

    const code = text('Driver/Lamp.cpp');
    const before = code.slice(0, code.lastIndexOf('Lamp')).split('\n');
    const position = { line: before.length - 1, character: (before.at(-1)?.length ?? 0) + 1 };
    const fromCode = await client.connection.sendRequest<Location[]>('textDocument/references', {
      textDocument: { uri: uri('Driver/Lamp.cpp') },
      position,
      context: { includeDeclaration: true },
    });
    assert.ok(fromCode.every((place) => !place.uri.endsWith('.cpp')));
    assert.equal(
      await client.connection.sendRequest('textDocument/rename', {
        textDocument: { uri: uri('Driver/Lamp.cpp') },
        position,
        newName: 'Torch',
      }),
      null,
    );
    await client.stop();
  });

  test('are not renamed for a client that may hold other texts, nor looked at where nothing may be read', async () => {
    const { folder } = copied('transport-entitlement/valid');
    const client = await started(folder, navigation);
    assert.deepEqual(methods(client), ['textDocument/definition', 'textDocument/references']);
    await client.stop();
    const untrusted = await startClient(navigation, {
      folders: [pathToFileURL(folder).href],
      initializationOptions: { scanWorkspace: false, savedSources: true },
    });
    assert.deepEqual(methods(untrusted), []);
    await untrusted.stop();
  });
});

describe('findings over several files', () => {
  test('are pulled, with the place in the other file, and go when the other file is mended in the editor', async () => {
    const { folder, uri, text } = copied('transport-entitlement/invalid');
    const client = await started(folder);
    const rights = await client.open(uri('Driver/Driver.entitlements'), text('Driver/Driver.entitlements'));
    const first = await rights.pull();
    assert.deepEqual(shown(first.items), ['workspace/transport-entitlement']);
    const [place] = first.items.flatMap(({ relatedInformation }) => relatedInformation ?? []);
    assert.equal(place?.location.uri, uri('Driver/Info.plist').replace('(', '%28').replace(')', '%29'));
    assert.ok((place?.location.range.start.line ?? 0) > 5);

    const info = await client.open(uri('Driver/Info.plist'), text('Driver/Info.plist'));
    await info.change('<string>IOUSBHostDevice</string>', '<string>IOUserResources</string>');
    const second = await rights.pull(first.resultId);
    assert.equal(second.kind, 'full');
    assert.deepEqual(shown(second.items), []);
    assert.equal(await client.stop(), 0);
  });

  test('have quick fixes, and the edit mends them', async () => {
    const { folder, uri, text } = copied('transport-entitlement/invalid');
    const client = await started(folder);
    const rights = await client.open(uri('Driver/Driver.entitlements'), text('Driver/Driver.entitlements'));
    const [finding] = (await rights.pull()).items.filter(
      ({ code }) => code === 'workspace/transport-entitlement',
    );
    assert.ok(finding);
    const actions = await client.connection.sendRequest<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri: rights.uri },
      range: finding.range,
      context: { diagnostics: [finding], only: ['quickfix'] },
    });
    const action = actions.find(({ title }) =>
      title.startsWith('Add com.apple.developer.driverkit.transport.usb'),
    );
    assert.ok(action?.edit, actions.map(({ title }) => title).join(', '));
    await rights.apply(action.edit);
    assert.match(rights.text(), /<integer>4660<\/integer>/);
    assert.deepEqual(shown((await rights.pull()).items), []);
    await client.stop();
  });

  test('of one file are mended with what the workspace knows: a declared class', async () => {
    const { folder, uri, text } = copied('user-class/valid');
    const client = await started(folder);
    const bare = text('Driver/Info.plist').replace(/\s*<key>IOUserClass<\/key>\s*<string>Lamp<\/string>/, '');
    const info = await client.open(uri('Driver/Info.plist'), bare);
    const [finding] = (await info.pull()).items.filter(({ code }) => code === 'dext/missing-user-class');
    assert.ok(finding);
    const actions = await client.connection.sendRequest<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri: info.uri },
      range: finding.range,
      context: { diagnostics: [finding], only: ['quickfix'] },
    });
    const adding = actions.filter(({ title }) => title === 'Add IOUserClass');
    assert.equal(adding.length, 1);
    assert.equal(adding[0]?.isPreferred, true);
    await info.apply(adding[0]?.edit as WorkspaceEdit);
    assert.match(info.text(), /<key>IOUserClass<\/key>\s*<string>Lamp<\/string>/);
    await client.stop();
  });

  test('stand beside links to the files that values name', async () => {
    const { folder, uri, text } = copied('user-client-access/valid');
    const client = await started(folder);
    const rights = await client.open(uri('App/App.entitlements'), text('App/App.entitlements'));
    const links = await client.connection.sendRequest<DocumentLink[]>('textDocument/documentLink', {
      textDocument: { uri: rights.uri },
    });
    assert.deepEqual(
      links.map(({ target }) => target?.slice(target.lastIndexOf('/Lamp/'))),
      ['/Lamp/Driver/Info.plist'],
    );
    await client.stop();
  });

  test('of another file are mended there: PRODUCT_NAME in the project', async () => {
    const { folder, uri, text } = copied('product-name/invalid');
    const client = await started(folder);
    const info = await client.open(uri('Driver/Info.plist'), text('Driver/Info.plist'));
    const [finding] = (await info.pull()).items.filter(({ code }) => code === 'workspace/product-name');
    const actions = await client.connection.sendRequest<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri: info.uri },
      range: finding?.range,
      context: { diagnostics: [] },
    });
    const edit = actions.find(({ title }) => title.startsWith('Set PRODUCT_NAME'))?.edit as WorkspaceEdit;
    const [change] = edit.documentChanges ?? [];
    assert.ok(change && 'edits' in change);
    assert.ok(change.textDocument.uri.endsWith('/Lamp.xcodeproj/project.pbxproj'));
    assert.deepEqual(
      change.edits.map((one) => ('newText' in one ? one.newText : '')),
      ['$(PRODUCT_BUNDLE_IDENTIFIER)'],
    );
    await client.stop();
  });

  test('follow a change on disk', async () => {
    const { folder, uri, text } = copied('transport-entitlement/invalid');
    const client = await started(folder);
    const rights = await client.open(uri('Driver/Driver.entitlements'), text('Driver/Driver.entitlements'));
    assert.equal(shown((await rights.pull()).items).length, 1);
    writeFileSync(
      path.join(folder, 'Driver/Info.plist'),
      text('Driver/Info.plist').replace('IOUSBHostDevice', 'IOUserResources'),
    );
    await client.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: uri('Driver/Info.plist'), type: 2 }],
    });
    assert.deepEqual(shown((await rights.pull()).items), []);
    await client.stop();
  });

  test('of files that are not open obey the settings', async () => {
    const { folder } = copied('transport-entitlement/invalid');
    const severities = async (settings: object) => {
      const client = await startClient(
        { ...PULL, workspace: { ...PULL.workspace, configuration: true } },
        { folders: [pathToFileURL(folder).href], settings },
      );
      const { items } = await client.connection.sendRequest<WorkspaceDiagnosticReport>(
        'workspace/diagnostic',
        {
          previousResultIds: [],
        },
      );
      await client.stop();
      return items.flatMap((item) => ('items' in item ? item.items.map(({ severity }) => severity) : []));
    };
    assert.deepEqual(await severities({}), [1]);
    assert.deepEqual(await severities({ rules: { 'workspace/*': 'hint' } }), [4]);
    assert.deepEqual(await severities({ validate: false }), []);
  });

  test('of files that are not open follow the kinds in the settings at once', async () => {
    const { folder } = copied('transport-entitlement/invalid');
    const client = await startClient(
      { ...PULL, workspace: { ...PULL.workspace, configuration: true } },
      { folders: [pathToFileURL(folder).href], settings: {} },
    );
    const rules = async () => {
      const report = await client.connection.sendRequest<WorkspaceDiagnosticReport>('workspace/diagnostic', {
        previousResultIds: [],
      });
      return report.items.flatMap((item) => ('items' in item ? item.items.map(({ code }) => code) : []));
    };
    assert.deepEqual(await rules(), ['workspace/transport-entitlement']);
    client.settings = { kinds: { 'Driver/Info.plist': 'kext' } };
    await client.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    assert.ok((await rules()).some((rule) => String(rule).startsWith('kext/')));
    client.settings = {};
    await client.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    assert.deepEqual(await rules(), ['workspace/transport-entitlement']);
    await client.stop();
  });

  test('of files that are not open obey the settings and the project file of their own folder', async () => {
    const [first, second, third] = [1, 2, 3].map(() => copied('transport-entitlement/invalid'));
    assert.ok(first && second && third);
    const config = { rules: { 'workspace/*': 'warning' } };
    writeFileSync(path.join(third.folder, '.driver-plist.json'), JSON.stringify(config));
    const client = await startClient(
      { ...PULL, workspace: { ...PULL.workspace, configuration: true } },
      {
        folders: [first, second, third].map(({ folder }) => pathToFileURL(folder).href),
        settings: (uri: string) =>
          decodeURIComponent(uri).includes(second.folder) ? { rules: { 'workspace/*': 'hint' } } : {},
      },
    );
    const { items } = await client.connection.sendRequest<WorkspaceDiagnosticReport>('workspace/diagnostic', {
      previousResultIds: [],
    });
    await client.stop();
    const severity = (folder: string) =>
      items
        .filter(({ uri }) => decodeURIComponent(uri).includes(folder))
        .flatMap((item) => ('items' in item ? item.items.map((one) => one.severity) : []));
    assert.deepEqual(
      [first, second, third].flatMap(({ folder }) => severity(folder)),
      [1, 4, 2],
    );
  });

  test('follow the folders of the workspace', async () => {
    const first = copied('version/valid');
    const second = copied('transport-entitlement/invalid');
    const client = await started(first.folder, {
      ...PULL,
      workspace: { ...PULL.workspace, workspaceFolders: true },
    });
    const symbols = async () => {
      const found = await client.connection.sendRequest<SymbolInformation[]>('workspace/symbol', {
        query: 'Lamp',
      });
      return new Set(found.map(({ location }) => location.uri));
    };
    const before = await symbols();
    const folder = (uri: string) => ({ uri: uri.replace(/\/x$/, ''), name: 'Lamp' });
    await client.connection.sendNotification('workspace/didChangeWorkspaceFolders', {
      event: { added: [folder(second.uri('x'))], removed: [folder(first.uri('x'))] },
    });
    const after = await symbols();
    assert.ok(before.size > 0 && after.size > 0);
    assert.deepEqual(
      [...after].filter((uri) => before.has(uri)),
      [],
    );
    const file = 'Driver/Driver.entitlements';
    const rights = await client.open(second.uri(file), second.text(file));
    assert.deepEqual(shown((await rights.pull()).items), ['workspace/transport-entitlement']);
    await client.stop();
  });

  test('are pushed to a client that does not pull', async () => {
    const { folder, uri, text } = copied('transport-entitlement/invalid');
    const client = await started(folder, PUSH);
    await client.open(uri('Driver/Driver.entitlements'), text('Driver/Driver.entitlements'));
    const { diagnostics } = await client.waitFor<{ diagnostics: Diagnostic[] }>(
      'textDocument/publishDiagnostics',
    );
    assert.deepEqual(shown(diagnostics), ['workspace/transport-entitlement']);
    await client.stop();
  });

  test('of files that are not open come with a pull of the workspace; the next waits for news', async () => {
    const { folder, uri, text } = copied('transport-entitlement/invalid');
    const client = await started(folder);
    const pull = (previousResultIds: { uri: string; value: string }[]) =>
      client.connection.sendRequest<WorkspaceDiagnosticReport>('workspace/diagnostic', { previousResultIds });
    const first = await pull([]);
    const found = first.items.flatMap((item) => ('items' in item ? item.items.map(({ code }) => code) : []));
    assert.deepEqual(found, ['workspace/transport-entitlement']);
    const known = first.items.map((item) => ({ uri: item.uri, value: item.resultId ?? '' }));
    const second = pull(known);
    const early = await Promise.race([second, new Promise((resolve) => setTimeout(resolve, 700, 'waits'))]);
    assert.equal(early, 'waits');
    const info = await client.open(uri('Driver/Info.plist'), text('Driver/Info.plist'));
    await info.change('<string>IOUSBHostDevice</string>', '<string>IOUserResources</string>');
    const { items } = await second;
    assert.deepEqual(
      items.map((item) => [item.uri, 'items' in item ? item.items.map(({ code }) => code) : []]),
      [
        [info.uri, ['dext/missing-match-category', 'dext/missing-resource-match']],
        [known[0]?.uri, []],
      ],
      'an open document has its findings here too: VS Code may have closed its tab',
    );
    await client.stop();
  });
});

describe('navigation', () => {
  test('definition, references, rename, symbols, bundles', async () => {
    const { folder, uri, text } = copied('version/valid');
    const client = await started(folder);
    const { connection } = client;
    assert.equal(client.initialized.capabilities.definitionProvider, true);
    assert.deepEqual(client.initialized.capabilities.renameProvider, { prepareProvider: true });
    const info = await client.open(uri('Driver/Info.plist'), text('Driver/Info.plist'));
    const cursor = {
      textDocument: { uri: info.uri },
      position: info.after('<key>IOUserClass</key>\n\t\t\t<string>La'),
    };
    const [definition] = await connection.sendRequest<Location[]>('textDocument/definition', cursor);
    assert.ok(definition?.uri.endsWith('/Driver/Lamp.iig'));
    assert.deepEqual(definition?.range, {
      start: { line: 0, character: 6 },
      end: { line: 0, character: 10 },
    });
    const references = await connection.sendRequest<Location[]>('textDocument/references', {
      ...cursor,
      context: { includeDeclaration: true },
    });
    assert.deepEqual(references.map((one) => one.uri.slice(one.uri.lastIndexOf('/') + 1)).sort(), [
      'Info.plist',
      'Lamp.cpp',
      'Lamp.iig',
    ]);
    assert.equal(
      references.find((one) => one.uri.endsWith('Info.plist'))?.uri,
      info.uri,
      'as the client writes it',
    );
    const prepared = await connection.sendRequest<{ placeholder: string }>(
      'textDocument/prepareRename',
      cursor,
    );
    assert.equal(prepared.placeholder, 'Lamp');
    const edit = await connection.sendRequest<WorkspaceEdit>('textDocument/rename', {
      ...cursor,
      newName: 'Torch',
    });
    assert.equal(edit.documentChanges?.length, 3);
    await assert.rejects(
      connection.sendRequest('textDocument/rename', { ...cursor, newName: '1' }) as Promise<unknown>,
      /no name of a class/,
    );
    const variable = info.after('<key>IOUserServerName</key>\n\t\t\t<string>$(PRODUCT_');
    const hover = await connection.sendRequest<{ contents: { value: string } }>('textDocument/hover', {
      textDocument: { uri: info.uri },
      position: variable,
    });
    assert.match(hover.contents.value, /Here: com\.acme\.lamp\.driver$/);
    const hints = await connection.sendRequest<{ label: string }[]>('textDocument/inlayHint', {
      textDocument: { uri: info.uri },
      range: { start: { line: variable.line, character: 0 }, end: { line: variable.line + 1, character: 0 } },
    });
    assert.ok(hints.some(({ label }) => label === '= com.acme.lamp.driver'));
    const symbols = await connection.sendRequest<SymbolInformation[]>('workspace/symbol', { query: 'lamp' });
    assert.deepEqual(
      symbols.map(({ name }) => name),
      ['com.acme.lamp', 'com.acme.lamp.driver', 'Lamp', 'Lamp'],
    );
    const { bundles } = await connection.sendRequest<BundlesResult>('driverPlist/bundles');
    assert.deepEqual(
      bundles.map(({ kind, label, children }) => [
        kind,
        label,
        children[0]?.kind,
        children[0]?.location?.uri,
      ]),
      [['app', 'LampApp', 'dext', info.uri]],
    );
    await client.waitFor('driverPlist/bundlesChanged');
    await client.stop();
  });
});

describe('nothing is read', () => {
  test('where the client says so', async () => {
    const { folder, uri, text } = copied('transport-entitlement/invalid');
    const client = await startClient(PULL, {
      folders: [pathToFileURL(folder).href],
      initializationOptions: { scanWorkspace: false },
    });
    assert.equal(client.initialized.capabilities.definitionProvider, undefined);
    const rights = await client.open(uri('Driver/Driver.entitlements'), text('Driver/Driver.entitlements'));
    assert.deepEqual(shown((await rights.pull()).items), []);
    await client.stop();
  });

  test('without a folder', async () => {
    const client = await startClient(PULL);
    assert.equal(client.initialized.capabilities.workspaceSymbolProvider, undefined);
    await client.stop();
  });
});
