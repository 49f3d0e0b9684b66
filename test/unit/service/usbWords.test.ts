/** Hover on a USB key, and on the name of a personality, says what the keys come to. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FULL_ABILITIES } from '../../../server/src/service/abilities.ts';
import { createLanguageService } from '../../../server/src/service/index.ts';
import { dext, marked } from './marked.ts';

function words(body: string): string {
  const { document, position } = marked(dext(body));
  const found = createLanguageService({ abilities: FULL_ABILITIES }).hover(document, position);
  const contents = found?.contents;
  return typeof contents === 'object' && 'value' in contents ? contents.value : '';
}

const DEVICE = '<key>IOProviderClass</key><string>IOUSBHostDevice</string>';
const INTERFACE = '<key>IOProviderClass</key><string>IOUSBHostInterface</string>';

test('a legal combination with its score', () => {
  const said = words(
    `${DEVICE}<key>id|Vendor</key><integer>1118</integer><key>idProduct</key><integer>746</integer>`,
  );
  assert.match(said, /\*\*USB match:\*\* device by vendor \+ product, score \*\*90000\*\*\./);
});

test('wildcards and IOProbeScore count', () => {
  const said = words(
    `${DEVICE}<key>idVendor</key><integer>1118</integer><key>id|Product</key><string>*</string><key>IOProbeScore</key><integer>500</integer>`,
  );
  assert.match(said, /score \*\*89500\*\* \(1 × `\*` at −1000 each\)/);
});

test('no combination', () => {
  const said = words(`${INTERFACE}<key>id|Vendor</key><integer>1118</integer>`);
  assert.match(said, /\*\*USB match:\*\* never\. Vendor: no legal combination for a USB interface\./);
});

test('nothing on another nub', () => {
  const said = words(
    '<key>IOProviderClass</key><string>IOPCIDevice</string><key>IOProbe|Score</key><integer>5</integer>',
  );
  assert.doesNotMatch(said, /USB match/);
});
