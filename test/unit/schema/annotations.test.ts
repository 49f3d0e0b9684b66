/** Which subschemas apply to a node, a key, an item; findings and annotations agree. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Schema, SchemaObject } from '../../../server/src/schema/types.ts';
import { evaluated } from './support.ts';

const titles = (schemas: readonly SchemaObject[]): unknown[] => schemas.map(({ title }) => title);

const schema: Schema = {
  title: 'root',
  $defs: {
    name: { title: 'name', plistType: 'string' },
    personality: {
      title: 'personality',
      properties: {
        IOClass: { title: 'class', $ref: '#/$defs/name', enum: ['IOUserService', 'IOUserUserClient'] },
        idVendor: { title: 'vendor', plistType: 'integer' },
        Names: { title: 'names', items: { title: 'item' }, prefixItems: [{ title: 'first' }] },
        Never: false,
      },
      required: ['IOClass', 'Other'],
      patternProperties: { '^IO': { title: 'io' } },
      additionalProperties: { title: 'rest' },
    },
  },
  properties: {
    IOKitPersonalities: { title: 'all', additionalProperties: { $ref: '#/$defs/personality' } },
  },
};

const text = `<dict>
<key>IOKitPersonalities</key><dict>
  <key>Lamp</key><dict>
    <key>IOClass</key><string>IOUserService</string>
    <key>Names</key><array><string>a</string><string>b</string></array>
    <key>Mine</key><true/>
    <key>Lone</key>
  </dict>
</dict>
</dict>`;

describe('schemasFor', () => {
  const { evaluation, root } = evaluated(schema, text);
  const at = (...path: (string | number)[]): unknown[] => {
    const node = root.at(path);
    assert.ok(node, path.join('/'));
    return titles(evaluation.schemasFor(node));
  };

  test('follows properties, patterns, references, items: what refers stands behind what it refers to', () => {
    assert.deepEqual(at(), ['root']);
    assert.deepEqual(at('IOKitPersonalities'), ['all']);
    assert.deepEqual(at('IOKitPersonalities', 'Lamp'), ['personality', undefined]);
    assert.deepEqual(at('IOKitPersonalities', 'Lamp', 'IOClass'), ['name', 'class', 'io']);
    assert.deepEqual(at('IOKitPersonalities', 'Lamp', 'Mine'), ['rest']);
    assert.deepEqual(at('IOKitPersonalities', 'Lamp', 'Names', 0), ['first']);
    assert.deepEqual(at('IOKitPersonalities', 'Lamp', 'Names', 1), ['item']);
  });

  test('a key has the schemas of its value, or would have', () => {
    const lamp = root.at(['IOKitPersonalities', 'Lamp'])!;
    assert.deepEqual(titles(evaluation.schemasFor(lamp.keyNode('IOClass')!)), ['name', 'class', 'io']);
    assert.deepEqual(titles(evaluation.schemasFor(lamp.keyNode('Lone')!)), ['rest']);
  });

  test('keys that are not there, items that could be', () => {
    const lamp = root.at(['IOKitPersonalities', 'Lamp'])!;
    assert.deepEqual(titles(evaluation.schemasForKey(lamp, 'idVendor')), ['vendor']);
    assert.deepEqual(titles(evaluation.schemasForKey(lamp, 'IOElse')), ['io']);
    assert.deepEqual(titles(evaluation.schemasForKey(lamp, 'Never')), []);
    const names = lamp.get('Names')!;
    assert.deepEqual(titles(evaluation.schemasForItem(names)), ['first', 'item']);
    assert.deepEqual(titles(evaluation.schemasForItem(names, 0)), ['first']);
    assert.deepEqual(titles(evaluation.schemasForItem(names, 5)), ['item']);
    assert.deepEqual(evaluation.schemasForItem(lamp), []);
    assert.deepEqual(evaluation.schemasForKey(names, 'x'), []);
  });

  test('keysFor: what is named, none that is forbidden', () => {
    const lamp = root.at(['IOKitPersonalities', 'Lamp'])!;
    assert.deepEqual(
      evaluation.keysFor(lamp).map(({ key, required, schemas }) => [key, required, titles(schemas)]),
      [
        ['IOClass', true, ['name', 'class', 'io']],
        ['idVendor', false, ['vendor']],
        ['Names', false, ['names']],
        ['Other', true, ['rest']],
      ],
    );
    assert.deepEqual(evaluation.keysFor(lamp.get('Names')!), []);
  });
});

describe('keysFor', () => {
  const keys = (of: Schema, body: string): unknown[] => {
    const { evaluation, root } = evaluated(of, `<dict>${body}</dict>`);
    return evaluation.keysFor(root).map(({ key, required, architectureOf }) => {
      return [key, ...(required ? ['required'] : []), ...(architectureOf ? [architectureOf] : [])].join(' ');
    });
  };

  test('dependentRequired counts when its key is there', () => {
    const of: Schema = { dependentRequired: { a: ['b'] } };
    assert.deepEqual(keys(of, ''), ['a', 'b']);
    assert.deepEqual(keys(of, '<key>a</key><true/>'), ['a', 'b required']);
  });

  test('dependentSchemas join when their key is there', () => {
    const of: Schema = { properties: { a: true }, dependentSchemas: { a: { properties: { b: true } } } };
    assert.deepEqual(keys(of, ''), ['a']);
    assert.deepEqual(keys(of, '<key>a</key><true/>'), ['a', 'b']);
  });

  test('propertyNames gives the names of an open dictionary', () => {
    assert.deepEqual(keys({ propertyNames: { enum: ['x', 'y'] } }, ''), ['x', 'y']);
  });

  test('another part may forbid what one names', () => {
    const of: Schema = {
      allOf: [{ properties: { a: true, b: true } }, { properties: { b: true }, additionalProperties: false }],
    };
    assert.deepEqual(keys(of, ''), ['b']);
  });

  test('architecture-suffixed forms follow their key', () => {
    const of: Schema = { properties: { OSBundleLibraries: { archSuffix: true } } };
    assert.deepEqual(keys(of, ''), [
      'OSBundleLibraries',
      'OSBundleLibraries_arm64 OSBundleLibraries',
      'OSBundleLibraries_x86_64 OSBundleLibraries',
    ]);
  });

  test('unevaluatedProperties describes the rest and forbids nothing that a part names', () => {
    const of: Schema = { allOf: [{ properties: { a: true } }], unevaluatedProperties: { title: 'rest' } };
    const { evaluation, root } = evaluated(of, '<dict><key>b</key><true/></dict>');
    assert.deepEqual(titles(evaluation.schemasForKey(root, 'a')), []);
    assert.deepEqual(titles(evaluation.schemasForKey(root, 'c')), ['rest']);
    assert.deepEqual(titles(evaluation.schemasFor(root.get('b')!)), ['rest']);
    assert.deepEqual(keys({ allOf: [{ properties: { a: true } }], unevaluatedProperties: false }, ''), ['a']);
  });
});

describe('laziness', () => {
  test('annotations and findings do not depend on which is asked first', () => {
    const one = evaluated(schema, text);
    const lamp = one.root.at(['IOKitPersonalities', 'Lamp'])!;
    const before = titles(one.evaluation.schemasFor(lamp));
    assert.deepEqual(
      one.evaluation.findings.map(({ key }) => key),
      ['Other'],
    );
    assert.deepEqual(titles(one.evaluation.schemasFor(lamp)), before);
  });
});
