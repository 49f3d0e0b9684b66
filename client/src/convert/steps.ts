/** Questions one after the other, with a way back. */
import * as vscode from 'vscode';

/** The person went one question back. */
export const BACK = Symbol('back');
export type Answer<T> = T | typeof BACK | undefined;

/** Where a question stands: `2/4` beside the title, and a button back behind the first. */
export interface Place {
  readonly title: string;
  readonly step: number;
  readonly of: number;
}

/**
 * Asks questions in their order; a question that answers {@link BACK} leads to the one before. False when the person
 * left. A question may answer without asking; then the way back goes past it.
 */
export async function askAll(
  questions: readonly ((back: boolean) => Promise<Answer<unknown>>)[],
): Promise<boolean> {
  let at = 0;
  let backwards = false;
  while (at < questions.length) {
    const question = questions[at];
    const answer: Answer<unknown> = await question?.(backwards);
    if (answer === undefined) return false;
    backwards = answer === BACK;
    at = backwards ? at - 1 : at + 1;
    if (at < 0) return false;
  }
  return true;
}

export interface InputOptions extends Place {
  readonly prompt: string;
  readonly value?: string;
  readonly placeholder?: string;
  /** What is wrong, a sentence; undefined when nothing is. Told while a person types. */
  readonly check: (value: string) => Promise<string | undefined>;
}

/** Pause after a key before the text is looked at, in milliseconds. */
const DELAY = 150;

/** A line of text that is checked; Enter takes it only when nothing is wrong. */
export function askForText(options: InputOptions): Promise<Answer<string>> {
  const box = vscode.window.createInputBox();
  box.title = options.title;
  box.step = options.step;
  box.totalSteps = options.of;
  box.prompt = options.prompt;
  box.value = options.value ?? '';
  box.placeholder = options.placeholder;
  box.ignoreFocusOut = true;
  if (options.step > 1) box.buttons = [vscode.QuickInputButtons.Back];
  return new Promise((resolve) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const finish = (answer: Answer<string>): void => {
      clearTimeout(timer);
      resolve(answer);
      box.dispose();
    };
    const look = async (): Promise<boolean> => {
      const { value } = box;
      const problem = await options.check(value);
      if (box.value === value) box.validationMessage = problem;
      return problem === undefined && box.value === value;
    };
    box.onDidChangeValue(() => {
      box.validationMessage = undefined;
      clearTimeout(timer);
      timer = setTimeout(look, DELAY);
    });
    box.onDidAccept(async () => {
      const { value } = box;
      if (await look()) finish(value);
    });
    box.onDidTriggerButton(() => finish(BACK));
    box.onDidHide(() => finish(undefined));
    box.show();
  });
}

export interface PickOptions<T extends vscode.QuickPickItem> extends Place {
  readonly placeholder: string;
  readonly items: readonly T[];
}

/** One of several. */
export function askForOne<T extends vscode.QuickPickItem>(options: PickOptions<T>): Promise<Answer<T>> {
  const pick = vscode.window.createQuickPick<T>();
  pick.title = options.title;
  pick.step = options.step;
  pick.totalSteps = options.of;
  pick.placeholder = options.placeholder;
  pick.items = options.items;
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.ignoreFocusOut = true;
  if (options.step > 1) pick.buttons = [vscode.QuickInputButtons.Back];
  return new Promise((resolve) => {
    const finish = (answer: Answer<T>): void => {
      resolve(answer);
      pick.dispose();
    };
    pick.onDidAccept(() => {
      const [chosen] = pick.selectedItems;
      if (chosen !== undefined) finish(chosen);
    });
    pick.onDidTriggerButton(() => finish(BACK));
    pick.onDidHide(() => finish(undefined));
    pick.show();
  });
}
