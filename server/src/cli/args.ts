/** Arguments of a command: options by name, the rest as paths. What is wrong is said in words. */
import { nearest } from '../schema/nearest.ts';

export interface OptionSpec {
  /** `true` takes a value: `--format json` or `--format=json`. */
  readonly value: boolean;
  readonly repeat?: boolean;
  /** The values that may be given, if the list is closed. */
  readonly choices?: readonly string[];
}

export interface ParsedArgs {
  readonly paths: readonly string[];
  readonly flags: ReadonlySet<string>;
  /** Values by option; of one that may not repeat the last. */
  readonly values: ReadonlyMap<string, readonly string[]>;
}

/** Arguments that make no sense; the message is for the person at the terminal. */
export class UsageError extends Error {}

/**
 * Everything behind `--` is a path, and so is `-`. Throws a {@link UsageError} for unknown options, missing
 * values and values that no choice is.
 */
export function parseArguments(
  args: readonly string[],
  specs: { readonly [option: string]: OptionSpec },
): ParsedArgs {
  const paths: string[] = [];
  const flags = new Set<string>();
  const values = new Map<string, string[]>();
  let onlyPaths = false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (onlyPaths || arg === '-' || !arg.startsWith('-')) {
      if (arg === '') throw new UsageError('A path is empty.');
      paths.push(arg);
      continue;
    }
    if (arg === '--') {
      onlyPaths = true;
      continue;
    }
    const equals = arg.indexOf('=');
    const name = equals < 0 ? arg : arg.slice(0, equals);
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (!spec) {
      const guess = nearest(name, Object.keys(specs));
      throw new UsageError(
        `Unknown option ${JSON.stringify(name)}.${guess === undefined ? '' : ` Did you mean ${guess}?`}`,
      );
    }
    if (!spec.value) {
      if (equals >= 0) throw new UsageError(`${name} takes no value.`);
      flags.add(name);
      continue;
    }
    const value = equals < 0 ? args[++i] : arg.slice(equals + 1);
    // The next option in place of a value: the value was forgotten.
    const forgotten = equals < 0 && value !== undefined && Object.hasOwn(specs, value);
    if (value === undefined || value === '' || forgotten) throw new UsageError(`${name} needs a value.`);
    if (spec.choices && !spec.choices.includes(value)) {
      throw new UsageError(
        `${name} must be one of ${spec.choices.join(', ')}, not ${JSON.stringify(value)}.`,
      );
    }
    values.set(name, spec.repeat ? [...(values.get(name) ?? []), value] : [value]);
  }
  return { paths, flags, values };
}

/** A whole number that is not negative. Throws a {@link UsageError} for anything else. */
export function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text))
    throw new UsageError(`${name} must be a whole number, not ${JSON.stringify(text)}.`);
  return Number(text);
}
