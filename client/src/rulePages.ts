/**
 * The pages of rules inside the editor, without a network. A finding links to `driver-plist-rule:/group/name.md`,
 * which the editor opens without asking anybody; the text comes from the server and is shown rendered.
 */
import * as vscode from 'vscode';
import type {
  RULE_PAGE_REQUEST,
  RULES_REQUEST,
  RuleName,
  RulePageParams,
} from '../../server/src/lsp/ruleMessages.ts';
import { readable } from './contrast.ts';
import type { Session } from './session.ts';

const RULES: typeof RULES_REQUEST = 'driverPlist/rules';
const RULE_PAGE: typeof RULE_PAGE_REQUEST = 'driverPlist/rulePage';

const SCHEME = 'driver-plist-rule';
/** The link that the server puts behind a finding's rule. */
export const RULE_PAGE_TEMPLATE = `${SCHEME}:/{rule}.md`;

/** VS Code's own editor that shows Markdown rendered. */
const PREVIEW = 'vscode.markdown.preview.editor';

/** The command and the pages themselves. */
export function registerRulePages(session: Session): vscode.Disposable {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  return vscode.Disposable.from(
    changed,
    vscode.window.onDidChangeActiveColorTheme(() => {
      for (const { uri } of vscode.workspace.textDocuments) if (uri.scheme === SCHEME) changed.fire(uri);
    }),
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      onDidChange: changed.event,
      async provideTextDocumentContent(uri, token) {
        const rule = ruleOf(uri);
        const params: RulePageParams = { rule };
        const page = await session.request<string | null>(RULE_PAGE, params, token);
        return readable(page ?? vscode.l10n.t('There is no rule {0}.', rule));
      },
    }),
    vscode.window.onDidChangeActiveTextEditor((editor) => {
      if (editor?.document.uri.scheme === SCHEME) void showRendered(editor);
    }),
    vscode.commands.registerCommand('driverPlist.explainRule', (rule?: unknown) => explain(session, rule)),
  );
}

/** The id of the rule that a page is about. */
function ruleOf(uri: vscode.Uri): string {
  return uri.path.replace(/^\//, '').replace(/\.md$/, '');
}

/** A link opens the source of the page: puts the rendered page in its place. */
async function showRendered({ document: { uri }, viewColumn }: vscode.TextEditor): Promise<void> {
  const source = vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === uri.toString());
  await vscode.commands.executeCommand('vscode.openWith', uri, PREVIEW, { viewColumn, preview: true });
  await vscode.window.tabGroups.close(source, true);
}

/** Shows the page of a rule; without one asks, the rules at the cursor first. */
async function explain(session: Session, rule: unknown): Promise<void> {
  const id = typeof rule === 'string' ? rule : await pickRule(session);
  if (id === undefined) return;
  const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${id}.md` });
  await vscode.commands.executeCommand('vscode.openWith', uri, PREVIEW, vscode.ViewColumn.Active);
}

async function pickRule(session: Session): Promise<string | undefined> {
  const here = rulesAtCursor();
  const items = session.request<RuleName[]>(RULES, null).then((rules) => {
    const item = ({ id, title, severity }: RuleName): vscode.QuickPickItem => ({
      label: id,
      description: title,
      iconPath: new vscode.ThemeIcon(iconOf(severity)),
    });
    const near = rules.filter(({ id }) => here.has(id));
    if (near.length === 0) return rules.map(item);
    const rest = rules.filter(({ id }) => !here.has(id));
    return [
      separator(vscode.l10n.t('At the cursor')),
      ...near.map(item),
      separator(vscode.l10n.t('All rules')),
      ...rest.map(item),
    ];
  });
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Explain Rule'),
    placeHolder: vscode.l10n.t('Which rule?'),
    matchOnDescription: true,
  });
  return picked?.label;
}

function separator(label: string): vscode.QuickPickItem {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

function iconOf(severity: RuleName['severity']): string {
  if (severity === 'error' || severity === 'warning') return severity;
  return severity === 'information' ? 'info' : 'lightbulb';
}

/** Rules of the findings on the cursor's line. */
function rulesAtCursor(): ReadonlySet<string> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return new Set();
  const { line } = editor.selection.active;
  const found = vscode.languages
    .getDiagnostics(editor.document.uri)
    .filter(
      ({ source, range }) => source === 'driver-plist' && range.start.line <= line && line <= range.end.line,
    )
    .map(({ code }) => String(typeof code === 'object' ? code.value : code));
  return new Set(found);
}
