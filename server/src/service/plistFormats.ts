/**
 * Property lists in other formats as XML that can be read and edited, and back. The text is what `printPlist` writes;
 * what XML cannot say (`keepExact.ts`) is taken from the file again on the way back.
 */
import { type BinaryProblem, readBinaryPlist, writeBinaryPlist } from '../plist/binary.ts';
import { decodeBytes, detectFormat } from '../plist/decode.ts';
import { readJsonPlist } from '../plist/json.ts';
import { readOpenStepPlist } from '../plist/openstep.ts';
import { parsePlist } from '../plist/parse.ts';
import { printPlist } from '../plist/print.ts';
import { profileText } from '../plist/profile.ts';
import { isArray, isDict } from '../plist/value.ts';
import { keepExact } from './keepExact.ts';

/** `profile`: a provisioning profile, an XML property list inside a signature (CMS, RFC 5652). */
export type ReadFormat = 'xml' | 'binary' | 'openstep' | 'json' | 'profile';

export interface AsXml {
  readonly text: string;
  readonly format: ReadFormat;
  /** The file can be written again from the text: only a binary property list that was read in full. */
  readonly writable: boolean;
  /** What could not be read; the text lacks it. */
  readonly problem?: string;
}

const SET = 'A set is shown as an array: XML has no sets, and it would be written back as an array.';

/** Why nothing of a file can be shown. */
export interface Damaged {
  /** A sentence for a person, with the place. */
  readonly problem: string;
}

/** Why a file that says it is a binary property list gives nothing at all; undefined for any other. Never throws. */
export function damageOf(bytes: Uint8Array): Damaged | undefined {
  if (detectFormat(bytes) !== 'binary') return undefined;
  const { value, problems } = readBinaryPlist(bytes);
  const [problem] = problems;
  return value === undefined && problem ? { problem: placed(problem) } : undefined;
}

function placed({ offset, message }: BinaryProblem): string {
  return `At byte ${offset}: ${message}`;
}

/** A file of any format as XML; undefined when nothing of it can be read. Never throws. */
export function readAsXml(bytes: Uint8Array): AsXml | undefined {
  const format = detectFormat(bytes);
  if (format === 'binary') {
    const { value, problems, set } = readBinaryPlist(bytes);
    if (value === undefined) return undefined;
    const problem = problems[0] ?? (set === undefined ? undefined : { offset: set, message: SET });
    const text = printPlist(value);
    return problem === undefined
      ? { text, format, writable: true }
      : { text, format, writable: false, problem: placed(problem) };
  }
  const inside = profileText(bytes);
  if (inside !== undefined) return { text: inside, format: 'profile', writable: false };
  if (bytes.subarray(0, 4096).includes(0) && !/^utf-(?:16|32)/.test(decodeBytes(bytes).encoding)) {
    return undefined;
  }
  const { text } = decodeBytes(bytes);
  if (format === 'xml') return { text, format, writable: false };
  const converted = toXml(text);
  return converted && { text: converted.text, format: converted.format, writable: false };
}

/**
 * OpenStep or JSON text as XML; undefined for XML, for text with a mistake in it, and for a lone word, which is an
 * OpenStep string by the letter and never meant as one.
 */
export function toXml(text: string): { text: string; format: 'openstep' | 'json' } | undefined {
  const format = detectFormat(text);
  if (format !== 'openstep' && format !== 'json') return undefined;
  const { value, problems } = format === 'json' ? readJsonPlist(text) : readOpenStepPlist(text);
  if (value === undefined || problems.length > 0 || !(isDict(value) || isArray(value))) return undefined;
  return { text: printPlist(value), format };
}

export type Written =
  | { readonly bytes: Uint8Array }
  | {
      /** Why the text cannot be written, for a person. */
      readonly problem: string;
      /** UTF-16 offset in the text. */
      readonly offset: number;
    };

/**
 * The text as a binary property list. Values that still read as `original` prints them are kept as they were there,
 * so that nothing that XML cannot say is lost. Never throws.
 */
export function writeAsBinary(text: string, original?: Uint8Array): Written {
  const tree = parsePlist(text);
  const error = tree.errors.find(({ severity }) => severity === 'error');
  if (error) return { problem: error.message, offset: error.start };
  const value = tree.root?.value();
  if (value === undefined) return { problem: 'The text holds no value to write.', offset: 0 };
  const before = original && readBinaryPlist(original).value;
  try {
    return { bytes: writeBinaryPlist(keepExact(value, before)) };
  } catch (cause) {
    return { problem: cause instanceof Error ? cause.message : String(cause), offset: 0 };
  }
}
