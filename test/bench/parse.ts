/**
 * Parsers side by side on one generated 5 MB plist, each in a process of its own: `node test/bench/parse.ts`.
 * `floor` only looks at each character once; nothing that reads JavaScript strings can be faster. Each candidate
 * does what it does best: libxml2 recovers, saxes and htmlparser2 only raise events, ours keeps every offset,
 * checks every value and pairs keys with values. Processor time, which other work on the machine hardly changes.
 */
import { spawnSync } from 'node:child_process';
import { parsePlist } from '../../server/src/plist/parse.ts';
import { processorTime } from '../processorTime.ts';
import { plistOfSize } from './plist-text.ts';

const RUNS = 15;

const CANDIDATES: Readonly<Record<string, () => Promise<(text: string) => unknown>>> = {
  floor: async () => (text) => {
    let sum = 0;
    for (let i = 0; i < text.length; i++) sum ^= text.charCodeAt(i);
    return sum;
  },
  ours: async () => (text) => parsePlist(text).size,
  'libxml2-wasm': async () => {
    const { ParseOption, XmlDocument } = await import('libxml2-wasm');
    return (text) => {
      const document = XmlDocument.fromString(text, { option: ParseOption.XML_PARSE_RECOVER });
      const { name } = document.root;
      document.dispose();
      return name;
    };
  },
  saxes: async () => {
    const { SaxesParser } = await import('saxes');
    return (text) => {
      let count = 0;
      const parser = new SaxesParser({ position: true });
      parser.on('opentag', () => {
        count += parser.position > 0 ? 1 : 0;
      });
      parser.on('text', (part) => {
        count += part.length;
      });
      parser.write(text).close();
      return count;
    };
  },
  htmlparser2: async () => {
    const { Parser } = await import('htmlparser2');
    return (text) => {
      let count = 0;
      const parser = new Parser(
        {
          onopentag: () => {
            count += parser.startIndex > 0 ? 1 : 0;
          },
          ontext: (part) => {
            count += part.length;
          },
        },
        { xmlMode: true },
      );
      parser.end(text);
      return count;
    };
  },
  'fast-xml-parser': async () => {
    const { XMLParser } = await import('fast-xml-parser');
    return (text) => new XMLParser({ preserveOrder: true, captureMetaData: true }).parse(text);
  },
  '@lezer/xml': async () => {
    const { parser } = await import('@lezer/xml');
    return (text) => parser.parse(text).length;
  },
  plist: async () => {
    const { parse } = await import('plist');
    return (text) => parse(text);
  },
};

interface Result {
  readonly median: number;
  readonly best: number;
  readonly first: number;
}

async function measure(name: string): Promise<Result> {
  const run = await CANDIDATES[name]!();
  const text = plistOfSize(5_000_000);
  const times: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    times.push(processorTime(() => run(text)));
  }
  const first = times[0]!;
  times.sort((a, b) => a - b);
  return { median: times[RUNS >> 1]!, best: times[0]!, first };
}

function report(): void {
  const text = plistOfSize(5_000_000);
  const size = Buffer.byteLength(text) / 1e6;
  const results = new Map<string, Result>();
  for (const name of Object.keys(CANDIDATES)) {
    const child = spawnSync(process.execPath, [import.meta.filename, name], {
      encoding: 'utf8',
      timeout: 120_000,
    });
    try {
      results.set(name, JSON.parse(child.stdout) as Result);
    } catch {
      console.log(`${name}: failed\n${child.stderr.slice(0, 400)}`);
    }
  }
  const ours = results.get('ours')!;
  console.log(
    `${size.toFixed(2)} MB, ${RUNS} runs, node ${process.version}; MB/s and "ours is" by the median`,
  );
  const columns = ['median ms', 'best ms', 'first ms', 'MB/s', 'ours is', 'by best'];
  console.log(''.padEnd(16) + columns.map((column) => column.padStart(11)).join(''));
  for (const [name, { median, best, first }] of results) {
    const ratios = [median / ours.median, best / ours.best].map((ratio) => `${ratio.toFixed(2)} x`);
    const cells = [median.toFixed(1), best.toFixed(1), first.toFixed(1), ((size / median) * 1000).toFixed(1)];
    console.log(name.padEnd(16) + [...cells, ...ratios].map((cell) => cell.padStart(11)).join(''));
  }
}

const name = process.argv[2];
if (name) process.stdout.write(JSON.stringify(await measure(name)));
else report();
