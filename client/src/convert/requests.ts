/** The requests about conversion, by name and type. */

import * as vscode from 'vscode';
import { l10n } from 'vscode';
import type {
  CHECK_NAMES_REQUEST,
  CheckNamesParams,
  CONVERT_REQUEST,
  ConvertAnswer,
  ConvertParams,
  FAMILIES_REQUEST,
  HOST_APPS_REQUEST,
  HostAppsAnswer,
  HostAppsParams,
  NEW_BUNDLE_REQUEST,
  NewBundleAnswer,
  NewBundleParams,
  ShownFamily,
} from '../../../server/src/lsp/convertMessages.ts';
import { patiently } from '../progress.ts';
import type { Session } from '../session.ts';

const CONVERT: typeof CONVERT_REQUEST = 'driverPlist/convert';
const CHECK: typeof CHECK_NAMES_REQUEST = 'driverPlist/checkNames';
const FAMILIES: typeof FAMILIES_REQUEST = 'driverPlist/families';
const HOST_APPS: typeof HOST_APPS_REQUEST = 'driverPlist/hostApps';
const NEW_BUNDLE: typeof NEW_BUNDLE_REQUEST = 'driverPlist/newBundle';

/** Undefined when the person did not want to wait. */
export function askForPlan(session: Session, params: ConvertParams): Promise<ConvertAnswer | undefined> {
  return patiently(l10n.t('Planning the conversion'), (token) =>
    session.request<ConvertAnswer>(CONVERT, params, token),
  );
}

/** The first thing that is wrong with a name, for the input box. */
export async function problemOf(session: Session, params: CheckNamesParams): Promise<string | undefined> {
  const [first] = await session.request<readonly string[]>(CHECK, params);
  return first;
}

export function askForHostApps(session: Session, params: HostAppsParams): Promise<HostAppsAnswer> {
  return session.request<HostAppsAnswer>(HOST_APPS, params);
}

export function askForFamilies(session: Session): Promise<readonly ShownFamily[]> {
  return session.request<readonly ShownFamily[]>(FAMILIES, {});
}

/** Undefined when the person stopped it. */
export function askForNewBundle(
  session: Session,
  params: NewBundleParams,
): Promise<NewBundleAnswer | undefined> {
  return withProgress((token) => session.request<NewBundleAnswer>(NEW_BUNDLE, params, token));
}

/** A plan that takes longer than this is worth a notification, in milliseconds. */
const PATIENCE = 500;

/**
 * Shows a notification with a button to stop, but only once the work has taken a while: most plans are there before
 * a person could read it.
 */
async function withProgress<T>(run: (token: vscode.CancellationToken) => Promise<T>): Promise<T | undefined> {
  const source = new vscode.CancellationTokenSource();
  const stopped = new Promise<undefined>((resolve) => {
    source.token.onCancellationRequested(() => resolve(undefined));
  });
  const work = run(source.token);
  const timer = setTimeout(() => {
    const title = vscode.l10n.t('Planning the driver…');
    const location = vscode.ProgressLocation.Notification;
    void vscode.window.withProgress({ location, title, cancellable: true }, async (_, token) => {
      token.onCancellationRequested(() => source.cancel());
      await Promise.race([work, stopped]).catch(() => undefined);
    });
  }, PATIENCE);
  try {
    return await Promise.race([work, stopped]);
  } finally {
    clearTimeout(timer);
    // What answers a stopped request, or fails with it, is nobody’s business any more.
    void work.catch(() => undefined).finally(() => source.dispose());
  }
}
