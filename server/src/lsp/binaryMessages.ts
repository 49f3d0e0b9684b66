/** Messages about property lists that are no XML. The client imports this file for its types only. */

/**
 * Request, client to server: {@link ReadAsXmlParams} in, {@link ReadAsXmlResult}, {@link ReadAsXmlProblem} (so damaged
 * that nothing of it can be read) or null (no property list) out.
 */
export const READ_AS_XML_REQUEST = 'driverPlist/readAsXml';

/** Request, client to server: {@link WriteAsBinaryParams} in, {@link WriteAsBinaryResult} out. */
export const WRITE_AS_BINARY_REQUEST = 'driverPlist/writeAsBinary';

export interface ReadAsXmlParams {
  /** Bytes of the file. */
  readonly base64: string;
}

export interface ReadAsXmlResult {
  readonly text: string;
  readonly format: 'xml' | 'binary' | 'openstep' | 'json' | 'profile';
  /** The file can be written again from the text. */
  readonly writable: boolean;
  /** What could not be read, for a person. */
  readonly problem?: string;
}

export interface ReadAsXmlProblem {
  /** Why nothing could be read, for a person. */
  readonly problem: string;
}

export interface WriteAsBinaryParams {
  readonly text: string;
  /** The file as it is now: keeps what XML cannot say. */
  readonly original?: string;
}

export type WriteAsBinaryResult =
  | { readonly base64: string }
  | {
      readonly problem: string;
      /** Line of the mistake, from 0. */
      readonly line: number;
    };
