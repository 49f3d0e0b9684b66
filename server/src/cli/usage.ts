/** The help texts. */
export const usage = `driver-plist: property lists of macOS and iPadOS drivers, checked and explained

Usage:
  driver-plist lint [PATH…] [options]       check files, folders, bundles
  driver-plist convert PATH [options]       turn a kext into a dext or a codeless kext
  driver-plist match PATH… --registry DUMP  say which devices a driver matches, and why
  driver-plist explain RULE-ID|KEY          say what a finding or a key means
  driver-plist COMMAND --help               options of a command
  driver-plist --version

Exit status: 0 no error-level finding, 1 at least one, 2 the command could not do its work.
Colours show on a terminal; NO_COLOR=1 turns them off, FORCE_COLOR=1 on. -- ends the options.
`;

export const lintUsage = `driver-plist lint [PATH…] [options]

Checks property lists of dexts, kexts, system extensions and their apps. A folder is walked for
Info.plist, *-Info.plist, *Info*.plist with keys of a driver, *.entitlements. - reads standard input.
Without a PATH the present folder is walked.

Options:
  --format pretty|json|sarif|github|junit   how findings are written (pretty)
  --kind KIND              take every file for this kind: dext, codeless-dext, kext, codeless-kext,
                           network-extension, endpoint-security, camera-extension, system-extension,
                           app, entitlements, plist
  --rule ID=SEVERITY       off, hint, info, warning or error for a rule, for a group (kext/*) or for
                           all (*); may be repeated, later ones beat earlier ones
  --max-warnings N         more warnings than N are a failure
  --registry DUMP          say of each personality whether a device of the dump (ioreg -l -w0) matches
  --stdin-filename NAME    the name that standard input is checked under

The nearest .driver-plist.json above a file holds for it.
Exit status: 0 no error-level finding, 1 at least one or too many warnings, 2 a path could not be
read or the options make no sense.
`;

export const explainUsage = `driver-plist explain RULE-ID|KEY

Prints the page of a rule (dext/missing-user-class) or what is known of a key (IOUserClass).
Exit status: 0 found, 2 there is no such rule or key.
`;
