/** For people: each finding with the lines that it speaks of. */
import type { Finding, Severity } from '../../rules/types.ts';
import { positionAt } from '../../service/text.ts';
import type { FileReport, ReportFormat, Summary } from '../report.ts';
import { type Painter, painter, type Style, safe } from '../terminal.ts';

const STYLES: Record<Severity, Style> = {
  error: 'red',
  warning: 'yellow',
  information: 'blue',
  hint: 'cyan',
};
const WORDS: Record<Severity, string> = {
  error: 'error',
  warning: 'warning',
  information: 'info',
  hint: 'hint',
};

const TAB = 4;
/** Widest excerpt of a line; longer ones are cut around the finding. */
const WIDTH = 100;
/** A terminal that is narrower than this, with the gutter, wraps. */
const LEAST_WIDTH = 30;
/** `    26 | ` */
const GUTTER = 9;
/** Findings of one file that are shown with their lines; a file with more has one fault many times. */
const SHOWN = 100;

/** @param columns of the terminal, so that no excerpt wraps and parts from its carets; undefined for a file */
export function prettyFormat(color: boolean, columns?: number): ReportFormat {
  const paint = painter(color);
  const width = Math.max(LEAST_WIDTH, Math.min(WIDTH, (columns ?? WIDTH + GUTTER) - GUTTER));
  return {
    start: () => '',
    file(report) {
      if (report.findings.length === 0) return '';
      const shown = report.findings.slice(0, SHOWN);
      const blocks = shown.map((finding) => findingBlock(report, finding, paint, width));
      const rest = report.findings.length - shown.length;
      if (rest > 0) blocks.push(`  … and ${rest} more in this file\n`);
      const kind = report.kind === 'plist' ? '' : paint('dim', ` (${report.kind})`);
      return `${paint('bold', safe(report.path))}${kind}\n${blocks.join('')}\n`;
    },
    end: (summary) => `${summaryLine(summary, paint)}\n`,
  };
}

function findingBlock(report: FileReport, finding: Finding, paint: Painter, width: number): string {
  const { document, converted } = report;
  const { severity, rule, message, range } = finding;
  const start = positionAt(document, range.start);
  const place = converted ? finding.keyPath.join('/') : `${start.line + 1}:${start.character + 1}`;
  const head = `  ${safe(place).padEnd(7)} ${paint(STYLES[severity], WORDS[severity])} ${safe(message)} ${paint('dim', rule)}\n`;
  const others = (report.related?.get(finding) ?? []).map(({ path, line, column, message: said }) =>
    paint('dim', `         see ${safe(path)}:${line}:${column} ${safe(said)}\n`),
  );
  const lines = converted ? '' : excerpt(finding, document.text, { line: start.line, width }, paint);
  return head + lines + others.join('');
}

/** The line on which the finding begins, the one before it, and carets under its part of the line. */
function excerpt(
  { range, severity }: Finding,
  text: string,
  { line, width }: { readonly line: number; readonly width: number },
  paint: Painter,
): string {
  if (text.trim() === '') return '';
  const from = text.lastIndexOf('\n', range.start - 1) + 1;
  const to = endOfLine(text, range.start);
  const source = text.slice(from, to);
  const gutter = String(line + 1).padStart(6);
  const column = range.start - from;
  const length = Math.max(1, Math.min(range.end, to) - range.start);
  const before = expand(source.slice(0, column));
  const marked = expand(source.slice(column, column + length));
  const after = expand(source.slice(column + length));
  const room = Math.max(0, width - Math.min(marked.length, width));
  const lead = before.length > room ? `…${before.slice(before.length - room + 1)}` : before;
  const body = marked.length > width ? `${marked.slice(0, width - 1)}…` : marked;
  const tail = after.slice(0, Math.max(0, width - lead.length - body.length));
  const carets = '^'.repeat(Math.max(1, body.trimEnd().length));
  return (
    `${paint('dim', `${gutter} |`)} ${lead}${body}${tail}\n` +
    `${paint('dim', `${' '.repeat(6)} |`)} ${' '.repeat(lead.length)}${paint(STYLES[severity], carets)}\n`
  );
}

function endOfLine(text: string, offset: number): number {
  const rest = /[\r\n]/.exec(text.slice(offset, offset + 100_000));
  return rest ? offset + rest.index : Math.min(text.length, offset + 100_000);
}

/** Tabs as blanks, so that the carets stand below what they mean. */
function expand(text: string): string {
  return safe(text.replace(/\t/g, ' '.repeat(TAB)));
}

function summaryLine(summary: Summary, paint: Painter): string {
  if (summary.files === 0) return 'No file was checked.';
  const checked = count(summary.files, 'file');
  const parts: string[] = [];
  if (summary.errors > 0) parts.push(paint('red', count(summary.errors, 'error')));
  if (summary.warnings > 0) parts.push(paint('yellow', count(summary.warnings, 'warning')));
  if (summary.infos > 0) parts.push(paint('blue', `${summary.infos} information`));
  if (summary.hints > 0) parts.push(paint('cyan', count(summary.hints, 'hint')));
  if (parts.length === 0) return `${paint('green', 'No findings')} in ${checked}.`;
  return `${parts.join(', ')} in ${checked}.`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
