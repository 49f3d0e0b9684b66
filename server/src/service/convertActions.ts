/** The conversions of a kext as code actions: commands of the client, which asks, previews and writes. */
import { type CodeAction, CodeActionKind, type Range } from 'vscode-languageserver-types';
import { listPersonalities } from '../convert/personalityList.ts';
import type { ConvertTarget } from '../convert/types.ts';
import type { PlistDocument } from '../workspace/types.ts';
import { offsetAt } from './text.ts';

/** What the client's command of a conversion is called with. */
export interface ConvertArguments {
  readonly uri: string;
  readonly target: ConvertTarget;
  /** Name of the one personality to convert, as a plan names it; absent: all of them. */
  readonly personality?: string;
}

const TITLES: Readonly<Record<ConvertTarget, string>> = {
  'codeless-dext': 'Convert kext to codeless dext…',
  'codeless-kext': 'Convert kext to codeless kext…',
};

/**
 * Offers the conversions of a kext on IOKitPersonalities and what is in it, on the root’s own lines, and nowhere
 * else; inside one of several personalities also those of that one alone. Each is a command of the client with
 * {@link ConvertArguments}; none without a command.
 */
export function convertActions(
  document: PlistDocument,
  range: Range,
  command: string | undefined,
): CodeAction[] {
  const { kind } = document.kind;
  if (command === undefined || (kind !== 'kext' && kind !== 'codeless-kext')) return [];
  const place = placeOf(document, range);
  if (!place) return [];
  const targets: readonly ConvertTarget[] =
    kind === 'kext' ? ['codeless-dext', 'codeless-kext'] : ['codeless-dext'];
  const action = (title: string, call: ConvertArguments): CodeAction => ({
    title,
    kind: CodeActionKind.RefactorRewrite,
    command: { title, command, arguments: [call] },
  });
  const { uri } = document;
  const { alone } = place;
  return [
    ...targets.map((target) => action(TITLES[target], { uri, target })),
    ...(alone === undefined
      ? []
      : targets.map((target) =>
          action(`Convert “${shown(alone)}” alone to ${NAMES[target]}…`, { uri, target, personality: alone }),
        )),
  ];
}

const NAMES: Readonly<Record<ConvertTarget, string>> = {
  'codeless-dext': 'codeless dext',
  'codeless-kext': 'codeless kext',
};

function shown(name: string): string {
  const line = name.replace(/\s+/g, ' ');
  return line.length > 40 ? `${line.slice(0, 39)}…` : line;
}

/** Undefined where nothing is offered; `alone` is the personality at the place, where there are several. */
function placeOf(
  { tree, ...document }: PlistDocument,
  range: Range,
): { readonly alone: string | undefined } | undefined {
  const root = tree.root;
  if (root?.kind !== 'dict') return undefined;
  const at = offsetAt({ tree, ...document }, range.start);
  const node = tree.nodeAt(at);
  if (!node || node.id === root.id) return { alone: undefined };
  const top = node.kind === 'key' && node.parent?.id === root.id ? node.name : node.path[0];
  if (typeof top !== 'string' || !top.startsWith('IOKitPersonalities')) return undefined;
  const listed = listPersonalities(root);
  const here = listed.find(({ key, node: one }) => key.start <= at && at <= one.end);
  return { alone: listed.length > 1 ? here?.name : undefined };
}
