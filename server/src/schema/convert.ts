/** A value written as another type, where its text says the same in both. */
import { parseDate, parseInteger, parseReal } from '../plist/lexical.ts';
import type { PlistNode } from '../plist/types.ts';

const TRUE_WORDS = new Set(['true', 'yes', '1']);
const FALSE_WORDS = new Set(['false', 'no', '0']);

/**
 * The element of the wanted type (a plist element's name, or JSON's `number`, `object`) that holds what the node
 * holds: `<string>1452</string>` as `integer` is `<integer>1452</integer>`. Undefined where the text does not
 * convert without loss. A single value becomes an array of one, an array of one its item.
 */
export function converted(node: PlistNode, type: string): string | undefined {
  if (type === 'array') return node.kind === 'array' || node.kind === 'unknown' ? undefined : wrapped(node);
  if (node.kind === 'array') {
    const [only, second] = node.items;
    return only !== undefined && second === undefined && only.kind === type ? sourceOf(only) : undefined;
  }
  const text = scalarText(node);
  if (text === undefined) return undefined;
  switch (type) {
    case 'integer':
      return integerElement(text);
    case 'number':
      return integerElement(text) ?? realElement(text);
    case 'real':
      return realElement(text);
    case 'boolean':
      return booleanElement(text);
    case 'string':
      return node.kind === 'boolean' ? undefined : `<string>${text}</string>`;
    case 'date':
      return parseDate(text) === undefined ? undefined : `<date>${text}</date>`;
    default:
      return undefined;
  }
}

function wrapped(node: PlistNode): string {
  return `<array>${sourceOf(node)}</array>`;
}

function sourceOf(node: PlistNode): string {
  return node.tree.text.slice(node.start, node.end);
}

function scalarText(node: PlistNode): string | undefined {
  switch (node.kind) {
    case 'string':
    case 'integer':
    case 'real':
    case 'date':
      return /[<>&]/.test(node.text) ? undefined : node.text.trim();
    default:
      return undefined;
  }
}

function integerElement(text: string): string | undefined {
  const whole = /^([+-]?\d+)\.0*$/.exec(text)?.[1] ?? text;
  const value = parseInteger(whole);
  if (typeof value !== 'bigint') return undefined;
  // In decimal, which every reader takes.
  return `<integer>${/x/i.test(whole) ? value : whole}</integer>`;
}

function realElement(text: string): string | undefined {
  const value = parseReal(text);
  return value === undefined || !Number.isFinite(value) ? undefined : `<real>${text}</real>`;
}

function booleanElement(text: string): string | undefined {
  const word = text.toLowerCase();
  if (TRUE_WORDS.has(word)) return '<true/>';
  return FALSE_WORDS.has(word) ? '<false/>' : undefined;
}
