/** Holds the layers of docs/architecture.md: who may import whom. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const root = path.resolve(import.meta.dirname, '../..');

/** Layer -> layers that it may import besides itself. */
const ALLOWED: Record<string, readonly string[]> = {
  plist: [],
  schema: ['plist'],
  iokit: ['plist'],
  workspace: ['plist', 'schema', 'iokit'],
  rules: ['plist', 'schema', 'iokit', 'workspace'],
  convert: ['plist', 'schema', 'iokit', 'workspace', 'rules'],
  service: ['plist', 'schema', 'iokit', 'workspace', 'rules', 'convert'],
  host: ['workspace'],
  lsp: ['plist', 'schema', 'iokit', 'workspace', 'rules', 'convert', 'service', 'host'],
  cli: ['plist', 'schema', 'iokit', 'workspace', 'rules', 'convert', 'service', 'host'],
};

/** Packages that a layer below the doors may use; all of them run in a browser. */
const PACKAGES = [
  'vscode-languageserver-types',
  'vscode-languageserver-textdocument',
  'vscode-uri',
  'yaml',
  'picomatch',
  'plist',
  '@bacons/xcode/json',
];
const DOORS = ['host', 'lsp', 'cli'];

interface Import {
  file: string;
  specifier: string;
  typeOnly: boolean;
}

const IMPORT = /^\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm;

function importsOf(pattern: string): Import[] {
  return globSync(pattern, { cwd: root }).flatMap((file) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    return [...text.matchAll(IMPORT)].map(([, type, specifier]) => ({
      file: file.split(path.sep).join('/'),
      specifier: specifier ?? '',
      typeOnly: type !== undefined,
    }));
  });
}

const layerOf = (file: string) => /^server\/src\/([^/]+)\//.exec(file)?.[1];
const target = ({ file, specifier }: Import) => path.posix.join(path.posix.dirname(file), specifier);

test('server layers import downward only', () => {
  const imports = importsOf('server/src/**/*.ts');
  assert.ok(imports.length > 50, 'the imports were not found');
  const wrong = imports.filter((one) => {
    const from = layerOf(one.file);
    const to = one.specifier.startsWith('.') ? layerOf(target(one)) : undefined;
    return from !== undefined && to !== undefined && from !== to && !ALLOWED[from]?.includes(to);
  });
  assert.deepEqual(
    wrong.map(({ file, specifier }) => `${file} imports ${specifier}`),
    [],
  );
});

test('every folder of the server is a known layer', () => {
  const folders = new Set(globSync('server/src/*/', { cwd: root }).map((folder) => path.basename(folder)));
  assert.deepEqual(
    [...folders].filter((folder) => !(folder in ALLOWED)),
    [],
  );
});

test('only the doors know Node and the protocol', () => {
  const wrong = importsOf('server/src/**/*.ts').filter(({ file, specifier }) => {
    const layer = layerOf(file);
    if (layer === undefined || DOORS.includes(layer) || specifier.startsWith('.')) return false;
    return !PACKAGES.includes(specifier);
  });
  assert.deepEqual(
    wrong.map(({ file, specifier }) => `${file} imports ${specifier}`),
    [],
  );
});

test('the client takes only types from the server', () => {
  const wrong = importsOf('client/src/**/*.ts').filter(
    (one) => one.specifier.startsWith('.') && target(one).startsWith('server/') && !one.typeOnly,
  );
  assert.deepEqual(
    wrong.map(({ file, specifier }) => `${file} imports ${specifier}`),
    [],
  );
});
