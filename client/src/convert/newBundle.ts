/** "New Driver Bundle…": family, device, names, then files by preview. */
import * as vscode from 'vscode';
import type {
  NewBundleAnswer,
  NewBundleParams,
  ShownFamily,
} from '../../../server/src/lsp/convertMessages.ts';
import type { RegistryDump } from '../match/registry.ts';
import { askForSuggestions, askForView } from '../match/requests.ts';
import type { Session } from '../session.ts';
import { askForProject, type ChosenProject, OWN_PROJECT, tellRefusal } from './project.ts';
import { askForFamilies, askForNewBundle, problemOf } from './requests.ts';
import { type Answer, askAll, askForOne, askForText, BACK } from './steps.ts';
import { askForFolder, type Reports, writeFiles } from './write.ts';

type Match = Readonly<Record<string, number | string>>;

/** What a nub is matched by at the least, with an example for the input box. */
const MATCH_KEYS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  IOUSBHostDevice: [
    ['idVendor', '0x1209'],
    ['idProduct', '0x0001'],
  ],
  IOUSBHostInterface: [
    ['idVendor', '0x1209'],
    ['idProduct', '0x0001'],
    ['bConfigurationValue', '1'],
    ['bInterfaceNumber', '0'],
  ],
  IOHIDDevice: [
    ['VendorID', '0x1209'],
    ['ProductID', '0x0001'],
  ],
  IOHIDInterface: [
    ['VendorID', '0x1209'],
    ['ProductID', '0x0001'],
  ],
  IOPCIDevice: [['IOPCIPrimaryMatch', '0x00011209']],
};

/**
 * Asks everything, shows what comes of it, writes it. Leaving any question writes nothing.
 *
 * @param near a folder that is offered first
 */
export async function newDriverBundle(
  session: Session,
  dump: RegistryDump,
  reports: Reports,
  near?: vscode.Uri,
): Promise<void> {
  const title = vscode.l10n.t('New Driver Bundle');
  const families = await askForFamilies(session);
  let family: ShownFamily | undefined;
  let device: Pick<NewBundleParams, 'match' | 'provider' | 'device' | 'suggestion'> | undefined;
  const names = { bundleId: 'com.example.MyDriver.driver', className: 'MyDriver', team: '' };
  const text = async (name: keyof typeof names, step: number, prompt: string): Promise<Answer<string>> => {
    const check = async (value: string) =>
      name === 'team' && value.trim() === ''
        ? undefined
        : problemOf(session, { target: 'codeless-dext', [name]: value.trim() });
    const answer = await askForText({ title, step, of: 5, prompt, value: names[name], check });
    if (typeof answer === 'string') names[name] = answer.trim();
    return answer;
  };
  const ready = await askAll([
    async () => {
      const picked = await askForOne({
        title,
        step: 1,
        of: 5,
        placeholder: vscode.l10n.t('What shall the driver be?'),
        items: families.map((one) => ({
          label: one.title,
          description: one.complete ? vscode.l10n.t('{0}, no code needed', one.baseClass) : one.baseClass,
          detail: one.description,
          family: one,
        })),
      });
      if (picked !== undefined && picked !== BACK) family = picked.family;
      return picked;
    },
    async () => {
      const chosen = family && (await askForDevice(session, dump, family, { title, step: 2, of: 5 }));
      if (chosen !== undefined && chosen !== BACK) device = chosen;
      return chosen;
    },
    () => text('className', 3, vscode.l10n.t('Class of the driver')),
    () =>
      text(
        'bundleId',
        4,
        vscode.l10n.t('Bundle id of the dext; the app that carries it gets the id without the last part'),
      ),
    () =>
      text(
        'team',
        5,
        vscode.l10n.t('Developer team id, ten capital letters and digits; empty to set it in Xcode'),
      ),
  ]);
  if (!ready || family === undefined) return;
  const { team, ...needed } = names;
  const params = { family: family.id, ...device, ...needed, ...(team ? { team } : {}) };
  const answer = await askForNewBundle(session, params);
  if (answer === undefined) return;
  if (!answer.ok) {
    void vscode.window.showErrorMessage(answer.problems.join(' '));
    return;
  }
  const place = await askForPlace(session, answer, params, title, near);
  if (place === undefined) return;
  const { folder, made, added } = place;
  await reports.show(vscode.l10n.t('New Driver {0}', made.name), made.markdown);
  await writeFiles(folder, made.files, { what: title, reasonOf: () => '', added, changes: made.into });
}

type Made = Extract<NewBundleAnswer, { readonly ok: true }>;

/** Into a project of the chosen folder, or into a folder of its own. Undefined when the person left. */
async function askForPlace(
  session: Session,
  made: Made,
  params: NewBundleParams,
  title: string,
  near: vscode.Uri | undefined,
): Promise<{ readonly folder: vscode.Uri; readonly made: Made; readonly added?: ChosenProject } | undefined> {
  const folder = await askForFolder(made.name, near);
  if (folder === undefined) return undefined;
  const project = await askForProject(session, vscode.Uri.joinPath(folder, '..'), title);
  if (project === undefined) return undefined;
  if (project === OWN_PROJECT) return { folder, made };
  const again = await askForNewBundle(session, { ...params, into: project.into });
  if (!again?.ok || tellRefusal(project, again.into)) return { folder, made };
  return { folder: project.folder, made: again, added: project };
}

interface At {
  readonly title: string;
  readonly step: number;
  readonly of: number;
}

/** A device of the dump where there is one of the family's nubs, or the values typed in. */
async function askForDevice(
  session: Session,
  dump: RegistryDump,
  { providers }: ShownFamily,
  at: At,
): Promise<Answer<Pick<NewBundleParams, 'match' | 'provider' | 'device' | 'suggestion'>>> {
  const provider = providers[0] ?? '';
  const keys = MATCH_KEYS[provider] ?? [];
  const view = dump.current() === undefined ? null : await askForView(session.client);
  const devices = (view?.groups ?? [])
    .flatMap((group) => group.devices)
    .filter(({ className, canAdd }) => canAdd && providers.includes(className));
  if (devices.length === 0) return askForValues(provider, keys, at);
  const typed = {
    label: `$(edit) ${vscode.l10n.t('Another Device…')}`,
    description: keys.map(([key]) => key).join(', '),
    device: undefined,
  };
  const picked = await askForOne({
    ...at,
    placeholder: vscode.l10n.t('Which device is it for?'),
    items: [
      ...devices.map((device) => ({
        label: device.name,
        description: [device.ids, device.className].filter(Boolean).join(' '),
        device,
      })),
      typed,
    ],
  });
  if (picked === undefined || picked === BACK) return picked;
  if (picked.device === undefined) return askForValues(provider, keys, at);
  const suggestions = await askForSuggestions(session.client, { device: picked.device.index });
  const precision = await askForOne({
    ...at,
    placeholder: vscode.l10n.t('What shall it match?'),
    items: suggestions.map(({ title: label, keys: detail }, index) => ({ label, detail, index })),
  });
  if (precision === undefined || precision === BACK) return precision;
  return { device: picked.device.index, suggestion: precision.index };
}

async function askForValues(
  provider: string,
  keys: readonly (readonly [string, string])[],
  at: At,
): Promise<Answer<Pick<NewBundleParams, 'match' | 'provider'>>> {
  const match: Record<string, number | string> = {};
  const left = await askAll(
    keys.map(([key, example]) => async () => {
      const answer = await askForText({
        ...at,
        prompt: vscode.l10n.t('{0} of the device, decimal or 0x…', key),
        placeholder: example,
        check: async (value) =>
          number(value) === undefined ? vscode.l10n.t('Write a number such as {0}.', example) : undefined,
      });
      if (typeof answer === 'string') {
        match[key] = provider === 'IOPCIDevice' ? answer.trim() : (number(answer) ?? 0);
      }
      return answer;
    }),
  );
  return left ? { match: match as Match, provider } : BACK;
}

/** A whole number of at most 32 bits, decimal or hexadecimal; else undefined. */
function number(text: string): number | undefined {
  if (!/^(?:0[xX][0-9a-fA-F]{1,8}|\d{1,10})$/.test(text.trim())) return undefined;
  const value = Number(text.trim());
  return value <= 0xffffffff ? value : undefined;
}
