/** Wraps request handlers: cancelled and outdated requests end early, a mistake of ours ends no connection. */
import { type CancellationToken, type Connection, LSPErrorCodes, ResponseError } from 'vscode-languageserver';
import type { Timer } from './runtime.ts';

export interface Guard {
  readonly connection: Connection;
  readonly timer: Timer;
  /** The version of an open document; undefined for one that is not open. */
  readonly versionOf: (uri: string) => number | undefined;
}

/** How a handler treats what arrives behind its request. */
export interface GuardOptions {
  /**
   * Answers for the text as it was when the request came, without a look at what came since. For completion: an
   * editor asks once, goes on typing and filters the answer itself; `ContentModified` would leave it with no list.
   */
  readonly atOnce?: boolean;
}

type Handler<P, R> = (params: P, token: CancellationToken) => Promise<R | ResponseError<never>>;

/**
 * A handler that first lets waiting messages in (unless `atOnce`), among them a cancellation or a change of the
 * document, and answers `RequestCancelled` or `ContentModified` then. Whatever `run` throws is logged with its stack, and the
 * fallback is the answer.
 */
export function guarded<P, R>(
  { connection, timer, versionOf }: Guard,
  name: string,
  fallback: R,
  run: (params: P, token: CancellationToken) => R | Promise<R>,
  { atOnce = false }: GuardOptions = {},
): Handler<P, R> {
  return async (params, token) => {
    try {
      const uri = uriOf(params);
      const version = uri === undefined ? undefined : versionOf(uri);
      // Twice: the connection takes up the next message behind our first turn.
      for (let turn = 0; turn < (atOnce ? 0 : 2); turn++) {
        await new Promise<void>((resolve) => timer.setImmediate(resolve));
      }
      if (token.isCancellationRequested) return cancelled();
      if (uri !== undefined && versionOf(uri) !== version) return modified();
      const result = await run(params, token);
      return token.isCancellationRequested ? cancelled() : result;
    } catch (error) {
      connection.console.error(`${name}: ${stackOf(error)}`);
      return fallback;
    }
  };
}

function cancelled(): ResponseError<never> {
  return new ResponseError(LSPErrorCodes.RequestCancelled, 'The request was cancelled');
}

function modified(): ResponseError<never> {
  return new ResponseError(LSPErrorCodes.ContentModified, 'The document changed meanwhile');
}

function uriOf(params: unknown): string | undefined {
  const uri = (params as { textDocument?: { uri?: unknown } } | null | undefined)?.textDocument?.uri;
  return typeof uri === 'string' ? uri : undefined;
}

/** The stack of an error, or whatever was thrown as text. */
export function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
