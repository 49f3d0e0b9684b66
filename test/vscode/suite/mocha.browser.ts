/// <reference types="mocha" />
/** Mocha where the extension host is a worker of a browser. */

/** Prints nothing: the suite reports by itself, and there is no page. */
class NoReporter {}

export function createMocha(options: Mocha.MochaOptions): Mocha {
  // Mocha's build for browsers puts itself among the globals, and over the exports of a bundle that loads it at once.
  require('mocha/mocha.js');
  mocha.setup({ ...options, reporter: NoReporter as never } as Mocha.MochaInstanceOptions);
  return mocha;
}
