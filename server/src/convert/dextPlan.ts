/** The plan of a dext out of a kext's Info.plist. */
import type { PlistNode } from '../plist/types.ts';
import { classify, type KextFacts, stringOf, type Verdict } from './classify.ts';
import { dextFiles } from './dextFiles.ts';
import { dextInfo, projectVersions } from './dextInfo.ts';
import { dextPersonality } from './dextPersonality.ts';
import { appEntitlements, dextEntitlements, type EntitledPersonality, matchOf } from './entitlements.ts';
import { type Family, familiesFor } from './families.ts';
import { hostWarnings, idBelowHost, openProject, placeProject } from './intoProject.ts';
import { classNameFrom, dextIds, nameFromPlace, ownBundleId, projectName } from './names.ts';
import { NO_XML, readableName } from './output.ts';
import { isAskedFor, type ListedPersonality, listPersonalities, NOT_ASKED } from './personalityList.ts';
import { higher } from './project.ts';
import { leftOutList } from './readme.ts';
import { shortReasons, withoutPersonality } from './refusal.ts';
import type { DextClass } from './sources.ts';
import type {
  ConvertOptions,
  ConvertPlan,
  KeyChanges,
  OutEntry,
  PersonalityPlan,
  Question,
} from './types.ts';

/** Host apps in SwiftUI need macOS 11, whose DriverKit is 20. */
const LEAST = { macOS: '11.0', DriverKit: '20.0' };

export function planDext(root: PlistNode, kext: KextFacts, options: ConvertOptions): ConvertPlan {
  const listed = listPersonalities(root);
  const verdicts = listed.map(({ name, node }) => {
    const verdict = classify(node, kext, options.family);
    return isAskedFor(name, options.personalities) ? verdict : notAsked(verdict);
  });
  const name = bundleName(root, kext, options, verdicts);
  const opened = options.into && openProject(options.into);
  const below = opened && 'model' in opened ? idBelowHost(opened, name) : undefined;
  const ids = dextIds(options.bundleId ?? below, kext.bundleId, name);
  const classes = new ClassNames(name, options.className, verdicts);
  const plans: PersonalityPlan[] = [];
  const entries: OutEntry[] = [];
  const entitled: EntitledPersonality[] = [];
  const names = new Set<string>();

  listed.forEach((one, i) => {
    const verdict = verdicts[i]!;
    if (verdict.outcome === 'stays-kext' || !verdict.family) {
      plans.push(stayingPlan(one, verdict));
      return;
    }
    const userClass = classes.nameFor(verdict);
    const made = dextPersonality(one.node, verdict, userClass, () => classes.userClientFor(userClass));
    const writtenAs = readableName(one.name, NO_XML, names);
    entries.push({ key: writtenAs, value: { dict: made.entries }, source: one.key });
    entitled.push({ provider: verdict.dextProvider!, family: verdict.family, match: matchOf(one.node) });
    plans.push({
      name: one.name,
      ...(writtenAs === one.name ? {} : { writtenAs }),
      outcome: verdict.outcome,
      why: verdict.familyWhy ? `${verdict.why} ${verdict.familyWhy}` : verdict.why,
      userClass,
      superClass: verdict.family.baseClass,
      family: verdict.family.value,
      otherFamilies: verdict.others.map(({ value }) => value),
      methods: verdict.outcome === 'needs-code' ? verdict.family.methods : [],
      kept: made.kept,
      changed: made.changed,
      dropped: made.dropped,
      added: made.added,
      warnings: made.warnings,
    });
  });

  const ledger = dextInfo(root, `This driver lets your Mac use the devices of ${name}.`);
  const topLevel: KeyChanges = {
    kept: ledger.kept,
    changed: ledger.changed,
    dropped: ledger.dropped,
    added: ledger.added,
  };
  const plan = {
    source: options.source ?? 'Info.plist',
    target: options.target,
    name,
    bundleId: ids.dext,
    personalities: plans,
    topLevel,
    questions: familyQuestions(verdicts),
  };
  if (entries.length === 0) return { ...plan, files: [], refused: refusal(root, plans), warnings: [] };

  const { entitlements, warnings } = dextEntitlements(entitled);
  const families = entitled.map(({ family }) => family);
  const userClients = classes.all().some(({ userClient }) => userClient !== undefined);
  const staying = plans.filter(({ outcome }) => outcome === 'stays-kext');
  const open = userClients && !entitlements.has('com.apple.developer.driverkit.allow-any-userclient-access');
  const placed = placeProject(
    {
      name,
      dextId: ids.dext,
      appId: ids.app,
      team: options.team,
      marketingVersion: projectVersions(root).marketing,
      currentVersion: projectVersions(root).current,
      minimum: minimumOf(families),
      frameworks: frameworksOf(families),
      classes: classes.all(),
      info: [
        ...ledger.entries,
        { key: 'IOKitPersonalities', value: { dict: entries }, source: root.keyNode('IOKitPersonalities') },
      ],
      entitlements,
      appEntitlements: appEntitlements(open ? [ids.dext] : []),
      notes: [
        ...(staying.length > 0 ? [stayingNote(staying)] : []),
        ...warnings.map((warning) => `> ${warning}`),
      ],
      replaces: ownBundleId(kext.bundleId),
      moved:
        staying.length === 0
          ? undefined
          : plans.filter(({ outcome }) => outcome !== 'stays-kext').map((one) => one.name),
    },
    opened,
  );
  const files = dextFiles(placed);
  const own = ids.invented
    ? [
        `The kext’s bundle id cannot be built on, so that ${ids.dext} stands in. Choose your own by --bundle-id.`,
      ]
    : [];
  return {
    ...plan,
    files,
    refused: undefined,
    into: placed.plan,
    warnings: [...own, ...warnings, ...hostWarnings(opened, ids.dext, placed.project)],
  };
}

function notAsked(verdict: Verdict): Verdict {
  return {
    ...verdict,
    outcome: 'stays-kext',
    why: NOT_ASKED,
    family: undefined,
    others: [],
    familyWhy: undefined,
  };
}

function stayingPlan({ name, node }: ListedPersonality, verdict: Verdict): PersonalityPlan {
  const keys = node.kind === 'dict' ? node.entries.map(({ key }) => key.text) : [];
  return {
    name,
    outcome: 'stays-kext',
    why: node.kind === 'dict' ? verdict.why : 'It is no dictionary: the system reads nothing from it.',
    userClass: undefined,
    superClass: undefined,
    family: undefined,
    otherFamilies: [],
    methods: [],
    kept: [],
    changed: [],
    dropped: [...new Set(keys)].map((key) => ({ key, why: 'The personality stays in the kext.' })),
    added: [],
    warnings: [],
  };
}

function refusal(root: PlistNode, plans: readonly PersonalityPlan[]): string {
  if (plans.length === 0) return withoutPersonality(root, 'a dext');
  return `No personality can go into a dext. ${shortReasons(plans.map(({ why }) => why))}`;
}

function stayingNote(staying: readonly PersonalityPlan[]): string {
  return ['## What stays in the kext', '', ...leftOutList(staying)].join('\n');
}

function familyQuestions(verdicts: readonly Verdict[]): Question[] {
  const questions = new Map<string, Question>();
  for (const { dextProvider, family, others, familyWhy } of verdicts) {
    if (!family || !dextProvider || others.length === 0 || familyWhy === undefined) continue;
    const all = [family, ...others];
    questions.set(`${dextProvider} ${all.map(({ value }) => value).join(' ')}`, {
      about: dextProvider,
      question: `Which family is the driver on ${dextProvider}? ${familyWhy}`,
      taken: family.value,
      choices: all.map(({ value, title, description }) => ({ value, title: `${title}: ${description}` })),
    });
  }
  return [...questions.values()];
}

/** The family asked for, when no personality can have it: said rather than passed over. */
export function familyProblem(family: string, root: PlistNode, kext: KextFacts): string | undefined {
  const providers = new Set(
    listPersonalities(root).flatMap(({ node }) => classify(node, kext, family).dextProvider ?? []),
  );
  if (
    providers.size === 0 ||
    [...providers].some((one) => familiesFor(one).some(({ value }) => value === family))
  )
    return undefined;
  return `No personality matches a nub of the family ${family}: the kext has ${[...providers].join(', ')}.`;
}

function bundleName(
  root: PlistNode,
  kext: KextFacts,
  options: ConvertOptions,
  verdicts: readonly Verdict[],
): string {
  const given = options.bundleId
    ?.split('.')
    .filter((part) => !/^(driver|dext)$/i.test(part))
    .at(-1);
  const literal = (text: string | undefined) =>
    text === undefined || /[$@{]/.test(text) ? '' : projectName(text);
  const candidates = [
    literal(stringOf(root, 'CFBundleName')),
    literal(kext.bundleId?.split('.').at(-1)),
    projectName(given ?? ''),
    projectName(nameFromPlace(options.source ?? '')),
    ...verdicts.map(({ ioClass }) => literal(ioClass)),
  ];
  return candidates.find((name) => name !== '') ?? 'Converted';
}

export function minimumOf(families: readonly Family[]): { macOS: string; DriverKit: string } {
  return families.reduce(
    (least, { minimum }) => ({
      macOS: higher(least.macOS, minimum.macOS),
      DriverKit: higher(least.DriverKit, minimum.DriverKit),
    }),
    LEAST,
  );
}

export function frameworksOf(families: readonly Family[]): string[] {
  return [...new Set(['DriverKit', ...families.map(({ framework }) => framework)])];
}

/** One class for each kernel class and family; names are unique. */
class ClassNames {
  readonly #bundle: string;
  readonly #first: string | undefined;
  readonly #made = new Map<string, DextClass>();
  readonly #taken = new Set<string>();

  constructor(bundle: string, first: string | undefined, verdicts: readonly Verdict[]) {
    this.#bundle = bundle;
    this.#first = first;
    for (const verdict of verdicts) if (verdict.family) this.nameFor(verdict);
  }

  nameFor(verdict: Verdict): string {
    const family = verdict.family!;
    const own = verdict.owner.kind === 'own' ? (verdict.ioClass ?? '') : '';
    const key = `${own} ${family.value} ${verdict.outcome}`;
    const known = this.#made.get(key);
    if (known) return known.name;
    const name = this.#unique(family, own);
    this.#made.set(key, {
      name,
      family,
      needsCode: verdict.outcome === 'needs-code',
      replaces: verdict.ioClass,
      userClient: undefined,
    });
    return name;
  }

  /** Name of the user client of a class, made when the driver turns out to have one. */
  userClientFor(className: string): string {
    const name = this.#free(`${className.slice(0, 50)}UserClient`);
    for (const [key, one] of this.#made) {
      if (one.name !== className) continue;
      if (one.userClient !== undefined) return one.userClient;
      this.#made.set(key, { ...one, needsCode: true, userClient: name });
    }
    this.#taken.add(name.toLowerCase());
    return name;
  }

  all(): DextClass[] {
    return [...this.#made.values()];
  }

  #unique(family: Family, own: string): string {
    const kind = family.baseClass.replace(/^IO(User)?/, '');
    const wanted =
      this.#made.size === 0 && this.#first
        ? this.#first
        : classNameFrom(own) || `${this.#bundle}${kind === 'Service' ? 'Driver' : kind}`;
    const name = this.#free(wanted);
    this.#taken.add(name.toLowerCase());
    return name;
  }

  /** The name, or with a number what is not taken: files of a Mac do not tell capitals apart. */
  #free(wanted: string): string {
    let name = wanted;
    for (let n = 2; this.#taken.has(name.toLowerCase()); n++) name = `${wanted.slice(0, 58)}${n}`;
    return name;
  }
}
