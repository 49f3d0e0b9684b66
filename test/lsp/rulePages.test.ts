/** The pages of rules over the protocol, and where findings link to. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dext } from '../unit/service/marked.ts';
import { CLIENT_3_16, startClient } from './client.ts';

const CAPABLE = {
  ...CLIENT_3_16,
  textDocument: {
    ...CLIENT_3_16.textDocument,
    publishDiagnostics: { versionSupport: true, codeDescriptionSupport: true },
  },
};
const FAULTY = dext('\t\t\t<key>IOProviderClass</key>\n\t\t\t<string>IOUSBHostDevice</string>');

describe('pages of rules', () => {
  test('are listed and printed on request', async () => {
    const client = await startClient(CAPABLE);
    const rules = await client.connection.sendRequest<{ id: string; title: string }[]>(
      'driverPlist/rules',
      null,
    );
    assert.ok(rules.length > 100, `${rules.length} rules`);
    assert.deepEqual(
      rules.map(({ id }) => id),
      rules.map(({ id }) => id).toSorted(),
    );
    for (const { id } of rules) {
      const page = await client.connection.sendRequest<string>('driverPlist/rulePage', { rule: id });
      assert.ok(page.startsWith(`# ${id}\n`), id);
    }
    assert.equal(await client.connection.sendRequest('driverPlist/rulePage', { rule: 'no/such' }), null);
    assert.equal(await client.connection.sendRequest('driverPlist/rulePage', null), null);
    await client.stop();
  });

  test('findings link to the web, or to where the client shows pages', async () => {
    for (const [initializationOptions, expected] of [
      [undefined, /^https:\/\/\S+\/docs\/rules\/[\w-]+\/[\w-]+\.md$/],
      [{ rulePages: 'editor:/pages/{rule}' }, /^editor:\/pages\/[\w-]+\/[\w-]+$/],
    ] as const) {
      const client = await startClient(CAPABLE, { initializationOptions });
      const document = await client.open('file:///w/Lamp/Info.plist', FAULTY);
      const found = await document.published();
      assert.ok(found.length > 0);
      for (const { code, codeDescription } of found) {
        assert.match(codeDescription?.href ?? '', expected);
        assert.ok(codeDescription?.href.includes(String(code)));
      }
      await client.stop();
    }
  });
});
