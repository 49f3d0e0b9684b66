/** The conversions of a kext as code actions: commands of the client, which asks, previews and writes. */
import { type CodeAction, CodeActionKind, type Range } from 'vscode-languageserver-types';
import type { ConvertTarget } from '../convert/types.ts';
import type { PlistDocument } from '../workspace/types.ts';
import { offsetAt } from './text.ts';

/** What the client's command of a conversion is called with. */
export interface ConvertArguments {
  readonly uri: string;
  readonly target: ConvertTarget;
}

const TITLES: Readonly<Record<ConvertTarget, string>> = {
  'codeless-dext': 'Convert kext to codeless dext…',
  'codeless-kext': 'Convert kext to codeless kext…',
};

/**
 * Offers the conversions of a kext on IOKitPersonalities and what is in it, on the root’s own lines, and nowhere
 * else. Each is a command of the client with {@link ConvertArguments}; none without a command.
 */
export function convertActions(
  document: PlistDocument,
  range: Range,
  command: string | undefined,
): CodeAction[] {
  const { kind } = document.kind;
  if (command === undefined || (kind !== 'kext' && kind !== 'codeless-kext')) return [];
  if (!isOffered(document, range)) return [];
  const targets: readonly ConvertTarget[] =
    kind === 'kext' ? ['codeless-dext', 'codeless-kext'] : ['codeless-dext'];
  return targets.map((target) => ({
    title: TITLES[target],
    kind: CodeActionKind.RefactorRewrite,
    command: {
      title: TITLES[target],
      command,
      arguments: [{ uri: document.uri, target } satisfies ConvertArguments],
    },
  }));
}

function isOffered({ tree, ...document }: PlistDocument, range: Range): boolean {
  const root = tree.root;
  if (root?.kind !== 'dict') return false;
  const at = offsetAt({ tree, ...document }, range.start);
  const node = tree.nodeAt(at);
  if (!node || node.id === root.id) return true;
  const top = node.kind === 'key' && node.parent?.id === root.id ? node.name : node.path[0];
  return typeof top === 'string' && top.startsWith('IOKitPersonalities');
}
