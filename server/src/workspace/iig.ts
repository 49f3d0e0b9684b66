/**
 * Class declarations in `.iig` interface files and C++ headers: enough to know which driver classes exist, what
 * they inherit and where they stand. A scanner, no compiler: comments, strings and preprocessor lines are
 * skipped, everything else is looked at word by word. Linear in the text; never throws.
 */

export interface ClassDeclaration {
  readonly name: string;
  /** Direct base classes, template arguments left out. Empty for a class without a base. */
  readonly parents: readonly string[];
  /** Offsets of the name, UTF-16. */
  readonly start: number;
  readonly end: number;
  /** From 0. */
  readonly line: number;
}

/** One token: a word, `::` joined names included, or one character of punctuation. */
const TOKEN = /[A-Za-z_]\w*(?:\s*::\s*[A-Za-z_]\w*)*|::|[{};:,<>()=[\]]/g;

const ACCESS = new Set(['public', 'private', 'protected', 'virtual']);

/**
 * Finds every class (and struct with a base) that is defined, not merely announced, in the text.
 * `class KERNEL Foo : public Bar`, `class __attribute__((x)) Foo final : Bar<T>, Baz` are understood.
 */
export function classDeclarations(text: string): ClassDeclaration[] {
  const code = blanked(text);
  const found: ClassDeclaration[] = [];
  const lines = lineStarts(text);
  TOKEN.lastIndex = 0;
  let previous = '';
  for (let token = TOKEN.exec(code); token; token = TOKEN.exec(code)) {
    const word = token[0];
    const opens =
      (word === 'class' || word === 'struct') && previous !== 'enum' && previous !== '<' && previous !== ',';
    previous = word;
    if (!opens) continue;
    const declaration = declarationAfter(code, TOKEN.lastIndex, word === 'struct');
    if (!declaration) continue;
    const { next, ...rest } = declaration;
    TOKEN.lastIndex = next;
    found.push({ ...rest, line: lineOf(lines, rest.start) });
  }
  return found;
}

/** Reads `[words] NAME [final] [: bases] {` from `from`; undefined for anything else. */
function declarationAfter(
  code: string,
  from: number,
  needsBase: boolean,
): { name: string; parents: string[]; start: number; end: number; next: number } | undefined {
  const token = new RegExp(TOKEN);
  token.lastIndex = from;
  let name: { text: string; start: number; end: number } | undefined;
  let depth = 0;
  for (let match = token.exec(code); match; match = token.exec(code)) {
    const word = match[0];
    if (word === '(') depth++;
    else if (word === ')') depth--;
    else if (depth > 0) continue;
    else if (/^\w/.test(word)) {
      if (word !== 'final') name = { text: word, start: match.index, end: match.index + word.length };
    } else if (word === '{') {
      if (!name || needsBase) return undefined;
      return { name: last(name.text), parents: [], start: name.start, end: name.end, next: token.lastIndex };
    } else if (word === ':') {
      const bases = name && basesAfter(code, token.lastIndex);
      if (!name || !bases) return undefined;
      return {
        name: last(name.text),
        parents: bases.parents,
        start: name.start,
        end: name.end,
        next: bases.next,
      };
    } else return undefined;
  }
  return undefined;
}

function basesAfter(code: string, from: number): { parents: string[]; next: number } | undefined {
  const token = new RegExp(TOKEN);
  token.lastIndex = from;
  const parents: string[] = [];
  let angles = 0;
  let named = false;
  for (let match = token.exec(code); match; match = token.exec(code)) {
    const word = match[0];
    if (word === '<') angles++;
    else if (word === '>') angles--;
    else if (angles > 0) continue;
    else if (word === ',') named = false;
    else if (word === '{') return { parents, next: token.lastIndex };
    else if (!/^\w/.test(word)) return undefined;
    else if (!ACCESS.has(word) && !named) {
      parents.push(last(word));
      named = true;
    }
  }
  return undefined;
}

function last(qualified: string): string {
  return qualified.split(/\s*::\s*/).at(-1) ?? qualified;
}

/**
 * The text with comments, strings, character constants and preprocessor lines as blanks, offsets unchanged.
 */
export function blanked(text: string): string {
  const SKIP =
    /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\r\n]*|"(?:[^"\\\r\n]|\\.)*"?|'(?:[^'\\\r\n]|\\.)*'?|^[ \t]*#(?:[^\r\n\\]|\\\r?\n|\\.)*/gm;
  return text.replace(SKIP, (part) => part.replace(/[^\r\n]/g, ' '));
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function lineOf(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low;
}
