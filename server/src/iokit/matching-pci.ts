/** Matching of PCI devices. Source: apple-oss-distributions/IOPCIFamily IOPCIBridge.cpp:4490-4626, IOPCIPrivate.h:28-32. */
import type { PlistDict } from '../plist/value.ts';
import { type CheckLog, kindName, record } from './checks.ts';
import { int32 } from './equality.ts';
import { type Known, type Nub, property } from './nub.ts';
import { PCI_KEYS, type PciKey, type PciTerm, pciMatchTerms, pciRegister, pciTermHolds } from './pci.ts';

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
    record(log, { key: 'PCI score', ok: true }, () =>
      acpi
        ? 'Intel Macs add nothing for IOPCIMatch.'
        : `IOPCIMatch on the primary id adds ${bonus}: ${score}.`,
    );
  }
  return score;
}

/** The register that a term of the key fits, `undefined` when none does. */
function matchKey(key: PciKey, text: string, nub: Nub, log: CheckLog): number | undefined {
  const { terms, junk } = pciMatchTerms(text);
  const values = key.registers.map((register) => ({ register, value: registerOf(nub, register) }));
  const hit = values.find(({ value }) => terms.some((term) => termFits(term, value, key)));
  const shown = values.filter(({ value }) => value !== undefined).map(({ value }) => hex(value!));
  const has: Known = shown.length > 0 ? { state: 'value', value: shown.join(' or ') } : { state: 'unknown' };
  record(log, { key: key.key, wants: text, has, ok: hit !== undefined }, () => {
    const cut = junk ? ` Reading stops at “${junk.text.slice(0, 20)}”: items are separated by blanks.` : '';
    if (terms.length === 0) return `No hexadecimal number in it: it never matches.${cut}`;
    if (hit)
      return `Fits ${hit.register === 0x2c ? 'the subsystem id' : hit.register === 8 ? 'the class' : 'the device id'}.${cut}`;
    const swapped = terms.some((term) =>
      values.some(({ value }) => value !== undefined && isSwapped(term, value)),
    );
    if (swapped) return `The halves are swapped: the device id comes first, the vendor id last.${cut}`;
    return `${terms.length === 1 ? 'It does not fit' : `None of its ${terms.length} items fits`} ${shown.join(' nor ')}.${cut}`;
  });
  return hit?.register;
}

function termFits(term: PciTerm, register: number | undefined, key: PciKey): boolean {
  if (register === undefined) return term.mask === 0n;
  return pciTermHolds(term, register, key.defaultMask);
}

function isSwapped(term: PciTerm, register: number): boolean {
  return term.vendor === register >>> 16 && term.device === (register & 0xffff);
}

function registerOf(nub: Nub, register: number): number | undefined {
  return nub.pciConfig?.get(register) ?? pciRegister(nub.properties, register);
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
