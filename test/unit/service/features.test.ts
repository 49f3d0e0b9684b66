import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type DocumentSymbol, type SelectionRange, SymbolKind } from 'vscode-languageserver-types';
import { FULL_ABILITIES, PLAIN_ABILITIES } from '../../../server/src/service/abilities.ts';
import { createLanguageService } from '../../../server/src/service/index.ts';
import { TOKEN_MODIFIERS, TOKEN_TYPES } from '../../../server/src/service/semanticTokens.ts';
import { offsetAt } from '../../../server/src/service/text.ts';
import { applyLsp, dext, insideDext, marked, plist } from './marked.ts';

const service = createLanguageService();

describe('symbols', () => {
  const symbolsOf = (entries: string): DocumentSymbol[] =>
    service.symbols(marked(`${plist(entries)}|`).document);

  test('keys with their values, nested', () => {
    const [first, second] = symbolsOf(
      '\t<key>A</key>\n\t<string>red lamp</string>\n\t<key>B</key>\n\t<dict>\n\t\t<key>C</key>\n\t\t<true/>\n\t</dict>\n',
    );
    assert.deepEqual([first?.name, first?.detail], ['A', 'red lamp']);
    assert.deepEqual([second?.name, second?.detail], ['B', '1 key']);
    assert.deepEqual(
      second?.children?.map(({ name, detail }) => [name, detail]),
      [['C', 'true']],
    );
  });
  test('items of an array by number and name', () => {
    const [array] = symbolsOf(
      '\t<key>A</key>\n\t<array><dict><key>name</key><string>red</string></dict><integer>7</integer></array>\n',
    );
    assert.deepEqual(
      array?.children?.map(({ name, detail }) => [name, detail]),
      [
        ['0: red', '1 key'],
        ['1', '7'],
      ],
    );
  });
  test('personalities by what they match, items by what they hold, short data', () => {
    const [root] = service
      .symbols(
        marked(
          `${dext('<key>IOProviderClass</key><string>IOPCIDevice</string><key>IOUserClass</key><string>LampDriver</string>')}|`,
        ).document,
      )
      .filter(({ name }) => name === 'IOKitPersonalities');
    assert.deepEqual(
      root?.children?.map(({ name, detail, kind }) => [name, detail, kind]),
      [['Lamp', 'LampDriver on IOPCIDevice', SymbolKind.Class]],
    );
    const [array, data] = symbolsOf(
      '\t<key>A</key>\n\t<array><dict><key>idVendor</key><integer>1452</integer></dict></array>\n\t<key>B</key>\n\t<data>AAEC</data>\n',
    );
    assert.equal(array?.children?.[0]?.detail, 'idVendor 1452');
    assert.equal(data?.detail, '3 bytes: 00 01 02');
  });
  test('no empty name, no line break, a key without a value', () => {
    const [first, second] = symbolsOf('\t<key></key>\n\t<string>a\nb</string>\n\t<key>C</key>\n');
    assert.deepEqual([first?.name, first?.detail], ['(empty key)', 'a b']);
    assert.equal(second?.detail, 'no value');
  });
  test('ranges nest', () => {
    const check = (symbols: readonly DocumentSymbol[], within?: DocumentSymbol): number => {
      let count = 0;
      for (const symbol of symbols) {
        const { document } = marked(`${dext('\t\t\t<key>A</key>\n\t\t\t<array><dict/></array>')}|`);
        const inside = (a: DocumentSymbol['range'], b: DocumentSymbol['range']) =>
          offsetAt(document, a.start) <= offsetAt(document, b.start) &&
          offsetAt(document, b.end) <= offsetAt(document, a.end);
        assert.ok(inside(symbol.range, symbol.selectionRange), symbol.name);
        if (within) assert.ok(inside(within.range, symbol.range), symbol.name);
        count += 1 + check(symbol.children ?? [], symbol);
      }
      return count;
    };
    const { document } = marked(`${dext('\t\t\t<key>A</key>\n\t\t\t<array><dict/></array>')}|`);
    assert.equal(check(service.symbols(document)), 5);
  });
});

describe('folding', () => {
  const folded = (text: string, wholeLines: boolean): string[] => {
    const { document } = marked(`${text}|`);
    const own = createLanguageService({ abilities: { ...FULL_ABILITIES, lineFoldingOnly: wholeLines } });
    return own
      .folding(document)
      .map(({ startLine, endLine, kind }) => `${startLine}-${endLine}${kind ? ` ${kind}` : ''}`);
  };
  const text =
    '<plist>\n<dict>\n\t<!-- a\n\tb -->\n\t<key>A</key>\n\t<data>\n\tAAAA\n\t</data>\n\t<key>B</key>\n\t<array/>\n</dict>\n</plist>\n';
  test('whole lines: the closing tag stays in sight', () =>
    assert.deepEqual(folded(text, true), ['1-9', '2-3 comment', '5-6']));
  test('with characters', () => assert.deepEqual(folded(text, false), ['1-10', '2-3 comment', '5-7']));
  test('comments that follow each other, regions', () => {
    const lines = [
      '<plist><dict>',
      '<!-- a -->',
      '<!-- b -->',
      '',
      '<!-- c -->',
      '<!-- #region Lamps -->',
      '<!-- d -->',
      '<key>A</key><true/>',
      '<!-- #endregion -->',
      '<!-- #endregion -->',
      '</dict></plist>',
    ];
    assert.deepEqual(folded(lines.join('\n'), true), ['0-9', '1-2 comment', '5-8 region']);
  });
});

describe('growing selection', () => {
  const selected = (lines: string): string[] => {
    const { document, position } = marked(dext(lines));
    const texts: string[] = [];
    for (
      let at: SelectionRange | undefined = service.selections(document, [position])[0];
      at;
      at = at.parent
    ) {
      texts.push(document.text.slice(offsetAt(document, at.range.start), offsetAt(document, at.range.end)));
    }
    return texts;
  };
  test('text, value, pair, dictionary', () => {
    const pair = '<key>A</key>\n\t\t\t<string>red</string>';
    const [first, second, third, fourth, fifth, sixth] = selected(pair.replace('red', 'r|ed'));
    assert.deepEqual([first, second, third], ['red', '<string>red</string>', pair]);
    assert.equal(fourth?.trim(), pair);
    assert.match(fifth ?? '', /^<dict>[\s\S]*<\/dict>$/);
    assert.match(sixth ?? '', /^<key>Lamp<\/key>/);
  });
  test('grows strictly up to the whole document', () => {
    const texts = selected('\t\t\t<key>A|</key>\n\t\t\t<string>red</string>');
    for (let i = 1; i < texts.length; i++) assert.ok(texts[i]!.length > texts[i - 1]!.length);
    assert.ok(texts.at(-1)?.startsWith('<?xml'));
  });
  test('in a comment', () =>
    assert.deepEqual(selected('\t\t\t<!-- a| -->').slice(0, 2), [' a ', '<!-- a -->']));
});

describe('tag pairs', () => {
  test('are edited together', () => {
    const { document, position } = marked(dext('\t\t\t<key>A</key>\n\t\t\t<str|ing>red</string>'));
    const ranges = service.linkedRanges(document, position) ?? [];
    const texts = ranges.map(({ start, end }) =>
      document.text.slice(offsetAt(document, start), offsetAt(document, end)),
    );
    assert.deepEqual(texts, ['string', 'string']);
  });
  test('not inside the text, nor for a single tag', () => {
    for (const lines of ['<key>A|A</key>', '<key>A</key><tr|ue/>']) {
      const { document, position } = marked(dext(lines));
      assert.equal(service.linkedRanges(document, position), null);
    }
  });
});

describe('highlights', () => {
  const count = (lines: string): number => {
    const { document, position } = marked(dext(lines));
    return service.highlights(document, position).length;
  };
  const pair = (key: string, value: string) => `<key>${key}</key><string>${value}</string>`;
  test('the same key', () => assert.equal(count(pair('A|A', 'x') + pair('AA', 'y') + pair('AAA', 'z')), 2));
  test('the same name', () =>
    assert.equal(count(pair('A', 'Fo|o') + pair('B', 'Foo') + pair('C', 'foo')), 2));
  test('a personality that is named in a value', () => assert.equal(count(pair('A', 'La|mp')), 2));
  test('both tags', () => assert.equal(count('<ke|y>A</key><true/>'), 2));
  test('nothing on blanks', () => assert.equal(count('  |  <key>A</key><true/>'), 0));
});

describe('links', () => {
  test('addresses in values and comments', () => {
    const { document } = marked(
      dext(
        '<!-- see https://example.com/a. --><key>A</key><string>http://example.com/?a=1&amp;b=2</string>|',
      ),
    );
    assert.deepEqual(
      service.links(document).map(({ target }) => target),
      ['http://example.com/?a=1&b=2', 'https://example.com/a'],
    );
  });
  test('from a rule that a comment names to its page', () => {
    const text =
      '<!-- driver-plist-disable-next-line dext/missing-class no/rule -- see dext/missing-class -->';
    const { document } = marked(dext(`${text}<!-- dext/missing-class -->|`));
    const abilities = { ...FULL_ABILITIES, rulePages: 'lamp:{rule}' };
    const [link, ...more] = createLanguageService({ abilities }).links(document);
    assert.deepEqual(more, []);
    assert.equal(link?.target, 'lamp:dext/missing-class');
    assert.match(link.tooltip ?? '', /^Page of the rule: \w/);
    const start = offsetAt(document, link.range.start);
    assert.equal(document.text.slice(start, offsetAt(document, link.range.end)), 'dext/missing-class');
    const plain = createLanguageService({ abilities: PLAIN_ABILITIES }).links(document)[0];
    assert.match(plain?.target ?? '', /^https:.*dext\/missing-class\.md$/);
    assert.equal(plain?.tooltip, undefined);
  });
  test('none with a build variable', () => {
    const { document } = marked(dext('<key>A</key><string>https://$(HOST)/a</string>|'));
    assert.deepEqual(service.links(document), []);
  });
});

describe('inlay hints', () => {
  const hints = (lines: string): string[] => {
    const { document } = marked(`${dext(lines)}|`);
    const end = { line: 1000, character: 0 };
    return service
      .inlayHints(document, { start: { line: 0, character: 0 }, end })
      .map(({ label }) => String(label));
  };
  const usb = '<key>IOProviderClass</key><string>IOUSBHostDevice</string>';
  test('hex form and vendor', () =>
    assert.deepEqual(hints(`${usb}<key>idVendor</key><integer>1452</integer>`), [
      'never matches',
      '0x05AC Apple, Inc.',
    ]));
  test('a number in hex shows its name only', () =>
    assert.deepEqual(hints(`${usb}<key>idVendor</key><integer>0x05ac</integer>`), [
      'never matches',
      'Apple, Inc.',
    ]));
  const product = (value: string, more = '') =>
    hints(`${usb}<key>idVendor</key><integer>9</integer><key>idProduct</key>${value}${more}`);
  const probe = (value: string) => `<key>IOProbeScore</key>${value}`;
  test('a USB personality says its score', () => {
    assert.deepEqual(product('<integer>2</integer>'), ['score 90000']);
    const mask = '<key>idProductMask</key><integer>255</integer>';
    assert.equal(product('<integer>2</integer>', mask)[0], 'score 90000, 89500 where only the mask fits');
    assert.equal(product('<string>*</string>', mask)[0], 'score 89000');
    assert.deepEqual(product('<string>*</string>', probe('<integer>7</integer>')), ['score 89007']);
  });
  test('the score stands behind the name', () => {
    const { document } = marked(
      dext(`${usb}<key>idVendor</key><integer>9</integer><key>idProduct</key><integer>2</integer>|`),
    );
    const [hint] = service.inlayHints(document, {
      start: { line: 0, character: 0 },
      end: { line: 1000, character: 0 },
    });
    const at = offsetAt(document, hint!.position);
    assert.ok(document.text.slice(0, at).endsWith('<key>Lamp</key>'));
  });
  test('a value or a class that the combination never holds for', () => {
    assert.deepEqual(product('<string>2</string>'), ['never matches']);
    const classes = (cls: number) =>
      hints(
        `${usb}<key>bDeviceClass</key><integer>${cls}</integer><key>bDeviceSubClass</key><integer>1</integer>`,
      )[0];
    assert.equal(classes(255), 'never matches');
    assert.equal(classes(7), 'score 50000');
  });
  test('no score where a build variable or a damaged value leaves it open, nor for another provider', () => {
    assert.deepEqual(product('<string>$(PRODUCT)</string>'), []);
    assert.deepEqual(product('<integer>2</integer>', probe('<string>$(SCORE)</string>')), []);
    assert.deepEqual(product('<integer>x</integer>'), []);
    assert.deepEqual(product('<integer>2</integer>', '<key>$(KEY)</key><true/>'), []);
    assert.deepEqual(hints('<key>IOProviderClass</key><string>$(CLASS)</string>'), []);
    assert.deepEqual(hints('<key>IOProviderClass</key><string>IOPCIDevice</string>'), []);
  });
  test('PCI match lists', () => {
    const [hint] = hints(
      '<key>IOProviderClass</key><string>IOPCIDevice</string><key>IOPCIMatch</key><string>0x10d38086</string>',
    );
    assert.match(hint ?? '', /^Intel Corporation/);
  });
  test('data as text', () => assert.deepEqual(hints('<key>A</key><data>aGVsbG8A</data>'), ['"hello"']));
  test('data as bytes', () => {
    assert.deepEqual(hints('<key>A</key><data>AAECAw==</data>'), ['00 01 02 03']);
    assert.deepEqual(hints(`<key>A</key><data>${'AAEC'.repeat(10)}</data>`), [
      '00 01 02 00 01 02 00 01 02 00 01 02 … 30 bytes',
    ]);
  });
  test('none for no bytes, damaged data, plain numbers', () =>
    assert.deepEqual(
      hints('<key>A</key><data></data><key>B</key><data>!</data><key>C</key><integer>99</integer>'),
      [],
    ));
});

describe('semantic tokens', () => {
  /** Each token with its type and modifiers: `idVendor property defaultLibrary match`. */
  const tokens = (lines: string): string[] => {
    const { document } = marked(`${dext(lines)}|`);
    const data = service.semanticTokens(document);
    const words: string[] = [];
    let line = 0;
    let character = 0;
    for (let i = 0; i < data.length; i += 5) {
      character = data[i] === 0 ? character + data[i + 1]! : data[i + 1]!;
      line += data[i]!;
      const start = offsetAt(document, { line, character });
      const modifiers = TOKEN_MODIFIERS.filter((_, bit) => data[i + 4]! & (1 << bit));
      const word = document.text.slice(start, start + data[i + 2]!);
      words.push([word, TOKEN_TYPES[data[i + 3]!], ...modifiers].join(' '));
    }
    return words;
  };
  test('what matches, what is Apple’s, what is the author’s', () => {
    const words = tokens(`
      <key>IOProviderClass</key><string>IOUSBHostDevice</string>
      <key>IOUserClass</key><string>LampDriver</string>
      <key>IOPropertyMatch</key><dict/>
      <key>$(KEY)</key><true/>
      <key>idVendor</key><integer>1</integer>`);
    for (const word of [
      'Lamp struct declaration',
      'IOProviderClass property defaultLibrary match',
      'IOUSBHostDevice class defaultLibrary',
      'IOUserClass property defaultLibrary',
      'LampDriver class',
      'IOPropertyMatch property defaultLibrary match',
      '$(KEY) macro',
      'idVendor property defaultLibrary match',
    ]) {
      assert.ok(words.includes(word), `${word} is not among ${words.join(', ')}`);
    }
  });
  test('a key of another nub matches nothing', () => {
    const words = tokens(
      '<key>IOProviderClass</key><string>IOPCIDevice</string><key>idVendor</key><integer>1</integer>',
    );
    assert.ok(!words.some((word) => word.startsWith('idVendor') && word.endsWith('match')));
  });
  test('deprecated', () => {
    const properties = { OldLamp: { description: 'Old.', deprecationMessage: 'Use NewLamp.' } };
    const own = createLanguageService({ lintOptions: () => ({ overlays: () => [{ properties }] }) });
    const { document } = marked(plist('\t<key>OldLamp</key>\n\t<true/>|\n'), 'dext');
    assert.equal(own.semanticTokens(document)[4], 1);
  });
  test('known keys, classes, listed values, variables', () => {
    const { document } = marked(
      dext(
        '<key>IOProviderClass</key><string>IOUSBHostDevice</string><key>IOUserServerName</key><string>$(NAME)</string><key>Own</key><true/>|',
      ),
    );
    const words: string[] = [];
    const data = service.semanticTokens(document);
    let line = 0;
    let character = 0;
    for (let i = 0; i < data.length; i += 5) {
      character = data[i] === 0 ? character + data[i + 1]! : data[i + 1]!;
      line += data[i]!;
      const start = offsetAt(document, { line, character });
      words.push(document.text.slice(start, start + data[i + 2]!));
    }
    for (const word of ['IOProviderClass', 'IOUSBHostDevice', '$(NAME)'])
      assert.ok(words.includes(word), words.join(', '));
    assert.ok(!words.includes('Own'));
  });
});

describe('formatting', () => {
  const options = { tabSize: 4, insertSpaces: false };
  const formatted = (text: string): string => {
    const { document } = marked(`${text}|`);
    return applyLsp(document, service.format(document, options));
  };
  test('indents, parts lines, keeps values', () => {
    const ugly =
      '<plist version="1.0"><dict><key>A</key><string> a\n  b </string>\n\n\n\n<!-- note -->\n<key>B</key>   <array><integer>1</integer>\n<dict/></array></dict></plist>\n';
    assert.equal(
      formatted(ugly),
      '<plist version="1.0">\n<dict>\n\t<key>A</key>\n\t<string> a\n  b </string>\n\n\t<!-- note -->\n\t<key>B</key>\n\t<array>\n\t\t<integer>1</integer>\n\t\t<dict/>\n\t</array>\n</dict>\n</plist>\n',
    );
  });
  test('data, comments and short values on the line of their key stay', () => {
    const text = plist(
      '\t<key>A</key> <integer>1</integer> <!-- one -->\n\t<key>B</key>\n\t<data>\n\tAAAA\n\tAAAA\n\t</data>\n\t<!-- two\n   lines -->\n',
    );
    assert.equal(formatted(text), text);
  });
  test('the end of the file as the editor wants it', () => {
    const ended = (text: string, end: object): string => {
      const { document } = marked(`${text}|`);
      return applyLsp(document, service.format(document, { ...options, ...end }));
    };
    const text = '<plist version="1.0">\n<dict/>\n</plist>';
    assert.equal(ended(text, {}), text);
    assert.equal(ended(text, { insertFinalNewline: true }), `${text}\n`);
    assert.equal(ended(`${text}\n \n\n`, { trimFinalNewlines: true }), `${text}\n`);
    assert.equal(ended(`${text}\n\n`, {}), `${text}\n\n`);
  });
  test('a broken document is left alone', () => {
    const text = '<plist><dict><key>A</key><string>a</dict></plist>';
    assert.equal(formatted(text), text);
  });
  test('spaces, CRLF', () => {
    const { document } = marked('<plist>\r\n<dict>\r\n<key>A</key>\r\n<true/>\r\n</dict>\r\n</plist>\r\n|');
    const edits = service.format(document, { tabSize: 2, insertSpaces: true });
    assert.equal(
      applyLsp(document, edits),
      '<plist>\r\n<dict>\r\n  <key>A</key>\r\n  <true/>\r\n</dict>\r\n</plist>\r\n',
    );
  });
  test('a range alone', () => {
    const { document, position } = marked(
      '<plist>\n<dict>\n<key>A</key>\n<true/>\n<key>B</key>\n<true/>|\n</dict>\n</plist>\n',
    );
    const range = { start: { line: 4, character: 0 }, end: position };
    assert.equal(
      applyLsp(document, service.format(document, options, range)),
      '<plist>\n<dict>\n<key>A</key>\n<true/>\n\t<key>B</key>\n\t<true/>\n</dict>\n</plist>\n',
    );
  });
  test('a new line in a dictionary without closing tag is one deeper', () => {
    const { document, position } = marked(
      '<plist version="1.0">\n<dict>\n\t<key>IOKitPersonalities</key>\n\t<dict>\n|\n</dict>\n</plist>\n',
    );
    const edits = service.formatOnType(document, position, '\n', options);
    assert.deepEqual(
      edits.map(({ newText }) => newText),
      ['\t\t'],
    );
  });
  test('the new line after a line break', () => {
    const { document, position } = marked(dext('\t\t\t<key>A</key>\n|'));
    const edits = service.formatOnType(document, position, '\n', options);
    assert.equal(insideDext(applyLsp(document, edits)), '\t\t\t<key>A</key>\n\t\t\t');
  });
  test('a closing tag goes below its opening one', () => {
    const { document, position } = marked(dext('\t\t\t<key>A</key>\n\t\t\t<dict>\n\t\t\t\t</dict>|'));
    const edits = service.formatOnType(document, position, '>', options);
    assert.equal(insideDext(applyLsp(document, edits)), '\t\t\t<key>A</key>\n\t\t\t<dict>\n\t\t\t</dict>');
  });
  test('inside a text nothing is indented', () => {
    const { document, position } = marked(dext('\t\t\t<key>A</key>\n\t\t\t<string>a\n|b</string>'));
    assert.deepEqual(service.formatOnType(document, position, '\n', options), []);
  });
});
