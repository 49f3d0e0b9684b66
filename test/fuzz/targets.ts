/** Every reader, and what must hold of it on any input. A property that is broken throws. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { openSource } from '../../server/src/cli/source.ts';
import { pciMatchTerms, pciPatterns } from '../../server/src/iokit/pci.ts';
import { readRegistry } from '../../server/src/iokit/registry.ts';
import { readIoregValue } from '../../server/src/iokit/registry-value.ts';
import { isCompatibleVersion, readVersion } from '../../server/src/iokit/version.ts';
import { readBinaryPlist, writeBinaryPlist } from '../../server/src/plist/binary.ts';
import { decodeBytes, detectFormat } from '../../server/src/plist/decode.ts';
import { applyEdits } from '../../server/src/plist/edit.ts';
import { readJsonPlist } from '../../server/src/plist/json.ts';
import { readOpenStepPlist } from '../../server/src/plist/openstep.ts';
import { parsePlist } from '../../server/src/plist/parse.ts';
import { printPlist } from '../../server/src/plist/print.ts';
import { profileText } from '../../server/src/plist/profile.ts';
import type { TextEdit } from '../../server/src/plist/types.ts';
import { update } from '../../server/src/plist/update.ts';
import { kindMatcher, readConfig } from '../../server/src/rules/config.ts';
import { type LintOptions, lint } from '../../server/src/rules/lint.ts';
import type { Finding } from '../../server/src/rules/types.ts';
import { blankEdits } from '../../server/src/service/formatting.ts';
import { createLanguageService } from '../../server/src/service/index.ts';
import { positionAt } from '../../server/src/service/text.ts';
import { expandSettings, settingReferences } from '../../server/src/workspace/buildSettings.ts';
import { openDocument } from '../../server/src/workspace/document.ts';
import { classDeclarations } from '../../server/src/workspace/iig.ts';
import { readMachO } from '../../server/src/workspace/macho.ts';
import { plistText } from '../../server/src/workspace/plistText.ts';
import { isProfileFor, readProfile } from '../../server/src/workspace/profile.ts';
import type { PlistDocument } from '../../server/src/workspace/types.ts';
import { readXcconfig } from '../../server/src/workspace/xcconfig.ts';
import { readXcodeProject } from '../../server/src/workspace/xcode.ts';
import { includesOf, projectOfSpec, readSpec } from '../../server/src/workspace/xcodegen.ts';
import { processorTime } from '../processorTime.ts';
import { checkTree, dump } from './checks.ts';
import { checkConversion, checkInto, kextText, options } from './conversion.ts';
import { damagedBytes, damagedText, place } from './mutations.ts';
import * as seeds from './seeds.ts';

/** One call of a reader on a few kilobytes takes far less, on the slowest machine. */
const SLOW_MS = 5_000;

export interface Target {
  readonly name: string;
  /** The property, ready for `fc.assert` and `fc.check`. */
  readonly property: fc.IProperty<never>;
}

function target<T>(name: string, input: fc.Arbitrary<T>, check: (input: T) => void): Target {
  const property = fc.property(input, (one) => {
    const took = processorTime(() => check(one));
    assert.ok(took < SLOW_MS, `${name} took ${took.toFixed(0)} ms`);
  });
  return { name, property: property as unknown as fc.IProperty<never> };
}

const strict: LintOptions = {
  onRuleError(rule, error) {
    throw new Error(`rule ${rule} threw: ${error instanceof Error ? error.stack : String(error)}`);
  },
};

function pathFor(text: string): string {
  if (text.includes('com.apple.developer.')) return 'file:///w/Lamp/Lamp.entitlements';
  return text.includes('DEXT') ? 'file:///w/Lamp/Info.plist' : 'file:///w/Hid.kext/Contents/Info.plist';
}

/** Findings without what is computed on demand, comparable. */
function plain(findings: readonly Finding[]): unknown[] {
  return findings.map((finding) => ({ ...finding, fixes: finding.fixes() }));
}

function checkFindings(document: PlistDocument, findings: readonly Finding[]): void {
  const { length } = document.text;
  for (const { range, message, rule, fixes } of findings) {
    assert.ok(0 <= range.start && range.start <= range.end && range.end <= length, rule);
    assert.ok(range.end > range.start || length === 0, `${rule}: empty range`);
    assert.ok(message.trim().length > 0, `${rule}: no message`);
    const slip = /\bundefined\b|\[object |NaN/.exec(message)?.[0];
    assert.ok(slip === undefined || document.text.includes(slip), `${rule}: ${message}`);
    for (const fix of fixes()) {
      assert.ok(fix.title.trim().length > 0, rule);
      checkEdits(document.text, fix.edits);
    }
  }
}

/** In order of their places, apart from each other, inside the text. */
function checkEdits(text: string, edits: readonly TextEdit[]): void {
  const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  let last = 0;
  for (const { start, end } of sorted) {
    assert.ok(last <= start && start <= end && end <= text.length, `edit ${start}-${end}`);
    last = end;
  }
}

/**
 * The preferred repair takes its finding away and breaks no syntax: of its rule fewer are left where it stood and where
 * the repair wrote. Elsewhere another may come to light that the first one hid, such as a second key that is misspelt
 * for the same name. In a text that is broken already, what was hidden may come up instead.
 */
function checkFixes(text: string): void {
  const document = openDocument(pathFor(text), text, 1);
  if (document.tree.errors.length > 0) return;
  const { findings } = lint(document, strict);
  for (const finding of findings.slice(0, 12)) {
    for (const fix of finding.fixes()) {
      if (!fix.preferred || fix.edits.length === 0) continue;
      const repaired = applyEdits(text, fix.edits);
      const after = openDocument(document.uri, repaired, 2, { kind: document.kind.kind });
      const said = `${finding.rule}: ${fix.title}`;
      assert.deepEqual(after.tree.errors, [], `${said} breaks the syntax`);
      const left = countIn(lint(after, strict).findings, finding.rule, movedPlaces(finding.range, fix.edits));
      const were = countIn(findings, finding.rule, [finding.range, ...fix.edits]);
      assert.ok(left < were, `${said} leaves its finding`);
    }
  }
}

interface Place {
  readonly start: number;
  readonly end: number;
}

/** Findings of a rule that touch one of the places. */
function countIn(findings: readonly Finding[], rule: string, places: readonly Place[]): number {
  const touches = (range: Place) => places.some(({ start, end }) => range.start < end && range.end > start);
  return findings.filter((one) => one.rule === rule && touches(one.range)).length;
}

/** Where a range and the new texts of edits stand when the edits are done. */
function movedPlaces(range: Place, edits: readonly TextEdit[]): Place[] {
  const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  const moved = (at: number, isEnd: boolean): number => {
    let shift = 0;
    for (const { start, end, newText } of sorted) {
      if (end <= at && !(isEnd && start === at)) shift += newText.length - (end - start);
      else if (start < at) return start + shift + (isEnd ? newText.length : 0);
    }
    return at + shift;
  };
  let shift = 0;
  const written = sorted.map(({ start, end, newText }) => {
    const place = { start: start + shift, end: start + shift + newText.length };
    shift += newText.length - (end - start);
    return place;
  });
  return [{ start: moved(range.start, false), end: moved(range.end, true) }, ...written];
}

const service = createLanguageService({ lintOptions: () => strict });

function askEverything(text: string, share: number): void {
  const document = openDocument(pathFor(text), text, 1);
  const position = positionAt(document, Math.floor(share * text.length));
  const range = { start: position, end: positionAt(document, Math.floor(share * text.length) + 80) };
  const diagnostics = service.diagnostics(document);
  for (const item of service.complete(document, position).items.slice(0, 30)) service.resolveCompletion(item);
  service.hover(document, position);
  for (const action of service.codeActions(document, { range, diagnostics })) {
    service.resolveCodeAction(document, action);
  }
  service.symbols(document);
  service.folding(document);
  service.selections(document, [position]);
  service.formatOnType(document, position, '\n', { tabSize: 4, insertSpaces: false });
  service.linkedRanges(document, position);
  service.highlights(document, position);
  service.links(document);
  service.semanticTokens(document);
  service.inlayHints(document, range);
}

function checkFormat(text: string): void {
  const before = openDocument(pathFor(text), text, 1);
  const edits = blankEdits(before, '  ');
  checkEdits(text, edits);
  const formatted = applyEdits(text, edits);
  const after = openDocument(pathFor(text), formatted, 2);
  assert.deepEqual(after.tree.root?.value(), before.tree.root?.value(), 'formatting keeps the values');
  assert.equal(after.tree.comments.length, before.tree.comments.length, 'formatting keeps the comments');
  assert.deepEqual(blankEdits(after, '  '), [], 'formatting twice is formatting once');
}

function checkUpdates(source: string, changes: readonly (readonly [number, number, string])[]): void {
  let tree = parsePlist(source);
  for (const [at, size, newText] of changes) {
    const start = Math.floor(at * tree.text.length);
    const edit = { start, end: Math.min(tree.text.length, start + size), newText };
    const next = update(tree, [edit]);
    const full = parsePlist(applyEdits(tree.text, [edit]));
    assert.deepEqual(dump(next), dump(full), 'incremental result = full result');
    const path = pathFor(source);
    const local = openDocument(path, next.text, 1, { tree: next });
    const whole = openDocument(path, next.text, 1, { tree: full });
    assert.deepEqual(plain(lint(local, strict).findings), plain(lint(whole, strict).findings));
    tree = next;
  }
}

const typed = fc.tuple(
  place,
  fc.constantFrom(0, 0, 1, 1, 3, 40),
  fc.oneof(
    fc.constantFrom(
      '',
      '<',
      '>',
      '/',
      'a',
      '1',
      '&',
      '<key>x</key>',
      '<true/>',
      '</dict>',
      '\n',
      '-->',
      '<!--',
    ),
    fc.string({ maxLength: 4 }),
  ),
);

const bytesOf = (texts: readonly string[]) => texts.map((text) => new Uint8Array(Buffer.from(text)));

export const targets: readonly Target[] = [
  target('xml', damagedText(seeds.xmlTexts), (text) => checkTree(parsePlist(text))),
  target('print', damagedText(seeds.xmlTexts), (text) => {
    const value = parsePlist(text).root?.value();
    // Half a pair of UTF-16 cannot be written at all; both writers say so.
    if (value === undefined || /\p{Surrogate}/u.test(text)) return;
    const printed = printPlist(value);
    assert.equal(printPlist(parsePlist(printed).root!.value()!), printed);
    assert.deepEqual(readBinaryPlist(writeBinaryPlist(value)).problems, []);
  }),
  target(
    'update',
    fc.tuple(damagedText(seeds.driverTexts, 2), fc.array(typed, { minLength: 1, maxLength: 5 })),
    ([source, changes]) => checkUpdates(source, changes),
  ),
  target('lint', damagedText(seeds.driverTexts), (text) => {
    const document = openDocument(pathFor(text), text, 1);
    checkFindings(document, lint(document, strict).findings);
  }),
  target('fix', damagedText(seeds.driverTexts, 2), checkFixes),
  target('service', fc.tuple(damagedText(seeds.driverTexts), place), ([text, share]) =>
    askEverything(text, share),
  ),
  target('format', damagedText(seeds.xmlTexts, 3), checkFormat),
  target('bytes', damagedBytes(bytesOf(seeds.xmlTexts)), (bytes) => {
    const decoded = decodeBytes(bytes);
    for (const problem of decoded.problems) assert.ok(problem.end <= decoded.text.length);
    detectFormat(bytes);
    plistText(bytes);
    const source = openSource(bytes);
    const document = source.document('/w/Lamp/Info.plist', undefined);
    checkFindings(document, source.findings(document, strict));
  }),
  target('profile', damagedBytes(seeds.profiles), (bytes) => {
    const text = profileText(bytes);
    const profile = readProfile(bytes);
    assert.ok(profile === undefined || text !== undefined);
    if (profile) isProfileFor(profile, 'com.acme.lamp');
  }),
  target('binary', damagedBytes(seeds.binaryFiles), (bytes) => {
    const { value, problems } = readBinaryPlist(bytes);
    if (value !== undefined && problems.length === 0) {
      assert.deepEqual(readBinaryPlist(writeBinaryPlist(value)).problems, []);
    }
    plistText(bytes);
    readRegistry(bytes);
  }),
  target('openstep', damagedText(seeds.openStepTexts), (text) => {
    const { value } = readOpenStepPlist(text);
    if (value !== undefined) printPlist(value);
  }),
  target('json', damagedText(seeds.jsonTexts), (text) => {
    readJsonPlist(text);
    readRegistry(text);
    const { config } = readConfig(text);
    config.kindOf('Lamp/Info.plist');
  }),
  target('config', fc.json({ maxDepth: 4 }), (text) => {
    readConfig(text);
    readJsonPlist(text);
    readRegistry(text);
  }),
  target(
    'glob',
    fc.tuple(damagedText(['**/Info.plist', 'a/*/{b,c}.plist', '[a-z]?.kext/**']), fc.string()),
    ([glob, path]) => {
      kindMatcher(new Map([[glob, 'kext']]))(path);
      readConfig(JSON.stringify({ ignore: [glob], kinds: { [glob]: 'kext' } })).config.kindOf(path);
    },
  ),
  target('convert', fc.tuple(kextText, fc.oneof(fc.constant({}), options)), ([text, given]) =>
    checkConversion(text, given),
  ),
  target('convert damaged', damagedText(seeds.kextTexts, 3), (text) => checkConversion(text)),
  target('into project', damagedText(seeds.projectTexts, 3), (text) =>
    checkInto('Lamp.xcodeproj/project.pbxproj', text),
  ),
  target('into spec', damagedText(seeds.specTexts, 3), (text) => checkInto('project.yml', text)),
  target('pbxproj', damagedText(seeds.projectTexts), (text) => void readXcodeProject(text)),
  target('xcconfig', damagedText(seeds.xcconfigTexts), (text) => {
    const { statements } = readXcconfig(text);
    assert.ok(statements.length <= text.length);
  }),
  target('settings', damagedText(['$(A:lower) ${B:default=$(C)} $(D_$(E)) $A $(inherited)']), (text) => {
    const levels = [
      new Map([
        ['A', text],
        ['B', '$(A)'],
        ['C', '$(B)$(C)'],
      ]),
    ];
    expandSettings(text, levels);
    for (const { start, end } of settingReferences(text)) assert.ok(start < end && end <= text.length);
  }),
  target('spec', damagedText(seeds.specTexts), (text) => {
    const result = readSpec(text);
    if (!('spec' in result)) return;
    includesOf(result.spec);
    projectOfSpec(result.spec, { exists: (path) => path.length % 2 === 0 });
  }),
  target('iig', damagedText(seeds.iigTexts), (text) => {
    for (const { name } of classDeclarations(text)) assert.match(name, /^\w+$/);
  }),
  target('dump', damagedText(seeds.dumpTexts), (text) => {
    const result = readRegistry(text);
    if (!result.ok) return;
    for (const node of result.registry.nodes) void node.properties.size;
  }),
  target(
    'dump value',
    damagedText(['{"a"=(1,2,"x"),"b"=Yes,"c"=<00ff>,"d"={"e"=18446744073709551615}}']),
    (text) => void readIoregValue(text, 0, text.length),
  ),
  target('macho', damagedBytes(seeds.machoFiles), (bytes) => void readMachO(bytes)),
  target('words', damagedText(['1.2.3b4', '0x12348086&0xffffffff 0x5678', '10.15.7fc2']), (text) => {
    readVersion(text);
    isCompatibleVersion(text, '1.0', '1.0');
    pciMatchTerms(text);
    pciPatterns(text, 0xffffffff);
  }),
];
