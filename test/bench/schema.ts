/**
 * Our evaluator on 5,000 personalities (a plist of about 1 MB) against VS Code's JSON service and ajv on the JSON
 * twin, in one run. Goal: at least twice as fast as VS Code's JSON service. Figures are medians.
 */
import { Ajv2020 } from 'ajv/dist/2020.js';
import jsonService from 'vscode-json-languageservice';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { parsePlist } from '../../server/src/plist/parse.ts';
import type { PlistNode } from '../../server/src/plist/types.ts';
import { evaluate } from '../../server/src/schema/evaluate.ts';
import { createSchemaSet } from '../../server/src/schema/set.ts';
import type { JsonValue, Schema } from '../../server/src/schema/types.ts';

const PERSONALITIES = 5_000;
const ROUNDS = 25;

const usb = { type: 'integer', minimum: 0, maximum: 65535 } as const;

/** Only what JSON Schema and VS Code's JSON service know, so that all three do the same work. */
const schema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $defs: {
    className: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$', minLength: 1, maxLength: 200 },
    personality: {
      type: 'object',
      properties: {
        CFBundleIdentifier: { type: 'string', pattern: '^[A-Za-z0-9.-]+$', maxLength: 63 },
        CFBundleIdentifierKernel: { enum: ['com.apple.kpi.iokit', 'com.apple.iokit.IOUSBHostFamily'] },
        IOClass: { enum: ['IOUserService', 'AppleUserHIDEventService', 'AppleUserHIDDevice'] },
        IOProviderClass: { $ref: '#/$defs/className' },
        IOUserClass: { $ref: '#/$defs/className' },
        IOUserServerName: { type: 'string' },
        IOMatchCategory: { type: 'string' },
        IOProbeScore: { type: 'integer', minimum: 0, maximum: 9999 },
      },
      required: ['IOClass', 'IOProviderClass', 'IOUserClass', 'IOUserServerName'],
      allOf: [
        {
          if: {
            properties: { IOProviderClass: { const: 'IOUSBHostDevice' } },
            required: ['IOProviderClass'],
          },
          // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own keyword
          then: {
            properties: { idVendor: usb, idProduct: usb, bcdDevice: usb },
            required: ['idVendor', 'idProduct'],
          },
        },
        {
          if: { properties: { IOProviderClass: { const: 'IOHIDInterface' } }, required: ['IOProviderClass'] },
          // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own keyword
          then: {
            properties: { VendorID: usb, ProductID: usb },
            anyOf: [{ required: ['VendorID'] }, { required: ['DeviceUsagePairs'] }],
          },
        },
      ],
    },
  },
  type: 'object',
  properties: {
    CFBundleIdentifier: { type: 'string' },
    IOKitPersonalities: { type: 'object', additionalProperties: { $ref: '#/$defs/personality' } },
  },
  required: ['CFBundleIdentifier', 'IOKitPersonalities'],
};

type Json = { readonly [key: string]: JsonValue };

/** Every hundredth personality lacks its class: three validators must find the same number of them. */
function twin(): Json {
  const personalities: { [name: string]: Json } = {};
  for (let i = 0; i < PERSONALITIES; i++) {
    personalities[`Lamp${i}`] = {
      CFBundleIdentifierKernel: 'com.apple.kpi.iokit',
      IOClass: 'IOUserService',
      IOProviderClass: 'IOUSBHostDevice',
      ...(i % 100 === 0 ? {} : { IOUserClass: `LampDriver${i}` }),
      IOUserServerName: 'com.example.LampDriver',
      idVendor: 4660,
      idProduct: i,
    };
  }
  return { CFBundleIdentifier: 'com.example.LampDriver', IOKitPersonalities: personalities };
}

function plistOf(value: JsonValue, indent = ''): string {
  if (typeof value === 'number') return `<integer>${value}</integer>`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return `<string>${value}</string>`;
  const inner = `${indent}\t`;
  const entries = Object.entries(value).map(
    ([key, part]) => `${inner}<key>${key}</key>\n${inner}${plistOf(part, inner)}\n`,
  );
  return `<dict>\n${entries.join('')}${indent}</dict>`;
}

async function median(work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[ROUNDS >> 1]!;
}

export interface SchemaBench {
  readonly name: string;
  readonly ms: number;
  readonly faults: number;
}

/** Runs all candidates and returns their medians in milliseconds. */
export async function benchSchema(): Promise<readonly SchemaBench[]> {
  const value = twin();
  const plist = `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">\n${plistOf(value)}\n</plist>\n`;
  const json = JSON.stringify(value, undefined, '\t');
  console.log(`plist ${plist.length} bytes, JSON ${json.length} bytes, ${PERSONALITIES} personalities`);

  const ours = createSchemaSet({ 'bench.schema.json': schema }).get('bench.schema.json')!;
  const root = (): PlistNode => parsePlist(plist).root!;
  const tree = root();
  const service = jsonService.getLanguageService({});
  const document = TextDocument.create('file:///bench.json', 'json', 1, json);
  const parsed = service.parseJSONDocument(document);
  const settings = {};
  const validate = new Ajv2020({ allErrors: true }).compile(schema as object);

  const ourFaults = evaluate(ours, tree).findings.length;
  const theirs = await service.doValidation(document, parsed, settings, schema as object);
  validate(value);
  const last = tree.get('IOKitPersonalities')!.entries.at(-1)!.value!.get('IOUserClass')!;
  const row = async (name: string, faults: number, work: () => unknown): Promise<SchemaBench> => ({
    name,
    faults,
    ms: await median(work),
  });
  return [
    await row('ours, findings', ourFaults, () => evaluate(ours, tree).findings),
    await row('ours, parse and findings', ourFaults, () => evaluate(ours, root()).findings),
    await row('ours, schemas at one node', 0, () => evaluate(ours, tree).schemasFor(last)),
    await row('VS Code JSON service, findings', theirs.length, () =>
      service.doValidation(document, parsed, settings, schema as object),
    ),
    await row('VS Code JSON service, parse and findings', theirs.length, () =>
      service.doValidation(document, service.parseJSONDocument(document), settings, schema as object),
    ),
    await row('VS Code JSON service, schemas of the document', 0, () =>
      service.getMatchingSchemas(document, parsed, schema as object),
    ),
    await row('ajv, all errors, no tree', validate.errors?.length ?? 0, () => validate(value)),
  ];
}

if (import.meta.filename === process.argv[1]) {
  const rows = await benchSchema();
  for (const { name, ms, faults } of rows)
    console.log(`${ms.toFixed(2).padStart(9)} ms  ${name} (${faults} faults)`);
  const ms = (name: string): number => rows.find((row) => row.name === name)!.ms;
  const ratio = (a: string, b: string): string => (ms(a) / ms(b)).toFixed(1);
  console.log(
    `findings: ${ratio('VS Code JSON service, findings', 'ours, findings')} x VS Code's JSON service`,
  );
  console.log(
    `parse and findings: ${ratio('VS Code JSON service, parse and findings', 'ours, parse and findings')} x`,
  );
}
