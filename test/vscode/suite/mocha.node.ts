/// <reference types="mocha" />
/** Mocha where the extension host runs on Node. */

export function createMocha(options: Mocha.MochaOptions): Mocha {
  const { Mocha: NodeMocha } = require('mocha') as { Mocha: typeof import('mocha') };
  const mocha = new NodeMocha(options);
  // Puts `suite` and `test` among the globals.
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  return mocha;
}
