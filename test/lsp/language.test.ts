/** Language features over the built server, each with the client that it is for and with one that lacks it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type {
  ClientCapabilities,
  CodeAction,
  CompletionList,
  DocumentLink,
  SignatureHelp,
  TextDocumentEdit,
} from 'vscode-languageserver';
import { dext } from '../unit/service/marked.ts';
import { CLIENT_3_16, startClient } from './client.ts';

const URI = 'file:///w/Lamp/Info.plist';
const TEXT = dext(`			<key>IOClass</key>
			<string>IOUserService</string>
			<key>IOUserClientClass</key>
			<string>LampUserClient</string>`);

/** LSP 3.18, as VS Code's own client says it. */
const CLIENT_3_18: ClientCapabilities = {
  ...CLIENT_3_16,
  workspace: { workspaceEdit: { documentChanges: true, snippetEditSupport: true } },
  textDocument: {
    ...CLIENT_3_16.textDocument,
    signatureHelp: {
      contextSupport: true,
      signatureInformation: {
        documentationFormat: ['markdown'],
        parameterInformation: { labelOffsetSupport: true },
        activeParameterSupport: true,
        noActiveParameterSupport: true,
      },
    },
  },
};

describe('signature of what is required next', () => {
  test('follows the typing, and closes when nothing is missing', async () => {
    const client = await startClient(CLIENT_3_18);
    assert.deepEqual(client.initialized.capabilities.signatureHelpProvider?.triggerCharacters, ['>']);
    const document = await client.open(URI, TEXT);
    const ask = (after: string, context: object): Promise<SignatureHelp | null> =>
      client.connection.sendRequest('textDocument/signatureHelp', {
        textDocument: { uri: URI },
        position: document.after(after),
        context,
      });
    const typed = { triggerKind: 2, triggerCharacter: '>', isRetrigger: false };
    const first = await ask('LampUserClient</string>', typed);
    assert.match(first?.signatures[0]?.label ?? '', /^Lamp: IOClass ✓, IOProviderClass, IOUserClass/);
    assert.equal(first?.activeParameter, 1);

    await document.change('IOUserClientClass</key>', 'UserClientProperties</key>');
    await document.change('<string>LampUserClient</string>', '<dict><key>IOClass</key></dict>');
    assert.equal(await ask('<dict><key>IOClass</key>', typed), null);
    const moved = { triggerKind: 3, isRetrigger: true, activeSignatureHelp: first };
    assert.equal(await ask('<dict><key>IOClass</key>', moved), null, 'the cursor went elsewhere');
    const again = { ...moved, triggerKind: 2, triggerCharacter: '>' };
    const nested = await ask('<dict><key>IOClass</key>', again);
    assert.equal(nested?.signatures[0]?.label, 'UserClientProperties: IOClass ✓, IOUserClass');
    await document.change(
      '<key>IOClass</key></dict>',
      '<key>IOClass</key><string>A</string><key>IOUserClass</key><string>B</string></dict>',
    );
    assert.equal(await ask('<string>B</string>', again), null);
    assert.equal(await client.stop(), 0);
  });
  test('a client without it hears nothing of it', async () => {
    const client = await startClient(CLIENT_3_16);
    assert.equal(client.initialized.capabilities.signatureHelpProvider, undefined);
    assert.equal(await client.stop(), 0);
  });
});

describe('extraction of a user client', () => {
  const RESULT = TEXT.replace(
    /\t{3}<key>IOUserClientClass<\/key>\n.*/,
    `			<key>UserClientProperties</key>
			<dict>
				<key>IOClass</key>
				<string>IOUserUserClient</string>
				<key>IOUserClass</key>
				<string>LampUserClient</string>
			</dict>`,
  );
  const extract = async (capabilities: ClientCapabilities) => {
    const client = await startClient(capabilities);
    const { codeActionProvider } = client.initialized.capabilities;
    assert.ok(
      typeof codeActionProvider === 'object' &&
        codeActionProvider.codeActionKinds?.includes('refactor.extract'),
    );
    const document = await client.open(URI, TEXT);
    const position = document.after('<key>IOUserClient');
    const actions = await client.connection.sendRequest<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri: URI },
      range: { start: position, end: position },
      context: { diagnostics: [], only: ['refactor.extract'] },
    });
    assert.deepEqual(
      actions.map(({ title }) => title),
      ['Extract the user client into UserClientProperties'],
    );
    return { client, document, edit: actions[0]?.edit };
  };
  test('plain edits for a client of LSP 3.16', async () => {
    const { client, document, edit } = await extract(CLIENT_3_16);
    assert.ok(edit);
    await document.apply(edit);
    assert.equal(document.text(), RESULT);
    assert.equal(await client.stop(), 0);
  });
  test('with the name to change for a client of LSP 3.18', async () => {
    const { client, edit } = await extract(CLIENT_3_18);
    const [first, ...rest] = (edit?.documentChanges?.[0] as TextDocumentEdit | undefined)?.edits ?? [];
    assert.ok(first && 'snippet' in first);
    assert.match(first.snippet.value, /^\t\t\t<key>\$\{1:UserClientProperties\}<\/key>\n/);
    assert.ok(rest.every((one) => 'newText' in one));
    assert.equal(await client.stop(), 0);
  });
});

test('completion knows the settings and classes of the project', async () => {
  const folder = path.resolve(import.meta.dirname, '../fixtures/workspace/rules/user-client-access/valid');
  const client = await startClient(CLIENT_3_18, { folders: [pathToFileURL(folder).href] });
  // Answered when the workspace has been read.
  await client.connection.sendRequest('workspace/symbol', { query: '' });
  const file = path.join(folder, 'Driver/Info.plist');
  const uri = pathToFileURL(file).href;
  const document = await client.open(uri, readFileSync(file, 'utf8'));
  const details = async (position: object): Promise<Map<string, unknown>> => {
    const list = await client.connection.sendRequest<CompletionList>('textDocument/completion', {
      textDocument: { uri },
      position,
    });
    return new Map(list.items.map(({ label, detail }) => [label, detail]));
  };
  await document.change('Lets the lamp shine.', 'By $(');
  const settings = await details(document.after('By $('));
  assert.equal(settings.get('$(PRODUCT_BUNDLE_IDENTIFIER)'), 'com.acme.lamp.driver');
  assert.equal(settings.get('$(DRIVERKIT_DEPLOYMENT_TARGET)'), '21.0');
  const classes = await details(document.after('<key>IOUserClass</key>\n\t\t\t<string>'));
  assert.equal(classes.get('Lamp'), 'Lamp.iig');
  assert.equal(await client.stop(), 0);
});

test('a rule that a comment names leads to its page, in words for a client that shows them', async () => {
  const text = dext('\t\t\t<!-- driver-plist-disable-next-line dext/missing-class -->');
  for (const tooltipSupport of [true, false]) {
    const client = await startClient({
      ...CLIENT_3_16,
      textDocument: { ...CLIENT_3_16.textDocument, documentLink: { tooltipSupport } },
    });
    await client.open(URI, text);
    const links = await client.connection.sendRequest<DocumentLink[]>('textDocument/documentLink', {
      textDocument: { uri: URI },
    });
    assert.deepEqual(
      links.map(({ target, tooltip }) => [target?.replace(/^.*docs/, 'docs'), tooltip !== undefined]),
      [['docs/rules/dext/missing-class.md', tooltipSupport]],
    );
    assert.equal(await client.stop(), 0);
  }
});
