/** Adds the target of a dext to an XcodeGen spec that is there, by insertions alone: comments and order stay. */
import { isMap, isSeq, type Pair, parseDocument, type YAMLMap } from 'yaml';
import type { TextEdit } from '../plist/types.ts';
import type { Insertions } from './intoXcode.ts';
import { appSettings, commonSettings, driverSettings } from './pbxproj.ts';
import type { DextProject } from './project.ts';
import { appLines, dependencyLines, driverLines, indented, scalar } from './xcodegen.ts';

const UNKNOWN_FORM = 'The spec has a form that targets cannot be added to safely';

/**
 * @param host name of the app’s target in the spec; undefined: one is added
 * @param entitlements path of a new entitlements file for that app, where it has none
 */
export function addToXcodeGen(
  text: string,
  project: DextProject,
  host: string | undefined,
  entitlements: string | undefined,
): Insertions {
  if (/^\t+\S/m.test(text)) return { refused: `${UNKNOWN_FORM}: tabs indent its lines.` };
  const document = parseDocument(text, { logLevel: 'silent', uniqueKeys: false });
  const root = document.contents;
  if (document.errors.length > 0 || !isMap(root) || root.flow)
    return { refused: `${UNKNOWN_FORM}: it is no map of lines, or damaged.` };
  const targets = fieldOf(root, 'targets');
  if (!isMap(targets) || targets.flow || targets.items.length === 0)
    return { refused: `${UNKNOWN_FORM}: its targets are not written one below the other.` };
  const place = new SpecPlace(text);
  const column = place.column(startOf(targets.items[0]));
  const inner = targets.items.map(({ value }) => value).find((value) => isMap(value) && !value.flow);
  const step = isMap(inner) ? place.column(startOf(inner.items[0])) - column : 2;
  const unit = ' '.repeat(step > 0 ? step : 2);
  const indent = ' '.repeat(column);
  const settings = {
    ...driverSettings(project),
    ...commonSettings(project),
    DRIVERKIT_DEPLOYMENT_TARGET: project.minimum.DriverKit,
  };
  const lines = driverLines(project, settings, unit);
  const edits: TextEdit[] = [];
  if (host === undefined) {
    const own = {
      ...appSettings(project),
      ...commonSettings(project),
      MACOSX_DEPLOYMENT_TARGET: project.minimum.macOS,
      SWIFT_VERSION: '5.0',
    };
    lines.push('', ...appLines(project, own, unit));
  } else {
    const app = targets.items.find((pair) => keyOf(pair) === host);
    const added =
      isMap(app?.value) && !app.value.flow ? carry(place, app.value, project, unit, entitlements) : undefined;
    if (!added) return { refused: `${UNKNOWN_FORM}: the target ${host} is not written line by line.` };
    edits.push(...added);
  }
  const at = place.behind(endOf(targets.items.at(-1)), column);
  edits.push(place.insert(at, ['', ...lines.map((line) => (line === '' ? '' : indent + line))]));
  // An item of the last target and the new target may stand at one place: the item first.
  const joined = new Map<number, string>();
  for (const { start, newText } of edits) joined.set(start, (joined.get(start) ?? '') + newText);
  return {
    edits: [...joined].sort(([a], [b]) => a - b).map(([start, newText]) => ({ start, end: start, newText })),
  };
}

/** The dependency of the app, and its entitlements where it has none. */
function carry(
  place: SpecPlace,
  app: YAMLMap,
  project: DextProject,
  unit: string,
  entitlements: string | undefined,
): TextEdit[] | undefined {
  const column = place.column(startOf(app.items[0]));
  const indent = ' '.repeat(column);
  const dependencies = fieldOf(app, 'dependencies');
  const lines: string[] = [];
  const edits: TextEdit[] = [];
  if (isSeq(dependencies)) {
    if (dependencies.flow || dependencies.items.length === 0) return undefined;
    const dash = place.dash(startOf(dependencies.items[0]));
    if (dash === undefined) return undefined;
    const last = dependencies.items.at(-1) as { range?: [number, number, number] } | undefined;
    const at = place.behind(last?.range?.[1] ?? 0, dash - 1);
    edits.push(
      place.insert(
        at,
        dependencyLines(project, '  ').map((line) => ' '.repeat(dash) + line),
      ),
    );
  } else if (app.has('dependencies')) return undefined;
  else lines.push('dependencies:', ...dependencyLines(project, '  ').map((line) => `>${line}`));
  if (entitlements !== undefined)
    lines.push(
      'entitlements:',
      `>path: ${scalar(entitlements)}`,
      '>properties:',
      '>>com.apple.developer.system-extension.install: true',
    );
  if (lines.length > 0) {
    const at = place.behind(endOf(app.items.at(-1)), column - 1);
    edits.push(
      place.insert(
        at,
        indented(unit, lines).map((line) => indent + line),
      ),
    );
  }
  return edits;
}

/** Places in the lines of a spec. */
class SpecPlace {
  readonly #text: string;
  readonly #newline: string;

  constructor(text: string) {
    this.#text = text;
    this.#newline = text.includes('\r\n') ? '\r\n' : '\n';
  }

  column(at: number): number {
    return at - (this.#text.lastIndexOf('\n', at - 1) + 1);
  }

  /** Column of the dash of a list’s item. */
  dash(at: number): number | undefined {
    const line = this.#text.slice(at - this.column(at), at);
    return /^ *-\s+$/.test(line) ? line.indexOf('-') : undefined;
  }

  /** The end of the line on which something ends, with the comments under it that stand deeper than a column. */
  behind(end: number, column: number): number {
    let at = this.#text.slice(0, end).trimEnd().length;
    at = this.#lineEnd(at);
    for (let next = at; next < this.#text.length; ) {
      const start = this.#text.indexOf('\n', next) + 1;
      if (start === 0) break;
      const stop = this.#lineEnd(start);
      const comment = /^( *)#/.exec(this.#text.slice(start, stop));
      if (!comment || (comment[1]?.length ?? 0) <= column) break;
      at = stop;
      next = stop;
    }
    return at;
  }

  insert(at: number, lines: readonly string[]): TextEdit {
    return { start: at, end: at, newText: lines.map((line) => this.#newline + line).join('') };
  }

  #lineEnd(at: number): number {
    const end = this.#text.indexOf('\n', at);
    if (end < 0) return this.#text.length;
    return this.#text[end - 1] === '\r' ? end - 1 : end;
  }
}

interface Ranged {
  readonly range?: [number, number, number] | null;
}

function keyOf({ key }: Pair): string {
  return String((key as { value?: unknown } | null)?.value ?? '');
}

function startOf(item: unknown): number {
  const pair = item as { key?: Ranged } & Ranged;
  return (pair.key?.range ?? pair.range)?.[0] ?? 0;
}

function endOf(pair: Pair | undefined): number {
  const value = pair?.value as Ranged | null | undefined;
  return value?.range?.[1] ?? (pair?.key as Ranged | undefined)?.range?.[1] ?? 0;
}

function fieldOf(map: YAMLMap, name: string): unknown {
  return map.items.findLast((pair) => keyOf(pair) === name)?.value;
}
