/** Names that become file names, identifiers and bundle ids: taken only when they are plain, else made so. */
import { hasBuildVariable } from '../plist/variables.ts';

/** KMOD_MAX_NAME - 1: apple-oss-distributions/IOKitUser kext.subproj/OSKext.c. */
const BUNDLE_ID_MAX = 63;
const NAME_MAX = 40;
const CLASS_MAX = 63;

/** What is wrong with a bundle id of a dext or kext, in words; undefined when nothing is. */
export function bundleIdProblem(id: string, minParts: number): string | undefined {
  const shown = JSON.stringify(id.length > 80 ? `${id.slice(0, 79)}…` : id);
  if (!/^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/.test(id))
    return `${shown} is no bundle id: letters, digits and hyphens in parts with dots between them, such as com.example.app.driver.`;
  if (id.length > BUNDLE_ID_MAX)
    return `The bundle id ${shown} has ${id.length} characters; the loader takes ${BUNDLE_ID_MAX} at most.`;
  if (id.split('.').length < minParts)
    return `The bundle id ${shown} is too short: ${minParts} parts are needed, such as com.example.app.driver, since the app that carries the driver has the id without the last part.`;
  return undefined;
}

/** What is wrong with the name of a class. */
export function classNameProblem(name: string): string | undefined {
  const shown = JSON.stringify(name.length > 80 ? `${name.slice(0, 79)}…` : name);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || name.length > CLASS_MAX)
    return `${shown} is no name for a class: a letter, then letters, digits and underscores, ${CLASS_MAX} at most.`;
  if (OF_APPLE.test(name)) return `${shown} is a class of Apple’s own: choose a name of yours.`;
  if (OF_CPP.has(name)) return `${shown} means something else in C++: choose another name.`;
  if (OF_WINDOWS.test(name))
    return `${shown} is a name that Windows keeps for itself, so that the files could not be checked out there: choose another.`;
  return undefined;
}

/** Classes of the frameworks. */
const OF_APPLE = /^(IO(User|Service|USB|PCI|HID|SCSI|Block|Network|Serial|Audio)|OS[A-Z]|AppleUser)/;

/** Words that C++ or the headers of DriverKit keep. */
const OF_CPP = new Set(
  (
    'alignas alignof and asm auto bitand bitor bool break case catch char class compl concept const consteval ' +
    'constexpr constinit const_cast continue co_await co_return co_yield decltype default delete do double ' +
    'dynamic_cast else enum explicit export extern false final float for friend goto if inline int long mutable ' +
    'namespace new noexcept not nullptr operator or override private protected public register reinterpret_cast ' +
    'requires return short signed sizeof static static_assert static_cast struct switch template this thread_local ' +
    'throw true try typedef typeid typename union unsigned using virtual void volatile wchar_t while xor ' +
    'NULL TRUE FALSE IMPL KERNEL LOCAL LOCALONLY REMOTE SUPERDISPATCH TYPE QUEUENAME ivars super'
  ).split(' '),
);

/** Devices of Windows: no file may have such a name, whatever its extension. */
const OF_WINDOWS = /^(con|prn|aux|nul|com\d|lpt\d)$/i;

export function teamProblem(team: string): string | undefined {
  if (/^[A-Z0-9]{10}$/.test(team)) return undefined;
  const shown = JSON.stringify(team.length > 40 ? `${team.slice(0, 39)}…` : team);
  return `${shown} is no team id: ten capital letters and digits.`;
}

/** A plain name for files and targets: letters and digits, a letter first, at most 40; `''` when nothing is left. */
export function plainName(given: string): string {
  const words = given.slice(0, 1000).match(/[A-Za-z0-9]+/g) ?? [];
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  const name = joined.replace(/^[0-9]+/, '').slice(0, NAME_MAX);
  return OF_WINDOWS.test(name) ? `${name}Device` : name;
}

/** A plain name for a dext’s project: its targets add `Driver` and `App` themselves. */
export function projectName(given: string): string {
  const name = plainName(given);
  return name.replace(/(?:Driver|Dext|Kext)$/i, '') || name;
}

/**
 * What a bundle is called by the place of its property list: `Lamp` of `Lamp.kext/Contents/Info.plist`, of
 * `Lamp/Info.plist` and of `Lamp-Info.plist`; `''` when the place tells nothing.
 */
export function nameFromPlace(place: string): string {
  const parts = place.split(/[/\\]/).filter((part) => part !== '' && part !== '.' && part !== '..');
  const bundle = parts.findLast((part) => /\.kext$/i.test(part));
  if (bundle !== undefined) return plainName(bundle.replace(/\.kext$/i, ''));
  const file = parts.at(-1) ?? '';
  const own = /^(.+?)[-_. ]?Info\.plist$/i.exec(file)?.[1];
  if (own !== undefined) return plainName(own);
  const folder = /^Info\.plist$/i.test(file) ? (parts.at(-2) ?? '') : '';
  return /^(Contents|Resources|src|source|kext)$/i.test(folder) ? '' : plainName(folder);
}

/** A legal class name out of any text; `''` when nothing is left or the name is one of Apple’s. */
export function classNameFrom(given: string): string {
  if (hasBuildVariable(given)) return '';
  const name = given
    .slice(0, 1000)
    .replace(/[^A-Za-z0-9_]+/g, '_')
    .replace(/^[^A-Za-z]+/, '')
    .slice(0, CLASS_MAX);
  return name === '' || classNameProblem(name) !== undefined ? '' : name;
}

/** A literal bundle id that may be built on: no variable, not Apple’s, legal. */
export function ownBundleId(id: string | undefined): string | undefined {
  if (id === undefined || hasBuildVariable(id) || /^com\.apple\./i.test(id)) return undefined;
  const plain = id.trim().replace(/_/g, '-');
  return bundleIdProblem(plain, 2) === undefined ? plain : undefined;
}

/** Ids of a dext and of its host app: the dext’s begins with the app’s and a dot. */
export function dextIds(
  given: string | undefined,
  source: string | undefined,
  name: string,
): { readonly dext: string; readonly app: string; readonly invented: boolean } {
  if (given !== undefined)
    return { dext: given, app: given.slice(0, given.lastIndexOf('.')), invented: false };
  const own = ownBundleId(source);
  if (own !== undefined && own.length + '.driver'.length <= BUNDLE_ID_MAX)
    return { dext: `${own}.driver`, app: own, invented: false };
  const app = `com.example.${name}`;
  return { dext: `${app}.driver`, app, invented: true };
}
