/** Rules on the classes that personalities name and the `.iig` files declare. */
import type { PlistNode } from '../plist/types.ts';
import { byDistance, nearest } from '../schema/nearest.ts';
import type { Bundle } from '../workspace/bundles.ts';
import type { SourceClass, Workspace } from '../workspace/workspace.ts';
import { setTextFix } from './bundle-edits.ts';
import { DEXT_KINDS, knownString, listed } from './bundle-values.ts';
import type { Fix, PersonalityNode, ViewContext, WorkspaceRule } from './types.ts';
import type { ViewFile } from './workspace-view.ts';

/** Classes of DriverKit's frameworks and what each derives from, as far as a driver can inherit them. */
const FRAMEWORK: Readonly<Record<string, string | undefined>> = {
  OSObject: undefined,
  IOService: 'OSObject',
  IOUserClient: 'IOService',
  IOUserHIDDevice: 'IOService',
  IOUserUSBHostHIDDevice: 'IOUserHIDDevice',
  IOHIDEventService: 'IOService',
  IOUserHIDEventService: 'IOHIDEventService',
  IOUserHIDEventDriver: 'IOUserHIDEventService',
  IOUserSerial: 'IOService',
  IOUserUSBSerial: 'IOUserSerial',
  IOUserNetworkEthernet: 'IOService',
  IOUserSCSIParallelInterfaceController: 'IOService',
  IOUserSCSIPeripheralDeviceType00: 'IOService',
  IOUserSCSIPeripheralDeviceType05: 'IOService',
  IOUserSCSIPeripheralDeviceType07: 'IOService',
  IOUserBlockStorageDevice: 'IOService',
  IOUserAudioDriver: 'IOService',
  IOUserMIDIDriver: 'IOService',
  IOUserAudioObject: 'OSObject',
  IOUserAudioClockDevice: 'IOUserAudioObject',
  IOUserAudioDevice: 'IOUserAudioClockDevice',
  IOUserAudioStream: 'IOUserAudioObject',
};

/** The class that user space must derive from, by the kernel class that stands for the driver. */
const BASE_OF: Readonly<Record<string, string>> = {
  AppleUserHIDDevice: 'IOUserHIDDevice',
  AppleUserHIDEventService: 'IOUserHIDEventService',
  IOUserSerial: 'IOUserSerial',
  IOUserNetworkEthernet: 'IOUserNetworkEthernet',
  IOUserSCSIParallelInterfaceController: 'IOUserSCSIParallelInterfaceController',
  IOUserSCSIPeripheralDeviceType00: 'IOUserSCSIPeripheralDeviceType00',
  IOUserSCSIPeripheralDeviceType05: 'IOUserSCSIPeripheralDeviceType05',
  IOUserSCSIPeripheralDeviceType07: 'IOUserSCSIPeripheralDeviceType07',
  IOUserBlockStorageDevice: 'IOUserBlockStorageDevice',
};

/** Names that Apple's frameworks and system dexts use: a codeless dext names them directly. */
const APPLE = /^(IOUser|AppleUser|IOHID|IOService$)/;

interface Named {
  /** The value of an IOUserClass. */
  readonly node: PlistNode;
  readonly name: string;
  readonly personality: PersonalityNode;
}

/** Every IOUserClass of the personalities and of the user clients in them. */
function userClasses(personalities: readonly PersonalityNode[]): Named[] {
  return personalities.flatMap((personality) => {
    const clients = personality.node.entries
      .map(({ value }) => value)
      .filter((value) => value?.kind === 'dict' && value.name?.endsWith('UserClientProperties'));
    return [personality.node, ...clients].flatMap((dict) => {
      const node = dict?.get('IOUserClass');
      const name = knownString(node);
      return node && name ? [{ node, name: name.trim(), personality }] : [];
    });
  });
}

/** The classes of the bundle's own sources; undefined when one of its sources is not there to be read. */
function classesOf(workspace: Workspace, bundle: Bundle): readonly SourceClass[] | undefined {
  const listedFiles = bundle.target?.files.filter((uri) => uri.endsWith('.iig')) ?? [];
  if (bundle.interfaces.length === 0 || listedFiles.some((uri) => !workspace.exists(uri))) return undefined;
  const classes = workspace.classesOf(bundle);
  return classes.length === 0 ? undefined : classes;
}

const FIXES_AT_ONCE = 5;

/** The declared classes in place of a name, nearest first; preferred where the name is a slip of theirs. */
function classFixes(node: PlistNode, name: string, classes: readonly SourceClass[]): Fix[] {
  const fitting = fittingNames(node.parent, classes);
  const names = fitting.length > 0 ? fitting : [...new Set(classes.map((one) => one.name))];
  const meant = nearest(name, names);
  const sorted = byDistance(name, names).filter((one) => one !== meant);
  return [...(meant === undefined ? [] : [meant]), ...sorted]
    .slice(0, FIXES_AT_ONCE)
    .map((one) => setTextFix(node, one, `Change to ${one}`, one === meant));
}

/**
 * Names of the classes that can stand as IOUserClass in a dictionary: in one of a user client what derives from
 * IOUserClient, in a personality the other services, of the family that IOClass names. A class with an ancestor
 * that nothing is known of may be either.
 */
function fittingNames(dict: PlistNode | undefined, classes: readonly SourceClass[]): string[] {
  const isClient = dict?.name?.endsWith('UserClientProperties') === true;
  const wanted = isClient ? 'IOUserClient' : BASE_OF[knownString(dict?.get('IOClass'))?.trim() ?? ''];
  const fits = (one: SourceClass): boolean => {
    const ancestors = ancestorsOf(one, classes);
    if (ancestors.includes('IOUserClient')) return isClient;
    const unknown = ancestors.some((name) => !isKnown(name, classes));
    return unknown || ancestors.includes(wanted ?? 'IOService');
  };
  return [...new Set(classes.filter(fits).map((one) => one.name))];
}

function isKnown(name: string, classes: readonly SourceClass[]): boolean {
  return Object.hasOwn(FRAMEWORK, name) || classes.some((one) => one.name === name);
}

/**
 * The one class that a dictionary without IOUserClass can mean: the only fitting one that the sources of every
 * bundle with this Info.plist declare. Undefined when there is none, or a choice, or not all sources are there.
 */
export function onlyClassFor(workspace: Workspace, uri: string, dict: PlistNode): string | undefined {
  const names = new Set<string>();
  for (const bundle of workspace.bundlesOf(uri)) {
    if (!DEXT_KINDS.includes(bundle.kind)) continue;
    const classes = classesOf(workspace, bundle);
    if (!classes) return undefined;
    for (const name of fittingNames(dict, classes)) names.add(name);
  }
  const [only] = names;
  return names.size === 1 ? only : undefined;
}

function checkUserClass(context: ViewContext): void {
  const { workspace, view, report } = context;
  const classes = view.info && classesOf(workspace, view.bundle);
  if (!view.info || !classes) return;
  const { document } = view.info;
  for (const { node, name } of userClasses(view.personalities)) {
    if (APPLE.test(name) || classes.some((one) => one.name === name)) continue;
    const elsewhere = workspace.files('interface').flatMap((uri) => workspace.classesIn(uri));
    if (elsewhere.some((one) => one.name === name)) continue;
    const near = classes.find((one) => one.name.toLowerCase() === name.toLowerCase());
    report({
      document,
      at: node,
      message: near
        ? `No class is called ${name}: the .iig file declares ${near.name}. The system asks the dext for the class by this very name and the driver never starts. Write ${near.name}.`
        : `No .iig file of this target declares a class ${name}, so the dext cannot make one when the system asks for it, and the driver never starts. Declared: ${listed(classes.slice(0, 5).map((one) => one.name))}.`,
      fixes: () => classFixes(node, name, classes),
      related: (near ? [near] : classes.slice(0, 3)).map((one) => ({
        uri: one.uri,
        range: { start: one.start, end: one.end },
        message: `class ${one.name} is declared here`,
      })),
    });
  }
}

function checkBase(context: ViewContext): void {
  const { workspace, view, report } = context;
  const classes = view.info && classesOf(workspace, view.bundle);
  if (!classes) return;
  const { document } = view.info as ViewFile;
  for (const { node, name, personality } of userClasses(view.personalities)) {
    if (node.parent?.id !== personality.node.id) continue;
    const kernelClass = knownString(personality.node.get('IOClass'))?.trim() ?? '';
    const wanted = BASE_OF[kernelClass];
    const own = classes.find((one) => one.name === name);
    if (wanted === undefined || !own) continue;
    const ancestors = ancestorsOf(own, classes);
    // A base that is none of the classes we know may derive from the wanted one.
    const unknown = ancestors.some((one) => !isKnown(one, classes));
    if (unknown || ancestors.includes(wanted)) continue;
    report({
      document,
      at: node,
      message: `${name} derives from ${own.parents[0] ?? 'no class'}, but the kernel class ${kernelClass} talks to a ${wanted} in the dext. Derive ${name} from ${wanted}, or choose the IOClass that fits.`,
      related: [
        {
          uri: own.uri,
          range: { start: own.start, end: own.end },
          message: `class ${name} is declared here`,
        },
      ],
    });
  }
}

/** All classes above a class, the frameworks' own included. A class that is its own ancestor ends the search. */
function ancestorsOf(start: SourceClass, classes: readonly SourceClass[]): string[] {
  const found: string[] = [];
  const pending = [...start.parents];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (found.includes(name)) continue;
    found.push(name);
    const parent = FRAMEWORK[name];
    if (parent !== undefined) pending.push(parent);
    pending.push(...(classes.find((one) => one.name === name)?.parents ?? []));
  }
  return found;
}

/**
 * All classes above a class of the bundle's sources, in no certain order; undefined when the class is not declared
 * there or something above it is not known.
 */
export function ancestorsOfNamed(
  workspace: Workspace,
  bundle: Bundle,
  name: string,
): readonly string[] | undefined {
  const classes = workspace.classesOf(bundle);
  const own = classes.find((one) => one.name === name);
  const ancestors = own && ancestorsOf(own, classes);
  return ancestors?.every((one) => isKnown(one, classes)) ? ancestors : undefined;
}

const XNU = 'apple-oss-distributions/xnu iokit/Kernel/IOUserServer.cpp';

export const classRules: readonly WorkspaceRule[] = [
  {
    id: 'workspace/user-class',
    severity: 'error',
    title: 'IOUserClass that no source declares',
    what: 'An `IOUserClass` of a personality or of its user client that no `.iig` file of the target declares, or that one declares in another case. Classes of Apple’s frameworks, which codeless dexts name, are passed over, and so are targets whose `.iig` files are not all there.',
    why: 'When a personality matches, the system starts the dext and asks it for an object of this class by name. Without such a class nothing is made, and the driver never starts.',
    how: 'Write the name as it stands in the `.iig` file, or declare the class.',
    source: [
      XNU,
      'https://developer.apple.com/documentation/driverkit/creating-a-driver-using-the-driverkit-sdk',
    ],
    kinds: DEXT_KINDS,
    examples: {
      invalid:
        '<!-- Lamp.iig: class LampDriver: public IOService -->\n<key>IOUserClass</key>\n<string>Lampdriver</string>',
      valid:
        '<!-- Lamp.iig: class LampDriver: public IOService -->\n<key>IOUserClass</key>\n<string>LampDriver</string>',
    },
    checkView: checkUserClass,
  },
  {
    id: 'workspace/user-class-base',
    severity: 'warning',
    title: 'Driver class of another family',
    what: 'A driver class whose base classes are all known and are not those of the family that `IOClass` names: an `AppleUserHIDEventService` beside a class that derives from `IOService`, say.',
    why: 'The kernel class hands its work to the methods of one certain base class in the dext. A class without them answers none of the calls.',
    how: 'Derive the class from the base class of the family, or name the `IOClass` that fits the class.',
    source: [
      XNU,
      'https://developer.apple.com/documentation/hiddriverkit',
      'https://developer.apple.com/documentation/serialdriverkit',
    ],
    kinds: DEXT_KINDS,
    examples: {
      invalid:
        '<!-- Lamp.iig: class Lamp: public IOService -->\n<key>IOClass</key>\n<string>AppleUserHIDDevice</string>\n<key>IOUserClass</key>\n<string>Lamp</string>',
      valid:
        '<!-- Lamp.iig: class Lamp: public IOUserHIDDevice -->\n<key>IOClass</key>\n<string>AppleUserHIDDevice</string>\n<key>IOUserClass</key>\n<string>Lamp</string>',
    },
    checkView: checkBase,
  },
];
