/** The extension where extensions run on Node: desktop and remote hosts. The server is a process of its own. */
import type { ExtensionContext } from 'vscode';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';
import { activateWith, type DriverPlistApi } from './extension.ts';
import type { Session } from './session.ts';

let session: Session | undefined;

export function activate(context: ExtensionContext): DriverPlistApi {
  const module = context.asAbsolutePath('dist/server.js');
  session = activateWith(context, (options) => {
    const run = { module, transport: TransportKind.ipc };
    const debug = { ...run, options: { execArgv: ['--nolazy', '--inspect=6009'] } };
    return new LanguageClient('driverPlist', 'Driver Plist', { run, debug }, options);
  });
  return { kindOf: session.kindOf };
}

export function deactivate(): Promise<void> | undefined {
  return session?.stop();
}
