/** Long work shows itself, and a person can stop it. */
import * as vscode from 'vscode';
import {
  type BaseLanguageClient,
  type Middleware,
  type ProgressToken,
  WorkDoneProgressCancelNotification,
} from 'vscode-languageclient';

/** What lasts longer than this is told of in a notification with a button to stop it, in milliseconds. */
const LASTING = 4000;
/** What is done sooner is not shown at all, in milliseconds. */
const QUICK = 600;

/**
 * Work that the server begins by itself. The status bar shows it at once, as VS Code's client does, but has no button:
 * what lasts moves into a notification that can be cancelled.
 */
export function serverProgress(
  client: () => BaseLanguageClient,
): NonNullable<Middleware['handleWorkDoneProgress']> {
  const running = new Map<ProgressToken, { report(message: string): void; end(): void }>();
  return (token, params, next) => {
    next(token, params);
    if (params.kind === 'begin' && params.cancellable === true) {
      running.get(token)?.end();
      running.set(
        token,
        lasting(params.title, params.message, () => {
          void client().sendNotification(WorkDoneProgressCancelNotification.type, { token });
        }),
      );
    }
    if (params.kind === 'report' && params.message !== undefined) running.get(token)?.report(params.message);
    if (params.kind === 'end') {
      running.get(token)?.end();
      running.delete(token);
    }
  };
}

function lasting(title: string, first: string | undefined, cancel: () => void) {
  let latest = first;
  let show: ((message: string) => void) | undefined;
  let finish: (() => void) | undefined;
  const ended = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const timer = setTimeout(() => {
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: `Driver Plist: ${title}`,
      cancellable: true,
    };
    void vscode.window.withProgress(options, (progress, token) => {
      token.onCancellationRequested(cancel);
      show = (message) => progress.report({ message });
      if (latest !== undefined) show(latest);
      return ended;
    });
  }, LASTING);
  return {
    report(message: string): void {
      latest = message;
      show?.(message);
    },
    end(): void {
      clearTimeout(timer);
      finish?.();
    },
  };
}

/**
 * Waits for what a person asked for; where that takes a while says so, with a button to leave. Undefined when the
 * person left.
 *
 * @param ask hands the token to the server, so that it stops too
 */
export async function patiently<T>(
  title: string,
  ask: (token: vscode.CancellationToken) => Promise<T>,
): Promise<T | undefined> {
  const source = new vscode.CancellationTokenSource();
  const answer = ask(source.token);
  const quick = new Promise<'slow'>((resolve) => setTimeout(() => resolve('slow'), QUICK));
  if ((await Promise.race([answer, quick])) !== 'slow') return answer;
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (_, token) => {
    const left = new Promise<undefined>((resolve) => {
      token.onCancellationRequested(() => {
        source.cancel();
        resolve(undefined);
      });
    });
    // Nobody waits for the answer any more once the person has left.
    answer.catch(() => undefined);
    return Promise.race([answer, left]);
  });
}
