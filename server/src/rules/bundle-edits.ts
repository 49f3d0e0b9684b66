/** Fixes as rules offer them: an edit over the tree, a title, and whether it is the obvious one. Never throw. */
import { insertEntry, moveEntry, removeEntry, renameKey, replaceValue, setText } from '../plist/edit.ts';
import type { PlistNode, TextEdit, TextRange } from '../plist/types.ts';
import type { Fix } from './types.ts';

/** The fixes that there are: leaves out absent ones and those that change nothing. */
export function offer(...fixes: readonly (Fix | undefined)[]): Fix[] {
  return fixes.filter((fix): fix is Fix => fix !== undefined && fix.edits.length > 0);
}

function fix(title: string, edits: readonly TextEdit[], preferred: boolean): Fix {
  return preferred ? { title, edits, preferred } : { title, edits };
}

/** Adds an entry at the end of a dictionary. `xml`: the element of the value, lines indented by tabs. */
export function addEntryFix(dict: PlistNode, key: string, xml: string, title: string, preferred = true): Fix {
  return fix(title, insertEntry(dict, key, { xml }), preferred);
}

/** Removes an entry, by its key or value, with its line. */
export function removeEntryFix(node: PlistNode, title: string, preferred = true): Fix {
  return fix(title, removeEntry(node), preferred);
}

export function renameKeyFix(
  key: PlistNode,
  name: string,
  title = `Rename to ${name}`,
  preferred = true,
): Fix {
  return fix(title, renameKey(key, name), preferred);
}

/** Sets the text of a key or of a leaf value; `text` is plain. */
export function setTextFix(node: PlistNode, text: string, title: string, preferred = true): Fix {
  return fix(title, setText(node, text), preferred);
}

/** Replaces a value by another element. `xml`: its text, lines indented by tabs. */
export function replaceValueFix(node: PlistNode, xml: string, title: string, preferred = true): Fix {
  return fix(title, replaceValue(node, { xml }), preferred);
}

/** Moves an entry, by its key, to the end of another dictionary. */
export function moveEntryFix(key: PlistNode, target: PlistNode, title: string, preferred = true): Fix {
  return fix(title, moveEntry(key, target), preferred);
}

/** Replaces the bytes of a range: for what is no node, such as a comment or a part of a tag. */
export function replaceRangeFix(
  { start, end }: TextRange,
  newText: string,
  title: string,
  preferred = true,
): Fix {
  return fix(title, [{ start, end, newText }], preferred);
}

/** Several edits as one fix; none where two of them overlap, as they may in a document that is being typed. */
export function joinedFix(title: string, edits: readonly TextEdit[], preferred = false): Fix | undefined {
  const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  const apart = sorted.every((edit, i) => i === 0 || edit.start >= sorted[i - 1]!.end);
  return apart ? fix(title, edits, preferred) : undefined;
}
