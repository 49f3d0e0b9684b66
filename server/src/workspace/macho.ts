/**
 * Architectures of an executable, from its Mach-O or fat header.
 *
 * Layout: apple-oss-distributions/xnu EXTERNAL_HEADERS/mach-o/{loader,fat}.h; CPU numbers:
 * apple-oss-distributions/xnu osfmk/mach/machine.h.
 */

export interface MachO {
  /** Names as `lipo -archs` prints them: `x86_64`, `arm64`, `arm64e`, `i386` …; unknown ones as `cputype:subtype`. */
  readonly architectures: readonly string[];
}

/** A fat file has a handful of slices; Java class files share its magic and would give thousands. */
const MAX_SLICES = 32;

const FAT = 0xcafebabe;
const FAT_64 = 0xcafebabf;
const THIN = new Set([0xfeedface, 0xfeedfacf]);

const CPU_64 = 0x01000000;
const NAMES: Readonly<Record<number, string>> = {
  7: 'i386',
  [7 | CPU_64]: 'x86_64',
  12: 'arm',
  [12 | CPU_64]: 'arm64',
  18: 'ppc',
  [18 | CPU_64]: 'ppc64',
};

/**
 * Reads the header of an executable; the first 4 KB of the file are enough. Never throws.
 *
 * @returns undefined when the bytes are no Mach-O file
 */
export function readMachO(bytes: Uint8Array): MachO | undefined {
  if (bytes.length < 12) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0);
  if (THIN.has(magic)) return { architectures: [name(view.getUint32(4), view.getUint32(8))] };
  if (THIN.has(view.getUint32(0, true))) {
    return { architectures: [name(view.getUint32(4, true), view.getUint32(8, true))] };
  }
  if (magic !== FAT && magic !== FAT_64) return undefined;
  const count = view.getUint32(4);
  const size = magic === FAT ? 20 : 32;
  if (count === 0 || count > MAX_SLICES || 8 + count * size > bytes.length) return undefined;
  const architectures: string[] = [];
  for (let i = 0; i < count; i++) {
    const at = 8 + i * size;
    architectures.push(name(view.getUint32(at), view.getUint32(at + 4)));
  }
  return { architectures };
}

function name(cpu: number, subtype: number): string {
  // The high byte of the subtype carries capability bits (pointer authentication version).
  const kind = subtype & 0x00ffffff;
  if (cpu === (12 | CPU_64) && kind === 2) return 'arm64e';
  if (cpu === (7 | CPU_64) && kind === 8) return 'x86_64h';
  return NAMES[cpu] ?? `${cpu}:${kind}`;
}
