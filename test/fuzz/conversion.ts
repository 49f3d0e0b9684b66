/** Random kexts, and what must hold of whatever a conversion writes: it reads back as what the plan says. */
import assert from 'node:assert/strict';
import * as bacons from '@bacons/xcode/json';
import fc from 'fast-check';
import * as plist from 'plist';
import { FAMILIES, kernelClasses } from '../../server/src/convert/families.ts';
import { projectOf } from '../../server/src/convert/hostApps.ts';
import { shortly } from '../../server/src/convert/output.ts';
import { listPersonalities } from '../../server/src/convert/personalityList.ts';
import { planConversion } from '../../server/src/convert/plan.ts';
import {
  CONVERT_TARGETS,
  type ConvertOptions,
  type ConvertPlan,
  type KeyChanges,
  type PlanFile,
} from '../../server/src/convert/types.ts';
import { applyEdits } from '../../server/src/plist/edit.ts';
import { readOpenStepPlist } from '../../server/src/plist/openstep.ts';
import { parsePlist } from '../../server/src/plist/parse.ts';
import { printPlist } from '../../server/src/plist/print.ts';
import type { PlistNode } from '../../server/src/plist/types.ts';
import { isDict, PlistDate, PlistReal, type PlistValue } from '../../server/src/plist/value.ts';
import { lint } from '../../server/src/rules/lint.ts';
import { openDocument } from '../../server/src/workspace/document.ts';
import { readSpec } from '../../server/src/workspace/xcodegen.ts';
import * as arbitrary from './plist-arbitrary.ts';

const id = fc.oneof(
  fc.constantFrom(
    'com.acme.kext.Gadget',
    'com.acme.Gad_get',
    '$(PRODUCT_BUNDLE_IDENTIFIER)',
    '../../etc',
    'x'.repeat(300),
  ),
  arbitrary.text,
);
const className = fc.oneof(
  fc.constantFrom(
    'AcmeGadget',
    'com_acme_Gadget',
    'IOService',
    'IOHIDEventDriver',
    '../A',
    'class',
    'gadget',
    'GADGET',
  ),
  fc.constantFrom(...kernelClasses().map(({ value }) => value)),
  arbitrary.text,
);
const provider = fc.constantFrom(
  ...new Set(FAMILIES.flatMap(({ providers }) => providers)),
  'IOUSBDevice',
  'IOUSBInterface',
  'IOHIDDevice',
  'IOResources',
  'IOSCSILogicalUnitNub',
  'IOMedia',
  'IOACPIPlatformDevice',
  '$(PROVIDER)',
);
const number = fc.oneof(
  fc.bigInt({ min: 0n, max: 0xffffn }),
  fc.bigInt({ min: -(1n << 63n), max: (1n << 64n) - 1n }),
);

/** Values of the keys that conversions look at; legal ones most of the time. */
const KEYS: Readonly<Record<string, fc.Arbitrary<PlistValue>>> = {
  IOClass: className,
  IOProviderClass: provider,
  CFBundleIdentifier: fc.oneof(id, fc.constantFrom('com.apple.driver.AppleUSBHostMergeProperties')),
  idVendor: number,
  idProduct: number,
  bcdDevice: number,
  bInterfaceNumber: number,
  bConfigurationValue: number,
  bInterfaceClass: fc.constantFrom(3n, 8n, 14n, 255n),
  VendorID: number,
  IOProbeScore: fc.oneof(number, arbitrary.text),
  IOMatchCategory: arbitrary.text,
  IOResourceMatch: fc.oneof(arbitrary.text, fc.array(arbitrary.text, { maxLength: 2 })),
  IOUserClientClass: className,
  IOCFPlugInTypes: arbitrary.dict,
  IOPCIMatch: fc.constantFrom('0x12348086', '0x1234&0xffff', 'zz', '$(PCI)'),
  IONameMatch: fc.oneof(fc.constant<PlistValue>('pci8086,1533'), fc.array(arbitrary.text, { maxLength: 3 })),
  'Peripheral Device Type': fc.constantFrom(0n, 5n, 7n, 9n),
  IOProviderMergeProperties: arbitrary.dict,
  UserClientProperties: arbitrary.dict,
  '#off': fc.constant(true),
};

const personality: fc.Arbitrary<PlistValue> = fc
  .record(KEYS, { requiredKeys: ['IOClass', 'IOProviderClass'] })
  .chain((known) =>
    arbitrary.dict.map((more) => {
      // A key that is a build variable could be any key: then nothing about the others is known.
      const others = [...more].filter(([key]) => !key.includes('$'));
      return new Map([...others, ...(Object.entries(known) as [string, PlistValue][])]);
    }),
  );

const libraries = fc
  .subarray([
    'com.apple.kpi.iokit',
    'com.apple.iokit.IOHIDFamily',
    'com.apple.iokit.IOUSBHostFamily',
    'com.apple.iokit.IONetworkingFamily',
    'com.apple.iokit.IOAudioFamily',
    'com.apple.kpi.bsd',
  ])
  .map((ids): PlistValue => new Map(ids.map((one) => [one, '1.0'])));

/** Text of the Info.plist of a kext, some of its integers in hexadecimal. */
export const kextText: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(fc.tuple(arbitrary.text, personality), { maxLength: 4 }),
    id,
    arbitrary.text,
    libraries,
    fc.boolean(),
    arbitrary.dict,
  )
  .map(([personalities, bundleId, name, linked, code, more]) => {
    const text = printPlist(
      new Map<string, PlistValue>([
        ...more,
        ['CFBundleIdentifier', bundleId],
        ['CFBundleName', name],
        ['CFBundlePackageType', 'KEXT'],
        ...(code ? ([['CFBundleExecutable', 'Gadget']] as const) : []),
        ['OSBundleLibraries', linked],
        ['IOKitPersonalities', new Map(personalities)],
      ]),
    );
    return text.replace(
      /<integer>(\d+[13579])<\/integer>/g,
      (_, digits: string) => `<integer>0x${BigInt(digits).toString(16)}</integer>`,
    );
  });

type Options = Omit<ConvertOptions, 'target' | 'into'>;

/** What a person may type, sense and nonsense. */
export const options: fc.Arbitrary<Options> = fc.record(
  {
    bundleId: fc.oneof(fc.constantFrom('org.acme.tool.driver', 'org.acme', '../x.y.z'), arbitrary.text),
    className,
    team: fc.constantFrom('ABCDE12345', 'x'),
    family: fc.constantFrom(...FAMILIES.map(({ value }) => value), 'toast'),
    personalities: fc.array(arbitrary.text, { maxLength: 2 }),
    source: fc.oneof(fc.constantFrom('Old.kext/Contents/Info.plist', '../../Info.plist'), arbitrary.text),
  },
  { requiredKeys: [] },
);

/** Plans both targets of a kext’s text and holds what is said of {@link checkPlan}. */
export function checkConversion(text: string, given: Options = {}): void {
  // What comes from a file or an editor is whole characters.
  const tree = parsePlist(text.replace(/\p{Surrogate}/gu, '\u{fffd}'));
  for (const target of CONVERT_TARGETS) {
    const result = planConversion(tree, { ...given, target });
    if (!result.ok) {
      assert.ok(result.problems.length > 0 && result.problems.every((problem) => problem.length > 20));
      continue;
    }
    assert.ok(tree.root);
    checkPlan(tree.root, result.plan);
  }
}

const KEXT = parsePlist(
  printPlist(
    new Map<string, PlistValue>([
      ['CFBundleExecutable', 'Gadget'],
      ['CFBundleIdentifier', 'com.acme.kext.Gadget'],
      ['CFBundlePackageType', 'KEXT'],
      [
        'IOKitPersonalities',
        new Map([
          [
            'Gadget',
            new Map<string, PlistValue>([
              ['IOClass', 'AcmeGadget'],
              ['IOProviderClass', 'IOPCIDevice'],
              ['IOPCIMatch', '0x12348086'],
            ]),
          ],
        ]),
      ],
    ]),
  ),
);

/** A project of any text takes the targets by insertions and reads back, or is refused with a reason. */
export function checkInto(path: string, text: string): void {
  const result = planConversion(KEXT, { target: 'codeless-dext', into: { path, text, folder: '' } });
  assert.ok(result.ok && result.plan.into);
  const { into, files } = result.plan;
  for (const file of files) checkFile(file, new Set());
  if (into.refused !== undefined) {
    assert.ok(into.refused.length > 20 && into.changes.length === 0);
    return;
  }
  const [change] = into.changes;
  assert.ok(change?.path === path && change.text === applyEdits(text, change.edits));
  assert.ok(change.edits.every(({ start, end }) => start === end));
  const again = projectOf({ path, text: change.text });
  assert.ok('project' in again);
  const app = again.project.targets.find(({ name }) => name === into.app);
  assert.ok(app?.embeds.some(({ target }) => again.project.targets.some(({ name }) => name === target)));
}

function checkPlan(root: PlistNode, plan: ConvertPlan): void {
  const listed = listPersonalities(root);
  assert.equal(plan.personalities.length, listed.length, 'every personality is accounted for');
  listed.forEach(({ node, name }, i) => {
    const one = plan.personalities[i];
    assert.ok(one && one.name === name && one.why.length > 20, name);
    if (node.kind === 'dict')
      checkAccount(
        node.entries.map(({ key }) => key.text),
        one,
        name,
      );
  });
  const top = root.entries.map(({ key }) => key.text).filter((key) => !key.startsWith('IOKitPersonalities'));
  checkAccount(top, plan.topLevel, 'top');
  assert.equal(plan.files.length === 0, plan.refused !== undefined);
  const faults = faultsOf(root.tree.text);
  for (const file of plan.files) checkFile(file, faults);
  const paths = plan.files.map(({ path }) => path.toLowerCase());
  assert.equal(new Set(paths).size, paths.length, 'two files with one name');
  if (plan.files.length === 0) return;

  const info = plan.files.find(({ path }) => /(?:Driver|\.kext\/Contents)\/Info\.plist$/.test(path));
  const written = info && parsePlist(info.text).root;
  assert.ok(written);
  checkValues(root, written, plan.topLevel);
  const made = written.get('IOKitPersonalities')?.entries ?? [];
  const going = listed.flatMap(({ node, name }, i) => {
    const one = plan.personalities[i];
    const goes =
      plan.target === 'codeless-dext' ? one?.outcome !== 'stays-kext' : one?.outcome === 'codeless';
    return one && goes ? [{ node, name, one }] : [];
  });
  assert.deepEqual(
    made.map(({ key }) => key.text),
    going.map(({ name, one }) => one.writtenAs ?? name),
  );
  going.forEach(({ node, one }, i) => {
    const value = made[i]?.value;
    assert.ok(value);
    checkValues(node, value, one);
  });
}

/** Each key stands in exactly one of the lists; nothing else does. */
function checkAccount(keys: readonly string[], { kept, changed, dropped }: KeyChanges, where: string): void {
  const told = [...kept, ...changed.map(({ key }) => key), ...dropped.map(({ key }) => key)];
  assert.deepEqual(new Set(told), new Set(keys), where);
  const once = [...new Set(keys)].filter((key) => keys.filter((one) => one === key).length === 1);
  for (const key of once) assert.equal(told.filter((one) => one === key).length, 1, `${where}: ${key}`);
}

/** The new dictionary holds what the plan says: kept values exactly, changed and added ones as told, none dropped. */
function checkValues(source: PlistNode, made: PlistNode, changes: KeyChanges): void {
  for (const key of changes.kept) assert.deepEqual(made.get(key)?.value(), source.get(key)?.value(), key);
  for (const { key, from, to } of changes.changed) {
    if (made.get(key)) assert.equal(shortly(made.get(key)?.value()), to, key);
    else if (from === key) assert.deepEqual(made.get(to)?.value(), source.get(key)?.value(), to);
    else assert.equal(made.get(to)?.kind, 'dict', to);
  }
  for (const { key, to } of changes.added) assert.equal(shortly(made.get(key)?.value()), to, key);
  const live = new Set([
    ...changes.kept,
    ...changes.added.map(({ key }) => key),
    ...changes.changed.flatMap(({ key, to }) => [key, to]),
    'IOKitPersonalities',
  ]);
  for (const { key } of made.entries) assert.ok(live.has(key.text), `nobody told of ${key.text}`);
}

function checkFile({ path, text, bytes }: PlanFile, faults: ReadonlySet<string>): void {
  assert.match(path, /^(?:[A-Za-z0-9_][A-Za-z0-9_.-]*\/)*[A-Za-z0-9_][A-Za-z0-9_.-]*$/);
  assert.ok(path.length < 300 && path.split('/').every((part) => part.length <= 120), path);
  assert.equal(bytes, Buffer.byteLength(text));
  assert.ok(!/\r|\0/.test(path) && text.length > 0);
  if (/\.(?:plist|entitlements)$/.test(path)) checkPlist(path, text, faults);
  else if (path.endsWith('.pbxproj')) {
    const { value, problems } = readOpenStepPlist(text);
    assert.deepEqual(problems, []);
    assert.ok(isDict(value) && isDict(value.get('objects')));
    assert.ok(Object.keys(bacons.parse(text).objects ?? {}).length > 20);
  } else if (path.endsWith('.yml')) assert.ok('spec' in readSpec(text));
}

/** Keys that the kext itself has wrong: their values go on as they are. */
function faultsOf(text: string): ReadonlySet<string> {
  const document = openDocument('file:///w/Old.kext/Contents/Info.plist', text, 1, { kind: 'kext' });
  return new Set(
    lint(document)
      .findings.filter(({ severity }) => severity === 'error' || severity === 'warning')
      .map(({ keyPath }) => lastName(keyPath)),
  );
}

function lastName(keyPath: readonly (string | number)[]): string {
  return String(keyPath.findLast((name) => typeof name === 'string') ?? '');
}

function checkPlist(path: string, text: string, faults: ReadonlySet<string>): void {
  const { root, errors } = parsePlist(text);
  assert.deepEqual(errors, [], path);
  assert.ok(root);
  // The package takes these for ends of lines, as XML 1.1 does, and refuses the name of an object's own.
  if (!/[\u0085\u2028\u2029]|__proto__/.test(text)) assertSame(plist.parse(text), root, path);
  const document = openDocument(`file:///w/${path}`, text);
  const found = lint(document).findings.filter(
    ({ severity, keyPath }) => severity === 'error' && !faults.has(lastName(keyPath)),
  );
  assert.deepEqual(
    found.map(({ rule, message }) => `${rule}: ${message}`),
    [],
    path,
  );
}

/** What the package `plist` reads is what we read. It takes no hexadecimal integer and none above 53 bits. */
function assertSame(theirs: unknown, ours: PlistNode, where: string): void {
  if (ours.kind === 'dict') {
    const entries = Object.entries(theirs as object);
    assert.deepEqual(
      entries.map(([key]) => key).sort(),
      [...new Set(ours.entries.map(({ key }) => key.text))].sort(),
      where,
    );
    for (const [key, value] of entries) assertSame(value, ours.get(key)!, `${where} ${key}`);
  } else if (ours.kind === 'array') {
    assert.equal((theirs as unknown[]).length, ours.items.length, where);
    ours.items.forEach((item, i) => void assertSame((theirs as unknown[])[i], item, `${where} ${i}`));
  } else if (ours.kind === 'integer') {
    const exact = /^-?\d{1,15}$/.test(ours.text.trim());
    if (exact) assert.equal(BigInt(theirs as number), ours.value(), where);
  } else {
    const value = ours.value();
    if (value instanceof PlistReal || value instanceof PlistDate) return;
    const bytes = value instanceof Uint8Array;
    assert.deepEqual(bytes ? Uint8Array.from(theirs as Buffer) : theirs, value, where);
  }
}
