/**
 * What the code signature of a program says: its entitlements, its identifier, its team.
 *
 * Layout: apple-oss-distributions/xnu osfmk/kern/cs_blobs.h (blobs), EXTERNAL_HEADERS/mach-o/{loader,fat}.h
 * (where the signature lies). Everything in a signature is big endian.
 */

export interface Signature {
  /** The XML property list of the entitlements; undefined when the program is signed without. */
  readonly entitlements: string | undefined;
  /** The identifier that it was signed as; for a bundle its bundle id. */
  readonly identifier: string | undefined;
  /** Ten letters and digits; undefined for programs of Apple and for those signed by nobody. */
  readonly team: string | undefined;
  /** Signed without a certificate (`codesign -s -`). */
  readonly adHoc: boolean;
  /** A part of the system itself, by Apple. */
  readonly platform: boolean;
}

/** Bytes of a file from an offset on; fewer when the file ends before. May reject. */
export type ReadPart = (start: number, length: number) => Promise<Uint8Array>;

const FAT = 0xcafebabe;
const FAT_64 = 0xcafebabf;
const MAX_SLICES = 32;
const MAX_COMMANDS = 1_000_000;
/** Of a signature this much is read: the blobs asked for lie in front of the hashes' and the certificates' bulk. */
const MAX_SIGNATURE = 4_000_000;
const MAX_BLOBS = 64;

const LC_CODE_SIGNATURE = 0x1d;
const EMBEDDED_SIGNATURE = 0xfade0cc0;
const CODE_DIRECTORY = 0xfade0c02;
const ENTITLEMENTS = 0xfade7171;
const CS_ADHOC = 0x2;
/** From these versions on a code directory has a team. */
const SUPPORTS_TEAM = 0x20200;

/**
 * Reads the signature of a Mach-O file: of a fat one that of the first slice which has one. Reads little of the
 * file, whatever it holds. Never rejects.
 *
 * @returns undefined for a file that is not signed, is damaged there, or is no Mach-O
 */
export async function readSignature(read: ReadPart): Promise<Signature | undefined> {
  try {
    for (const slice of await slicesOf(read)) {
      const place = await placeOf(read, slice);
      if (!place) continue;
      const bytes = await read(slice + place.offset, Math.min(place.size, MAX_SIGNATURE));
      const signature = signatureIn(bytes);
      if (signature) return signature;
    }
  } catch {
    // Read past the end, or unreadable: there is nothing to say of it.
  }
  return undefined;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Offsets at which a Mach-O header may stand. */
async function slicesOf(read: ReadPart): Promise<number[]> {
  const view = viewOf(await read(0, 8 + MAX_SLICES * 32));
  const magic = view.getUint32(0);
  if (magic !== FAT && magic !== FAT_64) return [0];
  const count = view.getUint32(4);
  if (count > MAX_SLICES) return [];
  return Array.from({ length: count }, (_, index) =>
    magic === FAT ? view.getUint32(8 + index * 20 + 8) : Number(view.getBigUint64(8 + index * 32 + 8)),
  );
}

/** Where the signature lies, counted from the header of the slice. */
async function placeOf(read: ReadPart, slice: number): Promise<{ offset: number; size: number } | undefined> {
  const header = viewOf(await read(slice, 32));
  const magics = [0xfeedface, 0xfeedfacf];
  const little = magics.includes(header.getUint32(0, true));
  if (!little && !magics.includes(header.getUint32(0))) return undefined;
  const start = header.getUint32(0, little) === 0xfeedfacf ? 32 : 28;
  const size = Math.min(header.getUint32(20, little), MAX_COMMANDS);
  const commands = viewOf(await read(slice + start, size));
  for (let at = 0; at + 16 <= commands.byteLength; ) {
    if (commands.getUint32(at, little) === LC_CODE_SIGNATURE) {
      return { offset: commands.getUint32(at + 8, little), size: commands.getUint32(at + 12, little) };
    }
    const length = commands.getUint32(at + 4, little);
    if (length < 8) return undefined;
    at += length;
  }
  return undefined;
}

function signatureIn(bytes: Uint8Array): Signature | undefined {
  const view = viewOf(bytes);
  if (view.getUint32(0) !== EMBEDDED_SIGNATURE) return undefined;
  const count = Math.min(view.getUint32(8), MAX_BLOBS);
  let directory: Omit<Signature, 'entitlements'> | undefined;
  let entitlements: string | undefined;
  for (let index = 0; index < count; index++) {
    const at = view.getUint32(12 + index * 8 + 4);
    if (at + 8 > bytes.length) continue;
    const magic = view.getUint32(at);
    const blob = bytes.subarray(at, Math.min(at + view.getUint32(at + 4), bytes.length));
    if (magic === CODE_DIRECTORY) directory ??= directoryIn(blob);
    if (magic === ENTITLEMENTS && entitlements === undefined && blob.length > 8) {
      entitlements = new TextDecoder().decode(blob.subarray(8));
    }
  }
  return directory && { ...directory, entitlements };
}

function directoryIn(blob: Uint8Array): Omit<Signature, 'entitlements'> | undefined {
  if (blob.length < 44) return undefined;
  const view = viewOf(blob);
  const hasTeam = view.getUint32(8) >= SUPPORTS_TEAM && blob.length >= 52;
  return {
    identifier: textAt(blob, view.getUint32(20)),
    team: hasTeam ? textAt(blob, view.getUint32(48)) : undefined,
    adHoc: (view.getUint32(12) & CS_ADHOC) !== 0,
    platform: view.getUint8(38) !== 0,
  };
}

/** A text that ends by a zero byte; undefined for offset 0, which stands for none. */
function textAt(blob: Uint8Array, offset: number): string | undefined {
  const end = blob.indexOf(0, offset);
  if (offset === 0 || end < 0) return undefined;
  return new TextDecoder().decode(blob.subarray(offset, end)) || undefined;
}
