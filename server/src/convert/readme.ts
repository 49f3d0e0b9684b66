/** The README of a new dext project: what only a person can do. */

import { appTarget, type DextProject, driverSources, driverTarget } from './project.ts';
import type { PersonalityPlan } from './types.ts';

export function dextReadme(project: DextProject): string {
  const driver = driverTarget(project);
  const app = appTarget(project);
  const transport = [...project.entitlements.keys()];
  const written = project.classes.filter(({ needsCode }) => needsCode);
  return [
    `# ${project.name}`,
    '',
    `A DriverKit driver (\`${project.dextId}\`) and the app that installs it (\`${project.appId}\`).`,
    '',
    '| where | what |',
    '| --- | --- |',
    `| \`${driver}/Info.plist\` | which devices the driver matches |`,
    `| \`${driver}/${driver}.entitlements\` | what it may reach |`,
    `| ${driverSources(project)
      .map((name) => `\`${driver}/${name}\``)
      .join(', ')} | the driver’s class${project.classes.length > 1 ? 'es' : ''} |`,
    `| \`${app}/\` | the app that asks the system to install it |`,
    `| \`${project.name}.xcodeproj\` | opens in Xcode |`,
    '| `project.yml` | the same project for XcodeGen; delete it if you do not use that |',
    '',
    ...project.notes.flatMap((note) => [note, '']),
    '## What is left to you',
    '',
    ...numbered([
      ...written.map(
        ({ name, family }) =>
          `Write \`${name}\`, which is derived from ${family.baseClass} (${family.framework}). The methods to write stand in \`${driver}/${name}.iig\`.`,
      ),
      `Ask Apple for the entitlements at <https://developer.apple.com/contact/request/system-extension/>: ${transport.map((key) => `\`${key}\``).join(', ')}. Name the vendor and product ids that stand in the entitlements file: the profile must hold the same values. Until then develop as in step ${written.length + 3}.`,
      `${project.team ? 'Check the team' : 'Choose your team'} in the signing settings of both targets, and register both bundle ids. The driver’s id must begin with the app’s and a dot.`,
      'On a Mac for development: switch System Integrity Protection off in Recovery (`csrutil disable`) to run without the granted entitlements, and say `systemextensionsctl developer on`, so that the app may run outside /Applications. Switch both back afterwards.',
      `Build the scheme \`${app}\`, copy the app to /Applications, open it and choose Install driver.`,
      'Allow the driver: System Settings, General, Login Items & Extensions, Driver Extensions.',
      'See that it runs: `systemextensionsctl list`, `ioreg -l -w0 -c IOUserService`, and the log of `sysextd` and `kernel`.',
      ...(project.replaces
        ? [
            `Remove the old kext \`${project.replaces}\` from /Library/Extensions, then restart. As long as it is there it competes for the same devices. The dext cannot remove it: an installer or the user does.`,
          ]
        : []),
      'Before you ship: archive, notarise, and test on a Mac with System Integrity Protection on.',
    ]),
    '',
  ].join('\n');
}

export function numbered(steps: readonly string[]): string[] {
  return steps.map((step, i) => `${i + 1}. ${step}`);
}

/** A list of personalities that were left out, those with the same reason in one line. */
export function leftOutList(plans: readonly PersonalityPlan[]): string[] {
  const names = new Map<string, string[]>();
  for (const { name, why } of plans) {
    const shown = name.replace(/[\s`]+/g, ' ').slice(0, 100);
    names.set(why, [...(names.get(why) ?? []), `\`${shown}\``]);
  }
  return [...names].map(([why, list]) => `- ${list.join(', ')}: ${why.replace(/\s+/g, ' ')}`);
}
