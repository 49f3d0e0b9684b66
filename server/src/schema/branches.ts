/**
 * anyOf and oneOf. When none of the branches holds, the reader is told about the branch that was meant: the one
 * whose const and enum keys fit, then the one with the fewest faults. VS Code's JSON service chooses alike.
 */
import { type Compiled, INVALID, probe, type RawFinding, run, VALID } from './compiled.ts';
import { CONTAINERS, DICT, type Instance } from './instance.ts';
import type { JsonValue, SchemaObject, Severity } from './types.ts';

interface Ranked {
  readonly branch: Compiled;
  readonly findings: readonly RawFinding[];
  /** Fails by the kind of the value itself. */
  readonly wrongType: boolean;
  /** Keys whose const or enum contradicts, and agrees. */
  readonly contradicts: number;
  readonly agrees: number;
}

/** Remembered for dicts and arrays: branches within branches would else double the work at every level. */
function rank(branch: Compiled, instance: Instance): Ranked {
  if ((instance.kind & CONTAINERS) === 0) return rankNow(branch, instance);
  const { notes } = instance;
  notes.ranks ??= new Map();
  const known = notes.ranks.get(branch.id);
  if (known !== undefined) return known as Ranked;
  const ranked = rankNow(branch, instance);
  notes.ranks.set(branch.id, ranked);
  return ranked;
}

function rankNow(branch: Compiled, instance: Instance): Ranked {
  const all: RawFinding[] = [];
  run(branch, instance, all);
  const findings = all.filter(({ keyword }) => keyword !== 'deprecationMessage');
  const wrongType = findings.some((finding) => finding.instance === instance && isType(finding));
  const { contradicts, agrees } = discriminators(branch, instance);
  return { branch, findings, wrongType, contradicts, agrees };
}

function isType({ keyword }: RawFinding): boolean {
  return keyword === 'type' || keyword === 'plistType';
}

function compare(a: Ranked, b: Ranked): number {
  return compareForm(a, b) || a.findings.length - b.findings.length;
}

function compareForm(a: Ranked, b: Ranked): number {
  return (
    Number(a.wrongType) - Number(b.wrongType) ||
    Math.min(a.contradicts, 1) - Math.min(b.contradicts, 1) ||
    b.agrees - a.agrees ||
    a.contradicts - b.contradicts
  );
}

function discriminators(branch: Compiled, instance: Instance): { contradicts: number; agrees: number } {
  let contradicts = 0;
  let agrees = 0;
  if (instance.kind !== DICT) return { contradicts, agrees };
  for (const part of unconditional(branch)) {
    for (const [key, property] of part.properties) {
      const member = instance.member(key);
      if (member === undefined || !discriminates(property)) continue;
      const verdict = probe(property, member);
      if (verdict === VALID) agrees++;
      else if (verdict === INVALID) contradicts++;
    }
  }
  return { contradicts, agrees };
}

function discriminates(schema: Compiled): boolean {
  return unconditional(schema).some(({ source }) => source.const !== undefined || source.enum !== undefined);
}

/** A schema and what `$ref` and `allOf` join to it, whatever the instance. */
export function unconditional(schema: Compiled): readonly Compiled[] {
  const found: Compiled[] = [schema];
  for (let i = 0; i < found.length; i++) {
    const { ref, allOf } = found[i]!;
    if (ref !== undefined && !found.includes(ref)) found.push(ref);
    for (const part of allOf) if (!found.includes(part)) found.push(part);
  }
  return found;
}

/** Keywords that fail for what is not there yet. */
const INCOMPLETE = new Set([
  'required',
  'dependentRequired',
  'minProperties',
  'minItems',
  'contains',
  'minContains',
]);

/**
 * The branches that a reader of this instance should hear of: those that hold or may hold; else those that only
 * lack something, or come nearest. Never empty for a non-empty list.
 */
export function fittingBranches(branches: readonly Compiled[], instance: Instance): readonly Compiled[] {
  const open = branches.filter((branch) => probe(branch, instance) !== INVALID);
  if (open.length > 0) return open;
  const ranked = branches.map((branch) => rank(branch, instance)).sort(compare);
  const best = ranked[0]!;
  const fitting = ranked.filter(
    (one) =>
      compareForm(one, best) === 0 &&
      (one.findings.length === best.findings.length ||
        one.findings.every(({ keyword }) => INCOMPLETE.has(keyword))),
  );
  return branches.filter((branch) => fitting.some((one) => one.branch === branch));
}

/** Adds to `out` why none of the branches holds. */
export function raiseBest(
  holder: SchemaObject,
  keyword: 'anyOf' | 'oneOf',
  branches: readonly Compiled[],
  instance: Instance,
  out: RawFinding[],
): void {
  if (holder.errorMessage !== undefined || branches.length === 0) {
    out.push({ keyword, instance, schema: holder });
    return;
  }
  const ranked = branches.map((branch) => rank(branch, instance));
  const merged = mergedTypes(ranked, instance, holder) ?? mergedKeys(ranked, instance, holder);
  if (merged !== undefined) {
    out.push(merged);
    return;
  }
  const fitting = ranked.filter((one) => !one.wrongType);
  const values = mergedValues(fitting, instance, holder);
  if (values !== undefined) {
    out.push(values);
    return;
  }
  let best = ranked[0]!;
  for (const one of ranked) if (compare(one, best) < 0) best = one;
  if (best.findings.length === 0) out.push({ keyword, instance, schema: holder });
  for (const finding of best.findings) out.push(attributed(finding, holder));
}

/** No branch takes this kind of value: one finding with all kinds that are taken. */
function mergedTypes(
  ranked: readonly Ranked[],
  instance: Instance,
  holder: SchemaObject,
): RawFinding | undefined {
  const expected: JsonValue[] = [];
  const failed: RawFinding[] = [];
  let keyword = 'type';
  for (const { findings } of ranked) {
    const finding = findings.find((one) => one.instance === instance && isType(one));
    if (finding === undefined) return undefined;
    failed.push(finding);
    if (finding.keyword === 'plistType') keyword = 'plistType';
    for (const type of listOf(finding.expected)) if (!expected.includes(type)) expected.push(type);
  }
  return { keyword, instance, schema: speaking(holder, failed), expected };
}

/** Every branch lacks one key and nothing else: `a or b is missing`. */
function mergedKeys(
  ranked: readonly Ranked[],
  instance: Instance,
  holder: SchemaObject,
): RawFinding | undefined {
  const keys: string[] = [];
  const failed: RawFinding[] = [];
  for (const { findings } of ranked) {
    const [only, second] = findings;
    if (only?.keyword !== 'required' || second !== undefined || only.instance !== instance) return undefined;
    failed.push(only);
    if (!keys.includes(only.key!)) keys.push(only.key!);
  }
  return { keyword: 'required', instance, schema: speaking(holder, failed), key: keys[0]!, expected: keys };
}

/** Every branch of the right kind names values: one list of them. */
function mergedValues(
  ranked: readonly Ranked[],
  instance: Instance,
  holder: SchemaObject,
): RawFinding | undefined {
  if (ranked.length < 2) return undefined;
  const expected: JsonValue[] = [];
  const failed: RawFinding[] = [];
  for (const { findings } of ranked) {
    const [only, second] = findings;
    if (only === undefined || second !== undefined || only.instance !== instance) return undefined;
    if (only.keyword !== 'enum' && only.keyword !== 'const') return undefined;
    failed.push(only);
    const values = only.keyword === 'enum' ? listOf(only.expected) : [only.expected!];
    for (const value of values) if (!expected.includes(value)) expected.push(value);
  }
  return { keyword: 'enum', instance, schema: speaking(holder, failed), expected };
}

export function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as JsonValue];
}

/**
 * A finding that speaks for all branches has their rule and message where they agree, and the mildest severity
 * that any of them asks for; the holder's own come first.
 */
function speaking(holder: SchemaObject, failed: readonly RawFinding[]): SchemaObject {
  const schemas = failed.map(({ schema }) => schema);
  const rule = holder.rule ?? agreed(schemas.map((schema) => schema.rule));
  const errorMessage = agreed(schemas.map((schema) => schema.errorMessage));
  const severity =
    holder.severity ?? MILDEST_FIRST.find((one) => schemas.some((schema) => schema.severity === one));
  if (rule === holder.rule && severity === holder.severity && errorMessage === undefined) return holder;
  return {
    ...holder,
    ...(rule !== undefined && { rule }),
    ...(severity !== undefined && { severity }),
    ...(errorMessage !== undefined && { errorMessage }),
  };
}

const MILDEST_FIRST: readonly Severity[] = ['hint', 'information', 'warning', 'error'];

function agreed(words: readonly (string | undefined)[]): string | undefined {
  const [word, ...others] = words;
  return others.every((other) => other === word) ? word : undefined;
}

/** The failing keyword is the holder's: its rule and severity hold unless the branch has its own. */
function attributed(finding: RawFinding, holder: SchemaObject): RawFinding {
  const { schema } = finding;
  const rule = schema.rule ?? holder.rule;
  const severity = schema.severity ?? holder.severity;
  if (rule === schema.rule && severity === schema.severity) return finding;
  return { ...finding, schema: { ...schema, ...(rule && { rule }), ...(severity && { severity }) } };
}
