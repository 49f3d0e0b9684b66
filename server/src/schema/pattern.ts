/** Regular expressions of schema files. */

/** Why a pattern cannot be used, undefined when it can. */
export function patternProblem(pattern: string): string | undefined {
  try {
    new RegExp(pattern, 'u');
  } catch (error) {
    return `the pattern "${pattern}" is no regular expression: ${(error as Error).message}`;
  }
  return undefined;
}
