/** Messages about pasting. The client imports this file for its types only. */
import type { Position, TextEdit } from 'vscode-languageserver-types';

/** Request, client to server: {@link PasteParams} in, {@link PasteResult} out. */
export const PASTE_REQUEST = 'driverPlist/paste';

export interface PasteParams {
  readonly uri: string;
  readonly position: Position;
  /** What is pasted: JSON, OpenStep, or lines of `ioreg -l`. */
  readonly text: string;
}

export type PasteResult =
  | { readonly version: number; readonly edits: readonly TextEdit[] }
  /** `format`: the text is none that is read. `place`: it fits not where the cursor is. `document`: not open. */
  | { readonly refused: 'format' | 'place' | 'document' };
