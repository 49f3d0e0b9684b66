/** Text -> tree. */
import { readContent } from './build.ts';
import { Builder } from './builder.ts';
import { endOfText } from './closing.ts';
import { detectFormat } from './decode.ts';
import { readJsonPlist, type TextResult } from './json.ts';
import { readMarkup } from './markup.ts';
import { readOpenStepPlist } from './openstep.ts';
import { lineEnd, skipSpace, trimBack } from './scan.ts';
import { Tree } from './tree.ts';
import type { PlistTree } from './types.ts';
import { isArray, isDict } from './value.ts';

/**
 * Parses an XML property list. Takes any text, never throws: what is wrong is in `errors` of the tree, and the
 * tree holds all that could be made out. Time is linear in the length of the text, for broken texts too.
 *
 * Text whose elements are not nested properly is read a second time with closing tags paired by indentation;
 * the reading with fewer errors is taken, of two equal ones the second, since it blames the right element.
 */
export function parsePlist(text: string): PlistTree {
  const first = build(text, false);
  if (!first.unbalanced) return new Tree(first);
  const second = build(text, true);
  return new Tree(second.errors.length <= first.errors.length ? second : first);
}

function build(text: string, byIndent: boolean): Builder {
  const b = new Builder(text, byIndent);
  b.pos = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  readContent(b);
  endOfText(b);
  if (b.done && b.plist && b.pos < text.length) readTrailer(b);
  if (b.root < 0) reportNoRoot(b);
  b.errors.sort((x, y) => x.start - y.start || x.end - y.end);
  return b;
}

/** After `</plist>` only comments and processing instructions may follow. */
function readTrailer(b: Builder): void {
  const { text } = b;
  let pos = b.pos;
  for (;;) {
    pos = skipSpace(text, pos);
    if (pos >= text.length) return;
    const isInstruction = text.startsWith('<?', pos) && !text.startsWith('<?xml', pos);
    if (!isInstruction && !text.startsWith('<!--', pos)) break;
    pos = readMarkup(b, pos);
  }
  b.contentAfterEnd(pos);
}

function reportNoRoot(b: Builder): void {
  const { text } = b;
  const start = skipSpace(text, text.charCodeAt(0) === 0xfeff ? 1 : 0);
  if (b.table.size > 0) return;
  if (start >= text.length) {
    b.errors.length = 0;
    b.error(
      'missing-root',
      0,
      text.length,
      'The file is empty. A property list holds one value, mostly a <dict>.',
      {
        title: 'Write an empty property list',
        edits: [{ start: 0, end: text.length, newText: EMPTY }],
      },
    );
    return;
  }
  const looksLikeXml = text.charCodeAt(start) === 60 || b.plist !== undefined;
  if (!looksLikeXml) {
    b.errors.length = 0;
    const end = Math.max(trimBack(text, Math.min(lineEnd(text, start), start + 200), start), start + 1);
    b.error('not-xml', start, end, `This is no XML property list${otherFormat(text, start)}.`);
    return;
  }
  if (b.errors.some((error) => error.severity === 'error')) return;
  const { plist } = b;
  const end = trimBack(text, text.length, 0);
  const from = plist ? plist.start : start;
  const to = plist ? plist.openEnd : end;
  const fix = plist
    ? plist.closeStart >= plist.openEnd && plist.end > plist.openEnd
      ? {
          title: 'Add <dict>',
          edits: [{ start: plist.openEnd, end: plist.closeStart, newText: '\n<dict>\n</dict>\n' }],
        }
      : undefined
    : { title: 'Add an empty <dict>', edits: [{ start: end, end, newText: '\n<dict>\n</dict>\n' }] };
  b.error('missing-root', from, to, 'The property list holds no value. Add one, mostly a <dict>.', fix);
}

const EMPTY = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
</dict>
</plist>
`;

/** Longer texts are not read a second time for the place of their mistake, in UTF-16 units. */
const OTHER_LIMIT = 1_000_000;

/** How the sentence goes on, without its full stop. */
function otherFormat(text: string, start: number): string {
  const format = detectFormat(text);
  if (format === 'binary') return ': it is a binary one. Convert it with plutil -convert xml1';
  if (format !== 'json' && format !== 'openstep') return ': it begins with no tag';
  const read = format === 'json' ? readJsonPlist : readOpenStepPlist;
  const { value, problems } = text.length > OTHER_LIMIT ? UNREAD : read(text);
  // A lone word is a string in OpenStep by the letter, and never meant as one.
  if (!isDict(value) && !isArray(value) && !'{(['.includes(text.charAt(start)))
    return ': it begins with no tag';
  const name = format === 'json' ? 'JSON' : 'an OpenStep (ASCII) one';
  const [problem] = problems;
  if (problem === undefined) return `: it looks like ${name}. Convert it with plutil -convert xml1`;
  const line = text.slice(0, problem.offset).split(/\r\n|\r|\n/).length;
  const what = problem.message.replace(/\.$/, '');
  return `: it looks like ${name}, with a mistake in line ${line}: ${what}. Mend it, then convert it with plutil -convert xml1`;
}

const UNREAD: TextResult = { value: new Map(), problems: [] };
