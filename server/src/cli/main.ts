/** `driver-plist`: the command line. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import manifest from '../../../package.json' with { type: 'json' };
import { nearest } from '../schema/nearest.ts';
import { UsageError } from './args.ts';
import { convertUsage, runConvert } from './convert.ts';
import { runExplain } from './explain.ts';
import type { CliIo } from './io.ts';
import { runLint } from './lint.ts';
import { matchUsage, runMatch } from './match.ts';
import { progressLine } from './progress.ts';
import { safe } from './terminal.ts';
import { explainUsage, lintUsage, usage } from './usage.ts';

interface Command {
  readonly usage: string;
  readonly run: (args: readonly string[], io: CliIo) => Promise<number>;
}

const COMMANDS: { readonly [name: string]: Command } = {
  lint: { usage: lintUsage, run: (args, io) => runLint(args, io, manifest.version) },
  convert: { usage: convertUsage, run: runConvert },
  match: { usage: matchUsage, run: runMatch },
  explain: { usage: explainUsage, run: (args, io) => Promise.resolve(runExplain(args, io)) },
};

const SEE = 'All options:';

/** Returns the exit status; see DESIGN in the README: 0 fine, 1 findings, 2 the work could not be done. */
async function main(args: readonly string[], io: CliIo): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) {
    io.error(usage);
    return 2;
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    const topic = rest[0];
    const command = topic !== undefined && Object.hasOwn(COMMANDS, topic) ? COMMANDS[topic] : undefined;
    io.write(command?.usage ?? usage);
    return 0;
  }
  if (name === '--version' || name === '-v') {
    io.write(`${manifest.version}\n`);
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    const guess = nearest(name, [...Object.keys(COMMANDS), '--help', '--version']);
    const hint = guess === undefined ? '' : ` Did you mean ${guess}?`;
    const hasPath = existsSync(name) ? ` To check files: driver-plist lint ${safe(name)}` : '';
    io.error(
      `driver-plist: there is no command ${JSON.stringify(name)}.${hint}${hasPath}\n${SEE} driver-plist --help\n`,
    );
    return 2;
  }
  const beforePaths = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest;
  if (beforePaths.includes('--help') || beforePaths.includes('-h')) {
    io.write(command.usage);
    return 0;
  }
  try {
    const status = await command.run(rest, io);
    io.progress.clear();
    return status;
  } catch (error) {
    if (error instanceof UsageError) {
      io.error(`driver-plist ${name}: ${safe(error.message)}\n${SEE} driver-plist ${name} --help\n`);
      return 2;
    }
    io.error(`driver-plist ${name}: ${error instanceof Error ? error.stack : String(error)}\n`);
    return 2;
  }
}

/** Standard streams; a reader that goes away (`| head`) ends the run quietly. */
function processIo(): CliIo {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    process.stderr.write(`driver-plist: standard output: ${error.message}\n`);
    process.exit(2);
  });
  process.stderr.on('error', () => {});
  const progress = progressLine(process.stderr, process.env.TERM);
  const writeTo = (stream: NodeJS.WriteStream) => (text: string) => {
    if (text === '') return;
    progress.clear();
    stream.write(text);
  };
  let stdin: Promise<Uint8Array> | undefined;
  return {
    write: writeTo(process.stdout),
    error: writeTo(process.stderr),
    progress,
    readStdin() {
      stdin ??= allOf(process.stdin);
      return stdin;
    },
    cwd: process.cwd(),
    color: wantsColor(),
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
  };
}

async function allOf(stream: NodeJS.ReadableStream): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(stream, 'end');
  return Buffer.concat(chunks);
}

/** https://no-color.org and the FORCE_COLOR that Node's own tools know. */
function wantsColor(): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0';
  return process.stdout.isTTY === true && TERM !== 'dumb';
}

main(process.argv.slice(2), processIo()).then((status) => {
  process.exitCode = status;
});
