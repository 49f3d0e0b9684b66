/** Reads the packed lists of `schemas/ids/` (made by `scripts/generate-ids.ts`; each file says its format). */

export interface IdFile {
  readonly version: string;
  readonly licence: string;
  readonly leads: string;
  readonly phrases: string;
  readonly classes: string;
  readonly usages: string;
  readonly vendors: string;
}

export interface NamedId {
  readonly id: number;
  readonly name: string;
}

/** One list, indexed when first asked. All methods are pure and never throw. */
export interface IdList {
  vendor(id: number): string | undefined;
  device(vendor: number, device: number): string | undefined;
  /** Vendors whose name fits the search, best first. */
  searchVendors(search: string, limit: number): NamedId[];
  /** Devices of one vendor whose name fits the search; of an unknown vendor none. */
  searchDevices(vendor: number, search: string, limit: number): NamedId[];
  /** Name of a class by its hex code of 2, 4 or 6 digits. */
  className(code: string): string | undefined;
  /** Name of a usage page (2 or 4 hex digits of the page) or usage (page and 4 digits). */
  usageName(code: string): string | undefined;
}

const PER_LEAD = 92;

/** Wraps a file; nothing is read before the first question. */
export function idList(file: IdFile): IdList {
  const names = once(() => unpacker(file));
  const starts = once(() => vendorStarts(file.vendors));
  const classes = once(() => nameTable(file.classes));
  const usages = once(() => nameTable(file.usages));
  const vendorNames = once(() =>
    [...starts()].map(([id, start]) => ({ id, name: names()(lineAt(file.vendors, start + 5)) })),
  );

  function* devices(vendor: number): Generator<{ id: number; packed: string }> {
    const start = starts().get(vendor);
    if (start === undefined) return;
    let high = 0;
    let at = nextLine(file.vendors, start);
    while (at < file.vendors.length && file.vendors[at] !== ':') {
      const short = file.vendors[at] === '+';
      const id = short
        ? high + Number.parseInt(file.vendors.slice(at + 1, at + 3), 16)
        : Number.parseInt(file.vendors.slice(at, at + 4), 16);
      high = id & 0xff00;
      yield { id, packed: lineAt(file.vendors, at + (short ? 3 : 4)) };
      at = nextLine(file.vendors, at);
    }
  }

  return {
    vendor(id) {
      const start = starts().get(id);
      return start === undefined ? undefined : names()(lineAt(file.vendors, start + 5));
    },
    device(vendor, device) {
      for (const { id, packed } of devices(vendor)) if (id === device) return names()(packed);
      return undefined;
    },
    searchVendors: (search, limit) => bestFits(vendorNames(), search, limit),
    searchDevices(vendor, search, limit) {
      const all = [...devices(vendor)].map(({ id, packed }) => ({ id, name: names()(packed) }));
      return bestFits(all, search, limit);
    },
    className: (code) => classes().get(code),
    usageName: (code) => usages().get(code),
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Vendor id -> offset of its line. */
function vendorStarts(vendors: string): Map<number, number> {
  const starts = new Map<number, number>();
  for (let at = 0; at !== -1; ) {
    if (vendors[at] === ':') starts.set(Number.parseInt(vendors.slice(at + 1, at + 5), 16), at);
    const next = vendors.indexOf('\n:', at);
    at = next === -1 ? -1 : next + 1;
  }
  return starts;
}

function nextLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end + 1;
}

function lineAt(text: string, at: number): string {
  const end = text.indexOf('\n', at);
  return text.slice(at, end === -1 ? text.length : end);
}

/** Packed name -> name. */
function unpacker(file: IdFile): (packed: string) => string {
  const phrases: string[] = [];
  const unpack = (packed: string, literal: boolean): string => {
    if (literal) return packed;
    let out = '';
    for (let i = 0; i < packed.length; i++) {
      const lead = file.leads.indexOf(packed[i]!);
      if (lead === -1) {
        out += packed[i];
        continue;
      }
      i += 1;
      out += phrases[lead * PER_LEAD + position(packed.charCodeAt(i))] ?? '';
    }
    return out;
  };
  for (const phrase of file.phrases.split('\n')) {
    // A lead on its own stands for itself; longer phrases are made of text and earlier codes.
    phrases.push(unpack(phrase, phrase.length === 1 && file.leads.includes(phrase)));
  }
  return (packed) => unpack(packed, false);
}

/** Place among the printable ASCII characters without `"` and `\`. */
function position(code: number): number {
  return code - 0x21 - (code > 0x22 ? 1 : 0) - (code > 0x5c ? 1 : 0);
}

function nameTable(lines: string): Map<string, string> {
  const table = new Map<string, string>();
  for (const line of lines.split('\n')) {
    const tab = line.indexOf('\t');
    if (tab > 0) table.set(line.slice(0, tab), line.slice(tab + 1));
  }
  return table;
}

/** Names that begin with the search, then names with a word that does, then names that hold it. */
function bestFits(entries: readonly NamedId[], search: string, limit: number): NamedId[] {
  const wanted = search.trim().toLowerCase();
  const fits: NamedId[][] = [[], [], []];
  for (const entry of entries) {
    const at = entry.name.toLowerCase().indexOf(wanted);
    if (at === -1) continue;
    const wordStart = at === 0 || !/[\p{L}\p{N}]/u.test(entry.name[at - 1]!);
    fits[at === 0 ? 0 : wordStart ? 1 : 2]!.push(entry);
  }
  return fits.flat().slice(0, Math.max(0, limit));
}
