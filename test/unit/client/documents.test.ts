import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type DocumentView,
  HEAD_LENGTH,
  isOurs,
  isPlistName,
  isPlistText,
  servedDocuments,
} from '../../../client/src/documents.ts';
import { processorTime } from '../../processorTime.ts';

const view = (languageId: string, path: string, text = ''): DocumentView => ({
  uri: `file://${path}`,
  languageId,
  path,
  head: () => text,
});

const names: [string, boolean][] = [
  ['/a/Info.plist', true],
  ['/a/My.entitlements', true],
  ['/a/My.xcent', true],
  ['/a/INFO.PLIST', true],
  ['/a/Info.plist.in', true],
  ['/a/pom.xml', false],
  ['/a/plist', false],
  ['/a/Info.plists', false],
  ['/a.plist/pom.xml', false],
];

test('the name tells a property list', () => {
  for (const [path, expected] of names) assert.equal(isPlistName(path), expected, path);
});

const texts: [string, boolean][] = [
  ['<plist version="1.0"><dict/></plist>', true],
  ['<plist>', true],
  ['<plist/>', true],
  ['<plist', true],
  ['<?xml version="1.0"?>\n<!DOCTYPE plist PUBLIC "x" "y">', true],
  ['\uFEFF<?xml version="1.0"?>\r\n<plist>', true],
  ['<?xml version="1.0"?>\n<!-- <html> -->\n<!-- two\nlines -->\n<plist>', true],
  ['  \n<!DOCTYPE  plist>', true],
  ['', false],
  ['<plistic/>', false],
  ['<!DOCTYPE html>', false],
  ['<project><plist/></project>', false],
  ['<!-- <plist> -->', false],
  ['<!-- <plist>', false],
  ['<!DOCTYPE plistic>', false],
  ['plist', false],
];

test('the beginning of the text tells a property list', () => {
  for (const [text, expected] of texts) assert.equal(isPlistText(text), expected, JSON.stringify(text));
});

test('a long text is only looked at in its beginning', () => {
  assert.equal(isPlistText(`<!--${' '.repeat(HEAD_LENGTH)}--><plist>`), false);
  const text = '<!-- --'.repeat(1_000_000);
  assert.ok(processorTime(() => isPlistText(text)) < 200);
});

test('a document is ours by language, by name or by content', () => {
  assert.equal(isOurs(view('plist', '/a/anything.txt')), true);
  assert.equal(isOurs(view('xml', '/a/Info.plist', '<broken')), true);
  assert.equal(isOurs(view('xml', '/a/settings.xml', '<plist>')), true);
  assert.equal(isOurs(view('xml', '/a/pom.xml', '<project/>')), false);
  assert.equal(isOurs(view('json', '/a/Info.plist', '{}')), false, 'another language keeps its own');
});

test('only what was opened is served, until it is closed', () => {
  const served = servedDocuments();
  const plist = view('plist', '/a/Info.plist');
  const pom = view('xml', '/a/pom.xml', '<project/>');
  assert.equal(served.opened(plist), true);
  assert.equal(served.opened(pom), false);
  assert.equal(served.changed(plist, 0), 'served');
  assert.equal(served.changed(pom, 3), 'other');
  assert.equal(served.has(pom.uri), false);
  assert.equal(served.closed(pom.uri), false);
  assert.equal(served.closed(plist.uri), true);
  assert.equal(served.has(plist.uri), false);
});

test('an XML document becomes ours when a plist is typed into its beginning, and stays ours', () => {
  const served = servedDocuments();
  const before = view('xml', '/a/new.xml', '<');
  const typed = view('xml', '/a/new.xml', '<plist>');
  assert.equal(served.opened(before), false);
  assert.equal(served.changed(typed, HEAD_LENGTH + 1), 'other', 'far away nothing can have changed');
  assert.equal(served.changed(typed, 1), 'became');
  assert.equal(served.changed(before, 0), 'served');
});
