/** Provisioning profiles: an XML property list in the clear inside a signature (CMS, RFC 5652). */
import { decodeBytes } from './decode.ts';

/** DER and BER begin a SEQUENCE by this byte. */
const SEQUENCE = 0x30;
const OPENINGS = ['<?xml', '<!DOCTYPE plist', '<plist'];
const CLOSING = '</plist>';

/** The text of the property list that a signed file carries; undefined for any other file. Never throws. */
export function profileText(bytes: Uint8Array): string | undefined {
  if (bytes[0] !== SEQUENCE) return undefined;
  const start = OPENINGS.map((opening) => indexOf(bytes, opening, 0)).find((at) => at >= 0);
  if (start === undefined) return undefined;
  const end = indexOf(bytes, CLOSING, start);
  return end < 0 ? undefined : decodeBytes(bytes.subarray(start, end + CLOSING.length)).text;
}

function indexOf(bytes: Uint8Array, ascii: string, from: number): number {
  const first = ascii.charCodeAt(0);
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    let length = 1;
    while (length < ascii.length && bytes[at + length] === ascii.charCodeAt(length)) length++;
    if (length === ascii.length) return at;
  }
  return -1;
}
