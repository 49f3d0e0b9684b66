/** Reads property lists of other formats for the client, and writes binary ones. */
import { type Connection, ResponseError } from 'vscode-languageserver';
import { decodeBase64, encodeBase64 } from '../plist/lexical.ts';
import { damageOf, readAsXml, writeAsBinary } from '../service/plistFormats.ts';
import {
  READ_AS_XML_REQUEST,
  type ReadAsXmlParams,
  type ReadAsXmlProblem,
  type ReadAsXmlResult,
  WRITE_AS_BINARY_REQUEST,
  type WriteAsBinaryParams,
  type WriteAsBinaryResult,
} from './binaryMessages.ts';

/** JSON-RPC's code for parameters that make no sense. */
const INVALID_PARAMS = -32602;

/** Registers both requests. They need no open document. */
export function registerBinary(connection: Connection): void {
  type Read = ReadAsXmlResult | ReadAsXmlProblem | null;
  connection.onRequest<Read, void>(READ_AS_XML_REQUEST, (params: ReadAsXmlParams | null) => {
    const bytes = bytesOf(params?.base64);
    if (!bytes) return badBytes();
    return readAsXml(bytes) ?? damageOf(bytes) ?? null;
  });
  const write = (params: WriteAsBinaryParams | null): WriteAsBinaryResult | ResponseError<void> => {
    const text = params?.text;
    if (typeof text !== 'string') return badBytes();
    const written = writeAsBinary(text, bytesOf(params?.original));
    if ('bytes' in written) return { base64: encodeBase64(written.bytes) };
    const line = text.slice(0, written.offset).split(/\r\n|\r|\n/).length - 1;
    return { problem: written.problem, line };
  };
  connection.onRequest<WriteAsBinaryResult, void>(WRITE_AS_BINARY_REQUEST, write);
}

function bytesOf(base64: unknown): Uint8Array | undefined {
  return typeof base64 === 'string' ? decodeBase64(base64) : undefined;
}

function badBytes(): ResponseError {
  return new ResponseError(INVALID_PARAMS, 'base64 or text is missing or damaged');
}
