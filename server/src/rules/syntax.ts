/** The parser's kinds of mistake as rules, so that each has a page, a link and a severity that can be set. */
import { syntaxErrors } from '../plist/errors.ts';
import { BUNDLE_KINDS } from '../workspace/types.ts';
import type { Rule } from './types.ts';

export const syntaxRules: readonly Rule[] = syntaxErrors.map((error) => ({
  id: `syntax/${error.code}`,
  severity: error.severity,
  title: error.title,
  what: error.what,
  why: error.why,
  how: error.how,
  source: ['https://www.w3.org/TR/xml/', 'https://www.apple.com/DTDs/PropertyList-1.0.dtd'],
  kinds: [...BUNDLE_KINDS],
  examples: { invalid: error.invalid, valid: error.valid },
}));
