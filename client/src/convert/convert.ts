/** "Convert Kext to …": from a kext or its Info.plist through questions and preview to files. */
import * as vscode from 'vscode';
import type { ConvertParams, ConvertTarget, ShownPlan } from '../../../server/src/lsp/convertMessages.ts';
import { openPlist } from '../active.ts';
import type { Session } from '../session.ts';
import { askForKext } from './kexts.ts';
import { askForProject, type ChosenProject, OWN_PROJECT, openProject, tellRefusal } from './project.ts';
import { askForPlan, problemOf } from './requests.ts';
import { type Answer, askAll, askForOne, askForText, BACK } from './steps.ts';
import { askForFolder, type Reports, writeFiles } from './write.ts';

/** What a caller may settle beforehand; it is not asked for then. */
export interface GivenOptions {
  readonly bundleId?: string;
  readonly className?: string;
  readonly team?: string;
  readonly family?: string;
  /** Names of the personalities to convert; absent: all. */
  readonly personalities?: readonly string[];
  readonly folder?: vscode.Uri;
  /** An `.xcodeproj`’s project.pbxproj, or a project.yml. */
  readonly project?: vscode.Uri;
}

/** @param source a bundle, a folder with an Info.plist, or the property list; default: what is open, else it is asked for */
export async function convertKext(
  session: Session,
  reports: Reports,
  target: ConvertTarget,
  source?: vscode.Uri,
  given: GivenOptions = {},
): Promise<void> {
  const from = source ?? openPlist()?.document.uri ?? (await askForKext(session, titleOf(target)));
  if (from === undefined) return;
  const info = await infoPlistOf(from);
  if (info === undefined) {
    const name = vscode.workspace.asRelativePath(from);
    void vscode.window.showWarningMessage(vscode.l10n.t('{0} has no Info.plist in it.', name));
    return;
  }
  const base64 = isOpen(info) ? undefined : await bytesOf(info);
  const { folder: givenFolder, project: givenProject, ...names } = given;
  const params: ConvertParams = { uri: info.toString(), target, ...(base64 ? { base64 } : {}), ...names };
  const first = await planOrProblems(session, params);
  if (first === undefined) return;
  if (first.refused !== null) return refuse(session, reports, first, info, given);
  const title = titleOf(target);
  const near = outside(info);
  const project = await projectFor(session, { target, near, title, givenFolder, givenProject });
  if (project === undefined) return;
  const into = project === OWN_PROJECT ? {} : { into: project.into };
  const shown = project === OWN_PROJECT ? first : await planOrProblems(session, { ...params, ...into });
  if (shown === undefined) return;
  const options = await askForNames(session, shown, given);
  if (options === undefined) return;
  const plan = await planOrProblems(session, { ...params, ...into, ...options });
  if (plan === undefined) return;
  if (plan.refused !== null) return refuse(session, reports, plan, info, given);
  const added = project !== OWN_PROJECT && !tellRefusal(project, plan.into) ? project : undefined;
  const folder = added?.folder ?? givenFolder ?? (await askForFolder(plan.name, near));
  if (folder === undefined) return;
  if (isInBundle(folder, info)) {
    const message = vscode.l10n.t('Choose a folder outside of the kext: every file in it belongs to it.');
    void vscode.window.showErrorMessage(message);
    return;
  }
  await reports.show(vscode.l10n.t('Conversion of {0}', plan.name), plan.markdown);
  const reasonOf = (path: string) => reasonFor(plan, path);
  await writeFiles(folder, plan.files, { what: title, reasonOf, added, changes: plan.into });
}

async function projectFor(
  session: Session,
  {
    target,
    near,
    title,
    givenFolder,
    givenProject,
  }: {
    readonly target: ConvertTarget;
    readonly near: vscode.Uri | undefined;
    readonly title: string;
    readonly givenFolder: vscode.Uri | undefined;
    readonly givenProject: vscode.Uri | undefined;
  },
): Promise<ChosenProject | typeof OWN_PROJECT | undefined> {
  if (target !== 'codeless-dext') return OWN_PROJECT;
  if (givenProject) return openProject(session, givenProject, title);
  return givenFolder || !near ? OWN_PROJECT : askForProject(session, near, title);
}

function titleOf(target: ConvertTarget): string {
  return target === 'codeless-dext'
    ? vscode.l10n.t('Convert Kext to Codeless Dext')
    : vscode.l10n.t('Convert Kext to Codeless Kext');
}

/** The outcomes stand beside the Info.plist in the preview, what a file is for beside the others. */
function reasonFor({ personalities }: ShownPlan, path: string): string {
  if (/Driver\/Info\.plist$|Contents\/Info\.plist$/.test(path)) {
    const shown = personalities.slice(0, 3).map(({ name, outcome, why }) => `${name}: ${outcome}. ${why}`);
    return [...shown, ...(personalities.length > 3 ? ['…'] : [])].join(' ');
  }
  if (/\.entitlements$/.test(path)) return vscode.l10n.t('What the personalities need to start');
  if (/\.(?:iig|cpp)$/.test(path)) return vscode.l10n.t('The class of the driver');
  if (/\.swift$/.test(path)) return vscode.l10n.t('The app that carries and activates the driver');
  if (/project\.(?:yml|pbxproj)$/.test(path)) return vscode.l10n.t('The project for Xcode');
  if (/README\.md$/.test(path)) return vscode.l10n.t('What is left for you to do');
  return '';
}

/** Nothing can be converted: the report says why, and the other way is offered where there is one. */
async function refuse(
  session: Session,
  reports: Reports,
  { target, refused, markdown, name }: ShownPlan,
  info: vscode.Uri,
  { personalities }: GivenOptions,
): Promise<void> {
  await reports.show(vscode.l10n.t('Conversion of {0}', name), markdown);
  const other: ConvertTarget = target === 'codeless-dext' ? 'codeless-kext' : 'codeless-dext';
  const offer = titleOf(other);
  const message = vscode.l10n.t('Nothing was converted: {0}', refused ?? '');
  if ((await vscode.window.showWarningMessage(message, offer)) === offer) {
    await convertKext(session, reports, other, info, personalities ? { personalities } : {});
  }
}

async function planOrProblems(session: Session, params: ConvertParams): Promise<ShownPlan | undefined> {
  const answer = await askForPlan(session, params);
  if (answer === undefined) return undefined;
  if (answer.ok) return answer.plan;
  void vscode.window.showErrorMessage(answer.problems.join(' '));
  return undefined;
}

type Names = Pick<ConvertParams, 'bundleId' | 'className' | 'team' | 'family'>;

/** Family, bundle id, class and team, each with its check; undefined when the person left. */
async function askForNames(
  session: Session,
  plan: ShownPlan,
  given: GivenOptions,
): Promise<Names | undefined> {
  const { target } = plan;
  const dext = target === 'codeless-dext';
  const classes = new Set(plan.personalities.flatMap(({ userClass }) => userClass ?? []));
  const families = plan.questions.filter(({ choices }) => choices.length > 1);
  const names: { -readonly [K in keyof Names]: Names[K] } = {};
  const asked = [
    families.length > 0 && given.family === undefined ? 'family' : undefined,
    given.bundleId === undefined ? 'bundleId' : undefined,
    // One name for several classes would be wrong for all but one.
    dext && classes.size === 1 && given.className === undefined ? 'className' : undefined,
    dext && given.team === undefined ? 'team' : undefined,
  ].filter((name) => name !== undefined);
  const title = titleOf(target);
  const place = (name: string) => ({ title, step: asked.indexOf(name) + 1, of: asked.length + 1 });
  const text = async (
    name: 'bundleId' | 'className' | 'team',
    prompt: string,
    value: string,
    optional = false,
  ): Promise<Answer<string>> => {
    const check = async (entered: string) =>
      optional && entered.trim() === '' ? undefined : problemOf(session, { target, [name]: entered.trim() });
    const answer = await askForText({ ...place(name), prompt, value: names[name] ?? value, check });
    if (typeof answer === 'string' && answer.trim() !== '') names[name] = answer.trim();
    else if (typeof answer === 'string') delete names[name];
    return answer;
  };
  const questions: Record<string, () => Promise<Answer<unknown>>> = {
    family: async () => {
      const [question] = families;
      const items = (question?.choices ?? []).map(({ value, title: label }) => ({
        label,
        description: value === question?.taken ? vscode.l10n.t('suggested') : value,
        value,
      }));
      const picked = await askForOne({ ...place('family'), placeholder: question?.question ?? '', items });
      if (picked !== undefined && picked !== BACK) names.family = picked.value;
      return picked;
    },
    bundleId: () =>
      text(
        'bundleId',
        dext
          ? vscode.l10n.t('Bundle id of the dext; the app that carries it gets the id without the last part')
          : vscode.l10n.t('Bundle id of the new kext'),
        plan.bundleId,
      ),
    className: () => text('className', vscode.l10n.t('Class of the driver'), [...classes][0] ?? ''),
    team: () =>
      text(
        'team',
        vscode.l10n.t('Developer team id, ten capital letters and digits; empty to set it in Xcode'),
        '',
        true,
      ),
  };
  const ready = await askAll(asked.map((name) => async () => questions[name]?.()));
  const { bundleId, className, team, family } = given;
  return ready
    ? {
        ...names,
        ...(bundleId ? { bundleId } : {}),
        ...(className ? { className } : {}),
        ...(team ? { team } : {}),
        ...(family ? { family } : {}),
      }
    : undefined;
}

/** The Info.plist of a bundle or folder; a file is taken as it is. */
async function infoPlistOf(source: vscode.Uri): Promise<vscode.Uri | undefined> {
  const kindOf = async (uri: vscode.Uri) => {
    try {
      return (await vscode.workspace.fs.stat(uri)).type;
    } catch {
      return undefined;
    }
  };
  const kind = await kindOf(source);
  if (kind === undefined) return isOpen(source) ? source : undefined;
  if ((kind & vscode.FileType.Directory) === 0) return source;
  for (const place of ['Contents/Info.plist', 'Info.plist']) {
    const uri = vscode.Uri.joinPath(source, place);
    const found = await kindOf(uri);
    if (found !== undefined && (found & vscode.FileType.File) !== 0) return uri;
  }
  return undefined;
}

/** The folder beside the bundle: a new project does not belong into the old bundle. */
function outside(info: vscode.Uri): vscode.Uri | undefined {
  if (info.scheme === 'untitled') return undefined;
  const bundle = /^(.*)\/[^/]+\.kext(?:\/|$)/i.exec(info.path)?.[1];
  return bundle === undefined ? vscode.Uri.joinPath(info, '..') : info.with({ path: bundle || '/' });
}

/** Files in a bundle would break its signature and be installed with it. */
function isInBundle(folder: vscode.Uri, info: vscode.Uri): boolean {
  const bundle = /^.*?\.kext(?=\/)/i.exec(info.path)?.[0];
  return bundle !== undefined && folder.scheme === info.scheme && `${folder.path}/`.startsWith(`${bundle}/`);
}

function isOpen(uri: vscode.Uri): boolean {
  return vscode.workspace.textDocuments.some((document) => document.uri.toString() === uri.toString());
}

async function bytesOf(uri: vscode.Uri): Promise<string> {
  const bytes = await vscode.workspace.fs.readFile(uri);
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
