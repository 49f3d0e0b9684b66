/**
 * Loaded before the tests: one seed for all properties, so that a run says the same each time and a failure is the
 * change's. Ever new seeds are for `npm run fuzz`; DRIVER_PLIST_SEED takes another one.
 */
import fc from 'fast-check';

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.DRIVER_PLIST_SEED ?? 20261123) });
