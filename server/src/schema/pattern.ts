/**
 * Regular expressions of schema files. JavaScript's matcher backtracks and cannot be interrupted: a pattern that
 * can read one text in exponentially many ways would stop the whole server. Such patterns are refused when the
 * set is built; `ambiguity.ts` finds them. What is left is polynomial, and bounded by the length of the text that
 * is matched at all.
 */
import { type Expression, isExponential } from './ambiguity.ts';

/** Copies of a repeated part that are looked at; beyond, a bounded repetition counts as endless. */
const MAX_COPIES = 8;

/** Characters that two parts of a pattern are compared on. */
const SAMPLE = [
  ...Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)),
  ...['\u0085', '\u00a0', 'é', 'ß', 'Ω', 'ж', '٣', '中', '\u2028', '😀'],
];

const EMPTY: Expression = { kind: 'sequence', parts: [] };

/** Why a pattern cannot be used, undefined when it can. Never throws. */
export function patternProblem(pattern: string): string | undefined {
  try {
    new RegExp(pattern, 'u');
  } catch (error) {
    return `the pattern "${pattern}" is no regular expression: ${(error as Error).message}`;
  }
  let verdict: boolean | undefined;
  try {
    const reader = new Reader(pattern);
    const whole = reader.choice();
    const all = [whole, ...reader.looked].map(isExponential);
    verdict = all.includes(undefined) ? undefined : all.includes(true);
  } catch {
    // Groups nested so deep that reading them overflows the stack.
    verdict = undefined;
  }
  if (verdict === false) return undefined;
  if (verdict === undefined) return `the pattern "${pattern}" is too large; write a shorter one`;
  return (
    `the pattern "${pattern}" may take forever: what repeats in it can read one text in many ways. ` +
    'Let the repetitions be told apart by a character that stands nowhere else in them'
  );
}

/** Reads a pattern that is known to be right. */
class Reader {
  /** What stands in lookarounds: matched on its own. */
  readonly looked: Expression[] = [];
  private readonly source: string;
  private pos = 0;

  constructor(source: string) {
    this.source = source;
  }

  /** Alternatives up to a closing bracket or the end. */
  choice(): Expression {
    const parts = [this.sequence()];
    while (this.source[this.pos] === '|') {
      this.pos++;
      parts.push(this.sequence());
    }
    return parts.length === 1 ? parts[0]! : { kind: 'choice', parts };
  }

  private sequence(): Expression {
    const parts: Expression[] = [];
    while (this.pos < this.source.length && !'|)'.includes(this.source[this.pos]!)) parts.push(this.term());
    return { kind: 'sequence', parts };
  }

  private term(): Expression {
    const atom = this.atom();
    const [min, max] = this.quantifier();
    if (min === 1 && max === 1) return atom;
    const copies: Expression[] = Array.from({ length: Math.min(min, MAX_COPIES) }, () => atom);
    if (max === Number.POSITIVE_INFINITY || max > MAX_COPIES) {
      const part = copies.pop() ?? atom;
      return { kind: 'sequence', parts: [...copies, { kind: 'repeat', part, mayBeNone: min === 0 }] };
    }
    let rest: Expression = EMPTY;
    for (let i = copies.length; i < max; i++) {
      rest = { kind: 'choice', parts: [{ kind: 'sequence', parts: [atom, rest] }, EMPTY] };
    }
    return { kind: 'sequence', parts: [...copies, rest] };
  }

  private atom(): Expression {
    const { source } = this;
    const character = source[this.pos]!;
    if (character === '(') return this.group();
    const start = this.pos;
    this.pos += character === '[' ? this.classLength() : character === '\\' ? this.escapeLength() : 1;
    if ((source.charCodeAt(start) & 0xfc00) === 0xd800) this.pos++;
    const text = source.slice(start, this.pos);
    if (text === '^' || text === '$' || text === '\\b' || text === '\\B') return EMPTY;
    const one: Expression = { kind: 'one', characters: charactersOf(text) };
    // A back reference reads whatever its group did.
    return /^\\[1-9k]/.test(text) ? { kind: 'repeat', part: one, mayBeNone: true } : one;
  }

  private group(): Expression {
    const opening = /^\((\?<?[=!]|\?[a-z-]*:|\?<[^>]*>)?/.exec(this.source.slice(this.pos))![0];
    this.pos += opening.length;
    const inner = this.choice();
    this.pos++;
    if (!/^\(\?<?[=!]/.test(opening)) return inner;
    this.looked.push(inner);
    return EMPTY;
  }

  private quantifier(): readonly [number, number] {
    const match = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/.exec(this.source.slice(this.pos));
    if (match === null) return [1, 1];
    this.pos += match[0].length;
    const endless = Number.POSITIVE_INFINITY;
    if (match[0].startsWith('*')) return [0, endless];
    if (match[0].startsWith('+')) return [1, endless];
    if (match[0].startsWith('?')) return [0, 1];
    const min = Number(match[1]);
    if (match[2] === '') return [min, min];
    return [min, match[3] === '' ? endless : Number(match[3])];
  }

  private classLength(): number {
    for (let at = this.pos + 1; at < this.source.length; at++) {
      if (this.source[at] === '\\') at++;
      else if (this.source[at] === ']') return at + 1 - this.pos;
    }
    return this.source.length - this.pos;
  }

  private escapeLength(): number {
    const forms =
      /^\\(?:u\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[A-Za-z]|[pP]\{[^}]*\}|k<[^>]*>|\d+|.)/u;
    return forms.exec(this.source.slice(this.pos))?.[0].length ?? 2;
  }
}

/** Characters of the sample that one atom reads; all of them when it stands for none alone. */
function charactersOf(atom: string): ReadonlySet<number> {
  const found = new Set<number>();
  let pattern: RegExp | undefined;
  try {
    pattern = new RegExp(`^(?:${atom})$`, 'u');
  } catch {
    pattern = undefined;
  }
  SAMPLE.forEach((character, index) => {
    if (pattern === undefined || pattern.test(character)) found.add(index);
  });
  // A character beyond the sample: one that only the same atom reads.
  if (found.size === 0)
    found.add(SAMPLE.length + [...atom].reduce((sum, c) => (sum * 31 + c.codePointAt(0)!) % 1e6, 7));
  return found;
}
