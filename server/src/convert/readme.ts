/** The README of a new dext project: what only a person can do. */

import { appTarget, type DextProject, driverSources, driverTarget } from './project.ts';
import type { PersonalityPlan } from './types.ts';

/** @param added the targets stand in a project that was there */
export function dextReadme(project: DextProject, added: boolean): string {
  return [
    `# ${project.name}`,
    '',
    project.host
      ? `A DriverKit driver (\`${project.dextId}\`), which the app ${code(project.app)} carries.`
      : `A DriverKit driver (\`${project.dextId}\`) and the app that installs it (\`${project.appId}\`).`,
    '',
    '| where | what |',
    '| --- | --- |',
    ...fileRows(project, added).map(([where, what]) => `| ${where} | ${what} |`),
    '',
    ...project.notes.flatMap((note) => [note, '']),
    '## What is left to you',
    '',
    ...numbered(steps(project)),
    '',
  ].join('\n');
}

function fileRows(project: DextProject, added: boolean): (readonly [string, string])[] {
  const driver = driverTarget(project);
  const sources = driverSources(project).map((name) => `\`${driver}/${name}\``);
  return [
    [`\`${driver}/Info.plist\``, 'which devices the driver matches'],
    [`\`${driver}/${driver}.entitlements\``, 'what it may reach'],
    [sources.join(', '), `the driver’s class${project.classes.length > 1 ? 'es' : ''}`],
    project.host
      ? [`\`${project.name}Activation/\``, `what the app ${code(project.app)} needs to install the driver`]
      : [`\`${appTarget(project)}/\``, 'the app that asks the system to install it'],
    ...(added
      ? []
      : ([
          [`\`${project.name}.xcodeproj\``, 'opens in Xcode'],
          ['`project.yml`', 'the same project for XcodeGen; delete it if you do not use that'],
        ] as const)),
  ];
}

/** What only a person can do, in the order in which it is done. */
function steps(project: DextProject): string[] {
  const driver = driverTarget(project);
  const app = appTarget(project);
  const { host, replaces, moved, inSpec } = project;
  const managed = [...project.entitlements.keys()].map((key) => `\`${key}\``).join(', ');
  const written = project.classes.filter(({ needsCode }) => needsCode);
  return [
    ...written.map(
      ({ name, family }) =>
        `Write \`${name}\`, which is derived from ${family.baseClass} (${family.framework}). \`${driver}/${name}.iig\` names the methods, \`${driver}/${name}.cpp\` is where their code goes.`,
    ),
    ...(inSpec
      ? ['Say `xcodegen generate`, which writes the Xcode project anew with the targets in it.']
      : []),
    ...(host
      ? [
          `Add \`${project.name}Activation/DriverActivator.swift\` to the target ${code(app)} and let the app call its \`activate()\`.`,
        ]
      : []),
    ...(host && host.needs.length > 0
      ? [
          `Give the app ${code(app)} the entitlement${host.needs.length > 1 ? 's' : ''} ${host.needs.map((key) => `\`${key}\``).join(', ')}.`,
        ]
      : []),
    `${project.team ? 'Check the team' : 'Choose your team'} in the signing settings of both targets, and register both bundle ids. The driver’s id must begin with the app’s and a dot.`,
    `To develop before Apple has granted anything there are two ways. With a paid account add the capabilities that are marked as for development to the id of the driver in your developer account: they need no approval, and their profile runs on your registered Macs.${
      project.entitlements.has(USB)
        ? ' The one for USB holds `idVendor` = `*`: write that into the entitlements file for as long, and your own values again before you ship.'
        : ''
    } Or use a Mac for nothing else, switch System Integrity Protection off in Recovery (\`csrutil disable\`) and sign both targets to run locally; switch it back on afterwards.`,
    'Say `systemextensionsctl developer on` on that Mac, so that the app may run outside /Applications.',
    `Build the scheme \`${app}\`, copy the app to /Applications, open it and ${host ? 'let it ask for the driver' : 'choose Install driver'}.`,
    'Allow the driver when the system asks: System Settings, General, Login Items & Extensions, Driver Extensions (before macOS 15: Privacy & Security).',
    `See that it runs: \`systemextensionsctl list\` shows \`${project.dextId}\` as activated enabled; \`ioreg -l -w0 -r -c ${project.classes[0]?.family.kernelClass ?? 'IOUserService'}\` shows it on the device; \`log stream --predicate 'process == "sysextd"'\` tells why not.`,
    ...(replaces ? [removal(replaces, moved)] : []),
    `To ship: ask Apple for the entitlements at <https://developer.apple.com/contact/request/system-extension/>: ${managed}.${
      project.entitlements.has(USB) || project.entitlements.has(PCI)
        ? ' Name the ids that stand in the entitlements file: the provisioning profile must hold the same values.'
        : ''
    } Then archive, sign with Developer ID, notarise, and test on a Mac with System Integrity Protection on.`,
  ];
}

/** As long as both match, the kext competes for the same devices. */
function removal(kext: string, moved: readonly string[] | undefined): string {
  if (moved === undefined)
    return `Remove the old kext \`${kext}\` from /Library/Extensions, then restart. As long as it is there it competes for the same devices. The dext cannot remove it: an installer or the user does.`;
  const shown = moved.slice(0, 5).map(code).join(', ');
  const more = moved.length > 5 ? ` and ${moved.length - 5} more` : '';
  const many = moved.length > 1;
  return `The old kext \`${kext}\` is still needed for what stays in it. Take the personalit${many ? 'ies' : 'y'} ${shown}${more} out of it, install it anew and restart: as long as ${many ? 'they are' : 'it is'} there it competes for the same devices.`;
}

const PCI = 'com.apple.developer.driverkit.transport.pci';
const USB = 'com.apple.developer.driverkit.transport.usb';

function code(name: string): string {
  return `\`${name.replace(/[`\s]+/g, ' ').slice(0, 100)}\``;
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
