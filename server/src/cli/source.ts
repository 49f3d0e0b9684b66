/** Reads a file and makes a document of it, whatever its bytes are. */
import { readFileSync, statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { readBinaryPlist } from '../plist/binary.ts';
import { type Decoded, decodeBytes, detectFormat } from '../plist/decode.ts';
import { readOpenStepPlist } from '../plist/openstep.ts';
import { printPlist } from '../plist/print.ts';
import { profileText } from '../plist/profile.ts';
import type { PlistError } from '../plist/types.ts';
import { isDict, type PlistValue } from '../plist/value.ts';
import { matchesRule } from '../rules/directives.ts';
import { type LintOptions, lint } from '../rules/lint.ts';
import type { Finding, Severity } from '../rules/types.ts';
import { openDocument } from '../workspace/document.ts';
import type { BundleKind, PlistDocument } from '../workspace/types.ts';

/** A file that is none to be read; the message says why. */
export class SourceError extends Error {}

/** Larger files fit in no string of the engine. */
const SIZE_LIMIT = 256 * 1024 * 1024;

/** What the shell's <(command) gives. Any other pipe may have no writer, and reading it would never end. */
const SHELL_PIPE = /^\/(dev\/fd|proc\/[^/]+\/fd)\//;

export interface Source {
  /** The text is not the file's own but what a converter would write: its lines mean nothing to a reader. */
  readonly converted: boolean;
  /** @param file absolute path */
  document(file: string, kind: BundleKind | undefined): PlistDocument;
  /** The findings of the document and of its bytes. */
  findings(document: PlistDocument, options: LintOptions): readonly Finding[];
}

/** Throws a {@link SourceError} or the file system's own error. */
export function readSource(file: string): Source {
  const info = statSync(file);
  if (info.isDirectory()) throw new SourceError('it is a folder');
  if (info.isFIFO() && !SHELL_PIPE.test(file))
    throw new SourceError('it is a named pipe; use - and redirect it');
  if (!info.isFile() && !info.isFIFO()) throw new SourceError('it is no regular file');
  if (info.size > SIZE_LIMIT) throw new SourceError(TOO_LARGE);
  return openSource(readFileSync(file));
}

const TOO_LARGE = `it is larger than ${SIZE_LIMIT / 1024 / 1024} MB`;

/** Throws a {@link SourceError} for more bytes than can be read, else never. */
export function openSource(bytes: Uint8Array): Source {
  if (bytes.length > SIZE_LIMIT) throw new SourceError(TOO_LARGE);
  const format = detectFormat(bytes);
  if (format === 'binary') {
    const { value, problems } = readBinaryPlist(bytes);
    return value === undefined || problems.length > 0
      ? notXml(`This is a damaged binary property list: ${problems[0]?.message ?? 'it holds no value'}`)
      : convertedSource(value, BINARY);
  }
  const profile = profileText(bytes);
  if (profile !== undefined) return otherSource(profile, profileNote);
  if (format === 'unknown' && bytes.subarray(0, 4096).includes(0)) {
    return notXml('This is no property list: the file holds binary data.');
  }
  const decoded = decodeBytes(bytes);
  if (format === 'openstep') {
    const { value, problems } = readOpenStepPlist(decoded.text);
    if (isDict(value) && value.size > 0 && problems.length === 0) return convertedSource(value, OPENSTEP);
  }
  return textSource(decoded);
}

/** What is known of a file already: its bytes say no more than the document does. */
export function sourceOf(document: PlistDocument): Source {
  return {
    converted: false,
    document: () => document,
    findings: (_, options) => lint(document, options).findings,
  };
}

function textSource({ text, problems }: Decoded): Source {
  return {
    converted: false,
    document: (file, kind) => openDocument(pathToFileURL(file).href, text, 0, { kind }),
    findings(document, options) {
      const own = problems.map((problem) => bytesFinding(problem)).flatMap((one) => settled(one, options));
      return [...own, ...lint(document, options).findings];
    },
  };
}

function bytesFinding({ code, severity, message, start, end }: PlistError): Finding {
  return finding(`syntax/${code}`, severity, message, { start, end });
}

const BINARY = {
  refused: 'This is a binary property list, and the kext loader reads XML only: it refuses the bundle. ',
  taken:
    'This is a binary property list. The system reads it; findings name the key, as the file has no lines. ',
  how: 'Convert it with plutil -convert xml1.',
};

const OPENSTEP = {
  refused: 'This is an OpenStep property list, and the kext loader reads XML only: it refuses the bundle. ',
  taken: 'This is an OpenStep property list, in which every number is a string. A build converts it. ',
  how: 'Convert it with plutil -convert xml1.',
};

/** A property list in another format is checked by the XML that it converts to. */
function convertedSource(value: PlistValue, says: typeof BINARY): Source {
  return otherSource(printPlist(value), (document) => formatNote(document, says));
}

/**
 * Only of a built kext is it known that XML is demanded (IOKitUser OSKext.c reads Info.plists by IOCFUnserialize).
 * A `.strings` file is written in this format, and nobody converts it.
 */
function formatNote({ kind, built, uri }: PlistDocument, says: typeof BINARY): Finding | undefined {
  if (/\.strings$/i.test(uri)) return undefined;
  const refused = built && (kind.kind === 'kext' || kind.kind === 'codeless-kext');
  const text = (refused ? says.refused : says.taken) + says.how;
  return finding(NOT_XML, refused ? 'error' : 'information', text, NOWHERE);
}

function profileNote(): Finding {
  const text =
    'This is a provisioning profile, a property list inside a signature. Its inside was read; whether it grants what the entitlements ask for is said where a bundle that embeds it is checked.';
  return finding(NOT_XML, 'information', text, NOWHERE);
}

/** @param text XML that stands for the file; its lines mean nothing to a reader */
function otherSource(text: string, noteOf: (document: PlistDocument) => Finding | undefined): Source {
  return {
    converted: true,
    document: (file, kind) => openDocument(pathToFileURL(file).href, text, 0, { kind }),
    findings(document, options) {
      const note = noteOf(document);
      const found = lint(document, options).findings.map((one) => ({
        ...one,
        range: NOWHERE,
        fixes: () => [],
      }));
      return [...(note ? settled(note, options) : []), ...found];
    },
  };
}

function notXml(message: string): Source {
  return {
    converted: true,
    document: (file, kind) => openDocument(pathToFileURL(file).href, '', 0, { kind }),
    findings: (_, options) => settled(finding(NOT_XML, 'error', message, NOWHERE), options),
  };
}

const NOT_XML = 'syntax/not-xml';
const NOWHERE = { start: 0, end: 0 };

function finding(rule: string, severity: Severity, message: string, range: Finding['range']): Finding {
  return { rule, severity, message, range, keyPath: [], fixes: () => [] };
}

/** With the severity that the person set for its rule; nothing when that is `off`. */
function settled(found: Finding, { severities }: LintOptions): Finding[] {
  let { severity }: { severity: Severity | undefined } = found;
  for (const [word, setting] of severities ?? []) {
    if (!matchesRule(word, found.rule)) continue;
    severity = setting === 'off' ? undefined : setting === 'info' ? 'information' : setting;
  }
  return severity === undefined ? [] : [{ ...found, severity }];
}
