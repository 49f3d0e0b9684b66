import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readRegistry } from '../../../server/src/iokit/registry.ts';
import { applyEdits } from '../../../server/src/plist/edit.ts';
import { parsePlist } from '../../../server/src/plist/parse.ts';
import { lintAfter } from '../../../server/src/rules/incremental.ts';
import { allRules } from '../../../server/src/rules/index.ts';
import { type LintOptions, lint } from '../../../server/src/rules/lint.ts';
import { localRules } from '../../../server/src/rules/locality.ts';
import { registryFindings } from '../../../server/src/rules/match-registry.ts';
import type { Finding } from '../../../server/src/rules/types.ts';
import { openDocument } from '../../../server/src/workspace/document.ts';
import type { PlistDocument } from '../../../server/src/workspace/types.ts';
import { corpusTexts, DEXT, KEXT } from '../../fuzz/seeds.ts';

const plainOptions: LintOptions = {
  onRuleError(rule: string, error: unknown) {
    throw new Error(`${rule}: ${String(error)}`);
  },
};

const schemas = path.join(import.meta.dirname, '../../../schemas');

/** Everything about findings, repairs worked out. */
function plain(findings: readonly Finding[]): unknown[] {
  return findings.map((finding) => ({ ...finding, fixes: finding.fixes() }));
}

function uriOf(text: string): string {
  return text.includes('KEXT') ? 'file:///Hid.kext/Contents/Info.plist' : 'file:///Lamp/Info.plist';
}

/** Edits one after the other, each linted both ways. Returns how many were linted in part. */
function follow(
  source: string,
  edits: readonly (readonly [number, number, string])[],
  options: LintOptions = plainOptions,
): number {
  const uri = uriOf(source);
  let document = openDocument(uri, source, 1);
  let result = lint(document, options);
  let partly = 0;
  for (const [at, size, newText] of edits) {
    const start = Math.floor(at * document.text.length);
    const edit = { start, end: Math.min(document.text.length, start + size), newText };
    const next = openDocument(uri, applyEdits(document.text, [edit]), document.version + 1);
    const part = lintAfter({ document, options, result }, next, options, 0);
    const whole = lint(next, options);
    if (part) {
      partly++;
      assert.deepEqual(plain(part.findings), plain(whole.findings), JSON.stringify([document.text, edit]));
    }
    document = next;
    result = part ?? whole;
  }
  return partly;
}

const PERSONALITY_KEYS = [
  'IOClass',
  'IOProviderClass',
  'IOUserClass',
  'idVendor',
  'idProduct',
  'bInterfaceClass',
];

/** Personalities with slips in them, some by the same name. */
const messy = fc
  .tuple(
    fc.boolean(),
    fc.array(
      fc.tuple(
        fc.constantFrom('A', 'B', 'C', 'D'),
        fc.array(
          fc.tuple(
            fc.constantFrom(
              ...PERSONALITY_KEYS,
              'ioclass',
              'IOProbeScore',
              'IOPCIMatch',
              'IOMatchCategory',
              'idvendor',
            ),
            fc.constantFrom(
              '<string>IOUSBHostDevice</string>',
              '<string>IOUSBDevice</string>',
              '<string>IOResources</string>',
              '<string> x </string>',
              '<integer>0x12</integer>',
              '<integer>1452</integer>',
              '<real>1</real>',
              '<string>0x12348086&amp;0xfff</string>',
              '<dict/>',
            ),
          ),
          { maxLength: 6 },
        ),
      ),
      { minLength: 1, maxLength: 5 },
    ),
  )
  .map(([isKext, personalities]) => {
    const text = personalities
      .map(
        ([name, entries]) =>
          `\t\t<key>${name}</key>\n\t\t<dict>\n${entries.map(([key, value]) => `\t\t\t<key>${key}</key>\n\t\t\t${value}\n`).join('')}\t\t</dict>\n`,
      )
      .join('');
    const base = isKext ? KEXT : DEXT;
    const start = base.indexOf('<dict>', base.indexOf('IOKitPersonalities')) + '<dict>'.length;
    return `${base.slice(0, start)}\n${text}${base.slice(start)}`;
  });

const edit = fc.tuple(
  fc.nat({ max: 1_000_000 }).map((n) => n / 1_000_000),
  fc.constantFrom(0, 0, 1, 1, 4, 30),
  fc.oneof(
    fc.constantFrom(
      '',
      'a',
      '1',
      ' ',
      '<',
      '&',
      '<key>idVendor</key>',
      '<integer>7</integer>',
      '</dict>',
      '<!--',
    ),
    fc.constantFrom('<key>IOMatchCategory</key><string>x</string>', '<true/>', '\n', '*', 'USB'),
  ),
);

const TIME = { interruptAfterTimeLimit: 8_000, markInterruptAsFailure: false, numRuns: 2_000 };

describe('lint of a part', () => {
  test('is the lint of the whole, on personalities with slips', () => {
    let partly = 0;
    fc.assert(
      fc.property(messy, fc.array(edit, { minLength: 1, maxLength: 6 }), (source, edits) => {
        partly += follow(source, edits);
      }),
      TIME,
    );
    assert.ok(partly > 50, `only ${partly} were linted in part`);
  });

  test('is the lint of the whole, on drivers of the corpus', (t) => {
    const sources = corpusTexts(
      (row) => row.format === 'xml' && row.category !== 'plist' && row.bytes > 2_000,
    );
    if (sources.length === 0) return t.skip('needs ../shared/corpus, not here');
    fc.assert(
      fc.property(
        fc.constantFrom(...sources),
        fc.array(edit, { minLength: 1, maxLength: 4 }),
        (source, edits) => {
          follow(source, edits);
        },
      ),
      TIME,
    );
  });

  test('is the lint of the whole with a registry dump at hand', () => {
    const read =
      readRegistry(`+-o Lamp@1  <class IOUSBHostDevice, id 0x100000200, registered, matched, active>
    {
      "idVendor" = 1452
      "idProduct" = 18
    }
`);
    assert.ok(read.ok);
    const { registry } = read;
    const options = {
      ...plainOptions,
      onDevices: (document: PlistDocument) => registryFindings(document, registry),
    };
    let partly = 0;
    fc.assert(
      fc.property(messy, fc.array(edit, { minLength: 1, maxLength: 6 }), (source, edits) => {
        partly += follow(source, edits, options);
      }),
      { ...TIME, interruptAfterTimeLimit: 4_000 },
    );
    assert.ok(partly > 20, `only ${partly} were linted in part`);
  });

  test('looks at nothing else when one value of many personalities changes', () => {
    const start = DEXT.indexOf('\t\t<key>Lamp</key>');
    const one = DEXT.slice(start, DEXT.indexOf('\t\t<key>Card</key>'));
    const many = Array.from({ length: 300 }, (_, i) => one.replace('Lamp', `Lamp ${i}`)).join('');
    const text = DEXT.slice(0, start) + many + DEXT.slice(start);
    const options = plainOptions;
    const document = openDocument('file:///Lamp/Info.plist', text, 1);
    const result = lint(document, options);
    const at = text.indexOf('IOUSBHostInterface', text.length >> 1);
    const next = openDocument('file:///Lamp/Info.plist', `${text.slice(0, at)}x${text.slice(at)}`, 2);
    const part = lintAfter({ document, options, result }, next, options);
    assert.ok(part);
    assert.deepEqual(plain(part.findings), plain(lint(next, options).findings));
    assert.notDeepEqual(part.findings.length, result.findings.length);
  });
});

test('local rules are rules', () => {
  const ids = new Set(allRules.map(({ id }) => id));
  assert.deepEqual(
    localRules().filter((id) => !ids.has(id)),
    [],
  );
});

test('no condition of a schema looks into IOKitPersonalities: its findings are local', () => {
  const conditional = new Set([
    'if',
    'not',
    'anyOf',
    'oneOf',
    'dependentSchemas',
    'contains',
    'propertyNames',
  ]);
  const look = (schema: unknown, file: string, inside: string | undefined): void => {
    if (typeof schema !== 'object' || schema === null) return;
    for (const [key, part] of Object.entries(schema)) {
      const isLookedInto =
        inside !== undefined &&
        /^IOKitPersonalities/.test(key) &&
        part !== false &&
        JSON.stringify(part) !== '{}';
      assert.ok(!isLookedInto, `${file}: ${key} under ${inside}`);
      look(part, file, inside ?? (conditional.has(key) ? key : undefined));
    }
  };
  for (const file of readdirSync(schemas).filter((name) => name.endsWith('.schema.json'))) {
    look(JSON.parse(readFileSync(path.join(schemas, file), 'utf8')), file, undefined);
  }
  assert.ok(parsePlist(DEXT).errors.length === 0);
});
