/** Answers what the editor asks about conversion and new bundles. Nothing is written here: the client writes. */
import { optionProblems } from '../convert/plan.ts';
import { CONVERT_TARGETS, type IntoPlan } from '../convert/types.ts';
import type { PlistTree } from '../plist/types.ts';
import type { PlistValue } from '../plist/value.ts';
import {
  type BundleWithPage,
  convertPlan,
  newBundleFiles,
  projectApps,
  shownFamilies,
  treeOfBytes,
} from '../service/conversion.ts';
import { suggestionsFor } from '../service/matching/add.ts';
import { bundleName } from '../service/matching/personalities.ts';
import {
  CHECK_NAMES_REQUEST,
  type CheckNamesParams,
  CONVERT_REQUEST,
  type ConvertAnswer,
  type ConvertParams,
  FAMILIES_REQUEST,
  HOST_APPS_REQUEST,
  type HostAppsAnswer,
  type HostAppsParams,
  NEW_BUNDLE_REQUEST,
  type NewBundleAnswer,
  type NewBundleParams,
  type ShownInto,
} from './convertMessages.ts';
import type { FeatureContext } from './features.ts';
import { guarded } from './guard.ts';
import type { RegistryStore } from './registry.ts';

/** Registers every request about conversion. */
export function registerConversion(context: FeatureContext, registry: RegistryStore): void {
  const { connection, documentFor } = context;
  const failed = {
    ok: false as const,
    problems: ['Something went wrong; the output of Driver Plist says what.'],
  };

  const treeFor = async ({ uri, base64 }: ConvertParams): Promise<PlistTree | undefined> => {
    const open = await documentFor(uri);
    if (open) return open.tree;
    if (base64 === undefined) return undefined;
    return treeOfBytes(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
  };
  connection.onRequest<ConvertAnswer, void>(
    CONVERT_REQUEST,
    guarded(context, CONVERT_REQUEST, failed, async (params: ConvertParams): Promise<ConvertAnswer> => {
      const tree = typeof params?.uri === 'string' ? await treeFor(params) : undefined;
      if (!tree) return { ok: false, problems: ['The file is no property list that can be read.'] };
      const { target, bundleId, className, team, family, personalities: asked, into } = params;
      if (!CONVERT_TARGETS.includes(target))
        return { ok: false, problems: [`The target must be one of ${CONVERT_TARGETS.join(', ')}.`] };
      const source = bundleName(params.uri);
      const options = { target, bundleId, className, team, family, personalities: asked, source, into };
      const result = convertPlan(tree, options);
      if (!result.ok) return result;
      const { plan, markdown } = result;
      const personalities = plan.personalities.map(({ name, outcome, userClass, why }) => ({
        name,
        outcome,
        userClass: userClass ?? null,
        why,
      }));
      const { name, files, questions } = plan;
      return {
        ok: true,
        plan: {
          target,
          name,
          bundleId: plan.bundleId,
          personalities,
          files,
          refused: plan.refused ?? null,
          questions,
          into: shownInto(plan.into),
          markdown,
        },
      };
    }),
  );
  connection.onRequest<HostAppsAnswer, void>(
    HOST_APPS_REQUEST,
    guarded(
      context,
      HOST_APPS_REQUEST,
      { problem: failed.problems[0] ?? '' } as HostAppsAnswer,
      (params: HostAppsParams): HostAppsAnswer => projectApps(params),
    ),
  );
  connection.onRequest(
    CHECK_NAMES_REQUEST,
    guarded(context, CHECK_NAMES_REQUEST, [] as string[], (params: CheckNamesParams) => {
      const { target = 'codeless-dext', bundleId, className, team } = params ?? {};
      return optionProblems({ target, bundleId, className, team });
    }),
  );
  connection.onRequest(FAMILIES_REQUEST, guarded(context, FAMILIES_REQUEST, [], shownFamilies));
  connection.onRequest<NewBundleAnswer, void>(
    NEW_BUNDLE_REQUEST,
    guarded(context, NEW_BUNDLE_REQUEST, failed, (params: NewBundleParams): NewBundleAnswer => {
      const made = newBundleFor(params, registry);
      return made.ok ? { ...made, into: shownInto(made.into) } : made;
    }),
  );
}

function shownInto(into: IntoPlan | undefined): ShownInto | null {
  if (!into) return null;
  const changes = into.changes.map(({ path, edits }) => ({ path, edits }));
  return { refused: into.refused ?? null, app: into.app ?? null, changes };
}

function newBundleFor(params: NewBundleParams, registry: RegistryStore): BundleWithPage {
  const { family, bundleId, className, team, into, device, suggestion } = params;
  const options = { family, bundleId, className, team, into };
  if (device === undefined) {
    const match = new Map(
      Object.entries(params.match ?? {}).map(([key, value]): [string, PlistValue] => [
        key,
        typeof value === 'number' ? BigInt(Math.trunc(value)) : value,
      ]),
    );
    return newBundleFiles({ ...options, provider: params.provider, match });
  }
  const dump = registry.current()?.registry;
  const node = dump?.nodes[device];
  const chosen = node && suggestionsFor(node, dump.context)[suggestion ?? 0];
  if (!chosen) return { ok: false, problems: ['The device is not in the registry dump any more.'] };
  const { IOProviderClass: provider, ...keys } = Object.fromEntries(chosen.keys);
  return newBundleFiles({
    ...options,
    provider: typeof provider === 'string' ? provider : undefined,
    match: new Map(Object.entries(keys)),
  });
}
