/** The rule fixtures: folders of documents with the findings that a person sees in them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TextEdit } from '../../../server/src/plist/types.ts';
import { lint } from '../../../server/src/rules/lint.ts';
import type { Finding, Fix } from '../../../server/src/rules/types.ts';
import { openDocument } from '../../../server/src/workspace/document.ts';

export const FIXTURES = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'fixtures', 'rules');

export interface FixtureFile {
  /** `invalid/Lamp.kext/Contents/Info.plist`, with `/`. */
  readonly name: string;
  readonly text: string;
}

export interface Fixture {
  /** Id of the rule: the folder below `test/fixtures/rules`. */
  readonly rule: string;
  readonly folder: string;
  readonly invalid: readonly FixtureFile[];
  readonly valid: readonly FixtureFile[];
}

/** All fixture folders, by rule id in order. */
export function fixtures(): Fixture[] {
  if (!existsSync(FIXTURES)) return [];
  const found: Fixture[] = [];
  for (const group of folders(FIXTURES)) {
    for (const name of folders(join(FIXTURES, group))) {
      const folder = join(FIXTURES, group, name);
      found.push({
        rule: `${group}/${name}`,
        folder,
        invalid: files(folder, 'invalid'),
        valid: files(folder, 'valid'),
      });
    }
  }
  return found;
}

function folders(parent: string): string[] {
  return readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

function files(folder: string, part: 'invalid' | 'valid'): FixtureFile[] {
  const root = join(folder, part);
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /\.(plist|entitlements)$/.test(path))
    .sort()
    .map((path) => ({ name: `${part}/${path}`, text: readFileSync(join(root, path), 'utf8') }));
}

/** The findings of a text that lies at the place of a fixture file; a rule that throws fails the test. */
export function findingsOf(name: string, text: string): readonly Finding[] {
  const document = openDocument(`file:///fixtures/${name}`, text);
  return lint(document, {
    onRuleError: (rule, error) => {
      throw new Error(`${rule} threw on ${name}`, { cause: error });
    },
  }).findings;
}

/** `line:column`, both from 1, as editors show them. */
export function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `${before.length}:${before[before.length - 1]!.length + 1}`;
}

/** A finding as a person reads it. */
export function describe(text: string, finding: Finding): string {
  const lines = [
    `  ${placeOf(text, finding.range.start)} ${finding.severity} ${finding.rule}`,
    `      ${finding.message}`,
  ];
  for (const fix of finding.fixes()) lines.push(`      ${fix.preferred ? 'fix' : 'or'}: ${fix.title}`);
  return lines.join('\n');
}

/** What `expected.txt` holds: the rule's findings in each invalid document, and other errors there, if any. */
export function expectedText({ rule, invalid }: Fixture): string {
  const parts = invalid.map(({ name, text }) => {
    const shown = findingsOf(name, text).filter(
      (finding) => finding.rule === rule || finding.severity === 'error',
    );
    return [name, ...shown.map((finding) => describe(text, finding))].join('\n');
  });
  return `${parts.join('\n\n')}\n`;
}

/**
 * @throws when the edits overlap or leave the text
 */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  let result = '';
  let at = 0;
  for (const { start, end, newText } of sorted) {
    if (start < at || end < start || end > text.length) {
      throw new Error(`edit ${start}..${end} overlaps another or leaves the text`);
    }
    result += text.slice(at, start) + newText;
    at = end;
  }
  return result + text.slice(at);
}

/** How often each thing is said, whatever its place: `rule: message`; of notes and hints only the rule, as they may be worded anew. */
function counts(findings: readonly Finding[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const finding of findings) {
    const line = lineOf(finding);
    found.set(line, (found.get(line) ?? 0) + 1);
  }
  return found;
}

function lineOf({ rule, severity, message }: Finding): string {
  return severity === 'information' || severity === 'hint' ? rule : `${rule}: ${message}`;
}

export interface FixResult {
  readonly text: string;
  /** The finding is still there. */
  readonly remains: boolean;
  /** Findings that were not there before. */
  readonly added: readonly string[];
}

/** Applies a fix of a finding and lints what it leaves. */
export function applyFix({ name, text }: FixtureFile, finding: Finding, fix: Fix): FixResult {
  const fixed = applyEdits(text, fix.edits);
  const before = counts(findingsOf(name, text));
  const after = counts(findingsOf(name, fixed));
  const line = lineOf(finding);
  return {
    text: fixed,
    remains: (after.get(line) ?? 0) >= (before.get(line) ?? 0),
    added: [...after].filter(([said, count]) => count > (before.get(said) ?? 0)).map(([said]) => said),
  };
}
