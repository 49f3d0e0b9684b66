/** Workflow commands of GitHub Actions: each finding becomes an annotation. */
import type { Severity } from '../../rules/types.ts';
import { rangeOf } from '../../service/text.ts';
import type { ReportFormat } from '../report.ts';
import { safe } from '../terminal.ts';

const COMMANDS: Record<Severity, string> = {
  error: 'error',
  warning: 'warning',
  information: 'notice',
  hint: 'notice',
};

export function githubFormat(): ReportFormat {
  return {
    start: () => '',
    file: ({ path, document, findings }) =>
      findings
        .map((finding) => {
          const { start, end } = rangeOf(document, finding.range);
          const properties = [
            `file=${property(path)}`,
            `line=${start.line + 1}`,
            `endLine=${end.line + 1}`,
            // GitHub takes columns only for findings within one line.
            ...(start.line === end.line
              ? [`col=${start.character + 1}`, `endColumn=${end.character + 1}`]
              : []),
            `title=${property(finding.rule)}`,
          ];
          return `::${COMMANDS[finding.severity]} ${properties.join(',')}::${data(finding.message)}\n`;
        })
        .join(''),
    end: () => '',
  };
}

/** Escapes as the runner's own toolkit does, else a message could end its command and begin another. */
function data(text: string): string {
  return text
    .split(/(\r|\n)/)
    .map((part) => (part === '\r' ? '%0D' : part === '\n' ? '%0A' : safe(part.replaceAll('%', '%25'))))
    .join('');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
