/**
 * The test command: `npm test` runs every step, `npm test -- unit lsp` some.
 * A step is a program; a step that counts its tests adds them, one that does not counts as one test.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface Step {
  name: string;
  /** Program and arguments, run by the project's own Node when it is a script. */
  command: string[];
  /** The program writes its counts to the file named in DRIVER_PLIST_TEST_COUNTS. */
  counts?: boolean;
  /** Drives windows or other editors, where a busy machine can lose a key: what fails is run once more, and told. */
  again?: boolean;
}

const root = path.resolve(import.meta.dirname, '..');
const bin = (name: string) => path.join(root, 'node_modules/.bin', name);

function nodeTests(name: string, ...folders: string[]): Step {
  const files = folders.flatMap((folder) => globSync(`test/${folder}/**/*.test.ts`, { cwd: root })).sort();
  const reporter = '--test-reporter=./scripts/test-reporter.ts';
  // A test that waits for ever fails after two minutes, so that the others are told of.
  const flags = [
    '--test',
    '--import=./test/seed.ts',
    reporter,
    '--test-concurrency=2',
    '--test-timeout=120000',
  ];
  return { name, command: [process.execPath, ...flags, ...files], counts: true };
}

const steps: Step[] = [
  { name: 'lint', command: [bin('biome'), 'ci', '--colors=off', '.'] },
  { name: 'types', command: [bin('tsc'), '-p', 'tsconfig.json'] },
  { name: 'build', command: [process.execPath, 'scripts/build.ts'] },
  nodeTests('unit', 'unit', 'fuzz'),
  nodeTests('cli', 'cli'),
  { ...nodeTests('lsp', 'lsp', 'soak'), again: true },
  nodeTests('corpus', 'corpus'),
  { name: 'vscode', command: [process.execPath, 'test/vscode/run.ts'], counts: true, again: true },
  { name: 'ui', command: [process.execPath, 'test/vscode/ui.ts'], counts: true, again: true },
  { name: 'views', command: [process.execPath, 'test/vscode/views.ts'], counts: true, again: true },
  { name: 'access', command: [process.execPath, 'test/vscode/access.ts'], counts: true, again: true },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(`No such step: ${unknown.join(', ')}. Steps: ${steps.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}

const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const summary: string[] = [];
for (const step of steps) {
  if (wanted.length > 0 && !wanted.includes(step.name)) continue;
  const started = performance.now();
  console.log(`\n== ${step.name}`);
  let counts = run(step);
  if (step.again && counts.failed > 0) {
    console.log(
      `\n== ${step.name}: ${counts.failed} wrong, so the whole step is run a second time, which decides`,
    );
    counts = run(step);
  }
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  summary.push(
    `${step.name.padEnd(8)} ${String(counts.passed).padStart(6)} ok ${String(counts.failed).padStart(4)} wrong ${String(counts.skipped).padStart(4)} skipped  ${seconds} s`,
  );
  // Nothing after a failed build means anything.
  if (step.name === 'build' && counts.failed > 0) break;
}
console.log(`\n${summary.join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

function run(step: Step): Counts {
  const [program = '', ...args] = step.command;
  const folder = mkdtempSync(path.join(tmpdir(), 'driver-plist-test-'));
  const file = path.join(folder, 'counts.json');
  try {
    const { status, error, signal } = spawnSync(program, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, DRIVER_PLIST_TEST_COUNTS: file },
      shell: process.platform === 'win32' && !program.endsWith('.exe'),
    });
    if (error) console.error(`${step.name} could not be started: ${error.message}`);
    if (signal) console.error(`${step.name} was ended by ${signal}`);
    const good = status === 0;
    if (!step.counts) return { passed: good ? 1 : 0, failed: good ? 0 : 1, skipped: 0 };
    if (!existsSync(file)) {
      console.error(`${step.name} ended with ${status} and counted no test`);
      return { passed: 0, failed: 1, skipped: 0 };
    }
    const counts = JSON.parse(readFileSync(file, 'utf8')) as Counts;
    if (good && counts.passed + counts.skipped > 0) return counts;
    return { ...counts, failed: Math.max(1, counts.failed) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
