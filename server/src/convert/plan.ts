/** The entry of the layer: a kext's Info.plist and options in, a plan of what becomes of it out. */
import type { PlistNode, PlistTree } from '../plist/types.ts';
import { type KextFacts, stringOf } from './classify.ts';
import { familyProblem, planDext } from './dextPlan.ts';
import { FAMILIES, familyById, kernelClass, kernelClasses } from './families.ts';
import { planCodelessKext } from './kextPlan.ts';
import { bundleIdProblem, classNameProblem, teamProblem } from './names.ts';
import { listPersonalities } from './personalityList.ts';
import type { ConvertOptions, PlanResult } from './types.ts';

/**
 * Plans the conversion of the kext that a property list describes. Pure; never throws, whatever the tree and the
 * options. Unusable input or options give problems; a kext of which nothing can be converted gives a plan without
 * files that says why (`refused`).
 */
export function planConversion(tree: PlistTree, options: ConvertOptions): PlanResult {
  const problems = optionProblems(options);
  const { root } = tree;
  const damage = tree.errors.find(({ severity }) => severity === 'error');
  if (damage) {
    const line = tree.text.slice(0, damage.start).split(/\r\n?|\n/).length;
    problems.push(`The property list is damaged at line ${line}: ${damage.message} Repair it first.`);
  } else if (root?.kind !== 'dict') {
    problems.push('It holds no dictionary, so that it is no Info.plist.');
  } else if (isDext(root)) {
    problems.push(
      'It is the Info.plist of a dext already (CFBundlePackageType DEXT, or personalities with IOUserServerName).',
    );
  }
  if (problems.length > 0 || root?.kind !== 'dict') return { ok: false, problems };
  const unknown = unknownPersonalities(root, options.personalities);
  if (unknown !== undefined) return { ok: false, problems: [unknown] };
  const kext = kextFacts(root);
  if (options.target === 'codeless-kext') return { ok: true, plan: planCodelessKext(root, kext, options) };
  const family = options.family === undefined ? undefined : familyProblem(options.family, root, kext);
  if (family !== undefined) return { ok: false, problems: [family] };
  return { ok: true, plan: planDext(root, kext, options) };
}

/** What is wrong with the options, each in a sentence. */
export function optionProblems(options: ConvertOptions): string[] {
  const { target, bundleId, className, team, family } = options;
  const problems: (string | undefined)[] = [];
  if (bundleId !== undefined) problems.push(bundleIdProblem(bundleId, target === 'codeless-dext' ? 3 : 2));
  if (team !== undefined) problems.push(teamProblem(team));
  if (className !== undefined) {
    if (target === 'codeless-dext') problems.push(classNameProblem(className));
    else if (!kernelClass(className)) {
      const known = kernelClasses()
        .map(({ value }) => value)
        .join(', ');
      problems.push(
        `For a codeless kext the class is one of Apple’s kernel: ${known}. ${JSON.stringify(className.slice(0, 80))} is none of them.`,
      );
    }
  }
  if (family !== undefined && !familyById(family)) {
    const ids = FAMILIES.map(({ value }) => value).join(', ');
    problems.push(`There is no family ${JSON.stringify(family.slice(0, 80))}. Families: ${ids}.`);
  }
  return problems.filter((problem) => problem !== undefined);
}

/** A name that no personality has, or no name at all: said rather than passed over. */
function unknownPersonalities(root: PlistNode, asked: readonly string[] | undefined): string | undefined {
  if (asked === undefined) return undefined;
  const names = listPersonalities(root).map(({ name }) => name);
  const strange = asked.find((name) => !names.includes(name));
  if (strange === undefined && asked.length > 0) return undefined;
  const shown = names.slice(0, 20).map((name) => JSON.stringify(name.slice(0, 80)));
  const has = names.length === 0 ? 'none' : shown.join(', ') + (names.length > 20 ? ' …' : '');
  return strange === undefined
    ? 'No personality was chosen.'
    : `There is no personality ${JSON.stringify(strange.slice(0, 80))}. The kext has ${has}.`;
}

function kextFacts(root: PlistNode): KextFacts {
  const libraries = root.entries
    .filter(({ key }) => /^OSBundleLibraries(_\w+)?$/.test(key.text))
    .flatMap(({ value }) => value?.entries.map(({ key }) => key.text.trim()) ?? []);
  return {
    bundleId: stringOf(root, 'CFBundleIdentifier'),
    // A source file may leave the executable to the build; only a whole kext without it is codeless.
    hasCode:
      stringOf(root, 'CFBundleExecutable') !== undefined ||
      libraries.length > 0 ||
      root.get('CFBundlePackageType') === undefined,
    libraries,
  };
}

function isDext(root: PlistNode): boolean {
  if (stringOf(root, 'CFBundlePackageType') === 'DEXT') return true;
  const listed = listPersonalities(root);
  return listed.length > 0 && listed.every(({ node }) => node.get('IOUserServerName') !== undefined);
}
