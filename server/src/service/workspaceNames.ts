/** Names that a value of a file may take from the project around it: build settings, classes, bundle ids. */
import type { PlistDocument } from '../workspace/types.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { viewsOf } from './subjects.ts';

export interface NamedSetting {
  readonly name: string;
  /** What it comes to; of several configurations each other value once. Empty where none is known. */
  readonly values: readonly string[];
}

export interface NamedClass {
  readonly name: string;
  readonly parents: readonly string[];
  /** The name of the file that declares it. */
  readonly file: string;
}

export interface NamedBundle {
  readonly id: string;
  readonly name: string;
  /** A driver that runs outside the kernel: an app may ask for access to it. */
  readonly isDext: boolean;
}

/** Computed when asked for. */
export interface WorkspaceNames {
  /** Settings that the project of the file writes itself, those of compiler and signing left out. */
  readonly settings: () => readonly NamedSetting[];
  /** Classes of the file's own bundle; of the whole workspace where no bundle has it. */
  readonly classes: () => readonly NamedClass[];
  readonly bundles: () => readonly NamedBundle[];
}

/** How a tool is called, or where files lie, is no matter of a property list. */
const TOOLS =
  /^(?:ALWAYS|ASSETCATALOG|BUILD|CLANG|CODE_SIGN|COMBINE|COMPILER|COPY|CREATE|DEAD|DEBUG|DEFINES|ENABLE|EXCLUDED|FRAMEWORK|GCC|GENERATE|HEADER|INFOPLIST|LD|LIBRARY|LLVM|LOCALIZ|MTL|ONLY|OTHER|PROVISIONING|REGISTER|REZ|RUN|SKIP|STRIP|STRINGS|SWIFT|SYSTEM|TAPI|USER_HEADER|USE_HEADERMAP|VALIDATE|VERSIONING|WARNING)(?:_|$)|_SEARCH_PATHS$|_FLAGS$/;

/** Never throws; a file that no bundle uses has no settings. */
export function namesFor(workspace: Workspace, { uri }: Pick<PlistDocument, 'uri'>): WorkspaceNames {
  const own = () => workspace.bundlesOf(uri);
  return {
    settings: () => {
      const configurations = own().flatMap((bundle) => bundle.configurations);
      const names = new Set(configurations.flatMap((configuration) => configuration.settingNames()));
      return [...names]
        .filter((name) => !TOOLS.test(name))
        .map((name) => {
          const values = configurations.map((configuration) => configuration.setting(name));
          return { name, values: [...new Set(values.filter((value) => value !== undefined))] };
        });
    },
    classes: () => {
      const bundles = own();
      const uris =
        bundles.length > 0 ? bundles.flatMap(({ interfaces }) => interfaces) : workspace.files('interface');
      return [...new Set(uris)].flatMap((file) =>
        workspace.classesIn(file).map(({ name, parents }) => ({ name, parents, file: fileName(file) })),
      );
    },
    bundles: () => {
      const found = new Map<string, NamedBundle>();
      for (const bundle of workspace.bundles) {
        const isDext = bundle.kind === 'dext' || bundle.kind === 'codeless-dext';
        for (const { bundleId: id } of viewsOf(workspace, bundle)) {
          if (id !== undefined && !found.has(id)) found.set(id, { id, name: bundle.name, isDext });
        }
      }
      return [...found.values()];
    },
  };
}

function fileName(uri: string): string {
  const name = uri.slice(uri.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
