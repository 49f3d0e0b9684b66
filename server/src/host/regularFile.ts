/** Reads files that nobody named by hand: what lies in a folder may be a pipe or a device. */

import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** Larger files fit in no string of the engine. */
const SIZE_LIMIT = 256 * 1024 * 1024;

// A pipe without a writer would keep even the opening waiting.
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * The bytes of a regular file, or of what a link leads to. Rejects for folders, pipes and devices, whose reading
 * may never end, and for files of more than 256 MB.
 */
export async function readRegularFile(path: string): Promise<Buffer> {
  return withRegularFile(path, async (handle, size) => {
    if (size > SIZE_LIMIT) throw tooLarge(path);
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
  const handle = await open(path, FLAGS);
  try {
    return await use(handle, sizeOf(path, await handle.stat()));
  } finally {
    await handle.close();
  }
}

/** As {@link readRegularFile}, but keeps the thread waiting, and throws. */
export function readRegularFileSync(path: string): Buffer {
  return withRegularFileSync(path, (file, size) => {
    if (size > SIZE_LIMIT) throw tooLarge(path);
    return readFileSync(file);
  });
}

/** As {@link readRegularPart}, but keeps the thread waiting, and throws. */
export function readRegularPartSync(path: string, start: number, length: number): Uint8Array {
  return withRegularFileSync(path, (file, size) => {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, size - start)));
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, start));
  });
}

function withRegularFileSync<T>(path: string, use: (file: number, size: number) => T): T {
  const file = openSync(path, FLAGS);
  try {
    return use(file, sizeOf(path, fstatSync(file)));
  } finally {
    closeSync(file);
  }
}

function sizeOf(path: string, info: { isFile(): boolean; readonly size: number }): number {
  if (!info.isFile()) throw new Error(`${path} is no regular file`);
  return info.size;
}

function tooLarge(path: string): Error {
  return new Error(`${path} is larger than ${SIZE_LIMIT / 1024 / 1024} MB`);
}
