/** Adds the target of a dext to a `project.pbxproj` that is there, by insertions alone. */
import type { TextEdit } from '../plist/types.ts';
import { PbxInsertions } from './pbxInsert.ts';
import {
  appObjects,
  driverObjects,
  EMBED_PATH,
  EMBED_SUBFOLDER,
  embedding,
  frameworkObject,
  type PutObject,
  pbxGroup,
} from './pbxObjects.ts';
import { appSettings, commonSettings, driverSettings, identifier } from './pbxproj.ts';
import { type PbxArray, type PbxDict, type PbxNode, pbxField, readPbxText } from './pbxText.ts';
import type { DextProject } from './project.ts';

export type Insertions = { readonly edits: readonly TextEdit[] } | { readonly refused: string };

/** Settings of a whole project that would reach the driver and break its build, with what it has instead. */
const HARMFUL: Readonly<Record<string, string>> = {
  GCC_PREFIX_HEADER: '',
  // The build would write keys of an app into the Info.plist.
  GENERATE_INFOPLIST_FILE: 'NO',
  OTHER_LDFLAGS: '',
  SUPPORTED_PLATFORMS: 'driverkit',
};

/**
 * The insertions for the dext’s target, its files, the copy phase and the dependency of the app; and for the app
 * where `host` is undefined. Refused, with a sentence, where the file has a layout that Xcode does not write. Never
 * throws.
 *
 * @param host name of the app’s target in the project
 * @param entitlements path of a new entitlements file for that app, where it has none
 */
export function addToXcodeProject(
  text: string,
  project: DextProject,
  host: string | undefined,
  entitlements: string | undefined,
): Insertions {
  const pbx = readPbxText(text);
  const objects = pbx && pbxField(pbx.root, 'objects');
  if (!pbx || objects?.kind !== 'dict')
    return {
      refused: 'The project file has a form that Xcode does not write, or a merge left its marks in it.',
    };
  const keys = new Set(objects.entries.map(({ key }) => key.text));
  if (keys.size < objects.entries.length)
    return { refused: 'Two objects of the project file have the same id. Let Xcode repair it first.' };
  const insert = new PbxInsertions(pbx, objects);
  const rootId = textOf(pbxField(pbx.root, 'rootObject'));
  const root = insert.object(rootId);
  const targets = listOf(pbxField(root, 'targets'));
  const mainGroup = insert.object(textOf(pbxField(root, 'mainGroup')));
  const children = listOf(pbxField(mainGroup, 'children'));
  const configurations = namesOf(insert, textOf(pbxField(root, 'buildConfigurationList')));
  if (rootId === undefined || !root || !targets || !children)
    return { refused: 'The project file has no list of targets or no main group.' };
  if (configurations.length === 0) return { refused: 'The project has no build configurations.' };
  const elsewhere = textOf(pbxField(root, 'projectDirPath')) ?? '';
  if (elsewhere !== '' || pbxField(mainGroup, 'path') !== undefined)
    return { refused: 'The files of the project lie in another folder than the project.' };

  const put: PutObject = (name, comment, object) => {
    const id = freeId(`${project.dextId}/${name}`, text);
    insert.add(id, comment, object);
    return id;
  };
  insert.name(rootId, 'Project object');
  const settings = driverSettingsIn(project, inherited(insert, root));
  const ready = frameworks(insert, objects, project, put);
  const driver = driverObjects(project, { put, configurations, settings }, ready.refs);
  const products: string[] = [driver.product];
  const groups: string[] = [driver.group];
  const newTargets: string[] = [];
  const embed = embedding(project, put, rootId, driver);
  if (host === undefined) {
    const app = appObjects(
      project,
      { put, configurations, settings: appSettingsIn(project) },
      { phase: embed.phase(), dependency: embed.dependency },
    );
    products.push(app.product);
    groups.push(app.group);
    newTargets.push(app.target);
  } else {
    const problem = carry(insert, targets, host, embed, entitlements);
    if (problem !== undefined) return { refused: problem };
  }
  newTargets.push(driver.target);
  insert.append(targets, newTargets);

  const productsId = textOf(pbxField(root, 'productRefGroup'));
  const productList = listOf(pbxField(insert.object(productsId), 'children'));
  if (productList) insert.append(productList, products);
  else if (productsId !== undefined)
    return { refused: 'The group of products that the project names is not in it.' };
  else {
    const made = pbxGroup(put, 'Products', products, { name: 'Products' });
    groups.push(made);
    insert.setField(root, 'productRefGroup', made);
  }
  const own = childNamed(insert, children, 'Frameworks');
  const ownList = listOf(pbxField(own, 'children'));
  if (ready.added.length > 0 && ownList) insert.append(ownList, ready.added);
  else if (ready.added.length > 0)
    groups.push(pbxGroup(put, 'Frameworks', ready.added, { name: 'Frameworks' }));
  insert.append(children, groups, productsId);
  return { edits: insert.edits() };
}

/** Names of all settings that stand at the level of the project. */
function inherited(insert: PbxInsertions, root: PbxDict | undefined): Set<string> {
  const list = insert.object(textOf(pbxField(root, 'buildConfigurationList')));
  const names = configurationsOf(insert, list).flatMap((one) => {
    const settings = pbxField(one, 'buildSettings');
    return settings?.kind === 'dict' ? settings.entries.map(({ key }) => key.text) : [];
  });
  return new Set(names);
}

/** A target says itself what our own projects say for all of theirs. */
function driverSettingsIn(project: DextProject, above: ReadonlySet<string>): Record<string, string> {
  return sorted({
    ...driverSettings(project),
    ...commonSettings(project),
    DRIVERKIT_DEPLOYMENT_TARGET: project.minimum.DriverKit,
    ...Object.fromEntries(Object.entries(HARMFUL).filter(([name]) => above.has(name))),
  });
}

function appSettingsIn(project: DextProject): Record<string, string> {
  return sorted({
    ...appSettings(project),
    ...commonSettings(project),
    MACOSX_DEPLOYMENT_TARGET: project.minimum.macOS,
    SWIFT_VERSION: '5.0',
  });
}

function sorted(settings: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Makes an app that is there carry the dext. A sentence where its target has another form. */
function carry(
  insert: PbxInsertions,
  targets: PbxArray,
  host: string,
  embed: ReturnType<typeof embedding>,
  entitlements: string | undefined,
): string | undefined {
  const target = targets.items
    .map(({ value }) => insert.object(textOf(value)))
    .find((one) => textOf(pbxField(one, 'name')) === host);
  const phases = listOf(pbxField(target, 'buildPhases'));
  if (!target || !phases) return `The target ${host} has no build phases.`;
  const ready = phases.items
    .map(({ value }) => insert.object(textOf(value)))
    .find(
      (phase) =>
        textOf(pbxField(phase, 'isa')) === 'PBXCopyFilesBuildPhase' &&
        textOf(pbxField(phase, 'dstSubfolderSpec')) === EMBED_SUBFOLDER &&
        textOf(pbxField(phase, 'dstPath')) === EMBED_PATH,
    );
  const files = listOf(pbxField(ready, 'files'));
  if (files) insert.append(files, [embed.file]);
  else insert.append(phases, [embed.phase()]);
  const dependencies = pbxField(target, 'dependencies');
  if (dependencies === undefined) insert.setField(target, 'dependencies', [embed.dependency]);
  else if (dependencies.kind === 'array') insert.append(dependencies, [embed.dependency]);
  else return `The target ${host} has dependencies that are no list.`;
  if (entitlements === undefined) return undefined;
  const list = insert.object(textOf(pbxField(target, 'buildConfigurationList')));
  for (const one of configurationsOf(insert, list)) {
    const settings = pbxField(one, 'buildSettings');
    if (settings?.kind === 'dict') insert.setField(settings, 'CODE_SIGN_ENTITLEMENTS', entitlements);
  }
  return undefined;
}

/** References to the frameworks: those of the DriverKit SDK that the project has already, and new ones. */
function frameworks(
  insert: PbxInsertions,
  objects: PbxDict,
  project: DextProject,
  put: PutObject,
): { readonly refs: (readonly [string, string])[]; readonly added: string[] } {
  const added: string[] = [];
  const refs = project.frameworks.map((name) => {
    const file = frameworkObject(name);
    const known = objects.entries.find(
      ({ value }) =>
        value.kind === 'dict' &&
        textOf(pbxField(value, 'isa')) === 'PBXFileReference' &&
        textOf(pbxField(value, 'path')) === file.path &&
        textOf(pbxField(value, 'sourceTree')) === file.sourceTree,
    );
    if (known) {
      insert.name(known.key.text, `${name}.framework`);
      return [name, known.key.text] as const;
    }
    const ref = put(`framework ${name}`, `${name}.framework`, file);
    added.push(ref);
    return [name, ref] as const;
  });
  return { refs, added };
}

function childNamed(insert: PbxInsertions, children: PbxArray, name: string): PbxDict | undefined {
  return children.items
    .map(({ value }) => insert.object(textOf(value)))
    .find((group) => {
      if (textOf(pbxField(group, 'isa')) !== 'PBXGroup') return false;
      return textOf(pbxField(group, 'name') ?? pbxField(group, 'path')) === name;
    });
}

function configurationsOf(insert: PbxInsertions, list: PbxDict | undefined): PbxDict[] {
  return (listOf(pbxField(list, 'buildConfigurations'))?.items ?? []).flatMap(
    ({ value }) => insert.object(textOf(value)) ?? [],
  );
}

function namesOf(insert: PbxInsertions, list: string | undefined): string[] {
  const names = configurationsOf(insert, insert.object(list)).flatMap(
    (one) => textOf(pbxField(one, 'name')) ?? [],
  );
  return [...new Set(names)];
}

/** The id of a name; another where the text has it already. */
function freeId(name: string, text: string): string {
  for (let n = 0; ; n++) {
    const id = identifier(n === 0 ? name : `${name} ${n}`);
    if (!text.includes(id)) return id;
  }
}

function textOf(node: PbxNode | undefined): string | undefined {
  return node?.kind === 'string' ? node.text : undefined;
}

function listOf(node: PbxNode | undefined): PbxArray | undefined {
  return node?.kind === 'array' ? node : undefined;
}
