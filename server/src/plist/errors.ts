/**
 * The kinds of mistake that this layer reports, with what a person needs to know of each. Each code becomes the
 * rule `syntax/<code>` and its page. Plain data: no layer above is needed to read it.
 */
import { contentErrors } from './errors-content.ts';
import { markupErrors } from './errors-markup.ts';

export interface SyntaxErrorInfo {
  /** Stable, kebab-case. */
  readonly code: string;
  /**
   * `error`: the readers that load a bundle (CoreFoundation, IOKit) refuse the file. `warning`: one of them
   * takes it, so that a file that ships may hold it.
   */
  readonly severity: 'error' | 'warning';
  /** A headline of a few words. */
  readonly title: string;
  /** Markdown: what is found. */
  readonly what: string;
  /** Markdown: what readers do with it. */
  readonly why: string;
  /** Markdown: what to do. */
  readonly how: string;
  /** A text, or part of one, with the mistake. */
  readonly invalid: string;
  /** The same put right. */
  readonly valid: string;
}

export type SyntaxCode = (typeof markupErrors)[number]['code'] | (typeof contentErrors)[number]['code'];

/** All kinds of mistake. */
export const syntaxErrors: readonly (SyntaxErrorInfo & { readonly code: SyntaxCode })[] = [
  ...markupErrors,
  ...contentErrors,
];

const SEVERITIES: ReadonlyMap<string, 'error' | 'warning'> = new Map(
  syntaxErrors.map((info) => [info.code, info.severity]),
);

/** How grave a mistake is. */
export function severityOf(code: SyntaxCode): 'error' | 'warning' {
  return SEVERITIES.get(code) ?? 'error';
}
