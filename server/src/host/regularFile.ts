/** Reads files that nobody named by hand: what lies in a folder may be a pipe or a device. */

import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** Larger files fit in no string of the engine. */
const SIZE_LIMIT = 256 * 1024 * 1024;

/**
 * The bytes of a regular file, or of what a link leads to. Rejects for folders, pipes and devices, whose reading
 * may never end, and for files of more than 256 MB.
 */
export async function readRegularFile(path: string): Promise<Buffer> {
  return withRegularFile(path, async (handle, size) => {
    if (size > SIZE_LIMIT) throw new Error(`${path} is larger than ${SIZE_LIMIT / 1024 / 1024} MB`);
    return handle.readFile();
  });
}

/** Some bytes of a regular file of any size; fewer where it ends before. Rejects as {@link readRegularFile} does. */
export async function readRegularPart(path: string, start: number, length: number): Promise<Uint8Array> {
  return withRegularFile(path, async (handle, size) => {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, size - start)));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
    return bytes.subarray(0, bytesRead);
  });
}

async function withRegularFile<T>(
  path: string,
  use: (handle: FileHandle, size: number) => Promise<T>,
): Promise<T> {
  // A pipe without a writer would keep even the opening waiting.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const info = await handle.stat();
    if (!info.isFile()) throw new Error(`${path} is no regular file`);
    return await use(handle, info.size);
  } finally {
    await handle.close();
  }
}
