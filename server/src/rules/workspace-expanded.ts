/**
 * Rules on single files, asked again with the build settings filled in: a version that `$(CURRENT_PROJECT_VERSION)`
 * makes too long, an identifier of the wrong shape, a value that no device has.
 */
import type { PlistNode, TextEdit, TextRange } from '../plist/types.ts';
import { hasBuildVariable } from '../plist/variables.ts';
import { openDocument } from '../workspace/document.ts';
import type { PlistDocument } from '../workspace/types.ts';
import { type LintOptions, lint } from './lint.ts';
import type { Finding, Fix, Severity } from './types.ts';
import type { BundleView, ViewFile } from './workspace-view.ts';

/** A text that was put in place of another. */
interface Replaced {
  /** In the file. */
  readonly from: TextRange;
  /** In the text as the build makes it. */
  readonly to: TextRange;
  readonly path: readonly (string | number)[];
  readonly value: string;
}

const RANK: Readonly<Record<Severity, number>> = { hint: 0, information: 1, warning: 2, error: 3 };
const MAX_SHOWN = 80;
/** Values that a message tells. */
const MAX_TOLD = 3;

/** By document, and by the text that the build makes of it: configurations mostly agree, and other files' edits change neither. */
interface Known {
  readonly before: ReadonlyMap<string, number>;
  readonly built: Map<string, readonly Finding[]>;
}
const known = new WeakMap<PlistDocument, Known>();
const MAX_KNOWN = 8;

/**
 * What a file shows as this configuration builds it and not (or not so gravely) as it stands. Places are those in the
 * file. Style is no matter of what the build makes. Never throws.
 */
export function findingsWhenBuilt(
  view: BundleView,
  { document, root }: ViewFile,
  options: LintOptions,
): readonly Finding[] {
  if (!view.bundle.target || !document.text.includes('$')) return [];
  const replaced: Replaced[] = [];
  const text = filledIn(view, document, root, replaced);
  if (replaced.length === 0) return [];
  // Schemas of the user belong to the place of the file: they are checked as it stands, and only there.
  const { onRuleError } = options;
  const { before, built } = knownOf(document, onRuleError);
  const made = built.get(text);
  if (made) return made;
  const { by, kind } = document.kind;
  // The letters of the bundle's type may be among what the build fills in.
  const opened = openDocument(document.uri, text, 0, { kind: by === 'chosen' ? kind : undefined });
  const findings = lint({ ...opened, built: false }, { onRuleError })
    .findings.filter(({ severity }) => severity !== 'hint')
    .filter((finding) => RANK[finding.severity] > (before.get(placeOf(finding)) ?? -1))
    .map((finding) => inFile(finding, replaced));
  if (built.size >= MAX_KNOWN) built.clear();
  built.set(text, findings);
  return findings;
}

function knownOf(document: PlistDocument, onRuleError: LintOptions['onRuleError']): Known {
  const kept = known.get(document);
  if (kept) return kept;
  const before = new Map<string, number>();
  for (const finding of lint(document, { onRuleError }).findings) {
    const place = placeOf(finding);
    before.set(place, Math.max(RANK[finding.severity], before.get(place) ?? 0));
  }
  const made: Known = { before, built: new Map() };
  known.set(document, made);
  return made;
}

function placeOf({ rule, keyPath }: Finding): string {
  return JSON.stringify([rule, keyPath]);
}

/** The text with every string filled in whose variables are all known. */
function filledIn(view: BundleView, document: PlistDocument, root: PlistNode, replaced: Replaced[]): string {
  const parts: string[] = [];
  let at = 0;
  let length = 0;
  for (const node of stringsIn(root)) {
    if (!hasBuildVariable(node.text)) continue;
    const value = view.text(node);
    if (value === undefined || value.includes('\uE000')) continue;
    const written = value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
    const kept = document.text.slice(at, node.openEnd);
    parts.push(kept, written);
    length += kept.length;
    replaced.push({
      from: { start: node.openEnd, end: node.closeStart },
      to: { start: length, end: length + written.length },
      path: node.path,
      value,
    });
    length += written.length;
    at = node.closeStart;
  }
  parts.push(document.text.slice(at));
  return parts.join('');
}

function* stringsIn(node: PlistNode): Generator<PlistNode> {
  if (node.kind === 'string') yield node;
  for (const { value } of node.entries) if (value) yield* stringsIn(value);
  for (const item of node.items) yield* stringsIn(item);
}

function inFile(finding: Finding, replaced: readonly Replaced[]): Finding {
  const range = rangeInFile(finding.range, replaced);
  const at = (one: Replaced) => one.to.start <= finding.range.end && finding.range.start <= one.to.end;
  const near = replaced.some(at) ? replaced.filter(at) : replaced.filter((one) => isNear(one, finding));
  const values = near
    .filter(({ value }) => !finding.message.includes(value) || value === '')
    .slice(0, MAX_TOLD)
    .map(({ path, value }) => `${path.findLast((part) => typeof part === 'string')} as ${cut(value)}`);
  const { explains: _, related, ...rest } = finding;
  return {
    ...rest,
    range,
    message:
      values.length > 0 ? `${finding.message} The build fills in ${values.join(', ')}.` : finding.message,
    fixes: () => fixesInFile(finding.fixes(), replaced),
    ...(related && {
      related: related.map((place) => ({ ...place, range: rangeInFile(place.range, replaced) })),
    }),
  };
}

/** True for a value beside or below what the finding speaks of. */
function isNear({ path }: Replaced, { keyPath }: Finding): boolean {
  const inside = path.slice(0, -1);
  const begins = (from: readonly (string | number)[]) => from.every((part, index) => part === path[index]);
  return begins(keyPath) || (inside.length === keyPath.length - 1 && begins(keyPath.slice(0, -1)));
}

function cut(value: string): string {
  if (value === '') return 'an empty text';
  return value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value;
}

/** Only fixes that leave alone what the settings fill in: the file keeps its variables. */
function fixesInFile(fixes: readonly Fix[], replaced: readonly Replaced[]): Fix[] {
  return fixes.flatMap((fix): Fix[] => {
    if (fix.files?.size) return [];
    const inFile = fix.edits.map(
      (edit): TextEdit => ({ ...rangeInFile(edit, replaced), newText: edit.newText }),
    );
    const touches = fix.edits.some((edit) =>
      replaced.some(({ to }) => {
        const around = edit.start < to.start && to.end < edit.end;
        return !around && edit.start <= to.end && to.start <= edit.end;
      }),
    );
    return touches ? [] : [{ ...fix, edits: inFile }];
  });
}

function rangeInFile({ start, end }: TextRange, replaced: readonly Replaced[]): TextRange {
  return { start: offsetInFile(start, replaced, 'start'), end: offsetInFile(end, replaced, 'end') };
}

function offsetInFile(offset: number, replaced: readonly Replaced[], side: 'start' | 'end'): number {
  let shift = 0;
  for (const { from, to } of replaced) {
    if (offset < to.start) break;
    if (offset <= to.end) return side === 'start' && offset < to.end ? from.start : from.end;
    shift = from.end - to.end;
  }
  return offset + shift;
}
