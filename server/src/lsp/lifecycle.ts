/**
 * What the protocol demands of a server before `initialize` and after `shutdown` (LSP 3.17, "Server lifecycle"): a
 * request gets an error, a notification is dropped. The library passes both on.
 */
import {
  type Connection,
  ErrorCodes,
  type Message,
  type MessageStrategy,
  ResponseError,
} from 'vscode-languageserver';

/** Refused requests are handed on under this method, since only a handler can answer. */
const REFUSED = 'driverPlist/refused';

interface Refusal {
  readonly code: number;
  readonly message: string;
}

interface Incoming extends Message {
  readonly id?: number | string | null;
  readonly method?: unknown;
}

/** Goes into the options of `createConnection`; one for each connection. {@link registerRefusals} goes with it. */
export function lifecycleStrategy(): MessageStrategy {
  let state: 'new' | 'running' | 'shut down' = 'new';

  const refusalOf = (method: string): Refusal | undefined => {
    if (state === 'new') {
      if (method === 'initialize') return undefined;
      return { code: ErrorCodes.ServerNotInitialized, message: `${method} came before initialize` };
    }
    const { InvalidRequest: code } = ErrorCodes;
    if (state === 'shut down') return { code, message: `${method} came after shutdown` };
    return method === 'initialize' ? { code, message: 'The server is initialized already' } : undefined;
  };

  return {
    handleMessage(message, next) {
      const { id, method } = message as Incoming;
      // An answer to a request of ours.
      if (typeof method !== 'string') return next(message);
      if (id === undefined) {
        const passes = state === 'running' || method === 'exit' || method.startsWith('$/');
        return passes ? next(message) : undefined;
      }
      const refusal = refusalOf(method);
      if (refusal) return next({ jsonrpc: '2.0', id, method: REFUSED, params: refusal } as Message);
      if (method === 'initialize') state = 'running';
      if (method === 'shutdown') state = 'shut down';
      return next(message);
    },
  };
}

/** Answers what {@link lifecycleStrategy} refuses. */
export function registerRefusals(connection: Connection): void {
  connection.onRequest(REFUSED, ({ code, message }: Refusal) => new ResponseError(code, message));
}
