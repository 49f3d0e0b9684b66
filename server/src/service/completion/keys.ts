/** Proposes the keys of a dictionary: what is missing first, each with the value that belongs to it. */
import { CompletionItemKind } from 'vscode-languageserver-types';
import type { Evaluation, PlistType, SchemaObject } from '../../schema/types.ts';
import { describeKey } from '../describe.ts';
import { isPersonalities } from '../personality.ts';
import { allowedTypes, annotation, isDeprecated, namesType, nubKeys } from '../schemaInfo.ts';
import { entryWords, tableEntries } from '../tables.ts';
import { escapeText } from '../text.ts';
import type { Place } from './context.ts';
import { filterFor, type Proposal } from './items.ts';
import { personalitySnippets } from './personalities.ts';
import { literal, valueSnippet } from './snippet.ts';

type KeyPlace = Extract<Place, { at: 'key' }>;

/** Keys that the dictionary has not got yet; the key under the cursor counts as not there. */
export function keyProposals(place: KeyPlace, evaluation: Evaluation | undefined): Proposal[] {
  const { dict } = place;
  const present = new Set(dict.entries.map(({ key }) => key.text));
  if (place.own !== undefined) present.delete(place.own);
  const known = evaluation?.keysFor(dict) ?? [];
  const proposals: Proposal[] = [];
  const ofNub = nubKeys(evaluation?.schemasFor(dict) ?? []);
  known.forEach(({ key, schemas, required, architectureOf }, index) => {
    if (present.has(key) || schemas.some((schema) => schema.doNotSuggest)) return;
    const common = COMMON_KEYS.indexOf(key);
    const rank = isDeprecated(schemas)
      ? 9
      : required
        ? 0
        : architectureOf !== undefined
          ? 5
          : ofNub.has(key) && common < 0
            ? 1
            : common >= 0
              ? 2
              : 3;
    const sort = `${rank}${String(rank === 2 ? common : index).padStart(5, '0')}`;
    proposals.push(keyProposal(place, key, schemas, required, sort));
  });
  for (const proposal of tableKeys(place, evaluation)) {
    if (!present.has(proposal.label)) proposals.push(proposal);
  }
  proposals.push(...personalities(place));
  proposals.push(...firstKeys(place).filter(({ label }) => !present.has(label)));
  if (!place.contentOnly) proposals.push(anyKey(place, evaluation));
  return proposals;
}

/**
 * What most drivers write, in this order: counted in 400 Info.plists of drivers that are published as source. The keys
 * by which the nub is matched go before.
 */
const COMMON_KEYS: readonly string[] = [
  'CFBundleIdentifier',
  'IOKitPersonalities',
  'OSBundleUsageDescription',
  'OSBundleLibraries',
  'CFBundlePackageType',
  'CFBundleExecutable',
  'CFBundleName',
  'CFBundleVersion',
  'CFBundleShortVersionString',
  'CFBundleInfoDictionaryVersion',
  'CFBundleDevelopmentRegion',
  'OSBundleRequired',
  'OSBundleCompatibleVersion',
  'UserClientProperties',
  'IOMatchCategory',
  'IOResourceMatch',
  'IOProbeScore',
  'IONameMatch',
  'IOPropertyMatch',
];

/** Whole personalities, where names of personalities stand. */
function personalities(place: KeyPlace): Proposal[] {
  const { dict, document } = place;
  if (place.valueFollows || !isPersonalities(dict)) return [];
  return personalitySnippets(document.kind.kind).map((snippet, index) => {
    let name = snippet.name;
    for (let count = 2; dict.keyNode(name); count++) name = `${snippet.name}${count}`;
    const body = snippet.body.replaceAll(`\${1:${snippet.name}}`, `\${1:${name}}`);
    return {
      label: snippet.label,
      kind: snippet.kind,
      snippet: framed(place, `<key>\${1:${name}}</key>\n${body}`),
      filter: filterFor(place.token, '<key>', snippet.label),
      sort: `0${String(index).padStart(5, '0')}`,
      detail: snippet.detail,
      documentation: () => snippet.documentation,
    };
  });
}

/** Keys that tell what an Info.plist is for; with one of them the others follow. */
const FIRST_KEYS: readonly (readonly [key: string, value: string, detail: string])[] = [
  ['CFBundlePackageType', '<string>${1|DEXT,KEXT,SYSX,APPL|}</string>', 'what kind of bundle this is'],
  ['NetworkExtension', '<dict>\n\t$1\n</dict>', 'network extension'],
  ['NSEndpointSecurityMachServiceName', '<string>$1</string>', 'endpoint-security extension'],
  ['CMIOExtension', '<dict>\n\t$1\n</dict>', 'camera extension'],
];

/** In an Info.plist that nothing tells the kind of yet, who starts with an empty dictionary is shown where to begin. */
function firstKeys(place: KeyPlace): Proposal[] {
  const { document, dict } = place;
  const isStart =
    document.kind.kind === 'plist' && document.kind.by === 'detected' && dict.parent === undefined;
  if (!isStart || !/Info\.plist$/i.test(document.uri)) return [];
  return FIRST_KEYS.map(([key, value, detail], index) => ({
    label: key,
    kind: CompletionItemKind.Property,
    snippet: place.contentOnly ? literal(escapeText(key)) : keySnippet(place, key, value),
    filter: place.contentOnly ? escapeText(key) : filterFor(place.token, '<key>', key),
    sort: `1${String(index).padStart(5, '0')}`,
    detail,
  }));
}

/** Keys that are names of a table: kext libraries in OSBundleLibraries. */
function tableKeys(place: KeyPlace, evaluation: Evaluation | undefined): Proposal[] {
  const names = evaluation?.schemasFor(place.dict).map(({ propertyNames }) => propertyNames) ?? [];
  const table = names.find((schema) => typeof schema === 'object' && schema.table !== undefined);
  if (typeof table !== 'object' || !table.table) return [];
  return tableEntries(table.table).map((entry, index) => {
    const key = String(entry.value);
    const schemas = evaluation?.schemasForKey(place.dict, key) ?? [];
    const version = entry.compatibleVersion;
    const value = version ? `<string>\${1:${literal(version)}}</string>` : valueSnippet(schemas);
    const deprecated = entry.deprecated !== undefined;
    return {
      ...keyProposal(
        place,
        key,
        schemas,
        false,
        `${deprecated ? '9' : '1'}${String(index).padStart(5, '0')}`,
      ),
      ...(place.contentOnly ? {} : { snippet: keySnippet(place, key, value) }),
      detail: entry.title,
      documentation: () => entryWords(entry),
      deprecated,
    };
  });
}

function keyProposal(
  place: KeyPlace,
  key: string,
  schemas: readonly SchemaObject[],
  required: boolean,
  sort: string,
): Proposal {
  const { value, types, deprecated } = wordsOf(schemas);
  return {
    label: key,
    kind: CompletionItemKind.Property,
    snippet: place.contentOnly ? literal(escapeText(key)) : keySnippet(place, key, value),
    filter: place.contentOnly ? escapeText(key) : filterFor(place.token, '<key>', key),
    sort,
    detail: [required ? 'required' : undefined, types].filter(Boolean).join(' · ') || undefined,
    documentation: () => describeKey(key, schemas, { heading: false, required }),
    deprecated,
    suggestAgain: !place.contentOnly && !place.valueFollows && /\$1\b|\$\{1/.test(value),
  };
}

interface SchemaWords {
  readonly value: string;
  readonly types: string;
  readonly deprecated: boolean;
}

const known = new WeakMap<readonly SchemaObject[], SchemaWords>();

/** What a list of a hundred keys says of each: the schemas of a key are the same array at every keystroke. */
function wordsOf(schemas: readonly SchemaObject[]): SchemaWords {
  let words = known.get(schemas);
  if (!words) {
    words = {
      value: valueSnippet(schemas),
      types: typeWords(schemas),
      deprecated: isDeprecated(schemas),
    };
    known.set(schemas, words);
  }
  return words;
}

function keySnippet(place: KeyPlace, key: string, value: string): string {
  const element = `<key>${literal(escapeText(key))}</key>`;
  return framed(place, place.valueFollows ? element : `${element}\n${value}`);
}

/** In `<dict>|</dict>` the tags move to lines of their own. */
function framed(place: KeyPlace, snippet: string): string {
  const { dict, token, document } = place;
  const between = document.text.slice(dict.openEnd, dict.closeStart);
  const closed = document.text.startsWith('</dict', dict.closeStart);
  const alone = closed && token.start >= dict.openEnd && !/[\r\n]/.test(between) && between.trim() === '';
  if (!alone) return snippet;
  return `\n\t${snippet.replaceAll('\n', '\n\t')}\n`;
}

/** A key that no schema names: `<key></key>` alone, last. Where nothing is known of the dictionary it is all. */
function anyKey(place: KeyPlace, evaluation: Evaluation | undefined): Proposal {
  const schemas = evaluation?.schemasForKey(place.dict, '') ?? [];
  const value = namesType(schemas)
    ? valueSnippet(schemas).replace(/\$1|\$\{1/g, (mark) => mark.replace('1', '2'))
    : '';
  const element = '<key>$1</key>';
  return {
    label: 'key',
    kind: CompletionItemKind.Snippet,
    snippet: framed(place, place.valueFollows ? element : `${element}\n${value || '<string>$2</string>'}`),
    filter: place.token.typed.startsWith('<') ? '<key>' : 'key',
    sort: '8',
    detail: 'a key of your own',
    documentation: () => annotation(schemas, 'markdownDescription'),
  };
}

export function typeWords(schemas: readonly SchemaObject[]): string {
  if (!namesType(schemas)) return '';
  const types: readonly PlistType[] = allowedTypes(schemas);
  return types.join(' or ');
}
