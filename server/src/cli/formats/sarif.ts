/** SARIF 2.1.0, as code hosts take it. */
import type { Location, ReportingDescriptor, Result, ToolComponent } from 'sarif';
import { allRules } from '../../rules/index.ts';
import type { Finding, Rule, Severity } from '../../rules/types.ts';
import { ruleLink } from '../../service/ruleLinks.ts';
import { rangeOf } from '../../service/text.ts';
import type { PlistDocument } from '../../workspace/types.ts';
import type { FileReport, ReportFormat } from '../report.ts';

const LEVELS: Record<Severity, Result.level> = {
  error: 'error',
  warning: 'warning',
  information: 'note',
  hint: 'note',
};

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

/**
 * @param version of this program
 */
export function sarifFormat(version: string): ReportFormat {
  const indexOf = new Map(allRules.map(({ id }, index) => [id, index]));
  let first = true;
  return {
    start() {
      const driver: ToolComponent = {
        name: 'driver-plist',
        version,
        semanticVersion: version,
        rules: allRules.map(descriptor),
      };
      const tool = JSON.stringify({ driver });
      return (
        `{\n  "$schema": ${JSON.stringify(SCHEMA)},\n  "version": "2.1.0",\n  "runs": [{\n` +
        `    "tool": ${tool},\n    "columnKind": "utf16CodeUnits",\n    "results": [`
      );
    },
    file(report) {
      return report.findings
        .map((finding) => {
          const comma = first ? '' : ',';
          first = false;
          return `${comma}\n      ${JSON.stringify(result(report, finding, indexOf))}`;
        })
        .join('');
    },
    end: () => `${first ? '' : '\n    '}]\n  }]\n}\n`,
  };
}

function descriptor(rule: Rule): ReportingDescriptor {
  return {
    id: rule.id,
    name: rule.title,
    shortDescription: { text: rule.title },
    fullDescription: { text: rule.what },
    help: { text: `${rule.why}\n\n${rule.how}` },
    helpUri: ruleLink(rule.id),
    defaultConfiguration: { level: LEVELS[rule.severity] },
  };
}

function result(report: FileReport, finding: Finding, indexOf: ReadonlyMap<string, number>): Result {
  const ruleIndex = indexOf.get(finding.rule);
  return {
    ruleId: finding.rule,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    level: LEVELS[finding.severity],
    message: { text: finding.message },
    locations: [location(report.path, report.document, finding)],
    ...relatedLocations(report, finding),
  };
}

function location(path: string, document: PlistDocument, finding: Finding): Location {
  const { start, end } = rangeOf(document, finding.range);
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(path) },
      region: {
        startLine: start.line + 1,
        startColumn: start.character + 1,
        endLine: end.line + 1,
        endColumn: end.character + 1,
      },
    },
    ...(finding.keyPath.length > 0
      ? { logicalLocations: [{ fullyQualifiedName: finding.keyPath.join('/') }] }
      : {}),
  };
}

function relatedLocations({ related }: FileReport, finding: Finding): Pick<Result, 'relatedLocations'> {
  const lines = related?.get(finding) ?? [];
  if (lines.length === 0) return {};
  return {
    relatedLocations: lines.map(({ path, line, column, message }) => ({
      physicalLocation: {
        artifactLocation: { uri: uriOf(path) },
        region: { startLine: line, startColumn: column },
      },
      message: { text: message },
    })),
  };
}

/** A relative reference, or a `file:` URI for an absolute path, with or without the letter of a drive. */
export function uriOf(path: string): string {
  const [drive = ''] = /^[A-Za-z]:(?=\/)/.exec(path) ?? [];
  const encoded = path.slice(drive.length).split('/').map(encodeURIComponent).join('/');
  if (drive !== '') return `file:///${drive}${encoded}`;
  return path.startsWith('/') ? `file://${encoded}` : encoded;
}
