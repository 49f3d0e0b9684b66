import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  expandSettings,
  settingReferences,
  settingValue,
} from '../../../server/src/workspace/buildSettings.ts';

const levels = (...settings: Record<string, string>[]) =>
  settings.map((level) => new Map(Object.entries(level)));

describe('build settings', () => {
  const cases: [string, Record<string, string>[], string, string | undefined][] = [
    ['a plain text stays', [{}], 'com.lamp.driver', 'com.lamp.driver'],
    ['parentheses', [{ A: 'x' }], '$(A).y', 'x.y'],
    ['braces', [{ A: 'x' }], '${A}-${A}', 'x-x'],
    ['a bare name', [{ PRODUCT_NAME: 'Lamp' }], '$PRODUCT_NAME.dext', 'Lamp.dext'],
    ['a lone dollar stays', [{}], 'costs 5$', 'costs 5$'],
    ['unknown is unknown', [{ A: 'x' }], '$(A)$(B)', undefined],
    ['the nearest level wins', [{ A: 'target' }, { A: 'project' }], '$(A)', 'target'],
    ['inherited continues below', [{ A: '$(inherited) b' }, { A: 'a' }], '$(A)', 'a b'],
    ['inherited without a lower level is empty', [{ A: '$(inherited)b' }], '$(A)', 'b'],
    ['a setting that names itself means the lower one', [{ A: '$(A).b' }, { A: 'a' }], '$(A)', 'a.b'],
    ['nested names', [{ A_Debug: 'x', CONFIGURATION: 'Debug' }], '$(A_$(CONFIGURATION))', 'x'],
    ['a cycle is unknown', [{ A: '$(B)', B: '$(A)' }], '$(A)', undefined],
    ['rfc1034', [{ N: 'My Lamp!_2' }], '$(N:rfc1034identifier)', 'My-Lamp--2'],
    ['identifier', [{ N: '2 Lamps' }], '$(N:identifier)', '_2_Lamps'],
    ['lower and upper', [{ N: 'Lamp' }], '$(N:lower)$(N:upper)', 'lampLAMP'],
    ['modifiers follow each other', [{ N: 'My Lamp' }], '$(N:rfc1034identifier:lower)', 'my-lamp'],
    ['default for an unknown', [{}], '$(N:default=lamp)', 'lamp'],
    ['default for an empty', [{ N: '' }], '$(N:default=lamp)', 'lamp'],
    ['an unknown modifier is unknown', [{ N: 'x' }], '$(N:frobnicate)', undefined],
    ['path parts', [{ P: '/a/b.dext' }], '$(P:dir) $(P:file) $(P:base) $(P:suffix)', '/a/ b.dext b .dext'],
    ['an unclosed reference stays text', [{ A: 'x' }], '$(A', '$(A'],
  ];
  for (const [name, settings, text, expected] of cases) {
    test(name, () => assert.equal(expandSettings(text, levels(...settings)), expected));
  }

  test('a value that doubles without end is unknown, and soon', () => {
    const settings: Record<string, string> = { A0: 'xxxxxxxxxx' };
    for (let i = 1; i < 38; i++) settings[`A${i}`] = `$(A${i - 1})$(A${i - 1})`;
    assert.equal(settingValue('A37', levels(settings)), undefined);
  });

  test('references with their places', () => {
    assert.deepEqual(settingReferences('a $(B:lower) ${C} $D'), [
      { name: 'B', start: 2, end: 12 },
      { name: 'C', start: 13, end: 17 },
      { name: 'D', start: 18, end: 20 },
    ]);
  });
});
