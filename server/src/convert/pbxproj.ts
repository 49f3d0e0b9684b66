/** An Xcode project for a dext and its host app. */
import { APP_SOURCES, appTarget, type DextProject, driverSources, driverTarget } from './project.ts';

type Pbx = string | readonly Pbx[] | { readonly [key: string]: Pbx };
type PbxObject = { readonly isa: string; readonly [key: string]: Pbx };

/**
 * The text of `project.pbxproj`. The same project gives the same ids, so that making it again changes no line
 * without need.
 */
export function projectFile(project: DextProject): string {
  const objects = new Map<string, PbxObject>();
  const id = (name: string) => identifier(`${project.dextId}/${name}`);
  const put = (name: string, object: PbxObject): string => {
    const key = id(name);
    objects.set(key, object);
    return key;
  };
  const driver = driverTarget(project);
  const app = appTarget(project);

  const fileIn = (folder: string, name: string) =>
    put(`file ${folder}/${name}`, {
      isa: 'PBXFileReference',
      lastKnownFileType: FILE_TYPES[name.slice(name.lastIndexOf('.'))] ?? 'text',
      path: name,
      sourceTree: '<group>',
    });
  const built = (name: string, fileRef: string, settings?: Pbx) =>
    put(`build ${name}`, { isa: 'PBXBuildFile', fileRef, ...(settings ? { settings } : {}) });
  const phase = (target: string, isa: string, files: readonly string[], more: Record<string, Pbx> = {}) =>
    put(`${target} ${isa}`, {
      isa,
      buildActionMask: '2147483647',
      files,
      ...more,
      runOnlyForDeploymentPostprocessing: '0',
    });

  const driverFiles = driverSources(project).map((name) => ({ name, ref: fileIn(driver, name) }));
  const driverPlists = ['Info.plist', `${driver}.entitlements`].map((name) => fileIn(driver, name));
  const appFiles = APP_SOURCES.map((name) => ({ name, ref: fileIn(app, name) }));
  const appPlists = ['Info.plist', `${app}.entitlements`].map((name) => fileIn(app, name));
  const frameworks = project.frameworks.map((name) => ({
    name,
    ref: put(`framework ${name}`, {
      isa: 'PBXFileReference',
      lastKnownFileType: 'wrapper.framework',
      name: `${name}.framework`,
      path: `System/DriverKit/System/Library/Frameworks/${name}.framework`,
      sourceTree: 'SDKROOT',
    }),
  }));
  const dextProduct = put('product dext', {
    isa: 'PBXFileReference',
    explicitFileType: 'wrapper.driver-extension',
    includeInIndex: '0',
    path: `${project.dextId}.dext`,
    sourceTree: 'BUILT_PRODUCTS_DIR',
  });
  const appProduct = put('product app', {
    isa: 'PBXFileReference',
    explicitFileType: 'wrapper.application',
    includeInIndex: '0',
    path: `${app}.app`,
    sourceTree: 'BUILT_PRODUCTS_DIR',
  });

  const group = (name: string, children: readonly string[], more: Record<string, Pbx>) =>
    put(`group ${name}`, { isa: 'PBXGroup', children, ...more, sourceTree: '<group>' });
  const mainGroup = group(
    'main',
    [
      group(driver, [...driverFiles.map(({ ref }) => ref), ...driverPlists], { path: driver }),
      group(app, [...appFiles.map(({ ref }) => ref), ...appPlists], { path: app }),
      group(
        'Frameworks',
        frameworks.map(({ ref }) => ref),
        { name: 'Frameworks' },
      ),
      group('Products', [appProduct, dextProduct], { name: 'Products' }),
    ],
    {},
  );

  const configurations = (
    owner: string,
    settings: Record<string, Pbx>,
    perName: Record<string, Record<string, Pbx>> = {},
  ) =>
    put(`configurations ${owner}`, {
      isa: 'XCConfigurationList',
      buildConfigurations: ['Debug', 'Release'].map((name) =>
        put(`configuration ${owner} ${name}`, {
          isa: 'XCBuildConfiguration',
          buildSettings: { ...settings, ...perName[name] },
          name,
        }),
      ),
      defaultConfigurationIsVisible: '0',
      defaultConfigurationName: 'Release',
    });

  const driverTargetId = put('target driver', {
    isa: 'PBXNativeTarget',
    buildConfigurationList: configurations('driver', driverSettings(project)),
    buildPhases: [
      phase(
        'driver',
        'PBXSourcesBuildPhase',
        driverFiles.map(({ name, ref }) => built(`driver ${name}`, ref)),
      ),
      phase(
        'driver',
        'PBXFrameworksBuildPhase',
        frameworks.map(({ name, ref }) => built(`driver ${name}`, ref)),
      ),
    ],
    buildRules: [],
    dependencies: [],
    name: driver,
    productName: driver,
    productReference: dextProduct,
    productType: 'com.apple.product-type.driver-extension',
  });
  const proxy = put('proxy', {
    isa: 'PBXContainerItemProxy',
    containerPortal: id('project'),
    proxyType: '1',
    remoteGlobalIDString: driverTargetId,
    remoteInfo: driver,
  });
  const embed = phase(
    'app',
    'PBXCopyFilesBuildPhase',
    [built('app embeds dext', dextProduct, { ATTRIBUTES: ['RemoveHeadersOnCopy'] })],
    { dstPath: '$(SYSTEM_EXTENSIONS_FOLDER_PATH)', dstSubfolderSpec: '16', name: 'Embed System Extensions' },
  );
  const appTargetId = put('target app', {
    isa: 'PBXNativeTarget',
    buildConfigurationList: configurations('app', appSettings(project)),
    buildPhases: [
      phase(
        'app',
        'PBXSourcesBuildPhase',
        appFiles.map(({ name, ref }) => built(`app ${name}`, ref)),
      ),
      phase('app', 'PBXFrameworksBuildPhase', []),
      embed,
    ],
    buildRules: [],
    dependencies: [
      put('dependency', { isa: 'PBXTargetDependency', target: driverTargetId, targetProxy: proxy }),
    ],
    name: app,
    productName: app,
    productReference: appProduct,
    productType: 'com.apple.product-type.application',
  });
  const root = put('project', {
    isa: 'PBXProject',
    attributes: { BuildIndependentTargetsInParallel: 'YES', LastUpgradeCheck: '1600' },
    buildConfigurationList: configurations('project', projectSettings(project), {
      Debug: { GCC_OPTIMIZATION_LEVEL: '0', ONLY_ACTIVE_ARCH: 'YES', SWIFT_OPTIMIZATION_LEVEL: '-Onone' },
      Release: { SWIFT_COMPILATION_MODE: 'wholemodule' },
    }),
    compatibilityVersion: 'Xcode 14.0',
    developmentRegion: 'en',
    hasScannedForEncodings: '0',
    knownRegions: ['en', 'Base'],
    mainGroup,
    productRefGroup: id('group Products'),
    projectDirPath: '',
    projectRoot: '',
    targets: [appTargetId, driverTargetId],
  });
  const sorted = Object.fromEntries([...objects].sort(([, a], [, b]) => compare(a.isa, b.isa)));
  const all: Pbx = {
    archiveVersion: '1',
    classes: {},
    objectVersion: '56',
    objects: sorted,
    rootObject: root,
  };
  return `// !$*UTF8*$!\n${printPbx(all, '')}\n`;
}

const FILE_TYPES: Readonly<Record<string, string>> = {
  '.iig': 'sourcecode.iig',
  '.cpp': 'sourcecode.cpp.cpp',
  '.swift': 'sourcecode.swift',
  '.plist': 'text.plist.xml',
  '.entitlements': 'text.plist.entitlements',
};

export function projectSettings(project: DextProject): Record<string, string> {
  return {
    ALWAYS_SEARCH_USER_PATHS: 'NO',
    CLANG_ENABLE_MODULES: 'YES',
    CODE_SIGN_STYLE: 'Automatic',
    CURRENT_PROJECT_VERSION: project.currentVersion,
    ...(project.team ? { DEVELOPMENT_TEAM: project.team } : {}),
    DRIVERKIT_DEPLOYMENT_TARGET: project.minimum.DriverKit,
    MACOSX_DEPLOYMENT_TARGET: project.minimum.macOS,
    MARKETING_VERSION: project.marketingVersion,
    SWIFT_VERSION: '5.0',
  };
}

export function driverSettings(project: DextProject): Record<string, string> {
  const driver = driverTarget(project);
  return {
    CLANG_CXX_LANGUAGE_STANDARD: 'gnu++20',
    CODE_SIGN_ENTITLEMENTS: `${driver}/${driver}.entitlements`,
    INFOPLIST_FILE: `${driver}/Info.plist`,
    PRODUCT_BUNDLE_IDENTIFIER: project.dextId,
    PRODUCT_NAME: '$(PRODUCT_BUNDLE_IDENTIFIER)',
    RUN_CLANG_STATIC_ANALYZER: 'YES',
    SDKROOT: 'driverkit',
    SKIP_INSTALL: 'YES',
  };
}

export function appSettings(project: DextProject): Record<string, string> {
  const app = appTarget(project);
  return {
    CODE_SIGN_ENTITLEMENTS: `${app}/${app}.entitlements`,
    ENABLE_HARDENED_RUNTIME: 'YES',
    INFOPLIST_FILE: `${app}/Info.plist`,
    LD_RUNPATH_SEARCH_PATHS: '$(inherited) @executable_path/../Frameworks',
    PRODUCT_BUNDLE_IDENTIFIER: project.appId,
    PRODUCT_NAME: '$(TARGET_NAME)',
    SDKROOT: 'macosx',
  };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** 24 hexadecimal digits of a name (FNV-1a, three times with other seeds). */
function identifier(name: string): string {
  return [0x811c9dc5, 0x9747b28c, 0x3c6ef372]
    .map((seed) => {
      let hash = seed;
      for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193) >>> 0;
      return hash.toString(16).padStart(8, '0').toUpperCase();
    })
    .join('');
}

function printPbx(value: Pbx, indent: string): string {
  if (typeof value === 'string') return quoted(value);
  const inner = `${indent}\t`;
  if (Array.isArray(value)) {
    return ['(', ...value.map((item: Pbx) => `${inner}${printPbx(item, inner)},`), `${indent})`].join('\n');
  }
  const lines = Object.entries(value as { [key: string]: Pbx }).map(
    ([key, item]) => `${inner}${quoted(key)} = ${printPbx(item, inner)};`,
  );
  return ['{', ...lines, `${indent}}`].join('\n');
}

/** Xcode leaves letters, digits and `_./` bare. */
function quoted(text: string): string {
  if (/^[A-Za-z0-9_./]+$/.test(text) && !text.includes('//')) return text;
  return `"${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')}"`;
}
