/** Positions that are told line by line are those of the document itself. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { positionAt, positionsOf } from '../../../server/src/service/text.ts';
import { openDocument } from '../../../server/src/workspace/document.ts';

const text = fc.array(fc.constantFrom('a', '<key>', '\n', '\r', '\r\n', '\n\n', 'é'), { maxLength: 60 });

test('any offsets in any order, within line breaks and beyond the end too', () => {
  fc.assert(
    fc.property(text, fc.array(fc.nat(130), { maxLength: 40 }), fc.boolean(), (parts, offsets, inOrder) => {
      const document = openDocument('file:///x.plist', parts.join(''));
      const position = positionsOf(document);
      if (inOrder) offsets.sort((a, b) => a - b);
      for (const offset of offsets) {
        assert.deepEqual(position(offset), positionAt(document, offset), `offset ${offset}`);
      }
    }),
    { numRuns: 2000 },
  );
});
