/** Whose class a personality names in IOClass: the kext’s own, one of Apple’s kernel, or another kext’s. */
import { hasBuildVariable } from '../plist/variables.ts';
import { type KernelClass, kernelClass } from './families.ts';

export interface ClassOwner {
  readonly kind: 'own' | 'apple' | 'other';
  /** Bundle that has the class, when it is not the kext itself. */
  readonly bundle: string | undefined;
  /** Entry of `schemas/tables/kext-classes.json`. */
  readonly known: KernelClass | undefined;
  /** For a class that is not the kext’s own: why no dext takes its place. */
  readonly why: string;
}

/** Kernel classes that have a counterpart in DriverKit and are not in the table of classes to name. */
const APPLE_HID = /^(IOHIDEventService|IOUSBHIDDriver|UVCService|IOUSBCompositeDriver)$/;

export function ownerOf(
  ioClass: string | undefined,
  named: string | undefined,
  kext: { readonly bundleId: string | undefined; readonly hasCode: boolean },
): ClassOwner {
  const known = ioClass === undefined ? undefined : kernelClass(ioClass);
  const isOwn =
    named === undefined ||
    named === kext.bundleId ||
    hasBuildVariable(named) ||
    (kext.hasCode && !known && !named.startsWith('com.apple.') && mayBe(kext.bundleId, named));
  const kextIsApple = kext.bundleId?.startsWith('com.apple.') ?? false;
  const apple = (bundle: string | undefined): ClassOwner => ({
    kind: 'apple',
    bundle,
    known,
    why: `It gives the device to ${ioClass}, ${known || bundle === undefined ? `a class of Apple’s kernel${bundle ? ` (${bundle})` : ''}` : `a class of ${bundle}, which is Apple’s by its id`}. DriverKit has no class that does the same: a codeless kext is the right target (--to codeless-kext).`,
  });
  if (isOwn && !(kext.hasCode && kextIsApple) && (known || (ioClass && APPLE_HID.test(ioClass))))
    return apple(known?.bundle);
  if (isOwn) return { kind: 'own', bundle: undefined, known: undefined, why: '' };
  if (known || named.startsWith('com.apple.')) return apple(named);
  return {
    kind: 'other',
    bundle: named,
    known: undefined,
    why: `Its class ${ioClass} is in another kext, ${named}: the code to port is there. As long as that kext stays, a codeless kext can name it.`,
  };
}

/** Whether an id that the build fills in can become this one: personalities of source files often name it literally. */
function mayBe(id: string | undefined, literal: string): boolean {
  if (id === undefined) return true;
  if (!hasBuildVariable(id)) return false;
  const [before = '', ...behind] = id.split(/\$[({][^)}]*[)}]|\$\w+/);
  const end = behind.at(-1) ?? '';
  return literal.startsWith(before) && literal.endsWith(end) && literal.length > before.length + end.length;
}
