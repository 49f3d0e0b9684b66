/**
 * What a cursor outside of property lists stands on that property lists speak of too: a driver class in an `.iig` or
 * C++ file, a build setting in a project, an `.xcconfig` or an XcodeGen spec, a bundle id in any of these.
 */
import { blanked } from '../workspace/iig.ts';
import type { FileRole } from '../workspace/walk.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { variablesIn } from './buildVariables.ts';
import { classValues } from './references.ts';
import { bundlesById, type Subject } from './subjects.ts';

/** Roles of files, other than property lists, that a subject can stand in. */
export const SOURCE_ROLES: ReadonlySet<FileRole> = new Set<FileRole>([
  'interface',
  'source',
  'xcconfig',
  'xcode-project',
  'xcodegen',
]);

/** Names of a setting at the beginning of a line, by the form of the file. */
const SETTING: Readonly<Partial<Record<FileRole, RegExp>>> = {
  xcconfig: /^\s*([A-Za-z_]\w*)(?:\[[^\]]*\])*\s*=/,
  'xcode-project': /^\s*"?([A-Z_][A-Z0-9_a-z]*)(?:\[[^\]]*\])*"?\s*=/,
  xcodegen: /^\s*-?\s*["']?([A-Z_][A-Z0-9_]*)(?:\[[^\]]*\])*["']?\s*:/,
};

/**
 * Undefined where nothing of several files stands at the offset. A class of C++ counts only when a property list
 * names it: everything else there is the business of the C++ tools. Never throws.
 *
 * @param text of the file as the workspace has it
 */
export function sourceSubjectAt(
  workspace: Workspace,
  role: FileRole,
  text: string,
  offset: number,
): Subject | undefined {
  if (role === 'interface' || role === 'source') return classAt(workspace, role, text, offset);
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  const line = text.slice(start, end < 0 ? undefined : end);
  const column = offset - start;
  const use = variablesIn(line).find((one) => column >= one.start && column <= one.end);
  if (use)
    return { kind: 'setting', name: use.name, range: { start: start + use.start, end: start + use.end } };
  const setting = SETTING[role]?.exec(line);
  const name = setting?.[1];
  if (setting && name !== undefined) {
    const at = line.indexOf(name);
    if (column >= at && column <= at + name.length) {
      return { kind: 'setting', name, range: { start: start + at, end: start + at + name.length } };
    }
  }
  const word = wordAt(line, column, /[\w.-]/);
  const bundle = word && bundlesById(workspace).get(word.text)?.[0];
  return bundle
    ? {
        kind: 'bundle-id',
        id: word.text,
        bundle,
        range: { start: start + word.start, end: start + word.start + word.text.length },
      }
    : undefined;
}

function classAt(workspace: Workspace, role: FileRole, text: string, offset: number): Subject | undefined {
  const word = wordAt(blanked(text), offset, /\w/);
  if (!word || !/^[A-Za-z_]\w*$/.test(word.text)) return undefined;
  const declared =
    role === 'interface' &&
    workspace
      .files('interface')
      .some((uri) => workspace.classesIn(uri).some((one) => one.name === word.text));
  if (!declared && classValues(workspace, word.text).length === 0) return undefined;
  return {
    kind: 'class',
    name: word.text,
    range: { start: word.start, end: word.start + word.text.length },
  };
}

function wordAt(text: string, offset: number, letter: RegExp): { text: string; start: number } | undefined {
  let start = offset;
  while (start > 0 && letter.test(text[start - 1] ?? '')) start--;
  let end = offset;
  while (end < text.length && letter.test(text[end] ?? '')) end++;
  return end > start ? { text: text.slice(start, end), start } : undefined;
}
