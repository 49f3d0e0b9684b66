/** JUnit XML, as build servers read it: a suite for each file, a case for each finding. */
import type { Finding } from '../../rules/types.ts';
import { positionAt } from '../../service/text.ts';
import type { FileReport, ReportFormat } from '../report.ts';

export function junitFormat(): ReportFormat {
  return {
    start: () => '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="driver-plist">\n',
    file(report) {
      const { findings } = report;
      const failures = findings.filter(fails).length;
      const name = attribute(report.path);
      const cases = findings.map((finding) => testCase(report, finding));
      // A file without findings is a case that passed.
      const body =
        cases.length > 0 ? cases.join('') : `    <testcase name=${name} classname="driver-plist"/>\n`;
      const tests = Math.max(1, findings.length);
      return `  <testsuite name=${name} tests="${tests}" failures="${failures}" errors="0">\n${body}  </testsuite>\n`;
    },
    end: () => '</testsuites>\n',
  };
}

/** Information and hints are no failures. */
function fails({ severity }: Finding): boolean {
  return severity === 'error' || severity === 'warning';
}

function testCase({ path, document }: FileReport, finding: Finding): string {
  const { line, character } = positionAt(document, finding.range.start);
  const place = `${path}:${line + 1}:${character + 1}`;
  const head = `    <testcase name=${attribute(`${finding.rule} ${place}`)} classname=${attribute(finding.rule)}`;
  const text = `${place}: ${finding.severity}: ${finding.message}`;
  if (!fails(finding)) return `${head}>\n      <system-out>${content(text)}</system-out>\n    </testcase>\n`;
  const failure = `<failure message=${attribute(finding.message)} type="${finding.severity}">${content(text)}</failure>`;
  return `${head}>\n      ${failure}\n    </testcase>\n`;
}

/** XML has no place for most control characters, not even escaped. */
function content(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

function attribute(text: string): string {
  return `"${content(text)
    .replaceAll('"', '&quot;')
    .replace(/[\n\r\t]/g, ' ')}"`;
}
