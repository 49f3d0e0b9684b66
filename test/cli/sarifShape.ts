/**
 * JSON Schema for the part of SARIF 2.1.0 that `--format sarif` uses, written from the standard's text (OASIS, sections
 * 3.13 to 3.52). Unknown properties are refused, so that a misspelt one is seen.
 */

const text = { type: 'string', minLength: 1 } as const;
const object = (properties: object, required: readonly string[] = []) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const level = { enum: ['none', 'note', 'warning', 'error'] };
const fromOne = { type: 'integer', minimum: 1 };

// 3.11: a message has its text, or an id that we do not use.
const message = object({ text }, ['text']);
const multiformat = object({ text, markdown: text }, ['text']);

// 3.30: lines and columns count from 1; an end without a start has no meaning.
const region = {
  ...object({ startLine: fromOne, startColumn: fromOne, endLine: fromOne, endColumn: fromOne }, [
    'startLine',
  ]),
  dependentRequired: { endLine: ['startLine'], endColumn: ['startColumn'] },
};

const location = object({
  physicalLocation: object(
    { artifactLocation: object({ uri: { type: 'string', format: 'reference' } }, ['uri']), region },
    ['artifactLocation'],
  ),
  logicalLocations: { type: 'array', items: object({ fullyQualifiedName: text }) },
  message,
});

// 3.49, and the lengths that GitHub takes.
const rule = object(
  {
    id: { ...text, maxLength: 255 },
    name: { ...text, maxLength: 255 },
    shortDescription: object({ text: { ...text, maxLength: 1024 } }, ['text']),
    fullDescription: object({ text: { ...text, maxLength: 1024 } }, ['text']),
    help: multiformat,
    helpUri: { type: 'string', pattern: '^https://' },
    defaultConfiguration: object({ level }),
  },
  ['id'],
);

const result = object(
  {
    ruleId: text,
    ruleIndex: { type: 'integer', minimum: 0 },
    level,
    message,
    locations: { type: 'array', items: location, minItems: 1 },
    relatedLocations: { type: 'array', items: location },
  },
  ['message', 'ruleId'],
);

export const SARIF_SHAPE = object(
  {
    $schema: { type: 'string', pattern: '^https://' },
    version: { const: '2.1.0' },
    runs: {
      type: 'array',
      items: object(
        {
          tool: object(
            {
              driver: object(
                {
                  name: text,
                  version: text,
                  semanticVersion: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+' },
                  informationUri: { type: 'string', pattern: '^https://' },
                  rules: { type: 'array', items: rule, uniqueItems: true },
                },
                ['name'],
              ),
            },
            ['driver'],
          ),
          columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
          results: { type: 'array', items: result },
        },
        ['tool'],
      ),
    },
  },
  ['version', 'runs'],
);
