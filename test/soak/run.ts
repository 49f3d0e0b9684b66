/** The long soak: `npm run soak -- [--edits N] [--seed S]`. Prints the memory as it goes; needs a build. */
import { parseArgs } from 'node:util';
import { growth, soak } from './soak.ts';

const { values } = parseArgs({
  options: {
    edits: { type: 'string', default: '40000' },
    seed: { type: 'string', default: '1' },
  },
});
const edits = Number(values.edits);
if (!(edits >= 100)) {
  console.error('Usage: npm run soak -- [--edits N] [--seed S], at least 100 edits');
  process.exit(2);
}
const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
const { requests, samples } = await soak({
  edits,
  seed: Number(values.seed),
  every: Math.ceil(edits / 20),
  onSample: (sample) =>
    console.log(
      `${String(sample.edits).padStart(8)} edits  heap ${megabytes(sample.heap).padStart(6)} MB  resident ${megabytes(sample.rss).padStart(6)} MB`,
    ),
});
console.log(`${edits} edits, ${requests} requests, growth of the heap ${megabytes(growth(samples))} MB`);
