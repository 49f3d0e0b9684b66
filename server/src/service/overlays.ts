/** The user's own schemas for private keys, as a config file names them. */
import type { OverlayReference } from '../rules/config.ts';
import { readSchemaSet } from '../schema/set.ts';
import type { Schema } from '../schema/types.ts';
import type { BundleKind } from '../workspace/types.ts';

export interface Overlays {
  /** Undefined when there are none. */
  readonly forKind: ((kind: BundleKind) => readonly Schema[]) | undefined;
  /** One sentence a problem; a schema that cannot be used is left out. */
  readonly problems: readonly string[];
}

/**
 * Never rejects.
 *
 * @param read text of a file whose path is relative to the config file
 */
export async function loadOverlays(
  references: readonly OverlayReference[],
  read: (path: string) => Promise<string>,
): Promise<Overlays> {
  if (references.length === 0) return { forKind: undefined, problems: [] };
  const problems: string[] = [];
  const files = new Map<string, Schema>();
  const kindsOf = new Map<string, readonly BundleKind[]>();
  for (const [index, { kinds, schema }] of references.entries()) {
    const name = typeof schema === 'string' ? schema : `schemas[${index}]`;
    try {
      files.set(name, typeof schema === 'string' ? (JSON.parse(await read(schema)) as Schema) : schema);
      kindsOf.set(name, kinds);
    } catch (error) {
      problems.push(`${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const { set, problems: faults } = readSchemaSet(files);
  for (const { file, pointer, message } of faults) problems.push(`${file}#${pointer}: ${message}`);
  const forKind = (kind: BundleKind): readonly Schema[] => {
    const schemas = set.names
      .filter((name) => kindsOf.get(name)?.includes(kind))
      .map((name) => set.get(name));
    return schemas.filter((schema) => schema !== undefined);
  };
  return { forKind, problems };
}
