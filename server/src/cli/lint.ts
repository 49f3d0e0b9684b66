/** `driver-plist lint`: checks files, folders and standard input. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { type Registry, readRegistry } from '../iokit/registry.ts';
import { isRuleSetting } from '../rules/config.ts';
import { ruleIds } from '../rules/index.ts';
import type { LintOptions, RuleSetting } from '../rules/lint.ts';
import { registryFindings } from '../rules/match-registry.ts';
import type { Finding } from '../rules/types.ts';
import { nearest } from '../schema/nearest.ts';
import { isBundleKind } from '../workspace/kind.ts';
import { BUNDLE_KINDS, type BundleKind } from '../workspace/types.ts';
import { type OptionSpec, parseArguments, UsageError, wholeNumber } from './args.ts';
import { githubFormat } from './formats/github.ts';
import { jsonFormat } from './formats/json.ts';
import { junitFormat } from './formats/junit.ts';
import { prettyFormat } from './formats/pretty.ts';
import { sarifFormat } from './formats/sarif.ts';
import type { CliIo } from './io.ts';
import { createProjects, type Project, type Projects, relativeTo } from './projects.ts';
import { COUNT_OF, type FileReport, type RelatedLine, type ReportFormat, type Summary } from './report.ts';
import { readBundles, type SeveralFiles } from './severalFiles.ts';
import { openSource, readSource, type Source, SourceError, sourceOf } from './source.ts';
import { safe } from './terminal.ts';
import { walk } from './walk.ts';

const FORMATS = ['pretty', 'json', 'sarif', 'github', 'junit'] as const;

const OPTIONS: { readonly [option: string]: OptionSpec } = {
  '--format': { value: true, choices: FORMATS },
  '--kind': { value: true, choices: BUNDLE_KINDS },
  '--rule': { value: true, repeat: true },
  '--max-warnings': { value: true },
  '--stdin-filename': { value: true },
  '--registry': { value: true },
};

interface LintArguments {
  readonly paths: readonly string[];
  readonly format: (typeof FORMATS)[number];
  readonly kind: BundleKind | undefined;
  readonly severities: ReadonlyMap<string, RuleSetting>;
  readonly maxWarnings: number;
  readonly stdinName: string;
  /** Path of a registry dump that personalities are matched against. */
  readonly registry: string | undefined;
}

interface Item {
  /** Absolute path, or undefined for standard input. */
  readonly file: string | undefined;
  readonly shown: string;
  readonly ifOurs: boolean;
}

/**
 * @param version of this program, for SARIF
 * @returns 0 no error-level finding, 1 at least one or too many warnings, 2 something could not be read
 */
export async function runLint(args: readonly string[], io: CliIo, version: string): Promise<number> {
  const options = lintArguments(args);
  let troubles = 0;
  /** What the bundles say of files; a file that is checked itself says it better. */
  const notices = new Map<string, string>();
  const trouble = (message: string, file?: string): void => {
    troubles++;
    if (file !== undefined) notices.delete(file);
    io.error(`driver-plist: ${safe(message)}\n`);
  };
  const projects = createProjects(trouble);
  const registry = options.registry === undefined ? undefined : loadRegistry(options.registry, io, trouble);
  if (troubles > 0) return 2;
  const several = await readBundles(
    foldersOf(options.paths, io.cwd),
    projects,
    options.kind,
    (file, message) => notices.set(shownPath(file, io.cwd), message),
    ({ folders, read, files }) =>
      io.progress.show(
        files === undefined
          ? `Looking for projects: ${folders} folders`
          : `Reading projects: ${read} of ${files} files`,
      ),
  );
  const format = formatFor(options.format, io, version);
  const summary: Summary = { files: 0, errors: 0, warnings: 0, infos: 0, hints: 0 };

  io.write(format.start());
  const items = itemsOf(options.paths, io.cwd, projects, several, trouble);
  for await (const item of items) {
    io.progress.show(`Checking, ${summary.files} files done: ${item.shown}`);
    const report = await check(item, options, { projects, registry, several, io }, trouble);
    if (!report) continue;
    summary.files++;
    for (const { severity } of report.findings) summary[COUNT_OF[severity]]++;
    io.write(format.file(report));
    // Files are read in turn, so nothing else lets the streams write, or say that their reader has gone.
    if (summary.files % 64 === 0) await new Promise((resume) => setImmediate(resume));
  }
  io.progress.clear();
  io.write(format.end(summary));
  for (const [file, message] of notices) io.error(`driver-plist: ${safe(`${file}: ${message}`)}\n`);
  if (summary.files === 0 && troubles === 0) {
    io.error(`driver-plist: no property list of a driver found in ${options.paths.map(safe).join(', ')}\n`);
  }
  if (troubles > 0) return 2;
  return summary.errors > 0 || summary.warnings > options.maxWarnings ? 1 : 0;
}

function lintArguments(args: readonly string[]): LintArguments {
  const { paths, values } = parseArguments(args, OPTIONS);
  const kind = values.get('--kind')?.[0];
  const most = values.get('--max-warnings')?.[0];
  return {
    paths: paths.length > 0 ? paths : ['.'],
    format: (values.get('--format')?.[0] ?? 'pretty') as LintArguments['format'],
    kind: kind !== undefined && isBundleKind(kind) ? kind : undefined,
    severities: new Map((values.get('--rule') ?? []).map(ruleSetting)),
    maxWarnings: most === undefined ? Number.POSITIVE_INFINITY : wholeNumber('--max-warnings', most),
    stdinName: (values.get('--stdin-filename')?.[0] ?? '<stdin>').split(path.sep).join('/'),
    registry: values.get('--registry')?.[0],
  };
}

function ruleSetting(text: string): [string, RuleSetting] {
  const equals = text.lastIndexOf('=');
  const rule = text.slice(0, equals);
  const setting = text.slice(equals + 1);
  if (equals < 1 || !isRuleSetting(setting)) {
    throw new UsageError(`--rule needs ID=off|hint|info|warning|error, not ${JSON.stringify(text)}.`);
  }
  const known = ruleIds();
  const isGroup = rule.endsWith('/*') && known.some((id) => id.startsWith(rule.slice(0, -1)));
  if (rule !== '*' && !isGroup && !known.includes(rule)) {
    const guess = nearest(rule, known);
    throw new UsageError(
      `There is no rule ${JSON.stringify(rule)}.${guess ? ` Did you mean ${guess}?` : ''}`,
    );
  }
  return [rule, setting];
}

function formatFor(name: LintArguments['format'], io: CliIo, version: string): ReportFormat {
  switch (name) {
    case 'json':
      return jsonFormat();
    case 'sarif':
      return sarifFormat(version);
    case 'github':
      return githubFormat();
    case 'junit':
      return junitFormat();
    case 'pretty':
      return prettyFormat(io.color, io.columns);
  }
}

/** Those of the paths that are folders; what cannot be read is told when its files are asked for. */
function foldersOf(paths: readonly string[], cwd: string): string[] {
  const folders: string[] = [];
  for (const given of paths) {
    const absolute = path.resolve(cwd, given);
    if (given === '-' || folders.includes(absolute)) continue;
    try {
      if (statSync(absolute).isDirectory()) folders.push(absolute);
    } catch {
      // Said when its turn comes.
    }
  }
  return folders;
}

/** The files that the paths stand for, in order. A file named twice is checked once. */
async function* itemsOf(
  paths: readonly string[],
  cwd: string,
  projects: Projects,
  several: SeveralFiles,
  trouble: (message: string) => void,
): AsyncGenerator<Item> {
  const seen = new Set<string>();
  for (const given of paths) {
    if (given === '-') {
      if (seen.has(given)) continue;
      seen.add(given);
      yield { file: undefined, shown: '-', ifOurs: false };
      continue;
    }
    const absolute = path.resolve(cwd, given);
    let isFolder: boolean;
    try {
      isFolder = statSync(absolute).isDirectory();
    } catch (error) {
      trouble(`${given}: ${reason(error)}`);
      continue;
    }
    if (!isFolder) {
      if (!seen.has(absolute)) yield { file: absolute, shown: shownPath(absolute, cwd), ifOurs: false };
      seen.add(absolute);
      continue;
    }
    const found = walk(absolute, {
      ignores: projects.ignores,
      onError: (folder, error) => trouble(`${shownPath(folder, cwd)}: ${reason(error)}`),
    });
    for await (const { path: file, ifOurs } of found) {
      if (!seen.has(file)) yield { file, shown: shownPath(file, cwd), ifOurs };
      seen.add(file);
    }
    for (const file of several.filesBelow(absolute)) {
      if (seen.has(file)) continue;
      seen.add(file);
      yield { file, shown: shownPath(file, cwd), ifOurs: false };
    }
  }
}

/** Undefined, and said, when the dump cannot be read. */
function loadRegistry(given: string, io: CliIo, trouble: (message: string) => void): Registry | undefined {
  try {
    io.progress.show(`Reading the registry dump ${given}`, true);
    const result = readRegistry(readFileSync(path.resolve(io.cwd, given)));
    if (result.ok) return result.registry;
    trouble(`${given}: ${result.message}`);
  } catch (error) {
    trouble(`${given}: ${reason(error)}`);
  }
  return undefined;
}

/** What a run knows beside the file that it checks. */
interface Known {
  readonly projects: Projects;
  readonly registry: Registry | undefined;
  readonly several: SeveralFiles;
  readonly io: CliIo;
}

/** Undefined for a file that is none of ours, and for one that cannot be read, which is said. */
async function check(
  item: Item,
  options: LintArguments,
  { projects, registry, several, io }: Known,
  trouble: (message: string, file?: string) => void,
): Promise<FileReport | undefined> {
  const shown = item.file === undefined ? options.stdinName : item.shown;
  const file = item.file ?? path.resolve(shown === '<stdin>' ? 'stdin.plist' : shown);
  const project: Project | undefined = await projects.forFolder(path.dirname(file));
  const kind = options.kind ?? project?.config.kindOf(relativeTo(project, file));
  let source: Source;
  try {
    const known = item.file === undefined ? undefined : several.document(file, kind);
    if (known) source = sourceOf(known);
    else source = item.file === undefined ? openSource(await io.readStdin()) : readSource(file);
  } catch (error) {
    trouble(`${shown}: ${reason(error, item.file)}`, shown);
    return undefined;
  }
  const document = source.document(file, kind);
  if (item.ifOurs && document.kind.kind === 'plist') return undefined;
  const severities = new Map([...(project?.config.severities ?? []), ...options.severities]);
  const lintOptions: LintOptions = {
    severities,
    overlays: project?.overlays,
    onDevices: registry && ((one) => registryFindings(one, registry)),
    onRuleError: (rule, error) =>
      trouble(`${shown}: the rule ${rule} failed: ${error instanceof Error ? error.stack : String(error)}`),
  };
  const single = source.findings(document, lintOptions);
  const all = item.file === undefined ? single : several.findings(item.file, lintOptions, single);
  // The places are those of the text that a converter would write.
  const nowhere = { range: { start: 0, end: 0 }, fixes: () => [] };
  const findings = source.converted ? all.map((one) => ({ ...one, ...nowhere })) : [...all];
  findings.sort((a, b) => a.range.start - b.range.start || b.range.end - a.range.end);
  const related = new Map<Finding, readonly RelatedLine[]>();
  for (const finding of findings.filter((one) => one.related?.length)) {
    const lines = await several.related(finding);
    related.set(
      finding,
      lines.map((line) => ({ ...line, path: shownPath(line.path, io.cwd) })),
    );
  }
  const { converted } = source;
  return { path: shown, kind: document.kind.kind, document, findings, converted, related };
}

/** Relative to the working folder for what lies below it, with `/` on every system. */
function shownPath(absolute: string, cwd: string): string {
  if (path.sep === '/' && absolute.startsWith(`${cwd}/`)) return absolute.slice(cwd.length + 1);
  const relative = path.relative(cwd, absolute);
  const below = relative !== '' && !/^\.\.(?:$|[\\/])/.test(relative) && !path.isAbsolute(relative);
  return (below ? relative : absolute).split(path.sep).join('/');
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ELOOP: 'too many links, one of them leads back to itself',
  ENOTDIR: 'a part of the path is no folder',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many files are open',
};

/** @param found a file that a walk came upon, so that it is there */
function reason(error: unknown, found?: string): string {
  if (error instanceof SourceError) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' && found?.includes('\ufffd')) return 'the name is no UTF-8, so it cannot be opened';
  return (code !== undefined && REASONS[code]) || message || String(error);
}
