/** Reads files that nobody named by hand: what lies in a folder may be a pipe or a device. */

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** Larger files fit in no string of the engine. */
const SIZE_LIMIT = 256 * 1024 * 1024;

/**
 * The bytes of a regular file, or of what a link leads to. Rejects for folders, pipes and devices, whose reading
 * may never end, and for files of more than 256 MB.
 */
export async function readRegularFile(path: string): Promise<Buffer> {
  // A pipe without a writer would keep even the opening waiting.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const info = await handle.stat();
    if (!info.isFile()) throw new Error(`${path} is no regular file`);
    if (info.size > SIZE_LIMIT) throw new Error(`${path} is larger than ${SIZE_LIMIT / 1024 / 1024} MB`);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}
