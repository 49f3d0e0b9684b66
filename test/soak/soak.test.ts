import assert from 'node:assert/strict';
import { test } from 'node:test';
import { growth, soak } from './soak.ts';

test('edits, requests, cancellations and floods leave the text right and the memory flat', async () => {
  const { samples } = await soak({ edits: 3_000, seed: 7, every: 300 });
  const { heap } = samples.at(-1)!;
  assert.ok(heap < 80 * 2 ** 20, `${heap} bytes of heap`);
  assert.ok(growth(samples) < 3 * 2 ** 20, `heap by sample: ${samples.map((one) => one.heap).join(', ')}`);
});
