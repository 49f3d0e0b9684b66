/** Conversion in the editor: commands of menus, light bulb and palette. */
import * as vscode from 'vscode';
import type { ConvertTarget } from '../../../server/src/lsp/convertMessages.ts';
import type { BundleItem } from '../../../server/src/lsp/workspaceMessages.ts';
import type { RegistryDump } from '../match/registry.ts';
import type { Session } from '../session.ts';
import { convertKext, type GivenOptions } from './convert.ts';
import { newDriverBundle } from './newBundle.ts';
import { createReports } from './write.ts';

/** What the light bulb and other extensions call `driverPlist.convert` with. */
interface ConvertCall extends GivenOptions {
  readonly uri?: string;
  readonly target?: ConvertTarget;
  /** One of several personalities. */
  readonly personality?: string;
}

export function registerConversion(session: Session, dump: RegistryDump): vscode.Disposable {
  const reports = createReports();
  const command = (name: string, run: (...args: never[]) => unknown) =>
    vscode.commands.registerCommand(`driverPlist.${name}`, run);
  const to = (target: ConvertTarget) => (source?: unknown) =>
    convertKext(session, reports, target, uriOf(source));
  return vscode.Disposable.from(
    reports,
    command('convertToDext', to('codeless-dext')),
    command('convertToKext', to('codeless-kext')),
    command('newBundle', (folder?: unknown) => newDriverBundle(session, dump, reports, uriOf(folder))),
    command('convert', ({ uri, target = 'codeless-dext', personality, ...given }: ConvertCall = {}) =>
      convertKext(session, reports, target, uri === undefined ? undefined : vscode.Uri.parse(uri), {
        ...given,
        ...(personality === undefined ? {} : { personalities: [personality] }),
      }),
    ),
  );
}

/** What a menu hands over: a file of the explorer, or a bundle of the Driver Bundles view. */
function uriOf(given: unknown): vscode.Uri | undefined {
  if (given instanceof vscode.Uri) return given;
  const { location } = (given ?? {}) as Partial<BundleItem>;
  return location === undefined ? undefined : vscode.Uri.parse(location.uri);
}
