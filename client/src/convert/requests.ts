/** The requests about conversion, by name and type. */
import { l10n } from 'vscode';
import type {
  CHECK_NAMES_REQUEST,
  CheckNamesParams,
  CONVERT_REQUEST,
  ConvertAnswer,
  ConvertParams,
  FAMILIES_REQUEST,
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

export function askForFamilies(session: Session): Promise<readonly ShownFamily[]> {
  return session.request<readonly ShownFamily[]>(FAMILIES, {});
}

export function askForNewBundle(session: Session, params: NewBundleParams): Promise<NewBundleAnswer> {
  return session.request<NewBundleAnswer>(NEW_BUNDLE, params);
}
