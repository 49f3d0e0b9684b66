/** Long work of the built server: it is announced, goes forward, ends, and a person can stop it. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import type {
  WorkDoneProgressBegin,
  WorkDoneProgressEnd,
  WorkDoneProgressReport,
  WorkspaceDiagnosticReport,
} from 'vscode-languageserver';
import type { BundlesResult } from '../../server/src/lsp/workspaceMessages.ts';
import { twin } from '../bench/twin.ts';
import { type LspClient, startClient } from './client.ts';

type Progress = WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd;

const SAMPLE = path.resolve(import.meta.dirname, '../fixtures/workspace/rules/transport-entitlement/invalid');
/** So many that reading and checking them takes much longer than a message on its way. */
const COPIES = 400;
const CAPABILITIES = {
  window: { workDoneProgress: true },
  workspace: { diagnostics: { refreshSupport: true } },
  textDocument: { diagnostic: { relatedInformation: true } },
};

let folder = '';
before(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'driver-plist-progress-'));
  for (let copy = 0; copy < COPIES; copy++) {
    const to = path.join(folder, `lamp${copy}`);
    mkdirSync(to);
    cpSync(SAMPLE, to, { recursive: true });
  }
});
after(() => rmSync(folder, { recursive: true, force: true }));

interface Watched {
  readonly client: LspClient;
  /** What was reported, by title, in its order. */
  readonly seen: Map<string, Progress[]>;
  /** Stops work with this title the first time that it says something. */
  stopAt: { title: string; kind: Progress['kind'] } | undefined;
}

async function started(stopAt?: Watched['stopAt'], options: object = {}): Promise<Watched> {
  const client = await startClient(CAPABILITIES, {
    folders: [pathToFileURL(folder).href],
    initializationOptions: { bundles: true },
    ...options,
  });
  const watched: Watched = { client, seen: new Map(), stopAt };
  const titles = new Map<string | number, string>();
  client.connection.onUnhandledProgress(({ token, value }) => {
    const step = value as Progress;
    if (step.kind === 'begin') titles.set(token, step.title);
    const title = titles.get(token) ?? `${step.kind} without a begin`;
    watched.seen.set(title, [...(watched.seen.get(title) ?? []), step]);
    if (watched.stopAt?.title !== title || watched.stopAt.kind !== step.kind) return;
    watched.stopAt = undefined;
    void client.connection.sendNotification('window/workDoneProgress/cancel', { token });
  });
  return watched;
}

const bundlesOf = ({ client }: Watched, params: object = {}) =>
  client.connection.sendRequest<BundlesResult>('driverPlist/bundles', params);
const pull = ({ client }: Watched, previousResultIds: object[] = []) =>
  client.connection.sendRequest<WorkspaceDiagnosticReport>('workspace/diagnostic', { previousResultIds });

function assertWhole(steps: readonly Progress[] | undefined): void {
  assert.ok(steps, 'nothing was announced');
  assert.equal(steps[0]?.kind, 'begin');
  assert.equal((steps[0] as WorkDoneProgressBegin).cancellable, true);
  assert.equal(steps.at(-1)?.kind, 'end');
  assert.equal(steps.filter(({ kind }) => kind === 'end').length, 1);
}

const READING = 'Reading driver projects';
/** Files of 500 personalities each. */
const LARGE = 16;
const CHECKING = 'Checking driver bundles';

describe('reading the workspace', () => {
  test('says how far it is, and ends', async () => {
    const watched = await started();
    const { bundles, stopped } = await bundlesOf(watched);
    assert.equal(stopped, false);
    assert.equal(bundles.length, COPIES);
    const steps = watched.seen.get(READING);
    assertWhole(steps);
    const said = steps!.flatMap((step) => ('message' in step ? [step.message] : []));
    assert.ok(
      said.some((message) => /^\d+ of \d+ files$/.test(message ?? '')),
      said.join(', '),
    );
    await watched.client.stop();
  });

  test('is stopped by the person: soon, with nothing half known, and can be begun again', async () => {
    const watched = await started({ title: READING, kind: 'begin' });
    const asked = Date.now();
    const answer = await bundlesOf(watched);
    assert.ok(Date.now() - asked < 5_000);
    assert.deepEqual([answer.bundles, answer.stopped], [[], true]);
    assertWhole(watched.seen.get(READING));

    // Each file is still checked by itself, and asks for nothing in files that were not read.
    const uri = pathToFileURL(path.join(folder, 'lamp0/Driver/Info.plist')).href;
    const document = await watched.client.open(uri, '<plist><dict><key>A</key></dict></plist>');
    const { items } = await document.pull();
    assert.ok(items.length > 0);
    assert.deepEqual(
      items.filter(({ code }) => String(code).startsWith('workspace/')),
      [],
    );
    assert.deepEqual((await pull(watched)).items, []);
    await document.close();

    const again = await bundlesOf(watched, { again: true });
    assert.deepEqual([again.bundles.length, again.stopped], [COPIES, false]);
    await watched.client.stop();
  });

  test('is held up by no client that leaves the announcement unanswered', async () => {
    const watched = await started(undefined, { unanswered: ['window/workDoneProgress/create'] });
    const { bundles } = await bundlesOf(watched);
    assert.equal(bundles.length, COPIES);
    assert.equal(watched.seen.size, 0);
    await watched.client.stop();
  });
});

describe('checking the workspace', () => {
  let large = '';
  let folders: string[] = [];
  before(() => {
    large = mkdtempSync(path.join(tmpdir(), 'driver-plist-checking-'));
    folders = [pathToFileURL(large).href];
    const { plist } = twin(500);
    for (let copy = 0; copy < LARGE; copy++) {
      mkdirSync(path.join(large, `Large${copy}.dext`));
      writeFileSync(path.join(large, `Large${copy}.dext/Info.plist`), plist);
    }
  });
  after(() => rmSync(large, { recursive: true, force: true }));

  test('ends when the client takes its question back, and the next one gets the whole answer', async () => {
    const watched = await started(undefined, { folders });
    await watched.client.connection.sendRequest('workspace/symbol', { query: '' });
    const source = new CancellationTokenSource();
    const params = { previousResultIds: [] };
    const first = watched.client.connection.sendRequest('workspace/diagnostic', params, source.token);
    source.cancel();
    await assert.rejects(first, { code: -32800 });
    const { items } = await pull(watched);
    assert.equal(items.length, LARGE);
    await watched.client.stop();
  });

  test('shows itself when it lasts; stopped by the person it answers with what was found, and goes on at the next change', async () => {
    const watched = await started({ title: CHECKING, kind: 'report' }, { folders });
    const { items } = await pull(watched);
    assertWhole(watched.seen.get(CHECKING));
    assert.ok(items.length < LARGE, `${items.length} files`);

    // Nothing more comes by itself: the client asks again at once, as VS Code does.
    const known = items.map(({ uri, resultId }) => ({ uri, value: resultId ?? '' }));
    const second = pull(watched, known);
    const waits = new Promise((resolve) => setTimeout(resolve, 1500, 'waits'));
    assert.equal(known.length === 0 ? 'waits' : await Promise.race([second, waits]), 'waits');
    const last = path.join(large, `Large${LARGE - 1}.dext/Info.plist`);
    await watched.client.open(pathToFileURL(last).href, '<plist><dict/></plist>');
    const third = known.length === 0 ? pull(watched, known) : second;
    assert.ok((await third).items.length > 0);
    await watched.client.stop();
  });
});
