/** A dump full of private values through every door of the server: none comes out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AddedPersonality, DeviceSuggestion, MatchView } from '../../server/src/lsp/matchMessages.ts';
import { PRIVATE_DUMP, PRIVATE_KEXT, PRIVATE_TEXT } from '../unit/service/privateKeys.ts';
import { CLIENT_PULL, startClient } from './client.ts';

const URI = 'file:///w/Private.kext/Contents/Info.plist';

test('view, explanations, decisions, lenses, findings, hovers, completions, hints, new personalities', async () => {
  const client = await startClient(CLIENT_PULL, {
    initializationOptions: { explainMatchCommand: 'show.me', showDecisionCommand: 'draw.it' },
  });
  const document = await client.open(URI, PRIVATE_KEXT);
  const counts = new Map<string, number>();
  const ask = async <T>(method: string, params: object): Promise<T> => {
    const answer = await client.connection.sendRequest<T>(method, params);
    const text = JSON.stringify(answer);
    assert.doesNotMatch(text, PRIVATE_TEXT, `${method} ${JSON.stringify(params)}`);
    counts.set(method, (counts.get(method) ?? 0) + text.length);
    return answer;
  };
  await ask('driverPlist/loadRegistry', { uri: PRIVATE_DUMP.href });
  const view = await ask<MatchView>('driverPlist/matchView', {});
  const devices = view.groups.flatMap((group) => group.devices);
  assert.ok(devices.length >= 5, `${devices.length} devices`);

  const names = [...PRIVATE_KEXT.matchAll(/<key>(P\d+)<\/key>/g)].map(([, name]) => name);
  for (const personality of names) {
    const one = { uri: URI, personality };
    for (const device of [undefined, ...Array(11).keys()]) {
      const asked = device === undefined ? one : { ...one, device };
      await ask('driverPlist/explainMatch', asked);
      await ask('driverPlist/matchDecision', asked);
    }
  }
  for (const device of Array(11).keys()) {
    await ask('driverPlist/matchDecision', { device });
    const suggestions = await ask<DeviceSuggestion[]>('driverPlist/suggestPersonalities', { device });
    for (const suggestion of suggestions.keys()) {
      const added = await ask<AddedPersonality | null>('driverPlist/addPersonality', {
        uri: URI,
        device,
        suggestion,
      });
      assert.ok(added);
      const params = {
        family: 'usb',
        bundleId: 'org.acme.x',
        className: 'Lamp',
        team: '',
        device,
        suggestion,
      };
      await ask('driverPlist/newBundle', params);
    }
  }
  const textDocument = { uri: URI };
  for (const lens of (await ask<object[]>('textDocument/codeLens', { textDocument })) ?? []) {
    await ask('codeLens/resolve', lens);
  }
  assert.doesNotMatch(JSON.stringify(await document.pull()), PRIVATE_TEXT);
  const lines = PRIVATE_KEXT.split('\n');
  for (const [line, text] of lines.entries()) {
    for (const mark of ['<key>', '<string>', '<integer>']) {
      const character = text.indexOf(mark) + mark.length;
      if (character < mark.length) continue;
      const position = { line, character };
      await ask('textDocument/hover', { textDocument, position });
      await ask('textDocument/completion', { textDocument, position });
    }
  }
  const range = { start: { line: 0, character: 0 }, end: { line: lines.length, character: 0 } };
  await ask('textDocument/inlayHint', { textDocument, range });
  const silent = [...counts].filter(([, length]) => length < 50).map(([method]) => method);
  assert.deepEqual(silent, [], 'every request had something to say');
  await client.stop();
});
