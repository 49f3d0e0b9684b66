/** Reads a file and makes a document of it, whatever its bytes are. */
import { open, stat } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { LintOptions } from '../rules/lint.ts';
import type { Finding } from '../rules/types.ts';
import { openDocument } from '../workspace/document.ts';
import type { BundleKind, PlistDocument } from '../workspace/types.ts';

/** A file that is none to be read; the message says why. */
export class SourceError extends Error {}

/** Larger files fit in no string of the engine. */
const SIZE_LIMIT = 256 * 1024 * 1024;

export interface Source {
  /** @param file absolute path */
  document(file: string, kind: BundleKind | undefined): PlistDocument;
  /** The findings of the document, with those that only the bytes show. */
  findings(document: PlistDocument, findings: readonly Finding[], options: LintOptions): readonly Finding[];
}

/** Rejects with a {@link SourceError} or the file system's own error. */
export async function readSource(file: string): Promise<Source> {
  const info = await stat(file);
  if (info.isDirectory()) throw new SourceError('it is a folder');
  // A pipe is what the shell's <(command) gives.
  if (!info.isFile() && !info.isFIFO()) throw new SourceError('it is no regular file');
  if (info.size > SIZE_LIMIT) throw new SourceError(`it is larger than ${SIZE_LIMIT / 1024 / 1024} MB`);
  const handle = await open(file);
  try {
    return openSource(await handle.readFile());
  } finally {
    await handle.close();
  }
}

/** Never throws for bytes below the size limit. */
export function openSource(bytes: Uint8Array): Source {
  if (bytes.length > SIZE_LIMIT) throw new SourceError(`it is larger than ${SIZE_LIMIT / 1024 / 1024} MB`);
  const text = decodeText(bytes);
  return {
    document: (file, kind) => openDocument(pathToFileURL(file).href, text, 0, { kind }),
    findings: (_, findings) => findings,
  };
}

/** UTF-8 unless a byte-order mark says UTF-16. A mark stays in the text: the parser has a word to say of it. */
function decodeText(bytes: Uint8Array): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : 'utf-8';
  return new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes);
}
