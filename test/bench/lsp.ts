/**
 * Our built server against VS Code's JSON server over standard input and output: the time from a keystroke to the
 * answer, with the same personalities, and with our own schema files handed to the JSON server. Both servers run
 * at once and take turns, so that a busy machine hits both. Needs a production build:
 * `node scripts/build.ts --production && node test/bench/lsp.ts [COUNT…]`.
 */
import { type MeasuredServer, type ServerName, startServer } from './lspServers.ts';
import { twin } from './twin.ts';

export const REQUESTS = ['diagnostics', 'completion', 'hover', 'symbols'] as const;
export type RequestName = (typeof REQUESTS)[number];

/** What is typed: a digit of a number, or a new entry that comes and goes. */
export const EDITS = ['value', 'entry'] as const;
export type EditName = (typeof EDITS)[number];

const METHODS: Record<RequestName, string> = {
  diagnostics: 'textDocument/diagnostic',
  completion: 'textDocument/completion',
  hover: 'textDocument/hover',
  symbols: 'textDocument/documentSymbol',
};

/** An open document of a server, and the places in it that are edited and asked about. */
class Session {
  readonly server: MeasuredServer;
  private readonly uri: string;
  private readonly entry: string;
  private readonly digit: Position;
  private readonly insert: Position;
  private readonly ask: Position;
  private version = 1;
  private inserted = false;
  private parity = 0;

  constructor(name: ServerName, server: MeasuredServer, text: string, middle: number) {
    this.server = server;
    const isJson = name === 'json';
    this.uri = isJson ? 'file:///bench/Info.json' : 'file:///bench/Driver.dext/Info.plist';
    this.entry = isJson
      ? '\t\t\t"IOMatchCategory": "Lamp",\n'
      : '\t\t\t<key>IOMatchCategory</key>\n\t\t\t<string>Lamp</string>\n';
    const lines = text.split('\n');
    const start = lines.findIndex((line) => line.includes(isJson ? `"Lamp ${middle}"` : `>Lamp ${middle}<`));
    const vendor = lines.findIndex((line, at) => at > start && line.includes('idVendor'));
    const product = lines.findIndex((line, at) => at > start && line.includes('idProduct'));
    const numberLine = isJson ? vendor : vendor + 1;
    this.digit = { line: numberLine, character: lines[numberLine]!.search(/\d/) + 3 };
    // Behind the place that is asked about, so that it stays.
    this.insert = { line: vendor, character: 0 };
    this.ask = { line: product, character: lines[product]!.indexOf('idProduct') + 'idProduct'.length };
  }

  async open(text: string, languageId: string): Promise<void> {
    await this.server.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri: this.uri, languageId, version: this.version, text },
    });
  }

  async edit(kind: EditName): Promise<void> {
    this.version++;
    const textDocument = { uri: this.uri, version: this.version };
    const contentChanges = [kind === 'value' ? this.valueEdit() : this.entryEdit()];
    await this.server.connection.sendNotification('textDocument/didChange', { textDocument, contentChanges });
  }

  private valueEdit(): object {
    this.parity = 1 - this.parity;
    const { line, character } = this.digit;
    const at = this.inserted ? line + this.entryLines : line;
    return {
      range: { start: { line: at, character }, end: { line: at, character: character + 1 } },
      text: `${this.parity}`,
    };
  }

  private entryEdit(): object {
    const { line } = this.insert;
    const end = { line: line + (this.inserted ? this.entryLines : 0), character: 0 };
    const text = this.inserted ? '' : this.entry;
    this.inserted = !this.inserted;
    return { range: { start: this.insert, end }, text };
  }

  private get entryLines(): number {
    return this.entry.split('\n').length - 1;
  }

  async request(name: RequestName): Promise<unknown> {
    const { line, character } = this.ask;
    const position = { line: line + (this.inserted ? this.entryLines : 0), character };
    return this.server.connection.sendRequest(METHODS[name], { textDocument: { uri: this.uri }, position });
  }
}

interface Position {
  readonly line: number;
  readonly character: number;
}

export interface LatencyRow {
  readonly personalities: number;
  readonly edit: EditName;
  readonly request: RequestName;
  /** A quarter of the runs took less, milliseconds. */
  readonly ours: number;
  readonly json: number;
  readonly oursBytes: number;
  readonly jsonBytes: number;
}

export interface LatencyBench {
  readonly rows: readonly LatencyRow[];
  readonly megabytes: readonly {
    readonly personalities: number;
    readonly plistBytes: number;
    readonly ours: { readonly heap: number; readonly rss: number };
    readonly json: { readonly heap: number; readonly rss: number };
  }[];
}

/** @param dist folder with our bundles */
export async function benchLatency(counts: readonly number[], dist?: string): Promise<LatencyBench> {
  const rows: LatencyRow[] = [];
  const megabytes: LatencyBench['megabytes'][number][] = [];
  for (const personalities of counts) {
    const rounds = personalities > 5_000 ? 7 : personalities > 500 ? 15 : 41;
    const { plist, json } = twin(personalities);
    const ours = new Session('ours', await startServer('ours', dist), plist, personalities >> 1);
    const theirs = new Session('json', await startServer('json'), json, personalities >> 1);
    await ours.open(plist, 'plist');
    await theirs.open(json, 'json');
    for (const edit of EDITS) {
      for (const request of REQUESTS) {
        const times: Record<ServerName, number[]> = { ours: [], json: [] };
        const bytes: Record<ServerName, number> = { ours: 0, json: 0 };
        const turn = async (name: ServerName, session: Session): Promise<void> => {
          const start = performance.now();
          await session.edit(edit);
          const answer = await session.request(request);
          times[name].push(performance.now() - start);
          // An answer that is empty would be no measure.
          bytes[name] = JSON.stringify(answer).length;
        };
        for (let round = 0; round < rounds; round++) {
          await turn('ours', ours);
          await turn('json', theirs);
        }
        rows.push({
          personalities,
          edit,
          request,
          // The first third warms up. Other programs only make times longer.
          ours: quarter(times.ours.slice(rounds / 3)),
          json: quarter(times.json.slice(rounds / 3)),
          oursBytes: bytes.ours,
          jsonBytes: bytes.json,
        });
      }
    }
    const memory = async ({ server }: Session) => {
      const { heapUsed, rss } = await server.usage();
      return { heap: heapUsed / 2 ** 20, rss: rss / 2 ** 20 };
    };
    megabytes.push({
      personalities,
      plistBytes: plist.length,
      ours: await memory(ours),
      json: await memory(theirs),
    });
    await ours.server.stop();
    await theirs.server.stop();
  }
  return { rows, megabytes };
}

export interface StartBench {
  /** Medians: processor time until idle after `initialized`, and wall time until the answer to `initialize`. */
  readonly ours: { readonly cpuMs: number; readonly startMs: number };
  readonly json: { readonly cpuMs: number; readonly startMs: number };
}

export async function benchStart(dist?: string, rounds = 9): Promise<StartBench> {
  const cpu: Record<ServerName, number[]> = { ours: [], json: [] };
  const wall: Record<ServerName, number[]> = { ours: [], json: [] };
  for (let round = 0; round < rounds; round++) {
    for (const name of ['ours', 'json'] as const) {
      const server = await startServer(name, dist);
      const before = await server.usage();
      cpu[name].push(before.cpuMs);
      wall[name].push(server.startMs);
      await server.stop();
    }
  }
  const of = (name: ServerName) => ({ cpuMs: median(cpu[name]), startMs: median(wall[name]) });
  return { ours: of('ours'), json: of('json') };
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >> 1]!;
}

function quarter(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >> 2]!;
}

export function printLatency({ rows, megabytes }: LatencyBench): void {
  console.log('personalities  edit   request        ours ms   JSON ms   ratio   bytes ours/JSON');
  for (const row of rows) {
    const cells = [row.ours.toFixed(2), row.json.toFixed(2), (row.ours / row.json).toFixed(2)];
    console.log(
      `${String(row.personalities).padStart(13)}  ${row.edit.padEnd(6)} ${row.request.padEnd(12)} ${cells.map((cell) => cell.padStart(9)).join('')}   ${row.oursBytes}/${row.jsonBytes}`,
    );
  }
  for (const { personalities, plistBytes, ours, json } of megabytes) {
    const size = (plistBytes / 2 ** 20).toFixed(1);
    console.log(
      `${personalities} personalities (plist ${size} MB): heap ours ${ours.heap.toFixed(0)} MB, JSON ${json.heap.toFixed(0)} MB; resident ${ours.rss.toFixed(0)} and ${json.rss.toFixed(0)} MB`,
    );
  }
}

export function printStart({ ours, json }: StartBench): void {
  console.log(
    `start: ours ${ours.cpuMs.toFixed(0)} ms of CPU, ${ours.startMs.toFixed(0)} ms to the first answer; JSON server ${json.cpuMs.toFixed(0)} and ${json.startMs.toFixed(0)} ms`,
  );
}

if (import.meta.filename === process.argv[1]) {
  const counts = process.argv.slice(2).map(Number);
  const dist = process.env.DRIVER_PLIST_DIST;
  printStart(await benchStart(dist));
  printLatency(await benchLatency(counts.length > 0 ? counts : [30, 300, 3_000, 25_000], dist));
}
