/** Suggests a version of the kext grammar for a text that is none. */
import { parseVersion } from '../iokit/version.ts';

/**
 * The version that the text most likely stands for, or undefined when nothing in it tells. The result always
 * parses. `v1.2` becomes `1.2`, `1.2.3.4` becomes `1.2.3`, `1.0-beta` and `1.0rc` become `1.0`, `1.0rc2` becomes
 * `1.0fc2`, the time stamp `202401311230` becomes `2024.0131.1230`.
 */
export function nearestVersion(text: string): string | undefined {
  const bare = text.trim().replace(/^v(?:er(?:sion)?)?\.?\s*(?=\d)/i, '');
  const candidates = [bare, staged(bare), timeStamp(bare), threeNumbers(bare)];
  return candidates.find((candidate) => candidate !== undefined && parseVersion(candidate) !== undefined);
}

/** `1.0rc2`, `1.0-beta.2`, `1.0B1`: the grammar has a letter for each of these stages. */
function staged(text: string): string | undefined {
  const match = /^(\d{1,4}(?:\.\d{0,4}){0,2})[-_. ]?(dev|d|alpha|a|beta|b|rc|fc|f)[-_. ]?(\d{1,3})$/i.exec(
    text,
  );
  if (!match) return undefined;
  const [, numbers, word, level] = match;
  const letter = { dev: 'd', d: 'd', alpha: 'a', a: 'a', beta: 'b', b: 'b', rc: 'fc', fc: 'fc', f: 'f' };
  return `${numbers}${letter[word!.toLowerCase() as keyof typeof letter]}${Number(level)}`;
}

/** A year, month and day in one number, with or without an hour and minute. */
function timeStamp(text: string): string | undefined {
  const match = /^((?:19|20)\d\d)(\d{4})(\d{4})?\d{0,2}$/.exec(text);
  if (!match) return undefined;
  return match[3] ? `${match[1]}.${match[2]}.${match[3]}` : `${match[1]}.${match[2]}`;
}

/** The leading numbers, as many and as long as the grammar takes. */
function threeNumbers(text: string): string | undefined {
  const match = /^\d{1,4}(?!\d)(?:\.\d{1,4}(?!\d)){0,2}/.exec(text);
  return match?.[0];
}
