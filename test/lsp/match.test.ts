import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import {
  CancellationTokenSource,
  type CodeLens,
  DiagnosticSeverity,
  WorkDoneProgress,
  type WorkspaceDiagnosticReport,
} from 'vscode-languageserver';
import type {
  AddedPersonality,
  DeviceSuggestion,
  LoadRegistryResult,
  MatchDecision,
  MatchView,
  PersonalityPlace,
  ReadFileResult,
} from '../../server/src/lsp/matchMessages.ts';
import { dext } from '../unit/service/marked.ts';
import { CLIENT_PULL, type LspClient, startClient } from './client.ts';

const URI = 'file:///w/Lamp/Info.plist';
const SERIAL = 'LAMP-000042';

const DUMP = `+-o Root  <class IORegistryEntry, id 0x100000100, retain 11>
  | {
  |   "IOKitBuildVersion" = "Darwin Kernel Version 21.1.0: root:xnu-8019/RELEASE_ARM64_T8101"
  |   "OS Build Version" = "21C52"
  | }
  |
  +-o J274AP  <class IOPlatformExpertDevice, id 0x100000110, registered, matched, active, busy 0, retain 30>
    | {
    |   "model" = <"Macmini9,1">
    | }
    |
    +-o Lamp@14100000  <class IOUSBHostDevice, id 0x100000200, registered, matched, active, busy 0, retain 20>
    | | {
    | |   "idVendor" = 4617
    | |   "idProduct" = 1
    | |   "bcdDevice" = 256
    | |   "bDeviceClass" = 0
    | |   "bDeviceSubClass" = 0
    | |   "bDeviceProtocol" = 0
    | |   "kUSBSerialNumberString" = "${SERIAL}"
    | | }
    | |
    +-o Other@14200000  <class IOUSBHostDevice, id 0x100000201, registered, matched, active, busy 0, retain 20>
      | {
      |   "idVendor" = 4617
      |   "idProduct" = 7
      |   "bcdDevice" = 256
      |   "bDeviceClass" = 0
      |   "bDeviceSubClass" = 0
      |   "bDeviceProtocol" = 0
      | }
`;

const personality = (product: number) => `			<key>CFBundleIdentifierKernel</key>
			<string>com.apple.kpi.iokit</string>
			<key>IOClass</key>
			<string>IOUserService</string>
			<key>IOProviderClass</key>
			<string>IOUSBHostDevice</string>
			<key>IOUserClass</key>
			<string>Lamp</string>
			<key>IOUserServerName</key>
			<string>$(PRODUCT_BUNDLE_IDENTIFIER)</string>
			<key>idVendor</key>
			<integer>4617</integer>
			<key>idProduct</key>
			<integer>${product}</integer>`;

const folder = mkdtempSync(path.join(tmpdir(), 'driver-plist-match-'));
const dump = path.join(folder, 'lamp.ioreg.txt');
writeFileSync(dump, DUMP);
after(() => rmSync(folder, { recursive: true, force: true }));

const options = { initializationOptions: { explainMatchCommand: 'show.me' } };
const withPicture = {
  initializationOptions: { explainMatchCommand: 'show.me', showDecisionCommand: 'draw.it' },
};

async function lenses(client: LspClient): Promise<CodeLens[]> {
  const found = await client.connection.sendRequest<CodeLens[] | null>('textDocument/codeLens', {
    textDocument: { uri: URI },
  });
  return Promise.all(
    (found ?? []).map((lens) => client.connection.sendRequest<CodeLens>('codeLens/resolve', lens)),
  );
}

function argumentsOf(lens: CodeLens | undefined): [string, string] {
  const [uri, name] = lens?.command?.arguments ?? [];
  return [String(uri), String(name)];
}

const load = (client: LspClient, uri: string | null) =>
  client.connection.sendRequest<LoadRegistryResult>('driverPlist/loadRegistry', { uri });

describe('matching over LSP', () => {
  test('a dump is loaded, lenses count, the view marks the winner, private values stay out', async () => {
    const client = await startClient(CLIENT_PULL, options);
    await client.open(URI, dext(personality(1)));
    assert.deepEqual(await lenses(client), [], 'no lens without a dump');
    assert.equal(await client.connection.sendRequest('driverPlist/matchView', {}), null);

    const result = await load(client, pathToFileURL(dump).href);
    assert.ok(result.ok && result.registry);
    assert.equal(result.registry.entries, 4);
    assert.match(result.registry.machine ?? '', /Macmini9,1/);

    const [lens, ...more] = await lenses(client);
    assert.deepEqual(more, [], 'no picture is offered where the client named no command');
    assert.equal(lens?.command?.title, 'matches 1 of 2 USB devices');
    assert.equal(lens?.command?.command, 'show.me');
    const [uri, name] = argumentsOf(lens);
    assert.equal(uri, URI);

    const view = await client.connection.sendRequest<MatchView>('driverPlist/matchView', {});
    const [group] = view.groups;
    assert.equal(group?.title, 'USB devices');
    const [lamp, other] = group?.devices ?? [];
    assert.equal(lamp?.ids, '1209:0001');
    assert.deepEqual(
      lamp?.candidates.map((one) => [one.personality, one.wins, one.score]),
      [[name, true, 90000]],
    );
    assert.deepEqual(other?.candidates, []);
    const page = await client.connection.sendRequest<string>('driverPlist/explainMatch', {
      uri,
      personality: name,
    });
    assert.match(page, /matches 1 of 2 USB devices/);
    assert.match(page, /\| yes \| `idProduct` \| 1 \| 1 \|/);
    for (const text of [JSON.stringify(view), page]) assert.ok(!text.includes(SERIAL));
    assert.equal(await client.stop(), 0);
  });

  test('what does not match says what is nearest and what to change', async () => {
    const client = await startClient(CLIENT_PULL, options);
    const document = await client.open(URI, dext(personality(2)));
    await load(client, pathToFileURL(dump).href);
    const [lens] = await lenses(client);
    assert.equal(lens?.command?.title, 'matches none of 2 USB devices: why?');
    const [, name] = argumentsOf(lens);
    const page = await client.connection.sendRequest<string>('driverPlist/explainMatch', {
      uri: URI,
      personality: name,
    });
    assert.match(page, /matches none of 2 USB devices/);
    assert.match(page, /idProduct: wants 2, has [17]/);
    assert.match(page, /\*\*no\*\*/);
    await document.change('<integer>2</integer>', '<string>$(LAMP_PRODUCT)</string>');
    const [unknown] = await lenses(client);
    assert.match(unknown?.command?.title ?? '', /^cannot tell .* idProduct$/);
    await client.stop();
  });

  test('one decision: who gets a device, and the nearest device of a personality that gets none', async () => {
    const client = await startClient(CLIENT_PULL, options);
    const document = await client.open(URI, dext(personality(1)));
    const ask = (params: object) =>
      client.connection.sendRequest<MatchDecision | null>('driverPlist/matchDecision', params);
    assert.equal(await ask({ device: 2 }), null, 'nothing without a dump');
    await load(client, pathToFileURL(dump).href);
    const view = await client.connection.sendRequest<MatchView>('driverPlist/matchView', {});
    const [lamp, other] = view.groups[0]?.devices ?? [];
    const name = lamp?.candidates[0]?.personality ?? '';

    const won = await ask({ device: lamp?.index });
    assert.equal(won?.device.ids, '1209:0001');
    assert.deepEqual(
      won?.candidates.map(({ personality, wins, score, asked }) => [personality, wins, score, asked]),
      [[name, true, 90000, false]],
    );
    const product = won?.candidates[0]?.checks.find(({ key }) => key === 'idProduct');
    assert.deepEqual([product?.wants, product?.has, product?.holds], ['1', '1', 'yes']);
    assert.deepEqual(won?.candidates[0]?.parts, [{ what: 'vendor + product', points: 90000 }]);
    assert.deepEqual(
      won?.stages.map(({ stage, left }) => `${stage} ${left}`),
      ['filed 1', 'generic 1', 'family 1', 'start 1', 'best 1'],
    );
    assert.equal(won?.classes[0], 'IOUSBHostDevice');

    const lost = await ask({ uri: URI, personality: name, device: other?.index });
    const [miss] = lost?.candidates ?? [];
    assert.deepEqual([miss?.matches, miss?.score, miss?.asked], [false, null, true]);
    assert.ok(miss?.checks.some(({ key, holds }) => key === 'idProduct' && holds === 'no'));
    assert.equal(miss?.fell, 'family');

    assert.equal((await ask({ uri: URI, personality: name }))?.device.index, lamp?.index);
    await document.change('<integer>1</integer>', '<integer>9</integer>');
    assert.equal((await ask({ uri: URI, personality: name }))?.candidates[0]?.matches, false);
    assert.equal(await ask({ uri: URI, personality: 'Nobody' }), null);
    assert.equal(await ask({ device: 4_000 }), null);
    for (const text of [won, lost]) assert.ok(!JSON.stringify(text).includes(SERIAL));
    await client.stop();
  });

  test('a second lens opens the decision; its links find the keys of a personality as the text is now', async () => {
    const client = await startClient(CLIENT_PULL, withPicture);
    const document = await client.open(URI, dext(personality(1)));
    await load(client, pathToFileURL(dump).href);
    const [counts, picture] = await lenses(client);
    assert.equal(counts?.command?.command, 'show.me');
    assert.equal(picture?.command?.title, 'show the decision');
    assert.equal(picture?.command?.command, 'draw.it');
    const [uri, name] = argumentsOf(picture);
    assert.deepEqual([uri, name], [URI, 'Lamp']);
    const place = async (params: object) => {
      const asked = { uri, ...params };
      const [found] = await client.connection.sendRequest<PersonalityPlace[]>(
        'driverPlist/personalities',
        asked,
      );
      return found?.range.start.line;
    };
    const lineOf = (text: string) => dext(personality(1)).split(text)[0]?.split('\n').length ?? 0;
    assert.equal(await place({ key: 'idProduct' }), lineOf('<key>idProduct') - 1);
    assert.equal(await place({}), lineOf('<key>Lamp') - 1);
    assert.equal(await place({ key: 'noSuchKey' }), lineOf('<key>Lamp') - 1);
    await document.change('<key>IOKitPersonalities', '\n\n<key>IOKitPersonalities');
    assert.equal(await place({ key: 'idProduct' }), lineOf('<key>idProduct') + 1);
    await client.stop();
  });

  test('what no device matches stands among the problems while a dump is loaded, as on the command line', async () => {
    const client = await startClient(CLIENT_PULL, options);
    const document = await client.open(URI, dext(personality(9)));
    const problems = async () =>
      (await document.pull()).items.filter(({ code }) => code === 'match/no-device');
    assert.deepEqual(await problems(), []);
    await load(client, pathToFileURL(dump).href);
    const [problem, ...more] = await problems();
    assert.deepEqual(more, []);
    assert.equal(problem?.severity, DiagnosticSeverity.Information);
    assert.match(
      String(problem?.message),
      /No device of the registry dump matches.*idProduct: wants 9, has [17]/,
    );
    await document.change('<integer>9</integer>', '<integer>7</integer>');
    assert.deepEqual(await problems(), []);
    await document.change('<integer>7</integer>', '<integer>8</integer>');
    assert.equal((await problems()).length, 1);
    await load(client, null);
    assert.deepEqual(await problems(), []);
    await client.stop();
  });

  test('files that are not open are compared with the dump too', async () => {
    const workspace = path.join(folder, 'closed');
    const bundle = path.join(workspace, 'Lamp.kext/Contents');
    mkdirSync(bundle, { recursive: true });
    const kext = dext(personality(9)).replace('DEXT', 'KEXT');
    writeFileSync(path.join(bundle, 'Info.plist'), kext);
    const client = await startClient(CLIENT_PULL, { folders: [pathToFileURL(workspace).href] });
    const found = async () => {
      const { items } = await client.connection.sendRequest<WorkspaceDiagnosticReport>(
        'workspace/diagnostic',
        { previousResultIds: [] },
      );
      const all = items.flatMap((report) => ('items' in report ? report.items : []));
      return all.filter(({ code }) => code === 'match/no-device').length;
    };
    assert.equal(await found(), 0);
    await load(client, pathToFileURL(dump).href);
    assert.equal(await found(), 1);
    await load(client, null);
    assert.equal(await found(), 0);
    await client.stop();
  });

  test('a personality for a device is suggested, added, and matches', async () => {
    const client = await startClient(CLIENT_PULL, options);
    const document = await client.open(URI, dext(personality(1)));
    await load(client, pathToFileURL(dump).href);
    const view = await client.connection.sendRequest<MatchView>('driverPlist/matchView', {});
    const device = view.groups[0]?.devices[1]?.index ?? -1;
    const suggestions = await client.connection.sendRequest<DeviceSuggestion[]>(
      'driverPlist/suggestPersonalities',
      { device },
    );
    assert.ok(suggestions.length >= 2);
    const suggestion = suggestions.findIndex(({ score }) => score === 90000);
    const added = await client.connection.sendRequest<AddedPersonality>('driverPlist/addPersonality', {
      uri: URI,
      device,
      suggestion,
    });
    assert.match(added.name, /1209_0007$/);
    assert.equal(added.entitlement?.key, 'com.apple.developer.driverkit.transport.usb');
    assert.match(added.entitlement.xml, /<key>idVendor<\/key>\s*<integer>4617<\/integer>/);
    await document.apply(added.edits);
    assert.match(document.text(), /<key>IOUserClass<\/key>\s*<string>Lamp<[\s\S]*<key>IOUserClass</);
    const titles = (await lenses(client)).map(({ command }) => command?.title);
    assert.deepEqual(titles, ['matches 1 of 2 USB devices', 'matches 1 of 2 USB devices']);
    const errors = (await document.pull()).items.filter(({ severity }) => severity === 1);
    assert.deepEqual(errors, []);
    assert.ok(!document.text().includes(SERIAL));
    await client.stop();
  });

  test('the setting names the dump; a wrong path and a wrong file are said', async () => {
    const client = await startClient(CLIENT_PULL, { settings: { registryDump: dump }, ...options });
    const { registry } = await client.waitFor<{ registry: { name: string } }>('driverPlist/registry');
    assert.equal(registry.name, 'lamp.ioreg.txt');
    await client.open(URI, dext(personality(1)));
    assert.equal((await lenses(client)).length, 1);

    client.settings = { registryDump: '/nowhere/at/all.txt' };
    await client.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    const gone = await client.waitFor<{ registry: unknown; problem: string }>('driverPlist/registry');
    assert.equal(gone.registry, null);
    assert.match(gone.problem, /all\.txt cannot be read: there is no such file/);

    writeFileSync(path.join(folder, 'notes.txt'), 'buy milk');
    const notes = await load(client, pathToFileURL(path.join(folder, 'notes.txt')).href);
    assert.ok(!notes.ok);
    assert.match(notes.message, /ioreg -l/);
    const taken = await load(client, null);
    assert.ok(taken.ok && taken.registry === null);
    await client.stop();
  });

  test('loading says how far it is, lets other requests through, and is given up when asked to', async () => {
    const large = path.join(folder, 'large.ioreg.txt');
    const entry = DUMP.slice(DUMP.indexOf('    +-o Lamp'));
    writeFileSync(large, DUMP + entry.repeat(200_000));
    const client = await startClient(CLIENT_PULL, options);
    await client.open(URI, dext(personality(1)));
    const seen: { percentage?: number; message?: string }[] = [];
    const cancel = new CancellationTokenSource();
    let answered = 0;
    const listening = client.connection.onProgress(WorkDoneProgress.type, 'large', (value) => {
      if (value.kind !== 'report') return;
      seen.push(value);
      if (seen.length === 2) {
        void client.connection.sendRequest('driverPlist/personalities', { uri: URI }).then(() => answered++);
      }
      // Reading ends at 40 percent: this is while the text is parsed.
      if (answered > 0 && (value.percentage ?? 0) > 40) cancel.cancel();
    });
    const params = { uri: pathToFileURL(large).href, workDoneToken: 'large' };
    const result = await client.connection.sendRequest<LoadRegistryResult>(
      'driverPlist/loadRegistry',
      params,
      cancel.token,
    );
    listening.dispose();
    assert.ok(!result.ok && /cancelled/.test(result.message));
    assert.equal(answered, 1, 'another request was answered meanwhile');
    const percents = seen.map(({ percentage = 0 }) => percentage);
    assert.deepEqual(
      percents,
      percents.toSorted((a, b) => a - b),
    );
    assert.ok((percents.at(-1) ?? 0) < 100 && (percents.at(-1) ?? 0) > 40, percents.join());
    assert.match(seen.at(-1)?.message ?? '', /large\.ioreg\.txt/);
    assert.equal(await client.connection.sendRequest('driverPlist/matchView', {}), null);
    await client.stop();
  });

  test('where the server cannot reach a file, the client reads it', async () => {
    const client = await startClient(CLIENT_PULL, {
      initializationOptions: { ...options.initializationOptions, readFile: true },
    });
    client.connection.onRequest<ReadFileResult, void>(
      'driverPlist/readFile',
      ({ uri }: { uri: string }): ReadFileResult =>
        uri === 'vfs:/lamp.txt'
          ? { base64: Buffer.from(DUMP).toString('base64') }
          : { problem: 'it is gone' },
    );
    const result = await load(client, 'vfs:/lamp.txt');
    assert.ok(result.ok && result.registry?.entries === 4);
    const other = await load(client, 'vfs:/other.txt');
    assert.ok(!other.ok);
    assert.equal(other.message, 'other.txt cannot be read: it is gone.');
    await client.stop();
  });
});
