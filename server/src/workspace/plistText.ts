/** Bytes of a property list in any format -> the text that it is checked by. */
import { readBinaryPlist } from '../plist/binary.ts';
import { decodeBytes, detectFormat } from '../plist/decode.ts';
import { readOpenStepPlist } from '../plist/openstep.ts';
import { printPlist } from '../plist/print.ts';
import { isDict } from '../plist/value.ts';

export interface PlistText {
  readonly text: string;
  /** The text is not the file's own but the XML that it converts to: places in it mean nothing. */
  readonly converted: boolean;
  /** Some bytes are not what they should be: the text is a guess in places. */
  readonly damaged: boolean;
}

/** Undefined for what is no property list (binary data) or a damaged one. Never throws. */
export function plistText(bytes: Uint8Array): PlistText | undefined {
  const format = detectFormat(bytes);
  if (format === 'binary') {
    const { value, problems } = readBinaryPlist(bytes);
    return value === undefined || problems.length > 0
      ? undefined
      : { text: printPlist(value), converted: true, damaged: false };
  }
  if (format === 'unknown' && bytes.subarray(0, 4096).includes(0)) return undefined;
  const { text, problems: damage } = decodeBytes(bytes);
  if (format === 'openstep') {
    const { value, problems } = readOpenStepPlist(text);
    if (isDict(value) && value.size > 0 && problems.length === 0) {
      return { text: printPlist(value), converted: true, damaged: false };
    }
  }
  return { text, converted: false, damaged: damage.length > 0 };
}
