/** How the server talks to its client, by the arguments that LSP 3.17 names ("Implementation considerations"). */

export type Transport =
  | { readonly kind: 'stdio' }
  | { readonly kind: 'node-ipc' }
  | { readonly kind: 'socket'; readonly port: number }
  | { readonly kind: 'pipe'; readonly name: string };

/** A value follows `=` or is the next argument. */
const WITH_VALUE = new Set(['--socket', '--port', '--pipe', '--clientProcessId']);

const LAST_PORT = 65_535;

/** The way that the arguments choose, or in words why they choose none. Never throws. */
export function readTransport(args: readonly string[]): Transport | { readonly problem: string } {
  const found: { readonly text: string; readonly transport: Transport }[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    const equals = arg.indexOf('=');
    const name = equals < 0 ? arg : arg.slice(0, equals);
    if (arg === '--stdio') found.push({ text: arg, transport: { kind: 'stdio' } });
    else if (arg === '--node-ipc') found.push({ text: arg, transport: { kind: 'node-ipc' } });
    else if (WITH_VALUE.has(name)) {
      const next = args[i + 1];
      // `--socket --port=N` is one way.
      if (name === '--socket' && equals < 0 && next?.startsWith('--port')) continue;
      const value = equals < 0 ? next : arg.slice(equals + 1);
      if (equals < 0) i++;
      if (value === undefined || value === '' || (equals < 0 && value.startsWith('--')))
        return { problem: `${name} needs a value.` };
      if (name === '--pipe') found.push({ text: arg, transport: { kind: 'pipe', name: value } });
      else if (!/^\d{1,9}$/.test(value)) {
        return { problem: `${name} needs a number, not ${JSON.stringify(value)}.` };
      } else if (name === '--clientProcessId') continue;
      else if (Number(value) < 1 || Number(value) > LAST_PORT) {
        return { problem: `${name} needs a port from 1 to ${LAST_PORT}, not ${value}.` };
      } else found.push({ text: arg, transport: { kind: 'socket', port: Number(value) } });
    } else return { problem: `Unknown argument ${JSON.stringify(arg)}.` };
  }
  const [first] = found;
  if (first === undefined) {
    return {
      problem: 'Say how to talk to the client: --stdio, --node-ipc, --socket=PORT or --pipe=NAME.',
    };
  }
  if (found.length > 1)
    return { problem: `Only one of ${found.map(({ text }) => text).join(', ')} can be used.` };
  return first.transport;
}
