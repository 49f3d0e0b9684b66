/**
 * The user client of a dext that stands in the personality itself, or beside the personalities, into the dictionary
 * where `IOService::Create` looks for it: apple-oss-distributions/xnu iokit/Kernel/IOUserServer.cpp:5168-5225.
 */
import { insertEntry, moveEntry } from '../plist/edit.ts';
import type { Entry, PlistNode } from '../plist/types.ts';
import { hasBuildVariable } from '../plist/variables.ts';
import type { PlistDocument } from '../workspace/types.ts';
import { type Block, blockOf, intoDictionary } from './extract.ts';
import { isPersonality } from './personality.ts';
import type { Refactoring } from './refactorings.ts';

/** The usual name; any other that the dext hands to `Create` is as good. */
const NAME = 'UserClientProperties';
/** The class of every user client's kernel side. */
const KERNEL_CLASS = 'IOUserUserClient';
const CLIENT = /(?:User)?Client$/;

/** At the name or a tag of a personality of a dext, and at the keys that are to move; a new one where there is none. */
export function extractUserClient(
  document: PlistDocument,
  node: PlistNode,
  dict: PlistNode | undefined,
): Refactoring[] {
  const own = node.kind === 'key' ? node : node.key;
  const personality = dict && isPersonality(dict) ? dict : own?.parent;
  if (personality?.kind !== 'dict' || !isPersonality(personality)) return [];
  if (!isDext(document, personality) || personality.keyNode(NAME)) return [];
  const found = flattened(personality) ?? legacy(personality);
  if (!found && personality === dict) return added(personality);
  if (!found || !(personality === dict || found.at.some(({ key }) => key.id === own?.id))) return [];
  return [{ title: `Extract the user client into ${NAME}`, kind: 'refactor.extract', ...found }];
}

/** `IOUserServerName` makes a personality a dext's, whatever the file is. */
function isDext({ kind }: PlistDocument, personality: PlistNode): boolean {
  const isDextFile = kind.kind === 'dext' || kind.kind === 'codeless-dext';
  return isDextFile || personality.keyNode('IOUserServerName') !== undefined;
}

/** A user client for a driver that has none. A class of Apple's base classes opens none of its own. */
function added(personality: PlistNode): Refactoring[] {
  const driver = personality.get('IOUserClass')?.string?.trim();
  const has = personality.entries.some(({ key }) => key.text.endsWith(NAME));
  if (!driver || !/^[A-Za-z_]\w*$/.test(driver) || /^IO[A-Z]/.test(driver) || has) return [];
  const client = new Map([
    ['IOClass', KERNEL_CLASS],
    ['IOUserClass', `${driver}UserClient`],
  ]);
  const edits = insertEntry(personality, NAME, client, { at: 'sorted' });
  return [{ title: 'Add a user-client dictionary', edits }];
}

type Extraction = Pick<Refactoring, 'edits' | 'toName'> & { readonly at: readonly Entry[] };

/** `IOUserClientClass`, as a kext has it: its class becomes `IOUserClass` of the new dictionary. */
function legacy(personality: PlistNode): Extraction | undefined {
  const entry = personality.entries.find(({ key }) => key.text === 'IOUserClientClass');
  const name = textOf(entry);
  const block = entry && blockOf(entry);
  // A class of Apple's kernel opens a connection to the kernel, which no class of the dext stands behind.
  if (!block || !name || /^(?:IO|Apple)[A-Z]/.test(name)) return undefined;
  const edits = intoDictionary([block], {
    name: NAME,
    pairs: [['IOClass', KERNEL_CLASS]],
    renamed: new Map([[block.entry.key.id, 'IOUserClass']]),
  });
  return { edits, toName: NAME, at: [block.entry] };
}

/** `IOClass` is `IOUserUserClient` in the personality, beside the driver's own class or in its place. */
function flattened(personality: PlistNode): Extraction | undefined {
  const { entries } = personality;
  const named = (name: string): Entry[] => entries.filter(({ key }) => key.text === name);
  const kernel = named('IOClass').find((entry) => textOf(entry) === KERNEL_CLASS);
  if (!kernel) return undefined;
  const classes = named('IOUserClass');
  const client = clientOf(entries, kernel, classes);
  const moved = [kernel, ...(client ? [client] : [])].sort((a, b) => a.key.start - b.key.start);
  const blocks = moved.map(blockOf).filter((block) => block !== undefined);
  if (blocks.length < moved.length) return undefined;
  const driver = textOf(classes.find((entry) => entry !== client));
  if (driver !== undefined && hasBuildVariable(driver) && !client) return undefined;
  const invented = client ? undefined : `${driver ?? 'MyDriver'}UserClient`;
  const [opening, ...rest] = intoDictionary(blocks, {
    name: NAME,
    pairs: invented === undefined ? [] : [['IOUserClass', invented]],
  });
  const alone = named('IOClass').length === 1;
  if (!opening || !alone)
    return opening && { edits: [opening, ...rest], toName: invented ?? NAME, at: moved };
  // The driver needs a class of its own in the kernel as well.
  const service = lineOf(blocks[0]!, 'IOClass', 'IOUserService');
  const edits = [{ ...opening, newText: service + opening.newText }, ...rest];
  return { edits, toName: invented ?? NAME, at: moved };
}

/** Of the classes in a personality the one of its user client: beside the kernel's class, or by its name. */
function clientOf(entries: readonly Entry[], kernel: Entry, classes: readonly Entry[]): Entry | undefined {
  if (classes.length < 2) return undefined;
  const at = entries.indexOf(kernel);
  const byName = classes.filter((entry) => CLIENT.test(textOf(entry) ?? ''));
  if (byName.length === 1) return byName[0];
  return [entries[at + 1], entries[at - 1]].find((entry) => entry && classes.includes(entry));
}

function textOf(entry: Entry | undefined): string | undefined {
  return entry?.value?.string?.trim();
}

function lineOf({ entry: { key, value }, first }: Block, name: string, text: string): string {
  const source = key.tree.text;
  const lineAt = source.lastIndexOf('\n', first - 1) + 1;
  const indent = source.slice(lineAt, first);
  const between = source.slice(key.end, value?.start ?? key.end);
  const eol = /\r?\n|\r/.exec(source.slice(value?.end ?? key.end))?.[0] ?? '\n';
  const gap = between.trim() === '' ? between : eol + indent;
  return `${indent}<key>${name}</key>${gap}<string>${text}</string>${eol}`;
}

/** A user-client dictionary beside the personalities into one of them. */
export function intoPersonality({ tree: { root } }: PlistDocument, dict: PlistNode): Refactoring[] {
  const name = dict.name ?? '';
  if (!root || dict.parent?.id !== root.id || !/UserClientProperties$/.test(name)) return [];
  const personalities = root.get('IOKitPersonalities')?.entries ?? [];
  return personalities.flatMap(({ key, value }) => {
    if (value?.kind !== 'dict' || value.keyNode(name)) return [];
    const edits = moveEntry(dict, value);
    if (edits.length === 0) return [];
    return [
      { title: `Move ${name} into the personality ${key.text.trim()}`, kind: 'refactor.rewrite', edits },
    ];
  });
}
