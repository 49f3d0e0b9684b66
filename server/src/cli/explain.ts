/** `driver-plist explain`: the page of a rule, or what the schemas say of a key. */
import { ruleById, ruleIds } from '../rules/index.ts';
import { rulePage } from '../rules/page.ts';
import { schemaSet } from '../rules/schemas.ts';
import { nearest } from '../schema/nearest.ts';
import type { SchemaObject } from '../schema/types.ts';
import { describeKey, toPlainText } from '../service/describe.ts';
import { parseArguments, UsageError } from './args.ts';
import type { CliIo } from './io.ts';
import { safe } from './terminal.ts';

/** Writes the text; 0, or 2 when there is no such rule or key. */
export function runExplain(args: readonly string[], io: CliIo): number {
  const { paths } = parseArguments(args, {});
  const [topic, ...others] = paths;
  if (topic === undefined || others.length > 0) throw new UsageError('Name one rule or key.');
  const rule = ruleById(topic);
  if (rule) {
    io.write(rulePage(rule));
    return 0;
  }
  const keys = describedKeys();
  const schemas = keys.get(topic);
  if (schemas) {
    io.write(`${texts(topic, schemas).join('\n\n')}\n`);
    return 0;
  }
  const guess = nearest(topic, [...ruleIds(), ...keys.keys()]);
  io.error(
    `driver-plist explain: there is no rule and no known key ${safe(JSON.stringify(topic))}.${guess ? ` Did you mean ${guess}?` : ''}\n`,
  );
  return 2;
}

function texts(key: string, schemas: readonly SchemaObject[]): string[] {
  const different = new Set<string>();
  for (const schema of schemas) {
    const markdown = describeKey(key, [schema], { heading: true });
    if (markdown) different.add(toPlainText(markdown));
  }
  return [...different];
}

/** Every key that some schema file describes, by walking the files: a key is explained wherever it may stand. */
function describedKeys(): Map<string, SchemaObject[]> {
  const found = new Map<string, SchemaObject[]>();
  const set = schemaSet();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    for (const [name, child] of Object.entries(value)) {
      if (name === 'properties' || name === '$defs') addAll(child as { readonly [key: string]: unknown });
      visit(child);
    }
  };
  const addAll = (members: { readonly [key: string]: unknown }): void => {
    for (const [key, schema] of Object.entries(members)) {
      if (!isDescribed(schema)) continue;
      const known = found.get(key) ?? [];
      known.push(schema);
      found.set(key, known);
    }
  };
  for (const name of set.names) visit(set.get(name));
  return found;
}

function isDescribed(schema: unknown): schema is SchemaObject {
  if (typeof schema !== 'object' || schema === null) return false;
  const { markdownDescription, description, deprecationMessage } = schema as SchemaObject;
  return (markdownDescription ?? description ?? deprecationMessage) !== undefined;
}
