/**
 * Sample projects, as source trees and as built products. `test/fixtures/workspace/rules/<name>/invalid` shows the
 * rule `workspace/<name>`, `valid` does not; `families/<family>` is a driver of each family as it should be.
 * `expected.txt` holds every finding that a person sees there, of single files and of several.
 * `UPDATE_EXPECTED=1` writes it anew.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { nodeFiles } from '../../../server/src/host/nodeFiles.ts';
import { applyEdits } from '../../../server/src/plist/edit.ts';
import { lint } from '../../../server/src/rules/lint.ts';
import type { Finding } from '../../../server/src/rules/types.ts';
import { workspaceRules } from '../../../server/src/rules/workspace.ts';
import { createWorkspaceLinter, lintWorkspace } from '../../../server/src/rules/workspace-lint.ts';
import { openDocument, pathOf } from '../../../server/src/workspace/document.ts';
import { Workspace } from '../../../server/src/workspace/workspace.ts';
import { describe as described } from '../rules/fixtures.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures/workspace');
const UPDATE = process.env.UPDATE_EXPECTED === '1';
const onRuleError = (rule: string, error: unknown) => {
  throw new Error(`${rule} threw`, { cause: error });
};

interface Shown {
  readonly workspace: Workspace;
  /** All findings by path below the folder. */
  readonly byPath: ReadonlyMap<string, { uri: string; text: string; findings: readonly Finding[] }>;
}

async function shownIn(folder: string): Promise<Shown> {
  const root = pathToFileURL(folder).href;
  const workspace = new Workspace(nodeFiles, [root]);
  await workspace.index();
  assert.deepEqual(workspace.notices, []);
  return { workspace, byPath: findingsIn(workspace, root) };
}

function findingsIn(workspace: Workspace, root: string): Shown['byPath'] {
  const linter = createWorkspaceLinter(workspace, { lintOptions: () => ({ onRuleError }) });
  const byPath = new Map<string, { uri: string; text: string; findings: readonly Finding[] }>();
  for (const uri of workspace.files('plist')) {
    const document = workspace.document(uri);
    if (!document) continue;
    const findings = linter.merged(uri, lint(document, { onRuleError }).findings);
    if (findings.length > 0)
      byPath.set(pathOf(uri).slice(pathOf(root).length + 1), { uri, text: document.text, findings });
  }
  return byPath;
}

function textOf({ byPath, workspace }: Shown): string {
  const parts = [...byPath].map(([path, { text, findings }]) => {
    const lines = findings.map((finding) =>
      [
        described(text, finding),
        ...(finding.related ?? []).map(({ uri, message }) => {
          assert.ok(workspace.exists(uri), `${uri} is no file`);
          return `      see ${uri.slice(uri.lastIndexOf('/') + 1)}: ${message}`;
        }),
      ].join('\n'),
    );
    return [path, ...lines].join('\n');
  });
  return parts.length === 0 ? 'nothing\n' : `${parts.join('\n\n')}\n`;
}

function expected(path: string, actual: string): void {
  if (UPDATE) writeFileSync(path, actual);
  assert.ok(existsSync(path), `no ${path}, run with UPDATE_EXPECTED=1 and read it`);
  assert.equal(actual, readFileSync(path, 'utf8'));
}

const rules = readdirSync(join(FIXTURES, 'rules'));
const families = readdirSync(join(FIXTURES, 'families'));

for (const name of rules) {
  const folder = join(FIXTURES, 'rules', name);
  const id = `workspace/${name}`;
  describe(id, () => {
    test('the invalid project shows what expected.txt says', async () => {
      const shown = await shownIn(join(folder, 'invalid'));
      expected(join(folder, 'expected.txt'), textOf(shown));
      assert.ok([...shown.byPath.values()].some(({ findings }) => findings.some(({ rule }) => rule === id)));
    });

    test('the valid project shows neither the rule nor any error or warning', async () => {
      const { byPath } = await shownIn(join(folder, 'valid'));
      const found = [...byPath.values()].flatMap(({ findings }) => findings);
      const grave = found.filter(
        ({ rule, severity }) => rule === id || severity === 'error' || severity === 'warning',
      );
      assert.deepEqual(
        grave.map(({ rule, message }) => `${rule} ${message}`),
        [],
      );
    });

    test('each fix leaves a project without the finding and without a new one', async () => {
      const { byPath, workspace } = await shownIn(join(folder, 'invalid'));
      for (const [path, { findings }] of byPath) {
        for (const finding of findings.filter(({ rule }) => rule === id)) {
          for (const fix of finding.fixes()) {
            if (fix.files?.size) continue;
            const document = workspace.document([...byPath].find(([one]) => one === path)?.[1].uri ?? '');
            assert.ok(document);
            const text = applyEdits(document.text, fix.edits);
            workspace.setOpen(document.uri, openDocument(document.uri, text, 1));
            const after = lintWorkspace(workspace).get(document.uri) ?? [];
            workspace.setOpen(document.uri, undefined);
            const said = (list: readonly Finding[]) => list.map(({ rule, message }) => `${rule} ${message}`);
            const before = said(findings);
            assert.ok(
              !said(after).includes(`${finding.rule} ${finding.message}`),
              `${fix.title} leaves the finding`,
            );
            assert.deepEqual(
              said(after).filter((one) => !before.includes(one)),
              [],
              `${fix.title} brings new findings`,
            );
          }
        }
      }
    });
  });
}

for (const family of families) {
  for (const state of readdirSync(join(FIXTURES, 'families', family)).filter(
    (one) => !one.endsWith('.txt'),
  )) {
    test(`a driver of the family ${family}, ${state}, shows what expected.txt says and nothing grave`, async () => {
      const folder = join(FIXTURES, 'families', family);
      const shown = await shownIn(join(folder, state));
      expected(join(folder, `expected-${state}.txt`), textOf(shown));
      const grave = [...shown.byPath.values()].flatMap(({ findings }) =>
        findings.filter(({ severity }) => severity === 'error' || severity === 'warning'),
      );
      assert.deepEqual(
        grave.map(({ rule, message }) => `${rule} ${message}`),
        [],
      );
      assert.ok(shown.workspace.bundles.length >= 2, 'an app and what it carries');
      assert.equal(shown.workspace.bundles.find(({ kind }) => kind === 'app')?.embeds.length, 1);
    });
  }
}

/** Pieces of documents that a person has begun to type or a tool has cut off. */
function broken(text: string): string[] {
  const cuts = [0.2, 0.45, 0.7, 0.9].map((part) => text.slice(0, Math.floor(text.length * part)));
  const retyped = [
    text.replaceAll('string>', 'integer>'),
    text.replaceAll('<dict>', '<array>').replaceAll('</dict>', '</array>'),
    text.replaceAll('<array>', '<string>').replaceAll('</array>', '</string>'),
    text.replaceAll('integer>', 'true>'),
    '',
    '<plist/>',
    '<plist><dict><key>IOKitPersonalities</key><dict><key/><dict/></dict></dict></plist>',
  ];
  return [...cuts, ...retyped];
}

test('no rule over several files throws on broken documents, nor do their fixes', async () => {
  const thrown: string[] = [];
  const options = {
    lintOptions: () => ({ onRuleError: (rule: string, error: unknown) => thrown.push(`${rule}: ${error}`) }),
  };
  for (const name of rules) {
    const workspace = new Workspace(nodeFiles, [
      pathToFileURL(join(FIXTURES, 'rules', name, 'invalid')).href,
    ]);
    await workspace.index();
    for (const uri of workspace.files('plist')) {
      const text = workspace.document(uri)?.text ?? '';
      for (const [index, piece] of broken(text).entries()) {
        workspace.setOpen(uri, openDocument(uri, piece, index + 1));
        for (const [where, findings] of lintWorkspace(workspace, options)) {
          const { length } = workspace.document(where)?.text ?? '';
          for (const finding of findings) {
            assert.ok(
              finding.range.start >= 0 && finding.range.end <= length,
              `${finding.rule} leaves ${where}`,
            );
            for (const fix of finding.fixes()) assert.ok(fix.title.length > 0);
          }
        }
      }
      workspace.setOpen(uri, undefined);
    }
  }
  assert.deepEqual(thrown, []);
});

test('what is remembered is what is found anew', async () => {
  for (const name of rules) {
    const workspace = new Workspace(nodeFiles, [
      pathToFileURL(join(FIXTURES, 'rules', name, 'invalid')).href,
    ]);
    await workspace.index();
    const linter = createWorkspaceLinter(workspace);
    const plain = (found: ReadonlyMap<string, readonly Finding[]>) =>
      [...found].map(([uri, list]) => [
        uri,
        list.map(({ rule, message, range }) => [rule, message, range.start]),
      ]);
    for (const uri of workspace.files('plist')) {
      const text = workspace.document(uri)?.text ?? '';
      for (const [index, piece] of [...broken(text), text].entries()) {
        workspace.setOpen(uri, openDocument(uri, piece, index + 1));
        const anew = lintWorkspace(workspace);
        assert.deepEqual(plain(linter.findings()), plain(anew), `${name} ${uri} ${index}`);
        for (const [where, list] of anew) {
          assert.deepEqual(
            plain(new Map([[where, linter.findingsOf(where)]])),
            plain(new Map([[where, list]])),
          );
        }
      }
    }
  }
});

test('each rule over several files has its projects, and no folder is of no rule', () => {
  assert.deepEqual([...rules].sort(), workspaceRules.map(({ id }) => id.replace('workspace/', '')).sort());
});
