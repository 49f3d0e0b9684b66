/**
 * Brings back what XML cannot say of a binary property list: fractions of a second, reals of 32 bits, references of
 * an archive, values that are used more than once.
 */
import { printValue } from '../plist/print.ts';
import { isArray, isDict, PlistUid, type PlistValue } from '../plist/value.ts';

type Put = (value: PlistValue) => void;

/**
 * A copy of `now`, which was read from XML, in which all that reads in XML as it did in `before` is what it was there.
 * Places are compared first, by key and by position counted from both ends of a list; what stands in no old place is
 * looked for everywhere, so that a value that was moved stays exact too. Nothing but values that print alike is put
 * in place of another. Linear in the size of both, no recursion.
 * @param before the file as it was; undefined for a new one
 */
export function keepExact(now: PlistValue, before: PlistValue | undefined): PlistValue {
  const forms = new Forms();
  const formOf = forms.of(now);
  const oldFormOf = before === undefined ? new Map<PlistValue, number>() : forms.of(before);
  const oldByForm = new Map<number, PlistValue>();
  for (const [value, form] of oldFormOf) if (!oldByForm.has(form)) oldByForm.set(form, value);

  const keyed = (value: PlistValue): number => formOf.get(value) ?? forms.leaf(value);
  const oldKeyed = (value: PlistValue): number => oldFormOf.get(value) ?? forms.leaf(value);
  let result = now;
  const work: { readonly value: PlistValue; readonly old: PlistValue | undefined; readonly put: Put }[] = [
    {
      value: now,
      old: before,
      put: (made) => {
        result = made;
      },
    },
  ];
  for (let item = work.pop(); item; item = work.pop()) {
    const { value, old, put } = item;
    const form = keyed(value);
    if (old !== undefined && oldKeyed(old) === form) {
      put(old);
      continue;
    }
    // A leaf that was typed over is what was typed.
    const typedOver = old !== undefined && !isDict(value) && !isArray(value);
    const elsewhere = typedOver ? undefined : oldByForm.get(form);
    if (elsewhere !== undefined) {
      put(elsewhere);
      continue;
    }
    const uid = uidOf(value);
    if (uid) put(uid);
    else if (isDict(value)) {
      const made = new Map(value);
      put(made);
      for (const [key, child] of value) {
        const known = isDict(old) ? old.get(key) : undefined;
        work.push({ value: child, old: known, put: (copy) => made.set(key, copy) });
      }
    } else if (isArray(value)) {
      const made = [...value];
      put(made);
      const oldAt = isArray(old) ? places(value.map(keyed), old.map(oldKeyed)) : undefined;
      for (const [index, child] of value.entries()) {
        const at = oldAt?.(index);
        const known = isArray(old) && at !== undefined ? old[at] : undefined;
        work.push({
          value: child,
          old: known,
          put: (copy) => {
            made[index] = copy;
          },
        });
      }
    } else put(value);
  }
  return result;
}

/** Where an item stood before items were added or taken out in one place: counted from the nearer equal end. */
function places(now: readonly number[], old: readonly number[]): (index: number) => number | undefined {
  const most = Math.min(now.length, old.length);
  let head = 0;
  while (head < most && now[head] === old[head]) head++;
  let tail = 0;
  while (tail < most - head && now[now.length - 1 - tail] === old[old.length - 1 - tail]) tail++;
  return (index) => {
    if (index >= now.length - tail) return index - now.length + old.length;
    return index < old.length - tail ? index : undefined;
  };
}

/** Numbers for values: two have the same one if, and only if, they are the same text in XML. */
class Forms {
  readonly #known = new Map<string, number>();

  #number(text: string): number {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    this.#known.set(text, this.#known.size);
    return this.#known.size - 1;
  }

  leaf(value: PlistValue): number {
    return this.#number(
      value instanceof PlistUid ? this.#uid(value) : printValue(value, { layout: 'inline' }),
    );
  }

  /** As the dictionary that stands for it. */
  #uid({ uid }: PlistUid): string {
    return `{${this.#number('<key>CF$UID')},${this.leaf(BigInt(uid))}`;
  }

  /** The forms of a value and all objects in it; strings, numbers and booleans are no keys of a map: see `leaf`. */
  of(root: PlistValue): Map<PlistValue, number> {
    const found = new Map<PlistValue, number>();
    const formOf = (value: PlistValue): number => found.get(value) ?? this.leaf(value);
    const work: PlistValue[] = [root];
    for (let value = work.at(-1); value !== undefined; value = work.at(-1)) {
      if (found.has(value)) {
        work.pop();
        continue;
      }
      const children = isDict(value) ? [...value.values()] : isArray(value) ? value : [];
      const waiting = children.filter((child) => (isDict(child) || isArray(child)) && !found.has(child));
      if (waiting.length > 0) {
        work.push(...waiting);
        continue;
      }
      work.pop();
      if (isDict(value)) {
        const parts = [...value].map(([key, child]) => `${this.#number(`<key>${key}`)},${formOf(child)}`);
        found.set(value, this.#number(`{${parts.join(';')}`));
      } else if (isArray(value)) {
        found.set(value, this.#number(`[${value.map(formOf).join(';')}`));
      } else found.set(value, this.leaf(value));
      for (const child of children) if (!found.has(child)) found.set(child, this.leaf(child));
    }
    return found;
  }
}

/** CoreFoundation writes a reference of a keyed archive to XML as `{ CF$UID = N }`, and reads it back so. */
function uidOf(value: PlistValue): PlistUid | undefined {
  const uid = isDict(value) && value.size === 1 ? value.get('CF$UID') : undefined;
  if (typeof uid !== 'bigint' || uid < 0n || uid > 0xffff_ffffn) return undefined;
  return new PlistUid(Number(uid));
}
