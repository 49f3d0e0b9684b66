/** Adds a dext to a project that is there: names that are free, the app that carries it, and what changes in which file. */
import { applyEdits, insertItem, setEntry } from '../plist/edit.ts';
import { parsePlist } from '../plist/parse.ts';
import { printPlist } from '../plist/print.ts';
import type { TextEdit } from '../plist/types.ts';
import type { PlistDict } from '../plist/value.ts';
import type { XcodeProject, XcodeTarget } from '../workspace/xcode.ts';
import { chosenHost, isSpecFile, projectOf } from './hostApps.ts';
import { addToXcodeProject } from './intoXcode.ts';
import { addToXcodeGen } from './intoXcodegen.ts';
import { bundleIdProblem, plainName } from './names.ts';
import { planFile } from './output.ts';
import { type DextProject, type NamelessProject, targetNames } from './project.ts';
import type { FileChange, HostApp, IntoPlan, IntoProject, PlanFile } from './types.ts';

/** A project that targets may be added to. */
export interface OpenProject {
  readonly into: IntoProject;
  readonly model: XcodeProject;
  /** The app of the project that shall carry the dext; undefined: it gets a new one. */
  readonly host: HostApp | undefined;
}

/** Reads the project and finds the app; a sentence where nothing can be added. Never throws. */
export function openProject(into: IntoProject): OpenProject | { readonly refused: string } {
  if (into.folder !== '' && !/^[^/$"'\\\p{Cc}]+(\/[^/$"'\\\p{Cc}]+)*$/u.test(into.folder))
    return { refused: 'The name of the folder holds characters that a project file reads otherwise.' };
  if (into.folder.split('/').some((part) => part === '..' || part === '.'))
    return { refused: 'The folder of the files must lie in the folder of the project.' };
  const read = projectOf(into);
  if ('problem' in read) return { refused: sentence(read.problem) };
  const { project: model } = read;
  if (isSpecFile(into.path) && model.targets.length === 0)
    return { refused: 'The spec has no targets of its own: they may stand in files that it includes.' };
  const chosen = chosenHost(model, into.app);
  return 'refused' in chosen ? chosen : { into, model, host: chosen.host };
}

/** The id of the dext below that of the app that carries it; undefined where that is not known. */
export function idBelowHost({ host, model }: OpenProject, name: string): string | undefined {
  const below = host?.bundleId;
  if (below === undefined) return undefined;
  return [`${below}.driver`, `${below}.${name}Driver`].find(
    (id) => bundleIdProblem(id, 3) === undefined && !hasId(model, id),
  );
}

/** What a person should look at in a project that carries the dext. */
export function hostWarnings(
  opened: OpenProject | { readonly refused: string } | undefined,
  dextId: string,
  { host }: DextProject,
): string[] {
  if (!opened || 'refused' in opened || !host) return [];
  const { name = '', bundleId } = opened.host ?? {};
  const warnings: string[] = [];
  if (bundleId === undefined)
    warnings.push(
      `The bundle id of the app ${name} is not known from the project file alone. ${dextId} must begin with it and a dot.`,
    );
  else if (!dextId.startsWith(`${bundleId}.`))
    warnings.push(
      `${dextId} does not begin with ${bundleId}, the id of the app ${name} that carries it. Choose one that does.`,
    );
  if (host.needs.length > 0)
    warnings.push(
      `See to it that the app ${name} has ${host.needs.join(' and ')}: its entitlements file is not known from the project, or says otherwise.`,
    );
  return warnings;
}

export interface PlacedProject {
  readonly project: DextProject;
  readonly plan: IntoPlan | undefined;
  /** Files beside those of the targets. */
  readonly files: readonly PlanFile[];
}

/** The project with its names, and what changes; where it cannot be added, one that stands by itself, and why. */
export function placeProject(
  given: NamelessProject,
  opened: OpenProject | { readonly refused: string } | undefined,
): PlacedProject {
  const alone = (refused: string | undefined): PlacedProject => ({
    project: { ...given, ...targetNames(given.name) },
    plan: refused === undefined ? undefined : { refused, app: undefined, appIsNew: false, changes: [] },
    files: [],
  });
  if (opened === undefined) return alone(undefined);
  if ('refused' in opened) return alone(opened.refused);
  const { into, model, host } = opened;
  if (hasId(model, given.dextId))
    return alone(`The project has a target with the bundle id ${given.dextId} already.`);
  const project = withFreeNames(given, opened);
  const base = project.base;
  for (const folder of host === undefined ? [project.driver, project.app] : [project.driver]) {
    const around = model.targets.find((target) => target.folders.some((one) => isInside(base + folder, one)));
    if (around)
      return alone(
        `The target ${around.name} takes every file in ${base === '' ? 'the folder' : base}: name a folder outside of its own.`,
      );
  }
  const beside = host === undefined ? undefined : besideHost(project, opened);
  const add = isSpecFile(into.path) ? addToXcodeGen : addToXcodeProject;
  const result = add(into.text, project, host?.name, beside?.newEntitlements);
  if ('refused' in result) return alone(result.refused);
  const text = applyEdits(into.text, result.edits);
  const problem = problemAfter(opened, project, text);
  if (problem !== undefined) return alone(problem);
  return {
    project: {
      ...project,
      inSpec: isSpecFile(into.path),
      host: host === undefined ? undefined : { needs: beside?.needs ?? [] },
    },
    plan: {
      refused: undefined,
      app: project.app,
      appIsNew: host === undefined,
      changes: [
        { path: into.path, before: into.text, edits: result.edits, text },
        ...(beside?.change ? [beside.change] : []),
      ],
    },
    files: beside?.files ?? [],
  };
}

/** Targets and folders whose names nothing has. Files of a Mac do not tell capitals apart. */
function withFreeNames(given: NamelessProject, { into, model, host }: OpenProject): DextProject {
  const taken = new Set(
    [...model.targets.map(({ name }) => name), ...(into.taken ?? [])].map((name) => name.toLowerCase()),
  );
  const free = (...names: string[]): string => {
    const open = (name: string) => !taken.has(name.toLowerCase());
    const found = names.find(open);
    if (found !== undefined) return found;
    for (let n = 2; ; n++) if (open(`${names[0]}${n}`)) return `${names[0]}${n}`;
  };
  const { name } = given;
  return {
    ...given,
    driver: free(`${name}Driver`, `${name}Dext`),
    app: host?.name ?? free(`${name}App`, `${name}HostApp`),
    base: into.folder === '' ? '' : `${into.folder}/`,
  };
}

interface BesideHost {
  /** Path of a file that the app’s target shall name. */
  readonly newEntitlements: string | undefined;
  readonly change: FileChange | undefined;
  readonly files: readonly PlanFile[];
  /** Entitlements that a person must add, since the file is not known. */
  readonly needs: readonly string[];
}

/** The entitlements of an app that is there: keys into its file, or a file where it names none. */
function besideHost(project: DextProject, { into, model, host }: OpenProject): BesideHost {
  const keys = [...project.appEntitlements.keys()];
  const none: BesideHost = { newEntitlements: undefined, change: undefined, files: [], needs: keys };
  const given = into.entitlements;
  if (given !== undefined) {
    const edits = entitlementEdits(given.text, project.appEntitlements);
    if (edits === undefined) return none;
    if (edits.length === 0) return { ...none, needs: [] };
    const text = applyEdits(given.text, edits);
    return { ...none, needs: [], change: { path: given.path, before: given.text, edits, text } };
  }
  const target = model.targets.find(({ name }) => name === host?.name);
  const all = [...(target?.configurations ?? []), ...model.configurations];
  const unknown = all.some(
    ({ settings, baseConfiguration }) =>
      baseConfiguration !== undefined ||
      [...settings.keys()].some((name) => name.startsWith('CODE_SIGN_ENTITLEMENTS')),
  );
  if (unknown) return none;
  const path = `${project.name}Activation/${plainName(project.app) || 'HostApp'}.entitlements`;
  return {
    newEntitlements: project.base + path,
    change: undefined,
    files: [planFile(path, printPlist(project.appEntitlements))],
    needs: [],
  };
}

/** What the file lacks; undefined where it cannot be changed by insertions. */
function entitlementEdits(text: string, wanted: PlistDict): TextEdit[] | undefined {
  let now = text;
  const done: TextEdit[] = [];
  for (const [key, value] of wanted) {
    const tree = parsePlist(now);
    if (tree.errors.length > 0 || tree.root?.kind !== 'dict') return undefined;
    const there = tree.root.get(key);
    let edits: TextEdit[] = [];
    if (there === undefined) edits = setEntry(tree.root, key, value);
    else if (Array.isArray(value)) {
      if (there.kind !== 'array') return undefined;
      const known = there.items.map((item) => item.string);
      const missing = value.filter((one) => typeof one === 'string' && !known.includes(one));
      const [first] = missing;
      if (missing.length > 1) return undefined;
      if (first !== undefined) edits = insertItem(there, first);
    } else if (there.value() !== value) return undefined;
    done.push(...edits);
    now = applyEdits(now, edits);
  }
  // Each was made on the text after the one before: one edit over what they span together.
  return done.length === 0 ? [] : [span(text, now)];
}

/** The one insertion that makes the second text of the first. */
function span(before: string, after: string): TextEdit {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < before.length - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return { start, end: before.length - end, newText: after.slice(start, after.length - end) };
}

/** What the changed text lacks when it is read again; undefined when it says what was meant and all that it said. */
function problemAfter(
  { into, model, host }: OpenProject,
  project: DextProject,
  text: string,
): string | undefined {
  const wrong = 'The project file has a layout that targets cannot be added to safely.';
  const read = projectOf({ path: into.path, text });
  if ('problem' in read) return wrong;
  const after = read.project;
  const kept = model.targets.every((before) => {
    const now = after.targets.find(({ name }) => name === before.name);
    return now !== undefined && (before.name === host?.name || comparable(now) === comparable(before));
  });
  const driver = after.targets.find(({ name }) => name === project.driver);
  const app = after.targets.find(({ name }) => name === project.app);
  const added = after.targets.length - model.targets.length === (host === undefined ? 2 : 1);
  const carried = app?.embeds.some(({ target, subfolder }) => target === project.driver && subfolder === 16);
  const right =
    driver?.productType?.endsWith('.driver-extension') && app?.dependencies.includes(project.driver);
  return kept && added && carried && right ? undefined : wrong;
}

function comparable(target: XcodeTarget): string {
  return JSON.stringify(target, (key, value: unknown) =>
    key === 'id' ? undefined : value instanceof Map ? [...value] : value,
  );
}

function hasId(model: XcodeProject, id: string): boolean {
  const wanted = id.toLowerCase();
  return model.targets.some(({ configurations }) =>
    configurations.some(
      ({ settings }) => settings.get('PRODUCT_BUNDLE_IDENTIFIER')?.toLowerCase() === wanted,
    ),
  );
}

function isInside(path: string, folder: string): boolean {
  const plain = folder.replace(/^\.\/|\/+$/g, '');
  return plain === '' || plain === '.' || path === plain || path.startsWith(`${plain}/`);
}

function sentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}${/[.!?]$/.test(clause) ? '' : '.'}`;
}
