/** The other doors of the server: a worker, as a browser has it, and Node's own channel. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import vm from 'node:vm';
import { MessageChannel } from 'node:worker_threads';
import type { Diagnostic } from 'vscode-languageserver';
import { dext } from '../unit/service/marked.ts';
import { CLIENT_PULL, SERVER } from './client.ts';

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly result?: { readonly items?: readonly Diagnostic[]; readonly capabilities?: object };
}

const URI = 'file:///w/Lamp/Info.plist';

/** A conversation: initialize, open, pull. Resolves to the findings. */
async function converse(
  send: (message: object) => void,
  onMessage: (listener: (message: Message) => void) => void,
): Promise<readonly Diagnostic[]> {
  const answers = new Map<number, (message: Message) => void>();
  onMessage((message) => {
    if (message.method !== undefined && message.id !== undefined) {
      // The server asks for settings or registers: an empty answer will do.
      const result = message.method === 'workspace/configuration' ? [{}] : null;
      send({ jsonrpc: '2.0', id: message.id, result });
    } else if (message.id !== undefined) answers.get(message.id)?.(message);
  });
  let id = 0;
  const request = (method: string, params: object | null) =>
    new Promise<Message>((resolve) => {
      answers.set(++id, resolve);
      send({ jsonrpc: '2.0', id, method, params });
    });
  const { result } = await request('initialize', {
    processId: null,
    rootUri: null,
    capabilities: CLIENT_PULL,
  });
  assert.ok(result?.capabilities);
  send({ jsonrpc: '2.0', method: 'initialized', params: {} });
  const text = dext(
    '\t\t\t<key>IOProviderClass</key>\n\t\t\t<string>IOUSBHostDevice</string>\n\t\t\t<key>idVendor</key>\n\t\t\t<string>1</string>',
  );
  send({
    jsonrpc: '2.0',
    method: 'textDocument/didOpen',
    params: { textDocument: { uri: URI, languageId: 'plist', version: 1, text } },
  });
  const report = await request('textDocument/diagnostic', { textDocument: { uri: URI } });
  return report.result?.items ?? [];
}

function assertFound(items: readonly Diagnostic[]): void {
  const codes = items.map(({ code }) => code);
  assert.ok(codes.includes('match/usb-value-type'), codes.join(', '));
}

describe('doors', () => {
  test('a worker that has nothing of Node', async () => {
    const file = path.join(path.dirname(SERVER), 'server.browser.js');
    const { port1, port2 } = new MessageChannel();
    // What a worker's global has and the server may use, and no more: no process, no require, no Buffer.
    const listeners: ((event: object) => void)[] = [];
    const worker: { [name: string]: unknown } = {
      addEventListener(type: string, listener: (event: object) => void) {
        if (type === 'message') listeners.push(listener);
      },
      postMessage: (data: unknown) => port2.postMessage(data),
      setTimeout,
      clearTimeout,
      console,
      TextDecoder,
      TextEncoder,
      URL,
      queueMicrotask,
      performance,
    };
    worker.self = worker;
    vm.runInContext(readFileSync(file, 'utf8'), vm.createContext(worker), { filename: file });
    port2.on('message', (data) => {
      for (const listener of listeners) listener({ data });
      (worker.onmessage as ((event: object) => void) | undefined)?.({ data });
    });
    try {
      assertFound(
        await converse(
          (message) => port1.postMessage(message),
          (listener) => port1.on('message', listener),
        ),
      );
    } finally {
      port1.close();
    }
  });

  test('--node-ipc', async () => {
    const child = fork(SERVER, ['--node-ipc'], { execPath: process.execPath });
    try {
      assertFound(
        await converse(
          (message) => child.send(message),
          (listener) => child.on('message', (message) => listener(message as Message)),
        ),
      );
      child.send({ jsonrpc: '2.0', id: 99, method: 'shutdown' });
      child.send({ jsonrpc: '2.0', method: 'exit' });
      assert.deepEqual(await once(child, 'exit'), [0, null]);
    } finally {
      child.kill();
    }
  });
});
