/** The files of a new dext project. */
import { printPlist } from '../plist/print.ts';
import { activatorSource, appSource } from './hostApp.ts';
import type { PlacedProject } from './intoProject.ts';
import { planFile, printDocument, text } from './output.ts';
import { projectFile } from './pbxproj.ts';
import { appTarget, driverTarget } from './project.ts';
import { dextReadme } from './readme.ts';
import { implementationFile, interfaceFile, userClientFiles } from './sources.ts';
import type { PlanFile } from './types.ts';
import { xcodeGenFile } from './xcodegen.ts';

/** In the order in which a person reads them. Paths are relative and made of plain names. */
export function dextFiles({ project, plan, files: beside }: PlacedProject): PlanFile[] {
  const driver = driverTarget(project);
  const app = appTarget(project);
  const added = plan !== undefined && plan.refused === undefined;
  const files = [
    planFile(added ? `${driver}-README.md` : 'README.md', dextReadme(project, added)),
    planFile(`${driver}/Info.plist`, printDocument(project.info)),
    planFile(`${driver}/${driver}.entitlements`, printPlist(project.entitlements)),
  ];
  for (const one of project.classes) {
    files.push(planFile(`${driver}/${one.name}.iig`, interfaceFile(one)));
    files.push(planFile(`${driver}/${one.name}.cpp`, implementationFile(one)));
  }
  for (const name of new Set(project.classes.flatMap(({ userClient }) => userClient ?? []))) {
    const { iig, cpp } = userClientFiles(name);
    files.push(planFile(`${driver}/${name}.iig`, iig), planFile(`${driver}/${name}.cpp`, cpp));
  }
  if (project.host) {
    files.push(planFile(`${project.name}Activation/DriverActivator.swift`, activatorSource(project)));
  } else {
    files.push(
      planFile(`${app}/Info.plist`, appInfo()),
      planFile(`${app}/${app}.entitlements`, printPlist(project.appEntitlements)),
      planFile(`${app}/DriverActivator.swift`, activatorSource(project)),
      planFile(`${app}/HostApp.swift`, appSource(project)),
    );
  }
  if (added) return [...files, ...beside];
  return [
    ...files,
    planFile(`${project.name}.xcodeproj/project.pbxproj`, projectFile(project)),
    planFile('project.yml', xcodeGenFile(project)),
  ];
}

/** The system shows the usage description of the dext; in an app nothing reads one. */
function appInfo(): string {
  const entries: readonly (readonly [string, string])[] = [
    ['CFBundleDevelopmentRegion', '$(DEVELOPMENT_LANGUAGE)'],
    ['CFBundleExecutable', '$(EXECUTABLE_NAME)'],
    ['CFBundleIdentifier', '$(PRODUCT_BUNDLE_IDENTIFIER)'],
    ['CFBundleInfoDictionaryVersion', '6.0'],
    ['CFBundleName', '$(PRODUCT_NAME)'],
    ['CFBundlePackageType', 'APPL'],
    ['CFBundleShortVersionString', '$(MARKETING_VERSION)'],
    ['CFBundleVersion', '$(CURRENT_PROJECT_VERSION)'],
    ['LSMinimumSystemVersion', '$(MACOSX_DEPLOYMENT_TARGET)'],
  ];
  return printDocument(entries.map(([key, value]) => ({ key, value: text(value) })));
}
