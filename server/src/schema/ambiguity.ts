/**
 * Whether a regular expression can read one text in exponentially many ways: its position automaton has a state
 * with two different ways back to itself that read the same text. Exact but for assertions and back references,
 * which are taken to allow anything. (Weber and Seidl, "On the degree of ambiguity of finite automata", 1991.)
 */

export type Expression =
  | { readonly kind: 'one'; readonly characters: ReadonlySet<number> }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Expression[] }
  /** Once or more; `mayBeNone`: or not at all. */
  | { readonly kind: 'repeat'; readonly part: Expression; readonly mayBeNone: boolean };

/** Larger expressions and products are not looked at: the answer is undefined. */
const MAX_POSITIONS = 300;
const MAX_PAIRS = 20_000;

interface Automaton {
  readonly characters: ReadonlySet<number>[];
  /** Position -> positions that may follow. */
  readonly follow: Map<number, number>[];
}

interface Fragment {
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly mayBeEmpty: boolean;
}

/** `undefined`: too large to tell. */
export function isExponential(expression: Expression): boolean | undefined {
  const automaton: Automaton = { characters: [], follow: [] };
  if (build(expression, automaton) === undefined) return undefined;
  return hasTwoWaysBack(automaton);
}

function build(expression: Expression, automaton: Automaton): Fragment | undefined {
  switch (expression.kind) {
    case 'one':
      return one(expression.characters, automaton);
    case 'sequence':
      return sequence(expression.parts, automaton);
    case 'choice':
      return choice(expression.parts, automaton);
    case 'repeat': {
      const part = build(expression.part, automaton);
      if (part === undefined) return undefined;
      connect(part.last, part.first, automaton);
      return expression.mayBeNone ? { ...part, mayBeEmpty: true } : part;
    }
  }
}

function one(characters: ReadonlySet<number>, automaton: Automaton): Fragment | undefined {
  const position = automaton.characters.length;
  if (position >= MAX_POSITIONS) return undefined;
  automaton.characters.push(characters);
  automaton.follow.push(new Map());
  return { first: [position], last: [position], mayBeEmpty: false };
}

function sequence(parts: readonly Expression[], automaton: Automaton): Fragment | undefined {
  let whole: Fragment = { first: [], last: [], mayBeEmpty: true };
  for (const expression of parts) {
    const part = build(expression, automaton);
    if (part === undefined) return undefined;
    connect(whole.last, part.first, automaton);
    whole = {
      first: whole.mayBeEmpty ? [...whole.first, ...part.first] : whole.first,
      last: part.mayBeEmpty ? [...whole.last, ...part.last] : part.last,
      mayBeEmpty: whole.mayBeEmpty && part.mayBeEmpty,
    };
  }
  return whole;
}

function choice(parts: readonly Expression[], automaton: Automaton): Fragment | undefined {
  const first: number[] = [];
  const last: number[] = [];
  let mayBeEmpty = false;
  for (const expression of parts) {
    const part = build(expression, automaton);
    if (part === undefined) return undefined;
    first.push(...part.first);
    last.push(...part.last);
    mayBeEmpty ||= part.mayBeEmpty;
  }
  return { first, last, mayBeEmpty };
}

/** Counts in how many ways one position follows another. */
function connect(from: readonly number[], to: readonly number[], { follow }: Automaton): void {
  for (const a of from) for (const b of to) follow[a]!.set(b, (follow[a]!.get(b) ?? 0) + 1);
}

/** Looks for a cycle of pairs of positions that starts and ends in (q, q) and goes through two different ones. */
function hasTwoWaysBack({ characters, follow }: Automaton): boolean | undefined {
  const size = characters.length;
  const overlaps = overlapTable(characters);
  const graph = new Map<number, readonly number[]>();
  const open = characters.map((_, q) => q * size + q);
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    if (graph.has(pair)) continue;
    if (graph.size >= MAX_PAIRS) return undefined;
    const next: number[] = [];
    for (const a of follow[Math.floor(pair / size)]!.keys()) {
      for (const b of follow[pair % size]!.keys()) if (overlaps[a]![b]) next.push(a * size + b);
    }
    graph.set(pair, next);
    open.push(...next);
  }
  const component = components(graph);
  const isDiagonal = (pair: number): boolean => Math.floor(pair / size) === pair % size;
  const diagonals = new Set<number>();
  for (const [pair, id] of component) if (isDiagonal(pair)) diagonals.add(id);
  for (const [pair, id] of component) {
    if (!isDiagonal(pair)) {
      if (diagonals.has(id)) return true;
      continue;
    }
    for (const [to, ways] of follow[pair % size]!) {
      if (ways > 1 && component.get(to * size + to) === id) return true;
    }
  }
  return false;
}

function overlapTable(characters: readonly ReadonlySet<number>[]): readonly (readonly boolean[])[] {
  return characters.map((a) => characters.map((b) => [...a].some((index) => b.has(index))));
}

/** Strongly connected components (Tarjan), without recursion: node -> number of its component. */
function components(graph: ReadonlyMap<number, readonly number[]>): ReadonlyMap<number, number> {
  const order = new Map<number, number>();
  const low = new Map<number, number>();
  const found = new Map<number, number>();
  const stack: number[] = [];
  for (const root of graph.keys()) {
    if (order.has(root)) continue;
    const path: { node: number; next: number }[] = [{ node: root, next: 0 }];
    while (path.length > 0) {
      const step = path.at(-1)!;
      const { node } = step;
      if (step.next === 0) {
        order.set(node, order.size);
        low.set(node, order.get(node)!);
        stack.push(node);
      }
      const to = graph.get(node)![step.next++];
      if (to !== undefined) {
        if (!order.has(to)) path.push({ node: to, next: 0 });
        else if (!found.has(to)) low.set(node, Math.min(low.get(node)!, order.get(to)!));
        continue;
      }
      path.pop();
      const above = path.at(-1);
      if (above) low.set(above.node, Math.min(low.get(above.node)!, low.get(node)!));
      if (low.get(node) !== order.get(node)) continue;
      for (let member = stack.pop(); member !== undefined; member = stack.pop()) {
        found.set(member, node);
        if (member === node) break;
      }
    }
  }
  return found;
}
