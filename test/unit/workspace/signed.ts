/** Programs and provisioning profiles as a signing tool leaves them, as far as readers of ours look. */

export interface Signing {
  /** XML text of the entitlements blob; none without. */
  readonly entitlements?: string;
  readonly identifier?: string;
  readonly team?: string;
  readonly adHoc?: boolean;
  readonly platform?: boolean;
}

const utf8 = (text: string) => new TextEncoder().encode(text);

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function words(values: readonly number[], little = false): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, index) => {
    view.setUint32(index * 4, value, little);
  });
  return new Uint8Array(view.buffer);
}

function codeDirectory({ identifier = 'lamp', team, adHoc, platform }: Signing): Uint8Array {
  const texts = utf8(`${identifier}\0${team === undefined ? '' : `${team}\0`}`);
  const header = 52;
  const teamOffset = team === undefined ? 0 : header + identifier.length + 1;
  return joined([
    words([0xfade0c02, header + texts.length, 0x20400, adHoc ? 0x2 : 0x10000, 0, header, 0, 0, 0]),
    new Uint8Array([32, 2, platform ? 1 : 0, 12]),
    words([0, 0, teamOffset]),
    texts,
  ]);
}

function superBlob(signing: Signing): Uint8Array {
  const blobs: [number, Uint8Array][] = [[0, codeDirectory(signing)]];
  if (signing.entitlements !== undefined) {
    const text = utf8(signing.entitlements);
    blobs.push([5, joined([words([0xfade7171, text.length + 8]), text])]);
  }
  const header = 12 + blobs.length * 8;
  let at = header;
  const index = blobs.flatMap(([type, blob]) => {
    const entry = [type, at];
    at += blob.length;
    return entry;
  });
  return joined([words([0xfade0cc0, at, blobs.length, ...index]), ...blobs.map(([, blob]) => blob)]);
}

/** A 64-bit program for Apple silicon with a segment command, and a signature if there is one. */
export function program(signing?: Signing): Uint8Array {
  const other = words([0x1b, 24, 1, 2, 3, 4], true);
  if (!signing) {
    return joined([words([0xfeedfacf, 0x0100000c, 0, 2, 1, 24, 0, 0], true), other]);
  }
  const signature = superBlob(signing);
  const offset = 32 + 24 + 16;
  return joined([
    words([0xfeedfacf, 0x0100000c, 0, 2, 2, 24 + 16, 0, 0], true),
    other,
    words([0x1d, 16, offset, signature.length], true),
    signature,
  ]);
}

/** A fat file of programs, each at an offset of its own. */
export function fat(programs: readonly Uint8Array[]): Uint8Array {
  const size = 4096;
  const entries = programs.flatMap((one, index) => [0x0100000c, 0, size * (index + 1), one.length, 12]);
  const parts = [words([0xcafebabe, programs.length, ...entries])];
  let length = parts[0]?.length ?? 0;
  programs.forEach((one, index) => {
    parts.push(new Uint8Array(size * (index + 1) - length), one);
    length = size * (index + 1) + one.length;
  });
  return joined(parts);
}

/** A property list in a signature (CMS), as far as its frame goes. */
export function profileOf(text: string): Uint8Array {
  return joined([new Uint8Array([0x30, 0x82, 1, 0, 0, 4]), utf8(text), new Uint8Array([0, 255, 0x30])]);
}
