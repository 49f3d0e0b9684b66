/**
 * Shortens many names by codes of two ASCII characters for the phrases that save most. Chosen over compression
 * proper because a single name can be read back without unpacking the rest.
 */

/** Second characters of a code: printable ASCII but the two that JSON escapes. */
const SECOND = Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i)).filter(
  (character) => character !== '"' && character !== '\\',
);
const PER_ROUND = 60;
const LONGEST = 4;

export interface Phrases {
  /** First characters of the codes; none of them is literal text. */
  readonly leads: string;
  /** By number; may hold codes of earlier phrases. */
  readonly phrases: readonly string[];
  /** Name -> packed name. */
  readonly codes: ReadonlyMap<string, string>;
}

/** Chooses phrases for the names: rounds of counting word groups, each taking the ones that save most. */
export function choosePhrases(names: readonly string[]): Phrases {
  const leads = [...'~^`{}|$%=;<>@'];
  // A name that holds a lead literally gets it as a phrase of its own.
  const literal = leads.filter((lead) => names.some((name) => name.includes(lead)));
  const limit = leads.length * SECOND.length;
  const phrases: string[] = [...literal];
  const code = (n: number) => leads[Math.floor(n / SECOND.length)]! + SECOND[n % SECOND.length]!;
  const literalCodes = new Map(literal.map((lead, n) => [lead, code(n)]));

  const unique = [...new Set(names)];
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  let texts = unique.map((name) => ({
    parts: (name.match(/[A-Za-z]+ ?|[0-9]+ ?|[^A-Za-z0-9]/g) ?? []).map(
      (part) => literalCodes.get(part) ?? part,
    ),
    count: counts.get(name)!,
  }));

  while (phrases.length < limit) {
    const chosen = bestGroups(texts, Math.min(PER_ROUND, limit - phrases.length));
    if (chosen.length === 0) break;
    const replace = new Map<string, { readonly parts: readonly string[]; readonly code: string }[]>();
    for (const parts of chosen) {
      const list = replace.get(parts[0]!) ?? [];
      list.push({ parts, code: code(phrases.length) });
      replace.set(parts[0]!, list);
      phrases.push(parts.join(''));
    }
    texts = texts.map(({ parts, count }) => ({ parts: substitute(parts, replace), count }));
  }
  return {
    leads: leads.join(''),
    phrases,
    codes: new Map(unique.map((name, i) => [name, texts[i]!.parts.join('')])),
  };
}

/** A name in packed form; only names that were given to {@link choosePhrases}. */
export function packName(name: string, codes: ReadonlyMap<string, string>): string {
  const packed = codes.get(name);
  if (packed === undefined) throw new Error(`no packed form of ${name}`);
  return packed;
}

function bestGroups(
  texts: readonly { readonly parts: readonly string[]; readonly count: number }[],
  most: number,
): string[][] {
  const groups = new Map<string, { parts: string[]; count: number }>();
  for (const { parts, count } of texts) {
    for (let i = 0; i < parts.length; i++) {
      let key = '';
      for (let j = i; j < Math.min(parts.length, i + LONGEST); j++) {
        key += `${parts[j]}\u0000`;
        const group = groups.get(key);
        if (group) group.count += count;
        else groups.set(key, { parts: parts.slice(i, j + 1), count });
      }
    }
  }
  const gains = [...groups.values()]
    .map((group) => ({ ...group, length: group.parts.join('').length }))
    .map((group) => ({ ...group, gain: (group.length - 2) * group.count - group.length - 2 }))
    .filter((group) => group.gain > 0)
    .sort((a, b) => b.gain - a.gain);
  const used = new Set<string>();
  const chosen: string[][] = [];
  for (const { parts } of gains) {
    if (chosen.length >= most) break;
    if (parts.some((part) => used.has(part))) continue;
    for (const part of parts) used.add(part);
    chosen.push(parts);
  }
  return chosen;
}

function substitute(
  parts: readonly string[],
  replace: ReadonlyMap<string, readonly { readonly parts: readonly string[]; readonly code: string }[]>,
): string[] {
  const out: string[] = [];
  for (let i = 0; i < parts.length; ) {
    const hit = replace
      .get(parts[i]!)
      ?.find((candidate) => candidate.parts.every((part, offset) => parts[i + offset] === part));
    out.push(hit ? hit.code : parts[i]!);
    i += hit ? hit.parts.length : 1;
  }
  return out;
}
