/**
 * The settings of a project: `.driver-plist.json`, read by the command line and the editor alike.
 * `schemas/config.schema.json` describes the same for the editor's completion.
 */
import picomatch from 'picomatch';
import type { Schema } from '../schema/types.ts';
import { isBundleKind } from '../workspace/kind.ts';
import { BUNDLE_KINDS, type BundleKind } from '../workspace/types.ts';
import type { RuleSetting } from './lint.ts';

export const CONFIG_FILE = '.driver-plist.json';

/** A schema of the user's own for private keys, checked beside ours. */
export interface OverlayReference {
  readonly kinds: readonly BundleKind[];
  /** The schema itself, or its path relative to the config file. */
  readonly schema: Schema | string;
}

export interface Config {
  /** Rule id, `group/*` or `*` to severity; later beats earlier. */
  readonly severities: ReadonlyMap<string, RuleSetting>;
  readonly overlays: readonly OverlayReference[];
  /** Path of a registry dump, relative to the config file. */
  readonly registry: string | undefined;
  /** The kind that the config gives to a path relative to its folder, `/` as separator. */
  kindOf(relativePath: string): BundleKind | undefined;
  /** True for a path that is not to be linted when a folder is walked. */
  ignores(relativePath: string): boolean;
}

export interface ConfigResult {
  readonly config: Config;
  /** One sentence a problem; what is wrong is left out of the config, the rest holds. */
  readonly problems: readonly string[];
}

const SETTINGS: readonly string[] = ['off', 'hint', 'info', 'warning', 'error'] satisfies RuleSetting[];
const KEYS = ['$schema', 'rules', 'kinds', 'ignore', 'schemas', 'registry'];

export function isRuleSetting(value: unknown): value is RuleSetting {
  return typeof value === 'string' && SETTINGS.includes(value);
}

/** Reads the text of a config file. Never throws. */
export function readConfig(text: string): ConfigResult {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return { config: makeConfig({}), problems: [`${CONFIG_FILE} is not JSON: ${(error as Error).message}`] };
  }
  const problems: string[] = [];
  if (!isObject(json)) return { config: makeConfig({}), problems: [`${CONFIG_FILE} must hold an object`] };
  for (const key of Object.keys(json)) {
    if (!KEYS.includes(key)) problems.push(`"${key}" is no setting; settings: ${KEYS.slice(1).join(', ')}`);
  }
  return {
    config: makeConfig({
      severities: severitiesFrom(json.rules, problems),
      kinds: kindsFrom(json.kinds, problems),
      ignore: stringsFrom(json.ignore, 'ignore', problems),
      overlays: overlaysFrom(json.schemas, problems),
      registry: stringFrom(json.registry, 'registry', problems),
    }),
    problems,
  };
}

/** Severities from an object such as `{ "kext/*": "warning" }`; what does not fit goes to `problems`. */
export function severitiesFrom(value: unknown, problems: string[] = []): Map<string, RuleSetting> {
  const severities = new Map<string, RuleSetting>();
  if (value === undefined) return severities;
  if (!isObject(value)) {
    problems.push('"rules" must be an object of rule ids and severities');
    return severities;
  }
  for (const [rule, setting] of Object.entries(value)) {
    if (isRuleSetting(setting)) severities.set(rule, setting);
    else problems.push(`rules: "${rule}" must be one of ${SETTINGS.join(', ')}`);
  }
  return severities;
}

/** Kinds by glob, from an object such as `{ "Drivers/**": "dext" }`. */
export function kindsFrom(value: unknown, problems: string[] = []): Map<string, BundleKind> {
  const kinds = new Map<string, BundleKind>();
  if (value === undefined) return kinds;
  if (!isObject(value)) {
    problems.push('"kinds" must be an object of globs and kinds');
    return kinds;
  }
  for (const [glob, kind] of Object.entries(value)) {
    if (typeof kind === 'string' && isBundleKind(kind)) kinds.set(glob, kind);
    else problems.push(`kinds: "${glob}" must be one of ${BUNDLE_KINDS.join(', ')}`);
  }
  return kinds;
}

/** Finds the kind that the first fitting glob gives. A glob without `/` fits a file's name anywhere. */
export function kindMatcher(
  kinds: ReadonlyMap<string, BundleKind>,
): (path: string) => BundleKind | undefined {
  const matchers = [...kinds].map(([glob, kind]) => ({ matches: pathMatcher(glob), kind }));
  return (path) => matchers.find(({ matches }) => matches(path))?.kind;
}

/**
 * A glob that cannot be read (empty, or longer than 64 KB) fits nothing; nor does one with three backslashes in a
 * row: picomatch 4.0.7 never comes back from `[a` and four of them, and a path holds none.
 */
function pathMatcher(glob: string): (path: string) => boolean {
  if (glob.includes('\\\\\\')) return () => false;
  try {
    const matches = picomatch(glob, { dot: true, basename: !glob.includes('/') });
    return (path) => matches(path);
  } catch {
    return () => false;
  }
}

function makeConfig(parts: {
  severities?: ReadonlyMap<string, RuleSetting>;
  kinds?: ReadonlyMap<string, BundleKind>;
  ignore?: readonly string[];
  overlays?: readonly OverlayReference[];
  registry?: string | undefined;
}): Config {
  const ignored = (parts.ignore ?? []).map(pathMatcher);
  return {
    severities: parts.severities ?? new Map(),
    overlays: parts.overlays ?? [],
    registry: parts.registry,
    kindOf: kindMatcher(parts.kinds ?? new Map()),
    ignores: (path) => ignored.some((matches) => matches(path)),
  };
}

function overlaysFrom(value: unknown, problems: string[]): OverlayReference[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    problems.push('"schemas" must be an array of { "kinds": [...], "schema": path or schema }');
    return [];
  }
  const overlays: OverlayReference[] = [];
  for (const item of value) {
    const kinds = isObject(item) && Array.isArray(item.kinds) ? item.kinds : undefined;
    const schema = isObject(item) ? item.schema : undefined;
    if (kinds?.every((kind) => typeof kind === 'string' && isBundleKind(kind)) && isSchemaReference(schema)) {
      overlays.push({ kinds, schema });
    } else
      problems.push('schemas: each item needs "kinds" (kinds of bundle) and "schema" (a path or a schema)');
  }
  return overlays;
}

function isSchemaReference(value: unknown): value is Schema | string {
  return typeof value === 'string' || typeof value === 'boolean' || isObject(value);
}

function stringsFrom(value: unknown, name: string, problems: string[]): string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  problems.push(`"${name}" must be an array of strings`);
  return [];
}

function stringFrom(value: unknown, name: string, problems: string[]): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  problems.push(`"${name}" must be a string`);
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
