/**
 * Kext versions: the grammar that the kernel and the kext loader read `CFBundleVersion`,
 * `OSBundleCompatibleVersion` and the values of `OSBundleLibraries` with.
 *
 * `MAJOR[.MINOR[.REVISION]][STAGE LEVEL]`, ended by the end of the text or by a blank after which all is
 * ignored. Source: apple-oss-distributions/IOKitUser kext.subproj/OSKextVersion.c (OSKextParseVersionString)
 * and, for length and character set, OSKextParseVersionCFString; the kernel's copy is
 * apple-oss-distributions/xnu libkern/OSKextVersion.c:190-395.
 */

export type VersionStage = 'development' | 'alpha' | 'beta' | 'candidate' | 'release';

/** A version that the loader accepts. */
export interface KextVersion {
  /** `major*10^12 + minor*10^8 + revision*10^4 + stage*10^3 + level`; below 2^53, compares as a number. */
  readonly value: number;
  readonly major: number;
  readonly minor: number;
  readonly revision: number;
  readonly stage: VersionStage;
  /** 0 to 255; 0 for a release. */
  readonly level: number;
  /** What stands behind the blank that ended the version and is ignored; `''` when nothing does. */
  readonly ignored: string;
}

export type VersionResult =
  | { readonly ok: true; readonly version: KextVersion }
  | {
      readonly ok: false;
      /** A clause for a person: `it starts with “v”, not with a digit`. */
      readonly reason: string;
      /** Index of the character that ends it, 0 to the length of the text. */
      readonly offset: number;
    };

/** The longest text that the loader reads (`kOSKextVersionMaxLength - 1`). */
export const VERSION_MAX_LENGTH = 19;

const STAGE_VALUE: Record<VersionStage, number> = {
  development: 1,
  alpha: 3,
  beta: 5,
  candidate: 7,
  release: 9,
};

/** What `d`, `a`, `b`, `f` and `fc` are called. */
const STAGE_LETTER: Record<string, VersionStage> = {
  d: 'development',
  a: 'alpha',
  b: 'beta',
  f: 'candidate',
};

const PART_NAMES = ['first', 'second', 'third'] as const;
const MAX_DIGITS = 4;

/**
 * Reads a version as the loader in user space does. Never throws; a text that is no version comes back with
 * the reason and the place. Build variables are for the caller to leave alone.
 */
export function readVersion(text: string): VersionResult {
  const badCharacter = [...text].findIndex((character) => character > '\x7f');
  if (badCharacter >= 0) return fail('it holds a character outside ASCII', badCharacter);
  if (text.length > VERSION_MAX_LENGTH) {
    return fail(
      `it has ${text.length} characters, and no more than ${VERSION_MAX_LENGTH} are read`,
      VERSION_MAX_LENGTH,
    );
  }
  return scan(text);
}

/** {@link readVersion}, without the reason. `undefined` for a text that the loader does not take. */
export function parseVersion(text: string): KextVersion | undefined {
  const result = readVersion(text);
  return result.ok ? result.version : undefined;
}

/**
 * Negative, 0 or positive as `a` is older than, equal to or newer than `b`; `undefined` when one of them is no
 * version.
 */
export function compareVersions(a: string, b: string): number | undefined {
  const left = parseVersion(a);
  const right = parseVersion(b);
  return left && right ? left.value - right.value : undefined;
}

/**
 * True when a library of version `current`, compatible back to `compatible`, serves a client that asks for
 * `requested`, as user space decides it: `0 < compatible <= requested <= current`
 * (apple-oss-distributions/IOKitUser kext.subproj/OSKext.c:9535-9551). `undefined` when one is no version.
 */
export function isCompatibleVersion(
  requested: string,
  compatible: string,
  current: string,
): boolean | undefined {
  const [want, low, high] = [parseVersion(requested), parseVersion(compatible), parseVersion(current)];
  if (!want || !low || !high) return undefined;
  return low.value > 0 && low.value <= want.value && want.value <= high.value;
}

function fail(reason: string, offset: number): VersionResult {
  return { ok: false, reason, offset };
}

function scan(text: string): VersionResult {
  if (text === '') return fail('it is empty', 0);
  if (!isDigit(text[0])) return fail(`it starts with ${quote(text[0]!)}, not with a digit`, 0);

  const parts = [0, 0, 0];
  let at = 0;
  for (let part = 0; part < 3; part++) {
    let digits = 0;
    while (isDigit(text[at])) {
      if (digits === MAX_DIGITS) {
        return fail(`its ${PART_NAMES[part]} number has more than ${MAX_DIGITS} digits`, at);
      }
      parts[part] = parts[part]! * 10 + Number(text[at]);
      digits++;
      at++;
    }
    if (part === 2) {
      // The loader swallows one more dot after exactly four digits of the third number, and no other.
      if (digits === MAX_DIGITS && text[at] === '.') at++;
      break;
    }
    if (text[at] !== '.') break;
    at++;
  }
  return scanStage(text, at, parts);
}

function scanStage(text: string, start: number, parts: readonly number[]): VersionResult {
  if (isEnd(text[start])) return done(text, start, parts, 'release', 0);
  const stage = STAGE_LETTER[text[start]!];
  if (text[start] === '.') return fail('it has more than three numbers', start);
  if (isDigit(text[start])) return fail('a number follows where only a stage (d, a, b, f, fc) may', start);
  if (!stage) {
    return fail(`${quote(text[start]!)} is none of the stages d, a, b, f and fc`, start);
  }
  let at = start + 1;
  if (stage === 'candidate' && text[at] === 'c') at++;
  const levelStart = at;
  while (isDigit(text[at])) at++;
  const letters = text.slice(start, levelStart);
  const digits = text.slice(levelStart, at);
  if (digits === '') return fail(`the stage “${letters}” has no number behind it`, levelStart);
  if (digits.length > 3) return fail(`the number behind “${letters}” has more than three digits`, at - 1);
  const level = Number(digits);
  if (level > 255) return fail(`the number behind “${letters}” is ${level}, above 255`, levelStart);
  if (stage === 'candidate' && level === 0) {
    return fail(`the number behind “${letters}” is 0, and must be 1 to 255 there`, levelStart);
  }
  if (!isEnd(text[at])) return fail(`${quote(text[at]!)} stands where the version should end`, at);
  return done(text, at, parts, stage, level);
}

function done(
  text: string,
  end: number,
  parts: readonly number[],
  stage: VersionStage,
  level: number,
): VersionResult {
  const [major = 0, minor = 0, revision = 0] = parts;
  const value = major * 1e12 + minor * 1e8 + revision * 1e4 + STAGE_VALUE[stage] * 1e3 + level;
  const version = { value, major, minor, revision, stage, level, ignored: text.slice(end).trim() };
  return { ok: true, version };
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9';
}

/** The end of the text, or a blank: space, tab, carriage return, line feed. */
function isEnd(character: string | undefined): boolean {
  return character === undefined || ' \t\r\n'.includes(character);
}

function quote(character: string): string {
  return character === ' ' ? 'a blank' : `“${character}”`;
}
