/** The reports for build servers, by the shapes that those read: SARIF 2.1.0, JUnit, workflow commands. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import type { Log } from 'sarif';
import { uriOf } from '../../server/src/cli/formats/sarif.ts';
import { allRules } from '../../server/src/rules/index.ts';
import { dext } from '../unit/service/marked.ts';
import { driverPlist, folderWith } from './command.ts';
import { SARIF_SHAPE } from './sarifShape.ts';

const WRONG = dext('\t\t\t<key>IOProviderClass</key>\n\t\t\t<string>IOUSBHostDevice</string>');
/** Names and texts that end what they stand in where they are not escaped. */
const HOSTILE = dext(
  '\t\t\t<key>IOProviderClass</key>\n\t\t\t<string>]]&gt;"\'&amp;&lt;b&gt;%0A::error::x\u0001\u2028💡</string>\n\t\t\t<nonsense/>',
);
const FILES = {
  'Info.plist': WRONG,
  'a "b" <c> & d, e: 100%/Lämpchen-Info.plist': HOSTILE,
  'sound/Lamp.entitlements': '<plist><dict/></plist>',
  'broken/Info.plist': '<plist><dict><key>a</dict>',
};

const report = (format: string, files: { readonly [name: string]: string } = FILES, ...more: string[]) =>
  driverPlist(['lint', '--format', format, ...more], { cwd: folderWith(files) });

describe('SARIF', () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addFormat('reference', (text: string) => URL.canParse(text, 'file:///w/') && !/[ "<>\\]/.test(text));
  const validate = ajv.compile(SARIF_SHAPE);

  for (const [what, files] of [
    ['many files', FILES],
    ['no file', { 'README.md': '' }],
    ['nothing found', { 'Lamp.entitlements': '<plist><dict/></plist>' }],
  ] as const) {
    test(`${what}: by the standard`, () => {
      const log = JSON.parse(report('sarif', files).stdout) as Log;
      validate(log);
      assert.deepEqual(validate.errors, null);
    });
  }

  test('the shape is no sieve: a wrong property, level or column is seen', () => {
    const text = report('sarif', { 'Info.plist': WRONG }).stdout;
    for (const [from, to] of [
      ['"ruleId"', '"rule"'],
      ['"level":"error"', '"level":"information"'],
      [/"startColumn":\d+/, '"startColumn":0'],
      ['"uri":"Info.plist"', '"uri":"In fo.plist"'],
      ['"name":"driver-plist"', '"nickname":"driver-plist"'],
    ] as const) {
      const spoilt = text.replace(from, to);
      assert.notEqual(spoilt, text, to);
      assert.equal(validate(JSON.parse(spoilt)), false, to);
    }
  });

  test('each result names its rule, in a file that is there, at a place that is in it', () => {
    const { results = [], tool } = (JSON.parse(report('sarif').stdout) as Log).runs[0]!;
    assert.ok(results.length > 8);
    assert.equal(tool.driver.rules?.length, allRules.length);
    for (const { ruleId, ruleIndex, locations } of results) {
      if (ruleIndex !== undefined) assert.equal(tool.driver.rules?.[ruleIndex]?.id, ruleId);
      const { artifactLocation, region } = locations![0]!.physicalLocation!;
      const text = FILES[decodeURIComponent(artifactLocation!.uri!) as keyof typeof FILES];
      assert.ok(text, artifactLocation!.uri);
      const lines = text.split('\n');
      assert.ok(region!.endLine! <= lines.length);
      assert.ok(region!.startColumn! <= lines[region!.startLine! - 1]!.length + 1);
      const order = region!.endLine! - region!.startLine! || region!.endColumn! - region!.startColumn!;
      assert.ok(order >= 0);
    }
  });

  test('paths as URIs', () => {
    assert.equal(uriOf('a b/Info.plist'), 'a%20b/Info.plist');
    assert.equal(uriOf('/w/Lämp/Info.plist'), 'file:///w/L%C3%A4mp/Info.plist');
    assert.equal(uriOf('C:/Users/Me/Info.plist'), 'file:///C:/Users/Me/Info.plist');
    assert.equal(uriOf('a:b/Info.plist'), 'a%3Ab/Info.plist');
  });
});

describe('JUnit', () => {
  // What Jenkins and GitLab read, in the shape that Ant's writer set: suites of cases, each with at most one failure.
  const shape = `<?xml version="1.0"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="testsuites"><xs:complexType>
    <xs:sequence><xs:element ref="testsuite" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
    <xs:attribute name="name" type="xs:string"/>
  </xs:complexType></xs:element>
  <xs:element name="testsuite"><xs:complexType>
    <xs:sequence><xs:element ref="testcase" maxOccurs="unbounded"/></xs:sequence>
    <xs:attribute name="name" type="xs:string" use="required"/>
    <xs:attribute name="tests" type="xs:positiveInteger" use="required"/>
    <xs:attribute name="failures" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="errors" type="xs:nonNegativeInteger" use="required"/>
  </xs:complexType></xs:element>
  <xs:element name="testcase"><xs:complexType>
    <xs:sequence>
      <xs:element name="failure" minOccurs="0"><xs:complexType><xs:simpleContent><xs:extension base="xs:string">
        <xs:attribute name="message" type="xs:string" use="required"/>
        <xs:attribute name="type" type="xs:string" use="required"/>
      </xs:extension></xs:simpleContent></xs:complexType></xs:element>
      <xs:element name="system-out" type="xs:string" minOccurs="0"/>
    </xs:sequence>
    <xs:attribute name="name" type="xs:string" use="required"/>
    <xs:attribute name="classname" type="xs:string" use="required"/>
  </xs:complexType></xs:element>
</xs:schema>`;

  for (const [what, files] of [
    ['many files', FILES],
    ['no file', { 'README.md': '' }],
  ] as const) {
    test(`${what}: XML of that shape, with counts that are true`, () => {
      const { stdout } = report('junit', files);
      const xml = XmlDocument.fromString(stdout);
      const schema = XmlDocument.fromString(shape);
      const validator = XsdValidator.fromDoc(schema);
      try {
        validator.validate(xml);
        for (const suite of xml.find('//testsuite')) {
          const count = (path: string) => suite.find(path).length;
          const says = (name: string) => Number(suite.get(`@${name}`)?.content);
          assert.equal(says('tests'), count('testcase'));
          assert.equal(says('failures'), count('testcase/failure'));
        }
        const names = xml.find('//testsuite/@name').map(({ content }) => content);
        assert.deepEqual(names.toSorted(), what === 'no file' ? [] : Object.keys(FILES).toSorted());
      } finally {
        validator.dispose();
        schema.dispose();
        xml.dispose();
      }
    });
  }

  test('information and hints fail nothing', () => {
    const { stdout } = report('junit', FILES, '--rule', '*=info');
    assert.doesNotMatch(stdout, /<failure/);
    assert.match(stdout, /<system-out>/);
  });
});

test('GitHub: a command a line, whatever the files hold', () => {
  const { stdout } = report('github');
  const json = JSON.parse(report('json').stdout);
  const lines = stdout.trimEnd().split('\n');
  assert.equal(lines.length, json.files.flatMap((file: { findings: unknown[] }) => file.findings).length);
  for (const line of lines) {
    const [, properties = ''] = /^::(?:error|warning|notice) (.*?)::/.exec(line) ?? [];
    const names = properties.split(',').map((property) => property.split('=')[0]);
    assert.ok(
      ['file', 'line', 'endLine', 'title'].every((name) => names.includes(name)),
      line,
    );
    assert.doesNotMatch(line, /[\u0000-\u001f]/);
  }
});
