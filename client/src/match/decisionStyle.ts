/** The style sheet of a decision's page: only colours of the theme, borders where a theme of high contrast wants them. */
export const STYLE = `
:root { --line: var(--vscode-contrastBorder, var(--vscode-editorWidget-border, var(--vscode-panel-border))); }
body { color: var(--vscode-editor-foreground); background: var(--vscode-editor-background); font-family: var(--vscode-font-family); font-size: var(--vscode-font-size); line-height: 1.5; }
main { max-width: 64em; padding: 0.5em 0 2em; overflow-wrap: anywhere; }
h1 { font-size: 1.6em; font-weight: 600; margin: 0; }
h2 { font-size: 1.15em; font-weight: 600; margin: 1.6em 0 0.5em; }
h3 { font-size: 1em; font-weight: 600; margin: 0; display: inline; }
p { margin: 0.4em 0; }
header p { margin: 0; }
code { font-family: var(--vscode-editor-font-family); font-size: 0.95em; color: inherit; background: none; padding: 0; }
ol, ul { list-style: none; margin: 0; padding: 0; }
a { color: var(--vscode-textLink-foreground); text-decoration: underline; }
a:hover { color: var(--vscode-textLink-activeForeground); }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--vscode-focusBorder); outline-offset: 2px; }
.quiet, .what { color: var(--vscode-descriptionForeground); }
.path { font-size: 0.9em; }
.read-out { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.patterns { position: absolute; }

.verdict { margin: 1em 0; padding: 0.3em 0.9em; border: 1px solid var(--line); border-inline-start: 6px solid var(--vscode-contrastActiveBorder, var(--vscode-focusBorder)); background: var(--vscode-editorWidget-background); font-size: 1.1em; }
.verdict .mark { display: inline-block; min-width: 1.2em; }

.steps li { display: grid; grid-template-columns: 2.2em 11em minmax(6em, 1fr) 8.5em; gap: 0.1em 0.6em; align-items: center; padding: 0.35em 0; }
.steps .number { grid-row: 1 / span 2; width: 1.9em; height: 1.9em; line-height: 1.9em; border-radius: 50%; border: 1px solid var(--vscode-contrastBorder, var(--vscode-descriptionForeground)); text-align: center; align-self: start; }
.steps .title { font-weight: 600; }
.steps .what { grid-column: 2 / -1; font-size: 0.93em; }
.steps .out { color: var(--vscode-editor-foreground); }
.steps .count { font-variant-numeric: tabular-nums; }

.bar { display: block; width: 100%; height: 1em; border: 1px solid var(--line); box-sizing: border-box; }
.track-line { fill: var(--vscode-editor-background); }
.value { fill: var(--vscode-charts-blue, var(--vscode-editor-foreground)); }
.wins .value { fill: var(--vscode-charts-green, var(--vscode-editor-foreground)); }
.holds .value, .stuck .value { fill: var(--vscode-descriptionForeground); }
.added { fill: url(#added); }
.hatch-ground { fill: var(--vscode-editor-background); }
.hatch-line { fill: var(--vscode-editor-foreground); }
.taken { fill: url(#taken); stroke: var(--vscode-editor-foreground); stroke-dasharray: 3 2; }
.bar .taken { paint-order: stroke; }
.taken-line { fill: var(--vscode-editor-background); stroke: var(--vscode-editor-foreground); }
.best { stroke: var(--vscode-editor-foreground); stroke-width: 2; stroke-dasharray: 3 2; }

.row { border: 1px solid var(--line); border-inline-start-width: 4px; margin: 0.6em 0; padding: 0.5em 0.9em; }
.row.wins { border-color: var(--vscode-contrastActiveBorder, var(--vscode-testing-iconPassed)); border-inline-start: 8px double var(--vscode-contrastActiveBorder, var(--vscode-testing-iconPassed)); }
.row.stuck { border-color: var(--vscode-contrastActiveBorder, var(--vscode-editorWarning-foreground)); }
.row.misses, .row.holds { border-style: dashed; }
.head { display: flex; flex-wrap: wrap; gap: 0.1em 0.8em; align-items: baseline; }
.head a { margin-inline-start: auto; white-space: nowrap; }
.outcome { min-width: 5em; }
.wins .outcome { font-weight: 600; }
.tag { border: 1px solid currentColor; border-radius: 0.7em; padding: 0 0.5em; font-size: 0.88em; white-space: nowrap; }
.scored { display: flex; gap: 0.8em; align-items: center; margin: 0.5em 0 0.2em; }
.score { font-variant-numeric: tabular-nums; font-weight: 600; min-width: 4.5em; text-align: end; }
.parts { display: flex; flex-wrap: wrap; gap: 0 1.4em; font-size: 0.93em; }
.swatch { width: 0.9em; height: 0.9em; margin-inline-end: 0.4em; border: 1px solid var(--line); vertical-align: -0.1em; }
.points { font-variant-numeric: tabular-nums; }
.gap { font-style: italic; }
.advice { list-style: disc; margin: 0.3em 0; padding-inline-start: 1.4em; }

.track { display: flex; flex-wrap: wrap; gap: 0.35em 1.1em; margin: 0.5em 0; }
.track li { position: relative; border: 1px solid var(--line); border-radius: 3px; padding: 0 0.5em; }
.track li:not(:last-child)::after { content: '›'; content: '›' / ''; position: absolute; inset-inline-end: -0.78em; color: var(--vscode-editor-foreground); }
.track .no { border: 2px solid var(--vscode-errorForeground); }
.track .unknown { border-style: dotted; border-width: 2px; }
.track .unreached { border-style: dashed; color: var(--vscode-descriptionForeground); }

details { margin: 0.3em 0 0; }
summary { cursor: pointer; padding: 0.1em 0.2em; width: fit-content; }
.wide { overflow-x: auto; }
.wide:focus-visible { outline: 2px solid var(--vscode-focusBorder); }
table { border-collapse: collapse; width: 100%; margin: 0.5em 0; overflow-wrap: break-word; }
th, td { border: 1px solid var(--line); padding: 0.2em 0.5em; text-align: start; vertical-align: top; font-weight: normal; }
thead th { font-weight: 600; }
thead th, td:first-child { white-space: nowrap; }
tbody th { white-space: nowrap; }
td:last-child { min-width: 14em; }
.holds-no td:first-child { font-weight: 600; }

@media (max-width: 560px) {
  .steps li { grid-template-columns: 2.2em minmax(4em, 1fr) auto; }
  .steps .title { grid-column: 2 / -1; }
  .steps .number { grid-row: 1 / span 3; }
  .steps .bar { grid-column: 2; }
}
@media (forced-colors: active) {
  .bar, .row, .swatch, .tag, .track li, th, td { border-color: CanvasText; }
  .bar, .swatch { forced-color-adjust: none; }
  .track-line, .hatch-ground, .taken-line { fill: Canvas; }
  .value, .wins .value, .holds .value, .stuck .value, .hatch-line { fill: CanvasText; }
  .best, .taken, .taken-line { stroke: CanvasText; }
}
`;
