/** Long work that the server begins by itself: the client shows it, and a person can stop it. */
import {
  type CancellationToken,
  CancellationTokenSource,
  type Connection,
  type WorkDoneProgressServerReporter,
} from 'vscode-languageserver';
import { stackOf } from './guard.ts';

export interface LongWork {
  /** Cancelled when the person wants it to end. */
  readonly token: CancellationToken;
  /** @param percent 0 to 100, where the end is known */
  report(message: string, percent?: number): void;
  /** To be called whatever became of the work. */
  done(): void;
}

/**
 * Announces work to the client (`window/workDoneProgress`). The work goes on meanwhile: a client that is slow to
 * answer, or never does, holds nothing up. Never throws.
 *
 * @param shows the client shows progress that a server begins; without it the work is silent and cannot be stopped
 * @param ends  true when the end is known, so that percents are reported
 */
export function announce(
  connection: Connection,
  shows: boolean,
  title: string,
  { ends = false }: { readonly ends?: boolean } = {},
): LongWork {
  const source = new CancellationTokenSource();
  let progress: WorkDoneProgressServerReporter | undefined;
  let latest: string | undefined;
  let over = false;
  const begin = (created: WorkDoneProgressServerReporter): void => {
    created.begin(title, ends ? 0 : undefined, latest, true);
    created.token.onCancellationRequested(() => source.cancel());
    if (over) created.done();
    else progress = created;
  };
  if (shows) {
    connection.window
      .createWorkDoneProgress()
      .then(begin)
      .catch((error) => connection.console.warn(`progress: ${stackOf(error)}`));
  }
  return {
    token: source.token,
    report(message, percent) {
      latest = message;
      if (percent === undefined) progress?.report(message);
      else progress?.report(percent, message);
    },
    done() {
      if (!over) progress?.done();
      over = true;
    },
  };
}
