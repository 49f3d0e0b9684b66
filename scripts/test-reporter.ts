/** Reporter for node:test: prints what failed or was skipped, and leaves the counts for `scripts/test.ts`. */
import { writeFileSync } from 'node:fs';
import type { TestEvent } from 'node:test/reporters';

export default async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for await (const event of source) {
    if (event.type === 'test:stdout' || event.type === 'test:stderr') yield event.data.message;
    if (event.type === 'test:diagnostic' && event.data.level === 'error') yield `${event.data.message}\n`;
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const { name, file, skip } = event.data;
    const place = file ? `  (${file.replace(`${process.cwd()}/`, '')})` : '';
    if (event.type === 'test:fail') {
      const error = event.data.details.error as Error & { cause?: unknown; failureType?: string };
      // A suite fails because a test in it failed: that one has been told already.
      if (error.failureType === 'subtestsFailed') continue;
      counts.failed++;
      const cause = error.cause ?? error;
      yield `FAIL ${name}${place}\n${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}\n`;
    } else if (skip !== undefined && skip !== false) {
      counts.skipped++;
      yield `skip ${name}${typeof skip === 'string' ? `: ${skip}` : ''}${place}\n`;
    } else if (event.data.details.type !== 'suite') {
      counts.passed++;
    }
  }
  const out = process.env.DRIVER_PLIST_TEST_COUNTS;
  if (out) writeFileSync(out, JSON.stringify(counts));
  yield `${counts.passed} ok, ${counts.failed} wrong, ${counts.skipped} skipped\n`;
}
