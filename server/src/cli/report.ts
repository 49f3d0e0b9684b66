/** What a lint run hands to the output formats. */
import type { Finding, Severity } from '../rules/types.ts';
import type { BundleKind, PlistDocument } from '../workspace/types.ts';

export interface FileReport {
  /** As it is shown: relative to the working folder where it lies below it, with `/`. */
  readonly path: string;
  readonly kind: BundleKind;
  readonly document: PlistDocument;
  readonly findings: readonly Finding[];
  /** The document's text is not the file's: places mean nothing, keys do. */
  readonly converted: boolean;
  /** Places in other files that a finding speaks of. */
  readonly related?: ReadonlyMap<Finding, readonly RelatedLine[]>;
}

/** A place in another file. Line and column count from 1, columns in UTF-16 units. */
export interface RelatedLine {
  /** As {@link FileReport.path}. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface Summary {
  files: number;
  errors: number;
  warnings: number;
  infos: number;
  hints: number;
}

export const COUNT_OF: Readonly<Record<Severity, Exclude<keyof Summary, 'files'>>> = {
  error: 'errors',
  warning: 'warnings',
  information: 'infos',
  hint: 'hints',
};

/** Writes one report after another, so that no run is held in memory as a whole. */
export interface ReportFormat {
  start(): string;
  file(report: FileReport): string;
  end(summary: Summary): string;
}
