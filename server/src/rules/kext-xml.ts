/**
 * Rules on the XML itself in built kexts and dexts. Apple’s kext loader reads an Info.plist by an XML reader of
 * its own, which takes far less than CoreFoundation’s does, and refuses the whole file at the first thing that it
 * does not know. A build rewrites a source file in the form that this reader takes, so sources are let be; but a
 * `<real>` or `<date>` stays one.
 *
 * Source: apple-oss-distributions/IOKitUser IOCFUnserialize.yacc (lex, getTag, getString, getNumber).
 */
import { encodeText } from '../plist/entities.ts';
import type { PlistNode, TextEdit } from '../plist/types.ts';
import { offer, replaceRangeFix, replaceValueFix } from './bundle-edits.ts';
import { LOADER_KINDS, quoted } from './bundle-values.ts';
import type { Rule, RuleContext } from './types.ts';

const READER = 'apple-oss-distributions/IOKitUser IOCFUnserialize.yacc';
const REFUSES = 'the kext loader’s own XML reader refuses the whole file';

function checkByteOrderMark({ built, tree, report }: RuleContext): void {
  if (!built || !tree.hasBom) return;
  const start = tree.text.charCodeAt(0) === 0xfeff ? 0 : -1;
  if (start < 0) return;
  report({
    at: { start: 0, end: 1 },
    keyPath: [],
    message: `The file begins with a byte-order mark, and ${REFUSES} for it. Save it as UTF-8 without one.`,
    fixes: () => offer(replaceRangeFix({ start: 0, end: 1 }, '', 'Remove the byte-order mark')),
  });
}

function checkLineEnds({ built, tree, report }: RuleContext): void {
  if (!built) return;
  const { text } = tree;
  const first = text.indexOf('\r');
  if (first < 0 || !/(^|>)[ \t\n]*\r/.test(text)) return;
  report({
    at: { start: first, end: text[first + 1] === '\n' ? first + 2 : first + 1 },
    keyPath: [],
    message: `The lines end in CR LF (Windows), and ${REFUSES} for a CR between tags. Save it with LF line ends.`,
    fixes: () => [{ title: 'Convert line ends to LF', edits: lineEndEdits(text), preferred: true }],
  });
}

function lineEndEdits(text: string): TextEdit[] {
  const edits: TextEdit[] = [];
  for (let at = text.indexOf('\r'); at >= 0; at = text.indexOf('\r', at + 1)) {
    edits.push({ start: at, end: at + 1, newText: text[at + 1] === '\n' ? '' : '\n' });
  }
  return edits;
}

/** All nodes below and with the root, keys too, in no particular order. */
function* allNodes(root: PlistNode): Generator<PlistNode> {
  const stack: PlistNode[] = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    yield node;
    for (const item of node.items) stack.push(item);
    for (const { key, value } of node.entries) {
      yield key;
      if (value) stack.push(value);
    }
  }
}

function checkElement({ root, tree, built, report }: RuleContext): void {
  // Hardly any file has one, and this is soon told.
  if (!/<\/?(?:real|date)\b/i.test(tree.text)) return;
  for (const node of allNodes(root)) {
    if (node.kind !== 'real' && node.kind !== 'date') continue;
    const whole = node.kind === 'real' && Number.isSafeInteger(node.real) ? String(node.real) : undefined;
    report({
      at: node,
      ...(!built && { severity: 'warning' as const }),
      message: `There is no <${node.kind}> for the kext loader: ${REFUSES} for it.${built ? '' : ' The build leaves it as it is.'} Write ${node.kind === 'real' ? 'an <integer> or a <string>' : 'a <string>'}.`,
      fixes: () =>
        offer(
          whole === undefined
            ? replaceValueFix(
                node,
                `<string>${encodeText(node.text.trim())}</string>`,
                'Change to <string>',
                node.kind === 'date',
              )
            : replaceValueFix(node, `<integer>${whole}</integer>`, 'Change to <integer>'),
        ),
    });
  }
}

const READ_INTEGER = /^(?:-?\d+|0x[0-9a-f]+)$/;

function checkInteger({ root, built, report }: RuleContext): void {
  if (!built) return;
  for (const node of allNodes(root)) {
    if (node.kind !== 'integer' || node.integer === undefined) continue;
    const written = node.tree.text.slice(node.openEnd, node.closeStart);
    if (READ_INTEGER.test(written)) continue;
    const value = node.integer;
    const text = node.integerForm === 'hex' && value >= 0n ? `0x${value.toString(16)}` : value.toString();
    report({
      at: node,
      message: `The number ${quoted(written)} is not in the form that the kext loader reads: ${REFUSES} for blanks, a plus sign, signed or upper-case hexadecimal. Write ${text}.`,
      fixes: () =>
        offer(replaceRangeFix({ start: node.openEnd, end: node.closeStart }, text, `Write ${text}`)),
    });
  }
}

/** Comments, CDATA, processing instructions, declarations, tags: told apart by their first characters. */
const MARKUP =
  /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>|<![^>]*>|<\/?[A-Za-z](?:[^<>"]|"[^"]*")*>/g;
const REFERENCE = /&(?:#(\d+)|#[xX]([0-9a-fA-F]+)|(quot|apos));/g;

function checkText({ built, tree, report }: RuleContext): void {
  if (!built) return;
  const { text } = tree;
  const references = (from: number, to: number) => {
    for (const match of text.slice(from, to).matchAll(REFERENCE)) {
      const start = from + match.index;
      const end = start + match[0].length;
      const written = referenced(match);
      report({
        at: { start, end },
        keyPath: tree.nodeAt(start)?.path ?? [],
        message: `${match[0]} is not read here: ${REFUSES} for any reference but &amp;, &lt; and &gt;.${written === undefined ? '' : ` Write ${written} itself.`}`,
        fixes: () =>
          offer(
            written === undefined ? undefined : replaceRangeFix({ start, end }, written, `Write ${written}`),
          ),
      });
    }
  };
  let last = 0;
  for (const match of text.matchAll(MARKUP)) {
    references(last, match.index);
    last = match.index + match[0].length;
    if (!match[0].startsWith('<![CDATA[')) continue;
    const range = { start: match.index, end: last };
    report({
      at: range,
      keyPath: tree.nodeAt(match.index)?.path ?? [],
      message: `A CDATA section is not read here: ${REFUSES} for it. Write the text itself, with &amp;, &lt; and &gt;.`,
      fixes: () => offer(replaceRangeFix(range, encodeText(match[0].slice(9, -3)), 'Write the text itself')),
    });
  }
  references(last, text.length);
}

function referenced([, decimal, hex, name]: RegExpMatchArray): string | undefined {
  if (name !== undefined) return name === 'quot' ? '"' : "'";
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
  const isText =
    code === 9 || code === 10 || (code >= 32 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff));
  return isText ? encodeText(String.fromCodePoint(code)) : undefined;
}

const READ_TAG = /^<\/?[A-Za-z][A-Za-z0-9-]*(?:[ \t]+[A-Za-z0-9-]*[ \t]*=[ \t]*"[^"]{0,30}")*\/?>$/;

function checkTag({ root, built, tree, report }: RuleContext): void {
  if (!built) return;
  const { text } = tree;
  for (const { 0: tag, index } of text.matchAll(MARKUP)) {
    if (!/^<\/?[A-Za-z]/.test(tag) || READ_TAG.test(tag)) continue;
    const range = { start: index, end: index + tag.length };
    const single = /=\s*'[^']*'/.test(tag);
    const repaired = repairedTag(tag);
    report({
      at: range,
      keyPath: tree.nodeAt(index)?.path ?? [],
      // Injectors with single quotes are in circulation, loaded by boot loaders that have readers of their own.
      ...(single && { severity: 'warning' as const }),
      message: single
        ? `The attribute stands in single quotes, and ${REFUSES} for that. Use double quotes.`
        : `The tag ${quoted(tag)} is not in the form that the kext loader reads: ${REFUSES} for blanks before the end of a tag, line breaks inside one and attributes of more than 30 characters. Write ${quoted(repaired)}.`,
      fixes: () =>
        offer(READ_TAG.test(repaired) ? replaceRangeFix(range, repaired, `Write ${repaired}`) : undefined),
    });
  }
  for (const node of allNodes(root)) {
    if (node.kind === 'boolean' && !node.selfClosing) {
      report({
        at: node,
        message: `<${node.tag}> with a closing tag is not read here: ${REFUSES} for it. Write <${node.tag}/>.`,
        fixes: () => offer(replaceValueFix(node, `<${node.tag}/>`, `Write <${node.tag}/>`)),
      });
    } else if (node.kind === 'key' && node.selfClosing) {
      report({
        at: node,
        message: `<key/> is not read here: ${REFUSES} for it. Give the key a name.`,
        fixes: () => offer(replaceRangeFix(node, '<key></key>', 'Write <key></key>', false)),
      });
    }
  }
}

function repairedTag(tag: string): string {
  return tag
    .replace(/=\s*'([^'"]*)'/g, '="$1"')
    .replace(/\s+(\/?>)$/, '$1')
    .replace(/\s+/g, ' ');
}

function checkComment({ built, tree, report }: RuleContext): void {
  if (!built) return;
  for (const comment of tree.comments) {
    const { start, end } = comment.content;
    const content = tree.text.slice(start, end);
    if (!/--|-$/.test(content)) continue;
    report({
      at: { start: comment.start, end: comment.end },
      keyPath: tree.nodeAt(comment.start)?.path ?? [],
      message: `A comment may not have -- inside: ${REFUSES} for it. Write a single -.`,
      fixes: () =>
        offer(
          replaceRangeFix(
            { start, end },
            content.replace(/-{2,}/g, '-').replace(/-$/, '- '),
            'Replace -- by - in the comment',
          ),
        ),
    });
  }
}

const WHY =
  'The reader of the kext loader is hand-written and stops at anything it does not know. One such place, and the bundle has no properties at all: it does not load.';
const BUILT = 'Only built bundles are checked: a build writes the file anew, in the form that is read.';

function xmlRule(rule: Omit<Rule, 'severity' | 'why' | 'source' | 'kinds'>, lines: string): Rule {
  return { ...rule, severity: 'error', why: WHY, source: [`${READER}: ${lines}`], kinds: LOADER_KINDS };
}

const fact = (name: string) => `oskext:kOSKextDiagnosticBadPropertyListXMLKey#xml.${name}`;

export const kextXmlRules: readonly Rule[] = [
  xmlRule(
    {
      id: 'kext/xml-byte-order-mark',
      title: 'Byte-order mark in a built bundle',
      what: `A byte-order mark at the start of the Info.plist of a built kext or dext. ${BUILT}`,
      how: 'Save the file as UTF-8 without a byte-order mark.',
      facts: [fact('bom'), 'trap:1'],
      examples: {
        invalid: '(EF BB BF)<?xml version="1.0" encoding="UTF-8"?>',
        valid: '<?xml version="1.0" encoding="UTF-8"?>',
      },
      check: checkByteOrderMark,
    },
    'lex, isSpace',
  ),
  xmlRule(
    {
      id: 'kext/xml-line-ends',
      title: 'Windows line ends in a built bundle',
      what: `CR characters between the tags of a built kext’s or dext’s Info.plist. Inside a string they do no harm. ${BUILT}`,
      how: 'Save the file with LF line ends.',
      facts: [fact('crlf'), 'trap:1'],
      examples: { invalid: '<dict>(CR)(LF)</dict>(CR)(LF)', valid: '<dict>\n</dict>' },
      check: checkLineEnds,
    },
    'lex, isSpace',
  ),
  xmlRule(
    {
      id: 'kext/xml-element',
      title: 'Real or date in a kext or dext',
      what: 'A `<real>` or `<date>` in the Info.plist of a kext or dext; in a source file a warning.',
      how: 'Write an `<integer>` or a `<string>`. IOKit has neither reals nor dates.',
      facts: [fact('real'), 'trap:1'],
      examples: {
        invalid: '<key>IOProbeScore</key>\n<real>1000</real>',
        valid: '<key>IOProbeScore</key>\n<integer>1000</integer>',
      },
      check: checkElement,
    },
    'lex (the table of elements)',
  ),
  xmlRule(
    {
      id: 'kext/xml-integer',
      title: 'Integer in a form that the loader does not read',
      what: `An integer with blanks, a plus sign, a sign before hexadecimal, or upper-case hexadecimal in a built kext or dext. ${BUILT}`,
      how: 'Write it decimal, or as `0x` with the digits `0` to `9` and `a` to `f`.',
      facts: [fact('upperhex'), fact('intspace'), 'trap:1'],
      examples: { invalid: '<integer>0xFF</integer>', valid: '<integer>0xff</integer>' },
      check: checkInteger,
    },
    'getNumber, isAlphaDigit',
  ),
  xmlRule(
    {
      id: 'kext/xml-text',
      title: 'Reference or CDATA that the loader does not read',
      what: `\`&quot;\`, \`&apos;\`, a numeric character reference or a CDATA section in a built kext or dext. ${BUILT}`,
      how: 'Write the character itself; only `&`, `<` and `>` need `&amp;`, `&lt;` and `&gt;`.',
      facts: [fact('entity'), fact('cdata'), 'trap:1'],
      examples: { invalid: '<string>a &quot;lamp&quot;</string>', valid: '<string>a "lamp"</string>' },
      check: checkText,
    },
    'getString, getTag',
  ),
  xmlRule(
    {
      id: 'kext/xml-tag',
      title: 'Tag in a form that the loader does not read',
      what: `A tag with a blank before its end, \`<true></true>\`, \`<key/>\`, an attribute in single quotes (warning) or longer than 30 characters in a built kext or dext. ${BUILT}`,
      how: 'Write `<true/>`, `<dict/>`, `</key>` without blanks and attributes in double quotes.',
      facts: [fact('tagspace'), fact('attrquote'), fact('boolform'), fact('emptykey'), 'trap:1'],
      examples: {
        invalid: '<key>OSBundleIsInterface</key>\n<true />',
        valid: '<key>OSBundleIsInterface</key>\n<true/>',
      },
      check: checkTag,
    },
    'getTag, lex',
  ),
  xmlRule(
    {
      id: 'kext/xml-comment',
      title: 'Two hyphens in a comment',
      what: `\`--\` inside a comment of a built kext or dext. ${BUILT}`,
      how: 'Use one hyphen. This counts for a reason in a suppression comment too.',
      facts: [fact('comment')],
      examples: { invalid: '<!-- lamps -- all of them -->', valid: '<!-- lamps: all of them -->' },
      check: checkComment,
    },
    'getTag',
  ),
];
