/** An Xcode project for a dext and its host app. */
import { type Pbx, type PbxObject, quoted } from './pbxInsert.ts';
import {
  appObjects,
  configurationList,
  driverObjects,
  embedding,
  frameworkObject,
  type PutObject,
  pbxGroup,
} from './pbxObjects.ts';
import { appTarget, type DextProject, driverTarget } from './project.ts';

const CONFIGURATIONS = ['Debug', 'Release'];

/**
 * The text of `project.pbxproj`. The same project gives the same ids, so that making it again changes no line
 * without need.
 */
export function projectFile(project: DextProject): string {
  const objects = new Map<string, PbxObject>();
  const id = (name: string) => identifier(`${project.dextId}/${name}`);
  const put: PutObject = (name, _comment, object) => {
    objects.set(id(name), object);
    return id(name);
  };
  const plan = (settings: Record<string, string>) => ({ put, configurations: CONFIGURATIONS, settings });
  const frameworks = project.frameworks.map(
    (name) => [name, put(`framework ${name}`, `${name}.framework`, frameworkObject(name))] as const,
  );
  const driver = driverObjects(project, plan(driverSettings(project)), frameworks);
  const embed = embedding(project, put, id('project'), driver);
  const app = appObjects(project, plan(appSettings(project)), {
    phase: embed.phase(),
    dependency: embed.dependency,
  });
  const mainGroup = pbxGroup(
    put,
    'main',
    [
      driver.group,
      app.group,
      pbxGroup(
        put,
        'Frameworks',
        frameworks.map(([, ref]) => ref),
        { name: 'Frameworks' },
      ),
      pbxGroup(put, 'Products', [app.product, driver.product], { name: 'Products' }),
    ],
    {},
  );
  const root = put('project', 'Project object', {
    isa: 'PBXProject',
    attributes: { BuildIndependentTargetsInParallel: 'YES', LastUpgradeCheck: '1600' },
    buildConfigurationList: configurationList(
      put,
      'project',
      `PBXProject "${project.name}"`,
      { configurations: CONFIGURATIONS, settings: projectSettings(project) },
      {
        Debug: { GCC_OPTIMIZATION_LEVEL: '0', ONLY_ACTIVE_ARCH: 'YES', SWIFT_OPTIMIZATION_LEVEL: '-Onone' },
        Release: { SWIFT_COMPILATION_MODE: 'wholemodule' },
      },
    ),
    compatibilityVersion: 'Xcode 14.0',
    developmentRegion: 'en',
    hasScannedForEncodings: '0',
    knownRegions: ['en', 'Base'],
    mainGroup,
    productRefGroup: id('group Products'),
    projectDirPath: '',
    projectRoot: '',
    targets: [app.target, driver.target],
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

/** What both targets share. */
export function commonSettings(project: DextProject): Record<string, string> {
  return {
    CODE_SIGN_STYLE: 'Automatic',
    CURRENT_PROJECT_VERSION: project.currentVersion,
    ...(project.team ? { DEVELOPMENT_TEAM: project.team } : {}),
    MARKETING_VERSION: project.marketingVersion,
  };
}

export function projectSettings(project: DextProject): Record<string, string> {
  return {
    ALWAYS_SEARCH_USER_PATHS: 'NO',
    CLANG_ENABLE_MODULES: 'YES',
    ...commonSettings(project),
    DRIVERKIT_DEPLOYMENT_TARGET: project.minimum.DriverKit,
    MACOSX_DEPLOYMENT_TARGET: project.minimum.macOS,
    SWIFT_VERSION: '5.0',
  };
}

export function driverSettings(project: DextProject): Record<string, string> {
  const driver = driverTarget(project);
  const folder = `${project.base}${driver}`;
  return {
    CLANG_CXX_LANGUAGE_STANDARD: 'gnu++20',
    CODE_SIGN_ENTITLEMENTS: `${folder}/${driver}.entitlements`,
    INFOPLIST_FILE: `${folder}/Info.plist`,
    PRODUCT_BUNDLE_IDENTIFIER: project.dextId,
    PRODUCT_NAME: '$(PRODUCT_BUNDLE_IDENTIFIER)',
    RUN_CLANG_STATIC_ANALYZER: 'YES',
    SDKROOT: 'driverkit',
    SKIP_INSTALL: 'YES',
  };
}

export function appSettings(project: DextProject): Record<string, string> {
  const app = appTarget(project);
  const folder = `${project.base}${app}`;
  return {
    CODE_SIGN_ENTITLEMENTS: `${folder}/${app}.entitlements`,
    ENABLE_HARDENED_RUNTIME: 'YES',
    INFOPLIST_FILE: `${folder}/Info.plist`,
    LD_RUNPATH_SEARCH_PATHS: '$(inherited) @executable_path/../Frameworks',
    PRODUCT_BUNDLE_IDENTIFIER: project.appId,
    PRODUCT_NAME: '$(TARGET_NAME)',
    SDKROOT: 'macosx',
  };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** 24 hexadecimal digits of a name (FNV-1a, three times with other seeds). */
export function identifier(name: string): string {
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
