/**
 * Packs the public lists of USB and PCI ids into `schemas/ids/usb.json` and `pci.json`.
 *
 *     node scripts/generate-ids.ts [--usb FILE] [--pci FILE]
 *
 * Default are the files of Debian's packages `usb.ids` and `pci.ids`. The format is said in `format` of each file
 * and read back by `server/src/iokit/ids.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { choosePhrases, packName } from './pack-phrases.ts';

interface Vendor {
  readonly id: string;
  readonly name: string;
  readonly devices: { readonly id: string; readonly name: string }[];
}

interface IdList {
  readonly version: string;
  readonly vendors: Vendor[];
  /** Hex code and name: `03`, `0301`, `030102`. */
  readonly classes: [string, string][];
  /** Hex page, or page and usage, and name: `01`, `010006`. */
  readonly usages: [string, string][];
}

/** Reads the text form of either list. Subsystems and the sections that nobody asks for are left out. */
function readIds(text: string): IdList {
  const list: IdList = {
    version: /^#\s+Version: (\S+)/m.exec(text)?.[1] ?? 'unknown',
    vendors: [],
    classes: [],
    usages: [],
  };
  let section = '';
  let codes: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('#') || line.trim() === '') continue;
    const [, tabs = '', code = '', name = ''] = /^(\t*)((?:[A-Z]+ )?[0-9a-f]+) {2}(.*)$/.exec(line) ?? [];
    if (!code) {
      // Subsystems stand under their device; a line of its own that is no entry begins something else.
      if (!line.startsWith('\t')) section = '';
      continue;
    }
    if (!tabs) {
      section = /^[A-Z]+/.exec(code)?.[0] ?? 'vendor';
      codes = [];
    }
    codes = [...codes.slice(0, tabs.length), code.replace(/^[A-Z]+ /, '')];
    addLine(list, section, codes, tidy(name));
  }
  return list;
}

function addLine(list: IdList, section: string, codes: readonly string[], name: string): void {
  const [first = '', second = ''] = codes;
  if (section === 'C') list.classes.push([codes.join(''), name]);
  if (section === 'HUT') list.usages.push([first + second.padStart(codes.length > 1 ? 4 : 0, '0'), name]);
  if (section !== 'vendor') return;
  if (codes.length === 1) list.vendors.push({ id: first, name, devices: [] });
  if (codes.length === 2) list.vendors.at(-1)?.devices.push({ id: second, name });
}

/** One line of printable text: the packed form has no other characters. */
function tidy(name: string): string {
  return name.normalize('NFC').replace(/\s+/g, ' ').trim();
}

/** `:vvvvName` for a vendor, `ddddName` for a device, `+ddName` when its high byte is that of the one before. */
function vendorLines(vendors: readonly Vendor[], pack: (name: string) => string): string {
  const lines: string[] = [];
  for (const vendor of vendors) {
    lines.push(`:${vendor.id}${pack(vendor.name)}`);
    let high = '';
    for (const device of vendor.devices) {
      const short = device.id.slice(0, 2) === high;
      lines.push((short ? `+${device.id.slice(2)}` : device.id) + pack(device.name));
      high = device.id.slice(0, 2);
    }
  }
  return lines.join('\n');
}

const FORMAT =
  'vendors: one line each, `:` + 4 hex digits + name for a vendor, followed by its devices: 4 hex digits + name, or `+` + 2 hex digits + name when the high byte is that of the device before. A name is text with codes: a character of `leads` and the character after it stand for line (position in leads) * 92 + (position in the printable ASCII characters without `"` and `\\`) of `phrases`; a phrase may hold codes of earlier ones. classes, usages: hex code, tab, name.';

function write(path: string, about: string, source: string, copyright: string, list: IdList): number {
  const names = list.vendors.flatMap((vendor) => [
    vendor.name,
    ...vendor.devices.map((device) => device.name),
  ]);
  const { leads, phrases, codes } = choosePhrases(names);
  const lines = (entries: readonly [string, string][]) => entries.map((entry) => entry.join('\t')).join('\n');
  const json = JSON.stringify(
    {
      about,
      source,
      version: list.version,
      licence: `BSD-3-Clause (chosen; the list is offered under GPL-2.0-or-later or BSD-3-Clause). ${copyright} The notice stands in schemas/ids/NOTICE.md.`,
      format: FORMAT,
      leads,
      phrases: phrases.join('\n'),
      classes: lines(list.classes),
      usages: lines(list.usages),
      vendors: vendorLines(list.vendors, (name) => packName(name, codes)),
    },
    undefined,
    1,
  );
  writeFileSync(path, `${json}\n`);
  console.log(
    `${path}: version ${list.version}, ${list.vendors.length} vendors, ${names.length - list.vendors.length} devices, ${Buffer.byteLength(json)} bytes, gzip ${gzipSync(json).length}`,
  );
  return Buffer.byteLength(json);
}

const { values } = parseArgs({
  options: {
    usb: { type: 'string', default: '/usr/share/misc/usb.ids' },
    pci: { type: 'string', default: '/usr/share/misc/pci.ids' },
  },
});
const total =
  write(
    'schemas/ids/usb.json',
    'USB vendors, products, classes and HID usages.',
    'usb.ids, http://www.linux-usb.org/usb-ids.html',
    'Copyright (C) Stephen J. Gowdy.',
    readIds(readFileSync(values.usb, 'utf8')),
  ) +
  write(
    'schemas/ids/pci.json',
    'PCI vendors, devices and classes.',
    'pci.ids, https://pci-ids.ucw.cz/',
    'Copyright (C) Martin Mareš, Albert Pool.',
    readIds(readFileSync(values.pci, 'utf8')),
  );
console.log(`together ${total} bytes`);
if (total > 900_000) {
  console.error('over the budget of 900,000 bytes');
  process.exitCode = 1;
}
