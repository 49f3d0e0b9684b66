/** Values that the project around a file names: build settings, classes of its sources, drivers of an app. */
import { CompletionItemKind } from 'vscode-languageserver-types';
import { BUILD_VARIABLES } from '../buildVariables.ts';
import type { NamedClass, WorkspaceNames } from '../workspaceNames.ts';
import type { Value, ValuePlace } from './nearby.ts';

/** Settings that property lists usually name, then those that the project has beside them; with their values. */
export function variables(names: WorkspaceNames | undefined): Value[] {
  const settings = names?.settings() ?? [];
  const known = new Map(settings.map(({ name, values }) => [name, values.join(' | ').slice(0, 80)]));
  const usual = new Set(BUILD_VARIABLES.map(({ name }) => name));
  const others = settings.filter(({ name }) => !usual.has(name)).map(({ name }) => ({ name, meaning: '' }));
  return [...BUILD_VARIABLES, ...others].map(({ name, meaning }) => ({
    label: `$(${name})`,
    type: 'string',
    content: `$(${name})`,
    detail: known.get(name) || meaning || 'a setting of the project',
    documentation: meaning || undefined,
    kind: CompletionItemKind.Variable,
  }));
}

const ACCESS = 'com.apple.developer.driverkit.userclient-access';

/** Classes that the sources declare, and drivers that an app may reach. */
export function fromProject({ owner, key }: ValuePlace, names: WorkspaceNames | undefined): Value[] {
  if (!names) return [];
  if (key === 'IOUserClass') return classes(owner?.name?.endsWith('UserClientProperties') === true, names);
  if (owner?.kind !== 'array' || owner.name !== ACCESS) return [];
  const there = new Set(owner.items.map(({ text }) => text.trim()));
  return names
    .bundles()
    .filter(({ id, isDext }) => isDext && !there.has(id))
    .map(({ id, name }) => ({
      label: id,
      type: 'string',
      content: id,
      detail: name,
      kind: CompletionItemKind.Module,
    }));
}

/** Those of user clients first where one is meant, else last. */
function classes(client: boolean, names: WorkspaceNames): Value[] {
  const isClient = ({ parents }: NamedClass): boolean => parents.some((one) => one.endsWith('UserClient'));
  const fits = (one: NamedClass): number => (isClient(one) === client ? 0 : 1);
  return [...names.classes()]
    .sort((a, b) => fits(a) - fits(b))
    .map(({ name, file }) => ({
      label: name,
      type: 'string',
      content: name,
      detail: file,
      kind: CompletionItemKind.Class,
    }));
}
