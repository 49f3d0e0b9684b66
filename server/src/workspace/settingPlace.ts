/** Where a project file writes the value of a setting. */

/**
 * Looks inside the configuration's object, as Xcode writes it. Linear in the text; never throws.
 *
 * @param id the object's id in the project file
 * @returns offsets of the value without quotes, or undefined where the text has another form
 */
export function settingInProject(
  text: string,
  id: string,
  name: string,
): { start: number; end: number; quoted: boolean } | undefined {
  for (let at = text.indexOf(id); at >= 0; at = text.indexOf(id, at + 1)) {
    const rest = text.slice(at + id.length, at + id.length + 200);
    if (!/^"?\s*(?:\/\*[^*]*\*\/)?\s*=\s*\{/.test(rest)) continue;
    const settings = text.indexOf('buildSettings', at);
    const open = settings < 0 ? -1 : text.indexOf('{', settings);
    if (open < 0) return undefined;
    const close = text.slice(open).search(/\n\s*\};/);
    const from = open + 1;
    return valueIn(text.slice(from, close < 0 ? undefined : open + close), from, name);
  }
  return undefined;
}

function valueIn(
  block: string,
  from: number,
  name: string,
): { start: number; end: number; quoted: boolean } | undefined {
  const word = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const setting = new RegExp(`(?:^|[;\\n])\\s*"?${word}"?\\s*=\\s*("(?:[^"\\\\\\n]|\\\\.)*"|[^;\\n]*)`).exec(
    block,
  );
  const value = setting?.[1];
  if (!setting || value === undefined) return undefined;
  const end = from + setting.index + setting[0].length;
  const quote = value.startsWith('"') ? 1 : 0;
  return { start: end - value.length + quote, end: end - quote, quoted: quote === 1 };
}
