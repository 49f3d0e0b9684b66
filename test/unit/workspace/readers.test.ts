import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { classDeclarations } from '../../../server/src/workspace/iig.ts';
import { readMachO } from '../../../server/src/workspace/macho.ts';
import { isInclude, readXcconfig } from '../../../server/src/workspace/xcconfig.ts';
import { processorTime } from '../../processorTime.ts';

describe('class declarations', () => {
  const cases: [string, string, string[]][] = [
    ['a driver', 'class Lamp: public IOService\n{\n};', ['Lamp < IOService']],
    ['the KERNEL mark', 'class KERNEL Lamp : public IOService {};', ['Lamp < IOService']],
    [
      'an attribute',
      'class __attribute__((visibility("x"))) Lamp final : IOService {};',
      ['Lamp < IOService'],
    ],
    [
      'a template base',
      'class Lamp : public OSContainer<IOService, A>, private B {};',
      ['Lamp < OSContainer B'],
    ],
    ['a namespace', 'class lamp::Lamp : public driverkit::IOService {};', ['Lamp < IOService']],
    ['announcements are no definitions', 'class Lamp;\nfriend class Lamp;\nclass Lamp * lamp();', []],
    ['no base', 'class Lamp { int x; };', ['Lamp < ']],
    ['plain structs are data', 'struct Lamp_IVars { int x; };', []],
    ['enum classes are no classes', 'enum class Colour : int { red };', []],
    [
      'template parameters are none',
      'template <class T, class U> class Lamp : public Base<T> {};',
      ['Lamp < Base'],
    ],
    ['comments and strings', '/* class A : B {} */ // class C : D {\nchar *s = "class E : F {";', []],
    [
      'macros',
      '#define X class A : public B { \\\n class C : D {\nclass Lamp : public IOService {};',
      ['Lamp < IOService'],
    ],
    ['inner classes too', 'class A : B { class C : D { }; };', ['A < B', 'C < D']],
    ['half typed', 'class Lamp : public', []],
    ['an unclosed comment', 'class A : B {}; /* class C : D {', ['A < B']],
  ];
  for (const [name, text, expected] of cases) {
    test(name, () => {
      const found = classDeclarations(text);
      assert.deepEqual(
        found.map((one) => `${one.name} < ${one.parents.join(' ')}`),
        expected,
      );
      for (const one of found) assert.equal(text.slice(one.start, one.end).split('::').at(-1), one.name);
    });
  }

  test('lines count from 0', () => {
    assert.equal(classDeclarations('\n\nclass A : B {};')[0]?.line, 2);
  });

  test('time grows with the text, not with its square', () => {
    const text = 'class A : public B<'.repeat(20_000);
    const small = processorTime(() => classDeclarations(text.slice(0, 20_000)));
    const large = processorTime(() => classDeclarations('/*'.repeat(100_000) + 'class '.repeat(100_000)));
    assert.ok(large < Math.max(2000, small * 1000));
  });
});

describe('Mach-O headers', () => {
  const words = (...values: number[]) =>
    new Uint8Array(values.flatMap((v) => [v >>> 24, v >>> 16, v >>> 8, v].map((b) => b & 255)));
  const thin = (cpu: number, subtype: number) =>
    new Uint8Array(new Uint32Array([0xfeedfacf, cpu, subtype, 0]).buffer);

  test('thin files', () => {
    assert.deepEqual(readMachO(thin(0x0100000c, 0x80000002))?.architectures, ['arm64e']);
    assert.deepEqual(readMachO(thin(0x0100000c, 0))?.architectures, ['arm64']);
    assert.deepEqual(readMachO(thin(0x01000007, 3))?.architectures, ['x86_64']);
  });
  test('big-endian thin files', () => {
    assert.deepEqual(readMachO(words(0xfeedface, 18, 0, 0))?.architectures, ['ppc']);
  });
  test('fat files', () => {
    const fat = words(0xcafebabe, 2, 0x01000007, 3, 0, 0, 0, 0x0100000c, 0x80000002, 0, 0, 0);
    assert.deepEqual(readMachO(fat)?.architectures, ['x86_64', 'arm64e']);
  });
  test('what is no Mach-O', () => {
    assert.equal(readMachO(new Uint8Array(0)), undefined);
    assert.equal(readMachO(new TextEncoder().encode('#!/bin/sh\nexit 0\n')), undefined);
    assert.equal(readMachO(words(0xcafebabe, 0x00000034, 0, 0)), undefined, 'a Java class file');
    assert.equal(readMachO(words(0xcafebabe, 3, 1, 2)), undefined, 'a fat file cut short');
  });
});

describe('xcconfig', () => {
  test('settings, conditions, comments, includes in their order', () => {
    const text =
      '#include "Base.xcconfig"\r\n#include? "Team.xcconfig"\nA = 1 // one\n  B[sdk=driverkit*][arch=arm64] = $(A) 2\nnonsense\nC=\n';
    const { statements } = readXcconfig(text);
    assert.deepEqual(
      statements.map((one) =>
        isInclude(one) ? [one.path, one.optional] : [one.name, one.value, one.conditions],
      ),
      [
        ['Base.xcconfig', false],
        ['Team.xcconfig', true],
        ['A', '1', []],
        ['B', '$(A) 2', ['sdk=driverkit*', 'arch=arm64']],
        ['C', '', []],
      ],
    );
    for (const one of statements) if (!isInclude(one)) assert.equal(text.slice(one.start, one.end), one.name);
  });
});
