/** For programs. The shape is fixed: other people's tools read it (README, "JSON output"). */
import type { Finding } from '../../rules/types.ts';
import { ruleLink } from '../../service/ruleLinks.ts';
import { rangeOf } from '../../service/text.ts';
import type { FileReport, ReportFormat } from '../report.ts';

export function jsonFormat(): ReportFormat {
  let first = true;
  return {
    start: () => '{\n  "version": 1,\n  "files": [',
    file(report) {
      const comma = first ? '' : ',';
      first = false;
      return `${comma}\n    ${JSON.stringify(fileObject(report))}`;
    },
    end: (summary) => `${first ? '' : '\n  '}],\n  "summary": ${JSON.stringify(summary)}\n}\n`,
  };
}

function fileObject({ path, kind, document, findings }: FileReport): object {
  return {
    path,
    kind,
    findings: findings.map((finding) => findingObject(document, finding)),
  };
}

function findingObject(document: FileReport['document'], finding: Finding): object {
  return {
    rule: finding.rule,
    severity: finding.severity,
    message: finding.message,
    range: rangeOf(document, finding.range),
    keyPath: finding.keyPath,
    fixes: finding.fixes().map(({ title }) => title),
    docs: ruleLink(finding.rule),
  };
}
