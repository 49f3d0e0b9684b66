/** Every target of `npm run fuzz` for a moment, with the seed of `test/seed.ts`. */
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { targets } from './targets.ts';

describe('damaged input', () => {
  for (const { name, property } of targets) {
    test(name, () => {
      fc.assert(property, { numRuns: 400, interruptAfterTimeLimit: 1_500, markInterruptAsFailure: false });
    });
  }
});
