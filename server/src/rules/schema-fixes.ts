/**
 * Repairs of schema findings that take knowledge of drivers: the schema layer knows types and values only. Offered
 * before its own. Pure, never throw (lint guards them all the same).
 */
import { moveEntry, removeEntry, setEntry, setText } from '../plist/edit.ts';
import { encodeText } from '../plist/entities.ts';
import type { PlistNode, TextEdit } from '../plist/types.ts';
import type { SchemaFinding } from '../schema/types.ts';
import { joinedFix, offer } from './bundle-edits.ts';
import { knownString } from './bundle-values.ts';
import { personalitiesOf } from './personalities.ts';
import type { Fix } from './types.ts';

type Repair = (finding: SchemaFinding) => (Fix | undefined)[];

const REPAIRS: Readonly<Record<string, Repair>> = {
  'dext/user-client-at-top-level': ({ node, keyNode }) => moveIntoPersonalities(keyNode ?? node.key),
  'dext/unknown-kernel-class': useUserService,
  'entitlements/usb-value': toInteger,
  'entitlements/usb-transport-type': wrapVendor,
  'entitlements/pci-transport-type': wrapPciMatch,
  'sysext/provider-class-without-module': prefixModule,
};

/** The repairs of a finding of this rule that the schema itself does not know. */
export function driverFixes(rule: string, finding: SchemaFinding): readonly Fix[] {
  return offer(...(REPAIRS[rule]?.(finding) ?? []));
}

function replaced(node: PlistNode, newText: string): TextEdit[] {
  return [{ start: node.start, end: node.end, newText }];
}

/** A user-client dictionary belongs into each personality; with several each gets a copy. */
export function moveIntoPersonalities(key: PlistNode | undefined): (Fix | undefined)[] {
  const root = key?.tree.root;
  const value = key && root?.get(key.text);
  if (!key || !root || !value) return [];
  const free = personalitiesOf(root).filter((personality) => !personality.node.keyNode(key.text));
  const only = free.length === 1 ? free[0] : undefined;
  if (only)
    return [{ title: `Move it into ${only.name}`, edits: moveEntry(key, only.node), preferred: true }];
  if (free.length === 0) return [];
  const xml = dedented(value);
  return [
    joinedFix(
      'Move it into each personality',
      [...free.flatMap((personality) => setEntry(personality.node, key.text, { xml })), ...removeEntry(key)],
      true,
    ),
  ];
}

/** The text of a value with its own indentation taken off, for another depth. */
function dedented(value: PlistNode): string {
  const { text } = value.tree;
  const lines = text.slice(value.start, value.end).split(/\r?\n/);
  const last = /^[ \t]*/.exec(lines[lines.length - 1]!)![0];
  return lines.map((line, i) => (i > 0 && line.startsWith(last) ? line.slice(last.length) : line)).join('\n');
}

/** The driver’s own class as IOClass: IOUserService there, the class as IOUserClass. */
function useUserService({ node }: SchemaFinding): (Fix | undefined)[] {
  const dict = node.parent;
  const name = knownString(node);
  if (node.key?.text !== 'IOClass' || !dict || name === undefined) return [];
  const user = dict.get('IOUserClass');
  if (user) return [{ title: 'Change to IOUserService', edits: setText(node, 'IOUserService') }];
  return [
    joinedFix(`Change to IOUserService, with ${name} as IOUserClass`, [
      ...setText(node, 'IOUserService'),
      ...setEntry(dict, 'IOUserClass', name),
    ]),
  ];
}

/** The number that a string holds, decimal or hexadecimal, if it fits 16 bits. */
function numberIn(text: string): number | undefined {
  const number = /^\s*(\d+|0x[0-9a-f]+)\s*$/i.test(text) ? Number(text.trim()) : undefined;
  return number === undefined || number > 0xffff ? undefined : number;
}

function toInteger({ node }: SchemaFinding): (Fix | undefined)[] {
  const number = node.string === undefined ? undefined : numberIn(node.string);
  if (number === undefined) return [];
  const newText = `<integer>${number}</integer>`;
  return [{ title: `Change to ${newText}`, edits: replaced(node, newText), preferred: true }];
}

/** A bare vendor id in the list of devices: into a dictionary. */
function wrapVendor({ node }: SchemaFinding): (Fix | undefined)[] {
  if (node.parent?.kind !== 'array') return [];
  const value = node.integer;
  const number = value === undefined ? numberIn(node.string ?? '') : Number(value);
  if (number === undefined || number < 0 || number > 0xffff) return [];
  const newText = `<dict><key>idVendor</key><integer>${number}</integer></dict>`;
  return [{ title: `Write it as idVendor ${number}`, edits: replaced(node, newText), preferred: true }];
}

function wrapPciMatch({ node }: SchemaFinding): (Fix | undefined)[] {
  if (node.parent?.kind !== 'array' || node.kind !== 'string' || !/^\s*(0x)?[0-9a-f]/i.test(node.text))
    return [];
  const written = node.text.trim();
  // Four digits, or a device of 0000: the vendor alone is meant.
  const text = /^0x(0{4})?[0-9a-f]{4}$/i.test(written) ? `${written}&0x0000FFFF` : written;
  const newText = `<dict><key>IOPCIPrimaryMatch</key><string>${encodeText(text)}</string></dict>`;
  return [{ title: 'Write it as IOPCIPrimaryMatch', edits: replaced(node, newText), preferred: true }];
}

function prefixModule({ node }: SchemaFinding): (Fix | undefined)[] {
  const name = knownString(node);
  if (name === undefined || !/^\w+$/.test(name)) return [];
  const text = `$(PRODUCT_MODULE_NAME).${name}`;
  return [{ title: `Change to ${text}`, edits: setText(node, text) }];
}
