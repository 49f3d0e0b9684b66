/** Go to definition: from a class to its `.iig`, a variable to its setting, a bundle id to its bundle, an entitlement to what needs it. */
import type { BundleView } from '../rules/workspace-view.ts';
import type { PlistDocument } from '../workspace/types.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { bundlesFor, contentOf, distinct, type Place, type Subject, subjectAt, viewsOf } from './subjects.ts';

/** Places of what stands at the offset; `[]` where that is nothing or nowhere. Never throws. */
export function definitionAt(workspace: Workspace, document: PlistDocument, offset: number): Place[] {
  const subject = subjectAt(workspace, document, offset);
  return subject ? definitionOf(workspace, document, subject) : [];
}

/** @param document the file that the subject was found in: its bundles count before others */
export function definitionOf(
  workspace: Workspace,
  document: { readonly uri: string },
  subject: Subject,
): Place[] {
  const bundles = bundlesFor(workspace, document.uri);
  switch (subject.kind) {
    case 'class':
      return classPlaces(workspace, document, subject.name);
    case 'setting':
      return distinct(
        bundles
          .flatMap((bundle) => viewsOf(workspace, bundle))
          .map((view) => view.place(subject.name))
          .filter((place) => place !== undefined)
          .map(({ uri, start, end }) => ({ uri, range: { start, end } })),
      );
    case 'bundle-id':
      return bundlePlaces(viewsOf(workspace, subject.bundle));
    case 'entitlement':
      return distinct(
        bundles.flatMap((bundle) =>
          viewsOf(workspace, bundle).flatMap((view) => needersOf(view, subject.key)),
        ),
      );
  }
}

/** Declarations of a class, those of the file's own bundles if they have any. */
function classPlaces(workspace: Workspace, document: { readonly uri: string }, name: string): Place[] {
  const own = workspace.bundlesOf(document.uri).flatMap((bundle) => workspace.classesOf(bundle));
  const all = () => workspace.files('interface').flatMap((uri) => workspace.classesIn(uri));
  const named = (classes: readonly { name: string }[]) => classes.some((one) => one.name === name);
  const classes = named(own) ? own : all();
  return distinct(
    classes.filter((one) => one.name === name).map(({ uri, start, end }) => ({ uri, range: { start, end } })),
  );
}

/** Where a bundle says its id: in the Info.plist if it does, in the settings if the build fills it in. */
function bundlePlaces(views: readonly BundleView[]): Place[] {
  const places = views.flatMap((view): Place[] => {
    const node = view.info?.root.get('CFBundleIdentifier');
    const setting = view.place('PRODUCT_BUNDLE_IDENTIFIER');
    if (setting && (!node || node.text.includes('$'))) {
      return [{ uri: setting.uri, range: { start: setting.start, end: setting.end } }];
    }
    if (node && view.info) return [{ uri: view.info.document.uri, range: contentOf(node) }];
    const { document, root } = view.info ?? view.entitlements ?? {};
    return document && root ? [{ uri: document.uri, range: { start: root.start, end: root.openEnd } }] : [];
  });
  return distinct(places);
}

const TRANSPORT: Readonly<Record<string, readonly string[]>> = {
  'com.apple.developer.driverkit.transport.usb': ['IOUSBHostDevice', 'IOUSBHostInterface'],
  'com.apple.developer.driverkit.transport.pci': ['IOPCIDevice'],
  'com.apple.developer.driverkit.transport.hid': ['IOHIDInterface', 'IOHIDDevice'],
};

const FAMILY: Readonly<Record<string, RegExp>> = {
  'com.apple.developer.driverkit.family.hid.device': /^AppleUserHIDDevice$/,
  'com.apple.developer.driverkit.family.hid.eventservice': /^AppleUserHIDEventService$/,
  'com.apple.developer.driverkit.family.serial': /^IOUserSerial$/,
  'com.apple.developer.driverkit.family.networking': /^IOUserNetworkEthernet$/,
  'com.apple.developer.driverkit.family.scsicontroller': /^IOUserSCSI/,
  'com.apple.developer.driverkit.family.block-storage-device': /^IOUserBlockStorageDevice$/,
};

/** What in the personalities of a view needs an entitlement: its IOProviderClass or IOClass. */
function needersOf({ info, personalities }: BundleView, key: string): Place[] {
  if (!info) return [];
  return personalities.flatMap(({ node, providerClass, isDext }) => {
    const kernelClass = node.get('IOClass');
    const provider = node.get('IOProviderClass');
    const needs =
      TRANSPORT[key]?.includes(providerClass ?? '') === true
        ? provider
        : FAMILY[key]?.test(kernelClass?.text.trim() ?? '') === true
          ? kernelClass
          : key === 'com.apple.developer.driverkit' && isDext
            ? node.key
            : undefined;
    return needs ? [{ uri: info.document.uri, range: contentOf(needs) }] : [];
  });
}
