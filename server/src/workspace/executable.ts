/** The program of a built bundle: which architectures it has, and what it is signed with. */
import { executablePlaces } from './bundles.ts';
import { readMachO } from './macho.ts';
import { type ReadPart, readSignature, type Signature } from './signature.ts';
import type { FileSystem, PlistDocument } from './types.ts';

/** The program of a built bundle. */
export interface Executable {
  readonly uri: string;
  /** Empty when the file is there and no Mach-O; undefined when there is no such file. */
  readonly architectures: readonly string[] | undefined;
  /** Undefined when it is not signed, or not there. */
  readonly signature: Signature | undefined;
}

/** Larger ones are passed over where a file can be read only as a whole. */
const MAX_BYTES = 50_000_000;
/** Holds the header of a fat file. */
const HEADER = 4096;

/**
 * Finds and reads the program that an Info.plist names. Never rejects.
 *
 * @returns undefined without CFBundleExecutable, for a skeleton among sources that has no program yet, and for a
 *   file that cannot be read
 */
export async function readExecutable(
  fs: FileSystem,
  { uri, tree, kind }: PlistDocument,
): Promise<Executable | undefined> {
  const name = tree.root?.get('CFBundleExecutable')?.string?.trim();
  if (!name || name.includes('/')) return undefined;
  const places = executablePlaces(uri, name);
  for (const place of places) {
    const found = await fs.stat(place).catch(() => undefined);
    if (found?.type !== 'file') continue;
    const read = partsOf(fs, place, found.size);
    const header = await read(0, HEADER).catch(() => undefined);
    if (!header) return undefined;
    const architectures = readMachO(header)?.architectures ?? [];
    return { uri: place, architectures, signature: await readSignature(read) };
  }
  if (kind.kind !== 'kext' && kind.kind !== 'codeless-kext') return undefined;
  // A bundle's skeleton among the sources has no program yet; what is signed or has a folder for it is finished.
  const folder = uri.slice(0, uri.lastIndexOf('/'));
  for (const mark of ['MacOS', '_CodeSignature']) {
    if ((await fs.stat(`${folder}/${mark}`).catch(() => undefined))?.type !== 'directory') continue;
    return { uri: places[0] ?? uri, architectures: undefined, signature: undefined };
  }
  return undefined;
}

function partsOf(fs: FileSystem, uri: string, size: number): ReadPart {
  if (fs.readPart) return (start, length) => fs.readPart!(uri, start, length);
  let whole: Promise<Uint8Array> | undefined;
  return async (start, length) => {
    if (size > MAX_BYTES) throw new Error(`${uri} is larger than ${MAX_BYTES} bytes`);
    whole ??= fs.readFile(uri);
    return (await whole).subarray(start, start + length);
  };
}
