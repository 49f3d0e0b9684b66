/** `driver-plist match`: will these personalities match the devices of a registry dump, and why (not)? */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { readRegularFile } from '../host/regularFile.ts';
import type { Candidate } from '../iokit/matching-catalogue.ts';
import { matchReport } from '../iokit/matching-report.ts';
import { type Registry, type RegistryNode, readRegistry } from '../iokit/registry.ts';
import { readBinaryPlist } from '../plist/binary.ts';
import { parsePlist } from '../plist/parse.ts';
import { isDict, type PlistDict, type PlistValue } from '../plist/value.ts';
import { type OptionSpec, parseArguments, UsageError } from './args.ts';
import type { CliIo } from './io.ts';
import { jsonReport, prettyReport } from './match-report.ts';
import { painter, safe } from './terminal.ts';
import { walk } from './walk.ts';

export const matchUsage = `driver-plist match PATH… --registry DUMP [options]

Says which devices of a registry dump the personalities of drivers match, with which score, who wins
and what fails. PATH is an Info.plist, a bundle, or a folder that is walked; - reads standard input.
DUMP is the output of “ioreg -l -w0”, “ioreg -a -l” or “system_profiler SPUSBDataType SPPCIDataType
-json”, or a save of IORegistryExplorer. Private values of the dump are not shown.

Options:
  --registry DUMP          the dump (needed)
  --device NAME|ENTRY-ID   only this device: a name, name@location, class or entry id (0x100000abc)
  --format pretty|json     how the answer is written (pretty)

Exit status: 0 every personality matches a device, 1 at least one matches none, 2 a path could not
be read or the options make no sense.
`;

const OPTIONS: { readonly [option: string]: OptionSpec } = {
  '--registry': { value: true },
  '--device': { value: true },
  '--format': { value: true, choices: ['pretty', 'json'] },
};

/** Something that the command cannot go on without; the message is for the person at the terminal. */
class Trouble extends Error {}

/** Returns the exit status: 0, 1 or 2 as {@link matchUsage} says. Throws a {@link UsageError} for bad arguments. */
export async function runMatch(args: readonly string[], io: CliIo): Promise<number> {
  const { paths, values } = parseArguments(args, OPTIONS);
  const dump = values.get('--registry')?.[0];
  if (paths.length === 0) throw new UsageError('Name at least one Info.plist, bundle or folder.');
  if (dump === undefined) throw new UsageError('Name a registry dump: --registry DUMP.');
  if (dump === '-' && paths.includes('-')) throw new UsageError('Standard input can be read once only.');
  try {
    io.progress.show(`Reading the registry dump ${dump}`, true);
    const registry = await loadRegistry(dump, io);
    const devices = devicesFor(values.get('--device')?.[0], registry);
    const candidates: Candidate[] = [];
    for (const given of paths) candidates.push(...(await candidatesAt(given, io)));
    if (candidates.length === 0) throw new Trouble(`No personality was found in ${paths.join(', ')}.`);
    io.progress.show(
      `Matching personalities (${candidates.length}) with entries of the dump (${registry.nodes.length})`,
      true,
    );
    const report = matchReport(candidates, registry.nodes, registry.context, devices);
    const json = values.get('--format')?.[0] === 'json';
    io.write(json ? jsonReport(report) : prettyReport(report, registry, painter(io.color)));
    return report.unmatched.length > 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    io.error(`driver-plist match: ${safe(error.message)}\n`);
    return 2;
  }
}

async function loadRegistry(dump: string, io: CliIo): Promise<Registry> {
  const bytes = await readBytes(dump, io);
  const result = readRegistry(bytes);
  if (!result.ok) throw new Trouble(`${dump}: ${result.message}`);
  return result.registry;
}

function devicesFor(wanted: string | undefined, registry: Registry): readonly RegistryNode[] | undefined {
  if (wanted === undefined) return undefined;
  const found = registry.find(wanted);
  if (found.length === 0) throw new Trouble(`No entry of the dump is called ${wanted}.`);
  return found;
}

async function readBytes(given: string, io: CliIo): Promise<Uint8Array> {
  if (given === '-') return io.readStdin();
  const file = path.resolve(io.cwd, given);
  try {
    return await readFile(file);
  } catch (error) {
    throw new Trouble(`${given}: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'there is no such file or folder';
  if (code === 'EACCES' || code === 'EPERM') return 'it may not be read';
  if (code === 'EISDIR') return 'it is a folder';
  return error instanceof Error ? error.message : String(error);
}

async function candidatesAt(given: string, io: CliIo): Promise<Candidate[]> {
  if (given === '-') return candidatesIn('<stdin>', await io.readStdin(), undefined);
  const start = path.resolve(io.cwd, given);
  const info = await stat(start).catch((error: unknown) => {
    throw new Trouble(`${given}: ${reasonOf(error)}`);
  });
  if (!info.isDirectory()) return candidatesOfFile(start, given);
  const files: string[] = [];
  const onError = (at: string, error: Error) =>
    io.error(`driver-plist match: ${safe(at)}: ${safe(reasonOf(error))}\n`);
  for await (const found of walk(start, { ignores: async () => false, onError })) {
    if (found.path.toLowerCase().endsWith('.plist')) files.push(found.path);
  }
  const out: Candidate[] = [];
  for (const [index, file] of files.entries()) {
    io.progress.show(`Reading property lists: ${index} of ${files.length}`);
    out.push(...(await candidatesOfFile(file, path.join(given, path.relative(start, file)))));
  }
  return out;
}

async function candidatesOfFile(file: string, shown: string): Promise<Candidate[]> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new Trouble(`${shown}: ${reasonOf(error)}`);
  });
  return candidatesIn(shown, bytes, await entitlementsBeside(file));
}

function candidatesIn(shown: string, bytes: Uint8Array, entitlements: PlistDict | undefined): Candidate[] {
  const root = plistValue(bytes);
  const personalities = isDict(root) ? root.get('IOKitPersonalities') : undefined;
  if (!isDict(root) || !isDict(personalities)) return [];
  const bundleId = root.get('CFBundleIdentifier');
  const out: Candidate[] = [];
  for (const [name, personality] of personalities) {
    if (!isDict(personality)) continue;
    const named = personality.has('CFBundleIdentifier') || bundleId === undefined;
    const filled = named ? personality : new Map([...personality, ['CFBundleIdentifier', bundleId] as const]);
    out.push({ bundle: shown, name, personality: filled, entitlements });
  }
  return out;
}

/** The value of a property list, XML or binary; of a damaged one what can be made out. */
function plistValue(bytes: Uint8Array): PlistValue | undefined {
  if (Buffer.from(bytes.subarray(0, 6)).toString('latin1') === 'bplist') return readBinaryPlist(bytes).value;
  return parsePlist(new TextDecoder().decode(bytes)).root?.value();
}

/** The entitlements file of a project folder, when there is exactly one beside the Info.plist. */
async function entitlementsBeside(file: string): Promise<PlistDict | undefined> {
  const folder = path.dirname(file);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.entitlements'));
  if (names.length !== 1) return undefined;
  const bytes = await readRegularFile(path.join(folder, names[0]!)).catch(() => undefined);
  const value = bytes && plistValue(bytes);
  return isDict(value) ? value : undefined;
}
