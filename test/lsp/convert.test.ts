/** The requests about conversions, by real messages. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CodeAction } from 'vscode-languageserver';
import type { ConvertResult, FamiliesResult, NewBundleResult } from '../../server/src/lsp/messages.ts';
import { kextText, personality } from '../unit/convert/support.ts';
import { CLIENT_PULL, startClient } from './client.ts';

const URI = 'file:///work/Gadget.kext/Contents/Info.plist';
const text = kextText({
  personalities: personality('Gadget', {
    IOClass: 'A',
    IOProviderClass: 'IOUSBDevice',
    idVendor: 4660,
    idProduct: 2,
  }),
});

test('a kext is planned, open or not; families and new bundles are answered', async () => {
  const client = await startClient(CLIENT_PULL, {
    initializationOptions: { convertCommand: 'driverPlist.convert' },
  });
  const ask = <R>(method: string, params: unknown): Promise<R> =>
    client.connection.sendRequest(method, params);
  const convert = (params: object) =>
    ask<ConvertResult | null>('driverPlist/convert', { uri: URI, target: 'codeless-dext', ...params });

  assert.equal(await convert({}), null);
  const closed = await convert({ text });
  assert.ok(closed && 'plan' in closed);
  assert.equal(closed.plan.source, 'Gadget.kext/Info.plist');

  const document = await client.open(URI, text);
  const open = await convert({
    options: { bundleId: 'org.acme.tool.driver', className: 'ToolDriver', team: 7 },
  });
  assert.ok(open && 'plan' in open);
  assert.equal(open.plan.personalities[0]?.userClass, 'ToolDriver');
  assert.ok(open.files.some(({ text: content }) => content.includes('org.acme.tool.driver')));
  const refused = await convert({ options: { bundleId: '../x' } });
  assert.ok(refused && 'problems' in refused);
  const nonsense = await convert({ target: 'toast' });
  assert.ok(nonsense && 'problems' in nonsense);

  const position = document.after('<key>Gadget</key>');
  const actions = await ask<CodeAction[]>('textDocument/codeAction', {
    textDocument: { uri: URI },
    range: { start: position, end: position },
    context: { diagnostics: [], only: ['refactor.rewrite'] },
  });
  assert.deepEqual(
    actions.flatMap(({ command }) => command?.arguments ?? []),
    [
      { uri: URI, target: 'codeless-dext' },
      { uri: URI, target: 'codeless-kext' },
    ],
  );

  const families = await ask<FamiliesResult>('driverPlist/families', null);
  assert.ok(families.some(({ id }) => id === 'hid-event-driver'));
  const made = await ask<NewBundleResult>('driverPlist/newBundle', {
    family: 'hid-event-driver',
    bundleId: 'org.acme.tool.driver',
    className: 'ToolDriver',
    match: { VendorID: 1 },
  });
  assert.ok('files' in made && made.files.length > 8);
  assert.ok('problems' in (await ask<NewBundleResult>('driverPlist/newBundle', null)));
  assert.equal(await client.stop(), 0);
});
