import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FULL_ABILITIES, PLAIN_ABILITIES } from '../../../server/src/service/abilities.ts';
import { createLanguageService } from '../../../server/src/service/index.ts';
import { completeAt, dext, insideDext, marked, plist } from './marked.ts';

/** Keys of a personality after `label` was accepted where the lines have their mark. */
function acceptedIn(lines: string, label: string, abilities = FULL_ABILITIES): string {
  return insideDext(completeAt(dext(lines), abilities).accepted(label));
}

const WHOLE = '\t\t\t<key>IOUserClass</key>\n\t\t\t<string>MyDriver|</string>';

describe('a key with its value, wherever a person types', () => {
  test('the mark is demanded', () => {
    assert.throws(() => marked('<plist/>'), /needs one \|/);
  });
  test('on an empty line', () => assert.equal(acceptedIn('\t\t\t|', 'IOUserClass'), WHOLE));
  test('after <', () => assert.equal(acceptedIn('\t\t\t<|', 'IOUserClass'), WHOLE));
  test('after < that the editor closed', () => assert.equal(acceptedIn('\t\t\t<|>', 'IOUserClass'), WHOLE));
  test('after <k', () => assert.equal(acceptedIn('\t\t\t<k|', 'IOUserClass'), WHOLE));
  test('after <key>', () => assert.equal(acceptedIn('\t\t\t<key>|', 'IOUserClass'), WHOLE));
  test('after <key>IOU', () => assert.equal(acceptedIn('\t\t\t<key>IOU|', 'IOUserClass'), WHOLE));
  test('in an empty <key></key>', () => assert.equal(acceptedIn('\t\t\t<key>|</key>', 'IOUserClass'), WHOLE));
  test('in <key>IOU</key>', () => assert.equal(acceptedIn('\t\t\t<key>IOU|</key>', 'IOUserClass'), WHOLE));
  test('in the middle of <key>IOUser</key>', () =>
    assert.equal(acceptedIn('\t\t\t<key>IO|User</key>', 'IOUserClass'), WHOLE));
  test('a bare word', () => assert.equal(acceptedIn('\t\t\tIOU|', 'IOUserClass'), WHOLE));
  test('the name in the tag of an empty element', () =>
    assert.equal(acceptedIn('\t\t\t<k|></k>', 'IOUserClass'), WHOLE));
});

describe('in a dictionary that has no closing tag yet', () => {
  const START = plist(
    '\t<key>CFBundlePackageType</key>\n\t<string>DEXT</string>\n\t<key>IOKitPersonalities</key>\n\t<dict>\n\t\t<key>Lamp</key>\n\t\t<dict>',
  ).replace(/<\/dict>\s*<\/plist>\s*$/, '');
  const labels = (text: string) => completeAt(text).labels;

  test('right behind <dict> and on the next line', () => {
    assert.equal(labels(`${START}|\n\t</dict>\n</dict>\n</plist>\n`)[0], 'IOClass');
    assert.equal(labels(`${START}\n\t\t\t|\n\t</dict>\n</dict>\n</plist>\n`)[0], 'IOClass');
  });
  test('at the end of a file that nobody has closed', () => {
    const typed = `${START}\n\t\t\t<key>IOClass</key>\n\t\t\t<string>IOUserService</string>\n\t\t\t|`;
    assert.equal(labels(typed)[0], 'IOProviderClass');
  });
  test('a line that stands further left belongs to the dictionary around', () => {
    const typed = `${START}\n\t\t\t<key>IOClass</key>\n\t\t\t<string>IOUserService</string>\n\t\t|\n\t</dict>\n</dict>\n</plist>\n`;
    assert.ok(labels(typed).includes('USB device'));
    assert.ok(!labels(typed).includes('IOProviderClass'));
  });
});

describe('an Info.plist that nothing tells the kind of', () => {
  test('offers the keys that tell it', () => {
    const { labels, accepted } = completeAt(plist('\t|\n'));
    assert.deepEqual(labels.slice(0, 2), ['CFBundlePackageType', 'NetworkExtension']);
    assert.match(accepted('CFBundlePackageType'), /<string>DEXT\|<\/string>/);
  });
  test('and leaves other property lists alone', () => {
    const { document, position } = marked(plist('\t|\n'), undefined, 'file:///w/colors.plist');
    const { items } = createLanguageService().complete(document, position);
    assert.deepEqual(
      items.map(({ label }) => label),
      ['key'],
    );
  });
});

describe('never a second value', () => {
  const value = '\n\t\t\t<string>Lamp</string>';
  const whole = `\t\t\t<key>IOUserClass</key>${value}`;
  test('in <key>IOU</key>', () =>
    assert.equal(acceptedIn(`\t\t\t<key>IOU|</key>${value}`, 'IOUserClass'), whole));
  test('after <key>IOU without a closing tag', () =>
    assert.equal(acceptedIn(`\t\t\t<key>IOU|${value}`, 'IOUserClass'), whole));
  test('a comment between key and value', () =>
    assert.equal(
      acceptedIn(`\t\t\t<key>|</key>\n\t\t\t<!-- the class -->${value}`, 'IOUserClass'),
      `\t\t\t<key>IOUserClass</key>\n\t\t\t<!-- the class -->${value}`,
    ));
  test('the value of the next key is its own', () =>
    assert.equal(
      acceptedIn(
        '\t\t\t<key>IOU|</key>\n\t\t\t<key>idVendor</key>\n\t\t\t<integer>1</integer>',
        'IOUserClass',
      ),
      `${WHOLE}\n\t\t\t<key>idVendor</key>\n\t\t\t<integer>1</integer>`,
    ));
});

describe('which keys are offered', () => {
  const lines = '\t\t\t<key>IOProviderClass</key>\n\t\t\t<string>IOUSBHostDevice</string>\n\t\t\t|';
  test('required ones first', () => {
    const { labels } = completeAt(dext(lines));
    const required = ['IOClass', 'IOUserClass', 'IOUserServerName'];
    const first = labels.slice(0, 6);
    for (const key of required) assert.ok(first.includes(key), `${key} is not among ${first.join(', ')}`);
    assert.ok(labels.indexOf('idVendor') > labels.indexOf('IOUserClass'));
  });
  test('then those of the nub, then what most drivers have', () => {
    const { labels } = completeAt(dext(lines));
    const order = [
      'CFBundleIdentifierKernel',
      'idVendor',
      'bcdDevice',
      'CFBundleIdentifier',
      'IOProbeScore',
      'IOKitDebug',
    ];
    const places = order.map((key) => labels.indexOf(key));
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    );
    assert.ok(places.every((place) => place >= 0));
    const root = completeAt(plist('\t<key>CFBundlePackageType</key>\n\t<string>KEXT</string>\n\t|\n')).labels;
    assert.deepEqual(root.slice(0, 3), ['CFBundleIdentifier', 'IOKitPersonalities', 'OSBundleLibraries']);
  });
  test('keys of the provider', () => {
    const { labels } = completeAt(dext(lines));
    assert.ok(labels.includes('idVendor'));
    assert.ok(!labels.includes('IOPCIMatch'), 'IOPCIMatch belongs to PCI devices');
  });
  test('none that is there', () => assert.ok(!completeAt(dext(lines)).labels.includes('IOProviderClass')));
  test('the key under the cursor', () => {
    const { labels } = completeAt(
      dext('\t\t\t<key>IOProviderClass|</key>\n\t\t\t<string>IOUSBHostDevice</string>'),
    );
    assert.ok(labels.includes('IOProviderClass'));
  });
  test('a deprecated one last and tagged, beside keys of an overlay', () => {
    const properties = { OldLamp: { deprecationMessage: 'Use NewLamp.' }, NewLamp: { type: 'integer' } };
    const overlays = () => [{ properties }];
    const { items, accepted, item } = completeAt(plist('\t|\n'), undefined, 'dext', { overlays });
    assert.equal(items.at(-1)?.label, 'OldLamp');
    assert.deepEqual(items.at(-1)?.tags, [1]);
    assert.ok(items.findIndex(({ label }) => label === 'NewLamp') >= 0);
    assert.ok(accepted('NewLamp').includes('<key>NewLamp</key>\n\t<integer>|</integer>'));
    const { documentation } = item('OldLamp');
    assert.ok(typeof documentation === 'object' && documentation.value.includes('Use NewLamp.'));
  });
  test('documentation comes with resolve', () => {
    const completed = completeAt(dext(lines));
    const listed = completed.items.find(({ label }) => label === 'IOUserClass');
    assert.equal(listed?.documentation, undefined);
    const { documentation } = completed.item('IOUserClass');
    assert.ok(typeof documentation === 'object' && documentation.value.includes('.iig'));
  });
  test('a client that cannot resolve gets it at once', () => {
    const { items } = completeAt(dext(lines), { ...FULL_ABILITIES, lazyDocumentation: false });
    const item = items.find(({ label }) => label === 'IOUserClass');
    assert.ok(item?.documentation);
    assert.equal(item.data, undefined);
  });
});

describe('the way of the file', () => {
  test('spaces and CRLF', () => {
    const text = dext('\t\t\t|').replaceAll('\t', '  ').replaceAll('\n', '\r\n');
    const result = completeAt(text).accepted('IOUserClass');
    assert.ok(
      result.includes('      <key>IOUserClass</key>\r\n      <string>MyDriver|</string>\r\n    </dict>'),
      result,
    );
    assert.ok(!/[^\r]\n/.test(result), 'a line ends with a line feed alone');
  });
  test('a dict value is laid out in the unit of the file', () => {
    const text = plist('  <key>CFBundlePackageType</key>\n  <string>DEXT</string>\n  |\n');
    const result = completeAt(text).accepted('IOKitPersonalities');
    assert.ok(result.includes('  <key>IOKitPersonalities</key>\n  <dict>\n    '), result);
    assert.ok(!result.includes('\t'), 'there are no tabs in the file');
  });
  test('<dict></dict> on one line is opened', () => {
    const text = dext('').replace('<dict>\n\n\t\t</dict>', '<dict>|</dict>');
    const result = completeAt(text).accepted('IOUserClass');
    assert.ok(
      result.includes(
        '\t\t<dict>\n\t\t\t<key>IOUserClass</key>\n\t\t\t<string>MyDriver|</string>\n\t\t</dict>',
      ),
      result,
    );
  });
});

describe('clients of other abilities', () => {
  test('without snippets plain text, indented whole', () => {
    const completed = completeAt(dext('\t\t\t|'), PLAIN_ABILITIES);
    assert.equal(completed.item('IOUserClass').insertTextFormat, 1);
    assert.equal(
      insideDext(completed.accepted('IOUserClass')),
      '\t\t\t<key>IOUserClass</key>\n\t\t\t<string>MyDriver</string>',
    );
  });
  test('a client that indents snippets itself gets bare lines', () => {
    const completed = completeAt(dext('\t\t\t|'), { ...FULL_ABILITIES, asIsInsert: false });
    assert.equal(
      completed.item('IOUserClass').textEdit?.newText,
      '<key>IOUserClass</key>\n<string>${1:MyDriver}</string>',
    );
  });
  test('without Markdown the words are plain, without label details they stand beside', () => {
    const plain = completeAt(dext('\t\t\t|'), {
      ...FULL_ABILITIES,
      markdownCompletion: false,
      labelDetails: false,
    }).item('IOUserClass');
    assert.deepEqual([plain.labelDetails, plain.detail], [undefined, 'required · string']);
    assert.ok(typeof plain.documentation === 'object' && plain.documentation.kind === 'plaintext');
    assert.doesNotMatch(plain.documentation.value, /\*\*|\]\(/);
    const full = completeAt(dext('\t\t\t|')).item('IOUserClass');
    assert.deepEqual([full.labelDetails?.description, full.detail], ['required · string', undefined]);
  });
  test('without tags a deprecated key is flagged the old way', () => {
    const overlays = () => [{ properties: { OldLamp: { deprecationMessage: 'Use NewLamp.' } } }];
    const abilities = { ...FULL_ABILITIES, completionTags: false };
    const { items } = completeAt(plist('\t|\n'), abilities, 'dext', { overlays });
    const old = items.find(({ label }) => label === 'OldLamp');
    assert.deepEqual([old?.deprecated, old?.tags], [true, undefined]);
  });
  test('a personality of a family, without snippets, in the indentation of the file', () => {
    const text = plist(
      '  <key>CFBundlePackageType</key>\n  <string>DEXT</string>\n  <key>IOKitPersonalities</key>\n  <dict>\n    |\n  </dict>\n',
    );
    const result = completeAt(text, PLAIN_ABILITIES).accepted('PCI / Thunderbolt device');
    assert.ok(
      result.includes('    <key>MyDriver</key>\n    <dict>\n      <key>CFBundleIdentifier</key>\n'),
      result,
    );
    assert.ok(result.includes('      <true/>\n') && result.includes('\n    </dict>\n  </dict>\n'), result);
    assert.ok(!result.includes('\t') && !result.includes('${'), result);
  });
  test('insert and replace ranges', () => {
    const { document } = marked(dext('\t\t\t<key>IO|User</key>'));
    const edit = completeAt(dext('\t\t\t<key>IO|User</key>')).item('IOUserClass').textEdit;
    assert.ok(edit && 'replace' in edit);
    assert.deepEqual(edit.insert.start, edit.replace.start);
    assert.ok(edit.replace.end.character > edit.insert.end.character);
    assert.equal(edit.replace.start.line, edit.replace.end.line);
    assert.ok(document.text.length > 0);
  });
});

describe('what clients filter by begins with what is typed', () => {
  for (const typed of ['', 'IOU', '<', '<k', '<key', '<key>', '<key>IOU', '<IOU']) {
    test(JSON.stringify(typed), () => {
      const { filterText } = completeAt(dext(`\t\t\t${typed}|`)).item('IOUserClass');
      assert.ok(filterText?.startsWith(typed), `${filterText} does not begin with ${typed}`);
    });
  }
});

describe('a list that opens by itself', () => {
  const opened = (lines: string, trigger: string): number => {
    const { document, position } = marked(dext(lines));
    return createLanguageService().complete(document, position, trigger).items.length;
  };
  test('is not in the way of Enter behind a closing tag', () => {
    assert.equal(opened('\t\t\t<key>IOClass</key>|', '>'), 0);
    assert.equal(opened('\t\t\t<key>IOClass</key>\n\t\t\t<string>a</string>|', '>'), 0);
  });
  test('opens behind an opening tag', () => {
    assert.ok(opened('\t\t\t<key>|', '>') > 0);
    assert.ok(opened('\t\t\t<key>|</key>', '>') > 0);
    assert.ok(opened('\t\t\t<key>IOClass</key>\n\t\t\t<string>|</string>', '>') > 0);
  });
  test('not for a slash or a bracket in a text', () => {
    assert.equal(opened('\t\t\t<key>IOClass</key>\n\t\t\t<string>a/|</string>', '/'), 0);
    assert.equal(opened('\t\t\t<key>IOClass</key>\n\t\t\t<string>a(|</string>', '('), 0);
    assert.equal(opened('\t\t\t<key>IOClass</key>\n\t\t\t<string>a</|', '/'), 1);
    assert.ok(opened('\t\t\t<key>IOClass</key>\n\t\t\t<string>$(|</string>', '(') > 0);
  });
});

describe('nothing is offered', () => {
  test('between a key and its value', () => {
    const { labels } = completeAt(dext('\t\t\t<key>IOUserClass</key>\n\t\t\t|\n\t\t\t<string>Lamp</string>'));
    assert.deepEqual(labels, []);
  });
  test('in the declaration', () => {
    assert.deepEqual(completeAt('<?xml ver|sion="1.0"?>\n<plist version="1.0"><dict/></plist>').labels, []);
  });
});
