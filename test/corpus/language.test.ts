/**
 * The language service over real files: what it answers is in order, formatting and extraction keep every value, and
 * an accepted completion breaks nothing. Every fourth file of the corpus, spread over its folders.
 */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { DocumentSymbol, InsertReplaceEdit, TextEdit } from 'vscode-languageserver-types';
import { applyEdits } from '../../server/src/plist/edit.ts';
import type { PlistNode } from '../../server/src/plist/types.ts';
import { PLAIN_ABILITIES } from '../../server/src/service/abilities.ts';
import { createLanguageService } from '../../server/src/service/index.ts';
import { refactoringsAt } from '../../server/src/service/refactorings.ts';
import { offsetAt, positionAt } from '../../server/src/service/text.ts';
import { openDocument } from '../../server/src/workspace/document.ts';
import type { PlistDocument } from '../../server/src/workspace/types.ts';

const ROOT = path.resolve(import.meta.dirname, '../../../shared/corpus');
/** Larger ones take long and say no more. */
const LENGTH = 100_000;

function sample(t: TestContext): PlistDocument[] {
  if (!existsSync(ROOT)) {
    t.skip('needs ../shared/corpus, not here');
    return [];
  }
  const names = globSync('{dext,kext,sysext}/**/*.{plist,entitlements}', { cwd: ROOT }).sort();
  const documents = names
    .filter((_, index) => index % 4 === 0)
    .map((name) => [name, readFileSync(path.join(ROOT, name), 'utf8')] as const)
    .filter(([, text]) => text.trimStart().startsWith('<') && text.length < LENGTH)
    .map(([name, text]) => openDocument(`file:///${encodeURI(name)}`, text, 1))
    .filter(({ tree }) => tree.root && tree.errors.length === 0);
  assert.ok(documents.length > 100, `${documents.length} files`);
  return documents;
}

const full = createLanguageService();
const plain = createLanguageService({ abilities: PLAIN_ABILITIES });

function applied(document: PlistDocument, edits: readonly TextEdit[]): string {
  return applyEdits(
    document.text,
    edits.map(({ range, newText }) => ({
      start: offsetAt(document, range.start),
      end: offsetAt(document, range.end),
      newText,
    })),
  );
}

function nested(document: PlistDocument, symbols: readonly DocumentSymbol[], around?: DocumentSymbol): void {
  const holds = (a: DocumentSymbol['range'], b: DocumentSymbol['range']): boolean =>
    offsetAt(document, a.start) <= offsetAt(document, b.start) &&
    offsetAt(document, b.end) <= offsetAt(document, a.end);
  for (const symbol of symbols) {
    assert.ok(symbol.name.trim() !== '' && holds(symbol.range, symbol.selectionRange), symbol.name);
    assert.ok(!around || holds(around.range, symbol.range), symbol.name);
    nested(document, symbol.children ?? [], symbol);
  }
}

function dictionaries({ tree }: PlistDocument): PlistNode[] {
  const nodes = Array.from({ length: tree.size }, (_, id) => tree.node(id));
  return nodes.filter(({ kind, selfClosing }) => kind === 'dict' && !selfClosing);
}

describe('real files', () => {
  test('outline, folding and colours are in order', (t) => {
    for (const document of sample(t)) {
      nested(document, full.symbols(document));
      for (const { startLine, endLine } of full.folding(document)) assert.ok(startLine < endLine);
      const tokens = full.semanticTokens(document);
      let behind = 0;
      for (let i = 0; i < tokens.length; i += 5) {
        if (tokens[i] === 0) assert.ok(tokens[i + 1]! >= behind, `${document.uri}: tokens overlap`);
        behind = tokens[i + 2]!;
      }
    }
  });

  test('formatting changes blanks alone, and nothing the second time', (t) => {
    const options = { tabSize: 4, insertSpaces: false, insertFinalNewline: true, trimFinalNewlines: true };
    for (const document of sample(t)) {
      const once = applied(document, full.format(document, options));
      assert.equal(once.replace(/\s/g, ''), document.text.replace(/\s/g, ''), document.uri);
      const after = openDocument(document.uri, once, 2);
      assert.deepEqual(after.tree.root?.value(), document.tree.root?.value(), document.uri);
      assert.deepEqual(full.format(after, options), [], document.uri);
    }
  });

  test('extraction keeps values, and inlining gives the file back byte for byte', (t) => {
    let restored = 0;
    for (const document of sample(t)) {
      for (const dict of dictionaries(document).slice(0, 40)) {
        const [first, second] = dict.entries;
        if (!second?.value) continue;
        const selection = { start: first!.key.start, end: second.value.end };
        const extract = refactoringsAt(document, selection).find(({ title }) =>
          title.startsWith('Extract 2'),
        );
        if (!extract?.toName) continue;
        const text = applyEdits(document.text, extract.edits);
        const after = openDocument(document.uri, text, 2);
        assert.deepEqual(after.tree.errors, [], document.uri);
        const made = after.tree.root?.at(dict.path)?.get(extract.toName);
        const values = [first, second].map((entry) => [entry!.key.text, entry!.value?.value()]);
        assert.deepEqual([...((made?.value() as ReadonlyMap<string, unknown>) ?? [])], values, document.uri);
        const at = made?.key?.openEnd ?? 0;
        const inline = refactoringsAt(after, { start: at, end: at }).find(
          ({ kind }) => kind === 'refactor.inline',
        );
        if (!inline) continue;
        assert.equal(applyEdits(text, inline.edits), document.text, document.uri);
        restored++;
      }
    }
    assert.ok(restored > 100 || !existsSync(ROOT), `${restored} restored`);
  });

  test('a key that is completed, however it was begun, breaks nothing', (t) => {
    for (const document of sample(t)) {
      const dicts = dictionaries(document);
      const dict = dicts[Math.floor(dicts.length / 2)];
      const last = dict?.entries.at(-1);
      const at = (last?.value ?? last?.key)?.end ?? dict?.openEnd ?? 0;
      const lineStart = document.text.lastIndexOf('\n', at) + 1;
      const indent = /^[ \t]*/.exec(document.text.slice(lineStart))?.[0] ?? '';
      for (const typed of ['', '<', '<key>', 'IO']) {
        const line = `\n${indent}${typed}`;
        const text = document.text.slice(0, at) + line + document.text.slice(at);
        const begun = openDocument(document.uri, text, 2);
        const position = positionAt(begun, at + line.length);
        full.signatureHelp(begun, position);
        const { items } = plain.complete(begun, position);
        assert.ok(items.length > 0, `${document.uri} ${typed}`);
        for (const { label, textEdit } of items.slice(0, 4)) {
          const { newText, range, replace } = textEdit as TextEdit & InsertReplaceEdit;
          const after = applied(begun, [{ newText, range: range ?? replace }]);
          // A number has no text to begin with: the cursor waits in it.
          const errors = openDocument(document.uri, after, 3).tree.errors.filter(
            ({ message }) => !/ is empty\b/.test(message),
          );
          assert.deepEqual(errors, [], `${document.uri}: ${label}`);
        }
      }
    }
  });
});
