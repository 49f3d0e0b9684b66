/** Where conversions are offered. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FULL_ABILITIES } from '../../../server/src/service/abilities.ts';
import { createLanguageService } from '../../../server/src/service/index.ts';
import { openDocument } from '../../../server/src/workspace/document.ts';
import { kextText, personality } from '../convert/support.ts';

const KEYS = { IOClass: 'AcmeGadget', IOProviderClass: 'IOUSBDevice', idVendor: 4660, idProduct: 2 };
const text = kextText({ personalities: personality('Gadget', KEYS) });
const URI = 'file:///w/Gadget.kext/Contents/Info.plist';

function offered(source: string, before: string, command?: string, only?: string[]): string[] {
  const service = createLanguageService({ abilities: { ...FULL_ABILITIES, convertCommand: command } });
  const document = openDocument(URI, source);
  const at = source.indexOf(before);
  assert.ok(at >= 0, before);
  const line = source.slice(0, at).split('\n').length - 1;
  const position = { line, character: at - source.lastIndexOf('\n', at - 1) - 1 };
  const range = { start: position, end: position };
  return service
    .codeActions(document, { range, diagnostics: [], only })
    .filter((action) => action.command?.command === 'driverPlist.convert')
    .map((action) => `${action.kind} ${JSON.stringify(action.command?.arguments)}`);
}

const action = (target: string) => `refactor.rewrite ${JSON.stringify([{ uri: URI, target }])}`;

describe('conversions as code actions', () => {
  test('are offered on a personality, when the client has the command', () => {
    const both = [action('codeless-dext'), action('codeless-kext')];
    for (const place of ['<key>IOKitPersonalities', '<key>Gadget', '<integer>4660', '<plist'])
      assert.deepEqual(offered(text, place, 'driverPlist.convert'), both, place);
    assert.deepEqual(offered(text, '<key>Gadget', 'driverPlist.convert', ['refactor']), both);
    assert.deepEqual(offered(text, '<key>Gadget'), []);
    assert.deepEqual(offered(text, '<key>CFBundleVersion', 'driverPlist.convert'), []);
    assert.deepEqual(offered(text, '<key>Gadget', 'driverPlist.convert', ['quickfix']), []);
  });

  test('a kext without code becomes a dext only, and a dext nothing', () => {
    const codeless = kextText({
      code: false,
      personalities: personality('Gadget', {
        ...KEYS,
        IOClass: 'IOService',
        CFBundleIdentifier: 'com.apple.kpi.iokit',
      }),
    });
    assert.deepEqual(offered(codeless, '<key>Gadget', 'driverPlist.convert'), [action('codeless-dext')]);
    const dext = text.replace('KEXT', 'DEXT');
    assert.deepEqual(offered(dext, '<key>Gadget', 'driverPlist.convert'), []);
  });

  test('of several personalities one can go alone', () => {
    const two = kextText({
      personalities: `${personality('Gadget', KEYS)}\n${personality('Lamp', KEYS)}`,
    });
    const alone = (name: string) =>
      ['codeless-dext', 'codeless-kext'].map(
        (target) => `refactor.rewrite ${JSON.stringify([{ uri: URI, target, personality: name }])}`,
      );
    const both = [action('codeless-dext'), action('codeless-kext')];
    assert.deepEqual(offered(two, '<key>Gadget', 'driverPlist.convert'), [...both, ...alone('Gadget')]);
    assert.deepEqual(offered(two, '<key>Lamp', 'driverPlist.convert'), [...both, ...alone('Lamp')]);
    assert.deepEqual(offered(two, '<key>IOKitPersonalities', 'driverPlist.convert'), both);
  });
});
