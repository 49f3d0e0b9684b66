/**
 * The text of the PCI match keys: `IOPCIMatch`, `IOPCIPrimaryMatch`, `IOPCISecondaryMatch`, `IOPCIClassMatch`.
 * Items are separated by blanks; an item is a hexadecimal number, with or without 0x, that `&` and a mask may follow.
 * The kernel reads with strtoul, base 16, and stops without a word at the first thing that is no number: a comma
 * ends the list. Source: apple-oss-distributions/IOPCIFamily IOPCIBridge.cpp:4490-4580 (IOPCIFamily-726.0.5).
 */
import type { PlistDict, PlistValue } from '../plist/value.ts';

/** One `value&mask` of a match text. Offsets are into the text. */
export interface PciTerm {
  readonly start: number;
  readonly end: number;
  /** Up to 64 bits as the kernel reads it; what is above 32 bits can never match. */
  readonly value: bigint;
  /** The mask as written; `undefined`: the key's own default applies. */
  readonly mask: bigint | undefined;
  /** An `&` with no number behind it: the mask is 0, and the term matches every device. */
  readonly emptyMask: boolean;
  /** High half: device id (or subsystem id). */
  readonly device: number;
  /** Low half: vendor id (or subsystem vendor id). */
  readonly vendor: number;
}

export interface PciTerms {
  readonly terms: readonly PciTerm[];
  /** What is left where reading stopped; never looked at by the kernel. */
  readonly junk: { readonly start: number; readonly text: string } | undefined;
}

export interface PciKey {
  readonly key: string;
  /** Offsets of the 32-bit registers that are tried, in that order. */
  readonly registers: readonly number[];
  readonly defaultMask: number;
}

/** The four keys in the order in which they are tested. */
export const PCI_KEYS: readonly PciKey[] = [
  { key: 'IOPCIMatch', registers: [0x00, 0x2c], defaultMask: 0xffffffff },
  { key: 'IOPCIPrimaryMatch', registers: [0x00], defaultMask: 0xffffffff },
  { key: 'IOPCISecondaryMatch', registers: [0x2c], defaultMask: 0xffffffff },
  { key: 'IOPCIClassMatch', registers: [0x08], defaultMask: 0xffffff00 },
];

/** As the kernel's strtoul (apple-oss-distributions/xnu iokit/Kernel/IOStringFuncs.c:218): `0x` needs a digit. */
const NUMBER = /[ \t\n\v\f\r]*([+-]?)(?:0[xX]|(?!0[xX]))([0-9a-fA-F]+)/y;
const MAX_UINT64 = (1n << 64n) - 1n;

/** Reads a match text as the kernel does. Never throws. */
export function pciMatchTerms(text: string): PciTerms {
  const terms: PciTerm[] = [];
  let at = 0;
  for (;;) {
    const number = readNumber(text, at);
    if (!number) break;
    let end = number.end;
    let next = end;
    while (text[next] === ' ') next++;
    let mask: bigint | undefined;
    let emptyMask = false;
    if (text[next] === '&') {
      const written = readNumber(text, next + 1);
      emptyMask = written === undefined;
      mask = written?.value ?? 0n;
      end = written?.end ?? next + 1;
      next = end;
    }
    const { value, start } = number;
    const device = Number((value >> 16n) & 0xffffn);
    terms.push({ start, end, value, mask, emptyMask, device, vendor: Number(value & 0xffffn) });
    at = next;
  }
  const rest = text.slice(at);
  const start = at + rest.length - rest.trimStart().length;
  return { terms, junk: rest.trim() === '' ? undefined : { start, text: rest.trim() } };
}

/** A term with its mask filled in, in 32 bits. */
export interface PciPattern {
  readonly value: number;
  readonly mask: number;
}

/** Texts that were compiled lately, by default mask and text. */
const compiled = new Map<string, readonly PciPattern[]>();
const COMPILED_LIMIT = 4096;

/**
 * The terms of a text for comparing with 32-bit registers. Terms that have bits above those under their mask can
 * never match and are left out.
 */
export function pciPatterns(text: string, defaultMask: number): readonly PciPattern[] {
  const key = `${defaultMask} ${text}`;
  let patterns = compiled.get(key);
  if (!patterns) {
    patterns = pciMatchTerms(text).terms.flatMap((term) => {
      const mask = term.mask ?? BigInt(defaultMask);
      if ((term.value & mask) >> 32n !== 0n) return [];
      return [{ value: Number(term.value & mask), mask: Number(BigInt.asUintN(32, mask)) }];
    });
    if (compiled.size >= COMPILED_LIMIT) compiled.clear();
    compiled.set(key, patterns);
  }
  return patterns;
}

/** True when the content of a register fits a pattern. */
export function pciFits(pattern: PciPattern, register: number): boolean {
  return (register & pattern.mask) >>> 0 === pattern.value;
}

function readNumber(text: string, at: number): { start: number; end: number; value: bigint } | undefined {
  NUMBER.lastIndex = at;
  const match = NUMBER.exec(text);
  if (!match) return undefined;
  const magnitude = BigInt(`0x${match[2]}`);
  const value =
    magnitude > MAX_UINT64 ? MAX_UINT64 : BigInt.asUintN(64, match[1] === '-' ? -magnitude : magnitude);
  const end = NUMBER.lastIndex;
  return { start: end - match[0].trimStart().length, end, value };
}

/**
 * The content of a configuration register as far as the device-tree properties of a PCI nub say it: 0x00 is
 * `device-id` over `vendor-id`, 0x08 `class-code` over `revision-id`, 0x2c `subsystem-id` over
 * `subsystem-vendor-id`. `undefined` where a property is missing.
 */
export function pciRegister(properties: PlistDict, register: number): number | undefined {
  const bigEndian = isBigEndian(properties.get('vendor-id'));
  const join = (high: string, low: string, shift: number) => {
    const upper = cell(properties.get(high), bigEndian);
    const lower = cell(properties.get(low), bigEndian);
    if (upper === undefined || lower === undefined) return undefined;
    return ((upper << shift) | (lower & ((1 << shift) - 1))) >>> 0;
  };
  if (register === 0x00) return join('device-id', 'vendor-id', 16);
  if (register === 0x08) return join('class-code', 'revision-id', 8);
  if (register === 0x2c) return join('subsystem-id', 'subsystem-vendor-id', 16);
  return undefined;
}

/** PowerPC trees are big-endian, Intel and ARM ones little-endian: a vendor id has 16 bits, so its zeros tell. */
function isBigEndian(vendor: PlistValue | undefined): boolean {
  if (!(vendor instanceof Uint8Array) || vendor.length !== 4) return false;
  return vendor[0] === 0 && vendor[1] === 0 && (vendor[2] !== 0 || vendor[3] !== 0);
}

function cell(value: PlistValue | undefined, bigEndian: boolean): number | undefined {
  if (typeof value === 'bigint') return Number(BigInt.asUintN(32, value));
  if (!(value instanceof Uint8Array) || value.length < 2) return undefined;
  const bytes = [...value.subarray(0, 4)];
  while (bytes.length < 4) bytes.push(0);
  if (bigEndian) bytes.reverse();
  return (bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16) | (bytes[3]! << 24)) >>> 0;
}
