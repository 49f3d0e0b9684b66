/** The same project as `project.yml`, for XcodeGen. */
import { appSettings, driverSettings, projectSettings } from './pbxproj.ts';
import { appTarget, type DextProject, driverTarget } from './project.ts';

export function xcodeGenFile(project: DextProject): string {
  return [
    '# xcodegen generate writes the Xcode project anew from this file.',
    `name: ${scalar(project.name)}`,
    'options:',
    '  deploymentTarget:',
    `    macOS: ${scalar(project.minimum.macOS)}`,
    'settings:',
    '  base:',
    ...settingLines(projectSettings(project)).map((line) => `    ${line}`),
    'targets:',
    ...driverLines(project, driverSettings(project), '  ').map((line) => `  ${line}`),
    ...appLines(project, appSettings(project), '  ').map((line) => `  ${line}`),
    '',
  ].join('\n');
}

/** The entry of the dext in `targets`. @param unit one step of indentation */
export function driverLines(
  project: DextProject,
  settings: Readonly<Record<string, string>>,
  unit: string,
): string[] {
  const driver = driverTarget(project);
  return indented(unit, [
    `${driver}:`,
    `>type: driver-extension`,
    `>platform: macOS`,
    `>sources:`,
    `>>- path: ${path(project.base + driver)}`,
    `>settings:`,
    `>>base:`,
    ...settingLines(settings).map((line) => `>>>${line}`),
    `>dependencies:`,
    ...project.frameworks.map((name) => `>>- sdk: ${name}.framework`),
  ]);
}

/** The entry of the host app. */
export function appLines(
  project: DextProject,
  settings: Readonly<Record<string, string>>,
  unit: string,
): string[] {
  const app = appTarget(project);
  return indented(unit, [
    `${app}:`,
    `>type: application`,
    `>platform: macOS`,
    `>sources:`,
    `>>- path: ${path(project.base + app)}`,
    `>settings:`,
    `>>base:`,
    ...settingLines(settings).map((line) => `>>>${line}`),
    `>dependencies:`,
    ...dependencyLines(project, unit).map((line) => `>>${line}`),
  ]);
}

/** The item of an app’s `dependencies` that puts the dext into it. */
export function dependencyLines(project: DextProject, unit: string): string[] {
  // The keys of an item stand under its first.
  const gap = ' '.repeat(Math.max(1, unit.length - 1));
  const under = ' '.repeat(gap.length + 1);
  return [
    '# Goes into Contents/Library/SystemExtensions.',
    `-${gap}target: ${driverTarget(project)}`,
    `${under}embed: true`,
    `${under}link: false`,
  ];
}

/** `>` at the beginning of a line is a step. */
export function indented(unit: string, lines: readonly string[]): string[] {
  return lines.map((line) => {
    const steps = /^>*/.exec(line)?.[0].length ?? 0;
    return unit.repeat(steps) + line.slice(steps);
  });
}

export function settingLines(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).map(([key, value]) => `${key}: ${scalar(value)}`);
}

function path(name: string): string {
  return /^[A-Za-z0-9_][A-Za-z0-9_./-]*$/.test(name) ? name : scalar(name);
}

/** A double-quoted YAML scalar: the settings `YES` and `1.0` are text. */
export function scalar(text: string): string {
  return JSON.stringify(text);
}
