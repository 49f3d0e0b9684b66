/** Matching of PCI devices. Source: apple-oss-distributions/IOPCIFamily IOPCIBridge.cpp:4490-4626, IOPCIPrivate.h:28-32. */
import type { PlistDict } from '../plist/value.ts';
import { type CheckLog, kindName, record, recordScore } from './checks.ts';
import { int32 } from './equality.ts';
import { type Known, type Nub, property } from './nub.ts';
import {
  PCI_KEYS,
  type PciKey,
  type PciTerm,
  pciFits,
  pciMatchTerms,
  pciPatterns,
  pciRegister,
} from './pci.ts';

/** What IOPCIMatch adds for a hit on the primary register, in kernels built without ACPI (Apple silicon, PowerPC). */
export const PCI_PRIMARY_SCORE = 1000;

/** The score of a match, `undefined` when the table does not match. `acpi`: the machine is an Intel Mac. */
export function matchPci(table: PlistDict, nub: Nub, acpi: boolean, log: CheckLog): number | undefined {
  let ok = true;
  let bonus = 0;
  for (const key of PCI_KEYS) {
    const text = table.get(key.key);
    if (text === undefined) continue;
    const hit = typeof text === 'string' ? matchKey(key, text, nub, log) : wrongKind(key, table, log);
    if (hit === undefined) ok = false;
    else if (key.key === 'IOPCIMatch' && hit === 0x00) bonus = PCI_PRIMARY_SCORE;
    if (!ok && !log) return undefined;
  }
  if (!tunnelAllows(table, nub, log)) ok = false;
  if (!ok) return undefined;
  const score = int32(table.get('IOProbeScore')) + (acpi ? 0 : bonus);
  if (bonus > 0) {
    const parts = () => [
      { what: 'IOPCIMatch', points: acpi ? 0 : bonus },
      { what: 'IOProbeScore', points: int32(table.get('IOProbeScore')) },
    ];
    recordScore(log, 'PCI score', parts, () =>
      acpi
        ? 'Intel Macs add nothing for IOPCIMatch.'
        : `IOPCIMatch on the primary id adds ${bonus}: ${score}.`,
    );
  }
  return score;
}

/** The register that a term of the key fits, `undefined` when none does. */
function matchKey(key: PciKey, text: string, nub: Nub, log: CheckLog): number | undefined {
  const patterns = pciPatterns(text, key.defaultMask);
  const hit = key.registers.find((register) => {
    const value = registerOf(nub, register);
    return patterns.some((pattern) => (value === undefined ? pattern.mask === 0 : pciFits(pattern, value)));
  });
  if (log) recordKey(key, text, nub, hit, log);
  return hit;
}

function recordKey(key: PciKey, text: string, nub: Nub, hit: number | undefined, log: CheckLog): void {
  const { terms, junk } = pciMatchTerms(text);
  const values = key.registers
    .map((register) => registerOf(nub, register))
    .filter((value) => value !== undefined);
  const shown = values.map(hex);
  const has: Known = shown.length > 0 ? { state: 'value', value: shown.join(' or ') } : { state: 'unknown' };
  record(log, { key: key.key, wants: text, has, ok: hit !== undefined }, () => {
    const cut = junk ? ` Reading stops at “${junk.text.slice(0, 20)}”: items are separated by blanks.` : '';
    if (terms.length === 0) return `No hexadecimal number in it: it never matches.${cut}`;
    if (hit !== undefined) return `Fits the ${REGISTER_NAME[hit] ?? 'device id'}.${cut}`;
    if (terms.some((term) => values.some((value) => isSwapped(term, value)))) {
      return `The halves are swapped: the device id comes first, the vendor id last.${cut}`;
    }
    const fits = terms.length === 1 ? 'It does not fit' : `None of its ${terms.length} items fits`;
    return `${fits} ${shown.join(' nor ')}.${cut}`;
  });
}

const REGISTER_NAME: Readonly<Record<number, string>> = { 0: 'device id', 8: 'class', 44: 'subsystem id' };

function isSwapped(term: PciTerm, register: number): boolean {
  return term.vendor === register >>> 16 && term.device === (register & 0xffff);
}

/** Registers by nub, for those nubs whose registers come from properties. */
const registers = new WeakMap<PlistDict, Map<number, number | undefined>>();

function registerOf(nub: Nub, register: number): number | undefined {
  const given = nub.pciConfig?.get(register);
  if (given !== undefined) return given;
  let known = registers.get(nub.properties);
  if (!known) {
    known = new Map(
      PCI_KEYS.flatMap((key) => key.registers).map((at) => [at, pciRegister(nub.properties, at)]),
    );
    registers.set(nub.properties, known);
  }
  return known.get(register);
}

function wrongKind(key: PciKey, table: PlistDict, log: CheckLog): undefined {
  const wants = table.get(key.key)!;
  record(log, { key: key.key, wants, ok: false }, () => {
    return `Must be a string, and is ${kindName(wants)}: the kernel would read it as text all the same.`;
  });
}

/** Devices behind Thunderbolt take no driver that says IOPCITunnelCompatible = false. */
function tunnelAllows(table: PlistDict, nub: Nub, log: CheckLog): boolean {
  const has = property(nub, 'IOPCITunnelled');
  if (has.state !== 'value' || table.get('IOClass') === 'IOPCI2PCIBridge') return true;
  const wants = table.get('IOPCITunnelCompatible');
  return record(log, { key: 'IOPCITunnelCompatible', wants, has, ok: wants !== false }, () => {
    if (wants === true) return 'The device is behind Thunderbolt, and the driver says it can take that.';
    if (wants === undefined)
      return 'The device is behind Thunderbolt; the kernel logs that the key is missing.';
    return 'The device is behind Thunderbolt, and the driver refuses such devices.';
  });
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
