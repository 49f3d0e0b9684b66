/** Tables of names that schemas refer to with `table`. */
export interface TableEntry {
  readonly value: string | number;
  readonly title?: string | undefined;
  /** Markdown. */
  readonly description?: string | undefined;
}
export function tableEntries(_name: string): readonly TableEntry[] {
  return [];
}
