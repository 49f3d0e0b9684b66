import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { applyEdits } from '../../../server/src/plist/edit.ts';
import { parsePlist } from '../../../server/src/plist/parse.ts';
import { PLAIN_ABILITIES } from '../../../server/src/service/abilities.ts';
import { blankEdits } from '../../../server/src/service/formatting.ts';
import { createLanguageService } from '../../../server/src/service/index.ts';
import { offsetAt, positionAt } from '../../../server/src/service/text.ts';
import { openDocument } from '../../../server/src/workspace/document.ts';
import type { PlistDocument } from '../../../server/src/workspace/types.ts';
import { dext, plist } from './marked.ts';

const SEEDS = [
  dext(
    '\t\t\t<key>IOProviderClass</key>\n\t\t\t<string>IOUSBHostDevice</string>\n\t\t\t<!-- driver-plist-disable-next-line match/usb-value-type -->\n\t\t\t<key>idVendor</key>\n\t\t\t<string>$(VENDOR)</string>\n\t\t\t<key>A</key>\n\t\t\t<data>AAEC</data>',
  ),
  plist(
    '\t<key>com.apple.developer.driverkit.transport.usb</key>\n\t<array>\n\t\t<dict>\n\t\t\t<key>idVendor</key>\n\t\t\t<integer>1452</integer>\n\t\t</dict>\n\t</array>\n',
  ),
  plist(
    '\t<key>CFBundlePackageType</key>\n\t<string>KEXT</string>\n\t<key>OSBundleLibraries</key>\n\t<dict/>\n',
  ),
];

const PIECES = [
  '<',
  '>',
  '</',
  '<k',
  '<key>',
  '</key>',
  '<dict>',
  '</dict>',
  '<string>',
  '|',
  '&',
  '$(',
  '<!--',
  '-->',
  '\r\n',
  '\u2028',
  '💡',
  '\0',
  ']]>',
  '<![CDATA[',
];

/** A seed with some pieces cut out and others put in. */
const damaged = fc
  .tuple(
    fc.constantFrom(...SEEDS),
    fc.array(
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(40), fc.constantFrom('', ...PIECES)),
      { maxLength: 6 },
    ),
  )
  .map(([seed, changes]) => {
    let text = seed;
    for (const [at, length, piece] of changes) {
      const start = Math.floor(at * text.length);
      text = text.slice(0, start) + piece + text.slice(start + length);
    }
    return text;
  });

const services = [createLanguageService(), createLanguageService({ abilities: PLAIN_ABILITIES })];
const options = { tabSize: 2, insertSpaces: true };

function askAll(document: PlistDocument, offset: number): void {
  const position = positionAt(document, offset);
  const range = { start: position, end: positionAt(document, offset + 50) };
  for (const service of services) {
    const diagnostics = service.diagnostics(document);
    const list = service.complete(document, position);
    for (const item of list.items) {
      const edit = item.textEdit;
      assert.ok(edit);
      const replaced = 'range' in edit ? edit.range : edit.replace;
      assert.equal(replaced.start.line, replaced.end.line, 'the edit of an item stays on one line');
      assert.ok(offsetAt(document, replaced.start) <= offset && offset <= offsetAt(document, replaced.end));
      service.resolveCompletion(item);
    }
    service.hover(document, position);
    service.signatureHelp(document, position);
    service.signatureHelp(document, position, { trigger: '>' });
    for (const action of service.codeActions(document, { range, diagnostics }))
      service.resolveCodeAction(document, action);
    service.codeActions(document, { range, diagnostics, only: ['source'] });
    service.symbols(document);
    service.folding(document);
    service.selections(document, [position]);
    service.format(document, options);
    service.formatOnType(document, position, '\n', options);
    service.linkedRanges(document, position);
    service.highlights(document, position);
    service.links(document);
    service.semanticTokens(document, range);
    service.inlayHints(document, range);
  }
}

describe('any text, any place', () => {
  test('nothing throws, edits of items hold the cursor', () => {
    fc.assert(
      fc.property(damaged, fc.double({ min: 0, max: 1, noNaN: true }), (text, at) => {
        const document = openDocument('file:///w/Info.plist', text, 1);
        askAll(document, Math.floor(at * text.length));
      }),
      { numRuns: 300 },
    );
  });
  test('every place of a sound document', () => {
    for (const seed of SEEDS) {
      const document = openDocument('file:///w/Info.plist', seed, 1);
      for (let offset = 0; offset <= seed.length; offset += 3) askAll(document, offset);
    }
  });
  test('deep nesting', () => {
    const text = `<plist><dict><key>a</key>${'<dict><key>a</key>'.repeat(20_000)}`;
    const document = openDocument('file:///w/Info.plist', text, 1);
    askAll(document, text.length);
    askAll(document, 5000);
  });
});

describe('formatting', () => {
  /** What the tree holds, without a word about blanks. */
  const valuesOf = (text: string): string => {
    const tree = parsePlist(text);
    const nodes = Array.from({ length: tree.size }, (_, id) => tree.node(id));
    return JSON.stringify(
      nodes.map(({ kind, tag, path: keys, text: content }) => [kind, tag, keys, content]),
    );
  };
  const check = (text: string, name: string): void => {
    const once = applyEdits(text, blankEdits(openDocument('file:///w/Info.plist', text), '\t'));
    assert.equal(valuesOf(once), valuesOf(text), `${name}: a value changed`);
    const twice = applyEdits(once, blankEdits(openDocument('file:///w/Info.plist', once), '\t'));
    assert.equal(twice, once, `${name}: the second time changes again`);
    assert.equal(once.replace(/\s/g, ''), text.replace(/\s/g, ''), `${name}: more than blanks changed`);
  };
  test('changes blanks between tags alone, and nothing the second time', () => {
    fc.assert(
      fc.property(damaged, (text) => check(text, 'damaged')),
      { numRuns: 300 },
    );
  });
  test('the same on the corpus', (t) => {
    const corpus = path.resolve(import.meta.dirname, '../../../../shared/corpus/dext');
    let names: string[];
    try {
      names = readdirSync(corpus, { recursive: true, encoding: 'utf8' });
    } catch {
      return t.skip('needs ../shared/corpus, not here');
    }
    const files = names.filter((name) => /\.(plist|entitlements)$/.test(name));
    assert.ok(files.length > 50);
    for (const name of files) check(readFileSync(path.join(corpus, name), 'utf8'), name);
  });
});
