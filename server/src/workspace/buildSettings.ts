/**
 * Build settings as Xcode expands them: `$(NAME)`, `${NAME}`, nested, with modifiers, `$(inherited)`.
 * What cannot be resolved stays unknown (`undefined`), and unknown is never a finding.
 *
 * Grammar and modifiers: swiftlang/swift-build Sources/SWBMacro/MacroExpressionProgram.swift and
 * Sources/SWBCore/MacroConfigFileLoader (read there, not copied).
 */

/** One level of settings, from the nearest (target) to the farthest (built-in). */
export type SettingsLevel = ReadonlyMap<string, string>;

/** Deeper nesting than any project has; a setting that names itself ends here too. */
const MAX_DEPTH = 40;
/** A value that doubles at each level would grow without end. */
const MAX_LENGTH = 100_000;
/** References looked at for one value: settings that name each other several times grow by powers. */
const MAX_STEPS = 20_000;
/** A reference that is not closed within so many characters is none. */
const MAX_REFERENCE = 4_000;

let stepsLeft = 0;

/**
 * The value of a setting, expanded. `$(inherited)` continues at the next level.
 *
 * @param levels nearest first: target xcconfig/target/project xcconfig/project/built-in, as the caller orders them
 * @returns undefined when the setting, or one that it needs, is not known
 */
export function settingValue(name: string, levels: readonly SettingsLevel[]): string | undefined {
  stepsLeft = MAX_STEPS;
  return lookUp(name, levels, 0, 0);
}

/**
 * Expands every variable of a text.
 *
 * @returns undefined when at least one is not known
 */
export function expandSettings(text: string, levels: readonly SettingsLevel[]): string | undefined {
  stepsLeft = MAX_STEPS;
  return expand(text, levels, undefined, 0);
}

/** The names of the variables that stand in a text, the outermost of nested ones only; with their ranges. */
export function settingReferences(text: string): { name: string; start: number; end: number }[] {
  const found: { name: string; start: number; end: number }[] = [];
  for (let at = text.indexOf('$'); at >= 0; at = text.indexOf('$', at + 1)) {
    const reference = referenceAt(text, at);
    if (!reference) continue;
    found.push({ name: reference.body.split(':')[0] ?? '', start: at, end: reference.end });
    at = reference.end - 1;
  }
  return found;
}

interface Inherited {
  readonly name: string;
  readonly from: number;
}

function lookUp(
  name: string,
  levels: readonly SettingsLevel[],
  from: number,
  depth: number,
): string | undefined {
  for (let level = from; level < levels.length; level++) {
    const text = levels[level]?.get(name);
    if (text !== undefined) return expand(text, levels, { name, from: level + 1 }, depth + 1);
  }
  return undefined;
}

function expand(
  text: string,
  levels: readonly SettingsLevel[],
  inherited: Inherited | undefined,
  depth: number,
): string | undefined {
  if (depth > MAX_DEPTH) return undefined;
  let result = '';
  let from = 0;
  for (let at = text.indexOf('$'); at >= 0; at = text.indexOf('$', from)) {
    result += text.slice(from, at);
    const reference = referenceAt(text, at);
    if (!reference) {
      result += '$';
      from = at + 1;
      continue;
    }
    const value = referenceValue(reference.body, levels, inherited, depth);
    if (value === undefined) return undefined;
    result += value;
    if (result.length > MAX_LENGTH) return undefined;
    from = reference.end;
  }
  return result + text.slice(from);
}

/** `$(…)`, `${…}` with balanced brackets, or `$NAME`. */
function referenceAt(text: string, at: number): { body: string; end: number } | undefined {
  const open = text[at + 1];
  if (open !== '(' && open !== '{') {
    const word = /^[A-Za-z_]\w*/.exec(text.slice(at + 1, at + 200))?.[0];
    return word ? { body: word, end: at + 1 + word.length } : undefined;
  }
  const close = open === '(' ? ')' : '}';
  let depth = 0;
  const stop = Math.min(text.length, at + MAX_REFERENCE);
  for (let i = at + 1; i < stop; i++) {
    if (text[i] === open) depth++;
    else if (text[i] === close && --depth === 0) return { body: text.slice(at + 2, i), end: i + 1 };
  }
  return undefined;
}

function referenceValue(
  body: string,
  levels: readonly SettingsLevel[],
  inherited: Inherited | undefined,
  depth: number,
): string | undefined {
  if (--stepsLeft < 0) return undefined;
  const expanded = body.includes('$') ? expand(body, levels, inherited, depth + 1) : body;
  if (expanded === undefined) return undefined;
  const [name = '', ...modifiers] = expanded.split(':');
  const value =
    name === 'inherited'
      ? inherited && (lookUp(inherited.name, levels, inherited.from, depth + 1) ?? '')
      : inherited?.name === name
        ? lookUp(name, levels, inherited.from, depth + 1)
        : lookUp(name, levels, 0, depth + 1);
  return modifiers.reduce<string | undefined>(modified, value);
}

function modified(value: string | undefined, modifier: string): string | undefined {
  const [name = '', argument] = splitOnce(modifier, '=');
  if (name === 'default') return value === undefined || value === '' ? (argument ?? '') : value;
  if (value === undefined) return undefined;
  switch (name) {
    case 'lower':
      return value.toLowerCase();
    case 'upper':
      return value.toUpperCase();
    case 'identifier':
    case 'c99extidentifier':
      return value.replace(/^(?=\d)/, '_').replace(/[^\p{L}\p{N}_]/gu, '_');
    case 'rfc1034identifier':
      return value.replace(/[^A-Za-z0-9.-]/g, '-');
    case 'quote':
      return value.replace(/([\s'"\\$])/g, '\\$1');
    case 'dir':
      return value.slice(0, value.lastIndexOf('/') + 1);
    case 'file':
      return value.slice(value.lastIndexOf('/') + 1);
    case 'base':
      return value.slice(value.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
    case 'suffix':
      return /\.[^./]*$/.exec(value)?.[0] ?? '';
    case 'standardizepath':
      return standardized(value);
    default:
      return undefined;
  }
}

function standardized(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return (path.startsWith('/') ? '/' : '') + parts.join('/');
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
