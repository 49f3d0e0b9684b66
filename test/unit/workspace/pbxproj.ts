/** Writes project files as Xcode does, from few words. */

export interface TargetSpec {
  readonly type: string;
  /** Settings of every configuration, or of one: `{ Debug: {…}, Release: {…} }`. */
  readonly settings: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly sources?: readonly string[];
  /** Folder whose files belong to the target without being listed. */
  readonly folder?: string;
  /** Targets whose products are copied, and where to. */
  readonly embeds?: readonly string[];
  readonly dstPath?: string;
  readonly xcconfig?: string;
}

export interface ProjectSpec {
  readonly settings?: Readonly<Record<string, string>>;
  readonly xcconfig?: string;
  readonly configurations?: readonly string[];
  readonly targets: Readonly<Record<string, TargetSpec>>;
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  'driver-extension': 'dext',
  'system-extension': 'systemextension',
  'kernel-extension': 'kext',
  application: 'app',
};

/** Text of a `project.pbxproj`. Ids are made from the names, so that texts compare well. */
export function pbxproj({
  settings = {},
  xcconfig,
  configurations = ['Debug', 'Release'],
  targets,
}: ProjectSpec): string {
  const objects: string[] = [];
  const files = new Set<string>();
  const id = (kind: string, name: string) => `${kind}_${name.replace(/\W/g, '_')}`.toUpperCase();
  const quoted = (value: string) =>
    /^[\w./]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
  const object = (key: string, comment: string, fields: Readonly<Record<string, string>>) =>
    objects.push(
      `\t\t${key} /* ${comment} */ = {\n${Object.entries(fields)
        .map(([name, value]) => `\t\t\t${name} = ${value};\n`)
        .join('')}\t\t};\n`,
    );
  const list = (items: readonly string[]) =>
    `(\n${items.map((item) => `\t\t\t\t${item},\n`).join('')}\t\t\t)`;
  const file = (path: string) => {
    if (!files.has(path))
      object(id('F', path), path, { isa: 'PBXFileReference', path: quoted(path), sourceTree: '"<group>"' });
    files.add(path);
    return id('F', path);
  };
  const configurationList = (owner: string, own: TargetSpec['settings'], base?: string) => {
    for (const name of configurations) {
      const lines = Object.entries(own)
        .map(([key, value]) => [key, typeof value === 'string' ? value : value[name]] as const)
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => `\t\t\t\t${quoted(key)} = ${quoted(value ?? '')};\n`);
      object(id('C', `${owner} ${name}`), name, {
        isa: 'XCBuildConfiguration',
        ...(base === undefined ? {} : { baseConfigurationReference: file(base) }),
        buildSettings: `{\n${lines.join('')}\t\t\t}`,
        name,
      });
    }
    object(id('L', owner), 'Build configuration list', {
      isa: 'XCConfigurationList',
      buildConfigurations: list(configurations.map((name) => id('C', `${owner} ${name}`))),
    });
    return id('L', owner);
  };
  const groups: string[] = [];
  for (const [name, target] of Object.entries(targets)) {
    const product = `${name}.${EXTENSIONS[target.type] ?? 'o'}`;
    object(id('P', name), product, {
      isa: 'PBXFileReference',
      path: quoted(product),
      sourceTree: 'BUILT_PRODUCTS_DIR',
    });
    const buildFile = (reference: string) => {
      object(`B_${name.toUpperCase().replace(/\W/g, '_')}_${reference}`, 'in', {
        isa: 'PBXBuildFile',
        fileRef: reference,
      });
      return `B_${name.toUpperCase().replace(/\W/g, '_')}_${reference}`;
    };
    const phases: string[] = [];
    if (target.sources) {
      object(id('S', name), 'Sources', {
        isa: 'PBXSourcesBuildPhase',
        files: list(target.sources.map((path) => buildFile(file(path)))),
      });
      phases.push(id('S', name));
    }
    if (target.embeds) {
      object(id('E', name), 'Embed System Extensions', {
        isa: 'PBXCopyFilesBuildPhase',
        dstPath: quoted(target.dstPath ?? '$(SYSTEM_EXTENSIONS_FOLDER_PATH)'),
        dstSubfolderSpec: '16',
        files: list(target.embeds.map((other) => buildFile(id('P', other)))),
      });
      phases.push(id('E', name));
    }
    if (target.folder) {
      object(id('G', target.folder), target.folder, {
        isa: 'PBXFileSystemSynchronizedRootGroup',
        path: quoted(target.folder),
        sourceTree: '"<group>"',
      });
      groups.push(id('G', target.folder));
    }
    object(id('T', name), name, {
      isa: 'PBXNativeTarget',
      buildConfigurationList: configurationList(name, target.settings, target.xcconfig),
      buildPhases: list(phases),
      ...(target.folder ? { fileSystemSynchronizedGroups: list([id('G', target.folder)]) } : {}),
      name: quoted(name),
      productReference: id('P', name),
      productType: `"com.apple.product-type.${target.type}"`,
    });
  }
  const projectList = configurationList('project', settings, xcconfig);
  object('MAIN', 'main group', {
    isa: 'PBXGroup',
    children: list([...[...files].map((path) => id('F', path)), ...groups]),
    sourceTree: '"<group>"',
  });
  object('ROOT', 'Project object', {
    isa: 'PBXProject',
    buildConfigurationList: projectList,
    mainGroup: 'MAIN',
    targets: list(Object.keys(targets).map((name) => id('T', name))),
  });
  return `// !$*UTF8*$!\n{\n\tarchiveVersion = 1;\n\tclasses = {\n\t};\n\tobjectVersion = 56;\n\tobjects = {\n${objects.join('')}\t};\n\trootObject = ROOT;\n}\n`;
}
