/**
 * Long fuzzing: `npm run fuzz -- [--minutes N] [--seed S] [TARGET…]`. Runs every target in turn with ever new
 * seeds until the time is over; a broken property is shrunk, printed with its seed and counted, and the others go
 * on. Exit status 1 when anything was found.
 */
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { type Target, targets } from './targets.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: 'string', default: '1' }, seed: { type: 'string' } },
});

const minutes = Number(values.minutes);
const unknown = positionals.filter((name) => !targets.some((one) => one.name === name));
if (!(minutes > 0) || unknown.length > 0) {
  console.error(
    `Usage: npm run fuzz -- [--minutes N] [--seed S] [TARGET…]\nTargets: ${targets.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}

const chosen = targets.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const end = performance.now() + minutes * 60_000;
const counts = new Map<string, number>();
const found = new Set<string>();
let seed = Number(values.seed ?? Date.now() % 1_000_000_000);
let runs = 0;

/** About a second of one target. */
function turn({ name, property }: Target): void {
  seed++;
  const details: fc.RunDetails<unknown> = fc.check(property as fc.IProperty<unknown>, {
    seed,
    numRuns: 1_000_000,
    interruptAfterTimeLimit: 1_000,
    endOnFailure: false,
  });
  runs += details.numRuns;
  counts.set(name, (counts.get(name) ?? 0) + details.numRuns);
  if (!details.failed || details.counterexample === null) return;
  const error = details.errorInstance;
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  // One fault is found again and again: told once for each place in the code.
  const place = `${name} ${message.split('\n').slice(0, 4).join('\n').replace(/\d+/g, '#')}`;
  if (found.has(place)) return;
  found.add(place);
  console.log(`\n=== ${name}, seed ${seed}, path ${details.counterexamplePath}`);
  console.log(message.split('\n').slice(0, 14).join('\n'));
  console.log(`input: ${fc.stringify(details.counterexample).slice(0, 4_000)}`);
}

while (performance.now() < end) {
  for (const one of chosen) {
    if (performance.now() >= end) break;
    // The last line tells where a run hangs that never ends.
    process.stderr.write(`\r${one.name.padEnd(12)} seed ${seed + 1}`);
    turn(one);
  }
}
console.log(`\n${runs} inputs, ${found.size} different failures`);
console.log([...counts].map(([name, count]) => `${name} ${count}`).join(', '));
process.exitCode = found.size > 0 ? 1 : 0;
