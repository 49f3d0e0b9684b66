/** The objects of a dext's target and of its host app's, for a new Xcode project and for one that is there. */
import type { Pbx, PbxObject } from './pbxInsert.ts';
import { APP_SOURCES, appTarget, type DextProject, driverSources, driverTarget } from './project.ts';

/** Where the objects go. `name` tells them apart, `comment` is for people; gives the id. */
export type PutObject = (name: string, comment: string, object: PbxObject) => string;

export interface TargetObjects {
  readonly target: string;
  /** File reference of the product. */
  readonly product: string;
  /** Group of the source files. */
  readonly group: string;
}

export interface TargetPlan {
  readonly put: PutObject;
  /** Names of the project's configurations: `Debug`, `Release` … */
  readonly configurations: readonly string[];
  readonly settings: Readonly<Record<string, string>>;
}

/** @param frameworks file references by name */
export function driverObjects(
  project: DextProject,
  plan: TargetPlan,
  frameworks: readonly (readonly [name: string, ref: string])[],
): TargetObjects {
  const { put } = plan;
  const driver = driverTarget(project);
  const files = driverSources(project).map((name) => ({ name, ref: fileIn(put, driver, name) }));
  const plists = ['Info.plist', `${driver}.entitlements`].map((name) => fileIn(put, driver, name));
  const product = put('product dext', `${project.dextId}.dext`, {
    isa: 'PBXFileReference',
    explicitFileType: 'wrapper.driver-extension',
    includeInIndex: '0',
    path: `${project.dextId}.dext`,
    sourceTree: 'BUILT_PRODUCTS_DIR',
  });
  const target = put('target driver', driver, {
    isa: 'PBXNativeTarget',
    buildConfigurationList: configurationList(put, 'driver', `PBXNativeTarget "${driver}"`, plan),
    buildPhases: [
      phase(
        put,
        'driver',
        'PBXSourcesBuildPhase',
        files.map(({ name, ref }) => built(put, `driver ${name}`, `${name} in Sources`, ref)),
      ),
      phase(
        put,
        'driver',
        'PBXFrameworksBuildPhase',
        frameworks.map(([name, ref]) => built(put, `driver ${name}`, `${name}.framework in Frameworks`, ref)),
      ),
    ],
    buildRules: [],
    dependencies: [],
    name: driver,
    productName: driver,
    productReference: product,
    productType: 'com.apple.product-type.driver-extension',
  });
  const group = folderGroup(put, project, driver, [...files.map(({ ref }) => ref), ...plists]);
  return { target, product, group };
}

/** @param embedding of {@link embedding} */
export function appObjects(
  project: DextProject,
  plan: TargetPlan,
  { phase: embed, dependency }: { readonly phase: string; readonly dependency: string },
): TargetObjects {
  const { put } = plan;
  const app = appTarget(project);
  const files = APP_SOURCES.map((name) => ({ name, ref: fileIn(put, app, name) }));
  const plists = ['Info.plist', `${app}.entitlements`].map((name) => fileIn(put, app, name));
  const product = put('product app', `${app}.app`, {
    isa: 'PBXFileReference',
    explicitFileType: 'wrapper.application',
    includeInIndex: '0',
    path: `${app}.app`,
    sourceTree: 'BUILT_PRODUCTS_DIR',
  });
  const target = put('target app', app, {
    isa: 'PBXNativeTarget',
    buildConfigurationList: configurationList(put, 'app', `PBXNativeTarget "${app}"`, plan),
    buildPhases: [
      phase(
        put,
        'app',
        'PBXSourcesBuildPhase',
        files.map(({ name, ref }) => built(put, `app ${name}`, `${name} in Sources`, ref)),
      ),
      phase(put, 'app', 'PBXFrameworksBuildPhase', []),
      embed,
    ],
    buildRules: [],
    dependencies: [dependency],
    name: app,
    productName: app,
    productReference: product,
    productType: 'com.apple.product-type.application',
  });
  const group = folderGroup(put, project, app, [...files.map(({ ref }) => ref), ...plists]);
  return { target, product, group };
}

/** What of an app's target carries the dext: a file of a copy phase, that phase, and the dependency on the target. */
export function embedding(
  project: DextProject,
  put: PutObject,
  projectId: string,
  driver: TargetObjects,
): { readonly file: string; readonly phase: () => string; readonly dependency: string } {
  const proxy = put('proxy', 'PBXContainerItemProxy', {
    isa: 'PBXContainerItemProxy',
    containerPortal: projectId,
    proxyType: '1',
    remoteGlobalIDString: driver.target,
    remoteInfo: driverTarget(project),
  });
  const file = built(put, 'app embeds dext', `${project.dextId}.dext in ${EMBED_PHASE}`, driver.product, {
    ATTRIBUTES: ['RemoveHeadersOnCopy'],
  });
  return {
    file,
    phase: () =>
      phase(put, 'app', 'PBXCopyFilesBuildPhase', [file], {
        dstPath: EMBED_PATH,
        dstSubfolderSpec: EMBED_SUBFOLDER,
        name: EMBED_PHASE,
      }),
    dependency: put('dependency', 'PBXTargetDependency', {
      isa: 'PBXTargetDependency',
      target: driver.target,
      targetProxy: proxy,
    }),
  };
}

const EMBED_PHASE = 'Embed System Extensions';
/** Contents/Library/SystemExtensions of the app, below the folder of the products. */
export const EMBED_PATH = '$(SYSTEM_EXTENSIONS_FOLDER_PATH)';
export const EMBED_SUBFOLDER = '16';

/** A framework of the DriverKit SDK. */
export function frameworkObject(name: string): PbxObject {
  return {
    isa: 'PBXFileReference',
    lastKnownFileType: 'wrapper.framework',
    name: `${name}.framework`,
    path: `System/DriverKit/System/Library/Frameworks/${name}.framework`,
    sourceTree: 'SDKROOT',
  };
}

/** @param perName settings of one configuration more */
export function configurationList(
  put: PutObject,
  owner: string,
  shown: string,
  { configurations, settings }: Pick<TargetPlan, 'configurations' | 'settings'>,
  perName: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
): string {
  return put(`configurations ${owner}`, `Build configuration list for ${shown}`, {
    isa: 'XCConfigurationList',
    buildConfigurations: configurations.map((name) =>
      put(`configuration ${owner} ${name}`, name, {
        isa: 'XCBuildConfiguration',
        buildSettings: { ...settings, ...perName[name] },
        name,
      }),
    ),
    defaultConfigurationIsVisible: '0',
    defaultConfigurationName: configurations.includes('Release') ? 'Release' : (configurations.at(-1) ?? ''),
  });
}

export function pbxGroup(
  put: PutObject,
  name: string,
  children: readonly string[],
  more: Readonly<Record<string, Pbx>>,
): string {
  return put(`group ${name}`, name, { isa: 'PBXGroup', children, ...more, sourceTree: '<group>' });
}

/** The group of a target's folder. */
function folderGroup(
  put: PutObject,
  { base }: DextProject,
  folder: string,
  children: readonly string[],
): string {
  return pbxGroup(put, folder, children, {
    ...(base === '' ? {} : { name: folder }),
    path: `${base}${folder}`,
  });
}

function fileIn(put: PutObject, folder: string, name: string): string {
  return put(`file ${folder}/${name}`, name, {
    isa: 'PBXFileReference',
    lastKnownFileType: FILE_TYPES[name.slice(name.lastIndexOf('.'))] ?? 'text',
    path: name,
    sourceTree: '<group>',
  });
}

function built(put: PutObject, name: string, comment: string, fileRef: string, settings?: Pbx): string {
  return put(`build ${name}`, comment, {
    isa: 'PBXBuildFile',
    fileRef,
    ...(settings ? { settings } : {}),
  });
}

const PHASE_NAMES: Readonly<Record<string, string>> = {
  PBXSourcesBuildPhase: 'Sources',
  PBXFrameworksBuildPhase: 'Frameworks',
  PBXCopyFilesBuildPhase: EMBED_PHASE,
};

function phase(
  put: PutObject,
  target: string,
  isa: string,
  files: readonly string[],
  { name, ...place }: Readonly<Record<string, Pbx>> = {},
): string {
  return put(`${target} ${isa}`, PHASE_NAMES[isa] ?? isa, {
    isa,
    buildActionMask: '2147483647',
    ...place,
    files,
    ...(name === undefined ? {} : { name }),
    runOnlyForDeploymentPostprocessing: '0',
  });
}

const FILE_TYPES: Readonly<Record<string, string>> = {
  '.iig': 'sourcecode.iig',
  '.cpp': 'sourcecode.cpp.cpp',
  '.swift': 'sourcecode.swift',
  '.plist': 'text.plist.xml',
  '.entitlements': 'text.plist.entitlements',
};
