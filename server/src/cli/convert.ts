/** `driver-plist convert`: a kext becomes a dext, or a kext without code. */
import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { planConversion } from '../convert/plan.ts';
import { CONVERT_TARGETS, type ConvertTarget } from '../convert/types.ts';
import { parsePlist } from '../plist/parse.ts';
import type { PlistTree } from '../plist/types.ts';
import { plistText } from '../workspace/plistText.ts';
import { type OptionSpec, parseArguments, UsageError } from './args.ts';
import { intoOptions, projectFile, stageChanges } from './convert-project.ts';
import { planDiff, planJson, planTree } from './convert-report.ts';
import { existingFiles, reasonOf, targetFolder, WriteError, writePlan } from './convert-write.ts';
import type { CliIo } from './io.ts';
import { painter, safe } from './terminal.ts';

export const convertUsage = `driver-plist convert PATH --to codeless-dext|codeless-kext --out DIR [options]

Plans what becomes of each personality and key of a kext, and writes the new bundle’s project. PATH is a
kext bundle, a folder with an Info.plist, or an Info.plist; - reads standard input.

  --to codeless-dext       an Xcode project: the dext, its class, and the app that installs it
  --to codeless-kext       a kext without code, whose personalities name drivers of the kernel

Options:
  --out DIR                folder for the files (needed, but for --dry-run)
  --bundle-id ID           id of the new bundle, such as com.example.app.driver
  --class NAME             name of the dext’s class; for a codeless kext the kernel class that personalities
                           with code of their own shall name instead
  --family FAMILY          family of DriverKit where several fit: usb-device, hid-device, audio …
  --team TEAMID            developer team for signing
  --personality NAME       convert this personality; may stand several times, and the others stay in the kext
  --into-project PATH      add the targets to the Xcode project (.xcodeproj) or XcodeGen spec (project.yml) at
                           PATH, which is changed by insertions alone; DIR is its folder or one in it
  --host-app NAME          target of that project that shall carry the dext, where it has several apps
  --dry-run                print the plan as a tree and the files as a diff; write nothing
  --force                  write over files of the same names in DIR
  --format pretty|json     how the plan is written (pretty)

Exit status: 0 done, 1 no personality can be converted (the plan says why), 2 the input, the options or
DIR cannot be used; nothing is written then.
`;

const OPTIONS: { readonly [option: string]: OptionSpec } = {
  '--to': { value: true, choices: CONVERT_TARGETS },
  '--out': { value: true },
  '--bundle-id': { value: true },
  '--class': { value: true },
  '--family': { value: true },
  '--team': { value: true },
  '--personality': { value: true, repeat: true },
  '--into-project': { value: true },
  '--host-app': { value: true },
  '--dry-run': { value: false },
  '--force': { value: false },
  '--format': { value: true, choices: ['pretty', 'json'] },
};

const SIZE_LIMIT = 64 * 1024 * 1024;

/** Something that the command cannot go on without; the message is for the person at the terminal. */
class Trouble extends Error {}

/** Returns the exit status as {@link convertUsage} says. Throws a {@link UsageError} for bad arguments. */
export async function runConvert(args: readonly string[], io: CliIo): Promise<number> {
  const { paths, flags, values } = parseArguments(args, OPTIONS);
  const value = (name: string) => values.get(name)?.[0];
  const [given] = paths;
  if (given === undefined || paths.length > 1) throw new UsageError('Name one kext, folder or Info.plist.');
  const target = value('--to') as ConvertTarget | undefined;
  if (target === undefined)
    throw new UsageError(`Say what to convert to: --to ${CONVERT_TARGETS.join(' or --to ')}.`);
  const dryRun = flags.has('--dry-run');
  const intoProject = value('--into-project');
  if (intoProject !== undefined && target !== 'codeless-dext')
    throw new UsageError('Only a dext goes --into-project: a codeless kext is built by nothing.');
  if (value('--host-app') !== undefined && intoProject === undefined)
    throw new UsageError('--host-app names a target of the project that --into-project names.');
  if (value('--out') === undefined && intoProject === undefined && !dryRun)
    throw new UsageError('Name a folder for the files: --out DIR.');
  try {
    const source = await readTree(given, io);
    io.progress.show(`Converting ${source.shown}`);
    const project = intoProject === undefined ? undefined : await projectFile(intoProject, io.cwd);
    const out = value('--out') ?? project?.folder;
    const inside = project && out !== undefined ? await targetFolder(out, io.cwd) : undefined;
    const result = planConversion(source.tree, {
      target,
      bundleId: value('--bundle-id'),
      className: value('--class'),
      family: value('--family'),
      team: value('--team'),
      personalities: values.get('--personality'),
      source: source.shown,
      into:
        project && inside && out !== undefined
          ? await intoOptions(project, inside, { out, app: value('--host-app') })
          : undefined,
    });
    if (!result.ok) throw new Trouble(result.problems.join('\n'));
    const { plan } = result;
    if (plan.into?.refused !== undefined)
      throw new Trouble(
        `${intoProject}: ${plan.into.refused} Nothing was written. Without --into-project the files make a project of their own.`,
      );
    const json = value('--format') === 'json';
    const refused = plan.refused !== undefined;
    const folder = refused || out === undefined ? undefined : (inside ?? (await targetFolder(out, io.cwd)));
    if (folder) refuseInside(folder.folder, source.bundle, out ?? '');
    const existing = folder ? await existingFiles(folder, plan.files) : new Map<string, string>();
    if (folder && !dryRun) {
      const [first] = existing.keys();
      if (first !== undefined && !flags.has('--force')) {
        const more = existing.size > 1 ? ` and ${existing.size - 1} more` : '';
        throw new Trouble(
          `${out} has ${first}${more} already. --force writes over what is there; --dry-run shows the difference.`,
        );
      }
      const staged = await stageChanges(plan.into?.changes ?? []);
      await writePlan(folder, plan.files, undefined, staged.commit).finally(staged.clean);
    }
    const written = folder !== undefined && !dryRun;
    io.write(json ? planJson(plan, written) : planTree(plan, painter(io.color)));
    if (!json && dryRun && !refused) io.write(`\n${planDiff(plan, existing)}`);
    return refused ? 1 : 0;
  } catch (error) {
    if (!(error instanceof Trouble || error instanceof WriteError)) throw error;
    for (const line of error.message.split('\n')) io.error(`driver-plist convert: ${safe(line)}\n`);
    return 2;
  }
}

/** Files in a bundle belong to it: they would break its signature and be installed with it. */
function refuseInside(folder: string, bundle: string | undefined, out: string): void {
  if (bundle === undefined) return;
  const way = path.relative(bundle, folder);
  if (way === '..' || way.startsWith(`..${path.sep}`) || path.isAbsolute(way)) return;
  throw new Trouble(
    `${out} lies in the kext itself, to which every file in it belongs. Name a folder outside.`,
  );
}

interface Source {
  readonly tree: PlistTree;
  /** What it is called in the plan. */
  readonly shown: string;
  /** The `.kext` around it, links resolved. */
  readonly bundle: string | undefined;
}

async function readTree(given: string, io: CliIo): Promise<Source> {
  if (given === '-') return { tree: treeOf(await io.readStdin()), shown: '<stdin>', bundle: undefined };
  const file = await infoPlist(path.resolve(io.cwd, given), given);
  const info = await stat(file);
  if (info.size > SIZE_LIMIT)
    throw new Trouble(`${given}: it is larger than ${SIZE_LIMIT / 1024 / 1024} MB.`);
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new Trouble(`${given}: ${reasonOf(error)}.`);
  });
  const shown = path.join(given, path.relative(path.resolve(io.cwd, given), file));
  const bundle = /^.*?\.kext(?=[/\\])/i.exec(await realpath(file))?.[0];
  return { tree: treeOf(bytes), shown, bundle };
}

/** The Info.plist of a bundle or folder; the file itself when it is one. */
async function infoPlist(start: string, given: string): Promise<string> {
  const info = await stat(start).catch((error: unknown) => {
    throw new Trouble(`${given}: ${reasonOf(error)}.`);
  });
  if (info.isFile()) return start;
  if (!info.isDirectory()) throw new Trouble(`${given}: it is neither a file nor a folder.`);
  for (const name of ['Contents/Info.plist', 'Info.plist']) {
    const file = path.join(start, name);
    if (
      await stat(file).then(
        (found) => found.isFile(),
        () => false,
      )
    )
      return file;
  }
  throw new Trouble(
    `${given}: there is no Contents/Info.plist and no Info.plist in it. Name the property list itself.`,
  );
}

/** A property list in any format as a tree: binary and OpenStep ones by the XML that they convert to. */
function treeOf(bytes: Uint8Array): PlistTree {
  const read = plistText(bytes);
  if (!read) throw new Trouble('It is no property list: binary data, or a damaged binary property list.');
  return parsePlist(read.text);
}
