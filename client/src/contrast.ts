/** Pages of ours in VS Code's Markdown preview, readable in every theme. */
import * as vscode from 'vscode';

/**
 * The preview colours code in the light high-contrast theme as in the dark ones, pale on white: code goes without
 * colours there.
 */
export function readable(markdown: string): string {
  const { kind } = vscode.window.activeColorTheme;
  if (kind !== vscode.ColorThemeKind.HighContrastLight) return markdown;
  return markdown.replace(/^([ \t]*```)[\w-]+$/gm, '$1');
}
