import assert from 'node:assert/strict';
import { test } from 'node:test';
import { processorTime } from '../../processorTime.ts';
import { loadGrammar, type Token, tokenize } from './tokenize.ts';

const grammar = await loadGrammar();

/** The innermost scope of the first token with this text, without the `.plist` at its end. */
function scopeOf(tokens: readonly Token[], text: string): string {
  const token = tokens.find((one) => one.text.trim() === text);
  assert.ok(
    token !== undefined,
    `no token ${JSON.stringify(text)} in ${JSON.stringify(tokens.map((one) => one.text))}`,
  );
  return (token.scopes.at(-1) ?? '').replace(/\.plist$/, '');
}

const cases: { name: string; text: string; scopes: Record<string, string> }[] = [
  {
    name: 'keys and strings',
    text: '<key>CFBundleName</key><string>Lamp</string>',
    scopes: {
      CFBundleName: 'variable.other.property',
      Lamp: 'string.unquoted',
      key: 'entity.name.tag',
      string: 'entity.name.tag',
    },
  },
  {
    name: 'an empty key',
    text: '<key/><dict/>',
    scopes: { key: 'entity.name.tag', dict: 'entity.name.tag' },
  },
  {
    name: 'integers',
    text: '<integer>1452</integer>\n<integer>0x05aC</integer>\n<integer>-7</integer>',
    scopes: {
      '1452': 'constant.numeric.integer.decimal',
      '0x05aC': 'constant.numeric.integer.hexadecimal',
      '-7': 'constant.numeric.integer.decimal',
    },
  },
  { name: 'an integer that is none', text: '<integer>twelve</integer>', scopes: { twelve: 'meta.integer' } },
  {
    name: 'reals',
    text: '<real>1.5e-3</real><real>.5</real><real>-Infinity</real>',
    scopes: {
      '1.5e-3': 'constant.numeric.real',
      '.5': 'constant.numeric.real',
      '-Infinity': 'constant.numeric.real',
    },
  },
  {
    name: 'dates',
    text: '<date>2026-11-23T03:00:00Z</date>',
    scopes: { '2026-11-23T03:00:00Z': 'constant.other.date' },
  },
  {
    name: 'data over several lines',
    text: '<data>\n\tAAEC\n\tAw==\n</data>\n<string>after</string>',
    scopes: { AAEC: 'string.unquoted.base64', 'Aw==': 'string.unquoted.base64', after: 'string.unquoted' },
  },
  {
    name: 'booleans, with and without a blank, and the long form',
    text: '<true/>\n<false />\n<true></true>',
    scopes: { true: 'constant.language.boolean.true', false: 'constant.language.boolean.false' },
  },
  {
    name: 'a string over several lines',
    text: '<string>one\ntwo</string>',
    scopes: { one: 'string.unquoted', two: 'string.unquoted' },
  },
  {
    name: 'build variables',
    text: '<string>a$(TEAM:rfc1034identifier)b${NAME}c$(A_$(B):default=x) $BARE @CMAKE@ {{MUSTACHE}} d</string>',
    scopes: {
      a: 'string.unquoted',
      TEAM: 'variable.other.build-setting',
      rfc1034identifier: 'support.function.modifier',
      b: 'string.unquoted',
      NAME: 'variable.other.build-setting',
      A_: 'variable.other.build-setting',
      B: 'variable.other.build-setting',
      default: 'support.function.modifier',
      x: 'string.unquoted',
      BARE: 'variable.other.build-setting',
      CMAKE: 'variable.other.build-setting',
      MUSTACHE: 'variable.other.build-setting',
      d: 'string.unquoted',
    },
  },
  {
    name: 'build variables in keys and numbers',
    text: '<key>$(K)</key><integer>$(N)</integer>',
    scopes: { K: 'variable.other.build-setting', N: 'variable.other.build-setting' },
  },
  {
    name: 'a build variable that is not closed ends with its string',
    text: '<string>$(OPEN</string><string>after</string>',
    scopes: { OPEN: 'variable.other.build-setting', after: 'string.unquoted' },
  },
  {
    name: 'entities',
    text: '<string>a&amp;&#x41;& b</string>',
    scopes: {
      amp: 'constant.character.entity',
      '#x41': 'constant.character.entity',
      '&': 'punctuation.definition.entity',
      b: 'string.unquoted',
    },
  },
  {
    name: 'a bare ampersand',
    text: '<string>a & b</string>',
    scopes: { '&': 'invalid.illegal.bad-ampersand' },
  },
  {
    name: 'CDATA',
    text: '<string><![CDATA[a < b]]></string><string>after</string>',
    scopes: { 'a < b': 'string.unquoted.cdata', after: 'string.unquoted' },
  },
  {
    name: 'comments, over several lines',
    text: '<!-- one\n<key>two</key>\n--><key>three</key>',
    scopes: { one: 'comment.block', '<key>two</key>': 'comment.block', three: 'variable.other.property' },
  },
  {
    name: 'the kind comment',
    text: '<!-- driver-plist-kind: codeless-dext -->',
    scopes: { 'driver-plist-kind:': 'keyword.other.directive', 'codeless-dext': 'constant.language.kind' },
  },
  {
    name: 'a suppression comment',
    text: '<!-- driver-plist-disable-next-line dext/missing-user-class usb/x -- the nub is ours -->',
    scopes: {
      'driver-plist-disable-next-line': 'keyword.other.directive',
      'dext/missing-user-class': 'constant.other.rule',
      'usb/x': 'constant.other.rule',
      '-->': 'punctuation.definition.comment.end',
    },
  },
  {
    name: 'declaration and DOCTYPE',
    text: '<?xml version="1.0"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "x.dtd">\n<plist version="1.0">',
    scopes: {
      xml: 'entity.name.tag',
      version: 'entity.other.attribute-name',
      DOCTYPE: 'keyword.other.doctype',
      PUBLIC: 'keyword.other.doctype',
      'x.dtd': 'string.quoted.double',
      plist: 'variable.language.documentroot',
    },
  },
  {
    name: 'elements that a plist does not have',
    text: '<strng>x</strng><Dict>',
    scopes: { strng: 'invalid.illegal.unknown-element', Dict: 'invalid.illegal.unknown-element' },
  },
];

for (const { name, text, scopes } of cases) {
  test(name, () => {
    const tokens = tokenize(grammar, text);
    for (const [token, scope] of Object.entries(scopes)) assert.equal(scopeOf(tokens, token), scope, token);
    for (const token of tokens) assert.equal(token.scopes[0], 'text.xml.plist');
  });
}

for (const tag of ['key', 'string', 'integer', 'real', 'date', 'data']) {
  test(`a <${tag}> left open ends where the next tag begins`, () => {
    const tokens = tokenize(grammar, `<${tag}>x\n\t<key>next</key>\n</dict>\n<string>last</string>`);
    assert.equal(scopeOf(tokens, 'next'), 'variable.other.property');
    assert.equal(scopeOf(tokens, 'last'), 'string.unquoted');
    assert.equal(scopeOf(tokens, 'dict'), 'entity.name.tag');
  });
}

test('a comment inside a value does not end it', () => {
  const tokens = tokenize(grammar, '<string>a<!-- note -->b</string>');
  assert.equal(scopeOf(tokens, 'note'), 'comment.block');
  assert.equal(scopeOf(tokens, 'b'), 'string.unquoted');
});

test('a base64 line of a megabyte is a handful of tokens and quick', () => {
  const text = `<data>${'QUJD'.repeat(262_144)}</data><string>after</string>`;
  const took = processorTime(() => {
    const tokens = tokenize(grammar, text);
    assert.equal(scopeOf(tokens, 'after'), 'string.unquoted');
    assert.ok(tokens.length < 20, `${tokens.length} tokens`);
  });
  assert.ok(took < 2000, `${took} ms`);
});

test('hostile lines end in reasonable time', () => {
  for (const unit of ['$(', '<!-- ', '<key>', '&', '{{a', '<![CDATA[', '$(A:b=', '"', '<a b=']) {
    const took = processorTime(() => tokenize(grammar, unit.repeat(3000)));
    assert.ok(took < 4000, `${unit}: ${took} ms`);
  }
});
