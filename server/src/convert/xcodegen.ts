/** The same project as `project.yml`, for XcodeGen. */
import { appSettings, driverSettings, projectSettings } from './pbxproj.ts';
import { appTarget, type DextProject, driverTarget } from './project.ts';

export function xcodeGenFile(project: DextProject): string {
  const driver = driverTarget(project);
  const app = appTarget(project);
  const settings = (values: Record<string, string>, indent: string) =>
    Object.entries(values).map(([key, value]) => `${indent}${key}: ${scalar(value)}`);
  return [
    '# xcodegen generate writes the Xcode project anew from this file.',
    `name: ${scalar(project.name)}`,
    'options:',
    '  deploymentTarget:',
    `    macOS: ${scalar(project.minimum.macOS)}`,
    'settings:',
    '  base:',
    ...settings(projectSettings(project), '    '),
    'targets:',
    `  ${driver}:`,
    '    type: driver-extension',
    '    platform: macOS',
    '    sources:',
    `      - path: ${driver}`,
    '    settings:',
    '      base:',
    ...settings(driverSettings(project), '        '),
    '    dependencies:',
    ...project.frameworks.map((name) => `      - sdk: ${name}.framework`),
    `  ${app}:`,
    '    type: application',
    '    platform: macOS',
    '    sources:',
    `      - path: ${app}`,
    '    settings:',
    '      base:',
    ...settings(appSettings(project), '        '),
    '    dependencies:',
    '      # Goes into Contents/Library/SystemExtensions.',
    `      - target: ${driver}`,
    '        embed: true',
    '        link: false',
    '',
  ].join('\n');
}

/** A double-quoted YAML scalar: the settings `YES` and `1.0` are text. */
function scalar(text: string): string {
  return JSON.stringify(text);
}
